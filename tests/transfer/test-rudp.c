/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-world.h"
#include "transfer-limits.h"

#include <string.h>

static const FilRudpProfile profiles[] = { FIL_RUDP_LIMEWIRE, FIL_RUDP_FILBERT };

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
      while (!rudp_world_is_over (&world) && rudp_world_step (&world, world.now_us + FIL_MINUTE))
        if (world.host[0].n_read == 3 * 1000 * 1000 && world.host[0].rudp != NULL)
          fil_rudp_shut (world.host[0].rudp);
      g_test_message ("%" G_GINT64_FORMAT " ms", (world.host[0].ended_us - 1000 * FIL_SEC) / 1000);
      for (guint k = 0; k < 2; k++)
        {
          g_assert_cmpstr (world.host[k].error, ==, NULL);
          g_assert_false (world.host[k].is_wrong);
          g_assert_cmpuint (world.host[k].n_read, ==, world.host[1 - k].to_send);
        }
      rudp_world_clear (&world);
    }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/rudp/exchange", test_exchange);
  return g_test_run ();
}
