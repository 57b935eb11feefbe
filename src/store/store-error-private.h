/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "store-error.h"

G_BEGIN_DECLS

void _fil_store_set_error (GError **error, sqlite3 *db, int code, const char *path);

G_END_DECLS
