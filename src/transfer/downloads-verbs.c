/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads.h"

#include "downloads-private.h"
#include "fetch.h"
#include "transfer-limits.h"

static FilDownload *
look_up (FilDownloads *self,
         gint64 id,
         gint64 now_us)
{
  self->now_us = MAX (self->now_us, now_us);
  return fil_downloads_get (self, id);
}

/**
 * fil_downloads_pause:
 *
 * Stops a download until somebody resumes it; what was received stays.
 *
 * Returns: whether there is such a download and it was not over
 */
gboolean
fil_downloads_pause (FilDownloads *self,
                     gint64 id,
                     gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL || fil_download_is_over (download))
    return FALSE;
  /* Proved, and on its way to its place: that cannot be taken back half-way. */
  if (download->state == FIL_DOWNLOAD_STATE_VERIFYING && download->work->is_hashed)
    return FALSE;
  _fil_downloads_stop_fetches (self, download, "the download was paused");
  download->work->disk_retry_us = FIL_NEVER;
  download->active_sources = 0;
  fil_download_set_reason (download, "paused", "%s", _fil_downloads_sentence ("paused"));
  if (download->state == FIL_DOWNLOAD_STATE_PAUSED)
    _fil_downloads_changed (self, download);
  else
    _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_PAUSED);
  _fil_downloads_save (self, download);
  _fil_downloads_soon (self);
  return TRUE;
}

static void
revive (FilDownload *download)
{
  for (guint i = 0; i < download->sources->len; i++)
    fil_file_source_revive (g_ptr_array_index (download->sources, i));
  download->work->next_search_us = 0;
}

/**
 * fil_downloads_resume:
 *
 * Lets a download that is paused or failed go on.
 *
 * Returns: whether there was such a download
 */
gboolean
fil_downloads_resume (FilDownloads *self,
                      gint64 id,
                      gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL ||
      (download->state != FIL_DOWNLOAD_STATE_PAUSED && download->state != FIL_DOWNLOAD_STATE_FAILED))
    return FALSE;
  download->work->disk_retry_us = FIL_NEVER;
  fil_download_set_reason (download, NULL, NULL);
  _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_QUEUED);
  revive (download);
  download->work->n_workers = 0;
  _fil_downloads_save (self, download);
  _fil_downloads_soon (self);
  return TRUE;
}

/**
 * fil_downloads_retry:
 *
 * Tries every source again now, whatever it said before; starts a failed or paused download again.
 *
 * Returns: whether there is such a download and it is not done
 */
gboolean
fil_downloads_retry (FilDownloads *self,
                     gint64 id,
                     gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL || download->state == FIL_DOWNLOAD_STATE_DONE)
    return FALSE;
  if (fil_downloads_resume (self, id, now_us))
    return TRUE;
  revive (download);
  _fil_downloads_soon (self);
  return TRUE;
}

/**
 * fil_downloads_want_head:
 *
 * Fetches a file from its beginning to its end from now on, for whoever wants a look at it.
 */
void
fil_downloads_want_head (FilDownloads *self,
                         gint64 id)
{
  FilDownload *download = fil_downloads_get (self, id);

  if (download != NULL)
    download->wants_head = TRUE;
}

/**
 * fil_downloads_verify:
 *
 * Works out the hash again of a file whose bytes are all there but that is not done.
 *
 * Returns: FALSE when there is nothing to verify yet, or the file left the list of unfinished ones
 */
gboolean
fil_downloads_verify (FilDownloads *self,
                      gint64 id,
                      gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL || download->state == FIL_DOWNLOAD_STATE_DONE || download->map == NULL ||
      !fil_segment_map_is_complete (download->map))
    return FALSE;
  if (download->state == FIL_DOWNLOAD_STATE_VERIFYING)
    return TRUE;
  download->work->is_hashed = FALSE;
  fil_downloads_resume (self, id, now_us);
  _fil_downloads_soon (self);
  return TRUE;
}

static void
take_off (FilDownloads *self,
          FilDownload *download,
          gboolean keeps_bytes)
{
  FilPart *part = g_steal_pointer (&download->work->part);

  download->work->part_state = FIL_PART_CLOSED;
  if (!keeps_bytes)
    self->storage.discard (self->storage_data, download->id, part);
  else if (part != NULL)
    self->storage.close (self->storage_data, part);
  _fil_downloads_forget (self, download);
  _fil_downloads_soon (self);
}

/**
 * fil_downloads_remove:
 *
 * Takes a download off the list; unless it is done, what was received is deleted. The caller deletes
 * its row in the store.
 *
 * Returns: whether there was such a download
 */
gboolean
fil_downloads_remove (FilDownloads *self,
                      gint64 id,
                      gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL)
    return FALSE;
  _fil_downloads_stop_fetches (self, download, "the download was cancelled");
  take_off (self, download, download->state == FIL_DOWNLOAD_STATE_DONE);
  return TRUE;
}

/**
 * fil_downloads_set_aside:
 *
 * Takes a download off the list, but keeps what was received of it: fil_downloads_restore() with the
 * record that was saved last brings it back.
 *
 * Returns: whether there was such a download
 */
gboolean
fil_downloads_set_aside (FilDownloads *self,
                         gint64 id,
                         gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL)
    return FALSE;
  _fil_downloads_stop_fetches (self, download, "the download was cancelled");
  _fil_downloads_save (self, download);
  take_off (self, download, TRUE);
  return TRUE;
}

gboolean
fil_downloads_set_priority (FilDownloads *self,
                            gint64 id,
                            int priority,
                            gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL || download->state == FIL_DOWNLOAD_STATE_DONE)
    return FALSE;
  if (download->priority == priority)
    return TRUE;
  download->priority = priority;
  _fil_downloads_resort (self);
  _fil_downloads_changed (self, download);
  _fil_downloads_save (self, download);
  _fil_downloads_soon (self);
  return TRUE;
}

/**
 * fil_downloads_set_changed:
 * @is_changed: whether the file is not what was downloaded any more
 *
 * Notes of a file that is done what was found when it was read again; its reason_code is "changed" from then on, also
 * in the next life.
 *
 * Returns: whether there is such a download and it is done
 */
gboolean
fil_downloads_set_changed (FilDownloads *self,
                           gint64 id,
                           gboolean is_changed,
                           gint64 now_us)
{
  static const char code[] = "changed";
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL || download->state != FIL_DOWNLOAD_STATE_DONE)
    return FALSE;
  if (!fil_download_set_reason (download, is_changed ? code : NULL, "%s", _fil_downloads_sentence (code)))
    return TRUE;
  _fil_downloads_changed (self, download);
  _fil_downloads_save (self, download);
  return TRUE;
}

/**
 * fil_downloads_set_limit:
 * @bytes_per_s: of all its connections together; 0: none of its own
 *
 * Notes how fast a download may be. Its sessions are of the group of its number, by which whoever drives them keeps the
 * limit; here only so many sources are asked at a time as have a share of it that is worth it.
 *
 * Returns: whether there is such a download and it is not done
 */
gboolean
fil_downloads_set_limit (FilDownloads *self,
                         gint64 id,
                         gint64 bytes_per_s,
                         gint64 now_us)
{
  FilDownload *download = look_up (self, id, now_us);

  if (download == NULL || download->state == FIL_DOWNLOAD_STATE_DONE)
    return FALSE;
  if (download->limit_bps == bytes_per_s)
    return TRUE;
  download->limit_bps = bytes_per_s;
  _fil_downloads_trim (download, now_us);
  _fil_downloads_changed (self, download);
  _fil_downloads_save (self, download);
  _fil_downloads_soon (self);
  return TRUE;
}

/**
 * fil_downloads_shutdown:
 *
 * Stops all connections and makes what was received safe. Once fil_downloads_is_settled() says so,
 * everything is saved.
 */
void
fil_downloads_shutdown (FilDownloads *self,
                        gint64 now_us)
{
  self->now_us = MAX (self->now_us, now_us);
  self->is_shut = TRUE;
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);

      _fil_downloads_stop_fetches (self, download, "the node stops");
      if (download->work->has_new_sources)
        _fil_downloads_save (self, download);
      /* With the last writes under way, the sync behind them is asked for when they are there. */
      if (download->work->pending_writes == 0)
        _fil_downloads_sync (self, download);
    }
  _fil_downloads_soon (self);
}

/**
 * fil_downloads_is_settled:
 *
 * Returns: whether no answer of the storage is awaited
 */
gboolean
fil_downloads_is_settled (const FilDownloads *self)
{
  return self->ops == NULL;
}
