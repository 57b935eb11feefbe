/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-private.h"

#include "client-verbs.h"
#include "magnet-link.h"

/* Searching */

static void
searched_cb (GObject *source,
             GAsyncResult *result,
             gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;
  gint64 id = fil_client_finish_id (FIL_CLIENT (source), result, &error);

  if (id < 0)
    _fil_window_complain (self, error);
  else if (self->search_page != NULL)
    fil_search_page_show_search (self->search_page, id);
}

static void
search_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  FilWindow *self = data;
  g_autofree char *words = g_strstrip (g_variant_dup_string (parameter, NULL));

  if (*words == '\0')
    return;
  fil_window_show_page (self, "search");
  fil_search_page_set_words (self->search_page, words);
  if (fil_magnet_link_is (words))
    fil_window_offer_magnet (self, words);
  else
    fil_client_search (self->client, words, NULL, self->cancellable, searched_cb, g_object_ref (self));
}

static void
browse_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  FilWindow *self = data;

  fil_window_show_page (self, "search");
  fil_client_browse (self->client, g_variant_get_string (parameter, NULL), self->cancellable, searched_cb,
                     g_object_ref (self));
}

static void
stop_search_cb (GSimpleAction *action,
                GVariant *parameter,
                gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_stop_search, g_variant_get_int64 (parameter));
}

static void
close_search_cb (GSimpleAction *action,
                 GVariant *parameter,
                 gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_close_search, g_variant_get_int64 (parameter));
}

static void
new_search_cb (GSimpleAction *action,
               GVariant *parameter,
               gpointer data)
{
  FilWindow *self = data;

  fil_window_show_page (self, "search");
  fil_search_page_set_words (self->search_page, "");
  fil_search_page_focus (self->search_page);
}

static void
focus_search_cb (GSimpleAction *action,
                 GVariant *parameter,
                 gpointer data)
{
  FilWindow *self = data;

  if (g_str_equal (adw_view_stack_get_visible_child_name (self->stack), "library"))
    fil_library_page_focus_search (self->library_page);
  else
    fil_window_show_page (self, "search");
}

static void
close_tab_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  FilWindow *self = data;

  if (!g_str_equal (adw_view_stack_get_visible_child_name (self->stack), "search") ||
      !fil_search_page_close_current (self->search_page))
    gtk_window_close (GTK_WINDOW (self));
}

static const GActionEntry entries[] = {
  { .name = "search", .parameter_type = "s", .activate = search_cb },
  { .name = "browse", .parameter_type = "s", .activate = browse_cb },
  { .name = "stop-search", .parameter_type = "x", .activate = stop_search_cb },
  { .name = "close-search", .parameter_type = "x", .activate = close_search_cb },
  { .name = "new-search", .activate = new_search_cb },
  { .name = "focus-search", .activate = focus_search_cb },
  { .name = "close-tab", .activate = close_tab_cb },
};

/* Searches: begin, stop, close, find the place to type. */
void
_fil_window_init_search_actions (FilWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
