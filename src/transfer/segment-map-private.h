/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "segment-map.h"

G_BEGIN_DECLS

#define FIL_SEGMENT_N_STATES (FIL_SEGMENT_VERIFIED + 1)

struct _FilSegmentMap
{
  GArray *segments; /* FilSegment, in order, covering [0, size) */
  guint64 size;
  guint64 block; /* leases end on multiples of this where they can */
  guint64 counts[FIL_SEGMENT_N_STATES];
};

typedef gboolean (*FilSegmentMatches) (const FilSegment *segment, guint32 owner);

static inline FilSegment *
_fil_segment_map_at (const FilSegmentMap *self,
                     guint i)
{
  return &g_array_index (self->segments, FilSegment, i);
}

guint _fil_segment_map_find (const FilSegmentMap *self, guint64 offset);
void _fil_segment_map_assign (FilSegmentMap *self, FilRange range, FilSegmentMatches matches, guint32 whose,
                              FilSegmentState state, guint32 owner);

G_END_DECLS
