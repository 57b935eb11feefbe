/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "row-columns.h"

#include "context-menu.h"

/* What a column was made of; lives as long as its factory. */
typedef struct
{
  FilRowTextFunc text;
  FilRowMenuFunc menu;
  gboolean is_number;
} Column;

static Column *
column_of (GtkListItem *list_item)
{
  return g_object_get_data (G_OBJECT (list_item), "fil-column");
}

static void
update (GtkListItem *list_item)
{
  g_autofree char *text = column_of (list_item)->text (gtk_list_item_get_item (list_item));
  GtkLabel *label = GTK_LABEL (gtk_list_item_get_child (list_item));

  gtk_label_set_label (label, text != NULL ? text : "");
}

static GMenuModel *
make_menu (GtkWidget *widget,
           gpointer data)
{
  GtkListItem *list_item = data;
  FilRow *row = gtk_list_item_get_item (list_item);
  Column *column = column_of (list_item);

  return row != NULL && column->menu != NULL ? column->menu (row) : NULL;
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem *list_item,
          gpointer data)
{
  Column *column = data;
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), column->is_number ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  if (column->is_number)
    gtk_widget_add_css_class (label, "numeric");
  g_object_set_data (G_OBJECT (list_item), "fil-column", column);
  fil_context_menu_attach (label, make_menu, list_item);
  gtk_list_item_set_child (list_item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem *list_item)
{
  GObject *row = gtk_list_item_get_item (list_item);
  gulong id = g_signal_connect_swapped (row, "notify::variant", G_CALLBACK (update), list_item);

  g_object_set_data (G_OBJECT (list_item), "fil-handler", GSIZE_TO_POINTER (id));
  update (list_item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem *list_item)
{
  gulong id = GPOINTER_TO_SIZE (g_object_steal_data (G_OBJECT (list_item), "fil-handler"));

  g_signal_handler_disconnect (gtk_list_item_get_item (list_item), id);
}

static void
free_column (gpointer column,
             GClosure *closure)
{
  g_free (column);
}

/**
 * fil_row_column_add:
 * @text: (scope forever): what the cells say
 * @width: in pixels; 0 takes what the others leave; negative: numbers, that wide
 * @menu: (nullable) (scope forever): their context menu
 *
 * Appends a column to a view over a model of #FilRow; its cells follow their rows.
 *
 * Returns: (transfer full): the column
 */
GtkColumnViewColumn *
fil_row_column_add (GtkColumnView *view,
                    const char *title,
                    FilRowTextFunc text,
                    int width,
                    FilRowMenuFunc menu)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made;
  Column *column = g_new0 (Column, 1);

  column->text = text;
  column->menu = menu;
  column->is_number = width < 0;
  g_signal_connect_data (factory, "setup", G_CALLBACK (setup_cb), column, free_column, 0);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);

  made = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (made, TRUE);
  if (width == 0)
    gtk_column_view_column_set_expand (made, TRUE);
  else
    gtk_column_view_column_set_fixed_width (made, ABS (width));
  gtk_column_view_append_column (view, made);
  return made;
}

/**
 * fil_columns_arrange:
 * @columns: all columns there are, in their order; somebody holds them
 * @shown_bits: bit i for columns[i]
 *
 * Shows some columns and takes the others out. (A column view of GTK 4.8 keeps room for columns that are
 * only invisible.)
 */
void
fil_columns_arrange (GtkColumnView *view,
                     GtkColumnViewColumn *const *columns,
                     guint n_columns,
                     guint shown_bits)
{
  for (guint i = 0; i < n_columns; i++)
    if (gtk_column_view_column_get_column_view (columns[i]) != NULL)
      gtk_column_view_remove_column (view, columns[i]);
  for (guint i = 0; i < n_columns; i++)
    if ((shown_bits & (1u << i)) != 0)
      gtk_column_view_append_column (view, columns[i]);
}
