/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "index-limits.h"
#include "query-hashes.h"

G_BEGIN_DECLS

/* Tells that a slot is absent. Receivers look at the sign of a patch only, and LimeWire uses this one. */
#define FIL_ROUTE_INFINITY 7

/* The only entry size that we send: 1-bit patches are ignored or broken elsewhere. */
#define FIL_ROUTE_ENTRY_BITS 4

/**
 * FilRouteTable:
 *
 * A query route table: which hashes of words somebody may answer to. It never changes, so links and
 * merges share it; see FilRouteTableBuilder and FilRouteReceiver for how one comes about.
 */
typedef struct _FilRouteTable FilRouteTable;

FilRouteTable *fil_route_table_new_empty (guint bits) G_GNUC_WARN_UNUSED_RESULT;
FilRouteTable *fil_route_table_new_merged (const FilRouteTable *const *tables, guint n_tables, guint max_bits)
    G_GNUC_WARN_UNUSED_RESULT;
FilRouteTable *fil_route_table_ref (FilRouteTable *self);
void fil_route_table_unref (FilRouteTable *self);

guint fil_route_table_bits (const FilRouteTable *self);
guint32 fil_route_table_slots (const FilRouteTable *self);
guint32 fil_route_table_n_set (const FilRouteTable *self);
double fil_route_table_fill (const FilRouteTable *self);
gboolean fil_route_table_get (const FilRouteTable *self, guint32 slot);
gboolean fil_route_table_equal (const FilRouteTable *a, const FilRouteTable *b);

gboolean fil_route_table_match (const FilRouteTable *self, const FilQueryHashes *hashes);

GBytes *fil_route_table_to_patch (const FilRouteTable *self, const FilRouteTable *base, guint infinity)
    G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRouteTable, fil_route_table_unref)

G_END_DECLS
