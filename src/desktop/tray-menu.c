/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tray-menu.h"

#include <glib/gi18n.h>

#define INTERFACE "com.canonical.dbusmenu"

static const char menu_xml[] =
    "<node><interface name='com.canonical.dbusmenu'>"
    "<property name='Version' type='u' access='read'/>"
    "<property name='TextDirection' type='s' access='read'/>"
    "<property name='Status' type='s' access='read'/>"
    "<property name='IconThemePath' type='as' access='read'/>"
    "<method name='GetLayout'><arg type='i' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='u' direction='out'/><arg type='(ia{sv}av)' direction='out'/></method>"
    "<method name='GetGroupProperties'><arg type='ai' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='a(ia{sv})' direction='out'/></method>"
    "<method name='GetProperty'><arg type='i' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='v' direction='out'/></method>"
    "<method name='Event'><arg type='i' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='v' direction='in'/><arg type='u' direction='in'/></method>"
    "<method name='EventGroup'><arg type='a(isvu)' direction='in'/><arg type='ai' direction='out'/></method>"
    "<method name='AboutToShow'><arg type='i' direction='in'/><arg type='b' direction='out'/></method>"
    "<method name='AboutToShowGroup'><arg type='ai' direction='in'/><arg type='ai' direction='out'/>"
    "<arg type='ai' direction='out'/></method>"
    "<signal name='ItemsPropertiesUpdated'><arg type='a(ia{sv})'/><arg type='a(ias)'/></signal>"
    "<signal name='LayoutUpdated'><arg type='u'/><arg type='i'/></signal>"
    "</interface></node>";

static const struct
{
  const char *label; /* NULL: a separator */
  gboolean is_check;
} items[] = {
  [FIL_TRAY_ITEM_OPEN] = { N_("Open Filbert"), FALSE },
  [FIL_TRAY_ITEM_PAUSE_DOWNLOADS] = { N_("Pause Downloads"), TRUE },
  [FIL_TRAY_ITEM_PAUSE_SHARING] = { N_("Pause Sharing"), TRUE },
  [FIL_TRAY_ITEM_SEPARATOR] = { NULL, FALSE },
  [FIL_TRAY_ITEM_QUIT] = { N_("Quit"), FALSE },
};

struct _FilTrayMenu
{
  GDBusConnection *bus;
  GDBusNodeInfo *info;
  FilTrayChosen chosen;
  gpointer data;
  gboolean checked[G_N_ELEMENTS (items)];
  guint registration;
};

static gboolean
is_item (int id)
{
  return id > 0 && id < (int) G_N_ELEMENTS (items);
}

static GVariant *
item_properties (FilTrayMenu *self,
                 int id)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (id == 0)
    {
      g_variant_dict_insert (&dict, "children-display", "s", "submenu");
    }
  else if (items[id].label == NULL)
    {
      g_variant_dict_insert (&dict, "type", "s", "separator");
    }
  else
    {
      g_variant_dict_insert (&dict, "label", "s", _(items[id].label));
      if (items[id].is_check)
        {
          g_variant_dict_insert (&dict, "toggle-type", "s", "checkmark");
          g_variant_dict_insert (&dict, "toggle-state", "i", self->checked[id] ? 1 : 0);
        }
    }
  return g_variant_dict_end (&dict);
}

static GVariant *
layout (FilTrayMenu *self,
        int parent)
{
  GVariantBuilder children = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (int id = 1; parent == 0 && id < (int) G_N_ELEMENTS (items); id++)
    g_variant_builder_add (&children, "v",
                           g_variant_new ("(i@a{sv}av)", id, item_properties (self, id), NULL));
  return g_variant_new ("(i@a{sv}av)", parent, item_properties (self, parent), &children);
}

static GVariant *
group_properties (FilTrayMenu *self,
                  GVariant *ids)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ia{sv})"));
  GVariantIter iter;
  int id;

  g_variant_iter_init (&iter, ids);
  while (g_variant_iter_next (&iter, "i", &id))
    if (id == 0 || is_item (id))
      g_variant_builder_add (&rows, "(i@a{sv})", id, item_properties (self, id));
  return g_variant_builder_end (&rows);
}

static void
event (FilTrayMenu *self,
       int id,
       const char *what)
{
  if (is_item (id) && g_str_equal (what, "clicked"))
    self->chosen (self->data, (FilTrayItem) id);
}

static GVariant *
answer (FilTrayMenu *self,
        const char *method,
        GVariant *parameters)
{
  if (g_str_equal (method, "GetLayout"))
    {
      int parent;

      g_variant_get (parameters, "(ii@as)", &parent, NULL, NULL);
      return g_variant_new ("(u@(ia{sv}av))", 1, layout (self, is_item (parent) ? parent : 0));
    }
  if (g_str_equal (method, "GetGroupProperties"))
    {
      g_autoptr (GVariant) ids = g_variant_get_child_value (parameters, 0);

      return g_variant_new ("(@a(ia{sv}))", group_properties (self, ids));
    }
  if (g_str_equal (method, "GetProperty"))
    {
      g_autoptr (GVariant) properties = NULL;
      g_autoptr (GVariant) value = NULL;
      const char *name;
      int id;

      g_variant_get (parameters, "(i&s)", &id, &name);
      properties = g_variant_ref_sink (item_properties (self, is_item (id) ? id : 0));
      value = g_variant_lookup_value (properties, name, NULL);
      return g_variant_new ("(v)", value != NULL ? value : g_variant_new_string (""));
    }
  if (g_str_equal (method, "AboutToShow"))
    return g_variant_new ("(b)", FALSE);
  if (g_str_equal (method, "AboutToShowGroup"))
    return g_variant_new ("(aiai)", NULL, NULL);
  if (g_str_equal (method, "EventGroup"))
    return g_variant_new ("(ai)", NULL);
  return NULL;
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
  FilTrayMenu *self = data;

  g_dbus_method_invocation_return_value (invocation, answer (self, method, parameters));
  if (g_str_equal (method, "Event"))
    {
      const char *what;
      int id;

      g_variant_get (parameters, "(i&s@vu)", &id, &what, NULL, NULL);
      event (self, id, what);
    }
  else if (g_str_equal (method, "EventGroup"))
    {
      g_autoptr (GVariantIter) iter = NULL;
      const char *what;
      int id;

      g_variant_get (parameters, "(a(isvu))", &iter);
      while (g_variant_iter_next (iter, "(i&s@vu)", &id, &what, NULL, NULL))
        event (self, id, what);
    }
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
  if (g_str_equal (name, "Version"))
    return g_variant_new_uint32 (3);
  if (g_str_equal (name, "TextDirection"))
    return g_variant_new_string ("ltr");
  if (g_str_equal (name, "Status"))
    return g_variant_new_string ("normal");
  return g_variant_new_strv (NULL, 0);
}

static const GDBusInterfaceVTable menu_vtable = {
  .method_call = method_call,
  .get_property = get_property,
};

/**
 * fil_tray_menu_new:
 * @chosen: called when an item is chosen
 *
 * Returns: (transfer full): the menu
 */
FilTrayMenu *
fil_tray_menu_new (GDBusConnection *bus,
                   FilTrayChosen chosen,
                   gpointer data)
{
  FilTrayMenu *self = g_new0 (FilTrayMenu, 1);

  self->bus = g_object_ref (bus);
  self->info = g_dbus_node_info_new_for_xml (menu_xml, NULL);
  self->chosen = chosen;
  self->data = data;
  self->registration = g_dbus_connection_register_object (bus, FIL_TRAY_MENU_PATH, self->info->interfaces[0],
                                                          &menu_vtable, self, NULL, NULL);
  return self;
}

void
fil_tray_menu_free (FilTrayMenu *self)
{
  if (self->registration != 0)
    g_dbus_connection_unregister_object (self->bus, self->registration);
  g_dbus_node_info_unref (self->info);
  g_object_unref (self->bus);
  g_free (self);
}

/**
 * fil_tray_menu_set_checked:
 *
 * Sets or clears the mark of an item that has one.
 */
void
fil_tray_menu_set_checked (FilTrayMenu *self,
                           FilTrayItem item,
                           gboolean checked)
{
  GVariantBuilder updated = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ia{sv})"));

  if (self->checked[item] == checked)
    return;
  self->checked[item] = checked;
  g_variant_builder_add (&updated, "(i@a{sv})", (int) item, item_properties (self, (int) item));
  g_dbus_connection_emit_signal (self->bus, NULL, FIL_TRAY_MENU_PATH, INTERFACE, "ItemsPropertiesUpdated",
                                 g_variant_new ("(a(ia{sv})a(ias))", &updated, NULL), NULL);
}

gboolean
fil_tray_menu_get_checked (FilTrayMenu *self,
                           FilTrayItem item)
{
  return self->checked[item];
}
