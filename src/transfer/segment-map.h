/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "byte-range.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_SEGMENT_FREE,
  FIL_SEGMENT_LEASED,   /* somebody is fetching it */
  FIL_SEGMENT_WRITTEN,  /* on disk, not proved */
  FIL_SEGMENT_VERIFIED, /* proved by a hash; never overwritten */
} FilSegmentState;

/* Nobody in particular. */
#define FIL_SEGMENT_NOBODY 0

typedef struct
{
  FilRange range;
  FilSegmentState state;
  guint32 owner; /* the source that fetches or delivered it */
} FilSegment;

/**
 * FilSegmentMap:
 *
 * Which bytes of a file are missing, on their way, on disk or proved, and who they came from. The
 * segments cover the file without gap or overlap; neighbours that agree are merged.
 */
typedef struct _FilSegmentMap FilSegmentMap;

FilSegmentMap *fil_segment_map_new (guint64 size) G_GNUC_WARN_UNUSED_RESULT;
void fil_segment_map_free (FilSegmentMap *self);
char *fil_segment_map_to_text (const FilSegmentMap *self, FilSegmentState least) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_segment_map_mark_text (FilSegmentMap *self, const char *text, FilSegmentState state);

void fil_segment_map_set_block (FilSegmentMap *self, guint64 block);
guint64 fil_segment_map_size (const FilSegmentMap *self);
guint64 fil_segment_map_count (const FilSegmentMap *self, FilSegmentState state);
guint64 fil_segment_map_missing (const FilSegmentMap *self);
gboolean fil_segment_map_is_complete (const FilSegmentMap *self);
void fil_segment_map_sample (const FilSegmentMap *self, guint8 *cells, guint n_cells);
const FilSegment *fil_segment_map_segments (const FilSegmentMap *self, guint *n);
guint64 fil_segment_map_prefix (const FilSegmentMap *self, FilSegmentState least);
gboolean fil_segment_map_is (const FilSegmentMap *self, FilRange range, FilSegmentState least);
guint fil_segment_map_pieces (const FilSegmentMap *self, FilRange range, FilSegment *out, guint max);
guint64 fil_segment_map_credit (const FilSegmentMap *self, guint32 owner);

gboolean fil_segment_map_lease (FilSegmentMap *self, guint32 owner, guint64 most, guint64 near,
                                const GArray *available, FilRange *lease) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_segment_map_lease_at (FilSegmentMap *self, guint32 owner, guint64 start, guint64 most,
                                   FilRange *lease) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_segment_map_has_free (const FilSegmentMap *self, const GArray *available);
void fil_segment_map_mark (FilSegmentMap *self, FilRange range, FilSegmentState state);
void fil_segment_map_release (FilSegmentMap *self, FilRange range);
gboolean fil_segment_map_found (FilSegmentMap *self, FilRange range) G_GNUC_WARN_UNUSED_RESULT;
void fil_segment_map_written (FilSegmentMap *self, FilRange range, guint32 owner);
void fil_segment_map_verified (FilSegmentMap *self, FilRange range);
void fil_segment_map_doubt (FilSegmentMap *self);
void fil_segment_map_forget (FilSegmentMap *self, FilRange range);
void fil_segment_map_forget_others (FilSegmentMap *self, guint32 owner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSegmentMap, fil_segment_map_free)

G_END_DECLS
