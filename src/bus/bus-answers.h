/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "node.h"

G_BEGIN_DECLS

GVariant *fil_bus_preview_row (const FilSharePreview *preview) G_GNUC_WARN_UNUSED_RESULT;

GVariant *fil_bus_library_rows (FilNode *node, const char *words, guint offset, guint max)
    G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_removed_rows (const FilRemovedInfo *infos, guint n_infos) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_beginning_row (gint64 id, const char *path) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_history_rows (FilNode *node, const char *words, guint max) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_trace_rows (FilNode *node, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_download_source_rows (FilNode *node, gint64 id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_doctor_rows (FilNode *node) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_bus_setting_rows (FilNode *node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
