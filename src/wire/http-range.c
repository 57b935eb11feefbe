/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http-range.h"

#include "text-scan.h"

/* "bytes=" and what old servents write instead: "bytes ". */
static gboolean
scan_unit (FilReader *r)
{
  fil_scan_space (r);
  if (!fil_scan_word (r, "bytes"))
    return FALSE;
  fil_scan_space (r);
  fil_scan_char (r, '=');
  fil_scan_space (r);
  return TRUE;
}

/**
 * fil_range_request_parse:
 * @value: (nullable): of a Range header
 *
 * Takes the first of several ranges, as gtk-gnutella does (http_values.txt).
 *
 * Returns: whether it is well formed; FALSE is worth a 400
 */
gboolean
fil_range_request_parse (FilRangeRequest *self,
                         const char *value)
{
  FilReader r = fil_slice_text (value);

  *self = (FilRangeRequest) { 0 };
  if (!scan_unit (&r))
    return FALSE;
  self->has_first = fil_scan_uint (&r, G_MAXINT64, &self->first);
  fil_scan_space (&r);
  if (!fil_scan_char (&r, '-'))
    return FALSE;
  fil_scan_space (&r);
  self->has_last = fil_scan_uint (&r, G_MAXINT64, &self->last);
  fil_scan_space (&r);
  if (r.len > 0 && r.data[0] != ',')
    return FALSE;
  self->more = r.len > 0;
  if (!self->has_first && !self->has_last)
    return FALSE;
  return !self->has_first || !self->has_last || self->first <= self->last;
}

/**
 * fil_range_request_resolve:
 * @size: of the file
 * @out: (out): what is asked for, cut to the file
 *
 * Returns: FIL_RANGE_UNSATISFIABLE when nothing of it lies in the file
 */
FilRangeVerdict
fil_range_request_resolve (const FilRangeRequest *self,
                           guint64 size,
                           FilByteRange *out)
{
  if (size == 0)
    return FIL_RANGE_UNSATISFIABLE;
  if (!self->has_first)
    {
      if (self->last == 0)
        return FIL_RANGE_UNSATISFIABLE;
      *out = (FilByteRange) { size - MIN (size, self->last), size - 1 };
      return FIL_RANGE_OK;
    }
  if (self->first >= size)
    return FIL_RANGE_UNSATISFIABLE;
  *out = (FilByteRange) { self->first, self->has_last ? MIN (self->last, size - 1) : size - 1 };
  return FIL_RANGE_OK;
}

/**
 * fil_content_range_parse:
 * @value: (nullable): "bytes 100-199/1000", with "*" on either side of the slash
 *
 * Returns: whether it is well formed and possible
 */
gboolean
fil_content_range_parse (FilContentRange *self,
                         const char *value)
{
  FilReader r = fil_slice_text (value);

  *self = (FilContentRange) { 0 };
  if (!scan_unit (&r))
    return FALSE;
  if (!fil_scan_char (&r, '*'))
    {
      if (!fil_scan_uint (&r, G_MAXINT64, &self->range.first) || !fil_scan_char (&r, '-')
          || !fil_scan_uint (&r, G_MAXINT64, &self->range.last) || self->range.first > self->range.last)
        return FALSE;
      self->has_range = TRUE;
    }
  if (!fil_scan_char (&r, '/'))
    return FALSE;
  if (!fil_scan_char (&r, '*'))
    {
      if (!fil_scan_uint (&r, G_MAXINT64, &self->total))
        return FALSE;
      self->has_total = TRUE;
    }
  fil_scan_space (&r);
  return r.len == 0 && (self->has_range || self->has_total)
         && (!self->has_range || !self->has_total || self->range.last < self->total);
}

/**
 * fil_available_ranges_parse:
 * @value: (nullable): "bytes 0-10, 20-30"; "bytes" alone is a partial file with nothing to give yet
 * @out: room for @max ranges; further ones are left aside
 * @n: (out): ranges in @out
 *
 * Returns: whether it is well formed
 */
gboolean
fil_available_ranges_parse (const char *value,
                            FilByteRange *out,
                            guint max,
                            guint *n)
{
  FilReader r = fil_slice_text (value);
  FilSlice item;

  *n = 0;
  if (!scan_unit (&r))
    return FALSE;
  while (fil_scan_item (&r, ',', &item))
    {
      FilByteRange range;

      if (item.len == 0)
        continue;
      if (!fil_scan_uint (&item, G_MAXINT64, &range.first) || !fil_scan_char (&item, '-')
          || !fil_scan_uint (&item, G_MAXINT64, &range.last) || item.len > 0 || range.first > range.last)
        return FALSE;
      if (*n < max)
        out[(*n)++] = range;
    }
  return TRUE;
}

/**
 * fil_available_ranges_write:
 * @max_len: bytes that may be appended; ranges that do not fit are left out
 *
 * Appends "bytes 0-10, 20-30".
 */
void
fil_available_ranges_write (const FilByteRange *ranges,
                            guint n,
                            gsize max_len,
                            FilWriter *out)
{
  const gsize start = out->len;

  fil_writer_printf (out, "bytes");
  for (guint i = 0; i < n; i++)
    {
      const gsize before = out->len;

      fil_writer_printf (out, "%s%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, i > 0 ? ", " : " ",
                         ranges[i].first, ranges[i].last);
      if (out->len - start > max_len)
        {
          fil_writer_truncate (out, before);
          return;
        }
    }
}

/**
 * fil_available_bytes_parse:
 * @value: (nullable): of X-Available: "bytes 535204"
 *
 * Returns: whether it is well formed
 */
gboolean
fil_available_bytes_parse (const char *value,
                           guint64 *bytes)
{
  FilReader r = fil_slice_text (value);

  return scan_unit (&r) && fil_slice_to_uint (r, G_MAXINT64, bytes);
}
