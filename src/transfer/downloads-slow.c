/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-session.h"
#include "fetch.h"
#include "transfer-limits.h"

/* Sources that bring next to nothing, or keep us waiting, would fill all the connections that there may be, and keep
 * out whoever has the file to give. */

/* Downloads that have connections, @download among them. There may be many more that have none. */
static guint
n_sharing (const FilDownloads *self,
           const FilDownload *download)
{
  guint n = 1;

  for (guint i = 0; i < self->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (self->fetches, i);

      n += fetch->download != download && g_ptr_array_index (fetch->download->work->fetches, 0) == fetch;
    }
  return n;
}

static gint64
lower_of (gint64 a,
          gint64 b)
{
  return a == 0 || b == 0 ? MAX (a, b) : MIN (a, b);
}

/**
 * _fil_downloads_share:
 *
 * Returns: what the limits leave to a download, bytes a second; 0: there is none
 */
gint64
_fil_downloads_share (const FilDownload *download)
{
  const FilDownloads *self = download->work->downloads;
  gint64 own = download->limit_bps > 0 ? download->limit_bps : self->limit_each_bps;
  gint64 share = self->limit_bps > 0 ? MAX (self->limit_bps / n_sharing (self, download), 1) : 0;

  return lower_of (own, share);
}

/**
 * _fil_downloads_is_tight:
 *
 * Returns: whether the limits leave a download so little that one source can bring it
 */
gboolean
_fil_downloads_is_tight (const FilDownload *download)
{
  gint64 share = _fil_downloads_share (download);

  return share > 0 && share < 2 * FIL_SOURCE_SHARE_BPS;
}

static gboolean
has_held (const FilDownload *download,
          gint64 now_us)
{
  for (guint i = 0; i < download->work->fetches->len; i++)
    if (fil_fetch_is_held (g_ptr_array_index (download->work->fetches, i), now_us))
      return TRUE;
  return FALSE;
}

/* Under a low limit many connections would each get next to nothing, and others would wait for the slots that they
 * keep; under a tiny one, one that brings all of it is enough. */
static guint
most_connections (const FilDownload *download,
                  gint64 now_us)
{
  gint64 share = _fil_downloads_share (download);

  if (share == 0)
    return FIL_DOWNLOAD_MAX_CONNECTIONS;
  if (_fil_downloads_is_tight (download))
    return has_held (download, now_us) ? 1 : 2;
  return (guint) MIN (share / FIL_SOURCE_SHARE_BPS, FIL_DOWNLOAD_MAX_CONNECTIONS);
}

/* Those that take of the limit: who keeps us waiting in a queue brings nothing. */
static guint
n_bringing (const FilDownload *download)
{
  const GPtrArray *fetches = download->work->fetches;
  guint n = 0;

  for (guint i = 0; i < fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (fetches, i);

      n += fetch->source->state != FIL_SOURCE_QUEUED;
    }
  return n;
}

/* Whether more that bring something would be too many for the limits. */
static gboolean
is_supplied (const FilDownload *download,
             gint64 now_us)
{
  guint n = n_bringing (download) + _fil_download_n_pushing (download);

  return n > 0 && n >= most_connections (download, now_us);
}

/* Whether others may have its connection; when not, @wake is when that may be. */
static gboolean
gives_way (const FilFetch *fetch,
           gint64 now_us,
           gint64 *wake)
{
  gboolean waits = fetch->source->state == FIL_SOURCE_QUEUED;
  gint64 due = fetch->turn_us + (waits ? FIL_SOURCE_WAITING_US : FIL_SOURCE_TRIAL_US);

  /* While our own disk is slow it is not to blame; a tree has a time of its own. */
  if (!fil_download_session_is_connected (fetch->session) || fetch->is_blocked ||
      fetch->download->work->tree_fetch == fetch->number)
    return FALSE;
  if (now_us < due)
    {
      *wake = MIN (*wake, due);
      return FALSE;
    }
  if (!waits && fil_fetch_speed (fetch, now_us) >= FIL_SOURCE_LEAST_BPS)
    {
      *wake = MIN (*wake, now_us + FIL_TRANSFER_RATE_SECONDS * FIL_SEC);
      return FALSE;
    }
  return TRUE;
}

/* Who is further back in a queue goes before who is nearer the front, and whoever drips goes before both. */
static guint64
worth (const FilFetch *fetch,
       gint64 now_us)
{
  if (fetch->source->state != FIL_SOURCE_QUEUED)
    return fil_fetch_speed (fetch, now_us);
  return FIL_SOURCE_LEAST_BPS + G_MAXUINT32 - fetch->source->place.position;
}

/**
 * _fil_downloads_has_room:
 * @slow: (out): the connection that has to end first; NULL: none
 * @wake: (inout): when to ask again
 *
 * Returns: whether @download may have one more connection
 */
gboolean
_fil_downloads_has_room (const FilDownloads *self,
                         const FilDownload *download,
                         FilFetch **slow,
                         gint64 *wake,
                         gint64 now_us)
{
  guint n = download->work->fetches->len + _fil_download_n_pushing (download);
  gboolean supplied = is_supplied (download, now_us);
  const GPtrArray *fetches =
      supplied || n >= FIL_DOWNLOAD_MAX_CONNECTIONS ? download->work->fetches : self->fetches;

  *slow = NULL;
  if (fetches == self->fetches && fetches->len < FIL_DOWNLOADS_MAX_CONNECTIONS)
    return TRUE;
  for (guint i = 0; i < fetches->len; i++)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i);

      /* Who waits in a queue would leave nothing of the limit. */
      if (supplied && fetch->source->state == FIL_SOURCE_QUEUED)
        continue;
      if (gives_way (fetch, now_us, wake) && (*slow == NULL || worth (fetch, now_us) < worth (*slow, now_us)))
        *slow = fetch;
    }
  return *slow != NULL;
}

/**
 * _fil_downloads_give_way:
 *
 * Ends a connection for a better use; its source is asked again when the others had their turn.
 */
void
_fil_downloads_give_way (FilFetch *slow,
                         gint64 now_us)
{
  FilFileSource *source = slow->source;

  slow->is_settled = TRUE;
  fil_fetch_drop (slow, "others have not had their turn yet");
  fil_file_source_wait (source, now_us + FIL_SOURCE_SLOW_US, "too-slow");
}

/* Of those that take of the limits. */
static FilFetch *
slowest (const FilDownload *download,
         gint64 now_us)
{
  const GPtrArray *fetches = download->work->fetches;
  FilFetch *found = NULL;

  for (guint i = 0; i < fetches->len; i++)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i);

      if (fetch->source->state != FIL_SOURCE_QUEUED &&
          (found == NULL || worth (fetch, now_us) < worth (found, now_us)))
        found = fetch;
    }
  return found;
}

/**
 * _fil_downloads_trim:
 *
 * Ends the connections that are too many for the limits, the slowest first; their sources are asked
 * again when there is room. Who waits in a queue keeps its place.
 */
void
_fil_downloads_trim (FilDownload *download,
                     gint64 now_us)
{
  while (n_bringing (download) > 1 && n_bringing (download) > most_connections (download, now_us))
    {
      FilFetch *fetch = slowest (download, now_us);
      FilFileSource *source = fetch->source;

      fil_fetch_drop (fetch, "the download is to be slower");
      fil_file_source_wait (source, 0, NULL);
    }
}

/**
 * fil_downloads_set_limits:
 * @bytes_per_s: of everything that comes; 0: none
 * @each_bytes_per_s: of each download that has none of its own; 0: none
 *
 * Notes the limits that whoever drives the sessions keeps; see fil_downloads_set_limit().
 */
void
fil_downloads_set_limits (FilDownloads *self,
                          gint64 bytes_per_s,
                          gint64 each_bytes_per_s,
                          gint64 now_us)
{
  if (self->limit_bps == bytes_per_s && self->limit_each_bps == each_bytes_per_s)
    return;
  self->now_us = MAX (self->now_us, now_us);
  self->limit_bps = bytes_per_s;
  self->limit_each_bps = each_bytes_per_s;
  for (guint i = 0; i < self->list->len; i++)
    _fil_downloads_trim (g_ptr_array_index (self->list, i), now_us);
  _fil_downloads_soon (self);
}
