/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clock.h"
#include "nat-probe.h"
#include "overlay-limits.h"
#include "reachability.h"
#include "udp-contacts.h"

#define MINUTE FIL_MINUTE

static FilEndpoint
endpoint (const char *text)
{
  FilEndpoint self;

  g_assert_true (fil_endpoint_parse (&self, text, -1, 0));
  return self;
}

/* A host of its own network each. */
static FilEndpoint
host (guint n)
{
  return fil_endpoint_v4 ((const guint8[]){ (guint8) (40 + n / 200), (guint8) (n % 200), 1, 1 }, 6346);
}

static gboolean
vote (FilReachability *reach,
      const char *voter,
      const char *value)
{
  FilEndpoint from = endpoint (voter), seen = endpoint (value);

  return fil_reachability_vote (reach, &from, &seen);
}

static void
assert_external (const FilReachability *reach,
                 guint8 family,
                 const char *address)
{
  const FilEndpoint *external = fil_reachability_external (reach, family);
  FilEndpoint expected = { 0 };

  if (address != NULL)
    expected = endpoint (address);
  g_assert_cmpint (external->family, ==, expected.family);
  g_assert_true (fil_endpoint_same_address (external, &expected));
}

/* One network, however many hosts it has and however often they speak, is one voter. */
static void
test_stuffed_ballot (void)
{
  FilReachability reach;

  fil_reachability_init (&reach, FALSE);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *stuffer = g_strdup_printf ("66.66.%u.%u:1000", i / 10, i);
      g_autofree char *lie = g_strdup_printf ("77.%u.1.1:1", i % 7);

      g_assert_false (vote (&reach, stuffer, "77.7.7.7:1"));
      g_assert_false (vote (&reach, stuffer, lie));
    }
  g_assert_cmpuint (reach.ballots[0].n, ==, 1);
  /* It cannot keep others from agreeing either. */
  g_assert_false (vote (&reach, "30.1.1.1:1", "24.5.5.5:9"));
  g_assert_false (vote (&reach, "66.66.1.1:1", "77.7.7.7:1"));
  g_assert_false (vote (&reach, "31.1.1.1:1", "24.5.5.5:8"));
  g_assert_false (vote (&reach, "66.66.2.1:1", "77.7.7.7:1"));
  assert_external (&reach, 4, NULL);
  g_assert_true (vote (&reach, "32.1.1.1:1", "24.5.5.5:7"));
  assert_external (&reach, 4, "24.5.5.5:1");
}

static void
test_worthless_votes (void)
{
  FilReachability reach;

  fil_reachability_init (&reach, FALSE);
  /* Private, loopback and documentation addresses, on either side; another family; a voter at our own. */
  g_assert_false (vote (&reach, "192.168.1.1:1", "24.5.5.5:1"));
  g_assert_false (vote (&reach, "10.0.0.1:1", "24.5.5.5:1"));
  g_assert_false (vote (&reach, "127.0.0.1:1", "24.5.5.5:1"));
  g_assert_false (vote (&reach, "203.0.113.9:1", "24.5.5.5:1"));
  g_assert_false (vote (&reach, "30.1.1.1:1", "192.168.1.7:1"));
  g_assert_false (vote (&reach, "30.1.1.1:1", "100.64.1.7:1"));
  g_assert_false (vote (&reach, "30.1.1.1:1", "224.0.0.1:1"));
  g_assert_false (vote (&reach, "30.1.1.1:1", "[2a02:1::1]:1"));
  g_assert_false (vote (&reach, "24.5.5.5:9", "24.5.5.5:1"));
  g_assert_cmpuint (reach.ballots[0].n + reach.ballots[1].n, ==, 0);
}

/* The two families are elected apart; of IPv6 a /32 is one voter. */
static void
test_families (void)
{
  FilReachability reach;

  fil_reachability_init (&reach, FALSE);
  g_assert_false (vote (&reach, "[2a02:1:1:1::1]:1", "[2a02:9::9]:1"));
  g_assert_false (vote (&reach, "[2a02:1:2:1::1]:1", "[2a02:9::9]:1"));
  g_assert_false (vote (&reach, "[2a02:2:1:1::1]:1", "[2a02:9::9]:1"));
  g_assert_false (vote (&reach, "30.1.1.1:1", "24.5.5.5:1"));
  g_assert_true (vote (&reach, "[2a02:3:1:1::1]:1", "[2a02:9::9]:1"));
  assert_external (&reach, 6, "[2a02:9::9]:1");
  assert_external (&reach, 4, NULL);
}

/* A new address needs a quorum and more voters than the old one has left. */
static void
test_new_address (void)
{
  FilReachability reach;
  FilEndpoint was = endpoint ("24.5.5.5:1"), now = endpoint ("24.6.6.6:1"), voter;
  guint changed = 0;

  fil_reachability_init (&reach, FALSE);
  for (guint i = 0; i < 5; i++)
    {
      voter = host (i);
      changed += fil_reachability_vote (&reach, &voter, &was);
    }
  g_assert_cmpuint (changed, ==, 1);
  for (guint i = 5; i < 9; i++)
    {
      voter = host (i);
      g_assert_false (fil_reachability_vote (&reach, &voter, &now));
    }
  voter = host (9);
  g_assert_true (fil_reachability_vote (&reach, &voter, &now));
  assert_external (&reach, 4, "24.6.6.6:1");
}

/* On a private network one voice is enough, and such addresses prove. */
static void
test_private (void)
{
  FilReachability reach;
  FilEndpoint by = endpoint ("127.0.0.9:1");

  fil_reachability_init (&reach, TRUE);
  g_assert_true (vote (&reach, "127.0.0.2:1", "127.0.0.3:1"));
  g_assert_true (vote (&reach, "127.0.0.2:1", "127.0.0.4:1"));
  g_assert_true (fil_reachability_prove (&reach, &reach.tcp, &by, 0));
}

/* Proofs */

static void
test_what_proves (void)
{
  static const char *const worthless[] = { "127.0.0.1:5000", "192.168.1.7:5000", "100.64.3.3:5000", "24.5.5.5:5000" };
  FilReachability reach;
  FilEndpoint by;

  fil_reachability_init (&reach, FALSE);
  for (guint i = 0; i < 3; i++)
    {
      FilEndpoint voter = host (i), us = endpoint ("24.5.5.5:1");

      fil_reachability_vote (&reach, &voter, &us);
    }
  for (guint i = 0; i < G_N_ELEMENTS (worthless); i++)
    {
      by = endpoint (worthless[i]);
      g_assert_false (fil_reachability_prove (&reach, &reach.tcp, &by, 0));
      g_assert_false (fil_reachability_received (&reach, FIL_UDP_STRANGER, &by, 0));
    }
  by = host (0);
  g_assert_false (fil_reachability_received (&reach, FIL_UDP_CALLED, &by, 0));
  g_assert_false (fil_reachability_received (&reach, FIL_UDP_UNSURE, &by, 0));
  g_assert_cmpint (reach.udp.state, ==, FIL_REACHABLE_UNKNOWN);
  g_assert_true (fil_reachability_received (&reach, FIL_UDP_STRANGER, &by, 0));
  g_assert_cmpint (reach.udp.state, ==, FIL_REACHABLE_YES);
  /* One transport says nothing of the other. */
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_UNKNOWN);
}

/* firewall.md §2: asked again after 1200 s, doubted 1800 s after the last proof, firewalled after two
 * requests that nobody could fulfil; a late proof turns it all. */
static void
test_timers (void)
{
  FilReachability reach;
  FilEndpoint by = host (0);
  gint64 now = 5 * MINUTE;

  fil_reachability_init (&reach, FALSE);
  g_assert_true (fil_reachability_prove (&reach, &reach.tcp, &by, now));
  g_assert_false (fil_reachability_wants_proof (&reach.tcp, now + 20 * MINUTE - 1));
  g_assert_true (fil_reachability_wants_proof (&reach.tcp, now + 20 * MINUTE));
  fil_reachability_asked (&reach.tcp, now + 20 * MINUTE);
  g_assert_false (fil_reachability_tick (&reach, now + 30 * MINUTE - 1));
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_YES);
  /* The request that was open counts as the first of two without success. */
  g_assert_true (fil_reachability_tick (&reach, now + 30 * MINUTE));
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_UNKNOWN);
  now += 30 * MINUTE;
  g_assert_true (fil_reachability_wants_proof (&reach.tcp, now));
  fil_reachability_asked (&reach.tcp, now);
  g_assert_false (fil_reachability_tick (&reach, now + 45 * FIL_SEC - 1));
  g_assert_true (fil_reachability_tick (&reach, now + 45 * FIL_SEC));
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_NO);
  now += 45 * FIL_SEC;
  g_assert_false (fil_reachability_wants_proof (&reach.tcp, now + 20 * MINUTE - 1));
  g_assert_true (fil_reachability_wants_proof (&reach.tcp, now + 20 * MINUTE));
  g_assert_true (fil_reachability_prove (&reach, &reach.tcp, &by, now));
  g_assert_cmpint (reach.tcp.state, ==, FIL_REACHABLE_YES);
}

static void
test_filter (void)
{
  FilReachability reach;
  FilEndpoint by = host (0);
  gint64 now = 0;

  fil_reachability_init (&reach, FALSE);
  for (guint i = 0; i < 2; i++)
    {
      fil_reachability_asked (&reach.udp, now);
      now += 75 * FIL_SEC;
      g_assert_true (fil_reachability_tick (&reach, now) == (i == 1));
    }
  g_assert_cmpint (reach.probe.nat.filter, ==, FIL_NAT_FILTER_PORT);
  g_assert_true (fil_reachability_received (&reach, FIL_UDP_OTHER_PORT, &by, now));
  g_assert_cmpint (reach.probe.nat.filter, ==, FIL_NAT_FILTER_ADDRESS);
  g_assert_cmpint (reach.udp.state, ==, FIL_REACHABLE_NO);
  g_assert_true (fil_reachability_received (&reach, FIL_UDP_STRANGER, &by, now));
  g_assert_cmpint (reach.probe.nat.filter, ==, FIL_NAT_FILTER_OPEN);
  g_assert_false (fil_reachability_received (&reach, FIL_UDP_OTHER_PORT, &by, now));
  g_assert_cmpint (reach.probe.nat.filter, ==, FIL_NAT_FILTER_OPEN);
}

/* Whether another port of somebody we had called gets in is known only when he has tried: who was asked may have
 * had enough of that, and then others are asked. */
static void
test_filter_aside (void)
{
  FilReachability reach;
  gint64 now = 0;

  fil_reachability_init (&reach, FALSE);
  reach.probe.nat.mapping = FIL_NAT_MAPPING_INDEPENDENT;
  g_assert_true (fil_reachability_wants_aside (&reach, now));
  fil_reachability_asked_aside (&reach, now);
  g_assert_false (fil_reachability_wants_aside (&reach, now));
  now += 10 * FIL_SEC;
  g_assert_false (fil_reachability_tick (&reach, now));
  g_assert_cmpint (reach.probe.nat.filter, ==, FIL_NAT_FILTER_UNKNOWN);
  g_assert_true (fil_reachability_wants_aside (&reach, now));
  fil_reachability_asked_aside (&reach, now);
  /* A stranger shows nothing about those whom we have called. */
  fil_reachability_pinged_back (&reach, FIL_UDP_UNSURE);
  g_assert_false (fil_reachability_tick (&reach, now + 10 * FIL_SEC));
  fil_reachability_asked_aside (&reach, now);
  fil_reachability_pinged_back (&reach, FIL_UDP_CALLED);
  g_assert_false (fil_reachability_tick (&reach, now + 10 * FIL_SEC - 1));
  g_assert_true (fil_reachability_tick (&reach, now + 10 * FIL_SEC));
  g_assert_cmpint (reach.probe.nat.filter, ==, FIL_NAT_FILTER_PORT);
}

static void
test_udp_passes (void)
{
  FilReachability reach;

  fil_reachability_init (&reach, FALSE);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpint (fil_reachability_udp_passes (&reach, FIL_MINUTE), ==, FIL_REACHABLE_UNKNOWN);
      fil_reachability_pinged (&reach, i * FIL_SEC);
    }
  g_assert_cmpint (fil_reachability_udp_passes (&reach, 15 * FIL_SEC - 1), ==, FIL_REACHABLE_UNKNOWN);
  g_assert_cmpint (fil_reachability_udp_passes (&reach, 15 * FIL_SEC), ==, FIL_REACHABLE_NO);
  fil_reachability_answered (&reach, FIL_MINUTE);
  g_assert_cmpint (fil_reachability_udp_passes (&reach, 31 * FIL_MINUTE - 1), ==, FIL_REACHABLE_YES);
  g_assert_cmpint (fil_reachability_udp_passes (&reach, 31 * FIL_MINUTE), ==, FIL_REACHABLE_UNKNOWN);
}

static void
test_memory (void)
{
  FilReachability reach, again;
  FilReachMemory memory;
  FilEndpoint by = host (0);

  fil_reachability_init (&reach, FALSE);
  fil_reachability_prove (&reach, &reach.tcp, &by, 0);
  reach.udp.state = FIL_REACHABLE_NO;
  reach.probe.nat.mapping = FIL_NAT_MAPPING_SEQUENTIAL;
  reach.probe.nat.delta = -2;
  reach.ballots[0].elected = endpoint ("24.5.5.5:1");
  fil_reachability_remember (&reach, &memory, 10 * MINUTE);
  g_assert_cmpint (memory.tcp_age_us, ==, 10 * MINUTE);

  memory.age_us = 5 * MINUTE;
  fil_reachability_init (&again, FALSE);
  fil_reachability_recall (&again, &memory, FIL_HOUR);
  g_assert_cmpint (again.tcp.state, ==, FIL_REACHABLE_YES);
  g_assert_cmpint (again.tcp.proof_us, ==, FIL_HOUR - 15 * MINUTE);
  g_assert_cmpint (again.udp.state, ==, FIL_REACHABLE_NO);
  g_assert_cmpint (again.probe.nat.delta, ==, -2);
  assert_external (&again, 4, "24.5.5.5:1");
  /* All of it is tested at once. */
  g_assert_true (fil_nat_probe_is_due (&again.probe, FIL_HOUR));
  g_assert_true (fil_reachability_wants_proof (&again.udp, FIL_HOUR));

  /* A proof does not outlive its half hour because nobody was there to see it grow old. */
  memory.age_us = 20 * MINUTE;
  fil_reachability_init (&again, FALSE);
  fil_reachability_recall (&again, &memory, FIL_HOUR);
  g_assert_cmpint (again.tcp.state, ==, FIL_REACHABLE_UNKNOWN);
  g_assert_cmpint (again.udp.state, ==, FIL_REACHABLE_NO);
  memory.age_us = 25 * FIL_HOUR;
  fil_reachability_init (&again, FALSE);
  fil_reachability_recall (&again, &memory, FIL_HOUR);
  g_assert_cmpint (again.udp.state, ==, FIL_REACHABLE_UNKNOWN);
  g_assert_cmpint (again.probe.nat.mapping, ==, FIL_NAT_MAPPING_UNKNOWN);
}

/* Whom we have called */

static void
test_contacts (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (7);
  g_autoptr (FilUdpContacts) contacts = fil_udp_contacts_new (0, random);
  FilEndpoint a = endpoint ("30.1.1.1:1000"), a2 = endpoint ("30.1.1.1:2000"), b = endpoint ("30.1.1.2:1000");
  gint64 now = FIL_HOUR;

  g_assert_cmpint (fil_udp_contacts_judge (contacts, &a, now), ==, FIL_UDP_STRANGER);
  fil_udp_contacts_sent (contacts, &a, now);
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &a, now), ==, FIL_UDP_CALLED);
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &a2, now), ==, FIL_UDP_OTHER_PORT);
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &b, now), ==, FIL_UDP_STRANGER);
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &a, now + FIL_UDP_CONTACT_LIFE - 1), ==, FIL_UDP_CALLED);
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &a, now + FIL_UDP_CONTACT_LIFE), ==, FIL_UDP_STRANGER);
  /* Every datagram begins its time anew, and it is known since when. */
  fil_udp_contacts_sent (contacts, &a, now + MINUTE);
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &a, now + FIL_UDP_CONTACT_LIFE), ==, FIL_UDP_CALLED);
  g_assert_cmpint (fil_udp_contacts_since (contacts, &a2, now + 2 * MINUTE), ==, now);
  g_assert_cmpint (fil_udp_contacts_since (contacts, &b, now + 2 * MINUTE), ==, now + 2 * MINUTE);
  g_assert_false (fil_udp_contacts_is_fresh (contacts, &a, now + FIL_HOUR));
  g_assert_true (fil_udp_contacts_is_fresh (contacts, &b, now + FIL_HOUR));
  /* More ports than are remembered: any may have been called. */
  for (guint i = 0; i < 10; i++)
    {
      a2.port = (guint16) (3000 + i);
      fil_udp_contacts_sent (contacts, &a2, now + MINUTE);
    }
  a2.port = 9999;
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &a2, now + MINUTE), ==, FIL_UDP_UNSURE);
}

/* Somebody makes us answer thousands of forged addresses, so that we forget whom we have called: then
 * nobody is a stranger until all that can be in the way has passed. */
static void
test_contacts_flood (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (7);
  g_autoptr (FilUdpContacts) contacts = fil_udp_contacts_new (0, random);
  FilEndpoint first = endpoint ("30.1.1.1:1000"), never = endpoint ("31.1.1.1:1000");
  gint64 now = FIL_HOUR;

  fil_udp_contacts_sent (contacts, &first, now);
  for (guint i = 0; i < 40000; i++)
    {
      FilEndpoint forged = fil_endpoint_v4 ((const guint8[]){ 50, (guint8) (i >> 16), (guint8) (i >> 8), (guint8) i }, 1);

      fil_udp_contacts_sent (contacts, &forged, now);
      g_assert_cmpint (fil_udp_contacts_judge (contacts, &first, now), !=, FIL_UDP_STRANGER);
    }
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &never, now), ==, FIL_UDP_UNSURE);
  g_assert_cmpint (fil_udp_contacts_judge (contacts, &never, now + FIL_UDP_CONTACT_LIFE), ==, FIL_UDP_STRANGER);
}

/* NATs */

typedef struct
{
  const char *what;
  const char *seen[FIL_NAT_TARGETS]; /* by each host in the order of the pings; NULL: no answer */
  FilNatMapping mapping;
  int step;
  const char *name;
} Case;

static const Case cases[] = {
  { "no NAT", { "24.5.5.5:7000", "24.5.5.5:7000", "24.5.5.5:7000" }, FIL_NAT_MAPPING_NONE, 0, "no-nat" },
  { "cone that keeps the port", { "24.5.5.9:7000", "24.5.5.9:7000", "24.5.5.9:7000" }, FIL_NAT_MAPPING_INDEPENDENT, 0, "cone" },
  { "cone", { "24.5.5.9:1234", "24.5.5.9:1234", NULL, "24.5.5.9:1234" }, FIL_NAT_MAPPING_INDEPENDENT, 0, "cone" },
  { "cone and two liars", { "24.5.5.9:1", "24.5.5.9:1234", "24.5.5.9:2", "24.5.5.9:1234", "24.5.5.9:1234" },
    FIL_NAT_MAPPING_INDEPENDENT, 0, "cone" },
  { "cone and a liar's address", { "24.5.5.9:5", "66.6.6.6:5", "24.5.5.9:5", "24.5.5.9:5" }, FIL_NAT_MAPPING_INDEPENDENT, 0, "cone" },
  { "cone and one liar of three", { "24.5.5.9:1234", "24.5.5.9:99", "24.5.5.9:1234" }, FIL_NAT_MAPPING_UNKNOWN, 0, NULL },
  { "one port after the other", { "24.5.5.9:2000", "24.5.5.9:2001", "24.5.5.9:2002", "24.5.5.9:2003" },
    FIL_NAT_MAPPING_SEQUENTIAL, 1, "symmetric-sequential" },
  { "backwards in twos", { "24.5.5.9:2010", "24.5.5.9:2008", NULL, "24.5.5.9:2004" }, FIL_NAT_MAPPING_SEQUENTIAL, -2,
    "symmetric-sequential" },
  { "one after the other, with others between", { "24.5.5.9:2000", "24.5.5.9:2003", "24.5.5.9:2004", "24.5.5.9:2009" },
    FIL_NAT_MAPPING_SEQUENTIAL, 1, "symmetric-sequential" },
  { "random", { "24.5.5.9:2000", "24.5.5.9:40313", "24.5.5.9:11555" }, FIL_NAT_MAPPING_RANDOM, 0, "symmetric-random" },
  { "up and down", { "24.5.5.9:2000", "24.5.5.9:2010", "24.5.5.9:2005" }, FIL_NAT_MAPPING_RANDOM, 0, "symmetric-random" },
  { "two voices", { "24.5.5.9:2000", NULL, "24.5.5.9:2000" }, FIL_NAT_MAPPING_UNKNOWN, 0, NULL },
  { "silence", { NULL }, FIL_NAT_MAPPING_UNKNOWN, 0, NULL },
};

static void
begin (FilNatProbe *probe,
       gint64 now)
{
  g_assert_true (fil_nat_probe_is_due (probe, now));
  fil_nat_probe_begin (probe, now);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    {
      FilEndpoint peer = host (i);

      fil_nat_probe_ask (probe, &peer, now);
    }
}

static gboolean
answer (FilNatProbe *probe,
        guint n,
        const char *seen,
        gint64 now)
{
  FilEndpoint peer = host (n), us = endpoint (seen);

  return fil_nat_probe_heard (probe, &peer, &us, now);
}

static void
test_mappings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean is_known = cases[i].mapping != FIL_NAT_MAPPING_UNKNOWN;
      guint heard = 0, news = 0;
      FilNatProbe probe;

      g_test_message ("%s", cases[i].what);
      fil_nat_probe_init (&probe);
      probe.local = endpoint ("24.5.5.5:7000");
      begin (&probe, 0);
      /* Answers come in any order. */
      for (guint j = FIL_NAT_TARGETS; j-- > 0;)
        if (cases[i].seen[j] != NULL)
          {
            heard++;
            news += answer (&probe, j, cases[i].seen[j], FIL_SEC);
          }
      g_assert_false (fil_nat_probe_tick (&probe, 5 * FIL_SEC - 1));
      news += fil_nat_probe_tick (&probe, 5 * FIL_SEC);
      g_assert_cmpuint (news, ==, is_known);
      g_assert_cmpint (probe.nat.mapping, ==, cases[i].mapping);
      g_assert_cmpint (probe.nat.delta, ==, cases[i].step);
      g_assert_cmpstr (fil_nat_name (&probe.nat), ==, cases[i].name);
      /* Known: measured again after half an hour. Contradictions: the same hosts answer a minute later. Too
       * few voices: others are asked soon. */
      g_assert_false (fil_nat_probe_is_due (&probe, 9 * FIL_SEC));
      g_assert_true (fil_nat_probe_is_due (&probe, 10 * FIL_SEC) == (heard < FIL_NAT_VOICES));
      g_assert_true (fil_nat_probe_is_due (&probe, 75 * FIL_SEC) == !is_known);
      g_assert_true (fil_nat_probe_is_due (&probe, 31 * MINUTE));
    }
}

/* What another host says afterwards makes us ask, never believe. */
static void
test_mapping_moves (void)
{
  FilNatProbe probe;
  gint64 now = 0;

  fil_nat_probe_init (&probe);
  probe.local = endpoint ("192.168.1.5:7000");
  begin (&probe, now);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    g_assert_true (answer (&probe, i, "24.5.5.9:1234", now) == (i == FIL_NAT_TARGETS - 1));
  g_assert_false (probe.nat.keeps_port);
  now += MINUTE;
  g_assert_false (answer (&probe, 0, "24.5.5.9:1234", now));
  g_assert_cmpint (probe.nat.udp_us, ==, now);
  g_assert_false (fil_nat_probe_is_due (&probe, 2 * MINUTE));
  g_assert_false (answer (&probe, 0, "24.5.5.9:4321", now));
  g_assert_cmpuint (probe.nat.udp.port, ==, 1234);
  g_assert_true (fil_nat_probe_is_due (&probe, 2 * MINUTE));
  now = 2 * MINUTE;
  begin (&probe, now);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    answer (&probe, i, "24.5.5.9:4321", now);
  g_assert_cmpuint (probe.nat.udp.port, ==, 4321);
}

/* A round behind a router that gives each host another port, @step further on. */
static void
measure_moving (FilNatProbe *probe,
                guint step)
{
  fil_nat_probe_init (probe);
  probe->local = endpoint ("192.168.1.5:7000");
  begin (probe, 0);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    {
      g_autofree char *seen = g_strdup_printf ("24.5.5.9:%u", 2000 + i * step);

      answer (probe, i, seen, 0);
    }
}

/* Where each host meets another port, one of them can move us neither to another address nor to a port of its
 * choice. */
static void
test_stray_elsewhere (void)
{
  static const char *const lies[] = { "24.5.5.9:7777", "24.5.5.9:2007", "24.5.5.9:1999", "66.6.6.6:2010" };
  FilNatProbe probe;

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      measure_moving (&probe, 2);
      g_assert_cmpint (probe.nat.mapping, ==, FIL_NAT_MAPPING_SEQUENTIAL);
      g_assert_false (answer (&probe, 9, lies[i], MINUTE));
      g_assert_cmpuint (probe.nat.udp.port, ==, 2008);
      g_assert_cmpuint (probe.nat.udp.addr[3], ==, 9);
      /* But others are asked. */
      g_assert_true (fil_nat_probe_is_due (&probe, 2 * MINUTE));
    }
  measure_moving (&probe, 1000);
  g_assert_cmpint (probe.nat.mapping, ==, FIL_NAT_MAPPING_RANDOM);
  g_assert_false (answer (&probe, 9, "24.5.5.9:7777", MINUTE));
  g_assert_cmpuint (probe.nat.udp.port, ==, 6000);
  g_assert_false (fil_nat_probe_is_due (&probe, 2 * MINUTE));
  g_assert_false (answer (&probe, 9, "66.6.6.6:7778", MINUTE));
  g_assert_cmpuint (probe.nat.udp.addr[3], ==, 9);
  g_assert_true (fil_nat_probe_is_due (&probe, 2 * MINUTE));
}

/* Behind a router that counts, one more host knows a newer port: it is taken when it follows those that others
 * saw, so that whoever answers again and again does not lead us away. */
static void
test_stray_counts_on (void)
{
  FilNatProbe probe;

  measure_moving (&probe, 2);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *seen = g_strdup_printf ("24.5.5.9:%u", 2012 + 4 * i);

      g_assert_false (answer (&probe, 9 + i, seen, MINUTE + i));
      g_assert_cmpuint (probe.nat.udp.port, ==, 2012 + 4 * i);
    }
  g_assert_false (fil_nat_probe_is_due (&probe, 2 * MINUTE));

  /* The same network, over and over: it counts once, after two others. */
  measure_moving (&probe, 2);
  for (guint i = 0; i < 20; i++)
    {
      FilEndpoint peer = fil_endpoint_v4 ((const guint8[]){ 50, 1, (guint8) i, 7 }, 6346);
      FilEndpoint seen = fil_endpoint_v4 ((const guint8[]){ 24, 5, 5, 9 }, (guint16) (2008 + 30 * (i + 1)));

      fil_nat_probe_heard (&probe, &peer, &seen, MINUTE + i);
    }
  g_assert_cmpuint (probe.nat.udp.port, <=, 2008 + 32);
}

/* Three voices have to be three persons: many addresses of one network are one. */
static void
test_one_network_votes (void)
{
  FilNatProbe probe;

  fil_nat_probe_init (&probe);
  probe.local = endpoint ("192.168.1.5:7000");
  fil_nat_probe_begin (&probe, 0);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    {
      FilEndpoint peer = fil_endpoint_v4 ((const guint8[]){ 50, i < 3 ? 1 : (guint8) (1 + i), (guint8) i, 7 }, 6346);

      fil_nat_probe_ask (&probe, &peer, 0);
    }
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    {
      FilEndpoint seen = endpoint (i < 3 ? "24.5.5.9:66" : "24.5.5.9:1234");

      fil_nat_probe_heard (&probe, &probe.voices[i].peer, &seen, 0);
    }
  /* One says 66 and two say 1234: not enough for either. */
  g_assert_cmpint (probe.nat.mapping, ==, FIL_NAT_MAPPING_UNKNOWN);
  g_assert_false (fil_endpoint_is_set (&probe.nat.udp));

  for (guint i = 0; i < 3; i++)
    {
      FilEndpoint peer = fil_endpoint_v4 ((const guint8[]){ 50, 1, (guint8) i, 7 }, 6346);
      FilEndpoint seen = endpoint ("24.5.5.9:40000");

      fil_nat_probe_told_tcp (&probe, &peer, &seen, 40000, 0);
    }
  g_assert_cmpuint (probe.n_told, ==, 1);
  g_assert_cmpint (probe.nat.tcp_mapping, ==, FIL_NAT_MAPPING_UNKNOWN);
}

/* Whoever shows that we may be elsewhere has others asked at once, and a liar no more often than once a minute. */
static void
test_doubt (void)
{
  FilNatProbe probe;

  fil_nat_probe_init (&probe);
  probe.local = endpoint ("192.168.1.5:7000");
  begin (&probe, 0);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    answer (&probe, i, "24.5.5.9:1234", 0);
  g_assert_false (fil_nat_probe_is_due (&probe, MINUTE));
  g_assert_true (fil_nat_probe_doubt (&probe, MINUTE));
  g_assert_true (probe.is_doubted);
  begin (&probe, MINUTE);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    answer (&probe, i, "24.5.5.9:1234", MINUTE);
  g_assert_false (probe.is_doubted);
  g_assert_false (fil_nat_probe_doubt (&probe, 2 * MINUTE - 1));
  g_assert_false (probe.is_doubted || fil_nat_probe_is_due (&probe, 2 * MINUTE - 1));
  g_assert_true (fil_nat_probe_doubt (&probe, 2 * MINUTE));
  g_assert_cmpint (probe.nat.mapping, ==, FIL_NAT_MAPPING_INDEPENDENT);
  g_assert_cmpuint (probe.nat.udp.port, ==, 1234);
}

/* The answers that show another address are those that tell the port there: they are not asked for twice. */
static void
test_forget_keeps_round (void)
{
  FilNatProbe probe;

  fil_nat_probe_init (&probe);
  probe.local = endpoint ("192.168.1.5:7000");
  begin (&probe, 0);
  for (guint i = 0; i < FIL_NAT_TARGETS; i++)
    answer (&probe, i, "24.5.5.9:1234", 0);
  fil_nat_probe_doubt (&probe, MINUTE);
  begin (&probe, MINUTE);
  answer (&probe, 0, "66.6.6.6:4321", MINUTE);
  answer (&probe, 1, "66.6.6.6:4321", MINUTE);
  fil_nat_probe_forget (&probe, MINUTE);
  g_assert_cmpint (probe.nat.mapping, ==, FIL_NAT_MAPPING_UNKNOWN);
  for (guint i = 2; i < FIL_NAT_TARGETS; i++)
    answer (&probe, i, "66.6.6.6:4321", MINUTE);
  g_assert_cmpint (probe.nat.mapping, ==, FIL_NAT_MAPPING_INDEPENDENT);
  g_assert_cmpuint (probe.nat.udp.port, ==, 4321);
  /* Without a round one is due, and another network has nothing to do with the one under way. */
  fil_nat_probe_forget (&probe, 2 * MINUTE);
  begin (&probe, 2 * MINUTE);
  fil_nat_probe_restart (&probe, 2 * MINUTE);
  g_assert_true (fil_nat_probe_is_due (&probe, 2 * MINUTE));
}

/* Only what is translated and can be told to others is kept, every 20 s. */
static void
test_keeping (void)
{
  FilNatProbe probe;

  fil_nat_probe_init (&probe);
  g_assert_false (fil_nat_probe_wants_keeping (&probe, 0));
  probe.nat.mapping = FIL_NAT_MAPPING_RANDOM;
  g_assert_false (fil_nat_probe_wants_keeping (&probe, 0));
  probe.nat.mapping = FIL_NAT_MAPPING_INDEPENDENT;
  g_assert_true (fil_nat_probe_wants_keeping (&probe, 0));
  probe.kept_us = 0;
  g_assert_false (fil_nat_probe_wants_keeping (&probe, 20 * FIL_SEC - 1));
  g_assert_true (fil_nat_probe_wants_keeping (&probe, 20 * FIL_SEC));
  /* A round that waits for hosts goes first, for a while. */
  fil_nat_probe_none_to_ask (&probe, 20 * FIL_SEC);
  fil_nat_probe_none_to_ask (&probe, 25 * FIL_SEC);
  g_assert_false (fil_nat_probe_wants_keeping (&probe, 85 * FIL_SEC - 1));
  g_assert_true (fil_nat_probe_wants_keeping (&probe, 85 * FIL_SEC));
  fil_nat_probe_begin (&probe, 90 * FIL_SEC);
  g_assert_cmpint (probe.starved_us, ==, FIL_NEVER);
  probe.nat.mapping = FIL_NAT_MAPPING_NONE;
  g_assert_false (fil_nat_probe_wants_keeping (&probe, 20 * FIL_SEC));
}

static gboolean
tell_tcp (FilNatProbe *probe,
          guint n,
          guint16 inside,
          guint16 outside)
{
  FilEndpoint peer = host (n), seen = endpoint ("24.5.5.9:1");

  seen.port = outside;
  return fil_nat_probe_told_tcp (probe, &peer, &seen, inside, 0);
}

static void
test_tcp_port (void)
{
  FilEndpoint external = endpoint ("24.5.5.8:1");
  FilNatProbe probe;

  fil_nat_probe_init (&probe);
  probe.local = endpoint ("192.168.1.5:7000");
  fil_nat_probe_set_external (&probe, &external);
  g_assert_false (tell_tcp (&probe, 0, 0, 40000));
  g_assert_true (tell_tcp (&probe, 0, 40000, 40000));
  g_assert_cmpint (probe.nat.tcp_mapping, ==, FIL_NAT_MAPPING_UNKNOWN);
  g_assert_cmpuint (probe.nat.tcp.port, ==, 7000);
  /* The neighbour said 24.5.5.9. */
  g_assert_true (fil_endpoint_same_address (&probe.nat.tcp, &external));
  g_assert_false (tell_tcp (&probe, 0, 40001, 40001));
  g_assert_cmpint (probe.nat.tcp_mapping, ==, FIL_NAT_MAPPING_UNKNOWN);
  g_assert_false (tell_tcp (&probe, 1, 40002, 40002));
  g_assert_cmpint (probe.nat.tcp_mapping, ==, FIL_NAT_MAPPING_INDEPENDENT);
  g_assert_true (tell_tcp (&probe, 2, 40003, 51111));
  g_assert_cmpint (probe.nat.tcp_mapping, ==, FIL_NAT_MAPPING_UNKNOWN);
  g_assert_false (fil_endpoint_is_set (&probe.nat.tcp));
  /* However many tell, few are remembered. */
  for (guint i = 0; i < 50; i++)
    tell_tcp (&probe, 10 + i, 40000, 40000);
  g_assert_cmpuint (probe.n_told, ==, FIL_NAT_TOLD);
  g_assert_cmpint (probe.nat.tcp_mapping, ==, FIL_NAT_MAPPING_INDEPENDENT);
}

/* The address of our TCP port follows the election, whatever neighbours name. */
static void
test_tcp_address (void)
{
  FilReachability reach;

  fil_reachability_init (&reach, FALSE);
  reach.probe.local = endpoint ("192.168.1.5:7000");
  g_assert_false (tell_tcp (&reach.probe, 0, 40000, 40000));
  g_assert_false (fil_endpoint_is_set (&reach.probe.nat.tcp));
  vote (&reach, "30.1.1.1:1", "24.5.5.5:1");
  vote (&reach, "31.1.1.1:1", "24.5.5.5:1");
  g_assert_false (fil_endpoint_is_set (&reach.probe.nat.tcp));
  g_assert_true (vote (&reach, "32.1.1.1:1", "24.5.5.5:1"));
  g_assert_cmpuint (reach.probe.nat.tcp.port, ==, 7000);
  g_assert_cmpuint (reach.probe.nat.tcp.addr[3], ==, 5);
  /* What ports become is forgotten with the old address, the new address is not. */
  fil_reachability_recheck (&reach, MINUTE);
  g_assert_false (fil_endpoint_is_set (&reach.probe.nat.tcp));
  g_assert_true (tell_tcp (&reach.probe, 0, 40000, 40000));
  g_assert_cmpuint (reach.probe.nat.tcp.addr[3], ==, 5);
  fil_reachability_restart (&reach, 2 * MINUTE);
  g_assert_false (tell_tcp (&reach.probe, 0, 40000, 40000));
}

static void
test_names (void)
{
  static const char *const names[] = { "public", "firewall", "no-nat", "full-cone", "address-restricted",
                                       "port-restricted", "cone", "symmetric-sequential", "symmetric-random" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FilNat nat = { 0 };

      g_assert_true (fil_nat_from_name (&nat, names[i]));
      g_assert_cmpstr (fil_nat_name (&nat), ==, names[i]);
    }
  g_assert_false (fil_nat_from_name (&(FilNat){ 0 }, "square"));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reachability/votes/stuffed", test_stuffed_ballot);
  g_test_add_func ("/reachability/votes/worthless", test_worthless_votes);
  g_test_add_func ("/reachability/votes/families", test_families);
  g_test_add_func ("/reachability/votes/new-address", test_new_address);
  g_test_add_func ("/reachability/votes/private", test_private);
  g_test_add_func ("/reachability/proof/who", test_what_proves);
  g_test_add_func ("/reachability/proof/timers", test_timers);
  g_test_add_func ("/reachability/proof/filter", test_filter);
  g_test_add_func ("/reachability/proof/filter-aside", test_filter_aside);
  g_test_add_func ("/reachability/proof/udp-passes", test_udp_passes);
  g_test_add_func ("/reachability/memory", test_memory);
  g_test_add_func ("/reachability/contacts", test_contacts);
  g_test_add_func ("/reachability/contacts/flood", test_contacts_flood);
  g_test_add_func ("/reachability/nat/mappings", test_mappings);
  g_test_add_func ("/reachability/nat/moves", test_mapping_moves);
  g_test_add_func ("/reachability/nat/doubt", test_doubt);
  g_test_add_func ("/reachability/nat/forget-keeps-round", test_forget_keeps_round);
  g_test_add_func ("/reachability/nat/keeping", test_keeping);
  g_test_add_func ("/reachability/nat/tcp-port", test_tcp_port);
  g_test_add_func ("/reachability/nat/tcp-address", test_tcp_address);
  g_test_add_func ("/reachability/nat/stray-elsewhere", test_stray_elsewhere);
  g_test_add_func ("/reachability/nat/stray-counts-on", test_stray_counts_on);
  g_test_add_func ("/reachability/nat/one-network-votes", test_one_network_votes);
  g_test_add_func ("/reachability/nat/names", test_names);
  return g_test_run ();
}
