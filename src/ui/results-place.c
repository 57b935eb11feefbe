/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-table-private.h"

#include "result-cell.h"
#include "result-slot.h"

/* The same file stays chosen and in sight, whatever comes in around it. */

static void
item_changed_cb (FilResultsTable *self)
{
  g_object_notify (G_OBJECT (self), "selected");
}

static void
set_selected (FilResultsTable *self,
              FilResultItem *item)
{
  if (self->selected == item)
    return;
  if (self->selected != NULL)
    g_signal_handlers_disconnect_by_func (self->selected, item_changed_cb, self);
  g_set_object (&self->selected, item);
  if (item != NULL)
    g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  item_changed_cb (self);
}

void
_fil_results_table_selection_cb (FilResultsTable *self)
{
  FilResultSlot *slot = gtk_single_selection_get_selected_item (self->selection);

  if (!self->is_following)
    set_selected (self, slot != NULL ? fil_result_slot_get_item (slot) : NULL);
}

static void
select_line (FilResultsTable *self,
             guint line)
{
  self->is_following = TRUE;
  gtk_single_selection_set_selected (self->selection, line);
  self->is_following = FALSE;
}

static GtkWidget *
find_selected_row (FilResultsTable *self,
                   GtkWidget *widget)
{
  FilResultCell *cell;
  GtkWidget *found = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      cell = fil_result_cell_find (child);
      if (cell == NULL)
        found = find_selected_row (self, child);
      else if (fil_result_cell_get_item (cell) == self->selected)
        return widget;
      else
        return NULL;
    }
  return found;
}

/* The row that shows what is chosen; NULL if it is out of sight. */
GtkWidget *
_fil_results_table_find_selected_row (FilResultsTable *self)
{
  return self->selected != NULL ? find_selected_row (self, GTK_WIDGET (self->view)) : NULL;
}

static gboolean
focus_cb (gpointer data)
{
  FilResultsTable *self = data;
  GtkWidget *row = _fil_results_table_find_selected_row (self);

  self->focus_id = 0;
  if (row != NULL && gtk_widget_get_focus_child (GTK_WIDGET (self->view)) != NULL)
    gtk_widget_grab_focus (row);
  return G_SOURCE_REMOVE;
}

/* The same file stays chosen, and where the keyboard is. To focus a row scrolls to it, so that waits until all
 * rows are in their places. */
static void
follow_selected (FilResultsTable *self)
{
  guint line;

  if (!fil_result_lines_find (self->lines, self->selected, &line))
    {
      select_line (self, GTK_INVALID_LIST_POSITION);
      set_selected (self, NULL);
      return;
    }
  if (gtk_single_selection_get_selected (self->selection) == line)
    return;
  select_line (self, line);
  if (self->focus_id == 0 && gtk_widget_get_focus_child (GTK_WIDGET (self->view)) != NULL)
    self->focus_id = g_idle_add (focus_cb, self);
}

/* Remembers what is read. */
void
_fil_results_table_note_top (FilResultsTable *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  guint n = self->lines != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->lines)) : 0;
  double value = gtk_adjustment_get_value (adjustment);

  g_clear_object (&self->top);
  if (value <= 0 || n == 0)
    return;
  self->line_height = gtk_adjustment_get_upper (adjustment) / n;
  self->top_line = (guint) ((value + 1) / self->line_height);
  self->top = g_list_model_get_item (G_LIST_MODEL (self->lines), self->top_line);
}

/* Who has scrolled down reads on at the same file, whatever comes in above it. */
static void
keep_place (FilResultsTable *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  double moved;
  guint line;

  if (self->top == NULL || !fil_result_lines_find (self->lines, self->top, &line) || line == self->top_line)
    return;
  moved = ((double) line - (double) self->top_line) * self->line_height;
  self->top_line = line;
  gtk_adjustment_set_upper (adjustment,
                            self->line_height * g_list_model_get_n_items (G_LIST_MODEL (self->lines)));
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + moved);
}

void
_fil_results_table_lines_changed_cb (FilResultsTable *self)
{
  if (self->selected != NULL)
    follow_selected (self);
  keep_place (self);
}
