/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fetch-private.h"

#include <string.h>

#include "alt-locs.h"
#include "mesh-lines.h"
#include "push-endpoint.h"
#include "transfer-limits.h"
#include "wire-limits.h"

/* What the source has not heard from us yet: ourselves, who has the file, and who has it no more. Only
 * places that have served us are named (swarm.md §1). */
void
_fil_fetch_write_mesh (FilFetch *self,
                       FilWriter *out,
                       gint64 now_us)
{
  FilDownloads *downloads = self->downloads;
  const FilDownload *download = self->download;
  FilHost own;
  gboolean tells_own;

  if (downloads->mesh == NULL || !download->has_sha1)
    return;
  tells_own = !self->told_own && downloads->delegate.own_place != NULL &&
              downloads->delegate.own_place (downloads->data, download, &own);
  self->told_own = self->told_own || tells_own;
  fil_mesh_write_lines (downloads->mesh, &download->sha1, tells_own ? &own : NULL, &self->source->endpoint,
                        self->mesh_us, self->takes_push_places, out, now_us);
  self->mesh_us = now_us + 1;
}

static void
hear_places (FilFetch *self,
             const char *value,
             gint64 now_us)
{
  FilHost hosts[FIL_HTTP_ALTS_MAX];
  guint n = fil_alt_locs_parse (value, hosts, G_N_ELEMENTS (hosts));

  fil_downloads_add_alts (self->downloads, self->download->id, hosts, n, now_us);
}

static void
hear_old_places (FilFetch *self,
                 const char *value,
                 gint64 now_us)
{
  FilHost hosts[FIL_HTTP_ALTS_MAX];
  guint n = fil_old_alt_locs_parse (value, &self->download->sha1, hosts, G_N_ELEMENTS (hosts));

  fil_downloads_add_alts (self->downloads, self->download->id, hosts, n, now_us);
}

static void
hear_push_places (FilFetch *self,
                  const char *value,
                  gint64 now_us)
{
  FilPushEndpoint places[FIL_MESH_HEAR_PUSH];
  guint n = fil_push_endpoints_parse (value, places, G_N_ELEMENTS (places));

  for (guint i = 0; i < n; i++)
    {
      FilSourceSpec spec = { .endpoint = places[i].external,
                             .guid = places[i].guid,
                             .needs_push = TRUE,
                             .is_alt = TRUE,
                             .proxies = places[i].proxies,
                             .n_proxies = places[i].n_proxies };

      fil_downloads_add_source (self->downloads, self->download->id, &spec, now_us);
    }
}

static FilFileSource *
find_idle (const FilDownload *download,
           const FilEndpoint *host)
{
  for (guint i = 0; i < download->sources->len; i++)
    {
      FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state == FIL_SOURCE_IDLE && source->delivered == 0 && !source->needs_push &&
          fil_endpoint_equal (&source->endpoint, host))
        return source;
    }
  return NULL;
}

/* Who is called gone by three networks is not tried for a while, unless it has proved the contrary. */
static void
hear_gone (FilFetch *self,
           const char *value,
           gint64 now_us)
{
  FilHost hosts[FIL_HTTP_ALTS_MAX];
  guint n = fil_alt_locs_parse (value, hosts, G_N_ELEMENTS (hosts));

  for (guint i = 0; i < n; i++)
    {
      FilFileSource *source = find_idle (self->download, &hosts[i].endpoint);
      FilHost host;

      if (source == NULL)
        continue;
      host = (FilHost){ source->endpoint, source->tls };
      fil_mesh_expected (self->downloads->mesh, &self->download->sha1, &host, now_us);
      if (fil_mesh_reported (self->downloads->mesh, &self->download->sha1, &hosts[i].endpoint,
                             &self->source->seen_at, now_us))
        fil_file_source_wait (source, now_us + FIL_MESH_GONE_US, "reported-gone");
    }
}

/* What a reply says of others. */
void
_fil_fetch_read_mesh (FilFetch *self,
                      const FilDownloadReply *reply,
                      gint64 now_us)
{
  self->takes_push_places = self->takes_push_places || reply->takes_push_places;
  if (self->downloads->mesh == NULL || !self->download->has_sha1)
    return;
  if (reply->alt != NULL)
    hear_places (self, reply->alt, now_us);
  if (reply->old_alt != NULL)
    hear_old_places (self, reply->old_alt, now_us);
  if (reply->falt != NULL)
    hear_push_places (self, reply->falt, now_us);
  if (reply->nalt != NULL)
    hear_gone (self, reply->nalt, now_us);
}

/* The source has the file, or has it no more. */
void
_fil_fetch_note_place (FilFetch *self,
                       gboolean has_file,
                       gint64 now_us)
{
  const FilFileSource *source = self->source;
  FilMeshPlace place = { .host = { source->endpoint, source->tls } };

  if (self->downloads->mesh == NULL || !self->download->has_sha1)
    return;
  if (!has_file)
    {
      if (!source->needs_push && !self->is_push)
        fil_mesh_failed (self->downloads->mesh, &self->download->sha1, &source->endpoint, now_us);
      return;
    }
  if (self->is_push)
    {
      /* What others said of its proxies goes no further: whoever hears of it from us will call them. */
      if (fil_guid_is_zero (&source->guid) || source->n_own_proxies == 0)
        return;
      place.has_push = TRUE;
      place.push.guid = source->guid;
      place.push.n_proxies = MIN (source->n_own_proxies, FIL_MESH_SEND_PROXIES);
      for (guint i = 0; i < place.push.n_proxies; i++)
        place.push.proxies[i] = source->proxies[i];
    }
  fil_mesh_served (self->downloads->mesh, &self->download->sha1, &place, now_us);
}
