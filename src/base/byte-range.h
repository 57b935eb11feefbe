/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilRange:
 *
 * Bytes of a file from start up to, but without, end. The inclusive ranges of the wire (FilByteRange)
 * are converted where they are read and written, nowhere else.
 */
typedef struct
{
  guint64 start;
  guint64 end;
} FilRange;

static inline guint64
fil_range_len (FilRange self)
{
  return self.end > self.start ? self.end - self.start : 0;
}

/* What both have; of no length when there is nothing. */
static inline FilRange
fil_range_intersect (FilRange a,
                     FilRange b)
{
  return (FilRange){ MAX (a.start, b.start), MIN (a.end, b.end) };
}

G_END_DECLS
