/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FilWindowState:
 *
 * What the window remembers for itself, in a key file below XDG_STATE_HOME: its size, and what it has
 * told already. Everything else is the node's.
 */
typedef struct _FilWindowState FilWindowState;

FilWindowState *fil_window_state_new (const char *name) G_GNUC_WARN_UNUSED_RESULT;
void fil_window_state_free (FilWindowState *self);
gboolean fil_window_state_get (FilWindowState *self, const char *key);
void fil_window_state_set (FilWindowState *self, const char *key, gboolean value);
void fil_window_state_restore (FilWindowState *self, GtkWindow *window);
void fil_window_state_keep (FilWindowState *self, GtkWindow *window);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilWindowState, fil_window_state_free)

G_END_DECLS
