/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bye.h"
#include "deflate.h"
#include "framer.h"
#include "never-send.h"
#include "packet.h"
#include "rudp-packet.h"
#include "udp-datagram.h"
#include "vendor-table.h"
#include "wire-error.h"
#include "wire-limits.h"
#include "wire-test.h"

static const guint8 kinds[] = { FIL_KIND_PING, FIL_KIND_PONG, FIL_KIND_QUERY, FIL_KIND_QUERY_HIT,
                                FIL_KIND_VENDOR, 0x99 };

static FilPacket *
random_packet (TestPool *pool)
{
  FilHeader header = { .kind = kinds[test_random_below (G_N_ELEMENTS (kinds))], .ttl = test_random_u8 (),
                       .hops = test_random_u8 () };

  test_random_guid (&header.muid);
  return fil_packet_new (&header, test_random_blob (pool, 0, test_random_below (5) == 0 ? 1000 : 60));
}

static void
assert_frame (const FilFrame *frame,
              const FilPacket *packet)
{
  FilSlice payload = fil_packet_payload (packet);
  guint8 header[FIL_HEADER_LEN];

  fil_header_encode (&frame->header, header);
  g_assert_cmpmem (header, sizeof header, packet->bytes, FIL_HEADER_LEN);
  g_assert_cmpmem (frame->payload.data, frame->payload.len, payload.data, payload.len);
  g_assert_cmpmem (frame->raw.data, frame->raw.len, packet->bytes, packet->len);
  g_assert_true (frame->info == fil_message_info (fil_packet_kind (packet)));
}

/* Any division of the stream gives the same messages. */
static void
test_pieces (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      g_autoptr (GPtrArray) packets = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_packet_unref);
      g_autoptr (FilFramer) framer = fil_framer_new ();
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      const guint largest = 1 + test_random_below (round % 2 == 0 ? 40 : 5000);
      guint n = 0;

      for (guint i = 0; i < 30; i++)
        {
          FilPacket *packet = random_packet (pool);

          g_ptr_array_add (packets, packet);
          g_byte_array_append (stream, packet->bytes, packet->len);
        }
      for (gsize at = 0; at < stream->len;)
        {
          const gsize n_bytes = 1 + test_random_below (largest);
          g_auto (TestBytes) piece = test_bytes_copy (
              fil_slice (stream->data + at, MIN (stream->len - at, n_bytes)));
          FilSlice input = test_bytes_slice (&piece);
          FilFramerStatus status;
          FilFrame frame;

          while ((status = fil_framer_next (framer, &input, &frame, NULL)) == FIL_FRAMER_MESSAGE)
            assert_frame (&frame, g_ptr_array_index (packets, n++));
          g_assert_cmpint (status, ==, FIL_FRAMER_MORE);
          g_assert_cmpuint (input.len, ==, 0);
          at += piece.len;
        }
      g_assert_cmpuint (n, ==, packets->len);
      g_assert_cmpuint (fil_framer_pending (framer), ==, 0);
    }
}

/* A message that lies whole in the input is given out where it lies. */
static void
test_no_copy (void)
{
  g_autoptr (FilFramer) framer = fil_framer_new ();
  guint8 bytes[2 * FIL_HEADER_LEN] = { 0 };
  FilSlice input = fil_slice (bytes, sizeof bytes);
  FilFrame frame;

  bytes[16] = bytes[FIL_HEADER_LEN + 16] = FIL_KIND_PING;
  g_assert_cmpint (fil_framer_next (framer, &input, &frame, NULL), ==, FIL_FRAMER_MESSAGE);
  g_assert_true (frame.raw.data == bytes);
  g_assert_true (input.data == bytes + FIL_HEADER_LEN);
  g_assert_cmpint (fil_framer_next (framer, &input, &frame, NULL), ==, FIL_FRAMER_MESSAGE);
  g_assert_true (frame.raw.data == bytes + FIL_HEADER_LEN);
  g_assert_cmpint (fil_framer_next (framer, &input, &frame, NULL), ==, FIL_FRAMER_MORE);
}

static void
feed_header (guint8 kind,
             guint32 raw_size,
             gboolean sflag,
             FilFramer *framer,
             FilFramerStatus expected,
             int code)
{
  guint8 bytes[FIL_HEADER_LEN] = { 0 };
  FilSlice input = fil_slice (bytes, sizeof bytes);
  g_autoptr (GError) error = NULL;
  FilFrame frame;

  bytes[16] = kind;
  raw_size = GUINT32_TO_LE (raw_size);
  memcpy (bytes + 19, &raw_size, 4);
  fil_framer_set_sflag (framer, sflag);
  g_assert_cmpint (fil_framer_next (framer, &input, &frame, &error), ==, expected);
  if (expected == FIL_FRAMER_ERROR)
    {
      g_assert_error (error, FIL_WIRE_ERROR, code);
      g_clear_error (&error);
      /* It stays that way, whatever comes. */
      input = fil_slice (bytes, sizeof bytes);
      bytes[16] = FIL_KIND_PING;
      memset (bytes + 19, 0, 4);
      g_assert_cmpint (fil_framer_next (framer, &input, &frame, &error), ==, FIL_FRAMER_ERROR);
      g_assert_error (error, FIL_WIRE_ERROR, code);
    }
  else
    {
      g_assert_no_error (error);
    }
}

static void
test_sizes (void)
{
  static const struct
  {
    guint8 kind;
    guint32 raw;
    gboolean sflag;
    FilFramerStatus status;
    int code;
  } cases[] = {
    { FIL_KIND_QUERY, FIL_QUERY_PAYLOAD_MAX, FALSE, FIL_FRAMER_MORE, 0 },
    { FIL_KIND_QUERY, FIL_QUERY_PAYLOAD_MAX + 1, FALSE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_TOO_LARGE },
    { FIL_KIND_QUERY_HIT, 65535, FALSE, FIL_FRAMER_MORE, 0 },
    { FIL_KIND_BYE, FIL_BYE_PAYLOAD_MAX + 1, FALSE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_TOO_LARGE },
    { FIL_KIND_QRP, FIL_OTHER_PAYLOAD_MAX + 1, FALSE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_TOO_LARGE },
    { 0x99, FIL_OTHER_PAYLOAD_MAX, FALSE, FIL_FRAMER_MORE, 0 },
    { 0x99, FIL_OTHER_PAYLOAD_MAX + 1, FALSE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_TOO_LARGE },
    { FIL_KIND_QUERY_HIT, 65536, FALSE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_DESYNC },
    { FIL_KIND_QUERY_HIT, 65536, TRUE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_DESYNC },
    { FIL_KIND_QUERY_HIT, 0x80000000u, FALSE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_DESYNC },
    { FIL_KIND_QUERY_HIT, 0x80000000u, TRUE, FIL_FRAMER_MESSAGE, 0 },
    { FIL_KIND_QUERY_HIT, 0xffffffffu, FALSE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_DESYNC },
    { FIL_KIND_QUERY, 0xffff0401u, TRUE, FIL_FRAMER_ERROR, FIL_WIRE_ERROR_TOO_LARGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FilFramer) framer = fil_framer_new ();

      feed_header (cases[i].kind, cases[i].raw, cases[i].sflag, framer, cases[i].status, cases[i].code);
    }
}

/* Memory grows with what came, not with what was announced. */
static void
test_slow_giant (void)
{
  g_autoptr (FilFramer) framer = fil_framer_new ();
  guint8 bytes[FIL_HEADER_LEN] = { [16] = FIL_KIND_QUERY_HIT, [19] = 0xff, [20] = 0xff };
  FilFrame frame;
  FilSlice input = fil_slice (bytes, sizeof bytes);

  g_assert_cmpint (fil_framer_next (framer, &input, &frame, NULL), ==, FIL_FRAMER_MORE);
  g_assert_cmpuint (fil_framer_pending (framer), ==, FIL_HEADER_LEN);
  for (guint i = 0; i < 65535; i++)
    {
      guint8 byte = (guint8) i;

      input = fil_slice (&byte, 1);
      g_assert_cmpint (fil_framer_next (framer, &input, &frame, NULL), ==,
                       i < 65534 ? FIL_FRAMER_MORE : FIL_FRAMER_MESSAGE);
    }
  g_assert_cmpuint (frame.payload.len, ==, 65535);
  g_assert_cmpuint (frame.payload.data[65534], ==, (guint8) 65534);
}

/* Flags in the size field travel on untouched. */
static void
test_size_flags (void)
{
  guint8 bytes[FIL_HEADER_LEN] = { [16] = FIL_KIND_PUSH, [17] = 3, [18] = 1, [19] = 0, [21] = 0x12,
                                   [22] = 0x80 };
  FilHeader header;
  g_autoptr (FilPacket) relayed = NULL;

  g_assert_true (fil_header_decode (&header, bytes, TRUE));
  g_assert_cmphex (header.size_flags, ==, 0x12);
  g_assert_cmpuint (header.size, ==, 0);
  relayed = fil_packet_new_relayed (&header, FIL_SLICE_NONE, 2, 2);
  bytes[17] = bytes[18] = 2;
  g_assert_cmpmem (relayed->bytes, relayed->len, bytes, sizeof bytes);
}

static void
test_packets (void)
{
  g_autoptr (TestPool) pool = test_pool_new ();
  FilPacket *packet = random_packet (pool);
  g_autoptr (FilPacket) copy = fil_packet_with_ttl (packet, 3, 5);
  FilHeader header = fil_packet_header (copy);

  g_assert_true (fil_packet_ref (packet) == packet);
  fil_packet_unref (packet);
  g_assert_cmpuint (header.ttl, ==, 3);
  g_assert_cmpuint (fil_packet_hops (copy), ==, 5);
  g_assert_true (fil_guid_equal (fil_packet_muid (copy), fil_packet_muid (packet)));
  g_assert_true (fil_slice_equal (fil_packet_payload (copy), fil_packet_payload (packet)));
  fil_packet_unref (packet);
}

static FilUdpVerdict
udp (guint8 kind,
     guint8 ttl,
     FilSlice payload,
     FilUdpMessage *message,
     FilWriter *room)
{
  FilHeader header = { .kind = kind, .ttl = ttl };
  g_autoptr (FilPacket) packet = fil_packet_new (&header, payload);
  g_auto (TestBytes) exact = test_bytes_copy (fil_packet_slice (packet));

  return fil_udp_datagram_decode (message, test_bytes_slice (&exact), room);
}

static void
test_udp (void)
{
  g_autofree guint8 *zeros = g_malloc0 (FIL_UDP_INFLATED_MAX + 1);
  FilUdpMessage message;
  g_auto (FilWriter) room;
  g_auto (FilWriter) deflated;
  guint8 cut[FIL_HEADER_LEN] = { [16] = FIL_KIND_PING };

  fil_writer_init (&room);
  fil_writer_init (&deflated);
  for (gsize len = 0; len < sizeof cut; len++)
    g_assert_cmpint (fil_udp_datagram_decode (&message, fil_slice (cut, len), &room), ==,
                     FIL_UDP_NOT_GNUTELLA);
  g_assert_cmpint (fil_udp_datagram_decode (&message, fil_slice (cut, sizeof cut), &room), ==,
                   FIL_UDP_MESSAGE);
  cut[19] = 1; /* size field and length disagree */
  g_assert_cmpint (fil_udp_datagram_decode (&message, fil_slice (cut, sizeof cut), &room), ==,
                   FIL_UDP_NOT_GNUTELLA);
  cut[19] = 0;
  cut[22] = 0x80; /* no sflag on UDP */
  g_assert_cmpint (fil_udp_datagram_decode (&message, fil_slice (cut, sizeof cut), &room), ==,
                   FIL_UDP_NOT_GNUTELLA);

  g_assert_cmpint (udp (0x99, 1, FIL_SLICE_NONE, &message, &room), ==, FIL_UDP_BAD);
  g_assert_cmpint (udp (FIL_KIND_BYE, 1, fil_slice_text ("xxxx"), &message, &room), ==, FIL_UDP_BAD);
  g_assert_cmpstr (message.objection, ==, "wrong transport");

  /* "I can inflate" is for requests; a hit of TTL 8 is just that. */
  g_assert_cmpint (udp (FIL_KIND_PING, 9, FIL_SLICE_NONE, &message, &room), ==, FIL_UDP_MESSAGE);
  g_assert_true (message.can_inflate);
  g_assert_cmpuint (message.frame.header.ttl, ==, 1);
  g_assert_cmpint (udp (FIL_KIND_QUERY_HIT, 8, fil_slice (zeros, 30), &message, &room), ==, FIL_UDP_MESSAGE);
  g_assert_false (message.can_inflate);
  g_assert_cmpuint (message.frame.header.ttl, ==, 8);
  g_assert_cmpint (udp (FIL_KIND_DHT, 0x88, fil_slice (zeros, 30), &message, &room), ==, FIL_UDP_MESSAGE);
  g_assert_cmpuint (message.frame.header.ttl, ==, 0x88);

  /* A bomb, the largest that is taken, and rubbish. */
  g_assert_true (fil_deflate_once (fil_slice (zeros, FIL_UDP_INFLATED_MAX + 1), &deflated));
  g_assert_cmpint (udp (FIL_KIND_VENDOR, 0x81, fil_writer_slice (&deflated), &message, &room), ==,
                   FIL_UDP_BAD);
  g_assert_cmpuint (room.len, ==, 0);
  fil_writer_truncate (&deflated, 0);
  g_assert_true (fil_deflate_once (fil_slice (zeros, FIL_HIT_PAYLOAD_DROP), &deflated));
  g_assert_cmpint (udp (FIL_KIND_QUERY_HIT, 0x81, fil_writer_slice (&deflated), &message, &room), ==,
                   FIL_UDP_MESSAGE);
  g_assert_cmpuint (message.frame.payload.len, ==, FIL_HIT_PAYLOAD_DROP);
  g_assert_cmpuint (message.frame.header.size, ==, FIL_HIT_PAYLOAD_DROP);
  g_assert_cmpint (udp (FIL_KIND_QUERY_HIT, 0x81, fil_slice_text ("nothing that inflates, at all"), &message,
                        &room), ==,
                   FIL_UDP_BAD);
}

static void
test_udp_marks (void)
{
  FilHeader header = { .kind = FIL_KIND_VENDOR, .ttl = 1 };
  g_autoptr (FilPacket) small = fil_packet_new (&header, fil_slice_text ("12345"));
  g_autoptr (FilPacket) same = fil_udp_packet_deflated (small);
  g_autoptr (FilPacket) marked = fil_udp_packet_can_inflate (small);

  g_assert_true (same == small);
  g_assert_cmpuint (fil_packet_ttl (marked), ==, 9);
}

static char *
rudp_text (const FilRudpPacket *packet)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "extended %d limited %d nonce %" G_GUINT64_FORMAT " missing %u held %u to %u op %d seq %u id %u "
                          "v%u role %d start %u space %u reason %u ",
                          packet->is_extended, packet->is_limited, packet->nonce, packet->missing, packet->held, packet->connection,
                          packet->op, packet->sequence, packet->my_connection, packet->version, packet->role,
                          packet->window_start, packet->window_space, packet->reason);
  test_add_slice (out, "head", packet->head);
  test_add_slice (out, "tail", packet->tail);
  return g_string_free (out, FALSE);
}

static void
random_rudp (FilRudpPacket *packet,
             TestPool *pool)
{
  memset (packet, 0, sizeof *packet);
  packet->connection = test_random_u8 ();
  packet->op = (FilRudpOp) test_random_below (5);
  packet->is_extended = test_random_below (2) == 0;
  packet->sequence = (guint16) test_random_u32 ();
  switch (packet->op)
    {
    case FIL_RUDP_SYN:
      packet->my_connection = (guint8) (1 + test_random_below (255));
      packet->version = (guint16) test_random_below (3);
      packet->role = packet->version > 0 ? (FilRudpRole) test_random_below (3) : FIL_RUDP_ROLE_UNDEFINED;
      if (packet->is_extended)
        packet->nonce = (guint64) test_random_u32 () << 32 | test_random_u32 ();
      break;
    case FIL_RUDP_ACK:
    case FIL_RUDP_KEEPALIVE:
      packet->window_start = (guint16) test_random_u32 ();
      packet->window_space = (guint16) test_random_u32 ();
      if (!packet->is_extended)
        break;
      packet->missing = (guint16) test_random_u32 ();
      packet->held = (guint16) test_random_u32 ();
      packet->tail = test_random_blob (pool, 0, 1040);
      break;
    case FIL_RUDP_DATA:
      packet->is_limited = packet->is_extended && test_random_below (2) == 0;
      fil_rudp_packet_set_data (packet, test_random_blob (pool, 0, 600));
      break;
    case FIL_RUDP_FIN:
    default:
      packet->reason = test_random_u8 ();
      break;
    }
}

static void
check_rudp_stable (FilSlice bytes)
{
  g_auto (TestBytes) exact = test_bytes_copy (bytes);
  FilRudpPacket packet;
  FilRudpPacket again;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  if (!fil_rudp_packet_decode (&packet, test_bytes_slice (&exact)))
    return;
  fil_rudp_packet_encode (&packet, &out);
  g_assert_true (fil_rudp_packet_decode (&again, fil_writer_slice (&out)));
  {
    g_autofree char *text = rudp_text (&packet);
    g_autofree char *again_text = rudp_text (&again);

    g_assert_cmpstr (again_text, ==, text);
  }
}

/* A stamp holds for its bytes and its key, and for no others. */
static void
test_rudp_stamp (void)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      const guint64 key = (guint64) test_random_u32 () << 32 | test_random_u32 ();
      FilRudpPacket packet;
      g_auto (FilWriter) out;
      guint8 *bytes;

      fil_writer_init (&out);
      random_rudp (&packet, pool);
      packet.is_extended = TRUE;
      packet.head = FIL_SLICE_NONE;
      fil_rudp_packet_encode (&packet, &out);
      bytes = fil_writer_data (&out);
      fil_rudp_packet_stamp (bytes, out.len, key);
      g_assert_true (fil_rudp_packet_decode (&packet, fil_writer_slice (&out)));
      g_assert_true (fil_rudp_packet_is_genuine (fil_writer_slice (&out), key));
      g_assert_false (fil_rudp_packet_is_genuine (fil_writer_slice (&out), key ^ 1));
      g_assert_false (fil_rudp_packet_is_genuine (fil_slice (bytes, out.len - 1), key));
      for (guint k = 0; k < 40; k++)
        {
          const gsize at = test_random_below ((guint) out.len);
          const guint8 bits = (guint8) (1 + test_random_below (255));

          bytes[at] ^= bits;
          g_assert_false (fil_rudp_packet_is_genuine (fil_writer_slice (&out), key));
          bytes[at] ^= bits;
        }
    }
  g_assert_false (fil_rudp_packet_is_genuine (FIL_SLICE_NONE, 1));
}

static void
test_rudp (void)
{
  static const char *const samples[] = {
    "00000000010001010000000000000000410100" "00000000", /* SYN of a downloader */
    "00000000010001020000000000000000410100" "00000000", /* SYN of an uploader */
    "01100000000100140000000000000000410100" "00000000", /* ACK of it: start 1, space 20 */
    "0140000b000000000000000000000000410100" "00000000", /* FIN */
    "013c0001474956" "20303a453443424535" "41010002000000" "4142", /* DATA */
  };

  static const FilRudpOp ops[] = { FIL_RUDP_SYN, FIL_RUDP_SYN, FIL_RUDP_ACK, FIL_RUDP_FIN, FIL_RUDP_DATA };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_auto (TestBytes) bytes = test_bytes_hex (samples[i]);
      FilRudpPacket packet;
      g_auto (FilWriter) out;

      fil_writer_init (&out);
      g_assert_true (fil_rudp_packet_is (test_bytes_slice (&bytes)));
      g_assert_true (fil_rudp_packet_decode (&packet, test_bytes_slice (&bytes)));
      g_assert_cmpint (packet.op, ==, ops[i]);
      fil_rudp_packet_encode (&packet, &out);
      g_assert_cmpmem (fil_writer_data (&out), out.len, bytes.data, bytes.len);
    }

  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (TestPool) pool = test_pool_new ();
      FilRudpPacket packet;
      FilRudpPacket back;
      g_auto (FilWriter) out;
      g_auto (TestBytes) exact = { NULL, 0 };

      fil_writer_init (&out);
      random_rudp (&packet, pool);
      fil_rudp_packet_encode (&packet, &out);
      exact = test_bytes_copy (fil_writer_slice (&out));
      g_assert_true (fil_rudp_packet_decode (&back, test_bytes_slice (&exact)));
      if (i < 1000)
        {
          g_autofree char *text = rudp_text (&packet);
          g_autofree char *back_text = rudp_text (&back);
          g_auto (TestBytes) mutated = test_bytes_mutated (test_bytes_slice (&exact));

          g_assert_cmpstr (back_text, ==, text);
          check_rudp_stable (test_bytes_slice (&mutated));
        }
      if (i < 50)
        for (gsize len = 0; len < exact.len; len++)
          {
            g_auto (TestBytes) cut = test_bytes_copy (fil_slice (exact.data, len));

            g_assert_false (fil_rudp_packet_decode (&back, test_bytes_slice (&cut)));
          }
    }
}

static const char *
harm (guint8 kind,
      FilSlice payload,
      guint8 hops,
      FilTransport transport)
{
  FilHeader header = { .kind = kind, .ttl = 1, .hops = hops };
  g_autoptr (FilPacket) packet = fil_packet_new (&header, payload);

  return fil_packet_harm (packet, transport);
}

/* What existing peers cannot take (peers.md, "Do no harm"). */
static void
test_never_send (void)
{
  const FilGuid muid = { { 1 } };
  FilVendorBody body = { .head_ping = { .has_target = TRUE, .target = { { 7 } } } };
  g_autoptr (FilPacket) ping = fil_vendor_packet_new (FIL_VENDOR_HEAD_PING, 2, &muid, 2, 0, &body);
  g_autoptr (FilPacket) forwarded = fil_packet_with_ttl (ping, 1, 1);
  g_autoptr (FilPacket) plain = NULL;
  g_autoptr (FilPacket) crawler = NULL;
  static const char *const reasons[] = { NULL, "", "Bye", "a\r\nb\r\n", "\r\n\r\n" };
  char long_reason[1000];

  g_assert_nonnull (harm (FIL_KIND_BYE, FIL_SLICE_NONE, 0, FIL_TRANSPORT_TCP));
  g_assert_nonnull (harm (FIL_KIND_BYE, fil_slice ("\xc8\0", 2), 0, FIL_TRANSPORT_TCP));
  g_assert_nonnull (harm (FIL_KIND_BYE, fil_slice ("\xc8\0abc", 5), 0, FIL_TRANSPORT_TCP));
  g_assert_nonnull (harm (FIL_KIND_BYE, fil_slice ("\xc8\0\0\0", 4), 0, FIL_TRANSPORT_TCP));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (FilPacket) bye = fil_bye_packet_new (&muid, FIL_BYE_SHUTDOWN, reasons[i]);

      g_assert_null (fil_packet_harm (bye, FIL_TRANSPORT_TCP));
      g_assert_cmpuint (fil_packet_ttl (bye), ==, 1);
      g_assert_cmpuint (fil_packet_hops (bye), ==, 0);
    }
  memset (long_reason, 'x', sizeof long_reason - 1);
  long_reason[sizeof long_reason - 1] = '\0';
  memcpy (long_reason + FIL_BYE_REASON_SEND - 1, "é", 2); /* must not be cut in two */
  {
    g_autoptr (FilPacket) bye = fil_bye_packet_new (&muid, FIL_BYE_SHUTDOWN, long_reason);
    FilBye decoded;

    g_assert_null (fil_packet_harm (bye, FIL_TRANSPORT_TCP));
    g_assert_true (fil_bye_decode (&decoded, fil_packet_payload (bye)));
    g_assert_cmpuint (decoded.reason.len, ==, FIL_BYE_REASON_SEND - 1);
    g_assert_true (fil_slice_is_utf8 (decoded.reason));
  }

  g_assert_nonnull (fil_packet_harm (ping, FIL_TRANSPORT_TCP));
  g_assert_null (fil_packet_harm (ping, FIL_TRANSPORT_UDP));
  g_assert_null (fil_packet_harm (forwarded, FIL_TRANSPORT_TCP));
  body.head_ping.has_target = FALSE;
  plain = fil_vendor_packet_new (FIL_VENDOR_HEAD_PING, 2, &muid, 1, 0, &body);
  g_assert_null (fil_packet_harm (plain, FIL_TRANSPORT_TCP));

  memset (&body, 0, sizeof body);
  crawler = fil_vendor_packet_new (FIL_VENDOR_CRAWLER_PING, 1, &muid, 1, 0, &body);
  g_assert_null (fil_packet_harm (crawler, FIL_TRANSPORT_UDP));
  g_assert_nonnull (harm (FIL_KIND_VENDOR, fil_slice ("LIME\5\0\1\0", 8), 0, FIL_TRANSPORT_UDP));

  g_assert_nonnull (harm (FIL_KIND_QRP, fil_slice ("\1\1\1\0\1x", 6), 0, FIL_TRANSPORT_TCP));
  g_assert_null (harm (FIL_KIND_QRP, fil_slice ("\1\1\1\0\4x", 6), 0, FIL_TRANSPORT_TCP));
  g_assert_null (harm (FIL_KIND_QRP, fil_slice ("\0\0\0\1\0\2", 6), 0, FIL_TRANSPORT_TCP));
  g_assert_null (harm (FIL_KIND_PING, FIL_SLICE_NONE, 0, FIL_TRANSPORT_TCP));
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/framer/pieces", test_pieces);
  g_test_add_func ("/wire/framer/no-copy", test_no_copy);
  g_test_add_func ("/wire/framer/sizes", test_sizes);
  g_test_add_func ("/wire/framer/slow-giant", test_slow_giant);
  g_test_add_func ("/wire/framer/size-flags", test_size_flags);
  g_test_add_func ("/wire/framer/packets", test_packets);
  g_test_add_func ("/wire/framer/udp", test_udp);
  g_test_add_func ("/wire/framer/udp-marks", test_udp_marks);
  g_test_add_func ("/wire/framer/rudp", test_rudp);
  g_test_add_func ("/wire/framer/rudp-stamp", test_rudp_stamp);
  g_test_add_func ("/wire/framer/never-send", test_never_send);
  return g_test_run ();
}
