/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-page.h"

#include "client-verbs.h"
#include "context-menu.h"
#include "file-kinds.h"
#include "formatting.h"
#include "list-model.h"
#include "magnet-link.h"
#include "row-columns.h"
#include "share-card.h"
#include "status-watch.h"

#include <glib/gi18n.h>

/* So many files are listed; with more, words find them faster than scrolling. */
#define MAX_LISTED 1000

#define N_COLUMNS 6
/* Bits of the columns that a narrow window has room for. */
#define NARROW_COLUMNS (1u << 0 | 1u << 2 | 1u << 5)

struct _FilLibraryPage
{
  GtkWidget parent;

  GtkStack *stack;
  AdwPreferencesGroup *folders_group;
  GtkListBox *folders;
  GtkSearchEntry *entry;
  GtkLabel *count;
  GtkColumnView *files;
  GtkColumnViewColumn *columns[N_COLUMNS];
  gboolean is_narrow;

  FilClient *client;
  FilListModel *shares;
  FilRemovals *removals;
  GtkFilter *is_seen;
  GListModel *seen;
  GListStore *store;
  GCancellable *cancellable; /* of the question that is under way */
  gint64 n_shared;
};

G_DEFINE_FINAL_TYPE (FilLibraryPage, fil_library_page, GTK_TYPE_WIDGET)

static void
show_count (FilLibraryPage *self,
            guint n)
{
  g_autofree char *files = fil_format_files (n);
  g_autofree char *text = NULL;

  /* Translators: "the first 1,000 files" */
  text = n < MAX_LISTED ? g_strdup (files) : g_strdup_printf (_("the first %s"), files);
  gtk_label_set_label (self->count, text);
}

static void
loaded_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (FilLibraryPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_client_finish_rows (FIL_CLIENT (source), result, &error);

  /* Words that were typed meanwhile have asked anew; what is wrong with the node the banner says. */
  if (rows == NULL || self->stack == NULL)
    return;
  g_list_store_splice (self->store, 0, g_list_model_get_n_items (G_LIST_MODEL (self->store)), rows->pdata, rows->len);
  show_count (self, rows->len);
}

static void
reload (FilLibraryPage *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (self->client == NULL || !fil_client_is_attached (self->client))
    return;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  fil_client_library (self->client, *words != '\0' ? words : NULL, 0, MAX_LISTED, self->cancellable, loaded_cb,
                      g_object_ref (self));
}

static void
update (FilLibraryPage *self)
{
  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (self->seen) > 0 ? "shares" : "empty");
}

static void
describe_all (FilLibraryPage *self,
              FilRow *status)
{
  g_autofree char *files = fil_format_files (fil_row_get_int (status, "shared_files"));
  g_autofree char *size = fil_format_size (fil_row_get_int (status, "shared_bytes"));
  g_autoptr (GString) line = g_string_new (NULL);
  gint64 hashing = fil_row_get_int (status, "hashing");

  if (fil_row_get_bool (status, "sharing_paused"))
    fil_format_join (line, _("Sharing is paused: nobody can fetch anything"));
  fil_format_join (line, files);
  fil_format_join (line, size);
  if (hashing > 0)
    {
      g_autofree char *left = fil_format_files (hashing);
      g_autofree char *text = g_strdup_printf (_("%s still to hash"), left);

      fil_format_join (line, text);
    }
  adw_preferences_group_set_description (self->folders_group, line->str);
}

static void
status_cb (gpointer watcher,
           FilRow *status)
{
  FilLibraryPage *self = watcher;
  gint64 n_shared;

  if (status == NULL)
    return;
  n_shared = fil_row_get_int (status, "shared_files");
  describe_all (self, status);
  if (n_shared != self->n_shared)
    reload (self);
  self->n_shared = n_shared;
}

static gboolean
is_seen_func (gpointer item,
              gpointer data)
{
  FilLibraryPage *self = data;
  g_autofree char *key = g_strconcat ("share:", fil_row_get_string (item, "path"), NULL);

  return !fil_removals_hides (self->removals, key);
}

static void
removals_cb (FilLibraryPage *self)
{
  gtk_filter_changed (self->is_seen, GTK_FILTER_CHANGE_DIFFERENT);
}

static GtkWidget *
make_folder (gpointer item,
             gpointer data)
{
  return fil_share_card_new (item);
}

/* Columns */

static char *
text_of_name (FilRow *row)
{
  return g_strdup (fil_row_get_string (row, "name"));
}

static char *
text_of_kind (FilRow *row)
{
  return g_strdup (fil_kind_to_word (fil_row_get_string (row, "kind")));
}

static char *
text_of_size (FilRow *row)
{
  return fil_format_size (fil_row_get_int (row, "size"));
}

static char *
text_of_folder (FilRow *row)
{
  return g_filename_display_basename (fil_row_get_string (row, "folder"));
}

static char *
text_of_asked (FilRow *row)
{
  return fil_format_number (fil_row_get_int (row, "asked"));
}

static char *
text_of_sent (FilRow *row)
{
  return fil_format_number (fil_row_get_int (row, "sent"));
}

static GMenuModel *
make_menu (FilRow *row)
{
  GMenu *menu = g_menu_new ();
  const char *sha1 = fil_row_get_string (row, "sha1");

  if (sha1 != NULL)
    {
      g_autofree char *magnet = fil_magnet_link_new (sha1, fil_row_get_string (row, "tth"), fil_row_get_string (row, "name"),
                                                     fil_row_get_int (row, "size"));

      fil_menu_add (menu, _("Copy Link"), "win.copy", g_variant_new_string (magnet));
    }
  fil_menu_add (menu, _("Copy Name"), "win.copy", g_variant_new_string (fil_row_get_string (row, "name")));
  return G_MENU_MODEL (menu);
}

static void
add_columns (FilLibraryPage *self)
{
  self->columns[0] = fil_row_column_add (self->files, _("Name"), text_of_name, 0, make_menu);
  self->columns[1] = fil_row_column_add (self->files, _("Kind"), text_of_kind, 100, make_menu);
  self->columns[2] = fil_row_column_add (self->files, _("Size"), text_of_size, -96, make_menu);
  self->columns[3] = fil_row_column_add (self->files, _("Folder"), text_of_folder, 140, make_menu);
  self->columns[4] = fil_row_column_add (self->files, _("Asked for"), text_of_asked, -96, make_menu);
  self->columns[5] = fil_row_column_add (self->files, _("Sent"), text_of_sent, -72, make_menu);
}

static void
fil_library_page_dispose (GObject *object)
{
  FilLibraryPage *self = FIL_LIBRARY_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->stack != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  for (guint i = 0; i < N_COLUMNS; i++)
    g_clear_object (&self->columns[i]);
  g_clear_object (&self->client);
  g_clear_object (&self->seen);
  g_clear_object (&self->is_seen);
  g_clear_object (&self->shares);
  g_clear_object (&self->removals);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (fil_library_page_parent_class)->dispose (object);
}

static void
fil_library_page_class_init (FilLibraryPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_library_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/library-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FilLibraryPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FilLibraryPage, folders_group);
  gtk_widget_class_bind_template_child (widget_class, FilLibraryPage, folders);
  gtk_widget_class_bind_template_child (widget_class, FilLibraryPage, entry);
  gtk_widget_class_bind_template_child (widget_class, FilLibraryPage, count);
  gtk_widget_class_bind_template_child (widget_class, FilLibraryPage, files);
  gtk_widget_class_bind_template_callback (widget_class, reload);
}

static void
fil_library_page_init (FilLibraryPage *self)
{
  GtkSelectionModel *selection;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->store = g_list_store_new (FIL_TYPE_ROW);
  selection = GTK_SELECTION_MODEL (gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->store))));
  add_columns (self);
  gtk_single_selection_set_autoselect (GTK_SINGLE_SELECTION (selection), FALSE);
  gtk_single_selection_set_can_unselect (GTK_SINGLE_SELECTION (selection), TRUE);
  gtk_column_view_set_model (self->files, selection);
  g_object_unref (selection);
}

/**
 * fil_library_page_new:
 * @removals: what to hide because it may still be undone
 */
FilLibraryPage *
fil_library_page_new (FilClient *client,
                      FilRemovals *removals)
{
  FilLibraryPage *self = g_object_new (FIL_TYPE_LIBRARY_PAGE, NULL);

  self->client = g_object_ref (client);
  self->removals = g_object_ref (removals);
  self->shares = fil_list_model_new (client, "shares", 0);
  self->is_seen = GTK_FILTER (gtk_custom_filter_new (is_seen_func, self, NULL));
  self->seen = G_LIST_MODEL (gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->shares)),
                                                        g_object_ref (self->is_seen)));
  gtk_list_box_bind_model (self->folders, self->seen, make_folder, NULL, NULL);
  g_signal_connect_object (self->seen, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (removals, "changed", G_CALLBACK (removals_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "attached", G_CALLBACK (reload), self, G_CONNECT_SWAPPED);
  fil_status_watch (client, self, status_cb);
  update (self);
  return self;
}

void
fil_library_page_set_narrow (FilLibraryPage *self,
                             gboolean is_narrow)
{
  g_return_if_fail (FIL_IS_LIBRARY_PAGE (self));

  if (self->is_narrow == is_narrow)
    return;
  self->is_narrow = is_narrow;
  fil_columns_arrange (self->files, self->columns, N_COLUMNS, is_narrow ? NARROW_COLUMNS : (1u << N_COLUMNS) - 1);
}

void
fil_library_page_focus_search (FilLibraryPage *self)
{
  g_return_if_fail (FIL_IS_LIBRARY_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}
