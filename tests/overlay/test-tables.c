/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "address-meter.h"
#include "dynamic-query.h"
#include "guid-table.h"
#include "host-cache.h"
#include "overlay-limits.h"
#include "overlay-trace.h"
#include "pong-cache.h"
#include "raw-peer.h"
#include "reachability.h"
#include "send-queue.h"
#include "topology.h"

/* What the overlay remembers, and what it forgets. */

static void
test_guid_table (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (3);
  g_autoptr (FilGuidTable) table = fil_guid_table_new (sizeof (guint32), 1000, FIL_MINUTE, random);
  FilGuid guids[500], guid;
  gboolean is_new;
  gint64 now = 5 * FIL_HOUR;

  for (guint i = 0; i < 500; i++)
    {
      fil_guid_random (&guids[i], random);
      *(guint32 *) fil_guid_table_add (table, &guids[i], now, &is_new) = i;
      g_assert_true (is_new);
    }
  for (guint i = 0; i < 500; i++)
    g_assert_cmpuint (*(guint32 *) fil_guid_table_find (table, &guids[i], now + FIL_MINUTE - 1), ==, i);
  *(guint32 *) fil_guid_table_add (table, &guids[7], now, &is_new) += 1000;
  g_assert_false (is_new);
  fil_guid_table_remove (table, &guids[8]);
  g_assert_null (fil_guid_table_find (table, &guids[8], now));
  g_assert_nonnull (fil_guid_table_add (table, &guids[8], now, &is_new));
  g_assert_true (is_new);

  /* One life later all are there still, and who is touched lives on. */
  now += FIL_MINUTE + 1;
  g_assert_cmpuint (*(guint32 *) fil_guid_table_touch (table, &guids[7], now), ==, 1007);
  g_assert_nonnull (fil_guid_table_find (table, &guids[9], now));
  now += FIL_MINUTE + 1;
  g_assert_cmpuint (*(guint32 *) fil_guid_table_find (table, &guids[7], now), ==, 1007);
  g_assert_null (fil_guid_table_find (table, &guids[9], now));
  now += 10 * FIL_MINUTE;
  g_assert_null (fil_guid_table_find (table, &guids[7], now));

  /* A flood makes it forget, not grow. */
  for (guint i = 0; i < 10000; i++)
    {
      fil_guid_random (&guid, random);
      fil_guid_table_add (table, &guid, now, &is_new);
      g_assert_cmpuint (fil_guid_table_size (table), <=, 2000);
      g_assert_nonnull (fil_guid_table_find (table, &guid, now));
    }
}

/* As large as that of an ultrapeer, with its slots in large pages. */
static void
test_large_guid_table (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (4);
  g_autoptr (FilGuidTable) table = fil_guid_table_new (sizeof (guint64), 100000, FIL_MINUTE, random);
  g_autofree FilGuid *guids = g_new (FilGuid, 100000);
  gboolean is_new;

  for (guint i = 0; i < 100000; i++)
    {
      guint64 *value;

      fil_guid_random (&guids[i], random);
      fil_guid_table_expect (table, &guids[i]);
      value = fil_guid_table_add (table, &guids[i], FIL_HOUR, &is_new);
      g_assert_true (is_new);
      g_assert_cmpuint (*value, ==, 0);
      *value = i;
    }
  for (guint i = 0; i < 100000; i++)
    g_assert_cmpuint (*(guint64 *) fil_guid_table_find (table, &guids[i], FIL_HOUR), ==, i);
  g_assert_cmpuint (fil_guid_table_size (table), ==, 100000);
}

static gboolean
push (FilSendQueue *queue,
      FilImportance importance,
      guint hops,
      const char *text,
      gsize len,
      gint64 now)
{
  return fil_send_queue_push (queue, importance, hops, NULL, 0, (const guint8 *) text, len, now);
}

static void
test_send_queue (void)
{
  g_autoptr (FilSendQueue) queue = fil_send_queue_new (100);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  char big[64] = { 0 };

  g_assert_true (push (queue, FIL_IMPORTANCE_QUERY, 3, "far", 3, 0));
  g_assert_true (push (queue, FIL_IMPORTANCE_QUERY, 1, "near", 4, 0));
  g_assert_true (push (queue, FIL_IMPORTANCE_HIT, 1, "hit1", 4, 0));
  g_assert_true (push (queue, FIL_IMPORTANCE_HIT, 5, "hit5", 4, 0));
  g_assert_true (push (queue, FIL_IMPORTANCE_PING, 0, "ping", 4, 0));
  g_assert_cmpuint (fil_send_queue_pop (queue, out, 1000, 1), ==, 5);
  g_assert_cmpmem (out->data, out->len, "hit5hit1nearfarping", 19);
  g_assert_cmpuint (fil_send_queue_bytes (queue), ==, 0);

  /* Requests that waited too long are of no use any more; replies are. */
  push (queue, FIL_IMPORTANCE_QUERY, 1, "query", 5, 0);
  push (queue, FIL_IMPORTANCE_HIT, 1, "hit", 3, 0);
  g_byte_array_set_size (out, 0);
  fil_send_queue_pop (queue, out, 1000, FIL_LINK_QUERY_AGE + 1);
  g_assert_cmpmem (out->data, out->len, "hit", 3);

  /* The less important makes room; what is no more important than all does not get in. */
  for (guint i = 0; i < 25; i++)
    g_assert_true (push (queue, FIL_IMPORTANCE_QUERY, 2, "abcd", 4, 7));
  g_assert_true (fil_send_queue_is_congested (queue));
  g_assert_cmpint (fil_send_queue_congested_since (queue), ==, 7);
  g_assert_false (push (queue, FIL_IMPORTANCE_QUERY, 2, "efgh", 4, 8));
  g_assert_false (push (queue, FIL_IMPORTANCE_PING, 0, "ping", 4, 8));
  g_assert_true (push (queue, FIL_IMPORTANCE_PUSH, 0, big, sizeof big, 8));
  g_assert_cmpuint (fil_send_queue_bytes (queue), <=, 100);
  g_byte_array_set_size (out, 0);
  fil_send_queue_pop (queue, out, 1000, 9);
  g_assert_false (fil_send_queue_is_congested (queue));
}

static FilEndpoint
endpoint (const char *text)
{
  FilEndpoint out;

  g_assert_true (fil_endpoint_parse (&out, text, -1, 0));
  return out;
}

static gboolean
avoid_one (const FilEndpoint *host,
           gpointer data)
{
  return fil_endpoint_equal (host, data);
}

static void
test_host_cache (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (4);
  g_autoptr (FilHostCache) cache = fil_host_cache_new (random);
  g_autoptr (FilHostCache) other = fil_host_cache_new (random);
  g_autoptr (GArray) saved = NULL;
  FilEndpoint a = endpoint ("24.1.1.1:5000"), b = endpoint ("25.1.1.1:5000"), chosen;
  guint learnt = 0;

  g_assert_false (fil_host_cache_choose (cache, NULL, NULL, 0, &chosen));
  g_assert_true (fil_host_cache_learn (cache, &a, NULL, 0));
  g_assert_false (fil_host_cache_learn (cache, &a, NULL, 0));
  fil_host_cache_good (cache, &b, 0);
  for (guint i = 0; i < 10; i++)
    {
      g_assert_true (fil_host_cache_choose (cache, NULL, NULL, 0, &chosen));
      g_assert_true (fil_endpoint_equal (&chosen, &b));
    }
  g_assert_true (fil_host_cache_choose (cache, avoid_one, &b, 0, &chosen));
  g_assert_true (fil_endpoint_equal (&chosen, &a));
  fil_host_cache_tried (cache, &b, 0);
  g_assert_true (fil_host_cache_choose (cache, NULL, NULL, FIL_SEC, &chosen));
  g_assert_true (fil_endpoint_equal (&chosen, &a));
  /* One that took us may be called again sooner: when the router forgot all links, there is nobody else. */
  fil_host_cache_good (cache, &b, 0);
  g_assert_false (fil_host_cache_choose (cache, avoid_one, &a, FIL_HOST_AGAIN - 1, &chosen));
  g_assert_true (fil_host_cache_choose (cache, avoid_one, &a, FIL_HOST_AGAIN, &chosen));
  g_assert_true (fil_endpoint_equal (&chosen, &b));

  /* It takes an older link of ours for alive: once more soon, and then only as any other. */
  for (guint i = 0; i < 2; i++)
    {
      fil_host_cache_tried (cache, &b, 0);
      fil_host_cache_has_twin (cache, &b, 0);
      g_assert_false (fil_host_cache_choose (cache, avoid_one, &a, FIL_HOST_TWIN - 1, &chosen));
      g_assert_true (fil_host_cache_choose (cache, avoid_one, &a, FIL_HOST_TWIN, &chosen) == (i == 0));
    }
  fil_host_cache_good (cache, &b, 0);
  fil_host_cache_tried (cache, &b, 0);
  fil_host_cache_has_twin (cache, &b, 0);
  g_assert_true (fil_host_cache_choose (cache, avoid_one, &a, FIL_HOST_TWIN, &chosen));
  fil_host_cache_good (cache, &b, 0);

  saved = fil_host_cache_save (cache, 60 * FIL_SEC);
  g_assert_cmpuint (saved->len, ==, 2);
  fil_host_cache_load (other, (const FilSavedHost *) saved->data, saved->len, FIL_HOUR);
  g_assert_cmpuint (fil_host_cache_size (other), ==, 2);
  g_assert_true (fil_host_cache_choose (other, NULL, NULL, FIL_HOUR, &chosen));
  g_assert_true (fil_endpoint_equal (&chosen, &b));

  fil_host_cache_bad (cache, &a, 0);
  g_assert_false (fil_host_cache_learn (cache, &a, NULL, FIL_SEC));
  g_assert_true (fil_host_cache_learn (cache, &a, NULL, FIL_HOSTS_BAD_LIFE + 1));

  /* One network, one teller, everybody together: none fills it. */
  for (guint i = 1; i < 200; i++)
    {
      FilEndpoint near = endpoint ("26.1.1.1:5000");

      near.addr[3] = (guint8) i;
      learnt += fil_host_cache_learn (cache, &near, NULL, 0);
    }
  g_assert_cmpuint (learnt, ==, FIL_HOSTS_PER_NETWORK);
  learnt = 0;
  for (guint i = 0; i < 3 * FIL_HOSTS_MAX; i++)
    {
      FilEndpoint far = fil_endpoint_v4 ((const guint8[]){ 40, (guint8) (i / 256), (guint8) i, 1 }, 5000);

      learnt += fil_host_cache_learn (cache, &far, &b, 0);
    }
  g_assert_cmpuint (learnt, ==, FIL_HOSTS_MAX / 8);
  for (guint i = 0; i < 3 * FIL_HOSTS_MAX; i++)
    {
      FilEndpoint far = fil_endpoint_v4 ((const guint8[]){ 41, (guint8) (i / 256), (guint8) i, 1 }, 5000);

      fil_host_cache_learn (cache, &far, NULL, 0);
      fil_host_cache_bad (other, &far, 0);
    }
  g_assert_cmpuint (fil_host_cache_size (cache), ==, FIL_HOSTS_MAX);
}

static void
test_pong_cache (void)
{
  g_autofree FilPongCache *cache = g_new0 (FilPongCache, 1);
  g_autoptr (FilRandom) random = fil_random_new_seeded (5);
  FilEndpoint none = { 0 };
  FilCachedPong out[20];
  guint n, seen_hops = 0;

  for (guint i = 0; i < 500; i++)
    {
      FilCachedPong pong = { .endpoint = raw_endpoint (i), .hops = (guint8) (i % 8), .link = 1 + i % 3 };

      fil_pong_cache_add (cache, &pong);
    }
  n = fil_pong_cache_choose (cache, 1, &none, random, FIL_SEC, out, 10);
  g_assert_cmpuint (n, ==, 10);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (out[i].link, !=, 1);
      seen_hops |= 1u << MIN (out[i].hops, 4);
    }
  g_assert_cmpuint (seen_hops, ==, 31);
  g_assert_cmpuint (fil_pong_cache_choose (cache, 1, &none, random, FIL_PONG_CACHE_LIFE + 1, out, 10), ==, 0);
}

static void
test_reachability (void)
{
  FilReachability reach;
  FilEndpoint us = endpoint ("24.5.5.5:1"), them = endpoint ("24.6.6.6:1");
  const char *const voters[] = { "30.1.1.1:1", "30.1.9.9:1", "31.1.1.1:1", "32.1.1.1:1" };
  FilEndpoint voter, lan = endpoint ("192.168.1.9:80");
  gint64 now = 0;

  fil_reachability_init (&reach, FALSE);
  for (guint i = 0; i < 3; i++)
    {
      voter = endpoint (voters[i]);
      g_assert_false (fil_reachability_vote (&reach, &voter, &us));
    }
  /* Two of one network count once; a private one not at all; another opinion starts anew. */
  g_assert_false (fil_reachability_vote (&reach, &lan, &us));
  voter = endpoint (voters[3]);
  g_assert_true (fil_reachability_vote (&reach, &voter, &us));
  g_assert_true (fil_endpoint_same_address (fil_reachability_external (&reach, 4), &us));
  g_assert_false (fil_reachability_vote (&reach, &voter, &them));
  g_assert_true (fil_endpoint_same_address (fil_reachability_external (&reach, 4), &us));

  g_assert_true (fil_reachability_wants_proof (&reach.tcp, now));
  g_assert_false (fil_reachability_prove (&reach, &reach.tcp, &lan, now));
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_UNKNOWN);
  for (guint i = 0; i < 2; i++)
    {
      fil_reachability_asked (&reach.tcp, now);
      now += FIL_MINUTE;
      g_assert_true (fil_reachability_tick (&reach, now) == (i == 1));
    }
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_NO);
  g_assert_true (fil_reachability_prove (&reach, &reach.tcp, &voter, now));
  g_assert_false (fil_reachability_prove (&reach, &reach.tcp, &voter, now));
  g_assert_false (fil_reachability_wants_proof (&reach.tcp, now));
  now += FIL_HOUR;
  g_assert_true (fil_reachability_tick (&reach, now));
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_UNKNOWN);
}

/* gtk-gnutella throws a second ping to one address within a minute away: the second request has to come after
 * that, and nobody may be called unreachable before it was answered. */
static void
test_udp_patience (void)
{
  FilReachability reach;
  gint64 now = 0;

  fil_reachability_init (&reach, FALSE);
  fil_reachability_asked (&reach.udp, now);
  now += FIL_MINUTE;
  g_assert_false (fil_reachability_tick (&reach, now));
  g_assert_false (fil_reachability_wants_proof (&reach.udp, now));
  now += 15 * FIL_SEC;
  g_assert_false (fil_reachability_tick (&reach, now));
  g_assert_true (fil_reachability_wants_proof (&reach.udp, now));
  fil_reachability_asked (&reach.udp, now);
  g_assert_false (fil_reachability_tick (&reach, now + 75 * FIL_SEC - 1));
  g_assert_true (fil_reachability_tick (&reach, now + 75 * FIL_SEC));
  g_assert_cmpint (reach.udp.state, ==, FIL_REACHABLE_NO);
}

static gboolean
avoid_none (const FilEndpoint *host,
            gpointer data)
{
  return FALSE;
}

static void
test_topology (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (6);
  g_autoptr (FilHostCache) cache = fil_host_cache_new (random);
  g_autoptr (FilTopology) topology = fil_topology_new (cache, FALSE, random);
  FilEndpoint kept = endpoint ("24.9.9.9:999"), out[16];
  gint64 now = 0, pause = 0;

  for (guint i = 0; i < 3000; i++)
    {
      FilEndpoint host = fil_endpoint_v4 ((const guint8[]){ 42, (guint8) (i / 256), (guint8) i, 1 }, 5000);

      fil_host_cache_learn (cache, &host, NULL, now);
    }
  /* However many hosts are heard of, a few dials at once. */
  g_assert_cmpuint (fil_topology_next (topology, 30, avoid_none, NULL, now, out, 16), ==, FIL_DIALS_AT_ONCE);
  g_assert_cmpuint (fil_topology_next (topology, 30, avoid_none, NULL, now, out + 8, 8), ==, 0);
  fil_topology_dial_ended (topology, &out[0]);
  g_assert_cmpuint (fil_topology_next (topology, 30, avoid_none, NULL, now, out, 16), ==, 1);
  g_assert_cmpuint (fil_topology_next (topology, 0, avoid_none, NULL, now + FIL_HOUR, out, 16), ==, 0);

  /* The user's own are tried again and again, with growing pauses. */
  now = 2 * FIL_HOUR;
  fil_topology_keep (topology, &kept, now);
  for (guint i = 0; i < 10; i++)
    {
      gint64 begun = now;

      while (fil_topology_next (topology, 0, avoid_none, NULL, now, out, 16) == 0)
        now += FIL_SEC;
      g_assert_true (fil_endpoint_equal (&out[0], &kept));
      g_assert_cmpint (now - begun, >=, pause);
      g_assert_cmpint (now - begun, <=, 6 * FIL_MINUTE);
      pause = now - begun;
      fil_topology_dial_ended (topology, &kept);
      fil_topology_failed (topology, &kept, now);
    }
  g_assert_cmpint (pause, >=, 4 * FIL_MINUTE);
  fil_topology_forget (topology, &kept);
  g_assert_cmpuint (fil_topology_next (topology, 0, avoid_none, NULL, now + FIL_HOUR, out, 16), ==, 0);
}

static FilDynamicQuery *
make_led (guint wanted)
{
  FilGuid muid = { { 1 } };
  FilHeader header = fil_header (FIL_KIND_QUERY, &muid, 3, 1);
  FilQueryHashes hashes = { .n_words = 1 };
  g_autoptr (FilPacket) packet = fil_packet_new (&header, FIL_SLICE_NONE);

  return fil_dynamic_query_new (packet, &hashes, 5, wanted, 3, 0);
}

static void
test_dynamic_query (void)
{
  FilQueryOrder orders[FIL_QUERY_ORDERS];
  FilQueryTarget targets[20];
  guint asked[21] = { 0 }, n, total = 0;
  FilDynamicQuery *led = make_led (50);
  gint64 now = 0;

  for (guint i = 0; i < 20; i++)
    targets[i] =
        (FilQueryTarget){ .link = 1 + i, .degree = 30, .max_ttl = 4, .matches = TRUE, .probes = TRUE };
  /* A few neighbours are asked at once, as far as the query may go. */
  n = fil_dynamic_query_step (led, targets, 3, now, orders);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (orders[0].ttl, ==, 3);
  fil_dynamic_query_free (led);

  /* Of many, three are probed less far; then one after the other until all were asked. */
  led = make_led (50);
  n = fil_dynamic_query_step (led, targets, 20, now, orders);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (orders[0].ttl, ==, 1);
  g_assert_cmpuint (fil_dynamic_query_step (led, targets, 20, now, orders), ==, 0);
  while (!fil_dynamic_query_is_done (led, now))
    {
      now = fil_dynamic_query_wake (led);
      n = fil_dynamic_query_step (led, targets, 20, now, orders);
      for (guint i = 0; i < n; i++, total++)
        {
          g_assert_cmpuint (++asked[orders[i].link], ==, 1);
          g_assert_cmpuint (orders[i].ttl, <=, 3);
        }
    }
  g_assert_cmpuint (total, ==, 20);
  g_assert_cmpint (now, <=, 10 * FIL_MINUTE);
  fil_dynamic_query_free (led);

  /* Enough is enough, however it is counted. */
  led = make_led (50);
  fil_dynamic_query_step (led, targets, 20, 0, orders);
  fil_dynamic_query_add_hits (led, 50);
  g_assert_true (fil_dynamic_query_wants_guidance (led));
  g_assert_false (fil_dynamic_query_wants_guidance (led));
  g_assert_cmpuint (fil_dynamic_query_step (led, targets, 20, FIL_MINUTE, orders), ==, 0);
  fil_dynamic_query_set_kept (led, 30);
  g_assert_cmpuint (fil_dynamic_query_step (led, targets, 20, FIL_MINUTE, orders), ==, 1);
  fil_dynamic_query_stop (led);
  g_assert_cmpuint (fil_dynamic_query_step (led, targets, 20, 2 * FIL_MINUTE, orders), ==, 0);
  fil_dynamic_query_free (led);
}

static void
test_meter (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (8);
  g_autoptr (FilAddressMeter) meter = fil_address_meter_new (3, FIL_MINUTE, 100, random);
  FilEndpoint a = endpoint ("24.1.1.1:5"), port = endpoint ("24.1.1.1:6");

  for (guint i = 0; i < 6; i++)
    g_assert_true (fil_address_meter_take (meter, i % 2 ? &a : &port, 0) == (i < 3));
  g_assert_true (fil_address_meter_take (meter, &a, FIL_MINUTE));
}

/* The last FIL_TRACES requests are known, each with its own steps and with the first of many; older ones are not. */
static void
test_trace (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (9);
  g_autoptr (FilOverlayTrace) trace = fil_overlay_trace_new ();
  FilTraceRecord record = { .what = "query-sent" };
  g_autofree FilGuid *muids = g_new (FilGuid, 3 * FIL_TRACES);
  FilGuid first;
  guint n;

  fil_guid_random (&first, random);
  for (guint i = 0; i < FIL_TRACE_STEPS + 5; i++)
    fil_overlay_trace_add (trace, &first, &record);
  g_assert_nonnull (fil_overlay_trace_get (trace, &first, &n));
  g_assert_cmpuint (n, ==, FIL_TRACE_STEPS);

  for (guint i = 0; i < 3 * FIL_TRACES; i++)
    {
      fil_guid_random (&muids[i], random);
      for (guint step = 0; step <= i % 3; step++)
        fil_overlay_trace_add (trace, &muids[i], &record);
    }
  g_assert_null (fil_overlay_trace_get (trace, &first, &n));
  for (guint i = 0; i < 3 * FIL_TRACES; i++)
    {
      g_assert_true ((fil_overlay_trace_get (trace, &muids[i], &n) != NULL) == (i >= 2 * FIL_TRACES));
      g_assert_cmpuint (n, ==, i >= 2 * FIL_TRACES ? i % 3 + 1 : 0);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/guid-table", test_guid_table);
  g_test_add_func ("/overlay/guid-table/large", test_large_guid_table);
  g_test_add_func ("/overlay/send-queue", test_send_queue);
  g_test_add_func ("/overlay/host-cache", test_host_cache);
  g_test_add_func ("/overlay/pong-cache", test_pong_cache);
  g_test_add_func ("/overlay/reachability", test_reachability);
  g_test_add_func ("/overlay/reachability/udp-patience", test_udp_patience);
  g_test_add_func ("/overlay/topology", test_topology);
  g_test_add_func ("/overlay/dynamic-query", test_dynamic_query);
  g_test_add_func ("/overlay/meter", test_meter);
  g_test_add_func ("/overlay/trace", test_trace);
  return g_test_run ();
}
