/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-cell.h"

#include "file-kinds.h"
#include "formatting.h"
#include "result-cell-private.h"
#include "result-words.h"

G_DEFINE_FINAL_TYPE (FilResultCell, fil_result_cell, GTK_TYPE_WIDGET)

/* Words */

static gboolean
set_string (char **place,
            char *text)
{
  if (g_strcmp0 (*place, text) == 0)
    {
      g_free (text);
      return FALSE;
    }
  g_free (*place);
  *place = text;
  return TRUE;
}

static void
set_icon (FilResultCell *self,
          const char *name)
{
  if (g_strcmp0 (self->icon_name, name) == 0)
    return;
  self->icon_name = name;
  g_clear_object (&self->icon);
}

static char *
make_text (FilResultCell *self,
           const FilResultFacts *facts,
           gboolean is_group)
{
  switch (self->column)
    {
    case FIL_SORT_NAME:
      return g_strdup (facts->name);
    case FIL_SORT_KIND:
      return g_strdup (is_group ? fil_kind_to_word (facts->kind) : "");
    case FIL_SORT_SIZE:
      return fil_format_size (facts->size);
    case FIL_SORT_SOURCES:
      return fil_format_number (facts->sources);
    case FIL_SORT_REACH:
      return g_strdup (fil_reach_to_word (facts->reach));
    case FIL_SORT_STATE:
    case FIL_SORT_BEST:
    default:
      return g_strdup (is_group ? fil_result_describe_state (facts) : "");
    }
}

static void
update_name (FilResultCell *self,
             const FilResultFacts *facts,
             gboolean is_group)
{
  g_autofree char *line = is_group ? fil_result_describe_file (facts) : fil_result_describe_source (facts);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, line, -1);
  if (fil_result_item_can_expand (self->item))
    gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_EXPANDED,
                                 fil_result_item_is_expanded (self->item), -1);
  else
    gtk_accessible_reset_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_EXPANDED);

  set_icon (self, is_group ? fil_kind_to_icon (facts->kind) : fil_reach_to_icon (facts->reach));
  if (is_group && !self->is_narrow)
    g_clear_pointer (&line, g_free);
  if ((line == NULL) != (self->subtitle == NULL))
    gtk_widget_queue_resize (GTK_WIDGET (self));
  if (set_string (&self->subtitle, g_steal_pointer (&line)))
    g_clear_object (&self->subtitle_layout);
}

static void
update_reach (FilResultCell *self,
              const FilResultFacts *facts)
{
  set_icon (self, fil_reach_to_icon (facts->reach));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  fil_result_describe_reach (facts), -1);
}

static void
update (FilResultCell *self)
{
  const FilResultFacts *facts = fil_result_item_get_facts (self->item);
  gboolean is_group = fil_result_item_is_group (self->item);

  if (self->column == FIL_SORT_NAME)
    update_name (self, facts, is_group);
  else if (self->column == FIL_SORT_REACH)
    update_reach (self, facts);
  if (set_string (&self->text, make_text (self, facts, is_group)))
    {
      g_clear_object (&self->layout);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, self->text, -1);
    }
  /* What is out of sight stays blank until it comes into sight. */
  if (!self->is_blank)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Another font, size or colour of text. */
static void
fil_result_cell_css_changed (GtkWidget *widget,
                             GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (fil_result_cell_parent_class)->css_changed (widget, change);
  _fil_result_cell_forget_layouts (FIL_RESULT_CELL (widget));
}

static void
fil_result_cell_direction_changed (GtkWidget *widget,
                                   GtkTextDirection before)
{
  GTK_WIDGET_CLASS (fil_result_cell_parent_class)->direction_changed (widget, before);
  _fil_result_cell_forget_layouts (FIL_RESULT_CELL (widget));
}

/* Asked for when it is shown: to set a tooltip costs a round trip to the X server, thousands a second while
 * results arrive. */
static gboolean
fil_result_cell_query_tooltip (GtkWidget *widget,
                               int x,
                               int y,
                               gboolean is_keyboard,
                               GtkTooltip *tooltip)
{
  FilResultCell *self = FIL_RESULT_CELL (widget);
  const FilResultFacts *facts = self->item != NULL ? fil_result_item_get_facts (self->item) : NULL;

  if (facts == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, self->column == FIL_SORT_REACH ? fil_result_describe_reach (facts) : facts->name);
  return TRUE;
}

/* The object */

static void
slot_changed_cb (FilResultCell *self)
{
  g_set_object (&self->item, fil_result_slot_get_item (self->slot));
  if (self->item != NULL)
    update (self);
}

static void
set_slot (FilResultCell *self,
          FilResultSlot *slot)
{
  if (self->slot == slot)
    return;
  if (self->slot != NULL)
    g_clear_signal_handler (&self->changed_id, self->slot);
  g_set_object (&self->slot, slot);
  if (slot == NULL)
    return;
  self->changed_id = g_signal_connect_swapped (slot, "changed", G_CALLBACK (slot_changed_cb), self);
  slot_changed_cb (self);
}

static void
fil_result_cell_dispose (GObject *object)
{
  FilResultCell *self = FIL_RESULT_CELL (object);

  set_slot (self, NULL);
  g_clear_object (&self->item);
  g_clear_object (&self->layout);
  g_clear_object (&self->subtitle_layout);
  g_clear_object (&self->icon);
  G_OBJECT_CLASS (fil_result_cell_parent_class)->dispose (object);
}

static void
fil_result_cell_finalize (GObject *object)
{
  FilResultCell *self = FIL_RESULT_CELL (object);

  g_free (self->text);
  g_free (self->subtitle);
  G_OBJECT_CLASS (fil_result_cell_parent_class)->finalize (object);
}

static void
fil_result_cell_class_init (FilResultCellClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = fil_result_cell_dispose;
  object_class->finalize = fil_result_cell_finalize;
  widget_class->measure = _fil_result_cell_measure;
  widget_class->snapshot = _fil_result_cell_snapshot;
  widget_class->css_changed = fil_result_cell_css_changed;
  widget_class->direction_changed = fil_result_cell_direction_changed;
  widget_class->query_tooltip = fil_result_cell_query_tooltip;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
  gtk_widget_class_set_css_name (widget_class, "result");
}

static void
fil_result_cell_init (FilResultCell *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

/* In lists */

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem *list_item,
          gpointer column)
{
  FilResultCell *self = g_object_new (FIL_TYPE_RESULT_CELL, NULL);

  self->column = (FilResultSort) GPOINTER_TO_INT (column);
  if (self->column == FIL_SORT_NAME || self->column == FIL_SORT_REACH)
    gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_list_item_set_child (list_item, GTK_WIDGET (self));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem *list_item)
{
  FilResultCell *self = FIL_RESULT_CELL (gtk_list_item_get_child (list_item));

  if (self->column == FIL_SORT_NAME)
    {
      GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_COLUMN_VIEW);

      self->is_narrow = view != NULL && gtk_widget_has_css_class (view, "narrow");
    }
  set_slot (self, gtk_list_item_get_item (list_item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem *list_item)
{
  set_slot (FIL_RESULT_CELL (gtk_list_item_get_child (list_item)), NULL);
}

/**
 * fil_result_cell_factory_new:
 * @column: what the cells show, named as it is sorted by
 *
 * Returns: (transfer full): a factory for a column over #FilResultSlots
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

/**
 * fil_result_cell_get_item:
 *
 * Returns: (transfer none) (nullable): what it shows
 */
FilResultItem *
fil_result_cell_get_item (FilResultCell *self)
{
  g_return_val_if_fail (FIL_IS_RESULT_CELL (self), NULL);

  return self->item;
}

/**
 * fil_result_cell_find:
 * @widget: (nullable): something inside the table
 *
 * Returns: (transfer none) (nullable): the cell that it is, or that it is the padding of
 */
FilResultCell *
fil_result_cell_find (GtkWidget *widget)
{
  GtkWidget *child = widget != NULL ? gtk_widget_get_first_child (widget) : NULL;

  if (widget != NULL && FIL_IS_RESULT_CELL (widget))
    return FIL_RESULT_CELL (widget);
  return child != NULL && FIL_IS_RESULT_CELL (child) ? FIL_RESULT_CELL (child) : NULL;
}

/**
 * fil_result_cell_is_arrow:
 * @x: in the cell
 *
 * Returns: whether that is the arrow which opens and closes the line
 */
gboolean
fil_result_cell_is_arrow (FilResultCell *self,
                          double x)
{
  g_return_val_if_fail (FIL_IS_RESULT_CELL (self), FALSE);

  if (self->column != FIL_SORT_NAME || self->item == NULL || !fil_result_item_can_expand (self->item))
    return FALSE;
  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x = gtk_widget_get_width (GTK_WIDGET (self)) - x;
  return x < FIL_RESULT_CELL_INDENT;
}

/**
 * fil_result_cells_come_into_sight:
 * @widget: a table, or part of one
 *
 * To be called when a table has scrolled: the cells that were out of sight are drawn if they are not now.
 */
void
fil_result_cells_come_into_sight (GtkWidget *widget)
{
  if (FIL_IS_RESULT_CELL (widget))
    {
      if (FIL_RESULT_CELL (widget)->is_blank)
        gtk_widget_queue_draw (widget);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    fil_result_cells_come_into_sight (child);
}
