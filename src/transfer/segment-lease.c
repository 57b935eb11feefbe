/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "segment-map-private.h"

#include "range-list.h"
#include "transfer-limits.h"

/* Which bytes a source may fetch next: leases. */

static gboolean
is_free (const FilSegment *segment,
         guint32 owner)
{
  return segment->state == FIL_SEGMENT_FREE;
}

static gboolean
is_leased (const FilSegment *segment,
           guint32 owner)
{
  return segment->state == FIL_SEGMENT_LEASED;
}

/* The first part of range that is free, and available when that is not everything. */
static gboolean
first_free (FilRange range,
            const GArray *available,
            FilRange *out)
{
  guint i;

  *out = range;
  if (available == NULL)
    return TRUE;
  i = fil_range_list_find (available, range.start);
  if (i == available->len)
    return FALSE;
  *out = fil_range_intersect (range, g_array_index (available, FilRange, i));
  return fil_range_len (*out) > 0;
}

static FilRange
cut (const FilSegmentMap *self,
     FilRange range,
     guint64 most)
{
  guint64 end;

  most = MAX (most, 1);
  if (fil_range_len (range) <= most)
    return range;
  end = range.start + most;
  if (end - end % self->block > range.start)
    end -= end % self->block;
  else if (end - end % FIL_SEGMENT_ALIGN > range.start)
    end -= end % FIL_SEGMENT_ALIGN;
  return (FilRange){ range.start, end };
}

static gboolean
pick (const FilSegmentMap *self,
      guint64 near,
      const GArray *available,
      FilRange *out)
{
  gboolean found = FALSE;
  /* Above the limit a lease must not tear another hole. */
  gboolean from_start_only = self->segments->len >= FIL_SEGMENT_MAX;

  for (guint i = 0; i < self->segments->len; i++)
    {
      const FilSegment *segment = _fil_segment_map_at (self, i);
      FilRange range = segment->range;
      FilRange piece;

      if (segment->state != FIL_SEGMENT_FREE)
        continue;
      if (near > range.start && near < range.end && !from_start_only)
        {
          range.start = near;
          if (first_free (range, available, &piece) && piece.start == near)
            {
              *out = piece;
              return TRUE;
            }
          range.start = segment->range.start;
        }
      if (!first_free (range, available, &piece) || (from_start_only && piece.start != range.start))
        continue;
      if (piece.start == near)
        {
          *out = piece;
          return TRUE;
        }
      if (!found)
        {
          *out = piece;
          found = TRUE;
        }
    }
  return found;
}

/**
 * fil_segment_map_lease:
 * @owner: who will fetch it
 * @most: how many bytes at most
 * @near: where @owner would like to go on; else it gets the first missing byte
 * @available: (nullable) (element-type FilRange): what @owner has, tidy (see range-list.h); NULL: everything
 * @lease: (out): what was leased
 *
 * Leases missing bytes. Leases end where blocks of the tree do where they can, so that these become whole
 * early.
 *
 * Returns: whether there was anything to lease
 */
gboolean
fil_segment_map_lease (FilSegmentMap *self,
                       guint32 owner,
                       guint64 most,
                       guint64 near,
                       const GArray *available,
                       FilRange *lease)
{
  FilRange piece;

  if (!pick (self, near, available, &piece))
    return FALSE;
  *lease = cut (self, piece, most);
  _fil_segment_map_assign (self, *lease, is_free, 0, FIL_SEGMENT_LEASED, owner);
  return TRUE;
}

/**
 * fil_segment_map_lease_at:
 *
 * Leases up to @most missing bytes that begin exactly at @start.
 *
 * Returns: whether the byte at @start was missing and free
 */
gboolean
fil_segment_map_lease_at (FilSegmentMap *self,
                          guint32 owner,
                          guint64 start,
                          guint64 most,
                          FilRange *lease)
{
  guint i = _fil_segment_map_find (self, start);

  if (i == self->segments->len || _fil_segment_map_at (self, i)->state != FIL_SEGMENT_FREE)
    return FALSE;
  *lease = cut (self, (FilRange){ start, _fil_segment_map_at (self, i)->range.end }, most);
  _fil_segment_map_assign (self, *lease, is_free, 0, FIL_SEGMENT_LEASED, owner);
  return TRUE;
}

/**
 * fil_segment_map_has_free:
 *
 * Returns: whether a lease for a source that has @available would succeed
 */
gboolean
fil_segment_map_has_free (const FilSegmentMap *self,
                          const GArray *available)
{
  FilRange piece;

  return self->counts[FIL_SEGMENT_FREE] > 0 && pick (self, 0, available, &piece);
}

/**
 * fil_segment_map_release:
 *
 * Gives leased bytes back; what is on disk stays.
 */
void
fil_segment_map_release (FilSegmentMap *self,
                         FilRange range)
{
  _fil_segment_map_assign (self, range, is_leased, 0, FIL_SEGMENT_FREE, FIL_SEGMENT_NOBODY);
}
