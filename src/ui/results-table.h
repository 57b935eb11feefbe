/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "results-model.h"

G_BEGIN_DECLS

/**
 * FilResultsTable:
 *
 * The table of results: lines that open to show who has the file, columns that sort. When narrow, one
 * column of two lines. Enter and double click download.
 *
 * Property "selected": notified when another line is chosen, or the chosen one has changed.
 */
#define FIL_TYPE_RESULTS_TABLE (fil_results_table_get_type ())
G_DECLARE_FINAL_TYPE (FilResultsTable, fil_results_table, FIL, RESULTS_TABLE, GtkWidget)

void fil_results_table_set_model (FilResultsTable *self, FilResultsModel *model);
void fil_results_table_set_narrow (FilResultsTable *self, gboolean is_narrow);
gboolean fil_results_table_focus (FilResultsTable *self);
FilResultItem *fil_results_table_dup_selected (FilResultsTable *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
