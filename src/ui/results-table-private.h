/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "result-lines.h"
#include "results-table.h"

G_BEGIN_DECLS

struct _FilResultsTable
{
  GtkWidget parent;

  GtkWidget *scroller;
  GtkColumnView *view;
  GtkColumnViewColumn *name;
  GtkColumnViewColumn *kind;
  GtkColumnViewColumn *size;
  GtkColumnViewColumn *sources;
  GtkColumnViewColumn *reach;
  GtkColumnViewColumn *state;

  FilResultsModel *model;
  FilResultLines *lines;
  GtkSingleSelection *selection;
  FilResultItem *selected; /* what was chosen, wherever it stands by now */
  gboolean is_following;
  FilResultItem *top; /* what the first line in sight shows, NULL when that is the very first */
  guint top_line;
  double line_height;
  guint focus_id;
  gboolean wants_narrow;
  double arranged_scale;
  guint arrange_id;

  FilResultSort probed; /* the column whose sorter was asked first */
};

void _fil_results_table_selection_cb (FilResultsTable *self);
void _fil_results_table_lines_changed_cb (FilResultsTable *self);
GtkWidget *_fil_results_table_find_selected_row (FilResultsTable *self);
void _fil_results_table_note_top (FilResultsTable *self);

G_END_DECLS
