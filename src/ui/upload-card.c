/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-card.h"

#include "context-menu.h"
#include "file-kinds.h"
#include "formatting.h"
#include "reach.h"

#include <glib/gi18n.h>

struct _FilUploadCard
{
  AdwActionRow parent;

  GtkImage *icon;
  GtkLabel *amount;
  FilRow *upload;
};

G_DEFINE_FINAL_TYPE (FilUploadCard, fil_upload_card, ADW_TYPE_ACTION_ROW)

static char *
describe (FilRow *upload)
{
  g_autoptr (GString) line = g_string_new (NULL);
  const char *state = fil_row_get_string (upload, "state");
  g_autofree char *speed = fil_format_speed (fil_row_get_int (upload, "bps"));
  g_autofree char *limit = fil_format_limit (fil_row_get_int (upload, "limit_bps"));
  g_autofree char *place = g_strdup_printf (_("Waiting at place %d"), (int) fil_row_get_int (upload, "queue_position"));

  if (g_strcmp0 (state, "sending") == 0)
    fil_format_join (line, speed);
  else if (g_strcmp0 (state, "queued") == 0)
    fil_format_join (line, place);
  else if (g_strcmp0 (state, "waiting") == 0)
    fil_format_join (line, _("Has a slot, asks for nothing right now"));
  else if (g_strcmp0 (state, "done") == 0)
    fil_format_join (line, _("Sent"));
  else
    fil_format_join (line, _("Ended early"));
  fil_format_join (line, limit);
  if (fil_row_get_string (upload, "peer") != NULL)
    {
      g_autofree char *to = g_strdup_printf (_("to %s"), fil_row_get_string (upload, "peer"));

      fil_format_join (line, to);
    }
  fil_format_join (line, fil_reach_to_word (fil_reach_from_text (fil_row_get_string (upload, "reach"))));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
update (FilUploadCard *self)
{
  const char *name = fil_row_get_string (self->upload, "name");
  g_autofree char *title = g_markup_escape_text (name, -1);
  g_autofree char *line = describe (self->upload);
  g_autofree char *subtitle = g_markup_escape_text (line, -1);
  g_autofree char *percent =
      fil_format_percent (fil_row_get_int (self->upload, "sent_bytes"), fil_row_get_int (self->upload, "size"));
  g_autofree char *size = fil_format_size (fil_row_get_int (self->upload, "size"));
  g_autofree char *amount = g_strdup_printf (_("%s of %s"), percent, size);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_image_set_from_icon_name (self->icon, fil_kind_to_icon (fil_kind_of_name (name)));
  gtk_label_set_label (self->amount, g_strcmp0 (fil_row_get_string (self->upload, "state"), "queued") == 0 ? size : amount);
}

static GMenuModel *
make_menu (GtkWidget *widget,
           gpointer data)
{
  FilUploadCard *self = FIL_UPLOAD_CARD (widget);
  const char *peer = fil_row_get_string (self->upload, "peer");
  GMenu *menu = g_menu_new ();

  fil_menu_add (menu, _("Limit Speed…"), "win.limit-upload", g_variant_new_int64 (fil_row_get_id (self->upload)));
  fil_menu_add (menu, _("Copy Name"), "win.copy", g_variant_new_string (fil_row_get_string (self->upload, "name")));
  if (peer != NULL)
    {
      fil_menu_add (menu, _("See All Files of This Host"), "win.browse", g_variant_new_string (peer));
      fil_menu_add (menu, _("Never Talk to This Host"), "win.ban", g_variant_new_string (peer));
    }
  return G_MENU_MODEL (menu);
}

static void
fil_upload_card_dispose (GObject *object)
{
  g_clear_object (&FIL_UPLOAD_CARD (object)->upload);
  G_OBJECT_CLASS (fil_upload_card_parent_class)->dispose (object);
}

static void
fil_upload_card_class_init (FilUploadCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_upload_card_dispose;
}

static void
fil_upload_card_init (FilUploadCard *self)
{
  self->icon = GTK_IMAGE (gtk_image_new ());
  self->amount = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->amount), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->amount), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->amount), "numeric");
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), GTK_WIDGET (self->icon));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->amount));
  fil_context_menu_attach (GTK_WIDGET (self), make_menu, NULL);
}

/**
 * fil_upload_card_new:
 * @upload: a row of the list "uploads", which the card follows
 */
GtkWidget *
fil_upload_card_new (FilRow *upload)
{
  FilUploadCard *self = g_object_new (FIL_TYPE_UPLOAD_CARD, NULL);

  self->upload = g_object_ref (upload);
  g_signal_connect_object (upload, "notify::variant", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
