/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include "push.h"

/* Ways to servents that nobody can call: pushes and HEAD pings go to the neighbour that has the servent
 * GUID, or back along the ways that its hits came (push.md, signalling.md §2). */

/* GUIDs of broken programs: many hosts have them, so a push would reach anybody (overview.md §4). */
static const guint8 banned[][16] = {
  { 0x20, 0xd2, 0x62, 0xff, 0x0e, 0x6f, 0xd6, 0x11, 0x97, 0x34, 0x00, 0x40, 0x05, 0xa2, 0x07, 0xb1 },
  { 0x9c, 0x51, 0xe4, 0x21, 0x53, 0xd4, 0xc9, 0x4a, 0x85, 0x8f, 0x8e, 0x8a, 0x83, 0x91, 0x17, 0x3d },
  { 0x27, 0x63, 0x0b, 0x63, 0x2f, 0x07, 0x0c, 0xa9, 0xff, 0xc4, 0x8e, 0xb0, 0x6a, 0x72, 0xc7, 0x00 },
  { 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58, 0x58 },
};

static gboolean
is_banned (const FilGuid *servent)
{
  for (guint i = 0; i < G_N_ELEMENTS (banned); i++)
    if (memcmp (servent->bytes, banned[i], sizeof banned[i]) == 0)
      return TRUE;
  return fil_guid_is_zero (servent);
}

/* Remembers that a hit of that servent came from there. */
void
_fil_router_learn_push (FilOverlay *self,
                        const FilGuid *servent,
                        FilNeighbour *from,
                        guint8 hops,
                        gint64 now_us)
{
  FilPushRoute *route;
  guint keep = 0;
  gboolean is_new;

  if (is_banned (servent))
    return;
  route = fil_guid_table_add (self->push_routes, servent, now_us, &is_new);
  while (keep < FIL_PUSH_ROUTES_PER_GUID - 1 && route->links[keep] != from->id && route->links[keep] != 0)
    keep++;
  for (; keep > 0; keep--)
    {
      route->links[keep] = route->links[keep - 1];
      route->hops[keep] = route->hops[keep - 1];
    }
  route->links[0] = from->id;
  route->hops[0] = hops;
}

static void
drop (FilOverlay *self,
      FilDropReason reason,
      const FilNeighbour *from,
      const FilHeader *header,
      const FilGuid *servent,
      const char *detail,
      gint64 now_us)
{
  _fil_overlay_drop (self, reason);
  _fil_overlay_step (self, servent, "push-dropped", from, header->ttl, header->hops, detail, now_us);
}

static gboolean
address_ok (FilOverlay *self,
            const FilPush *push,
            const FilEndpoint *udp)
{
  const FilEndpoint *endpoints[] = { &push->endpoint, &push->endpoint6 };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      if (!fil_endpoint_is_set (endpoints[i]))
        continue;
      if (!_fil_overlay_address_ok (self, endpoints[i], FIL_ADDRESS_FOR_PUSH))
        return FALSE;
      /* By UDP we know who asks: it may have itself called, nobody else. */
      if (udp != NULL && udp->family == endpoints[i]->family && !self->config.allow_private &&
          !fil_endpoint_same_address (udp, endpoints[i]))
        return FALSE;
      n++;
    }
  return n > 0;
}

static void
take_own_push (FilOverlay *self,
               FilNeighbour *from,
               const FilEndpoint *udp,
               const FilHeader *header,
               const FilPush *push,
               gint64 now_us)
{
  FilSource source = { .link = from != NULL ? from->id : 0,
                       .address = from != NULL ? *fil_link_remote (from->link) : *udp,
                       .ttl = header->ttl,
                       .hops = header->hops,
                       .muid = header->muid };

  self->stats.pushes_for_us++;
  _fil_overlay_step (self, &push->target, "push-received", from, header->ttl, header->hops, "for us", now_us);
  if (self->delegate.push != NULL)
    self->delegate.push (self->data, push, &source);
}

static void
send_push (FilOverlay *self,
           FilNeighbour *to,
           const FilHeader *header,
           const FilGuid *servent,
           FilSlice payload,
           gint64 now_us)
{
  self->stats.pushes_routed++;
  _fil_overlay_send (self, to, FIL_IMPORTANCE_PUSH, header, payload, now_us);
  _fil_overlay_step (self, servent, "push-forwarded", to, header->ttl, header->hops,
                     to->is_leaf ? "to the servent itself" : "along the way of its hits", now_us);
}

/* One hop on. Hops are never set back and TTL is never lifted, or a push could go round for ever; but no
 * link carries TTL 0. */
static FilHeader
relayed_header (const FilHeader *header)
{
  FilHeader relayed = *header;

  relayed.ttl = (guint8) (CLAMP (header->ttl, 2, FIL_PUSH_TTL) - 1);
  relayed.hops = header->hops + 1;
  return relayed;
}

/* The servent itself, when it is a neighbour. */
static FilNeighbour *
find_direct (FilOverlay *self,
             const FilGuid *servent,
             const FilNeighbour *from)
{
  FilNeighbour *direct = g_hash_table_lookup (self->servents, servent);

  return direct != NULL && direct != from && (direct->is_leaf || direct->is_ultrapeer) ? direct : NULL;
}

/* Sends a push of somebody on: to the servent, or to all neighbours that are known to lead to it. */
static FilPushSent
route_push (FilOverlay *self,
            FilNeighbour *from,
            const FilHeader *header,
            const FilGuid *servent,
            FilSlice payload,
            gint64 now_us)
{
  FilHeader relayed = relayed_header (header);
  FilNeighbour *direct = find_direct (self, servent, from);
  FilPushRoute *found, route;
  FilPushSent sent = FIL_PUSH_SENT_NOT;

  if (direct != NULL)
    {
      send_push (self, direct, &relayed, servent, payload, now_us);
      return FIL_PUSH_SENT_DIRECT;
    }
  found = fil_guid_table_touch (self->push_routes, servent, now_us);
  if (found == NULL)
    return FIL_PUSH_SENT_NOT;
  route = *found;
  for (guint i = 0; i < FIL_PUSH_ROUTES_PER_GUID; i++)
    {
      FilNeighbour *to = _fil_overlay_neighbour (self, route.links[i]);

      if (to == NULL || to == from || (header->ttl <= 1 && !to->is_leaf))
        continue;
      send_push (self, to, &relayed, servent, payload, now_us);
      sent = FIL_PUSH_SENT_ROUTED;
    }
  return sent;
}

/* Whoever starts a punch by UDP shows where it is: this is better than what it thinks. Returns the payload to pass
 * on, which lies in @rewritten when it is another one. */
static FilSlice
correct_caller (FilPush *push,
                const FilEndpoint *udp,
                FilSlice payload,
                FilWriter *rewritten)
{
  if (udp == NULL || push->index != FIL_PUSH_INDEX_FW || udp->family != 4 || push->endpoint.family != 4)
    return payload;
  fil_writer_put (rewritten, payload);
  push->endpoint = *udp;
  push->port = udp->port;
  fil_writer_patch (rewritten, 20, udp->addr, 4);
  fil_writer_patch (rewritten, 24, &(guint16){ GUINT16_TO_LE (udp->port) }, 2);
  return fil_writer_slice (rewritten);
}

/* (nullable): why it goes no further, and @reason for the counters. What may pass counts against the limits. */
static const char *
objection (FilOverlay *self,
           FilNeighbour *from,
           const FilEndpoint *udp,
           const FilHeader *header,
           const FilPush *push,
           gint64 now_us,
           FilDropReason *reason)
{
  gboolean is_new;

  *reason = FIL_DROP_TTL;
  if (header->ttl + header->hops > FIL_TTL_HARD)
    return "TTL and hops above all measure";
  *reason = FIL_DROP_PUSH_BANNED;
  if (is_banned (&push->target))
    return "banned GUID";
  *reason = FIL_DROP_PUSH_ADDRESS;
  if (!address_ok (self, push, udp))
    return "an address that must not be called";
  *reason = FIL_DROP_PUSH_LIMIT;
  if (from != NULL && !fil_token_bucket_take (&from->pushes, 1, now_us))
    return "too many from this neighbour";
  *reason = FIL_DROP_DUPLICATE;
  fil_guid_table_add (self->pushes, &header->muid, now_us, &is_new);
  if (!is_new)
    return "seen before";
  *reason = FIL_DROP_PUSH_LIMIT;
  if (!fil_address_meter_take (self->push_targets, fil_push_caller (push), now_us))
    return "too many for this address";
  return NULL;
}

/* From a link, or from a datagram when @from is NULL. */
void
_fil_router_take_push (FilOverlay *self,
                       FilNeighbour *from,
                       const FilEndpoint *udp,
                       const FilFrame *frame,
                       gint64 now_us)
{
  FilHeader header = frame->header;
  g_auto (FilWriter) rewritten;
  FilDropReason reason;
  const char *why;
  FilSlice payload;
  FilPush push;

  fil_writer_init (&rewritten);
  if (!fil_push_decode (&push, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      if (from != NULL)
        fil_link_count_error (from->link, "a broken push", now_us);
      return;
    }
  payload = correct_caller (&push, udp, frame->payload, &rewritten);
  why = objection (self, from, udp, &header, &push, now_us, &reason);
  if (why != NULL)
    drop (self, reason, from, &header, &push.target, why, now_us);
  else if (_fil_overlay_is_own_guid (self, &push.target))
    take_own_push (self, from, udp, &header, &push, now_us);
  else if (self->mode != FIL_MODE_ULTRAPEER ||
           route_push (self, from, &header, &push.target, payload, now_us) == FIL_PUSH_SENT_NOT)
    drop (self, FIL_DROP_PUSH_NO_ROUTE, from, &header, &push.target, "no route", now_us);
}

static void
begin_push (FilOverlay *self,
            const FilPush *push,
            const FilGuid *muid,
            FilGuid *used,
            FilWriter *payload,
            gint64 now_us)
{
  gboolean is_new;

  fil_push_encode (push, payload);
  if (muid != NULL)
    *used = *muid;
  else
    fil_guid_random (used, self->random);
  /* It may come back on another way. */
  fil_guid_table_add (self->pushes, used, now_us, &is_new);
}

/**
 * fil_overlay_send_push:
 * @push: who shall call, and where
 * @muid: (nullable): of an earlier try of the same push, which others then know again; NULL: a new one
 *
 * Asks a servent to connect to us, through all neighbours that lead to it. The TTL is what its hits
 * travelled, and one more (push.md §1).
 */
FilPushSent
fil_overlay_send_push (FilOverlay *self,
                       const FilPush *push,
                       const FilGuid *muid,
                       gint64 now_us)
{
  FilNeighbour *direct = find_direct (self, &push->target, NULL);
  FilPushRoute *found = fil_guid_table_touch (self->push_routes, &push->target, now_us);
  FilPushRoute route = { 0 };
  FilPushSent sent = FIL_PUSH_SENT_NOT;
  FilHeader header;
  FilGuid used;
  g_auto (FilWriter) payload;

  fil_writer_init (&payload);
  begin_push (self, push, muid, &used, &payload, now_us);
  header = fil_header (FIL_KIND_PUSH, &used, 1, 0);
  if (direct != NULL)
    {
      send_push (self, direct, &header, &push->target, fil_writer_slice (&payload), now_us);
      return FIL_PUSH_SENT_DIRECT;
    }
  if (found != NULL)
    route = *found;
  for (guint i = 0; i < FIL_PUSH_ROUTES_PER_GUID; i++)
    {
      FilNeighbour *to = _fil_overlay_neighbour (self, route.links[i]);

      if (to == NULL)
        continue;
      header.ttl = (guint8) CLAMP (route.hops[i] + 1, 1, FIL_PUSH_TTL);
      send_push (self, to, &header, &push->target, fil_writer_slice (&payload), now_us);
      sent = FIL_PUSH_SENT_ROUTED;
    }
  if (sent == FIL_PUSH_SENT_NOT)
    drop (self, FIL_DROP_PUSH_NO_ROUTE, NULL, &header, &push->target, "no route", now_us);
  return sent;
}

static gboolean
asked_to_be_proxied (FilOverlay *self,
                     const FilGuid *servent,
                     gint64 now_us)
{
  const FilNeighbour *direct = find_direct (self, servent, NULL);

  if (direct != NULL)
    return direct->is_proxied;
  return fil_guid_table_find (self->proxied, servent, now_us) != NULL;
}

/**
 * fil_overlay_proxy_push:
 * @push: what was asked for by HTTP; its addresses are those of who asks
 *
 * Passes a push on as a proxy: only to servents that asked us to, over their own connection, or along the
 * ways of their hits when that connection has gone lately (push.md §2, §6).
 */
FilPushSent
fil_overlay_proxy_push (FilOverlay *self,
                        const FilPush *push,
                        gint64 now_us)
{
  const FilEndpoint *call = fil_push_caller (push);
  FilHeader header;
  FilPushSent sent;
  FilGuid muid;
  g_auto (FilWriter) payload;

  fil_writer_init (&payload);
  if (self->mode != FIL_MODE_ULTRAPEER || is_banned (&push->target) ||
      !asked_to_be_proxied (self, &push->target, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_PUSH_NO_ROUTE);
      return FIL_PUSH_SENT_NOT;
    }
  if (!address_ok (self, push, NULL))
    {
      _fil_overlay_drop (self, FIL_DROP_PUSH_ADDRESS);
      return FIL_PUSH_SENT_REFUSED;
    }
  if (!fil_address_meter_take (self->push_targets, call, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_PUSH_LIMIT);
      return FIL_PUSH_SENT_REFUSED;
    }
  fil_overlay_note_step (self, &push->target, "push-received", call, "by HTTP, as its push proxy", now_us);
  begin_push (self, push, NULL, &muid, &payload, now_us);
  header = fil_header (FIL_KIND_PUSH, &muid, FIL_PUSH_TTL, 0);
  sent = route_push (self, NULL, &header, &push->target, fil_writer_slice (&payload), now_us);
  if (sent == FIL_PUSH_SENT_NOT)
    drop (self, FIL_DROP_PUSH_NO_ROUTE, NULL, &header, &push->target, "no route", now_us);
  return sent;
}

/**
 * fil_overlay_has_push_route:
 *
 * Returns: whether a push to that servent would find a neighbour
 */
gboolean
fil_overlay_has_push_route (FilOverlay *self,
                            const FilGuid *servent,
                            gint64 now_us)
{
  const FilPushRoute *route = fil_guid_table_find (self->push_routes, servent, now_us);

  if (g_hash_table_contains (self->servents, servent))
    return TRUE;
  for (guint i = 0; route != NULL && i < FIL_PUSH_ROUTES_PER_GUID; i++)
    if (_fil_overlay_neighbour (self, route->links[i]) != NULL)
      return TRUE;
  return FALSE;
}

/**
 * fil_overlay_is_proxy_of:
 *
 * Returns: whether that servent is our neighbour, so that we can pass pushes to it directly
 */
gboolean
fil_overlay_is_proxy_of (FilOverlay *self,
                         const FilGuid *servent)
{
  return g_hash_table_contains (self->servents, servent);
}
