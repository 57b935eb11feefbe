/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"

#include <glib/gi18n-lib.h>

/* The folder may be removed, and another be added, while a scan runs: so by id. */
typedef struct
{
  FilLibrary *library;
  gint64 share;
} ScanData;

void
_fil_library_set_state (FilLibraryShare *share,
                        FilShareState state,
                        const char *reason)
{
  if (share->state == state && g_strcmp0 (share->reason, reason) == 0)
    return;
  share->state = state;
  g_free (share->reason);
  share->reason = g_strdup (reason);
  _fil_library_changed (share->library, share);
}

/* Between scanning, hashing and watching. A reason that the last scan found stays. */
void
_fil_library_settle (FilLibraryShare *share)
{
  g_autofree char *reason = g_strdup (share->reason);

  if (share->state == FIL_SHARE_AWAY || share->state == FIL_SHARE_UNREADABLE || share->is_scanning)
    _fil_library_changed (share->library, share);
  else
    _fil_library_set_state (share, share->to_hash > 0 ? FIL_SHARE_HASHING : FIL_SHARE_WATCHING, reason);
  _fil_library_changed (share->library, share);
}

/* dev is left out: it may be another after a restart of the machine. */
static gboolean
is_unchanged (const FilFileRow *known,
              const FilFileRow *seen)
{
  return known->hashed_at != 0 && known->size == seen->size && known->mtime_ns == seen->mtime_ns &&
         known->ctime_ns == seen->ctime_ns && known->inode == seen->inode;
}

static void
see_again (FilLibraryFile *file,
           const FilFileRow *seen)
{
  FilLibrary *self = file->share->library;

  if (is_unchanged (file->row, seen))
    {
      if (file->row->dev != seen->dev)
        {
          file->row->dev = seen->dev;
          fil_files_table_save (self->database, file->row);
        }
      _fil_library_file_share (file);
      return;
    }
  if (file->is_queued && self->hashing == file->index)
    return; /* the hasher looks for itself */
  _fil_library_file_unshare (file);
  _fil_library_unqueue (file);
  file->row->hashed_at = 0;
  file->row->size = seen->size;
  file->row->mtime_ns = seen->mtime_ns;
  file->row->ctime_ns = seen->ctime_ns;
  file->row->dev = seen->dev;
  file->row->inode = seen->inode;
  _fil_library_queue (file);
}

static void
see_first (FilLibraryShare *share,
           const FilFileRow *seen)
{
  FilLibraryFile *file = _fil_library_file_new (share, fil_file_row_copy (seen));

  file->row->id = fil_ids_next (share->library->ids, FIL_ID_FILE);
  file->row->share = share->row->id;
  file->generation = share->generation;
  _fil_library_queue (file);
}

static void
on_batch (GPtrArray *rows,
          gpointer data)
{
  ScanData *scan = data;
  FilLibraryShare *share = _fil_library_share (scan->library, scan->share);

  for (guint i = 0; share != NULL && i < rows->len; i++)
    {
      const FilFileRow *seen = rows->pdata[i];
      FilLibraryFile *file = g_hash_table_lookup (share->by_path, seen->path);

      if (file != NULL)
        {
          file->generation = share->generation;
          see_again (file, seen);
        }
      else
        see_first (share, seen);
    }
}

/* What the scan did not see is gone, or cannot be seen: then its row is kept. */
static void
sweep (FilLibraryShare *share,
       gboolean is_gone)
{
  g_autoptr (GPtrArray) unseen = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, share->by_path);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FilLibraryFile *file = value;

      if (file->generation != share->generation)
        g_ptr_array_add (unseen, file);
    }
  for (guint i = 0; i < unseen->len; i++)
    {
      FilLibraryFile *file = unseen->pdata[i];

      if (is_gone || !file->is_saved)
        _fil_library_file_remove (file);
      else
        {
          _fil_library_file_unshare (file);
          _fil_library_unqueue (file);
        }
    }
}

static void
on_change (gpointer data)
{
  _fil_library_scan_soon (data);
}

static gboolean
watch (FilLibraryShare *share,
       GPtrArray *folders)
{
  FilLibrary *self = share->library;

  if (!self->is_watching)
    return FALSE;
  if (share->watcher == NULL)
    share->watcher = fil_watcher_new (self->reactor, on_change, share);
  return fil_watcher_set_folders (share->watcher, folders);
}

static void
take_result (FilLibraryShare *share,
             const FilScanResult *result)
{
  g_autofree char *reason = NULL;

  if (result->error != NULL)
    {
      gboolean is_away = g_error_matches (result->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);

      sweep (share, FALSE);
      g_clear_pointer (&share->watcher, fil_watcher_free);
      _fil_library_set_state (share, is_away ? FIL_SHARE_AWAY : FIL_SHARE_UNREADABLE, result->error->message);
      return;
    }
  sweep (share, result->unreadable == 0 && !result->is_cut);
  if (result->is_cut)
    reason = g_strdup (_ ("This folder has too many files: some are left out."));
  else if (result->unreadable > 0)
    reason = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%u folder in it cannot be read.", "%u folders in it cannot be read.",
                     result->unreadable),
        result->unreadable);
  _fil_library_set_state (share, share->to_hash > 0 ? FIL_SHARE_HASHING : FIL_SHARE_WATCHING, reason);
}

static void
on_done (const FilScanResult *result,
         gpointer data)
{
  ScanData *scan = data;
  FilLibraryShare *share = _fil_library_share (scan->library, scan->share);
  gboolean is_unsure;
  gint64 now_us;

  if (share == NULL)
    return;
  share->is_scanning = FALSE;
  take_result (share, result);
  /* What happened between the scan and the watch, or during the scan, may not have been seen. */
  is_unsure = result->error == NULL && watch (share, result->folders);
  now_us = fil_clock_now (scan->library->clock);
  if (share->is_scan_wanted || is_unsure)
    _fil_library_scan_soon (share);
  else
    fil_timer_set (share->timer,
                   now_us + (result->error != NULL ? FIL_LIBRARY_AWAY_US : FIL_LIBRARY_RESCAN_US));
}

/* Looks through the folder now, or after the scan that runs. */
void
_fil_library_scan (FilLibraryShare *share)
{
  FilLibrary *self = share->library;
  g_autoptr (FilSharePlaces) places = NULL;
  ScanData *scan;

  if (share->is_scanning)
    {
      share->is_scan_wanted = TRUE;
      return;
    }
  fil_timer_clear (share->timer);
  share->is_scanning = TRUE;
  share->is_scan_wanted = FALSE;
  share->first_change_us = 0;
  share->generation++;
  if (share->state == FIL_SHARE_WATCHING || share->state == FIL_SHARE_HASHING)
    _fil_library_set_state (share, FIL_SHARE_SCANNING, NULL);
  places = _fil_library_places (self);
  scan = g_new (ScanData, 1);
  *scan = (ScanData){ self, share->row->id };
  fil_scan (self->scan_worker, share->row->path, share->row->include_private, places, on_batch, on_done, scan,
            g_free);
}

/* Looks through the folder when it is quiet, or after a while if it never is. */
void
_fil_library_scan_soon (FilLibraryShare *share)
{
  gint64 now_us = fil_clock_now (share->library->clock);

  if (share->is_scanning)
    {
      share->is_scan_wanted = TRUE;
      return;
    }
  if (share->first_change_us == 0)
    share->first_change_us = now_us;
  fil_timer_set (share->timer,
                 MIN (now_us + FIL_LIBRARY_SETTLE_US, share->first_change_us + FIL_LIBRARY_SETTLE_MAX_US));
}

/**
 * fil_library_rescan:
 * @share: a folder's id, -1 for all
 */
void
fil_library_rescan (FilLibrary *self,
                    gint64 share)
{
  for (guint i = 0; i < self->shares->len; i++)
    {
      FilLibraryShare *candidate = self->shares->pdata[i];

      if (share == -1 || candidate->row->id == share)
        _fil_library_scan (candidate);
    }
}
