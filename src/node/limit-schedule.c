/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "limit-schedule.h"

#include <string.h>

#define DAYS_PER_WEEK 7

struct _FilLimitSchedule
{
  guint8 minutes[FIL_MINUTES_PER_WEEK]; /* 1: on */
};

static const char *const day_names[DAYS_PER_WEEK] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static gboolean
parse_day (const char *text,
           guint *day)
{
  for (guint i = 0; i < DAYS_PER_WEEK; i++)
    if (g_ascii_strcasecmp (text, day_names[i]) == 0)
      {
        *day = i;
        return TRUE;
      }
  return FALSE;
}

/* "mon", "mon-fri", "sat,sun", "fri-mon,wed" or "daily", as a bit per day. */
static gboolean
parse_days (const char *text,
            guint *days)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  *days = 0;
  if (g_ascii_strcasecmp (text, "daily") == 0)
    {
      *days = (1u << DAYS_PER_WEEK) - 1;
      return TRUE;
    }
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) ends = g_strsplit (parts[i], "-", 2);
      guint first, last;

      if (ends[0] == NULL || !parse_day (ends[0], &first) || !parse_day (ends[1] != NULL ? ends[1] : ends[0], &last))
        return FALSE;
      for (guint day = first;; day = (day + 1) % DAYS_PER_WEEK)
        {
          *days |= 1u << day;
          if (day == last)
            break;
        }
    }
  return *days != 0;
}

/* HH:MM, 00:00 to 24:00, in minutes. */
static gboolean
parse_time (const char *text,
            gsize len,
            guint *minute)
{
  guint hours, minutes;

  if (len != 5 || text[2] != ':' || !g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1]) ||
      !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]))
    return FALSE;
  hours = (guint) (text[0] - '0') * 10 + (guint) (text[1] - '0');
  minutes = (guint) (text[3] - '0') * 10 + (guint) (text[4] - '0');
  *minute = hours * 60 + minutes;
  return minutes < 60 && *minute <= FIL_MINUTES_PER_DAY;
}

static void
switch_on (FilLimitSchedule *self,
           guint days,
           guint from,
           guint to)
{
  guint length = to > from ? to - from : to + FIL_MINUTES_PER_DAY - from;

  for (guint day = 0; day < DAYS_PER_WEEK; day++)
    if ((days & (1u << day)) != 0)
      for (guint i = 0; i < length; i++)
        self->minutes[(day * FIL_MINUTES_PER_DAY + from + i) % FIL_MINUTES_PER_WEEK] = 1;
}

/* "DAYS HH:MM-HH:MM" */
static gboolean
parse_span (FilLimitSchedule *self,
            const char *text)
{
  const char *space = strrchr (text, ' ');
  g_autofree char *days_text = NULL;
  guint days, from, to;

  if (space == NULL || strlen (space + 1) != strlen ("00:00-24:00") || space[6] != '-')
    return FALSE;
  days_text = g_strstrip (g_strndup (text, (gsize) (space - text)));
  if (!parse_days (days_text, &days) || !parse_time (space + 1, 5, &from) || !parse_time (space + 7, 5, &to) ||
      from == FIL_MINUTES_PER_DAY || from == to)
    return FALSE;
  switch_on (self, days, from, to);
  return TRUE;
}

/**
 * fil_limit_schedule_parse:
 * @text: spans between semicolons; an empty text is never on
 *
 * Returns: (transfer full) (nullable): the schedule; NULL when @text is none
 */
FilLimitSchedule *
fil_limit_schedule_parse (const char *text)
{
  g_autoptr (FilLimitSchedule) self = g_new0 (FilLimitSchedule, 1);
  g_auto (GStrv) spans = g_strsplit (text, ";", -1);

  for (guint i = 0; spans[i] != NULL; i++)
    {
      const char *span = g_strstrip (spans[i]);

      if (*span != '\0' && !parse_span (self, span))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
fil_limit_schedule_free (FilLimitSchedule *self)
{
  g_free (self);
}

/**
 * fil_limit_schedule_minute:
 *
 * Returns: minutes since Monday 00:00
 */
guint
fil_limit_schedule_minute (GDateTime *local)
{
  return (guint) ((g_date_time_get_day_of_week (local) - 1) * FIL_MINUTES_PER_DAY +
                  g_date_time_get_hour (local) * 60 + g_date_time_get_minute (local));
}

gboolean
fil_limit_schedule_is_on (const FilLimitSchedule *self,
                          guint minute)
{
  return self->minutes[minute % FIL_MINUTES_PER_WEEK] != 0;
}

/**
 * fil_limit_schedule_until_change:
 *
 * Returns: minutes from the beginning of @minute until it is switched on or off; a week when it never is
 */
guint
fil_limit_schedule_until_change (const FilLimitSchedule *self,
                                 guint minute)
{
  gboolean is_on = fil_limit_schedule_is_on (self, minute);

  for (guint i = 1; i < FIL_MINUTES_PER_WEEK; i++)
    if (fil_limit_schedule_is_on (self, minute + i) != is_on)
      return i;
  return FIL_MINUTES_PER_WEEK;
}
