/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "row.h"

#include "schema.h"

G_BEGIN_DECLS

/**
 * FilRowTable:
 *
 * The rows of one list by id, as they travelled, and the #FilRow objects that somebody holds of them. A
 * round is one catching-up with the node: rows that the newest one has not touched are old.
 */
typedef struct _FilRowTable FilRowTable;

FilRowTable *fil_row_table_new (const FilSchema *schema) G_GNUC_WARN_UNUSED_RESULT;
void fil_row_table_free (FilRowTable *self);

guint fil_row_table_get_n (const FilRowTable *self);
gboolean fil_row_table_find (const FilRowTable *self, gint64 id, guint *position);
gint64 fil_row_table_get_id (const FilRowTable *self, guint position);
gint64 fil_row_table_read_id (const FilRowTable *self, GVariant *row);
GVariant *fil_row_table_peek (const FilRowTable *self, guint position);
FilRow *fil_row_table_dup_row (FilRowTable *self, guint position) G_GNUC_WARN_UNUSED_RESULT;

gboolean fil_row_table_update (FilRowTable *self, guint position, GVariant *row);
void fil_row_table_insert (FilRowTable *self, guint position, GVariant *const *rows, guint n);
void fil_row_table_remove (FilRowTable *self, guint position, guint n);

void fil_row_table_begin_round (FilRowTable *self);
gboolean fil_row_table_is_old (const FilRowTable *self, guint position);

G_END_DECLS
