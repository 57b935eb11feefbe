/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tree-trust.h"

#include "transfer-limits.h"

typedef struct
{
  guint32 source;
  FilEndpoint address;
} Voter;

/* A root that somebody named. */
typedef struct
{
  FilTth root;
  FilTigerTree *tree;  /* NULL: nobody sent it yet */
  Voter voters[FIL_ROOT_VOTERS_MAX];
  guint n_voters;
  gboolean is_doubted; /* a block did not fit it */
  gboolean is_tried;   /* … and the blocks that do not fit are fetched again to find out */
  gboolean is_wrong;   /* the whole file disproved it */
} Claim;

struct _FilTreeTrust
{
  Claim claims[FIL_ROOTS_MAX];
  guint n_claims;
  Claim *current; /* whose tree is used, or is wanted because it is bound; NULL: none */
  Claim *bound;
  gboolean is_by_person;
};

FilTreeTrust *
fil_tree_trust_new (void)
{
  return g_new0 (FilTreeTrust, 1);
}

void
fil_tree_trust_free (FilTreeTrust *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_claims; i++)
    fil_tiger_tree_unref (self->claims[i].tree);
  g_free (self);
}

static Claim *
find (const FilTreeTrust *self,
      const FilTth *root)
{
  for (guint i = 0; i < self->n_claims; i++)
    if (fil_tth_equal (&self->claims[i].root, root))
      return (Claim *) &self->claims[i];
  return NULL;
}

/* The claim of root; when there is no room, one that nobody needs gives way, else NULL. */
static Claim *
find_or_add (FilTreeTrust *self,
             const FilTth *root)
{
  Claim *claim = find (self, root);

  if (claim != NULL)
    return claim;
  if (self->n_claims < FIL_ROOTS_MAX)
    claim = &self->claims[self->n_claims++];
  for (guint i = 0; claim == NULL && i < FIL_ROOTS_MAX; i++)
    if (&self->claims[i] != self->current && &self->claims[i] != self->bound && !self->claims[i].is_wrong)
      claim = &self->claims[i];
  if (claim == NULL)
    return NULL;
  fil_tiger_tree_unref (claim->tree);
  *claim = (Claim){ .root = *root };
  return claim;
}

static void
bind_claim (FilTreeTrust *self,
      Claim *claim)
{
  self->bound = claim;
  self->current = claim;
  claim->is_doubted = FALSE;
}

/**
 * fil_tree_trust_bind:
 * @by_person: the person asked for it; else the whole file proved it
 *
 * From now on no other root is believed.
 */
void
fil_tree_trust_bind (FilTreeTrust *self,
                     const FilTth *root,
                     gboolean by_person)
{
  Claim *claim;

  self->bound = NULL;
  claim = find_or_add (self, root);
  /* All others were disproved: their places are free then. */
  if (claim == NULL)
    {
      claim = &self->claims[0];
      fil_tiger_tree_unref (claim->tree);
      *claim = (Claim){ .root = *root };
    }
  claim->is_wrong = FALSE;
  self->is_by_person = by_person;
  bind_claim (self, claim);
}

static gboolean
is_agreed (const Claim *claim)
{
  for (guint i = 1; i < claim->n_voters; i++)
    if (!fil_endpoint_maybe_one_person (&claim->voters[0].address, &claim->voters[i].address))
      return TRUE;
  return FALSE;
}

/**
 * fil_tree_trust_name:
 * @source: of the download
 * @address: where a connection with it stands or stood, not what anybody said
 *
 * A source with the whole file says that this is the root. The second one in another network binds it.
 */
void
fil_tree_trust_name (FilTreeTrust *self,
                     const FilTth *root,
                     guint32 source,
                     const FilEndpoint *address)
{
  Claim *claim = self->bound != NULL ? find (self, root) : find_or_add (self, root);

  if (claim == NULL || claim->is_wrong || claim->n_voters >= FIL_ROOT_VOTERS_MAX || !fil_endpoint_is_set (address))
    return;
  for (guint i = 0; i < claim->n_voters; i++)
    if (claim->voters[i].source == source)
      return;
  claim->voters[claim->n_voters++] = (Voter){ source, *address };
  if (self->bound == NULL && is_agreed (claim))
    bind_claim (self, claim);
}

/**
 * fil_tree_trust_drop_source:
 *
 * It lied: nothing that it said counts. What others have confirmed stays.
 */
void
fil_tree_trust_drop_source (FilTreeTrust *self,
                            guint32 source)
{
  for (guint i = 0; i < self->n_claims; i++)
    {
      Claim *claim = &self->claims[i];

      for (guint j = claim->n_voters; j > 0; j--)
        if (claim->voters[j - 1].source == source)
          claim->voters[j - 1] = claim->voters[--claim->n_voters];
      if (claim != self->bound && claim->n_voters == 0)
        {
          g_clear_pointer (&claim->tree, fil_tiger_tree_unref);
          if (self->current == claim)
            self->current = NULL;
        }
    }
}

/**
 * fil_tree_trust_bound:
 *
 * Returns: (transfer none) (nullable): the root that is sure
 */
const FilTth *
fil_tree_trust_bound (const FilTreeTrust *self)
{
  return self->bound != NULL ? &self->bound->root : NULL;
}

gboolean
fil_tree_trust_is_by_person (const FilTreeTrust *self)
{
  return self->bound != NULL && self->is_by_person;
}

/**
 * fil_tree_trust_wants:
 *
 * Returns: whether the tree of @root is worth a request: the first one that is offered, the one that is
 *   sure, or a second opinion on one that is in doubt
 */
gboolean
fil_tree_trust_wants (const FilTreeTrust *self,
                      const FilTth *root)
{
  const Claim *claim = find (self, root);

  if (claim != NULL && (claim->tree != NULL || claim->is_wrong))
    return FALSE;
  if (self->bound != NULL)
    return claim == self->bound;
  return self->current == NULL || self->current->is_doubted;
}

/**
 * fil_tree_trust_take:
 *
 * A tree came, and hashes to its root. Whether it is used is told by fil_tree_trust_tree().
 */
void
fil_tree_trust_take (FilTreeTrust *self,
                     FilTigerTree *tree)
{
  Claim *claim = find_or_add (self, fil_tiger_tree_root (tree));

  if (claim == NULL || claim->is_wrong || claim->tree != NULL)
    return;
  claim->tree = fil_tiger_tree_ref (tree);
  if (self->bound == NULL && (self->current == NULL || self->current->is_doubted))
    self->current = claim;
}

/**
 * fil_tree_trust_drop_trees:
 *
 * They are of a file of another size. The roots that were named stay.
 */
void
fil_tree_trust_drop_trees (FilTreeTrust *self)
{
  for (guint i = 0; i < self->n_claims; i++)
    {
      g_clear_pointer (&self->claims[i].tree, fil_tiger_tree_unref);
      self->claims[i].is_doubted = self->claims[i].is_tried = FALSE;
    }
  self->current = self->bound;
}

/**
 * fil_tree_trust_tree:
 *
 * Returns: (transfer none) (nullable): the tree to compare with
 */
FilTigerTree *
fil_tree_trust_tree (const FilTreeTrust *self)
{
  return self->current != NULL ? self->current->tree : NULL;
}

/**
 * fil_tree_trust_names:
 *
 * Returns: whether @source has named the root that is used
 */
gboolean
fil_tree_trust_names (const FilTreeTrust *self,
                      guint32 source)
{
  for (guint i = 0; self->current != NULL && i < self->current->n_voters; i++)
    if (self->current->voters[i].source == source)
      return TRUE;
  return FALSE;
}

/**
 * fil_tree_trust_doubt:
 *
 * A block does not fit, and nothing says whose fault it is.
 */
void
fil_tree_trust_doubt (FilTreeTrust *self)
{
  if (self->current != NULL && self->current != self->bound)
    self->current->is_doubted = TRUE;
}

gboolean
fil_tree_trust_is_doubted (const FilTreeTrust *self)
{
  return self->current != NULL && self->current->is_doubted;
}

/**
 * fil_tree_trust_try:
 *
 * The whole file is wrong, so the blocks that did not fit may be it: the tree is used as if it were right.
 *
 * Returns: whether there is a tree in doubt that was not tried before
 */
gboolean
fil_tree_trust_try (FilTreeTrust *self)
{
  if (!fil_tree_trust_is_doubted (self) || self->current->is_tried)
    return FALSE;
  self->current->is_tried = TRUE;
  self->current->is_doubted = FALSE;
  return TRUE;
}

gboolean
fil_tree_trust_is_tried (const FilTreeTrust *self)
{
  return self->current != NULL && self->current->is_tried;
}

/**
 * fil_tree_trust_disprove:
 *
 * Every block fits the tree, and still the file is not the one: the root is of another.
 */
void
fil_tree_trust_disprove (FilTreeTrust *self)
{
  Claim *claim = self->current;

  if (claim == NULL)
    return;
  g_clear_pointer (&claim->tree, fil_tiger_tree_unref);
  claim->is_wrong = TRUE;
  claim->n_voters = 0;
  self->current = NULL;
  self->bound = NULL;
}
