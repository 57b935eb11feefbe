/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-packet.h"

#include "header.h"
#include "reader.h"

/**
 * fil_rudp_packet_is:
 *
 * Returns: whether the datagram says that it is RUDP; it may still be broken
 */
gboolean
fil_rudp_packet_is (FilSlice datagram)
{
  return datagram.len >= FIL_HEADER_LEN && datagram.data[16] == FIL_KIND_RUDP;
}

static gboolean
read_fields (FilRudpPacket *self,
             FilReader d,
             guint data_len,
             FilSlice payload)
{
  guint8 role = 0;

  if (self->op != FIL_RUDP_DATA && data_len != 0)
    return FALSE;
  switch (self->op)
    {
    case FIL_RUDP_SYN:
      if (!fil_reader_u8 (&d, &self->my_connection) || !fil_reader_be16 (&d, &self->version)
          || !fil_reader_u8 (&d, &role) || self->my_connection == 0)
        return FALSE;
      if (self->version > 0 && role <= FIL_RUDP_ROLE_ACCEPTOR)
        self->role = (FilRudpRole) role;
      return TRUE;

    case FIL_RUDP_ACK:
    case FIL_RUDP_KEEPALIVE:
      return fil_reader_be16 (&d, &self->window_start) && fil_reader_be16 (&d, &self->window_space);

    case FIL_RUDP_DATA:
      if (data_len + payload.len > FIL_RUDP_DATA_MAX || (data_len < FIL_RUDP_HEAD_DATA && payload.len > 0))
        return FALSE;
      self->tail = payload;
      return fil_reader_slice (&d, data_len, &self->head);

    case FIL_RUDP_FIN:
      return fil_reader_u8 (&d, &self->reason);

    default:
      return FALSE;
    }
}

/**
 * fil_rudp_packet_decode:
 *
 * Returns: whether @datagram is a whole packet of a known kind (rudp.md §1). A role that nobody knows
 *   counts as undefined.
 */
gboolean
fil_rudp_packet_decode (FilRudpPacket *self,
                        FilSlice datagram)
{
  FilReader r = datagram;
  FilSlice d;
  guint8 op;
  guint8 kind;
  guint32 size;

  memset (self, 0, sizeof *self);
  if (!fil_reader_u8 (&r, &self->connection) || !fil_reader_u8 (&r, &op)
      || !fil_reader_be16 (&r, &self->sequence)
      || !fil_reader_slice (&r, FIL_RUDP_HEAD_DATA, &d) || !fil_reader_u8 (&r, &kind) || kind != FIL_KIND_RUDP
      || !fil_reader_skip (&r, 2) || !fil_reader_le32 (&r, &size) || size != r.len
      || (op & 15) > FIL_RUDP_HEAD_DATA)
    return FALSE;
  self->op = (FilRudpOp) (op >> 4);
  return read_fields (self, d, op & 15, r);
}

/**
 * fil_rudp_packet_set_data:
 * @data: stream bytes, divided between header and payload
 */
void
fil_rudp_packet_set_data (FilRudpPacket *self,
                          FilSlice data)
{
  gsize n = MIN (data.len, FIL_RUDP_HEAD_DATA);

  self->head = fil_slice (data.data, n);
  self->tail = data.len > n ? fil_slice (data.data + n, data.len - n) : FIL_SLICE_NONE;
}

/**
 * fil_rudp_packet_encode:
 *
 * Appends the datagram.
 */
void
fil_rudp_packet_encode (const FilRudpPacket *self,
                        FilWriter *out)
{
  const gboolean is_data = self->op == FIL_RUDP_DATA;
  const FilSlice tail = is_data ? self->tail : FIL_SLICE_NONE;
  guint8 *d;
  gsize d_at;

  fil_writer_u8 (out, self->connection);
  fil_writer_u8 (out, (guint8) (self->op << 4 | (is_data ? self->head.len : 0)));
  fil_writer_be16 (out, self->sequence);
  d_at = out->len;
  memset (fil_writer_reserve (out, FIL_RUDP_HEAD_DATA), 0, FIL_RUDP_HEAD_DATA);
  fil_writer_u8 (out, FIL_KIND_RUDP);
  fil_writer_u8 (out, 1);
  fil_writer_u8 (out, 0);
  fil_writer_le32 (out, (guint32) tail.len);

  d = fil_writer_data (out) + d_at;
  if (self->op == FIL_RUDP_SYN)
    {
      d[0] = self->my_connection;
      d[1] = (guint8) (self->version >> 8);
      d[2] = (guint8) self->version;
      d[3] = (guint8) self->role;
    }
  else if (self->op == FIL_RUDP_ACK || self->op == FIL_RUDP_KEEPALIVE)
    {
      d[0] = (guint8) (self->window_start >> 8);
      d[1] = (guint8) self->window_start;
      d[2] = (guint8) (self->window_space >> 8);
      d[3] = (guint8) self->window_space;
    }
  else if (self->op == FIL_RUDP_FIN)
    {
      d[0] = self->reason;
    }
  else if (self->head.len > 0)
    {
      memcpy (d, self->head.data, MIN (self->head.len, FIL_RUDP_HEAD_DATA));
    }
  fil_writer_put (out, tail);
}
