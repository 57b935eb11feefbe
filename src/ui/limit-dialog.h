/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "row.h"

#include <adwaita.h>

G_BEGIN_DECLS

gint64 fil_limit_dialog_first (FilRow *transfer, gint64 last);
void fil_limit_dialog_present (GtkWindow *parent, FilRow *transfer, gint64 last);

G_END_DECLS
