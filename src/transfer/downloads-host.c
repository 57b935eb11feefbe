/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-session.h"
#include "fetch.h"
#include "transfer-limits.h"

/* Which downloads have connections to a host. One connection to a host, whatever it is for: gtk-gnutella grants an
 * address no more, and others are not glad to see a second one (swarm.md §2). But a limit of a person's must not keep a
 * host from another download that may be faster. So where a limit leaves something of the host, a second connection is
 * tried; and if the host grants none, the one that there is goes from download to download, between two pieces. */

/* The limit that a download has beside that of everything; 0: none. */
static gint64
own_limit (const FilDownload *download)
{
  return download->limit_bps > 0 ? download->limit_bps : download->work->downloads->limit_each_bps;
}

static gboolean
is_slower (const FilDownload *download,
           const FilDownload *other)
{
  gint64 limit = own_limit (download);

  return limit > 0 && (own_limit (other) == 0 || limit < own_limit (other));
}

/* Whether the host at the address of @source has called us, and has shown the file. */
static gboolean
has_called_from_there (const FilFetch *fetch,
                       const FilFileSource *source)
{
  return fetch->is_push && fetch->is_proven && !source->needs_push &&
         fil_endpoint_class (&source->endpoint) == FIL_ADDRESS_PUBLIC &&
         fil_endpoint_same_address (&fetch->peer, &source->endpoint);
}

static gboolean
is_there (const FilFetch *fetch,
          const FilFileSource *source)
{
  return fil_file_source_same_host (fetch->source, source) || has_called_from_there (fetch, source);
}

/* gtk-gnutella grants one to an address unless it was told otherwise, and lets who asks for more wait for minutes. A host
 * that has to be asked to call does so once. */
static gboolean
grants_one (const FilFetch *holder,
            const FilFileSource *source)
{
  return source->is_crowded || source->needs_push || holder->is_push ||
         (holder->source->vendor != NULL && g_str_has_prefix (holder->source->vendor, "gtk-gnutella"));
}

/* Whether a limit leaves of the host what @download could have, beside @fetch. */
static gboolean
leaves_room (const FilFetch *fetch,
             const FilDownload *download,
             const FilFileSource *source,
             gint64 now_us)
{
  guint64 limit = (guint64) own_limit (download);

  if (fetch->download == download || !fetch->is_delivering || grants_one (fetch, source))
    return FALSE;
  return (own_limit (fetch->download) > 0 && fil_fetch_is_held (fetch, now_us)) ||
         (limit > 0 && limit < fil_transfer_rate_get (&fetch->rate, now_us) / 2);
}

/**
 * _fil_downloads_host_is_taken:
 *
 * Returns: whether @download may not connect to the host of @source, because another connection is there
 */
gboolean
_fil_downloads_host_is_taken (const FilDownload *download,
                              const FilFileSource *source,
                              gint64 now_us)
{
  FilDownloads *self = download->work->downloads;
  guint n = 0;

  for (guint i = 0; i < self->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (self->fetches, i);

      if (!is_there (fetch, source))
        continue;
      if (++n == FIL_DOWNLOADS_PER_HOST || !leaves_room (fetch, download, source, now_us))
        return TRUE;
    }
  return _fil_downloads_is_pushing_to (self, source) || _fil_downloads_is_punching_to (self, source);
}

/* Another download that the host is delivering to. */
static FilFetch *
other_at_host (const FilDownload *download,
               const FilFileSource *source)
{
  const GPtrArray *fetches = download->work->downloads->fetches;

  for (guint i = 0; i < fetches->len; i++)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i);

      if (fetch->download != download && fetch->is_delivering && is_there (fetch, source))
        return fetch;
    }
  return NULL;
}

/**
 * _fil_downloads_host_answered:
 * @serves: whether it sends the file; else it is busy
 *
 * Learns whether a host takes two of our connections.
 */
void
_fil_downloads_host_answered (FilFetch *fetch,
                              gboolean serves)
{
  if (other_at_host (fetch->download, fetch->source) != NULL)
    fetch->source->is_crowded = !serves;
}

static FilFetch *
waits_there (const FilDownload *download,
             const FilFileSource *source)
{
  const GPtrArray *fetches = download->work->fetches;

  for (guint i = 0; i < fetches->len; i++)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i);

      if (fetch->source == source && source->state == FIL_SOURCE_QUEUED)
        return fetch;
    }
  return NULL;
}

/* How long @holder may keep a host that @download waits for: the one with the lower limit is to bring one piece and then
 * another when the faster one had its time. */
static gint64
turn_us (const FilDownload *holder,
         const FilDownload *download)
{
  if (is_slower (holder, download))
    return 0;
  return is_slower (download, holder) ? FIL_HOST_TURN_US : FIL_NEVER;
}

/* The connection of @holder goes on with the file that @download wants. */
static void
hand_over (FilFetch *holder,
           FilDownload *download,
           FilFileSource *source,
           gint64 now_us)
{
  FilDownloads *self = download->work->downloads;
  FilFileSource *former = holder->source;
  gboolean is_push = holder->is_push;
  FilEndpoint peer = holder->peer;
  FilFetch *fetch;

  g_debug ("download %" G_GINT64_FORMAT " takes the host of download %" G_GINT64_FORMAT, download->id,
           holder->download->id);
  source->came_by = former->came_by;
  source->seen_at = former->seen_at;
  source->is_crowded = former->is_crowded = TRUE;
  fetch = fil_fetch_adopt (self, download, source, fil_fetch_let_go (holder), now_us);
  fetch->is_push = is_push;
  fetch->peer = peer;
  fil_file_source_wait (former, now_us, NULL);
  _fil_downloads_soon (self);
}

/* When the host wants to be asked again. */
static gint64
due_us (const FilDownload *download,
        const FilFileSource *source)
{
  return waits_there (download, source) != NULL ? source->place.ask_us : fil_file_source_next_try (source);
}

/* The connection of @holder ends for the sake of another one; its source may come back when that had its chance. */
static void
make_way (FilFetch *holder,
          gint64 until_us)
{
  FilFileSource *source = holder->source;

  fil_fetch_drop (holder, "another download needs the host");
  source->is_crowded = TRUE;
  fil_file_source_wait (source, until_us + FIL_SOURCE_BUSY_US, NULL);
}

/* Has @holder make way when its time is over. */
static gint64
claim (FilFetch *holder,
       FilDownload *download,
       FilFileSource *source,
       gint64 now_us)
{
  gint64 most_us = turn_us (holder->download, download);
  gint64 begin_us = due_us (download, source) - FIL_HOST_YIELD_US;
  gboolean is_idle = fil_download_session_is_idle (holder->session);

  if (most_us == FIL_NEVER || holder->delivered == 0)
    return now_us + FIL_SEC;
  begin_us = MAX (begin_us, holder->turn_us + most_us);
  if (now_us < begin_us)
    return begin_us;
  if (!_fil_fetch_is_claimed (holder, now_us))
    holder->claimed_since_us = now_us;
  holder->claimed_us = now_us;
  if (is_idle && source->state == FIL_SOURCE_IDLE && due_us (download, source) <= now_us)
    hand_over (holder, download, source, now_us);
  else if (is_idle || now_us - holder->claimed_since_us >= FIL_HOST_YIELD_US)
    make_way (holder, MAX (due_us (download, source), now_us));
  return now_us + FIL_SEC;
}

/**
 * _fil_downloads_claim_host:
 *
 * Asks for the connection of another download to a host that would give this one its file, when nobody gives it any.
 *
 * Returns: when to ask again
 */
gint64
_fil_downloads_claim_host (FilDownload *download,
                           gint64 now_us)
{
  for (guint i = 0; i < download->work->fetches->len; i++)
    if (((const FilFetch *) g_ptr_array_index (download->work->fetches, i))->is_delivering)
      return FIL_NEVER;
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);
      FilFetch *holder;

      if ((source->state != FIL_SOURCE_IDLE && waits_there (download, source) == NULL) ||
          !_fil_downloads_is_useful (download, source))
        continue;
      holder = other_at_host (download, source);
      if (holder != NULL && grants_one (holder, source))
        return claim (holder, download, source, now_us);
    }
  return FIL_NEVER;
}
