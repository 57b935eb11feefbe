/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "network-map.h"

#include "row.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

/* With more neighbours than this their names would run into each other. */
#define MAX_NAMED 8

/* One ring a hop, as far as a search goes here. */
#define N_RINGS 3
#define SPREAD_MS 2400

struct _FilNetworkMap
{
  GtkWidget parent;

  GListModel *peers;
  AdwAnimation *spread;
  double spread_value; /* 0: no search is on its way */
};

G_DEFINE_FINAL_TYPE (FilNetworkMap, fil_network_map, GTK_TYPE_WIDGET)

typedef struct
{
  cairo_t *cr;
  double x, y, radius;
  GdkRGBA text, accent;
} Picture;

static void
set_colour (cairo_t *cr,
            const GdkRGBA *colour,
            double alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, alpha);
}

static void
draw_disc (const Picture *picture,
           double x,
           double y,
           double radius,
           const GdkRGBA *colour,
           double alpha)
{
  cairo_arc (picture->cr, x, y, radius, 0, 2 * G_PI);
  set_colour (picture->cr, colour, alpha);
  cairo_fill (picture->cr);
}

static void
draw_text (FilNetworkMap *self,
           const Picture *picture,
           const char *text,
           double x,
           double y,
           double alpha)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int width, height;

  pango_attr_list_insert (attributes, pango_attr_scale_new (0.82));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (picture->cr, CLAMP (x - width / 2.0, 2, MAX (2, gtk_widget_get_width (GTK_WIDGET (self)) - width - 2)), y - height / 2.0);
  set_colour (picture->cr, &picture->text, alpha);
  pango_cairo_show_layout (picture->cr, layout);
}

static gboolean
is_ultrapeer (FilRow *peer)
{
  return g_strcmp0 (fil_row_get_string (peer, "role"), "leaf") != 0;
}

static void
count_peers (FilNetworkMap *self,
             guint *n_ultrapeers,
             guint *n_leaves)
{
  *n_ultrapeers = *n_leaves = 0;
  for (guint i = 0; self->peers != NULL && i < g_list_model_get_n_items (self->peers); i++)
    {
      g_autoptr (FilRow) peer = g_list_model_get_item (self->peers, i);

      *(is_ultrapeer (peer) ? n_ultrapeers : n_leaves) += 1;
    }
}

static void
draw_peer (FilNetworkMap *self,
           const Picture *picture,
           FilRow *peer,
           double angle,
           gboolean is_named)
{
  gboolean is_ultra = is_ultrapeer (peer);
  gboolean is_up = fil_row_get_bool (peer, "established");
  double distance = picture->radius * (is_ultra ? 0.66 : 0.95);
  double stretch = 1.7; /* wider than high, as windows are */
  double x = picture->x + cos (angle) * distance * stretch;
  double y = picture->y + sin (angle) * distance;
  const double dashes[] = { 3, 4 };

  cairo_set_line_width (picture->cr, is_ultra ? 1.6 : 1);
  set_colour (picture->cr, &picture->text, is_up ? 0.30 : 0.15);
  /* A link that is still shaking hands is dashed. */
  cairo_set_dash (picture->cr, dashes, is_up ? 0 : G_N_ELEMENTS (dashes), 0);
  cairo_move_to (picture->cr, picture->x, picture->y);
  cairo_line_to (picture->cr, x, y);
  cairo_stroke (picture->cr);
  cairo_set_dash (picture->cr, NULL, 0, 0);
  draw_disc (picture, x, y, is_ultra ? 9 : 4.5, is_ultra ? &picture->accent : &picture->text, is_ultra ? (is_up ? 0.9 : 0.4) : 0.45);
  if (is_named)
    draw_text (self, picture, fil_row_get_string (peer, "address"), x, y + (y >= picture->y ? 20 : -20), 0.7);
}

static void
draw_peers (FilNetworkMap *self,
            const Picture *picture)
{
  guint n_ultrapeers, n_leaves, ultrapeer = 0, leaf = 0;
  guint n = self->peers != NULL ? g_list_model_get_n_items (self->peers) : 0;

  count_peers (self, &n_ultrapeers, &n_leaves);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FilRow) peer = g_list_model_get_item (self->peers, i);
      double angle = is_ultrapeer (peer) ? -G_PI / 2 + 0.5 + 2 * G_PI * ultrapeer++ / MAX (n_ultrapeers, 1)
                                         : -G_PI / 2 + 2 * G_PI * leaf++ / MAX (n_leaves, 1);

      draw_peer (self, picture, peer, angle, is_ultrapeer (peer) && n_ultrapeers <= MAX_NAMED &&
                                                 gtk_widget_get_width (GTK_WIDGET (self)) > 480);
    }
}

static void
draw_rings (FilNetworkMap *self,
            const Picture *picture)
{
  for (guint i = 0; i < N_RINGS; i++)
    {
      double age = self->spread_value * (N_RINGS + 1) / N_RINGS - (double) i / N_RINGS;

      if (self->spread_value <= 0 || age <= 0 || age >= 1)
        continue;
      cairo_save (picture->cr);
      cairo_translate (picture->cr, picture->x, picture->y);
      cairo_scale (picture->cr, 1.7, 1);
      cairo_arc (picture->cr, 0, 0, 18 + age * picture->radius, 0, 2 * G_PI);
      cairo_restore (picture->cr);
      set_colour (picture->cr, &picture->accent, 0.5 * (1 - age));
      cairo_set_line_width (picture->cr, 2);
      cairo_stroke (picture->cr);
    }
}

static void
fil_network_map_snapshot (GtkWidget *widget,
                          GtkSnapshot *snapshot)
{
  FilNetworkMap *self = FIL_NETWORK_MAP (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  Picture picture = { .x = width / 2.0, .y = height / 2.0 };

  picture.radius = MIN (width / 2.0 / 1.7 - 12, height / 2.0 - 28);
  if (picture.radius < 20)
    return;
  picture.cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  gtk_style_context_get_color (style, &picture.text);
  if (!gtk_style_context_lookup_color (style, "accent_color", &picture.accent))
    picture.accent = picture.text;

  draw_rings (self, &picture);
  draw_peers (self, &picture);
  draw_disc (&picture, picture.x, picture.y, 14, &picture.accent, 1);
  draw_text (self, &picture, _("You"), picture.x, picture.y + 26, 1);
  cairo_destroy (picture.cr);
}

static void
fil_network_map_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 200 : 240;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : 240;
}

static void
spread_cb (double value,
           gpointer data)
{
  FilNetworkMap *self = data;

  self->spread_value = value >= 1 ? 0 : value;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
peers_cb (FilNetworkMap *self)
{
  guint n_ultrapeers, n_leaves;
  g_autofree char *text = NULL;

  count_peers (self, &n_ultrapeers, &n_leaves);
  /* Translators: what a screen reader says of the picture of the network */
  text = g_strdup_printf (_("You, with links to %u ultrapeers and %u leaves"), n_ultrapeers, n_leaves);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
fil_network_map_dispose (GObject *object)
{
  FilNetworkMap *self = FIL_NETWORK_MAP (object);

  g_clear_object (&self->spread);
  g_clear_object (&self->peers);
  G_OBJECT_CLASS (fil_network_map_parent_class)->dispose (object);
}

static void
fil_network_map_class_init (FilNetworkMapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_network_map_dispose;
  widget_class->snapshot = fil_network_map_snapshot;
  widget_class->measure = fil_network_map_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
fil_network_map_init (FilNetworkMap *self)
{
}

/**
 * fil_network_map_set_peers:
 * @peers: the list "peers"; called once
 */
void
fil_network_map_set_peers (FilNetworkMap *self,
                           GListModel *peers)
{
  g_return_if_fail (FIL_IS_NETWORK_MAP (self));

  g_set_object (&self->peers, peers);
  g_signal_connect_object (peers, "items-changed", G_CALLBACK (peers_cb), self, G_CONNECT_SWAPPED);
  peers_cb (self);
}

/**
 * fil_network_map_spread:
 *
 * Shows that a search leaves, if somebody looks.
 */
void
fil_network_map_spread (FilNetworkMap *self)
{
  AdwAnimationTarget *target;

  g_return_if_fail (FIL_IS_NETWORK_MAP (self));

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || !adw_get_enable_animations (GTK_WIDGET (self)))
    return;
  if (self->spread == NULL)
    {
      target = adw_callback_animation_target_new (spread_cb, self, NULL);
      self->spread = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, SPREAD_MS, target);
      adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->spread), ADW_LINEAR);
    }
  adw_animation_reset (self->spread);
  adw_animation_play (self->spread);
}
