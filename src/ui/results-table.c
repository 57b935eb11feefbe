/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-table.h"

#include "context-menu.h"
#include "result-cell.h"
#include "result-slots.h"
#include "result-words.h"
#include "results-table-private.h"
#include "row-columns.h"

#define MIN_SIZE 120

/* Text as it comes: 11 pt, in pixels; and from which size on there is room for one column only. */
#define USUAL_SIZE 14.667
#define LARGE_SCALE 1.4

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
  g_autoptr (FilResultItem) item = g_list_model_get_item (G_LIST_MODEL (self->lines), position);
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
scrolled_cb (FilResultsTable *self)
{
  fil_result_cells_come_into_sight (GTK_WIDGET (self->view));
  _fil_results_table_note_top (self);
}

static gboolean
expand_selected (FilResultsTable *self,
                 gboolean is_expanded)
{
  return self->selected != NULL && fil_result_lines_set_expanded (self->lines, self->selected, is_expanded);
}

/* The arrow key that points to where a line is read opens it, the other one closes it. */
static gboolean
arrow_key_cb (GtkWidget *widget,
              GVariant *arguments,
              gpointer data)
{
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  gboolean is_right = g_variant_get_boolean (arguments);

  return expand_selected (data, is_right != is_rtl);
}

static FilResultCell *
cell_at (FilResultsTable *self,
         double *x,
         double y)
{
  GtkWidget *view = GTK_WIDGET (self->view);
  FilResultCell *cell = fil_result_cell_find (gtk_widget_pick (view, *x, y, GTK_PICK_DEFAULT));

  if (cell != NULL)
    gtk_widget_translate_coordinates (view, GTK_WIDGET (cell), *x, y, x, NULL);
  return cell;
}

/* One gesture for all rows: controllers on every cell would make rows expensive. */
static void
pressed_cb (FilResultsTable *self,
            int n_press,
            double x,
            double y,
            GtkGesture *gesture)
{
  FilResultCell *cell = cell_at (self, &x, y);
  FilResultItem *item;

  if (cell == NULL || !fil_result_cell_is_arrow (cell, x))
    return;
  item = fil_result_cell_get_item (cell);
  fil_result_lines_set_expanded (self->lines, item, !fil_result_item_is_expanded (item));
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

/* One menu for all rows, too. */
static GMenuModel *
make_menu (GtkWidget *widget,
           gpointer data)
{
  FilResultsTable *self = data;
  FilResultItem *item = self->selected;
  double x, y;

  if (fil_context_menu_get_point (widget, &x, &y))
    {
      FilResultCell *cell = cell_at (self, &x, y);

      item = cell != NULL ? fil_result_cell_get_item (cell) : NULL;
    }
  return item != NULL ? fil_result_menu_new (item) : NULL;
}

/* Takes what it is given. To ask the list would be to ask its 200 rows, several times a frame, for each
 * container around it wants to know its height for some width. */
static void
fil_results_table_measure (GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  *minimum = *natural = MIN_SIZE;
}

static void
fil_results_table_size_allocate (GtkWidget *widget,
                                 int width,
                                 int height,
                                 int baseline)
{
  int minimum;

  gtk_widget_measure (FIL_RESULTS_TABLE (widget)->scroller, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  gtk_widget_size_allocate (FIL_RESULTS_TABLE (widget)->scroller,
                            &(GtkAllocation){ .width = MAX (width, minimum), .height = height }, baseline);
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

/* How much larger than usual the text is. */
static double
get_text_scale (FilResultsTable *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));

  return pango_font_description_get_size (pango_context_get_font_description (context)) / (USUAL_SIZE * PANGO_SCALE);
}

/* Columns as wide as their words; one with two lines where they would leave the names no room. */
static void
arrange (FilResultsTable *self)
{
  GtkColumnViewColumn *columns[] = { self->name, self->kind, self->size, self->sources, self->reach, self->state };
  static const int widths[] = { 0, 92, 86, 78, 120, 140 };
  double scale = get_text_scale (self);
  gboolean is_narrow = self->wants_narrow || scale > LARGE_SCALE;

  for (guint i = 1; i < G_N_ELEMENTS (columns); i++)
    gtk_column_view_column_set_fixed_width (columns[i], (int) (widths[i] * MAX (scale, 1)));
  if (is_narrow == gtk_widget_has_css_class (GTK_WIDGET (self->view), "narrow"))
    return;
  if (is_narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self->view), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->view), "narrow");
  /* Cells that are made anew ask whether the second line is needed. */
  fil_columns_arrange (self->view, columns, G_N_ELEMENTS (columns), is_narrow ? 1u : (1u << G_N_ELEMENTS (columns)) - 1);
}

static gboolean
arrange_cb (gpointer data)
{
  FilResultsTable *self = data;

  self->arrange_id = 0;
  self->arranged_scale = get_text_scale (self);
  arrange (self);
  return G_SOURCE_REMOVE;
}

/* Not at once: rows are made and unmade by it. */
static void
fil_results_table_css_changed (GtkWidget *widget,
                               GtkCssStyleChange *change)
{
  FilResultsTable *self = FIL_RESULTS_TABLE (widget);

  GTK_WIDGET_CLASS (fil_results_table_parent_class)->css_changed (widget, change);
  if (self->arrange_id == 0 && get_text_scale (self) != self->arranged_scale)
    self->arrange_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, arrange_cb, self, NULL);
}

static void
fil_results_table_dispose (GObject *object)
{
  FilResultsTable *self = FIL_RESULTS_TABLE (object);

  g_clear_handle_id (&self->focus_id, g_source_remove);
  g_clear_handle_id (&self->arrange_id, g_source_remove);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->selected);
  g_clear_object (&self->top);
  g_clear_object (&self->selection);
  g_clear_object (&self->lines);
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
  widget_class->css_changed = fil_results_table_css_changed;
  widget_class->measure = fil_results_table_measure;
  widget_class->size_allocate = fil_results_table_size_allocate;
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
add_arrow_key (FilResultsTable *self,
               GtkShortcutController *keys,
               guint key,
               gboolean is_right)
{
  GtkShortcut *shortcut = gtk_shortcut_new (gtk_keyval_trigger_new (key, 0),
                                            gtk_callback_action_new (arrow_key_cb, self, NULL));

  gtk_shortcut_set_arguments (shortcut, g_variant_new_boolean (is_right));
  gtk_shortcut_controller_add_shortcut (keys, shortcut);
}

static void
init_expanding (FilResultsTable *self)
{
  GtkGesture *gesture = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();

  /* Before the list takes these keys and clicks for itself. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (gesture), GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (gesture, "pressed", G_CALLBACK (pressed_cb), self);
  add_arrow_key (self, GTK_SHORTCUT_CONTROLLER (keys), GDK_KEY_Right, TRUE);
  add_arrow_key (self, GTK_SHORTCUT_CONTROLLER (keys), GDK_KEY_Left, FALSE);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (gesture));
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
}

static void
fil_results_table_init (FilResultsTable *self)
{
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (fil_result_cells_come_into_sight), self->view,
                           G_CONNECT_SWAPPED);
  init_column (self, self->name, FIL_SORT_NAME);
  init_column (self, self->kind, FIL_SORT_KIND);
  init_column (self, self->size, FIL_SORT_SIZE);
  init_column (self, self->sources, FIL_SORT_SOURCES);
  init_column (self, self->reach, FIL_SORT_REACH);
  init_column (self, self->state, FIL_SORT_STATE);
  init_expanding (self);
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
  self->lines = fil_result_lines_new (model);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (fil_result_slots_new (self->lines)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (_fil_results_table_selection_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->lines, "items-changed", G_CALLBACK (_fil_results_table_lines_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed", G_CALLBACK (sorter_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
fil_results_table_set_narrow (FilResultsTable *self,
                              gboolean is_narrow)
{
  g_return_if_fail (FIL_IS_RESULTS_TABLE (self));

  self->wants_narrow = is_narrow;
  arrange (self);
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
  GtkWidget *row;

  g_return_val_if_fail (FIL_IS_RESULTS_TABLE (self), FALSE);

  if (g_list_model_get_n_items (G_LIST_MODEL (self->lines)) == 0)
    return FALSE;
  if (gtk_single_selection_get_selected (self->selection) == GTK_INVALID_LIST_POSITION)
    gtk_single_selection_set_selected (self->selection, 0);
  /* The view itself would sometimes keep the keyboard, where Return does nothing. */
  row = _fil_results_table_find_selected_row (self);
  return gtk_widget_grab_focus (row != NULL ? row : GTK_WIDGET (self->view));
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
