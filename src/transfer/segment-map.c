/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "segment-map-private.h"

#include "transfer-limits.h"

/**
 * fil_segment_map_new:
 * @size: bytes of the file
 *
 * Returns: (transfer full): a map with every byte missing
 */
FilSegmentMap *
fil_segment_map_new (guint64 size)
{
  FilSegmentMap *self = g_new0 (FilSegmentMap, 1);
  FilSegment all = { .range = { 0, size } };

  self->segments = g_array_new (FALSE, FALSE, sizeof (FilSegment));
  self->size = size;
  self->block = FIL_SEGMENT_ALIGN;
  self->counts[FIL_SEGMENT_FREE] = size;
  if (size > 0)
    g_array_append_val (self->segments, all);
  return self;
}

void
fil_segment_map_free (FilSegmentMap *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->segments);
  g_free (self);
}

/* The segment that holds offset; the number of segments when offset is the end. */
guint
_fil_segment_map_find (const FilSegmentMap *self,
                       guint64 offset)
{
  guint low = 0;
  guint high = self->segments->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (_fil_segment_map_at (self, middle)->range.end <= offset)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Makes offset the start of a segment and returns which. */
static guint
split (FilSegmentMap *self,
       guint64 offset)
{
  guint i = _fil_segment_map_find (self, offset);
  FilSegment rest;

  if (i == self->segments->len || _fil_segment_map_at (self, i)->range.start == offset)
    return i;
  rest = *_fil_segment_map_at (self, i);
  rest.range.start = offset;
  _fil_segment_map_at (self, i)->range.end = offset;
  g_array_insert_val (self->segments, i + 1, rest);
  return i + 1;
}

/* Joins neighbours that agree among the segments first - 1 … last + 1. */
static void
merge (FilSegmentMap *self,
       guint first,
       guint last)
{
  guint to = first > 0 ? first - 1 : 0;
  guint end = MIN (last + 2, self->segments->len);
  guint from;

  if (end == 0)
    return;
  for (from = to + 1; from < end; from++)
    {
      FilSegment *a = _fil_segment_map_at (self, to);
      const FilSegment *b = _fil_segment_map_at (self, from);

      if (a->state == b->state && a->owner == b->owner)
        a->range.end = b->range.end;
      else
        *_fil_segment_map_at (self, ++to) = *b;
    }
  if (to + 1 < end)
    g_array_remove_range (self->segments, to + 1, end - to - 1);
}

/* Gives the segments inside range that match a new state. */
void
_fil_segment_map_assign (FilSegmentMap *self,
                         FilRange range,
                         FilSegmentMatches matches,
                         guint32 whose,
                         FilSegmentState state,
                         guint32 owner)
{
  guint first, end;

  range = fil_range_intersect (range, (FilRange){ 0, self->size });
  if (fil_range_len (range) == 0)
    return;
  first = split (self, range.start);
  end = split (self, range.end);
  for (guint i = first; i < end; i++)
    {
      FilSegment *segment = _fil_segment_map_at (self, i);

      if (!matches (segment, whose))
        continue;
      self->counts[segment->state] -= fil_range_len (segment->range);
      self->counts[state] += fil_range_len (segment->range);
      segment->state = state;
      segment->owner = owner;
    }
  merge (self, first, end);
}

static gboolean
is_free_or_leased_to (const FilSegment *segment,
                      guint32 owner)
{
  return segment->state == FIL_SEGMENT_FREE ||
         (segment->state == FIL_SEGMENT_LEASED && segment->owner == owner);
}

static gboolean
is_unproved (const FilSegment *segment,
             guint32 owner)
{
  return segment->state != FIL_SEGMENT_VERIFIED;
}

static gboolean
is_verified (const FilSegment *segment,
             guint32 owner)
{
  return segment->state == FIL_SEGMENT_VERIFIED;
}

static gboolean
is_written (const FilSegment *segment,
            guint32 owner)
{
  return segment->state == FIL_SEGMENT_WRITTEN;
}

static gboolean
is_written_by (const FilSegment *segment,
               guint32 owner)
{
  return segment->state == FIL_SEGMENT_WRITTEN && segment->owner == owner;
}

static gboolean
is_written_by_another (const FilSegment *segment,
                       guint32 owner)
{
  return segment->state == FIL_SEGMENT_WRITTEN && segment->owner != owner;
}

static FilRange
everything (const FilSegmentMap *self)
{
  return (FilRange){ 0, self->size };
}

/**
 * fil_segment_map_set_block:
 * @block: bytes under each node of the tree of the file; a multiple of FIL_SEGMENT_ALIGN
 *
 * Lets leases end where blocks do, so that they can be proved early and by whole.
 */
void
fil_segment_map_set_block (FilSegmentMap *self,
                           guint64 block)
{
  self->block = MAX (block, FIL_SEGMENT_ALIGN);
}

guint64
fil_segment_map_size (const FilSegmentMap *self)
{
  return self->size;
}

/**
 * fil_segment_map_count:
 *
 * Returns: how many bytes are in @state
 */
guint64
fil_segment_map_count (const FilSegmentMap *self,
                       FilSegmentState state)
{
  return self->counts[state];
}

/**
 * fil_segment_map_missing:
 *
 * Returns: how many bytes are not on disk yet
 */
guint64
fil_segment_map_missing (const FilSegmentMap *self)
{
  return self->counts[FIL_SEGMENT_FREE] + self->counts[FIL_SEGMENT_LEASED];
}

gboolean
fil_segment_map_is_complete (const FilSegmentMap *self)
{
  return fil_segment_map_missing (self) == 0;
}

/**
 * fil_segment_map_sample:
 * @cells: (out caller-allocates) (array length=n_cells): a FilSegmentState for each of so many pieces of equal size,
 *   the least of all bytes in it
 *
 * Leaves @cells alone when the file is empty.
 */
void
fil_segment_map_sample (const FilSegmentMap *self,
                        guint8 *cells,
                        guint n_cells)
{
  double per_byte = self->size > 0 ? (double) n_cells / (double) self->size : 0;
  guint n;
  const FilSegment *segments = fil_segment_map_segments (self, &n);

  if (self->size > 0)
    memset (cells, FIL_SEGMENT_VERIFIED, n_cells);
  for (guint i = 0; i < n; i++)
    {
      guint first = (guint) ((double) segments[i].range.start * per_byte);
      guint last = (guint) ((double) (segments[i].range.end - 1) * per_byte);

      for (guint cell = first; cell <= last && cell < n_cells; cell++)
        cells[cell] = MIN (cells[cell], (guint8) segments[i].state);
    }
}

/**
 * fil_segment_map_segments:
 *
 * Returns: (transfer none) (array length=n): valid until the map changes
 */
const FilSegment *
fil_segment_map_segments (const FilSegmentMap *self,
                          guint *n)
{
  *n = self->segments->len;
  return (const FilSegment *) self->segments->data;
}

/**
 * fil_segment_map_prefix:
 * @least: FIL_SEGMENT_WRITTEN or FIL_SEGMENT_VERIFIED
 *
 * Returns: how many bytes from the beginning on are all in that state or a better one
 */
guint64
fil_segment_map_prefix (const FilSegmentMap *self,
                        FilSegmentState least)
{
  guint64 end = 0;

  for (guint i = 0; i < self->segments->len && _fil_segment_map_at (self, i)->state >= least; i++)
    end = _fil_segment_map_at (self, i)->range.end;
  return end;
}

/**
 * fil_segment_map_is:
 *
 * Returns: whether all of @range is in the state @least or a better one
 */
gboolean
fil_segment_map_is (const FilSegmentMap *self,
                    FilRange range,
                    FilSegmentState least)
{
  for (guint i = _fil_segment_map_find (self, range.start); i < self->segments->len; i++)
    {
      const FilSegment *segment = _fil_segment_map_at (self, i);

      if (segment->range.start >= range.end)
        break;
      if (segment->state < least)
        return FALSE;
    }
  return TRUE;
}

/**
 * fil_segment_map_pieces:
 * @out: (out caller-allocates) (array length=max):
 *
 * Returns: how many pieces of @range are on disk and not proved; @out has the first @max of them
 */
guint
fil_segment_map_pieces (const FilSegmentMap *self,
                        FilRange range,
                        FilSegment *out,
                        guint max)
{
  guint n = 0;

  for (guint i = _fil_segment_map_find (self, range.start); i < self->segments->len; i++)
    {
      FilSegment piece = *_fil_segment_map_at (self, i);

      piece.range = fil_range_intersect (piece.range, range);
      if (fil_range_len (piece.range) == 0)
        break;
      if (piece.state != FIL_SEGMENT_WRITTEN)
        continue;
      if (n < max)
        out[n] = piece;
      n++;
    }
  return n;
}

/**
 * fil_segment_map_credit:
 *
 * Returns: how many bytes on disk, not proved, came from @owner
 */
guint64
fil_segment_map_credit (const FilSegmentMap *self,
                        guint32 owner)
{
  guint64 bytes = 0;

  for (guint i = 0; i < self->segments->len; i++)
    if (is_written_by (_fil_segment_map_at (self, i), owner))
      bytes += fil_range_len (_fil_segment_map_at (self, i)->range);
  return bytes;
}

/**
 * fil_segment_map_written:
 * @owner: who sent it
 *
 * Bytes reached the disk. Where somebody else holds a lease by now, or the bytes are proved, they do
 * not count.
 */
void
fil_segment_map_written (FilSegmentMap *self,
                         FilRange range,
                         guint32 owner)
{
  _fil_segment_map_assign (self, range, is_free_or_leased_to, owner, FIL_SEGMENT_WRITTEN, owner);
  if (self->segments->len > FIL_SEGMENT_MAX)
    _fil_segment_map_assign (self, everything (self), is_written, 0, FIL_SEGMENT_WRITTEN, FIL_SEGMENT_NOBODY);
}

/**
 * fil_segment_map_found:
 * @range: lies on the disk, though that was not known
 *
 * Takes the missing bytes of @range as written by nobody in particular, unless somebody is fetching some.
 *
 * Returns: whether bytes were missing, and none is now
 */
gboolean
fil_segment_map_found (FilSegmentMap *self,
                       FilRange range)
{
  gboolean is_new = FALSE;

  for (guint i = _fil_segment_map_find (self, range.start); i < self->segments->len; i++)
    {
      const FilSegment *segment = _fil_segment_map_at (self, i);

      if (segment->range.start >= range.end)
        break;
      if (segment->state == FIL_SEGMENT_LEASED)
        return FALSE;
      is_new = is_new || segment->state == FIL_SEGMENT_FREE;
    }
  if (is_new)
    fil_segment_map_written (self, range, FIL_SEGMENT_NOBODY);
  return is_new;
}

/**
 * fil_segment_map_verified:
 *
 * A hash proved the bytes.
 */
void
fil_segment_map_verified (FilSegmentMap *self,
                          FilRange range)
{
  _fil_segment_map_assign (self, range, is_unproved, 0, FIL_SEGMENT_VERIFIED, FIL_SEGMENT_NOBODY);
}

/**
 * fil_segment_map_doubt:
 *
 * What was thought to be proved is not: who sent it is not known any more.
 */
void
fil_segment_map_doubt (FilSegmentMap *self)
{
  _fil_segment_map_assign (self, everything (self), is_verified, 0, FIL_SEGMENT_WRITTEN, FIL_SEGMENT_NOBODY);
}

/**
 * fil_segment_map_forget:
 *
 * Bytes on disk that are not proved are missing again.
 */
void
fil_segment_map_forget (FilSegmentMap *self,
                        FilRange range)
{
  _fil_segment_map_assign (self, range, is_written, 0, FIL_SEGMENT_FREE, FIL_SEGMENT_NOBODY);
}

/* Those of all sources but one. */
void
fil_segment_map_forget_others (FilSegmentMap *self,
                               guint32 owner)
{
  _fil_segment_map_assign (self, everything (self), is_written_by_another, owner, FIL_SEGMENT_FREE,
                           FIL_SEGMENT_NOBODY);
}

/**
 * fil_segment_map_mark:
 * @state: FIL_SEGMENT_WRITTEN or FIL_SEGMENT_VERIFIED
 *
 * Says what is known of bytes from an earlier life; who sent them is not.
 */
void
fil_segment_map_mark (FilSegmentMap *self,
                      FilRange range,
                      FilSegmentState state)
{
  _fil_segment_map_assign (self, range, is_unproved, 0, state, FIL_SEGMENT_NOBODY);
}
