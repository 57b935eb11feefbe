/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tiger-context.h"

#include "tiger.h"

#include <string.h>

/* Leaves that are hashed before they are folded into one node of FIL_TIGER_MIN_NODE_SIZE. */
#define CHUNK_LEAVES (FIL_TIGER_MIN_NODE_SIZE / FIL_TIGER_LEAF_SIZE)
#define BATCH (FIL_TIGER_LANES * FIL_TIGER_LEAF_SIZE)

/* Levels between FIL_TIGER_MIN_NODE_SIZE and the largest node that 64 bits can tell. */
#define MAX_PENDING 48

struct _FilTigerContext
{
  guint64 node_size;
  guint64 size;
  guint8 buffer[BATCH]; /* bytes that do not fill a batch yet */
  gsize n_buffer;
  FilTth leaves[CHUNK_LEAVES];
  guint n_leaves;
  FilTth pending[MAX_PENDING]; /* one node of each level below the row that waits for its partner */
  guint64 n_chunks;            /* whole chunks; its low bits tell which levels are pending */
  GArray *row;                 /* of FilTth */
};

/**
 * fil_tiger_context_new:
 * @node_size: bytes under one node of the row to keep: a power of two, at least
 *   FIL_TIGER_MIN_NODE_SIZE; see fil_tiger_kept_node_size()
 *
 * Returns: (transfer full): a context that has seen no byte
 */
FilTigerContext *
fil_tiger_context_new (guint64 node_size)
{
  FilTigerContext *self;

  g_return_val_if_fail (node_size >= FIL_TIGER_MIN_NODE_SIZE && (node_size & (node_size - 1)) == 0, NULL);

  self = g_new0 (FilTigerContext, 1);
  self->node_size = node_size;
  self->row = g_array_new (FALSE, FALSE, sizeof (FilTth));
  return self;
}

void
fil_tiger_context_free (FilTigerContext *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->row);
  g_free (self);
}

static void
fold_leaves (FilTigerContext *self,
             FilTth *out)
{
  gsize n = self->n_leaves;

  while (n > 1)
    n = fil_tiger_parents (self->leaves, self->leaves, n);
  *out = self->leaves[0];
  self->n_leaves = 0;
}

static void
join (FilTth *left,
      const FilTth *right)
{
  FilTth pair[2] = { *left, *right };

  fil_tiger_parents (left, pair, 2);
}

/* A whole chunk of FIL_TIGER_MIN_NODE_SIZE is complete: carry it up like the addition of 1. */
static void
add_chunk (FilTigerContext *self)
{
  guint64 chunks_per_node = self->node_size / FIL_TIGER_MIN_NODE_SIZE;
  guint64 i = self->n_chunks++ % chunks_per_node;
  guint level = 0;
  FilTth node;

  fold_leaves (self, &node);
  for (; (i >> level) & 1; level++)
    {
      join (&self->pending[level], &node);
      node = self->pending[level];
    }
  if (chunks_per_node >> level == 1)
    g_array_append_val (self->row, node);
  else
    self->pending[level] = node;
}

static void
add_leaves (FilTigerContext *self,
            const guint8 *bytes,
            gsize n_leaves)
{
  while (n_leaves > 0)
    {
      gsize n = MIN (n_leaves, CHUNK_LEAVES - self->n_leaves);

      fil_tiger_leaves (self->leaves + self->n_leaves, bytes, n);
      self->n_leaves += n;
      bytes += n * FIL_TIGER_LEAF_SIZE;
      n_leaves -= n;
      if (self->n_leaves == CHUNK_LEAVES)
        add_chunk (self);
    }
}

/**
 * fil_tiger_context_update:
 *
 * Takes the next @len bytes. Multiples of 2048 are fastest.
 */
void
fil_tiger_context_update (FilTigerContext *self,
                          const void *bytes,
                          gsize len)
{
  const guint8 *p = bytes;
  gsize whole;

  self->size += len;
  if (self->n_buffer > 0)
    {
      gsize n = MIN (len, BATCH - self->n_buffer);

      memcpy (self->buffer + self->n_buffer, p, n);
      self->n_buffer += n;
      p += n;
      len -= n;
      if (self->n_buffer < BATCH)
        return;
      add_leaves (self, self->buffer, FIL_TIGER_LANES);
      self->n_buffer = 0;
    }

  whole = len / BATCH;
  add_leaves (self, p, whole * FIL_TIGER_LANES);
  p += whole * BATCH;
  len -= whole * BATCH;
  if (len > 0)
    memcpy (self->buffer, p, len);
  self->n_buffer = len;
}

/* Hashes what is left in the buffer and closes the last node of the row. */
static void
close_row (FilTigerContext *self)
{
  gsize whole = self->n_buffer / FIL_TIGER_LEAF_SIZE;
  gsize rest = self->n_buffer % FIL_TIGER_LEAF_SIZE;
  guint64 i;
  FilTth node;
  gboolean has_node = FALSE;

  add_leaves (self, self->buffer, whole);
  if (rest > 0 || self->size == 0)
    {
      fil_tiger_leaf (&self->leaves[self->n_leaves++], self->buffer + whole * FIL_TIGER_LEAF_SIZE, rest);
      if (self->n_leaves == CHUNK_LEAVES)
        add_chunk (self);
    }
  self->n_buffer = 0;

  if (self->n_leaves > 0)
    {
      fold_leaves (self, &node);
      has_node = TRUE;
    }
  i = self->n_chunks % (self->node_size / FIL_TIGER_MIN_NODE_SIZE);
  for (guint level = 0; i >> level != 0; level++)
    {
      if (((i >> level) & 1) == 0)
        continue;
      if (has_node)
        join (&self->pending[level], &node);
      node = self->pending[level];
      has_node = TRUE;
    }
  if (has_node)
    g_array_append_val (self->row, node);
}

static void
start_over (FilTigerContext *self)
{
  g_array_set_size (self->row, 0);
  self->size = 0;
  self->n_chunks = 0;
}

/**
 * fil_tiger_context_finish:
 *
 * Gives the tree of all bytes so far and starts over with no byte seen.
 *
 * Returns: (transfer full): the tree
 */
FilTigerTree *
fil_tiger_context_finish (FilTigerContext *self)
{
  FilTigerTree *tree;
  FilTth *nodes;
  gsize n;

  close_row (self);
  nodes = (FilTth *) self->row->data;
  n = self->row->len;
  /* More bytes came than the node size was chosen for. */
  while (n > FIL_TIGER_MAX_NODES)
    n = fil_tiger_parents (nodes, nodes, n);
  tree = fil_tiger_tree_new_from_row (self->size, nodes, n);
  start_over (self);
  return tree;
}

/**
 * fil_tiger_context_finish_root:
 * @out: (out): the root of all bytes so far
 *
 * As fil_tiger_context_finish(), for who wants the root alone: of a file, or of the bytes under one
 * node to compare with fil_tiger_tree_verify_hash().
 */
void
fil_tiger_context_finish_root (FilTigerContext *self,
                               FilTth *out)
{
  FilTth *nodes;
  gsize n;

  close_row (self);
  nodes = (FilTth *) self->row->data;
  n = self->row->len;
  while (n > 1)
    n = fil_tiger_parents (nodes, nodes, n);
  *out = nodes[0];
  start_over (self);
}

/**
 * fil_tth_of:
 * @out: (out): the root of the tree of @bytes
 */
void
fil_tth_of (FilTth *out,
            const void *bytes,
            gsize len)
{
  g_autoptr(FilTigerContext) context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE);

  fil_tiger_context_update (context, bytes, len);
  fil_tiger_context_finish_root (context, out);
}
