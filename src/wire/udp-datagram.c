/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "udp-datagram.h"

#include "deflate.h"
#include "wire-limits.h"

#define TTL_DEFLATED 0x80
#define TTL_CAN_INFLATE 0x08

static FilUdpVerdict
object (FilUdpMessage *self,
        const char *objection)
{
  self->objection = objection;
  return FIL_UDP_BAD;
}

/* The marks of overview.md §7; kinds that know none keep their TTL as it is. */
static gboolean
take_marks (FilUdpMessage *self,
            FilWriter *inflated)
{
  FilFrame *frame = &self->frame;

  if ((frame->info->flags & FIL_MESSAGE_REPLY) != 0 && (frame->header.ttl & TTL_DEFLATED) != 0)
    {
      fil_writer_truncate (inflated, 0);
      if (!fil_inflate_into (frame->payload, FIL_UDP_INFLATED_MAX, inflated))
        return FALSE;
      frame->payload = fil_writer_slice (inflated);
      frame->header.size = (guint32) frame->payload.len;
      frame->header.ttl &= (guint8) ~TTL_DEFLATED;
      self->was_deflated = TRUE;
    }
  if ((frame->info->flags & FIL_MESSAGE_REQUEST) != 0 && (frame->header.ttl & TTL_CAN_INFLATE) != 0)
    {
      frame->header.ttl &= (guint8) ~TTL_CAN_INFLATE;
      self->can_inflate = TRUE;
    }
  return TRUE;
}

/**
 * fil_udp_datagram_decode:
 * @self: (out): the message; @self->frame.raw is the datagram as it came
 * @inflated: where a deflated payload goes; emptied first, and to be kept as long as the payload
 *
 * Returns: what it is. Of a FIL_UDP_BAD one, only the kind, the sender and the objection are to be
 *   used; nothing is ever answered to it.
 */
FilUdpVerdict
fil_udp_datagram_decode (FilUdpMessage *self,
                         FilSlice datagram,
                         FilWriter *inflated)
{
  FilFrame *frame = &self->frame;

  memset (self, 0, sizeof *self);
  if (datagram.len < FIL_HEADER_LEN || !fil_header_decode (&frame->header, datagram.data, FALSE)
      || frame->header.size != datagram.len - FIL_HEADER_LEN)
    return FIL_UDP_NOT_GNUTELLA;

  frame->info = fil_message_info (frame->header.kind);
  frame->raw = datagram;
  frame->payload = fil_slice (datagram.data + FIL_HEADER_LEN, frame->header.size);
  if (frame->info != NULL && !take_marks (self, inflated))
    return object (self, "deflated payload is broken or too large");
  self->objection = fil_message_objection (frame->info, &frame->header, FIL_TRANSPORT_UDP);
  return self->objection != NULL ? FIL_UDP_BAD : FIL_UDP_MESSAGE;
}

/**
 * fil_udp_packet_deflated:
 *
 * For a reply to somebody who said that he can inflate.
 *
 * Returns: (transfer full): a deflated copy with the mark, or @packet itself when that is not smaller
 */
FilPacket *
fil_udp_packet_deflated (FilPacket *packet)
{
  FilHeader header = fil_packet_header (packet);
  g_auto (FilWriter) payload;

  fil_writer_init (&payload);
  if (!fil_deflate_once (fil_packet_payload (packet), &payload))
    return fil_packet_ref (packet);
  header.ttl |= TTL_DEFLATED;
  return fil_packet_new (&header, fil_writer_slice (&payload));
}

/**
 * fil_udp_packet_can_inflate:
 *
 * Returns: (transfer full): a copy whose TTL says "the answer may be deflated"
 */
FilPacket *
fil_udp_packet_can_inflate (FilPacket *packet)
{
  return fil_packet_with_ttl (packet, fil_packet_ttl (packet) | TTL_CAN_INFLATE, fil_packet_hops (packet));
}
