/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void fil_open_file (GtkWindow *parent, const char *path);
void fil_show_in_folder (GtkWindow *parent, const char *path);

G_END_DECLS
