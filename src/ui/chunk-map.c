/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "chunk-map.h"

#include <glib/gi18n.h>

#define HEIGHT 22

/* As the node tells them. */
typedef enum
{
  MISSING,
  ASKED,
  RECEIVED,
  VERIFIED,
  N_STATES,
} State;

struct _FilChunkMap
{
  GtkWidget parent;

  GBytes *cells;
};

G_DEFINE_FINAL_TYPE (FilChunkMap, fil_chunk_map, GTK_TYPE_WIDGET)

static State
state_at (const guint8 *cells,
          gsize i)
{
  return (State) MIN (cells[i], VERIFIED);
}

/* Heights differ, too, so that nothing rests on colour. */
static void
draw_run (GtkSnapshot *snapshot,
          State state,
          float x,
          float width,
          float height,
          const GdkRGBA *text,
          const GdkRGBA *accent)
{
  static const float heights[N_STATES] = { 0, 0.25f, 0.6f, 1 };
  static const float alphas[N_STATES] = { 0, 0.7f, 0.55f, 1 };
  GdkRGBA color = state == ASKED ? *text : *accent;
  float part = height * heights[state];

  if (state == MISSING)
    return;
  color.alpha *= alphas[state];
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (x, height - part, width, part));
}

static void
draw_runs (FilChunkMap *self,
           GtkSnapshot *snapshot,
           const GdkRGBA *text,
           const GdkRGBA *accent)
{
  gsize n;
  const guint8 *cells = g_bytes_get_data (self->cells, &n);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  for (gsize first = 0, i = 1; i <= n; i++)
    {
      float x, part;

      if (i < n && state_at (cells, i) == state_at (cells, first))
        continue;
      x = width * (float) first / (float) n;
      part = width * (float) (i - first) / (float) n;
      draw_run (snapshot, state_at (cells, first), is_rtl ? width - x - part : x, part, height, text, accent);
      first = i;
    }
}

static void
fil_chunk_map_snapshot (GtkWidget *widget,
                        GtkSnapshot *snapshot)
{
  FilChunkMap *self = FIL_CHUNK_MAP (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GskRoundedRect frame;
  GdkRGBA text, accent, trough;

  gtk_style_context_get_color (style, &text);
  if (!gtk_style_context_lookup_color (style, "accent_bg_color", &accent))
    accent = text;
  trough = text;
  trough.alpha *= 0.12f;
  gsk_rounded_rect_init_from_rect (&frame,
                                   &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                                        (float) gtk_widget_get_height (widget)),
                                   4);
  gtk_snapshot_push_rounded_clip (snapshot, &frame);
  gtk_snapshot_append_color (snapshot, &trough, &frame.bounds);
  if (self->cells != NULL && g_bytes_get_size (self->cells) > 0)
    draw_runs (self, snapshot, &text, &accent);
  gtk_snapshot_pop (snapshot);
}

static void
fil_chunk_map_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 100 : HEIGHT;
}

static void
fil_chunk_map_finalize (GObject *object)
{
  g_clear_pointer (&FIL_CHUNK_MAP (object)->cells, g_bytes_unref);
  G_OBJECT_CLASS (fil_chunk_map_parent_class)->finalize (object);
}

static void
fil_chunk_map_class_init (FilChunkMapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fil_chunk_map_finalize;
  widget_class->snapshot = fil_chunk_map_snapshot;
  widget_class->measure = fil_chunk_map_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "chunkmap");
}

static void
fil_chunk_map_init (FilChunkMap *self)
{
}

/* What the strip shows, in words. */
static char *
describe (GBytes *bytes)
{
  gsize n;
  const guint8 *cells = g_bytes_get_data (bytes, &n);
  guint counts[N_STATES] = { 0 };

  for (gsize i = 0; i < n; i++)
    counts[state_at (cells, i)]++;
  /* Translators: shares of a file, in per cent */
  return g_strdup_printf (_("%u %% verified, %u %% received, %u %% asked for, %u %% missing"),
                          (guint) (counts[VERIFIED] * 100 / n), (guint) (counts[RECEIVED] * 100 / n),
                          (guint) (counts[ASKED] * 100 / n), (guint) (counts[MISSING] * 100 / n));
}

/**
 * fil_chunk_map_set_cells:
 * @cells: from fil_client_finish_map()
 */
void
fil_chunk_map_set_cells (FilChunkMap *self,
                         GBytes *cells)
{
  g_autofree char *words = NULL;

  g_return_if_fail (FIL_IS_CHUNK_MAP (self));

  if (g_bytes_get_size (cells) == 0 || (self->cells != NULL && g_bytes_equal (self->cells, cells)))
    return;
  g_clear_pointer (&self->cells, g_bytes_unref);
  self->cells = g_bytes_ref (cells);
  words = describe (cells);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), words);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
