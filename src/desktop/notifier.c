/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "notifier.h"

#include <glib/gi18n.h>

#define SERVICE "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"

struct _FilNotifier
{
  GDBusConnection *bus;
  GCancellable *cancellable;
  char *app_id;
  FilNotifierAction action;
  gpointer data;
  GHashTable *downloads; /* id of a notification → gint64 download, owned */
  char *token;           /* that came before an action */
  guint subscription;
};

typedef struct
{
  FilNotifier *notifier;
  gint64 download;
} Shown;

static void
signal_received (GDBusConnection *bus,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *signal,
                 GVariant *parameters,
                 gpointer data)
{
  FilNotifier *self = data;
  const char *text;
  gint64 *download;
  guint id;

  if (g_str_equal (signal, "ActivationToken") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)")))
    {
      g_free (self->token);
      g_variant_get (parameters, "(us)", NULL, &self->token);
    }
  else if (g_str_equal (signal, "ActionInvoked") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)")))
    {
      g_variant_get (parameters, "(u&s)", &id, &text);
      download = g_hash_table_lookup (self->downloads, GUINT_TO_POINTER (id));
      if (download != NULL)
        self->action (self->data, text, *download, self->token);
      g_clear_pointer (&self->token, g_free);
    }
  else if (g_str_equal (signal, "NotificationClosed") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uu)")))
    {
      g_variant_get (parameters, "(uu)", &id, NULL);
      g_hash_table_remove (self->downloads, GUINT_TO_POINTER (id));
    }
}

/**
 * fil_notifier_new:
 * @action: called with "open", "show-in-folder" or "default"
 *
 * Returns: (transfer full): the notifier
 */
FilNotifier *
fil_notifier_new (GDBusConnection *bus,
                  const char *app_id,
                  FilNotifierAction action,
                  gpointer data)
{
  FilNotifier *self = g_new0 (FilNotifier, 1);

  self->bus = g_object_ref (bus);
  self->cancellable = g_cancellable_new ();
  self->app_id = g_strdup (app_id);
  self->action = action;
  self->data = data;
  self->downloads = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->subscription = g_dbus_connection_signal_subscribe (bus, NULL, SERVICE, NULL, PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, signal_received, self, NULL);
  return self;
}

void
fil_notifier_free (FilNotifier *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  g_hash_table_unref (self->downloads);
  g_object_unref (self->bus);
  g_free (self->app_id);
  g_free (self->token);
  g_free (self);
}

static void
shown_cb (GObject *source,
          GAsyncResult *result,
          gpointer data)
{
  g_autofree Shown *shown = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint id;

  if (reply == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_info ("no notification: %s", error->message);
      return;
    }
  g_variant_get (reply, "(u)", &id);
  g_hash_table_insert (shown->notifier->downloads, GUINT_TO_POINTER (id),
                       g_memdup2 (&shown->download, sizeof shown->download));
}

/**
 * fil_notifier_download_done:
 *
 * Shows that a file is here, with buttons to open it and to show it in its folder.
 */
void
fil_notifier_download_done (FilNotifier *self,
                            gint64 download,
                            const char *name)
{
  const char *actions[] = { "default", "", "open", _("Open"), "show-in-folder", _("Show in Folder"), NULL };
  GVariantBuilder hints = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sv}"));
  g_autofree char *body = g_markup_escape_text (name, -1);
  Shown *shown = g_new0 (Shown, 1);

  shown->notifier = self;
  shown->download = download;
  g_variant_builder_add (&hints, "{sv}", "desktop-entry", g_variant_new_string (self->app_id));
  g_variant_builder_add (&hints, "{sv}", "category", g_variant_new_string ("transfer.complete"));
  g_dbus_connection_call (self->bus, SERVICE, PATH, SERVICE, "Notify",
                          g_variant_new ("(susss^asa{sv}i)", "Filbert", 0, self->app_id,
                                         _("Download finished, every byte checked"), body, actions, &hints, -1),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, shown_cb, shown);
}
