/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "connect-back.h"
#include "deflate.h"
#include "overlay-limits.h"
#include "ping.h"
#include "pong.h"
#include "raw-peer.h"
#include "route-table-msg.h"
#include "udp-datagram.h"
#include "vendor-table.h"

#include <string.h>

/* What hostile peers try (peers.md, "Limits that the others lack"), and how far they get. */

typedef struct
{
  RawWorld *world;
  RawPeer *up;
  RawPeer *leaf;
} Fixture;

static void
set_up (Fixture *f,
        gconstpointer data)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };

  f->world = raw_world_new (&config);
  f->up = raw_peer_shaken (f->world, 1, TRUE);
  f->leaf = raw_peer_shaken (f->world, 10, FALSE);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  raw_peer_free (f->up);
  raw_peer_free (f->leaf);
  raw_world_free (f->world);
}

static void
send_vendor (RawPeer *peer,
             FilVendorType type,
             guint16 version,
             const FilGuid *muid,
             gconstpointer body)
{
  g_autoptr (FilPacket) packet = fil_vendor_packet_new (type, version, muid, 1, 0, body);
  FilSlice bytes = fil_packet_slice (packet);

  raw_peer_bytes (peer, bytes.data, bytes.len);
}

static void
receive_udp (RawWorld *world,
             const FilEndpoint *from,
             const FilHeader *header,
             FilSlice payload)
{
  g_autoptr (FilPacket) packet = fil_packet_new (header, payload);

  fil_overlay_udp_received (world->overlay, from, packet->bytes, packet->len, world->now_us);
}

/* Thousands of requests make one connection, and only to who asked. */
static void
test_connect_back (Fixture *f,
                   gconstpointer data)
{
  FilEndpoint leaf = raw_endpoint (10);
  FilGuid muid = { { 1 } };

  for (guint i = 0; i < 2000; i++)
    {
      FilTcpConnectBack body = { .port = (guint16) (25 + i) };

      send_vendor (f->leaf, FIL_VENDOR_TCP_CONNECT_BACK, 1, &muid, &body);
    }
  g_assert_cmpuint (f->world->connect_backs->len, ==, 1);
  g_assert_true (fil_endpoint_same_address (&g_array_index (f->world->connect_backs, FilEndpoint, 0), &leaf));
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_CONNECT_BACK) +
                        raw_world_drops (f->world, FIL_DROP_RATE),
                    ==, 1999);
}

static void
test_udp_connect_back (Fixture *f,
                       gconstpointer data)
{
  FilGuid muid = { { 9, 9 } };
  FilUdpConnectBack body = { .port = 4321 };
  guint before = f->world->datagrams->len;

  for (guint i = 0; i < 50; i++)
    send_vendor (f->leaf, FIL_VENDOR_UDP_CONNECT_BACK, 2, &muid, &body);
  g_assert_cmpuint (f->world->datagrams->len - before, ==, 1);
  g_assert_cmpmem (g_bytes_get_data (f->world->datagrams->pdata[before], NULL), 16, muid.bytes, 16);
}

/* A forged source gets one rich answer a minute, whatever is asked in its name. */
static void
test_udp_pings (Fixture *f,
                gconstpointer data)
{
  FilEndpoint victim = raw_endpoint (50), lan;
  FilPing ping = { .has_scp = TRUE, .wants_ip = TRUE };
  FilHeader header;
  g_auto (FilWriter) writer;
  FilGuid muid;
  guint before = f->world->datagrams->len;

  fil_writer_init (&writer);
  fil_ping_encode (&ping, &writer);
  for (guint i = 0; i < 500; i++)
    {
      fil_guid_random (&muid, f->world->random);
      header = fil_header (FIL_KIND_PING, &muid, 1, 0);
      receive_udp (f->world, &victim, &header, fil_writer_slice (&writer));
    }
  g_assert_cmpuint (f->world->datagrams->len - before, ==, 1);
  g_assert_true (fil_endpoint_parse (&lan, "192.168.0.7:9999", -1, 0));
  receive_udp (f->world, &lan, &header, fil_writer_slice (&writer));
  g_assert_cmpuint (f->world->datagrams->len - before, ==, 1);
  /* Proof by UDP is a ping with our own GUID, which nobody is told but neighbours. */
  header = fil_header (FIL_KIND_PING, &f->world->guid, 1, 0);
  receive_udp (f->world, &victim, &header, FIL_SLICE_NONE);
  g_assert_cmpint (fil_overlay_reachability (f->world->overlay)->udp.state, ==, FIL_REACHABLE_YES);
  g_assert_cmpuint (f->world->datagrams->len - before, ==, 1);
}

/* gtk-gnutella drops broadcast pings that come too soon one after the other: the greeting has had one. */
static void
test_greeting_ping (Fixture *f,
                    gconstpointer data)
{
  raw_world_advance (f->world, 3 * FIL_SEC);
  raw_peer_read (f->up);
  g_assert_cmpuint (raw_peer_count (f->up, FIL_KIND_PING), ==, 0);
  raw_world_advance (f->world, FIL_MINUTE);
  raw_peer_read (f->up);
  g_assert_cmpuint (raw_peer_count (f->up, FIL_KIND_PING), >, 0);
}

/* Pongs that name thousands of hosts neither fill the cache nor start thousands of dials. */
static void
test_pong_flood (Fixture *f,
                 gconstpointer data)
{
  for (guint i = 0; i < 3000; i++)
    {
      FilPong pong = { .endpoint = raw_endpoint (200 + i), .kib = 64, .has_ultrapeer = TRUE };
      g_auto (FilWriter) writer;
      FilHeader header;
      FilGuid muid;

      fil_writer_init (&writer);
      fil_pong_encode (&pong, &writer);
      fil_guid_random (&muid, f->world->random);
      header = fil_header (FIL_KIND_PONG, &muid, 1, 1);
      raw_peer_send (f->up, &header, fil_writer_slice (&writer));
    }
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PONG), >, 2000);
  g_assert_cmpuint (fil_host_cache_size (fil_overlay_host_cache (f->world->overlay)), <=,
                    FIL_HOSTS_MAX / 8 + 2);
  raw_world_advance (f->world, 5 * FIL_SEC);
  g_assert_cmpuint (f->world->dials->len, >, 0);
  g_assert_cmpuint (f->world->dials->len, <=, FIL_DIALS_AT_ONCE);
  /* A pong by UDP that nobody asked for is worth nothing. */
  {
    FilEndpoint from = raw_endpoint (1);
    FilGuid muid = { { 5 } };
    FilHeader header = fil_header (FIL_KIND_PONG, &muid, 1, 0);
    guint64 before = raw_world_drops (f->world, FIL_DROP_PONG);

    receive_udp (f->world, &from, &header, fil_slice ("\0\0\x1e\0\1\1\0\0\0\0\0\0\0\0", 14));
    g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PONG), ==, before + 1);
  }
}

static void
send_table_message (RawPeer *peer,
                    const FilRouteTableMsg *message)
{
  FilGuid muid = { { 3 } };
  FilHeader header = fil_header (FIL_KIND_QRP, &muid, 1, 0);
  g_auto (FilWriter) writer;

  fil_writer_init (&writer);
  fil_route_table_msg_encode (message, &writer);
  raw_peer_send (peer, &header, fil_writer_slice (&writer));
}

/* Patches that inflate to megabytes each, again and again. */
static void
test_patch_bombs (Fixture *f,
                  gconstpointer data)
{
  FilRouteTableMsg reset = { .variant = FIL_ROUTE_TABLE_RESET, .slots = 1u << 21, .infinity = 7 };
  FilRouteTableMsg patch = {
    .variant = FIL_ROUTE_TABLE_PATCH, .number = 1, .count = 1, .bits = 8, .compressor = 1
  };
  g_autofree guint8 *zeros = g_malloc0 (1u << 21);
  g_auto (FilWriter) bomb;
  guint n = 0;

  fil_writer_init (&bomb);
  g_assert_true (fil_deflate_once (fil_slice (zeros, 1u << 21), &bomb));
  patch.data = fil_writer_slice (&bomb);
  send_table_message (f->leaf, &reset);
  while (f->leaf->session != NULL && n < 100)
    {
      send_table_message (f->leaf, &patch);
      n++;
    }
  g_assert_cmpuint (raw_peer_bye (f->leaf), ==, FIL_BYE_QRP);
  g_assert_cmpuint (n, <=, 1 + FIL_QRP_BURST / (1u << 21));
}

/* Tables out of order, too large, or too many for all neighbours together. */
static void
test_bad_tables (Fixture *f,
                 gconstpointer data)
{
  FilRouteTableMsg reset = { .variant = FIL_ROUTE_TABLE_RESET, .slots = 1u << 21, .infinity = 7 };
  FilRouteTableMsg patch = { .variant = FIL_ROUTE_TABLE_PATCH, .number = 1, .count = 1, .bits = 4,
                             .data = fil_slice ("\0\0\0\0", 4) };
  RawPeer *peers[80];
  guint refused = 0;

  send_table_message (f->leaf, &patch);
  g_assert_cmpuint (raw_peer_bye (f->leaf), ==, FIL_BYE_QRP);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peers[i] = raw_peer_shaken (f->world, 100 + i, FALSE);
      send_table_message (peers[i], &reset);
      refused += raw_peer_bye (peers[i]) == FIL_BYE_QRP;
    }
  g_assert_cmpuint (refused, ==, G_N_ELEMENTS (peers) - FIL_QRP_SLOTS_ALL / (1u << 21));
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    raw_peer_free (peers[i]);
}

/* A megabyte of deflate that is a gigabyte of pings: it is taken in turns, and slowly. */
static void
test_deflate_bomb (Fixture *f,
                   gconstpointer data)
{
  FilEndpoint from = raw_endpoint (70);
  RawPeer *peer = raw_peer_new (f->world, &from);
  g_autofree guint8 *pings = g_malloc0 (FIL_HEADER_LEN * 100000);
  g_autoptr (FilDeflate) deflate = fil_deflate_new ();
  g_auto (FilWriter) bomb;
  FilSlice rest;
  guint64 in_one_turn;

  fil_writer_init (&bomb);
  for (guint i = 0; i < 100000; i++)
    pings[i * FIL_HEADER_LEN + 17] = 3;
  fil_deflate_write (deflate, fil_slice (pings, FIL_HEADER_LEN * 100000), &bomb);
  fil_deflate_flush (deflate, &bomb);
  raw_peer_text (peer, "GNUTELLA CONNECT/0.6\r\nX-Ultrapeer: True\r\nUser-Agent: Bomb\r\n\r\n");
  peer->is_binary = TRUE;
  raw_peer_text (peer, "GNUTELLA/0.6 200 OK\r\nContent-Encoding: deflate\r\n\r\n");
  rest = fil_writer_slice (&bomb);
  fil_session_feed (peer->session, rest.data, rest.len, f->world->now_us);
  in_one_turn = fil_overlay_stats (f->world->overlay)->in_kinds[FIL_KIND_PING];
  g_assert_cmpuint (in_one_turn, >, 0);
  g_assert_cmpuint (in_one_turn * FIL_HEADER_LEN, <, FIL_LINK_TURN_BYTES + 20000);
  /* Nothing more is taken before tick() has let it. */
  g_assert_cmpuint (fil_session_feed (peer->session, rest.data, 1, f->world->now_us), ==, 0);
  g_assert_cmpint (fil_session_wake (peer->session), <, FIL_NEVER);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_RATE), >=, in_one_turn - 2);
  raw_peer_free (peer);
}

/* Who sends every byte itself may send more, and no more than that. */
static void
test_plain_flood (Fixture *f,
                  gconstpointer data)
{
  const gsize many = FIL_HEADER_LEN * 10000;
  g_autofree guint8 *pings = g_malloc0 (many);
  gsize taken = 0, n;

  for (guint i = 0; i < many / FIL_HEADER_LEN; i++)
    pings[i * FIL_HEADER_LEN + 17] = 3;
  /* The larger burst has to be waited for. */
  f->world->now_us += 10 * FIL_SEC;
  do
    {
      n = fil_session_feed (f->up->session, pings, many, f->world->now_us);
      taken += n;
    }
  while (n == many);
  g_assert_cmpuint (taken, >, FIL_LINK_PLAIN_BURST - 20000);
  g_assert_cmpuint (taken, <, FIL_LINK_PLAIN_BURST + 20000);
  g_assert_cmpuint (fil_session_feed (f->up->session, pings, many, f->world->now_us), ==, 0);
  f->world->now_us += FIL_SEC;
  fil_session_tick (f->up->session, f->world->now_us);
  g_assert_cmpuint (fil_session_feed (f->up->session, pings, many, f->world->now_us), >, 0);
}

static void
make_head_ping (FilPacket **out,
                const FilGuid *target,
                const FilGuid *muid,
                guint8 hops)
{
  FilHeadPing ping = { .flags = FIL_HEAD_PING_GGEP, .has_target = TRUE, .target = *target,
                       .signal = fil_slice ("offer", 5) };

  *out = fil_vendor_packet_new (FIL_VENDOR_HEAD_PING, 2, muid, 2, hops, &ping);
}

/* HEAD pings go to the neighbour that they name, its pong goes back once, and nobody else can answer. */
static void
test_head_relay (Fixture *f,
                 gconstpointer data)
{
  FilEndpoint asker = raw_endpoint (60);
  FilHeadPong pong = { .file = FIL_HEAD_FILE_COMPLETE,
                       .vendor = { 'F', 'L', 'B', 'T' },
                       .signal = fil_slice ("answer", 6) };
  FilGuid target, muid;
  FilPacket *ping;
  const FilPacket *relayed;
  guint before;

  fil_guid_random (&target, f->world->random);
  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &target, NULL);
  g_assert_nonnull (raw_peer_last (f->leaf, FIL_KIND_VENDOR));
  g_assert_true (fil_overlay_is_proxy_of (f->world->overlay, &target));
  raw_peer_clear (f->leaf);

  fil_guid_random (&muid, f->world->random);
  make_head_ping (&ping, &target, &muid, 0);
  fil_overlay_udp_received (f->world->overlay, &asker, ping->bytes, ping->len, f->world->now_us);
  relayed = raw_peer_last (f->leaf, FIL_KIND_VENDOR);
  g_assert_nonnull (relayed);
  g_assert_cmpuint (fil_packet_ttl (relayed), ==, 1);
  g_assert_true (fil_slice_equal (fil_packet_payload (relayed), fil_packet_payload (ping)));

  before = f->world->datagrams->len;
  send_vendor (f->up, FIL_VENDOR_HEAD_PONG, 2, &muid, &pong);
  g_assert_cmpuint (f->world->datagrams->len, ==, before);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_HEAD), ==, 1);
  send_vendor (f->leaf, FIL_VENDOR_HEAD_PONG, 2, &muid, &pong);
  g_assert_cmpuint (f->world->datagrams->len, ==, before + 1);
  g_assert_true (fil_endpoint_equal (&g_array_index (f->world->datagram_to, FilEndpoint, before), &asker));
  send_vendor (f->leaf, FIL_VENDOR_HEAD_PONG, 2, &muid, &pong);
  g_assert_cmpuint (f->world->datagrams->len, ==, before + 1);
  fil_packet_unref (ping);

  raw_peer_clear (f->leaf);
  for (guint i = 0; i < 2 * FIL_HEAD_PER_SOURCE; i++)
    {
      fil_guid_random (&muid, f->world->random);
      make_head_ping (&ping, &target, &muid, 0);
      fil_overlay_udp_received (f->world->overlay, &asker, ping->bytes, ping->len, f->world->now_us);
      fil_packet_unref (ping);
    }
  g_assert_cmpuint (raw_peer_count (f->leaf, FIL_KIND_VENDOR), <, FIL_HEAD_PER_SOURCE);
}

/* A push by UDP to a leaf of ours, and one that would have us call a third host. */
static void
test_udp_push (Fixture *f,
               gconstpointer data)
{
  FilEndpoint asker = raw_endpoint (60), other = raw_endpoint (61);
  FilPush push = { .endpoint = asker, .port = asker.port };
  FilHeader header;
  FilGuid muid;

  fil_guid_random (&push.target, f->world->random);
  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &push.target, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_auto (FilWriter) writer;

      fil_writer_init (&writer);
      fil_push_encode (&push, &writer);
      fil_guid_random (&muid, f->world->random);
      header = fil_header (FIL_KIND_PUSH, &muid, 2, 0);
      receive_udp (f->world, i == 0 ? &asker : &other, &header, fil_writer_slice (&writer));
    }
  g_assert_cmpuint (raw_peer_count (f->leaf, FIL_KIND_PUSH), ==, 1);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_ADDRESS), ==, 1);
}

/* Alive pings are answered at once; who does not answer ours is let go. */
static void
test_alive (Fixture *f,
            gconstpointer data)
{
  FilGuid muid = { { 4 } };
  FilHeader ping = fil_header (FIL_KIND_PING, &muid, 1, 0);

  raw_peer_send (f->up, &ping, FIL_SLICE_NONE);
  g_assert_cmpuint (raw_peer_count (f->up, FIL_KIND_PONG), ==, 1);
  g_assert_true (fil_guid_equal (fil_packet_muid (raw_peer_last (f->up, FIL_KIND_PONG)), &muid));
  raw_peer_clear (f->up);
  for (guint i = 0; i < 200 && f->up->session != NULL; i++)
    {
      f->world->now_us = MAX (f->world->now_us, fil_session_wake (f->up->session));
      fil_session_tick (f->up->session, f->world->now_us);
      raw_peer_read (f->up);
    }
  g_assert_null (f->up->session);
  g_assert_cmpuint (raw_peer_count (f->up, FIL_KIND_PING), ==, FIL_ALIVE_MISSED);
  g_assert_cmpuint (raw_peer_bye (f->up), ==, FIL_BYE_NO_REPLY);
}

/* Runs the timers of the peer's link until it ends, at most @by_us. */
static void
live_on (RawPeer *peer,
         gint64 by_us)
{
  RawWorld *world = peer->world;
  gint64 end_us = world->now_us + by_us;

  while (peer->session != NULL && fil_session_wake (peer->session) <= end_us)
    {
      world->now_us = MAX (world->now_us, fil_session_wake (peer->session));
      fil_session_tick (peer->session, world->now_us);
      raw_peer_read (peer);
    }
  world->now_us = end_us;
}

/* When something else broke, every ultrapeer is asked once, and who gives no sign of life is let go. */
static void
test_doubt (Fixture *f,
            gconstpointer data)
{
  FilGuid muid = { { 4 } };
  FilHeader ping = fil_header (FIL_KIND_PING, &muid, 1, 0);

  for (guint i = 0; i < 100; i++)
    fil_overlay_doubt_links (f->world->overlay, f->world->now_us);
  raw_peer_read (f->up);
  raw_peer_read (f->leaf);
  g_assert_cmpuint (raw_peer_count (f->up, FIL_KIND_PING), ==, 1);
  g_assert_cmpuint (raw_peer_count (f->leaf, FIL_KIND_PING), ==, 0);

  /* Anything is a sign of life. */
  f->world->now_us++;
  raw_peer_send (f->up, &ping, FIL_SLICE_NONE);
  live_on (f->up, FIL_LINK_DOUBT + FIL_SEC);
  g_assert_nonnull (f->up->session);

  raw_peer_clear (f->up);
  fil_overlay_doubt_links (f->world->overlay, f->world->now_us);
  live_on (f->up, FIL_SEC);
  raw_peer_send (f->up, &ping, FIL_SLICE_NONE);
  /* What breaks after the question asks it once more, not at once. */
  for (guint i = 0; i < 100; i++)
    fil_overlay_doubt_links (f->world->overlay, f->world->now_us);
  g_assert_cmpuint (raw_peer_count (f->up, FIL_KIND_PING), ==, 1);
  live_on (f->up, FIL_LINK_DOUBT);
  g_assert_cmpuint (raw_peer_count (f->up, FIL_KIND_PING), ==, 2);
  live_on (f->up, FIL_LINK_DOUBT);
  g_assert_null (f->up->session);
  g_assert_cmpuint (raw_peer_bye (f->up), ==, FIL_BYE_NO_REPLY);
}

/* A size that cannot be, and a link that is cut in the middle of a message. */
static void
test_desync (Fixture *f,
             gconstpointer data)
{
  guint8 header[FIL_HEADER_LEN];

  memset (header, 0xee, sizeof header);
  raw_peer_bytes (f->up, header, 10);
  g_assert_nonnull (f->up->session);
  raw_peer_bytes (f->up, header + 10, 13);
  g_assert_null (f->up->session);
  g_assert_cmpuint (raw_peer_bye (f->up), !=, 0);
  raw_peer_bytes (f->leaf, header, 10);
  fil_session_hung_up (f->leaf->session, "reset", f->world->now_us);
  g_assert_cmpuint (fil_overlay_n_peers (f->world->overlay, FIL_MODE_LEAF), ==, 0);
}

/* The overlay may go before its links do. */
static void
test_overlay_first (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *peer = raw_peer_shaken (world, 1, TRUE);
  FilEndpoint from = raw_endpoint (2);
  RawPeer *early = raw_peer_new (world, &from);

  g_clear_pointer (&world->overlay, fil_overlay_free);
  g_assert_true (peer->session->is_closed);
  g_assert_true (early->session->is_closed);
  raw_peer_free (peer);
  raw_peer_free (early);
  raw_world_free (world);
}

/* Before a quorum one neighbour's word on our address has to do; it does not change what a quorum said. */
static void
test_own_address (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_LEAF };
  RawWorld *world = raw_world_new (&config);
  FilEndpoint listen = { .family = 4, .port = 8844 }, own, seen, other, voter;

  fil_overlay_set_listen (world->overlay, &listen, world->now_us);
  g_assert_true (fil_endpoint_parse (&seen, "24.8.8.8:1", -1, 0));
  g_assert_true (fil_endpoint_parse (&other, "24.6.6.6:1", -1, 0));
  own = fil_overlay_own_endpoint (world->overlay);
  g_assert_false (fil_endpoint_is_set (&own));
  for (guint i = 0; i < 4; i++)
    {
      voter = raw_endpoint (i);
      fil_overlay_noted_address (world->overlay, &voter, i < 3 ? &seen : &other, world->now_us);
      own = fil_overlay_own_endpoint (world->overlay);
      g_assert_true (fil_endpoint_same_address (&own, &seen));
      g_assert_cmpuint (own.port, ==, 8844);
    }
  raw_world_free (world);
}

int
main (int argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *, gconstpointer);
  } tests[] = {
    { "connect-back", test_connect_back }, { "udp-connect-back", test_udp_connect_back },
    { "udp-pings", test_udp_pings },       { "pong-flood", test_pong_flood },
    { "patch-bombs", test_patch_bombs },   { "bad-tables", test_bad_tables },
    { "deflate-bomb", test_deflate_bomb }, { "head-relay", test_head_relay },
    { "udp-push", test_udp_push },         { "alive", test_alive },
    { "doubt", test_doubt },
    { "desync", test_desync },             { "greeting-ping", test_greeting_ping },
    { "plain-flood", test_plain_flood },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/overlay/limits/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].func, tear_down);
    }
  g_test_add_func ("/overlay/limits/overlay-first", test_overlay_first);
  g_test_add_func ("/overlay/limits/own-address", test_own_address);
  return g_test_run ();
}
