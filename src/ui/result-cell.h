/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "result-group.h"

G_BEGIN_DECLS

/**
 * FilResultCell:
 *
 * One cell of the results. It draws its icon and words itself: boxes and labels in 1,200 cells (GTK 4.8
 * keeps 200 rows made) had to be measured and laid out at every change, and took most of each frame.
 */
#define FIL_TYPE_RESULT_CELL (fil_result_cell_get_type ())
G_DECLARE_FINAL_TYPE (FilResultCell, fil_result_cell, FIL, RESULT_CELL, GtkWidget)

GtkListItemFactory *fil_result_cell_factory_new (FilResultSort column) G_GNUC_WARN_UNUSED_RESULT;
FilResultItem *fil_result_cell_get_item (FilResultCell *self);
FilResultCell *fil_result_cell_find (GtkWidget *widget);
gboolean fil_result_cell_is_arrow (FilResultCell *self, double x);
void fil_result_cells_come_into_sight (GtkWidget *widget);

G_END_DECLS
