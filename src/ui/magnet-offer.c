/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "magnet-offer.h"

#include "formatting.h"
#include "magnet-link.h"

#include <glib/gi18n.h>

struct _FilMagnetOffer
{
  AdwActionRow parent;

  char *magnet;
  char *keywords; /* NULL unless it asks for a search only */
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
  if (self->keywords != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.search", "s", self->keywords);
  else
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
  g_free (FIL_MAGNET_OFFER (object)->keywords);
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

static char *
make_title (const FilMagnetWords *words)
{
  const char *name = words->names != NULL ? words->names : _("a file without a name");

  if (words->n_files > 1)
    return g_strdup_printf (ngettext ("Download %u file?", "Download %u files?", words->n_files), words->n_files);
  if (words->n_files == 1)
    return g_strdup_printf (_("Download “%s”?"), name);
  if (words->keywords != NULL)
    return g_strdup_printf (_("Search for “%s”?"), words->keywords);
  return g_strdup (_("This link names no file of the Gnutella network"));
}

static char *
make_subtitle (const FilMagnetWords *words)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *size = words->size > 0 ? fil_format_size (words->size) : NULL;

  if (words->n_files > 1)
    fil_format_join (line, words->names);
  fil_format_join (line, size);
  fil_format_join (line, _("from a link outside of Filbert"));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * fil_magnet_offer_new:
 * @magnet: a link as it came, from whoever
 */
GtkWidget *
fil_magnet_offer_new (const char *magnet)
{
  FilMagnetOffer *self = g_object_new (FIL_TYPE_MAGNET_OFFER, NULL);
  g_auto (FilMagnetWords) words = { 0 };
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;

  fil_magnet_words_read (&words, magnet);
  title = make_title (&words);
  subtitle = make_subtitle (&words);
  self->magnet = g_strdup (magnet);
  /* What a stranger wrote is text. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 2);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 3);
  if (words.n_files == 0)
    self->keywords = g_strdup (words.keywords);
  gtk_button_set_label (self->yes, self->keywords != NULL ? _("Search") : _("Download"));
  gtk_widget_set_visible (GTK_WIDGET (self->yes), words.n_files > 0 || words.keywords != NULL);
  return GTK_WIDGET (self);
}

const char *
fil_magnet_offer_get_magnet (FilMagnetOffer *self)
{
  return self->magnet;
}
