/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client.h"

G_BEGIN_DECLS

/**
 * FilSearchView:
 *
 * One search: its results as they come, grouped by hash, the details of the chosen one, and a line that
 * explains every silence.
 *
 * Property "title": the words, with the number of results.
 */
#define FIL_TYPE_SEARCH_VIEW (fil_search_view_get_type ())
G_DECLARE_FINAL_TYPE (FilSearchView, fil_search_view, FIL, SEARCH_VIEW, GtkWidget)

FilSearchView *fil_search_view_new (FilClient *client, FilRow *search);
gint64 fil_search_view_get_id (FilSearchView *self);
const char *fil_search_view_get_words (FilSearchView *self);
void fil_search_view_set_filters (FilSearchView *self, guint kind_bits, const char *words);
void fil_search_view_set_narrow (FilSearchView *self, gboolean is_narrow);
gboolean fil_search_view_focus_results (FilSearchView *self);
void fil_search_view_set_gone (FilSearchView *self);
gboolean fil_search_view_is_gone (FilSearchView *self);

G_END_DECLS
