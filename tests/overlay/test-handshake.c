/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-limits.h"
#include "raw-peer.h"

/* What we answer to each kind of peer, and what we tell about ourselves. */

#define UP "X-Ultrapeer: True\r\n"
#define LEAF "X-Ultrapeer: False\r\n"
#define AGENT "User-Agent: Some/1.0\r\n"
#define FULL                                                                                                 \
  "X-Query-Routing: 0.2\r\nX-Ultrapeer-Query-Routing: 0.1\r\nX-Dynamic-Querying: 0.1\r\nX-Degree: 32\r\n"    \
  "X-Max-TTL: 4\r\nX-Ext-Probes: 0.1\r\nGGEP: 0.5\r\nVendor-Message: 0.2\r\nBye-Packet: 0.1\r\n"
#define DEFLATE "Accept-Encoding: deflate\r\n"

static RawWorld *
make_world (FilRole role)
{
  FilOverlayConfig config = { .role = role, .is_passive = TRUE, .ultrapeers = 2, .leaves = 8 };

  return raw_world_new (&config);
}

static guint
code_for (RawWorld *world,
          guint n,
          const char *headers,
          char **answer)
{
  FilEndpoint from = raw_endpoint (n);
  RawPeer *peer = raw_peer_new (world, &from);
  g_autofree char *head = g_strconcat ("GNUTELLA CONNECT/0.6\r\n", headers, "\r\n", NULL);
  guint code = 0;

  raw_peer_text (peer, head);
  if (g_str_has_prefix (peer->answer->str, "GNUTELLA/0.6 "))
    code = (guint) g_ascii_strtoull (peer->answer->str + 13, NULL, 10);
  if (answer != NULL)
    *answer = g_strdup (peer->answer->str);
  /* A refusal ends the connection. */
  g_assert_true ((code == 200) == (peer->session != NULL));
  raw_peer_free (peer);
  return code;
}

static void
test_answers (void)
{
  static const struct
  {
    const char *headers;
    guint ultrapeer, leaf; /* what we say as one */
  } cases[] = {
    { AGENT LEAF FULL DEFLATE, 200, 204 },
    { AGENT LEAF FULL, 200, 204 },
    { AGENT FULL DEFLATE, 403, 204 },
    { AGENT UP FULL DEFLATE, 200, 200 },
    { AGENT UP DEFLATE, 200, 200 },
    { UP FULL DEFLATE, 200, 200 },
    { "user-agent: Some/1.0\nx-ultrapeer: true\n" DEFLATE, 200, 200 },
    { AGENT UP FULL "X-Auth-Challenge: x\r\n", 403, 403 },
    { AGENT UP FULL "Accept: application/x-gnutella2\r\n", 403, 403 },
    { AGENT UP FULL "Accept: application/x-gnutella2, application/x-gnutella-packets\r\n", 200, 200 },
    { AGENT "Crawler: 0.1\r\n", 593, 593 },
  };

  for (guint role = 0; role < 2; role++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        RawWorld *world = make_world (role == 0 ? FIL_ROLE_ULTRAPEER : FIL_ROLE_LEAF);
        guint code = code_for (world, 1, cases[i].headers, NULL);

        g_test_message ("as %s: %s", role == 0 ? "ultrapeer" : "leaf", cases[i].headers);
        g_assert_cmpuint (code, ==, role == 0 ? cases[i].ultrapeer : cases[i].leaf);
        raw_world_free (world);
      }
}

/* LimeWire compares names as they are spelled, so the spelling matters. */
static void
test_own_headers (void)
{
  static const char *const always[] = {
    "\r\nUser-Agent: Filbert/test\r\n",
    "\r\nListen-IP: 8.8.4.4:8844\r\n",
    "\r\nRemote-IP: 31.0.1.1\r\n",
    "\r\nX-Query-Routing: 0.2\r\n",
    "\r\nX-Ultrapeer-Query-Routing: 0.1\r\n",
    "\r\nX-Dynamic-Querying: 0.1\r\n",
    "\r\nX-Degree: 32\r\n",
    "\r\nX-Max-TTL: 4\r\n",
    "\r\nGGEP: 0.5\r\n",
    "\r\nVendor-Message: 0.2\r\n",
    "\r\nPong-Caching: 0.1\r\n",
    "\r\nBye-Packet: 0.1\r\n",
    "\r\nAccept-Encoding: deflate\r\n",
    "\r\nGUID: ",
  };
  RawWorld *up = make_world (FIL_ROLE_ULTRAPEER);
  RawWorld *leaf = make_world (FIL_ROLE_LEAF);
  FilEndpoint to = raw_endpoint (1);
  g_autofree char *answer = NULL;
  g_autofree char *greeting = NULL;
  FilSession *session;
  FilOutput out;

  g_assert_cmpuint (code_for (up, 1, AGENT LEAF FULL DEFLATE, &answer), ==, 200);
  session = fil_overlay_outgoing (leaf->overlay, &to, leaf->now_us);
  g_assert_true (fil_session_output (session, &out, leaf->now_us));
  greeting = g_strndup ((const char *) out.bytes, out.len);
  g_assert_true (g_str_has_prefix (greeting, "GNUTELLA CONNECT/0.6\r\n"));
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    {
      g_test_message ("%s", always[i]);
      g_assert_nonnull (strstr (answer, always[i]));
      g_assert_nonnull (strstr (greeting, always[i]));
    }
  g_assert_nonnull (strstr (answer, "\r\nContent-Encoding: deflate\r\n"));
  g_assert_nonnull (strstr (answer, "\r\nX-Ultrapeer: True\r\n"));
  g_assert_nonnull (strstr (answer, "\r\nX-Ultrapeer-Needed: True\r\n"));
  g_assert_nonnull (strstr (greeting, "\r\nX-Ultrapeer: False\r\n"));
  g_assert_nonnull (strstr (greeting, "\r\nX-Requeries: False\r\n"));
  g_assert_null (strstr (greeting, "Content-Encoding"));
  fil_session_free (session);
  raw_world_free (up);
  raw_world_free (leaf);
}

static void
test_slots (void)
{
  RawWorld *world = make_world (FIL_ROLE_ULTRAPEER);
  RawPeer *peers[10];
  g_autofree char *answer = NULL;

  for (guint i = 0; i < 6; i++)
    peers[i] = raw_peer_shaken (world, i + 1, i < 2);
  /* Half full: the rest is for those who compress. */
  g_assert_cmpuint (code_for (world, 20, AGENT LEAF FULL, NULL), ==, 403);
  for (guint i = 6; i < 10; i++)
    {
      FilEndpoint from = raw_endpoint (i + 1);

      peers[i] = raw_peer_new (world, &from);
      raw_peer_text (peers[i], "GNUTELLA CONNECT/0.6\r\n" AGENT LEAF FULL DEFLATE "\r\n");
      raw_peer_text (peers[i], "GNUTELLA/0.6 200 OK\r\n\r\n");
    }
  g_assert_cmpuint (fil_overlay_n_peers (world->overlay, FIL_MODE_ULTRAPEER), ==, 2);
  g_assert_cmpuint (fil_overlay_n_peers (world->overlay, FIL_MODE_LEAF), ==, 8);
  g_assert_cmpuint (code_for (world, 20, AGENT LEAF FULL DEFLATE, &answer), ==, 503);
  /* Who is sent away is told where to go: the address is the one we saw, not the one it claims. */
  g_assert_nonnull (strstr (answer, "\r\nX-Try-Ultrapeers: 3"));
  g_assert_null (strstr (answer, "30.0.1.1:20001"));
  g_assert_cmpuint (code_for (world, 21, AGENT UP FULL DEFLATE, NULL), ==, 503);
  for (guint i = 0; i < 10; i++)
    raw_peer_free (peers[i]);
  g_assert_cmpuint (fil_overlay_n_peers (world->overlay, FIL_MODE_LEAF), ==, 0);
  raw_world_free (world);
}

/* An ultrapeer too many may become a leaf; one that will not is sent away. */
static void
test_guidance (void)
{
  for (guint becomes_leaf = 0; becomes_leaf < 2; becomes_leaf++)
    {
      RawWorld *world = make_world (FIL_ROLE_ULTRAPEER);
      RawPeer *first = raw_peer_shaken (world, 1, TRUE);
      RawPeer *second = raw_peer_shaken (world, 2, TRUE);
      FilEndpoint from = raw_endpoint (3);
      RawPeer *third = raw_peer_new (world, &from);

      raw_peer_text (third, "GNUTELLA CONNECT/0.6\r\n" AGENT UP FULL "\r\n");
      g_assert_true (g_str_has_prefix (third->answer->str, "GNUTELLA/0.6 200 "));
      g_assert_nonnull (strstr (third->answer->str, "\r\nX-Ultrapeer-Needed: False\r\n"));
      third->is_binary = TRUE;
      raw_peer_text (third, becomes_leaf ? "GNUTELLA/0.6 200 OK\r\nX-Ultrapeer: False\r\n\r\n"
                                         : "GNUTELLA/0.6 200 OK\r\n\r\n");
      g_assert_cmpuint (fil_overlay_n_peers (world->overlay, FIL_MODE_LEAF), ==, becomes_leaf);
      g_assert_cmpuint (raw_peer_bye (third), ==, becomes_leaf ? 0 : FIL_BYE_NO_SLOTS);
      raw_peer_free (first);
      raw_peer_free (second);
      raw_peer_free (third);
      raw_world_free (world);
    }
}

static void
test_duplicates (void)
{
  RawWorld *world = make_world (FIL_ROLE_ULTRAPEER);
  RawPeer *peer = raw_peer_shaken (world, 1, TRUE);
  char hex[FIL_GUID_HEX_LEN + 1];
  g_autofree char *own = NULL;
  g_autofree char *same = NULL;

  fil_guid_to_hex (&world->guid, hex);
  own = g_strdup_printf (AGENT UP FULL "GUID: %s\r\n", hex);
  g_assert_cmpuint (code_for (world, 2, own, NULL), ==, 409);
  same = g_strdup_printf (AGENT UP FULL "Listen-IP: 31.0.1.1:20001\r\n");
  g_assert_cmpuint (code_for (world, 1, same, NULL), ==, 409);

  /* The old link may have died unnoticed: it is asked, and makes way only when it is dead. */
  raw_peer_read (peer);
  g_assert_cmpuint (raw_peer_count (peer, FIL_KIND_PING), ==, 1);
  world->now_us += FIL_LINK_DOUBT;
  g_assert_cmpuint (code_for (world, 1, same, NULL), ==, 409);
  fil_session_tick (peer->session, world->now_us);
  raw_peer_read (peer);
  g_assert_null (peer->session);
  g_assert_cmpuint (code_for (world, 1, same, NULL), ==, 200);
  raw_peer_free (peer);
  raw_world_free (world);
}

static void
test_broken (void)
{
  g_autofree char *long_line = g_strnfill (5000, 'a');
  g_autofree char *endless = g_strconcat ("GNUTELLA CONNECT/0.6\r\nX: ", long_line, "\r\n\r\n", NULL);
  const char *const cases[] = { "GNUTELLA CONNECT/0.4\n\n", "GNUTELLA/0.6 200 OK\r\n\r\n",
                                "GET / HTTP/1.1\r\n\r\n", "\x01\x02\x03\r\n\r\n", endless };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RawWorld *world = make_world (FIL_ROLE_ULTRAPEER);
      FilEndpoint from = raw_endpoint (1);
      RawPeer *peer = raw_peer_new (world, &from);

      raw_peer_text (peer, cases[i]);
      g_assert_null (peer->session);
      g_assert_cmpuint (fil_overlay_peers (world->overlay, &(guint32){ 0 }, 1), ==, 0);
      raw_peer_free (peer);
      raw_world_free (world);
    }
}

/* A drip of bytes does not keep a connection for longer than the whole handshake may take, and not many of
 * them at once. */
static void
test_slow (void)
{
  RawWorld *world = make_world (FIL_ROLE_ULTRAPEER);
  FilEndpoint from = raw_endpoint (1);
  RawPeer *peer = raw_peer_new (world, &from);
  FilSession *sessions[FIL_HANDSHAKES_MAX];

  for (gint64 t = 0; t < FIL_HANDSHAKE_TIMEOUT; t += FIL_SEC)
    {
      world->now_us += FIL_SEC;
      raw_peer_text (peer, t == 0 ? "GNUTELLA CONNECT/0.6\r\nUser-Agent: " : "x");
      g_assert_nonnull (peer->session);
      if (fil_session_wake (peer->session) <= world->now_us)
        fil_session_tick (peer->session, world->now_us);
    }
  raw_peer_read (peer);
  g_assert_null (peer->session);
  raw_peer_free (peer);

  for (guint i = 0; i < FIL_HANDSHAKES_MAX; i++)
    {
      from = raw_endpoint (100 + i);
      sessions[i] = fil_overlay_accept (world->overlay, &from, world->now_us);
      g_assert_nonnull (sessions[i]);
    }
  from = raw_endpoint (5000);
  g_assert_null (fil_overlay_accept (world->overlay, &from, world->now_us));
  for (guint i = 0; i < FIL_HANDSHAKES_MAX; i++)
    fil_session_free (sessions[i]);

  from = raw_endpoint (60);
  for (guint i = 0; i < 2 * FIL_CONNECTS_PER_MINUTE; i++)
    {
      FilSession *session = fil_overlay_accept (world->overlay, &from, world->now_us);

      g_assert_true ((session != NULL) == (i < FIL_CONNECTS_PER_MINUTE));
      fil_session_free (session);
    }
  raw_world_free (world);
}

/* Message bytes may come right behind group 3, and the other way every cut of the stream must do. */
static void
test_pieces (void)
{
  g_autofree char *head = g_strconcat ("GNUTELLA CONNECT/0.6\r\n" AGENT UP FULL "\r\n", NULL);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  FilHeader ping;
  FilGuid muid = { { 1 } };
  guint8 bytes[FIL_HEADER_LEN];

  ping = fil_header (FIL_KIND_PING, &muid, 1, 0);
  fil_header_encode (&ping, bytes);
  g_byte_array_append (rest, (const guint8 *) "GNUTELLA/0.6 200 OK\r\n\r\n", 23);
  g_byte_array_append (rest, bytes, sizeof bytes);
  for (guint cut = 1; cut < rest->len; cut++)
    {
      RawWorld *world = make_world (FIL_ROLE_ULTRAPEER);
      FilEndpoint from = raw_endpoint (1);
      RawPeer *peer = raw_peer_new (world, &from);

      raw_peer_text (peer, head);
      peer->is_binary = TRUE;
      raw_peer_bytes (peer, rest->data, cut);
      raw_peer_bytes (peer, rest->data + cut, rest->len - cut);
      g_assert_cmpuint (raw_peer_count (peer, FIL_KIND_PONG), ==, 1);
      raw_peer_free (peer);
      raw_world_free (world);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/handshake/answers", test_answers);
  g_test_add_func ("/overlay/handshake/own-headers", test_own_headers);
  g_test_add_func ("/overlay/handshake/slots", test_slots);
  g_test_add_func ("/overlay/handshake/guidance", test_guidance);
  g_test_add_func ("/overlay/handshake/duplicates", test_duplicates);
  g_test_add_func ("/overlay/handshake/broken", test_broken);
  g_test_add_func ("/overlay/handshake/slow", test_slow);
  g_test_add_func ("/overlay/handshake/pieces", test_pieces);
  return g_test_run ();
}
