/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Says to a person in @window why a file or a folder was not opened. */
typedef void (*FilOpenFailed) (GtkWindow *window, const char *sentence);

void fil_open_file (GtkWindow *window, const char *path, FilOpenFailed failed);
void fil_show_in_folder (GtkWindow *window, const char *path, FilOpenFailed failed);

G_END_DECLS
