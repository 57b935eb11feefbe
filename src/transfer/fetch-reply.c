/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fetch-private.h"

#include <string.h>

#include "transfer-limits.h"

/* Without a hash there is only the number and the name that the hit told (http-transfer.md §2). */
char *
_fil_fetch_target (const FilDownload *download,
                   const FilFileSource *source)
{
  char sha1[FIL_SHA1_TEXT_LEN + 1];
  g_autofree char *name = NULL;

  if (download->has_sha1)
    {
      fil_sha1_to_text (&download->sha1, sha1);
      return g_strdup_printf ("/uri-res/N2R?urn:sha1:%s", sha1);
    }
  name = g_uri_escape_bytes ((const guint8 *) (source->name != NULL ? source->name : download->name),
                             strlen (source->name != NULL ? source->name : download->name), NULL);
  return g_strdup_printf ("/get/%u/%s", source->index, name);
}

char *
_fil_fetch_host (const FilFileSource *source)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  /* A host behind a firewall has no address that means anything; it does not look at it either. */
  if (!fil_endpoint_is_set (&source->endpoint))
    return g_strdup ("127.0.0.1");
  return g_strdup (fil_endpoint_to_text (&source->endpoint, text));
}

static void
settle (FilFetch *self,
        gint64 until_us,
        const char *reason_code)
{
  self->is_settled = TRUE;
  fil_file_source_wait (self->source, until_us, reason_code);
}

/**
 * _fil_fetch_is_waited_on:
 *
 * Returns: whether the end of @self means nothing for its source: it was a call in its name by who need not be it, and
 *   the source is still asked to call, or somebody else has
 */
gboolean
_fil_fetch_is_waited_on (const FilFetch *self)
{
  const GPtrArray *fetches = self->download->work->fetches;

  for (guint i = 0; i < fetches->len; i++)
    {
      const FilFetch *other = g_ptr_array_index (fetches, i);

      if (other != self && other->source == self->source && !self->is_proven)
        return TRUE;
    }
  return !self->is_proven && self->source->state == FIL_SOURCE_PUSHING;
}

static FilDownloadVerdict
settle_bad (FilFetch *self,
            const char *reason_code)
{
  self->is_settled = TRUE;
  if (_fil_fetch_is_waited_on (self))
    return FIL_DOWNLOAD_LEAVE;
  /* A GIV is easily forged: whoever says no there need not be the source (push.md §6). */
  if (self->is_push && self->delivered == 0)
    {
      fil_file_source_failed (self->source, reason_code, self->downloads->now_us);
      return FIL_DOWNLOAD_LEAVE;
    }
  fil_file_source_bad (self->source, reason_code);
  return FIL_DOWNLOAD_LEAVE;
}

static gint64
retry_after_us (const FilDownloadReply *reply,
                gint64 at_least_us)
{
  if (reply->retry_after_s < 0)
    return at_least_us;
  return CLAMP (reply->retry_after_s * FIL_SEC, at_least_us, FIL_SOURCE_MAX_RETRY_AFTER_US);
}

static void
set_available (FilFileSource *source,
               const GArray *available)
{
  g_clear_pointer (&source->available, g_array_unref);
  if (available != NULL)
    source->available = g_array_copy ((GArray *) available);
}

/* Whether some program sends this for @asked: bytes around those that were asked for can be passed over; where
 * there are none of these, and it is not the whole file, nobody can tell what it means. */
static gboolean
is_of_use (const FilDownloadReply *reply,
           FilRange asked)
{
  FilRange wanted = fil_range_intersect (reply->range, asked);

  if (reply->status == 200 && reply->range.start == 0)
    return TRUE;
  return fil_range_len (wanted) > 0 && wanted.start - reply->range.start <= FIL_REPLY_MAX_SKIP;
}

/* Whether a reply says how large the file is, and not how large a page is that stands in its place. Who has but a part
 * of it only repeats what others told him. */
static gboolean
names_size (const FilDownloadReply *reply)
{
  return reply->has_size && reply->available == NULL && (reply->status != 200 || reply->urn.has_sha1);
}

/* Takes what fits of a reply to a range. */
static FilDownloadVerdict
take_part (FilFetch *self,
           FilRange reply_range,
           FilRange asked,
           FilRange *range)
{
  FilSegmentMap *map = self->download->map;
  FilFetchLease *lease = self->leases->len > 0 ? &g_array_index (self->leases, FilFetchLease, 0) : NULL;

  /* Meanwhile somebody faster took it over, or it was given back and nobody has it. */
  if ((lease == NULL || lease->range.start != asked.start) &&
      !_fil_fetch_extend (self, asked.start))
    {
      settle (self, self->downloads->now_us + FIL_SOURCE_RECONNECT_US, NULL);
      return FIL_DOWNLOAD_LEAVE;
    }
  lease = &g_array_index (self->leases, FilFetchLease, 0);
  *range = fil_range_intersect (*range, lease->range);
  if (fil_range_len (*range) == 0)
    {
      settle (self, self->downloads->now_us + FIL_SOURCE_RECONNECT_US, NULL);
      return FIL_DOWNLOAD_LEAVE;
    }
  fil_segment_map_release (map, (FilRange){ lease->range.start, range->start });
  fil_segment_map_release (map, (FilRange){ range->end, lease->range.end });
  lease->range = *range;
  lease->position = range->start;
  self->until = reply_range.end;
  return FIL_DOWNLOAD_TAKE;
}

/* The whole file comes, from its first byte on. */
static FilDownloadVerdict
take_whole (FilFetch *self,
            FilRange *range,
            gint64 now_us)
{
  FilSegmentMap *map = self->download->map;
  FilFetchLease lease;
  FilRange first;

  for (guint i = 0; i < self->leases->len; i++)
    fil_segment_map_release (map, g_array_index (self->leases, FilFetchLease, i).range);
  g_array_set_size (self->leases, 0);
  self->source->no_ranges = TRUE;
  if (!fil_segment_map_lease (map, self->source->id, FIL_SEGMENT_MOST, 0, NULL, &first))
    {
      settle (self, now_us + FIL_SOURCE_USELESS_US, "nothing-useful");
      return FIL_DOWNLOAD_LEAVE;
    }
  if (!_fil_fetch_may_skip (self, first.start))
    {
      fil_segment_map_release (map, first);
      settle (self, now_us + FIL_SOURCE_USELESS_US, "no-ranges");
      return FIL_DOWNLOAD_LEAVE;
    }
  lease = (FilFetchLease){ first, first.start };
  g_array_append_val (self->leases, lease);
  self->until = self->download->size;
  *range = (FilRange){ first.start, self->download->size };
  return FIL_DOWNLOAD_TAKE;
}

/* The size came with the first reply. */
static gboolean
learn_size (FilFetch *self,
            const FilDownloadReply *reply)
{
  FilDownload *download = self->download;
  FilFetchLease *lease = &g_array_index (self->leases, FilFetchLease, 0);

  if (!reply->has_size || self->leases->len == 0 || !fil_download_set_size (download, reply->size))
    return FALSE;
  download->size_is_hearsay = TRUE;
  return reply->size > 0 && fil_segment_map_lease_at (download->map, self->source->id, 0,
                                                      MIN (FIL_SEGMENT_LEAST, reply->size), &lease->range);
}

static FilDownloadVerdict
judge_body (FilFetch *self,
            const FilDownloadReply *reply,
            FilRange asked,
            FilRange *range,
            gint64 now_us)
{
  FilDownload *download = self->download;
  FilFileSource *source = self->source;

  if (download->has_sha1 && reply->urn.has_sha1 && !fil_sha1_equal (&download->sha1, &reply->urn.sha1))
    return settle_bad (self, "other-file");
  if (!download->has_size && !learn_size (self, reply))
    {
      /* An empty file needs no bytes. */
      if (download->has_size)
        settle (self, now_us, NULL);
      else
        return settle_bad (self, "no-size");
      return FIL_DOWNLOAD_LEAVE;
    }
  if (names_size (reply))
    _fil_downloads_size_told (self->downloads, source, reply->size);
  if (reply->has_size && reply->size != download->size)
    return settle_bad (self, "other-size");
  if (!is_of_use (reply, asked))
    return settle_bad (self, "broken-http");

  self->is_proven = TRUE;
  set_available (source, reply->available);
  _fil_fetch_note_tree (self, reply);
  source->hangups = 0;
  source->reason_code = NULL;
  fil_source_place_served (&source->place, &reply->queue);
  _fil_downloads_note_place (self->downloads, download, source);
  _fil_downloads_host_answered (self, TRUE);
  fil_file_source_set_state (source, FIL_SOURCE_ACTIVE);
  self->tried_416 = FALSE;
  self->last_byte_us = now_us;
  if (!self->is_push && self->downloads->delegate.answered != NULL)
    self->downloads->delegate.answered (self->downloads->data, &source->endpoint);
  if (!self->is_push && self->downloads->delegate.seen_as != NULL && fil_endpoint_is_set (&reply->seen_as))
    self->downloads->delegate.seen_as (self->downloads->data, &source->endpoint, &reply->seen_as);
  /* Some old servents say 200 and mean 206. */
  if (reply->status == 200 && reply->range.start == 0 && (asked.start > 0 || reply->range.end > asked.end))
    return take_whole (self, range, now_us);
  return take_part (self, reply->range, asked, range);
}

static gboolean
is_listed (const GArray *ranges,
           guint64 offset)
{
  for (guint i = 0; ranges != NULL && i < ranges->len; i++)
    {
      FilRange range = g_array_index (ranges, FilRange, i);

      if (offset >= range.start && offset < range.end)
        return TRUE;
    }
  return FALSE;
}

/* What was asked for is not there. Something else is asked for, once, if it is known now what there is. */
static FilDownloadVerdict
judge_not_available (FilFetch *self,
                     const FilDownloadReply *reply,
                     FilRange asked,
                     gint64 now_us)
{
  FilFileSource *source = self->source;
  gboolean was_listed = is_listed (source->available, asked.start);

  if (names_size (reply))
    _fil_downloads_size_told (self->downloads, source, reply->size);
  if (reply->has_size && self->download->has_size && reply->size != self->download->size)
    return settle_bad (self, "other-size");
  set_available (source, reply->available);
  if (reply->available != NULL && !self->tried_416 && !was_listed && self->download->map != NULL &&
      fil_segment_map_has_free (self->download->map, reply->available))
    {
      self->tried_416 = TRUE;
      if (reply->keeps_alive)
        return FIL_DOWNLOAD_ASK_AGAIN;
      settle (self, now_us + FIL_SOURCE_RECONNECT_US, NULL);
      return FIL_DOWNLOAD_LEAVE;
    }
  if (reply->available == NULL && !source->has_told_size && !source->was_asked_size)
    {
      source->was_asked_size = source->asks_size = TRUE;
      if (reply->keeps_alive)
        return FIL_DOWNLOAD_ASK_AGAIN;
      settle (self, now_us + FIL_SOURCE_RECONNECT_US, NULL);
      return FIL_DOWNLOAD_LEAVE;
    }
  /* By then it may have more. */
  set_available (source, NULL);
  settle (self, now_us + retry_after_us (reply, FIL_SOURCE_HAMMERED_US), "range-not-available");
  return FIL_DOWNLOAD_LEAVE;
}

/* We wait on this connection, or come again with the id of our place. */
static FilDownloadVerdict
judge_queued (FilFetch *self,
              const FilDownloadReply *reply,
              gint64 now_us)
{
  FilFileSource *source = self->source;

  fil_source_place_waits (&source->place, &reply->queue, reply->poll_s, reply->lifetime_s, now_us);
  _fil_downloads_note_place (self->downloads, self->download, source);
  if (!reply->keeps_alive)
    {
      settle (self, source->place.ask_us, source->place.id[0] != '\0' ? "remote-queue" : "busy");
      return FIL_DOWNLOAD_LEAVE;
    }
  fil_file_source_set_state (source, FIL_SOURCE_QUEUED);
  source->reason_code = "remote-queue";
  return FIL_DOWNLOAD_WAIT;
}

/* Old servents say 503, too, where 416 is meant; not when they name a time, or have what was asked for. */
static FilDownloadVerdict
judge_busy (FilFetch *self,
            const FilDownloadReply *reply,
            FilRange asked,
            gint64 now_us)
{
  if (reply->is_queued)
    return judge_queued (self, reply, now_us);
  fil_source_place_clear (&self->source->place);
  if (reply->available != NULL && reply->retry_after_s < 0 && !is_listed (reply->available, asked.start))
    return judge_not_available (self, reply, asked, now_us);
  if (reply->available != NULL)
    set_available (self->source, reply->available);
  settle (self,
          now_us + (reply->retry_after_s >= 0          ? retry_after_us (reply, FIL_SEC)
                    : _fil_fetch_others_deliver (self) ? FIL_SOURCE_BUSY_OTHERS_US
                                                       : FIL_SOURCE_BUSY_US),
          "busy");
  return FIL_DOWNLOAD_LEAVE;
}

/* How to get at the source next time. Only what came with bytes of the file is believed: anybody may say
 * GIV. */
static void
learn_ways (FilFetch *self,
            const FilPushNews *news)
{
  const FilDownloadsDelegate *delegate = &self->downloads->delegate;
  FilFileSource *source = self->source;
  FilHost proxies[FIL_SOURCE_MAX_PROXIES];
  FilSourceSpec spec = { .guid = source->guid, .proxies = proxies, .needs_push = source->needs_push };

  if (fil_guid_is_zero (&spec.guid))
    spec.guid = news->servent;
  for (guint i = 0; i < news->n_proxies && spec.n_proxies < FIL_SOURCE_MAX_PROXIES; i++)
    if (delegate->may_dial (self->downloads->data, &news->proxies[i].endpoint))
      proxies[spec.n_proxies++] = news->proxies[i];
  spec.n_own_proxies = spec.n_proxies;
  /* It names itself, or it would send us to somebody else. */
  if (fil_endpoint_is_set (&news->listen) && fil_endpoint_same_address (&news->listen, &source->seen_at) &&
      delegate->may_dial (self->downloads->data, &news->listen))
    {
      spec.endpoint = news->listen;
      spec.needs_push = FALSE;
    }
  fil_file_source_learn (source, &spec);
}

/* What a reply means for the source and for the range that was asked for (http-transfer.md §4). */
FilDownloadVerdict
_fil_fetch_judge (FilFetch *self,
                  const FilDownloadReply *reply,
                  FilRange asked,
                  FilRange *range,
                  gint64 now_us)
{
  FilDownloadVerdict verdict;

  if (reply->server != NULL && self->source->vendor == NULL)
    self->source->vendor = g_utf8_make_valid (reply->server, (gssize) MIN (strlen (reply->server), 100));
  if (self->is_push)
    self->source->seen_at = self->peer;
  else
    fil_file_source_answered (self->source);
  _fil_fetch_read_mesh (self, reply, now_us);
  switch (reply->status)
    {
    case 200:
    case 206:
      verdict = judge_body (self, reply, asked, range, now_us);
      if (verdict == FIL_DOWNLOAD_TAKE)
        {
          learn_ways (self, &reply->push);
          _fil_fetch_note_place (self, TRUE, now_us);
        }
      return verdict;
    case 404:
    case 410:
      _fil_fetch_note_place (self, FALSE, now_us);
      return settle_bad (self, "not-found");
    case 416:
      return judge_not_available (self, reply, asked, now_us);
    case 503:
      if (reply->available == NULL)
        _fil_downloads_host_answered (self, FALSE);
      return judge_busy (self, reply, asked, now_us);
    case 403:
      fil_source_place_clear (&self->source->place);
      settle (self, now_us + retry_after_us (reply, FIL_SOURCE_REFUSED_US), "refused");
      return FIL_DOWNLOAD_LEAVE;
    case 429:
      _fil_downloads_host_answered (self, FALSE);
      fil_source_place_clear (&self->source->place);
      settle (self, now_us + retry_after_us (reply, FIL_SOURCE_HAMMERED_US), "refused");
      return FIL_DOWNLOAD_LEAVE;
    case 408:
    case 409:
      _fil_downloads_host_answered (self, FALSE);
      settle (self, now_us + retry_after_us (reply, FIL_SOURCE_BUSY_US), "busy");
      return FIL_DOWNLOAD_LEAVE;
    default:
      self->is_settled = TRUE;
      fil_file_source_failed (self->source, "refused", now_us);
      return FIL_DOWNLOAD_LEAVE;
    }
}

static void
settle_not_connected (FilFetch *self,
                      gint64 now_us)
{
  FilFileSource *source = self->source;

  if (fil_file_source_turn (source))
    {
      fil_file_source_wait (source, now_us, "cannot-connect");
      return;
    }
  if (!source->direct_failed && !fil_guid_is_zero (&source->guid) &&
      self->downloads->delegate.is_reachable (self->downloads->data))
    {
      /* It may be behind a firewall, whatever its hit said: ask it to connect to us. */
      source->direct_failed = TRUE;
      fil_file_source_wait (source, now_us, "cannot-connect");
      return;
    }
  source->direct_failed = FALSE;
  fil_file_source_failed (source, "cannot-connect", now_us);
}

/* The connection ended while we waited on it, or it was a call that came to nothing. */
static void
settle_waiting (FilFileSource *source,
                gint64 now_us)
{
  if (fil_source_place_can_come_back (&source->place, now_us))
    fil_file_source_wait (source, MAX (source->place.ask_us, now_us + FIL_SOURCE_RECONNECT_US), "remote-queue");
  else
    fil_file_source_wait (source, now_us + FIL_SOURCE_BUSY_US, "busy");
}

/* When the source may be tried again after a connection that ended for its own reasons. */
void
_fil_fetch_settle (FilFetch *self,
                   FilDownloadEnd end,
                   gint64 now_us)
{
  FilFileSource *source = self->source;

  self->is_settled = TRUE;
  if (_fil_fetch_is_waited_on (self))
    return;
  /* Who did not even begin to send it was not asked how to get at the source. */
  if (self->is_push && self->is_delivering && self->delivered == 0)
    fil_file_source_was_forged (source);
  if (source->state == FIL_SOURCE_BAD)
    return;
  if (self->is_punched && !self->has_reply && end != FIL_DOWNLOAD_END_LIED)
    {
      _fil_downloads_way_broke (self, now_us);
      return;
    }
  if (end != FIL_DOWNLOAD_END_LIED && (source->state == FIL_SOURCE_QUEUED || now_us < source->place.ask_us))
    {
      settle_waiting (source, now_us);
      return;
    }
  switch (end)
    {
    case FIL_DOWNLOAD_END_NOT_CONNECTED:
      settle_not_connected (self, now_us);
      break;
    case FIL_DOWNLOAD_END_LIED:
      if (self->is_push && self->delivered == 0)
        fil_file_source_failed (source, "broken-http", now_us);
      else
        fil_file_source_bad (source, "broken-http");
      break;
    case FIL_DOWNLOAD_END_NO_REPLY:
    case FIL_DOWNLOAD_END_STALLED:
      if (++source->hangups >= FIL_SOURCE_MAX_HANGUPS || self->delivered == 0)
        fil_file_source_failed (source, end == FIL_DOWNLOAD_END_STALLED ? "stalled" : "no-reply", now_us);
      else
        fil_file_source_wait (source, now_us + FIL_SOURCE_RECONNECT_US, "stalled");
      break;
    case FIL_DOWNLOAD_END_CUT:
    case FIL_DOWNLOAD_END_ORDERLY:
    default:
      if (self->delivered > 0)
        fil_file_source_wait (source, now_us + FIL_SOURCE_RECONNECT_US, NULL);
      else
        fil_file_source_failed (source, "no-reply", now_us);
      break;
    }
}
