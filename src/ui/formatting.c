/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "formatting.h"

#include <glib/gi18n.h>

#define WORD_JOINER "\342\201\240"

/**
 * fil_format_size:
 *
 * Returns: (transfer full): @bytes with a unit, as in "4.2 MB"; negative counts as 0
 */
char *
fil_format_size (gint64 bytes)
{
  return g_format_size ((guint64) MAX (bytes, 0));
}

/**
 * fil_format_speed:
 *
 * Returns: (transfer full): as in "2.4 MB/s", which no end of a line breaks
 */
char *
fil_format_speed (gint64 bytes_per_s)
{
  g_autofree char *size = fil_format_size (bytes_per_s);
  /* Translators: a speed, as in "2.4 MB/s" */
  g_autofree char *speed = g_strdup_printf (_("%s/s"), size);
  GString *unbroken = g_string_new (speed);

  (void) g_string_replace (unbroken, "/", "/" WORD_JOINER, 0);
  return g_string_free (unbroken, FALSE);
}

/**
 * fil_format_limit:
 * @bytes_per_s: of the transfer's own; negative and 0: none
 *
 * Returns: (transfer full) (nullable): as in "at most 500 kB/s"
 */
char *
fil_format_limit (gint64 bytes_per_s)
{
  g_autofree char *most = NULL;

  if (bytes_per_s <= 0)
    return NULL;
  most = fil_format_speed (bytes_per_s);
  /* Translators: the speed limit of one transfer, "at most 500 kB/s" */
  return g_strdup_printf (_("at most %s"), most);
}

/**
 * fil_format_round_trip:
 * @us: microseconds
 *
 * Returns: (transfer full): as in "34 ms", or "0.8 ms" where that is more than a guess
 */
char *
fil_format_round_trip (gint64 us)
{
  return us < 10000 ? g_strdup_printf (_("%.1f ms"), (double) us / 1000)
                    : g_strdup_printf (_("%d ms"), (int) ((us + 500) / 1000));
}

/**
 * fil_format_duration:
 *
 * Returns: (transfer full): about how long, in at most two units, as in "5 min" or "1 h 20 min"
 */
char *
fil_format_duration (gint64 seconds)
{
  gint64 minutes = (MAX (seconds, 0) + 30) / 60;

  if (seconds < 60)
    return g_strdup_printf (_("%d s"), (int) MAX (seconds, 0));
  if (minutes < 60)
    return g_strdup_printf (_("%d min"), (int) minutes);
  if (minutes < 24 * 60)
    return minutes % 60 == 0 ? g_strdup_printf (_("%d h"), (int) (minutes / 60))
                             : g_strdup_printf (_("%d h %d min"), (int) (minutes / 60), (int) (minutes % 60));
  minutes = MIN (minutes, 10000 * 24 * 60);
  return g_strdup_printf (ngettext ("%d day", "%d days", (gulong) (minutes / (24 * 60))),
                          (int) (minutes / (24 * 60)));
}

/**
 * fil_format_number:
 *
 * Returns: (transfer full): with the locale's marks between thousands, as in "1,204"
 */
char *
fil_format_number (gint64 number)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, number);
}

/**
 * fil_format_files:
 *
 * Returns: (transfer full): as in "1,204 files"
 */
char *
fil_format_files (gint64 files)
{
  g_autofree char *number = fil_format_number (files);

  return g_strdup_printf (ngettext ("%s file", "%s files", (gulong) MAX (files, 0)), number);
}

/**
 * fil_format_fraction:
 *
 * Returns: how much of @whole is done, from 0 to 1; 0 when @whole is unknown
 */
double
fil_format_fraction (gint64 part,
                     gint64 whole)
{
  return whole > 0 ? CLAMP ((double) part / (double) whole, 0.0, 1.0) : 0.0;
}

/**
 * fil_format_percent:
 *
 * Rounds down, so that 100 % means all of it.
 *
 * Returns: (transfer full): as in "62 %"
 */
char *
fil_format_percent (gint64 part,
                    gint64 whole)
{
  return g_strdup_printf (_("%d %%"), (int) (fil_format_fraction (part, whole) * 100.0));
}

/**
 * fil_format_join:
 * @line: what there is so far
 * @part: (nullable): one more fact
 *
 * Puts a middle dot between facts of one line.
 */
void
fil_format_join (GString *line,
                 const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  if (line->len > 0)
    g_string_append (line, " · ");
  g_string_append (line, part);
}
