/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads.h"

#include "downloads-private.h"
#include "fetch.h"
#include "transfer-limits.h"

/**
 * fil_downloads_new:
 * @delegate: copied
 * @storage: copied; it answers what was asked even after fil_downloads_free()
 *
 * Returns: (transfer full):
 */
FilDownloads *
fil_downloads_new (const FilDownloadsDelegate *delegate,
                   gpointer data,
                   const FilStorage *storage,
                   gpointer storage_data,
                   const char *user_agent)
{
  FilDownloads *self = g_new0 (FilDownloads, 1);

  self->delegate = *delegate;
  self->storage = *storage;
  self->data = data;
  self->storage_data = storage_data;
  self->user_agent = g_strdup (user_agent);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->list = g_ptr_array_new ();
  self->fetches = g_ptr_array_new ();
  self->tries = g_ptr_array_new ();
  self->idle = fil_idle_links_new ();
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->buffers = g_ptr_array_new_with_free_func (g_free);
  self->max_active = FIL_DOWNLOADS_DEFAULT_ACTIVE;
  self->wake_us = FIL_NEVER;
  return self;
}

static void
work_free (FilDownloadWork *work)
{
  g_ptr_array_unref (work->fetches);
  g_ptr_array_unref (work->suspects);
  g_array_unref (work->wrong);
  g_array_unref (work->culprits);
  g_clear_pointer (&work->held, g_array_unref);
  g_free (work->blocks);
  g_free (work->durable_verified);
  g_free (work->durable);
  g_free (work->found_path);
  g_free (work->disk_detail);
  g_free (work);
}

/* Frees a download; the part file stays. */
void
_fil_downloads_forget (FilDownloads *self,
                       FilDownload *download)
{
  /* Closed first: what is still in buffers is lost. */
  _fil_downloads_close (self, download);
  _fil_downloads_stop_fetches (self, download, "the download ended");
  g_hash_table_remove (self->by_id, &download->id);
  g_ptr_array_remove (self->list, download);
  work_free (download->work);
  fil_download_free (download);
}

/**
 * fil_downloads_free:
 *
 * Drops everything at once; call fil_downloads_shutdown() before and wait, to lose nothing.
 */
void
fil_downloads_free (FilDownloads *self)
{
  if (self == NULL)
    return;
  self->is_shut = TRUE;
  while (self->list->len > 0)
    _fil_downloads_forget (self, g_ptr_array_index (self->list, self->list->len - 1));
  _fil_downloads_orphan_ops (self);
  g_ptr_array_unref (self->list);
  g_ptr_array_unref (self->fetches);
  fil_idle_links_free (self->idle);
  g_hash_table_unref (self->places);
  g_ptr_array_unref (self->tries);
  g_ptr_array_unref (self->buffers);
  g_hash_table_unref (self->by_id);
  g_free (self->user_agent);
  g_free (self);
}

static void
note_time (FilDownloads *self,
           gint64 now_us)
{
  self->now_us = MAX (self->now_us, now_us);
}

/* Something may be due: tick() is to be called at once. */
void
_fil_downloads_soon (FilDownloads *self)
{
  if (self->wake_us == 0)
    return;
  self->wake_us = 0;
  if (!self->in_tick)
    self->delegate.reschedule (self->data);
}

void
_fil_downloads_changed (FilDownloads *self,
                        FilDownload *download)
{
  self->delegate.changed (self->data, download);
}

void
_fil_downloads_state (FilDownloads *self,
                      FilDownload *download,
                      FilDownloadState state)
{
  if (fil_download_set_state (download, state))
    _fil_downloads_changed (self, download);
}

void
_fil_downloads_stop_fetches (FilDownloads *self,
                             FilDownload *download,
                             const char *reason)
{
  GPtrArray *fetches = download->work->fetches;

  while (fetches->len > 0)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, fetches->len - 1);
      FilFileSource *source = fetch->source;

      fil_fetch_drop (fetch, reason);
      fil_file_source_wait (source, 0, NULL);
    }
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state == FIL_SOURCE_PUSHING)
        fil_file_source_wait (source, 0, NULL);
      _fil_downloads_stop_punch (self, source);
    }
}

/* What outlives the node: only bytes that are safely on disk are named. */
void
_fil_downloads_save (FilDownloads *self,
                     FilDownload *download)
{
  gboolean lasts = fil_download_is_over (download) || download->state == FIL_DOWNLOAD_STATE_PAUSED;
  FilDownloadRecord record = {
    .spec = {
      .id = download->id,
      .name = download->name,
      .size = download->size,
      .has_size = download->has_size && !download->size_is_hearsay,
      .sha1 = download->sha1,
      .tth = download->tth,
      .has_sha1 = download->has_sha1,
      .has_tth = download->has_tth && (fil_tree_trust_is_by_person (download->trust) || download->work->is_hashed),
      .added = download->added,
      .priority = download->priority,
      .limit_bps = download->limit_bps,
    },
    .state = lasts ? download->state : FIL_DOWNLOAD_STATE_QUEUED,
    .reason_code = lasts ? download->reason_code : NULL,
    .verified = download->work->durable_verified,
    .received = download->work->durable,
    .path = download->path,
    .finished = download->finished,
    .sources = (FilFileSource *const *) download->sources->pdata,
    .n_sources = download->sources->len,
  };

  /* A size that was only heard of is kept with the bytes that came with it. */
  if (download->size_is_hearsay && download->work->durable != NULL)
    record.spec.has_size = TRUE;
  self->delegate.save (self->data, &record);
}

/**
 * fil_downloads_save_all:
 *
 * Saves every download once more, because an earlier save may have been lost.
 */
void
fil_downloads_save_all (FilDownloads *self)
{
  for (guint i = 0; i < self->list->len; i++)
    _fil_downloads_save (self, g_ptr_array_index (self->list, i));
}

/**
 * fil_downloads_wake:
 *
 * Returns: when fil_downloads_tick() wants to be called; 0: at once
 */
gint64
fil_downloads_wake (const FilDownloads *self)
{
  return self->wake_us;
}

/**
 * fil_downloads_tick:
 *
 * Does what is due: all decisions are made here, and none inside a session.
 */
void
fil_downloads_tick (FilDownloads *self,
                    gint64 now_us)
{
  gint64 wake = FIL_NEVER;
  guint running = 0;

  note_time (self, now_us);
  self->in_tick = TRUE;
  self->wake_us = FIL_NEVER;
  for (guint i = 0; i < self->list->len; i++)
    running += _fil_download_is_running (g_ptr_array_index (self->list, i));
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);
      gboolean was_running = _fil_download_is_running (download);
      gint64 due = _fil_downloads_advance (self, download, was_running || running < self->max_active, now_us);

      if (!was_running && _fil_download_is_running (download))
        running++;
      else if (was_running && !_fil_download_is_running (download))
        {
          running--;
          _fil_downloads_soon (self);
        }
      wake = MIN (wake, due);
    }
  wake = MIN (wake, fil_idle_links_tick (self->idle, now_us));
  self->in_tick = FALSE;
  /* Said meanwhile that something is due: that stays. */
  if (self->wake_us != 0)
    self->wake_us = wake;
  self->delegate.reschedule (self->data);
}

/**
 * fil_downloads_set_mesh:
 * @mesh: (nullable): outlives the downloads
 *
 * Where the downloads tell what they found, and learn what others have.
 */
void
fil_downloads_set_mesh (FilDownloads *self,
                        FilMesh *mesh)
{
  self->mesh = mesh;
}

/* Chance, so that not everybody fetches the same piece of a file first. */
void
fil_downloads_set_salt (FilDownloads *self,
                        guint32 salt)
{
  self->salt = salt;
}

void
fil_downloads_set_max_active (FilDownloads *self,
                              guint max,
                              gint64 now_us)
{
  note_time (self, now_us);
  self->max_active = MAX (max, 1);
  _fil_downloads_soon (self);
}
