/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-packet.h"

#include "reader.h"

/**
 * fil_rudp_packet_is:
 *
 * Returns: whether the datagram says that it is RUDP; it may still be broken
 */
gboolean
fil_rudp_packet_is (FilSlice datagram)
{
  return datagram.len >= FIL_RUDP_HEAD_LEN && datagram.data[16] == FIL_KIND_RUDP;
}

static gboolean
read_fields (FilRudpPacket *self,
             FilReader d,
             guint data_len,
             FilSlice payload)
{
  guint8 role = 0, is_limited = 0;

  if ((self->op != FIL_RUDP_DATA || self->is_extended) && data_len != 0)
    return FALSE;
  switch (self->op)
    {
    case FIL_RUDP_SYN:
      if (!fil_reader_u8 (&d, &self->my_connection) || !fil_reader_be16 (&d, &self->version)
          || !fil_reader_u8 (&d, &role) || self->my_connection == 0
          || (self->is_extended && (!fil_reader_be64 (&d, &self->nonce) || payload.len != FIL_RUDP_STAMP_LEN)))
        return FALSE;
      if (self->version > 0 && role <= FIL_RUDP_ROLE_ACCEPTOR)
        self->role = (FilRudpRole) role;
      return TRUE;

    case FIL_RUDP_ACK:
    case FIL_RUDP_KEEPALIVE:
      if (!fil_reader_be16 (&d, &self->window_start) || !fil_reader_be16 (&d, &self->window_space))
        return FALSE;
      if (!self->is_extended)
        return TRUE;
      self->tail = payload;
      return fil_reader_be16 (&d, &self->missing) && fil_reader_be16 (&d, &self->held);

    case FIL_RUDP_DATA:
      if (data_len + payload.len > FIL_RUDP_DATA_MAX
          || (data_len < FIL_RUDP_HEAD_DATA && payload.len > 0 && !self->is_extended))
        return FALSE;
      self->tail = payload;
      if (self->is_extended && !fil_reader_u8 (&d, &is_limited))
        return FALSE;
      self->is_limited = is_limited == 1;
      return self->is_extended || fil_reader_slice (&d, data_len, &self->head);

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
  self->is_extended = (op >> 4 & FIL_RUDP_EXTENDED) != 0;
  self->op = (FilRudpOp) (op >> 4 & ~FIL_RUDP_EXTENDED);
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
  gsize n = self->is_extended ? 0 : MIN (data.len, FIL_RUDP_HEAD_DATA);

  self->head = fil_slice (data.data, n);
  self->tail = data.len > n ? fil_slice (data.data + n, data.len - n) : FIL_SLICE_NONE;
}

static void
write_fields (const FilRudpPacket *self,
              FilWriter *d)
{
  switch (self->op)
    {
    case FIL_RUDP_SYN:
      fil_writer_u8 (d, self->my_connection);
      fil_writer_be16 (d, self->version);
      fil_writer_u8 (d, (guint8) self->role);
      if (self->is_extended)
        fil_writer_be64 (d, self->nonce);
      break;

    case FIL_RUDP_ACK:
    case FIL_RUDP_KEEPALIVE:
      fil_writer_be16 (d, self->window_start);
      fil_writer_be16 (d, self->window_space);
      if (!self->is_extended)
        break;
      fil_writer_be16 (d, self->missing);
      fil_writer_be16 (d, self->held);
      break;

    case FIL_RUDP_DATA:
      if (self->is_extended)
        fil_writer_u8 (d, self->is_limited ? 1 : 0);
      else
        fil_writer_bytes (d, self->head.data, MIN (self->head.len, FIL_RUDP_HEAD_DATA));
      break;

    case FIL_RUDP_FIN:
      fil_writer_u8 (d, self->reason);
      break;
    }
}

/**
 * fil_rudp_packet_encode:
 *
 * Appends the datagram. An extended one still needs its stamp.
 */
void
fil_rudp_packet_encode (const FilRudpPacket *self,
                        FilWriter *out)
{
  const gboolean is_data = self->op == FIL_RUDP_DATA;
  const gboolean has_map = self->is_extended && (self->op == FIL_RUDP_ACK || self->op == FIL_RUDP_KEEPALIVE);
  const gboolean has_stamp_behind = self->is_extended && self->op == FIL_RUDP_SYN;
  const FilSlice tail = is_data || has_map ? self->tail : FIL_SLICE_NONE;
  const guint op = self->op | (self->is_extended ? FIL_RUDP_EXTENDED : 0);
  gsize d_end;

  fil_writer_u8 (out, self->connection);
  fil_writer_u8 (out, (guint8) (op << 4 | (is_data ? self->head.len : 0)));
  fil_writer_be16 (out, self->sequence);
  d_end = out->len + FIL_RUDP_HEAD_DATA;
  write_fields (self, out);
  fil_writer_zeros (out, d_end - out->len);
  fil_writer_u8 (out, FIL_KIND_RUDP);
  fil_writer_u8 (out, 1);
  fil_writer_u8 (out, 0);
  fil_writer_le32 (out, has_stamp_behind ? FIL_RUDP_STAMP_LEN : (guint32) tail.len);
  fil_writer_zeros (out, has_stamp_behind ? FIL_RUDP_STAMP_LEN : 0);
  fil_writer_put (out, tail);
}

/* A sum in four lanes, so that it costs a fraction of a copy. It is no signature: who sees a packet can make
 * others. It keeps out who only knows addresses, and what the 16 bits of UDP's own sum let pass. */
static guint32
keyed_sum (const guint8 *bytes,
           gsize len,
           guint64 key)
{
  static const guint64 odd = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64 lanes[4] = { key, key * odd + 1, ~key, (key ^ odd) * odd };
  guint64 sum;

  for (; len >= 32; bytes += 32, len -= 32)
    for (guint i = 0; i < 4; i++)
      {
        guint64 word;

        memcpy (&word, bytes + 8 * i, sizeof word);
        lanes[i] = (lanes[i] ^ GUINT64_FROM_LE (word)) * odd;
        lanes[i] ^= lanes[i] >> 32;
      }
  for (; len > 0; bytes++, len--)
    lanes[len & 3] = (lanes[len & 3] ^ *bytes) * odd;
  sum = lanes[0];
  for (guint i = 1; i < 4; i++)
    sum = ((sum ^ (sum >> 32)) * odd) ^ lanes[i];
  sum = (sum ^ (sum >> 32)) * odd;
  return (guint32) (sum >> 32);
}

/* Where the stamp of an extended packet lies. */
static gsize
stamp_at (const guint8 *datagram)
{
  return datagram[1] >> 4 == (FIL_RUDP_SYN | FIL_RUDP_EXTENDED) ? FIL_RUDP_HEAD_LEN : 12;
}

/* Over all but the stamp itself, so that nothing has to be written to check one. */
static guint32
stamp_of (const guint8 *datagram,
          gsize len,
          guint64 key)
{
  const gsize at = stamp_at (datagram);
  const gsize behind = at + FIL_RUDP_STAMP_LEN;

  return keyed_sum (datagram, at, key) ^ keyed_sum (datagram + behind, len - behind, ~key);
}

/**
 * fil_rudp_packet_stamp:
 * @datagram: a whole extended packet, encoded
 * @key: what the receiver wants to see in a SYN
 *
 * Writes the keyed sum of the datagram into it.
 */
void
fil_rudp_packet_stamp (guint8 *datagram,
                       gsize len,
                       guint64 key)
{
  guint32 stamp;

  g_return_if_fail (len >= FIL_RUDP_HEAD_LEN && len >= stamp_at (datagram) + FIL_RUDP_STAMP_LEN);

  stamp = GUINT32_TO_BE (stamp_of (datagram, len, key));
  memcpy (datagram + stamp_at (datagram), &stamp, sizeof stamp);
}

/**
 * fil_rudp_packet_is_genuine:
 * @datagram: an extended packet that was decoded
 *
 * Returns: whether its stamp is that of its bytes and @key
 */
gboolean
fil_rudp_packet_is_genuine (FilSlice datagram,
                            guint64 key)
{
  guint32 stamp;

  if (datagram.len < FIL_RUDP_HEAD_LEN || datagram.len < stamp_at (datagram.data) + FIL_RUDP_STAMP_LEN)
    return FALSE;
  memcpy (&stamp, datagram.data + stamp_at (datagram.data), sizeof stamp);
  return GUINT32_FROM_BE (stamp) == stamp_of (datagram.data, datagram.len, key);
}
