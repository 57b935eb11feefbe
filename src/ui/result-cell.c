/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-cell.h"

#include "context-menu.h"
#include "file-kinds.h"
#include "formatting.h"

#include <glib/gi18n.h>

/* A cell of the table. The row behind it holds no item, so the cell does. */
typedef struct
{
  GtkListItem *list_item; /* unowned: has this as data */
  FilResultSort column;
  GtkTreeExpander *expander; /* first column only */
  GtkImage *icon;            /* first column and reach */
  GtkLabel *label;
  GtkLabel *subtitle;        /* first column only */
  FilResultItem *item;
  gulong changed_id;
} Cell;

/**
 * fil_result_describe_state:
 *
 * Returns: (transfer none): what this machine has of the file, "" for nothing
 */
const char *
fil_result_describe_state (const FilResultFacts *facts)
{
  if (facts->in_library)
    return _("✓ In your library");
  return facts->download > 0 ? _("Downloading") : "";
}

static char *
describe_source (const FilResultFacts *facts)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *hops = NULL;

  fil_format_join (line, facts->address);
  fil_format_join (line, facts->vendor);
  if (facts->hops > 0)
    {
      hops = g_strdup_printf (ngettext ("%d hop away", "%d hops away", (gulong) facts->hops), (int) facts->hops);
      fil_format_join (line, hops);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* One line with what the other columns say, for narrow windows. */
static char *
describe_file (const FilResultFacts *facts)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *size = fil_format_size (facts->size);
  g_autofree char *sources =
      g_strdup_printf (ngettext ("%u source", "%u sources", facts->sources), facts->sources);

  fil_format_join (line, fil_result_describe_state (facts));
  fil_format_join (line, size);
  fil_format_join (line, sources);
  fil_format_join (line, fil_reach_to_word (facts->reach));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static gboolean
is_narrow (Cell *cell)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (cell->expander), GTK_TYPE_COLUMN_VIEW);

  return view != NULL && gtk_widget_has_css_class (view, "narrow");
}

static void
show_name (Cell *cell,
           const FilResultFacts *facts)
{
  gboolean is_group = fil_result_item_is_group (cell->item);
  g_autofree char *subtitle = is_group ? describe_file (facts) : describe_source (facts);

  gtk_image_set_from_icon_name (cell->icon, is_group ? fil_kind_to_icon (facts->kind) : fil_reach_to_icon (facts->reach));
  gtk_label_set_label (cell->label, facts->name);
  gtk_label_set_label (cell->subtitle, subtitle);
  gtk_widget_set_visible (GTK_WIDGET (cell->subtitle), !is_group || is_narrow (cell));
}

static void
show_reach (Cell *cell,
            const FilResultFacts *facts)
{
  gtk_image_set_from_icon_name (cell->icon, fil_reach_to_icon (facts->reach));
  gtk_label_set_label (cell->label, fil_reach_to_word (facts->reach));
}

static void
show_number (Cell *cell,
             gint64 number)
{
  g_autofree char *text = fil_format_number (number);

  gtk_label_set_label (cell->label, text);
}

static void
show_size (Cell *cell,
           gint64 bytes)
{
  g_autofree char *text = fil_format_size (bytes);

  gtk_label_set_label (cell->label, text);
}

static void
update (Cell *cell)
{
  const FilResultFacts *facts = fil_result_item_get_facts (cell->item);
  gboolean is_group = fil_result_item_is_group (cell->item);

  switch (cell->column)
    {
    case FIL_SORT_NAME:
      show_name (cell, facts);
      break;
    case FIL_SORT_KIND:
      gtk_label_set_label (cell->label, is_group ? fil_kind_to_word (facts->kind) : "");
      break;
    case FIL_SORT_SIZE:
      show_size (cell, facts->size);
      break;
    case FIL_SORT_SOURCES:
      show_number (cell, facts->sources);
      break;
    case FIL_SORT_REACH:
      show_reach (cell, facts);
      break;
    case FIL_SORT_STATE:
    case FIL_SORT_BEST:
    default:
      gtk_label_set_label (cell->label, is_group ? fil_result_describe_state (facts) : "");
      break;
    }
}

/**
 * fil_result_make_magnet:
 *
 * Returns: (transfer full) (nullable): a link to the file, NULL when its hash is unknown
 */
char *
fil_result_make_magnet (const FilResultFacts *facts)
{
  g_autofree char *name = NULL;

  if (facts->sha1 == NULL)
    return NULL;
  name = g_uri_escape_string (facts->name, NULL, FALSE);
  return g_strdup_printf ("magnet:?xt=urn:sha1:%s&dn=%s&xl=%" G_GINT64_FORMAT, facts->sha1, name, facts->size);
}

/**
 * fil_result_menu_new:
 *
 * Returns: (transfer full): what can be done with a result
 */
GMenuModel *
fil_result_menu_new (FilResultItem *item)
{
  const FilResultFacts *facts = fil_result_item_get_facts (item);
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();
  g_autofree char *magnet = fil_result_make_magnet (facts);

  if (facts->download > 0)
    fil_menu_add (menu, _("Show the Download"), "win.page", g_variant_new_string ("transfers"));
  else
    fil_menu_add (menu, _("Download"), "win.download", g_variant_new_int64 (facts->best_id));
  if (facts->address != NULL)
    fil_menu_add (more, _("See All Files of This Host"), "win.browse", g_variant_new_string (facts->address));
  if (magnet != NULL)
    fil_menu_add (more, _("Copy Link"), "win.copy", g_variant_new_string (magnet));
  fil_menu_add (more, _("Copy Name"), "win.copy", g_variant_new_string (facts->name));
  if (facts->address != NULL)
    fil_menu_add (more, _("Never Talk to This Host"), "win.ban", g_variant_new_string (facts->address));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  return G_MENU_MODEL (menu);
}

/**
 * fil_result_cell_find_item:
 * @widget: (nullable): something inside the table
 *
 * Returns: (transfer none) (nullable): the item of the cell around it
 */
FilResultItem *
fil_result_cell_find_item (GtkWidget *widget)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    {
      Cell *cell = g_object_get_data (G_OBJECT (widget), "fil-cell");

      if (cell != NULL)
        return cell->item;
    }
  return NULL;
}

static void
setup_name (Cell *cell)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  cell->icon = GTK_IMAGE (gtk_image_new ());
  cell->subtitle = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (cell->subtitle), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (cell->subtitle), "dim-label");
  gtk_label_set_ellipsize (cell->subtitle, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (cell->subtitle, 0);
  gtk_label_set_ellipsize (cell->label, PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (lines), GTK_WIDGET (cell->label));
  gtk_box_append (GTK_BOX (lines), GTK_WIDGET (cell->subtitle));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (cell->icon));
  gtk_box_append (GTK_BOX (box), lines);
  cell->expander = GTK_TREE_EXPANDER (gtk_tree_expander_new ());
  gtk_tree_expander_set_child (cell->expander, box);
  gtk_list_item_set_child (cell->list_item, GTK_WIDGET (cell->expander));
}

static void
setup_reach (Cell *cell)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  cell->icon = GTK_IMAGE (gtk_image_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (cell->icon));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (cell->label));
  gtk_list_item_set_child (cell->list_item, box);
}

/* Asked for when it is shown: to set a tooltip costs a round trip to the X server, thousands a second while
 * results arrive. */
static gboolean
query_tooltip_cb (GtkWidget *widget,
                  int x,
                  int y,
                  gboolean is_keyboard,
                  GtkTooltip *tooltip,
                  Cell *cell)
{
  const FilResultFacts *facts = cell->item != NULL ? fil_result_item_get_facts (cell->item) : NULL;

  if (facts == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, cell->column == FIL_SORT_REACH ? fil_reach_to_sentence (facts->reach) : facts->name);
  return TRUE;
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem *list_item,
          gpointer column)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->list_item = list_item;
  cell->column = (FilResultSort) GPOINTER_TO_INT (column);
  cell->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (cell->label, 0);
  if (cell->column == FIL_SORT_NAME)
    setup_name (cell);
  else if (cell->column == FIL_SORT_REACH)
    setup_reach (cell);
  else
    gtk_list_item_set_child (list_item, GTK_WIDGET (cell->label));
  if (cell->column == FIL_SORT_SIZE || cell->column == FIL_SORT_SOURCES)
    {
      gtk_label_set_xalign (cell->label, 1);
      gtk_widget_add_css_class (GTK_WIDGET (cell->label), "numeric");
    }
  if (cell->column == FIL_SORT_NAME || cell->column == FIL_SORT_REACH)
    {
      gtk_widget_set_has_tooltip (gtk_list_item_get_child (list_item), TRUE);
      g_signal_connect (gtk_list_item_get_child (list_item), "query-tooltip", G_CALLBACK (query_tooltip_cb), cell);
    }
  g_object_set_data (G_OBJECT (gtk_list_item_get_child (list_item)), "fil-cell", cell);
  g_object_set_data_full (G_OBJECT (list_item), "fil-cell", cell, g_free);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem *list_item)
{
  Cell *cell = g_object_get_data (G_OBJECT (list_item), "fil-cell");
  GtkTreeListRow *row = gtk_list_item_get_item (list_item);

  cell->item = gtk_tree_list_row_get_item (row);
  cell->changed_id = g_signal_connect_swapped (cell->item, "changed", G_CALLBACK (update), cell);
  if (cell->expander != NULL)
    gtk_tree_expander_set_list_row (cell->expander, row);
  update (cell);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem *list_item)
{
  Cell *cell = g_object_get_data (G_OBJECT (list_item), "fil-cell");

  /* The expander keeps its row until it gets another: to clear it would unmake its arrow and indent. */
  g_clear_signal_handler (&cell->changed_id, cell->item);
  g_clear_object (&cell->item);
}

/**
 * fil_result_cell_factory_new:
 * @column: what the cells show, named as it is sorted by
 *
 * Returns: (transfer full): a factory for a column over a #GtkTreeListModel of #FilResultItem
 */
GtkListItemFactory *
fil_result_cell_factory_new (FilResultSort column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  return factory;
}
