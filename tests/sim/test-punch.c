/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-world.h"

#include "punch-limits.h"
#include "punch-probe.h"

#include <string.h>

/* Two hosts behind every pair of NATs, with the ultrapeers of the simulator in between, on virtual time. */

typedef enum
{
  PUB,
  WALL,
  FULL,
  ADDR,
  PORT,
  SYM,
  SEQ,
  LINUX,
  OPEN,
  CGN, /* a port-restricted one behind another */
  N_TYPES,
} Type;

static const struct
{
  const char *name;
  NatKind kind;
} types[N_TYPES] = {
  [PUB] = { "public", NAT_NONE },   [WALL] = { "firewall", NAT_WALL },    [FULL] = { "full", NAT_FULL },
  [ADDR] = { "address", NAT_ADDR }, [PORT] = { "port", NAT_PORT },        [SYM] = { "symmetric", NAT_SYM },
  [SEQ] = { "sequential", NAT_SEQ }, [LINUX] = { "linux", NAT_LINUX },    [OPEN] = { "linuxopen", NAT_OPEN },
  [CGN] = { "carrier", NAT_PORT },
};

/* The table that was measured in a laboratory of real NATs: y yes, p when the port is predicted, - never.
 * It is the same for both directions. */
static const char *const expected[N_TYPES] = {
  /*        pub wall full addr port sym seq linux open cgn */
  [PUB] = "yyyyyyyyyy",   [WALL] = "yyyyy-pyyy", [FULL] = "yyyyyyyyyy", [ADDR] = "yyyyyyyyyy",
  [PORT] = "yyyyy-pyyy",  [SYM] = "y-yy------",  [SEQ] = "ypyyp--ppp",  [LINUX] = "yyyyy-pyyy",
  [OPEN] = "yyyyy-pyyy",  [CGN] = "yyyyy-pyyy",
};

static PunchHost *
add (PunchWorld *world,
     Type type,
     gboolean is_second)
{
  const char *outside = is_second ? "90.9.9.9" : "24.4.4.4";
  const char *inside = is_second ? "192.168.2.2:6347" : "192.168.1.2:6346";
  Nat *nat = NULL;

  if (type == PUB)
    return punch_world_host (world, is_second ? "90.9.9.9:6347" : "24.4.4.4:6346", NULL, NAT_NONE);
  if (type == CGN)
    {
      nat = punch_world_nat (world, NAT_PORT, outside, NULL);
      outside = is_second ? "100.64.9.9" : "100.64.4.4";
    }
  nat = punch_world_nat (world, types[type].kind, outside, nat);
  if (type == WALL)
    inside = is_second ? "90.9.9.9:6347" : "24.4.4.4:6346";
  return punch_world_host (world, inside, nat, types[type].kind);
}

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
run_pair (Type a,
          Type b,
          const char *user_agent,
          gboolean no_tcp,
          gboolean knows_classes)
{
  g_autoptr (PunchWorld) world = punch_world_new (user_agent);
  PunchHost *asker = add (world, a, FALSE);
  PunchHost *sharer = add (world, b, TRUE);
  char want = expected[a][b];
  gint64 begin_us;
  gboolean works;

  world->no_tcp = no_tcp;
  if (no_tcp)
    asker->side.has_tcp = sharer->side.has_tcp = FALSE;
  if (!knows_classes)
    asker->side.udp = asker->side.tcp = sharer->side.udp = sharer->side.tcp = (FilNatClass){ 0 };
  if (want == 'p' && !knows_classes)
    want = '-';
  punch_world_start (world);
  begin_us = sim_now (world->sim);
  punch_world_ask (asker, sharer);
  works = punch_world_run (asker, sharer, 30 * FIL_SEC);
  g_test_message ("%s wants of %s: %s, %s, %" G_GINT64_FORMAT " ms", types[a].name, types[b].name,
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
      g_assert_cmpint (asker->failure_us - begin_us, <, (knows_classes ? 5 : 25) * FIL_SEC);
    }
}

static void
test_pairs (gconstpointer data)
{
  guint how = GPOINTER_TO_UINT (data);

  for (guint a = 0; a < N_TYPES; a++)
    for (guint b = 0; b < N_TYPES; b++)
      run_pair (a, b, (how & 1) != 0 ? "gtk-gnutella/1.2.3" : "LimeWire/5.5", (how & 2) != 0, (how & 4) == 0);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/sim/punch/pairs", GUINT_TO_POINTER (0), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/gtk-gnutella/udp", GUINT_TO_POINTER (3), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/udp/unknown", GUINT_TO_POINTER (6), test_pairs);
  g_test_add_data_func ("/sim/punch/pairs/unknown", GUINT_TO_POINTER (4), test_pairs);
  return g_test_run ();
}
