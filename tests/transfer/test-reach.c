/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "clock.h"
#include "file-source.h"
#include "own-reach.h"
#include "transfer-limits.h"

static const FilNatClass classes[] = {
  { FIL_NAT_MAPPING_UNKNOWN, FIL_NAT_FILTER_UNKNOWN, 0 },
  { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 },
  { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_ADDRESS, 0 },
  { FIL_NAT_MAPPING_SEQUENTIAL, FIL_NAT_FILTER_PORT, 1 },
  { FIL_NAT_MAPPING_RANDOM, FIL_NAT_FILTER_PORT, 0 },
};

/* -: no, ?: not known, y: at least a guess; own class down, the other's across, in the order above. */
static const char *const expected[] = { "??y??", "?yyy-", "yyyyy", "?yy--", "?-y--" };

static FilFileSource *
firewalled (const FilPunchHint *hint)
{
  static const FilHost proxy = { .endpoint = { .addr = { 24, 1, 1, 1 }, .port = 6346, .family = 4 } };
  FilSourceSpec spec = { .guid = { { 1 } }, .proxies = &proxy, .n_proxies = 1, .needs_push = TRUE, .punch = *hint };

  spec.endpoint = fil_endpoint_v4 ((const guint8[]){ 90, 1, 1, 1 }, 6346);
  return fil_file_source_new (1, &spec);
}

static void
test_pairs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (classes); j++)
      {
        FilOwnReach own = { .can_punch = TRUE, .nat = { .udp = classes[i] } };
        FilPunchHint other = { .can_punch = TRUE, .knows_offers = TRUE, .nat = { .udp = classes[j] } };
        FilNatChance chance = fil_own_reach_chance (&own, &other);
        g_autoptr (FilFileSource) source = firewalled (&other);
        char want = expected[i][j];

        g_test_message ("%u and %u: %d", i, j, chance);
        g_assert_cmpint (chance == FIL_NAT_CHANCE_NO, ==, want == '-');
        g_assert_cmpint (chance == FIL_NAT_CHANCE_UNKNOWN, ==, want == '?');
        g_assert_cmpint (fil_file_source_reach (source, &own), ==,
                         want == '-' ? FIL_SOURCE_UNREACHABLE : FIL_SOURCE_PUNCH);
        if (want == '-')
          g_assert_nonnull (fil_nat_pair_sentence (&own.nat, &other.nat));
        /* As soon as somebody can come to us, it does. */
        own.is_reachable = TRUE;
        g_assert_cmpint (fil_file_source_reach (source, &own), ==, FIL_SOURCE_PUSH);
        own = (FilOwnReach){ 0 };
        g_assert_cmpint (fil_file_source_reach (source, &own), ==, FIL_SOURCE_UNREACHABLE);
      }
}

/* TCP may work where UDP does not, and counts when both take it. */
static void
test_tcp (void)
{
  FilNatSide a = { .udp = classes[4], .tcp = classes[1], .has_tcp = TRUE };
  FilNatSide b = { .udp = classes[1], .tcp = classes[1] };

  g_assert_cmpint (fil_nat_pair_chance (&a, &b), ==, FIL_NAT_CHANCE_NO);
  b.has_tcp = TRUE;
  g_assert_cmpint (fil_nat_pair_chance (&a, &b), ==, FIL_NAT_CHANCE_YES);
}

/* Where both have IPv6, the routers for IPv4 do not matter. */
static void
test_ipv6 (void)
{
  for (guint i = 0; i < 4; i++)
    {
      gboolean has_both = i == 3;
      FilOwnReach own = { .can_punch = TRUE, .nat = { .udp = classes[4], .has_ipv6 = i & 1 } };
      FilPunchHint other = { .can_punch = TRUE, .knows_offers = TRUE, .nat = { .udp = classes[4], .has_ipv6 = i >> 1 } };
      g_autoptr (FilFileSource) source = firewalled (&other);

      g_assert_cmpint (fil_own_reach_chance (&own, &other), ==, has_both ? FIL_NAT_CHANCE_YES : FIL_NAT_CHANCE_NO);
      g_assert_cmpint (fil_file_source_reach (source, &own), ==, has_both ? FIL_SOURCE_PUNCH : FIL_SOURCE_UNREACHABLE);
    }
}

/* LimeWire knocks at one port. */
static void
test_limewire (void)
{
  FilPunchHint other = { .can_punch = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      FilOwnReach own = { .can_punch = TRUE, .nat = { .udp = classes[i] } };

      g_assert_cmpint (fil_own_reach_chance (&own, &other) == FIL_NAT_CHANCE_NO, ==, i >= 3);
    }
  other.can_punch = FALSE;
  g_assert_cmpint (fil_own_reach_chance (&(FilOwnReach){ .can_punch = TRUE }, &other), ==, FIL_NAT_CHANCE_NO);
}

/* Whoever cannot be reached has a sentence of its own for it; where there is a chance there is none. */
static void
test_why (void)
{
  const FilOwnReach blocked = { .is_udp_blocked = TRUE }, young = { 0 };
  const FilOwnReach cone = { .can_punch = TRUE, .nat = { .udp = classes[1] } };
  const FilOwnReach random = { .can_punch = TRUE, .nat = { .udp = classes[4] } };
  const FilPunchHint deaf = { 0 }, lime = { .can_punch = TRUE };
  const FilPunchHint other = { .can_punch = TRUE, .knows_offers = TRUE, .nat = { .udp = classes[4] } };
  const struct
  {
    const FilOwnReach *own;
    const FilPunchHint *other;
    gboolean has_proxies;
    const char *part;
  } cases[] = {
    { &blocked, &other, TRUE, "UDP, which does not get through from here" },
    { &young, &other, TRUE, "not known yet" },
    { &cone, &deaf, TRUE, "its program opens no paths" },
    { &cone, &other, FALSE, "names no ultrapeer" },
    { &random, &other, TRUE, "Both routers use another port" },
    { &cone, &other, TRUE, "The other router uses another port" },
    { &random, &lime, TRUE, "takes only the port that it was told" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *why = fil_own_reach_why (cases[i].own, cases[i].other, cases[i].has_proxies);

      g_test_message ("%s", why);
      g_assert_nonnull (strstr (why, cases[i].part));
      g_assert_true (g_str_has_suffix (why, "."));
    }
}

/* A source tells the same, and what the last try told; one that stands tells nothing. */
static void
test_source_why (void)
{
  const FilPunchHint other = { .can_punch = TRUE, .knows_offers = TRUE, .nat = { .udp = classes[4] } };
  FilOwnReach own = { .can_punch = TRUE, .nat = { .udp = classes[4] } };
  g_autoptr (FilFileSource) source = firewalled (&other);

  g_assert_nonnull (strstr (fil_file_source_why (source, &own), "Both routers"));
  own.is_reachable = TRUE;
  g_assert_null (fil_file_source_why (source, &own));
  own = (FilOwnReach){ .can_punch = TRUE, .nat = { .udp = classes[1] } };
  source->punch.nat.udp = classes[1];
  g_assert_null (fil_file_source_why (source, &own));
  fil_file_source_punch_failed (source, FALSE, "tried once", 0);
  g_assert_cmpstr (fil_file_source_why (source, &own), ==, "tried once");
  fil_file_source_punch_failed (source, TRUE, "tried twice", 0);
  g_assert_cmpstr (fil_file_source_why (source, &own), ==, "tried twice");

  /* How the connection that stands came about counts more than how one would. */
  fil_file_source_set_state (source, FIL_SOURCE_ACTIVE);
  source->came_by = FIL_SOURCE_PUNCH;
  source->reason_code = NULL;
  g_assert_cmpint (fil_file_source_reach (source, &own), ==, FIL_SOURCE_PUNCH);
  g_assert_null (fil_file_source_why (source, &own));
}

/* What others see of us has changed when, and only when, a way to somebody may have changed. */
static void
test_equal (void)
{
  const FilOwnReach first = { .can_punch = TRUE, .nat = { .udp = classes[1] } };
  FilOwnReach second = first;

  g_assert_true (fil_own_reach_equal (&first, &second));
  second.nat.udp = classes[4];
  g_assert_false (fil_own_reach_equal (&first, &second));
  second = first;
  second.is_reachable = TRUE;
  g_assert_false (fil_own_reach_equal (&first, &second));
  second = first;
  second.nat.udp.step = 4;
  g_assert_true (fil_own_reach_equal (&first, &second));
}

static void
test_waiting (void)
{
  FilOwnReach own = { .can_punch = TRUE, .nat = { .udp = classes[1] } };
  FilPunchHint other = { .can_punch = TRUE, .knows_offers = TRUE, .nat = { .udp = classes[1] } };
  g_autoptr (FilFileSource) source = firewalled (&other);
  gint64 now_us = FIL_HOUR;

  fil_file_source_punch_failed (source, FALSE, "why", now_us);
  g_assert_cmpint (source->retry_us, ==, now_us + 20 * FIL_SEC);
  g_assert_cmpint (fil_file_source_reach (source, &own), ==, FIL_SOURCE_PUNCH);
  fil_file_source_punch_failed (source, TRUE, "why", now_us);
  g_assert_cmpint (source->retry_us, ==, now_us + FIL_PUNCH_HOPELESS_US);
  g_assert_cmpint (fil_file_source_reach (source, &own), ==, FIL_SOURCE_UNREACHABLE);
  g_assert_cmpstr (source->punch_sentence, ==, "why");
  fil_file_source_revive (source);
  g_assert_cmpint (fil_file_source_reach (source, &own), ==, FIL_SOURCE_PUNCH);

  /* What worked before is tried soon, but not for ever. */
  source->delivered = 1;
  for (guint i = 0; i < FIL_PUNCH_QUICK_RETRIES; i++)
    {
      fil_file_source_punch_failed (source, FALSE, "why", now_us);
      g_assert_cmpint (source->retry_us, ==, now_us + FIL_PUNCH_QUICK_RETRY_US);
    }
  fil_file_source_punch_failed (source, FALSE, "why", now_us);
  g_assert_cmpint (source->retry_us, >, now_us + FIL_MINUTE);
  for (guint i = 0; i < 2 * FIL_SOURCE_MAX_FAILURES; i++)
    fil_file_source_punch_failed (source, FALSE, "why", now_us);
  g_assert_cmpint (source->retry_us, ==, now_us + FIL_SOURCE_GIVEN_UP_US);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/reach/pairs", test_pairs);
  g_test_add_func ("/transfer/reach/tcp", test_tcp);
  g_test_add_func ("/transfer/reach/limewire", test_limewire);
  g_test_add_func ("/transfer/reach/why", test_why);
  g_test_add_func ("/transfer/reach/source-why", test_source_why);
  g_test_add_func ("/transfer/reach/equal", test_equal);
  g_test_add_func ("/transfer/reach/waiting", test_waiting);
  g_test_add_func ("/transfer/reach/ipv6", test_ipv6);
  return g_test_run ();
}
