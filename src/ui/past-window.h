/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilPastWindow:
 *
 * What is over: files that were finished, with a search, and downloads that were cancelled and can be
 * brought back.
 */
#define FIL_TYPE_PAST_WINDOW (fil_past_window_get_type ())
G_DECLARE_FINAL_TYPE (FilPastWindow, fil_past_window, FIL, PAST_WINDOW, AdwWindow)

FilPastWindow *fil_past_window_new (GtkWindow *parent, FilClient *client);

G_END_DECLS
