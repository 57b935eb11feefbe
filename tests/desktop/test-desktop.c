/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "desktop.h"

#include <string.h>

/* A panel, a notification daemon and a window, as far as the node sees them, on a bus of their own. */
static const char peers_xml[] =
    "<node><interface name='org.kde.StatusNotifierWatcher'>"
    "<method name='RegisterStatusNotifierItem'><arg type='s' direction='in'/></method></interface>"
    "<interface name='org.freedesktop.Notifications'>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
    "</interface><interface name='org.freedesktop.Application'>"
    "<method name='Activate'><arg type='a{sv}' direction='in'/></method>"
    "<method name='ActivateAction'><arg type='s' direction='in'/><arg type='av' direction='in'/>"
    "<arg type='a{sv}' direction='in'/></method></interface></node>";

typedef struct
{
  GTestDBus *test_bus;
  GDBusConnection *bus;
  GDBusNodeInfo *info;
  FilDesktop *desktop;
  GString *told;   /* what the peers and the delegate were told */
  char *item;      /* bus name of the tray item */
  guint names[3];
  guint objects[3];
} Fixture;

static void
peer_called (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *method,
             GVariant *parameters,
             GDBusMethodInvocation *invocation,
             gpointer data)
{
  Fixture *fixture = data;
  g_autofree char *text = g_variant_print (parameters, FALSE);

  g_string_append_printf (fixture->told, "%s %s\n", method, text);
  if (g_str_equal (method, "RegisterStatusNotifierItem"))
    {
      g_free (fixture->item);
      g_variant_get (parameters, "(s)", &fixture->item);
    }
  g_dbus_method_invocation_return_value (invocation,
                                         g_str_equal (method, "Notify") ? g_variant_new ("(u)", 77) : NULL);
}

static const GDBusInterfaceVTable peer_vtable = { .method_call = peer_called };

static void
on_quit (gpointer data)
{
  g_string_append (((Fixture *) data)->told, "quit\n");
}

static void
on_downloads_paused (gpointer data,
                     gboolean paused)
{
  g_string_append_printf (((Fixture *) data)->told, "downloads-paused %d\n", paused);
}

static void
on_sharing_paused (gpointer data,
                   gboolean paused)
{
  g_string_append_printf (((Fixture *) data)->told, "sharing-paused %d\n", paused);
}

static void
on_network (gpointer data,
            gboolean available)
{
}

static void
on_suspend (gpointer data,
            gboolean sleeps)
{
}

static const FilDesktopDelegate delegate = {
  .quit = on_quit,
  .set_downloads_paused = on_downloads_paused,
  .set_sharing_paused = on_sharing_paused,
  .network_changed = on_network,
  .suspend = on_suspend,
};

static void
wait_for (Fixture *fixture,
          const char *what)
{
  while (strstr (fixture->told->str, what) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *path;
  } peers[] = {
    { "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher" },
    { "org.freedesktop.Notifications", "/org/freedesktop/Notifications" },
    { "org.filbert.Filbert", "/org/filbert/Filbert" },
  };

  fixture->told = g_string_new (NULL);
  fixture->test_bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->test_bus);
  fixture->bus = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (fixture->test_bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, NULL);
  fixture->info = g_dbus_node_info_new_for_xml (peers_xml, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      fixture->objects[i] = g_dbus_connection_register_object (fixture->bus, peers[i].path,
                                                               fixture->info->interfaces[i], &peer_vtable, fixture,
                                                               NULL, NULL);
      fixture->names[i] = g_bus_own_name_on_connection (fixture->bus, peers[i].name, G_BUS_NAME_OWNER_FLAGS_NONE, NULL,
                                                        NULL, NULL, NULL);
    }
  fixture->desktop = fil_desktop_new ("org.filbert.Filbert", &delegate, fixture);
  wait_for (fixture, "RegisterStatusNotifierItem");
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  g_clear_pointer (&fixture->desktop, fil_desktop_free);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->names); i++)
    {
      g_bus_unown_name (fixture->names[i]);
      g_dbus_connection_unregister_object (fixture->bus, fixture->objects[i]);
    }
  g_dbus_node_info_unref (fixture->info);
  g_clear_object (&fixture->bus);
  g_test_dbus_down (fixture->test_bus);
  g_object_unref (fixture->test_bus);
  g_string_free (fixture->told, TRUE);
  g_free (fixture->item);
}

static void
reply_cb (GObject *source,
          GAsyncResult *result,
          gpointer data)
{
  GVariant **reply = data;

  *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_assert_nonnull (*reply);
}

static GVariant *
call_item (Fixture *fixture,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters)
{
  GVariant *reply = NULL;

  g_dbus_connection_call (fixture->bus, fixture->item, path, interface, method, parameters, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, reply_cb, &reply);
  while (reply == NULL)
    g_main_context_iteration (NULL, TRUE);
  return reply;
}

static void
test_item (Fixture *fixture,
           gconstpointer data)
{
  g_autoptr (GVariant) before = NULL;
  g_autoptr (GVariant) after = NULL;
  g_autoptr (GVariant) activated = NULL;
  g_autofree char *text = NULL;

  before = call_item (fixture, "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "GetAll",
                      g_variant_new ("(s)", "org.kde.StatusNotifierItem"));
  text = g_variant_print (before, FALSE);
  g_assert_nonnull (strstr (text, "org.filbert.Filbert-symbolic"));
  g_assert_nonnull (strstr (text, "/MenuBar"));
  g_clear_pointer (&text, g_free);

  fil_desktop_set_status (fixture->desktop, FIL_TRAY_MOVING, "2 downloads");
  after = call_item (fixture, "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "GetAll",
                     g_variant_new ("(s)", "org.kde.StatusNotifierItem"));
  text = g_variant_print (after, FALSE);
  g_assert_nonnull (strstr (text, "org.filbert.Filbert-moving-symbolic"));
  g_assert_nonnull (strstr (text, "2 downloads"));

  activated = call_item (fixture, "/StatusNotifierItem", "org.kde.StatusNotifierItem", "Activate",
                         g_variant_new ("(ii)", 0, 0));
  wait_for (fixture, "Activate (");
}

static void
test_menu (Fixture *fixture,
           gconstpointer data)
{
  g_autoptr (GVariant) layout = NULL;
  g_autoptr (GVariant) again = NULL;
  g_autoptr (GVariant) pause = NULL;
  g_autoptr (GVariant) wrong = NULL;
  g_autoptr (GVariant) quit = NULL;
  g_autofree char *text = NULL;

  layout = call_item (fixture, "/MenuBar", "com.canonical.dbusmenu", "GetLayout",
                      g_variant_new ("(ii@as)", 0, -1, g_variant_new_strv (NULL, 0)));
  text = g_variant_print (layout, FALSE);
  g_assert_nonnull (strstr (text, "Open Filbert"));
  g_assert_null (strstr (text, "'toggle-state': <1>"));
  g_clear_pointer (&text, g_free);

  pause = call_item (fixture, "/MenuBar", "com.canonical.dbusmenu", "Event",
                     g_variant_new ("(isvu)", FIL_TRAY_ITEM_PAUSE_SHARING, "clicked", g_variant_new_int32 (0), 0));
  wait_for (fixture, "sharing-paused 1");
  again = call_item (fixture, "/MenuBar", "com.canonical.dbusmenu", "GetLayout",
                     g_variant_new ("(ii@as)", 0, -1, g_variant_new_strv (NULL, 0)));
  text = g_variant_print (again, FALSE);
  g_assert_nonnull (strstr (text, "'toggle-state': <1>"));

  wrong = call_item (fixture, "/MenuBar", "com.canonical.dbusmenu", "Event",
                     g_variant_new ("(isvu)", 4711, "clicked", g_variant_new_int32 (0), 0));
  quit = call_item (fixture, "/MenuBar", "com.canonical.dbusmenu", "Event",
                    g_variant_new ("(isvu)", FIL_TRAY_ITEM_QUIT, "clicked", g_variant_new_int32 (0), 0));
  wait_for (fixture, "quit\n");
}

static void
test_panel_returns (Fixture *fixture,
                    gconstpointer data)
{
  g_bus_unown_name (fixture->names[0]);
  g_string_truncate (fixture->told, 0);
  fixture->names[0] = g_bus_own_name_on_connection (fixture->bus, "org.kde.StatusNotifierWatcher",
                                                    G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
  wait_for (fixture, "RegisterStatusNotifierItem");
}

static void
test_notification (Fixture *fixture,
                   gconstpointer data)
{
  fil_desktop_download_done (fixture->desktop, 12, "a <b> & c.txt");
  wait_for (fixture, "Notify");
  g_assert_nonnull (strstr (fixture->told->str, "a &lt;b&gt; &amp; c.txt"));
  g_assert_nonnull (strstr (fixture->told->str, "'show-in-folder'"));
  g_assert_nonnull (strstr (fixture->told->str, "'desktop-entry': <'org.filbert.Filbert'>"));

  g_dbus_connection_emit_signal (fixture->bus, NULL, "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                                 "ActionInvoked", g_variant_new ("(us)", 78, "open"), NULL);
  g_dbus_connection_emit_signal (fixture->bus, NULL, "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                                 "ActivationToken", g_variant_new ("(us)", 77, "tok"), NULL);
  g_dbus_connection_emit_signal (fixture->bus, NULL, "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                                 "ActionInvoked", g_variant_new ("(us)", 77, "show-in-folder"), NULL);
  wait_for (fixture, "ActivateAction");
  g_assert_nonnull (strstr (fixture->told->str, "ActivateAction ('show-download', [<int64 12>], "
                                                "{'activation-token': <'tok'>})"));
  g_assert_null (strstr (fixture->told->str, "open-download"));
}

static void
test_no_bus (void)
{
  FilDesktop *desktop;
  Fixture fixture = { .told = g_string_new (NULL) };

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  desktop = fil_desktop_new ("org.filbert.Filbert", &delegate, &fixture);
  fil_desktop_set_status (desktop, FIL_TRAY_ATTENTION, "x");
  fil_desktop_set_sharing_paused (desktop, TRUE);
  fil_desktop_download_done (desktop, 1, "x");
  fil_desktop_free (desktop);
  g_assert_cmpstr (fixture.told->str, ==, "");
  g_string_free (fixture.told, TRUE);
}

int
main (int argc,
      char *argv[])
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desktop/no-bus", test_no_bus);
  g_test_add ("/desktop/item", Fixture, NULL, set_up, test_item, tear_down);
  g_test_add ("/desktop/menu", Fixture, NULL, set_up, test_menu, tear_down);
  g_test_add ("/desktop/panel-returns", Fixture, NULL, set_up, test_panel_returns, tear_down);
  g_test_add ("/desktop/notification", Fixture, NULL, set_up, test_notification, tear_down);
  return g_test_run ();
}
