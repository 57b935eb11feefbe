/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client.h"
#include "removals.h"

G_BEGIN_DECLS

/**
 * FilLibraryPage:
 *
 * The shared folders with their states, and below a search over the own files.
 */
#define FIL_TYPE_LIBRARY_PAGE (fil_library_page_get_type ())
G_DECLARE_FINAL_TYPE (FilLibraryPage, fil_library_page, FIL, LIBRARY_PAGE, GtkWidget)

FilLibraryPage *fil_library_page_new (FilClient *client, FilRemovals *removals);
void fil_library_page_set_narrow (FilLibraryPage *self, gboolean is_narrow);
void fil_library_page_focus_search (FilLibraryPage *self);

G_END_DECLS
