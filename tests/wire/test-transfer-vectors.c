/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "alt-locs.h"
#include "framer.h"
#include "giv.h"
#include "handshake-values.h"
#include "head.h"
#include "http-queue.h"
#include "http-range.h"
#include "http-values.h"
#include "push-endpoint.h"
#include "push-proxy-request.h"
#include "push.h"
#include "random-messages.h"
#include "start-line.h"
#include "udp-datagram.h"
#include "wire-test.h"

/* All "name = hex" lines of a file; a test takes what it looked at out again. */
static GHashTable *
hex_lines (const char *file)
{
  g_autofree char *text = test_data_read (file, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^([^\\n#]*?) *(?:\\(relayed verbatim by gtk-gnutella\\) )?= ([0-9a-f]{10,})(?: |$)",
                                          G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GHashTable *lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_insert (lines, g_match_info_fetch (match, 1), g_match_info_fetch (match, 2));
  return lines;
}

static TestBytes
take_line (GHashTable *lines,
           const char *name)
{
  const char *hex = g_hash_table_lookup (lines, name);
  TestBytes bytes;

  if (hex == NULL)
    g_error ("No line \"%s\"", name);
  bytes = test_bytes_hex (hex);
  g_hash_table_remove (lines, name);
  return bytes;
}

static void
assert_all_taken (GHashTable *lines)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, lines);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_test_message ("\"%s\" is not tested", (const char *) name);
      g_test_fail ();
    }
}

static FilFrame
frame_of (const TestBytes *bytes)
{
  g_autoptr (FilFramer) framer = fil_framer_new ();
  FilSlice input = test_bytes_slice (bytes);
  FilFrame frame;

  g_assert_cmpint (fil_framer_next (framer, &input, &frame, NULL), ==, FIL_FRAMER_MESSAGE);
  return frame; /* lies in bytes, not in the framer */
}

static void
test_push (void)
{
  static const struct
  {
    const char *name;
    guint32 index;
    const char *v4;
    const char *v6;
    gboolean tls;
    gboolean same_order; /* as we write the keys */
  } good[] = {
    { "plain, index 7", 7, "192.0.2.10:6346", "", FALSE, TRUE },
    { "with TLS flag", 7, "192.0.2.10:6346", "", TRUE, TRUE },
    { "any file (index 0)", FIL_PUSH_ANY_FILE, "192.0.2.10:6346", "", FALSE, TRUE },
    { "firewall-to-firewall", FIL_PUSH_INDEX_FW, "192.0.2.10:6346", "", FALSE, TRUE },
    { "IPv6-only requester", 0, "", "[2001:db8::10]:6346", FALSE, TRUE },
    { "IPv4+IPv6+TLS", 0, "192.0.2.10:6346", "[2001:db8::10]:6346", TRUE, FALSE },
  };
  g_autoptr (GHashTable) lines = hex_lines ("transfer/push.txt");
  FilPush push;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_auto (TestBytes) bytes = take_line (lines, good[i].name);
      FilFrame frame = frame_of (&bytes);
      g_autofree char *target = NULL;
      char text[FIL_ENDPOINT_TEXT_LEN];
      g_auto (FilWriter) out;

      fil_writer_init (&out);
      g_assert_cmpuint (frame.header.ttl, ==, 4);
      g_assert_true (fil_push_decode (&push, frame.payload));
      target = test_hex (fil_slice (push.target.bytes, 16));
      g_assert_cmpstr (target, ==, "101112131415161718191a1b1c1d1e1f");
      g_assert_cmpuint (push.index, ==, good[i].index);
      g_assert_cmpuint (push.port, ==, 6346);
      g_assert_cmpstr (push.endpoint.family == 0 ? "" : fil_endpoint_to_text (&push.endpoint, text), ==,
                       good[i].v4);
      g_assert_cmpstr (push.endpoint6.family == 0 ? "" : fil_endpoint_to_text (&push.endpoint6, text), ==,
                       good[i].v6);
      g_assert_cmpint (push.tls, ==, good[i].tls);
      fil_push_encode (&push, &out);
      g_assert_cmpuint (out.len, ==, frame.payload.len);
      if (good[i].same_order)
        g_assert_cmpmem (fil_writer_data (&out), out.len, frame.payload.data, frame.payload.len);
    }

  {
    g_auto (TestBytes) small = take_line (lines, "MUST DROP size 25");
    g_auto (TestBytes) port = take_line (lines, "MUST DROP port 0");
    g_auto (TestBytes) private = take_line (lines, "MUST DROP private address");

    g_assert_false (fil_push_decode (&push, frame_of (&small).payload));
    g_assert_cmpuint (frame_of (&small).header.size, <, fil_message_info (FIL_KIND_PUSH)->min);
    g_assert_false (fil_push_decode (&push, frame_of (&port).payload));
    /* The address is well formed; the gate that judges addresses has what it needs. */
    g_assert_true (fil_push_decode (&push, frame_of (&private).payload));
    g_assert_cmpint (fil_endpoint_class (&push.endpoint), ==, FIL_ADDRESS_PRIVATE);
  }

  {
    g_auto (TestBytes) request = take_line (lines, "LIME/21v1 request");
    g_auto (TestBytes) ack = take_line (lines, "LIME/22v2 ack 198.51.100.7:6346");
    g_auto (TestBytes) cancel = take_line (lines, "GTKG/21v1 cancel");
    g_auto (TestBytes) block = take_line (lines, "GGEP block");
    g_auto (TestBytes) giv_bytes = take_line (lines, "GIV bytes");
    g_autoptr (FilPacket) packet = NULL;
    const FilPushProxyAck body = { fil_endpoint_v4 ((const guint8[]) { 198, 51, 100, 7 }, 6346) };
    FilGuid muid;
    FilHost hosts[4];
    FilGgep ggep;
    char text[FIL_ENDPOINT_TEXT_LEN];

    memcpy (muid.bytes, request.data, 16);
    packet = fil_vendor_packet_new (FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &muid, 1, 0, NULL);
    g_assert_cmpmem (packet->bytes, packet->len, request.data, request.len);
    fil_packet_unref (packet);
    packet = fil_vendor_packet_new (FIL_VENDOR_PUSH_PROXY_ACK, 2, &muid, 1, 0, &body);
    g_assert_cmpmem (packet->bytes, packet->len, ack.data, ack.len);
    fil_packet_unref (packet);
    memcpy (muid.bytes, cancel.data, 16);
    packet = fil_vendor_packet_new (FIL_VENDOR_PUSH_PROXY_CANCEL, 1, &muid, 1, 0, NULL);
    g_assert_cmpmem (packet->bytes, packet->len, cancel.data, cancel.len);

    g_assert_true (fil_ggep_parse_whole (&ggep, test_bytes_slice (&block)));
    g_assert_cmpuint (fil_packed_hosts_read_ggep (&ggep, "PUSH", 4, hosts, 4), ==, 2);
    g_assert_cmpstr (fil_endpoint_to_text (&hosts[1].endpoint, text), ==, "203.0.113.9:6347");
    g_assert_cmpuint (giv_bytes.len, ==, strlen ("GIV 0:/file\n\n") + FIL_GUID_HEX_LEN);
  }
  assert_all_taken (lines);
}

static void
test_giv (void)
{
  static const char *const good[] = {
    "GIV 7:101112131415161718191a1b1c1d1e1f/file name.mp3\n\n",
    "GIV 7:101112131415161718191A1B1C1D1E1F/\r\n\r\n",
  };
  static const char *const bad[] = {
    "GIV 7:101112131415161718191A1B1C1D1E1F",
    "GIV 7:101112131415161718191A1B1C1D1E/file",
    "GIV 7:00000000000000000000000000000000/file",
    "GIV x:101112131415161718191A1B1C1D1E1F/file",
    "GIV 4294967296:101112131415161718191A1B1C1D1E1F/file",
    "GIV 7 101112131415161718191A1B1C1D1E1F/file",
    "GIVE 7:101112131415161718191A1B1C1D1E1F/file",
    "GIV 7:101112131415161718191A1B1C1D1E1G/file",
    "",
  };
  g_autoptr (GHashTable) lines = hex_lines ("transfer/push.txt");
  g_auto (TestBytes) bytes = take_line (lines, "GIV bytes");
  g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_accept);
  FilGiv giv = { .index = 99 };
  g_auto (FilWriter) out;
  gsize used;

  fil_writer_init (&out);
  g_assert_cmpint (fil_head_feed (head, test_bytes_slice (&bytes), &used), ==, FIL_HEAD_DONE);
  g_assert_cmpuint (used, ==, bytes.len);
  g_assert_true (fil_giv_parse (&giv, fil_head_first_line (head)));
  g_assert_cmpuint (giv.index, ==, 0);
  g_assert_true (fil_slice_is (giv.name, "file"));
  giv.name = FIL_SLICE_NONE;
  fil_giv_write (&giv, &out);
  g_assert_cmpmem (fil_writer_data (&out), out.len, bytes.data, bytes.len);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      fil_head_reset (head);
      g_assert_cmpint (fil_head_feed (head, fil_slice_text (good[i]), &used), ==, FIL_HEAD_DONE);
      g_assert_cmpuint (used, ==, strlen (good[i]));
      g_assert_true (fil_giv_parse (&giv, fil_head_first_line (head)));
      g_assert_cmpuint (giv.index, ==, 7);
      g_assert_true (fil_slice_is (giv.name, i == 0 ? "file name.mp3" : ""));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (fil_giv_parse (&giv, bad[i]));

  /* A name of ours must not end the line early. */
  fil_writer_truncate (&out, 0);
  giv.name = fil_slice_text ("a\nb");
  fil_giv_write (&giv, &out);
  fil_writer_u8 (&out, 0);
  g_assert_true (g_str_has_suffix ((const char *) fil_writer_data (&out), "/a_b\n\n"));
}

static void
test_push_proxy_request (void)
{
  static const struct
  {
    const char *line;
    guint32 index;
    gboolean tls;
  } good[] = {
    { "GET /gnutella/push-proxy?ServerId=CAIREEYUCULBOGAZDINRYHI6D4 HTTP/1.1", 0, FALSE },
    { "GET /gnutella/push-proxy?ServerId=CAIREEYUCULBOGAZDINRYHI6D4&file=2147483645&tls=true HTTP/1.1",
      FIL_PUSH_INDEX_FW, TRUE },
    { "GET /gnet/push-proxy?guid=101112131415161718191a1b1c1d1e1f HTTP/1.1", 0, FALSE },
    { "HEAD /gnutella/push-proxy?ServerID=CAIREEYUCULBOGAZDINRYHI6D4&tls=true HTTP/1.1", 0, TRUE },
    { "HEAD /gnutella/pushproxy?serverid=caireeyuculbogazdinryhi6d4====== HTTP/1.0", 0, FALSE },
  };
  static const char *const bad[] = { "/gnutella/push-proxy?",
                                     "/gnutella/push-proxy?ServerId=CAIREEYUCULBOGAZDINRYHI6D",
                                     "/gnet/push-proxy?guid=00000000000000000000000000000000",
                                     "/gnutella/push-proxy?ServerId=CAIREEYUCULBOGAZDINRYHI6D4&file=x" };
  FilPushProxyRequest request;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      FilHttpRequestLine line;
      g_autofree char *guid = NULL;

      g_assert_true (fil_http_request_line_parse (&line, good[i].line));
      g_assert_true (fil_push_proxy_request_is (line.target));
      g_assert_true (fil_push_proxy_request_parse (&request, line.target));
      guid = test_hex (fil_slice (request.guid.bytes, 16));
      g_assert_cmpstr (guid, ==, "101112131415161718191a1b1c1d1e1f");
      g_assert_cmpuint (request.index, ==, good[i].index);
      g_assert_cmpint (request.tls, ==, good[i].tls);
      if (i < 2)
        {
          g_auto (FilWriter) out;

          fil_writer_init (&out);
          fil_push_proxy_request_write (&request, &out);
          g_assert_cmpmem (fil_writer_data (&out), out.len, line.target.data, line.target.len);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (fil_push_proxy_request_parse (&request, fil_slice_text (bad[i])));
  g_assert_false (fil_push_proxy_request_is (fil_slice_text ("/uri-res/N2R?urn:sha1:x")));
}

static void
test_head_ping (void)
{
  g_autoptr (GHashTable) lines = hex_lines ("transfer/headping.txt");
  g_auto (TestBytes) ping = take_line (lines, "v2 ping (flags 0x12 = alt-locs + GGEP)");
  g_auto (TestBytes) extra = take_line (lines, "with an extra private GGEP item \"XF\" of 8 bytes");
  static const struct
  {
    const char *name;
    const char *text;
  } pongs[] = {
    { "v2 pong \"complete file, firewalled\" (GGEP C=05, Q=FF, V=TEST, F=00)",
      "file 1 fw 1 dl 0 queue -1 tls 0 vendor=54455354 " },
    { "v2 pong \"not found\"", "file 0 fw 0 dl 0 queue 0 tls 0 " },
    { "v1 pong \"complete\", vendor TEST, queue 0", "file 1 fw 0 dl 0 queue 0 tls 0 vendor=54455354 " },
  };

  for (guint i = 0; i < 2; i++)
    {
      FilFrame frame = frame_of (i == 0 ? &ping : &extra);
      FilVendor vendor;
      FilVendorBody body;
      g_autofree char *target = NULL;

      g_assert_true (fil_vendor_decode (&vendor, frame.payload));
      g_assert_true (fil_vendor_body_decode (&body, fil_vendor_info_of_type (FIL_VENDOR_HEAD_PING), &vendor));
      g_assert_true (body.head_ping.has_target);
      target = test_hex (fil_slice (body.head_ping.target.bytes, 16));
      g_assert_cmpstr (target, ==, "101112131415161718191a1b1c1d1e1f");
      g_assert_cmpuint (body.head_ping.flags, ==, FIL_HEAD_PING_ALTS);
      if (i == 0)
        {
          g_autoptr (FilPacket) packet = fil_vendor_packet_new (FIL_VENDOR_HEAD_PING, 2, &frame.header.muid,
                                                                1, 0, &body);

          g_assert_cmpmem (packet->bytes, packet->len, ping.data, ping.len);
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (pongs); i++)
    {
      g_auto (TestBytes) bytes = take_line (lines, pongs[i].name);
      FilFrame frame = frame_of (&bytes);
      FilVendor vendor;
      g_autofree FilVendorBody *body = g_new0 (FilVendorBody, 1);
      g_autofree char *text = NULL;
      g_autoptr (FilPacket) packet = NULL;

      g_assert_true (fil_vendor_decode (&vendor, frame.payload));
      g_assert_true (fil_vendor_body_decode (body, fil_vendor_info_of_type (FIL_VENDOR_HEAD_PONG), &vendor));
      text = test_vendor_text (FIL_VENDOR_HEAD_PONG, body);
      g_assert_true (g_str_has_prefix (text, pongs[i].text));
      packet = fil_vendor_packet_new (FIL_VENDOR_HEAD_PONG, vendor.id.version, &frame.header.muid, 1, 0,
                                      body);
      g_assert_cmpmem (packet->bytes, packet->len, bytes.data, bytes.len);
    }
  assert_all_taken (lines);
}

/* "entries [0, 2] of 3 -> A", twelve times. */
static void
test_bits (void)
{
  g_autofree char *text = test_data_read ("transfer/altloc_bits.txt", NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^entries \\[([0-9, ]*)\\] of ([0-9]+) -> ([0-9A-F]+)$",
                                          G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n_lines = 0;

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *entries = g_match_info_fetch (match, 1);
      g_autofree char *count = g_match_info_fetch (match, 2);
      g_autofree char *hex = g_match_info_fetch (match, 3);
      g_auto (GStrv) parts = g_strsplit (entries, ", ", -1);
      guint n = (guint) atoi (count);
      FilHost hosts[16] = { { .tls = FALSE } };
      FilHost read[16] = { { .tls = FALSE } };
      char out[16];

      for (guint i = 0; parts[i] != NULL; i++)
        hosts[atoi (parts[i])].tls = TRUE;
      fil_tls_bits_to_hex (hosts, n, out, sizeof out);
      g_assert_cmpstr (out, ==, hex);
      g_assert_true (fil_tls_bits_apply_hex (hex, strlen (hex), read, n));
      for (guint i = 0; i < n; i++)
        g_assert_cmpint (read[i].tls, ==, hosts[i].tls);
      n_lines++;
    }
  g_assert_cmpuint (n_lines, ==, 12);
  g_assert_false (fil_tls_bits_apply_hex ("8G", 2, NULL, 0));
}

/* The example values of altloc_bits.txt. */
static char *
example (const char *name)
{
  g_autofree char *text = test_data_read ("transfer/altloc_bits.txt", NULL);
  g_autofree char *pattern = g_strdup_printf ("\"%s: ([^\"]*)\"", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_assert_true (g_regex_match (regex, text, 0, &match));
  return g_match_info_fetch (match, 1);
}

static void
assert_host (const FilHost *host,
             const char *text,
             gboolean tls)
{
  char out[FIL_ENDPOINT_TEXT_LEN];

  g_assert_cmpstr (fil_endpoint_to_text (&host->endpoint, out), ==, text);
  g_assert_cmpint (host->tls, ==, tls);
}

static void
assert_written (FilWriter *out,
                const char *expected)
{
  fil_writer_u8 (out, 0);
  g_assert_cmpstr ((const char *) fil_writer_data (out), ==, expected);
  fil_writer_truncate (out, 0);
}

#define SHA1_A "PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"
#define SHA1_B "F7KODRT2FUUPZ3MET3Q3W5XHHENZH2YS"

/* URLs of the time before X-Alt. */
static void
test_old_alt_locs (void)
{
  static const char value[] =
      "http://192.0.2.1:7000/uri-res/N2R?urn:sha1:" SHA1_A " 2002-04-30T08:30:00Z, "
      "HTTP://192.0.2.2/uri-res/N2R?URN:SHA1:" SHA1_A ",http://192.0.2.3:7003/uri-res/N2R?urn:sha1:" SHA1_B ", "
      "http://192.0.2.4:7004/get/2/name.mp3 2002-04-30T08:30Z,http://192.0.2.5:99999/uri-res/N2R?urn:sha1:" SHA1_A ", "
      "http:///uri-res/N2R?urn:sha1:" SHA1_A ",http://name.example/uri-res/N2R?urn:sha1:" SHA1_A ", , ftp://192.0.2.6/"
      "urn:sha1:" SHA1_A ",http://192.0.2.7:7007/uri-res/N2R?urn:sha1:PLST,urn:sha1:" SHA1_A ","
      "http://192.0.2.8:7008/uri-res/N2R?urn:sha1:" SHA1_A;
  FilHost hosts[8];
  FilSha1 file;

  g_assert_true (fil_sha1_parse (&file, SHA1_A, -1));
  g_assert_cmpuint (fil_old_alt_locs_parse (value, &file, hosts, 8), ==, 3);
  assert_host (&hosts[0], "192.0.2.1:7000", FALSE);
  assert_host (&hosts[1], "192.0.2.2:6346", FALSE);
  assert_host (&hosts[2], "192.0.2.8:7008", FALSE);
  g_assert_cmpuint (fil_old_alt_locs_parse (value, &file, hosts, 2), ==, 2);
  g_assert_cmpuint (fil_old_alt_locs_parse (NULL, &file, hosts, 8), ==, 0);
}

static void
test_alt_locs (void)
{
  g_autofree char *alt = example ("X-Alt");
  g_autofree char *proxies = example ("X-Push-Proxy");
  FilHost hosts[8];
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  g_assert_cmpuint (fil_alt_locs_parse (alt, hosts, 8), ==, 3);
  assert_host (&hosts[0], "192.0.2.1:7000", TRUE);
  assert_host (&hosts[1], "192.0.2.2:6346", FALSE);
  assert_host (&hosts[2], "192.0.2.3:6347", TRUE);
  fil_alt_locs_write (hosts, 3, TRUE, &out);
  assert_written (&out, alt);
  fil_alt_locs_write (hosts, 2, FALSE, &out);
  assert_written (&out, "192.0.2.1:7000,192.0.2.2:6346");
  g_assert_cmpuint (fil_alt_locs_parse (alt, hosts, 2), ==, 2);

  g_assert_cmpuint (fil_alt_locs_parse (proxies, hosts, 8), ==, 2);
  assert_host (&hosts[0], "198.51.100.7:6346", TRUE);
  assert_host (&hosts[1], "203.0.113.9:6347", FALSE);
  fil_push_proxies_write (hosts, 2, &out);
  assert_written (&out, proxies);

  /* Entries that are none count for the bits; rubbish is survived. */
  g_assert_cmpuint (fil_alt_locs_parse ("tls=4,rubbish,192.0.2.2", hosts, 8), ==, 1);
  assert_host (&hosts[0], "192.0.2.2:6346", TRUE);
  g_assert_cmpuint (fil_alt_locs_parse ("tls=zz,192.0.2.2", hosts, 8), ==, 1);
  assert_host (&hosts[0], "192.0.2.2:6346", FALSE);
  g_assert_cmpuint (fil_alt_locs_parse (",,,=,a=b,", hosts, 8), ==, 0);
  g_assert_cmpuint (fil_alt_locs_parse (NULL, hosts, 8), ==, 0);
  g_assert_cmpuint (fil_alt_locs_parse ("[2001:db8::1]:99", hosts, 8), ==, 1);
  assert_host (&hosts[0], "[2001:db8::1]:99", FALSE);
}

static void
test_push_endpoints (void)
{
  g_autofree char *falt = example ("X-FAlt");
  g_autofree char *info = example ("X-FW-Node-Info");
  g_autofree char *text = test_data_read ("transfer/altloc_bits.txt", NULL);
  const char *binary_hex = strstr (text, "first proxy TLS: ") + strlen ("first proxy TLS: ");
  g_autofree char *hex = g_strndup (binary_hex, strspn (binary_hex, "0123456789abcdef"));
  g_auto (TestBytes) binary = test_bytes_hex (hex);
  FilReader reader = test_bytes_slice (&binary);
  FilPushEndpoint endpoint;
  FilPushEndpoint many[2];
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  g_assert_cmpuint (fil_push_endpoints_parse (falt, many, 2), ==, 1);
  endpoint = many[0];
  g_assert_cmpuint (endpoint.fwt, ==, 1);
  g_assert_cmpuint (endpoint.external.port, ==, 6346);
  g_assert_cmpuint (endpoint.n_proxies, ==, 2);
  assert_host (&endpoint.proxies[0], "198.51.100.7:6346", TRUE);
  assert_host (&endpoint.proxies[1], "203.0.113.9:6347", FALSE);
  fil_push_endpoint_write (&endpoint, &out);
  assert_written (&out, falt);

  g_assert_true (fil_push_endpoint_parse (&endpoint, fil_slice_text (info)));
  g_assert_cmpuint (endpoint.fwt, ==, 0);
  g_assert_cmpuint (endpoint.n_proxies, ==, 2);
  g_assert_cmpuint (endpoint.external.family, ==, 4);

  /* The binary form says the same as the text form. */
  g_assert_true (fil_push_endpoint_read (&endpoint, &reader));
  g_assert_cmpuint (reader.len, ==, 0);
  fil_push_endpoint_write (&endpoint, &out);
  assert_written (&out, falt);
  fil_push_endpoint_write_binary (&endpoint, &out);
  g_assert_cmpmem (fil_writer_data (&out), out.len, binary.data, binary.len);
  for (gsize len = 0; len < binary.len; len++)
    {
      g_auto (TestBytes) cut = test_bytes_copy (fil_slice (binary.data, len));
      FilReader r = test_bytes_slice (&cut);

      g_assert_false (fil_push_endpoint_read (&endpoint, &r));
      g_assert_cmpuint (r.len, ==, len);
    }

  g_assert_cmpuint (fil_push_endpoints_parse ("short;1.2.3.4:5,101112131415161718191A1B1C1D1E1F;tool/1.0;x,"
                                              "00000000000000000000000000000000;1.2.3.4:5", many, 2), ==, 1);
  g_assert_cmpuint (many[0].n_proxies, ==, 0);
  /* fwt without an address means nothing. */
  g_assert_true (fil_push_endpoint_parse (&endpoint,
                                          fil_slice_text ("101112131415161718191A1B1C1D1E1F;fwt/1;1.2.3.4:5")));
  g_assert_cmpuint (endpoint.fwt, ==, 0);
  g_assert_cmpuint (endpoint.n_proxies, ==, 1);
}

/* What each line of http_values.txt comes to, in the words of value_text(). */
static const char *const http_values[] = {
  "Range: bytes=0-|0-999",
  "Range: bytes=100-199|100-199",
  "Range: bytes=-500|500-999",
  "Range: bytes=500-99999999 (size 1000)|500-999",
  "Range: bytes=1000- (size 1000)|416",
  "Range: bytes=5-4|400",
  "Range: bytes 0-99|0-99",
  "Range: bytes=0-1,5-9|0-1 more",
  "Content-Range: bytes 100-199/1000|100-199/1000",
  "Content-Range: bytes=100-199/1000|100-199/1000",
  "Content-Range: bytes 100-199/*|100-199/*",
  "Content-Range: bytes */1000|*/1000",
  "X-Available-Ranges: bytes 0-10,20-30|0-10 20-30 ",
  "X-Available-Ranges: bytes 0-10, 20-30|0-10 20-30 ",
  "X-Available-Ranges: bytes|",
  "X-Available: bytes 535204|535204",
  "X-Queue: position=2,length=5,limit=4,pollMin=45,pollMax=120|2 of 5 limit 4 poll 45..120",
  "X-Queue: 1.1|version 1.1",
  "X-Queue: position=2, pollMin=45, pollMax=120|2 of 0 limit 0 poll 45..120",
  "X-Queued: position=1503; length=1840; ETA=4200; lifetime=3600; ID=6a074979f3201edbf323b6425fef4a53"
  "|6a074979f3201edbf323b6425fef4a53 1503 of 1840 eta 4200 lifetime 3600",
  "X-Queued: ID=6a074979f3201edbf323b6425fef4a53; position=3|6a074979f3201edbf323b6425fef4a53 3 of 0 eta 0 lifetime 0",
  "X-Queued: ID=6a074979f3201edbf323b6425fef4a53 with a 2xx status|6a074979f3201edbf323b6425fef4a53 0 of 0 eta 0 lifetime 0",
  "QUEUE 6a074979f3201edbf323b6425fef4a53 198.51.100.7:6346<CR><LF>|6a074979f3201edbf323b6425fef4a53 198.51.100.7:6346",
  "Retry-After: 600|600",
  "Retry-After: Sun, 22 Nov 2026 10:00:00 GMT|60",
  "X-Thex-URI: /uri-res/N2X?urn:sha1:QLFYWY2RI5WZCTEP6MJKR5CAFGP7FQ5X;VEKXTRSJPTZJLY2IKG5FQ2TCXK26SECFPP4DX7I"
  "|/uri-res/N2X?urn:sha1:QLFYWY2RI5WZCTEP6MJKR5CAFGP7FQ5X root",
  "X-Thex-URI: /gnutella/thex/v1?urn:tree:tiger/:ABC... without \";root\"|/gnutella/thex/v1?urn:tree:tiger/:ABC...",
  "X-Features: queue/1.1, fwalt/0.1, browse/1.0, tls/1.0|queue 1.1 fwalt 0.1 browse 1.0 tls 1.0",
  "X-Alt: 192.0.2.1|192.0.2.1:6346",
  "X-Alt: 10.0.0.1:6346|10.0.0.1:6346 private",
  "X-Gnutella-Content-URN: urn:bitprint:<sha1>.<tth>, urn:sha1:<sha1>|sha1 tth",
};

static char *
range_text (const char *value)
{
  FilRangeRequest request;
  FilByteRange range;

  if (!fil_range_request_parse (&request, value))
    return g_strdup ("400");
  if (fil_range_request_resolve (&request, 1000, &range) == FIL_RANGE_UNSATISFIABLE)
    return g_strdup ("416");
  return g_strdup_printf ("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "%s", range.first, range.last,
                          request.more ? " more" : "");
}

static char *
content_range_text (const char *value)
{
  FilContentRange range;
  GString *out = g_string_new (NULL);

  g_assert_true (fil_content_range_parse (&range, value));
  if (range.has_range)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/", range.range.first,
                            range.range.last);
  else
    g_string_append (out, "*/");
  if (range.has_total)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, range.total);
  else
    g_string_append_c (out, '*');
  return g_string_free (out, FALSE);
}

static char *
available_text (const char *value)
{
  FilByteRange ranges[8];
  GString *out = g_string_new (NULL);
  guint n;

  g_assert_true (fil_available_ranges_parse (value, ranges, 8, &n));
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " ", ranges[i].first,
                            ranges[i].last);
  return g_string_free (out, FALSE);
}

static char *
queue_text (const char *value,
            gboolean parq)
{
  FilQueueState queue;

  if (parq)
    {
      g_assert_true (fil_queue_parse_parq (&queue, value));
      return g_strdup_printf ("%s %u of %u eta %u lifetime %u", queue.id, queue.position, queue.length,
                              queue.eta_s,
                              queue.lifetime_s);
    }
  g_assert_true (fil_queue_parse_legacy (&queue, value));
  if (queue.is_version)
    return g_strdup_printf ("version %u.%u", queue.major, queue.minor);
  return g_strdup_printf ("%u of %u limit %u poll %u..%u", queue.position, queue.length, queue.limit,
                          queue.poll_min_s,
                          queue.poll_max_s);
}

static char *
features_text (const char *value)
{
  static const char *const names[] = { "queue", "fwalt", "browse", "tls", "queu", "fwt" };
  GString *out = g_string_new (NULL);
  guint major;
  guint minor;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (fil_header_feature (value, names[i], &major, &minor))
      g_string_append_printf (out, "%s%s %u.%u", out->len > 0 ? " " : "", names[i], major, minor);
  return g_string_free (out, FALSE);
}

static char *
urns_text (void)
{
  FilUrn urn;

  g_assert_true (fil_content_urns_parse ("urn:bitprint:QLFYWY2RI5WZCTEP6MJKR5CAFGP7FQ5X."
                                         "VEKXTRSJPTZJLY2IKG5FQ2TCXK26SECFPP4DX7I, "
                                         "urn:sha1:QLFYWY2RI5WZCTEP6MJKR5CAFGP7FQ5X", &urn));
  return g_strdup_printf ("%s%s", urn.has_sha1 ? "sha1" : "", urn.has_tth ? " tth" : "");
}

static char *
value_text (const char *name,
            const char *value)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilHost host;
  FilSlice path;
  FilTth root;
  gboolean has_root;
  guint64 bytes;
  guint seconds;

  if (strcmp (name, "Range") == 0)
    return range_text (value);
  if (strcmp (name, "Content-Range") == 0)
    return content_range_text (value);
  if (strcmp (name, "X-Available-Ranges") == 0)
    return available_text (value);
  if (strcmp (name, "X-Queue") == 0)
    return queue_text (value, FALSE);
  if (strcmp (name, "X-Queued") == 0)
    return queue_text (value, TRUE);
  if (strcmp (name, "X-Features") == 0)
    return features_text (value);
  if (strcmp (name, "X-Gnutella-Content-URN") == 0)
    return urns_text ();
  if (strcmp (name, "X-Available") == 0)
    {
      g_assert_true (fil_available_bytes_parse (value, &bytes));
      return g_strdup_printf ("%" G_GUINT64_FORMAT, bytes);
    }
  if (strcmp (name, "Retry-After") == 0)
    {
      g_assert_true (fil_retry_after_parse (value, 1795341540, &seconds)); /* 09:59:00 of that day */
      return g_strdup_printf ("%u", seconds);
    }
  if (strcmp (name, "X-Thex-URI") == 0)
    {
      g_assert_true (fil_thex_uri_parse (value, &path, &root, &has_root));
      return g_strdup_printf ("%.*s%s", (int) path.len, (const char *) path.data, has_root ? " root" : "");
    }
  g_assert_cmpstr (name, ==, "X-Alt");
  g_assert_cmpuint (fil_alt_locs_parse (value, &host, 1), ==, 1);
  return g_strdup_printf ("%s%s", fil_endpoint_to_text (&host.endpoint, text),
                          fil_endpoint_class (&host.endpoint) == FIL_ADDRESS_PRIVATE ? " private" : "");
}

static void
test_http_values (void)
{
  g_autofree char *file = test_data_read ("transfer/http_values.txt", NULL);
  g_auto (GStrv) lines = g_strsplit (g_strstrip (file), "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (http_values) + 1); /* a title */
  for (guint i = 0; i < G_N_ELEMENTS (http_values); i++)
    {
      g_auto (GStrv) expected = g_strsplit (http_values[i], "|", 2);
      g_autofree char *got = NULL;
      char *line = g_strdup (expected[0]);
      char *colon = strstr (line, ": ");
      g_autofree char *owned = line;

      g_assert_true (g_str_has_prefix (lines[i + 1], expected[0]));
      for (const char *const *tail = (const char *const[]) { " (size", " with a 2xx", " without", "<CR>",
                                                             NULL }; *tail != NULL; tail++)
        if (strstr (line, *tail) != NULL)
          *strstr (line, *tail) = '\0';
      if (g_str_has_prefix (line, "QUEUE "))
        {
          FilQueueCall call;
          char text[FIL_ENDPOINT_TEXT_LEN];

          g_assert_true (fil_queue_call_parse (&call, line));
          got = g_strdup_printf ("%s %s", call.id, fil_endpoint_to_text (&call.endpoint, text));
        }
      else
        {
          *colon = '\0';
          got = value_text (line, colon + 2);
        }
      g_assert_cmpstr (got, ==, expected[1]);
    }
}

static void
test_queue_writing (void)
{
  FilQueueState queue = { .position = 2, .length = 5, .limit = 4, .poll_min_s = 45, .poll_max_s = 120 };
  FilQueueCall call = { .endpoint = fil_endpoint_v4 ((const guint8[]) { 198, 51, 100, 7 }, 6346) };
  FilQueueState read;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  fil_queue_write_legacy (&queue, &out);
  assert_written (&out, "position=2,length=5,limit=4,pollMin=45,pollMax=120");
  queue = (FilQueueState) { .is_version = TRUE, .major = 1, .minor = 1 };
  fil_queue_write_legacy (&queue, &out);
  assert_written (&out, "1.1");
  queue = (FilQueueState) { .position = 3, .lifetime_s = 60, .id = "6a07" };
  fil_queue_write_parq (&queue, &out);
  assert_written (&out, "ID=6a07; position=3; lifetime=60");
  g_assert_false (fil_queue_parse_parq (&read, "ID=../etc/passwd; position=3"));
  g_assert_false (fil_queue_parse_parq (&read, "nothing"));
  g_assert_false (fil_queue_parse_parq (&read, NULL));
  g_assert_false (fil_queue_parse_legacy (&read, ""));
  g_assert_true (fil_queue_parse_legacy (&read, "position = 2; Length=5;limit=4;POLLMIN=45;pollmax=120"));
  g_assert_cmpuint (read.position + read.length + read.limit + read.poll_min_s + read.poll_max_s, ==, 2 + 5 + 4 + 45 + 120);
  g_assert_true (fil_queue_parse_parq (&read, "position=3, id=6a07,lifetime=60"));
  g_assert_cmpstr (read.id, ==, "6a07");
  g_assert_cmpuint (read.lifetime_s, ==, 60);

  g_strlcpy (call.id, "6a07", sizeof call.id);
  fil_queue_call_write (&call, &out);
  assert_written (&out, "QUEUE 6a07 198.51.100.7:6346\r\n");
  call.endpoint = (FilEndpoint){ 0 };
  fil_queue_call_write (&call, &out);
  assert_written (&out, "QUEUE 6a07\r\n");
  g_assert_false (fil_queue_call_parse (&call, "QUEUE "));
  g_assert_false (fil_queue_call_parse (&call, "QUEUE a/b 1.2.3.4:5"));
}

static void
test_bad_values (void)
{
  static const char *const ranges[] = { "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-2x",
                                        "lines=1-2",
                                        "bytes=99999999999999999999-", "bytes=5-4,1-2" };
  static const char *const contents[] = { "", "bytes", "bytes */*", "bytes 5-4/10", "bytes 0-10/10",
                                          "bytes 0-9",
                                          "bytes 0-9/10 x", "bytes 0-/10" };
  FilRangeRequest range;
  FilContentRange content;
  FilByteRange available[2];
  guint n;
  guint seconds;
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    g_assert_false (fil_range_request_parse (&range, ranges[i]));
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    g_assert_false (fil_content_range_parse (&content, contents[i]));
  g_assert_false (fil_range_request_parse (&range, NULL));
  g_assert_false (fil_content_range_parse (&content, NULL));
  g_assert_false (fil_available_ranges_parse ("bytes 3-1", available, 2, &n));
  g_assert_false (fil_available_ranges_parse ("bytes x", available, 2, &n));
  g_assert_true (fil_available_ranges_parse ("bytes 0-1,2-3,4-5", available, 2, &n));
  g_assert_cmpuint (n, ==, 2);
  fil_available_ranges_write (available, 2, 100, &out);
  assert_written (&out, "bytes 0-1, 2-3");
  fil_available_ranges_write (available, 2, 10, &out);
  assert_written (&out, "bytes 0-1");

  g_assert_true (fil_range_request_parse (&range, "bytes=0-"));
  g_assert_cmpint (fil_range_request_resolve (&range, 0, &available[0]), ==, FIL_RANGE_UNSATISFIABLE);
  g_assert_true (fil_range_request_parse (&range, "bytes=-5000"));
  g_assert_cmpint (fil_range_request_resolve (&range, 1000, &available[0]), ==, FIL_RANGE_OK);
  g_assert_cmpuint (available[0].first, ==, 0);
  g_assert_true (fil_range_request_parse (&range, "bytes=-0"));
  g_assert_cmpint (fil_range_request_resolve (&range, 1000, &available[0]), ==, FIL_RANGE_UNSATISFIABLE);

  g_assert_true (fil_retry_after_parse ("99999999999", 0, &seconds));
  g_assert_cmpuint (seconds, ==, 7 * 86400);
  g_assert_true (fil_retry_after_parse ("Thu, 01 Jan 1970 00:00:00 GMT", 1000, &seconds));
  g_assert_cmpuint (seconds, ==, 0);
  g_assert_false (fil_retry_after_parse ("-5", 0, &seconds));
  g_assert_false (fil_retry_after_parse ("Thu, 99 Jan 1970 00:00:00 GMT", 0, &seconds));
  g_assert_false (fil_retry_after_parse ("Thu, 31 Feb 2020 00:00:00 GMT", 0, &seconds));
  g_assert_false (fil_retry_after_parse (NULL, 0, &seconds));
  {
    g_autofree char *date = fil_http_date_format (1795341600);

    g_assert_cmpstr (date, ==, "Sun, 22 Nov 2026 10:00:00 GMT");
  }
}

static void
test_start_lines (void)
{
  static const char *const bad_requests[] = { "", "GET", "GET ", "get / HTTP/1.1", "GET x HTTP/1.1",
                                              "GET / HTTP/1",
                                              "GET / HTTP/1.1x", " / HTTP/1.1" };
  static const char *const bad_status[] = { "", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 99 x", "HTTP/1.1 1000 x",
                                            "HTTP/1.1 20x",
                                            "GNUTELLA/0.6 200 OK", "HTTP200 OK", "HTTP/ 200 OK", "HTTP" };
  FilHttpRequestLine line;
  FilStatusLine status;
  guint major;
  guint minor;
  g_autofree char *unescaped = NULL;

  g_assert_true (fil_http_request_line_parse (&line, "GET /get/7/a name with spaces.mp3 HTTP/1.1"));
  g_assert_true (fil_slice_is (line.method, "GET"));
  g_assert_true (fil_slice_is (line.target, "/get/7/a name with spaces.mp3"));
  g_assert_cmpuint (line.minor, ==, 1);
  g_assert_true (fil_http_request_line_parse (&line, "HEAD http://1.2.3.4:5/uri-res/N2R?x HTTP/1.0"));
  g_assert_true (fil_slice_is (line.target, "/uri-res/N2R?x"));
  g_assert_true (fil_http_request_line_parse (&line, "GET http://host HTTP/1.1"));
  g_assert_true (fil_slice_is (line.target, "/"));
  g_assert_true (fil_http_request_line_parse (&line, "GET /old"));
  g_assert_cmpuint (line.major, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad_requests); i++)
    g_assert_false (fil_http_request_line_parse (&line, bad_requests[i]));

  g_assert_true (fil_http_status_line_parse (&status, "HTTP/1.1 206 Partial Content"));
  g_assert_cmpuint (status.code, ==, 206);
  g_assert_true (fil_slice_is (status.reason, "Partial Content"));
  g_assert_true (fil_http_status_line_parse (&status, "HTTP/1.0 503"));
  g_assert_cmpuint (status.reason.len, ==, 0);
  g_assert_true (fil_http_status_line_parse (&status, "HTTP 200 OK"));
  g_assert_cmpuint (status.code, ==, 200);
  g_assert_cmpuint (status.major * 10 + status.minor, ==, 10);
  for (guint i = 0; i < G_N_ELEMENTS (bad_status); i++)
    g_assert_false (fil_http_status_line_parse (&status, bad_status[i]));

  g_assert_true (fil_handshake_connect_line_parse ("GNUTELLA CONNECT/0.4", &major, &minor));
  g_assert_cmpuint (minor, ==, 4);
  g_assert_false (fil_handshake_connect_line_parse ("GNUTELLA CONNECT/0.6 x", &major, &minor));
  g_assert_false (fil_handshake_connect_line_parse ("GNUTELLA/0.6 200 OK", &major, &minor));

  unescaped = fil_http_unescape (fil_slice_text ("a%20b%2fc%C3%A9"));
  g_assert_cmpstr (unescaped, ==, "a b/cé");
  g_assert_null (fil_http_unescape (fil_slice_text ("a%2")));
  g_assert_null (fil_http_unescape (fil_slice_text ("a%")));
  g_assert_null (fil_http_unescape (fil_slice_text ("a%00b")));
  g_assert_null (fil_http_unescape (fil_slice_text ("a%zz")));
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/transfer-vectors/push", test_push);
  g_test_add_func ("/wire/transfer-vectors/giv", test_giv);
  g_test_add_func ("/wire/transfer-vectors/push-proxy-request", test_push_proxy_request);
  g_test_add_func ("/wire/transfer-vectors/head-ping", test_head_ping);
  g_test_add_func ("/wire/transfer-vectors/bits", test_bits);
  g_test_add_func ("/wire/transfer-vectors/alt-locs", test_alt_locs);
  g_test_add_func ("/wire/transfer-vectors/old-alt-locs", test_old_alt_locs);
  g_test_add_func ("/wire/transfer-vectors/push-endpoints", test_push_endpoints);
  g_test_add_func ("/wire/transfer-vectors/http-values", test_http_values);
  g_test_add_func ("/wire/transfer-vectors/queue-writing", test_queue_writing);
  g_test_add_func ("/wire/transfer-vectors/bad-values", test_bad_values);
  g_test_add_func ("/wire/transfer-vectors/start-lines", test_start_lines);
  return g_test_run ();
}
