/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "application.h"

#include "client-verbs.h"
#include "client.h"
#include "demo-process.h"
#include "open-files.h"
#include "profile.h"
#include "resources.h"
#include "row.h"
#include "window.h"

#include <glib/gi18n.h>

struct _FilApplication
{
  AdwApplication parent;

  FilClient *client;
  gboolean quits_node;

  gboolean is_demo;
  FilDemoProcess *demo; /* its nodes end with this process */
  gboolean is_starting_demo;
  int exit_code;
};

G_DEFINE_FINAL_TYPE (FilApplication, fil_application, ADW_TYPE_APPLICATION)

#define APPLICATION_ID "org.filbert.Filbert"

/* The node keeps quiet about finished downloads while somebody looks at them. */
static void
tell_presence (FilApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (fil_client_is_attached (self->client))
    fil_client_set_watching (self->client, window != NULL && gtk_window_is_active (window), NULL, NULL, NULL);
}

static FilWindow *
ensure_window (FilApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  FilWindow *made;

  if (FIL_IS_WINDOW (window))
    return FIL_WINDOW (window);
  made = fil_window_new (GTK_APPLICATION (self), self->client);
  g_signal_connect_object (made, "notify::is-active", G_CALLBACK (tell_presence), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "attached", G_CALLBACK (tell_presence), self, G_CONNECT_SWAPPED);
  fil_window_attach (made);
  return made;
}

/* Before it is there, nobody knows where the demo's profile is: the window comes with it. */
static void
demo_started_cb (GObject *source,
                 GAsyncResult *result,
                 gpointer data)
{
  g_autoptr (FilApplication) self = data;
  g_autoptr (GError) error = NULL;

  self->is_starting_demo = FALSE;
  self->demo = fil_demo_process_start_finish (result, &error);
  if (self->demo == NULL)
    {
      g_printerr ("filbert: %s\n", error->message);
      self->exit_code = FIL_CLIENT_ERROR_UNAVAILABLE;
    }
  else
    {
      self->client = fil_client_new (fil_demo_process_profile (self->demo));
      g_application_activate (G_APPLICATION (self));
    }
  g_application_release (G_APPLICATION (self));
}

static void
fil_application_activate (GApplication *application)
{
  FilApplication *self = FIL_APPLICATION (application);

  if (self->client != NULL)
    gtk_window_present (GTK_WINDOW (ensure_window (self)));
  else if (!self->is_starting_demo)
    {
      self->is_starting_demo = TRUE;
      g_application_hold (application);
      fil_demo_process_start_async (NULL, demo_started_cb, g_object_ref (self));
    }
}

static void
fil_application_open (GApplication *application,
                      GFile **files,
                      int n_files,
                      const char *hint)
{
  FilWindow *window;

  /* Links from outside have no place in the demo. */
  if (FIL_APPLICATION (application)->is_demo)
    {
      g_application_activate (application);
      return;
    }
  window = ensure_window (FIL_APPLICATION (application));
  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);

      fil_window_offer_magnet (window, uri);
    }
  gtk_window_present (GTK_WINDOW (window));
}

/* A button of a notification: the window may have been started just for it. */
typedef struct
{
  FilApplication *application;
  gint64 download;
  gboolean in_folder;
} Shown;

static void
shown_free (gpointer data,
            GClosure *closure)
{
  Shown *shown = data;

  g_object_unref (shown->application);
  g_free (shown);
}

static void
download_known_cb (GObject *source,
                   GAsyncResult *result,
                   gpointer data)
{
  Shown *shown = data;
  g_autoptr (FilRow) row = fil_client_finish_row (FIL_CLIENT (source), result, NULL);
  const char *path = row != NULL ? fil_row_get_string (row, "path") : NULL;
  GtkWindow *window = GTK_WINDOW (ensure_window (shown->application));

  if (path != NULL && shown->in_folder)
    fil_show_in_folder (window, path, fil_window_open_failed);
  else if (path != NULL)
    fil_open_file (window, path, fil_window_open_failed);
  shown_free (shown, NULL);
}

static void
ask_for_download (FilClient *client,
                  Shown *shown)
{
  Shown *asked = g_new0 (Shown, 1);

  *asked = *shown;
  g_object_ref (asked->application);
  fil_client_row (client, "downloads", asked->download, NULL, download_known_cb, asked);
}

static void
attached_cb (FilClient *client,
             gpointer data)
{
  ask_for_download (client, data);
  g_signal_handlers_disconnect_by_func (client, attached_cb, data);
}

static void
show_download (FilApplication *self,
               gint64 download,
               gboolean in_folder)
{
  Shown shown = { self, download, in_folder };

  gtk_window_present (GTK_WINDOW (ensure_window (self)));
  if (fil_client_is_attached (self->client))
    {
      ask_for_download (self->client, &shown);
      return;
    }
  g_object_ref (self);
  g_signal_connect_data (self->client, "attached", G_CALLBACK (attached_cb), g_memdup2 (&shown, sizeof shown),
                         shown_free, 0);
}

static void
open_download_cb (GSimpleAction *action,
                  GVariant *parameter,
                  gpointer data)
{
  show_download (data, g_variant_get_int64 (parameter), FALSE);
}

static void
show_download_cb (GSimpleAction *action,
                  GVariant *parameter,
                  gpointer data)
{
  show_download (data, g_variant_get_int64 (parameter), TRUE);
}

/* Ctrl+Q stops the node if this process has started it. */
static void
quit_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  FilApplication *self = data;
  GList *windows;

  if (!self->is_demo && fil_client_is_attached (self->client) && !fil_client_has_started_node (self->client))
    {
      g_autoptr (GNotification) notification = g_notification_new (_("Filbert"));

      g_notification_set_body (notification,
                               _("The node was not started by this window and goes on. To end it: filbertctl stop"));
      g_application_send_notification (G_APPLICATION (self), "goes-on", notification);
    }
  self->quits_node = !self->is_demo && fil_client_has_started_node (self->client);
  while ((windows = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (windows->data);
  /* Without a window it ends by itself, once what goes to the trash is there. */
  if (self->is_starting_demo)
    g_application_quit (G_APPLICATION (self));
}

static void
fil_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { .name = "quit", .activate = quit_cb },
    { .name = "open-download", .parameter_type = "x", .activate = open_download_cb },
    { .name = "show-download", .parameter_type = "x", .activate = show_download_cb },
  };
  static const char *const quit_keys[] = { "<ctrl>q", NULL };
  static const char *const undo_keys[] = { "<ctrl>z", NULL };

  G_APPLICATION_CLASS (fil_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
  gtk_application_set_accels_for_action (GTK_APPLICATION (application), "app.quit", quit_keys);
  gtk_application_set_accels_for_action (GTK_APPLICATION (application), "win.undo", undo_keys);
  gtk_window_set_default_icon_name (APPLICATION_ID);
}

static void
fil_application_shutdown (GApplication *application)
{
  FilApplication *self = FIL_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  if (self->quits_node && !fil_client_quit (self->client, &error))
    g_printerr ("filbert: %s\n", error->message);
  G_APPLICATION_CLASS (fil_application_parent_class)->shutdown (application);
}

static void
fil_application_finalize (GObject *object)
{
  FilApplication *self = FIL_APPLICATION (object);

  g_clear_object (&self->client);
  g_clear_pointer (&self->demo, fil_demo_process_free);
  G_OBJECT_CLASS (fil_application_parent_class)->finalize (object);
}

static void
fil_application_class_init (FilApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fil_application_finalize;
  application_class->startup = fil_application_startup;
  application_class->activate = fil_application_activate;
  application_class->open = fil_application_open;
  application_class->shutdown = fil_application_shutdown;
}

static void
fil_application_init (FilApplication *self)
{
}

/**
 * fil_ui_init:
 *
 * Makes templates, icons and styles known. A static library's own constructor would be left out by the
 * linker.
 */
void
fil_ui_init (void)
{
  g_resources_register (fil_ui_get_resource ());
}

/* Each profile other than the usual one is a program of its own for the desktop. */
static char *
make_application_id (const char *profile)
{
  g_autoptr (FilProfile) own = NULL;
  g_autofree char *hash = NULL;

  if (profile == NULL)
    return g_strdup (APPLICATION_ID);
  own = fil_profile_new (profile, g_getenv ("XDG_RUNTIME_DIR"));
  hash = fil_profile_hash (own);
  return g_strconcat (APPLICATION_ID ".P", hash, NULL);
}

/**
 * fil_application_new:
 * @profile: (nullable): directory; NULL for the usual one
 * @no_bootstrap: a node that has to be started asks no web cache for hosts
 *
 * Returns: (transfer full): the application; the node is looked for when there is a window
 */
FilApplication *
fil_application_new (const char *profile,
                     gboolean no_bootstrap)
{
  static const char *const start_arguments[] = { "--no-bootstrap", NULL };
  g_autofree char *id = make_application_id (profile);
  FilApplication *self;

  fil_ui_init ();
  self = g_object_new (FIL_TYPE_APPLICATION, "application-id", id, "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/org/filbert/Filbert", NULL);
  self->client = fil_client_new (profile);
  if (no_bootstrap)
    fil_client_set_start_arguments (self->client, start_arguments);
  return self;
}

/**
 * fil_application_new_for_demo:
 *
 * Returns: (transfer full): the application for a throw-away network on this machine, which ends with it
 */
FilApplication *
fil_application_new_for_demo (void)
{
  FilApplication *self;

  fil_ui_init ();
  self = g_object_new (FIL_TYPE_APPLICATION, "application-id", APPLICATION_ID ".Demo", "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/filbert/Filbert", NULL);
  self->is_demo = TRUE;
  return self;
}

/**
 * fil_application_get_exit_code:
 *
 * Returns: what the program ends with when GApplication itself has no complaint
 */
int
fil_application_get_exit_code (FilApplication *self)
{
  g_return_val_if_fail (FIL_IS_APPLICATION (self), 1);

  return self->exit_code;
}
