/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "preferences-window.h"

#include "client-verbs.h"

#include <glib/gi18n.h>

/* Speeds are bytes a second for the node and kB/s for people. */
#define KILO 1000

/* Kinds of files that can have a folder of their own: the names of their settings, and of their rows with _ for -. */
static const char *const kind_dirs[] = { "audio-dir", "video-dir", "image-dir", "document-dir", "archive-dir", "program-dir" };

struct _FilPreferencesWindow
{
  AdwPreferencesWindow parent;

  AdwActionRow *downloads_dir;
  AdwActionRow *incomplete_dir;
  GtkButton *downloads_dir_button;
  GtkButton *incomplete_dir_button;
  GtkButton *show_library;
  AdwComboRow *alt_limits;
  AdwEntryRow *alt_schedule;
  GtkSpinButton *alt_download_limit;
  GtkSpinButton *alt_upload_limit;
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
  GtkSwitch *port_mapping;

  FilClient *client;
  GCancellable *cancellable;
  GHashTable *widgets; /* key -> widget */
  gboolean is_loading; /* changes are the node's, not a person's */
};

G_DEFINE_FINAL_TYPE (FilPreferencesWindow, fil_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* What the entries of a combo row mean; NULL at the end. */
static const char *const roles[] = { "auto", "leaf", "ultrapeer", NULL };
static const char *const alt_limits[] = { "off", "on", "schedule", NULL };

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
    {
      const char *const *values = g_object_get_data (G_OBJECT (widget), "fil-values");

      for (guint i = 0; values[i] != NULL; i++)
        if (g_str_equal (values[i], value))
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
combo_cb (FilPreferencesWindow *self,
          GParamSpec *pspec,
          AdwComboRow *row)
{
  char **values = g_object_get_data (G_OBJECT (row), "fil-values");
  guint selected = adw_combo_row_get_selected (row);

  if (selected < g_strv_length (values))
    set (self, key_of (row), values[selected]);
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
reset_cb (FilPreferencesWindow *self,
          GtkButton *button)
{
  show_value (self, key_of (button), "");
  set (self, key_of (button), "");
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
bind_kind_dir (GtkWidgetClass *widget_class,
               const char *key)
{
  static const char *const suffixes[] = { "", "_button", "_reset" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (key, suffixes[i], NULL);

      gtk_widget_class_bind_template_child_full (widget_class, g_strdelimit (name, "-", '_'), FALSE, 0);
    }
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
  for (guint i = 0; i < G_N_ELEMENTS (kind_dirs); i++)
    bind_kind_dir (widget_class, kind_dirs[i]);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, show_library);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, alt_limits);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, alt_schedule);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, alt_download_limit);
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, alt_upload_limit);
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
  gtk_widget_class_bind_template_child (widget_class, FilPreferencesWindow, port_mapping);
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
    g_signal_connect_object (widget, "notify::selected", G_CALLBACK (combo_cb), self, G_CONNECT_SWAPPED);
  else if (ADW_IS_ENTRY_ROW (widget))
    g_signal_connect_object (widget, "apply", G_CALLBACK (entry_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->widgets, (gpointer) key, widget);
}

static void
join_combo (FilPreferencesWindow *self,
            const char *key,
            AdwComboRow *row,
            const char *const *values)
{
  g_object_set_data (G_OBJECT (row), "fil-values", (gpointer) values);
  join (self, key, row);
}

static void
join_button (FilPreferencesWindow *self,
             const char *key,
             GtkButton *button,
             GCallback clicked)
{
  g_object_set_data (G_OBJECT (button), "fil-key", (gpointer) key);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
}

static gpointer
template_child (FilPreferencesWindow *self,
                const char *key,
                const char *suffix)
{
  g_autofree char *name = g_strconcat (key, suffix, NULL);

  return gtk_widget_get_template_child (GTK_WIDGET (self), FIL_TYPE_PREFERENCES_WINDOW, g_strdelimit (name, "-", '_'));
}

/* Each of the same three widgets, found by the name of its setting. */
static void
join_kind_dirs (FilPreferencesWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_dirs); i++)
    {
      AdwActionRow *row = template_child (self, kind_dirs[i], "");
      GtkButton *change = template_child (self, kind_dirs[i], "_button");
      GtkButton *reset = template_child (self, kind_dirs[i], "_reset");
      const char *title = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row));
      g_autofree char *change_spoken = g_strdup_printf (_("Change the folder: %s"), title);
      g_autofree char *reset_spoken = g_strdup_printf (_("No folder of its own: %s"), title);

      join (self, kind_dirs[i], row);
      join_button (self, kind_dirs[i], change, G_CALLBACK (choose_cb));
      join_button (self, kind_dirs[i], reset, G_CALLBACK (reset_cb));
      adw_action_row_set_activatable_widget (row, GTK_WIDGET (change));
      gtk_accessible_update_property (GTK_ACCESSIBLE (change), GTK_ACCESSIBLE_PROPERTY_LABEL, change_spoken, -1);
      gtk_accessible_update_property (GTK_ACCESSIBLE (reset), GTK_ACCESSIBLE_PROPERTY_LABEL, reset_spoken, -1);
    }
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
  join_combo (self, "role", self->role, roles);
  join_combo (self, "alt-limits", self->alt_limits, alt_limits);
  join (self, "alt-schedule", self->alt_schedule);
  join (self, "alt-download-limit", self->alt_download_limit);
  join (self, "alt-upload-limit", self->alt_upload_limit);
  join (self, "bind-interface", self->bind_interface);
  join (self, "listen-port", self->listen_port);
  join (self, "port-mapping", self->port_mapping);
  join_button (self, "downloads-dir", self->downloads_dir_button, G_CALLBACK (choose_cb));
  join_button (self, "incomplete-dir", self->incomplete_dir_button, G_CALLBACK (choose_cb));
  join_kind_dirs (self);
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
