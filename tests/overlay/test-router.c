/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hit-record.h"
#include "overlay-limits.h"
#include "raw-peer.h"

/* What an ultrapeer does with queries, hits and pushes of neighbours that say whatever they like. */

typedef struct
{
  RawWorld *world;
  RawPeer *up[3];
  RawPeer *leaf;
  FilGuid muid;
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
  fil_guid_random (&f->muid, f->world->random);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    raw_peer_free (f->up[i]);
  raw_peer_free (f->leaf);
  raw_world_free (f->world);
}

static void
test_flood (Fixture *f,
            gconstpointer data)
{
  const FilPacket *packet;

  raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel nut");
  g_assert_cmpuint (raw_peer_count (f->up[0], FIL_KIND_QUERY), ==, 0);
  for (guint i = 1; i < 3; i++)
    {
      packet = raw_peer_last (f->up[i], FIL_KIND_QUERY);
      g_assert_nonnull (packet);
      g_assert_cmpuint (fil_packet_ttl (packet), ==, 2);
      g_assert_cmpuint (fil_packet_hops (packet), ==, 2);
      g_assert_true (fil_guid_equal (fil_packet_muid (packet), &f->muid));
    }
  /* A leaf without a table gets nothing. */
  g_assert_cmpuint (raw_peer_count (f->leaf, FIL_KIND_QUERY), ==, 0);
  g_assert_cmpuint (f->world->n_matches, ==, 1);

  /* A duplicate goes nowhere, unless its TTL is higher; then only to ultrapeers. */
  raw_peer_query (f->up[1], &f->muid, 2, 2, "hazel nut");
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_DUPLICATE), ==, 1);
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_QUERY), ==, 1);
  raw_peer_query (f->up[1], &f->muid, 4, 0, "hazel nut");
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_QUERY), ==, 2);
  g_assert_cmpuint (f->world->n_matches, ==, 1);
}

static void
test_ttl (Fixture *f,
          gconstpointer data)
{
  static const struct
  {
    guint8 ttl, hops;
    int sent_ttl; /* -1: not sent */
  } cases[] = {
    { 1, 0, -1 }, { 1, 3, -1 }, { 2, 0, 1 },   { 4, 0, 3 },  { 7, 0, 3 },    { 4, 2, 1 },
    { 7, 5, -1 }, { 15, 0, 3 }, { 14, 3, -1 }, { 0, 0, -1 }, { 255, 0, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const FilPacket *packet;

      g_test_message ("ttl %u hops %u", cases[i].ttl, cases[i].hops);
      raw_peer_clear (f->up[1]);
      fil_guid_random (&f->muid, f->world->random);
      raw_peer_query (f->up[0], &f->muid, cases[i].ttl, cases[i].hops, "hazel");
      packet = raw_peer_last (f->up[1], FIL_KIND_QUERY);
      g_assert_cmpint (packet != NULL ? fil_packet_ttl (packet) : -1, ==, cases[i].sent_ttl);
      if (packet != NULL)
        g_assert_cmpuint (fil_packet_hops (packet), ==, cases[i].hops + 1);
    }
  /* Somebody who always shouts as far as it can is shown the door. */
  for (guint i = 0; i < FIL_HIGH_TTL_BYE; i++)
    {
      fil_guid_random (&f->muid, f->world->random);
      raw_peer_query (f->up[2], &f->muid, 200, 1, "hazel");
    }
  g_assert_cmpuint (raw_peer_bye (f->up[2]), ==, FIL_BYE_HIGH_TTL);
  g_assert_null (f->up[2]->session);
}

static void
test_tables (Fixture *f,
             gconstpointer data)
{
  raw_peer_table (f->leaf, "hazel nut");
  raw_peer_table (f->up[1], "walnut");
  raw_peer_table (f->up[2], "hazel");

  /* To the leaf by its table, whatever TTL is left; on the last hop to ultrapeers by theirs. */
  raw_peer_query (f->up[0], &f->muid, 1, 3, "hazel nut");
  g_assert_cmpuint (raw_peer_count (f->leaf, FIL_KIND_QUERY), ==, 1);
  g_assert_cmpuint (fil_packet_ttl (raw_peer_last (f->leaf, FIL_KIND_QUERY)), ==, 1);
  fil_guid_random (&f->muid, f->world->random);
  raw_peer_query (f->up[0], &f->muid, 2, 2, "hazel");
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY), ==, 0);
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_QUERY), ==, 1);
  fil_guid_random (&f->muid, f->world->random);
  raw_peer_query (f->up[0], &f->muid, 3, 1, "walnut");
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY), ==, 1);
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_QUERY), ==, 2);
  g_assert_cmpuint (raw_peer_count (f->leaf, FIL_KIND_QUERY), ==, 2);
}

static void
test_hits (Fixture *f,
           gconstpointer data)
{
  const FilPacket *packet;
  FilGuid servent, stranger;

  fil_guid_random (&servent, f->world->random);
  fil_guid_random (&stranger, f->world->random);
  raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel");
  raw_peer_hit (f->up[1], &f->muid, 4, 1, &servent);
  packet = raw_peer_last (f->up[0], FIL_KIND_QUERY_HIT);
  g_assert_nonnull (packet);
  g_assert_cmpuint (fil_packet_ttl (packet), ==, 3);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 2);
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_QUERY_HIT), ==, 0);

  /* Nobody asked for this one, and the asker does not answer itself. */
  raw_peer_hit (f->up[1], &stranger, 4, 1, &stranger);
  raw_peer_hit (f->up[0], &f->muid, 4, 1, &servent);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_HIT_NO_ROUTE), ==, 2);
  /* TTL ends the way, except to a leaf. */
  raw_peer_hit (f->up[1], &f->muid, 1, 1, &servent);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_TTL), ==, 1);
  fil_guid_random (&f->muid, f->world->random);
  raw_peer_query (f->leaf, &f->muid, 4, 0, "nut");
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_QUERY), ==, 2);
  raw_peer_hit (f->up[1], &f->muid, 1, 3, &servent);
  g_assert_cmpuint (fil_packet_ttl (raw_peer_last (f->leaf, FIL_KIND_QUERY_HIT)), ==, 1);

  /* Own files answer too. */
  f->world->file = "hazel.ogg";
  fil_guid_random (&f->muid, f->world->random);
  raw_peer_query (f->up[2], &f->muid, 3, 1, "hazel");
  packet = raw_peer_last (f->up[2], FIL_KIND_QUERY_HIT);
  g_assert_nonnull (packet);
  g_assert_cmpuint (fil_packet_hops (packet), ==, 0);
  g_assert_cmpuint (fil_packet_ttl (packet), ==, 1 + FIL_HIT_TTL_MARGIN);
}

/* A hit names others who have the file, as many as we let it. */
static void
test_hit_alts (Fixture *f,
               gconstpointer data)
{
  f->world->file = "hazel.ogg";
  for (f->world->n_alts = 0; f->world->n_alts <= FIL_LOCAL_ALTS; f->world->n_alts++)
    {
      FilHost alts[FIL_LOCAL_ALTS + 1];
      const FilPacket *packet;
      FilHitRecord record;
      FilQueryHit hit;
      FilHitIter iter;

      fil_guid_random (&f->muid, f->world->random);
      raw_peer_query (f->up[2], &f->muid, 3, 1, "hazel");
      packet = raw_peer_last (f->up[2], FIL_KIND_QUERY_HIT);
      g_assert_true (fil_query_hit_decode (&hit, fil_packet_payload (packet)));
      iter = fil_hit_iter (&hit);
      g_assert_true (fil_hit_iter_next (&iter, &record));
      g_assert_cmpuint (fil_hit_record_alts (&record, alts, G_N_ELEMENTS (alts)), ==, f->world->n_alts);
      for (guint i = 0; i < f->world->n_alts; i++)
        {
          FilEndpoint at = raw_endpoint (i);

          g_assert_true (fil_endpoint_equal (&alts[i].endpoint, &at));
          g_assert_cmpint (alts[i].tls, ==, i == 1);
        }
    }
}

/* What a host that browses us reads: as few hits as hold all files, complete, under our own name. */
static void
test_list_files (Fixture *f,
                 gconstpointer data)
{
  FilLocalFile files[25];
  g_autoptr (GPtrArray) packets = NULL;
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    files[i] = (FilLocalFile){ .index = i + 1, .size = 1000 + i, .name = "hazel nut.ogg" };
  packets = fil_overlay_list_files (f->world->overlay, files, G_N_ELEMENTS (files));
  g_assert_cmpuint (packets->len, ==, 3);
  for (guint i = 0; i < packets->len; i++)
    {
      FilQueryHit hit;
      FilHitIter iter;
      FilHitRecord record;

      g_assert_cmpuint (fil_packet_kind (packets->pdata[i]), ==, FIL_KIND_QUERY_HIT);
      g_assert_true (fil_query_hit_decode (&hit, fil_packet_payload (packets->pdata[i])));
      g_assert_true (fil_guid_equal (&hit.servent, &f->world->guid));
      for (iter = fil_hit_iter (&hit); fil_hit_iter_next (&iter, &record);)
        g_assert_cmpuint (record.index, ==, ++n);
      g_assert_false (iter.broken);
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (files));
  g_clear_pointer (&packets, g_ptr_array_unref);
  packets = fil_overlay_list_files (f->world->overlay, NULL, 0);
  g_assert_cmpuint (packets->len, ==, 0);
}

static void
test_hit_limit (Fixture *f,
                gconstpointer data)
{
  FilGuid servent;

  fil_guid_random (&servent, f->world->random);
  raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel");
  for (guint i = 0; i < FIL_HITS_PER_QUERY + 5; i++)
    {
      raw_peer_hit (f->up[1], &f->muid, 4, 1, &servent);
      raw_peer_read (f->up[0]);
    }
  g_assert_cmpuint (raw_peer_count (f->up[0], FIL_KIND_QUERY_HIT), ==, FIL_HITS_PER_QUERY);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_HIT_LIMIT), ==, 5);
}

static void
test_push (Fixture *f,
           gconstpointer data)
{
  static const char *const bad[] = { "10.0.0.1:80", "127.0.0.2:5000", "224.0.0.1:99", "0.0.0.1:9" };
  FilGuid servent, forged, muid, banned;
  guint64 routed;

  fil_guid_random (&servent, f->world->random);
  fil_guid_random (&forged, f->world->random);
  raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel");
  raw_peer_hit (f->up[1], &f->muid, 4, 1, &servent);
  /* A hit that nobody asked for makes no route. */
  raw_peer_hit (f->up[1], &forged, 4, 1, &forged);

  fil_guid_random (&muid, f->world->random);
  raw_peer_push (f->up[0], &muid, 3, &servent, "24.1.1.1:7000");
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_PUSH), ==, 1);
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_PUSH), ==, 0);
  g_assert_cmpuint (fil_packet_ttl (raw_peer_last (f->up[1], FIL_KIND_PUSH)), ==, 2);
  raw_peer_push (f->up[0], &muid, 3, &servent, "24.1.1.1:7000");
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_DUPLICATE), ==, 1);

  fil_guid_random (&muid, f->world->random);
  raw_peer_push (f->up[0], &muid, 3, &forged, "24.1.1.1:7000");
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_NO_ROUTE), ==, 1);
  /* Not back to where it came from, and not at the end of its TTL. */
  fil_guid_random (&muid, f->world->random);
  raw_peer_push (f->up[1], &muid, 3, &servent, "24.1.1.1:7000");
  fil_guid_random (&muid, f->world->random);
  raw_peer_push (f->up[0], &muid, 1, &servent, "24.1.1.1:7000");
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_NO_ROUTE), ==, 3);

  memset (&banned, 0x58, sizeof banned);
  fil_guid_random (&muid, f->world->random);
  raw_peer_push (f->up[0], &muid, 3, &banned, "24.1.1.1:7000");
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_BANNED), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      fil_guid_random (&muid, f->world->random);
      raw_peer_push (f->up[0], &muid, 3, &servent, bad[i]);
    }
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_ADDRESS), ==, G_N_ELEMENTS (bad));

  /* For us, and a storm that aims at one address. */
  fil_guid_random (&muid, f->world->random);
  raw_peer_push (f->up[0], &muid, 1, &f->world->guid, "24.9.9.9:7000");
  g_assert_cmpuint (f->world->n_pushes, ==, 1);
  routed = fil_overlay_stats (f->world->overlay)->pushes_routed;
  for (guint i = 0; i < 3 * FIL_PUSH_TARGET_PER_MINUTE; i++)
    {
      fil_guid_random (&muid, f->world->random);
      raw_peer_push (f->up[i % 2 == 0 ? 0 : 2], &muid, 3, &servent, "24.7.7.7:7000");
    }
  g_assert_cmpuint (fil_overlay_stats (f->world->overlay)->pushes_routed - routed, ==,
                    FIL_PUSH_TARGET_PER_MINUTE);
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_PUSH_LIMIT), ==, 2 * FIL_PUSH_TARGET_PER_MINUTE);

  /* Routes grow old. */
  raw_world_advance (f->world, 2 * FIL_PUSH_ROUTE_LIFE + FIL_SEC);
  g_assert_false (fil_overlay_has_push_route (f->world->overlay, &servent, f->world->now_us));
}

static void
test_leaf_relays (Fixture *f,
                  gconstpointer data)
{
  raw_peer_query (f->leaf, &f->muid, 3, 1, "hazel");
  g_assert_cmpuint (raw_peer_bye (f->leaf), ==, FIL_BYE_LEAF_RELAYS);
  g_assert_cmpuint (fil_overlay_n_peers (f->world->overlay, FIL_MODE_LEAF), ==, 0);
}

static void
test_duplicates (Fixture *f,
                 gconstpointer data)
{
  raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel");
  for (guint i = 0; i < FIL_LINK_DUPLICATES; i++)
    {
      g_assert_cmpuint (raw_peer_bye (f->up[0]), ==, 0);
      raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel");
    }
  g_assert_cmpuint (raw_peer_bye (f->up[0]), ==, FIL_BYE_DUPLICATES);
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY), ==, 1);
}

static void
test_rates (Fixture *f,
            gconstpointer data)
{
  for (guint i = 0; i < FIL_LEAF_QUERY_BURST + 10; i++)
    {
      fil_guid_random (&f->muid, f->world->random);
      raw_peer_query (f->leaf, &f->muid, 3, 0, "hazel");
    }
  /* More than a leaf may ask, and more than is led for one leaf at once. */
  g_assert_cmpuint (raw_world_drops (f->world, FIL_DROP_RATE), ==,
                    10 + FIL_LEAF_QUERY_BURST - FIL_QUERIES_LED_PER_LEAF);
  g_assert_cmpuint (raw_peer_count (f->up[0], FIL_KIND_QUERY), ==, FIL_QUERIES_LED_PER_LEAF);
}

static void
test_errors (Fixture *f,
             gconstpointer data)
{
  FilHeader header = fil_header (FIL_KIND_QUERY, &f->muid, 3, 1);

  for (guint i = 0; i < FIL_LINK_ERRORS; i++)
    raw_peer_send (f->up[0], &header, fil_slice ("\x80\x00no end", 8));
  g_assert_cmpuint (raw_peer_bye (f->up[0]), ==, FIL_BYE_ERRORS);
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY), ==, 0);
}

static void
test_hops_flow (Fixture *f,
                gconstpointer data)
{
  FilHeader header = fil_header (FIL_KIND_VENDOR, &f->muid, 1, 0);

  raw_peer_send (f->up[1], &header, fil_slice ("BEAR\x04\x00\x01\x00\x02", 9));
  raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel");
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY), ==, 0);
  fil_guid_random (&f->muid, f->world->random);
  raw_peer_query (f->up[0], &f->muid, 3, 0, "hazel");
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY), ==, 1);
  g_assert_cmpuint (raw_peer_count (f->up[2], FIL_KIND_QUERY), ==, 2);
}

/* What stays on its link counts for nothing when it comes from further away. */
static void
test_relayed_vendor (Fixture *f,
                     gconstpointer data)
{
  FilHeader header = fil_header (FIL_KIND_VENDOR, &f->muid, 1, 1);

  raw_peer_send (f->up[1], &header, fil_slice ("BEAR\x04\x00\x01\x00\x00", 9));
  raw_peer_query (f->up[0], &f->muid, 3, 0, "hazel");
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY), ==, 1);
  g_assert_cmpuint (fil_overlay_stats (f->world->overlay)->drops[FIL_DROP_MISPLACED], ==, 1);
}

/* A neighbour that stops reading costs a bounded queue, then its link. */
static void
test_slow_reader (Fixture *f,
                  gconstpointer data)
{
  for (guint i = 0; i < 6000; i++)
    {
      fil_guid_random (&f->muid, f->world->random);
      raw_peer_query (f->up[0], &f->muid, 3, 1, "hazel nut harvest of the year");
      if (i % 100 == 0)
        raw_peer_clear (f->up[2]);
    }
  g_assert_cmpuint (raw_peer_count (f->up[1], FIL_KIND_QUERY) * 53, <,
                    FIL_LINK_QUEUE_BYTES + 2 * FIL_LINK_PLAIN_BYTES);
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
    { "flood", test_flood },           { "ttl", test_ttl },
    { "tables", test_tables },         { "hits", test_hits },
    { "hit-limit", test_hit_limit },   { "push", test_push },
    { "leaf-relays", test_leaf_relays }, { "duplicates", test_duplicates },
    { "rates", test_rates },           { "errors", test_errors },
    { "hops-flow", test_hops_flow },   { "slow-reader", test_slow_reader },
    { "hit-alts", test_hit_alts }, { "list-files", test_list_files }, { "relayed-vendor", test_relayed_vendor },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/overlay/router/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].func, tear_down);
    }
  return g_test_run ();
}
