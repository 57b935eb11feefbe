/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hit-trailer.h"
#include "overlay-limits.h"
#include "overlay-private.h"
#include "push-proxy-msg.h"
#include "query.h"
#include "raw-peer.h"
#include "supported.h"
#include "vendor-table.h"

#include <string.h>

/* The rules of push.md for those who pass pushes on and for those who want them passed on. Each test is
 * named after its section and rule. */

typedef struct
{
  RawWorld *world;
  RawPeer *up[3];
  RawPeer *leaf;
  FilGuid servent; /* whose hits come from up[1] */
} Fixture;

static void
set_up (Fixture *f,
        gconstpointer data)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER, .is_passive = TRUE };

  f->world = raw_world_new (&config);
  for (guint i = 0; i < 3; i++)
    f->up[i] = raw_peer_shaken (f->world, 1 + i, TRUE);
  f->leaf = raw_peer_shaken (f->world, 10, FALSE);
  fil_guid_random (&f->servent, f->world->random);
}

/* A leaf of up[0], up[1] and up[2] that nobody else can connect to. */
static void
set_up_leaf (Fixture *f,
             gconstpointer data)
{
  FilOverlayConfig config = { .role = FIL_ROLE_LEAF, .is_passive = TRUE };

  f->world = raw_world_new (&config);
  for (guint i = 0; i < 3; i++)
    f->up[i] = raw_peer_shaken (f->world, 1 + i, TRUE);
  /* They connected to us, which proves the contrary. */
  fil_reachability_init (&f->world->overlay->reach, FALSE);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    raw_peer_free (f->up[i]);
  if (f->leaf != NULL)
    raw_peer_free (f->leaf);
  raw_world_free (f->world);
}

/* Brings a hit of that servent from up[i], hops away. */
static void
learn (Fixture *f,
       guint i,
       guint8 hops,
       const FilGuid *servent)
{
  FilGuid muid;

  fil_guid_random (&muid, f->world->random);
  raw_peer_query (f->up[(i + 1) % 3], &muid, 3, 1, "hazel");
  raw_peer_hit (f->up[i], &muid, 4, hops, servent);
}

static FilPush
push_for (const FilGuid *servent,
          const char *call)
{
  FilPush push = { .target = *servent };

  g_assert_true (fil_endpoint_parse (&push.endpoint, call, -1, 0));
  push.port = push.endpoint.port;
  return push;
}

static void
send_raw (RawPeer *peer,
          guint8 ttl,
          guint8 hops,
          const FilPush *push,
          gconstpointer more,
          gsize more_len)
{
  g_auto (FilWriter) writer;
  FilHeader header;
  FilGuid muid;

  fil_guid_random (&muid, peer->world->random);
  header = fil_header (FIL_KIND_PUSH, &muid, ttl, hops);
  fil_writer_init (&writer);
  fil_push_encode (push, &writer);
  fil_writer_bytes (&writer, more, more_len);
  raw_peer_send (peer, &header, fil_writer_slice (&writer));
}

static void
send_udp (RawWorld *world,
          const FilEndpoint *from,
          guint8 ttl,
          const FilPush *push)
{
  g_autoptr (FilPacket) packet = NULL;
  g_auto (FilWriter) writer;
  FilHeader header;
  FilGuid muid;

  fil_guid_random (&muid, world->random);
  header = fil_header (FIL_KIND_PUSH, &muid, ttl, 0);
  fil_writer_init (&writer);
  fil_push_encode (push, &writer);
  packet = fil_packet_new (&header, fil_writer_slice (&writer));
  fil_overlay_udp_received (world->overlay, from, packet->bytes, packet->len, world->now_us);
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

static guint
count_vendor (RawPeer *peer,
              FilVendorType type)
{
  guint n = 0;

  raw_peer_read (peer);
  for (guint i = 0; i < peer->packets->len; i++)
    {
      const FilPacket *packet = peer->packets->pdata[i];
      FilVendor vendor;

      if (fil_packet_kind (packet) == FIL_KIND_VENDOR &&
          fil_vendor_decode (&vendor, fil_packet_payload (packet)) && fil_vendor_info (&vendor.id) != NULL)
        n += fil_vendor_info (&vendor.id)->type == type;
    }
  return n;
}

/* §1 */

static void
test_size_and_ggep (Fixture *f,
                    gconstpointer data)
{
  FilPush push = push_for (&f->servent, "24.1.1.1:7000");
  g_autofree guint8 *big = g_malloc0 (FIL_EXTENSIONS_MAX + 64);
  guint8 items[2 + 40 * 3] = { 0xc3 };
  gsize n = 1;

  learn (f, 1, 1, &f->servent);
  /* Bytes behind the fixed part that are no GGEP. */
  send_raw (f->up[0], 3, 0, &push, "garbage", 7);
  /* One item too many: each is a flag, a letter of its own and no data. */
  for (guint i = 0; i < FIL_GGEP_ITEMS_MAX + 1; i++)
    {
      items[n++] = (guint8) (0x01 | (i == FIL_GGEP_ITEMS_MAX ? 0x80 : 0));
      items[n++] = (guint8) ('A' + i);
      items[n++] = 0x40;
    }
  send_raw (f->up[0], 3, 0, &push, items, n);
  /* A block that is longer than any. */
  big[0] = 0xc3;
  big[1] = 0x81;
  big[2] = 'X';
  big[3] = 0x80 | (FIL_EXTENSIONS_MAX >> 6);
  big[4] = 0x40 | (FIL_EXTENSIONS_MAX & 0x3f);
  send_raw (f->up[0], 3, 0, &push, big, 5 + FIL_EXTENSIONS_MAX);
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 0);
  g_assert_cmpuint (fil_overlay_stats (f->world->overlay)->pushes_routed, ==, 0);

  /* The same within measure. */
  items[1 + 31 * 3] |= 0x80;
  send_raw (f->up[0], 3, 0, &push, items, 1 + 32 * 3);
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 1);
  g_assert_nonnull (f->up[0]->session);
}

static void
test_forwarded_unchanged (Fixture *f,
                          gconstpointer data)
{
  static const guint8 unknown[] = { 0xc3, 0x04, 'S', 'E', 'L', 'F', 0x42, 0x00, 0xff, 0x81, 'Z', 0x41, 7 };
  FilPush push = push_for (&f->servent, "24.1.1.1:7000");
  g_auto (FilWriter) sent;
  const FilPacket *packet;

  push.index = FIL_PUSH_INDEX_FW;
  fil_writer_init (&sent);
  fil_push_encode (&push, &sent);
  fil_writer_bytes (&sent, unknown, sizeof unknown);
  learn (f, 1, 1, &f->servent);
  send_raw (f->up[0], 3, 2, &push, unknown, sizeof unknown);
  packet = raw_peer_last (f->up[1], FIL_KIND_PUSH);
  g_assert_nonnull (packet);
  g_assert_true (fil_slice_equal (fil_packet_payload (packet), fil_writer_slice (&sent)));
  g_assert_cmpuint (fil_packet_ttl (packet), ==, 2);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 3);
}

static void
test_duplicate_id (Fixture *f,
                   gconstpointer data)
{
  FilGuid muid;

  learn (f, 1, 1, &f->servent);
  fil_guid_random (&muid, f->world->random);
  for (guint i = 0; i < 3; i++)
    raw_peer_push (f->up[i % 2 == 0 ? 0 : 2], &muid, 3, &f->servent, "24.1.1.1:7000");
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 1);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_DUPLICATE), ==, 2);

  /* For us it counts once as well. */
  fil_guid_random (&muid, f->world->random);
  for (guint i = 0; i < 3; i++)
    raw_peer_push (f->up[i], &muid, 3, &f->world->guid, "24.1.1.1:7000");
  g_assert_cmpuint (f->world->n_pushes, ==, 1);
}

/* Nobody is made to call what is private, nobody's, or ourselves. */
static void
test_bad_address (Fixture *f,
                  gconstpointer data)
{
  static const char *const bad[] = { "10.0.0.1:8000",   "192.168.1.1:8000", "172.16.0.1:8000", "127.0.0.1:8000",
                                     "169.254.1.1:8000", "224.0.0.1:8000",  "255.255.255.255:8000",
                                     "0.1.2.3:8000",     "8.8.4.4:8844" };
  FilPush push = push_for (&f->servent, "24.1.1.1:7000");
  FilPush private6 = { .target = f->servent, .port = 8000 };
  guint n = G_N_ELEMENTS (bad);

  learn (f, 1, 1, &f->servent);
  for (guint i = 0; i < n; i++)
    {
      push = push_for (&f->servent, bad[i]);
      send_raw (f->up[0], 3, 0, &push, NULL, 0);
    }
  g_assert_true (fil_endpoint_parse (&private6.endpoint6, "[fe80::1]:8000", -1, 0));
  send_raw (f->up[0], 3, 0, &private6, NULL, 0);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_ADDRESS), ==, n + 1);
  /* Port 0 is no push at all. */
  push = push_for (&f->servent, "24.1.1.1:7000");
  push.port = 0;
  send_raw (f->up[0], 3, 0, &push, NULL, 0);
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 0);
  g_assert_cmpuint (fil_overlay_stats (f->world->overlay)->pushes_routed, ==, 0);
}

static void
test_ttl_of_hit (Fixture *f,
                 gconstpointer data)
{
  FilPush push = push_for (&f->servent, "24.1.1.1:7000");
  const FilPacket *packet;
  FilGuid muid;

  learn (f, 1, 2, &f->servent);
  learn (f, 2, 5, &f->servent);
  fil_guid_random (&muid, f->world->random);
  g_assert_cmpint (fil_overlay_send_push (f->world->overlay, &push, &muid, f->world->now_us), ==,
                   FIL_PUSH_SENT_ROUTED);
  packet = raw_peer_last (f->up[1], FIL_KIND_PUSH);
  g_assert_cmpuint (fil_packet_ttl (packet), ==, 3);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 0);
  g_assert_true (fil_guid_equal (fil_packet_muid (packet), &muid));
  g_assert_cmpuint (fil_packet_ttl (raw_peer_last (f->up[2], FIL_KIND_PUSH)), ==, 6);

  /* It comes back on another way: seen before. */
  raw_peer_push (f->up[0], &muid, 3, &f->servent, "24.1.1.1:7000");
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_DUPLICATE), ==, 1);
  /* A push that is nobody's repetition has an id of its own. */
  fil_overlay_send_push (f->world->overlay, &push, NULL, f->world->now_us);
  g_assert_false (fil_guid_equal (fil_packet_muid (raw_peer_last (f->up[1], FIL_KIND_PUSH)), &muid));
}

/* §2 */

static void
test_udp_to_proxy (Fixture *f,
                   gconstpointer data)
{
  FilEndpoint asker = raw_endpoint (60);
  FilPush push = { .target = f->servent, .endpoint = asker, .port = asker.port };
  const FilPacket *packet;

  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &f->servent, NULL);
  send_udp (f->world, &asker, 2, &push);
  packet = raw_peer_last (f->leaf, FIL_KIND_PUSH);
  g_assert_nonnull (packet);
  g_assert_cmpuint (fil_packet_ttl (packet), ==, 1);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 1);
}

static void
test_to_all_neighbours (Fixture *f,
                        gconstpointer data)
{
  FilPush push = push_for (&f->servent, "24.1.1.1:7000");

  for (guint i = 0; i < 3; i++)
    learn (f, i, 1, &f->servent);
  send_raw (f->up[2], 3, 0, &push, NULL, 0);
  g_assert_cmpuint (raw_peer_count (f->up[0], FIL_KIND_PUSH), ==, 1);
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 1);
  /* Never back to where it came from. */
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_PUSH), ==, 0);
}

static void
test_route_lives_an_hour (Fixture *f,
                          gconstpointer data)
{
  FilPush push = push_for (&f->servent, "24.1.1.1:7000");
  FilGuid quiet;

  fil_guid_random (&quiet, f->world->random);
  learn (f, 1, 1, &f->servent);
  learn (f, 1, 1, &quiet);
  for (guint i = 0; i < 4; i++)
    {
      f->world->now_us += FIL_HOUR - FIL_MINUTE;
      g_assert_true (fil_overlay_has_push_route (f->world->overlay, &f->servent, f->world->now_us));
      send_raw (f->up[0], 3, 0, &push, NULL, 0);
    }
  /* Each push made it young again; the other one has gone. */
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 4);
  g_assert_false (fil_overlay_has_push_route (f->world->overlay, &quiet, f->world->now_us));
}

/* TTL counts down and hops count up, whatever a datagram or a link says; nothing starts anew. */
static void
test_never_reset (Fixture *f,
                  gconstpointer data)
{
  FilEndpoint asker = raw_endpoint (60);
  FilPush push = { .target = f->servent, .endpoint = asker, .port = asker.port };
  const FilPacket *packet;

  learn (f, 1, 1, &f->servent);
  send_udp (f->world, &asker, 2, &push);
  packet = raw_peer_last (f->up[1], FIL_KIND_PUSH);
  g_assert_cmpuint (fil_packet_ttl (packet), ==, 1);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 1);
  raw_peer_clear (f->up[1]);
  send_udp (f->world, &asker, 1, &push);
  g_assert_null (raw_peer_last (f->up[1], FIL_KIND_PUSH));

  send_raw (f->up[0], 10, 5, &push, NULL, 0);
  packet = raw_peer_last (f->up[1], FIL_KIND_PUSH);
  g_assert_cmpuint (fil_packet_ttl (packet), <, FIL_PUSH_TTL);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 6);
  raw_peer_clear (f->up[1]);
  send_raw (f->up[0], 10, 6, &push, NULL, 0);
  send_raw (f->up[0], 255, 255, &push, NULL, 0);
  g_assert_null (raw_peer_last (f->up[1], FIL_KIND_PUSH));
  /* The link itself has no taste for the last one. */
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_TTL), ==, 1);
}

static FilPushSent
proxy_for (Fixture *f,
           const FilGuid *servent,
           const char *call)
{
  FilPush push = push_for (servent, call);

  push.tls = TRUE;
  push.index = 7;
  return fil_overlay_proxy_push (f->world->overlay, &push, f->world->now_us);
}

static void
test_proxy_202_203_410 (Fixture *f,
                        gconstpointer data)
{
  FilPush push;

  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &f->servent, NULL);
  raw_peer_clear (f->leaf);
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_DIRECT);
  g_assert_true (fil_push_decode (&push, fil_packet_payload (raw_peer_last (f->leaf, FIL_KIND_PUSH))));
  g_assert_true (push.tls);
  g_assert_cmpuint (push.index, ==, 7);

  /* It left, but its hits showed another way. */
  learn (f, 1, 1, &f->servent);
  fil_session_hung_up (f->leaf->session, NULL, f->world->now_us);
  raw_peer_read (f->leaf);
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_ROUTED);
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 1);
  /* Later the proxy has forgotten it. */
  f->world->now_us += 2 * FIL_PROXIED_LIFE + FIL_SEC;
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_NOT);
}

/* §3 */

static void
say_supported (RawPeer *peer,
               gboolean proxies)
{
  static const FilGuid blank;
  FilMessagesSupported supported = { .n = 1, .items = { { FIL_VENDOR_BEAR, 4, 1 } } };

  if (proxies)
    supported.items[supported.n++] = (FilVendorId){ FIL_VENDOR_LIME, 21, 1 };
  send_vendor (peer, FIL_VENDOR_MESSAGES_SUPPORTED, 0, &blank, &supported);
}

static void
acknowledge (Fixture *f,
             guint i,
             const char *address,
             guint16 version)
{
  FilPushProxyAck ack = { .endpoint = { .port = 6346 } };

  if (address != NULL)
    g_assert_true (fil_endpoint_parse (&ack.endpoint, address, -1, 0));
  send_vendor (f->up[i], FIL_VENDOR_PUSH_PROXY_ACK, version, &f->world->guid, &ack);
}

static guint
n_proxies (Fixture *f,
           FilHost *first)
{
  FilHost hosts[8];
  guint n = fil_overlay_push_proxies (f->world->overlay, hosts, G_N_ELEMENTS (hosts));

  if (first != NULL && n > 0)
    *first = hosts[0];
  return n;
}

static void
test_request_when_listed (Fixture *f,
                          gconstpointer data)
{
  const FilPacket *packet;

  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (count_vendor (f->up[i], FIL_VENDOR_PUSH_PROXY_REQUEST), ==, 0);
  say_supported (f->up[0], FALSE);
  say_supported (f->up[1], TRUE);
  g_assert_cmpuint (count_vendor (f->up[0], FIL_VENDOR_PUSH_PROXY_REQUEST), ==, 0);
  g_assert_cmpuint (count_vendor (f->up[1], FIL_VENDOR_PUSH_PROXY_REQUEST), ==, 1);
  packet = raw_peer_last (f->up[1], FIL_KIND_VENDOR);
  g_assert_true (fil_guid_equal (fil_packet_muid (packet), &f->world->guid));
  g_assert_cmpuint (fil_packet_ttl (packet), ==, 1);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 0);
  g_assert_cmpuint (fil_packet_payload (packet).len, ==, 8);
}

static guint
query_flags (RawPeer *peer)
{
  FilSlice payload = fil_packet_payload (raw_peer_last (peer, FIL_KIND_QUERY));

  return (guint) (payload.data[0] << 8 | payload.data[1]);
}

/* gtk-gnutella keeps hits of firewalled hosts from whoever says to be firewalled, too, and forgets that it is the
 * push proxy of whoever does not say so: it is not told, and asked again. The others are told. */
static void
test_gtk_gnutella_is_not_told (Fixture *f,
                               gconstpointer data)
{
  static const guint8 item[] = { 1 };
  FilEndpoint at = raw_endpoint (9);

  raw_peer_free (f->up[2]);
  f->up[2] = raw_peer_shaken_as (f->world, 3, TRUE, "gtk-gnutella/1.2.3 (2024-03-03; Topless)");
  fil_reachability_init (&f->world->overlay->reach, FALSE);
  say_supported (f->up[0], TRUE);
  say_supported (f->up[2], TRUE);
  for (guint i = 0; i < 2; i++)
    {
      gboolean can_punch = i == 1;

      raw_peer_clear (f->up[0]);
      raw_peer_clear (f->up[2]);
      fil_overlay_set_punch (f->world->overlay, can_punch, fil_slice (item, can_punch ? sizeof item : 0), &at);
      g_assert_cmpuint (fil_overlay_search (f->world->overlay, "hazel", NULL, 0, f->world->now_us), !=, 0);
      raw_peer_read (f->up[0]);
      raw_peer_read (f->up[2]);
      g_assert_cmpuint (query_flags (f->up[0]) & FIL_QUERY_FIREWALLED, !=, 0);
      g_assert_cmpuint ((query_flags (f->up[0]) & FIL_QUERY_FW_TRANSFER) != 0, ==, can_punch);
      g_assert_cmpuint ((query_flags (f->up[2]) & FIL_QUERY_FIREWALLED) != 0, ==, !can_punch);
      g_assert_cmpuint (query_flags (f->up[2]) & FIL_QUERY_FW_TRANSFER, ==, 0);
      g_assert_cmpuint (query_flags (f->up[2]) & FIL_QUERY_MARK, !=, 0);
      g_assert_cmpuint (count_vendor (f->up[0], FIL_VENDOR_PUSH_PROXY_REQUEST), ==, 0);
      g_assert_cmpuint (count_vendor (f->up[2], FIL_VENDOR_PUSH_PROXY_REQUEST), ==, can_punch);
    }
}

static void
test_acknowledgement (Fixture *f,
                      gconstpointer data)
{
  FilEndpoint up = raw_endpoint (1);
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilGuid foreign = { { 9 } };
  FilPushProxyAck ack = { .endpoint = up };
  FilHost proxy;

  /* Not asked for; with a foreign id; with an address that is none. */
  acknowledge (f, 0, "24.1.1.1:6346", 2);
  g_assert_cmpuint (n_proxies (f, NULL), ==, 0);
  for (guint i = 0; i < 3; i++)
    say_supported (f->up[i], TRUE);
  send_vendor (f->up[0], FIL_VENDOR_PUSH_PROXY_ACK, 2, &foreign, &ack);
  acknowledge (f, 0, "10.0.0.1:6346", 2);
  acknowledge (f, 0, "224.0.0.1:6346", 2);
  g_assert_cmpuint (n_proxies (f, NULL), ==, 0);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_ADDRESS), ==, 2);

  acknowledge (f, 0, fil_endpoint_to_text (&up, text), 2);
  g_assert_cmpuint (n_proxies (f, &proxy), ==, 1);
  g_assert_true (fil_endpoint_equal (&proxy.endpoint, &up));
  g_assert_false (proxy.tls);
  acknowledge (f, 1, NULL, 1);
  g_assert_cmpuint (n_proxies (f, NULL), ==, 2);
}

/* A neighbour that names somebody else would have the whole network ask there. */
static void
test_proxy_names_victim (Fixture *f,
                         gconstpointer data)
{
  FilEndpoint up = raw_endpoint (1);
  FilHost proxy;

  say_supported (f->up[0], TRUE);
  acknowledge (f, 0, "24.1.1.1:7000", 2);
  g_assert_cmpuint (n_proxies (f, &proxy), ==, 1);
  g_assert_true (fil_endpoint_same_address (&proxy.endpoint, &up));
  g_assert_cmpuint (proxy.endpoint.port, ==, 7000);
}

/* The gate sends nobody to private places, nor to the ports of mail and web servers. */
static gboolean
is_good_place (gpointer data,
               const FilEndpoint *endpoint,
               FilAddressUse use)
{
  return fil_endpoint_class (endpoint) == FIL_ADDRESS_PUBLIC && endpoint->port >= 1024;
}

/* What the last message to @peer says of the address. */
static char *
told_listen (RawPeer *peer)
{
  FilVendor vendor;
  FilHeaderUpdate update;

  g_assert_true (fil_vendor_decode (&vendor, fil_packet_payload (raw_peer_last (peer, FIL_KIND_VENDOR))));
  g_assert_true (fil_header_update_decode (&update, &vendor));
  return fil_header_update_value (&update, "Listen-IP");
}

/* Where others are told that up[0] is. */
static FilEndpoint
listen_of_up (Fixture *f)
{
  const GPtrArray *ultrapeers = f->world->overlay->ultrapeers;
  FilEndpoint up = raw_endpoint (1);

  for (guint i = 0; i < ultrapeers->len; i++)
    {
      const FilLink *link = ((FilNeighbour *) ultrapeers->pdata[i])->link;

      if (fil_endpoint_same_address (fil_link_remote (link), &up))
        return fil_link_listen (link);
    }
  g_assert_not_reached ();
}

/* The router opened another port after we had introduced ourselves; a proxy of ours has another one by now. */
static void
test_new_port_is_told (Fixture *f,
                       gconstpointer data)
{
  static const FilGuid blank;
  FilMessagesSupported supported = { .n = 2, .items = { { FIL_VENDOR_LIME, 21, 1 }, { FIL_VENDOR_LIME, 25, 1 } } };
  static const struct
  {
    const char *text;
    guint16 port;
    gboolean is_news;
  } cases[] = {
    { "Listen-IP=9.9.9.9\\:0\n", 6346, FALSE },
    { "Listen-IP=9.9.9.9\\:25\n", 6346, FALSE },
    { "X-Other=7", 6346, FALSE },
    { "Listen-IP=nonsense", 6346, FALSE },
    { "Listen-IP=9.9.9.9\\:7777\nX-Other=7", 7777, TRUE }, /* somebody else's address: the port counts */
    { "Listen-IP=9.9.9.9\\:7777\n", 7777, FALSE },
    { "Listen-IP=192.168.1.2\\:7778\n", 7778, TRUE },
  };
  FilEndpoint listen = f->world->overlay->config.listen;
  FilEndpoint up = raw_endpoint (1);
  g_autofree char *told = NULL;
  FilHost proxy;

  f->world->overlay->delegate.address_ok = is_good_place;
  send_vendor (f->up[0], FIL_VENDOR_MESSAGES_SUPPORTED, 0, &blank, &supported);
  say_supported (f->up[1], TRUE);
  acknowledge (f, 0, NULL, 1);
  fil_overlay_set_listen (f->world->overlay, &listen, f->world->now_us);
  g_assert_cmpuint (count_vendor (f->up[0], FIL_VENDOR_HEADER_UPDATE), ==, 0);
  listen.port++;
  fil_overlay_set_listen (f->world->overlay, &listen, f->world->now_us);
  g_assert_cmpuint (count_vendor (f->up[0], FIL_VENDOR_HEADER_UPDATE), ==, 1);
  g_assert_cmpuint (count_vendor (f->up[1], FIL_VENDOR_HEADER_UPDATE), ==, 0);
  told = told_listen (f->up[0]);
  g_assert_cmpstr (told, ==, "8.8.4.4:8845");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FilHeaderUpdate update = { .text = fil_slice_text (cases[i].text) };
      guint before = f->world->n_proxies_told;

      g_test_message ("%s", cases[i].text);
      send_vendor (f->up[0], FIL_VENDOR_HEADER_UPDATE, 1, &blank, &update);
      g_assert_cmpuint (f->world->n_proxies_told - before, ==, cases[i].is_news);
      g_assert_cmpuint (n_proxies (f, &proxy), ==, 1);
      g_assert_true (fil_endpoint_same_address (&proxy.endpoint, &up));
      g_assert_cmpuint (proxy.endpoint.port, ==, cases[i].port);
    }
  g_assert_cmpuint (listen_of_up (f).port, ==, 7778);
}

static void
test_cancel_when_reachable (Fixture *f,
                            gconstpointer data)
{
  FilEndpoint stranger = raw_endpoint (70);

  for (guint i = 0; i < 2; i++)
    {
      say_supported (f->up[i], TRUE);
      acknowledge (f, i, NULL, 1);
      raw_peer_clear (f->up[i]);
    }
  g_assert_cmpuint (n_proxies (f, NULL), ==, 2);
  fil_overlay_noted_inbound (f->world->overlay, &stranger, f->world->now_us);
  g_assert_cmpuint (n_proxies (f, NULL), ==, 0);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (count_vendor (f->up[i], FIL_VENDOR_PUSH_PROXY_CANCEL), ==, 1);
  /* A late acknowledgement brings nothing back; who comes now is not asked. */
  acknowledge (f, 0, NULL, 1);
  say_supported (f->up[2], TRUE);
  g_assert_cmpuint (n_proxies (f, NULL), ==, 0);
  g_assert_cmpuint (count_vendor (f->up[2], FIL_VENDOR_PUSH_PROXY_REQUEST), ==, 0);
}

static void
test_dropped_on_disconnect (Fixture *f,
                            gconstpointer data)
{
  say_supported (f->up[0], TRUE);
  acknowledge (f, 0, NULL, 1);
  g_assert_cmpuint (n_proxies (f, NULL), ==, 1);
  fil_session_hung_up (f->up[0]->session, NULL, f->world->now_us);
  raw_peer_read (f->up[0]);
  g_assert_cmpuint (n_proxies (f, NULL), ==, 0);
}

static void
test_advertised_in_hits (Fixture *f,
                         gconstpointer data)
{
  static const FilGuid blank;
  FilFeatures features = { .n = 1, .items = { { FIL_FEATURE_TLS, 1 } } };
  FilHitTrailer trailer;
  FilQueryHit hit;
  FilGuid muid;

  f->world->file = "hazel.txt";
  for (guint i = 0; i < 2; i++)
    {
      say_supported (f->up[i], TRUE);
      acknowledge (f, i, NULL, 1);
    }
  send_vendor (f->up[1], FIL_VENDOR_FEATURES, 0, &blank, &features);
  fil_guid_random (&muid, f->world->random);
  raw_peer_query (f->up[2], &muid, 1, 0, "hazel");
  g_assert_nonnull (raw_peer_last (f->up[2], FIL_KIND_QUERY_HIT));
  g_assert_true (fil_query_hit_decode (&hit, fil_packet_payload (raw_peer_last (f->up[2], FIL_KIND_QUERY_HIT))));
  g_assert_true (fil_hit_trailer_parse (&trailer, &hit));
  g_assert_cmpuint (trailer.known & trailer.set & FIL_HIT_FIREWALLED, ==, FIL_HIT_FIREWALLED);
  g_assert_cmpuint (trailer.n_proxies, ==, 2);
  g_assert_false (trailer.proxies[0].tls);
  g_assert_true (trailer.proxies[1].tls);
  g_assert_true (trailer.tls);
}

/* As a proxy: one servent for one connection, and not one that another connection has. */
static void
test_only_leaves_and_one_guid (Fixture *f,
                               gconstpointer data)
{
  RawPeer *other = raw_peer_shaken (f->world, 11, FALSE);
  FilGuid second;

  fil_guid_random (&second, f->world->random);
  send_vendor (f->up[0], FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &f->servent, NULL);
  g_assert_cmpuint (count_vendor (f->up[0], FIL_VENDOR_PUSH_PROXY_ACK), ==, 0);
  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &f->servent, NULL);
  g_assert_cmpuint (count_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_ACK), ==, 1);
  send_vendor (other, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &f->servent, NULL);
  g_assert_cmpuint (count_vendor (other, FIL_VENDOR_PUSH_PROXY_ACK), ==, 0);
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_DIRECT);
  g_assert_cmpuint (raw_peer_count (other, FIL_KIND_PUSH), ==, 0);

  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &second, NULL);
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_NOT);
  g_assert_cmpint (proxy_for (f, &second, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_DIRECT);
  /* It can be reached now and wants no more of it. */
  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_CANCEL, 1, &second, NULL);
  g_assert_cmpint (proxy_for (f, &second, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_NOT);
  raw_peer_free (other);
}

/* §6 */

static void
test_guid_that_never_asked (Fixture *f,
                            gconstpointer data)
{
  FilGuid greeted = { { 0 } };

  /* Neither somebody unknown, nor one that is known from hits, nor a leaf that told its GUID but did not
   * ask. */
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_NOT);
  learn (f, 1, 1, &f->servent);
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_NOT);
  g_assert_cmpint (proxy_for (f, &greeted, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_NOT);
  g_assert_cmpuint (fil_overlay_stats (f->world->overlay)->pushes_routed, ==, 0);
}

static void
test_flood_at_one_victim (Fixture *f,
                          gconstpointer data)
{
  FilEndpoint victim = raw_endpoint (60);
  guint64 routed;

  /* Over links, by spoofed datagrams and through HTTP: one count. */
  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &f->servent, NULL);
  for (guint i = 0; i < 300; i++)
    {
      FilPush push = { .target = f->servent, .endpoint = victim };

      push.endpoint.port = push.port = (guint16) (2000 + i);
      f->world->now_us += 100 * FIL_MSEC;
      send_raw (f->up[i % 3], 3, 0, &push, NULL, 0);
      send_udp (f->world, &victim, 2, &push);
      fil_overlay_proxy_push (f->world->overlay, &push, f->world->now_us);
    }
  routed = fil_overlay_stats (f->world->overlay)->pushes_routed;
  g_assert_cmpuint (routed, ==, FIL_PUSH_TARGET_PER_MINUTE);
  /* Others are still served. */
  g_assert_cmpint (proxy_for (f, &f->servent, "24.1.1.1:7000"), ==, FIL_PUSH_SENT_DIRECT);
}

static void
test_spoofed_udp_source (Fixture *f,
                         gconstpointer data)
{
  FilEndpoint asker = raw_endpoint (60), victim = raw_endpoint (61);
  FilPush push = { .target = f->servent, .endpoint = victim, .port = victim.port };

  send_vendor (f->leaf, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &f->servent, NULL);
  send_udp (f->world, &asker, 2, &push);
  g_assert_cmpuint (raw_peer_count (f->leaf, FIL_KIND_PUSH), ==, 0);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_ADDRESS), ==, 1);
  /* What starts a punch is sent to where it came from, whatever it says. */
  push.index = FIL_PUSH_INDEX_FW;
  send_udp (f->world, &asker, 2, &push);
  g_assert_true (fil_push_decode (&push, fil_packet_payload (raw_peer_last (f->leaf, FIL_KIND_PUSH))));
  g_assert_true (fil_endpoint_equal (&push.endpoint, &asker));
}

static void
test_storm (Fixture *f,
            gconstpointer data)
{
  guint64 routed;

  learn (f, 1, 1, &f->servent);
  for (guint i = 0; i < 10000; i++)
    {
      FilEndpoint call = raw_endpoint (100 + i % 9000);
      FilPush push = { .target = f->servent, .endpoint = call, .port = call.port };

      send_raw (f->up[0], 3, 0, &push, NULL, 0);
      send_udp (f->world, &call, 2, &push);
      raw_peer_read (f->up[1]);
    }
  routed = fil_overlay_stats (f->world->overlay)->pushes_routed;
  g_assert_cmpuint (routed, <=, FIL_PUSH_LINK_BURST + FIL_UDP_PUSH_RATE);
  g_assert_cmpuint (routed, >, 0);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_LIMIT), >, 18000);
}

/* No more ways for one servent are kept than have their place. */
static void
test_route_limit (Fixture *f,
                  gconstpointer data)
{
  RawPeer *more[FIL_PUSH_ROUTES_PER_GUID + 4];
  FilPush push = push_for (&f->servent, "24.1.1.1:7000");
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    {
      FilGuid muid;

      more[i] = raw_peer_shaken (f->world, 20 + i, TRUE);
      fil_guid_random (&muid, f->world->random);
      raw_peer_query (f->up[0], &muid, 3, 1, "hazel");
      raw_peer_hit (more[i], &muid, 4, 1, &f->servent);
    }
  send_raw (f->up[0], 3, 0, &push, NULL, 0);
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    {
      n += raw_peer_count (more[i], FIL_KIND_PUSH);
      raw_peer_free (more[i]);
    }
  g_assert_cmpuint (n, ==, FIL_PUSH_ROUTES_PER_GUID);
}

int
main (int argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *, gconstpointer);
    gboolean is_leaf;
  } tests[] = {
    { "1/size-and-ggep", test_size_and_ggep, FALSE },
    { "1/forwarded-unchanged", test_forwarded_unchanged, FALSE },
    { "1/duplicate-id", test_duplicate_id, FALSE },
    { "1/port-0-private-own", test_bad_address, FALSE },
    { "1/ttl-of-the-hit-plus-1", test_ttl_of_hit, FALSE },
    { "2/udp-to-proxy", test_udp_to_proxy, FALSE },
    { "2/route-to-all-neighbours", test_to_all_neighbours, FALSE },
    { "2/route-lives-an-hour", test_route_lives_an_hour, FALSE },
    { "2/never-reset", test_never_reset, FALSE },
    { "2/http-proxy-202-203-410", test_proxy_202_203_410, FALSE },
    { "3/request-when-listed", test_request_when_listed, TRUE },
    { "3/gtk-gnutella-is-not-told", test_gtk_gnutella_is_not_told, TRUE },
    { "3/acknowledgement", test_acknowledgement, TRUE },
    { "3/proxy-names-victim", test_proxy_names_victim, TRUE },
    { "3/new-port-is-told", test_new_port_is_told, TRUE },
    { "3/cancel-when-reachable", test_cancel_when_reachable, TRUE },
    { "3/dropped-on-disconnect", test_dropped_on_disconnect, TRUE },
    { "3/advertised-in-hits", test_advertised_in_hits, TRUE },
    { "3/only-leaves-and-one-guid", test_only_leaves_and_one_guid, FALSE },
    { "6/guid-that-never-asked", test_guid_that_never_asked, FALSE },
    { "6/flood-at-one-victim", test_flood_at_one_victim, FALSE },
    { "6/spoofed-udp-source", test_spoofed_udp_source, FALSE },
    { "6/storm", test_storm, FALSE },
    { "6/route-limit", test_route_limit, FALSE },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/overlay/push/%s", tests[i].name);

      g_test_add (path, Fixture, NULL, tests[i].is_leaf ? set_up_leaf : set_up, tests[i].func, tear_down);
    }
  return g_test_run ();
}
