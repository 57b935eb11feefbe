/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-limits.h"
#include "overlay-stats.h"
#include "sim.h"

#define LATENCY (20 * FIL_MSEC)

/* A leaf, three ultrapeers in a line, and a leaf that nobody can connect to. */
typedef struct
{
  Sim *sim;
  SimHost *seeker;
  SimHost *ups[3];
  SimHost *holder;
} Line;

static void
make_line (Line *line,
           guint query_ttl)
{
  FilOverlayConfig config = {
    .role = FIL_ROLE_LEAF, .ultrapeers = 1, .is_passive = TRUE, .query_ttl = query_ttl
  };

  line->sim = sim_new (1, LATENCY);
  line->seeker = sim_add_with (line->sim, &config);
  for (guint i = 0; i < 3; i++)
    line->ups[i] = sim_add (line->sim, FIL_ROLE_ULTRAPEER, 0, 0);
  line->holder = sim_add (line->sim, FIL_ROLE_LEAF, 1, 0);
  line->holder->is_firewalled = TRUE;
  sim_share (line->holder, "The Hazel Nut - Harvest.ogg");
  sim_connect (line->seeker, line->ups[0]);
  sim_connect (line->ups[0], line->ups[1]);
  sim_connect (line->ups[1], line->ups[2]);
  sim_connect (line->holder, line->ups[2]);
  sim_run (line->sim, 150 * FIL_SEC);
  g_assert_cmpint (fil_overlay_state (line->seeker->overlay), ==, FIL_OVERLAY_ONLINE);
  g_assert_cmpuint (fil_overlay_n_peers (line->ups[2]->overlay, FIL_MODE_LEAF), ==, 1);
  g_assert_cmpuint (fil_overlay_n_peers (line->ups[1]->overlay, FIL_MODE_ULTRAPEER), ==, 2);
}

static const FilTraceRecord *
find_step (SimHost *host,
           const FilGuid *muid,
           const char *what)
{
  guint n;
  const FilTraceRecord *records = fil_overlay_trace (host->overlay, muid, &n);

  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (records[i].what, what) == 0)
      return &records[i];
  return NULL;
}

static FilPushSent
send_push (SimHost *from,
           const FilGuid *servent)
{
  FilPush push = { .target = *servent, .endpoint = from->endpoint, .port = from->endpoint.port };

  return fil_overlay_send_push (from->overlay, &push, NULL, sim_now (from->sim));
}

static gboolean
has_hit (gpointer host)
{
  return ((SimHost *) host)->hits->len > 0;
}

static void
test_hit_and_push (void)
{
  Line line;
  guint32 search;
  gint64 begun;
  SimHit *hit;
  FilGuid muid;
  guint32 peers[4];
  FilOverlayPeer peer;

  make_line (&line, 0);
  g_assert_cmpuint (fil_overlay_peers (line.seeker->overlay, peers, 4), ==, 1);
  g_assert_true (fil_overlay_get_peer (line.seeker->overlay, peers[0], &peer));
  g_assert_true (peer.is_compressed && peer.is_ultrapeer && peer.is_outgoing && peer.is_established);
  g_assert_cmpint (fil_overlay_reachability (line.holder->overlay)->tcp.state, ==, FIL_REACHABLE_NO);
  g_assert_cmpint (fil_overlay_reachability (line.ups[1]->overlay)->tcp.state, ==, FIL_REACHABLE_YES);

  search = fil_overlay_search (line.seeker->overlay, "hazel harvest", NULL, 0, sim_now (line.sim));
  g_assert_cmpuint (search, !=, 0);
  begun = sim_now (line.sim);
  g_assert_true (sim_run_until (line.sim, has_hit, line.seeker, 10 * FIL_SEC));
  /* Eight links there and back, and no delay but the wire's. */
  g_assert_cmpint (sim_now (line.sim) - begun, <, 8 * LATENCY + 10 * FIL_MSEC);

  hit = line.seeker->hits->pdata[0];
  g_assert_cmpstr (hit->name, ==, "The Hazel Nut - Harvest.ogg");
  g_assert_cmpuint (hit->hops, ==, 3);
  g_assert_true (hit->firewalled);
  g_assert_cmpuint (hit->n_proxies, ==, 1);
  g_assert_true (fil_guid_equal (&hit->servent, &line.holder->guid));

  g_assert_true (fil_overlay_search_muid (line.seeker->overlay, search, &muid));
  g_assert_nonnull (find_step (line.seeker, &muid, "query-sent"));
  g_assert_nonnull (find_step (line.seeker, &muid, "hit-received"));
  g_assert_cmpuint (find_step (line.ups[0], &muid, "query-received")->ttl, ==, 4);
  g_assert_cmpuint (find_step (line.ups[1], &muid, "query-received")->ttl, ==, 3);
  g_assert_cmpuint (find_step (line.ups[2], &muid, "query-received")->ttl, ==, 2);
  g_assert_nonnull (find_step (line.ups[1], &muid, "hit-routed"));
  g_assert_nonnull (find_step (line.holder, &muid, "hit-sent"));

  /* Back the same way: every hop passes the push on. */
  g_assert_true (fil_overlay_has_push_route (line.seeker->overlay, &hit->servent, sim_now (line.sim)));
  g_assert_cmpint (send_push (line.seeker, &hit->servent), ==, FIL_PUSH_SENT_ROUTED);
  sim_run (line.sim, FIL_SEC);
  g_assert_cmpuint (line.holder->pushes->len, ==, 1);
  g_assert_true (fil_endpoint_equal (&g_array_index (line.holder->pushes, FilPush, 0).endpoint,
                                     &line.seeker->endpoint));
  for (guint i = 0; i < 3; i++)
    g_assert_nonnull (find_step (line.ups[i], &line.holder->guid, "push-forwarded"));
  g_assert_nonnull (find_step (line.holder, &line.holder->guid, "push-received"));

  fil_overlay_close_search (line.seeker->overlay, search, sim_now (line.sim));
  g_assert_false (fil_overlay_search_muid (line.seeker->overlay, search, &muid));
  sim_free (line.sim);
}

/* What somebody shares only now is found within seconds; so are further changes, but not without end. */
static void
test_late_file (void)
{
  Line line;

  make_line (&line, 0);
  sim_share (line.holder, "walnut cake.txt");
  sim_run (line.sim, 5 * FIL_SEC);
  g_assert_cmpuint (fil_overlay_search (line.seeker->overlay, "walnut cake", NULL, 0, sim_now (line.sim)), !=, 0);
  g_assert_true (sim_run_until (line.sim, has_hit, line.seeker, FIL_SEC));
  sim_free (line.sim);
}

/* Somebody's files change every second: its neighbour hears of it a few times soon, then rarely. */
static void
test_busy_library (void)
{
  guint64 before;
  Line line;

  make_line (&line, 0);
  before = fil_overlay_stats (line.holder->overlay)->out_kinds[FIL_KIND_QRP];
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("%c%cpecan.txt", 'a' + (int) (i % 26), 'a' + (int) (i / 26));

      sim_share (line.holder, name);
      sim_run (line.sim, FIL_SEC);
    }
  g_assert_cmpuint (fil_overlay_stats (line.holder->overlay)->out_kinds[FIL_KIND_QRP] - before, >=,
                    FIL_QRP_UPDATES_AT_ONCE);
  g_assert_cmpuint (fil_overlay_stats (line.holder->overlay)->out_kinds[FIL_KIND_QRP] - before, <=,
                    FIL_QRP_UPDATES_AT_ONCE + 100 / FIL_QRP_INTERVAL_S + 1);
  sim_free (line.sim);
}

static void
test_ttl_2 (void)
{
  Line line;

  make_line (&line, 2);
  /* The middle one has such a file too, or route tables would end the way before TTL does. */
  sim_share (line.ups[1], "hazel.txt");
  sim_run (line.sim, 30 * FIL_SEC);
  g_assert_cmpuint (fil_overlay_search (line.seeker->overlay, "hazel", NULL, 0, sim_now (line.sim)), !=, 0);
  sim_run (line.sim, 2 * FIL_MINUTE);
  g_assert_cmpuint (line.seeker->hits->len, ==, 1);
  g_assert_cmpuint (line.holder->n_matches, ==, 0);
  g_assert_cmpuint (fil_overlay_stats (line.ups[1]->overlay)->in_kinds[FIL_KIND_QUERY], ==, 1);
  g_assert_cmpuint (fil_overlay_stats (line.ups[2]->overlay)->in_kinds[FIL_KIND_QUERY], ==, 0);
  sim_free (line.sim);
}

/* A route that is too old, and one that no hit ever made. */
static void
test_no_route (void)
{
  Line line;
  FilGuid forged;

  make_line (&line, 0);
  fil_overlay_search (line.seeker->overlay, "hazel", NULL, 0, sim_now (line.sim));
  g_assert_true (sim_run_until (line.sim, has_hit, line.seeker, 10 * FIL_SEC));

  /* The seeker believes that its ultrapeer knows the way; the ultrapeer never heard of that servent. */
  fil_guid_random (&forged, sim_random (line.sim));
  g_assert_cmpint (send_push (line.seeker, &forged), ==, FIL_PUSH_SENT_NOT);
  g_assert_cmpuint (fil_overlay_stats (line.seeker->overlay)->drops[FIL_DROP_PUSH_NO_ROUTE], ==, 1);
  g_assert_nonnull (find_step (line.seeker, &forged, "push-dropped"));

  sim_run (line.sim, FIL_HOUR - FIL_MINUTE);
  g_assert_true (fil_overlay_has_push_route (line.seeker->overlay, &line.holder->guid, sim_now (line.sim)));
  sim_run (line.sim, FIL_HOUR + 2 * FIL_MINUTE);
  g_assert_false (fil_overlay_has_push_route (line.seeker->overlay, &line.holder->guid, sim_now (line.sim)));
  g_assert_cmpint (send_push (line.seeker, &line.holder->guid), ==, FIL_PUSH_SENT_NOT);
  g_assert_cmpuint (fil_overlay_stats (line.seeker->overlay)->drops[FIL_DROP_PUSH_NO_ROUTE], ==, 2);
  g_assert_cmpuint (line.holder->pushes->len, ==, 0);
  sim_free (line.sim);
}

static void
test_two_hops (void)
{
  Sim *sim = sim_new (2, LATENCY);
  SimHost *a = sim_add (sim, FIL_ROLE_ULTRAPEER, 0, 0);
  SimHost *b = sim_add (sim, FIL_ROLE_ULTRAPEER, 0, 0);
  SimHost *c = sim_add (sim, FIL_ROLE_ULTRAPEER, 0, 0);

  sim_share (c, "filbert.txt");
  sim_connect (a, b);
  sim_connect (b, c);
  sim_run (sim, FIL_MINUTE);
  fil_overlay_search (a->overlay, "filbert", NULL, 0, sim_now (sim));
  g_assert_true (sim_run_until (sim, has_hit, a, 10 * FIL_SEC));
  g_assert_cmpuint (((SimHit *) a->hits->pdata[0])->hops, ==, 1);
  g_assert_false (((SimHit *) a->hits->pdata[0])->firewalled);

  /* A changed library is found soon; a stopped host is missed at once. */
  sim_share (c, "walnut.txt");
  sim_run (sim, FIL_MINUTE);
  fil_overlay_search (a->overlay, "walnut", NULL, 0, sim_now (sim));
  sim_run (sim, FIL_SEC);
  g_assert_cmpuint (a->hits->len, ==, 2);
  sim_stop (b);
  sim_run (sim, FIL_SEC);
  g_assert_cmpint (fil_overlay_state (a->overlay), ==, FIL_OVERLAY_CONNECTING);
  sim_free (sim);
}

/* A route table of many messages, larger than the send queue, sent whole and then by its difference. */
static void
test_big_library (void)
{
  Sim *sim = sim_new (3, LATENCY);
  SimHost *up = sim_add (sim, FIL_ROLE_ULTRAPEER, 0, 0);
  SimHost *seeker = sim_add (sim, FIL_ROLE_LEAF, 1, 0);
  SimHost *holder = sim_add (sim, FIL_ROLE_LEAF, 1, 0);
  guint64 before;

  for (guint i = 0; i < 60000; i++)
    g_ptr_array_add (holder->files, g_strdup_printf ("%08x%08x.ogg", fil_random_u32 (sim_random (sim)),
                                                     fil_random_u32 (sim_random (sim))));
  sim_share (holder, "needle.ogg");
  sim_connect (seeker, up);
  sim_connect (holder, up);
  sim_run (sim, FIL_MINUTE);
  g_assert_cmpuint (fil_overlay_stats (up->overlay)->in_kinds[FIL_KIND_QRP], >, 24);
  fil_overlay_search (seeker->overlay, "needle", NULL, 0, sim_now (sim));
  sim_run (sim, FIL_SEC);
  g_assert_cmpuint (seeker->hits->len, ==, 1);
  fil_overlay_search (seeker->overlay, "haystack", NULL, 0, sim_now (sim));
  sim_run (sim, FIL_SEC);
  g_assert_cmpuint (holder->n_matches, ==, 1);

  before = sim_bytes (sim);
  sim_share (holder, "haystack.ogg");
  sim_run (sim, 30 * FIL_SEC);
  g_assert_cmpuint (sim_bytes (sim) - before, <, 20000);
  fil_overlay_search (seeker->overlay, "haystack", NULL, 0, sim_now (sim));
  sim_run (sim, FIL_SEC);
  g_assert_cmpuint (seeker->hits->len, ==, 2);
  sim_free (sim);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sim/line/two-hops", test_two_hops);
  g_test_add_func ("/sim/line/hit-and-push", test_hit_and_push);
  g_test_add_func ("/sim/line/late-file", test_late_file);
  g_test_add_func ("/sim/line/busy-library", test_busy_library);
  g_test_add_func ("/sim/line/ttl-2", test_ttl_2);
  g_test_add_func ("/sim/line/no-route", test_no_route);
  g_test_add_func ("/sim/line/big-library", test_big_library);
  return g_test_run ();
}
