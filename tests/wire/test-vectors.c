/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cobs.h"
#include "deflate.h"
#include "framer.h"
#include "ggep-builder.h"
#include "ggep.h"
#include "handshake-values.h"
#include "head-writer.h"
#include "head.h"
#include "hit-builder.h"
#include "hit-record.h"
#include "hit-trailer.h"
#include "query-extensions.h"
#include "random-messages.h"
#include "start-line.h"
#include "udp-datagram.h"
#include "wire-test.h"

#define MUID "a1a2a3a4a5a6a7a8ffaaabacadaeaf00"
#define SHA1_TEXT "CU67GO3XHIPQL7ULAHJSCIIM4V4NN727"

static GHashTable *vectors; /* id -> hex; entries are marked as seen in the other one */
static GHashTable *seen;

static TestBytes
vector (const char *id)
{
  const char *hex = g_hash_table_lookup (vectors, id);

  if (hex == NULL)
    g_error ("No vector %s", id);
  g_hash_table_add (seen, (gpointer) id);
  return test_bytes_hex (hex);
}

static void
assert_has (const char *text,
            const char *pieces)
{
  g_auto (GStrv) parts = g_strsplit (pieces, "|", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (strstr (text, parts[i]) == NULL)
      g_error ("\"%s\" lacks \"%s\"", text, parts[i]);
}

/* Reads one vector as a link would, and gives its only message. */
static FilFrame
frame_of (const TestBytes *bytes,
          FilFramer *framer)
{
  FilSlice input = test_bytes_slice (bytes);
  g_autoptr (GError) error = NULL;
  FilFrame frame;

  g_assert_cmpint (fil_framer_next (framer, &input, &frame, &error), ==, FIL_FRAMER_MESSAGE);
  g_assert_no_error (error);
  g_assert_cmpuint (input.len, ==, 0);
  return frame;
}

static void
test_headers (void)
{
  static const struct
  {
    const char *id;
    guint8 kind, ttl, hops;
    guint32 size;
  } cases[] = {
    { "H1", FIL_KIND_PING, 1, 0, 0 },           { "H2", FIL_KIND_QUERY, 4, 0, 300 },
    { "H3", FIL_KIND_QUERY, 3, 1, 300 },        { "H4", FIL_KIND_QUERY_HIT, 0x81, 0, 0x1234 },
    { "H5", FIL_KIND_VENDOR, 0x09, 0, 9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TestBytes) bytes = vector (cases[i].id);
      g_autofree char *muid = NULL;
      guint8 again[FIL_HEADER_LEN];
      FilHeader header;
      gboolean marked = strcmp (cases[i].id, "H3") == 0;

      g_assert_cmpuint (bytes.len, ==, FIL_HEADER_LEN);
      g_assert_cmpint (fil_header_decode (&header, bytes.data, FALSE), ==, !marked);
      g_assert_true (fil_header_decode (&header, bytes.data, TRUE));
      g_assert_cmpuint (header.kind, ==, cases[i].kind);
      g_assert_cmpuint (header.ttl, ==, cases[i].ttl);
      g_assert_cmpuint (header.hops, ==, cases[i].hops);
      g_assert_cmpuint (header.size, ==, cases[i].size);
      g_assert_cmpuint (header.size_flags, ==, 0);
      muid = test_hex (fil_slice (header.muid.bytes, 16));
      g_assert_cmpstr (muid, ==, MUID);
      fil_header_encode (&header, again);
      if (marked)
        bytes.data[22] = 0; /* the mark is never sent */
      g_assert_cmpmem (again, sizeof again, bytes.data, bytes.len);
    }
}

static void
test_guids (void)
{
  static const char *const oob[] = { "G2", "G3", "G5" };
  g_auto (TestBytes) g1 = vector ("G1");
  g_auto (TestBytes) g4 = vector ("G4");

  g_assert_cmpuint (g1.data[8], ==, 0xff);
  g_assert_cmpuint (g1.data[15], ==, 0);
  g_assert_cmpuint (g4.data[15], ==, 0xff); /* gtk-gnutella's own mark: nothing to us */
  for (guint i = 0; i < G_N_ELEMENTS (oob); i++)
    {
      g_auto (TestBytes) bytes = vector (oob[i]);
      static const guint8 none[4] = { 127, 0, 0, 0 };
      static const guint8 host[4] = { 198, 51, 100, 7 };
      FilGuid muid;
      guint8 addr[4];
      guint16 port;

      memcpy (muid.bytes, bytes.data, 16);
      fil_query_muid_get_address (&muid, addr, &port);
      g_assert_cmpmem (addr, 4, i == 1 ? none : host, 4);
      g_assert_cmpuint (port, ==, 34567);

      memset (muid.bytes, 0, 4);
      muid.bytes[13] = muid.bytes[14] = 0;
      fil_query_muid_set_address (&muid, addr, port);
      g_assert_cmpmem (muid.bytes, 16, bytes.data, 16);
    }
}

static void
test_ggep_lengths (void)
{
  static const gsize lengths[] = { 0, 1, 5, 63, 64, 100, 1000, 4095, 4096, 65535, 262143 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *id = g_strdup_printf ("L%u", i);
      g_auto (TestBytes) bytes = vector (g_intern_string (id));
      g_auto (FilWriter) written;

      fil_writer_init (&written);
      fil_ggep_write_length (&written, lengths[i]);
      g_assert_cmpmem (fil_writer_data (&written), written.len, bytes.data, bytes.len);

      /* An item of that length can be read. */
      fil_writer_truncate (&written, 0);
      fil_writer_bytes (&written, "\xc3\x81K", 3);
      fil_writer_put (&written, test_bytes_slice (&bytes));
      memset (fil_writer_reserve (&written, lengths[i]), 'x', lengths[i]);
      {
        FilGgep ggep;
        FilSlice data;

        g_assert_true (fil_ggep_parse_whole (&ggep, fil_writer_slice (&written)));
        g_assert_true (fil_ggep_read_plain (&ggep, "K", G_MAXSIZE, &data));
        g_assert_cmpuint (data.len, ==, lengths[i]);
      }
    }
}

/* What was encoded in each of C0..C9. */
static TestBytes
cobs_plain (guint i)
{
  static const char *const hex[] = { "00", "0000", "01", "110022", "11220033", "11000000" };
  TestBytes plain;

  if (i < G_N_ELEMENTS (hex))
    return test_bytes_hex (hex[i]);
  if (i == 9)
    return test_bytes_hex ("");
  plain.len = i == 6 ? 254 : 255;
  plain.data = g_malloc (plain.len);
  for (gsize k = 0; k < plain.len; k++)
    plain.data[k] = (guint8) (i == 8 ? k : k + 1);
  return plain;
}

static void
test_cobs (void)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("C%u", i);
      g_auto (TestBytes) bytes = vector (g_intern_string (id));
      g_auto (TestBytes) plain = cobs_plain (i);
      g_auto (FilWriter) encoded;
      guint8 decoded[300];
      gsize len;

      fil_writer_init (&encoded);
      fil_cobs_encode (test_bytes_slice (&plain), &encoded);
      g_assert_cmpmem (fil_writer_data (&encoded), encoded.len, bytes.data, bytes.len);
      g_assert_cmpuint (encoded.len, <=, FIL_COBS_MAX (plain.len));
      g_assert_true (fil_cobs_decode (test_bytes_slice (&bytes), decoded, sizeof decoded, &len));
      g_assert_cmpmem (decoded, len, plain.data, plain.len);
    }
}

static void
assert_ggep (const char *id,
             const char *key,
             const char *hex)
{
  g_auto (TestBytes) bytes = vector (id);
  guint8 room[256];
  FilGgep ggep;
  FilSlice data;
  g_autofree char *got = NULL;

  g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&bytes)));
  g_assert_true (fil_ggep_read (&ggep, key, room, sizeof room, &data));
  got = test_hex (data);
  g_assert_cmpstr (got, ==, hex);
}

static void
assert_built (const char *id,
              gboolean no_nul,
              const char *key,
              const char *hex)
{
  g_auto (TestBytes) bytes = vector (id);
  g_auto (TestBytes) data = test_bytes_hex (hex);
  FilGgepBuilder builder;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  fil_ggep_builder_init (&builder, &out, no_nul);
  fil_ggep_builder_add (&builder, key, test_bytes_slice (&data));
  g_assert_cmpuint (fil_ggep_builder_end (&builder), ==, 1);
  g_assert_cmpmem (fil_writer_data (&out), out.len, bytes.data, bytes.len);
}

static void
test_ggep_blocks (void)
{
  g_auto (TestBytes) gg7 = vector ("GG7");
  g_auto (TestBytes) gg8 = vector ("GG8");
  FilHost hosts[16];
  FilGgep ggep;
  guint64 value;

  assert_ggep ("GG1", "SCP", "01");
  assert_built ("GG1", FALSE, "SCP", "01");
  assert_ggep ("GG2", "VC", "4c494d4542");
  assert_ggep ("GG2", "GUE", "02");
  assert_ggep ("GG2", "UP", "021e05");
  assert_ggep ("GG2", "DU", "31d4");
  assert_ggep ("GG2", "TLS", "");
  assert_ggep ("GG3", "H", "01153df33b773a1f05fe8b01d321210ce578d6ff5f");
  assert_built ("GG3", TRUE, "H", "01153df33b773a1f05fe8b01d321210ce578d6ff5f");
  assert_ggep ("GG4", "H", "02da39a3ee5e6b4b0d3255bfef95601890afd80700"
                           "4142434445464748494a4b4c4d4e4f505152535455565758");
  assert_built ("GG4", TRUE, "H", "02da39a3ee5e6b4b0d3255bfef95601890afd80700"
                                  "4142434445464748494a4b4c4d4e4f505152535455565758");
  assert_ggep ("GG5", "LF", "00f2052a01");
  assert_built ("GG5", TRUE, "LF", "00f2052a01");
  assert_ggep ("GG6", "LF", "005ed0b2");
  assert_built ("GG6", TRUE, "LF", "005ed0b2");

  g_assert_true (fil_vlint_decode (fil_slice ("\x31\xd4", 2), &value));
  g_assert_cmpuint (value, ==, 54321);

  g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&gg7)));
  g_assert_cmpuint (fil_packed_hosts_read_ggep (&ggep, "IPP6", 6, hosts, G_N_ELEMENTS (hosts)), ==, 8);
  for (guint i = 0; i < 8; i++)
    {
      char text[FIL_ENDPOINT_TEXT_LEN];
      g_autofree char *expected = g_strdup_printf ("[2001:db8::%u]:6346", i + 1);

      g_assert_cmpstr (fil_endpoint_to_text (&hosts[i].endpoint, text), ==, expected);
    }

  g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&gg8)));
  g_assert_cmpuint (fil_packed_hosts_read_ggep (&ggep, "IPP", 4, hosts, G_N_ELEMENTS (hosts)), ==, 3);
  g_assert_true (hosts[0].tls && !hosts[1].tls && hosts[2].tls);
  g_assert_cmpuint (hosts[0].endpoint.port, ==, 6346);
  g_assert_cmpuint (hosts[1].endpoint.port, ==, 40001);
  g_assert_cmpuint (hosts[2].endpoint.port, ==, 1234);
  {
    FilGgepBuilder builder;
    g_auto (FilWriter) out;

    fil_writer_init (&out);
    fil_ggep_builder_init (&builder, &out, FALSE);
    fil_packed_hosts_add_ggep (&builder, "IPP", 4, hosts, 3);
    fil_ggep_builder_end (&builder);
    g_assert_cmpmem (fil_writer_data (&out), out.len, gg8.data, gg8.len);
  }
}

typedef struct
{
  const char *id;
  const char *has;     /* pieces of the text of the message */
  gboolean canonical;  /* encodes back into the same bytes */
} MessageCase;

static const MessageCase message_cases[] = {
  { "P1", "scp 0/00 ip 0 qk 0", TRUE },
  { "P2", "scp 1/03", TRUE },
  { "P3", "scp 1/06|vendor 1 XMPL 18", TRUE },
  { "P4", "scp 0|qk 1", TRUE },
  { "P5", "scp 1/01|qk 1", TRUE },
  { "P6", "guess 2/2/34567", TRUE },
  { "P7", "ip 1", TRUE },
  { "O1", "v4=192.0.2.1/6346|files 10 kib 2048", TRUE },
  { "O2",
    "v4=198.51.100.7/34567|files 12 kib 1001 tls 1 vendor 1 XMPL 18 up 1 2 30 5 uptime 1 54321 guess 1 2"
          "|hosts[2]: plain=192.0.2.10/6346 tls=203.0.113.77/40001", TRUE },
  { "O3", "v4=none:34567|v6=2001:db8::1/34567", TRUE },
  { "O4", "you=203.0.113.77/40001", TRUE },
  { "O5", "qk=deadbeef|guess 1 2", TRUE },
  { "O6", "v4=198.51.100.9/3558|uhc=1|name=7568632e6578616d706c652e6f7267"
          "|caches uhc.example.org:3558&n\n198.51.100.9:3558", TRUE },
  { "B1", "code=503 reason=546f6f206d616e79206c65616620636f6e6e656374696f6e732028333030206d617829 ", FALSE },
  { "B2", "code=200 reason=557365722071756974 ", TRUE },
  { "Q1", "flags=32768 text=66726565206d75736963 extensions= ", TRUE },
  { "Q2", "flags=47104 text=66726565206d75736963 ", TRUE },
  { "Q3", "flags=48128 text=6c696e75782069736f ", TRUE },
  { "Q4", "flags=47104 text=5c ", TRUE },
  { "Q5", "text=5c ", TRUE },
  { "Q6", "flags=47104 text=57686174497", TRUE },
  { "Q7", "text=657874656e64656420", TRUE },
  { "Q8", "flags=48384 text=6c696e75782069736f ", TRUE },
  { "Q9", "text=6d7033 ", TRUE },
  { "R1", "records=1 v4=198.51.100.7/34567 speed=1000 |servent=5e12c0de5e12c0deff12c0de5e12c000", TRUE },
  { "R2", "records=2 v4=198.51.100.7/34567 speed=1000 |servent=5e12c0de5e12c0deff12c0de5e12c000", TRUE },
  { "R3", "records=1 v4=none:34567 speed=0 ", TRUE },
  { "U1", "target=5e12c0de5e12c0deff12c0de5e12c000 index=7 v4=198.51.100.7/34567 v6=none:0 |tls=0", TRUE },
  { "U2", "index=0 v4=198.51.100.7/34567|tls=1", TRUE },
  { "U3", "v4=none:34567 v6=2001:db8::1/34567|tls=1", TRUE },
  { "U4", "index=2147483645 ", TRUE },
  { "Z1", "records=4 v4=198.51.100.7/34567", TRUE },
  { "T1", "0 slots 65536 inf 2", TRUE },
  { "T2", "0 slots 16 inf 2", TRUE },
  { "T3", "1 slots 0 inf 0 1/1 comp 0 bits 4 data=0f0000f00000000f", TRUE },
  { "T4", "1/1 comp 0 bits 4 data=01f0000000000000", TRUE },
  { "T5", "1/1 comp 0 bits 4 data=0a0000a00000000a", TRUE },
  { "T6", "1/1 comp 0 bits 8 data=00fa00000000fa0000000000000000fa", TRUE },
  { "T7", "1/1 comp 0 bits 1 data=4201", TRUE },
  { "T8", "1/1 comp 1 bits 4", TRUE },
  { "T9a", "1/2 comp 1 bits 4", TRUE },
  { "T9b", "2/2 comp 1 bits 4", TRUE },
};

static void
test_message (gconstpointer data)
{
  const MessageCase *c = data;
  g_auto (TestBytes) bytes = vector (c->id);
  g_autoptr (FilFramer) framer = fil_framer_new ();
  FilFrame frame = frame_of (&bytes, framer);
  g_autofree TestMessage *message = g_new0 (TestMessage, 1);
  g_autofree char *text = NULL;
  g_auto (FilWriter) encoded;

  fil_writer_init (&encoded);
  g_assert_nonnull (frame.info);
  g_assert_null (fil_message_objection (frame.info, &frame.header, FIL_TRANSPORT_TCP));
  g_assert_true (frame.info->decode (message, frame.payload));
  text = test_message_text (frame.info->kind, message);
  assert_has (text, c->has);
  frame.info->encode (message, &encoded);
  if (c->canonical)
    {
      g_autofree char *got = test_hex (fil_writer_slice (&encoded));
      g_autofree char *expected = test_hex (frame.payload);

      g_assert_cmpstr (got, ==, expected);
    }
  if (frame.info->clear != NULL)
    frame.info->clear (message);
}

typedef struct
{
  const char *id;
  FilVendorType type;
  guint16 version;
  const char *has;
} VendorCase;

static const VendorCase vendor_cases[] = {
  { "V1", FIL_VENDOR_MESSAGES_SUPPORTED, 0,
    "42454152/4v1 42454152/7v1 42454152/11v1 42454152/12v1 47544b47/7v2 4c494d45/11v3 4c494d45/12v3 4c494d45/21v1 "
    "4c494d45/22v2 4c494d45/23v2 4c494d45/24v2 " },
  { "V2", FIL_VENDOR_FEATURES, 0, "57484154=1|51525031=1|544c5321=1|54435049=1" },
  { "V3", FIL_VENDOR_HOPS_FLOW, 1, "hops=0" },
  { "V4", FIL_VENDOR_HOPS_FLOW, 1, "hops=5" },
  { "V5", FIL_VENDOR_TCP_CONNECT_BACK, 1, "port=34567" },
  { "V6", FIL_VENDOR_UDP_CONNECT_BACK, 1, "port=34567 guid=5e12c0de5e12c0deff12c0de5e12c000" },
  { "V7", FIL_VENDOR_UDP_CONNECT_BACK, 2, "port=34567 guid=00000000000000000000000000000000" },
  { "V8", FIL_VENDOR_PUSH_PROXY_REQUEST, 1, "" },
  { "V9", FIL_VENDOR_PUSH_PROXY_ACK, 2, "endpoint=192.0.2.10/6346" },
  { "V10", FIL_VENDOR_PUSH_PROXY_ACK, 1, "endpoint=none:6346" },
  { "V11", FIL_VENDOR_PUSH_PROXY_CANCEL, 1, "" },
  { "V12", FIL_VENDOR_QUERY_STATUS_REQUEST, 1, "" },
  { "V13", FIL_VENDOR_QUERY_STATUS, 1, "hits=17" },
  { "V14", FIL_VENDOR_QUERY_STATUS, 1, "hits=65535" },
  { "V15", FIL_VENDOR_OOB_INDICATION, 2, "25 1 0" },
  { "V16", FIL_VENDOR_OOB_INDICATION, 3, "25 1 0" },
  { "V17", FIL_VENDOR_OOB_ACK, 2, "wanted=25 token= " },
  { "V18", FIL_VENDOR_OOB_ACK, 3, "wanted=25 token=01020304 " },
  { "V19", FIL_VENDOR_OOB_VETO, 1, "1 0" },
  { "V20", FIL_VENDOR_OOB_VETO, 1, "0 2" },
  { "V21", FIL_VENDOR_HEAD_PING, 2, "flags=2 sha1=153df33b773a1f05fe8b01d321210ce578d6ff5f "
                                    "target=5e12c0de5e12c0deff12c0de5e12c000 signal= " },
  { "V22", FIL_VENDOR_HEAD_PONG, 2,
    "file 1 fw 0 dl 0 queue -3 tls 1 vendor=584d504c alts[1]: plain=192.0.2.10/6346" },
  { "V23", FIL_VENDOR_HEAD_PONG, 2, "file 0" },
  { "V24", FIL_VENDOR_HEAD_PONG, 1,
    "file 1 fw 0 dl 0 queue -3 tls 0 vendor=584d504c alts[1]: plain=192.0.2.10/6346" },
  { "V25", FIL_VENDOR_CRAWLER_PING, 1, "255 255 8" },
};

static void
test_vendor (gconstpointer data)
{
  const VendorCase *c = data;
  g_auto (TestBytes) bytes = vector (c->id);
  g_autoptr (FilFramer) framer = fil_framer_new ();
  g_autoptr (FilPacket) packet = NULL;
  FilFrame frame = frame_of (&bytes, framer);
  g_autofree FilVendorBody *body = g_new0 (FilVendorBody, 1);
  g_autofree char *text = NULL;
  const FilVendorInfo *info;
  FilVendor vendor;

  g_assert_true (fil_vendor_decode (&vendor, frame.payload));
  info = fil_vendor_info (&vendor.id);
  g_assert_nonnull (info);
  g_assert_cmpint (info->type, ==, c->type);
  g_assert_cmpuint (vendor.id.version, ==, c->version);
  g_assert_true (fil_vendor_body_decode (body, info, &vendor));
  text = test_vendor_text (info->type, body);
  assert_has (text, c->has);

  packet = fil_vendor_packet_new (info->type, vendor.id.version, &frame.header.muid, frame.header.ttl,
                                  frame.header.hops, body);
  g_assert_cmpmem (packet->bytes, packet->len, bytes.data, bytes.len);
}

static void
query_of (const char *id,
          TestBytes *bytes,
          FilQuery *query,
          FilQueryExtensions *extensions)
{
  *bytes = vector (id);
  g_assert_true (fil_query_decode (query, fil_slice (bytes->data + FIL_HEADER_LEN,
                                                     bytes->len - FIL_HEADER_LEN)));
  g_assert_true (fil_query_extensions_parse (extensions, query));
}

static void
test_query_extensions (void)
{
  static const char *const ids[] = { "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_auto (TestBytes) bytes = { NULL, 0 };
      g_auto (FilWriter) written;
      FilQuery query;
      FilQueryExtensions ext;
      char text[FIL_SHA1_TEXT_LEN + 1];
      char long_text[FIL_QUERY_TEXT_MAX + 1];
      FilSlice long_slice = FIL_SLICE_NONE;

      fil_writer_init (&written);
      query_of (ids[i], &bytes, &query, &ext);
      g_assert_cmpuint (ext.n_unknown, ==, 0);
      g_assert_cmpuint (ext.media, ==,
                        i == 1 ? (FIL_MEDIA_AUDIO | FIL_MEDIA_VIDEO) : i == 3 ? FIL_MEDIA_DOCUMENT : 0);
      g_assert_cmpint (ext.oob_v3, ==, i == 2);
      g_assert_cmpint (ext.partial, ==, i == 2);
      g_assert_cmpint (ext.v6, ==, i == 2 ? FIL_QUERY_V6_WELCOME : FIL_QUERY_V6_NONE);
      g_assert_cmpint (ext.urn.has_sha1, ==, i == 3 || i == 4);
      if (ext.urn.has_sha1)
        {
          fil_sha1_to_text (&ext.urn.sha1, text);
          g_assert_cmpstr (text, ==, SHA1_TEXT);
        }
      g_assert_cmpint (fil_query_is_whats_new (&query, &ext), ==, i == 5);
      g_assert_cmpuint (ext.feature, ==, i == 5 ? 1 : 0);
      g_assert_cmpint (fil_query_long_text (&ext, long_text, sizeof long_text), ==, i == 6);
      if (i == 6)
        {
          g_assert_cmpstr (long_text, ==,
                           "this is an extended query that is far longer than thirty characters");
          long_slice = fil_slice_text (long_text);
        }
      g_assert_cmpint (ext.deflate, ==, i == 7);
      g_assert_cmpint (ext.has_scp, ==, i == 7);
      g_assert_cmpuint (ext.query_key.len, ==, i == 7 ? 4 : 0);
      g_assert_cmpint (ext.has_xml, ==, i == 8);

      fil_query_extensions_write (&ext, long_slice, &written);
      if (i != 3 && i != 8) /* a text urn is written as GGEP H, XML not at all */
        g_assert_cmpmem (fil_writer_data (&written), written.len, query.extensions.data,
                         query.extensions.len);
    }
}

static FilQueryHit
hit_of (const TestBytes *bytes)
{
  FilQueryHit hit;

  g_assert_true (fil_query_hit_decode (&hit, fil_slice (bytes->data + FIL_HEADER_LEN,
                                                        bytes->len - FIL_HEADER_LEN)));
  return hit;
}

static void
assert_sha1 (const FilUrn *urn,
             const char *expected)
{
  char text[FIL_SHA1_TEXT_LEN + 1];

  g_assert_true (urn->has_sha1);
  fil_sha1_to_text (&urn->sha1, text);
  g_assert_cmpstr (text, ==, expected);
}

/* Builds the hit again from what was read; the vector has to come out. */
static void
assert_rebuilt (const TestBytes *bytes,
                const FilQueryHit *hit,
                const FilHitRecord *records,
                guint n,
                const FilHitTrailer *trailer,
                gboolean ggep_h)
{
  FilHeader header;
  FilHitBuilder *builder;
  g_autoptr (GPtrArray) packets = NULL;
  const FilPacket *packet;

  g_assert_true (fil_header_decode (&header, bytes->data, FALSE));
  builder = fil_hit_builder_new (&header, &hit->endpoint, hit->speed_kbps, &hit->servent, trailer, ggep_h,
                                 FIL_HIT_PAYLOAD_SEND);
  for (guint i = 0; i < n; i++)
    fil_hit_builder_add (builder, &records[i]);
  packets = fil_hit_builder_end (builder);
  g_assert_cmpuint (packets->len, ==, 1);
  packet = g_ptr_array_index (packets, 0);
  g_assert_cmpmem (packet->bytes, packet->len, bytes->data, bytes->len);
}

static void
test_hit_r1 (void)
{
  g_auto (TestBytes) bytes = vector ("R1");
  FilQueryHit hit = hit_of (&bytes);
  FilHitIter iter = fil_hit_iter (&hit);
  FilHitRecord record;
  FilHitTrailer trailer;

  g_assert_true (fil_hit_iter_next (&iter, &record));
  g_assert_cmpuint (record.index, ==, 7);
  g_assert_cmpuint (record.size, ==, 123456);
  g_assert_true (fil_slice_is (record.name, "song.ogg"));
  assert_sha1 (&record.urn, SHA1_TEXT);
  g_assert_cmpint (record.completeness, ==, FIL_HIT_COMPLETE);
  {
    FilHitRecord none;

    g_assert_false (fil_hit_iter_next (&iter, &none));
    g_assert_false (iter.broken);
  }

  g_assert_true (fil_hit_trailer_parse (&trailer, &hit));
  g_assert_cmpmem (trailer.vendor, 4, "XMPL", 4);
  g_assert_cmphex (trailer.known, ==,
                   FIL_HIT_FIREWALLED | FIL_HIT_BUSY | FIL_HIT_UPLOADED | FIL_HIT_SPEED_MEASURED | FIL_HIT_GGEP);
  g_assert_cmphex (trailer.set, ==, FIL_HIT_UPLOADED);
  g_assert_cmpuint (trailer.n_proxies, ==, 0);
  assert_rebuilt (&bytes, &hit, &record, 1, &trailer, FALSE);
}

static void
test_hit_r2 (void)
{
  g_auto (TestBytes) bytes = vector ("R2");
  FilQueryHit hit = hit_of (&bytes);
  FilHitIter iter = fil_hit_iter (&hit);
  FilHitRecord records[2];
  FilHitTrailer trailer;

  g_assert_true (fil_hit_iter_next (&iter, &records[0]));
  g_assert_cmpuint (records[0].size, ==, 123456);
  assert_sha1 (&records[0].urn, SHA1_TEXT);
  g_assert_false (records[0].urn.has_tth);
  g_assert_true (fil_hit_iter_next (&iter, &records[1]));
  g_assert_cmpuint (records[1].index, ==, 8);
  g_assert_true (fil_slice_is (records[1].name, "big.iso"));
  g_assert_cmpuint (records[1].size, ==, G_GUINT64_CONSTANT (5000000000));
  g_assert_true (records[1].urn.has_sha1 && records[1].urn.has_tth);
  g_assert_cmpmem (records[1].urn.tth.bytes, 24, "ABCDEFGHIJKLMNOPQRSTUVWX", 24);
  g_assert_cmpint (records[1].created_s, ==, 0x5f5e1000);

  g_assert_true (fil_hit_trailer_parse (&trailer, &hit));
  g_assert_cmphex (trailer.set, ==, FIL_HIT_FIREWALLED | FIL_HIT_BUSY | FIL_HIT_GGEP);
  g_assert_cmphex (trailer.known & FIL_HIT_FIREWALLED, !=, 0);
  g_assert_cmpmem (trailer.token.data, trailer.token.len, "\1\2\3\4", 4);
  g_assert_true (trailer.tls && trailer.browse);
  g_assert_cmpuint (trailer.n_proxies, ==, 2);
  g_assert_true (trailer.proxies[0].tls && !trailer.proxies[1].tls);
  g_assert_cmpuint (trailer.proxies[1].endpoint.port, ==, 40001);
  assert_rebuilt (&bytes, &hit, records, 2, &trailer, TRUE);
}

static void
test_hit_r3 (void)
{
  g_auto (TestBytes) bytes = vector ("R3");
  FilQueryHit hit = hit_of (&bytes);
  FilHitIter iter = fil_hit_iter (&hit);
  FilHitRecord record;
  FilHitTrailer trailer;
  char text[FIL_ENDPOINT_TEXT_LEN];

  g_assert_true (fil_hit_iter_next (&iter, &record));
  g_assert_true (fil_slice_is (record.name, "a.txt"));
  g_assert_cmpint (record.completeness, ==, FIL_HIT_PARTIAL);
  g_assert_cmpuint (record.partial_stamp_s, ==, 0x5f5e1000);
  g_assert_cmpuint (record.available, ==, 5);
  g_assert_true (fil_hit_trailer_parse (&trailer, &hit));
  g_assert_cmpmem (trailer.vendor, 4, "LIME", 4);
  g_assert_cmpuint (trailer.xml.len, ==, 0);
  g_assert_cmpstr (fil_endpoint_to_text (&trailer.endpoint6, text), ==, "[2001:db8::1]:34567");
  g_assert_cmphex (trailer.known & FIL_HIT_FIREWALLED, ==, FIL_HIT_FIREWALLED);
  g_assert_cmphex (trailer.set & FIL_HIT_FIREWALLED, ==, 0);
}

static void
test_udp_deflate (void)
{
  g_auto (TestBytes) z1 = vector ("Z1");
  g_auto (TestBytes) z2 = vector ("Z2");
  g_auto (FilWriter) room;
  g_autoptr (FilPacket) plain = fil_packet_new_raw (test_bytes_slice (&z1));
  g_autoptr (FilPacket) deflated = fil_udp_packet_deflated (plain);
  FilUdpMessage message;

  fil_writer_init (&room);
  g_assert_cmpint (fil_udp_datagram_decode (&message, test_bytes_slice (&z2), &room), ==, FIL_UDP_MESSAGE);
  g_assert_true (message.was_deflated);
  g_assert_cmpuint (message.frame.header.ttl, ==, 1);
  g_assert_cmpmem (message.frame.payload.data, message.frame.payload.len, z1.data + 23, z1.len - 23);

  g_assert_cmpuint (deflated->len, <, plain->len);
  g_assert_cmphex (fil_packet_ttl (deflated), ==, 0x81);
  g_assert_cmpint (fil_udp_datagram_decode (&message, fil_packet_slice (deflated), &room), ==,
                   FIL_UDP_MESSAGE);
  g_assert_cmpmem (message.frame.payload.data, message.frame.payload.len, z1.data + 23, z1.len - 23);

  {
    FilQueryHit hit = hit_of (&z1);
    FilHitIter iter = fil_hit_iter (&hit);
    FilHitRecord record;
    guint n = 0;

    while (fil_hit_iter_next (&iter, &record))
      n++;
    g_assert_cmpuint (n, ==, 4);
  }
}

static FilSlice
patch_data (const TestBytes *bytes)
{
  FilRouteTableMsg msg;

  g_assert_true (fil_route_table_msg_decode (&msg, fil_slice (bytes->data + 23, bytes->len - 23)));
  return msg.data;
}

static void
test_patches_deflated (void)
{
  g_auto (TestBytes) t3 = vector ("T3");
  g_auto (TestBytes) t8 = vector ("T8");
  g_auto (TestBytes) t9a = vector ("T9a");
  g_auto (TestBytes) t9b = vector ("T9b");
  g_autoptr (FilInflate) inflate = fil_inflate_new ();
  g_autofree guint8 *table = g_malloc (40000);
  FilSlice plain = patch_data (&t3);
  FilSlice input = patch_data (&t9a);
  gsize total;
  gsize len;

  g_assert_true (fil_inflate_once (patch_data (&t8), table, 40000, &len));
  g_assert_cmpmem (table, len, plain.data, plain.len);

  /* One stream over both messages. */
  g_assert_cmpint (fil_inflate_read (inflate, &input, table, 40000, &total, NULL), ==, FIL_INFLATE_MORE);
  input = patch_data (&t9b);
  g_assert_cmpint (fil_inflate_read (inflate, &input, table + total, 40000 - total, &len, NULL), ==,
                   FIL_INFLATE_END);
  g_assert_cmpuint (input.len, ==, 0);
  g_assert_cmpuint (total + len, ==, 32768);
  for (gsize i = 0; i < 32768; i += plain.len)
    g_assert_cmpmem (table + i, plain.len, plain.data, plain.len);
}

static FilHead *
head_of (const char *id)
{
  g_auto (TestBytes) bytes = vector (id);
  FilHead *head = fil_head_new (&fil_head_limits_handshake);
  gsize used;

  g_assert_cmpint (fil_head_feed (head, test_bytes_slice (&bytes), &used), ==, FIL_HEAD_DONE);
  g_assert_cmpuint (used, ==, bytes.len);
  return head;
}

/* Writing what was read gives the same bytes: canonical case, CR LF, no folding. */
static void
assert_head_rewritten (const char *id,
                       const FilHead *head)
{
  g_auto (TestBytes) bytes = vector (id);
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  fil_head_write_line (&out, "%s", fil_head_first_line (head));
  for (guint i = 0; i < fil_head_n (head); i++)
    {
      g_autofree char *lower = g_ascii_strdown (fil_head_name_at (head, i), -1);

      fil_head_write_header (&out, lower, "%s", fil_head_value_at (head, i));
    }
  fil_head_write_end (&out);
  g_assert_cmpmem (fil_writer_data (&out), out.len, bytes.data, bytes.len);
}

static void
test_handshake (void)
{
  g_autoptr (FilHead) s1 = head_of ("S1");
  g_autoptr (FilHead) s2 = head_of ("S2");
  g_autoptr (FilHead) s3 = head_of ("S3");
  g_autoptr (FilHead) s4 = head_of ("S4");
  FilEndpoint v4;
  FilEndpoint v6;
  FilEndpoint tries[8];
  FilStatusLine status;
  guint major;
  guint minor;
  char text[FIL_ENDPOINT_TEXT_LEN];

  g_assert_true (fil_handshake_connect_line_parse (fil_head_first_line (s1), &major, &minor));
  g_assert_cmpuint (major * 10 + minor, ==, 6);
  g_assert_cmpint (fil_header_bool (fil_head_get (s1, "x-ultrapeer")), ==, FIL_HEADER_FALSE);
  g_assert_true (fil_header_version_at_least (fil_head_get (s1, "X-Query-Routing"), 0, 2));
  g_assert_false (fil_header_version_at_least (fil_head_get (s1, "X-Query-Routing"), 0, 3));
  g_assert_true (fil_header_feature (fil_head_get (s1, "X-Features"), "sflag", &major, &minor));
  g_assert_cmpuint (minor, ==, 1);
  g_assert_true (fil_head_has_token (s1, "Accept-Encoding", "deflate"));
  g_assert_true (fil_handshake_listen_address (s1, &v4, &v6));
  g_assert_cmpstr (fil_endpoint_to_text (&v4, text), ==, "198.51.100.7:34567");
  g_assert_cmpuint (v6.family, ==, 0);
  g_assert_true (fil_handshake_remote_address (s1, &v4));
  g_assert_cmpstr (fil_endpoint_address_text (&v4, text), ==, "192.0.2.10");
  assert_head_rewritten ("S1", s1);

  g_assert_true (fil_handshake_status_line_parse (&status, fil_head_first_line (s2)));
  g_assert_cmpuint (status.code, ==, 200);
  g_assert_true (fil_head_has_token (s2, "Connection", "upgrade"));
  assert_head_rewritten ("S2", s2);
  g_assert_cmpuint (fil_head_n (s3), ==, 2);
  assert_head_rewritten ("S3", s3);

  g_assert_true (fil_handshake_status_line_parse (&status, fil_head_first_line (s4)));
  g_assert_cmpuint (status.code, ==, 503);
  g_assert_true (fil_slice_is (status.reason, "Too many leaf connections (300 max)"));
  g_assert_cmpuint (fil_endpoint_list_parse (fil_head_get (s4, "X-Try-Ultrapeers"), 0, tries, 8), ==, 2);
  g_assert_cmpstr (fil_endpoint_to_text (&tries[1], text), ==, "203.0.113.77:40001");
  assert_head_rewritten ("S4", s4);
}

static void
test_first_bytes (void)
{
  g_auto (TestBytes) s5 = vector ("S5");
  g_auto (TestBytes) s6 = vector ("S6");
  g_auto (TestBytes) s7 = vector ("S7");
  g_autoptr (FilHead) clear = fil_head_new (&fil_head_limits_accept);
  g_autoptr (FilHead) back = fil_head_new (&fil_head_limits_accept);
  gsize used;

  g_assert_cmphex (s5.data[0], ==, 0x16); /* TLS: never comes to the head reader */
  g_assert_cmpint (fil_head_feed (clear, test_bytes_slice (&s6), &used), ==, FIL_HEAD_MORE);
  g_assert_false (fil_head_is_empty (clear));
  g_assert_cmpint (fil_head_feed (back, test_bytes_slice (&s7), &used), ==, FIL_HEAD_DONE);
  g_assert_cmpstr (fil_head_first_line (back), ==, "");
}

static void
test_link_streams (void)
{
  g_auto (TestBytes) h1 = vector ("H1");

  for (guint i = 0; i < 2; i++)
    {
      g_auto (TestBytes) bytes = vector (i == 0 ? "S8" : "S9");
      g_autoptr (FilInflate) inflate = fil_inflate_new ();
      FilSlice input = test_bytes_slice (&bytes);
      guint8 out[100];
      gsize len;

      g_assert_cmpint (fil_inflate_read (inflate, &input, out, sizeof out, &len, NULL), ==,
                       i == 0 ? FIL_INFLATE_END : FIL_INFLATE_MORE);
      g_assert_cmpmem (out, len, h1.data, h1.len);
      g_assert_cmpuint (input.len, ==, 0);
    }
}

/* Runs last: no vector may be left out. */
static void
test_complete (void)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, vectors);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (seen, id))
      g_test_message ("vector %s is not tested", (const char *) id), g_test_fail ();
  g_assert_cmpuint (g_hash_table_size (seen), ==, g_hash_table_size (vectors));
}

int
main (int argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  vectors = test_vectors_load ();
  seen = g_hash_table_new (g_str_hash, g_str_equal);

  g_test_add_func ("/wire/vectors/headers", test_headers);
  g_test_add_func ("/wire/vectors/guids", test_guids);
  g_test_add_func ("/wire/vectors/ggep-lengths", test_ggep_lengths);
  g_test_add_func ("/wire/vectors/cobs", test_cobs);
  g_test_add_func ("/wire/vectors/ggep-blocks", test_ggep_blocks);
  for (guint i = 0; i < G_N_ELEMENTS (message_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/wire/vectors/message/%s", message_cases[i].id);

      g_test_add_data_func (path, &message_cases[i], test_message);
    }
  for (guint i = 0; i < G_N_ELEMENTS (vendor_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/wire/vectors/vendor/%s", vendor_cases[i].id);

      g_test_add_data_func (path, &vendor_cases[i], test_vendor);
    }
  g_test_add_func ("/wire/vectors/query-extensions", test_query_extensions);
  g_test_add_func ("/wire/vectors/hit-r1", test_hit_r1);
  g_test_add_func ("/wire/vectors/hit-r2", test_hit_r2);
  g_test_add_func ("/wire/vectors/hit-r3", test_hit_r3);
  g_test_add_func ("/wire/vectors/udp-deflate", test_udp_deflate);
  g_test_add_func ("/wire/vectors/patches-deflated", test_patches_deflated);
  g_test_add_func ("/wire/vectors/handshake", test_handshake);
  g_test_add_func ("/wire/vectors/first-bytes", test_first_bytes);
  g_test_add_func ("/wire/vectors/link-streams", test_link_streams);
  g_test_add_func ("/wire/vectors/last/complete", test_complete);
  result = g_test_run ();
  g_hash_table_unref (vectors);
  g_hash_table_unref (seen);
  return result;
}
