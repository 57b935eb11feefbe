/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "route-table.h"

G_BEGIN_DECLS

/**
 * FilRouteReceiver:
 *
 * Follows the RESET and PATCH messages of one link and holds its last whole table. Knows no wire:
 * who calls it reads the fields and inflates. After FALSE the link deserves a Bye 413 with the reason
 * as its text, and the receiver takes no more.
 *
 * For each PATCH: begin_patch(), then data() with what the message inflates to (any number of calls),
 * then end_patch().
 */
typedef struct _FilRouteReceiver FilRouteReceiver;

FilRouteReceiver *fil_route_receiver_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_route_receiver_free (FilRouteReceiver *self);

gboolean fil_route_receiver_reset (FilRouteReceiver *self, guint32 slots, guint infinity, const char **reason)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_route_receiver_begin_patch (FilRouteReceiver *self, guint number, guint count, guint compressor,
                                         guint entry_bits, const char **reason) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_route_receiver_data (FilRouteReceiver *self, const guint8 *raw, gsize len, const char **reason)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_route_receiver_end_patch (FilRouteReceiver *self, gboolean *is_complete, const char **reason)
    G_GNUC_WARN_UNUSED_RESULT;

gsize fil_route_receiver_missing (const FilRouteReceiver *self);
FilRouteTable *fil_route_receiver_table (const FilRouteReceiver *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRouteReceiver, fil_route_receiver_free)

G_END_DECLS
