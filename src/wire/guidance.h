/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "vendor.h"

G_BEGIN_DECLS

/* BEAR/4: "send me only queries with hops below this"; 0 means none. */
typedef struct
{
  guint8 hops;
} FilHopsFlow;

#define FIL_QUERY_STATUS_STOP 0xffff

/* BEAR/12: how many hits a leaf has kept. BEAR/11, the question, has no body. The MUID is the query's. */
typedef struct
{
  guint16 hits;
} FilQueryStatus;

/* LIME/25: changed handshake headers as Java properties. */
typedef struct
{
  FilSlice text;
} FilHeaderUpdate;

gboolean fil_hops_flow_decode (FilHopsFlow *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_hops_flow_encode (const FilHopsFlow *self, guint16 version, FilWriter *out);
gboolean fil_query_status_decode (FilQueryStatus *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_query_status_encode (const FilQueryStatus *self, guint16 version, FilWriter *out);
gboolean fil_header_update_decode (FilHeaderUpdate *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_header_update_encode (const FilHeaderUpdate *self, guint16 version, FilWriter *out);
void fil_header_update_write (FilWriter *out, const char *name, const char *value);
char *fil_header_update_value (const FilHeaderUpdate *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
