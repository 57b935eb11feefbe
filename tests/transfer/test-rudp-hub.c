/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-world.h"
#include "transfer-limits.h"

#include <string.h>

/* Which connection a datagram is for, and who is refused. */

#define BEGIN (1000 * FIL_SEC)

static void
ignore_change (gpointer data,
               FilRudp *rudp,
               gint64 now_us)
{
}

static FilEndpoint
at (guint8 host,
    guint16 port)
{
  return fil_endpoint_v4 ((const guint8[]){ 25, 0, 0, host }, port);
}

static FilRudpConfig
config_of (FilRudpProfile profile)
{
  return (FilRudpConfig){ .profile = profile, .role = FIL_RUDP_ROLE_REQUESTOR, .own_nonce = 11, .peer_nonce = 22 };
}

/* Gives the hub a packet as another side with the right key would send it. */
static gboolean
give (FilRudpHub *hub,
      FilRudpPacket packet,
      const FilEndpoint *from,
      guint64 key,
      gint64 now_us)
{
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  fil_rudp_packet_encode (&packet, &out);
  if (packet.is_extended)
    fil_rudp_packet_stamp (fil_writer_data (&out), out.len, key);
  return fil_rudp_hub_receive (hub, fil_writer_slice (&out), from, now_us);
}

static guint
count_output (FilRudpHub *hub,
              FilEndpoint *to,
              guint8 *ttls,
              guint most,
              gint64 now_us)
{
  FilRudpHubOutput out;
  guint n = 0;

  for (; fil_rudp_hub_output (hub, &out, now_us); n++)
    {
      if (n < most)
        {
          to[n] = out.to;
          ttls[n] = out.ttl;
        }
      fil_rudp_hub_sent (hub, &out, now_us);
    }
  return n;
}

static const FilRudpPacket limewire_syn = { .op = FIL_RUDP_SYN, .my_connection = 7, .version = 1,
                                            .role = FIL_RUDP_ROLE_ACCEPTOR };
static const FilRudpPacket filbert_syn = { .op = FIL_RUDP_SYN, .is_extended = TRUE, .my_connection = 7, .version = 1,
                                           .role = FIL_RUDP_ROLE_ACCEPTOR, .nonce = 11 };

static void
test_candidates (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  const FilRudpConfig config = config_of (FIL_RUDP_FILBERT);
  FilRudp *rudp = fil_rudp_hub_open (hub, &config, ignore_change, NULL, BEGIN);
  FilEndpoint to[FIL_RUDP_CANDIDATES_MAX + 1];
  guint8 ttls[FIL_RUDP_CANDIDATES_MAX + 1];

  /* Nobody to send to: nothing is sent, and nobody is woken for it all the time. */
  g_assert_cmpuint (count_output (hub, to, ttls, 0, BEGIN), ==, 0);
  g_assert_cmpint (fil_rudp_hub_wake (hub, BEGIN), >, BEGIN);
  for (guint i = 0; i < FIL_RUDP_CANDIDATES_MAX; i++)
    {
      const FilEndpoint candidate = at ((guint8) (i + 1), 6346);

      g_assert_true (fil_rudp_hub_try (hub, rudp, &candidate, (guint8) i));
    }
  to[0] = at (99, 6346);
  g_assert_false (fil_rudp_hub_try (hub, rudp, &to[0], 0));
  to[0] = at (2, 6346);
  g_assert_true (fil_rudp_hub_try (hub, rudp, &to[0], 5));
  /* One SYN to each, with its time to live. */
  g_assert_cmpuint (count_output (hub, to, ttls, FIL_RUDP_CANDIDATES_MAX, BEGIN), ==, FIL_RUDP_CANDIDATES_MAX);
  for (guint i = 0; i < FIL_RUDP_CANDIDATES_MAX; i++)
    {
      const FilEndpoint candidate = at ((guint8) (i + 1), 6346);

      g_assert_true (fil_endpoint_equal (&to[i], &candidate));
      g_assert_cmpuint (ttls[i], ==, i == 1 ? 5 : i);
    }
  g_assert_null (fil_rudp_hub_peer (hub, rudp));

  /* One answers: it is the only one from now on. From a port that nobody named nobody answers. */
  to[0] = at (3, 40000);
  g_assert_false (give (hub, filbert_syn, &to[0], 11, BEGIN));
  to[0] = at (3, 6346);
  g_assert_true (give (hub, filbert_syn, &to[0], 11, BEGIN));
  g_assert_true (fil_endpoint_equal (fil_rudp_hub_peer (hub, rudp), &to[0]));
  g_assert_cmpuint (count_output (hub, to, ttls, 4, BEGIN + FIL_SEC), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const FilEndpoint only = at (3, 6346);

      g_assert_true (fil_endpoint_equal (&to[i], &only));
      g_assert_cmpuint (ttls[i], ==, 0);
    }
}

/* A stranger gets nothing, whatever it sends; it does not change what the others send either. */
static void
test_strangers (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  const FilRudpConfig limewire = config_of (FIL_RUDP_LIMEWIRE);
  const FilRudpConfig filbert = config_of (FIL_RUDP_FILBERT);
  FilRudp *old = fil_rudp_hub_open (hub, &limewire, ignore_change, NULL, BEGIN);
  FilRudp *new = fil_rudp_hub_open (hub, &filbert, ignore_change, NULL, BEGIN);
  const FilEndpoint known = at (1, 6346);
  const FilEndpoint strangers[] = { at (1, 6347), at (2, 6346), at (9, 53) };
  FilRudpPacket packet;
  FilEndpoint to[4];
  guint8 ttls[4];
  guint n = 0;

  g_assert_true (fil_rudp_hub_try (hub, old, &known, 0));
  g_assert_true (fil_rudp_hub_try (hub, new, &known, 0));
  g_assert_cmpuint (count_output (hub, to, ttls, 4, BEGIN), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      /* LimeWire's: only exactly that address and port. */
      n += !give (hub, limewire_syn, &strangers[i], 0, BEGIN);
      packet = limewire_syn;
      packet.connection = fil_rudp_config (old)->id;
      n += !give (hub, packet, &strangers[i], 0, BEGIN);
      /* Filbert's: only with the nonce, and the stamp. */
      packet = filbert_syn;
      packet.nonce = 12;
      n += !give (hub, packet, &strangers[i], 11, BEGIN);
      n += !give (hub, filbert_syn, &strangers[i], 12, BEGIN);
      n += !give (hub, filbert_syn, &strangers[i], 11, BEGIN);
      /* Anything else, for each id there is. */
      for (guint id = 0; id < 256; id++)
        for (guint op = FIL_RUDP_ACK; op <= FIL_RUDP_FIN; op++)
          {
            packet = (FilRudpPacket){ .op = op, .is_extended = id & 1, .connection = (guint8) id, .sequence = 1 };
            n += !give (hub, packet, &strangers[i], 11, BEGIN);
          }
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (strangers) * (5 + 256 * 4));
  g_assert_cmpuint (fil_rudp_hub_refused (hub), ==, n);
  g_assert_cmpuint (count_output (hub, to, ttls, 4, BEGIN), ==, 0);

  /* Those who belong here. */
  g_assert_true (give (hub, limewire_syn, &known, 0, BEGIN));
  g_assert_true (give (hub, filbert_syn, &known, 11, BEGIN));
}

/* Who knows what a SYN has to show writes the addresses of others on it: they get nothing. */
static void
test_forged_sources (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  const FilRudpConfig config = config_of (FIL_RUDP_FILBERT);
  FilRudp *rudp = fil_rudp_hub_open (hub, &config, ignore_change, NULL, BEGIN);
  const FilEndpoint known = at (200, 6346);
  FilEndpoint to[4];
  guint8 ttls[4];

  g_assert_true (fil_rudp_hub_try (hub, rudp, &known, 0));
  g_assert_cmpuint (count_output (hub, to, ttls, 4, BEGIN), ==, 1);
  for (guint i = 0; i < 100; i++)
    {
      const FilEndpoint from = at ((guint8) (i + 1), 7000);
      FilRudpPacket packet = filbert_syn;

      g_assert_false (give (hub, packet, &from, 11, BEGIN));
      packet.connection = fil_rudp_config (rudp)->id;
      g_assert_false (give (hub, packet, &from, 11, BEGIN));
    }
  g_assert_cmpuint (count_output (hub, to, ttls, 4, BEGIN), ==, 0);
  g_assert_null (fil_rudp_hub_peer (hub, rudp));
  /* Nor do they once the one who belongs here has come. */
  g_assert_true (give (hub, filbert_syn, &known, 11, BEGIN));
  g_assert_cmpuint (count_output (hub, to, ttls, 4, BEGIN), ==, 2);
  to[0] = at (1, 7000);
  g_assert_false (give (hub, filbert_syn, &to[0], 11, BEGIN));
  g_assert_true (fil_endpoint_equal (fil_rudp_hub_peer (hub, rudp), &known));
}

static FilRudp *
open_wary (FilRudpHub *hub,
           const FilEndpoint *victim,
           gint64 now_us)
{
  FilRudpConfig config = config_of (FIL_RUDP_LIMEWIRE);
  FilRudp *rudp;

  config.is_wary = TRUE;
  rudp = fil_rudp_hub_open (hub, &config, ignore_change, NULL, now_us);
  g_assert_true (fil_rudp_hub_try (hub, rudp, victim, 4));
  return rudp;
}

/* Somebody names a third host to us in LimeWire's way, and writes its address on SYNs: beside one SYN nothing that
 * nobody asked for arrives there, and one for each that seems to come from there. */
static void
test_forged_sources_limewire (void)
{
  for (guint n_forged = 0; n_forged <= 40; n_forged += 10)
    {
      g_autoptr (FilRandom) random = fil_random_new_seeded (1);
      g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
      const FilEndpoint victim = at (66, 7777);
      FilRudp *rudp = open_wary (hub, &victim, BEGIN);
      FilEndpoint to[1000];
      guint8 ttls[1000];
      guint n = 0, arrived = 0;
      gint64 now_us = BEGIN;

      for (guint i = 0; i < 60; i++)
        {
          if (i < n_forged)
            g_assert_true (give (hub, limewire_syn, &victim, 0, now_us));
          /* What is due is due now or later. */
          n += count_output (hub, to + n, ttls + n, G_N_ELEMENTS (to) - n, now_us);
          g_assert_cmpint (fil_rudp_hub_wake (hub, now_us), >, now_us);
          now_us += FIL_RUDP_SYN_US / 2;
          fil_rudp_hub_tick (hub, now_us);
        }
      fil_rudp_hub_release (hub, rudp, now_us);
      n += count_output (hub, to + n, ttls + n, G_N_ELEMENTS (to) - n, now_us);
      for (guint i = 0; i < n; i++)
        arrived += ttls[i] == 0;
      g_assert_cmpuint (arrived, ==, n_forged + 1);
      g_assert_cmpuint (n - arrived, >, 5);
      fil_rudp_hub_settle (hub, now_us);
      g_assert_cmpuint (fil_rudp_hub_n (hub), ==, 0);
    }
}

/* Who is there has our SYN, acknowledges it, and is acknowledged: a round trip after its own. */
static void
test_doubt_ends (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  const FilEndpoint peer = at (66, 7777);
  FilRudp *rudp = open_wary (hub, &peer, BEGIN);
  FilRudpPacket ack = { .op = FIL_RUDP_ACK, .connection = fil_rudp_config (rudp)->id, .window_start = 1,
                        .window_space = 20 };
  FilRudpPacket said;
  FilRudpHubOutput out;

  g_assert_true (fil_rudp_hub_output (hub, &out, BEGIN));
  g_assert_cmpuint (out.ttl, ==, 4);
  fil_rudp_hub_sent (hub, &out, BEGIN);
  g_assert_true (give (hub, limewire_syn, &peer, 0, BEGIN));
  g_assert_true (fil_rudp_hub_output (hub, &out, BEGIN));
  g_assert_true (fil_rudp_packet_decode (&said, fil_slice (out.output.bytes, out.output.len)));
  g_assert_cmpint (said.op, ==, FIL_RUDP_SYN);
  g_assert_cmpuint (said.connection, ==, limewire_syn.my_connection);
  g_assert_cmpuint (out.ttl, ==, 0);
  fil_rudp_hub_sent (hub, &out, BEGIN);
  g_assert_false (fil_rudp_hub_output (hub, &out, BEGIN));

  g_assert_true (give (hub, ack, &peer, 0, BEGIN));
  g_assert_cmpint (fil_rudp_state (rudp), ==, FIL_RUDP_OPEN);
  g_assert_true (fil_rudp_hub_output (hub, &out, BEGIN));
  g_assert_true (fil_rudp_packet_decode (&said, fil_slice (out.output.bytes, out.output.len)));
  g_assert_cmpint (said.op, ==, FIL_RUDP_ACK);
  g_assert_cmpuint (said.sequence, ==, 0);
}

/* LimeWire's id is all that shows who reads there: it is not told by the one before, and guessing it ends soon. */
static void
test_guesses (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  const FilEndpoint victim = at (66, 7777), other = at (67, 7777);
  guint in_a_row = 0, opened = 0, last = 0;
  gint64 now_us = BEGIN;

  for (guint i = 0; i < 400; i++)
    {
      FilRudp *rudp = open_wary (hub, &victim, now_us);
      const guint id = fil_rudp_config (rudp)->id;

      in_a_row += id == last + 1;
      last = id;
      g_assert_true (give (hub, limewire_syn, &victim, 0, now_us));
      for (guint guess = 1; guess < 256; guess++)
        {
          FilRudpPacket ack = { .op = FIL_RUDP_ACK, .connection = (guint8) guess, .window_start = 1,
                                .window_space = 20 };

          (void) give (hub, ack, &other, 0, now_us);
          (void) give (hub, ack, &victim, 0, now_us);
        }
      opened += fil_rudp_state (rudp) == FIL_RUDP_OPEN;
      fil_rudp_abort (rudp, FIL_RUDP_FIN_NORMAL, now_us);
      fil_rudp_hub_release (hub, rudp, now_us);
      now_us += FIL_MINUTE;
      fil_rudp_hub_tick (hub, now_us);
      fil_rudp_hub_settle (hub, now_us);
      g_assert_cmpuint (fil_rudp_hub_n (hub), ==, 0);
    }
  g_assert_cmpuint (in_a_row, <, 20);
  g_assert_cmpuint (opened, <, 20);
}

/* Right address, right id, wrong everything else: no byte of it is read, and nothing ends. */
static void
test_blind (void)
{
  static const RudpPath path = { .delay_us = 10 * FIL_MSEC };
  RudpWorld world;
  guint8 bytes[32];
  guint64 refused;

  rudp_world_init (&world, 5, &path);
  rudp_world_open (&world, FIL_RUDP_FILBERT, 0);
  world.host[0].keeps_open = world.host[1].keeps_open = TRUE;
  world.host[1].to_send = 1000;
  rudp_world_run (&world, FIL_SEC);
  refused = fil_rudp_hub_refused (world.host[0].hub);
  for (guint i = 0; i < 20000; i++)
    {
      FilRudpPacket packet = { .is_extended = TRUE, .connection = fil_rudp_config (world.host[0].rudp)->id };

      fil_random_bytes (world.random, bytes, sizeof bytes);
      packet.op = bytes[0] % 5;
      packet.my_connection = 1 + bytes[1] % 255;
      packet.sequence = bytes[2] % 20;
      packet.window_start = packet.missing = bytes[3] % 20;
      packet.window_space = 1000;
      packet.reason = bytes[4] % 6;
      packet.nonce = world.host[0].n_read;
      packet.tail = packet.op == FIL_RUDP_DATA ? fil_slice (bytes, sizeof bytes) : FIL_SLICE_NONE;
      g_assert_false (give (world.host[0].hub, packet, &world.host[1].at, (guint64) i * 1234567891, world.now_us));
    }
  g_assert_cmpuint (fil_rudp_hub_refused (world.host[0].hub), ==, refused + 20000);
  world.host[1].to_send = 50000;
  rudp_world_changed (&world.host[1], world.host[1].rudp, world.now_us);
  rudp_world_run (&world, FIL_SEC);
  g_assert_cmpuint (world.host[0].n_read, ==, 50000);
  g_assert_false (world.host[0].is_wrong);
  rudp_world_clear (&world);
}

/* A host of LimeWire's that has two connections with us, one as downloader and one as uploader, and then begins again
 * with the ids of old. */
static void
test_two_of_one_host (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  const FilEndpoint host = at (1, 6346);
  FilRudpConfig config = config_of (FIL_RUDP_LIMEWIRE);
  FilRudpPacket syn = limewire_syn;
  FilRudpPacket ack = { .op = FIL_RUDP_ACK, .window_start = 1, .window_space = 20 };
  FilRudp *rudp[3];

  for (guint i = 0; i < 3; i++)
    {
      config.role = i == 1 ? FIL_RUDP_ROLE_ACCEPTOR : FIL_RUDP_ROLE_REQUESTOR;
      rudp[i] = fil_rudp_hub_open (hub, &config, ignore_change, NULL, BEGIN);
      g_assert_true (fil_rudp_hub_try (hub, rudp[i], &host, 0));
      g_assert_cmpuint (count_output (hub, NULL, NULL, 0, BEGIN), ==, 1);
      syn.role = i == 1 ? FIL_RUDP_ROLE_REQUESTOR : FIL_RUDP_ROLE_ACCEPTOR;
      syn.my_connection = i == 1 ? 8 : 7;
      g_assert_true (give (hub, syn, &host, 0, BEGIN));
      ack.connection = fil_rudp_config (rudp[i])->id;
      g_assert_true (give (hub, ack, &host, 0, BEGIN));
      g_assert_cmpint (fil_rudp_state (rudp[i]), ==, FIL_RUDP_OPEN);
      g_assert_cmpuint (count_output (hub, NULL, NULL, 0, BEGIN), ==, 1);
    }
  /* Nobody waits any more. */
  g_assert_false (give (hub, syn, &host, 0, BEGIN));
  for (guint i = 0; i < 3; i++)
    fil_rudp_hub_release (hub, rudp[i], BEGIN);
}

static void
test_limits (void)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  const FilRudpConfig config = config_of (FIL_RUDP_LIMEWIRE);
  FilRudp *all[FIL_RUDP_CONNECTIONS_MAX];
  gint64 now_us = BEGIN;
  guint n = 0;

  for (guint i = 0; i < FIL_RUDP_CONNECTIONS_MAX; i++)
    g_assert_nonnull (all[i] = fil_rudp_hub_open (hub, &config, ignore_change, NULL, now_us));
  g_assert_null (fil_rudp_hub_open (hub, &config, ignore_change, NULL, now_us));
  g_assert_cmpuint (fil_rudp_hub_n (hub), ==, FIL_RUDP_CONNECTIONS_MAX);
  for (guint i = 0; i < FIL_RUDP_CONNECTIONS_MAX; i++)
    fil_rudp_hub_release (hub, all[i], now_us);
  fil_rudp_hub_settle (hub, now_us);
  g_assert_cmpuint (fil_rudp_hub_n (hub), ==, 0);

  /* Ids rest for 30 s, so that there are none left after the rest of the 255. */
  for (;;)
    {
      FilRudp *rudp = fil_rudp_hub_open (hub, &config, ignore_change, NULL, now_us);

      if (rudp == NULL)
        break;
      n++;
      fil_rudp_hub_release (hub, rudp, now_us);
      fil_rudp_hub_settle (hub, now_us);
    }
  g_assert_cmpuint (n, ==, 255 - FIL_RUDP_CONNECTIONS_MAX);
  now_us += FIL_RUDP_ID_RESERVED_US;
  g_assert_nonnull (fil_rudp_hub_open (hub, &config, ignore_change, NULL, now_us));
}

/* Many connections to one peer do not meet. */
static void
test_many (void)
{
  static const RudpPath path = { .delay_us = 10 * FIL_MSEC };
  enum { MANY = 20 };
  RudpWorld world;
  FilRudp *sending[MANY];
  gsize said[MANY] = { 0 };
  guint8 bytes[1000];

  rudp_world_init (&world, 5, &path);
  for (guint i = 0; i < MANY; i++)
    for (guint side = 0; side < 2; side++)
      {
        const FilRudpConfig config = { .profile = FIL_RUDP_FILBERT, .own_nonce = 100 + i * 2 + side,
                                       .peer_nonce = 101 + i * 2 - side };
        FilRudp *rudp = fil_rudp_hub_open (world.host[side].hub, &config, ignore_change, NULL, world.now_us);

        g_assert_true (fil_rudp_hub_try (world.host[side].hub, rudp, &world.host[1 - side].at, 0));
        if (side == 0)
          sending[i] = rudp;
      }
  rudp_world_run (&world, FIL_SEC);
  /* From here on each knows the other: what comes before a SYN that was lost would be refused. */
  world.path.lost_of_1000 = 10;
  for (guint round = 0; round < 100; round++)
    {
      for (guint i = 0; i < MANY; i++)
        {
          memset (bytes, (int) i, sizeof bytes);
          said[i] += fil_rudp_write (sending[i], bytes, sizeof bytes);
        }
      rudp_world_run (&world, 100 * FIL_MSEC);
    }
  for (guint i = 0; i < MANY; i++)
    {
      FilRudpStats stats;

      g_assert_cmpint (fil_rudp_state (sending[i]), ==, FIL_RUDP_OPEN);
      fil_rudp_stats (sending[i], &stats);
      g_assert_cmpuint (stats.packets_sent - stats.packets_resent, >=, said[i] / FIL_RUDP_SEGMENT);
      g_assert_cmpuint (said[i], ==, 100 * sizeof bytes);
    }
  g_assert_cmpuint (fil_rudp_hub_refused (world.host[0].hub) + fil_rudp_hub_refused (world.host[1].hub), ==, 0);
  rudp_world_clear (&world);
}

/* What all connections may hold that send in one direction: the limit, and beyond it what is owed to each of them. */
static gsize
most_memory (void)
{
  const gsize chunk = FIL_RUDP_CHUNK * (FIL_RUDP_HEAD_LEN + FIL_RUDP_SEGMENT + 64);

  return FIL_RUDP_MEMORY_MAX + (gsize) FIL_RUDP_CONNECTIONS_MAX * FIL_RUDP_CHUNKS_OWED * chunk;
}

static gboolean
read_all (FilRudp *rudp,
          guint8 want,
          gsize *n_read)
{
  guint8 bytes[16384];
  gsize n;

  while ((n = fil_rudp_read (rudp, bytes, sizeof bytes)) > 0)
    {
      *n_read += n;
      for (gsize i = 0; i < n; i++)
        if (bytes[i] != want)
          return FALSE;
    }
  return TRUE;
}

/* Nobody reads on any of as many connections as there may be: both sides keep what is theirs to keep, and no more. Then
 * all is read, and everything arrives. */
static void
test_memory (void)
{
  static const RudpPath path = { .delay_us = 5 * FIL_MSEC };
  RudpWorld world;
  FilRudp *rudp[2][FIL_RUDP_CONNECTIONS_MAX];
  gsize said[FIL_RUDP_CONNECTIONS_MAX] = { 0 }, heard[FIL_RUDP_CONNECTIONS_MAX] = { 0 };
  g_autofree guint8 *bytes = g_malloc (65536);
  gsize most[2] = { 0 };
  gboolean is_done = FALSE;

  rudp_world_init (&world, 5, &path);
  for (guint i = 0; i < FIL_RUDP_CONNECTIONS_MAX; i++)
    for (guint side = 0; side < 2; side++)
      {
        const FilRudpConfig config = { .profile = FIL_RUDP_FILBERT, .own_nonce = 1000 + i * 2 + side,
                                       .peer_nonce = 1001 + i * 2 - side };

        rudp[side][i] = fil_rudp_hub_open (world.host[side].hub, &config, ignore_change, NULL, world.now_us);
        g_assert_true (fil_rudp_hub_try (world.host[side].hub, rudp[side][i], &world.host[1 - side].at, 0));
      }
  rudp_world_run (&world, FIL_SEC);
  for (guint round = 0; !is_done; round++)
    {
      g_assert_cmpuint (round, <, 3000);
      is_done = round > 400;
      for (guint i = 0; i < FIL_RUDP_CONNECTIONS_MAX; i++)
        {
          memset (bytes, (int) i, 65536);
          if (round < 300)
            said[i] += fil_rudp_write (rudp[0][i], bytes, 65536);
          else
            g_assert_true (read_all (rudp[1][i], (guint8) i, &heard[i]));
          is_done = is_done && heard[i] == said[i];
        }
      rudp_world_run (&world, 10 * FIL_MSEC);
      for (guint side = 0; side < 2; side++)
        most[side] = MAX (most[side], fil_rudp_hub_memory (world.host[side].hub));
    }
  g_test_message ("at most %zu and %zu kB", most[0] / 1024, most[1] / 1024);
  g_assert_cmpuint (most[1], >=, FIL_RUDP_MEMORY_MAX / 10 * 9);
  for (guint side = 0; side < 2; side++)
    {
      g_assert_cmpuint (most[side], <=, most_memory ());
      for (guint i = 0; i < FIL_RUDP_CONNECTIONS_MAX; i++)
        {
          fil_rudp_abort (rudp[side][i], FIL_RUDP_FIN_NORMAL, world.now_us);
          fil_rudp_hub_release (world.host[side].hub, rudp[side][i], world.now_us);
        }
    }
  rudp_world_run (&world, FIL_MINUTE);
  for (guint side = 0; side < 2; side++)
    g_assert_cmpuint (fil_rudp_hub_memory (world.host[side].hub), ==, 0);
  rudp_world_clear (&world);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/rudp-hub/candidates", test_candidates);
  g_test_add_func ("/transfer/rudp-hub/strangers", test_strangers);
  g_test_add_func ("/transfer/rudp-hub/forged-sources", test_forged_sources);
  g_test_add_func ("/transfer/rudp-hub/forged-sources/limewire", test_forged_sources_limewire);
  g_test_add_func ("/transfer/rudp-hub/doubt-ends", test_doubt_ends);
  g_test_add_func ("/transfer/rudp-hub/guesses", test_guesses);
  g_test_add_func ("/transfer/rudp-hub/blind", test_blind);
  g_test_add_func ("/transfer/rudp-hub/two-of-one-host", test_two_of_one_host);
  g_test_add_func ("/transfer/rudp-hub/limits", test_limits);
  g_test_add_func ("/transfer/rudp-hub/many", test_many);
  g_test_add_func ("/transfer/rudp-hub/memory", test_memory);
  return g_test_run ();
}
