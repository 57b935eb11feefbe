/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nat.h"

/* Every pair of the laboratory (f2f.md §2, both directions), and what is not known. */

enum
{
  NAT_PUBLIC,
  NAT_FIREWALL,
  NAT_FULL,
  NAT_ADDRESS,
  NAT_PORT,
  NAT_SEQUENTIAL,
  NAT_RANDOM,
  NAT_CONE,    /* filter not known yet */
  NAT_UNKNOWN,
  NAT_N,
};

static const FilNat nats[NAT_N] = {
  [NAT_PUBLIC] = { .mapping = FIL_NAT_MAPPING_NONE, .filter = FIL_NAT_FILTER_OPEN },
  [NAT_FIREWALL] = { .mapping = FIL_NAT_MAPPING_NONE, .filter = FIL_NAT_FILTER_PORT },
  [NAT_FULL] = { .mapping = FIL_NAT_MAPPING_INDEPENDENT, .filter = FIL_NAT_FILTER_OPEN },
  [NAT_ADDRESS] = { .mapping = FIL_NAT_MAPPING_INDEPENDENT, .filter = FIL_NAT_FILTER_ADDRESS },
  [NAT_PORT] = { .mapping = FIL_NAT_MAPPING_INDEPENDENT, .filter = FIL_NAT_FILTER_PORT },
  [NAT_SEQUENTIAL] = { .mapping = FIL_NAT_MAPPING_SEQUENTIAL, .filter = FIL_NAT_FILTER_PORT },
  [NAT_RANDOM] = { .mapping = FIL_NAT_MAPPING_RANDOM, .filter = FIL_NAT_FILTER_PORT },
  [NAT_CONE] = { .mapping = FIL_NAT_MAPPING_INDEPENDENT },
  [NAT_UNKNOWN] = { .mapping = FIL_NAT_MAPPING_UNKNOWN },
};

#define N FIL_NAT_CHANCE_NO
#define P FIL_NAT_CHANCE_PREDICTED
#define Y FIL_NAT_CHANCE_YES
#define U FIL_NAT_CHANCE_UNKNOWN

static const FilNatChance table[NAT_N][NAT_N] = {
  /*                public fw full addr port seq rnd cone unknown */
  [NAT_PUBLIC] = { Y, Y, Y, Y, Y, Y, Y, Y, Y },
  [NAT_FIREWALL] = { Y, Y, Y, Y, Y, P, N, Y, U },
  [NAT_FULL] = { Y, Y, Y, Y, Y, Y, Y, Y, Y },
  [NAT_ADDRESS] = { Y, Y, Y, Y, Y, Y, Y, Y, Y },
  [NAT_PORT] = { Y, Y, Y, Y, Y, P, N, Y, U },
  [NAT_SEQUENTIAL] = { Y, P, Y, Y, P, N, N, P, U },
  [NAT_RANDOM] = { Y, N, Y, Y, N, N, N, U, U },
  [NAT_CONE] = { Y, Y, Y, Y, Y, P, U, Y, U },
  [NAT_UNKNOWN] = { Y, U, Y, Y, U, U, U, U, U },
};

static void
test_pairs (void)
{
  for (guint a = 0; a < NAT_N; a++)
    for (guint b = 0; b < NAT_N; b++)
      {
        g_test_message ("%s with %s", fil_nat_name (&nats[a]), fil_nat_name (&nats[b]));
        g_assert_cmpint (fil_nat_chance (&nats[a], &nats[b]), ==, table[a][b]);
      }
}

static void
test_names (void)
{
  static const char *const names[NAT_N] = {
    "public", "firewall", "full-cone", "address-restricted", "port-restricted", "symmetric-sequential",
    "symmetric-random", "cone", NULL,
  };

  for (guint i = 0; i < NAT_N; i++)
    g_assert_cmpstr (fil_nat_name (&nats[i]), ==, names[i]);
  g_assert_cmpstr (fil_nat_name (&(FilNat){ .mapping = FIL_NAT_MAPPING_NONE }), ==, "no-nat");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/nat/pairs", test_pairs);
  g_test_add_func ("/base/nat/names", test_names);
  return g_test_run ();
}
