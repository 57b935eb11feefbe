/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-session.h"
#include "fetch.h"
#include "transfer-limits.h"

/* Sources that bring next to nothing, or keep us waiting, would fill all the connections that there may be, and keep
 * out whoever has the file to give. */

/* Under a low limit many connections would each get so little that they seem to stand still. */
static guint
most_connections (const FilDownload *download)
{
  if (download->limit_bps == 0)
    return FIL_DOWNLOAD_MAX_CONNECTIONS;
  return (guint) CLAMP (download->limit_bps / FIL_SOURCE_SHARE_BPS, 2, FIL_DOWNLOAD_MAX_CONNECTIONS);
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

static gboolean
is_full (const FilDownload *download)
{
  guint n_pushing = _fil_download_n_pushing (download);

  return download->work->fetches->len + n_pushing >= FIL_DOWNLOAD_MAX_CONNECTIONS ||
         n_bringing (download) + n_pushing >= most_connections (download);
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
  if (!waits && fil_transfer_rate_get (&fetch->rate, now_us) >= FIL_SOURCE_LEAST_BPS)
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
    return fil_transfer_rate_get (&fetch->rate, now_us);
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
  const GPtrArray *fetches = is_full (download) ? download->work->fetches : self->fetches;

  *slow = NULL;
  if (fetches == self->fetches && fetches->len < FIL_DOWNLOADS_MAX_CONNECTIONS)
    return TRUE;
  for (guint i = 0; i < fetches->len; i++)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i);

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

/* Of those that take of the limit. */
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
 * Ends the connections that are too many for the limit of the download, the slowest first; their sources are asked
 * again when there is room. Who waits in a queue keeps its place.
 */
void
_fil_downloads_trim (FilDownload *download,
                     gint64 now_us)
{
  while (n_bringing (download) > most_connections (download))
    {
      FilFetch *fetch = slowest (download, now_us);
      FilFileSource *source = fetch->source;

      fil_fetch_drop (fetch, "the download is to be slower");
      fil_file_source_wait (source, 0, NULL);
    }
}
