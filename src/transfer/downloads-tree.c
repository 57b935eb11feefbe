/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include <glib/gi18n-lib.h>

#include "transfer-limits.h"

/* What becomes of a tree, and of blocks that do not fit it (tree-trust.h). A block that came from one source
 * names it. One of many pieces is hashed piece by piece and fetched again: when the right one is there, the
 * pieces that differ name who sent them. */

typedef struct
{
  guint64 number;
  gsize block;
  guint n_pieces;
  FilSegment pieces[FIL_SUSPECT_PIECES_MAX];
  FilTth hashes[FIL_SUSPECT_PIECES_MAX];
  guint waiting;       /* hashes that are awaited */
  gboolean is_hashed;  /* … none: the block was forgotten */
  gboolean is_compared; /* or cannot be: a hash is missing */
} Suspect;

static Suspect *
find_suspect (const FilDownload *download,
              guint64 number)
{
  for (guint i = 0; i < download->work->suspects->len; i++)
    {
      Suspect *suspect = g_ptr_array_index (download->work->suspects, i);

      if (suspect->number == number)
        return suspect;
    }
  return NULL;
}

/* Another tree is used, or none: what was proved by the one before is not. */
static void
change_tree (FilDownloads *self,
             FilDownload *download)
{
  FilTigerTree *tree = fil_tree_trust_tree (download->trust);

  fil_segment_map_doubt (download->map);
  g_ptr_array_set_size (download->work->suspects, 0);
  _fil_downloads_restart_checks (self, download);
  if (tree != NULL)
    {
      /* From now on each block proves itself: nobody has to do it alone. */
      download->mismatches = 0;
      download->solo = 0;
    }
  self->delegate.save_tree (self->data, download, tree);
  _fil_downloads_check_held (self, download);
  _fil_downloads_check_all (self, download);
  _fil_downloads_soon (self);
}

/* The file is of another size than that of the trees. */
void
_fil_downloads_forget_trees (FilDownloads *self,
                             FilDownload *download)
{
  fil_tree_trust_drop_trees (download->trust);
  g_ptr_array_set_size (download->work->suspects, 0);
  g_array_set_size (download->work->culprits, 0);
  _fil_downloads_restart_checks (self, download);
  self->delegate.save_tree (self->data, download, NULL);
}

/* Something was done to the trust. */
static void
trust_changed (FilDownloads *self,
               FilDownload *download,
               const FilTigerTree *before,
               gboolean was_doubted)
{
  const FilTth *bound = fil_tree_trust_bound (download->trust);

  download->has_tth = bound != NULL;
  if (bound != NULL)
    download->tth = *bound;
  if (fil_tree_trust_tree (download->trust) != before)
    change_tree (self, download);
  else if (was_doubted && !fil_tree_trust_is_doubted (download->trust))
    {
      _fil_downloads_restart_checks (self, download);
      _fil_downloads_check_held (self, download);
      _fil_downloads_check_all (self, download);
    }
}

/* A source with the whole file named the root of its tree. */
void
_fil_downloads_root_named (FilDownloads *self,
                           FilDownload *download,
                           const FilFileSource *source,
                           const FilTth *root)
{
  const FilTigerTree *before = fil_tree_trust_tree (download->trust);
  gboolean was_doubted = fil_tree_trust_is_doubted (download->trust);

  if (source->is_blamed)
    return;
  fil_tree_trust_name (download->trust, root, source->id, &source->seen_at);
  trust_changed (self, download, before, was_doubted);
}

void
_fil_downloads_tree_came (FilDownloads *self,
                          FilDownload *download,
                          FilTigerTree *tree)
{
  const FilTigerTree *before = fil_tree_trust_tree (download->trust);

  g_debug ("download %" G_GINT64_FORMAT ": a tree of %" G_GSIZE_FORMAT " blocks", download->id,
           fil_tiger_tree_n_nodes (tree));
  fil_tree_trust_take (download->trust, tree);
  trust_changed (self, download, before, FALSE);
}

/* A source is a liar: its connection ends, and its word on trees counts no more. */
static void
convict (FilDownloads *self,
         FilDownload *download,
         FilFileSource *source)
{
  const FilTigerTree *before = fil_tree_trust_tree (download->trust);
  gboolean was_doubted = fil_tree_trust_is_doubted (download->trust);

  if (source->is_blamed)
    return;
  _fil_downloads_blame (self, download, source);
  fil_tree_trust_drop_source (download->trust, source->id);
  trust_changed (self, download, before, was_doubted);
  /* So that a node that dies now does not ask it again. */
  _fil_downloads_save (self, download);
}

/* Who sent all of a block, or a piece of it and is a liar anyway; NULL: not one alone. */
static FilFileSource *
culprit (const FilDownload *download,
         const FilSegment *pieces,
         guint n)
{
  FilFileSource *only = fil_download_find_source (download, pieces[0].owner);

  for (guint i = 0; i < n; i++)
    {
      FilFileSource *source = fil_download_find_source (download, pieces[i].owner);

      if (source != NULL && source->is_blamed)
        return source;
      if (source != only)
        only = NULL;
    }
  return only;
}

/* The pieces that are not what they were when the block was wrong were. */
static void
piece_compared (FilDownloads *self,
                FilDownload *download,
                const FilRangeCheck *check,
                const FilTth *hash)
{
  Suspect *suspect = find_suspect (download, check->number);

  if (suspect == NULL || hash == NULL || fil_tth_equal (hash, &suspect->hashes[check->piece]))
    return;
  g_array_append_val (download->work->culprits, suspect->pieces[check->piece].owner);
  _fil_downloads_soon (self);
}

static void
piece_hashed (FilDownloads *self,
              FilDownload *download,
              const FilRangeCheck *check,
              const FilTth *hash)
{
  Suspect *suspect = find_suspect (download, check->number);

  if (suspect == NULL)
    return;
  if (hash != NULL)
    suspect->hashes[check->piece] = *hash;
  else
    suspect->is_compared = TRUE;
  if (--suspect->waiting > 0)
    return;
  suspect->is_hashed = TRUE;
  _fil_downloads_forget_block (self, download, suspect->block);
  _fil_downloads_soon (self);
}

static void
check_pieces (FilDownloads *self,
              FilDownload *download,
              const Suspect *suspect,
              FilRangeChecked func)
{
  guint n = suspect->n_pieces;

  for (guint i = 0; i < n; i++)
    {
      FilRangeCheck check = { .number = suspect->number, .piece = i, .func = func, .range = suspect->pieces[i].range };

      _fil_downloads_check (self, download, &check);
    }
}

/* Remembers what a wrong block was made of, then it is fetched again. */
static void
suspect_block (FilDownloads *self,
               FilDownload *download,
               gsize block,
               const FilSegment *pieces,
               guint n)
{
  GPtrArray *suspects = download->work->suspects;
  Suspect *suspect;

  if (n > FIL_SUSPECT_PIECES_MAX || suspects->len >= FIL_SUSPECTS_MAX)
    {
      _fil_downloads_forget_block (self, download, block);
      return;
    }
  suspect = g_new0 (Suspect, 1);
  suspect->number = ++self->last_number;
  suspect->block = block;
  suspect->n_pieces = suspect->waiting = n;
  for (guint i = 0; i < n; i++)
    suspect->pieces[i] = pieces[i];
  g_ptr_array_add (suspects, suspect);
  check_pieces (self, download, suspect, piece_hashed);
}

/* A block fits now; whoever sent what was there before is found out. */
void
_fil_downloads_block_right (FilDownloads *self,
                            FilDownload *download,
                            gsize block)
{
  for (guint i = 0; i < download->work->suspects->len; i++)
    {
      Suspect *suspect = g_ptr_array_index (download->work->suspects, i);

      if (suspect->block != block || !suspect->is_hashed || suspect->is_compared)
        continue;
      suspect->is_compared = TRUE;
      check_pieces (self, download, suspect, piece_compared);
    }
}

static void
judge (FilDownloads *self,
       FilDownload *download,
       gsize block)
{
  FilSegment pieces[FIL_SUSPECT_PIECES_MAX];
  FilRange range = { 0, 0 };
  FilFileSource *source;
  guint n;

  (void) fil_tiger_tree_range (fil_tree_trust_tree (download->trust), block, &range.start, &range.end);
  n = fil_segment_map_pieces (download->map, range, pieces, G_N_ELEMENTS (pieces));
  source = n > 0 && n <= G_N_ELEMENTS (pieces) ? culprit (download, pieces, n) : NULL;
  g_message ("download %" G_GINT64_FORMAT ": block %" G_GSIZE_FORMAT " does not fit the tree", download->id, block);
  if (fil_tree_trust_bound (download->trust) == NULL && !fil_tree_trust_is_tried (download->trust))
    {
      /* Who sent both contradicts himself; else either of the two may be wrong. */
      if (source == NULL || !fil_tree_trust_names (download->trust, source->id))
        {
          fil_tree_trust_doubt (download->trust);
          return;
        }
      _fil_downloads_forget_block (self, download, block);
      convict (self, download, source);
    }
  else if (source != NULL && fil_tree_trust_bound (download->trust) != NULL)
    {
      _fil_downloads_forget_block (self, download, block);
      convict (self, download, source);
    }
  else
    {
      if (source != NULL)
        source->is_suspect = TRUE;
      suspect_block (self, download, block, pieces, n);
    }
}

/* Those whose pieces turned out to be wrong, once the tree is sure. */
static void
convict_found (FilDownloads *self,
               FilDownload *download)
{
  GArray *culprits = download->work->culprits;

  while (culprits->len > 0 && fil_tree_trust_bound (download->trust) != NULL)
    {
      FilFileSource *source = fil_download_find_source (download, g_array_index (culprits, guint32, culprits->len - 1));

      g_array_set_size (culprits, culprits->len - 1);
      if (source != NULL)
        convict (self, download, source);
    }
}

/**
 * _fil_downloads_judge_blocks:
 *
 * Says whose fault the blocks are that did not fit, and fetches them again; only in tick().
 */
void
_fil_downloads_judge_blocks (FilDownloads *self,
                             FilDownload *download)
{
  gsize block;

  while (!fil_tree_trust_is_doubted (download->trust) && _fil_downloads_next_wrong (download, &block))
    judge (self, download, block);
  convict_found (self, download);
}

/**
 * _fil_downloads_file_right:
 * @root: of the whole file
 *
 * The file is what was asked for: that settles which root is its own, and who was wrong.
 */
void
_fil_downloads_file_right (FilDownloads *self,
                           FilDownload *download,
                           const FilTth *root)
{
  fil_tree_trust_bind (download->trust, root, fil_tree_trust_is_by_person (download->trust));
  download->tth = *root;
  download->has_tth = TRUE;
  convict_found (self, download);
}

/* The root belongs to another file, and everybody who named it lied. */
static void
disprove (FilDownloads *self,
          FilDownload *download)
{
  g_autoptr (GPtrArray) liars = g_ptr_array_new ();

  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      source->is_suspect = FALSE;
      if (fil_tree_trust_names (download->trust, source->id))
        g_ptr_array_add (liars, source);
    }
  fil_tree_trust_disprove (download->trust);
  for (guint i = 0; i < liars->len; i++)
    _fil_downloads_blame (self, download, g_ptr_array_index (liars, i));
  g_array_set_size (download->work->culprits, 0);
  download->has_tth = FALSE;
  change_tree (self, download);
  fil_segment_map_forget (download->map, (FilRange){ 0, download->size });
  download->work->is_dirty = TRUE;
}

/**
 * _fil_downloads_file_wrong:
 *
 * Every byte is there, and the SHA-1 is wrong.
 *
 * Returns: whether the tree has told what to do next; FALSE: there is none that helps
 */
gboolean
_fil_downloads_file_wrong (FilDownloads *self,
                           FilDownload *download)
{
  FilDownloadWork *work = download->work;

  if (work->n_blocks == 0)
    return FALSE;
  if (fil_tree_trust_try (download->trust))
    {
      _fil_downloads_restart_checks (self, download);
      _fil_downloads_check_all (self, download);
      return TRUE;
    }
  if (!work->was_rechecked)
    {
      /* The disk may have changed behind what was proved. */
      work->was_rechecked = TRUE;
      fil_segment_map_doubt (download->map);
      _fil_downloads_restart_checks (self, download);
      _fil_downloads_check_all (self, download);
      return TRUE;
    }
  work->was_rechecked = FALSE;
  disprove (self, download);
  return TRUE;
}
