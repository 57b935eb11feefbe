/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "statement.h"

G_BEGIN_DECLS

FilStatement *_fil_statement_new (sqlite3 *db, const char *path, const char *sql, GError **error);
void _fil_statement_free (FilStatement *self);
void _fil_statement_reset (FilStatement *self);

G_END_DECLS
