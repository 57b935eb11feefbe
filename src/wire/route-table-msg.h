/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_ROUTE_TABLE_RESET = 0,
  FIL_ROUTE_TABLE_PATCH = 1,
} FilRouteTableVariant;

#define FIL_ROUTE_PATCH_PLAIN 0
#define FIL_ROUTE_PATCH_DEFLATE 1

/**
 * FilRouteTableMsg:
 *
 * messages.md §8: RESET announces a table, PATCH carries a piece of it. Whether the pieces make a
 * sequence is for the receiver's table to judge.
 */
typedef struct
{
  FilRouteTableVariant variant;

  guint32 slots;     /* RESET: a power of two */
  guint8 infinity;   /* RESET: at least 1 */

  guint8 number;     /* PATCH: from 1... */
  guint8 count;      /* ...to this */
  guint8 compressor; /* FIL_ROUTE_PATCH_... */
  guint8 bits;       /* 1, 2, 4 or 8 an entry; never send 1 (peers.md) */
  FilSlice data;     /* borrowed; one zlib stream spans the sequence */
} FilRouteTableMsg;

gboolean fil_route_table_msg_decode (FilRouteTableMsg *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_route_table_msg_encode (const FilRouteTableMsg *self, FilWriter *out);

G_END_DECLS
