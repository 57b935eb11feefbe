/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "reader.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/**
 * FilQueryHit:
 *
 * messages.md §5, as far as routing needs it: the fixed parts at both ends. Records come one by one
 * from a FilHitIter (hit-record.h), what stands behind them from fil_hit_trailer_parse().
 */
typedef struct
{
  guint8 n_records;     /* as announced */
  FilEndpoint endpoint; /* IPv4; family 0 and the port alone when the sender has none */
  guint32 speed_kbps;
  FilSlice body;        /* records and trailer */
  FilGuid servent;
} FilQueryHit;

gboolean fil_query_hit_decode (FilQueryHit *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_query_hit_encode (const FilQueryHit *self, FilWriter *out);

G_END_DECLS
