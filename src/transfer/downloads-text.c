/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include <glib/gi18n-lib.h>

#include "download-session.h"
#include "fetch.h"
#include "transfer-limits.h"

/* Why downloads do not move, in a word that stays the same and a sentence for a person. */

/**
 * _fil_downloads_sentence:
 * @reason_code: (nullable): why a download is paused or has failed, or what became of a file that was done
 *
 * Returns: (transfer none): the sentence; the word alone outlives the node
 */
const char *
_fil_downloads_sentence (const char *reason_code)
{
  static const struct
  {
    const char *code;
    const char *sentence;
  } lasting[] = {
    { "paused", N_ ("Paused.") },
    { "disk-full", N_ ("There is no room left on the disk.") },
    { "no-permission", N_ ("The folder for downloads may not be written to.") },
    { "folder-gone", N_ ("The folder for downloads is not there.") },
    { "disk-error", N_ ("The disk reported an error.") },
    { "changed", N_ ("The file is not what was downloaded any more.") },
    { "contradiction", N_ ("The two hashes that were asked for do not belong to one file.") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lasting); i++)
    if (g_strcmp0 (lasting[i].code, reason_code) == 0)
      return _(lasting[i].sentence);
  return _("The download has failed.");
}

/* What the sources of a download are doing. */
typedef struct
{
  guint delivering;
  guint undisked; /* of those, the ones whose bytes our disk does not take */
  guint stalled;
  guint connecting;
  guint pushing;
  guint punching;
  guint queued;
  FilSourcePlace best_place; /* of those */
  guint usable;
  guint unreachable;
  const char *why; /* one of them is, or NULL */
  guint unpunched;
  const char *why_unpunched; /* one of them is, or NULL */
  guint busy;
} Tally;

static void
count_place (const FilSourcePlace *place,
             Tally *tally)
{
  if (tally->queued == 0 || (place->position > 0 && place->position < tally->best_place.position))
    tally->best_place = *place;
  tally->queued++;
}

static void
count_fetches (const FilDownload *download,
               gint64 now_us,
               Tally *tally)
{
  for (guint i = 0; i < download->work->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (download->work->fetches, i);

      if (fetch->source->state == FIL_SOURCE_QUEUED)
        count_place (&fetch->source->place, tally);
      else if (fetch->is_delivering && fetch->is_stalled)
        tally->stalled++;
      else if (fetch->is_delivering)
        {
          tally->delivering++;
          tally->undisked += fetch->is_blocked && now_us - fetch->last_byte_us >= FIL_SOURCE_STALL_US;
        }
      else
        tally->connecting++;
    }
}

static void
count_sources (const FilDownload *download,
               const FilOwnReach *own,
               gint64 now_us,
               Tally *tally)
{
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state == FIL_SOURCE_BAD)
        continue;
      tally->usable++;
      tally->pushing += source->state == FIL_SOURCE_PUSHING;
      tally->punching += source->state == FIL_SOURCE_PUNCHING;
      if (fil_file_source_reach (source, own) == FIL_SOURCE_UNREACHABLE)
        {
          tally->unreachable++;
          if (own->can_punch)
            tally->why = fil_file_source_why (source, own);
        }
      else if (g_strcmp0 (source->reason_code, "no-punch") == 0)
        {
          tally->unpunched++;
          tally->why_unpunched = source->punch_sentence;
        }
      if (source->state == FIL_SOURCE_IDLE && g_strcmp0 (source->reason_code, "remote-queue") == 0 &&
          fil_source_place_can_come_back (&source->place, now_us))
        count_place (&source->place, tally);
      tally->busy += g_strcmp0 (source->reason_code, "busy") == 0;
    }
}

/* Whether somebody would be asked now who is busy with another file for us. */
static gboolean
has_taken_source (FilDownloads *self,
                  const FilDownload *download,
                  const FilOwnReach *own,
                  gint64 now_us)
{
  for (guint i = 0; i < download->sources->len && !self->is_offline; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state == FIL_SOURCE_IDLE && fil_file_source_next_try (source) <= now_us &&
          fil_file_source_reach (source, own) != FIL_SOURCE_UNREACHABLE && _fil_downloads_host_is_taken (download, source, now_us))
        return TRUE;
    }
  return FALSE;
}

static gboolean
explain_waiting (FilDownloads *self,
                 FilDownload *download,
                 const Tally *tally)
{
  if (self->is_offline)
    return fil_download_set_reason (download, "offline", _("There is no network."));
  if (tally->usable == 0 && download->mismatches > 0)
    return fil_download_set_reason (download, "corrupt",
                                    _("The sources so far sent wrong bytes; others are being looked for."));
  if (tally->usable == 0)
    return fil_download_set_reason (download, "no-sources",
                                    _("Nobody is known who has this file; others are being looked for."));
  if (tally->unreachable == tally->usable)
    return fil_download_set_reason (download, "unreachable", "%s", tally->why != NULL ? tally->why :
                                    _("Everybody who has this file is behind a firewall, and so are we."));
  if (tally->busy > 0)
    return fil_download_set_reason (download, "busy",
                                    _("Everybody who has this file is busy; they will be asked again."));
  if (tally->unpunched == tally->usable - tally->unreachable && tally->why_unpunched != NULL)
    return fil_download_set_reason (download, "no-punch", "%s", tally->why_unpunched);
  return fil_download_set_reason (download, "retry-later",
                                  _("Nobody who has this file answers; they will be tried again."));
}

static gboolean
explain_queued (FilDownload *download,
                const FilSourcePlace *place)
{
  if (place->position == 0)
    return fil_download_set_reason (download, "remote-queue", _("Waiting in the queue of the source."));
  if (place->length < place->position)
    return fil_download_set_reason (download, "remote-queue", _("Waiting at place %u in the queue of the source."),
                                    place->position);
  return fil_download_set_reason (download, "remote-queue", _("Waiting at place %u of %u in the queue of the source."),
                                  place->position, place->length);
}

static gboolean
explain_connecting (FilDownload *download,
                    const Tally *tally)
{
  if (tally->queued > 0)
    return explain_queued (download, &tally->best_place);
  if (tally->stalled > 0)
    return fil_download_set_reason (download, "stalled", _("The source has stopped sending."));
  if (tally->connecting > 0)
    return fil_download_set_reason (download, "connecting", _("Connecting to a source."));
  if (tally->punching > 0)
    return fil_download_set_reason (download, "punching",
                                    _("Opening a way through your router and the source's at the same moment."));
  return fil_download_set_reason (download, "push-sent",
                                  _("Waiting for a source behind a firewall to connect to us."));
}

/* When a source, or a search for others, is tried next, or asked whether it is our turn. A second more or less is no
 * news. */
static gboolean
find_retry (FilDownloads *self,
            FilDownload *download,
            FilDownloadState state,
            const FilOwnReach *own,
            const Tally *tally,
            gint64 now_us)
{
  gint64 retry_us = 0;
  gint64 before_us = download->retry_us;

  if (state == FIL_DOWNLOAD_STATE_CONNECTING && tally->queued > 0)
    retry_us = tally->best_place.ask_us;
  for (guint i = 0; state == FIL_DOWNLOAD_STATE_SEARCHING && !self->is_offline && i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);
      gint64 due_us = MAX (fil_file_source_next_try (source), now_us);

      if (source->state == FIL_SOURCE_IDLE && fil_file_source_reach (source, own) != FIL_SOURCE_UNREACHABLE &&
          (retry_us == 0 || due_us < retry_us))
        retry_us = due_us;
    }
  if (state == FIL_DOWNLOAD_STATE_SEARCHING && retry_us == 0 && !self->is_offline && download->has_sha1)
    retry_us = MAX (MAX (download->work->next_search_us, self->next_search_us), now_us);
  if (ABS (retry_us - before_us) < FIL_SEC)
    return FALSE;
  download->retry_us = retry_us;
  return TRUE;
}

/**
 * _fil_downloads_explain:
 *
 * Finds the state of a download that is not paused, over or being verified, and one sentence that
 * says why nothing moves, when nothing does.
 */
void
_fil_downloads_explain (FilDownloads *self,
                        FilDownload *download,
                        gboolean may_run,
                        gint64 now_us)
{
  FilOwnReach own = _fil_downloads_own_reach (self);
  FilDownloadState state;
  Tally tally = { 0 };
  gboolean changed;

  count_fetches (download, now_us, &tally);
  count_sources (download, &own, now_us, &tally);
  if (tally.delivering > 0)
    {
      state = FIL_DOWNLOAD_STATE_DOWNLOADING;
      if (tally.undisked == tally.delivering)
        changed = fil_download_set_reason (download, "disk-slow", _("The disk takes no more at the moment."));
      else
        changed = fil_download_set_reason (download, NULL, NULL);
    }
  else if (tally.queued + tally.stalled + tally.connecting + tally.pushing + tally.punching > 0)
    {
      state = FIL_DOWNLOAD_STATE_CONNECTING;
      changed = explain_connecting (download, &tally);
    }
  else if (may_run && download->work->part_state == FIL_PART_OPENING && tally.usable > tally.unreachable)
    {
      /* As soon as the disk has made room for it. */
      state = FIL_DOWNLOAD_STATE_CONNECTING;
      changed = fil_download_set_reason (download, "connecting", _("Connecting to a source."));
    }
  else if (!may_run)
    {
      state = FIL_DOWNLOAD_STATE_QUEUED;
      changed = fil_download_set_reason (download, "waits-turn", _("Waits until another download ends."));
    }
  else if (has_taken_source (self, download, &own, now_us))
    {
      state = FIL_DOWNLOAD_STATE_QUEUED;
      changed = fil_download_set_reason (download, "source-taken",
                                         _("The source is sending you another file; this one comes after it."));
    }
  else
    {
      state = FIL_DOWNLOAD_STATE_SEARCHING;
      changed = explain_waiting (self, download, &tally);
    }
  changed = find_retry (self, download, state, &own, &tally, now_us) || changed;
  changed = changed || download->active_sources != tally.delivering;
  download->active_sources = tally.delivering;
  download->place = state == FIL_DOWNLOAD_STATE_CONNECTING ? tally.best_place : (FilSourcePlace){ 0 };
  if (download->state != state)
    {
      /* Not every pair is an edge: connections begin with CONNECTING. */
      if (!fil_download_may_become (download, state))
        _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_CONNECTING);
      _fil_downloads_state (self, download, state);
    }
  else if (changed)
    _fil_downloads_changed (self, download);
}

/**
 * fil_download_get_carrier:
 * @source: of the download
 * @out: (out): what the connection with it runs over; all 0 when there is none
 */
void
fil_download_get_carrier (const FilDownload *download,
                          const FilFileSource *source,
                          FilCarrier *out)
{
  *out = (FilCarrier){ 0 };
  for (guint i = 0; i < download->work->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (download->work->fetches, i);

      if (fetch->source == source && fetch->session != NULL && source->state != FIL_SOURCE_DIALING)
        fil_session_get_carrier (fetch->session, out);
    }
}
