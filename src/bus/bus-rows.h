/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "node.h"
#include "row-builder.h"

G_BEGIN_DECLS

gboolean fil_bus_list_by_name (const char *name, FilList *list);
const char *fil_bus_list_name (FilList list);

GVariant *fil_bus_row (FilNode *node, FilList list, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_rows (FilNode *node, FilList list, GArray *ids) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_status_row (FilNode *node) G_GNUC_WARN_UNUSED_RESULT;

FilTri fil_bus_tri (FilVerdict verdict);
const char *fil_bus_reach_name (FilReach reach);

G_END_DECLS
