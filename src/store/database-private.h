/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"
#include "migrations.h"

G_BEGIN_DECLS

FilDatabase *_fil_database_open_schema (const char *path, const FilSchema *schema, GError **error);
void _fil_database_run_alone (FilDatabase *self, FilDatabaseFunc func, FilDatabaseDone done, gpointer data,
                              GDestroyNotify destroy);

G_END_DECLS
