/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

/* A block of the file, which is what lies under one node of the tree, is proved as soon as it is on disk. */
enum
{
  BLOCK_OPEN,
  BLOCK_ASKED, /* its hash is being worked out */
  BLOCK_WRONG, /* does not fit; waits to be judged */
};

static FilRange
block_range (const FilTigerTree *tree,
             gsize block)
{
  FilRange range = { 0, 0 };

  (void) fil_tiger_tree_range (tree, block, &range.start, &range.end);
  return range;
}

/* Lets the hash of the whole file go along with what is proved; without a tree, with what is there. */
void
_fil_downloads_follow (FilDownloads *self,
                       FilDownload *download)
{
  gboolean has_tree = download->work->n_blocks > 0;
  guint64 end = fil_segment_map_prefix (download->map, has_tree ? FIL_SEGMENT_VERIFIED : FIL_SEGMENT_WRITTEN);

  if (download->work->part_state == FIL_PART_READY && end > 0)
    self->storage.follow (self->storage_data, download->work->part, end, download->size, !has_tree);
}

/* Takes the hash of a block; FALSE when it does not fit. */
static gboolean
take_hash (FilDownloads *self,
           FilDownload *download,
           const FilRangeCheck *check,
           const FilTth *hash,
           gsize *block)
{
  FilDownloadWork *work = download->work;
  FilTigerTree *tree = fil_tree_trust_tree (download->trust);

  if (check->number != work->tree_number || tree == NULL)
    return TRUE;
  *block = fil_tiger_tree_node_at (tree, check->range.start);
  work->blocks[*block] = BLOCK_OPEN;
  if (hash == NULL || !fil_segment_map_is (download->map, check->range, FIL_SEGMENT_WRITTEN))
    return TRUE;
  if (!fil_tiger_tree_verify_hash (tree, *block, hash))
    return FALSE;
  fil_segment_map_verified (download->map, check->range);
  work->is_dirty = TRUE;
  work->has_progress = TRUE;
  _fil_downloads_follow (self, download);
  _fil_downloads_block_right (self, download, *block);
  return TRUE;
}

static void
block_checked (FilDownloads *self,
               FilDownload *download,
               const FilRangeCheck *check,
               const FilTth *hash)
{
  FilDownloadWork *work = download->work;
  gsize block;

  if (take_hash (self, download, check, hash, &block))
    return;
  work->blocks[block] = BLOCK_WRONG;
  g_array_append_val (work->wrong, block);
  _fil_downloads_soon (self);
}

/* Nobody said that these bytes are right, so nobody is to blame. */
static void
held_checked (FilDownloads *self,
              FilDownload *download,
              const FilRangeCheck *check,
              const FilTth *hash)
{
  gsize block;

  if (take_hash (self, download, check, hash, &block))
    return;
  _fil_downloads_forget_block (self, download, block);
  _fil_downloads_soon (self);
}

static void
check_block (FilDownloads *self,
             FilDownload *download,
             gsize block,
             FilRangeChecked func)
{
  FilDownloadWork *work = download->work;
  FilTigerTree *tree = fil_tree_trust_tree (download->trust);
  FilRangeCheck check = { .number = work->tree_number, .func = func, .range = block_range (tree, block) };

  if (work->blocks[block] != BLOCK_OPEN || !fil_segment_map_is (download->map, check.range, FIL_SEGMENT_WRITTEN) ||
      fil_segment_map_is (download->map, check.range, FIL_SEGMENT_VERIFIED))
    return;
  work->blocks[block] = BLOCK_ASKED;
  _fil_downloads_check (self, download, &check);
}

/* Proves the blocks of a range that are whole; what does not fit is judged in tick(). */
void
_fil_downloads_check_range (FilDownloads *self,
                            FilDownload *download,
                            FilRange range)
{
  FilTigerTree *tree = fil_tree_trust_tree (download->trust);
  guint64 number = download->work->tree_number;

  if (tree == NULL || download->work->n_blocks == 0 || download->work->part_state != FIL_PART_READY ||
      fil_tree_trust_is_doubted (download->trust) || fil_range_len (range) == 0)
    return;
  /* An answer may come at once, and bring another tree. */
  for (gsize block = fil_tiger_tree_node_at (tree, range.start);
       block <= fil_tiger_tree_node_at (tree, range.end - 1) && download->work->tree_number == number; block++)
    check_block (self, download, block, block_checked);
}

void
_fil_downloads_check_all (FilDownloads *self,
                          FilDownload *download)
{
  _fil_downloads_check_range (self, download, (FilRange){ 0, download->size });
}

/**
 * _fil_downloads_check_held:
 *
 * Looks for blocks that lie in the part file though no record says so: a node that is killed has written
 * more than it came to record, and a record that comes from a copy of the database is older still. The
 * tree tells what they are worth, so no journal of writes is needed beside the part file, which would
 * cost a sync for each entry, and could be wrong. So a kill costs of each source no more than the block
 * that was on its way. Without a tree nothing is believed; what was found waits for one.
 */
void
_fil_downloads_check_held (FilDownloads *self,
                           FilDownload *download)
{
  FilTigerTree *tree = fil_tree_trust_tree (download->trust);
  g_autoptr (GArray) held = NULL;
  guint64 number = download->work->tree_number;

  if (download->work->held == NULL || tree == NULL || download->work->n_blocks == 0 ||
      download->work->part_state != FIL_PART_READY || fil_tree_trust_is_doubted (download->trust))
    return;
  held = g_steal_pointer (&download->work->held);
  for (guint i = 0; i < held->len && download->work->tree_number == number; i++)
    {
      FilRange range = fil_range_intersect (g_array_index (held, FilRange, i), (FilRange){ 0, download->size });
      gsize block = fil_range_len (range) > 0 ? fil_tiger_tree_node_at (tree, range.start) : download->work->n_blocks;

      for (; block < download->work->n_blocks && download->work->tree_number == number; block++)
        {
          FilRange whole = block_range (tree, block);

          if (whole.end > range.end)
            break;
          if (whole.start >= range.start && fil_segment_map_found (download->map, whole))
            check_block (self, download, block, held_checked);
        }
    }
}

/* Starts over with the blocks: what is being worked out now is not listened to. */
void
_fil_downloads_restart_checks (FilDownloads *self,
                               FilDownload *download)
{
  FilDownloadWork *work = download->work;
  FilTigerTree *tree = download->map != NULL ? fil_tree_trust_tree (download->trust) : NULL;

  work->tree_number = ++self->last_number;
  g_array_set_size (work->wrong, 0);
  g_clear_pointer (&work->blocks, g_free);
  work->n_blocks = tree != NULL ? fil_tiger_tree_n_nodes (tree) : 0;
  work->blocks = g_malloc0 (MAX (work->n_blocks, 1));
  if (download->map != NULL)
    fil_segment_map_set_block (download->map, tree != NULL ? fil_tiger_tree_node_size (tree) : 0);
}

/* The block does not count as wrong any more: it is missing again. */
void
_fil_downloads_forget_block (FilDownloads *self,
                             FilDownload *download,
                             gsize block)
{
  FilTigerTree *tree = fil_tree_trust_tree (download->trust);

  fil_segment_map_forget (download->map, block_range (tree, block));
  download->work->blocks[block] = BLOCK_OPEN;
  download->work->is_dirty = TRUE;
}

/* Takes a block that does not fit from the list, if it is still there. */
gboolean
_fil_downloads_next_wrong (FilDownload *download,
                           gsize *block)
{
  FilDownloadWork *work = download->work;
  FilTigerTree *tree = fil_tree_trust_tree (download->trust);

  while (work->wrong->len > 0 && tree != NULL)
    {
      *block = g_array_index (work->wrong, gsize, work->wrong->len - 1);
      g_array_set_size (work->wrong, work->wrong->len - 1);
      if (work->blocks[*block] == BLOCK_WRONG &&
          fil_segment_map_is (download->map, block_range (tree, *block), FIL_SEGMENT_WRITTEN))
        return TRUE;
      work->blocks[*block] = BLOCK_OPEN;
    }
  return FALSE;
}
