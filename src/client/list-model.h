/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/* Rows asked for and applied in one turn, so that no turn of the main loop takes longer than 20 ms. */
#define FIL_LIST_MODEL_BATCH 200

/* Below drawing (GTK paints at 120): rows may come late, frames may not. */
#define FIL_LIST_MODEL_PRIORITY 200

/**
 * FilListModel:
 *
 * A GListModel of FilRow that follows one list of the node, in the order of ids. Objects are made when
 * somebody asks for an item and go when nobody holds them. New rows arrive as one items-changed per
 * contiguous run, the last run first; a row that changes keeps its object, which notifies.
 *
 * When the node goes the rows stay; when the client is attached again the model brings itself up to
 * date without becoming empty.
 *
 * Lists: searches, results (scope: the search's id), downloads, uploads, shares, peers, events.
 * Properties: "n-items" (notified once per batch), "loaded" (whether all rows of now have arrived).
 * Signals: "row-updated" (guint position) for a row that changed in place, also when no object of it
 * lives: a model that sorts or filters needs it. "row-removed" (gint64 id).
 */
#define FIL_TYPE_LIST_MODEL (fil_list_model_get_type ())
G_DECLARE_FINAL_TYPE (FilListModel, fil_list_model, FIL, LIST_MODEL, GObject)

FilListModel *fil_list_model_new (FilClient *client, const char *list, gint64 scope) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_list_model_is_loaded (FilListModel *self);
FilRow *fil_list_model_find (FilListModel *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_list_model_peek (FilListModel *self, guint position);
gint64 fil_list_model_get_id (FilListModel *self, guint position);

G_END_DECLS
