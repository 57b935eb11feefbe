/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-private.h"

#include "about.h"
#include "client-verbs.h"
#include "preferences-window.h"
#include "share-dialog.h"

#include <glib/gi18n.h>

/* Every operation of a person, with its argument, so that menus, shortcuts, rows and tests share one list. */

/* For calls that answer with nothing; @data is a reference to the window. */
void
_fil_window_done (GObject *source,
                  GAsyncResult *result,
                  gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (!fil_client_finish (FIL_CLIENT (source), result, &error))
    _fil_window_complain (self, error);
}

static void
page_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  fil_window_show_page (data, g_variant_get_string (parameter, NULL));
}

static void
removals_changed_cb (FilRemovals *removals,
                     GSimpleAction *undo)
{
  g_simple_action_set_enabled (undo, fil_removals_can_undo (removals));
}

static void
undo_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  FilWindow *self = data;

  fil_removals_undo (self->removals);
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
  { .name = "page", .parameter_type = "s", .activate = page_cb },
  { .name = "copy", .parameter_type = "s", .activate = copy_cb },
  { .name = "add-folder", .activate = add_folder_cb },
  { .name = "share-check", .parameter_type = "s", .activate = share_check_cb },
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
  GAction *undo;

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  undo = g_action_map_lookup_action (G_ACTION_MAP (self), "undo");
  g_signal_connect_object (self->removals, "changed", G_CALLBACK (removals_changed_cb), undo, 0);
  removals_changed_cb (self->removals, G_SIMPLE_ACTION (undo));
  _fil_window_init_search_actions (self);
  _fil_window_init_transfer_actions (self);
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
    { GDK_KEY_h, GDK_CONTROL_MASK, "win.history", NULL },
    { GDK_KEY_question, GDK_CONTROL_MASK, "win.shortcuts", NULL },
    { GDK_KEY_question, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.shortcuts", NULL },
    { GDK_KEY_F1, 0, "win.shortcuts", NULL },
    { GDK_KEY_1, GDK_ALT_MASK, "win.page", "search" },
    { GDK_KEY_2, GDK_ALT_MASK, "win.page", "transfers" },
    { GDK_KEY_3, GDK_ALT_MASK, "win.page", "library" },
    { GDK_KEY_4, GDK_ALT_MASK, "win.page", "network" },
    { GDK_KEY_p, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.pause-all", NULL },
    { GDK_KEY_r, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.resume-all", NULL },
    { GDK_KEY_v, GDK_CONTROL_MASK, "win.paste-link", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers, keys[i].action,
                                         keys[i].argument != NULL ? "s" : NULL, keys[i].argument);
}
