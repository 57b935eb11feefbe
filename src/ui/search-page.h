/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client.h"
#include "window-state.h"

G_BEGIN_DECLS

/**
 * FilSearchPage:
 *
 * The entry, the kinds, and one tab for each search that the node knows; without any, an empty page
 * that says what to do.
 */
#define FIL_TYPE_SEARCH_PAGE (fil_search_page_get_type ())
G_DECLARE_FINAL_TYPE (FilSearchPage, fil_search_page, FIL, SEARCH_PAGE, GtkWidget)

FilSearchPage *fil_search_page_new (FilClient *client, FilWindowState *state);
void fil_search_page_set_examples (FilSearchPage *self, const char *const *words);
void fil_search_page_set_narrow (FilSearchPage *self, gboolean is_narrow);
void fil_search_page_set_words (FilSearchPage *self, const char *words);
void fil_search_page_show_search (FilSearchPage *self, gint64 id);
gboolean fil_search_page_close_current (FilSearchPage *self);
void fil_search_page_focus (FilSearchPage *self);

G_END_DECLS
