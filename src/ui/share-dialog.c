/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "share-dialog.h"

#include "client-verbs.h"
#include "file-kinds.h"
#include "formatting.h"

#include <glib/gi18n.h>

/* Names listed in each of the two lists; the node sends at most 500. */
#define MAX_NAMES 200

struct _FilShareDialog
{
  AdwWindow parent;

  AdwWindowTitle *title;
  GtkStack *stack;
  GtkButton *share;
  AdwStatusPage *refused;
  AdwPreferencesGroup *private_group;
  AdwExpanderRow *private_row;
  GtkCheckButton *include_private;
  AdwPreferencesGroup *kinds_group;
  AdwExpanderRow *names_row;

  FilClient *client;
  char *path;
  FilRow *preview;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (FilShareDialog, fil_share_dialog, ADW_TYPE_WINDOW)

/* How many files the button would share now. */
static gint64
count_files (FilShareDialog *self)
{
  gint64 files = fil_row_get_int (self->preview, "files");

  return gtk_check_button_get_active (self->include_private)
             ? files + fil_row_get_int (self->preview, "private_files")
             : files;
}

static void
update (FilShareDialog *self)
{
  gint64 n;
  g_autofree char *files = NULL;
  g_autofree char *label = NULL;

  if (self->preview == NULL)
    return;
  n = count_files (self);
  files = fil_format_files (n);
  /* Translators: on a button: "Share 309 files" */
  label = g_strdup_printf (_("Share %s"), files);
  gtk_button_set_label (self->share, label);
  gtk_widget_set_sensitive (GTK_WIDGET (self->share), n > 0);
}

static void
add_names (AdwExpanderRow *row,
           GStrv names)
{
  for (guint i = 0; i < MIN (g_strv_length (names), MAX_NAMES); i++)
    {
      GtkWidget *name = gtk_label_new (names[i]);

      gtk_label_set_xalign (GTK_LABEL (name), 0);
      gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
      gtk_widget_set_tooltip_text (name, names[i]);
      gtk_widget_add_css_class (name, "caption");
      gtk_widget_set_margin_top (name, 6);
      gtk_widget_set_margin_bottom (name, 6);
      gtk_widget_set_margin_start (name, 12);
      gtk_widget_set_margin_end (name, 12);
      adw_expander_row_add_row (row, name);
    }
}

static void
show_private (FilShareDialog *self)
{
  gint64 n = fil_row_get_int (self->preview, "private_files");
  g_auto (GStrv) names = fil_row_get_strings (self->preview, "private_names");
  g_autofree char *title =
      g_strdup_printf (ngettext ("%d file looks private", "%d files look private", (gulong) n), (int) n);

  gtk_widget_set_visible (GTK_WIDGET (self->private_group), n > 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->private_row), title);
  add_names (self->private_row, names);
}

static void
show_kinds (FilShareDialog *self)
{
  static const char *const kinds[] = { "audio", "video", "image", "document", "archive", "program", "other" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gint64 n = fil_row_get_int (self->preview, kinds[i]);
      GtkWidget *row, *number;
      g_autofree char *files = NULL;

      if (n <= 0)
        continue;
      files = fil_format_files (n);
      row = adw_action_row_new ();
      number = gtk_label_new (files);
      gtk_widget_add_css_class (number, "dim-label");
      gtk_widget_add_css_class (number, "numeric");
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), fil_kind_to_word (kinds[i]));
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (fil_kind_to_icon (kinds[i])));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), number);
      adw_preferences_group_add (self->kinds_group, row);
    }
}

static void
show_preview (FilShareDialog *self)
{
  g_auto (GStrv) names = fil_row_get_strings (self->preview, "names");
  g_autofree char *files = fil_format_files (fil_row_get_int (self->preview, "files"));
  g_autofree char *size = fil_format_size (fil_row_get_int (self->preview, "bytes"));
  g_autofree char *title = g_strdup_printf ("%s, %s", files, size);
  g_autofree char *shown = NULL;
  guint n_shown = MIN (g_strv_length (names), MAX_NAMES);

  show_private (self);
  show_kinds (self);
  adw_preferences_group_set_title (self->kinds_group, title);
  adw_preferences_group_set_description (self->kinds_group, _("Anybody who searches for these names can see and fetch them."));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->names_row), _("The list"));
  shown = g_strdup_printf (ngettext ("%u name", "The first %u names", n_shown), n_shown);
  adw_expander_row_set_subtitle (self->names_row, shown);
  add_names (self->names_row, names);
  gtk_stack_set_visible_child_name (self->stack, "preview");
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->share));
}

static void
refuse (FilShareDialog *self,
        const char *why)
{
  g_autofree char *escaped = g_markup_escape_text (why, -1);

  adw_status_page_set_description (self->refused, escaped);
  gtk_widget_set_visible (GTK_WIDGET (self->share), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "refused");
}

static void
checked_cb (GObject *source,
            GAsyncResult *result,
            gpointer data)
{
  g_autoptr (FilShareDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FilRow) preview = fil_client_finish_row (FIL_CLIENT (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (preview == NULL)
    {
      refuse (self, error->message);
      return;
    }
  if (fil_row_get_string (preview, "refusal") != NULL)
    {
      refuse (self, fil_row_get_string (preview, "refusal"));
      return;
    }
  self->preview = g_steal_pointer (&preview);
  show_preview (self);
}

static void
shared_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (FilShareDialog) self = data;
  g_autoptr (GError) error = NULL;

  if (fil_client_finish_id (FIL_CLIENT (source), result, &error) >= 0)
    gtk_window_close (GTK_WINDOW (self));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    refuse (self, error->message);
}

static void
share_cb (FilShareDialog *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->share), FALSE);
  fil_client_share_add (self->client, self->path, gtk_check_button_get_active (self->include_private),
                        self->cancellable, shared_cb, g_object_ref (self));
}

static void
another_cb (FilShareDialog *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.add-folder", NULL);
  gtk_window_close (GTK_WINDOW (self));
}

static void
fil_share_dialog_dispose (GObject *object)
{
  FilShareDialog *self = FIL_SHARE_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  g_clear_object (&self->preview);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (fil_share_dialog_parent_class)->dispose (object);
}

static void
fil_share_dialog_class_init (FilShareDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_share_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/share-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, title);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, share);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, refused);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, private_group);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, private_row);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, include_private);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, kinds_group);
  gtk_widget_class_bind_template_child (widget_class, FilShareDialog, names_row);
  gtk_widget_class_bind_template_callback (widget_class, share_cb);
  gtk_widget_class_bind_template_callback (widget_class, another_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
fil_share_dialog_init (FilShareDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

/**
 * fil_share_dialog_new:
 * @path: of the folder to look into; nothing is shared before a person says so
 */
FilShareDialog *
fil_share_dialog_new (GtkWindow *parent,
                      FilClient *client,
                      const char *path)
{
  FilShareDialog *self = g_object_new (FIL_TYPE_SHARE_DIALOG, "transient-for", parent, NULL);
  g_autofree char *shown = g_filename_display_name (path);

  gtk_window_set_default_size (GTK_WINDOW (self), MIN (520, gtk_widget_get_width (GTK_WIDGET (parent))), 600);
  self->client = g_object_ref (client);
  self->path = g_strdup (path);
  adw_window_title_set_subtitle (self->title, shown);
  fil_client_share_check (client, path, self->cancellable, checked_cb, g_object_ref (self));
  return self;
}
