/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim.h"

#define N_ULTRAPEERS 60
#define N_LEAVES 280
#define N_SEARCHES 12
#define REACH 3 /* ultrapeers from one of the seeker's own to one of the holder's, for TTL 4 */

typedef struct
{
  Sim *sim;
  gboolean joined[N_ULTRAPEERS][N_ULTRAPEERS];
  guint distance[N_ULTRAPEERS][N_ULTRAPEERS];
  guint up_of[N_LEAVES][2];
} Network;

static void
join (Network *self,
      guint a,
      guint b)
{
  if (a == b || self->joined[a][b])
    return;
  self->joined[a][b] = self->joined[b][a] = TRUE;
  sim_connect (sim_host (self->sim, a), sim_host (self->sim, b));
}

static void
measure (Network *self)
{
  for (guint i = 0; i < N_ULTRAPEERS; i++)
    for (guint j = 0; j < N_ULTRAPEERS; j++)
      self->distance[i][j] = i == j ? 0 : self->joined[i][j] ? 1 : 1000;
  for (guint k = 0; k < N_ULTRAPEERS; k++)
    for (guint i = 0; i < N_ULTRAPEERS; i++)
      for (guint j = 0; j < N_ULTRAPEERS; j++)
        self->distance[i][j] = MIN (self->distance[i][j], self->distance[i][k] + self->distance[k][j]);
}

static void
build (Network *self,
       guint extra_links)
{
  FilRandom *random;

  self->sim = sim_new ((guint64) g_test_rand_int (), 15 * FIL_MSEC);
  random = sim_random (self->sim);
  for (guint i = 0; i < N_ULTRAPEERS; i++)
    sim_add (self->sim, FIL_ROLE_ULTRAPEER, 0, 0);
  for (guint i = 1; i < N_ULTRAPEERS; i++)
    join (self, i, fil_random_below (random, i));
  for (guint i = 0; i < extra_links; i++)
    join (self, fil_random_below (random, N_ULTRAPEERS), fil_random_below (random, N_ULTRAPEERS));
  for (guint i = 0; i < N_LEAVES; i++)
    {
      SimHost *leaf = sim_add (self->sim, FIL_ROLE_LEAF, 2, 0);
      g_autofree char *name = g_strdup_printf ("squirrel no%u.ogg", i + 100);

      sim_share (leaf, name);
      leaf->is_firewalled = i % 3 == 0;
      self->up_of[i][0] = fil_random_below (random, N_ULTRAPEERS);
      self->up_of[i][1] =
          (self->up_of[i][0] + 1 + fil_random_below (random, N_ULTRAPEERS - 1)) % N_ULTRAPEERS;
      sim_connect (leaf, sim_host (self->sim, self->up_of[i][0]));
      sim_connect (leaf, sim_host (self->sim, self->up_of[i][1]));
    }
  measure (self);
  sim_run (self->sim, 3 * FIL_MINUTE);
}

static gboolean
is_reachable (const Network *self,
              guint seeker,
              guint holder)
{
  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < 2; j++)
      if (self->distance[self->up_of[seeker][i]][self->up_of[holder][j]] <= REACH)
        return TRUE;
  return FALSE;
}

static void
test_everything_found (gconstpointer data)
{
  g_autofree Network *self = g_new0 (Network, 1);
  guint reachable = 0, found = 0, beyond = 0;

  build (self, GPOINTER_TO_UINT (data));
  for (guint i = 0; i < N_LEAVES; i++)
    g_assert_cmpuint (
        fil_overlay_n_peers (sim_host (self->sim, N_ULTRAPEERS + i)->overlay, FIL_MODE_ULTRAPEER), ==, 2);

  for (guint i = 0; i < N_SEARCHES; i++)
    {
      guint seeker = fil_random_below (sim_random (self->sim), N_LEAVES);
      guint holder = (seeker + 1 + fil_random_below (sim_random (self->sim), N_LEAVES - 1)) % N_LEAVES;
      SimHost *host = sim_host (self->sim, N_ULTRAPEERS + seeker);
      g_autofree char *text = g_strdup_printf ("squirrel no%u", holder + 100);
      guint before = host->hits->len;
      guint32 search = fil_overlay_search (host->overlay, text, NULL, 0, sim_now (self->sim));
      guint asked;

      sim_run (self->sim, 2 * FIL_MINUTE);
      /* What is said of the search is no more than the network has, and no less than was done. */
      asked = fil_overlay_search_reach (host->overlay, search);
      g_assert_cmpuint (asked, >=, 2);
      g_assert_cmpuint (asked, <=, N_ULTRAPEERS);
      if (is_reachable (self, seeker, holder))
        {
          reachable++;
          found += host->hits->len > before;
        }
      else
        beyond += host->hits->len > before;
      fil_overlay_close_search (host->overlay, search, sim_now (self->sim));
    }
  g_test_message ("%u of %u found, %" G_GUINT64_FORMAT " bytes", found, reachable, sim_bytes (self->sim));
  g_assert_cmpuint (reachable, >, 0);
  g_assert_cmpuint (found, ==, reachable);
  g_assert_cmpuint (beyond, ==, 0);
  for (guint i = 0; i < sim_n_hosts (self->sim); i++)
    {
      SimHost *host = sim_host (self->sim, i);

      /* No query is taken for a new one twice, and none comes back to who sent it. */
      g_assert_cmpuint (host->seen_twice, ==, 0);
      g_assert_cmpuint (fil_overlay_stats (host->overlay)->drops[FIL_DROP_MALFORMED], ==, 0);
      g_assert_cmpuint (fil_overlay_stats (host->overlay)->drops[FIL_DROP_MISPLACED], ==, 0);
    }
  sim_free (self->sim);
}

static gboolean
is_online (gpointer data)
{
  Sim *sim = data;

  for (guint i = 0; i < sim_n_hosts (sim); i++)
    {
      FilOverlay *overlay = sim_host (sim, i)->overlay;

      if (fil_overlay_n_peers (overlay, FIL_MODE_ULTRAPEER) < (fil_overlay_is_ultrapeer (overlay) ? 2 : 3))
        return FALSE;
    }
  return TRUE;
}

/* Everybody knows one host; X-Try headers and pongs tell them of the others. */
static void
test_bootstrap (void)
{
  Sim *sim = sim_new ((guint64) g_test_rand_int (), 15 * FIL_MSEC);

  for (guint i = 0; i < 80; i++)
    {
      FilOverlayConfig config = { .role = i < 20 ? FIL_ROLE_ULTRAPEER : FIL_ROLE_LEAF,
                                  .ultrapeers = i < 20 ? 8 : 3,
                                  .leaves = 20 };
      SimHost *host = sim_add_with (sim, &config);

      if (i > 0)
        fil_overlay_learn_host (host->overlay, &sim_host (sim, 0)->endpoint, NULL, sim_now (sim));
    }
  g_assert_true (sim_run_until (sim, is_online, sim, 15 * FIL_MINUTE));
  for (guint i = 0; i < 80; i++)
    {
      SimHost *host = sim_host (sim, i);
      g_autoptr (GArray) saved = fil_host_cache_save (fil_overlay_host_cache (host->overlay), sim_now (sim));

      g_assert_cmpuint (saved->len, >, 1);
      g_assert_cmpuint (host->n_dials, <, 200);
    }
  sim_free (sim);
}

/* By UDP alone, from a host that only answers pings. */
static void
test_host_cache (void)
{
  Sim *sim = sim_new (5, 15 * FIL_MSEC);
  FilOverlayConfig up = { .role = FIL_ROLE_ULTRAPEER, .ultrapeers = 8 };
  FilOverlayConfig leaf = { .role = FIL_ROLE_AUTO, .ultrapeers = 2 };
  SimHost *hosts[4];
  SimHost *fresh;

  for (guint i = 0; i < 4; i++)
    {
      hosts[i] = sim_add_with (sim, &up);
      if (i > 0)
        sim_connect (hosts[i], hosts[0]);
    }
  sim_run (sim, FIL_MINUTE);
  fresh = sim_add_with (sim, &leaf);
  g_assert_true (fil_overlay_wants_hosts (fresh->overlay));
  fil_overlay_ask_host_cache (fresh->overlay, &hosts[0]->endpoint, sim_now (sim));
  fil_overlay_ask_host_cache (fresh->overlay, &hosts[0]->endpoint, sim_now (sim));
  sim_run (sim, FIL_MINUTE);
  g_assert_cmpuint (fil_overlay_n_peers (fresh->overlay, FIL_MODE_ULTRAPEER), ==, 2);
  g_assert_cmpuint (fil_overlay_stats (hosts[0]->overlay)->in_kinds[FIL_KIND_PING], >=, 1);
  g_assert_cmpuint (fil_overlay_stats (hosts[0]->overlay)->drops[FIL_DROP_UDP_RATE], ==, 0);
  g_assert_cmpint (fil_overlay_reachability (fresh->overlay)->tcp.state, ==, FIL_REACHABLE_YES);
  g_assert_cmpint (fil_overlay_reachability (fresh->overlay)->udp.state, ==, FIL_REACHABLE_YES);
  sim_free (sim);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/sim/network/sparse", GUINT_TO_POINTER (20), test_everything_found);
  g_test_add_data_func ("/sim/network/dense", GUINT_TO_POINTER (240), test_everything_found);
  g_test_add_func ("/sim/network/bootstrap", test_bootstrap);
  g_test_add_func ("/sim/network/host-cache", test_host_cache);
  return g_test_run ();
}
