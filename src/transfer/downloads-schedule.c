/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-session.h"
#include "fetch.h"
#include "transfer-limits.h"

static gboolean
has_unsuspected (const FilDownload *download)
{
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state != FIL_SOURCE_BAD && !source->is_suspect)
        return TRUE;
    }
  return FALSE;
}

/**
 * _fil_downloads_may_fetch:
 *
 * Returns: whether bytes from @source are welcome now
 */
gboolean
_fil_downloads_may_fetch (const FilDownload *download,
                          const FilFileSource *source)
{
  switch (download->state)
    {
    case FIL_DOWNLOAD_STATE_QUEUED:
    case FIL_DOWNLOAD_STATE_SEARCHING:
    case FIL_DOWNLOAD_STATE_CONNECTING:
    case FIL_DOWNLOAD_STATE_DOWNLOADING:
      break;
    case FIL_DOWNLOAD_STATE_VERIFYING:
    case FIL_DOWNLOAD_STATE_DONE:
    case FIL_DOWNLOAD_STATE_PAUSED:
    case FIL_DOWNLOAD_STATE_FAILED:
    default:
      return FALSE;
    }
  if (download->work->part_state != FIL_PART_READY || download->work->disk_status != FIL_STORAGE_OK ||
      source->state == FIL_SOURCE_BAD)
    return FALSE;
  /* Nothing proves bytes without a hash: let them at least be of one file. */
  if (!download->has_sha1 && download->sources->len > 0 &&
      ((FilFileSource *) g_ptr_array_index (download->sources, 0))->id != source->id)
    return FALSE;
  if (source->is_suspect && has_unsuspected (download))
    return FALSE;
  return download->mismatches == 0 || download->solo == source->id;
}

/* Connections, or dials, that have nothing to fetch yet and are not kept waiting: they will take over first. */
static guint
n_at_leisure (const FilDownload *download)
{
  guint n = 0;

  for (guint i = 0; i < download->work->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (download->work->fetches, i);

      n += fetch->leases->len == 0 && fetch->source->state != FIL_SOURCE_QUEUED;
    }
  return n;
}

/* Whether a connection to source would have something to fetch. */
gboolean
_fil_downloads_is_useful (const FilDownload *download,
                          const FilFileSource *source)
{
  if (!_fil_downloads_may_fetch (download, source))
    return FALSE;
  if (download->map == NULL)
    return download->work->fetches->len == 0;
  if (fil_segment_map_has_free (download->map, source->available))
    return TRUE;
  /* Only leased bytes are missing: a second one may take over from a slow first. */
  if (source->available != NULL)
    return FALSE;
  if (download->work->fetches->len < 4 && fil_segment_map_missing (download->map) >= FIL_SEGMENT_STEAL_LEAST)
    return TRUE;
  return n_at_leisure (download) == 0 && _fil_fetch_has_slow (download, source, download->work->downloads->now_us);
}

gboolean
_fil_download_is_running (const FilDownload *download)
{
  return download->work->fetches->len > 0 || download->state == FIL_DOWNLOAD_STATE_VERIFYING ||
         _fil_download_n_pushing (download) > 0;
}

/* Ends dials that take too long, and connections that have nothing to do; wakes the others. */
static gint64
fetches_tick (FilDownloads *self,
              FilDownload *download,
              gint64 now_us)
{
  GPtrArray *fetches = download->work->fetches;
  gint64 wake = FIL_NEVER;

  _fil_downloads_drop_rivals (download);

  for (guint i = fetches->len; i > 0; i--)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i - 1);
      FilFileSource *source = fetch->source;

      if (!fil_download_session_is_connected (fetch->session))
        {
          gint64 limit = fetch->started_us + (fetch->is_push ? FIL_REQUEST_FIRST_US : FIL_SOURCE_DIAL_US);

          if (now_us < limit)
            {
              wake = MIN (wake, limit);
              continue;
            }
          /* As if the driver had said so; the session is still the driver's to free. */
          fil_session_hung_up (fetch->session, "the connection took too long", now_us);
          continue;
        }
      if (source->state == FIL_SOURCE_DIALING)
        fil_file_source_set_state (source, FIL_SOURCE_ACTIVE);
      fil_fetch_flush_old (fetch, now_us);
      if (fetch->is_blocked && fetch->pending < FIL_BUFFERS_PER_WORKER && self->n_buffers < FIL_BUFFERS_MAX)
        fil_fetch_resume (fetch, now_us);
      if (!fil_download_session_is_idle (fetch->session))
        continue;
      fil_fetch_resume (fetch, now_us);
      if (!fil_download_session_is_idle (fetch->session))
        continue;
      if (now_us - MAX (fetch->started_us, fetch->last_byte_us) >= FIL_SOURCE_STALL_US ||
          !_fil_downloads_may_fetch (download, source))
        {
          if (!_fil_downloads_keep_link (self, fetch, now_us))
            fil_fetch_drop (fetch, "there is nothing to fetch from it now");
          fil_file_source_wait (source, now_us + FIL_SOURCE_RECONNECT_US, NULL);
          if (source->available != NULL)
            {
              /* It gets the file itself, and may have more in a while. */
              g_clear_pointer (&source->available, g_array_unref);
              fil_file_source_wait (source, now_us + FIL_SOURCE_USELESS_US, "nothing-useful");
            }
        }
      else
        wake = MIN (wake, now_us + FIL_SEC);
    }
  return wake;
}

static FilFileSource *
next_source (FilDownloads *self,
             FilDownload *download,
             gint64 now_us,
             gint64 *wake)
{
  FilOwnReach own = _fil_downloads_own_reach (self);
  FilFileSource *best = NULL;

  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state != FIL_SOURCE_IDLE || !_fil_downloads_is_useful (download, source))
        continue;
      if (fil_idle_links_has (self->idle, &source->guid))
        return source;
      if (source->is_hopeless && source->retry_us <= now_us)
        source->is_hopeless = FALSE;
      if (fil_file_source_reach (source, &own) == FIL_SOURCE_UNREACHABLE)
        {
          if (source->is_hopeless)
            *wake = MIN (*wake, source->retry_us);
          continue;
        }
      if (fil_file_source_next_try (source) > now_us)
        *wake = MIN (*wake, fil_file_source_next_try (source));
      else if (_fil_downloads_host_is_taken (download, source, now_us))
        *wake = MIN (*wake, now_us + FIL_SEC);
      else if (best == NULL || fil_file_source_compare (source, best) < 0)
        best = source;
    }
  return best;
}

static void
connect_to (FilDownloads *self,
            FilDownload *download,
            FilFileSource *source,
            gint64 now_us)
{
  FilOwnReach own = _fil_downloads_own_reach (self);
  FilLinkOrigin origin;
  FilSession *kept = fil_idle_links_take (self->idle, &source->guid, &origin);

  if (kept != NULL)
    {
      source->seen_at = origin.peer;
      source->came_by = origin.is_punched ? FIL_SOURCE_PUNCH : FIL_SOURCE_PUSH;
      fil_fetch_adopt (self, download, source, kept, now_us);
      return;
    }
  switch (fil_file_source_reach (source, &own))
    {
    case FIL_SOURCE_PUSH:
      _fil_downloads_push (self, source, now_us);
      return;
    case FIL_SOURCE_PUNCH:
      _fil_downloads_punch (self, download, source, now_us);
      return;
    case FIL_SOURCE_DIRECT:
    case FIL_SOURCE_UNREACHABLE:
    default:
      break;
    }
  if (!self->delegate.may_dial (self->data, &source->endpoint))
    {
      fil_file_source_failed (source, "address-refused", now_us);
      return;
    }
  /* The dial may fail at once and free the fetch. */
  self->delegate.dial (self->data, &source->endpoint, source->tls,
                       fil_fetch_new (self, download, source, FIL_FETCH_DIALLED, now_us)->session);
}

/* How soon one more connection may follow. The first few go out together, for most of the file may come before a
 * second is over; at once when there is enough for all of them, whatever the others take first. */
static gint64
worker_spacing (const FilDownload *download)
{
  guint64 missing = download->map != NULL ? fil_segment_map_missing (download->map) : download->size;

  /* Until it shows whether the first one brings all that may come. */
  if (_fil_downloads_is_tight (download))
    return FIL_DOWNLOAD_TIGHT_SPACING_US;
  if (download->work->n_workers >= FIL_DOWNLOAD_QUICK_WORKERS)
    return FIL_DOWNLOAD_WORKER_SPACING_US;
  return missing > FIL_DOWNLOAD_QUICK_WORKERS * FIL_SEGMENT_FIRST ? 0 : FIL_DOWNLOAD_QUICK_SPACING_US;
}

static gint64
start_workers (FilDownloads *self,
               FilDownload *download,
               gint64 now_us)
{
  gint64 wake = FIL_NEVER;
  FilFileSource *source;
  FilFetch *slow;

  if (self->is_offline || self->is_shut)
    return FIL_NEVER;
  if (now_us < download->work->next_worker_us)
    return download->work->next_worker_us;
  if (!_fil_downloads_has_room (self, download, &slow, &wake, now_us))
    return wake;
  source = next_source (self, download, now_us, &wake);
  if (source == NULL)
    return MIN (wake, _fil_downloads_claim_host (download, now_us));
  if (slow != NULL)
    _fil_downloads_give_way (slow, now_us);
  connect_to (self, download, source, now_us);
  download->work->n_workers++;
  download->work->next_worker_us = now_us + worker_spacing (download);
  return download->work->next_worker_us;
}

/* A source that is known has other push proxies by now: a search tells, if only it is asked for soon. */
static gint64
refresh_tick (FilDownloads *self,
              FilDownload *download,
              gint64 now_us)
{
  FilDownloadWork *work = download->work;
  gint64 due = MAX (work->next_refresh_us, self->next_refresh_us);

  if (now_us < due)
    return due;
  self->next_refresh_us = now_us + FIL_DOWNLOADS_REFRESH_SPACING_US;
  /* It may be that our own links are only coming back. */
  if (!self->delegate.search (self->data, download))
    return self->next_refresh_us;
  work->wants_proxies = FALSE;
  work->next_refresh_us = now_us + FIL_DOWNLOADS_SEARCH_SPACING_US;
  return work->next_refresh_us;
}

/* Asks for more sources when those there are do not bring anything. */
static gint64
search_tick (FilDownloads *self,
             FilDownload *download,
             gint64 now_us)
{
  FilDownloadWork *work = download->work;
  gint64 due = MAX (work->next_search_us, self->next_search_us);

  if (self->is_offline || !download->has_sha1)
    return FIL_NEVER;
  if (work->wants_proxies)
    return refresh_tick (self, download, now_us);
  if (_fil_download_is_running (download))
    return FIL_NEVER;
  if (now_us < due)
    return due;
  if (!self->delegate.search (self->data, download))
    {
      work->next_search_us = now_us + FIL_MINUTE;
      return work->next_search_us;
    }
  work->next_search_us = now_us + FIL_DOWNLOAD_SEARCH_SPACING_US;
  self->next_search_us = now_us + FIL_DOWNLOADS_SEARCH_SPACING_US;
  return work->next_search_us;
}

/* How soon what was written is to be made safe and recorded again. With a tree it is found again after a crash, recorded
 * or not; without one it is lost, so that is done more often, but takes the disk no more than a tenth of its time. */
static gint64
sync_spacing (const FilDownloadWork *work)
{
  if (work->n_blocks > 0)
    return FIL_DOWNLOAD_SAVE_US;
  return CLAMP (10 * work->sync_took_us, FIL_DOWNLOAD_SAVE_BARE_US, FIL_DOWNLOAD_SAVE_US);
}

static gint64
sync_tick (FilDownloads *self,
           FilDownload *download,
           gint64 now_us)
{
  FilDownloadWork *work = download->work;

  if (!work->is_dirty || work->is_syncing)
    return FIL_NEVER;
  if (now_us < work->sync_us + sync_spacing (work))
    return work->sync_us + sync_spacing (work);
  _fil_downloads_sync (self, download);
  return FIL_NEVER;
}

static gint64
progress_tick (FilDownloads *self,
               FilDownload *download,
               gint64 now_us)
{
  FilDownloadWork *work = download->work;

  if (download->state != FIL_DOWNLOAD_STATE_DOWNLOADING)
    return FIL_NEVER;
  if (now_us < work->next_progress_us)
    return work->next_progress_us;
  work->next_progress_us = now_us + FIL_DOWNLOAD_PROGRESS_US;
  if (work->has_progress || fil_transfer_rate_get (&download->rate, now_us) > 0)
    self->delegate.changed (self->data, download);
  work->has_progress = FALSE;
  return work->next_progress_us;
}

/* Paused by a person: makes what was received safe, then lets go of the file. */
static gint64
put_down (FilDownloads *self,
          FilDownload *download)
{
  FilDownloadWork *work = download->work;

  if (work->pending_writes > 0 || work->is_syncing || work->part_state == FIL_PART_OPENING)
    return FIL_NEVER;
  if (work->part_state == FIL_PART_READY && work->is_dirty)
    _fil_downloads_sync (self, download);
  else if (work->part_state == FIL_PART_READY)
    _fil_downloads_close (self, download);
  return FIL_NEVER;
}

static gint64
paused_tick (FilDownloads *self,
             FilDownload *download,
             gint64 now_us)
{
  FilDownloadWork *work = download->work;

  if (download->reason_code == g_intern_static_string ("paused"))
    return put_down (self, download);
  if (work->part_state == FIL_PART_READY && work->disk_retry_us == FIL_NEVER)
    {
      /* It was the disk, and the disk takes bytes again. */
      fil_download_set_reason (download, NULL, NULL);
      _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_QUEUED);
      _fil_downloads_save (self, download);
      return now_us;
    }
  if (now_us < work->disk_retry_us)
    return work->disk_retry_us;
  if (work->part_state == FIL_PART_CLOSED)
    _fil_downloads_open (self, download);
  return FIL_NEVER;
}

static gboolean
is_complete (const FilDownload *download)
{
  return download->map != NULL && fil_segment_map_is_complete (download->map) &&
         download->work->pending_writes == 0;
}

/* All bytes are there, but some blocks are still looked at. */
static gboolean
is_checking (const FilDownload *download)
{
  return download->work->checking > 0 || (download->work->wrong->len > 0 && !fil_tree_trust_is_doubted (download->trust));
}

static void
start_verifying (FilDownloads *self,
                 FilDownload *download,
                 gint64 now_us)
{
  if (download->work->part_state != FIL_PART_READY)
    {
      _fil_downloads_open (self, download);
      return;
    }
  _fil_downloads_keep_links (self, download, now_us);
  _fil_downloads_stop_fetches (self, download, "the file is complete");
  download->active_sources = 0;
  fil_download_set_reason (download, NULL, NULL);
  _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_VERIFYING);
  _fil_downloads_complete (self, download);
}

/* Sources that nothing was fetched from yet are to outlive the node as well. */
static gint64
save_tick (FilDownloads *self,
           FilDownload *download,
           gint64 now_us)
{
  FilDownloadWork *work = download->work;

  work->is_restored = FALSE;
  if (!work->has_new_sources || self->is_shut)
    return FIL_NEVER;
  if (now_us < work->next_save_us)
    return work->next_save_us;
  work->next_save_us = now_us + FIL_DOWNLOAD_SAVE_US;
  work->has_new_sources = FALSE;
  _fil_downloads_save (self, download);
  return FIL_NEVER;
}

/**
 * _fil_downloads_advance:
 * @may_run: whether it may begin when it does not run yet
 *
 * Does for one download what is due.
 *
 * Returns: when it wants to be looked at again; a time that is not later than @now_us means at once
 */
gint64
_fil_downloads_advance (FilDownloads *self,
                        FilDownload *download,
                        gboolean may_run,
                        gint64 now_us)
{
  gint64 wake = save_tick (self, download, now_us);

  if (download->work->disk_status != FIL_STORAGE_OK)
    _fil_downloads_disk_trouble (self, download, now_us);
  if (download->work->found_path != NULL)
    _fil_downloads_found_finished (self, download);
  if (fil_download_is_over (download) || download->state == FIL_DOWNLOAD_STATE_VERIFYING || self->is_shut)
    return wake;
  if (download->state == FIL_DOWNLOAD_STATE_PAUSED)
    return MIN (wake, paused_tick (self, download, now_us));

  _fil_downloads_judge_blocks (self, download);
  wake = MIN (wake, _fil_downloads_choose_solo (self, download, now_us));
  wake = MIN (wake, fetches_tick (self, download, now_us));
  wake = MIN (wake, _fil_downloads_push_tick (self, download, now_us));
  wake = MIN (wake, _fil_downloads_punch_tick (self, download, now_us));
  if (is_complete (download) && is_checking (download))
    return wake;
  if (is_complete (download))
    {
      start_verifying (self, download, now_us);
      return FIL_NEVER;
    }
  wake = MIN (wake, _fil_downloads_doubt_size (self, download, now_us));
  if (may_run || _fil_download_is_running (download))
    {
      if (download->work->part_state == FIL_PART_CLOSED && fil_download_usable_sources (download) > 0)
        _fil_downloads_open (self, download);
      wake = MIN (wake, _fil_downloads_ping_tick (self, download, now_us));
      wake = MIN (wake, start_workers (self, download, now_us));
      wake = MIN (wake, search_tick (self, download, now_us));
    }
  wake = MIN (wake, sync_tick (self, download, now_us));
  _fil_downloads_explain (self, download, may_run, now_us);
  return MIN (wake, progress_tick (self, download, now_us));
}
