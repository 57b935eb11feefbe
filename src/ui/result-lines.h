/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "results-model.h"

G_BEGIN_DECLS

/**
 * FilResultLines:
 *
 * The lines of a #FilResultsModel with those that offer a file below it, where a person has opened it. A
 * #GListModel of #FilResultItem. A file stays open while it moves.
 */
#define FIL_TYPE_RESULT_LINES (fil_result_lines_get_type ())
G_DECLARE_FINAL_TYPE (FilResultLines, fil_result_lines, FIL, RESULT_LINES, GObject)

FilResultLines *fil_result_lines_new (FilResultsModel *results) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_result_lines_set_expanded (FilResultLines *self, FilResultItem *item, gboolean is_expanded);
gboolean fil_result_lines_find (FilResultLines *self, FilResultItem *item, guint *line);

G_END_DECLS
