/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"
#include "migrations.h"

G_BEGIN_DECLS

FilDatabase *_fil_database_open_schema (const char *path, const FilSchema *schema, GError **error);

G_END_DECLS
