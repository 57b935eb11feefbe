/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-session.h"
#include "fetch.h"
#include "transfer-limits.h"

/* Connections that are made to us, since we asked for them. Anybody who saw the GUID of a source can call in its name:
 * until one of those who do has shown the file, others are let in as well, and the source is still asked to call. */

/* Whether a PUSH of ours went to that servent lately, for any file. */
static gboolean
was_asked (FilDownloads *self,
           const FilGuid *guid,
           gint64 now_us)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          const FilFileSource *source = g_ptr_array_index (download->sources, j);

          if (source->pushed_us != 0 && now_us - source->pushed_us <= FIL_PUSH_LATE_GIV_US &&
              fil_guid_equal (&source->guid, guid))
            return TRUE;
        }
    }
  return FALSE;
}

/* Whether all connections of @source were made to us by who has yet to show the file: one of them may be forged. */
static gboolean
is_unproven (const FilDownload *download,
             const FilFileSource *source)
{
  for (guint i = 0; i < download->work->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (download->work->fetches, i);

      if (fetch->source == source && fetch->is_proven)
        return FALSE;
    }
  return TRUE;
}

/* How well a source fits somebody who connected to us: 0 not at all. */
static guint
fits (const FilDownload *download,
      const FilFileSource *source,
      const FilGuid *guid,
      guint32 index,
      const FilEndpoint *from)
{
  if (!fil_guid_equal (&source->guid, guid) || !_fil_downloads_may_fetch (download, source) ||
      (fil_endpoint_is_set (&source->forger) && fil_endpoint_same_address (&source->forger, from)))
    return 0;
  if (source->state == FIL_SOURCE_PUSHING || source->state == FIL_SOURCE_PUNCHING)
    return source->index == index ? 3 : 2;
  if (source->state == FIL_SOURCE_ACTIVE || source->state == FIL_SOURCE_QUEUED)
    return is_unproven (download, source) ? 1 : 0;
  return source->state == FIL_SOURCE_IDLE && _fil_downloads_is_useful (download, source) ? 1 : 0;
}

static FilFileSource *
find_waiting (FilDownloads *self,
              const FilGuid *guid,
              guint32 index,
              const FilEndpoint *from,
              FilDownload **best_download)
{
  FilFileSource *best = NULL;
  guint best_fit = 0;

  for (guint i = 0; i < self->list->len; i++)
    {
      FilDownload *download = g_ptr_array_index (self->list, i);

      for (guint j = 0; j < download->sources->len; j++)
        {
          FilFileSource *source = g_ptr_array_index (download->sources, j);
          guint fit = fits (download, source, guid, index, from);

          if (fit > best_fit)
            {
              best_fit = fit;
              best = source;
              *best_download = download;
            }
        }
    }
  return best;
}

/* Whether another connection from @from is of no use: the servent has shown the file over one, or somebody from there
 * is about to. */
static gboolean
is_connected (const FilDownloads *self,
              const FilGuid *guid,
              const FilEndpoint *from)
{
  guint unproven = 0;

  for (guint i = 0; i < self->fetches->len; i++)
    {
      const FilFetch *fetch = g_ptr_array_index (self->fetches, i);

      if (!fil_guid_equal (&fetch->source->guid, guid))
        continue;
      if (fetch->is_proven || fil_endpoint_same_address (&fetch->peer, from))
        return TRUE;
      unproven++;
    }
  return unproven >= FIL_GIV_RIVALS || fil_idle_links_has (self->idle, guid);
}

/* (transfer none) (nullable): begins to fetch over a connection that somebody with that GUID made to us */
FilFetch *
_fil_downloads_take_giv (FilDownloads *self,
                         const FilGuid *guid,
                         guint32 index,
                         const FilEndpoint *from,
                         gint64 now_us)
{
  FilDownload *download = NULL;
  FilFileSource *source;
  FilFetch *fetch;

  self->now_us = MAX (self->now_us, now_us);
  if (self->is_shut || fil_guid_is_zero (guid) || self->fetches->len >= FIL_DOWNLOADS_MAX_CONNECTIONS ||
      !was_asked (self, guid, now_us) || is_connected (self, guid, from))
    return NULL;
  source = find_waiting (self, guid, index, from, &download);
  if (source == NULL)
    return NULL;
  _fil_downloads_push_step (self, guid, "giv-received", from, "the servent connected to us");
  source->came_by = source->state == FIL_SOURCE_PUNCHING ? FIL_SOURCE_PUNCH : FIL_SOURCE_PUSH;
  fil_file_source_called (source);
  fetch = fil_fetch_new (self, download, source, FIL_FETCH_GIVEN, now_us);
  fetch->peer = *from;
  _fil_downloads_soon (self);
  return fetch;
}

/**
 * fil_downloads_giv:
 * @guid: servent GUID of who connected, of its GIV line
 * @index: of the GIV line
 * @from: where the connection comes from
 *
 * Somebody connected to us with GIV. It is welcome only when we sent it a PUSH lately, a download still
 * waits for it, and it is not connected already (push.md §4, §6).
 *
 * Returns: (transfer full) (nullable): the session for the connection, to be fed from its first byte,
 *   the GIV line included; NULL: close it without a word
 */
FilSession *
fil_downloads_giv (FilDownloads *self,
                   const FilGuid *guid,
                   guint32 index,
                   const FilEndpoint *from,
                   gint64 now_us)
{
  FilFetch *fetch = _fil_downloads_take_giv (self, guid, index, from, now_us);

  if (fetch == NULL)
    return NULL;
  fetch->source->failures = 0;
  return fetch->session;
}

/* One of those who called in the name of a source has shown the file: the others are not needed. */
void
_fil_downloads_drop_rivals (FilDownload *download)
{
  GPtrArray *fetches = download->work->fetches;

  for (guint i = fetches->len; i > 0; i--)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i - 1);

      for (guint j = 0; !fetch->is_proven && j < fetches->len; j++)
        {
          const FilFetch *other = g_ptr_array_index (fetches, j);

          if (other->source != fetch->source || !other->is_proven)
            continue;
          fil_fetch_drop (fetch, "somebody else has shown to be the source");
          break;
        }
    }
}

/* A pushed connection that has nothing more to bring for its download is kept for another one; FALSE: it
 * cannot be. */
gboolean
_fil_downloads_keep_link (FilDownloads *self,
                          FilFetch *fetch,
                          gint64 now_us)
{
  FilGuid servent = fetch->source->guid;
  FilLinkOrigin origin = { .peer = fetch->peer, .is_punched = fetch->source->came_by == FIL_SOURCE_PUNCH };

  if (!fetch->is_push || !fetch->is_proven || self->is_shut || fil_guid_is_zero (&servent) ||
      !fil_download_session_is_idle (fetch->session) || fetch->session->is_closed)
    return FALSE;
  return fil_idle_links_keep (self->idle, &servent, &origin, fil_fetch_let_go (fetch), now_us);
}

/* The same for all of a download that is complete. */
void
_fil_downloads_keep_links (FilDownloads *self,
                           FilDownload *download,
                           gint64 now_us)
{
  GPtrArray *fetches = download->work->fetches;

  for (guint i = fetches->len; i > 0; i--)
    {
      FilFetch *fetch = g_ptr_array_index (fetches, i - 1);
      FilFileSource *source = fetch->source;

      if (_fil_downloads_keep_link (self, fetch, now_us))
        fil_file_source_wait (source, 0, NULL);
    }
}
