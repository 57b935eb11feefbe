/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "past-window.h"

#include "client-verbs.h"
#include "formatting.h"
#include "open-files.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_SHOWN 500

struct _FilPastWindow
{
  AdwWindow parent;

  AdwToastOverlay *toasts;
  GtkSearchEntry *entry;
  AdwPreferencesGroup *removed_group;
  AdwPreferencesGroup *finished_group;
  GtkListBox *removed;
  GtkListBox *finished;
  GtkButton *forget_all;
  GtkButton *clear_history;
  GtkWidget *nothing;

  FilClient *client;
  GCancellable *cancellable; /* of the questions that are under way */
};

G_DEFINE_FINAL_TYPE (FilPastWindow, fil_past_window, ADW_TYPE_WINDOW)

static void ask (FilPastWindow *self);

static void
complain (FilPastWindow *self,
          const GError *error)
{
  g_autofree char *escaped = g_markup_escape_text (error->message, -1);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

static void
open_failed (GtkWindow *window,
             const char *sentence)
{
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  /* It may have been closed meanwhile. */
  if (FIL_PAST_WINDOW (window)->toasts != NULL)
    adw_toast_overlay_add_toast (FIL_PAST_WINDOW (window)->toasts, adw_toast_new (escaped));
}

/* Something was brought back or deleted: the lists are others now. */
static void
done_cb (GObject *source,
         GAsyncResult *result,
         gpointer data)
{
  g_autoptr (FilPastWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (self->client == NULL)
    return;
  if (!fil_client_finish (FIL_CLIENT (source), result, &error))
    complain (self, error);
  ask (self);
}

static FilRow *
row_of (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "fil-row");
}

static void
restore_cb (FilPastWindow *self,
            GtkWidget *button)
{
  fil_client_restore (self->client, fil_row_get_id (row_of (button)), NULL, done_cb, g_object_ref (self));
}

static void
forget_cb (FilPastWindow *self,
           GtkWidget *button)
{
  fil_client_forget (self->client, fil_row_get_id (row_of (button)), NULL, done_cb, g_object_ref (self));
}

static void
forget_all_cb (FilPastWindow *self)
{
  fil_client_forget (self->client, -1, NULL, done_cb, g_object_ref (self));
}

static void
clear_cb (FilPastWindow *self,
          const char *response)
{
  if (g_str_equal (response, "clear"))
    fil_client_clear_history (self->client, NULL, done_cb, g_object_ref (self));
}

static void
clear_history_cb (FilPastWindow *self)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (
      GTK_WINDOW (self), _("Clear the History?"),
      _("All finished files are taken off this list for good, also those that a search hides. The files themselves stay.")));

  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "clear", _("C_lear"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "clear", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (clear_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
open_cb (FilPastWindow *self,
         GtkWidget *button)
{
  fil_open_file (GTK_WINDOW (self), fil_row_get_string (row_of (button), "path"), open_failed);
}

static void
show_cb (FilPastWindow *self,
         GtkWidget *button)
{
  fil_show_in_folder (GTK_WINDOW (self), fil_row_get_string (row_of (button), "path"), open_failed);
}

/* @format: what a screen reader says, with the name of the file */
static void
add_button (FilPastWindow *self,
            AdwActionRow *to,
            FilRow *row,
            const char *label,
            const char *icon,
            const char *format,
            void (*clicked) (FilPastWindow *self, GtkWidget *button))
{
  GtkWidget *button = icon != NULL ? gtk_button_new_from_icon_name (icon) : gtk_button_new_with_label (label);
  g_autofree char *spoken = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  spoken = g_strdup_printf (format, fil_row_get_string (row, "name"));
#pragma GCC diagnostic pop
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_widget_set_tooltip_text (button, label);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "fil-row", g_object_ref (row), g_object_unref);
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (to, button);
}

static AdwActionRow *
make_line (FilRow *row,
           const char *subtitle)
{
  GtkWidget *line = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (line), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (line), fil_row_get_string (row, "name"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (line), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (line), 1);
  return ADW_ACTION_ROW (line);
}

static char *
day_of (FilRow *row,
        const char *field)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (fil_row_get_int (row, field));

  return time != NULL ? g_date_time_format (time, "%x") : g_strdup ("");
}

static AdwActionRow *
make_removed (FilPastWindow *self,
              FilRow *row)
{
  g_autofree char *kept = fil_format_size (fil_row_get_int (row, "received_bytes"));
  g_autofree char *until = day_of (row, "kept_until");
  /* Translators: "1.3 GB are kept until 12/31/2026" */
  g_autofree char *subtitle = g_strdup_printf (_("%s are kept until %s"), kept, until);
  AdwActionRow *line = make_line (row, subtitle);

  add_button (self, line, row, _("Bring Back"), NULL, _("Bring %s back"), restore_cb);
  add_button (self, line, row, _("Delete"), "user-trash-symbolic", _("Delete what is kept of %s"), forget_cb);
  return line;
}

static AdwActionRow *
make_finished (FilPastWindow *self,
               FilRow *row)
{
  g_autofree char *size = fil_format_size (fil_row_get_int (row, "size"));
  g_autofree char *day = day_of (row, "finished");
  g_autofree char *subtitle = g_strdup_printf ("%s · %s", size, day);
  AdwActionRow *line = make_line (row, subtitle);
  const char *path = fil_row_get_string (row, "path");

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      add_button (self, line, row, _("Open"), NULL, _("Open %s"), open_cb);
      add_button (self, line, row, _("Show in Folder"), "folder-symbolic", _("Show %s in its folder"), show_cb);
    }
  return line;
}

static void
fill (FilPastWindow *self,
      GtkListBox *list,
      AdwPreferencesGroup *group,
      GPtrArray *rows,
      AdwActionRow *(*make) (FilPastWindow *self, FilRow *row))
{
  GtkListBoxRow *old;

  while ((old = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (old));
  for (guint i = 0; i < rows->len; i++)
    gtk_list_box_append (list, GTK_WIDGET (make (self, g_ptr_array_index (rows, i))));
  gtk_widget_set_visible (GTK_WIDGET (group), rows->len > 0);
  gtk_widget_set_visible (self->nothing, !gtk_widget_get_visible (GTK_WIDGET (self->removed_group)) &&
                                             !gtk_widget_get_visible (GTK_WIDGET (self->finished_group)));
}

/* The words that stand in the entry are the node's to understand in names that are finished; the few that are
 * cancelled are looked through here. */
static void
keep_matching (FilPastWindow *self,
               GPtrArray *rows)
{
  g_autofree char *words = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->entry)), -1);
  g_auto (GStrv) parts = g_strsplit_set (words, " \t", -1);

  for (guint i = rows->len; i-- > 0;)
    {
      g_autofree char *name = g_utf8_casefold (fil_row_get_string (g_ptr_array_index (rows, i), "name"), -1);

      for (guint j = 0; parts[j] != NULL; j++)
        if (strstr (name, parts[j]) == NULL)
          {
            g_ptr_array_remove_index (rows, i);
            break;
          }
    }
}

static void
removed_cb (GObject *source,
            GAsyncResult *result,
            gpointer data)
{
  g_autoptr (FilPastWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_client_finish_rows (FIL_CLIENT (source), result, &error);

  if (rows == NULL)
    {
      complain (self, error);
      return;
    }
  keep_matching (self, rows);
  fill (self, self->removed, self->removed_group, rows, make_removed);
}

static void
history_cb (GObject *source,
            GAsyncResult *result,
            gpointer data)
{
  g_autoptr (FilPastWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_client_finish_rows (FIL_CLIENT (source), result, &error);

  if (rows == NULL)
    complain (self, error);
  else
    fill (self, self->finished, self->finished_group, rows, make_finished);
}

static void
ask (FilPastWindow *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  fil_client_removed (self->client, self->cancellable, removed_cb, g_object_ref (self));
  fil_client_history (self->client, *words != '\0' ? words : NULL, MAX_SHOWN, self->cancellable, history_cb,
                      g_object_ref (self));
}

static void
fil_past_window_dispose (GObject *object)
{
  FilPastWindow *self = FIL_PAST_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (fil_past_window_parent_class)->dispose (object);
}

static void
fil_past_window_finalize (GObject *object)
{
  g_object_unref (FIL_PAST_WINDOW (object)->cancellable);
  G_OBJECT_CLASS (fil_past_window_parent_class)->finalize (object);
}

static void
fil_past_window_class_init (FilPastWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_past_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = fil_past_window_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/past-window.ui");
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, entry);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, removed_group);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, finished_group);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, removed);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, finished);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, forget_all);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, clear_history);
  gtk_widget_class_bind_template_child (widget_class, FilPastWindow, nothing);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
fil_past_window_init (FilPastWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (self->entry, "search-changed", G_CALLBACK (ask), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "stop-search", G_CALLBACK (gtk_window_close), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->forget_all, "clicked", G_CALLBACK (forget_all_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->clear_history, "clicked", G_CALLBACK (clear_history_cb), self, G_CONNECT_SWAPPED);
}

FilPastWindow *
fil_past_window_new (GtkWindow *parent,
                     FilClient *client)
{
  FilPastWindow *self = g_object_new (FIL_TYPE_PAST_WINDOW, "transient-for", parent, NULL);

  self->client = g_object_ref (client);
  gtk_window_set_default_size (GTK_WINDOW (self), MIN (620, gtk_widget_get_width (GTK_WIDGET (parent))), 560);
  ask (self);
  return self;
}
