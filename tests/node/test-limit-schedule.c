/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "limit-schedule.h"

#define AT(day, hour, minute) ((day) *FIL_MINUTES_PER_DAY + (hour) *60 + (minute))

enum
{
  MON,
  TUE,
  WED,
  THU,
  FRI,
  SAT,
  SUN,
};

static void
test_hours (void)
{
  g_autoptr (FilLimitSchedule) s = fil_limit_schedule_parse ("Mon-Fri 08:00-18:00; sat,sun 10:30-11:00");

  g_assert_nonnull (s);
  g_assert_false (fil_limit_schedule_is_on (s, AT (MON, 7, 59)));
  g_assert_true (fil_limit_schedule_is_on (s, AT (MON, 8, 0)));
  g_assert_true (fil_limit_schedule_is_on (s, AT (FRI, 17, 59)));
  g_assert_false (fil_limit_schedule_is_on (s, AT (FRI, 18, 0)));
  g_assert_false (fil_limit_schedule_is_on (s, AT (SAT, 9, 0)));
  g_assert_true (fil_limit_schedule_is_on (s, AT (SUN, 10, 59)));
}

static void
test_midnight (void)
{
  g_autoptr (FilLimitSchedule) s = fil_limit_schedule_parse ("sun 22:00-06:00");
  g_autoptr (FilLimitSchedule) whole = fil_limit_schedule_parse ("wed 00:00-24:00");

  g_assert_true (fil_limit_schedule_is_on (s, AT (SUN, 23, 59)));
  g_assert_true (fil_limit_schedule_is_on (s, AT (MON, 5, 59)));
  g_assert_false (fil_limit_schedule_is_on (s, AT (MON, 6, 0)));
  g_assert_false (fil_limit_schedule_is_on (s, AT (SUN, 5, 0)));
  g_assert_true (fil_limit_schedule_is_on (whole, AT (WED, 0, 0)));
  g_assert_false (fil_limit_schedule_is_on (whole, AT (THU, 0, 0)));
}

/* Days may go over the end of the week. */
static void
test_days (void)
{
  g_autoptr (FilLimitSchedule) s = fil_limit_schedule_parse ("fri-mon,wed 12:00-13:00");
  static const gboolean on[7] = { TRUE, FALSE, TRUE, FALSE, TRUE, TRUE, TRUE };

  for (guint day = 0; day < G_N_ELEMENTS (on); day++)
    g_assert_cmpint (fil_limit_schedule_is_on (s, AT (day, 12, 30)), ==, on[day]);
}

static void
test_changes (void)
{
  g_autoptr (FilLimitSchedule) s = fil_limit_schedule_parse (" ; Daily 08:00-18:00;");
  g_autoptr (FilLimitSchedule) never = fil_limit_schedule_parse ("");
  g_autoptr (FilLimitSchedule) always = fil_limit_schedule_parse ("daily 00:00-24:00");

  g_assert_cmpuint (fil_limit_schedule_until_change (s, AT (MON, 7, 0)), ==, 60);
  g_assert_cmpuint (fil_limit_schedule_until_change (s, AT (MON, 8, 0)), ==, 600);
  g_assert_cmpuint (fil_limit_schedule_until_change (s, AT (SUN, 18, 0)), ==, 14 * 60);
  g_assert_cmpuint (fil_limit_schedule_until_change (never, 0), ==, FIL_MINUTES_PER_WEEK);
  g_assert_cmpuint (fil_limit_schedule_until_change (always, 0), ==, FIL_MINUTES_PER_WEEK);
  g_assert_false (fil_limit_schedule_is_on (never, 0));
  g_assert_true (fil_limit_schedule_is_on (always, 0));
}

static void
test_clock (void)
{
  g_autoptr (GDateTime) local = g_date_time_new_utc (2026, 3, 1, 23, 58, 59.5); /* a Sunday */

  g_assert_cmpuint (fil_limit_schedule_minute (local), ==, AT (SUN, 23, 58));
}

static void
test_nonsense (void)
{
  static const char *const texts[] = {
    "mon",           "08:00-18:00",       "mon 8:00-18:00",    "mon 08:00",          "mon 08:00-25:00", "mon 08:60-09:30",
    "mon 24:00-01:00", "mon 08:00-08:00", "funday 08:00-09:00", "mon- 08:00-09:00",  "mon, 08:00-09:00", " 08:00-09:00",
    "mon 08:00_09:00", "mon 0a:00-09:00", "mon 08:00-09:00 x", "-mon 08:00-09:00",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_message ("%s", texts[i]);
      g_assert_null (fil_limit_schedule_parse (texts[i]));
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limit-schedule/hours", test_hours);
  g_test_add_func ("/limit-schedule/midnight", test_midnight);
  g_test_add_func ("/limit-schedule/days", test_days);
  g_test_add_func ("/limit-schedule/changes", test_changes);
  g_test_add_func ("/limit-schedule/clock", test_clock);
  g_test_add_func ("/limit-schedule/nonsense", test_nonsense);
  return g_test_run ();
}
