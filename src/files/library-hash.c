/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"

static void
count_queued (FilLibraryFile *file,
              gboolean is_more)
{
  FilLibraryShare *share = file->share;
  FilLibrary *self = share->library;
  guint64 size = file->row->size;

  share->to_hash += is_more ? 1 : -1;
  share->bytes_to_hash += is_more ? size : -size;
  self->to_hash += is_more ? 1 : -1;
  self->bytes_to_hash += is_more ? size : -size;
}

static void
start (FilLibraryFile *file)
{
  FilLibrary *self = file->share->library;

  g_queue_unlink (&self->hash_queue, &file->queued);
  self->hashing = file->index;
}

/* The file whose hash is wanted no more, or is there. */
static void
stop (FilLibraryFile *file)
{
  if (!file->is_queued)
    return;
  file->is_queued = FALSE;
  count_queued (file, FALSE);
  _fil_library_settle (file->share);
}

static void
take_hash (FilLibraryFile *file,
           const FilFileRow *row,
           FilTigerTree *tree)
{
  FilLibrary *self = file->share->library;
  g_autoptr (GBytes) nodes = fil_tiger_tree_to_bytes (tree);

  file->row->size = row->size;
  file->row->mtime_ns = row->mtime_ns;
  file->row->ctime_ns = row->ctime_ns;
  file->row->dev = row->dev;
  file->row->inode = row->inode;
  file->row->sha1 = row->sha1;
  file->row->tth = row->tth;
  file->row->hashed_at = MAX (fil_clock_wall (self->clock) / FIL_SEC, 1);
  self->hashed_bytes += row->size;
  file->is_saved = TRUE;
  fil_files_table_save (self->database, file->row);
  /* One node is the root, which the row has already. */
  if (fil_tiger_tree_n_nodes (tree) > 1)
    fil_files_table_save_tree (self->database, file->row->id, nodes);
  _fil_library_file_share (file);
}

static void hash_next (FilLibrary *self);

static void
on_hashed (const FilFileRow *row,
           FilTigerTree *tree,
           const GError *error,
           gpointer data)
{
  FilLibrary *self = data;
  FilLibraryFile *file = self->by_index->pdata[self->hashing];

  self->hashing = 0;
  if (file == NULL)
    ; /* removed meanwhile, or not wanted any more */
  else if (g_error_matches (error, FIL_FILES_ERROR, FIL_FILES_ERROR_CANCELLED))
    g_queue_push_head_link (&self->hash_queue, &file->queued);
  else
    {
      stop (file);
      if (error == NULL)
        take_hash (file, row, tree);
      else if (g_error_matches (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE))
        _fil_library_file_remove (file);
      else if (g_error_matches (error, FIL_FILES_ERROR, FIL_FILES_ERROR_CHANGED))
        _fil_library_scan_soon (file->share); /* somebody still writes it */
      else
        _fil_library_set_state (file->share, file->share->state, error->message);
    }
  hash_next (self);
}

/* Starts the next file when there is one and none is hashed. */
static void
hash_next (FilLibrary *self)
{
  FilLibraryFile *file = g_queue_peek_head (&self->hash_queue);

  if (fil_hasher_is_busy (self->hasher) || self->is_paused)
    return;
  if (file == NULL)
    {
      self->hash_since_us = 0;
      return;
    }
  if (self->hash_since_us == 0)
    {
      self->hash_since_us = fil_clock_now (self->clock);
      self->hashed_bytes = 0;
    }
  start (file);
  fil_hasher_start (self->hasher, file->share->row->path, file->row, on_hashed, self);
}

/* Its hash is wanted: it is new, or not what it was. The size must not change while it waits. */
void
_fil_library_queue (FilLibraryFile *file)
{
  FilLibrary *self = file->share->library;

  g_assert (!file->is_shared);
  if (!file->is_queued)
    {
      file->is_queued = TRUE;
      count_queued (file, TRUE);
      g_queue_push_tail_link (&self->hash_queue, &file->queued);
      _fil_library_settle (file->share);
    }
  hash_next (self);
}

void
_fil_library_unqueue (FilLibraryFile *file)
{
  FilLibrary *self = file->share->library;

  if (!file->is_queued)
    return;
  if (self->hashing == file->index)
    {
      /* Whatever the hasher says of it now is not wanted. */
      self->hashing = 0;
      fil_hasher_cancel (self->hasher);
    }
  else
    g_queue_unlink (&self->hash_queue, &file->queued);
  stop (file);
}

/**
 * fil_library_set_hashing_paused:
 *
 * Stops hashing, in the middle of a file too, or goes on. For machines on battery.
 */
void
fil_library_set_hashing_paused (FilLibrary *self,
                                gboolean paused)
{
  self->is_paused = paused;
  if (paused)
    fil_hasher_cancel (self->hasher);
  else
    hash_next (self);
}
