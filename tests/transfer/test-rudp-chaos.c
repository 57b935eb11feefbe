/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-world.h"
#include "transfer-limits.h"

/* Ten thousand connections over bad paths: all bytes arrive as they were sent, or the connection says that it
 * broke; none stands still. What the system's own checksum lets pass reaches Filbert's profile, which has a stamp;
 * LimeWire's has none, so there a corrupt datagram is a lost one. A hostile stranger sends from the peer's own
 * address where the stamp protects, and otherwise from its own. */

#define RUNS 10000
#define LONG_OF_1000 10 /* runs with much to send */

static guint64
some_size (FilRandom *random)
{
  const guint kind = fil_random_below (random, 1000);

  if (kind < LONG_OF_1000)
    return fil_random_below (random, 1000 * 1000);
  return kind < 300 ? fil_random_below (random, 20) : fil_random_below (random, 20 * 1000);
}

static RudpPath
some_path (FilRandom *random,
           FilRudpProfile profile)
{
  RudpPath path = { .delay_us = 1 + fil_random_below (random, 150) * FIL_MSEC };

  path.udp_sum = profile == FIL_RUDP_LIMEWIRE;
  if (fil_random_below (random, 2) == 0)
    path.jitter_us = path.delay_us / 2;
  path.lost_of_1000 = fil_random_below (random, 3) == 0 ? 0 : fil_random_below (random, 150);
  path.doubled_of_1000 = fil_random_below (random, 100);
  path.corrupt_of_1000 = 20;
  path.hostile_of_1000 = fil_random_below (random, 300);
  path.is_spoofed = profile == FIL_RUDP_FILBERT;
  if (fil_random_below (random, 2) == 0)
    {
      path.bytes_per_s = 5000 + fil_random_below (random, 10 * 1000 * 1000);
      path.queue_bytes = 3000 + fil_random_below (random, 100 * 1000);
    }
  return path;
}

typedef struct
{
  guint n;
  guint broken;
  guint64 bytes;
  gint64 longest_us;
} Sum;

static void
run_one (guint64 seed,
         FilRudpProfile profile,
         Sum *sum)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (seed);
  const RudpPath path = some_path (random, profile);
  RudpWorld world;
  gboolean is_broken;

  rudp_world_init (&world, seed, &path);
  rudp_world_open (&world, profile, 0);
  /* LimeWire's profile has no half that stays open: whoever closes first closes for both. So one side sends. */
  world.host[0].to_send = profile == FIL_RUDP_LIMEWIRE ? 0 : some_size (random);
  world.host[0].keeps_open = profile == FIL_RUDP_LIMEWIRE;
  world.host[1].to_send = some_size (random);
  rudp_world_run (&world, FIL_HOUR);

  if (!rudp_world_is_over (&world))
    g_error ("seed %" G_GUINT64_FORMAT ", profile %u: it stands still", seed, profile);
  is_broken = world.host[0].error != NULL || world.host[1].error != NULL;
  for (guint i = 0; i < 2; i++)
    {
      const RudpHost *host = &world.host[i];

      if (host->is_wrong || (host->error == NULL && host->is_at_end && host->n_read != world.host[1 - i].to_send)
          || (!is_broken && host->n_read != world.host[1 - i].to_send))
        g_error ("seed %" G_GUINT64_FORMAT ", profile %u: host %u read %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                 " bytes, wrong %d, %s",
                 seed, profile, i, host->n_read, world.host[1 - i].to_send, host->is_wrong,
                 host->error != NULL ? host->error : "no error");
      sum->bytes += host->n_read;
      sum->longest_us = MAX (sum->longest_us, host->ended_us - 1000 * FIL_SEC);
    }
  sum->n++;
  sum->broken += is_broken;
  rudp_world_clear (&world);
}

static void
test_chaos (gconstpointer data)
{
  const FilRudpProfile profile = (FilRudpProfile) GPOINTER_TO_INT (data);
  const guint64 seed = (guint64) g_test_rand_int () << 20;
  Sum sum = { 0 };

  for (guint i = 0; i < RUNS / 2; i++)
    run_one (seed + i, profile, &sum);
  g_test_message ("%u runs, %u broken, %.1f MB, longest %.0f s", sum.n, sum.broken, (double) sum.bytes / 1e6,
                  (double) sum.longest_us / 1e6);
  /* Up to 15 of 100 lost breaks few: most runs must get through. */
  g_assert_cmpuint (sum.broken * 100, <, sum.n * 3);
}

/* Several lines for each of ten thousand connections help nobody. */
static void
forget (const char *domain,
        GLogLevelFlags level,
        const char *message,
        gpointer data)
{
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("fil-transfer", G_LOG_LEVEL_DEBUG, forget, NULL);
  g_test_add_data_func ("/transfer/rudp-chaos/limewire", GINT_TO_POINTER (FIL_RUDP_LIMEWIRE), test_chaos);
  g_test_add_data_func ("/transfer/rudp-chaos/filbert", GINT_TO_POINTER (FIL_RUDP_FILBERT), test_chaos);
  return g_test_run ();
}
