/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pong-ranges.h"

#include "segment-map.h"
#include "transfer-limits.h"

/* The parts of a file as a HEAD pong names them: first and last byte, in pairs of four bytes up to 2 GiB and of five
 * beyond (rudp.md §8). */

static int
compare_lengths (gconstpointer a,
                 gconstpointer b)
{
  guint64 one = fil_range_len (*(const FilRange *) a);
  guint64 two = fil_range_len (*(const FilRange *) b);

  return one > two ? -1 : one < two;
}

static void
write_five (FilWriter *out,
            guint64 offset)
{
  fil_writer_u8 (out, (guint8) (offset >> 32));
  fil_writer_be32 (out, (guint32) offset);
}

/**
 * fil_pong_ranges_write:
 * @ranges: (element-type FilRange):
 * @r: the item R is appended here …
 * @r5: … and R5 here
 *
 * Writes the longest FIL_PONG_RANGES of them: a pong stays small.
 */
void
fil_pong_ranges_write (const GArray *ranges,
                       FilWriter *r,
                       FilWriter *r5)
{
  g_autoptr (GArray) sorted = g_array_copy ((GArray *) ranges);

  g_array_sort (sorted, compare_lengths);
  for (guint i = 0; i < MIN (sorted->len, FIL_PONG_RANGES); i++)
    {
      const FilRange *range = &g_array_index (sorted, FilRange, i);

      if (range->end - 1 > G_MAXINT32)
        {
          write_five (r5, range->start);
          write_five (r5, range->end - 1);
          continue;
        }
      fil_writer_be32 (r, (guint32) range->start);
      fil_writer_be32 (r, (guint32) (range->end - 1));
    }
}
