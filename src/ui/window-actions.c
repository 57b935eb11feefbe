/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-private.h"

#include "about.h"
#include "client-verbs.h"
#include "open-files.h"
#include "preferences-window.h"
#include "share-dialog.h"

#include <glib/gi18n.h>

/* Every operation of a person, with its argument, so that menus, shortcuts, rows and tests share one list. */

static void
done_cb (GObject *source,
         GAsyncResult *result,
         gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (!fil_client_finish (FIL_CLIENT (source), result, &error))
    _fil_window_complain (self, error);
}

static void
made_cb (GObject *source,
         GAsyncResult *result,
         gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (fil_client_finish_id (FIL_CLIENT (source), result, &error) < 0)
    _fil_window_complain (self, error);
}

#define CALL(verb, ...) \
  verb (self->client, __VA_ARGS__, self->cancellable, done_cb, g_object_ref (self))

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
  if (g_str_has_prefix (words, "magnet:"))
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

static void
page_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  fil_window_show_page (data, g_variant_get_string (parameter, NULL));
}

/* Downloading */

static void
downloaded_cb (GObject *source,
               GAsyncResult *result,
               gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (fil_client_finish_id (FIL_CLIENT (source), result, &error) < 0)
    _fil_window_complain (self, error);
  else
    _fil_window_tell (self, _("Downloading"), _("View"), "win.page('transfers')");
}

static void
download_cb (GSimpleAction *action,
             GVariant *parameter,
             gpointer data)
{
  FilWindow *self = data;

  fil_client_get (self->client, g_variant_get_int64 (parameter), self->cancellable, downloaded_cb,
                  g_object_ref (self));
}

static void
download_magnet_cb (GSimpleAction *action,
                    GVariant *parameter,
                    gpointer data)
{
  FilWindow *self = data;

  fil_client_get_magnet (self->client, g_variant_get_string (parameter, NULL), self->cancellable, made_cb,
                         g_object_ref (self));
}

static void
pause_cb (GSimpleAction *action,
          GVariant *parameter,
          gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_pause, g_variant_get_int64 (parameter));
}

static void
resume_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_resume, g_variant_get_int64 (parameter));
}

static void
pause_all_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_pause, -1);
}

static void
resume_all_cb (GSimpleAction *action,
               GVariant *parameter,
               gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_resume, -1);
}

static void
retry_cb (GSimpleAction *action,
          GVariant *parameter,
          gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_retry, g_variant_get_int64 (parameter));
}

static void
verify_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_verify, g_variant_get_int64 (parameter));
}

static void
priority_cb (GSimpleAction *action,
             GVariant *parameter,
             gpointer data)
{
  FilWindow *self = data;
  gint64 id;
  int priority;

  g_variant_get (parameter, "(xi)", &id, &priority);
  CALL (fil_client_set_priority, id, priority);
}

static void
clear_finished_cb (GSimpleAction *action,
                   GVariant *parameter,
                   gpointer data)
{
  FilWindow *self = data;

  fil_client_clear_finished (self->client, self->cancellable, done_cb, g_object_ref (self));
}

/* What can be taken back: a download that is cancelled, a folder that is no longer shared. */

typedef struct
{
  FilClient *client;
  gint64 id;
  char *path;
  gboolean was_moving;
} Removal;

static Removal *
removal_new (FilWindow *self,
             gint64 id,
             const char *path)
{
  Removal *removal = g_new0 (Removal, 1);

  removal->client = g_object_ref (self->client);
  removal->id = id;
  removal->path = g_strdup (path);
  return removal;
}

static void
removal_free (gpointer data)
{
  Removal *removal = data;

  g_object_unref (removal->client);
  g_free (removal->path);
  g_free (removal);
}

static void
commit_cancel (gpointer data)
{
  Removal *removal = data;

  fil_client_cancel (removal->client, removal->id, NULL, NULL, NULL);
}

static void
undo_cancel (gpointer data)
{
  Removal *removal = data;

  if (removal->was_moving)
    fil_client_resume (removal->client, removal->id, NULL, NULL, NULL);
}

static void
cancel_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  FilWindow *self = data;
  gint64 id = g_variant_get_int64 (parameter);
  g_autoptr (FilRow) row = fil_list_model_find (self->downloads, id);
  g_autofree char *key = g_strdup_printf ("download:%" G_GINT64_FORMAT, id);
  g_autofree char *title = NULL;
  const char *state;
  Removal *removal;

  if (row == NULL)
    return;
  state = fil_row_get_string (row, "state");
  removal = removal_new (self, id, NULL);
  removal->was_moving = !g_str_equal (state, "done") && !g_str_equal (state, "failed") && !g_str_equal (state, "paused");
  if (removal->was_moving)
    fil_client_pause (self->client, id, NULL, NULL, NULL);
  title = g_strdup_printf (g_str_equal (state, "done") ? _("“%s” is off the list; the file stays") : _("Cancelled “%s”"),
                           fil_row_get_string (row, "name"));
  fil_removals_offer (self->removals, key, title, commit_cancel, undo_cancel, removal, removal_free);
}

static void
commit_unshare (gpointer data)
{
  Removal *removal = data;

  fil_client_share_remove (removal->client, removal->path, NULL, NULL, NULL);
}

static void
remove_folder_cb (GSimpleAction *action,
                  GVariant *parameter,
                  gpointer data)
{
  FilWindow *self = data;
  const char *path = g_variant_get_string (parameter, NULL);
  g_autofree char *key = g_strconcat ("share:", path, NULL);
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *title = g_strdup_printf (_("“%s” is no longer shared"), name);

  fil_removals_offer (self->removals, key, title, commit_unshare, NULL, removal_new (self, 0, path), removal_free);
}

static void
undo_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  FilWindow *self = data;

  fil_removals_undo (self->removals);
}

/* Files of this machine */

static char *
path_of_download (FilWindow *self,
                  GVariant *parameter)
{
  g_autoptr (FilRow) row = fil_list_model_find (self->downloads, g_variant_get_int64 (parameter));

  return row != NULL ? g_strdup (fil_row_get_string (row, "path")) : NULL;
}

static void
open_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  FilWindow *self = data;
  g_autofree char *path = path_of_download (self, parameter);

  if (path != NULL)
    fil_open_file (GTK_WINDOW (self), path);
}

static void
show_in_folder_cb (GSimpleAction *action,
                   GVariant *parameter,
                   gpointer data)
{
  FilWindow *self = data;
  g_autofree char *path = path_of_download (self, parameter);

  if (path != NULL)
    fil_show_in_folder (GTK_WINDOW (self), path);
}

static void
copy_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  FilWindow *self = data;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), g_variant_get_string (parameter, NULL));
  _fil_window_tell (self, _("Copied"), NULL, NULL);
}

/* Sharing */

static void
share_check_cb (GSimpleAction *action,
                GVariant *parameter,
                gpointer data)
{
  FilWindow *self = data;
  FilShareDialog *dialog = fil_share_dialog_new (GTK_WINDOW (self), self->client, g_variant_get_string (parameter, NULL));

  gtk_window_present (GTK_WINDOW (dialog));
}

static void
folder_chosen_cb (GtkNativeDialog *chooser,
                  int response,
                  FilWindow *self)
{
  g_autoptr (GFile) folder = NULL;
  const char *path;

  if (response == GTK_RESPONSE_ACCEPT)
    folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  path = folder != NULL ? g_file_peek_path (folder) : NULL;
  if (path != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (self), "share-check", g_variant_new_string (path));
  g_object_unref (chooser);
}

static void
add_folder_cb (GSimpleAction *action,
               GVariant *parameter,
               gpointer data)
{
  FilWindow *self = data;
  GtkFileChooserNative *chooser;

  fil_window_show_page (self, "library");
  chooser = gtk_file_chooser_native_new (_("Choose a folder to share"), GTK_WINDOW (self),
                                         GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("Look inside"), _("Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (folder_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
toggle_sharing_cb (GSimpleAction *action,
                   GVariant *parameter,
                   gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_set_sharing_paused, !self->is_sharing_paused);
}

/* Network */

static void
connect_cb (GSimpleAction *action,
            GVariant *parameter,
            gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_connect, g_variant_get_string (parameter, NULL));
}

static void
disconnect_cb (GSimpleAction *action,
               GVariant *parameter,
               gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_disconnect, g_variant_get_int64 (parameter));
}

static void
ban_cb (GSimpleAction *action,
        GVariant *parameter,
        gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_ban, g_variant_get_string (parameter, NULL));
}

static void
set_cb (GSimpleAction *action,
        GVariant *parameter,
        gpointer data)
{
  FilWindow *self = data;
  const char *key, *value;

  g_variant_get (parameter, "(&s&s)", &key, &value);
  CALL (fil_client_set, key, value);
}

static void
start_node_cb (GSimpleAction *action,
               GVariant *parameter,
               gpointer data)
{
  FilWindow *self = data;

  fil_banner_clear (self->banner);
  fil_window_attach (self);
}

static void
restarted_cb (GObject *source,
              GAsyncResult *result,
              gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (!fil_client_restart_finish (FIL_CLIENT (source), result, &error))
    _fil_window_complain (self, error);
}

static void
restart_node_cb (GSimpleAction *action,
                 GVariant *parameter,
                 gpointer data)
{
  FilWindow *self = data;

  fil_banner_clear (self->banner);
  fil_client_restart_async (self->client, self->cancellable, restarted_cb, g_object_ref (self));
}

/* Other windows */

/* A process of its own: what happens there is thrown away with it. */
static void
demo_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program != NULL ? program : "filbert", "--demo", NULL);

  if (process == NULL)
    _fil_window_complain (data, error);
}

static void
preferences_cb (GSimpleAction *action,
                GVariant *parameter,
                gpointer data)
{
  FilWindow *self = data;

  gtk_window_present (GTK_WINDOW (fil_preferences_window_new (GTK_WINDOW (self), self->client)));
}

static void
about_cb (GSimpleAction *action,
          GVariant *parameter,
          gpointer data)
{
  fil_about_present (GTK_WINDOW (data));
}

/* Made when somebody asks: building it would hold up the first frame. */
static void
shortcuts_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/org/filbert/Filbert/ui/help-overlay.ui");
  GtkWindow *overlay = GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay"));

  gtk_window_set_transient_for (overlay, GTK_WINDOW (data));
  gtk_window_present (overlay);
}

static const GActionEntry entries[] = {
  { .name = "search", .parameter_type = "s", .activate = search_cb },
  { .name = "browse", .parameter_type = "s", .activate = browse_cb },
  { .name = "stop-search", .parameter_type = "x", .activate = stop_search_cb },
  { .name = "close-search", .parameter_type = "x", .activate = close_search_cb },
  { .name = "new-search", .activate = new_search_cb },
  { .name = "focus-search", .activate = focus_search_cb },
  { .name = "close-tab", .activate = close_tab_cb },
  { .name = "page", .parameter_type = "s", .activate = page_cb },
  { .name = "download", .parameter_type = "x", .activate = download_cb },
  { .name = "download-magnet", .parameter_type = "s", .activate = download_magnet_cb },
  { .name = "pause", .parameter_type = "x", .activate = pause_cb },
  { .name = "resume", .parameter_type = "x", .activate = resume_cb },
  { .name = "pause-all", .activate = pause_all_cb },
  { .name = "resume-all", .activate = resume_all_cb },
  { .name = "cancel", .parameter_type = "x", .activate = cancel_cb },
  { .name = "retry", .parameter_type = "x", .activate = retry_cb },
  { .name = "verify", .parameter_type = "x", .activate = verify_cb },
  { .name = "set-priority", .parameter_type = "(xi)", .activate = priority_cb },
  { .name = "clear-finished", .activate = clear_finished_cb },
  { .name = "open", .parameter_type = "x", .activate = open_cb },
  { .name = "show-in-folder", .parameter_type = "x", .activate = show_in_folder_cb },
  { .name = "copy", .parameter_type = "s", .activate = copy_cb },
  { .name = "add-folder", .activate = add_folder_cb },
  { .name = "share-check", .parameter_type = "s", .activate = share_check_cb },
  { .name = "remove-folder", .parameter_type = "s", .activate = remove_folder_cb },
  { .name = "undo", .activate = undo_cb },
  { .name = "toggle-sharing", .activate = toggle_sharing_cb },
  { .name = "connect", .parameter_type = "s", .activate = connect_cb },
  { .name = "disconnect", .parameter_type = "x", .activate = disconnect_cb },
  { .name = "ban", .parameter_type = "s", .activate = ban_cb },
  { .name = "set", .parameter_type = "(ss)", .activate = set_cb },
  { .name = "start-node", .activate = start_node_cb },
  { .name = "restart-node", .activate = restart_node_cb },
  { .name = "preferences", .activate = preferences_cb },
  { .name = "demo", .activate = demo_cb },
  { .name = "shortcuts", .activate = shortcuts_cb },
  { .name = "about", .activate = about_cb },
};

void
_fil_window_init_actions (FilWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

/* Shortcuts of the window class, so that they work in every window without the application's help. */
void
_fil_window_class_init_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint key;
    GdkModifierType modifiers;
    const char *action;
    const char *argument;
  } keys[] = {
    { GDK_KEY_f, GDK_CONTROL_MASK, "win.focus-search", NULL },
    { GDK_KEY_t, GDK_CONTROL_MASK, "win.new-search", NULL },
    { GDK_KEY_w, GDK_CONTROL_MASK, "win.close-tab", NULL },
    { GDK_KEY_o, GDK_CONTROL_MASK, "win.add-folder", NULL },
    { GDK_KEY_comma, GDK_CONTROL_MASK, "win.preferences", NULL },
    { GDK_KEY_question, GDK_CONTROL_MASK, "win.shortcuts", NULL },
    { GDK_KEY_question, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.shortcuts", NULL },
    { GDK_KEY_F1, 0, "win.shortcuts", NULL },
    { GDK_KEY_1, GDK_ALT_MASK, "win.page", "search" },
    { GDK_KEY_2, GDK_ALT_MASK, "win.page", "transfers" },
    { GDK_KEY_3, GDK_ALT_MASK, "win.page", "library" },
    { GDK_KEY_4, GDK_ALT_MASK, "win.page", "network" },
    { GDK_KEY_p, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.pause-all", NULL },
    { GDK_KEY_r, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.resume-all", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers, keys[i].action,
                                         keys[i].argument != NULL ? "s" : NULL, keys[i].argument);
}
