/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-attack.h"
#include "punch-limits.h"
#include "punch-stream.h"
#include "transfer-limits.h"

#include <string.h>

/* Who knows the nonces of an attempt, as whoever began it does, and writes the address of a third host on its
 * datagrams: it gets nothing out of us that it could not send itself. */

#define ATTACKER "77.7.7.7:7777"
#define FORGED 60

static PunchHost *
add_sharer (PunchWorld *world,
            NatKind kind)
{
  return punch_world_host (world, "192.168.2.2:6347", punch_world_nat (world, kind, "90.9.9.9", NULL), kind);
}

static PunchHost *
add_asker (PunchWorld *world,
           NatKind kind)
{
  return punch_world_host (world, "192.168.1.2:6346", punch_world_nat (world, kind, "24.4.4.4", NULL), kind);
}

static FilEndpoint
endpoint (const char *text)
{
  FilEndpoint self;

  g_assert_true (fil_endpoint_parse (&self, text, -1, 1));
  return self;
}

/* A sharer that was made to knock at the attacker's own address, who then proved to be there. */
static void
begin_attack (PunchWorld *world,
              PunchHost *sharer,
              FilPunchOffer *offer,
              FilPunchOffer *answer)
{
  const FilEndpoint own = endpoint (ATTACKER);

  punch_world_start (world);
  punch_attack_offer (offer, ATTACKER, 1);
  offer->has_tcp = FALSE;
  g_assert_true (fil_punches_take_offer (sharer->punches, offer, answer, sim_now (world->sim)));
  punch_attack_prove (sharer, offer, answer, FIL_PROBE_HEARD, &own);
}

/* One datagram out for each that asks, none for the others, whatever they echo: nothing, noise, or what the attacker
 * read at its own address; and never a stream. */
static void
test_forged_sources (void)
{
  const FilEndpoint own = endpoint (ATTACKER);
  const FilEndpoint victim = endpoint (VICTIM);

  for (guint kind = FIL_PROBE_KNOCK; kind <= FIL_PROBE_USED; kind++)
    for (guint by_port = 0; by_port < 2; by_port++)
      {
        g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
        PunchHost *sharer = add_sharer (world, NAT_FULL);
        const guint8 noise[FIL_PROBE_CHALLENGE_LEN] = { 1, 2, 3 };
        guint8 read[FIL_PROBE_CHALLENGE_LEN];
        const guint8 *echoes[] = { NULL, noise, read };
        FilPunchOffer offer, answer;

        begin_attack (world, sharer, &offer, &answer);
        g_assert_true (fil_endpoint_equal (&sharer->said_to, &own));
        memcpy (read, sharer->said.challenge, sizeof read);
        for (guint i = 1; i <= FORGED; i++)
          {
            FilEndpoint from = victim;

            from.port = (guint16) (from.port + i * by_port);
            punch_attack_probe (sharer, answer.nonce, offer.nonce, (FilProbeKind) kind, &from, echoes[i % 3]);
            sim_run (world->sim, 50 * FIL_MSEC);
            g_assert_cmpuint (punch_world_arrived (world, VICTIM), <=, i);
          }
        sim_run (world->sim, 30 * FIL_SEC);
        g_assert_cmpuint (punch_world_arrived (world, VICTIM), ==,
                          kind == FIL_PROBE_KNOCK || kind == FIL_PROBE_USE ? FORGED : 0);
        g_assert_cmpuint (sharer->n_ways, ==, 0);
      }
}

/* The same, of whoever was lured to ask: what it sends back asks for a proof itself, and there comes none. */
static void
test_forged_sources_asker (void)
{
  const FilEndpoint victim = endpoint (VICTIM);

  for (guint kind = FIL_PROBE_KNOCK; kind <= FIL_PROBE_USED; kind++)
    {
      g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
      PunchHost *sharer = add_sharer (world, NAT_PORT);
      PunchHost *asker = add_asker (world, NAT_FULL);
      FilPunchOffer answer;
      guint8 own_nonce[FIL_PUNCH_NONCE_LEN];

      punch_world_start (world);
      world->loses_every = 1;
      punch_world_ask (asker, sharer);
      g_assert_true (punch_world_seen_nonce (world, own_nonce));
      punch_attack_offer (&answer, ATTACKER, 1);
      answer.is_answer = TRUE;
      answer.has_tcp = FALSE;
      answer.guid = sharer->sim->guid;
      memcpy (answer.echo, own_nonce, sizeof own_nonce);
      g_assert_true (fil_punches_take_answer (asker->punches, &answer, NULL, NULL, sim_now (world->sim)));
      for (guint i = 1; i <= FORGED; i++)
        {
          punch_attack_probe (asker, own_nonce, answer.nonce, (FilProbeKind) kind, &victim, NULL);
          sim_run (world->sim, 50 * FIL_MSEC);
          g_assert_cmpuint (punch_world_arrived (world, VICTIM), <=, i);
        }
      sim_run (world->sim, 30 * FIL_SEC);
      g_assert_cmpuint (punch_world_arrived (world, VICTIM), ==, kind == FIL_PROBE_USED ? 0 : FORGED);
      g_assert_cmpuint (asker->n_ways, ==, 0);
      g_assert_nonnull (asker->failure);
    }
}

/* USE counts from who is there, and each repeat is answered once. */
static void
test_use (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = add_sharer (world, NAT_FULL);
  const FilEndpoint own = endpoint (ATTACKER), victim = endpoint (VICTIM);
  guint8 read[FIL_PROBE_CHALLENGE_LEN];
  FilPunchOffer offer, answer;
  guint before;

  begin_attack (world, sharer, &offer, &answer);
  memcpy (read, sharer->said.challenge, sizeof read);
  punch_attack_knock (sharer, &offer, &answer, FIL_PROBE_USE, &own);
  g_assert_cmpuint (sharer->n_ways, ==, 0);
  punch_attack_probe (sharer, answer.nonce, offer.nonce, FIL_PROBE_USE, &own, read);
  g_assert_cmpuint (sharer->n_ways, ==, 1);
  g_assert_true (fil_endpoint_equal (&sharer->way.peer, &own));
  g_assert_cmpint (sharer->said.kind, ==, FIL_PROBE_USED);
  /* What the stream's packets show is not what signalling told. */
  g_assert_cmpint (memcmp (sharer->way.own_nonce, answer.nonce, sizeof answer.nonce), !=, 0);
  g_assert_cmpint (memcmp (sharer->way.peer_nonce, offer.nonce, sizeof offer.nonce), !=, 0);

  /* The same packet again, from there and from elsewhere. */
  before = sharer->n_sent_high;
  punch_attack_probe (sharer, answer.nonce, offer.nonce, FIL_PROBE_USE, &own, read);
  g_assert_cmpuint (sharer->n_sent_high, ==, before + 1);
  punch_attack_probe (sharer, answer.nonce, offer.nonce, FIL_PROBE_USE, &victim, read);
  g_assert_cmpuint (sharer->n_sent_high, ==, before + 2);
  g_assert_cmpuint (sharer->n_ways, ==, 1);
}

/* What was said in one attempt is worth nothing in the next one, nor is the whole of its signalling. */
static void
test_replay (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = add_sharer (world, NAT_FULL);
  const FilEndpoint own = endpoint (ATTACKER);
  FilPunchOffer offer, answer, again;
  guint8 read[FIL_PROBE_CHALLENGE_LEN];

  begin_attack (world, sharer, &offer, &answer);
  memcpy (read, sharer->said.challenge, sizeof read);
  sim_run (world->sim, FIL_MINUTE);
  g_assert_cmpuint (punch_world_n_kept (sharer), ==, 0);
  g_assert_false (fil_punches_take_offer (sharer->punches, &offer, &again, sim_now (world->sim)));
  punch_attack_probe (sharer, answer.nonce, offer.nonce, FIL_PROBE_USE, &own, read);
  punch_attack_offer (&offer, ATTACKER, 2);
  g_assert_true (fil_punches_take_offer (sharer->punches, &offer, &again, sim_now (world->sim)));
  punch_attack_probe (sharer, again.nonce, offer.nonce, FIL_PROBE_USE, &own, read);
  g_assert_cmpuint (sharer->n_ways, ==, 0);
}

/* Whoever proves to be there and then keeps still gets so many knocks, and is forgotten in time. */
static void
test_keeps_still (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = add_sharer (world, NAT_FULL);
  FilPunchOffer offer, answer;

  begin_attack (world, sharer, &offer, &answer);
  sim_run (world->sim, FIL_PUNCH_SHARER_US + FIL_SEC);
  g_assert_cmpuint (sharer->n_ways, ==, 0);
  g_assert_cmpuint (punch_world_n_kept (sharer), ==, 0);
  g_assert_cmpuint (punch_world_arrived (world, ATTACKER), >, 1);
  g_assert_cmpuint (punch_world_arrived (world, ATTACKER), <=, FIL_PUNCH_REPLIES_PER_ADDRESS + 2);
}

/* Whoever chooses the way and never speaks over it: the stream knocks so often, and is given up. */
static void
test_keeps_still_after_use (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = add_sharer (world, NAT_FULL);
  const FilEndpoint own = endpoint (ATTACKER);
  FilPunchOffer offer, answer;
  guint before;

  begin_attack (world, sharer, &offer, &answer);
  before = punch_world_arrived (world, ATTACKER);
  punch_attack_probe (sharer, answer.nonce, offer.nonce, FIL_PROBE_USE, &own, sharer->said.challenge);
  g_assert_cmpuint (punch_streams_n_opening (sharer->streams), ==, 1);
  sim_run (world->sim, FIL_MINUTE);
  g_assert_cmpuint (punch_world_arrived (world, ATTACKER) - before, <=, FIL_RUDP_SYNS_PER_ADDRESS + 4);
  g_assert_cmpuint (sharer->n_streams, ==, 0);
  g_assert_cmpuint (punch_streams_n_opening (sharer->streams), ==, 0);
  g_assert_cmpuint (punch_world_n_kept (sharer), ==, 0);
}

/* The same of who is asked: the one who asked chooses the way, and hears no word more. */
static void
test_keeps_still_asker (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = add_sharer (world, NAT_PORT);
  PunchHost *asker = add_asker (world, NAT_FULL);
  const FilEndpoint own = endpoint (ATTACKER);
  FilPunchOffer answer;
  guint before;

  punch_world_start (world);
  world->loses_every = 1;
  punch_world_ask (asker, sharer);
  punch_attack_offer (&answer, ATTACKER, 1);
  answer.is_answer = TRUE;
  answer.has_tcp = FALSE;
  answer.guid = sharer->sim->guid;
  g_assert_true (punch_world_seen_nonce (world, answer.echo));
  g_assert_true (fil_punches_take_answer (asker->punches, &answer, NULL, NULL, sim_now (world->sim)));
  g_assert_true (fil_endpoint_equal (&asker->said_to, &own));
  before = asker->n_sent_high;
  punch_attack_probe (asker, answer.echo, answer.nonce, FIL_PROBE_HEARD, &own, asker->said.challenge);
  sim_run (world->sim, FIL_MINUTE);
  g_assert_cmpuint (asker->n_ways, ==, 1);
  g_assert_cmpuint (asker->n_sent_high - before, <=, FIL_PUNCH_USES + FIL_PUNCH_KNOCKS_PER_ADDRESS);
  g_assert_nonnull (asker->failure);
  g_assert_cmpuint (punch_world_n_kept (asker), ==, 0);
}

/* When we stop, nobody is answered any more and nothing begins; what a stream gets that stands is not a knock. */
static void
test_stopped (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = add_sharer (world, NAT_FULL);
  const FilEndpoint own = endpoint (ATTACKER);
  const FilRudpPacket packet = { .op = FIL_RUDP_ACK, .is_extended = TRUE, .connection = 1 };
  guint8 read[FIL_PROBE_CHALLENGE_LEN];
  FilPunchOffer offer, answer;
  guint before;
  g_auto (FilWriter) out;

  begin_attack (world, sharer, &offer, &answer);
  memcpy (read, sharer->said.challenge, sizeof read);
  fil_punches_stop (sharer->punches, sim_now (world->sim));
  before = sharer->n_sent_high;
  for (guint kind = FIL_PROBE_KNOCK; kind <= FIL_PROBE_USED; kind++)
    punch_attack_probe (sharer, answer.nonce, offer.nonce, (FilProbeKind) kind, &own, read);
  punch_attack_offer (&offer, ATTACKER, 2);
  g_assert_false (fil_punches_take_offer (sharer->punches, &offer, &answer, sim_now (world->sim)));
  sim_run (world->sim, FIL_MINUTE);
  g_assert_cmpuint (sharer->n_sent_high, ==, before);
  g_assert_cmpuint (sharer->n_ways, ==, 0);
  g_assert_cmpuint (punch_world_n_kept (sharer), ==, 0);

  fil_writer_init (&out);
  fil_rudp_packet_encode (&packet, &out);
  g_assert_false (fil_punches_take_datagram (sharer->punches, &own, fil_writer_slice (&out), sim_now (world->sim)));
}

/* LimeWire's way */

/* A SYN as LimeWire writes it, of somebody who asks. */
static void
forge_syn (PunchHost *sharer,
           const FilEndpoint *from)
{
  const FilRudpPacket syn = { .op = FIL_RUDP_SYN, .my_connection = 7, .version = FIL_RUDP_VERSION,
                              .role = FIL_RUDP_ROLE_REQUESTOR };
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  fil_rudp_packet_encode (&syn, &out);
  punch_streams_take (sharer->streams, fil_writer_slice (&out), from);
}

/* A PUSH names a third host: one SYN arrives there, and one for each that is forged. */
static void
test_limewire_victim (void)
{
  g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
  PunchHost *sharer = add_sharer (world, NAT_FULL);
  const FilEndpoint victim = endpoint (VICTIM);
  const FilPush push = { .target = sharer->sim->guid, .index = FIL_PUSH_INDEX_FW, .endpoint = victim,
                         .port = victim.port };

  punch_world_start (world);
  g_assert_true (fil_punches_take_push (sharer->punches, &push, sim_now (world->sim)));
  punch_world_arm (sharer);
  for (guint i = 1; i <= FORGED; i++)
    {
      forge_syn (sharer, &victim);
      sim_run (world->sim, 50 * FIL_MSEC);
      g_assert_cmpuint (punch_world_arrived (world, VICTIM), <=, i + 1);
    }
  sim_run (world->sim, FIL_MINUTE);
  g_assert_cmpuint (punch_world_arrived (world, VICTIM), <=, FORGED + 1);
  g_assert_cmpuint (punch_world_arrived (world, VICTIM), >=, FORGED);
  g_assert_cmpuint (sharer->n_streams, ==, 0);
  g_assert_cmpuint (punch_world_n_kept (sharer), ==, 0);
}

/* What is held back costs nobody the way who keeps its port, and a round trip: the SYN of the one who asks comes
 * through what our first one opened. (A router that gives away ports that somebody knocks at from outside needs a
 * sharer that is first, which LimeWire's way does not see to.) */
static void
test_limewire_pairs (void)
{
  static const NatKind kinds[] = { NAT_FULL, NAT_ADDR, NAT_PORT, NAT_LINUX, NAT_OPEN };

  for (guint i = 0; i < G_N_ELEMENTS (kinds) * (G_N_ELEMENTS (kinds) - 1); i++)
    {
      g_autoptr (PunchWorld) world = punch_world_new ("LimeWire/5.5");
      PunchHost *sharer = add_sharer (world, kinds[i / G_N_ELEMENTS (kinds)]);
      PunchHost *asker = add_asker (world, kinds[i % G_N_ELEMENTS (kinds)]);
      FilEndpoint proxies[] = { world->ultrapeers[0]->inside };
      FilPunchWish wish = { .guid = sharer->sim->guid, .proxies = proxies, .n_proxies = 1 };
      FilPunchSelf own;
      gint64 begin_us;

      punch_world_start (world);
      punch_world_describe (sharer, &own);
      wish.endpoint = own.udp;
      begin_us = sim_now (world->sim);
      g_assert_cmpuint (fil_punches_ask (asker->punches, &wish, begin_us), !=, 0);
      punch_world_arm (asker);
      sim_run (world->sim, 5 * FIL_SEC);
      g_assert_cmpuint (asker->n_streams, ==, 1);
      g_assert_cmpuint (sharer->n_streams, ==, 1);
      g_assert_cmpint (asker->stream_us - begin_us, <, 2 * FIL_RUDP_SYN_US);
    }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sim/punch/proof/forged-sources", test_forged_sources);
  g_test_add_func ("/sim/punch/proof/forged-sources/asker", test_forged_sources_asker);
  g_test_add_func ("/sim/punch/proof/use", test_use);
  g_test_add_func ("/sim/punch/proof/replay", test_replay);
  g_test_add_func ("/sim/punch/proof/keeps-still", test_keeps_still);
  g_test_add_func ("/sim/punch/proof/keeps-still/after-use", test_keeps_still_after_use);
  g_test_add_func ("/sim/punch/proof/keeps-still/asker", test_keeps_still_asker);
  g_test_add_func ("/sim/punch/proof/stopped", test_stopped);
  g_test_add_func ("/sim/punch/proof/limewire/victim", test_limewire_victim);
  g_test_add_func ("/sim/punch/proof/limewire/pairs", test_limewire_pairs);
  return g_test_run ();
}
