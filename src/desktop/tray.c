/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tray.h"

#include <glib/gi18n.h>
#include <unistd.h>

#define WATCHER "org.kde.StatusNotifierWatcher"
#define ITEM_PATH "/StatusNotifierItem"

static const char item_xml[] =
    "<node><interface name='org.kde.StatusNotifierItem'>"
    "<property name='Category' type='s' access='read'/>"
    "<property name='Id' type='s' access='read'/>"
    "<property name='Title' type='s' access='read'/>"
    "<property name='Status' type='s' access='read'/>"
    "<property name='IconName' type='s' access='read'/>"
    "<property name='IconPixmap' type='a(iiay)' access='read'/>"
    "<property name='ToolTip' type='(sa(iiay)ss)' access='read'/>"
    "<property name='ItemIsMenu' type='b' access='read'/>"
    "<property name='Menu' type='o' access='read'/>"
    "<method name='Activate'><arg type='i' direction='in'/><arg type='i' direction='in'/></method>"
    "<method name='SecondaryActivate'><arg type='i' direction='in'/><arg type='i' direction='in'/></method>"
    "<method name='ContextMenu'><arg type='i' direction='in'/><arg type='i' direction='in'/></method>"
    "<method name='Scroll'><arg type='i' direction='in'/><arg type='s' direction='in'/></method>"
    "<method name='ProvideXdgActivationToken'><arg type='s' direction='in'/></method>"
    "<signal name='NewIcon'/><signal name='NewToolTip'/>"
    "<signal name='NewStatus'><arg type='s'/></signal>"
    "</interface></node>";

struct _FilTray
{
  GDBusConnection *bus;
  GDBusNodeInfo *info;
  FilTrayActivated activated;
  gpointer data;
  char *icon_name;
  char *bus_name;
  char *tooltip;
  char *token;
  FilTrayIcon icon;
  guint registration;
  guint name_id;
  guint watcher_id;
};

/* A small picture for panels that do not know the icon's name, as before installation: a nut with a cap. */
static GVariant *
pixmap (void)
{
  enum { SIZE = 22 };
  guint8 argb[SIZE * SIZE * 4];

  for (int y = 0; y < SIZE; y++)
    for (int x = 0; x < SIZE; x++)
      {
        guint8 *p = argb + 4 * (y * SIZE + x);
        int dx = 2 * x - SIZE + 1, dy = 2 * y - SIZE + 1;
        gboolean inside = dx * dx * (y > SIZE / 2 ? 5 : 4) / 4 + dy * dy < (SIZE - 2) * (SIZE - 2);
        gboolean cap = y < SIZE / 2;

        p[0] = inside ? 255 : 0;
        p[1] = cap ? 0x7f : 0xc0;
        p[2] = cap ? 0xb4 : 0x80;
        p[3] = cap ? 0x57 : 0x40;
      }
  return g_variant_new ("(ii@ay)", SIZE, SIZE, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, argb, sizeof argb, 1));
}

static GVariant *
pixmaps (void)
{
  GVariant *picture = pixmap ();

  return g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), &picture, 1);
}

static char *
icon_name (const FilTray *self)
{
  static const char *const suffixes[] = {
    [FIL_TRAY_IDLE] = "-symbolic",
    [FIL_TRAY_MOVING] = "-moving-symbolic",
    [FIL_TRAY_ATTENTION] = "-attention-symbolic",
  };

  return g_strconcat (self->icon_name, suffixes[self->icon], NULL);
}

static GVariant *
get_property (GDBusConnection *bus,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GError **error,
              gpointer data)
{
  FilTray *self = data;

  if (g_str_equal (name, "Category"))
    return g_variant_new_string ("Communications");
  if (g_str_equal (name, "Id"))
    return g_variant_new_string ("filbert");
  if (g_str_equal (name, "Title"))
    return g_variant_new_string ("Filbert");
  if (g_str_equal (name, "Status"))
    return g_variant_new_string (self->icon == FIL_TRAY_ATTENTION ? "NeedsAttention" : "Active");
  if (g_str_equal (name, "IconName"))
    return g_variant_new_take_string (icon_name (self));
  if (g_str_equal (name, "IconPixmap"))
    return pixmaps ();
  if (g_str_equal (name, "ToolTip"))
    return g_variant_new ("(s@a(iiay)ss)", "", g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), NULL, 0), "Filbert",
                          self->tooltip);
  if (g_str_equal (name, "ItemIsMenu"))
    return g_variant_new_boolean (FALSE);
  return g_variant_new_object_path (FIL_TRAY_MENU_PATH);
}

static void
method_call (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *method,
             GVariant *parameters,
             GDBusMethodInvocation *invocation,
             gpointer data)
{
  FilTray *self = data;

  g_dbus_method_invocation_return_value (invocation, NULL);
  if (g_str_equal (method, "ProvideXdgActivationToken"))
    {
      g_free (self->token);
      g_variant_get (parameters, "(s)", &self->token);
    }
  else if (g_str_equal (method, "Activate"))
    {
      self->activated (self->data, self->token);
      g_clear_pointer (&self->token, g_free);
    }
}

static const GDBusInterfaceVTable item_vtable = {
  .method_call = method_call,
  .get_property = get_property,
};

static void
watcher_appeared (GDBusConnection *bus,
                  const char *name,
                  const char *owner,
                  gpointer data)
{
  FilTray *self = data;

  g_dbus_connection_call (bus, WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisterStatusNotifierItem",
                          g_variant_new ("(s)", self->bus_name), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL,
                          NULL);
}

/**
 * fil_tray_new:
 * @icon_name: what "-symbolic" and the like are added to
 * @menu: outlives the tray
 *
 * Returns: (transfer full): the item
 */
FilTray *
fil_tray_new (GDBusConnection *bus,
              const char *name,
              FilTrayMenu *menu,
              FilTrayActivated activated,
              gpointer data)
{
  FilTray *self = g_new0 (FilTray, 1);

  self->bus = g_object_ref (bus);
  self->info = g_dbus_node_info_new_for_xml (item_xml, NULL);
  self->icon_name = g_strdup (name);
  self->tooltip = g_strdup ("");
  self->activated = activated;
  self->data = data;
  self->bus_name = g_strdup_printf ("org.kde.StatusNotifierItem-%d-1", (int) getpid ());
  self->registration = g_dbus_connection_register_object (bus, ITEM_PATH, self->info->interfaces[0], &item_vtable, self,
                                                          NULL, NULL);
  self->name_id = g_bus_own_name_on_connection (bus, self->bus_name, G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                                NULL);
  self->watcher_id = g_bus_watch_name_on_connection (bus, WATCHER, G_BUS_NAME_WATCHER_FLAGS_NONE, watcher_appeared,
                                                     NULL, self, NULL);
  return self;
}

void
fil_tray_free (FilTray *self)
{
  g_bus_unwatch_name (self->watcher_id);
  g_bus_unown_name (self->name_id);
  if (self->registration != 0)
    g_dbus_connection_unregister_object (self->bus, self->registration);
  g_dbus_node_info_unref (self->info);
  g_object_unref (self->bus);
  g_free (self->icon_name);
  g_free (self->bus_name);
  g_free (self->tooltip);
  g_free (self->token);
  g_free (self);
}

static void
emit (FilTray *self,
      const char *signal,
      GVariant *parameters)
{
  g_dbus_connection_emit_signal (self->bus, NULL, ITEM_PATH, "org.kde.StatusNotifierItem", signal, parameters, NULL);
}

void
fil_tray_set_icon (FilTray *self,
                   FilTrayIcon icon)
{
  if (icon == self->icon)
    return;
  self->icon = icon;
  emit (self, "NewIcon", NULL);
  emit (self, "NewStatus", g_variant_new ("(s)", icon == FIL_TRAY_ATTENTION ? "NeedsAttention" : "Active"));
}

void
fil_tray_set_tooltip (FilTray *self,
                      const char *sentence)
{
  if (g_str_equal (sentence, self->tooltip))
    return;
  g_free (self->tooltip);
  self->tooltip = g_strdup (sentence);
  emit (self, "NewToolTip", NULL);
}
