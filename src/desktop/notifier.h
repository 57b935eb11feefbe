/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A button of a notification was pressed; token lets the window come to the front, or NULL. */
typedef void (*FilNotifierAction) (gpointer data, const char *action, gint64 download, const char *token);

/**
 * FilNotifier:
 *
 * Tells on the desktop that a download is done, through org.freedesktop.Notifications.
 */
typedef struct _FilNotifier FilNotifier;

FilNotifier *fil_notifier_new (GDBusConnection *bus, const char *app_id, FilNotifierAction action, gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_notifier_free (FilNotifier *self);
void fil_notifier_download_done (FilNotifier *self, gint64 download, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilNotifier, fil_notifier_free)

G_END_DECLS
