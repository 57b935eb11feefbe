/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-table.h"

#include "context-menu.h"
#include "result-cell.h"
#include "row-columns.h"

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
  GtkTreeListModel *tree;
  GtkSingleSelection *selection;
  FilResultItem *selected; /* kept over a move of its line */
  gboolean is_restoring;

  FilResultSort probed; /* the column whose sorter was asked first */
};

G_DEFINE_FINAL_TYPE (FilResultsTable, fil_results_table, GTK_TYPE_WIDGET)

enum
{
  PROP_SELECTED = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

/* Before 4.10 a column view does not say by which column it sorts, so its sorter is asked to compare two
 * things, and the sorter of the column that is asked first leaves its name. */
static int
probe_cb (gconstpointer a,
          gconstpointer b,
          gpointer data)
{
  GtkColumnViewColumn *column = data;
  FilResultsTable *self = g_object_get_data (G_OBJECT (column), "fil-table");

  self->probed = (FilResultSort) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (column), "fil-sort"));
  return -1;
}

static void
sorter_changed_cb (FilResultsTable *self)
{
  GtkSorter *sorter = gtk_column_view_get_sorter (self->view);
  GtkOrdering order;

  self->probed = FIL_SORT_BEST;
  order = gtk_sorter_compare (sorter, self, self);
  fil_results_model_set_sort (self->model, self->probed, order == GTK_ORDERING_LARGER);
}

static void
activate_cb (FilResultsTable *self,
             guint position)
{
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->tree), position);
  g_autoptr (FilResultItem) item = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;
  const FilResultFacts *facts;

  if (item == NULL)
    return;
  facts = fil_result_item_get_facts (item);
  if (facts->download > 0)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "transfers");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.download", "x", facts->best_id);
}

static void
item_changed_cb (FilResultsTable *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SELECTED]);
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

static void
selection_cb (FilResultsTable *self)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr (FilResultItem) item = NULL;

  /* A line that moves is taken out first; what was chosen stays chosen. */
  if (row == NULL || self->is_restoring)
    return;
  item = gtk_tree_list_row_get_item (row);
  set_selected (self, item);
}

/* After a commit: puts the selection back on a line that has moved. */
static void
committed_cb (FilResultsTable *self)
{
  g_autoptr (GtkTreeListRow) row = NULL;
  guint position;

  if (self->selected == NULL || !fil_result_item_is_group (self->selected) ||
      gtk_single_selection_get_selected (self->selection) != GTK_INVALID_LIST_POSITION)
    return;
  if (!fil_results_model_find (self->model, self->selected, &position))
    {
      set_selected (self, NULL);
      return;
    }
  row = gtk_tree_list_model_get_child_row (self->tree, position);
  if (row == NULL)
    return;
  self->is_restoring = TRUE;
  gtk_single_selection_set_selected (self->selection, gtk_tree_list_row_get_position (row));
  self->is_restoring = FALSE;
}

/* Always a model, also for one source: GTK asks once, and the members may grow. The model of results
 * replaces a line when it gets its second source. */
static GListModel *
make_members (gpointer data,
              gpointer user_data)
{
  FilResultItem *item = data;

  if (!fil_result_item_is_group (item) || fil_result_item_get_n_rows (item) < 2)
    return NULL;
  return fil_result_item_get_members (item);
}

/* One menu for all rows: controllers on every cell would make rows expensive. */
static GMenuModel *
make_menu (GtkWidget *widget,
           gpointer data)
{
  FilResultsTable *self = data;
  FilResultItem *item = self->selected;
  double x, y;

  if (fil_context_menu_get_point (widget, &x, &y))
    item = fil_result_cell_find_item (gtk_widget_pick (widget, x, y, GTK_PICK_DEFAULT));
  return item != NULL ? fil_result_menu_new (item) : NULL;
}

static void
fil_results_table_get_property (GObject *object,
                                guint id,
                                GValue *value,
                                GParamSpec *pspec)
{
  if (id == PROP_SELECTED)
    g_value_set_object (value, FIL_RESULTS_TABLE (object)->selected);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fil_results_table_dispose (GObject *object)
{
  FilResultsTable *self = FIL_RESULTS_TABLE (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->selected);
  g_clear_object (&self->selection);
  g_clear_object (&self->tree);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (fil_results_table_parent_class)->dispose (object);
}

static void
fil_results_table_class_init (FilResultsTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = fil_results_table_get_property;
  object_class->dispose = fil_results_table_dispose;
  props[PROP_SELECTED] = g_param_spec_object ("selected", NULL, NULL, FIL_TYPE_RESULT_ITEM,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/results-table.ui");
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, scroller);
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, view);
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, name);
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, kind);
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, size);
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, sources);
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, reach);
  gtk_widget_class_bind_template_child (widget_class, FilResultsTable, state);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
}

static void
init_column (FilResultsTable *self,
             GtkColumnViewColumn *column,
             FilResultSort sort)
{
  g_autoptr (GtkListItemFactory) factory = fil_result_cell_factory_new (sort);
  g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (probe_cb, column, NULL));

  g_object_set_data (G_OBJECT (column), "fil-table", self);
  g_object_set_data (G_OBJECT (column), "fil-sort", GINT_TO_POINTER (sort));
  gtk_column_view_column_set_factory (column, factory);
  gtk_column_view_column_set_sorter (column, sorter);
}

static void
fil_results_table_init (FilResultsTable *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  init_column (self, self->name, FIL_SORT_NAME);
  init_column (self, self->kind, FIL_SORT_KIND);
  init_column (self, self->size, FIL_SORT_SIZE);
  init_column (self, self->sources, FIL_SORT_SOURCES);
  init_column (self, self->reach, FIL_SORT_REACH);
  init_column (self, self->state, FIL_SORT_STATE);
  fil_context_menu_attach (GTK_WIDGET (self->view), make_menu, self);
}

/**
 * fil_results_table_set_model:
 *
 * Called once.
 */
void
fil_results_table_set_model (FilResultsTable *self,
                             FilResultsModel *model)
{
  g_return_if_fail (FIL_IS_RESULTS_TABLE (self));
  g_return_if_fail (self->model == NULL);

  self->model = g_object_ref (model);
  self->tree = gtk_tree_list_model_new (G_LIST_MODEL (g_object_ref (model)), FALSE, FALSE, make_members, NULL, NULL);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->tree)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selection_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::n-results", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed", G_CALLBACK (sorter_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
fil_results_table_set_narrow (FilResultsTable *self,
                              gboolean is_narrow)
{
  GtkColumnViewColumn *columns[] = { self->name, self->kind, self->size, self->sources, self->reach, self->state };

  g_return_if_fail (FIL_IS_RESULTS_TABLE (self));

  if (is_narrow == gtk_widget_has_css_class (GTK_WIDGET (self->view), "narrow"))
    return;
  if (is_narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self->view), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->view), "narrow");
  /* Cells that are made anew ask whether the second line is needed. */
  fil_columns_arrange (self->view, columns, G_N_ELEMENTS (columns), is_narrow ? 1u : (1u << G_N_ELEMENTS (columns)) - 1);
}

/**
 * fil_results_table_focus:
 *
 * Moves the keyboard into the table, to the chosen line or the first.
 *
 * Returns: whether there is a line
 */
gboolean
fil_results_table_focus (FilResultsTable *self)
{
  g_return_val_if_fail (FIL_IS_RESULTS_TABLE (self), FALSE);

  if (g_list_model_get_n_items (G_LIST_MODEL (self->tree)) == 0)
    return FALSE;
  if (gtk_single_selection_get_selected (self->selection) == GTK_INVALID_LIST_POSITION)
    gtk_single_selection_set_selected (self->selection, 0);
  return gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/**
 * fil_results_table_dup_selected:
 *
 * Returns: (transfer full) (nullable): the chosen line
 */
FilResultItem *
fil_results_table_dup_selected (FilResultsTable *self)
{
  return self->selected != NULL ? g_object_ref (self->selected) : NULL;
}
