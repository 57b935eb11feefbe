/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

/* What can be seen of the node's place in the network. */

FilVerdict
_fil_node_verdict (FilReachable state)
{
  switch (state)
    {
    case FIL_REACHABLE_YES:
      return FIL_VERDICT_YES;
    case FIL_REACHABLE_NO:
      return FIL_VERDICT_NO;
    case FIL_REACHABLE_UNKNOWN:
    default:
      return FIL_VERDICT_UNKNOWN;
    }
}

static const char *
status_sentence (FilNode *self)
{
  if (fil_overlay_state (self->overlay) == FIL_OVERLAY_ONLINE)
    return NULL;
  if (self->is_network_down)
    return _("This computer has no network. Filbert goes on by itself when it has one.");
  if (fil_host_cache_size (fil_overlay_host_cache (self->overlay)) == 0)
    return self->has_bootstrap ? _("No host of the network is known yet; asking the host caches.")
                               : _("No host of the network is known. Connect to one by its address.");
  return _("Trying hosts of the network.");
}

static gboolean
has_external (const FilReachability *reach)
{
  return fil_endpoint_is_set (fil_reachability_external (reach, 4)) ||
         fil_endpoint_is_set (fil_reachability_external (reach, 6));
}

void
fil_node_get_status (FilNode *self,
                     FilStatusInfo *info)
{
  static const FilNodeState states[] = {
    [FIL_OVERLAY_OFFLINE] = FIL_STATE_OFFLINE,
    [FIL_OVERLAY_CONNECTING] = FIL_STATE_CONNECTING,
    [FIL_OVERLAY_ONLINE] = FIL_STATE_ONLINE,
  };
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  FilEndpoint own = fil_overlay_own_endpoint (self->overlay);
  FilLibraryStatus library;
  gint64 now_us = _fil_node_now (self);

  fil_library_get_status (self->library, &library);
  *info = (FilStatusInfo){
    .state = states[fil_overlay_state (self->overlay)],
    .is_ultrapeer = fil_overlay_is_ultrapeer (self->overlay),
    .listen = self->acceptor != NULL ? _fil_node_lend_endpoint (self, &self->local) : NULL,
    .external = has_external (reach) ? _fil_node_lend_endpoint (self, &own) : NULL,
    .nat = _fil_node_nat_name (self),
    .peers = fil_overlay_n_peers (self->overlay, FIL_MODE_ULTRAPEER),
    .leaves = fil_overlay_n_peers (self->overlay, FIL_MODE_LEAF),
    .tcp_reachable = self->acceptor != NULL ? _fil_node_verdict (reach->tcp.state) : FIL_VERDICT_NO,
    .udp_reachable = _fil_node_verdict (reach->udp.state),
    .shared_files = self->is_sharing_paused ? 0 : library.files,
    .shared_bytes = self->is_sharing_paused ? 0 : library.bytes,
    .hashing = library.to_hash,
    .down_bps = fil_downloads_bps (self->downloads, now_us),
    .up_bps = fil_uploads_bps (self->uploads, now_us),
    .sentence = status_sentence (self),
  };
  fil_guid_to_hex (&self->guid, info->guid);
}

gboolean
fil_node_get_peer (FilNode *self,
                   gint64 id,
                   FilPeerInfo *info)
{
  FilOverlayPeer peer;
  gint64 link;

  if (!fil_id_map_number (self->peer_ids, id, &link) ||
      !fil_overlay_get_peer (self->overlay, (guint32) link, &peer))
    return FALSE;
  *info = (FilPeerInfo){
    .id = id,
    .address = _fil_node_lend_endpoint (self, &peer.address),
    .user_agent = peer.user_agent,
    .is_ultrapeer = peer.is_ultrapeer,
    .is_outgoing = peer.is_outgoing,
    .is_compressed = peer.is_compressed,
    .is_encrypted = g_hash_table_contains (self->encrypted, &peer.address),
    .is_established = peer.is_established,
    .uptime_s = (guint64) MAX ((_fil_node_now (self) - peer.since_us) / FIL_SEC, 0),
    .in_messages = peer.in_messages,
    .out_messages = peer.out_messages,
  };
  return TRUE;
}
