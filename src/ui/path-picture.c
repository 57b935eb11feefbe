/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "path-picture.h"

#include <glib/gi18n.h>
#include <math.h>

#define HEIGHT 146
#define EDGE 56   /* from the side to you and to them */
#define TOP 26    /* the line of the ultrapeers */
#define GROUND 84 /* the line of the bytes */
#define HOST 11   /* radius */
#define PEER 7
#define WALL_WIDTH 8
#define WALL_HEIGHT (2 * (HOST + LABEL_GAP) - 2) /* above the names of the hosts */
#define LABEL_GAP 4
#define WALL_LABEL (GROUND + HOST + LABEL_GAP + 20) /* below the names of the hosts */

struct _FilPathPicture
{
  GtkWidget parent;

  FilReachWay reach;
  FilWall own_wall;
  FilWall their_wall;
  gboolean is_standing;
  guint n_peers; /* ultrapeers that carried the signalling */
  char *peers;   /* their names */
  char *line;    /* what carries the bytes */
  char *them;    /* or NULL */
};

G_DEFINE_FINAL_TYPE (FilPathPicture, fil_path_picture, GTK_TYPE_WIDGET)

/* What one drawing needs. */
typedef struct
{
  FilPathPicture *self;
  GtkSnapshot *snapshot;
  cairo_t *cr;
  double width;
  gboolean is_rtl;
  GdkRGBA text;
  GdkRGBA accent;
} Drawing;

/* Places count from where reading begins. */
static double
place (const Drawing *d,
       double x)
{
  return d->is_rtl ? d->width - x : x;
}

static void
set_color (const Drawing *d,
           const GdkRGBA *color,
           double alpha)
{
  cairo_set_source_rgba (d->cr, color->red, color->green, color->blue, color->alpha * alpha);
}

static void
draw_dot (const Drawing *d,
          double x,
          double y,
          double radius,
          const GdkRGBA *color,
          gboolean is_filled)
{
  cairo_arc (d->cr, place (d, x), y, radius, 0, 2 * G_PI);
  set_color (d, color, is_filled ? 1 : 0.12);
  cairo_fill_preserve (d->cr);
  set_color (d, color, 1);
  cairo_set_line_width (d->cr, 1.5);
  cairo_stroke (d->cr);
}

static void
draw_label (const Drawing *d,
            const char *words,
            double x,
            double y,
            double width,
            gboolean is_above)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (d->self), words);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int label_width, label_height;

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, &label_width, &label_height);
  x = CLAMP (place (d, x) - width / 2, 0, d->width - width);
  if (is_above)
    y -= label_height;
  gtk_snapshot_save (d->snapshot);
  gtk_snapshot_translate (d->snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (d->snapshot, layout, &d->text);
  gtk_snapshot_restore (d->snapshot);
}

/* The bytes: solid once they run, else a faint line of dots where they would. */
static void
draw_ground (const Drawing *d,
             double from,
             double to)
{
  static const double dots[] = { 2, 6 };
  if (d->self->reach == FIL_REACH_BY_NONE)
    return;
  cairo_move_to (d->cr, place (d, from), GROUND);
  cairo_line_to (d->cr, place (d, to), GROUND);
  if (d->self->is_standing)
    {
      set_color (d, &d->accent, 1);
      cairo_set_line_width (d->cr, 3);
    }
  else
    {
      set_color (d, &d->text, 0.5);
      cairo_set_line_width (d->cr, 2);
      cairo_set_dash (d->cr, dots, G_N_ELEMENTS (dots), 0);
    }
  cairo_stroke (d->cr);
  cairo_set_dash (d->cr, NULL, 0, 0);
}

/* A line between two places that leaves the dots at its ends free. */
static void
draw_line (const Drawing *d,
           double from_x,
           double from_y,
           double from_radius,
           double to_x,
           double to_y,
           double to_radius)
{
  double length = hypot (to_x - from_x, to_y - from_y);
  double x = (to_x - from_x) / length, y = (to_y - from_y) / length;

  cairo_move_to (d->cr, place (d, from_x + x * from_radius), from_y + y * from_radius);
  cairo_line_to (d->cr, place (d, to_x - x * to_radius), to_y - y * to_radius);
}

/* The signalling: dashed, up to each ultrapeer and down to them. */
static void
draw_signalling (const Drawing *d,
                 double from,
                 double to,
                 guint n_peers)
{
  static const double dashes[] = { 6, 4 };
  double middle = d->width / 2;

  for (guint i = 0; i < n_peers; i++)
    {
      double x = middle + ((double) i - (n_peers - 1) / 2.0) * 8 * PEER;

      draw_line (d, from, GROUND, HOST, x, TOP, PEER);
      draw_line (d, x, TOP, PEER, to, GROUND, HOST);
      set_color (d, &d->text, 0.55);
      cairo_set_line_width (d->cr, 1.5);
      cairo_set_dash (d->cr, dashes, G_N_ELEMENTS (dashes), 0);
      cairo_stroke (d->cr);
      cairo_set_dash (d->cr, NULL, 0, 0);
      draw_dot (d, x, TOP, PEER, &d->text, FALSE);
    }
}

/* What stands before a host, and its name. @x: where */
static void
draw_wall (const Drawing *d,
           FilWall wall,
           double x,
           double label_width,
           gboolean is_own)
{
  if (wall == FIL_WALL_NONE)
    return;
  cairo_rectangle (d->cr, place (d, x) - WALL_WIDTH / 2.0, GROUND - WALL_HEIGHT / 2.0, WALL_WIDTH, WALL_HEIGHT);
  set_color (d, &d->text, wall == FIL_WALL_UNKNOWN ? 0.15 : 0.35);
  cairo_fill (d->cr);
  draw_label (d, fil_wall_to_word (wall, is_own), x, WALL_LABEL, label_width, FALSE);
}

static void
draw (const Drawing *d)
{
  FilPathPicture *self = d->self;
  double you = EDGE, them = d->width - EDGE, middle = d->width / 2;
  double step = (them - you) / 4;

  draw_ground (d, you + HOST, them - HOST);
  if (self->n_peers > 0)
    {
      draw_signalling (d, you, them, self->n_peers);
      draw_label (d, self->peers, middle, TOP - PEER - LABEL_GAP + 2, step * 2.5, TRUE);
    }
  draw_label (d, self->line, middle, GROUND - LABEL_GAP, 2 * step - WALL_WIDTH, TRUE);
  draw_wall (d, self->own_wall, you + step, 2 * step, TRUE);
  draw_wall (d, self->their_wall, them - step, 2 * step, FALSE);
  draw_dot (d, you, GROUND, HOST, &d->accent, TRUE);
  draw_dot (d, them, GROUND, HOST, &d->text, FALSE);
  draw_label (d, _("you"), you, GROUND + HOST + LABEL_GAP, 2 * EDGE, FALSE);
  draw_label (d, self->them != NULL ? self->them : _("them"), them, GROUND + HOST + LABEL_GAP, 2 * EDGE, FALSE);
}

static void
fil_path_picture_snapshot (GtkWidget *widget,
                           GtkSnapshot *snapshot)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  Drawing d = {
    .self = FIL_PATH_PICTURE (widget),
    .snapshot = snapshot,
    .width = gtk_widget_get_width (widget),
    .is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL,
  };

  gtk_style_context_get_color (style, &d.text);
  if (!gtk_style_context_lookup_color (style, "accent_color", &d.accent))
    d.accent = d.text;
  d.cr = gtk_snapshot_append_cairo (snapshot,
                                    &GRAPHENE_RECT_INIT (0, 0, (float) d.width, (float) gtk_widget_get_height (widget)));
  draw (&d);
  cairo_destroy (d.cr);
}

static void
fil_path_picture_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 220 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 420 : HEIGHT;
}

static void
fil_path_picture_finalize (GObject *object)
{
  FilPathPicture *self = FIL_PATH_PICTURE (object);

  g_free (self->them);
  g_free (self->peers);
  g_free (self->line);
  G_OBJECT_CLASS (fil_path_picture_parent_class)->finalize (object);
}

static void
fil_path_picture_class_init (FilPathPictureClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fil_path_picture_finalize;
  widget_class->snapshot = fil_path_picture_snapshot;
  widget_class->measure = fil_path_picture_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "pathpicture");
}

static void
fil_path_picture_init (FilPathPicture *self)
{
  FilPathFacts nothing = { .reach = FIL_REACH_BY_NONE, .hops = -1 };

  fil_path_picture_set_facts (self, &nothing);
}

/**
 * fil_path_picture_set_facts:
 * @facts: copied
 */
void
fil_path_picture_set_facts (FilPathPicture *self,
                            const FilPathFacts *facts)
{
  g_autofree char *words = NULL;

  g_return_if_fail (FIL_IS_PATH_PICTURE (self));

  g_free (self->them);
  g_free (self->peers);
  g_free (self->line);
  self->them = g_strdup (facts->them);
  self->peers = fil_path_describe_peers (facts);
  self->line = fil_path_describe_line (facts);
  self->reach = facts->reach;
  self->own_wall = facts->own_wall;
  self->their_wall = facts->their_wall;
  self->is_standing = facts->is_standing;
  self->n_peers = fil_path_facts_n_peers (facts);
  words = fil_path_describe (facts);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
