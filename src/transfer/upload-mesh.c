/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-mesh.h"

#include "alt-locs.h"
#include "handshake-values.h"
#include "mesh-lines.h"
#include "transfer-limits.h"
#include "uploads-private.h"
#include "wire-limits.h"

static gboolean
may_dial (FilUploads *uploads,
          const FilEndpoint *to)
{
  return uploads->delegate.may_dial (uploads->data, to);
}

/* Leaves out the addresses that nobody should call; returns whether there is still a way to the place. */
static gboolean
judge_push (FilUploads *uploads,
            FilPushEndpoint *push)
{
  guint kept = 0;

  for (guint i = 0; i < push->n_proxies; i++)
    if (may_dial (uploads, &push->proxies[i].endpoint))
      push->proxies[kept++] = push->proxies[i];
  push->n_proxies = kept;
  if (fil_endpoint_is_set (&push->external) && !may_dial (uploads, &push->external))
    push->external = (FilEndpoint){ 0 };
  return kept > 0;
}

static void
hear (FilUploads *uploads,
      const FilUploadPeer *peer,
      const FilSha1 *file,
      FilMeshPlace *place,
      gint64 now_us)
{
  if (place->has_push ? !judge_push (uploads, &place->push) : !may_dial (uploads, &place->host.endpoint))
    return;
  fil_mesh_heard (uploads->mesh, file, place, &peer->peer, now_us);
  if (uploads->delegate.heard != NULL)
    uploads->delegate.heard (uploads->data, file, place);
}

static void
hear_places (FilUploads *uploads,
             const FilUploadPeer *peer,
             const FilSha1 *file,
             const FilHost *hosts,
             guint n,
             gint64 now_us)
{
  for (guint i = 0; i < n; i++)
    {
      FilMeshPlace place = { .host = hosts[i] };

      hear (uploads, peer, file, &place, now_us);
    }
}

static void
hear_push_places (FilUploads *uploads,
                  const FilUploadPeer *peer,
                  const FilSha1 *file,
                  const char *value,
                  gint64 now_us)
{
  FilPushEndpoint places[FIL_MESH_HEAR_PUSH];
  guint n = fil_push_endpoints_parse (value, places, G_N_ELEMENTS (places));

  for (guint i = 0; i < n; i++)
    {
      FilMeshPlace place = { .has_push = TRUE, .push = places[i] };

      hear (uploads, peer, file, &place, now_us);
    }
}

static void
hear_gone (FilUploads *uploads,
           const FilUploadPeer *peer,
           const FilSha1 *file,
           const char *value,
           gint64 now_us)
{
  FilHost hosts[FIL_HTTP_ALTS_MAX];
  guint n = fil_alt_locs_parse (value, hosts, G_N_ELEMENTS (hosts));

  for (guint i = 0; i < n; i++)
    fil_mesh_reported (uploads->mesh, file, &hosts[i].endpoint, &peer->peer, now_us);
}

/* What a request says of others who have @file. */
void
_fil_upload_mesh_hear (FilUploads *uploads,
                       FilUploadPeer *peer,
                       const FilSha1 *file,
                       const FilHead *request,
                       gint64 now_us)
{
  const char *alt = fil_head_get (request, "X-Alt");
  const char *old_alt = fil_old_alt_locs_get (request);
  const char *falt = fil_head_get (request, "X-FAlt");
  const char *nalt = fil_head_get (request, "X-NAlt");
  const char *features = fil_head_get (request, "X-Features");
  FilHost hosts[FIL_HTTP_ALTS_MAX];
  guint major, minor;

  if (features != NULL && fil_header_feature (features, "fwalt", &major, &minor))
    peer->takes_push_places = TRUE;
  if (uploads->mesh == NULL)
    return;
  if (alt != NULL)
    hear_places (uploads, peer, file, hosts, fil_alt_locs_parse (alt, hosts, G_N_ELEMENTS (hosts)), now_us);
  if (old_alt != NULL)
    hear_places (uploads, peer, file, hosts, fil_old_alt_locs_parse (old_alt, file, hosts, G_N_ELEMENTS (hosts)), now_us);
  if (falt != NULL)
    hear_push_places (uploads, peer, file, falt, now_us);
  if (nalt != NULL)
    hear_gone (uploads, peer, file, nalt, now_us);
}

/* Appends what the peer has not been told yet. */
void
_fil_upload_mesh_tell (FilUploads *uploads,
                       FilUploadPeer *peer,
                       const FilSha1 *file,
                       FilWriter *out,
                       gint64 now_us)
{
  if (uploads->mesh == NULL)
    return;
  fil_mesh_write_lines (uploads->mesh, file, NULL, &peer->peer, peer->told_us, peer->takes_push_places, out, now_us);
  peer->told_us = now_us + 1;
}
