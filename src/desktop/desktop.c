/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "desktop.h"

#include "notifier.h"

struct _FilDesktop
{
  char *app_id;
  char *object_path; /* of the application, made from its ID */
  const FilDesktopDelegate *delegate;
  gpointer data;
  GDBusConnection *session; /* NULL: none */
  GDBusConnection *system;  /* NULL: none */
  FilTrayMenu *menu;
  FilTray *tray;
  FilNotifier *notifier;
  GNetworkMonitor *network;
  gulong network_handler;
  guint sleep_subscription;
};

static GVariant *
platform_data (const char *token)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sv}"));

  if (token != NULL)
    g_variant_builder_add (&builder, "{sv}", "activation-token", g_variant_new_string (token));
  return g_variant_builder_end (&builder);
}

/* The window owns the application ID; D-Bus starts it when it is not there. */
static void
call_window (FilDesktop *self,
             const char *method,
             GVariant *parameters)
{
  g_dbus_connection_call (self->session, self->app_id, self->object_path, "org.freedesktop.Application", method,
                          parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void
open_window (FilDesktop *self,
             const char *token)
{
  call_window (self, "Activate", g_variant_new ("(@a{sv})", platform_data (token)));
}

static void
tray_activated (gpointer data,
                const char *token)
{
  open_window (data, token);
}

static void
item_chosen (gpointer data,
             FilTrayItem item)
{
  FilDesktop *self = data;
  gboolean checked = !fil_tray_menu_get_checked (self->menu, item);

  switch (item)
    {
    case FIL_TRAY_ITEM_OPEN:
      open_window (self, NULL);
      break;
    case FIL_TRAY_ITEM_PAUSE_DOWNLOADS:
      self->delegate->set_downloads_paused (self->data, checked);
      fil_tray_menu_set_checked (self->menu, item, checked);
      break;
    case FIL_TRAY_ITEM_PAUSE_SHARING:
      self->delegate->set_sharing_paused (self->data, checked);
      fil_tray_menu_set_checked (self->menu, item, checked);
      break;
    case FIL_TRAY_ITEM_QUIT:
      self->delegate->quit (self->data);
      break;
    case FIL_TRAY_ITEM_SEPARATOR:
    default:
      break;
    }
}

static void
notification_action (gpointer data,
                     const char *action,
                     gint64 download,
                     const char *token)
{
  FilDesktop *self = data;
  GVariant *parameter = g_variant_new_int64 (download);

  if (g_str_equal (action, "default"))
    {
      g_variant_unref (g_variant_ref_sink (parameter));
      open_window (self, token);
      return;
    }
  call_window (self, "ActivateAction",
               g_variant_new ("(s@av@a{sv})", g_str_equal (action, "open") ? "open-download" : "show-download",
                              g_variant_new_array (G_VARIANT_TYPE_VARIANT,
                                                   (GVariant *[]){ g_variant_new_variant (parameter) }, 1),
                              platform_data (token)));
}

static void
network_changed (GNetworkMonitor *monitor,
                 gboolean available,
                 gpointer data)
{
  FilDesktop *self = data;

  self->delegate->network_changed (self->data, available);
}

static void
prepare_for_sleep (GDBusConnection *bus,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *signal,
                   GVariant *parameters,
                   gpointer data)
{
  FilDesktop *self = data;
  gboolean sleeps;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &sleeps);
  self->delegate->suspend (self->data, sleeps);
}

/**
 * fil_desktop_new:
 * @app_id: the ID that the window of this profile owns
 * @delegate: what the user chose, and what the machine did; outlives this
 *
 * Returns: (transfer full): the way to the desktop
 */
FilDesktop *
fil_desktop_new (const char *app_id,
                 const FilDesktopDelegate *delegate,
                 gpointer data)
{
  FilDesktop *self = g_new0 (FilDesktop, 1);

  self->app_id = g_strdup (app_id);
  self->object_path = g_strconcat ("/", app_id, NULL);
  g_strdelimit (self->object_path, ".", '/');
  self->delegate = delegate;
  self->data = data;

  self->session = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  if (self->session != NULL)
    {
      g_dbus_connection_set_exit_on_close (self->session, FALSE);
      self->menu = fil_tray_menu_new (self->session, item_chosen, self);
      self->tray = fil_tray_new (self->session, "org.filbert.Filbert", self->menu, tray_activated, self);
      self->notifier = fil_notifier_new (self->session, app_id, notification_action, self);
    }

  self->system = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);
  if (self->system != NULL)
    {
      g_dbus_connection_set_exit_on_close (self->system, FALSE);
      self->sleep_subscription = g_dbus_connection_signal_subscribe (
          self->system, "org.freedesktop.login1", "org.freedesktop.login1.Manager", "PrepareForSleep",
          "/org/freedesktop/login1", NULL, G_DBUS_SIGNAL_FLAGS_NONE, prepare_for_sleep, self, NULL);
    }

  self->network = g_object_ref (g_network_monitor_get_default ());
  self->network_handler = g_signal_connect (self->network, "network-changed", G_CALLBACK (network_changed), self);
  if (!g_network_monitor_get_network_available (self->network))
    delegate->network_changed (data, FALSE);
  return self;
}

void
fil_desktop_free (FilDesktop *self)
{
  g_signal_handler_disconnect (self->network, self->network_handler);
  g_object_unref (self->network);
  if (self->sleep_subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->system, self->sleep_subscription);
  g_clear_pointer (&self->notifier, fil_notifier_free);
  g_clear_pointer (&self->tray, fil_tray_free);
  g_clear_pointer (&self->menu, fil_tray_menu_free);
  g_clear_object (&self->session);
  g_clear_object (&self->system);
  g_free (self->object_path);
  g_free (self->app_id);
  g_free (self);
}

/**
 * fil_desktop_set_status:
 * @sentence: for the tool tip
 */
void
fil_desktop_set_status (FilDesktop *self,
                        FilTrayIcon icon,
                        const char *sentence)
{
  if (self->tray == NULL)
    return;
  fil_tray_set_icon (self->tray, icon);
  fil_tray_set_tooltip (self->tray, sentence);
}

/**
 * fil_desktop_set_sharing_paused:
 *
 * Brings the mark in the menu up to date.
 */
void
fil_desktop_set_sharing_paused (FilDesktop *self,
                                gboolean paused)
{
  if (self->menu != NULL)
    fil_tray_menu_set_checked (self->menu, FIL_TRAY_ITEM_PAUSE_SHARING, paused);
}

/**
 * fil_desktop_download_done:
 *
 * Tells the user that a file is here.
 */
void
fil_desktop_download_done (FilDesktop *self,
                           gint64 download,
                           const char *name)
{
  if (self->notifier != NULL)
    fil_notifier_download_done (self->notifier, download, name);
}
