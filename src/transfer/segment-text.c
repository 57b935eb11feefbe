/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "segment-map.h"

/* The text form of a map, for the database. */

/**
 * fil_segment_map_to_text:
 * @least: FIL_SEGMENT_WRITTEN or FIL_SEGMENT_VERIFIED
 *
 * Returns: (transfer full): the ranges in that state or a better one, "0-65535,131072-196607"
 */
char *
fil_segment_map_to_text (const FilSegmentMap *self,
                         FilSegmentState least)
{
  GString *text = g_string_new (NULL);
  FilRange open = { 0, 0 };
  const FilSegment *segments;
  guint n;

  segments = fil_segment_map_segments (self, &n);
  for (guint i = 0; i <= n; i++)
    {
      const FilSegment *segment = i < n ? &segments[i] : NULL;

      if (segment != NULL && segment->state >= least)
        {
          if (fil_range_len (open) == 0)
            open.start = segment->range.start;
          open.end = segment->range.end;
        }
      else if (fil_range_len (open) > 0)
        {
          g_string_append_printf (text, "%s%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
                                  text->len > 0 ? "," : "", open.start, open.end - 1);
          open = (FilRange){ 0, 0 };
        }
    }
  return g_string_free (text, FALSE);
}

static gboolean
next_number (const char **text,
             guint64 *out)
{
  const char *p = *text;
  guint64 n = 0;

  if (!g_ascii_isdigit (*p))
    return FALSE;
  for (; g_ascii_isdigit (*p); p++)
    if (!g_uint64_checked_mul (&n, n, 10) || !g_uint64_checked_add (&n, n, (guint64) (*p - '0')))
      return FALSE;
  *text = p;
  *out = n;
  return TRUE;
}

static gboolean
next_range (const char **text,
            guint64 size,
            FilRange *out)
{
  guint64 first, last;

  if (!next_number (text, &first) || *(*text)++ != '-' || !next_number (text, &last))
    return FALSE;
  if (first > last || last >= size)
    return FALSE;
  *out = (FilRange){ first, last + 1 };
  return TRUE;
}

/**
 * fil_segment_map_mark_text:
 * @text: what fil_segment_map_to_text() wrote
 * @state: FIL_SEGMENT_WRITTEN or FIL_SEGMENT_VERIFIED
 *
 * Returns: whether @text was understood and inside the file; else nothing changed
 */
gboolean
fil_segment_map_mark_text (FilSegmentMap *self,
                           const char *text,
                           FilSegmentState state)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (FilRange));

  while (*text != '\0')
    {
      FilRange range;

      if (!next_range (&text, fil_segment_map_size (self), &range) || (*text != '\0' && *text != ','))
        return FALSE;
      if (*text == ',' && *++text == '\0')
        return FALSE;
      g_array_append_val (ranges, range);
    }
  for (guint i = 0; i < ranges->len; i++)
    fil_segment_map_mark (self, g_array_index (ranges, FilRange, i), state);
  return TRUE;
}
