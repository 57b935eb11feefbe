/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include "udp-datagram.h"

void
_fil_overlay_send_udp (FilOverlay *self,
                       const FilEndpoint *to,
                       const FilPacket *packet)
{
  FilSlice bytes = fil_packet_slice (packet);

  if (self->delegate.send_udp == NULL)
    return;
  self->stats.out_kinds[fil_packet_kind (packet)]++;
  fil_udp_contacts_sent (self->contacts, to, self->now_us);
  self->delegate.send_udp (self->data, to, bytes.data, bytes.len);
}

/* From another port than the one that NATs know. */
void
_fil_overlay_send_udp_aside (FilOverlay *self,
                             const FilEndpoint *to,
                             const FilPacket *packet)
{
  FilSlice bytes = fil_packet_slice (packet);

  if (self->delegate.send_udp_aside != NULL)
    self->delegate.send_udp_aside (self->data, to, bytes.data, bytes.len);
}

static void
take_vendor (FilOverlay *self,
             const FilEndpoint *from,
             const FilFrame *frame,
             gint64 now_us)
{
  const FilVendorInfo *info;
  FilVendor vendor;

  if (!fil_vendor_decode (&vendor, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      return;
    }
  info = fil_vendor_info (&vendor.id);
  if (info == NULL || (info->type != FIL_VENDOR_HEAD_PING && info->type != FIL_VENDOR_HEAD_PONG))
    {
      _fil_overlay_drop (self, FIL_DROP_UNKNOWN);
      return;
    }
  if (!fil_token_bucket_take (&self->udp_push_rate, 1, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_UDP_RATE);
      return;
    }
  if (info->type == FIL_VENDOR_HEAD_PING)
    _fil_router_take_head_ping (self, NULL, from, frame, &vendor, now_us);
  else
    _fil_router_take_head_pong (self, NULL, from, frame, now_us);
}

/**
 * fil_overlay_udp_received:
 * @from: source of the datagram
 *
 * Takes a datagram that looks like a Gnutella message. Malformed ones are dropped without an answer.
 */
void
fil_overlay_udp_received (FilOverlay *self,
                          const FilEndpoint *from,
                          const guint8 *bytes,
                          gsize len,
                          gint64 now_us)
{
  g_auto (FilWriter) inflated;
  FilUdpMessage message;
  FilUdpVerdict verdict;

  fil_writer_init (&inflated);
  self->now_us = now_us;
  if (!self->is_running)
    return;
  verdict = fil_udp_datagram_decode (&message, fil_slice (bytes, len), &inflated);
  if (verdict != FIL_UDP_MESSAGE)
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      return;
    }
  self->stats.in_kinds[message.frame.header.kind]++;
  _fil_overlay_take_datagram (self, from, now_us);
  switch (message.frame.header.kind)
    {
    case FIL_KIND_PING:
      _fil_overlay_take_udp_ping (self, from, &message.frame, now_us);
      break;
    case FIL_KIND_PONG:
      _fil_overlay_take_udp_pong (self, from, &message.frame, now_us);
      break;
    case FIL_KIND_VENDOR:
      take_vendor (self, from, &message.frame, now_us);
      break;
    case FIL_KIND_PUSH:
      if (fil_token_bucket_take (&self->udp_push_rate, 1, now_us))
        _fil_router_take_push (self, NULL, from, &message.frame, now_us);
      else
        _fil_overlay_drop (self, FIL_DROP_PUSH_LIMIT);
      break;
    case FIL_KIND_QUERY_HIT:
      /* We never ask for hits by UDP. */
      _fil_overlay_drop (self, FIL_DROP_HIT_NO_ROUTE);
      break;
    default:
      _fil_overlay_drop (self, FIL_DROP_UNKNOWN);
      break;
    }
}
