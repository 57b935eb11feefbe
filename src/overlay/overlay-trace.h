/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"

G_BEGIN_DECLS

/* One thing that happened to a request here. */
typedef struct
{
  gint64 time_us;     /* as the overlay was told */
  const char *what;   /* stable name: query-sent, hit-received, push-forwarded, push-dropped, … */
  FilEndpoint peer;   /* the neighbour, or family 0 */
  guint8 ttl;
  guint8 hops;
  const char *detail; /* constant text, or NULL */
} FilTraceRecord;

/**
 * FilOverlayTrace:
 *
 * The last requests that passed and what was done with each, by MUID (pushes: by servent GUID too), so
 * that every host on the way can show its part. Bounded: the oldest request goes first.
 */
typedef struct _FilOverlayTrace FilOverlayTrace;

FilOverlayTrace *fil_overlay_trace_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_overlay_trace_free (FilOverlayTrace *self);

void fil_overlay_trace_add (FilOverlayTrace *self, const FilGuid *muid, const FilTraceRecord *record);
const FilTraceRecord *fil_overlay_trace_get (FilOverlayTrace *self, const FilGuid *muid, guint *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilOverlayTrace, fil_overlay_trace_free)

G_END_DECLS
