/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FIL_TRAY_MENU_PATH "/MenuBar"

typedef enum
{
  FIL_TRAY_ITEM_OPEN = 1,
  FIL_TRAY_ITEM_PAUSE_DOWNLOADS,
  FIL_TRAY_ITEM_PAUSE_SHARING,
  FIL_TRAY_ITEM_SEPARATOR,
  FIL_TRAY_ITEM_QUIT,
} FilTrayItem;

typedef void (*FilTrayChosen) (gpointer data, FilTrayItem item);

/**
 * FilTrayMenu:
 *
 * The menu of the tray item, as panels ask for it (com.canonical.dbusmenu).
 */
typedef struct _FilTrayMenu FilTrayMenu;

FilTrayMenu *fil_tray_menu_new (GDBusConnection *bus, FilTrayChosen chosen, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_tray_menu_free (FilTrayMenu *self);
void fil_tray_menu_set_checked (FilTrayMenu *self, FilTrayItem item, gboolean checked);
gboolean fil_tray_menu_get_checked (FilTrayMenu *self, FilTrayItem item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTrayMenu, fil_tray_menu_free)

G_END_DECLS
