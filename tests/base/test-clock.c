/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clock.h"

static void
test_virtual (void)
{
  g_autoptr(FilClock) clock = fil_clock_new_virtual (5, 1000 * FIL_SEC);

  g_assert_cmpint (fil_clock_now (clock), ==, 5);
  g_assert_cmpint (fil_clock_now (clock), ==, 5);
  fil_clock_advance (clock, 2 * FIL_HOUR);
  g_assert_cmpint (fil_clock_now (clock), ==, 5 + G_GINT64_CONSTANT (7200000000));
  g_assert_cmpint (fil_clock_wall (clock), ==, G_GINT64_CONSTANT (8200000000));
  fil_clock_advance (clock, 0);
  g_assert_cmpint (fil_clock_now (clock), ==, 5 + 2 * FIL_HOUR);
}

static void
test_real (void)
{
  g_autoptr(FilClock) clock = fil_clock_new_real ();
  gint64 before = g_get_monotonic_time ();
  gint64 now = fil_clock_now (clock);

  g_assert_cmpint (now, >=, before);
  g_assert_cmpint (fil_clock_now (clock), >=, now);
  g_assert_cmpint (fil_clock_now (clock), <, FIL_NEVER);
  g_assert_cmpint (fil_clock_wall (clock), >, 1600000000 * FIL_SEC);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/clock/virtual", test_virtual);
  g_test_add_func ("/base/clock/real", test_real);
  return g_test_run ();
}
