/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rarest.h"

#include "range-list.h"
#include "transfer-limits.h"

struct _FilRarest
{
  guint64 size;
  guint64 piece;   /* bytes */
  guint n;         /* pieces */
  guint n_sources;
  int *changes;    /* of the count from each piece to the next */
};

/**
 * fil_rarest_new:
 * @size: of the file, not 0
 *
 * Returns: (transfer full): nobody has anything
 */
FilRarest *
fil_rarest_new (guint64 size)
{
  FilRarest *self = g_new0 (FilRarest, 1);

  self->size = size;
  self->piece = FIL_SEGMENT_FIRST;
  while ((size - 1) / self->piece >= FIL_RAREST_PIECES)
    self->piece *= 2;
  self->n = (guint) ((size - 1) / self->piece) + 1;
  self->changes = g_new0 (int, self->n + 1);
  return self;
}

void
fil_rarest_free (FilRarest *self)
{
  if (self == NULL)
    return;
  g_free (self->changes);
  g_free (self);
}

/**
 * fil_rarest_add:
 * @available: (element-type FilRange): what one more source has
 *
 * Counts the pieces that it has wholly; the cost does not depend on how large its ranges are.
 */
void
fil_rarest_add (FilRarest *self,
                const GArray *available)
{
  self->n_sources++;
  for (guint i = 0; i < available->len; i++)
    {
      FilRange range = g_array_index (available, FilRange, i);
      guint64 first, end;

      range.end = MIN (range.end, self->size);
      if (range.start >= range.end)
        continue;
      first = range.start / self->piece + (range.start % self->piece != 0);
      end = range.end == self->size ? self->n : range.end / self->piece;
      if (first >= end)
        continue;
      self->changes[first]++;
      self->changes[end]--;
    }
}

typedef struct
{
  guint64 start;
  int count;
  guint distance; /* from where we begin to look, going round */
  gboolean is_found;
} Best;

static void
consider (Best *best,
          guint64 start,
          int count,
          guint distance)
{
  if (best->is_found && (count > best->count || (count == best->count && distance >= best->distance)))
    return;
  *best = (Best){ start, count, distance, TRUE };
}

/* The pieces of a free range, with what is known of each. */
static void
look_at (const FilRarest *self,
         const int *counts,
         FilRange range,
         guint begin,
         Best *best)
{
  for (guint64 at = range.start; at < range.end;)
    {
      guint piece = (guint) (at / self->piece);

      consider (best, at, counts[piece], (piece + self->n - begin) % self->n);
      at = (guint64) (piece + 1) * self->piece;
    }
}

/**
 * fil_rarest_choose:
 * @available: (nullable): what the source has that is to be asked, tidy (see range-list.h); NULL: all
 * @salt: different for everybody, so that not all fetch the same piece first
 * @start: (out): where the rarest missing piece begins
 *
 * Returns: FALSE when fewer than two sources have been added, or nothing is free that the source has
 */
gboolean
fil_rarest_choose (FilRarest *self,
                   const FilSegmentMap *map,
                   const GArray *available,
                   guint32 salt,
                   guint64 *start)
{
  g_autofree int *counts = g_new (int, self->n);
  const FilSegment *segments;
  Best best = { 0 };
  guint n;

  if (self->n_sources < 2)
    return FALSE;
  for (guint i = 0; i < self->n; i++)
    counts[i] = self->changes[i] + (i > 0 ? counts[i - 1] : 0);
  segments = fil_segment_map_segments (map, &n);
  for (guint i = 0; i < n; i++)
    {
      FilRange free = segments[i].range;

      if (segments[i].state != FIL_SEGMENT_FREE)
        continue;
      if (available == NULL)
        look_at (self, counts, free, salt % self->n, &best);
      for (guint j = available != NULL ? fil_range_list_find (available, free.start) : 0;
           available != NULL && j < available->len && g_array_index (available, FilRange, j).start < free.end; j++)
        look_at (self, counts, fil_range_intersect (free, g_array_index (available, FilRange, j)), salt % self->n,
                 &best);
    }
  *start = best.start;
  return best.is_found;
}
