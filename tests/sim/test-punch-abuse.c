/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-attack.h"
#include "punch-pair.h"

#include "punch-limits.h"
#include "punch-probe.h"

#include <string.h>

/* Those who mean us no good. */

/* Somebody makes us knock at a third host: with every reminder one packet arrives there, and that is all. */
static void
test_victim (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_PORT, TRUE);
  FilPunchOffer offer, answer;

  punch_world_start (world);
  punch_attack_offer (&offer, VICTIM, 1);
  g_assert_true (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
  g_assert_true (answer.is_answer);
  g_assert_cmpmem (answer.echo, 8, offer.nonce, 8);
  punch_world_arm (sharer);
  sim_run (world->sim, 5 * FIL_SEC);
  g_assert_cmpuint (punch_world_arrived (world, VICTIM), ==, 0);

  offer.is_reminder = TRUE;
  for (guint i = 1; i <= 20; i++)
    {
      g_assert_true (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
      punch_world_arm (sharer);
      sim_run (world->sim, 300 * FIL_MSEC);
      g_assert_cmpuint (punch_world_arrived (world, VICTIM), <=, i);
    }
  sim_run (world->sim, 30 * FIL_SEC);
  /* By UDP, by TCP, and by UDP again. */
  g_assert_cmpuint (punch_world_arrived (world, VICTIM), ==, FIL_PUNCH_REMINDERS);
  g_assert_cmpuint (punch_world_n_kept (sharer), ==, 0);
}

/* Offers without end: so many a minute, so many for one address, each nonce once. */
static void
test_limits (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_PORT, TRUE);
  FilPunchOffer offer, answer;
  guint admitted = 0;

  punch_world_start (world);
  for (guint i = 0; i < 20; i++)
    {
      punch_attack_offer (&offer, VICTIM, (guint8) (10 + i));
      admitted += fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim));
    }
  g_assert_cmpuint (admitted, ==, FIL_PUNCH_PER_TARGET);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *other = g_strdup_printf ("66.66.%u.1:7777", i);

      punch_attack_offer (&offer, other, (guint8) (100 + i));
      admitted += fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim));
    }
  g_assert_cmpuint (admitted, ==, FIL_PUNCH_PER_MINUTE);
  g_assert_cmpuint (fil_punches_refused (sharer->punches), ==, 40 - FIL_PUNCH_PER_MINUTE);

  /* A minute later there is room again, but not for what was seen before. */
  punch_world_arm (sharer);
  sim_run (world->sim, FIL_MINUTE);
  punch_attack_offer (&offer, VICTIM, 10);
  g_assert_false (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
  punch_attack_offer (&offer, VICTIM, 99);
  g_assert_true (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
}

/* Where the first packets decide an attempt sends little and is over soon: more of them may come. */
static void
test_brief_limits (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("gtk-gnutella/1.2.3");
  PunchHost *sharer = punch_pair_add (world, PUNCH_SYM, TRUE);
  const guint most = FIL_PUNCH_PER_MINUTE * FIL_PUNCH_BRIEF_PER_ONE;
  FilPunchOffer offer, answer;
  guint admitted = 0;

  punch_world_start (world);
  for (guint i = 0; i < 2 * most; i++)
    {
      g_autofree char *asker = g_strdup_printf ("66.66.%u.1:7777", i);

      punch_attack_offer (&offer, asker, (guint8) (10 + i));
      offer.udp.filter = offer.tcp.filter = FIL_NAT_FILTER_UNKNOWN;
      admitted += fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim));
    }
  g_assert_cmpuint (admitted, ==, most);
  punch_world_arm (sharer);
  sim_run (world->sim, FIL_PUNCH_BRIEF_SHARER_US + FIL_SEC);
  g_assert_cmpuint (punch_world_n_kept (sharer), ==, 0);
}

/* Says the line of a TCP connection that comes from @peer, up to its choice. */
static void
speak_line_from (PunchHost *sharer,
                 const FilPunchOffer *offer,
                 const FilPunchOffer *answer,
                 const FilEndpoint *peer)
{
  gint64 now_us = sim_now (sharer->world->sim);
  FilSession *session = fil_punches_line (sharer->punches, 0, peer, now_us);
  g_autoptr (GString) text = g_string_new ("PUNCH ");

  for (guint i = 0; i < sizeof answer->nonce; i++)
    g_string_append_printf (text, "%02x", answer->nonce[i]);
  g_string_append_c (text, ' ');
  for (guint i = 0; i < sizeof offer->nonce; i++)
    g_string_append_printf (text, "%02x", offer->nonce[i]);
  g_string_append (text, "\nGO TLS\n");
  fil_session_feed (session, (const guint8 *) text->str, text->len, now_us);
  g_assert_nonnull (session->next);
  fil_session_free (session);
}

/* Offers for @target without end, each followed by what comes from @from, by somebody who is there or not. */
static guint
admitted_with_proofs (const char *target,
                      const char *from,
                      gboolean is_there,
                      gboolean by_tcp)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_PORT, TRUE);
  FilPunchOffer offer, answer;
  FilEndpoint peer;
  guint admitted = 0;

  g_assert_true (fil_endpoint_parse (&peer, from, -1, 1));
  punch_world_start (world);
  for (guint i = 0; i < 20; i++)
    {
      punch_attack_offer (&offer, target, (guint8) (10 + i));
      if (!fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)))
        continue;
      admitted++;
      if (by_tcp)
        speak_line_from (sharer, &offer, &answer, &peer);
      for (guint again = 0; again < 3 && !by_tcp; again++)
        {
          punch_attack_knock (sharer, &offer, &answer, FIL_PROBE_HEARD, &peer);
          if (is_there)
            punch_attack_prove (sharer, &offer, &answer, FIL_PROBE_HEARD, &peer);
          else
            punch_attack_knock (sharer, &offer, &answer, FIL_PROBE_KNOCK, &peer);
        }
    }
  return admitted;
}

/* Who names a third host and comes from elsewhere has proved nothing about that host: it is counted. The
 * host that comes itself is not. */
static void
test_proof_from_elsewhere (void)
{
  for (guint by_tcp = 0; by_tcp < 2; by_tcp++)
    {
      g_assert_cmpuint (admitted_with_proofs (VICTIM, "77.7.7.7:6346", TRUE, by_tcp), ==, FIL_PUNCH_PER_TARGET);
      g_assert_cmpuint (admitted_with_proofs (VICTIM, "66.66.66.66:1234", TRUE, by_tcp), ==, 20);
    }
  /* Who only writes the address that it named on its knocks has proved nothing either. */
  g_assert_cmpuint (admitted_with_proofs (VICTIM, VICTIM, FALSE, FALSE), ==, FIL_PUNCH_PER_TARGET);
}

/* An attempt gives back what it was counted for, and not what others were. */
static void
test_proof_counts_once (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_PORT, TRUE);
  FilPunchOffer offers[4], answers[4];
  FilEndpoint peer;

  g_assert_true (fil_endpoint_parse (&peer, VICTIM, -1, 1));
  punch_world_start (world);
  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      gboolean fits = i < FIL_PUNCH_PER_TARGET + 1;

      punch_attack_offer (&offers[i], VICTIM, (guint8) (10 + i));
      g_assert_cmpint (
          fil_punches_take_offer (sharer->punches, &offers[i], &answers[i], sim_now (world->sim)), ==, fits);
      for (guint again = 0; again < 5 && i + 1 == FIL_PUNCH_PER_TARGET; again++)
        punch_attack_prove (sharer, &offers[i], &answers[i], FIL_PROBE_HEARD, &peer);
    }
}

/* Addresses that nobody may make us knock at. */
static void
test_addresses (void)
{
  static const char *const targets[] = { "66.66.66.66:80", "192.168.2.1:7777", "10.0.0.1:7777",
                                         "127.0.0.1:7777", "224.0.0.1:7777",   "255.255.255.255:7777",
                                         "[::1]:7777",     "[fe80::1]:7777",   "[fd00::1]:7777",
                                         "[ff02::1]:7777", "[64:ff9b::a00:1]:7777", "[2a01:6::6]:80" };
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_PORT, TRUE);
  FilPunchOffer offer, answer;

  punch_world_start (world);
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      punch_attack_offer (&offer, targets[i], (guint8) (1 + i));
      g_test_message ("%s", targets[i]);
      g_assert_false (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
    }
  /* A private one beside one that may be: it is left out, since nobody shares our router. */
  punch_attack_offer (&offer, VICTIM, 50);
  offer.candidates[1] =
      (FilCandidate){ FIL_CANDIDATE_LOCAL, fil_endpoint_v4 ((const guint8[]){ 192, 168, 2, 9 }, 7777) };
  g_assert_true (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
  punch_world_arm (sharer);
  sim_run (world->sim, FIL_SEC);
  g_assert_null (strstr (sharer->steps->str, "192.168.2.9"));
  g_assert_nonnull (strstr (sharer->steps->str, "66.66.66.66"));
  /* Neither answers nor what hits say are offers. */
  punch_attack_offer (&offer, VICTIM, 51);
  offer.is_answer = TRUE;
  g_assert_false (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
  offer.is_answer = offer.is_full = FALSE;
  g_assert_false (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
}

/* An offer whose own address is counted, and that names others beside it: reminders let a packet arrive at the one
 * that was counted, by UDP and by TCP, and nowhere else. */
static void
test_third_host (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_PORT, TRUE);
  FilPunchOffer offer, answer;

  sharer->side.has_ipv6 = TRUE;
  punch_world_start (world);
  for (guint round = 0; round < 2; round++)
    {
      punch_attack_offer (&offer, VICTIM, (guint8) (60 + round));
      offer.has_tcp = TRUE;
      offer.candidates[offer.n_candidates++] = offer.candidates[0];
      g_assert_true (fil_endpoint_parse (&offer.candidates[0].endpoint, "77.77.77.77:7777", -1, 0));
      offer.candidates[0].kind = FIL_CANDIDATE_TCP;
      for (guint i = 0; i < 8; i++)
        {
          offer.is_reminder = i > 0;
          (void) !fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim));
          punch_world_arm (sharer);
          sim_run (world->sim, 500 * FIL_MSEC);
        }
    }
  g_assert_cmpuint (punch_world_arrived (world, "77.77.77.77"), ==, 0);
  g_assert_cmpuint (punch_world_arrived (world, "66.66.66.66"), >, 0);
}

/* Pongs of others: without the nonce, with a MUID that was never sent, from somewhere else, of another host.
 */
static void
test_forged_answers (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *asker, *sharer;
  FilEndpoint stranger = fil_endpoint_v4 ((const guint8[]){ 66, 66, 66, 66 }, 7777);
  FilPunchOffer answer;
  FilGuid muid;

  punch_pair_start (world, PUNCH_PORT, PUNCH_PORT, &asker, &sharer);
  world->loses_every = 1;
  punch_world_ask (asker, sharer);
  punch_attack_offer (&answer, VICTIM, 1);
  answer.is_answer = TRUE;
  answer.guid = sharer->sim->guid;
  memset (&muid, 3, sizeof muid);
  g_assert_false (fil_punches_take_answer (asker->punches, &answer, &muid, &stranger, sim_now (world->sim)));
  g_assert_false (fil_punches_take_answer (asker->punches, &answer, NULL, NULL, sim_now (world->sim)));
  /* Somebody in between knows the nonce. */
  g_assert_true (punch_world_seen_nonce (world, answer.echo));
  g_assert_false (fil_punches_take_answer (asker->punches, &answer, &muid, &stranger, sim_now (world->sim)));
  g_assert_true (punch_world_seen_muid (world, &muid));
  g_assert_false (fil_punches_take_answer (asker->punches, &answer, &muid, &stranger, sim_now (world->sim)));
  /* The proxy itself answers for somebody else. */
  memset (&answer.guid, 9, sizeof answer.guid);
  for (guint i = 0; i < PUNCH_ULTRAPEERS; i++)
    g_assert_false (fil_punches_take_answer (asker->punches, &answer, &muid, &world->ultrapeers[i]->inside,
                                             sim_now (world->sim)));
  sim_run (world->sim, FIL_SEC);
  g_assert_cmpuint (punch_world_arrived (world, VICTIM), ==, 0);
}

/* Knocks of those who do not know the nonce get nothing, however many. */
static void
test_forged_knocks (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_FULL, TRUE);
  PunchHost *stranger = punch_world_host (world, "66.66.66.66:7777", NULL, NAT_NONE);
  FilPunchOffer offer, answer;
  FilPunchProbe probe = { .kind = FIL_PROBE_KNOCK };
  guint8 bytes[FIL_PROBE_LEN];
  guint before;

  punch_world_start (world);
  punch_attack_offer (&offer, "66.66.66.66:7777", 1);
  g_assert_true (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
  for (guint kind = FIL_PROBE_KNOCK; kind <= FIL_PROBE_USED; kind++)
    {
      probe.kind = (FilProbeKind) kind;
      fil_punch_probe_encode (&probe, bytes);
      g_assert_true (fil_punches_take_datagram (sharer->punches, &stranger->inside,
                                                fil_slice (bytes, sizeof bytes), sim_now (world->sim)));
    }
  g_assert_cmpuint (sharer->n_sent_high, ==, 0);

  /* With the nonce: every knock is answered once, and not without end. */
  memcpy (probe.to, answer.nonce, sizeof probe.to);
  memcpy (probe.from, offer.nonce, sizeof probe.from);
  probe.kind = FIL_PROBE_KNOCK;
  fil_punch_probe_encode (&probe, bytes);
  before = sharer->n_sent_high;
  for (guint i = 0; i < 1000; i++)
    fil_punches_take_datagram (sharer->punches, &stranger->inside, fil_slice (bytes, sizeof bytes),
                               sim_now (world->sim));
  g_assert_cmpuint (sharer->n_sent_high - before, <=, FIL_PUNCH_HEARD_PER_SECOND + 1);
  /* With the other side's nonce wrong: not even that. */
  sim_run (world->sim, 2 * FIL_SEC);
  memset (probe.from, 0x55, sizeof probe.from);
  fil_punch_probe_encode (&probe, bytes);
  before = sharer->n_sent_high;
  fil_punches_take_datagram (sharer->punches, &stranger->inside, fil_slice (bytes, sizeof bytes),
                             sim_now (world->sim));
  g_assert_cmpuint (sharer->n_sent_high, ==, before);
  g_assert_cmpuint (sharer->n_ways, ==, 0);
}

/* A host that is lured to ask for a file: the victim that the answer names gets so many knocks and no more.
 */
static void
test_lying_answer (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *asker, *sharer;
  FilPunchOffer answer;
  FilGuid muid;

  punch_pair_start (world, PUNCH_PORT, PUNCH_PORT, &asker, &sharer);
  world->loses_every = 1;
  asker->side.has_tcp = FALSE;
  punch_world_ask (asker, sharer);
  punch_attack_offer (&answer, VICTIM, 1);
  answer.is_answer = TRUE;
  answer.has_tcp = FALSE;
  answer.udp = (FilNatClass){ FIL_NAT_MAPPING_SEQUENTIAL, FIL_NAT_FILTER_PORT, 1 };
  answer.guid = sharer->sim->guid;
  g_assert_true (punch_world_seen_nonce (world, answer.echo));
  g_assert_true (punch_world_seen_muid (world, &muid));
  g_assert_true (
      fil_punches_take_answer (asker->punches, &answer, NULL, NULL, sim_now (world->sim)));
  punch_world_arm (asker);
  sim_run (world->sim, 30 * FIL_SEC);
  g_assert_cmpuint (punch_world_arrived (world, VICTIM), <=, FIL_PUNCH_KNOCKS_PER_ADDRESS);
  g_assert_cmpuint (punch_world_arrived (world, VICTIM), >, 0);
  g_assert_nonnull (asker->failure);
}

static guint
count_text (const char *text,
            const char *what)
{
  guint n = 0;

  for (const char *at = strstr (text, what); at != NULL; at = strstr (at + 1, what))
    n++;
  return n;
}

/* The same with as many candidates at one address as an answer holds, of a router that is said to count: so
 * many ports by UDP, few by TCP. */
static void
test_lying_answer_by_tcp (void)
{
  for (guint by_tcp = 0; by_tcp < 2; by_tcp++)
    {
      g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
      PunchHost *asker, *sharer;
      FilPunchOffer answer;

      punch_pair_start (world, PUNCH_PORT, PUNCH_PORT, &asker, &sharer);
      world->loses_every = 1;
      punch_world_ask (asker, sharer);
      punch_attack_offer (&answer, VICTIM, 1);
      answer.is_answer = TRUE;
      answer.udp = answer.tcp = (FilNatClass){ FIL_NAT_MAPPING_SEQUENTIAL, FIL_NAT_FILTER_PORT, 1 };
      answer.guid = sharer->sim->guid;
      answer.n_candidates = FIL_CANDIDATES_MAX;
      for (guint i = 0; i < FIL_CANDIDATES_MAX; i++)
        {
          answer.candidates[i] = answer.candidates[0];
          answer.candidates[i].kind = by_tcp == 1 ? FIL_CANDIDATE_TCP : FIL_CANDIDATE_UDP;
          answer.candidates[i].endpoint.port = (guint16) (7777 + 100 * i);
        }
      g_assert_true (punch_world_seen_nonce (world, answer.echo));
      g_assert_true (fil_punches_take_answer (asker->punches, &answer, NULL, NULL, sim_now (world->sim)));
      punch_world_arm (asker);
      sim_run (world->sim, 30 * FIL_SEC);
      g_assert_cmpuint (asker->connects->len, ==, by_tcp == 1 ? 1 + FIL_PUNCH_PREDICTED_TCP : 0);
      g_assert_cmpuint (count_text (asker->steps->str, "(by UDP)"), ==,
                        by_tcp == 1 ? 0 : FIL_PUNCH_PORTS_MAX);
      g_assert_nonnull (asker->failure);
    }
}

/* So many attempts of our own, and one for each host. */
static void
test_too_many (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *asker, *sharer;
  FilEndpoint proxies[] = { world->ultrapeers[0]->inside };
  FilPunchWish wish = { .proxies = proxies, .n_proxies = 1, .knows_offers = TRUE };
  guint32 first;

  punch_pair_start (world, PUNCH_PORT, PUNCH_PORT, &asker, &sharer);
  for (guint i = 0; i < FIL_PUNCH_ATTEMPTS_MAX; i++)
    {
      wish.guid.bytes[0] = (guint8) (1 + i);
      first = fil_punches_ask (asker->punches, &wish, sim_now (world->sim));
      g_assert_cmpuint (first, !=, 0);
      g_assert_cmpuint (fil_punches_ask (asker->punches, &wish, sim_now (world->sim)), ==, first);
    }
  wish.guid.bytes[0] = 0xff;
  g_assert_cmpuint (fil_punches_ask (asker->punches, &wish, sim_now (world->sim)), ==, 0);
  g_assert_cmpuint (punch_world_n_kept (asker), ==, FIL_PUNCH_ATTEMPTS_MAX);
  wish.guid.bytes[0] = 1;
  fil_punches_cancel (asker->punches, &wish.guid, sim_now (world->sim));
  wish.guid.bytes[0] = 0xff;
  g_assert_cmpuint (fil_punches_ask (asker->punches, &wish, sim_now (world->sim)), !=, 0);
}

/* TCP connections that do not say what they should, or nothing. */
static void
test_bad_lines (void)
{
  static const char *const lines[] = { "PUNCH 0011223344556677 0011223344556677\n", "PUNCH\n", "GO TLS\n",
                                       "PUNCH zz11223344556677 0011223344556677\n", "\n" };
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = punch_pair_add (world, PUNCH_PORT, TRUE);
  FilEndpoint peer = fil_endpoint_v4 ((const guint8[]){ 66, 66, 66, 66 }, 7777);
  g_autofree char *endless = g_strnfill (1000, 'P');
  FilSession *session;

  punch_world_start (world);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      session = fil_punches_line (sharer->punches, 0, &peer, sim_now (world->sim));
      fil_session_feed (session, (const guint8 *) lines[i], strlen (lines[i]), sim_now (world->sim));
      g_assert_true (session->is_closed);
      fil_session_free (session);
    }
  session = fil_punches_line (sharer->punches, 0, &peer, sim_now (world->sim));
  fil_session_feed (session, (const guint8 *) endless, strlen (endless), sim_now (world->sim));
  g_assert_true (session->is_closed);
  fil_session_free (session);

  session = fil_punches_line (sharer->punches, 0, &peer, sim_now (world->sim));
  g_assert_cmpint (fil_session_wake (session), ==, sim_now (world->sim) + FIL_PUNCH_LINE_US);
  fil_session_tick (session, sim_now (world->sim) + FIL_PUNCH_LINE_US);
  g_assert_true (session->is_closed);
  fil_session_free (session);
  /* Of an attempt that is over. */
  session = fil_punches_line (sharer->punches, 1234, &peer, sim_now (world->sim));
  g_assert_true (session->is_closed);
  fil_session_free (session);
  g_assert_cmpuint (sharer->n_sessions, ==, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sim/punch/abuse/victim", test_victim);
  g_test_add_func ("/sim/punch/abuse/limits", test_limits);
  g_test_add_func ("/sim/punch/abuse/limits/brief", test_brief_limits);
  g_test_add_func ("/sim/punch/abuse/proof-from-elsewhere", test_proof_from_elsewhere);
  g_test_add_func ("/sim/punch/abuse/proof-counts-once", test_proof_counts_once);
  g_test_add_func ("/sim/punch/abuse/addresses", test_addresses);
  g_test_add_func ("/sim/punch/abuse/third-host", test_third_host);
  g_test_add_func ("/sim/punch/abuse/forged-answers", test_forged_answers);
  g_test_add_func ("/sim/punch/abuse/forged-knocks", test_forged_knocks);
  g_test_add_func ("/sim/punch/abuse/lying-answer", test_lying_answer);
  g_test_add_func ("/sim/punch/abuse/lying-answer/tcp", test_lying_answer_by_tcp);
  g_test_add_func ("/sim/punch/abuse/too-many", test_too_many);
  g_test_add_func ("/sim/punch/abuse/bad-lines", test_bad_lines);
  return g_test_run ();
}
