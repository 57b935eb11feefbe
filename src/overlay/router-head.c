/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* HEAD pings and pongs (LIME/23, LIME/24) are what two firewalled hosts exchange through an ultrapeer
 * (signalling.md §1, §2): a ping that names a neighbour of ours by its servent GUID is passed to it, its pong
 * goes back to whoever sent the ping. Everything else of the kind is for us. */

static void
deliver (FilOverlay *self,
         FilNeighbour *from,
         const FilEndpoint *udp,
         const FilFrame *frame)
{
  FilSource source = { .link = from != NULL ? from->id : 0,
                       .address = from != NULL ? *fil_link_remote (from->link) : *udp,
                       .ttl = frame->header.ttl,
                       .hops = frame->header.hops,
                       .muid = frame->header.muid };

  if (self->delegate.head != NULL)
    self->delegate.head (self->data, frame, &source);
}

/* Passes a ping to the neighbour that it names. Only from datagrams: the source of the pong's way back
 * is then proven, and no link has to carry a pong that some programs cannot take. */
static void
relay_ping (FilOverlay *self,
            const FilEndpoint *udp,
            FilNeighbour *to,
            const FilFrame *frame,
            gint64 now_us)
{
  FilHeader relayed = frame->header;
  FilHeadRoute *route;
  gboolean is_new;

  if (frame->header.hops > 0 || !_fil_overlay_address_ok (self, udp, FIL_ADDRESS_FOR_UDP) ||
      !fil_address_meter_take (self->head_sources, udp, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_HEAD);
      return;
    }
  route = fil_guid_table_add (self->heads, &frame->header.muid, now_us, &is_new);
  /* A MUID that is under way belongs to who used it first. */
  if (!is_new && !fil_endpoint_equal (&route->source, udp))
    {
      _fil_overlay_drop (self, FIL_DROP_HEAD);
      return;
    }
  *route = (FilHeadRoute){ .source = *udp, .target = to->id };
  /* As gtk-gnutella passes it; never TTL 0 on a link. */
  relayed.ttl = 1;
  relayed.hops = 1;
  _fil_overlay_send (self, to, FIL_IMPORTANCE_SIGNAL, &relayed, frame->payload, now_us);
  _fil_overlay_step (self, &relayed.muid, "head-forwarded", to, 1, 1, NULL, now_us);
}

void
_fil_router_take_head_ping (FilOverlay *self,
                            FilNeighbour *from,
                            const FilEndpoint *udp,
                            const FilFrame *frame,
                            const FilVendor *vendor,
                            gint64 now_us)
{
  FilNeighbour *to = NULL;
  FilHeadPing ping;

  if (!fil_head_ping_decode (&ping, vendor))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      return;
    }
  if (ping.has_target && !_fil_overlay_is_own_guid (self, &ping.target))
    {
      to = g_hash_table_lookup (self->servents, &ping.target);
      if (udp == NULL || to == NULL || (!to->is_leaf && !to->is_ultrapeer))
        _fil_overlay_drop (self, FIL_DROP_HEAD);
      else
        relay_ping (self, udp, to, frame, now_us);
      return;
    }
  deliver (self, from, udp, frame);
}

void
_fil_router_take_head_pong (FilOverlay *self,
                            FilNeighbour *from,
                            const FilEndpoint *udp,
                            const FilFrame *frame,
                            gint64 now_us)
{
  FilHeadRoute *route = fil_guid_table_find (self->heads, &frame->header.muid, now_us);
  g_autoptr (FilPacket) packet = NULL;
  FilHeader relayed = frame->header;
  FilNeighbour *target;
  FilEndpoint source;

  if (route == NULL)
    {
      deliver (self, from, udp, frame);
      return;
    }
  /* Only the one that was asked may answer: over its link, or by UDP from the link's address. */
  target = _fil_overlay_neighbour (self, route->target);
  if (target == NULL || (from != NULL ? from != target
                                      : !fil_endpoint_same_address (udp, fil_link_remote (target->link))))
    {
      _fil_overlay_drop (self, FIL_DROP_HEAD);
      return;
    }
  source = route->source;
  fil_guid_table_remove (self->heads, &frame->header.muid);
  relayed.ttl = 1;
  relayed.hops = 1;
  packet = fil_packet_new (&relayed, frame->payload);
  _fil_overlay_send_udp (self, &source, packet);
  _fil_overlay_step (self, &relayed.muid, "head-returned", target, 1, 1, NULL, now_us);
}

/**
 * fil_overlay_answer_head:
 * @to: where the ping came from, as head() said
 * @payload: a whole vendor message LIME/24
 *
 * Answers a HEAD ping the way its proxy can take: gtk-gnutella only by UDP, the others on the link, never
 * with hops (signalling.md §2.2).
 */
void
fil_overlay_answer_head (FilOverlay *self,
                         const FilSource *to,
                         FilSlice payload,
                         gint64 now_us)
{
  FilNeighbour *proxy = _fil_overlay_neighbour (self, to->link);
  FilHeader header = fil_header (FIL_KIND_VENDOR, &to->muid, 1, 0);
  g_autoptr (FilPacket) packet = NULL;
  FilEndpoint endpoint = to->address;

  if (proxy != NULL && !g_str_has_prefix (fil_link_peer (proxy->link)->user_agent, "gtk-gnutella"))
    {
      _fil_overlay_send (self, proxy, FIL_IMPORTANCE_SIGNAL, &header, payload, now_us);
      return;
    }
  if (proxy != NULL)
    {
      endpoint = fil_link_listen (proxy->link);
      header.ttl = 2;
    }
  if (!fil_endpoint_is_set (&endpoint) || endpoint.port == 0)
    return;
  packet = fil_packet_new (&header, payload);
  _fil_overlay_send_udp (self, &endpoint, packet);
}
