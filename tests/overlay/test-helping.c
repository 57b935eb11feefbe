/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "connect-back.h"
#include "overlay-limits.h"
#include "pong.h"
#include "raw-peer.h"
#include "supported.h"
#include "udp-datagram.h"
#include "vendor-table.h"

#include <string.h>

/* Favours that neighbours ask of each other to know where they stand, and what can be made of them. */

#define LEAVES 60

static void
send_vendor (RawPeer *peer,
             FilVendorType type,
             guint16 version,
             gconstpointer body)
{
  static const FilGuid muid = { { 7, 7, 7 } };
  g_autoptr (FilPacket) packet = fil_vendor_packet_new (type, version, &muid, 1, 0, body);
  FilSlice bytes = fil_packet_slice (packet);

  raw_peer_bytes (peer, bytes.data, bytes.len);
}

static void
receive_udp (RawWorld *world,
             const FilEndpoint *from,
             guint8 kind,
             const FilGuid *muid,
             FilSlice payload)
{
  FilHeader header = fil_header (kind, muid, 1, 0);
  g_autoptr (FilPacket) packet = fil_packet_new (&header, payload);

  fil_overlay_udp_received (world->overlay, from, packet->bytes, packet->len, world->now_us);
}

static void
redirect (RawPeer *peer,
          FilVendorType type,
          const FilEndpoint *to)
{
  FilConnectBackRedirect body = { .endpoint = *to };

  send_vendor (peer, type, 1, &body);
}

static FilEndpoint
endpoint (const char *text)
{
  FilEndpoint self;

  g_assert_true (fil_endpoint_parse (&self, text, -1, 0));
  return self;
}

static const FilReachability *
reach_of (RawWorld *world)
{
  return fil_overlay_reachability (world->overlay);
}

/* Who was tried, and asks anew because it forgot that when its network changed, is tried again before it gives up: it
 * asks twice, 45 s apart. */
static void
test_asked_again (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *leaf = raw_peer_shaken (world, 10, FALSE);
  FilTcpConnectBack body = { .port = 5000 };

  send_vendor (leaf, FIL_VENDOR_TCP_CONNECT_BACK, 1, &body);
  g_assert_cmpuint (world->connect_backs->len, ==, 1);
  raw_world_advance (world, FIL_SEC);
  send_vendor (leaf, FIL_VENDOR_TCP_CONNECT_BACK, 1, &body);
  g_assert_cmpuint (world->connect_backs->len, ==, 1);
  raw_world_advance (world, 45 * FIL_SEC);
  send_vendor (leaf, FIL_VENDOR_TCP_CONNECT_BACK, 1, &body);
  g_assert_cmpuint (world->connect_backs->len, ==, 2);
  raw_peer_free (leaf);
  raw_world_free (world);
}

/* Another program made 989 connections out of 2,000 such requests (peers.md). Here 60 leaves that ask 40
 * times each get 30 at once, and 30 more a minute. */
static void
test_many_askers (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *leaves[LEAVES];

  for (guint i = 0; i < LEAVES; i++)
    leaves[i] = raw_peer_shaken (world, 10 + i, FALSE);
  for (guint round = 0; round < 40; round++)
    for (guint i = 0; i < LEAVES; i++)
      {
        FilTcpConnectBack body = { .port = (guint16) (5000 + round) };

        send_vendor (leaves[i], FIL_VENDOR_TCP_CONNECT_BACK, 1, &body);
      }
  g_assert_cmpuint (world->connect_backs->len, ==, FIL_CONNECT_BACK_PER_MINUTE);
  raw_world_advance (world, FIL_MINUTE);
  for (guint round = 0; round < 10; round++)
    for (guint i = 0; i < LEAVES; i++)
      {
        FilTcpConnectBack body = { .port = (guint16) (6000 + round) };

        send_vendor (leaves[i], FIL_VENDOR_TCP_CONNECT_BACK, 1, &body);
      }
  g_assert_cmpuint (world->connect_backs->len, ==, 2 * FIL_CONNECT_BACK_PER_MINUTE);
  for (guint i = 0; i < LEAVES; i++)
    raw_peer_free (leaves[i]);
  raw_world_free (world);
}

/* LIME/7 and LIME/8 name a third party: only ultrapeers among themselves, few, and no victims. */
static void
test_redirects (void)
{
  static const char *const never[] = { "192.168.1.1:6346", "127.0.0.1:6346", "224.0.0.1:6346", "8.8.4.4:8844" };
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *up = raw_peer_shaken (world, 1, TRUE);
  RawPeer *leaf = raw_peer_shaken (world, 2, FALSE);
  FilEndpoint victim = raw_endpoint (300), linked = raw_endpoint (2);
  guint before = world->datagrams->len;

  redirect (leaf, FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT, &victim);
  redirect (leaf, FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT, &victim);
  g_assert_cmpuint (raw_world_drops (world, FIL_DROP_MISPLACED), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    {
      victim = endpoint (never[i]);
      redirect (up, FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT, &victim);
      raw_world_advance (world, FIL_MINUTE);
    }
  /* Who is our neighbour can ask by itself. */
  redirect (up, FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT, &linked);
  g_assert_cmpuint (world->connect_backs->len, ==, 0);
  g_assert_cmpuint (world->datagrams->len, ==, before);

  raw_world_advance (world, FIL_MINUTE);
  for (guint i = 0; i < 2000; i++)
    {
      victim = raw_endpoint (400 + i);
      redirect (up, i % 2 == 0 ? FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT : FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT, &victim);
    }
  g_assert_cmpuint (world->connect_backs->len + world->datagrams->len - before, ==, FIL_REDIRECTS_PER_MINUTE);
  g_assert_cmpuint (world->connect_backs->len, >, 0);
  g_assert_cmpmem (g_bytes_get_data (world->datagrams->pdata[before], NULL), 3, "\7\7\7", 3);
  raw_peer_free (up);
  raw_peer_free (leaf);
  raw_world_free (world);
}

/* What is never tried takes nobody's turn: after many bad addresses a good one is still tried, both ways. */
static void
test_bad_addresses_first (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *up = raw_peer_shaken (world, 1, TRUE);
  FilEndpoint victim = endpoint ("192.168.1.1:6346"), good = raw_endpoint (300);
  guint before = world->datagrams->len;

  for (guint i = 0; i < 2 * FIL_CONNECT_BACK_PER_MINUTE; i++)
    {
      victim.addr[3]++;
      redirect (up, FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT, &victim);
      redirect (up, FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT, &victim);
    }
  g_assert_cmpuint (raw_world_drops (world, FIL_DROP_CONNECT_BACK), ==, 4 * FIL_CONNECT_BACK_PER_MINUTE);
  for (guint i = 0; i < 2; i++)
    {
      redirect (up, FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT, &good);
      redirect (up, FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT, &good);
    }
  g_assert_cmpuint (world->connect_backs->len, ==, 1);
  g_assert_cmpuint (world->datagrams->len, ==, before + 1);
  raw_peer_free (up);
  raw_world_free (world);
}

static void
list_abilities (RawPeer *peer)
{
  FilMessagesSupported supported = { .n = 2, .items = { { FIL_VENDOR_LIME, 7, 1 }, { FIL_VENDOR_LIME, 8, 1 } } };

  send_vendor (peer, FIL_VENDOR_MESSAGES_SUPPORTED, 0, &supported);
}

static guint
count_vendor (RawPeer *peer,
              FilVendorType type)
{
  const FilVendorInfo *wanted = fil_vendor_info_of_type (type);
  guint n = 0;

  for (guint i = 0; i < peer->packets->len; i++)
    {
      const FilPacket *packet = peer->packets->pdata[i];
      FilVendor vendor;

      if (fil_packet_kind (packet) == FIL_KIND_VENDOR && fil_vendor_decode (&vendor, fil_packet_payload (packet)))
        n += vendor.id.code == wanted->code && vendor.id.selector == wanted->selector;
    }
  return n;
}

/* A leaf's request goes on to two neighbours that know how, and an ultrapeer's to nobody. */
static void
test_forwarding (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *ups[5], *leaf = raw_peer_shaken (world, 20, FALSE);
  FilUdpConnectBack ping = { .port = 4321 };
  FilTcpConnectBack connect = { .port = 4321 };
  guint tcp = 0, udp = 0;

  for (guint i = 0; i < G_N_ELEMENTS (ups); i++)
    {
      ups[i] = raw_peer_shaken (world, 1 + i, TRUE);
      if (i < 4)
        list_abilities (ups[i]);
      raw_peer_clear (ups[i]);
    }
  send_vendor (ups[4], FIL_VENDOR_TCP_CONNECT_BACK, 1, &connect);
  send_vendor (ups[4], FIL_VENDOR_UDP_CONNECT_BACK, 2, &ping);
  for (guint i = 0; i < G_N_ELEMENTS (ups); i++)
    {
      raw_peer_read (ups[i]);
      g_assert_cmpuint (count_vendor (ups[i], FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT), ==, 0);
    }
  for (guint i = 0; i < 50; i++)
    {
      send_vendor (leaf, FIL_VENDOR_TCP_CONNECT_BACK, 1, &connect);
      send_vendor (leaf, FIL_VENDOR_UDP_CONNECT_BACK, 2, &ping);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ups); i++)
    {
      raw_peer_read (ups[i]);
      tcp += count_vendor (ups[i], FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT);
      udp += count_vendor (ups[i], FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT);
    }
  g_assert_cmpuint (count_vendor (ups[4], FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT), ==, 0);
  g_assert_cmpuint (tcp, ==, FIL_REDIRECT_HELPERS);
  g_assert_cmpuint (udp, ==, FIL_REDIRECT_HELPERS);
  for (guint i = 0; i < G_N_ELEMENTS (ups); i++)
    raw_peer_free (ups[i]);
  raw_peer_free (leaf);
  raw_world_free (world);
}

/* A pong of somebody who saw us elsewhere. */
static void
pong (RawWorld *world,
      const FilEndpoint *from,
      const FilGuid *muid,
      const char *seen)
{
  FilPong body = { .endpoint = *from, .your_address = endpoint (seen) };
  g_auto (FilWriter) writer;

  fil_writer_init (&writer);
  fil_pong_encode (&body, &writer);
  receive_udp (world, from, FIL_KIND_PONG, muid, fil_writer_slice (&writer));
}

/* Only who was pinged may tell us where we are, once for each ping, and nobody else has seen the MUID. */
static void
test_forged_pongs (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *up = raw_peer_shaken (world, 1, TRUE);
  FilEndpoint forger = raw_endpoint (99);
  FilGuid guessed = { { 1, 2, 3 } };
  guint first = world->datagrams->len, n;

  for (guint i = 0; i < 8; i++)
    {
      FilEndpoint host = raw_endpoint (50 + i);

      fil_overlay_learn_host (world->overlay, &host, NULL, world->now_us);
    }
  raw_world_advance (world, 7 * FIL_SEC);
  n = world->datagrams->len - first;
  /* Those who are silent are asked once more. */
  g_assert_cmpuint (n, ==, 2 * FIL_NAT_TARGETS);
  for (guint i = 0; i < n; i++)
    {
      FilEndpoint to = g_array_index (world->datagram_to, FilEndpoint, first + i);
      FilGuid muid;

      memcpy (&muid, g_bytes_get_data (world->datagrams->pdata[first + i], NULL), sizeof muid);
      pong (world, &to, &guessed, "66.6.6.6:666");
      pong (world, &forger, &muid, "66.6.6.6:666");
      to.port++;
      pong (world, &to, &muid, "66.6.6.6:666");
    }
  g_assert_cmpuint (reach_of (world)->ballots[0].n, ==, 0);
  g_assert_cmpuint (raw_world_drops (world, FIL_DROP_PONG), ==, 3 * n);
  for (guint i = 0; i < n; i++)
    {
      const FilEndpoint *to = &g_array_index (world->datagram_to, FilEndpoint, first + i);
      FilGuid muid;

      memcpy (&muid, g_bytes_get_data (world->datagrams->pdata[first + i], NULL), sizeof muid);
      pong (world, to, &muid, "8.8.4.4:8844");
      pong (world, to, &muid, "66.6.6.6:666");
    }
  g_assert_cmpint (reach_of (world)->probe.nat.mapping, ==, FIL_NAT_MAPPING_NONE);
  g_assert_cmpuint (raw_world_drops (world, FIL_DROP_PONG), ==, 4 * n);
  raw_peer_free (up);
  raw_world_free (world);
}

/* A ping with our own GUID is what we asked for; that it comes in proves something only when we have not
 * called that host before. */
static void
test_called_prover (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  FilEndpoint called = raw_endpoint (40), other_port, stranger = raw_endpoint (41), lan = endpoint ("192.168.1.3:5000");
  guint before;

  fil_overlay_ask_host_cache (world->overlay, &called, world->now_us);
  before = world->datagrams->len;
  receive_udp (world, &called, FIL_KIND_PING, &world->guid, FIL_SLICE_NONE);
  receive_udp (world, &lan, FIL_KIND_PING, &world->guid, FIL_SLICE_NONE);
  g_assert_cmpint (reach_of (world)->udp.state, ==, FIL_REACHABLE_UNKNOWN);
  g_assert_cmpint (reach_of (world)->probe.nat.filter, ==, FIL_NAT_FILTER_UNKNOWN);
  other_port = called;
  other_port.port++;
  receive_udp (world, &other_port, FIL_KIND_PING, &world->guid, FIL_SLICE_NONE);
  g_assert_cmpint (reach_of (world)->udp.state, ==, FIL_REACHABLE_UNKNOWN);
  g_assert_cmpint (reach_of (world)->probe.nat.filter, ==, FIL_NAT_FILTER_ADDRESS);
  /* Others called it past the overlay. */
  fil_overlay_noted_udp (world->overlay, &stranger, world->now_us);
  receive_udp (world, &stranger, FIL_KIND_PING, &world->guid, FIL_SLICE_NONE);
  g_assert_cmpint (reach_of (world)->udp.state, ==, FIL_REACHABLE_UNKNOWN);
  raw_world_advance (world, FIL_UDP_CONTACT_LIFE);
  receive_udp (world, &stranger, FIL_KIND_PING, &world->guid, FIL_SLICE_NONE);
  g_assert_cmpint (reach_of (world)->udp.state, ==, FIL_REACHABLE_YES);
  g_assert_cmpint (reach_of (world)->probe.nat.filter, ==, FIL_NAT_FILTER_OPEN);
  /* Nobody was answered. */
  g_assert_cmpuint (world->datagrams->len, ==, before);
  raw_world_free (world);
}

/* Whoever called us knows nothing of our ports, whatever it says. */
static void
test_seen_port (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER };
  RawWorld *world = raw_world_new (&config);
  RawPeer *up = raw_peer_shaken (world, 1, TRUE);
  FilFeatures features = { .n = 1, .items = { { FIL_FEATURE_SEEN_PORT, 4444 } } };

  send_vendor (up, FIL_VENDOR_FEATURES, 0, &features);
  g_assert_cmpuint (reach_of (world)->probe.n_told, ==, 0);
  raw_peer_free (up);
  raw_world_free (world);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/helping/many-askers", test_many_askers);
  g_test_add_func ("/overlay/helping/asked-again", test_asked_again);
  g_test_add_func ("/overlay/helping/redirects", test_redirects);
  g_test_add_func ("/overlay/helping/bad-addresses-first", test_bad_addresses_first);
  g_test_add_func ("/overlay/helping/forwarding", test_forwarding);
  g_test_add_func ("/overlay/helping/forged-pongs", test_forged_pongs);
  g_test_add_func ("/overlay/helping/called-prover", test_called_prover);
  g_test_add_func ("/overlay/helping/seen-port", test_seen_port);
  return g_test_run ();
}
