/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "result-cell.h"
#include "result-slot.h"

G_BEGIN_DECLS

#define FIL_RESULT_CELL_INDENT 22 /* of those that offer a file; also what the arrow takes */

struct _FilResultCell
{
  GtkWidget parent;

  FilResultSort column;
  FilResultSlot *slot; /* the line it is a cell of */
  FilResultItem *item; /* what stands there */
  gulong changed_id;
  gboolean is_narrow;
  gboolean is_blank; /* nothing drawn, for it was out of sight */

  char *text;
  char *subtitle; /* NULL: one line */
  const char *icon_name;
  GtkIconPaintable *icon;
  PangoLayout *layout; /* made when it is drawn first */
  PangoLayout *subtitle_layout;
};

void _fil_result_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
void _fil_result_cell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                               int *minimum_baseline, int *natural_baseline);
void _fil_result_cell_forget_layouts (FilResultCell *self);

G_END_DECLS
