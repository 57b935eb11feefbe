/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "history-table.h"

G_BEGIN_DECLS

gboolean _fil_history_table_clear_in (FilConnection *connection, GError **error);

G_END_DECLS
