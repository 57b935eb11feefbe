/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "packet.h"

#include "wire-limits.h"

static FilPacket *
packet_alloc (gsize len)
{
  FilPacket *self = g_malloc (sizeof (FilPacket) + len);

  self->refs = 1;
  self->len = (guint32) len;
  return self;
}

/**
 * fil_packet_new:
 * @header: its size is replaced by the length of @payload
 * @payload: at most FIL_PAYLOAD_MAX bytes, copied
 *
 * Returns: (transfer full): the message
 */
FilPacket *
fil_packet_new (const FilHeader *header,
                FilSlice payload)
{
  return fil_packet_new_relayed (header, payload, header->ttl, header->hops);
}

/**
 * fil_packet_new_raw:
 * @message: header and payload, copied
 *
 * Returns: (transfer full): the message
 */
FilPacket *
fil_packet_new_raw (FilSlice message)
{
  FilPacket *self;

  g_return_val_if_fail (message.len >= FIL_HEADER_LEN, NULL);

  self = packet_alloc (message.len);
  memcpy (self->bytes, message.data, message.len);
  return self;
}

/**
 * fil_packet_new_relayed:
 * @header: as the message came
 * @ttl: that the copy has
 * @hops: that the copy has
 *
 * What an ultrapeer passes on: one copy for all links that it goes to. Flags in the size field are kept.
 *
 * Returns: (transfer full): the message
 */
FilPacket *
fil_packet_new_relayed (const FilHeader *header,
                        FilSlice payload,
                        guint8 ttl,
                        guint8 hops)
{
  FilHeader changed = *header;
  FilPacket *self;

  g_return_val_if_fail (payload.len <= FIL_PAYLOAD_MAX, NULL);

  changed.size = (guint32) payload.len;
  changed.ttl = ttl;
  changed.hops = hops;
  self = packet_alloc (FIL_HEADER_LEN + payload.len);
  fil_header_encode (&changed, self->bytes);
  if (payload.len > 0)
    memcpy (self->bytes + FIL_HEADER_LEN, payload.data, payload.len);
  return self;
}

/**
 * fil_packet_with_ttl:
 *
 * Returns: (transfer full): a copy with another TTL and hops
 */
FilPacket *
fil_packet_with_ttl (const FilPacket *self,
                     guint8 ttl,
                     guint8 hops)
{
  FilPacket *copy = fil_packet_new_raw (fil_packet_slice (self));

  copy->bytes[17] = ttl;
  copy->bytes[18] = hops;
  return copy;
}

/**
 * fil_packet_free:
 *
 * What fil_packet_unref() calls for the last reference.
 */
void
fil_packet_free (FilPacket *self)
{
  g_free (self);
}

/**
 * fil_packet_header:
 *
 * Returns: the header, decoded
 */
FilHeader
fil_packet_header (const FilPacket *self)
{
  FilHeader header = { .size = 0 };
  gboolean ok = fil_header_decode (&header, self->bytes, TRUE);

  g_warn_if_fail (ok); /* our own encoding */
  return header;
}
