/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"

#include "keyword-index-builder.h"

/* Has the delegate told soon, of share too unless it is NULL. */
void
_fil_library_changed (FilLibrary *self,
                      FilLibraryShare *share)
{
  gint64 at_us = MAX (fil_clock_now (self->clock), self->notified_us + FIL_LIBRARY_NOTIFY_US);

  self->is_status_changed = TRUE;
  if (share != NULL)
    share->is_changed = TRUE;
  if (fil_timer_due (self->notify_timer) > at_us)
    fil_timer_set (self->notify_timer, at_us);
}

static void
notify_shares (FilLibrary *self)
{
  g_autoptr (GArray) changed = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) removed = g_steal_pointer (&self->removed);

  self->removed = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < self->shares->len; i++)
    {
      FilLibraryShare *share = self->shares->pdata[i];

      if (share->is_changed)
        g_array_append_val (changed, share->row->id);
      share->is_changed = FALSE;
    }
  for (guint i = 0; i < removed->len; i++)
    self->delegate.share_removed (g_array_index (removed, gint64, i), self->delegate_data);
  for (guint i = 0; i < changed->len; i++)
    self->delegate.share_changed (g_array_index (changed, gint64, i), self->delegate_data);
}

static void
on_notify (gpointer data,
           gint64 now_us)
{
  FilLibrary *self = data;
  FilLibraryFile *hashing = self->hashing != 0 ? self->by_index->pdata[self->hashing] : NULL;

  self->notified_us = now_us;
  if (hashing != NULL)
    {
      hashing->share->is_changed = TRUE;
      fil_timer_set (self->notify_timer, now_us + FIL_LIBRARY_PROGRESS_US);
    }
  notify_shares (self);
  if (self->is_index_new)
    {
      self->is_index_new = FALSE;
      self->delegate.index_changed (self->delegate_data);
    }
  if (self->is_status_changed || hashing != NULL)
    {
      self->is_status_changed = FALSE;
      self->delegate.status_changed (self->delegate_data);
    }
}

static void
save_counts (gpointer data,
             gint64 now_us)
{
  FilLibrary *self = data;

  for (guint i = 1; i < self->by_index->len; i++)
    {
      FilLibraryFile *file = self->by_index->pdata[i];

      if (file == NULL || !file->is_counted)
        continue;
      file->is_counted = FALSE;
      fil_files_table_count (self->database, file->row->id, file->row->asked, file->row->sent);
    }
}

/* The files that were known when the node ended are shared at once; the scan looks after them. */
static gboolean
load (FilLibrary *self,
      GError **error)
{
  g_autoptr (GPtrArray) shares = fil_shares_table_load (self->database, error);
  g_autoptr (GPtrArray) files = shares != NULL ? fil_files_table_load (self->database, error) : NULL;

  if (files == NULL)
    return FALSE;
  for (guint i = 0; i < shares->len; i++)
    (void) _fil_library_share_new (self, fil_share_row_copy (shares->pdata[i]));
  g_ptr_array_set_free_func (files, NULL);
  for (guint i = 0; i < files->len; i++)
    {
      FilFileRow *row = files->pdata[i];
      FilLibraryShare *share = _fil_library_share (self, row->share);
      FilLibraryFile *file;

      if (share == NULL || g_hash_table_contains (share->by_path, row->path))
        {
          fil_files_table_remove (self->database, row->id);
          g_free (row);
          continue;
        }
      file = _fil_library_file_new (share, row);
      file->is_saved = TRUE;
      if (row->hashed_at != 0)
        _fil_library_file_share (file);
    }
  fil_library_rescan (self, -1);
  return TRUE;
}

static FilKeywordIndex *
empty_index (void)
{
  g_autoptr (FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();

  return fil_keyword_index_builder_finish (builder);
}

/**
 * fil_library_new:
 * @database: must outlive the library, as @ids and @reactor
 * @delegate: copied; every function must be there
 *
 * Waits for the rows; everything else comes later.
 *
 * Returns: (transfer full): the library as it was when it was freed, or NULL with @error set
 */
FilLibrary *
fil_library_new (FilDatabase *database,
                 FilIds *ids,
                 FilReactor *reactor,
                 const FilLibraryOptions *options,
                 const FilLibraryDelegate *delegate,
                 gpointer delegate_data,
                 GError **error)
{
  FilLibrary *self = g_new0 (FilLibrary, 1);

  self->database = database;
  self->ids = ids;
  self->reactor = reactor;
  self->clock = fil_reactor_clock (reactor);
  self->timers = fil_reactor_timers (reactor);
  self->delegate = *delegate;
  self->delegate_data = delegate_data;
  self->profile = g_strdup (options->profile);
  self->incomplete = g_strdup (options->incomplete);
  self->is_watching = options->watch;
  self->scan_worker = fil_worker_new ("fil-scan", TRUE);
  self->index_worker = fil_worker_new ("fil-index", TRUE);
  self->hasher = fil_hasher_new ();
  self->shares = g_ptr_array_new_with_free_func ((GDestroyNotify) _fil_library_share_free);
  self->by_index = g_ptr_array_new ();
  g_ptr_array_add (self->by_index, NULL);
  self->by_sha1 = g_hash_table_new (fil_sha1_hash, fil_sha1_equal);
  self->removed = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->index = empty_index ();
  self->notify_timer = fil_timer_new (self->timers, on_notify, self);
  self->index_timer = fil_timer_new (self->timers, _fil_library_index_tick, self);
  self->counts_timer = fil_timer_new (self->timers, save_counts, self);
  if (!load (self, error))
    g_clear_pointer (&self, fil_library_free);
  return self;
}

/**
 * fil_library_free:
 *
 * Ends the threads, within one read of the disk, and saves the counts. Nobody is told any more.
 */
void
fil_library_free (FilLibrary *self)
{
  if (self == NULL)
    return;
  save_counts (self, 0);
  self->is_paused = TRUE;
  fil_hasher_free (self->hasher);
  self->hashing = 0;
  fil_worker_free (self->check_worker);
  fil_worker_free (self->scan_worker);
  fil_worker_free (self->index_worker);
  self->is_indexing = TRUE; /* no more snapshots */
  g_ptr_array_unref (self->shares);
  g_hash_table_unref (self->by_sha1);
  g_ptr_array_unref (self->by_index);
  g_array_unref (self->removed);
  fil_keyword_index_unref (self->index);
  fil_timer_free (self->notify_timer);
  fil_timer_free (self->index_timer);
  fil_timer_free (self->counts_timer);
  g_free (self->profile);
  g_free (self->incomplete);
  g_free (self);
}

/**
 * fil_library_get_status:
 * @status: (out):
 */
void
fil_library_get_status (FilLibrary *self,
                        FilLibraryStatus *status)
{
  guint64 done = fil_hasher_progress (self->hasher);
  gint64 elapsed_us = self->hash_since_us != 0 ? fil_clock_now (self->clock) - self->hash_since_us : 0;

  *status = (FilLibraryStatus){
    .files = self->files,
    .bytes = self->bytes,
    .to_hash = self->to_hash,
    .bytes_to_hash = self->bytes_to_hash - MIN (done, self->bytes_to_hash),
  };
  if (elapsed_us > 0)
    status->hash_bps = (guint64) ((double) (self->hashed_bytes + done) * FIL_SEC / (double) elapsed_us);
}
