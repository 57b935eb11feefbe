/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include "transfer-limits.h"

/* Files that are still being fetched: what is proved of them is given to others, if the person lets us. */

static gboolean
may_share_parts (FilNode *self)
{
  return !self->is_sharing_paused && fil_settings_get_bool (self->settings, "share-partial");
}

/**
 * _fil_node_partial_find:
 *
 * Returns: (transfer none) (nullable): a download of that file which is given to others
 */
const FilDownload *
_fil_node_partial_find (FilNode *self,
                        const FilSha1 *sha1)
{
  FilPart *part;

  return may_share_parts (self) ? fil_downloads_find_part (self->downloads, sha1, &part) : NULL;
}

/**
 * _fil_node_partial_open:
 * @id: (out): of the download, for _fil_node_partial_check()
 *
 * Opens the part file of a download, if enough of it is proved.
 *
 * Returns: whether @shared was filled; its descriptor and available belong to the caller
 */
gboolean
_fil_node_partial_open (FilNode *self,
                        const FilUrn *urn,
                        FilShared *shared,
                        gint64 *id)
{
  FilPart *part;
  const FilDownload *download = may_share_parts (self) ? fil_downloads_find_part (self->downloads, &urn->sha1, &part)
                                                       : NULL;

  if (download == NULL || (urn->has_tth && (!download->has_tth || !fil_tth_equal (&urn->tth, &download->tth))))
    return FALSE;
  shared->fd = fil_disk_storage_dup (part);
  if (shared->fd < 0)
    return FALSE;
  shared->size = download->size;
  shared->name = g_utf8_make_valid (download->name, -1);
  shared->sha1 = download->sha1;
  shared->has_sha1 = TRUE;
  shared->tth = download->tth;
  shared->has_tth = download->has_tth;
  shared->available = fil_download_proved_ranges (download);
  *id = download->id;
  return TRUE;
}

/**
 * _fil_node_partial_check:
 *
 * Returns: whether it may still be given; what is there of it was looked up again. Proved bytes are never
 *   overwritten, and the descriptor stays good when the file moves to its place.
 */
gboolean
_fil_node_partial_check (FilNode *self,
                         gint64 id,
                         FilShared *shared)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);

  if (download == NULL || download->map == NULL || download->size != shared->size || !may_share_parts (self))
    return FALSE;
  g_clear_pointer (&shared->available, g_array_unref);
  shared->available = fil_download_proved_ranges (download);
  return shared->available->len > 0;
}

/**
 * _fil_node_partial_place:
 * @place: (out): where we serve it
 *
 * Returns: whether others may be told that @download can be had here
 */
gboolean
_fil_node_partial_place (FilNode *self,
                         const FilDownload *download,
                         FilHost *place)
{
  if (!may_share_parts (self) || fil_download_verified_bytes (download) < FIL_PARTIAL_LEAST ||
      !_fil_node_is_reachable (self))
    return FALSE;
  *place = (FilHost){ .endpoint = fil_overlay_own_endpoint (self->overlay) };
  return fil_endpoint_is_set (&place->endpoint);
}

/**
 * _fil_node_partial_heard:
 *
 * Somebody who asked for a file of ours named another place that has it: a download of it may want to know.
 */
void
_fil_node_partial_heard (FilNode *self,
                         const FilSha1 *file,
                         const FilMeshPlace *place)
{
  const FilDownload *download = fil_downloads_find (self->downloads, file);
  FilSourceSpec spec = { .endpoint = place->host.endpoint, .tls = place->host.tls, .is_alt = TRUE };

  if (download == NULL || fil_download_is_over (download))
    return;
  if (place->has_push)
    {
      spec = (FilSourceSpec){
        .endpoint = place->push.external, .guid = place->push.guid, .needs_push = TRUE, .is_alt = TRUE,
      };
      spec.proxies = place->push.proxies;
      spec.n_proxies = place->push.n_proxies;
    }
  fil_downloads_add_source (self->downloads, download->id, &spec, _fil_node_now (self));
}
