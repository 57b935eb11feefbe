/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "ggep.h"
#include "packed-hosts.h"
#include "query-hit.h"
#include "urn.h"
#include "wire-limits.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_HIT_COMPLETE,
  FIL_HIT_PARTIAL, /* PRU or PR0..PR4: only a part is there yet */
} FilHitCompleteness;

/**
 * FilHitRecord:
 *
 * One file of a hit. Slices are borrowed; read as UTF-8 after a test, names come from strangers.
 */
typedef struct
{
  guint32 index;
  guint64 size;          /* bytes, LF included */
  FilSlice name;         /* valid UTF-8, not empty */
  FilUrn urn;            /* SHA-1 and tree root as far as given */
  gint64 created_s;      /* CT, unix seconds; 0: not given */
  FilHitCompleteness completeness;
  guint64 available;     /* PRU: bytes that are there; 0: not given */
  guint32 partial_stamp_s; /* PRU: when that was so, unix seconds; 0: not given */
  FilSlice path;         /* PATH */
  FilSlice extensions;   /* all between the two NULs */
  FilGgep ggep;
  const FilHost *alts;   /* for writing only; read with fil_hit_record_alts() */
  guint n_alts;
} FilHitRecord;

/* Walks the records of a hit; ends at the first that is broken (@broken) or after the announced number. */
typedef struct
{
  FilReader rest;
  guint left;
  gboolean broken;
} FilHitIter;

FilHitIter fil_hit_iter (const FilQueryHit *hit);
gboolean fil_hit_iter_next (FilHitIter *iter, FilHitRecord *record);
gboolean fil_hit_iter_skip (FilHitIter *iter);
guint fil_hit_record_alts (const FilHitRecord *record, FilHost *out, guint max);
void fil_hit_record_write (const FilHitRecord *record, gboolean ggep_h, FilWriter *out);

G_END_DECLS
