/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilPreferencesWindow:
 *
 * The node's settings, applied as they are changed; the node keeps them.
 */
#define FIL_TYPE_PREFERENCES_WINDOW (fil_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (FilPreferencesWindow, fil_preferences_window, FIL, PREFERENCES_WINDOW, AdwPreferencesWindow)

FilPreferencesWindow *fil_preferences_window_new (GtkWindow *parent, FilClient *client);

G_END_DECLS
