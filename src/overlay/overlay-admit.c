/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* Whom to let in, and what to tell the others (handshake.md §3-5, peers.md). */

static guint
refuse (const char **reason,
        guint code,
        const char *text)
{
  *reason = text;
  return code;
}

static guint
links_of (const FilOverlay *self,
          const FilEndpoint *address)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += fil_endpoint_same_address (fil_link_remote (((FilNeighbour *) value)->link), address);
  return n;
}

/* Who seems to be here already may have lost that connection, which its router forgot, without our noticing.
 * Nobody is thrown out at a stranger's word: the old link is asked, and makes way when it is dead. */
static guint
refuse_twin (FilNeighbour *twin,
             const char **reason,
             gint64 now_us)
{
  if (twin != NULL && twin->link != NULL)
    fil_link_doubt (twin->link, now_us);
  return refuse (reason, 409, "Already connected");
}

static guint
admit_by_identity (FilOverlay *self,
                   FilLink *link,
                   const char **reason,
                   gint64 now_us)
{
  const FilHandshakePeer *peer = fil_link_peer (link);
  FilNeighbour *neighbour = fil_link_neighbour (link);
  FilEndpoint listen = fil_link_listen (link);
  FilNeighbour *twin = NULL;

  if (peer->crawler)
    return fil_address_meter_take (self->crawls, fil_link_remote (link), now_us)
               ? refuse (reason, 593, "Hi")
               : refuse (reason, 403, "Too frequent crawling");
  if (peer->other_network)
    return refuse (reason, 403, "Not a network member");
  if (!fil_guid_is_zero (&peer->guid))
    {
      if (_fil_overlay_is_own_guid (self, &peer->guid))
        return refuse (reason, 409, "Connected to myself");
      if (!_fil_overlay_set_servent (self, neighbour, &peer->guid))
        return refuse_twin (g_hash_table_lookup (self->servents, &peer->guid), reason, now_us);
    }
  if (fil_endpoint_is_set (&listen))
    twin = _fil_overlay_find_by_listen (self, &listen, neighbour);
  if (twin != NULL)
    return refuse_twin (twin, reason, now_us);
  if (!self->config.allow_private && links_of (self, fil_link_remote (link)) > FIL_LINKS_PER_ADDRESS)
    return refuse (reason, 409, "Too many connections from your address");
  return 200;
}

/* As a leaf: ultrapeers only, and only a few. */
static guint
admit_as_leaf (FilOverlay *self,
               FilLink *link,
               const char **reason)
{
  const FilHandshakePeer *peer = fil_link_peer (link);
  const char *lack = fil_handshake_peer_lacks (peer, FIL_MODE_LEAF);
  gboolean is_kept =
      fil_link_is_outgoing (link) && fil_topology_is_kept (self->topology, fil_link_remote (link));

  if (peer->mode != FIL_MODE_ULTRAPEER)
    return refuse (reason, 204, "Shielded leaf node");
  if (!_fil_overlay_wants_ultrapeers (self) && !is_kept)
    return refuse (reason, 503, "No ultrapeer slots");
  /* One that is not good enough is better than none. */
  if (lack != NULL && self->ultrapeers->len > 0 && !is_kept)
    return refuse (reason, 403, lack);
  return 200;
}

static guint
admit_as_ultrapeer (FilOverlay *self,
                    FilLink *link,
                    const char **reason)
{
  const FilHandshakePeer *peer = fil_link_peer (link);
  gboolean is_full = self->leaves->len >= _fil_overlay_leaf_limit (self);

  if (peer->mode == FIL_MODE_LEAF)
    {
      if (fil_link_is_outgoing (link))
        return refuse (reason, 503, "Not an ultrapeer");
      if (is_full)
        return refuse (reason, 503, "Too many leaf connections");
      if (!peer->inflates && self->leaves->len * 2 >= _fil_overlay_leaf_limit (self))
        return refuse (reason, 403, "Compressed connection preferred");
      return 200;
    }
  if (fil_link_is_outgoing (link) && peer->needed == 0)
    return refuse (reason, 403, "Not becoming a leaf node");
  /* One more than enough may come in if it could become a leaf instead; it decides in group 3. */
  if (!_fil_overlay_wants_ultrapeers (self) && (fil_link_is_outgoing (link) || is_full))
    return refuse (reason, 503, "No ultrapeer slots");
  return 200;
}

/* Says whether a peer may stay: 200, or the code and the reason to refuse it with. */
guint
_fil_overlay_admit (gpointer data,
                    FilLink *link,
                    const char **reason,
                    gint64 now_us)
{
  FilOverlay *self = data;
  const FilHandshakePeer *peer = fil_link_peer (link);
  guint code = admit_by_identity (self, link, reason, now_us);

  if (code != 200)
    return code;
  if (!self->is_running)
    return refuse (reason, 503, "Shutting down");
  if (peer->mode == FIL_MODE_UNKNOWN && self->mode == FIL_MODE_ULTRAPEER)
    return refuse (reason, 403, "Normal nodes refused");
  return self->mode == FIL_MODE_LEAF ? admit_as_leaf (self, link, reason)
                                     : admit_as_ultrapeer (self, link, reason);
}
