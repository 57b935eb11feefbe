/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "result-group.h"

G_BEGIN_DECLS

/**
 * FilResultsModel:
 *
 * The results of one search as a person reads them: a #GListModel of #FilResultItem, one for each file
 * (rows with the same SHA-1), sorted and filtered inside. Objects are made when somebody asks and stay as
 * long as their file.
 *
 * Rows are put and removed at will; nothing is seen before fil_results_model_commit(), which emits one
 * items-changed for the smallest range with all that moved.
 *
 * Property "n-results" (notified by a commit): all results, hidden ones too.
 */
#define FIL_TYPE_RESULTS_MODEL (fil_results_model_get_type ())
G_DECLARE_FINAL_TYPE (FilResultsModel, fil_results_model, FIL, RESULTS_MODEL, GObject)

FilResultsModel *fil_results_model_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_results_model_put (FilResultsModel *self, GVariant *row);
void fil_results_model_remove (FilResultsModel *self, gint64 id);
void fil_results_model_commit (FilResultsModel *self);
gboolean fil_results_model_commit_some (FilResultsModel *self, guint max_files);

void fil_results_model_set_sort (FilResultsModel *self, FilResultSort sort, gboolean is_descending);
void fil_results_model_set_kinds (FilResultsModel *self, guint kind_bits);
void fil_results_model_set_text (FilResultsModel *self, const char *text);
gboolean fil_results_model_find (FilResultsModel *self, FilResultItem *item, guint *position);

guint fil_results_model_get_n_results (FilResultsModel *self);
guint fil_results_model_get_n_hidden (FilResultsModel *self);

G_END_DECLS
