/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-private.h"

#include "client-verbs.h"
#include "download-order.h"
#include "limit-dialog.h"
#include "magnet-link.h"
#include "open-files.h"
#include "past-window.h"
#include "schema.h"

#include <glib/gi18n.h>

/* Downloading */

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
pasted_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  /* The window may have been closed meanwhile. */
  if (self->removals == NULL)
    return;
  if (text != NULL && fil_magnet_link_is (g_strstrip (text)))
    fil_window_offer_magnet (self, text);
  else
    _fil_window_tell (self, _("There is no magnet link to paste"), NULL, NULL);
}

static void
paste_link_cb (GSimpleAction *action,
               GVariant *parameter,
               gpointer data)
{
  FilWindow *self = data;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->cancellable, pasted_cb,
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
details_cb (GSimpleAction *action,
            GVariant *parameter,
            gpointer data)
{
  FilWindow *self = data;

  fil_window_show_page (self, "transfers");
  fil_transfers_page_show_details (self->transfers_page, g_variant_get_int64 (parameter));
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
retry_all_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_retry, -1);
}

static void
verify_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  FilWindow *self = data;

  CALL (fil_client_verify, g_variant_get_int64 (parameter));
}

/* To a place in the queue, which is made of priorities. */
static void
move_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  FilWindow *self = data;
  g_autoptr (GArray) changes = NULL;
  FilDownloadMove move;
  const char *where;
  gint64 id;

  g_variant_get (parameter, "(x&s)", &id, &where);
  if (self->transfers_page == NULL || !fil_download_move_from_name (where, &move))
    return;
  changes = fil_download_order_move (fil_transfers_page_get_queue (self->transfers_page), id, move);
  for (guint i = 0; i < changes->len; i++)
    {
      const FilNewPriority *change = &g_array_index (changes, FilNewPriority, i);

      CALL (fil_client_set_priority, change->id, change->priority);
    }
}

static void
limit_cb (GSimpleAction *action,
          GVariant *parameter,
          gpointer data)
{
  FilWindow *self = data;
  g_autoptr (FilRow) row = fil_list_model_find (self->downloads, g_variant_get_int64 (parameter));

  if (row != NULL)
    fil_limit_dialog_present (GTK_WINDOW (self), row, self->last_limit);
}

static void
limit_upload_cb (GSimpleAction *action,
                 GVariant *parameter,
                 gpointer data)
{
  FilWindow *self = data;
  g_autoptr (FilRow) row = NULL;

  if (self->transfers_page != NULL)
    row = fil_transfers_page_find_upload (self->transfers_page, g_variant_get_int64 (parameter));
  if (row != NULL)
    fil_limit_dialog_present (GTK_WINDOW (self), row, self->last_limit);
}

/* What was chosen is what the next one is offered. */
static void
remember_limit (FilWindow *self,
                gint64 bytes_per_s)
{
  if (bytes_per_s > 0)
    self->last_limit = bytes_per_s;
}

static void
set_limit_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  FilWindow *self = data;
  gint64 id, bytes_per_s;

  g_variant_get (parameter, "(xx)", &id, &bytes_per_s);
  remember_limit (self, bytes_per_s);
  CALL (fil_client_set_limit, id, bytes_per_s);
}

static void
set_upload_limit_cb (GSimpleAction *action,
                     GVariant *parameter,
                     gpointer data)
{
  FilWindow *self = data;
  gint64 id, bytes_per_s;

  g_variant_get (parameter, "(xx)", &id, &bytes_per_s);
  remember_limit (self, bytes_per_s);
  CALL (fil_client_set_upload_limit, id, bytes_per_s);
}

/* What can be taken back: downloads that are cancelled or cleared, a file in the trash, a folder that is no longer shared. */

typedef struct
{
  FilWindow *window; /* weak */
  FilClient *client;
  GArray *ids; /* of gint64: downloads */
  char *path;
} Removal;

static Removal *
removal_new (FilWindow *self,
             const char *path)
{
  Removal *removal = g_new0 (Removal, 1);

  g_set_weak_pointer (&removal->window, self);
  removal->client = g_object_ref (self->client);
  removal->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  removal->path = g_strdup (path);
  return removal;
}

static void
removal_free (gpointer data)
{
  Removal *removal = data;

  g_clear_weak_pointer (&removal->window);
  g_object_unref (removal->client);
  g_array_unref (removal->ids);
  g_free (removal->path);
  g_free (removal);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Removal, removal_free)

static char *
key_of_download (gint64 id)
{
  return g_strdup_printf ("download:%" G_GINT64_FORMAT, id);
}

/* The node keeps what is cancelled for a while. */
static void
undo_cancel (gpointer data)
{
  Removal *removal = data;

  for (guint i = 0; i < removal->ids->len; i++)
    fil_client_restore (removal->client, g_array_index (removal->ids, gint64, i), NULL, NULL, NULL);
}

static void
cancel_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  FilWindow *self = data;
  gint64 id = g_variant_get_int64 (parameter);
  g_autoptr (FilRow) row = fil_list_model_find (self->downloads, id);
  g_autofree char *key = key_of_download (id);
  g_autofree char *title = NULL;
  Removal *removal;

  if (row == NULL)
    return;
  title = g_strdup_printf (g_str_equal (fil_row_get_string (row, "state"), "done")
                               ? _("Off the list, but the file stays: “%s”")
                               : _("Cancelled “%s”"),
                           fil_row_get_string (row, "name"));
  CALL (fil_client_cancel, id);
  removal = removal_new (self, NULL);
  g_array_append_val (removal->ids, id);
  fil_removals_offer (self->removals, key, title, NULL, undo_cancel, removal, removal_free);
}

static void
clear_finished_cb (GSimpleAction *action,
                   GVariant *parameter,
                   gpointer data)
{
  FilWindow *self = data;
  g_autoptr (Removal) removal = removal_new (self, NULL);
  g_autofree char *title = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->downloads)); i++)
    {
      gint64 id = fil_list_model_get_id (self->downloads, i);

      if (g_str_equal (fil_schema_get_string (&fil_schema_download, fil_list_model_peek (self->downloads, i), "state"), "done"))
        g_array_append_val (removal->ids, id);
    }
  if (removal->ids->len == 0)
    return;
  fil_client_clear_finished (self->client, self->cancellable, _fil_window_done, g_object_ref (self));
  title = g_strdup_printf (ngettext ("%u finished download is off the list; the file stays",
                                     "%u finished downloads are off the list; the files stay", removal->ids->len),
                           removal->ids->len);
  fil_removals_offer (self->removals, "finished", title, NULL, undo_cancel, g_steal_pointer (&removal), removal_free);
}

static void
forgotten_cb (GObject *source,
              GAsyncResult *result,
              gpointer data)
{
  g_application_release (g_application_get_default ());
}

/* With the file in the trash, its row is of no use. */
static void
trashed_cb (GObject *source,
            GAsyncResult *result,
            gpointer data)
{
  g_autoptr (Removal) removal = data;
  g_autoptr (GError) error = NULL;
  gint64 id = g_array_index (removal->ids, gint64, 0);
  g_autofree char *key = key_of_download (id);

  if (g_file_trash_finish (G_FILE (source), result, &error))
    {
      fil_client_cancel (removal->client, id, NULL, NULL, NULL);
      fil_client_forget (removal->client, id, NULL, forgotten_cb, NULL);
      return;
    }
  if (removal->window != NULL && removal->window->removals != NULL)
    {
      fil_removals_show_again (removal->window->removals, key);
      _fil_window_complain (removal->window, error);
    }
  g_application_release (g_application_get_default ());
}

/* The window may be closing: the program ends when that is done. */
static void
commit_trash (gpointer data)
{
  Removal *offered = data;
  g_autoptr (GFile) file = g_file_new_for_path (offered->path);
  Removal *removal = g_new0 (Removal, 1);

  g_set_weak_pointer (&removal->window, offered->window);
  removal->client = g_object_ref (offered->client);
  removal->ids = g_array_ref (offered->ids);
  g_application_hold (g_application_get_default ());
  g_file_trash_async (file, G_PRIORITY_DEFAULT, NULL, trashed_cb, removal);
}

static void
trash_cb (GSimpleAction *action,
          GVariant *parameter,
          gpointer data)
{
  FilWindow *self = data;
  gint64 id = g_variant_get_int64 (parameter);
  g_autoptr (FilRow) row = fil_list_model_find (self->downloads, id);
  const char *path = row != NULL ? fil_row_get_string (row, "path") : NULL;
  g_autofree char *key = key_of_download (id);
  g_autofree char *title = NULL;
  Removal *removal;

  if (path == NULL)
    return;
  title = g_strdup_printf (_("In the trash: “%s”"), fil_row_get_string (row, "name"));
  removal = removal_new (self, path);
  g_array_append_val (removal->ids, id);
  fil_removals_offer (self->removals, key, title, commit_trash, NULL, removal, removal_free);
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
  g_autofree char *title = g_strdup_printf (_("No longer shared: “%s”"), name);

  fil_removals_offer (self->removals, key, title, commit_unshare, NULL, removal_new (self, path), removal_free);
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
    fil_open_file (GTK_WINDOW (self), path, fil_window_open_failed);
}

static void
show_in_folder_cb (GSimpleAction *action,
                   GVariant *parameter,
                   gpointer data)
{
  FilWindow *self = data;
  g_autofree char *path = path_of_download (self, parameter);

  if (path != NULL)
    fil_show_in_folder (GTK_WINDOW (self), path, fil_window_open_failed);
}

static void
previewed_cb (GObject *source,
              GAsyncResult *result,
              gpointer data)
{
  g_autoptr (FilWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FilRow) row = fil_client_finish_row (FIL_CLIENT (source), result, &error);

  if (row == NULL)
    _fil_window_complain (self, error);
  else
    fil_open_file (GTK_WINDOW (self), fil_row_get_string (row, "path"), fil_window_open_failed);
}

static void
preview_cb (GSimpleAction *action,
            GVariant *parameter,
            gpointer data)
{
  FilWindow *self = data;

  fil_client_preview (self->client, g_variant_get_int64 (parameter), self->cancellable, previewed_cb,
                      g_object_ref (self));
}

static void
history_cb (GSimpleAction *action,
            GVariant *parameter,
            gpointer data)
{
  FilWindow *self = data;

  gtk_window_present (GTK_WINDOW (fil_past_window_new (GTK_WINDOW (self), self->client)));
}

static const GActionEntry entries[] = {
  { .name = "download", .parameter_type = "x", .activate = download_cb },
  { .name = "download-magnet", .parameter_type = "s", .activate = download_magnet_cb },
  { .name = "paste-link", .activate = paste_link_cb },
  { .name = "pause", .parameter_type = "x", .activate = pause_cb },
  { .name = "resume", .parameter_type = "x", .activate = resume_cb },
  { .name = "pause-all", .activate = pause_all_cb },
  { .name = "resume-all", .activate = resume_all_cb },
  { .name = "cancel", .parameter_type = "x", .activate = cancel_cb },
  { .name = "details", .parameter_type = "x", .activate = details_cb },
  { .name = "retry", .parameter_type = "x", .activate = retry_cb },
  { .name = "retry-all", .activate = retry_all_cb },
  { .name = "verify", .parameter_type = "x", .activate = verify_cb },
  { .name = "move", .parameter_type = "(xs)", .activate = move_cb },
  { .name = "limit", .parameter_type = "x", .activate = limit_cb },
  { .name = "set-limit", .parameter_type = "(xx)", .activate = set_limit_cb },
  { .name = "limit-upload", .parameter_type = "x", .activate = limit_upload_cb },
  { .name = "set-upload-limit", .parameter_type = "(xx)", .activate = set_upload_limit_cb },
  { .name = "clear-finished", .activate = clear_finished_cb },
  { .name = "open", .parameter_type = "x", .activate = open_cb },
  { .name = "show-in-folder", .parameter_type = "x", .activate = show_in_folder_cb },
  { .name = "preview", .parameter_type = "x", .activate = preview_cb },
  { .name = "trash", .parameter_type = "x", .activate = trash_cb },
  { .name = "history", .activate = history_cb },
  { .name = "remove-folder", .parameter_type = "s", .activate = remove_folder_cb },
};

/* Downloads: begin, steer, take off the list, open. And what can be taken back. */
void
_fil_window_init_transfer_actions (FilWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
