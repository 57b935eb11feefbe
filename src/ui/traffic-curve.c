/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic-curve.h"

#include <glib/gi18n.h>

#define N_SAMPLES 600

struct _FilTrafficCurve
{
  GtkWidget parent;

  gint64 now[2]; /* down, up; bytes a second */
  gint64 samples[2][N_SAMPLES];
  guint next;
  guint timer_id;
};

G_DEFINE_FINAL_TYPE (FilTrafficCurve, fil_traffic_curve, GTK_TYPE_WIDGET)

static gint64
find_most (FilTrafficCurve *self)
{
  gint64 most = 1024;

  for (guint i = 0; i < N_SAMPLES; i++)
    most = MAX (most, MAX (self->samples[0][i], self->samples[1][i]));
  return most;
}

static void
draw_curve (FilTrafficCurve *self,
            cairo_t *cr,
            guint which,
            const GdkRGBA *colour,
            gint64 most,
            int width,
            int height)
{
  cairo_move_to (cr, 0, height);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      gint64 value = self->samples[which][(self->next + i) % N_SAMPLES];

      cairo_line_to (cr, (double) width * i / (N_SAMPLES - 1), height - 1 - (height - 6) * (double) value / (double) most);
    }
  cairo_line_to (cr, width, height);
  cairo_close_path (cr);
  /* One is filled and one is a line, so that they differ without colour. */
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, which == 0 ? 0.25 : 0.0);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, which == 0 ? 0.8 : 0.55);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
}

static gboolean
has_any (FilTrafficCurve *self,
         guint which)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    if (self->samples[which][i] > 0)
      return TRUE;
  return FALSE;
}

static void
fil_traffic_curve_snapshot (GtkWidget *widget,
                            GtkSnapshot *snapshot)
{
  FilTrafficCurve *self = FIL_TRAFFIC_CURVE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  gint64 most = find_most (self);
  GdkRGBA text, accent;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));

  gtk_style_context_get_color (style, &text);
  if (!gtk_style_context_lookup_color (style, "accent_color", &accent))
    accent = text;
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    {
      cairo_translate (cr, width, 0);
      cairo_scale (cr, -1, 1);
    }
  draw_curve (self, cr, 0, &accent, most, width, height);
  if (has_any (self, 1))
    draw_curve (self, cr, 1, &text, most, width, height);
  cairo_destroy (cr);
}

static void
fil_traffic_curve_measure (GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 100 : 64;
}

static gboolean
tick_cb (gpointer data)
{
  FilTrafficCurve *self = FIL_TRAFFIC_CURVE (data);

  self->samples[0][self->next] = self->now[0];
  self->samples[1][self->next] = self->now[1];
  self->next = (self->next + 1) % N_SAMPLES;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_CONTINUE;
}

static void
fil_traffic_curve_dispose (GObject *object)
{
  g_clear_handle_id (&FIL_TRAFFIC_CURVE (object)->timer_id, g_source_remove);
  G_OBJECT_CLASS (fil_traffic_curve_parent_class)->dispose (object);
}

static void
fil_traffic_curve_class_init (FilTrafficCurveClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_traffic_curve_dispose;
  widget_class->snapshot = fil_traffic_curve_snapshot;
  widget_class->measure = fil_traffic_curve_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
fil_traffic_curve_init (FilTrafficCurve *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Traffic of the last ten minutes"), -1);
  self->timer_id = g_timeout_add_seconds_full (G_PRIORITY_LOW, 1, tick_cb, self, NULL);
  g_source_set_name_by_id (self->timer_id, "[filbert] traffic");
}

/**
 * fil_traffic_curve_set_now:
 *
 * What the next samples say.
 */
void
fil_traffic_curve_set_now (FilTrafficCurve *self,
                           gint64 down_bps,
                           gint64 up_bps)
{
  g_return_if_fail (FIL_IS_TRAFFIC_CURVE (self));

  self->now[0] = MAX (down_bps, 0);
  self->now[1] = MAX (up_bps, 0);
}
