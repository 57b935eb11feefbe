/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include <glib/gi18n-lib.h>

#include "fetch.h"
#include "transfer-limits.h"

/* Finding the liar with nothing but the hash of the whole file: after a mismatch one source at a time
 * has to prove itself. Everything that came from others is fetched again from the one; if the hash is
 * wrong then, it is the liar and out for good. So every round removes a liar or completes the file,
 * and an honest source always gets its turn. With a tree, ranges are proved one by one and it never
 * comes to this. */

static void
tell (FilDownloads *self,
      const FilDownload *download,
      const FilFileSource *source,
      gboolean is_liar)
{
  if (self->delegate.wrong_bytes != NULL)
    self->delegate.wrong_bytes (self->data, download, source, is_liar);
}

static void
drop_fetches (FilDownload *download,
              const FilFileSource *source)
{
  for (guint i = download->work->fetches->len; i > 0; i--)
    {
      FilFetch *fetch = g_ptr_array_index (download->work->fetches, i - 1);

      if (fetch->source == source)
        fil_fetch_drop (fetch, "it sent wrong bytes");
    }
}

/* Whoever saw the GUID of a source can call in its name and send rubbish (push.md §6): the first time that
 * happens it is the caller who is not let in again, and the source is asked once more. */
static gboolean
may_be_forged (const FilDownload *download,
               const FilFileSource *source)
{
  gboolean was_pushed = FALSE;

  for (guint i = 0; i < download->work->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (download->work->fetches, i);

      was_pushed = was_pushed || (fetch->source == source && fetch->is_push);
    }
  return (was_pushed || source->needs_push || source->before != NULL) && fil_endpoint_is_set (&source->seen_at) &&
         !fil_endpoint_is_set (&source->forger);
}

/* It is not asked again, under whatever port; never called from inside one of its sessions. */
void
_fil_downloads_blame (FilDownloads *self,
                      FilDownload *download,
                      FilFileSource *liar)
{
  g_message ("download %" G_GINT64_FORMAT ": source %u sent wrong bytes", download->id, liar->id);
  if (!fil_guid_is_zero (&liar->guid))
    fil_idle_links_drop (self->idle, &liar->guid);
  if (may_be_forged (download, liar))
    {
      liar->forger = liar->seen_at;
      fil_file_source_was_forged (liar);
      drop_fetches (download, liar);
      fil_file_source_failed (liar, "corrupt", self->now_us);
      tell (self, download, liar, FALSE);
      return;
    }
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source != liar && !fil_file_source_same_host (source, liar))
        continue;
      source->is_blamed = TRUE;
      _fil_downloads_stop_punch (self, source);
      fil_file_source_bad (source, "corrupt");
      drop_fetches (download, source);
    }
  tell (self, download, liar, TRUE);
}

/* The one source that all bytes on disk came from, or NULL. */
static FilFileSource *
only_owner (const FilDownload *download)
{
  guint n;
  const FilSegment *segments = fil_segment_map_segments (download->map, &n);
  guint32 owner = FIL_SEGMENT_NOBODY;

  for (guint i = 0; i < n; i++)
    {
      if (segments[i].state != FIL_SEGMENT_WRITTEN)
        continue;
      if (segments[i].owner == FIL_SEGMENT_NOBODY ||
          (owner != FIL_SEGMENT_NOBODY && owner != segments[i].owner))
        return NULL;
      owner = segments[i].owner;
    }
  return owner != FIL_SEGMENT_NOBODY ? fil_download_find_source (download, owner) : NULL;
}

static gboolean
is_candidate (const FilFileSource *source)
{
  return source->state != FIL_SOURCE_BAD && !source->is_blamed && !source->no_solo;
}

/* How likely it is to prove itself soon. Whom only other sources have named comes last: a liar can name hundreds. */
static guint
likelihood (const FilFileSource *source,
            gint64 now_us)
{
  return 2 * (source->retry_us <= now_us + FIL_MINUTE && source->available == NULL) + !source->is_alt;
}

static FilFileSource *
best_candidate (const FilDownload *download,
                gint64 now_us)
{
  FilFileSource *best = NULL;
  guint64 best_credit = 0;
  guint best_likelihood = 0;

  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);
      guint likely = likelihood (source, now_us);
      guint64 credit;

      if (!is_candidate (source))
        continue;
      credit = fil_segment_map_credit (download->map, source->id);
      if (best == NULL || likely > best_likelihood || (likely == best_likelihood && credit > best_credit))
        {
          best = source;
          best_credit = credit;
          best_likelihood = likely;
        }
    }
  return best;
}

/* Whether somebody else could be asked now. */
static gboolean
has_other (const FilDownload *download,
           const FilFileSource *source,
           gint64 now_us)
{
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *other = g_ptr_array_index (download->sources, i);

      if (other != source && is_candidate (other) && other->state == FIL_SOURCE_IDLE && other->retry_us <= now_us)
        return TRUE;
    }
  return FALSE;
}

/* Whether a limit of our own says how much it brings. */
static gboolean
is_held (const FilDownload *download,
         const FilFileSource *source,
         gint64 now_us)
{
  for (guint i = 0; i < download->work->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (download->work->fetches, i);

      if (fetch->source == source && fetch->is_delivering && fil_fetch_is_held (fetch, now_us))
        return TRUE;
    }
  return FALSE;
}

/* Whether the chosen one has no hope of proving itself soon. What counts is what it has brought since it was chosen, or
 * in the last minute, on however many connections: who has us wait in a queue, or sends a byte now and then, may be
 * one of those who sent wrong bytes, and would keep the file from us for ever. */
static gboolean
gave_up (const FilDownload *download,
         const FilFileSource *source,
         gint64 now_us)
{
  const FilDownloadWork *work = download->work;
  gint64 elapsed_us = now_us - work->solo_since_us;
  guint64 brought = source->delivered - work->solo_delivered;

  if (!is_candidate (source) || (source->state == FIL_SOURCE_IDLE && source->retry_us > now_us + 2 * FIL_MINUTE))
    return TRUE;
  if (is_held (download, source, now_us))
    return FALSE;
  if (brought == 0)
    return elapsed_us >= FIL_SOLO_QUIET_US && has_other (download, source, now_us);
  return elapsed_us >= FIL_SOLO_TRIAL_US && brought < FIL_SOLO_MIN_BPS * FIL_SOLO_TRIAL_US / FIL_SEC;
}

/* It goes on, or has just been chosen; returns when to look at it again. */
static gint64
give_time (FilDownload *download,
           const FilFileSource *source,
           gint64 now_us)
{
  FilDownloadWork *work = download->work;

  if (now_us - work->solo_since_us >= FIL_SOLO_TRIAL_US)
    {
      work->solo_since_us = now_us;
      work->solo_delivered = source->delivered;
    }
  if (source->delivered == work->solo_delivered && now_us < work->solo_since_us + FIL_SOLO_QUIET_US)
    return work->solo_since_us + FIL_SOLO_QUIET_US;
  return work->solo_since_us + FIL_SOLO_TRIAL_US;
}

/**
 * _fil_downloads_choose_solo:
 *
 * Sees to it that a download whose hash was wrong has one source that proves itself, if any is left.
 *
 * Returns: when it wants to look again, or FIL_NEVER
 */
gint64
_fil_downloads_choose_solo (FilDownloads *self,
                            FilDownload *download,
                            gint64 now_us)
{
  FilFileSource *source;

  if (download->mismatches == 0 || download->map == NULL)
    return FIL_NEVER;
  source = download->solo != 0 ? fil_download_find_source (download, download->solo) : NULL;
  if (source != NULL && !gave_up (download, source, now_us))
    return give_time (download, source, now_us);
  if (source != NULL)
    {
      source->no_solo = TRUE;
      if (best_candidate (download, now_us) == NULL)
        for (guint i = 0; i < download->sources->len; i++)
          ((FilFileSource *) g_ptr_array_index (download->sources, i))->no_solo = FALSE;
    }
  source = best_candidate (download, now_us);
  if (source != NULL && source->id == download->solo)
    return give_time (download, source, now_us);
  _fil_downloads_stop_fetches (self, download, "another source proves itself first");
  download->solo = source != NULL ? source->id : 0;
  download->work->solo_since_us = now_us;
  download->work->solo_delivered = source != NULL ? source->delivered : 0;
  if (source != NULL && download->work->pending_writes == 0)
    {
      fil_segment_map_forget_others (download->map, source->id);
      _fil_downloads_restart_checks (self, download);
      tell (self, download, source, FALSE);
      return give_time (download, source, now_us);
    }
  download->solo = 0;
  return FIL_NEVER;
}

/**
 * _fil_downloads_mismatch:
 *
 * The hash of the whole file is wrong.
 */
void
_fil_downloads_mismatch (FilDownloads *self,
                         FilDownload *download)
{
  FilFileSource *liar;
  gboolean is_anew;

  fil_download_set_reason (download, "corrupt",
                           _("What was received is not the file that was asked for; it is fetched again."));
  if (_fil_downloads_file_wrong (self, download))
    {
      _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_QUEUED);
      return;
    }
  liar = only_owner (download);
  is_anew = liar != NULL || best_candidate (download, self->now_us) == NULL;
  download->mismatches++;
  download->solo = 0;
  if (liar != NULL)
    _fil_downloads_blame (self, download, liar);
  if (is_anew)
    {
      fil_segment_map_forget (download->map, (FilRange){ 0, download->size });
      /* What is left is proved, but only what was synced of it may be named. */
      g_free (download->work->durable);
      download->work->durable = g_strdup (download->work->durable_verified);
    }
  if (liar != NULL && download->size_is_hearsay)
    _fil_downloads_forget_size (self, download);
  _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_QUEUED);
  _fil_downloads_save (self, download);
}
