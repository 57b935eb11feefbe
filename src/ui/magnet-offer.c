/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "magnet-offer.h"

#include "formatting.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FilMagnetOffer
{
  AdwActionRow parent;

  char *magnet;
  GtkButton *yes;
};

G_DEFINE_FINAL_TYPE (FilMagnetOffer, fil_magnet_offer, ADW_TYPE_ACTION_ROW)

enum
{
  ANSWERED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
yes_cb (FilMagnetOffer *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.download-magnet", "s", self->magnet);
  g_signal_emit (self, signals[ANSWERED], 0);
}

static void
no_cb (FilMagnetOffer *self)
{
  g_signal_emit (self, signals[ANSWERED], 0);
}

static void
fil_magnet_offer_finalize (GObject *object)
{
  g_free (FIL_MAGNET_OFFER (object)->magnet);
  G_OBJECT_CLASS (fil_magnet_offer_parent_class)->finalize (object);
}

static void
fil_magnet_offer_class_init (FilMagnetOfferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fil_magnet_offer_finalize;
  signals[ANSWERED] = g_signal_new ("answered", FIL_TYPE_MAGNET_OFFER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static GtkButton *
add_button (FilMagnetOffer *self,
            const char *label,
            GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
  return GTK_BUTTON (button);
}

static void
fil_magnet_offer_init (FilMagnetOffer *self)
{
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), gtk_image_new_from_icon_name ("insert-link-symbolic"));
  add_button (self, _("Dismiss"), G_CALLBACK (no_cb));
  self->yes = add_button (self, _("Download"), G_CALLBACK (yes_cb));
  gtk_widget_add_css_class (GTK_WIDGET (self->yes), "suggested-action");
}

/* The value of a field of the link, for showing only: the node reads the link itself. */
static char *
find_field (const char *magnet,
            const char *name)
{
  const char *query = strchr (magnet, '?');
  g_auto (GStrv) fields = g_strsplit (query != NULL ? query + 1 : "", "&", 64);

  for (guint i = 0; fields[i] != NULL; i++)
    if (g_str_has_prefix (fields[i], name))
      {
        g_strdelimit (fields[i], "+", ' ');
        return g_uri_unescape_string (fields[i] + strlen (name), NULL);
      }
  return NULL;
}

/**
 * fil_magnet_offer_new:
 * @magnet: a link as it came, from whoever
 */
GtkWidget *
fil_magnet_offer_new (const char *magnet)
{
  FilMagnetOffer *self = g_object_new (FIL_TYPE_MAGNET_OFFER, NULL);
  g_autofree char *raw_name = find_field (magnet, "dn=");
  g_autofree char *name = g_utf8_make_valid (raw_name != NULL ? raw_name : _("a file without a name"), -1);
  g_autofree char *length = find_field (magnet, "xl=");
  gint64 size = length != NULL ? g_ascii_strtoll (length, NULL, 10) : 0;
  g_autofree char *size_text = size > 0 ? fil_format_size (size) : NULL;
  g_autofree char *title = g_strdup_printf (_("Download “%s”?"), name);
  g_autofree char *escaped = g_markup_escape_text (title, -1);
  g_autoptr (GString) subtitle = g_string_new (NULL);

  fil_format_join (subtitle, size_text);
  fil_format_join (subtitle, _("from a link outside of Filbert"));
  self->magnet = g_strdup (magnet);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), escaped);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 2);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle->str);
  return GTK_WIDGET (self);
}
