/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-details.h"

#include "chunk-map.h"
#include "client-verbs.h"
#include "formatting.h"
#include "path-picture.h"
#include "traffic-curve.h"

#include <glib/gi18n.h>

/* More sources than this tell a person nothing. */
#define MAX_SOURCES 8

struct _FilDownloadDetails
{
  GtkWidget parent;

  GtkWidget *box;
  FilChunkMap *map;
  FilTrafficCurve *curve;
  GtkWidget *speed_box;
  GtkWidget *sources_box;
  GtkListBox *sources;
  FilPathPicture *path;
  GtkLabel *path_words;
  GtkWidget *nobody;

  FilClient *client;
  FilRow *download;
  GCancellable *cancellable;
  guint timer_id;
};

G_DEFINE_FINAL_TYPE (FilDownloadDetails, fil_download_details, GTK_TYPE_WIDGET)

/* Sources */

static const char *
describe_state (FilRow *source)
{
  static const struct
  {
    const char *name;
    const char *words;
  } states[] = {
    { "idle", N_("waits for its turn") },          { "dialing", N_("connecting") },
    { "pushing", N_("asked to connect to you") },  { "punching", N_("opening a path from both sides") },
    { "active", N_("delivers") },                  { "queued", N_("you are in its queue") },
    { "bad", N_("not asked again") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (states[i].name, fil_row_get_string (source, "state")) == 0)
      return _(states[i].words);
  return "";
}

static char *
describe_source (FilRow *source)
{
  g_autoptr (GString) line = g_string_new (NULL);
  const char *address = fil_row_get_string (source, "address");
  gint64 bps = fil_row_get_int (source, "bps");
  gint64 delivered = fil_row_get_int (source, "delivered_bytes");
  FilReachWay way = fil_reach_from_text (fil_row_get_string (source, "reach"));

  fil_format_join (line, address != NULL ? address : _("Known by its GUID only"));
  fil_format_join (line, fil_row_get_string (source, "vendor"));
  fil_format_join (line, fil_reach_to_word (way));
  if (way != FIL_REACH_BY_NONE)
    fil_format_join (line, describe_state (source));
  if (fil_row_is_known (source, "queue_position"))
    {
      int position = (int) fil_row_get_int (source, "queue_position");
      g_autofree char *queue = fil_row_is_known (source, "queue_length")
                                   ? g_strdup_printf (_("place %d of %d"), position,
                                                      (int) fil_row_get_int (source, "queue_length"))
                                   : g_strdup_printf (_("place %d"), position);

      fil_format_join (line, queue);
    }
  if (bps > 0)
    {
      g_autofree char *speed = fil_format_speed (bps);

      fil_format_join (line, speed);
    }
  if (delivered > 0)
    {
      g_autofree char *size = fil_format_size (delivered);
      g_autofree char *words = g_strdup_printf (_("%s so far"), size);

      fil_format_join (line, words);
    }
  if (fil_row_is_known (source, "rtt_us"))
    {
      g_autofree char *trip = fil_format_round_trip (fil_row_get_int (source, "rtt_us"));

      fil_format_join (line, trip);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
show_path (FilDownloadDetails *self)
{
  GtkListBoxRow *chosen = gtk_list_box_get_selected_row (self->sources);
  FilRow *source = chosen != NULL ? g_object_get_data (G_OBJECT (chosen), "fil-source") : NULL;
  g_autofree char *words = NULL;
  g_auto (GStrv) via = NULL;
  FilPathFacts facts;

  gtk_widget_set_visible (GTK_WIDGET (self->path), source != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->path_words), source != NULL);
  if (source == NULL)
    return;
  via = fil_row_get_strings (source, "via");
  fil_path_facts_read (&facts, source, (const char *const *) via, fil_client_get_status (self->client));
  fil_path_picture_set_facts (self->path, &facts);
  words = fil_path_describe (&facts);
  gtk_label_set_label (self->path_words, words);
}

static void
fill_row (GtkListBoxRow *row,
          FilRow *source)
{
  g_autofree char *words = describe_source (source);
  GtkWidget *label = gtk_list_box_row_get_child (row);

  gtk_label_set_label (GTK_LABEL (label), words);
  g_object_set_data_full (G_OBJECT (row), "fil-source", g_object_ref (source), g_object_unref);
}

static GtkListBoxRow *
make_row (void)
{
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  return GTK_LIST_BOX_ROW (row);
}

static int
rank_of (FilRow *source)
{
  const char *state = fil_row_get_string (source, "state");

  return g_str_equal (state, "active") ? 0 : g_str_equal (state, "bad") ? 2 : 1;
}

/* Those that deliver first. */
static int
compare_sources (gconstpointer a,
                 gconstpointer b)
{
  FilRow *left = *(FilRow *const *) a, *right = *(FilRow *const *) b;
  gint64 first = fil_row_get_int (left, "delivered_bytes"), second = fil_row_get_int (right, "delivered_bytes");

  if (rank_of (left) != rank_of (right))
    return rank_of (left) - rank_of (right);
  return (first < second) - (first > second);
}

static void
show_sources (FilDownloadDetails *self,
              GPtrArray *sources)
{
  GtkListBoxRow *row;
  guint n = MIN (sources->len, MAX_SOURCES);

  g_ptr_array_sort (sources, compare_sources);
  for (guint i = 0; i < n; i++)
    {
      row = gtk_list_box_get_row_at_index (self->sources, (int) i);
      if (row == NULL)
        {
          row = make_row ();
          gtk_list_box_append (self->sources, GTK_WIDGET (row));
        }
      fill_row (row, g_ptr_array_index (sources, i));
    }
  while ((row = gtk_list_box_get_row_at_index (self->sources, (int) n)) != NULL)
    gtk_list_box_remove (self->sources, GTK_WIDGET (row));
  gtk_widget_set_visible (self->sources_box, n > 0);
  gtk_widget_set_visible (self->nobody, n == 0);
  if (n > 0 && gtk_list_box_get_selected_row (self->sources) == NULL)
    gtk_list_box_select_row (self->sources, gtk_list_box_get_row_at_index (self->sources, 0));
  show_path (self);
}

/* Asking */

static void
sources_cb (GObject *source,
            GAsyncResult *result,
            gpointer data)
{
  g_autoptr (FilDownloadDetails) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_client_finish_rows (FIL_CLIENT (source), result, &error);

  if (rows != NULL && self->box != NULL)
    show_sources (self, rows);
  else if (rows == NULL)
    g_debug ("no sources: %s", error->message);
}

static void
map_cb (GObject *source,
        GAsyncResult *result,
        gpointer data)
{
  g_autoptr (FilDownloadDetails) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) cells = fil_client_finish_map (FIL_CLIENT (source), result, &error);

  if (cells != NULL && self->box != NULL)
    fil_chunk_map_set_cells (self->map, cells);
  else if (cells == NULL)
    g_debug ("no map: %s", error->message);
}

static void
ask (FilDownloadDetails *self)
{
  gint64 id = fil_row_get_id (self->download);

  if (!fil_client_is_attached (self->client))
    return;
  fil_client_download_sources (self->client, id, self->cancellable, sources_cb, g_object_ref (self));
  fil_client_download_map (self->client, id, FIL_CHUNK_MAP_CELLS, self->cancellable, map_cb, g_object_ref (self));
}

static gboolean
tick_cb (gpointer data)
{
  ask (data);
  return G_SOURCE_CONTINUE;
}

static void
update (FilDownloadDetails *self)
{
  gboolean is_done = g_str_equal (fil_row_get_string (self->download, "state"), "done");

  fil_traffic_curve_set_now (self->curve, fil_row_get_int (self->download, "bps"), 0);
  gtk_widget_set_visible (self->speed_box, !is_done);
}

/* The widget */

static void
fil_download_details_map (GtkWidget *widget)
{
  FilDownloadDetails *self = FIL_DOWNLOAD_DETAILS (widget);

  GTK_WIDGET_CLASS (fil_download_details_parent_class)->map (widget);
  ask (self);
  self->timer_id = g_timeout_add_seconds_full (G_PRIORITY_LOW, 1, tick_cb, self, NULL);
  g_source_set_name_by_id (self->timer_id, "[filbert] download details");
}

static void
fil_download_details_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&FIL_DOWNLOAD_DETAILS (widget)->timer_id, g_source_remove);
  GTK_WIDGET_CLASS (fil_download_details_parent_class)->unmap (widget);
}

static void
fil_download_details_dispose (GObject *object)
{
  FilDownloadDetails *self = FIL_DOWNLOAD_DETAILS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->client);
  g_clear_object (&self->download);
  G_OBJECT_CLASS (fil_download_details_parent_class)->dispose (object);
}

static void
fil_download_details_finalize (GObject *object)
{
  g_object_unref (FIL_DOWNLOAD_DETAILS (object)->cancellable);
  G_OBJECT_CLASS (fil_download_details_parent_class)->finalize (object);
}

static void
fil_download_details_class_init (FilDownloadDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_download_details_dispose;
  G_OBJECT_CLASS (klass)->finalize = fil_download_details_finalize;
  widget_class->map = fil_download_details_map;
  widget_class->unmap = fil_download_details_unmap;
  g_type_ensure (FIL_TYPE_CHUNK_MAP);
  g_type_ensure (FIL_TYPE_TRAFFIC_CURVE);
  g_type_ensure (FIL_TYPE_PATH_PICTURE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/download-details.ui");
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, box);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, map);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, curve);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, speed_box);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, sources_box);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, sources);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, path);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, path_words);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadDetails, nobody);
  gtk_widget_class_bind_template_callback (widget_class, show_path);
}

static void
fil_download_details_init (FilDownloadDetails *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * fil_download_details_new:
 * @download: a row of the list "downloads", which the details follow
 */
GtkWidget *
fil_download_details_new (FilClient *client,
                          FilRow *download)
{
  FilDownloadDetails *self = g_object_new (FIL_TYPE_DOWNLOAD_DETAILS, NULL);

  self->client = g_object_ref (client);
  self->download = g_object_ref (download);
  g_signal_connect_object (download, "notify::variant", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
