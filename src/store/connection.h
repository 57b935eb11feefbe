/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "statement.h"

G_BEGIN_DECLS

/* Bytes that the log of changes has on the disk from the beginning. */
#define FIL_CONNECTION_RESERVE (256 * 1024)

/**
 * FilConnection:
 *
 * An open SQLite file with its prepared statements, bound to the thread that opened it.
 */
typedef struct _FilConnection FilConnection;

FilConnection *fil_connection_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_connection_free (FilConnection *self);

FilStatement *fil_connection_prepare (FilConnection *self, const char *sql, GError **error);
gboolean fil_connection_exec (FilConnection *self, const char *sql, GError **error);
gboolean fil_connection_get_int (FilConnection *self, const char *sql, gint64 *value, GError **error);
gboolean fil_connection_copy_to (FilConnection *self, const char *path, GError **error);
gboolean fil_connection_empty_log (FilConnection *self, GError **error);
gboolean fil_connection_check (FilConnection *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilConnection, fil_connection_free)

G_END_DECLS
