/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "search-page.h"

#include "file-kinds.h"
#include "list-model.h"
#include "search-view.h"
#include "status-watch.h"

#include <glib/gi18n.h>

struct _FilSearchPage
{
  GtkWidget parent;

  GtkWidget *box;
  GtkSearchEntry *entry;
  GtkSearchEntry *filter_entry;
  GtkToggleButton *filter;
  GtkWidget *chips_scroller;
  GtkToggleButton *all;
  GtkToggleButton *audio;
  GtkToggleButton *video;
  GtkToggleButton *image;
  GtkToggleButton *document;
  GtkToggleButton *archive;
  GtkToggleButton *programs;
  GtkStack *stack;
  AdwStatusPage *empty;
  GtkWidget *examples;
  GtkWidget *demo;
  AdwTabView *tabs;

  FilClient *client;
  FilWindowState *state; /* the window's, which outlives its pages */
  FilListModel *searches;
  gint64 wanted; /* the search to show as soon as the list has it */
  gboolean is_narrow;
};

G_DEFINE_FINAL_TYPE (FilSearchPage, fil_search_page, GTK_TYPE_WIDGET)

static FilSearchView *
view_of (AdwTabPage *page)
{
  return FIL_SEARCH_VIEW (adw_tab_page_get_child (page));
}

static AdwTabPage *
find_page (FilSearchPage *self,
           gint64 id)
{
  for (int i = 0; i < adw_tab_view_get_n_pages (self->tabs); i++)
    {
      AdwTabPage *page = adw_tab_view_get_nth_page (self->tabs, i);

      if (fil_search_view_get_id (view_of (page)) == id)
        return page;
    }
  return NULL;
}

static guint
wanted_kinds (FilSearchPage *self)
{
  const struct
  {
    GtkToggleButton *button;
    guint bit;
  } chips[] = {
    { self->audio, FIL_KIND_BIT_AUDIO },       { self->video, FIL_KIND_BIT_VIDEO },
    { self->image, FIL_KIND_BIT_IMAGE },       { self->document, FIL_KIND_BIT_DOCUMENT },
    { self->archive, FIL_KIND_BIT_ARCHIVE },
  };
  guint bits = FIL_KIND_BITS_ALL & ~(guint) FIL_KIND_BIT_PROGRAM;

  for (guint i = 0; i < G_N_ELEMENTS (chips); i++)
    if (gtk_toggle_button_get_active (chips[i].button))
      bits = chips[i].bit;
  return gtk_toggle_button_get_active (self->programs) ? bits | FIL_KIND_BIT_PROGRAM : bits;
}

static void
set_filters (FilSearchPage *self,
             FilSearchView *view)
{
  const char *words =
      gtk_toggle_button_get_active (self->filter) ? gtk_editable_get_text (GTK_EDITABLE (self->filter_entry)) : NULL;

  fil_search_view_set_filters (view, wanted_kinds (self), words);
}

static void
set_all_filters (FilSearchPage *self)
{
  for (int i = 0; i < adw_tab_view_get_n_pages (self->tabs); i++)
    set_filters (self, view_of (adw_tab_view_get_nth_page (self->tabs, i)));
}

static void
kinds_cb (FilSearchPage *self,
          GtkToggleButton *button)
{
  if (self->state == NULL)
    return;
  if (button == self->programs)
    fil_window_state_set (self->state, "show-programs", gtk_toggle_button_get_active (button));
  set_all_filters (self);
}

static void
filter_cb (FilSearchPage *self)
{
  set_all_filters (self);
}

static void
filter_stopped_cb (FilSearchPage *self)
{
  gtk_toggle_button_set_active (self->filter, FALSE);
}

static void
filter_toggled_cb (FilSearchPage *self)
{
  set_all_filters (self);
  if (gtk_toggle_button_get_active (self->filter))
    gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
}

static void
show_stack (FilSearchPage *self)
{
  gboolean has_any = adw_tab_view_get_n_pages (self->tabs) > 0;

  gtk_stack_set_visible_child_name (self->stack, has_any ? "searches" : "empty");
  gtk_widget_set_visible (self->chips_scroller, has_any);
}

static AdwTabPage *
ensure_page (FilSearchPage *self,
             FilRow *row)
{
  AdwTabPage *page = find_page (self, fil_row_get_id (row));
  FilSearchView *view;

  if (page != NULL)
    return page;
  view = fil_search_view_new (self->client, row);
  set_filters (self, view);
  fil_search_view_set_narrow (view, self->is_narrow);
  page = adw_tab_view_append (self->tabs, GTK_WIDGET (view));
  g_object_bind_property (view, "title", page, "title", G_BINDING_SYNC_CREATE);
  show_stack (self);
  return page;
}

static void
searches_cb (FilSearchPage *self,
             guint position,
             guint removed,
             guint added)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (G_LIST_MODEL (self->searches), position + i);
      AdwTabPage *page = ensure_page (self, row);

      if (fil_row_get_id (row) == self->wanted)
        adw_tab_view_set_selected_page (self->tabs, page);
    }
}

static void
search_removed_cb (FilSearchPage *self,
                   gint64 id)
{
  AdwTabPage *page = find_page (self, id);

  if (page != NULL)
    {
      fil_search_view_set_gone (view_of (page));
      adw_tab_view_close_page (self->tabs, page);
    }
}

static gboolean
close_page_cb (FilSearchPage *self,
               AdwTabPage *page,
               AdwTabView *tabs)
{
  FilSearchView *view = view_of (page);

  if (!fil_search_view_is_gone (view))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.close-search", "x", fil_search_view_get_id (view));
  adw_tab_view_close_page_finish (tabs, page, TRUE);
  show_stack (self);
  return GDK_EVENT_STOP;
}

static void
selected_cb (FilSearchPage *self)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (self->tabs);

  if (page != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), fil_search_view_get_words (view_of (page)));
}

static void
search_cb (FilSearchPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.search", "s",
                              gtk_editable_get_text (GTK_EDITABLE (self->entry)));
}

static void
example_cb (FilSearchPage *self,
            GtkButton *button)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.search", "s", gtk_button_get_label (button));
}

static void
status_cb (gpointer watcher,
           FilRow *status)
{
  FilSearchPage *self = watcher;
  const char *state = status != NULL ? fil_row_get_string (status, "state") : "connecting";

  gtk_widget_set_visible (self->demo, g_strcmp0 (state, "offline") == 0);
  if (g_strcmp0 (state, "offline") == 0)
    adw_status_page_set_description (self->empty, _("You are offline. Searches are asked as soon as there is a network."));
  else if (status != NULL && fil_row_get_int (status, "shared_files") == 0)
    adw_status_page_set_description (self->empty, _("Nothing of yours is shared. Others see only what you search for."));
  else
    adw_status_page_set_description (self->empty, _("Type words that a file’s name may have."));
}

static void
fil_search_page_dispose (GObject *object)
{
  FilSearchPage *self = FIL_SEARCH_PAGE (object);

  self->state = NULL;
  g_clear_object (&self->searches);
  g_clear_object (&self->client);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (fil_search_page_parent_class)->dispose (object);
}

static void
fil_search_page_class_init (FilSearchPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_search_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/search-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, box);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, entry);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, filter);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, chips_scroller);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, all);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, audio);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, video);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, image);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, document);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, archive);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, programs);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, empty);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, examples);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, demo);
  gtk_widget_class_bind_template_child (widget_class, FilSearchPage, tabs);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, kinds_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, example_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_page_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
}

/* From the words straight to the results. */
static gboolean
down_cb (GtkWidget *entry,
         GVariant *arguments,
         gpointer data)
{
  FilSearchPage *self = data;
  AdwTabPage *page = adw_tab_view_get_selected_page (self->tabs);

  return page != NULL && fil_search_view_focus_results (view_of (page));
}

static void
fil_search_page_init (FilSearchPage *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Down, 0), gtk_callback_action_new (down_cb, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->entry), keys);
  g_signal_connect_object (self->filter, "toggled", G_CALLBACK (filter_toggled_cb), self, G_CONNECT_SWAPPED);
}

/**
 * fil_search_page_new:
 * @state: the window's memory, which outlives the page
 */
FilSearchPage *
fil_search_page_new (FilClient *client,
                     FilWindowState *state)
{
  FilSearchPage *self = g_object_new (FIL_TYPE_SEARCH_PAGE, NULL);

  self->client = g_object_ref (client);
  gtk_toggle_button_set_active (self->programs, fil_window_state_get (state, "show-programs"));
  self->state = state;
  self->searches = fil_list_model_new (client, "searches", 0);
  g_signal_connect_object (self->searches, "items-changed", G_CALLBACK (searches_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->searches, "row-removed", G_CALLBACK (search_removed_cb), self, G_CONNECT_SWAPPED);
  fil_status_watch (client, self, status_cb);
  show_stack (self);
  return self;
}

/**
 * fil_search_page_set_examples:
 * @words: searches to suggest, in place of the usual ones
 */
void
fil_search_page_set_examples (FilSearchPage *self,
                              const char *const *words)
{
  GtkWidget *button;

  g_return_if_fail (FIL_IS_SEARCH_PAGE (self));

  for (button = gtk_widget_get_first_child (self->examples); button != NULL;
       button = gtk_widget_get_next_sibling (button))
    {
      gtk_widget_set_visible (button, *words != NULL);
      if (*words != NULL)
        gtk_button_set_label (GTK_BUTTON (button), *words++);
    }
}

void
fil_search_page_set_narrow (FilSearchPage *self,
                            gboolean is_narrow)
{
  g_return_if_fail (FIL_IS_SEARCH_PAGE (self));

  self->is_narrow = is_narrow;
  for (int i = 0; i < adw_tab_view_get_n_pages (self->tabs); i++)
    fil_search_view_set_narrow (view_of (adw_tab_view_get_nth_page (self->tabs, i)), is_narrow);
}

void
fil_search_page_set_words (FilSearchPage *self,
                           const char *words)
{
  g_return_if_fail (FIL_IS_SEARCH_PAGE (self));
  gtk_editable_set_text (GTK_EDITABLE (self->entry), words);
}

/**
 * fil_search_page_show_search:
 * @id: of a search that was just begun; the list may not have it yet
 */
void
fil_search_page_show_search (FilSearchPage *self,
                             gint64 id)
{
  AdwTabPage *page;

  g_return_if_fail (FIL_IS_SEARCH_PAGE (self));

  self->wanted = id;
  page = find_page (self, id);
  if (page != NULL)
    adw_tab_view_set_selected_page (self->tabs, page);
}

/**
 * fil_search_page_close_current:
 *
 * Returns: whether there was a search to close
 */
gboolean
fil_search_page_close_current (FilSearchPage *self)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (self->tabs);

  if (page == NULL)
    return FALSE;
  adw_tab_view_close_page (self->tabs, page);
  return TRUE;
}

void
fil_search_page_focus (FilSearchPage *self)
{
  g_return_if_fail (FIL_IS_SEARCH_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}
