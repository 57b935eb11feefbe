/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tray-menu.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_TRAY_IDLE,
  FIL_TRAY_MOVING,
  FIL_TRAY_ATTENTION,
} FilTrayIcon;

/* Somebody clicked the item itself. token lets the window come to the front; NULL when there is none. */
typedef void (*FilTrayActivated) (gpointer data, const char *token);

/**
 * FilTray:
 *
 * An item in the tray of whatever panel has one (StatusNotifierItem). It registers again whenever a
 * panel appears, and is simply not there when none does.
 */
typedef struct _FilTray FilTray;

FilTray *fil_tray_new (GDBusConnection *bus, const char *icon_name, FilTrayMenu *menu, FilTrayActivated activated,
                       gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_tray_free (FilTray *self);
void fil_tray_set_icon (FilTray *self, FilTrayIcon icon);
void fil_tray_set_tooltip (FilTray *self, const char *sentence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTray, fil_tray_free)

G_END_DECLS
