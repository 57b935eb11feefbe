/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-pair.h"

#include "punch-limits.h"

/* Two hosts behind every pair of NATs, with the ultrapeers of the simulator in between, on virtual time. */

/* The table that was measured in a laboratory of real NATs: y yes, p when the port is predicted, - never.
 * It is the same for both directions. */
static const char *const expected[PUNCH_N_FRONTS] = {
  /* pub wall full addr port sym seq linux open cgn */
  [PUNCH_PUB] = "yyyyyyyyyy",
  [PUNCH_WALL] = "yyyyy-pyyy",
  [PUNCH_FULL] = "yyyyyyyyyy",
  [PUNCH_ADDR] = "yyyyyyyyyy",
  [PUNCH_PORT] = "yyyyy-pyyy",
  [PUNCH_SYM] = "y-yy------",
  [PUNCH_SEQ] = "ypyyp--ppp",
  [PUNCH_LINUX] = "yyyyy-pyyy",
  [PUNCH_OPEN] = "yyyyy-pyyy",
  [PUNCH_CGN] = "yyyyy-pyyy",
};

/* What both sides know of their routers. */
typedef enum
{
  KNOWS_ALL,
  KNOWS_MAPPINGS, /* and not whom they let in: with gtk-gnutella around it takes minutes */
  KNOWS_NOTHING,
} Knowledge;

/* Until "unreachable" is said. */
static const gint64 says_so_us[] = {
  [KNOWS_ALL] = 5 * FIL_SEC, [KNOWS_MAPPINGS] = 9 * FIL_SEC, [KNOWS_NOTHING] = 25 * FIL_SEC,
};

/* Both ends of a way that works: what one sends there arrives at the other, and back. */
static void
assert_works (PunchHost *asker,
              PunchHost *sharer)
{
  g_assert_cmpuint (asker->n_ways, ==, 1);
  g_assert_cmpuint (sharer->n_ways, ==, 1);
  g_assert_cmpint (asker->way.means, ==, sharer->way.means);
  g_assert_true (asker->way.is_asker);
  g_assert_false (sharer->way.is_asker);
  g_assert_true (asker->way.has_tls);
  g_assert_true (sharer->way.has_tls);
  g_assert_true (fil_guid_equal (&asker->way.guid, &sharer->sim->guid));
  g_assert_true (fil_guid_equal (&sharer->way.guid, &asker->sim->guid));
  g_assert_cmpmem (asker->way.own_nonce, 8, sharer->way.peer_nonce, 8);
  g_assert_cmpmem (asker->way.peer_nonce, 8, sharer->way.own_nonce, 8);
  g_assert_cmpuint (asker->way.fingerprint[0], ==, sharer->sim->number);
  g_assert_cmpuint (sharer->way.fingerprint[0], ==, asker->sim->number);
}

static void
run_pair (PunchFront a,
          PunchFront b,
          const char *user_agent,
          gboolean no_tcp,
          Knowledge knowledge)
{
  g_autoptr (PunchWorld) world = punch_world_new (user_agent);
  PunchHost *asker = punch_pair_add (world, a, FALSE);
  PunchHost *sharer = punch_pair_add (world, b, TRUE);
  char want = expected[a][b];
  gint64 begin_us;
  gboolean works;

  world->no_tcp = no_tcp;
  if (no_tcp)
    asker->side.has_tcp = sharer->side.has_tcp = FALSE;
  if (knowledge == KNOWS_NOTHING)
    asker->side.udp = asker->side.tcp = sharer->side.udp = sharer->side.tcp = (FilNatClass){ 0 };
  else if (knowledge == KNOWS_MAPPINGS)
    asker->side.udp.filter = asker->side.tcp.filter = sharer->side.udp.filter = sharer->side.tcp.filter =
        FIL_NAT_FILTER_UNKNOWN;
  if (want == 'p' && knowledge == KNOWS_NOTHING)
    want = '-';
  punch_world_start (world);
  begin_us = sim_now (world->sim);
  punch_world_ask (asker, sharer);
  works = punch_world_run (asker, sharer, 30 * FIL_SEC);
  g_test_message ("%s wants of %s: %s, %s, %" G_GINT64_FORMAT " ms", punch_front_name (a), punch_front_name (b),
                  works ? asker->way.means == FIL_PUNCH_BY_TCP ? "TCP" : "UDP" : "no",
                  asker->failure != NULL ? asker->failure : "-", (sim_now (world->sim) - begin_us) / 1000);
  if (works != (want != '-'))
    g_test_message ("%s\n%s", asker->steps->str, sharer->steps->str);
  g_assert_cmpint (works, ==, want != '-');
  if (works)
    {
      assert_works (asker, sharer);
      g_assert_cmpint (sim_now (world->sim) - begin_us, <, 3 * FIL_SEC);
    }
  else
    {
      g_assert_cmpstr (asker->failure, ==, "unreachable");
      g_assert_cmpint (asker->failure_us - begin_us, <, says_so_us[knowledge]);
      if (knowledge != KNOWS_NOTHING)
        g_assert_cmpstr (asker->failure_sentence, ==, fil_nat_pair_sentence (&asker->side, &sharer->side));
    }
}

static void
test_pairs (gconstpointer data)
{
  guint how = GPOINTER_TO_UINT (data);

  for (guint a = 0; a < PUNCH_N_FRONTS; a++)
    for (guint b = 0; b < PUNCH_N_FRONTS; b++)
      run_pair (a, b, (how & 1) != 0 ? "gtk-gnutella/1.2.3" : "LimeWire/5.5", (how & 2) != 0, (Knowledge) (how >> 2));
}

/* Signalling that goes wrong */

/* Every second and every third datagram of the signalling is lost. */
static void
test_lossy (void)
{
  for (guint every = 2; every <= 3; every++)
    {
      g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
      PunchHost *asker, *sharer;

      punch_pair_start (world, PUNCH_PORT, PUNCH_LINUX, &asker, &sharer);
      world->loses_every = every;
      punch_world_ask (asker, sharer);
      g_assert_true (punch_world_run (asker, sharer, 10 * FIL_SEC));
      g_assert_cmpuint (world->n_dropped, >, 0);
      assert_works (asker, sharer);
    }
}

/* No HEAD ping gets through: after three seconds it is a PUSH, and the answer another one. */
static void
test_push (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("gtk-gnutella/1.2.3");
  PunchHost *asker, *sharer;
  gint64 begin_us;

  punch_pair_start (world, PUNCH_PORT, PUNCH_CGN, &asker, &sharer);
  world->drops_pings = TRUE;
  begin_us = sim_now (world->sim);
  punch_world_ask (asker, sharer);
  g_assert_true (punch_world_run (asker, sharer, 20 * FIL_SEC));
  g_assert_cmpint (sim_now (world->sim) - begin_us, >=, FIL_PUNCH_PUSH_US);
  g_assert_cmpint (sim_now (world->sim) - begin_us, <, FIL_PUNCH_PUSH_US + 2 * FIL_SEC);
  g_assert_cmpuint (sharer->sim->pushes->len, >, 0);
  g_assert_cmpuint (asker->sim->pushes->len, >, 0);
  g_assert_cmpuint (sharer->n_answers, ==, 0);
  assert_works (asker, sharer);
}

/* Nothing gets through at all. */
static void
test_silence (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *asker, *sharer;
  gint64 begin_us;

  punch_pair_start (world, PUNCH_PORT, PUNCH_PORT, &asker, &sharer);
  world->loses_every = 1;
  begin_us = sim_now (world->sim);
  punch_world_ask (asker, sharer);
  g_assert_false (punch_world_run (asker, sharer, 30 * FIL_SEC));
  g_assert_cmpstr (asker->failure, ==, "no-punch-answer");
  g_assert_cmpint (asker->failure_us - begin_us, ==, FIL_PUNCH_ANSWER_US);
  g_assert_cmpuint (punch_world_n_kept (asker), ==, 0);
}

static void
test_both_at_once (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *a, *b;

  punch_pair_start (world, PUNCH_PORT, PUNCH_LINUX, &a, &b);
  punch_world_ask (a, b);
  punch_world_ask (b, a);
  sim_run (world->sim, 10 * FIL_SEC);
  g_assert_null (a->failure);
  g_assert_null (b->failure);
  g_assert_cmpuint (a->n_ways, ==, 2);
  g_assert_cmpuint (b->n_ways, ==, 2);
  g_assert_cmpuint (punch_world_n_kept (a) + punch_world_n_kept (b), ==, 0);
}

/* The router of one side is restarted after the way stood, and another way is opened. */
static void
test_forgotten (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("gtk-gnutella/1.2.3");
  PunchHost *asker, *sharer;

  punch_pair_start (world, PUNCH_PORT, PUNCH_PORT, &asker, &sharer);
  punch_world_ask (asker, sharer);
  g_assert_true (punch_world_run (asker, sharer, 5 * FIL_SEC));
  nat_flush (asker->nat);
  nat_flush (sharer->nat);
  asker->n_ways = sharer->n_ways = 0;
  punch_world_ask (asker, sharer);
  g_assert_true (punch_world_run (asker, sharer, 5 * FIL_SEC));
  g_assert_cmpuint (asker->n_ways, ==, 1);
}

/* Two behind one router that does not send back what is for itself: they meet inside. */
static void
test_same_router (void)
{
  for (guint hairpin = 0; hairpin < 2; hairpin++)
    {
      g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
      Nat *nat = punch_world_nat (world, NAT_SYM, "24.4.4.4", NULL);
      PunchHost *asker, *sharer;

      nat->hairpin = hairpin == 1;
      asker = punch_world_host (world, "192.168.1.2:6346", nat, NAT_SYM);
      sharer = punch_world_host (world, "192.168.1.3:6347", nat, NAT_SYM);
      punch_world_start (world);
      punch_world_ask (asker, sharer);
      g_assert_true (punch_world_run (asker, sharer, 5 * FIL_SEC));
      g_assert_true (fil_endpoint_same_address (&asker->way.peer, &sharer->inside));
    }
}

/* IPv6: nothing is translated, but firewalls let in whoever was called only. */
static void
test_ipv6 (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (PunchWorld) world = punch_world_new (i & 1 ? "gtk-gnutella/1.2.3" : "LimeWire/5.5");
      PunchHost *hosts[2];

      for (guint j = 0; j < 2; j++)
        {
          g_autofree char *address = g_strdup_printf ("2a0%u:4::14", 1 + j);
          g_autofree char *inside = g_strdup_printf ("[%s]:%u", address, 6346 + j);
          Nat *nat = punch_world_nat (world, NAT_WALL, address, NULL);

          hosts[j] = punch_world_host (world, inside, nat, NAT_WALL);
          hosts[j]->side = (FilNatSide){ .has_tcp = TRUE, .has_ipv6 = TRUE };
        }
      world->no_tcp = i >= 2;
      punch_world_start (world);
      punch_world_ask (hosts[0], hosts[1]);
      g_assert_true (punch_world_run (hosts[0], hosts[1], 5 * FIL_SEC));
      assert_works (hosts[0], hosts[1]);
      g_assert_true (fil_endpoint_same_address (&hosts[0]->way.peer, &hosts[1]->inside));
      g_assert_cmpint (hosts[0]->way.means == FIL_PUNCH_BY_TCP, ==, i < 2);
    }
}

/* A router that counts, and many at once: every attempt takes ports that the next one has to name. */
static void
test_counting_router (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *asker = punch_pair_add (world, PUNCH_SEQ, FALSE);
  PunchHost *sharers[12];

  for (guint i = 0; i < G_N_ELEMENTS (sharers); i++)
    {
      g_autofree char *outside = g_strdup_printf ("90.9.%u.1", i);
      g_autofree char *inside = g_strdup_printf ("192.168.2.%u:6347", i + 2);

      sharers[i] =
          punch_world_host (world, inside, punch_world_nat (world, NAT_PORT, outside, NULL), NAT_PORT);
    }
  punch_world_start (world);
  for (guint i = 0; i < G_N_ELEMENTS (sharers); i++)
    punch_world_ask (asker, sharers[i]);
  sim_run (world->sim, 20 * FIL_SEC);
  g_assert_null (asker->failure);
  g_assert_cmpuint (asker->n_ways, ==, G_N_ELEMENTS (sharers));
  for (guint i = 0; i < G_N_ELEMENTS (sharers); i++)
    g_assert_cmpuint (sharers[i]->n_ways, ==, 1);
}

/* LimeWire's way is the RUDP engine's: here it is only asked for. */
static void
test_limewire (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  FilEndpoint proxies[] = { world->ultrapeers[0]->inside };
  PunchHost *asker, *sharer;
  FilPunchWish wish = { .proxies = proxies, .n_proxies = 1 };

  punch_pair_start (world, PUNCH_PORT, PUNCH_PORT, &asker, &sharer);
  wish.guid = sharer->sim->guid;
  g_assert_cmpuint (fil_punches_ask (asker->punches, &wish, sim_now (world->sim)), ==, 0);
  wish.endpoint = fil_endpoint_v4 ((const guint8[]){ 90, 9, 9, 9 }, 6347);
  g_assert_cmpuint (fil_punches_ask (asker->punches, &wish, sim_now (world->sim)), !=, 0);
  g_assert_cmpint (asker->way.means, ==, FIL_PUNCH_BY_LIME);
  g_assert_true (fil_endpoint_equal (&asker->way.peer, &wish.endpoint));
  sim_run (world->sim, FIL_SEC);
  g_assert_cmpuint (sharer->n_ways, ==, 1);
  g_assert_cmpint (sharer->way.means, ==, FIL_PUNCH_BY_LIME);
  g_assert_true (fil_endpoint_same_address (&sharer->way.peer, &asker->nat->outside));
  g_assert_false (sharer->way.has_tls);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/sim/punch/pairs", GUINT_TO_POINTER (0), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/gtk-gnutella/udp", GUINT_TO_POINTER (3), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/udp/unknown", GUINT_TO_POINTER (10), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/unknown", GUINT_TO_POINTER (8), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/filter-unknown", GUINT_TO_POINTER (5), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/udp/filter-unknown", GUINT_TO_POINTER (6), test_pairs);
  g_test_add_func ("/sim/punch/lossy", test_lossy);
  g_test_add_func ("/sim/punch/push", test_push);
  g_test_add_func ("/sim/punch/silence", test_silence);
  g_test_add_func ("/sim/punch/both-at-once", test_both_at_once);
  g_test_add_func ("/sim/punch/forgotten", test_forgotten);
  g_test_add_func ("/sim/punch/same-router", test_same_router);
  g_test_add_func ("/sim/punch/counting-router", test_counting_router);
  g_test_add_func ("/sim/punch/ipv6", test_ipv6);
  g_test_add_func ("/sim/punch/limewire", test_limewire);
  return g_test_run ();
}
