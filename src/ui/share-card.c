/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "share-card.h"

#include "context-menu.h"
#include "formatting.h"

#include <glib/gi18n.h>

struct _FilShareCard
{
  AdwActionRow parent;

  GtkImage *icon;
  GtkProgressBar *progress;
  GtkButton *remove;
  FilRow *share;
};

G_DEFINE_FINAL_TYPE (FilShareCard, fil_share_card, ADW_TYPE_ACTION_ROW)

static char *
describe_state (FilRow *share)
{
  const char *state = fil_row_get_string (share, "state");
  const char *reason = fil_row_get_string (share, "reason");
  gint64 files = fil_row_get_int (share, "files");
  gint64 to_hash = fil_row_get_int (share, "to_hash");
  g_autofree char *percent = NULL;
  g_autofree char *left = NULL;

  if (reason != NULL)
    return g_strdup (reason);
  if (g_strcmp0 (state, "scanning") == 0)
    return g_strdup (_("looking for files"));
  if (g_strcmp0 (state, "hashing") == 0)
    {
      percent = fil_format_percent (files - to_hash, files);
      left = fil_format_files (to_hash);
      /* Translators: "hashing 40 %, 12 files left" */
      return g_strdup_printf (_("hashing %s, %s left"), percent, left);
    }
  if (g_strcmp0 (state, "away") == 0)
    return g_strdup (_("away: the drive is not there; it comes back by itself"));
  return g_strdup (g_strcmp0 (state, "unreadable") == 0 ? _("cannot be read") : _("shared, and watched for changes"));
}

static void
update (FilShareCard *self)
{
  const char *path = fil_row_get_string (self->share, "path");
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *title = g_markup_escape_text (name, -1);
  g_autofree char *files = fil_format_files (fil_row_get_int (self->share, "files"));
  g_autofree char *size = fil_format_size (fil_row_get_int (self->share, "bytes"));
  g_autofree char *state = describe_state (self->share);
  g_autofree char *subtitle = NULL;
  gint64 n_files = fil_row_get_int (self->share, "files");
  gint64 to_hash = fil_row_get_int (self->share, "to_hash");
  gboolean is_away = g_strcmp0 (fil_row_get_string (self->share, "state"), "away") == 0 ||
                     g_strcmp0 (fil_row_get_string (self->share, "state"), "unreadable") == 0;

  fil_format_join (line, files);
  fil_format_join (line, size);
  fil_format_join (line, state);
  subtitle = g_markup_escape_text (line->str, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_image_set_from_icon_name (self->icon, is_away ? "dialog-warning-symbolic" : "folder-symbolic");
  gtk_widget_set_visible (GTK_WIDGET (self->progress), to_hash > 0);
  gtk_progress_bar_set_fraction (self->progress, fil_format_fraction (n_files - to_hash, n_files));
}

static GMenuModel *
make_menu (GtkWidget *widget,
           gpointer data)
{
  GVariant *path = g_variant_new_string (fil_row_get_string (FIL_SHARE_CARD (widget)->share, "path"));
  GMenu *menu = g_menu_new ();

  g_variant_ref_sink (path);
  fil_menu_add (menu, _("What the World Sees"), "win.share-check", path);
  fil_menu_add (menu, _("Copy Path"), "win.copy", path);
  fil_menu_add (menu, _("Stop Sharing"), "win.remove-folder", path);
  g_variant_unref (path);
  return G_MENU_MODEL (menu);
}

static gboolean
delete_cb (GtkWidget *widget,
           GVariant *arguments,
           gpointer data)
{
  gtk_widget_activate_action (widget, "win.remove-folder", "s",
                              fil_row_get_string (FIL_SHARE_CARD (widget)->share, "path"));
  return TRUE;
}

static void
fil_share_card_dispose (GObject *object)
{
  g_clear_object (&FIL_SHARE_CARD (object)->share);
  G_OBJECT_CLASS (fil_share_card_parent_class)->dispose (object);
}

static void
fil_share_card_class_init (FilShareCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_share_card_dispose;
  gtk_widget_class_add_binding (GTK_WIDGET_CLASS (klass), GDK_KEY_Delete, 0, delete_cb, NULL);
}

static void
fil_share_card_init (FilShareCard *self)
{
  self->icon = GTK_IMAGE (gtk_image_new ());
  self->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  self->remove = GTK_BUTTON (gtk_button_new_from_icon_name ("window-close-symbolic"));
  gtk_widget_set_valign (GTK_WIDGET (self->progress), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->progress), "thick");
  gtk_widget_set_size_request (GTK_WIDGET (self->progress), 72, -1);
  gtk_widget_set_valign (GTK_WIDGET (self->remove), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->remove), "flat");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->remove), _("Stop sharing this folder"));
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), GTK_WIDGET (self->icon));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->progress));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->remove));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 2);
  fil_context_menu_attach (GTK_WIDGET (self), make_menu, NULL);
}

/**
 * fil_share_card_new:
 * @share: a row of the list "shares", which the card follows
 */
GtkWidget *
fil_share_card_new (FilRow *share)
{
  FilShareCard *self = g_object_new (FIL_TYPE_SHARE_CARD, NULL);
  g_autofree char *name = g_filename_display_basename (fil_row_get_string (share, "path"));
  g_autofree char *label = g_strdup_printf (_("Stop sharing %s"), name);
  g_autofree char *progress = g_strdup_printf (_("Hashing of %s"), name);

  self->share = g_object_ref (share);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), fil_row_get_string (share, "path"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->remove), "win.remove-folder");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->remove), "s", fil_row_get_string (share, "path"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->remove), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, progress, -1);
  g_signal_connect_object (share, "notify::variant", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
