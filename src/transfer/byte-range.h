/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilRange:
 *
 * Bytes of a file from start up to, but without, end. On the wire ranges are inclusive; only
 * byte-range.c converts.
 */
typedef struct
{
  guint64 start;
  guint64 end;
} FilRange;

/* What a Range request header asked for. */
typedef enum
{
  FIL_RANGE_NONE,        /* not understood: as if it were not there (RFC 9110 §14.2) */
  FIL_RANGE_OK,
  FIL_RANGE_MALFORMED,
  FIL_RANGE_UNSATISFIABLE,
} FilRangeVerdict;

static inline guint64
fil_range_len (FilRange self)
{
  return self.end > self.start ? self.end - self.start : 0;
}

FilRange fil_range_intersect (FilRange a, FilRange b);

gboolean fil_parse_decimal (guint64 *out, const char *text, gsize len) G_GNUC_WARN_UNUSED_RESULT;
FilRangeVerdict fil_range_parse_request (FilRange *self, const char *text, gsize len, guint64 size);
gboolean fil_range_parse_content (FilRange *self, guint64 *size, gboolean *has_size, const char *text,
                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;
GArray *fil_ranges_parse_available (const char *text, gsize len, guint64 size) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
