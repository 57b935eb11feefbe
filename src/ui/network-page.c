/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "network-page.h"

#include "client-verbs.h"
#include "context-menu.h"
#include "doctor-row.h"
#include "formatting.h"
#include "list-model.h"
#include "network-map.h"
#include "row-columns.h"
#include "status-watch.h"
#include "status-words.h"
#include "traffic-curve.h"

#include <glib/gi18n.h>

#define N_COLUMNS 6
/* Bits of the columns that a narrow window has room for. */
#define NARROW_COLUMNS (1u << 0 | 1u << 2)

struct _FilNetworkPage
{
  GtkWidget parent;

  GtkWidget *scroller;
  AdwPreferencesGroup *doctor_group;
  GtkListBox *doctor;
  FilNetworkMap *map;
  FilTrafficCurve *curve;
  GtkLabel *traffic;
  AdwPreferencesGroup *peers_group;
  GtkWidget *peers_frame;
  GtkColumnView *peers_view;
  AdwEntryRow *connect;
  GtkColumnViewColumn *columns[N_COLUMNS];
  gboolean is_narrow;

  FilClient *client;
  FilListModel *peers;
  FilListModel *searches;
  GCancellable *cancellable;
  char *diagnosis; /* what the verdicts on the page rest on */
  gboolean is_watched;
};

G_DEFINE_FINAL_TYPE (FilNetworkPage, fil_network_page, GTK_TYPE_WIDGET)

/* The doctor */

static void ask_doctor (FilNetworkPage *self);

static void
helped_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (FilNetworkPage) self = data;

  (void) !fil_client_finish (FIL_CLIENT (source), result, NULL);
  if (self->scroller != NULL)
    ask_doctor (self);
}

static void
pressed_cb (FilNetworkPage *self,
            const char *setting,
            const char *value)
{
  fil_client_set (self->client, setting, value, self->cancellable, helped_cb, g_object_ref (self));
}

static void
doctor_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (FilNetworkPage) self = data;
  g_autoptr (GPtrArray) lines = fil_client_finish_rows (FIL_CLIENT (source), result, NULL);
  GtkWidget *child;

  if (lines == NULL || self->scroller == NULL)
    return;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->doctor))) != NULL)
    gtk_list_box_remove (self->doctor, child);
  for (guint i = 0; i < lines->len; i++)
    {
      GtkWidget *row = fil_doctor_row_new (g_ptr_array_index (lines, i));

      g_signal_connect_object (row, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
      gtk_list_box_append (self->doctor, row);
    }
}

static void
ask_doctor (FilNetworkPage *self)
{
  if (self->client != NULL && fil_client_is_attached (self->client))
    fil_client_doctor (self->client, self->cancellable, doctor_cb, g_object_ref (self));
}

static char *
text_or_dash (FilRow *status,
              const char *field)
{
  const char *text = fil_row_get_string (status, field);

  return g_strdup (text != NULL ? text : "-");
}

/* Asks again when what the verdicts rest on has changed, and somebody looks. */
static void
diagnose (FilNetworkPage *self,
          FilRow *status)
{
  g_autofree char *nat = text_or_dash (status, "nat");
  g_autofree char *external = text_or_dash (status, "external");
  g_autofree char *diagnosis =
      g_strdup_printf ("%s %d%d %d%d %s %s", fil_row_get_string (status, "state"),
                       fil_row_is_known (status, "tcp_reachable"), fil_row_get_bool (status, "tcp_reachable"),
                       fil_row_is_known (status, "udp_reachable"), fil_row_get_bool (status, "udp_reachable"), nat,
                       external);

  if (!self->is_watched || g_strcmp0 (diagnosis, self->diagnosis) == 0)
    return;
  g_free (self->diagnosis);
  self->diagnosis = g_steal_pointer (&diagnosis);
  ask_doctor (self);
}

static void
status_cb (gpointer watcher,
           FilRow *status)
{
  FilNetworkPage *self = watcher;
  g_autofree char *traffic = fil_status_traffic (status);
  g_autofree char *sentence = fil_status_sentence (status);
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  gtk_label_set_label (self->traffic, traffic);
  adw_preferences_group_set_description (self->doctor_group, escaped);
  if (status == NULL)
    return;
  fil_traffic_curve_set_now (self->curve, fil_row_get_int (status, "down_bps"), fil_row_get_int (status, "up_bps"));
  diagnose (self, status);
}

/* Neighbours */

static char *
text_of_address (FilRow *row)
{
  return g_strdup (fil_row_get_string (row, "address"));
}

static char *
text_of_program (FilRow *row)
{
  return g_strdup (fil_row_get_string (row, "user_agent"));
}

static char *
text_of_role (FilRow *row)
{
  if (!fil_row_get_bool (row, "established"))
    return g_strdup (_("shaking hands"));
  return g_strdup (g_strcmp0 (fil_row_get_string (row, "role"), "leaf") == 0 ? _("leaf") : _("ultrapeer"));
}

static char *
text_of_link (FilRow *row)
{
  g_autoptr (GString) line = g_string_new (NULL);

  fil_format_join (line, g_strcmp0 (fil_row_get_string (row, "direction"), "in") == 0 ? _("they called") : _("you called"));
  if (fil_row_get_bool (row, "encrypted"))
    fil_format_join (line, _("encrypted"));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static char *
text_of_time (FilRow *row)
{
  return fil_format_duration (fil_row_get_int (row, "uptime_s"));
}

static char *
text_of_messages (FilRow *row)
{
  g_autofree char *in = fil_format_number (fil_row_get_int (row, "in_messages"));
  g_autofree char *out = fil_format_number (fil_row_get_int (row, "out_messages"));

  /* Translators: messages in / out */
  return g_strdup_printf (_("%s / %s"), in, out);
}

static GMenuModel *
make_menu (FilRow *row)
{
  GMenu *menu = g_menu_new ();
  const char *address = fil_row_get_string (row, "address");

  fil_menu_add (menu, _("See All Files of This Host"), "win.browse", g_variant_new_string (address));
  fil_menu_add (menu, _("Copy Address"), "win.copy", g_variant_new_string (address));
  fil_menu_add (menu, _("Disconnect"), "win.disconnect", g_variant_new_int64 (fil_row_get_id (row)));
  fil_menu_add (menu, _("Never Talk to This Host"), "win.ban", g_variant_new_string (address));
  return G_MENU_MODEL (menu);
}

static void
add_columns (FilNetworkPage *self)
{
  self->columns[0] = fil_row_column_add (self->peers_view, _("Address"), text_of_address, 0, make_menu);
  self->columns[1] = fil_row_column_add (self->peers_view, _("Program"), text_of_program, 160, make_menu);
  self->columns[2] = fil_row_column_add (self->peers_view, _("Role"), text_of_role, 110, make_menu);
  self->columns[3] = fil_row_column_add (self->peers_view, _("Link"), text_of_link, 150, make_menu);
  self->columns[4] = fil_row_column_add (self->peers_view, _("Time"), text_of_time, -84, make_menu);
  self->columns[5] = fil_row_column_add (self->peers_view, _("Messages in / out"), text_of_messages, -140, make_menu);
}

static void
peers_cb (FilNetworkPage *self)
{
  gboolean has_any = g_list_model_get_n_items (G_LIST_MODEL (self->peers)) > 0;

  gtk_widget_set_visible (self->peers_frame, has_any);
  adw_preferences_group_set_description (self->peers_group,
                                         has_any ? NULL : _("No neighbours yet. Filbert looks for some by itself."));
}

static void
searches_cb (FilNetworkPage *self,
             guint position,
             guint removed,
             guint added)
{
  if (added > 0)
    fil_network_map_spread (self->map);
}

static void
connect_cb (FilNetworkPage *self)
{
  const char *host = gtk_editable_get_text (GTK_EDITABLE (self->connect));

  if (*host != '\0')
    gtk_widget_activate_action (GTK_WIDGET (self), "win.connect", "s", host);
  gtk_editable_set_text (GTK_EDITABLE (self->connect), "");
}

static void
fil_network_page_dispose (GObject *object)
{
  FilNetworkPage *self = FIL_NETWORK_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  for (guint i = 0; i < N_COLUMNS; i++)
    g_clear_object (&self->columns[i]);
  g_clear_object (&self->client);
  g_clear_object (&self->peers);
  g_clear_object (&self->searches);
  g_clear_pointer (&self->diagnosis, g_free);
  G_OBJECT_CLASS (fil_network_page_parent_class)->dispose (object);
}

static void
fil_network_page_class_init (FilNetworkPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_network_page_dispose;
  g_type_ensure (FIL_TYPE_NETWORK_MAP);
  g_type_ensure (FIL_TYPE_TRAFFIC_CURVE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/network-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, doctor_group);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, doctor);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, map);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, curve);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, traffic);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, peers_group);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, peers_frame);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, peers_view);
  gtk_widget_class_bind_template_child (widget_class, FilNetworkPage, connect);
  gtk_widget_class_bind_template_callback (widget_class, connect_cb);
}

static void
fil_network_page_init (FilNetworkPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  add_columns (self);
}

FilNetworkPage *
fil_network_page_new (FilClient *client)
{
  FilNetworkPage *self = g_object_new (FIL_TYPE_NETWORK_PAGE, NULL);
  g_autoptr (GtkSelectionModel) selection = NULL;

  self->client = g_object_ref (client);
  self->peers = fil_list_model_new (client, "peers", 0);
  self->searches = fil_list_model_new (client, "searches", 0);
  selection = GTK_SELECTION_MODEL (gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->peers))));
  gtk_single_selection_set_autoselect (GTK_SINGLE_SELECTION (selection), FALSE);
  gtk_single_selection_set_can_unselect (GTK_SINGLE_SELECTION (selection), TRUE);
  gtk_column_view_set_model (self->peers_view, selection);
  fil_network_map_set_peers (self->map, G_LIST_MODEL (self->peers));
  g_signal_connect_object (self->peers, "items-changed", G_CALLBACK (peers_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->searches, "items-changed", G_CALLBACK (searches_cb), self, G_CONNECT_SWAPPED);
  fil_status_watch (client, self, status_cb);
  peers_cb (self);
  return self;
}

void
fil_network_page_set_narrow (FilNetworkPage *self,
                             gboolean is_narrow)
{
  g_return_if_fail (FIL_IS_NETWORK_PAGE (self));

  if (self->is_narrow == is_narrow)
    return;
  self->is_narrow = is_narrow;
  fil_columns_arrange (self->peers_view, self->columns, N_COLUMNS, is_narrow ? NARROW_COLUMNS : (1u << N_COLUMNS) - 1);
}

/**
 * fil_network_page_set_watched:
 *
 * The doctor is asked only while somebody looks.
 */
void
fil_network_page_set_watched (FilNetworkPage *self,
                              gboolean is_watched)
{
  g_return_if_fail (FIL_IS_NETWORK_PAGE (self));

  if (self->is_watched == is_watched)
    return;
  self->is_watched = is_watched;
  if (is_watched)
    ask_doctor (self);
}
