/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "list-model.h"
#include "row-table.h"

G_BEGIN_DECLS

struct _FilListModel
{
  GObject parent_instance;

  FilClient *client;
  const FilSchema *schema;
  gint64 scope;
  FilRowTable *rows;
  GVariant *answer;  /* waits for its turn to be applied */
  guint apply_id;
  GCancellable *cancellable;
  guint64 since;
  gboolean is_sweeping; /* rows of older rounds go when this one is complete */
  gboolean is_asking;   /* a call or its answer is under way */
  gboolean is_stale;    /* the list has changed meanwhile */
  gboolean is_loaded;
};

void _fil_list_model_row_updated (FilListModel *self, guint position);
void _fil_list_model_row_removed (FilListModel *self, gint64 id);

void _fil_list_model_start_over (FilListModel *self);
void _fil_list_model_clear (FilListModel *self);
void _fil_list_model_merge (FilListModel *self, GVariant *removed, GVariant *rows, gboolean is_complete);

G_END_DECLS
