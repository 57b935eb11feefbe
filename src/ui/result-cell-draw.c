/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-cell-private.h"

#include <adwaita.h>

/* How a cell looks. */

#define ICON_SIZE 16
#define GAP 6
#define ICON_GAP 9 /* between icon and name */
#define LINE_GAP 2
#define MARGIN 100 /* of what counts as in sight, in pixels above and below */
#define DIM 0.55f  /* as libadwaita's dim-label */
#define DIM_IN_HIGH_CONTRAST 0.9f

static gboolean
is_number (FilResultCell *self)
{
  return self->column == FIL_SORT_SIZE || self->column == FIL_SORT_SOURCES;
}

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

void
_fil_result_cell_snapshot (GtkWidget *widget,
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
      x += fil_result_item_is_group (self->item) ? FIL_RESULT_CELL_INDENT : 2 * FIL_RESULT_CELL_INDENT;
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
void
_fil_result_cell_measure (GtkWidget *widget,
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

void
_fil_result_cell_forget_layouts (FilResultCell *self)
{
  g_clear_object (&self->layout);
  g_clear_object (&self->subtitle_layout);
  g_clear_object (&self->icon);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
