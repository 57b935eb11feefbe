/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-cell.h"

#include "file-kinds.h"
#include "formatting.h"
#include "result-slot.h"
#include "result-words.h"

#include <adwaita.h>

#define ICON_SIZE 16
#define GAP 6
#define ICON_GAP 9 /* between icon and name */
#define INDENT 22  /* of those that offer a file; also what the arrow takes */
#define LINE_GAP 2
#define MARGIN 100 /* of what counts as in sight, in pixels above and below */
#define DIM 0.55f  /* as libadwaita's dim-label */
#define DIM_IN_HIGH_CONTRAST 0.9f

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

G_DEFINE_FINAL_TYPE (FilResultCell, fil_result_cell, GTK_TYPE_WIDGET)

static gboolean
is_number (FilResultCell *self)
{
  return self->column == FIL_SORT_SIZE || self->column == FIL_SORT_SOURCES;
}

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
update (FilResultCell *self)
{
  const FilResultFacts *facts = fil_result_item_get_facts (self->item);
  gboolean is_group = fil_result_item_is_group (self->item);

  if (self->column == FIL_SORT_NAME)
    update_name (self, facts, is_group);
  else if (self->column == FIL_SORT_REACH)
    set_icon (self, fil_reach_to_icon (facts->reach));
  if (set_string (&self->text, make_text (self, facts, is_group)))
    {
      g_clear_object (&self->layout);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, self->text, -1);
    }
  /* What is out of sight stays blank until it comes into sight. */
  if (!self->is_blank)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Drawing */

static PangoLayout *
make_layout (FilResultCell *self,
             const char *text,
             gboolean is_subtitle)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  if (is_subtitle)
    pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  if (is_number (self))
    pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_ellipsize (layout, self->column == FIL_SORT_NAME && !is_subtitle ? PANGO_ELLIPSIZE_MIDDLE
                                                                                   : PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  return layout;
}

/* Draws a line between @x and @x + @width, counted from where reading begins. */
static void
draw_line (FilResultCell *self,
           GtkSnapshot *snapshot,
           PangoLayout *layout,
           int x,
           int width,
           int y,
           const GdkRGBA *color)
{
  gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  PangoRectangle extents;

  pango_layout_set_width (layout, MAX (width, 0) * PANGO_SCALE);
  pango_layout_get_pixel_extents (layout, NULL, &extents);
  if (is_rtl)
    x = gtk_widget_get_width (GTK_WIDGET (self)) - x - width;
  /* Names begin, and numbers end, where reading does; Pango goes by the direction of the text itself. */
  if (is_rtl != is_number (self))
    x += width - extents.width;
  x -= extents.x;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static GtkIconPaintable *
find_icon (FilResultCell *self,
           const char *name)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return gtk_icon_theme_lookup_icon (gtk_icon_theme_get_for_display (gtk_widget_get_display (widget)), name, NULL,
                                     ICON_SIZE, gtk_widget_get_scale_factor (widget), gtk_widget_get_direction (widget),
                                     0);
}

static void
draw_icon (FilResultCell *self,
           GtkSnapshot *snapshot,
           GtkIconPaintable *icon,
           int x,
           const GdkRGBA *color)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int y = (gtk_widget_get_height (widget) - ICON_SIZE) / 2;

  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    x = gtk_widget_get_width (widget) - x - ICON_SIZE;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, ICON_SIZE, ICON_SIZE, color, 1);
  gtk_snapshot_restore (snapshot);
}

static void
draw_arrow (FilResultCell *self,
            GtkSnapshot *snapshot,
            const GdkRGBA *color)
{
  g_autoptr (GtkIconPaintable) arrow =
      find_icon (self, fil_result_item_is_expanded (self->item) ? "pan-down-symbolic" : "pan-end-symbolic");

  draw_icon (self, snapshot, arrow, 0, color);
}

static void
draw_lines (FilResultCell *self,
            GtkSnapshot *snapshot,
            int x,
            const GdkRGBA *color)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)) - x;
  GdkRGBA dim = *color;
  int height, subtitle_height = 0, y;

  if (self->layout == NULL)
    self->layout = make_layout (self, self->text, FALSE);
  if (self->subtitle != NULL && self->subtitle_layout == NULL)
    self->subtitle_layout = make_layout (self, self->subtitle, TRUE);
  pango_layout_get_pixel_size (self->layout, NULL, &height);
  if (self->subtitle != NULL)
    {
      pango_layout_get_pixel_size (self->subtitle_layout, NULL, &subtitle_height);
      subtitle_height += LINE_GAP;
    }
  y = (gtk_widget_get_height (GTK_WIDGET (self)) - height - subtitle_height) / 2;
  draw_line (self, snapshot, self->layout, x, width, y, color);
  if (self->subtitle == NULL)
    return;
  dim.alpha *= adw_style_manager_get_high_contrast (adw_style_manager_get_default ()) ? DIM_IN_HIGH_CONTRAST : DIM;
  draw_line (self, snapshot, self->subtitle_layout, x, width, y + height + LINE_GAP, &dim);
}

/* Of the 200 rows that are made some 20 are seen; to set and draw the words of the others took most of the
 * frames in which many rows are new. */
static gboolean
is_in_sight (GtkWidget *widget)
{
  GtkWidget *view = gtk_widget_get_ancestor (widget, GTK_TYPE_COLUMN_VIEW);
  double x, y;

  if (view == NULL || !gtk_widget_translate_coordinates (widget, view, 0, 0, &x, &y))
    return TRUE;
  return y + gtk_widget_get_height (widget) > -MARGIN && y < gtk_widget_get_height (view) + MARGIN;
}

static void
fil_result_cell_snapshot (GtkWidget *widget,
                          GtkSnapshot *snapshot)
{
  FilResultCell *self = FIL_RESULT_CELL (widget);
  GdkRGBA color;
  int x = 0;

  if (self->item == NULL || self->text == NULL)
    return;
  self->is_blank = !is_in_sight (widget);
  if (self->is_blank)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  if (self->column == FIL_SORT_NAME)
    {
      if (fil_result_item_can_expand (self->item))
        draw_arrow (self, snapshot, &color);
      x += fil_result_item_is_group (self->item) ? INDENT : 2 * INDENT;
    }
  if (self->icon_name != NULL)
    {
      if (self->icon == NULL)
        self->icon = find_icon (self, self->icon_name);
      draw_icon (self, snapshot, self->icon, x, &color);
      x += ICON_SIZE + (self->column == FIL_SORT_NAME ? ICON_GAP : GAP);
    }
  draw_lines (self, snapshot, x, &color);
}

/* Only names decide how high a row is. */
static void
fil_result_cell_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  FilResultCell *self = FIL_RESULT_CELL (widget);
  PangoFontMetrics *metrics;
  int line;

  *minimum = *natural = ICON_SIZE;
  if (orientation == GTK_ORIENTATION_HORIZONTAL || self->column != FIL_SORT_NAME)
    return;
  metrics = pango_context_get_metrics (gtk_widget_get_pango_context (widget), NULL, NULL);
  line = pango_font_metrics_get_height (metrics);
  pango_font_metrics_unref (metrics);
  if (self->subtitle != NULL)
    line += (int) (line * PANGO_SCALE_SMALL) + LINE_GAP * PANGO_SCALE;
  *minimum = *natural = MAX (ICON_SIZE, PANGO_PIXELS_CEIL (line));
}

static void
forget_layouts (FilResultCell *self)
{
  g_clear_object (&self->layout);
  g_clear_object (&self->subtitle_layout);
  g_clear_object (&self->icon);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Another font, size or colour of text. */
static void
fil_result_cell_css_changed (GtkWidget *widget,
                             GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (fil_result_cell_parent_class)->css_changed (widget, change);
  forget_layouts (FIL_RESULT_CELL (widget));
}

static void
fil_result_cell_direction_changed (GtkWidget *widget,
                                   GtkTextDirection before)
{
  GTK_WIDGET_CLASS (fil_result_cell_parent_class)->direction_changed (widget, before);
  forget_layouts (FIL_RESULT_CELL (widget));
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
  gtk_tooltip_set_text (tooltip, self->column == FIL_SORT_REACH ? fil_reach_to_sentence (facts->reach) : facts->name);
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
  widget_class->measure = fil_result_cell_measure;
  widget_class->snapshot = fil_result_cell_snapshot;
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
  return x < INDENT;
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
