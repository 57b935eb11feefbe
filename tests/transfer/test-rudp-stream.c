/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-private.h"
#include "rudp-world.h"
#include "transfer-limits.h"

/* Whole streams over a path. */

static const FilRudpProfile profiles[] = { FIL_RUDP_LIMEWIRE, FIL_RUDP_FILBERT };

static void
assert_all_arrived (const RudpWorld *world)
{
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpstr (world->host[i].error, ==, NULL);
      g_assert_false (world->host[i].is_wrong);
      g_assert_cmpuint (world->host[i].n_read, ==, world->host[1 - i].to_send);
    }
}

/* Runs until both closed, host 0 only after it read all. */
static void
run_download (RudpWorld *world,
              gint64 for_us)
{
  const gint64 until_us = world->now_us + for_us;

  while (!rudp_world_is_over (world) && rudp_world_step (world, until_us))
    if (world->host[0].rudp != NULL && world->host[0].n_read == world->host[1].to_send)
      fil_rudp_shut (world->host[0].rudp);
  g_assert_true (rudp_world_is_over (world));
}

/* Bytes both ways over a good path, then an end in good order. */
static void
test_exchange (void)
{
  static const RudpPath path = { .delay_us = 20 * FIL_MSEC };

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    {
      RudpWorld world;

      rudp_world_init (&world, 1, &path);
      rudp_world_open (&world, profiles[i], 0);
      world.host[0].to_send = 300;
      world.host[0].keeps_open = TRUE;
      world.host[1].to_send = 3 * 1000 * 1000;
      run_download (&world, FIL_MINUTE);
      assert_all_arrived (&world);
      rudp_world_clear (&world);
    }
}

/* The sequence on the wire has 16 bits: more packets than that, with loss around the turn. */
static void
test_wrap (void)
{
  static const RudpPath path = { .delay_us = FIL_MSEC, .lost_of_1000 = 2 };

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    {
      RudpWorld world;

      rudp_world_init (&world, 7, &path);
      rudp_world_open (&world, profiles[i], FIL_RUDP_SEGMENT_LEAST);
      world.host[0].keeps_open = TRUE;
      world.host[1].to_send = 70000 * FIL_RUDP_SEGMENT_LEAST;
      run_download (&world, FIL_HOUR);
      assert_all_arrived (&world);
      rudp_world_clear (&world);
    }
}

/* LimeWire's profile moves one window in a round trip: 20 packets, of 512 bytes as LimeWire itself sends them. */
static void
test_limewire_speed (void)
{
  static const RudpPath path = { .delay_us = 50 * FIL_MSEC };
  RudpWorld world;
  gint64 took_us;

  rudp_world_init (&world, 1, &path);
  rudp_world_open (&world, FIL_RUDP_LIMEWIRE, 512);
  world.host[0].keeps_open = TRUE;
  world.host[1].to_send = 100 * 20 * 512;
  while (world.host[0].n_read < world.host[1].to_send)
    rudp_world_step (&world, FIL_NEVER - 1);
  took_us = world.now_us - 1000 * FIL_SEC;
  g_assert_cmpint (took_us, >=, 100 * 100 * FIL_MSEC);
  g_assert_cmpint (took_us, <=, 105 * 100 * FIL_MSEC);
  rudp_world_clear (&world);
}

/* LimeWire leaves out up to five acknowledgements in a row, and tells late what it has read. That is no loss, and slows
 * little down. */
static void
test_limewire_skips (void)
{
  for (guint skipped = 0; skipped <= FIL_RUDP_SKIPPED_LIMEWIRE; skipped++)
    {
      const RudpPath path = { .delay_us = 50 * FIL_MSEC, .skipped_acks = skipped,
                              .reads_late_us = 500, .bytes_per_s = 10 * 1000 * 1000,
                              .queue_bytes = 100 * 1000 };
      RudpWorld world;
      FilRudpStats stats;

      rudp_world_init (&world, 1, &path);
      rudp_world_open (&world, FIL_RUDP_LIMEWIRE, 512);
      world.host[0].keeps_open = TRUE;
      world.host[1].keeps_open = TRUE;
      world.host[1].to_send = 100 * 20 * 512;
      while (world.host[0].n_read < world.host[1].to_send)
        rudp_world_step (&world, FIL_NEVER - 1);
      fil_rudp_stats (world.host[1].rudp, &stats);
      g_test_message ("%u left out: %.1f s, %u packets, %u of them again", skipped,
                      (double) (world.now_us - 1000 * FIL_SEC) / FIL_SEC, (guint) stats.packets_sent,
                      (guint) stats.packets_resent);
      g_assert_cmpuint (stats.packets_resent, <=, 1);
      g_assert_cmpint (world.now_us - 1000 * FIL_SEC, <=, 14 * FIL_SEC);
      rudp_world_clear (&world);
    }
}

/* Bytes a second of a minute over a path, without its first five seconds. */
static double
share_of_path (const RudpPath *path)
{
  RudpWorld world;
  guint64 begun;
  double share;

  rudp_world_init (&world, 3, path);
  rudp_world_open (&world, FIL_RUDP_FILBERT, 0);
  world.host[0].keeps_open = TRUE;
  world.host[1].to_send = G_MAXUINT64 / 4;
  rudp_world_run (&world, 5 * FIL_SEC);
  begun = world.host[0].n_read;
  rudp_world_run (&world, 20 * FIL_SEC);
  share = (double) (world.host[0].n_read - begun) / 20 / (double) path->bytes_per_s;
  g_test_message ("%.1f Mbit/s, %" G_GINT64_FORMAT " ms, %u of 1000 lost, queue %.1f times the path: %.1f %%",
                  (double) path->bytes_per_s * 8 / 1e6, path->delay_us / 500, path->lost_of_1000,
                  (double) path->queue_bytes * 1e6 / (double) path->bytes_per_s / (double) (2 * path->delay_us),
                  share * 100);
  g_assert_false (world.host[0].is_wrong);
  rudp_world_clear (&world);
  return share;
}

/* Filbert's fills a path of any length, with a long queue and a short one, and in spite of loss. */
static void
test_filbert_speed (void)
{
  static const struct { guint mbit; gint64 rtt_ms; guint lost; guint queue_percent; double least; } paths[] = {
    { 10, 20, 0, 100, 0.90 },  { 10, 100, 0, 100, 0.90 }, { 10, 40, 5, 100, 0.85 }, { 10, 40, 20, 100, 0.75 },
    { 100, 40, 0, 100, 0.90 }, { 100, 40, 0, 30, 0.85 },  { 100, 40, 5, 100, 0.85 }, { 1, 100, 0, 100, 0.85 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      RudpPath path = { .delay_us = paths[i].rtt_ms * FIL_MSEC / 2, .bytes_per_s = paths[i].mbit * 125000,
                        .lost_of_1000 = paths[i].lost };

      path.queue_bytes = MAX (paths[i].mbit * 125 * (gsize) paths[i].rtt_ms * paths[i].queue_percent / 100, 8000);
      g_assert_cmpfloat (share_of_path (&path), >=, paths[i].least);
    }
}

/* A reader that stops costs one first window; one that is fast over a long path gets the largest. */
static void
test_filbert_window (void)
{
  static const RudpPath slow = { .delay_us = 10 * FIL_MSEC };
  static const RudpPath fast = { .delay_us = 100 * FIL_MSEC, .bytes_per_s = 200 * 1000 * 1000,
                                 .queue_bytes = 20 * 1000 * 1000 };
  RudpWorld world;

  rudp_world_init (&world, 1, &slow);
  rudp_world_open (&world, FIL_RUDP_FILBERT, 0);
  world.host[0].keeps_open = TRUE;
  world.host[0].read_limit = 100 * 1000;
  world.host[1].to_send = 20 * 1000 * 1000;
  rudp_world_run (&world, 20 * FIL_SEC);
  g_assert_cmpuint (world.host[0].n_read, ==, 100 * 1000);
  g_assert_cmpuint (world.host[0].rudp->receive.window, ==, FIL_RUDP_WINDOW_FIRST);
  g_assert_cmpuint (world.host[0].rudp->receive.n_stored, ==, FIL_RUDP_WINDOW_FIRST);
  g_assert_cmpuint (world.host[1].rudp->send.end - world.host[1].rudp->send.oldest, <=,
                    FIL_RUDP_WINDOW_MOST / 2);
  /* Much later it reads on, and gets all. */
  world.host[0].read_limit = G_MAXUINT64;
  run_download (&world, FIL_MINUTE);
  assert_all_arrived (&world);
  rudp_world_clear (&world);

  rudp_world_init (&world, 1, &fast);
  rudp_world_open (&world, FIL_RUDP_FILBERT, 0);
  world.host[0].keeps_open = TRUE;
  world.host[1].to_send = 200 * 1000 * 1000;
  rudp_world_run (&world, 5 * FIL_SEC);
  g_assert_cmpuint (world.host[0].rudp->receive.window, ==, FIL_RUDP_WINDOW_MOST);
  g_assert_cmpuint (world.host[1].rudp->send.limit - world.host[1].rudp->send.oldest, <=, FIL_RUDP_WINDOW_MOST);
  g_assert_cmpuint (world.host[1].rudp->send.end - world.host[1].rudp->send.oldest, >, 4096);
  rudp_world_clear (&world);
}

/* Both end at once; one ends without a word; the end of one who is gone already. */
static void
test_ends (void)
{
  static const RudpPath path = { .delay_us = 20 * FIL_MSEC };

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    {
      RudpWorld world;

      rudp_world_init (&world, 1, &path);
      rudp_world_open (&world, profiles[i], 0);
      rudp_world_run (&world, FIL_MINUTE);
      g_assert_true (rudp_world_is_over (&world));
      assert_all_arrived (&world);
      g_assert_cmpuint (fil_rudp_hub_n (world.host[0].hub) + fil_rudp_hub_n (world.host[1].hub), ==, 0);
      rudp_world_clear (&world);

      /* Released in the middle of what it sends: all of it arrives. */
      rudp_world_init (&world, 1, &path);
      rudp_world_open (&world, profiles[i], 0);
      world.host[0].keeps_open = TRUE;
      world.host[1].to_send = 30000;
      world.host[1].keeps_open = TRUE;
      while (world.host[1].n_sent < 30000)
        rudp_world_step (&world, FIL_NEVER - 1);
      fil_rudp_hub_release (world.host[1].hub, world.host[1].rudp, world.now_us);
      rudp_world_run (&world, 5 * FIL_SEC);
      g_assert_cmpuint (world.host[0].n_read, ==, 30000);
      g_assert_true (world.host[0].is_at_end);
      if (world.host[0].rudp != NULL)
        fil_rudp_shut (world.host[0].rudp);
      rudp_world_run (&world, FIL_MINUTE);
      g_assert_cmpuint (fil_rudp_hub_n (world.host[0].hub) + fil_rudp_hub_n (world.host[1].hub), ==, 0);
      rudp_world_clear (&world);

      /* The reader is released: the sender hears that nobody reads. */
      rudp_world_init (&world, 1, &path);
      rudp_world_open (&world, profiles[i], 0);
      world.host[0].keeps_open = TRUE;
      world.host[1].to_send = G_MAXUINT64 / 4;
      rudp_world_run (&world, 300 * FIL_MSEC);
      fil_rudp_hub_release (world.host[0].hub, g_steal_pointer (&world.host[0].rudp), world.now_us);
      rudp_world_run (&world, FIL_SEC);
      g_assert_true (rudp_world_is_over (&world));
      rudp_world_clear (&world);
    }
}

/* One side falls silent: the other one notices, in the time that its profile has. */
static void
test_vanished (void)
{
  static const RudpPath path = { .delay_us = 20 * FIL_MSEC };
  const gint64 dead_us[] = { FIL_RUDP_DEAD_US, FIL_RUDP_DEAD_EXTENDED_US };

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    for (guint sends = 0; sends < 2; sends++)
      {
        RudpWorld world;
        gint64 gone_us;

        rudp_world_init (&world, 1, &path);
        rudp_world_open (&world, profiles[i], 0);
        world.host[0].keeps_open = TRUE;
        world.host[1].to_send = G_MAXUINT64 / 4;
        rudp_world_run (&world, 300 * FIL_MSEC);
        gone_us = world.now_us;
        world.host[sends].is_deaf = TRUE;
        rudp_world_run (&world, FIL_MINUTE);
        g_assert_null (world.host[1 - sends].rudp);
        g_assert_nonnull (world.host[1 - sends].error);
        g_assert_cmpint (world.host[1 - sends].ended_us - gone_us, <=, dead_us[i] + FIL_SEC);
        g_assert_cmpuint (fil_rudp_hub_n (world.host[1 - sends].hub), ==, 0);
        rudp_world_clear (&world);
      }
}

/* One side opens and the other has another profile, or is not there. */
static void
test_half_open (void)
{
  static const RudpPath path = { .delay_us = 20 * FIL_MSEC };
  RudpWorld world;

  rudp_world_init (&world, 1, &path);
  rudp_world_open (&world, FIL_RUDP_FILBERT, 0);
  fil_rudp_hub_release (world.host[1].hub, g_steal_pointer (&world.host[1].rudp), world.now_us);
  rudp_world_run (&world, FIL_MINUTE);
  g_assert_true (rudp_world_is_over (&world));
  g_assert_nonnull (world.host[0].error);
  g_assert_cmpuint (world.host[1].n_out, ==, 0);
  rudp_world_clear (&world);

  for (guint i = 0; i < 2; i++)
    {
      RudpWorld other;

      rudp_world_init (&world, 1, &path);
      rudp_world_init (&other, 1, &path);
      rudp_world_open (&world, profiles[i], 0);
      rudp_world_open (&other, profiles[1 - i], 0);
      /* Host 1 of the one and of the other change places. */
      fil_rudp_hub_release (world.host[1].hub, g_steal_pointer (&world.host[1].rudp), world.now_us);
      fil_rudp_hub_free (world.host[1].hub);
      world.host[1].hub = g_steal_pointer (&other.host[1].hub);
      world.host[1].rudp = other.host[1].rudp;
      fil_rudp_hub_set_changed (world.host[1].hub, world.host[1].rudp, rudp_world_changed, &world.host[1]);
      other.host[1].hub = fil_rudp_hub_new (other.random);
      rudp_world_run (&world, FIL_MINUTE);
      g_assert_true (rudp_world_is_over (&world));
      g_assert_nonnull (world.host[0].error);
      g_assert_nonnull (world.host[1].error);
      rudp_world_clear (&world);
      rudp_world_clear (&other);
    }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/rudp-stream/exchange", test_exchange);
  g_test_add_func ("/transfer/rudp-stream/wrap", test_wrap);
  g_test_add_func ("/transfer/rudp-stream/limewire-speed", test_limewire_speed);
  g_test_add_func ("/transfer/rudp-stream/limewire-skips", test_limewire_skips);
  g_test_add_func ("/transfer/rudp-stream/filbert-speed", test_filbert_speed);
  g_test_add_func ("/transfer/rudp-stream/filbert-window", test_filbert_window);
  g_test_add_func ("/transfer/rudp-stream/ends", test_ends);
  g_test_add_func ("/transfer/rudp-stream/vanished", test_vanished);
  g_test_add_func ("/transfer/rudp-stream/half-open", test_half_open);
  return g_test_run ();
}
