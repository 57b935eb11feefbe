/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "held-ranges.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
add (GArray *ranges,
     guint64 start,
     guint64 end)
{
  FilRange range = { start, end };

  if (start < end)
    g_array_append_val (ranges, range);
  return ranges->len < FIL_HELD_RANGES_MAX;
}

/**
 * fil_held_ranges:
 * @fd: a file; where it reads next is changed
 *
 * Tells where a sparse file may hold bytes that were written to it. File systems keep that by blocks, and some
 * know of no holes at all, so there may be zeros as well; but what was written is in it. Blocks.
 *
 * Returns: (transfer full) (element-type FilRange): the ranges in order
 */
GArray *
fil_held_ranges (int fd)
{
  GArray *ranges = g_array_new (FALSE, FALSE, sizeof (FilRange));
  off_t at = 0;
  struct stat st;

  if (fstat (fd, &st) != 0)
    return ranges;
  while (at < st.st_size)
    {
      off_t start = lseek (fd, at, SEEK_DATA);
      off_t end = start >= 0 ? lseek (fd, start, SEEK_HOLE) : -1;

      if (start < 0 && errno == ENXIO)
        break;
      if (start < 0 || end <= start)
        {
          add (ranges, (guint64) at, (guint64) st.st_size);
          break;
        }
      if (!add (ranges, (guint64) start, (guint64) end))
        break;
      at = end;
    }
  return ranges;
}
