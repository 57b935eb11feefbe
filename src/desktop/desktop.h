/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tray.h"

G_BEGIN_DECLS

typedef struct
{
  void (*quit) (gpointer data);
  void (*set_downloads_paused) (gpointer data, gboolean paused);
  void (*set_sharing_paused) (gpointer data, gboolean paused);
  void (*network_changed) (gpointer data, gboolean available);
  void (*suspend) (gpointer data, gboolean is_going_to_sleep);
} FilDesktopDelegate;

/**
 * FilDesktop:
 *
 * What the node does with the desktop around it: an item in the tray, a notification when a download is
 * done, and hearing of networks and of sleep. Without a session bus it only listens to the system.
 */
typedef struct _FilDesktop FilDesktop;

FilDesktop *fil_desktop_new (const char *app_id, const FilDesktopDelegate *delegate, gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_desktop_free (FilDesktop *self);
void fil_desktop_set_status (FilDesktop *self, FilTrayIcon icon, const char *sentence);
void fil_desktop_set_sharing_paused (FilDesktop *self, gboolean paused);
void fil_desktop_download_done (FilDesktop *self, gint64 download, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDesktop, fil_desktop_free)

G_END_DECLS
