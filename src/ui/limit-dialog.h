/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "row.h"

#include <adwaita.h>

G_BEGIN_DECLS

void fil_limit_dialog_present (GtkWindow *parent, FilRow *download);

G_END_DECLS
