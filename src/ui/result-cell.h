/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "results-model.h"

G_BEGIN_DECLS

GtkListItemFactory *fil_result_cell_factory_new (FilResultSort column) G_GNUC_WARN_UNUSED_RESULT;
FilResultItem *fil_result_cell_find_item (GtkWidget *widget);
GMenuModel *fil_result_menu_new (FilResultItem *item) G_GNUC_WARN_UNUSED_RESULT;
char *fil_result_make_magnet (const FilResultFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
const char *fil_result_describe_state (const FilResultFacts *facts);

G_END_DECLS
