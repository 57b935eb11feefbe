/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilWindow:
 *
 * The window: header with the chips, four pages, banner and toasts. It holds no state of the node's;
 * everything a person can do is an action "win.…", listed in window-actions.c.
 *
 * It draws before the node has answered and never waits for it. Only the first page is made at once;
 * the others when they are looked at, or when there is nothing else to do.
 */
#define FIL_TYPE_WINDOW (fil_window_get_type ())
G_DECLARE_FINAL_TYPE (FilWindow, fil_window, FIL, WINDOW, AdwApplicationWindow)

FilWindow *fil_window_new (GtkApplication *application, FilClient *client);
void fil_window_attach (FilWindow *self);
void fil_window_show_page (FilWindow *self, const char *name);
void fil_window_offer_magnet (FilWindow *self, const char *magnet);
void fil_window_open_failed (GtkWindow *window, const char *sentence);

G_END_DECLS
