/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "transfer-limits.h"

/* A HEAD ping costs a hundred bytes, an attempt to connect ten seconds (swarm.md §4): sources that wait for
 * their turn are asked by UDP what they have and how busy they are, and who answers best goes first. When a host
 * behind a firewall does not answer pushes any more, they are asked once more: they may know its newer push proxies
 * (push.md §5). */

static gboolean
wants_ping (const FilDownload *download,
            const FilFileSource *source,
            gint64 now_us)
{
  if (download->work->wants_proxies && source->state != FIL_SOURCE_BAD && !source->needs_push &&
      fil_endpoint_is_set (&source->endpoint) && now_us >= source->pinged_us + FIL_PING_REFRESH_US)
    return TRUE;
  return source->state == FIL_SOURCE_IDLE && !source->needs_push && fil_endpoint_is_set (&source->endpoint) &&
         source->delivered == 0 && (source->pinged_us == 0 || now_us >= source->pinged_us + FIL_PING_AGAIN_US);
}

/* Some a second for all downloads together; returns when the next ones may go. */
static gboolean
take_ping (FilDownloads *self,
           gint64 now_us,
           gint64 *wake)
{
  if (now_us >= self->pings_since_us + FIL_PINGS_US)
    {
      self->pings_since_us = now_us;
      self->n_pings = 0;
    }
  if (self->n_pings >= FIL_PINGS_AT_ONCE)
    {
      *wake = MIN (*wake, self->pings_since_us + FIL_PINGS_US);
      return FALSE;
    }
  self->n_pings++;
  return TRUE;
}

/**
 * _fil_downloads_ping_tick:
 *
 * Asks the sources that have not been asked lately. One alone is simply connected to.
 *
 * Returns: when to be called again
 */
gint64
_fil_downloads_ping_tick (FilDownloads *self,
                          FilDownload *download,
                          gint64 now_us)
{
  gint64 wake = FIL_NEVER;

  if (self->delegate.ping == NULL || self->is_offline || !download->has_sha1 || download->sources->len < 2)
    return FIL_NEVER;
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (!wants_ping (download, source, now_us))
        continue;
      if (!take_ping (self, now_us, &wake))
        return wake;
      source->pinged_us = MAX (now_us, 1);
      if (!self->delegate.ping (self->data, &source->endpoint, &download->sha1, &source->ping))
        source->ping = (FilGuid){ { 0 } };
    }
  return wake;
}

/* A host behind a firewall that has the file: new, or one whose push proxies are others by now. */
static void
take_push_alt (FilDownloads *self,
               FilDownload *download,
               const FilPushEndpoint *alt,
               gint64 now_us)
{
  FilHost proxies[FIL_PROXIES_MAX];
  FilSourceSpec spec = { .guid = alt->guid, .proxies = proxies, .needs_push = TRUE, .is_alt = TRUE };

  for (guint i = 0; i < alt->n_proxies; i++)
    if (self->delegate.may_dial (self->data, &alt->proxies[i].endpoint))
      proxies[spec.n_proxies++] = alt->proxies[i];
  if (spec.n_proxies > 0 && !fil_guid_is_zero (&spec.guid))
    fil_downloads_add_source (self, download->id, &spec, now_us);
}

static void
take_pong (FilDownloads *self,
           FilDownload *download,
           FilFileSource *source,
           const FilHeadPong *pong,
           gint64 now_us)
{
  source->ping = (FilGuid){ { 0 } };
  source->round_trip_us = MAX (now_us - source->pinged_us, 1);
  if (pong->file == FIL_HEAD_FILE_NONE)
    {
      if (source->state == FIL_SOURCE_IDLE)
        fil_file_source_bad (source, "not-found");
      return;
    }
  source->has_pong = TRUE;
  source->pong_queue = pong->queue;
  source->is_partial = pong->file == FIL_HEAD_FILE_PARTIAL;
  fil_downloads_add_alts (self, download->id, pong->alts, pong->n_alts, now_us);
  for (guint i = 0; i < pong->n_push_alts; i++)
    take_push_alt (self, download, &pong->push_alts[i], now_us);
}

/**
 * fil_downloads_pong:
 * @ping: message id of the ping that it answers
 * @from: where it came from; only the host that was asked may answer
 *
 * Somebody answered a HEAD ping of ours.
 *
 * Returns: whether it was one of ours
 */
gboolean
fil_downloads_pong (FilDownloads *self,
                    const FilGuid *ping,
                    const FilEndpoint *from,
                    const FilHeadPong *pong,
                    gint64 now_us)
{
  if (fil_guid_is_zero (ping))
    return FALSE;
  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          FilFileSource *source = g_ptr_array_index (download->sources, j);

          if (!fil_guid_equal (&source->ping, ping))
            continue;
          if (!fil_endpoint_equal (&source->endpoint, from))
            return TRUE;
          take_pong (self, download, source, pong, now_us);
          _fil_downloads_soon (self);
          return TRUE;
        }
    }
  return FALSE;
}
