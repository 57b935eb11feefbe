/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "fetch.h"
#include "transfer-limits.h"

/* The sources that we wait for and their call-backs: "QUEUE <id> <address>" on a connection that the source
 * made says that it is our turn (http-transfer.md §7). */

typedef struct
{
  gint64 download;
  guint32 source;
} Waiting;

/* Notes the id of the place that source gave us, so that a call finds it. */
void
_fil_downloads_note_place (FilDownloads *self,
                           FilDownload *download,
                           const FilFileSource *source)
{
  Waiting waiting = { download->id, source->id };

  if (source->place.id[0] == '\0')
    return;
  /* Ids of old come to nothing: whoever still waits is told its own again, and asks by itself anyway. */
  if (g_hash_table_size (self->places) >= FIL_PLACES_MAX)
    g_hash_table_remove_all (self->places);
  g_hash_table_insert (self->places, g_strdup (source->place.id), g_memdup2 (&waiting, sizeof waiting));
}

static FilFileSource *
find_called (FilDownloads *self,
             const char *id,
             FilDownload **download)
{
  const Waiting *waiting = g_hash_table_lookup (self->places, id);
  FilFileSource *source;

  *download = waiting != NULL ? fil_downloads_get (self, waiting->download) : NULL;
  if (*download == NULL)
    return NULL;
  source = fil_download_find_source (*download, waiting->source);
  return source != NULL && g_strcmp0 (source->place.id, id) == 0 ? source : NULL;
}

/**
 * fil_downloads_called:
 * @id: of the QUEUE line
 * @from: where the connection comes from
 *
 * Somebody connected to us with QUEUE. It is welcome only when it says an id that a source of ours told us, and
 * the download can use it now.
 *
 * Returns: (transfer full) (nullable): the session for the connection, to be fed from its first byte,
 *   the QUEUE line included; NULL: close it without a word
 */
FilSession *
fil_downloads_called (FilDownloads *self,
                      const char *id,
                      const FilEndpoint *from,
                      gint64 now_us)
{
  FilDownload *download = NULL;
  FilFileSource *source = find_called (self, id, &download);
  FilFetch *fetch;

  self->now_us = MAX (self->now_us, now_us);
  if (source == NULL || self->is_shut || self->fetches->len >= FIL_DOWNLOADS_MAX_CONNECTIONS ||
      (source->state != FIL_SOURCE_IDLE && source->state != FIL_SOURCE_QUEUED) ||
      !_fil_downloads_is_useful (download, source))
    return NULL;
  /* It does not know of the connection that we wait on any more. */
  fetch = fil_fetch_find (download, source);
  if (fetch != NULL)
    fil_fetch_drop (fetch, "the source called us instead");
  source->failures = 0;
  _fil_downloads_soon (self);
  fetch = fil_fetch_new (self, download, source, FIL_FETCH_CALLED, now_us);
  fetch->peer = *from;
  return fetch->session;
}
