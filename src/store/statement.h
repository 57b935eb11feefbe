/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilStatement:
 *
 * A prepared statement. It belongs to its connection, which hands it out again for the same text:
 * do not use one text twice at the same time. Binding errors are kept and told by the next step.
 */
typedef struct _FilStatement FilStatement;

/* Parameters count from 1. The bytes are borrowed until the statement is prepared again. */
void fil_statement_bind_int (FilStatement *self, int index, gint64 value);
void fil_statement_bind_text (FilStatement *self, int index, const char *text);
void fil_statement_bind_blob (FilStatement *self, int index, const void *bytes, gsize len);

gboolean fil_statement_step (FilStatement *self, gboolean *has_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_statement_run (FilStatement *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Columns count from 0 and are valid until the next step. */
gint64 fil_statement_int (FilStatement *self, int column);
const char *fil_statement_text (FilStatement *self, int column);
const guint8 *fil_statement_blob (FilStatement *self, int column, gsize *len);
gboolean fil_statement_copy_blob (FilStatement *self, int column, void *out, gsize len);

G_END_DECLS
