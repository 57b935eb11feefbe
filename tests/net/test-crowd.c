/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "crowd.h"

#include "net-limits.h"

static void
test_leaves (void)
{
  FilCrowd crowd = { 0 };
  gint64 now_us = FIL_HOUR;

  /* A few come and go all the time. */
  g_assert_false (fil_crowd_has_left (&crowd, FIL_CROWD_MANY - 1, now_us));
  g_assert_false (fil_crowd_has_left (&crowd, 0, now_us));
  /* Most of many have to be gone. */
  g_assert_false (fil_crowd_has_left (&crowd, 2 * FIL_CROWD_MANY, now_us));
  g_assert_false (fil_crowd_has_left (&crowd, FIL_CROWD_MANY, now_us));
  g_assert_true (fil_crowd_has_left (&crowd, FIL_CROWD_MANY / 2, now_us));
  g_assert_false (fil_crowd_has_left (&crowd, 0, now_us));
  /* The next ones are noticed, too, but only so often. */
  g_assert_false (fil_crowd_has_left (&crowd, FIL_CROWD_MANY, now_us));
  g_assert_false (fil_crowd_has_left (&crowd, 0, now_us + FIL_CROWD_SPACING_US - 1));
  g_assert_true (fil_crowd_has_left (&crowd, 0, now_us + FIL_CROWD_SPACING_US));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/crowd/leaves", test_leaves);
  return g_test_run ();
}
