/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "preferences-window.h"

#include "client-verbs.h"

#include <glib/gi18n.h>

/* Speeds are bytes a second for the node and kB/s for people. */
#define KILO 1000

struct _FilPreferencesWindow
{
  AdwPreferencesWindow parent;

  AdwActionRow *downloads_dir;
  AdwActionRow *incomplete_dir;
  GtkButton *downloads_dir_button;
  GtkButton *incomplete_dir_button;
  GtkButton *show_library;
  GtkSpinButton *max_downloads;
  GtkSpinButton *download_limit;
  GtkSpinButton *download_limit_each;
  GtkSwitch *share_finished;
  GtkSwitch *share_partial;
  GtkSwitch *browse_host;
  GtkSpinButton *upload_slots;
  GtkSpinButton *upload_limit;
  GtkSpinButton *upload_limit_each;
  AdwComboRow *role;
  AdwEntryRow *bind_interface;
  GtkSpinButton *listen_port;

  FilClient *client;
  GCancellable *cancellable;
  GHashTable *widgets; /* key -> widget */
  gboolean is_loading; /* changes are the node's, not a person's */
};

G_DEFINE_FINAL_TYPE (FilPreferencesWindow, fil_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

static const char *const roles[] = { "auto", "leaf", "ultrapeer" };

static int
scale_of (const char *key)
{
  return g_str_has_suffix (key, "-limit") ? KILO : 1;
}

static void
complain (FilPreferencesWindow *self,
          const GError *error)
{
  g_autofree char *escaped = g_markup_escape_text (error->message, -1);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (escaped));
}

static void
show_value (FilPreferencesWindow *self,
            const char *key,
            const char *value)
{
  GtkWidget *widget = g_hash_table_lookup (self->widgets, key);

  if (GTK_IS_SPIN_BUTTON (widget))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (widget), (double) (g_ascii_strtoll (value, NULL, 10) / scale_of (key)));
  else if (GTK_IS_SWITCH (widget))
    gtk_switch_set_active (GTK_SWITCH (widget), g_str_equal (value, "true"));
  else if (ADW_IS_COMBO_ROW (widget))
    for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
      {
        if (g_str_equal (roles[i], value))
          adw_combo_row_set_selected (ADW_COMBO_ROW (widget), i);
      }
  else if (ADW_IS_ENTRY_ROW (widget))
    gtk_editable_set_text (GTK_EDITABLE (widget), value);
  else if (ADW_IS_ACTION_ROW (widget))
    {
      g_autofree char *escaped = g_markup_escape_text (value, -1);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (widget), escaped);
    }
}

static void
loaded_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (FilPreferencesWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_client_finish_rows (FIL_CLIENT (source), result, &error);

  if (self->widgets == NULL)
    return;
  if (rows == NULL)
    {
      complain (self, error);
      return;
    }
  self->is_loading = TRUE;
  for (guint i = 0; i < rows->len; i++)
    show_value (self, fil_row_get_string (rows->pdata[i], "key"), fil_row_get_string (rows->pdata[i], "value"));
  self->is_loading = FALSE;
}

static void
load (FilPreferencesWindow *self)
{
  fil_client_settings (self->client, self->cancellable, loaded_cb, g_object_ref (self));
}

static void
set_done_cb (GObject *source,
             GAsyncResult *result,
             gpointer data)
{
  g_autoptr (FilPreferencesWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (fil_client_finish (FIL_CLIENT (source), result, &error) || self->widgets == NULL)
    return;
  /* What the node did not take is not shown as if it had. */
  complain (self, error);
  load (self);
}

static void
set (FilPreferencesWindow *self,
     const char *key,
     const char *value)
{
  if (!self->is_loading)
    fil_client_set (self->client, key, value, self->cancellable, set_done_cb, g_object_ref (self));
}

static const char *
key_of (gpointer widget)
{
  return g_object_get_data (G_OBJECT (widget), "fil-key");
}

static void
spin_cb (FilPreferencesWindow *self,
         GtkSpinButton *spin)
{
  g_autofree char *value = g_strdup_printf (
      "%" G_GINT64_FORMAT, (gint64) gtk_spin_button_get_value (spin) * scale_of (key_of (spin)));

  set (self, key_of (spin), value);
}

static void
switch_cb (FilPreferencesWindow *self,
           GParamSpec *pspec,
           GtkSwitch *toggle)
{
  set (self, key_of (toggle), gtk_switch_get_active (toggle) ? "true" : "false");
}

static void
role_cb (FilPreferencesWindow *self,
         GParamSpec *pspec,
         AdwComboRow *row)
{
  guint selected = adw_combo_row_get_selected (row);

  if (selected < G_N_ELEMENTS (roles))
    set (self, key_of (row), roles[selected]);
}

static void
entry_cb (FilPreferencesWindow *self,
          AdwEntryRow *row)
{
  set (self, key_of (row), gtk_editable_get_text (GTK_EDITABLE (row)));
}

static void
chosen_cb (GtkNativeDialog *chooser,
           int response,
           FilPreferencesWindow *self)
{
  g_autoptr (GFile) folder = NULL;
  const char *key = key_of (chooser);
  const char *path;

  if (response == GTK_RESPONSE_ACCEPT)
    folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  path = folder != NULL ? g_file_peek_path (folder) : NULL;
  if (path != NULL)
    {
      show_value (self, key, path);
      set (self, key, path);
    }
  g_object_unref (chooser);
}

static void
choose_cb (FilPreferencesWindow *self,
           GtkButton *button)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_("Choose a folder"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                   _("Choose"), _("Cancel"));

  g_object_set_data (G_OBJECT (chooser), "fil-key", (gpointer) key_of (button));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
show_library_cb (FilPreferencesWindow *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.page", "s", "library");
  gtk_window_close (GTK_WINDOW (self));
}

static void
fil_preferences_window_dispose (GObject *object)
{
  FilPreferencesWindow *self = FIL_PREFERENCES_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  g_clear_pointer (&self->widgets, g_hash_table_unref);
  G_OBJECT_CLASS (fil_preferences_window_parent_class)->dispose (object);
}

static void
fil_preferences_window_class_init (FilPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_preferences_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, downloads_dir);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, incomplete_dir);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, downloads_dir_button);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, incomplete_dir_button);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, show_library);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, max_downloads);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, download_limit);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, download_limit_each);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, share_finished);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, share_partial);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, browse_host);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, upload_slots);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, upload_limit);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, upload_limit_each);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, role);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, bind_interface);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, listen_port);
}

/* Joins a widget to a key of the settings. */
static void
join (FilPreferencesWindow *self,
      const char *key,
      gpointer widget)
{
  g_object_set_data (widget, "fil-key", (gpointer) key);
  if (GTK_IS_SPIN_BUTTON (widget))
    g_signal_connect_object (widget, "value-changed", G_CALLBACK (spin_cb), self, G_CONNECT_SWAPPED);
  else if (GTK_IS_SWITCH (widget))
    g_signal_connect_object (widget, "notify::active", G_CALLBACK (switch_cb), self, G_CONNECT_SWAPPED);
  else if (ADW_IS_COMBO_ROW (widget))
    g_signal_connect_object (widget, "notify::selected", G_CALLBACK (role_cb), self, G_CONNECT_SWAPPED);
  else if (ADW_IS_ENTRY_ROW (widget))
    g_signal_connect_object (widget, "apply", G_CALLBACK (entry_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->widgets, (gpointer) key, widget);
}

static void
fil_preferences_window_init (FilPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->widgets = g_hash_table_new (g_str_hash, g_str_equal);
  join (self, "downloads-dir", self->downloads_dir);
  join (self, "incomplete-dir", self->incomplete_dir);
  join (self, "max-downloads", self->max_downloads);
  join (self, "download-limit", self->download_limit);
  join (self, "download-limit-each", self->download_limit_each);
  join (self, "share-finished", self->share_finished);
  join (self, "share-partial", self->share_partial);
  join (self, "browse-host", self->browse_host);
  join (self, "upload-slots", self->upload_slots);
  join (self, "upload-limit", self->upload_limit);
  join (self, "upload-limit-each", self->upload_limit_each);
  join (self, "role", self->role);
  join (self, "bind-interface", self->bind_interface);
  join (self, "listen-port", self->listen_port);
  g_object_set_data (G_OBJECT (self->downloads_dir_button), "fil-key", (gpointer) "downloads-dir");
  g_object_set_data (G_OBJECT (self->incomplete_dir_button), "fil-key", (gpointer) "incomplete-dir");
  g_signal_connect_object (self->downloads_dir_button, "clicked", G_CALLBACK (choose_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->incomplete_dir_button, "clicked", G_CALLBACK (choose_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->show_library, "clicked", G_CALLBACK (show_library_cb), self, G_CONNECT_SWAPPED);
}

FilPreferencesWindow *
fil_preferences_window_new (GtkWindow *parent,
                            FilClient *client)
{
  FilPreferencesWindow *self = g_object_new (FIL_TYPE_PREFERENCES_WINDOW, "transient-for", parent, NULL);

  self->client = g_object_ref (client);
  gtk_window_set_default_size (GTK_WINDOW (self), MIN (620, gtk_widget_get_width (GTK_WIDGET (parent))), 620);
  load (self);
  return self;
}
