/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http-values.h"

#include "text-scan.h"

static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* Longer waits are no answer. */
#define RETRY_AFTER_MAX_S (7 * 86400)

/**
 * fil_http_date_parse:
 * @value: (nullable): "Sun, 22 Nov 2026 10:00:00 GMT"
 *
 * Returns: whether it is a date of that form; GMT is taken for granted
 */
gboolean
fil_http_date_parse (const char *value,
                     gint64 *unix_s)
{
  FilReader r = fil_slice_text (value);
  FilSlice weekday;
  guint64 day;
  guint64 year;
  guint64 hour;
  guint64 minute;
  guint64 second;
  guint month = 0;
  g_autoptr (GDateTime) date = NULL;

  if (!fil_scan_item (&r, ',', &weekday))
    return FALSE;
  fil_scan_space (&r);
  if (!fil_scan_uint (&r, 31, &day))
    return FALSE;
  fil_scan_space (&r);
  while (month < G_N_ELEMENTS (months) && !fil_scan_word (&r, months[month]))
    month++;
  fil_scan_space (&r);
  if (month == G_N_ELEMENTS (months) || !fil_scan_uint (&r, 9999, &year))
    return FALSE;
  fil_scan_space (&r);
  if (!fil_scan_uint (&r, 23, &hour) || !fil_scan_char (&r, ':') || !fil_scan_uint (&r, 59, &minute)
      || !fil_scan_char (&r, ':') || !fil_scan_uint (&r, 60, &second) || year < 1970 || day < 1)
    return FALSE;
  date = g_date_time_new_utc ((gint) year, (gint) month + 1, (gint) day, (gint) hour, (gint) minute,
                              (gdouble) MIN (second, 59));
  if (date == NULL)
    return FALSE;
  *unix_s = g_date_time_to_unix (date);
  return TRUE;
}

/**
 * fil_http_date_format:
 *
 * Returns: (transfer full): the same form, whatever the locale
 */
char *
fil_http_date_format (gint64 unix_s)
{
  static const char days[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  const gint64 last_s = G_GINT64_CONSTANT (253402300799); /* of the year 9999 */
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (CLAMP (unix_s, 0, last_s));

  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d GMT", days[g_date_time_get_day_of_week (date) - 1],
                          g_date_time_get_day_of_month (date), months[g_date_time_get_month (date) - 1],
                          g_date_time_get_year (date), g_date_time_get_hour (date),
                          g_date_time_get_minute (date), g_date_time_get_second (date));
}

/**
 * fil_retry_after_parse:
 * @value: (nullable): seconds or a date
 * @now_s: unix seconds, to count a date from
 * @seconds: (out): at most a week
 *
 * Returns: whether it is either
 */
gboolean
fil_retry_after_parse (const char *value,
                       gint64 now_s,
                       guint *seconds)
{
  guint64 n;
  gint64 date;

  if (fil_slice_to_uint (fil_slice_text (value), G_MAXINT64, &n))
    {
      *seconds = (guint) MIN (n, RETRY_AFTER_MAX_S);
      return TRUE;
    }
  if (!fil_http_date_parse (value, &date))
    return FALSE;
  *seconds = date <= now_s ? 0 : (guint) MIN (date - now_s, RETRY_AFTER_MAX_S);
  return TRUE;
}

/**
 * fil_content_urns_parse:
 * @value: (nullable): of X-Gnutella-Content-URN or X-Content-URN: one urn or a comma list
 * @out: (out): what all of them say together; the first of a kind stands
 *
 * Returns: whether any could be read
 */
gboolean
fil_content_urns_parse (const char *value,
                        FilUrn *out)
{
  FilReader r = fil_slice_text (value);
  FilSlice item;

  memset (out, 0, sizeof *out);
  while (fil_scan_item (&r, ',', &item))
    {
      FilUrn urn;

      if (item.len == 0 || !fil_urn_parse (&urn, (const char *) item.data, (gssize) item.len))
        continue;
      if (urn.has_sha1 && !out->has_sha1)
        {
          out->sha1 = urn.sha1;
          out->has_sha1 = TRUE;
        }
      if (urn.has_tth && !out->has_tth)
        {
          out->tth = urn.tth;
          out->has_tth = TRUE;
        }
    }
  return out->has_sha1 || out->has_tth;
}

/**
 * fil_thex_uri_parse:
 * @value: (nullable): "/uri-res/N2X?urn:sha1:…;ROOT", with or without the root
 * @path: (out): borrowed from @value
 * @has_root: (out): whether @root was filled
 *
 * Returns: whether there is a path
 */
gboolean
fil_thex_uri_parse (const char *value,
                    FilSlice *path,
                    FilTth *root,
                    gboolean *has_root)
{
  FilReader r = fil_slice_text (value);
  FilSlice text;

  *has_root = FALSE;
  if (!fil_scan_item (&r, ';', path) || path->len == 0 || path->data[0] != '/')
    return FALSE;
  text = fil_slice_strip (r);
  if (text.len == FIL_TTH_TEXT_LEN)
    *has_root = fil_tth_parse (root, (const char *) text.data, (gssize) text.len);
  return TRUE;
}
