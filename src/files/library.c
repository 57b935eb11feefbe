/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"

#include "files-limits.h"
#include "keyword-index-builder.h"
#include "safe-open.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
share_free (FilLibraryShare *share)
{
  g_clear_pointer (&share->watcher, fil_watcher_free);
  fil_timer_free (share->timer);
  g_hash_table_unref (share->by_path);
  fil_share_row_free (share->row);
  g_free (share->reason);
  g_free (share);
}

static void
on_share_timer (gpointer data,
                gint64 now_us)
{
  _fil_library_scan (data);
}

/* Takes row. */
static FilLibraryShare *
share_new (FilLibrary *self,
           FilShareRow *row)
{
  FilLibraryShare *share = g_new0 (FilLibraryShare, 1);

  share->library = self;
  share->row = row;
  share->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) _fil_library_file_free);
  share->timer = fil_timer_new (self->timers, on_share_timer, share);
  g_ptr_array_add (self->shares, share);
  return share;
}

FilLibraryShare *
_fil_library_share (FilLibrary *self,
                    gint64 id)
{
  for (guint i = 0; i < self->shares->len; i++)
    {
      FilLibraryShare *share = self->shares->pdata[i];

      if (share->row->id == id)
        return share;
    }
  return NULL;
}

FilSharePlaces *
_fil_library_places (FilLibrary *self)
{
  g_autoptr (GStrvBuilder) shares = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; i < self->shares->len; i++)
    g_strv_builder_add (shares, ((FilLibraryShare *) self->shares->pdata[i])->row->path);
  paths = g_strv_builder_end (shares);
  return fil_share_places_new (self->profile, self->incomplete, (const char *const *) paths);
}

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
    (void) share_new (self, fil_share_row_copy (shares->pdata[i]));
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
  self->shares = g_ptr_array_new_with_free_func ((GDestroyNotify) share_free);
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
 * fil_library_check:
 *
 * Tells @func what the world would see of a folder; see fil_share_check().
 */
void
fil_library_check (FilLibrary *self,
                   const char *path,
                   FilShareChecked func,
                   gpointer data)
{
  g_autoptr (FilSharePlaces) places = _fil_library_places (self);

  /* A person waits: not behind a scan, and not giving way. */
  if (self->check_worker == NULL)
    self->check_worker = fil_worker_new ("fil-check", FALSE);
  fil_share_check (self->check_worker, places, path, func, data);
}

/* The path without links, if it may be shared. */
static char *
judge (FilLibrary *self,
       const char *path,
       GError **error)
{
  g_autoptr (FilSharePlaces) places = _fil_library_places (self);
  g_autofree char *refusal = NULL;
  g_autofree char *real = NULL;
  char *resolved = realpath (path, NULL);
  struct stat st;

  if (resolved == NULL || stat (resolved, &st) != 0)
    {
      int saved_errno = errno;

      free (resolved);
      fil_files_set_error (error, saved_errno, path);
      return NULL;
    }
  real = g_strdup (resolved);
  free (resolved);
  if (!S_ISDIR (st.st_mode))
    refusal = g_strdup (_ ("Only folders can be shared."));
  else if (strlen (real) >= FIL_SCAN_MAX_PATH)
    refusal = g_strdup (_ ("The path of this folder is too long."));
  else
    refusal = fil_share_policy_refusal (places, real);
  if (refusal != NULL)
    {
      g_set_error_literal (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED, refusal);
      return NULL;
    }
  return g_steal_pointer (&real);
}

/**
 * fil_library_add:
 * @include_private: also what looks private; nothing changes that hidden files are left out
 *
 * Shares a folder, if the policy lets it.
 *
 * Returns: the folder's id, or 0 with @error set: FIL_FILES_ERROR_REFUSED with the sentence, GONE, …
 */
gint64
fil_library_add (FilLibrary *self,
                 const char *path,
                 gboolean include_private,
                 GError **error)
{
  g_autofree char *real = judge (self, path, error);
  FilLibraryShare *share;
  FilShareRow *row;

  if (real == NULL)
    return 0;
  row = g_new0 (FilShareRow, 1);
  row->id = fil_ids_next (self->ids, FIL_ID_SHARE);
  row->path = g_steal_pointer (&real);
  row->include_private = include_private;
  row->added = fil_clock_wall (self->clock) / FIL_SEC;
  fil_shares_table_save (self->database, row);
  share = share_new (self, row);
  _fil_library_changed (self, share);
  _fil_library_scan (share);
  return row->id;
}

/**
 * fil_library_remove:
 * @path: as it was added or as it is listed
 *
 * Shares a folder no more, at once. Its files stay where they are.
 */
gboolean
fil_library_remove (FilLibrary *self,
                    const char *path,
                    GError **error)
{
  char *real = realpath (path, NULL);

  for (guint i = 0; i < self->shares->len; i++)
    {
      FilLibraryShare *share = self->shares->pdata[i];
      gint64 id = share->row->id;

      if (strcmp (share->row->path, path) != 0 && g_strcmp0 (share->row->path, real) != 0)
        continue;
      free (real);
      fil_shares_table_remove (self->database, id);
      g_ptr_array_remove_index (self->shares, i);
      g_array_append_val (self->removed, id);
      _fil_library_changed (self, NULL);
      return TRUE;
    }
  free (real);
  g_set_error_literal (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE, _ ("This folder is not shared."));
  return FALSE;
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

static void
fill_status (FilLibraryShare *share,
             FilShareStatus *status)
{
  *status = (FilShareStatus){
    .id = share->row->id,
    .path = share->row->path,
    .state = share->state,
    .reason = share->reason,
    .files = share->files,
    .bytes = share->bytes,
    .to_hash = share->to_hash,
    .bytes_to_hash = share->bytes_to_hash,
  };
}

/**
 * fil_library_list_shares:
 *
 * Returns: (transfer full) (element-type FilShareStatus): the shared folders in the order in which they
 *   were added
 */
GArray *
fil_library_list_shares (FilLibrary *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (FilShareStatus));

  g_array_set_size (list, self->shares->len);
  for (guint i = 0; i < self->shares->len; i++)
    fill_status (self->shares->pdata[i], &g_array_index (list, FilShareStatus, i));
  return list;
}

/**
 * fil_library_get_share:
 *
 * Returns: whether there is such a folder
 */
gboolean
fil_library_get_share (FilLibrary *self,
                       gint64 share,
                       FilShareStatus *status)
{
  FilLibraryShare *found = _fil_library_share (self, share);

  if (found != NULL)
    fill_status (found, status);
  return found != NULL;
}

/**
 * fil_share_state_name:
 *
 * Returns: (transfer none): the stable name of @state, as scripts know it
 */
const char *
fil_share_state_name (FilShareState state)
{
  static const char *const names[] = { "scanning", "hashing", "watching", "away", "unreadable" };

  g_return_val_if_fail (state < G_N_ELEMENTS (names), NULL);
  return names[state];
}

/**
 * fil_library_open:
 *
 * Opens a shared file for sending, if it is still the very file that was hashed. If not, it is
 * shared no more until it was looked at again.
 *
 * Returns: a descriptor that the caller closes, or -1 with @error set: FIL_FILES_ERROR_CHANGED, GONE, …
 */
int
fil_library_open (FilLibrary *self,
                  guint32 index,
                  GError **error)
{
  FilLibraryFile *file;
  int fd;

  if (fil_library_get (self, index) == NULL)
    {
      g_set_error_literal (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE, _ ("This file is not shared any more."));
      return -1;
    }
  file = self->by_index->pdata[index];
  fd = fil_open_beneath (file->share->row->path, file->row->path, error);
  if (fd >= 0 && fil_check_same_file (fd, file->row, error))
    return fd;
  if (fd >= 0)
    close (fd);
  _fil_library_file_unshare (file);
  _fil_library_scan_soon (file->share);
  return -1;
}

typedef struct
{
  guint64 size;
  FilTth root;
  FilTreeLoaded func;
  gpointer data;
} TreeRequest;

static void
on_tree (GBytes *row,
         gpointer data)
{
  TreeRequest *request = data;
  g_autoptr (FilTigerTree) tree = NULL;

  if (row != NULL)
    tree = fil_tiger_tree_new_from_bytes (request->size, row);
  else if (request->size > 0 && request->size <= fil_tiger_kept_node_size (request->size))
    tree = fil_tiger_tree_new_from_row (request->size, &request->root, 1); /* see take_hash() */
  if (tree != NULL && !fil_tth_equal (fil_tiger_tree_root (tree), &request->root))
    g_clear_pointer (&tree, fil_tiger_tree_unref);
  request->func (tree, request->data);
}

/**
 * fil_library_load_tree:
 * @func: gets the file's tiger tree, borrowed, or NULL
 */
void
fil_library_load_tree (FilLibrary *self,
                       guint32 index,
                       FilTreeLoaded func,
                       gpointer data)
{
  const FilFileRow *row = fil_library_get (self, index);
  TreeRequest *request = g_new0 (TreeRequest, 1);

  request->func = func;
  request->data = data;
  if (row != NULL)
    {
      request->size = row->size;
      request->root = row->tth;
    }
  fil_files_table_load_tree (self->database, row != NULL ? row->id : 0, on_tree, request, g_free);
}
