/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim-nat.h"
#include "sim.h"

/* A host behind each kind of NAT finds out what stands in front of it, from a few ultrapeers of its own kind. */

#define LATENCY (25 * FIL_MSEC)
#define ULTRAPEERS 4
#define PORT 7000
#define SHIFT 0x1400

typedef struct
{
  Sim *sim;
  SimHost *ups[ULTRAPEERS];
  SimHost *host;
  Nat *nat;             /* NULL: a public address */
  FilEndpoint inside;
  GHashTable *packets;  /* on their way */
  gboolean blocks_udp;
  guint n_sent;         /* datagrams of the host */
  guint n_lost;         /* so many of the next ones are lost */
} World;

typedef struct
{
  World *world;
  FilTimer *timer;
  FilEndpoint from;
  FilEndpoint to;
  GBytes *bytes;
} Packet;

static void
packet_free (Packet *packet)
{
  fil_timer_free (packet->timer);
  g_bytes_unref (packet->bytes);
  g_free (packet);
}

static void
arrive (gpointer data,
        gint64 now_us)
{
  Packet *packet = data;
  World *world = packet->world;
  FilEndpoint outside = world->nat != NULL ? world->nat->outside : world->inside;
  FilEndpoint inside;

  g_hash_table_steal (world->packets, packet);
  if (fil_endpoint_same_address (&packet->to, &outside))
    {
      if (world->nat == NULL || nat_in (world->nat, NAT_UDP, &packet->from, packet->to.port, &inside, now_us))
        sim_deliver (world->host, &packet->from, packet->bytes);
    }
  else
    for (guint i = 0; i < ULTRAPEERS; i++)
      if (fil_endpoint_equal (&world->ups[i]->endpoint, &packet->to))
        sim_deliver (world->ups[i], &packet->from, packet->bytes);
  packet_free (packet);
}

static void
route (SimHost *from,
       const FilEndpoint *to,
       GBytes *bytes)
{
  World *world = from->user;
  Packet *packet;

  if (world == NULL)
    return;
  world->n_sent += from == world->host;
  if (from == world->host && world->blocks_udp)
    return;
  if (from == world->host && world->n_lost > 0)
    {
      world->n_lost--;
      return;
    }
  packet = g_new0 (Packet, 1);
  packet->world = world;
  packet->to = *to;
  packet->bytes = g_bytes_ref (bytes);
  packet->from = from->endpoint;
  if (from->is_aside)
    packet->from.port ^= SHIFT;
  if (from == world->host && world->nat != NULL)
    packet->from = nat_out (world->nat, NAT_UDP, &packet->from, to, sim_now (world->sim));
  packet->timer = fil_timer_new (sim_timers (world->sim), arrive, packet);
  g_hash_table_add (world->packets, packet);
  fil_timer_set (packet->timer, sim_now (world->sim) + sim_latency (world->sim));
}

static FilEndpoint
endpoint (const char *text)
{
  FilEndpoint self;

  g_assert_true (fil_endpoint_parse (&self, text, -1, PORT));
  return self;
}

static void
set_up (World *world,
        NatKind kind,
        guint n_links)
{
  FilOverlayConfig config = { .role = FIL_ROLE_LEAF, .ultrapeers = n_links, .is_passive = TRUE };
  FilEndpoint outside = endpoint ("90.1.1.1"), listen = { .family = 4, .port = PORT };

  *world = (World){ .sim = sim_new ((guint64) g_test_rand_int (), LATENCY) };
  world->packets = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) packet_free, NULL);
  for (guint i = 0; i < ULTRAPEERS; i++)
    {
      world->ups[i] = sim_add (world->sim, FIL_ROLE_ULTRAPEER, 0, 0);
      world->ups[i]->user = world;
      for (guint j = 0; j < i; j++)
        sim_connect (world->ups[i], world->ups[j]);
    }
  sim_set_route (world->sim, route);
  sim_run (world->sim, 10 * FIL_MINUTE);

  world->inside = kind == NAT_NONE || kind == NAT_WALL ? outside : endpoint ("192.168.1.5");
  if (kind != NAT_NONE)
    world->nat = nat_new (kind, &outside, sim_random (world->sim));
  world->host = sim_add_at (world->sim, &config, &world->inside);
  world->host->user = world;
  world->host->is_firewalled = kind != NAT_NONE;
  world->host->outside = outside;
  world->host->tcp_shift = kind == NAT_FULL || kind == NAT_ADDR || kind == NAT_PORT ? SHIFT : 0;
  fil_overlay_set_listen (world->host->overlay, &listen, sim_now (world->sim));
  fil_overlay_set_local (world->host->overlay, &world->inside);
  for (guint i = 0; i < n_links; i++)
    sim_connect (world->host, world->ups[i]);
}

static void
tear_down (World *world)
{
  sim_free (world->sim);
  g_hash_table_unref (world->packets);
  if (world->nat != NULL)
    nat_free (world->nat);
}

static const FilReachability *
reach_of (World *world)
{
  return fil_overlay_reachability (world->host->overlay);
}

static const char *
name_of (World *world)
{
  return fil_nat_name (&reach_of (world)->probe.nat);
}

static gboolean
has_mapping (gpointer data)
{
  return reach_of (data)->probe.nat.mapping != FIL_NAT_MAPPING_UNKNOWN;
}

static const struct
{
  const char *path;
  NatKind kind;
  const char *name;
  FilReachable tcp;
  FilReachable udp;
  gboolean keeps_port;
} cases[] = {
  { "/sim/reach/public", NAT_NONE, "public", FIL_REACHABLE_YES, FIL_REACHABLE_YES, TRUE },
  { "/sim/reach/firewall", NAT_WALL, "firewall", FIL_REACHABLE_NO, FIL_REACHABLE_NO, TRUE },
  { "/sim/reach/full-cone", NAT_FULL, "full-cone", FIL_REACHABLE_NO, FIL_REACHABLE_YES, FALSE },
  { "/sim/reach/address-restricted", NAT_ADDR, "address-restricted", FIL_REACHABLE_NO, FIL_REACHABLE_NO, FALSE },
  { "/sim/reach/port-restricted", NAT_PORT, "port-restricted", FIL_REACHABLE_NO, FIL_REACHABLE_NO, FALSE },
  { "/sim/reach/symmetric-random", NAT_SYM, "symmetric-random", FIL_REACHABLE_NO, FIL_REACHABLE_NO, FALSE },
  { "/sim/reach/symmetric-sequential", NAT_SEQ, "symmetric-sequential", FIL_REACHABLE_NO, FIL_REACHABLE_NO, FALSE },
  { "/sim/reach/masquerade", NAT_LINUX, "port-restricted", FIL_REACHABLE_NO, FIL_REACHABLE_NO, TRUE },
};

static void
test_class (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  const FilReachability *reach;
  World world;

  set_up (&world, cases[n].kind, 4);
  reach = reach_of (&world);
  /* How it maps is known within seconds: a punch must not wait. */
  g_assert_true (sim_run_until (world.sim, has_mapping, &world, 15 * FIL_SEC));
  sim_run (world.sim, 10 * FIL_MINUTE);
  g_assert_cmpstr (name_of (&world), ==, cases[n].name);
  g_assert_cmpint (reach->tcp.state, ==, cases[n].tcp);
  g_assert_cmpint (reach->udp.state, ==, cases[n].udp);
  g_assert_cmpint (fil_reachability_udp_passes (reach, sim_now (world.sim)), ==, FIL_REACHABLE_YES);
  g_assert_cmpint (reach->probe.nat.keeps_port, ==, cases[n].keeps_port);
  g_assert_true (fil_endpoint_same_address (fil_reachability_external (reach, 4), &world.host->outside));
  if (cases[n].kind == NAT_SEQ)
    g_assert_cmpint (reach->probe.nat.delta, ==, 1);
  /* What neighbours told of our connections. */
  g_assert_cmpint (reach->probe.nat.tcp_mapping, ==,
                   world.host->tcp_shift == 0 ? FIL_NAT_MAPPING_INDEPENDENT : FIL_NAT_MAPPING_UNKNOWN);
  /* Whoever needs it has a mapping at any time, and the others send nothing for it. */
  world.n_sent = 0;
  sim_run (world.sim, 5 * FIL_MINUTE);
  if (reach->probe.nat.mapping == FIL_NAT_MAPPING_INDEPENDENT)
    {
      g_assert_cmpuint (nat_n_mappings (world.nat), >, 0);
      g_assert_cmpuint (world.n_sent, >=, 14);
      g_assert_cmpuint (world.n_sent, <=, 30);
    }
  else
    g_assert_cmpuint (world.n_sent, <=, 5);
  tear_down (&world);
}

/* A lost ping is sent again at once, and not when everybody would answer again, a minute later. */
static void
test_lost (void)
{
  World world;

  set_up (&world, NAT_LINUX, 4);
  world.n_lost = 3;
  g_assert_true (sim_run_until (world.sim, has_mapping, &world, 10 * FIL_SEC));
  g_assert_cmpuint (world.n_lost, ==, 0);
  tear_down (&world);
}

/* A router that is restarted gives out other ports: noticed by the next keep-alive and measured again. */
static void
test_restart (void)
{
  World world;
  guint16 before;

  set_up (&world, NAT_PORT, 4);
  sim_run (world.sim, 5 * FIL_MINUTE);
  before = reach_of (&world)->probe.nat.udp.port;
  g_assert_cmpuint (before, ==, PORT ^ SHIFT);
  nat_flush (world.nat);
  world.nat->kind = NAT_LINUX;
  sim_run (world.sim, 3 * FIL_MINUTE);
  g_assert_cmpuint (reach_of (&world)->probe.nat.udp.port, ==, PORT);
  tear_down (&world);
}

/* Something in between takes all datagrams away. */
static void
test_blocked (void)
{
  World world;

  set_up (&world, NAT_PORT, 4);
  world.blocks_udp = TRUE;
  sim_run (world.sim, 5 * FIL_MINUTE);
  g_assert_null (name_of (&world));
  g_assert_cmpint (fil_reachability_udp_passes (reach_of (&world), sim_now (world.sim)), ==, FIL_REACHABLE_NO);
  tear_down (&world);
}

/* From a café with a public address to a home behind a router: nothing of the old place is believed. */
static void
test_moved (void)
{
  FilEndpoint home = endpoint ("90.7.7.7"), inside = endpoint ("192.168.1.5");
  World world;

  set_up (&world, NAT_NONE, 4);
  sim_run (world.sim, 2 * FIL_MINUTE);
  g_assert_cmpstr (name_of (&world), ==, "public");
  world.nat = nat_new (NAT_SYM, &home, sim_random (world.sim));
  world.host->outside = home;
  world.host->is_firewalled = TRUE;
  world.inside = inside;
  fil_overlay_set_local (world.host->overlay, &inside);
  fil_overlay_moved (world.host->overlay, sim_now (world.sim));
  g_assert_null (name_of (&world));
  g_assert_cmpint (reach_of (&world)->tcp.state, ==, FIL_REACHABLE_UNKNOWN);
  sim_run (world.sim, 6 * FIL_MINUTE);
  g_assert_cmpuint (fil_overlay_n_peers (world.host->overlay, FIL_MODE_ULTRAPEER), ==, 4);
  g_assert_cmpstr (name_of (&world), ==, "symmetric-random");
  g_assert_cmpint (reach_of (&world)->tcp.state, ==, FIL_REACHABLE_NO);
  g_assert_true (fil_endpoint_same_address (fil_reachability_external (reach_of (&world), 4), &home));
  tear_down (&world);
}

static gboolean
is_placed (gpointer data)
{
  World *world = data;
  const FilReachability *reach = reach_of (world);

  return has_mapping (world) && !reach->probe.is_doubted && fil_endpoint_same_address (&reach->probe.nat.udp, &world->nat->outside) &&
         fil_endpoint_same_address (fil_reachability_external (reach, 4), &world->nat->outside);
}

static gboolean
has_links (gpointer data)
{
  return fil_overlay_n_peers (((World *) data)->host->overlay, FIL_MODE_ULTRAPEER) == 3;
}

/* The router gets another address, as from a provider every night: all connections end, and those who had them
 * take the old ones for alive. Where we are now is known at once, or punches would go to the old place, and the
 * links are back as soon as the others have noticed. */
static void
test_other_address (gconstpointer data)
{
  World world;

  set_up (&world, (NatKind) GPOINTER_TO_INT (data), 3);
  sim_run (world.sim, 5 * FIL_MINUTE + fil_random_below (sim_random (world.sim), 60) * FIL_SEC);
  g_assert_true (is_placed (&world) && has_links (&world));
  world.nat->outside = world.host->outside = endpoint ("90.7.7.7");
  nat_flush (world.nat);
  sim_break (world.host);
  g_assert_true (sim_run_until (world.sim, is_placed, &world, 500 * FIL_MSEC));
  g_assert_true (sim_run_until (world.sim, has_links, &world, 10 * FIL_SEC));
  sim_run (world.sim, FIL_SEC);
  g_assert_true (is_placed (&world));
  tear_down (&world);
}

static gboolean
is_found_outside (gpointer data)
{
  World *world = data;

  return fil_endpoint_same_address (fil_reachability_external (reach_of (world), 4), &world->nat->outside);
}

/* Without UDP it is those who refuse us that tell. */
static void
test_refused_elsewhere (void)
{
  World world;

  set_up (&world, NAT_LINUX, 3);
  world.blocks_udp = TRUE;
  sim_run (world.sim, 5 * FIL_MINUTE);
  g_assert_true (is_found_outside (&world));
  world.nat->outside = world.host->outside = endpoint ("90.7.7.7");
  sim_break (world.host);
  g_assert_true (sim_run_until (world.sim, is_found_outside, &world, 5 * FIL_SEC));
  g_assert_cmpuint (fil_overlay_n_peers (world.host->overlay, FIL_MODE_ULTRAPEER), ==, 0);
  tear_down (&world);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, GUINT_TO_POINTER (i), test_class);
  g_test_add_func ("/sim/reach/lost", test_lost);
  g_test_add_func ("/sim/reach/restarted-router", test_restart);
  g_test_add_func ("/sim/reach/blocked", test_blocked);
  g_test_add_func ("/sim/reach/moved", test_moved);
  g_test_add_func ("/sim/reach/other-address/refused", test_refused_elsewhere);
  g_test_add_data_func ("/sim/reach/other-address/masquerade", GINT_TO_POINTER (NAT_LINUX), test_other_address);
  g_test_add_data_func ("/sim/reach/other-address/cone", GINT_TO_POINTER (NAT_PORT), test_other_address);
  g_test_add_data_func ("/sim/reach/other-address/symmetric", GINT_TO_POINTER (NAT_SYM), test_other_address);
  return g_test_run ();
}
