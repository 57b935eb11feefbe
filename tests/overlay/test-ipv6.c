/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hit-trailer.h"
#include "overlay-limits.h"
#include "overlay-private.h"
#include "query.h"
#include "raw-peer.h"
#include "supported.h"
#include "vendor-table.h"

#include <string.h>

/* Neighbours and addresses of the other family. */

static FilEndpoint
endpoint (const char *text)
{
  FilEndpoint self;

  g_assert_true (fil_endpoint_parse (&self, text, -1, 0));
  return self;
}

static void
say (RawPeer *peer,
     FilVendorType type,
     guint16 version,
     const FilGuid *muid,
     gconstpointer body)
{
  g_autoptr (FilPacket) packet = fil_vendor_packet_new (type, version, muid, 1, 0, body);
  FilHeader header = fil_packet_header (packet);

  raw_peer_send (peer, &header, fil_packet_payload (packet));
  raw_peer_read (peer);
}

/* The newest vendor message of that type that came; FALSE: none. */
static gboolean
find_vendor (RawPeer *peer,
             FilVendorType type,
             FilVendor *out)
{
  for (guint i = peer->packets->len; i > 0; i--)
    {
      const FilPacket *packet = g_ptr_array_index (peer->packets, i - 1);

      if (fil_packet_kind (packet) == FIL_KIND_VENDOR && fil_vendor_decode (out, fil_packet_payload (packet)) &&
          fil_vendor_info (&out->id) != NULL && fil_vendor_info (&out->id)->type == type)
        return TRUE;
    }
  return FALSE;
}

/* Whoever comes by IPv6 is told the port only: the message has no room for such an address. */
static void
test_acknowledgement (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_ULTRAPEER, .is_passive = TRUE };
  RawWorld *world = raw_world_new (&config);
  FilEndpoint six = endpoint ("[2a01:77::5]:4444");
  RawPeer *leaves[2] = { raw_peer_shaken (world, 1, FALSE), raw_peer_shaken_from (world, 2, &six, FALSE, "Raw/1") };

  for (guint i = 0; i < G_N_ELEMENTS (leaves); i++)
    {
      FilPushProxyAck ack;
      FilVendor vendor;
      FilGuid servent;

      fil_guid_random (&servent, world->random);
      say (leaves[i], FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &servent, NULL);
      g_assert_true (find_vendor (leaves[i], FIL_VENDOR_PUSH_PROXY_ACK, &vendor));
      g_assert_cmpuint (vendor.id.version, ==, i == 0 ? 2 : 1);
      g_assert_true (fil_push_proxy_ack_decode (&ack, &vendor));
      g_assert_cmpuint (ack.endpoint.port, ==, world->overlay->config.listen.port);
      raw_peer_free (leaves[i]);
    }
  raw_world_free (world);
}

static void
ask_for (RawPeer *peer,
         FilQueryV6 v6)
{
  FilQueryExtensions extensions = { .v6 = v6 };
  FilHeader header;
  FilGuid muid;
  g_autoptr (FilPacket) query = NULL;

  raw_peer_clear (peer);
  fil_guid_random (&muid, peer->world->random);
  header = fil_header (FIL_KIND_QUERY, &muid, 1, 0);
  query = fil_query_packet_new (&header, FIL_QUERY_MARK, "hazel", &extensions);
  raw_peer_send (peer, &header, fil_packet_payload (query));
  raw_peer_read (peer);
}

/* Proxies with IPv6 are told to whoever has use for them, and never by the name that stops gtk-gnutella. */
static void
test_proxies_in_hits (void)
{
  static const guint expected[][3] = { { 1, 1, 0 }, { 2, 1, 1 }, { 1, 0, 1 } }; /* all, IPv4, IPv6 */
  FilOverlayConfig config = { .role = FIL_ROLE_LEAF, .is_passive = TRUE };
  RawWorld *world = raw_world_new (&config);
  FilEndpoint six = endpoint ("[2a01:77::5]:4444"), local = endpoint ("[2a01:88::9]:8844");
  FilMessagesSupported supported = { .n = 1, .items = { { FIL_VENDOR_LIME, 21, 1 } } };
  FilPushProxyAck ack = { .endpoint = { .port = 7777 } };
  static const FilGuid blank;
  RawPeer *up[2] = { raw_peer_shaken (world, 1, TRUE), raw_peer_shaken_from (world, 2, &six, TRUE, "Raw/1") };

  fil_reachability_init (&world->overlay->reach, FALSE);
  fil_overlay_set_local6 (world->overlay, &local);
  world->file = "hazel.txt";
  for (guint i = 0; i < G_N_ELEMENTS (up); i++)
    {
      say (up[i], FIL_VENDOR_MESSAGES_SUPPORTED, 0, &blank, &supported);
      say (up[i], FIL_VENDOR_PUSH_PROXY_ACK, 1, &world->guid, &ack);
    }
  for (guint v6 = FIL_QUERY_V6_NONE; v6 <= FIL_QUERY_V6_ONLY; v6++)
    {
      guint n[2] = { 0, 0 };
      FilHitTrailer trailer;
      FilQueryHit hit;
      FilSlice payload;

      ask_for (up[0], (FilQueryV6) v6);
      payload = fil_packet_payload (raw_peer_last (up[0], FIL_KIND_QUERY_HIT));
      g_assert_true (fil_query_hit_decode (&hit, payload));
      g_assert_true (fil_hit_trailer_parse (&trailer, &hit));
      for (guint i = 0; i < trailer.n_proxies; i++)
        {
          n[trailer.proxies[i].endpoint.family == 6]++;
          g_assert_cmpuint (trailer.proxies[i].endpoint.port, ==, 7777);
          if (trailer.proxies[i].endpoint.family == 6)
            g_assert_true (fil_endpoint_same_address (&trailer.proxies[i].endpoint, &six));
        }
      g_assert_cmpuint (trailer.n_proxies, ==, expected[v6][0]);
      g_assert_cmpuint (n[0], ==, expected[v6][1]);
      g_assert_cmpuint (n[1], ==, expected[v6][2]);
      g_assert_true (fil_endpoint_same_address (&trailer.endpoint6, &local) == (v6 != FIL_QUERY_V6_NONE));
      g_assert_null (g_strstr_len ((const char *) payload.data, (gssize) payload.len, "PUSH6"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (up); i++)
    raw_peer_free (up[i]);
  raw_world_free (world);
}

static FilQueryV6
asked_as (RawWorld *world,
          RawPeer *up)
{
  FilQueryExtensions extensions;
  FilQuery query;

  raw_peer_clear (up);
  g_assert_cmpuint (fil_overlay_search (world->overlay, "hazel", NULL, 0, world->now_us), !=, 0);
  raw_peer_read (up);
  g_assert_true (fil_query_decode (&query, fil_packet_payload (raw_peer_last (up, FIL_KIND_QUERY))));
  g_assert_true (fil_query_extensions_parse (&extensions, &query));
  return extensions.v6;
}

/* Our queries say which addresses we can use; what others see of our address goes before what this machine says. */
static void
test_own_address (void)
{
  FilOverlayConfig config = { .role = FIL_ROLE_LEAF, .is_passive = TRUE };
  RawWorld *world = raw_world_new (&config);
  RawPeer *up = raw_peer_shaken (world, 1, TRUE);
  FilEndpoint local = endpoint ("[2a01:88::9]:8845"), seen = endpoint ("[2a01:88::10]:1"), own;

  own = fil_overlay_own_ipv6 (world->overlay);
  g_assert_false (fil_endpoint_is_set (&own));
  g_assert_cmpint (asked_as (world, up), ==, FIL_QUERY_V6_NONE);

  fil_overlay_set_local6 (world->overlay, &local);
  own = fil_overlay_own_ipv6 (world->overlay);
  g_assert_true (fil_endpoint_same_address (&own, &local));
  g_assert_cmpuint (own.port, ==, 8845);
  g_assert_cmpint (asked_as (world, up), ==, FIL_QUERY_V6_WELCOME);

  /* One voice does not move it, three of different networks do. */
  for (guint i = 0; i < 3; i++)
    {
      FilEndpoint voter = endpoint ("[2600::1]:6346");

      own = fil_overlay_own_ipv6 (world->overlay);
      g_assert_true (fil_endpoint_same_address (&own, &local));
      voter.addr[1] = (guint8) i;
      fil_overlay_noted_address (world->overlay, &voter, &seen, world->now_us);
    }
  own = fil_overlay_own_ipv6 (world->overlay);
  g_assert_true (fil_endpoint_same_address (&own, &seen));
  raw_peer_free (up);
  raw_world_free (world);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/ipv6/acknowledgement", test_acknowledgement);
  g_test_add_func ("/overlay/ipv6/proxies-in-hits", test_proxies_in_hits);
  g_test_add_func ("/overlay/ipv6/own-address", test_own_address);
  return g_test_run ();
}
