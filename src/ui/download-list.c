/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-list.h"

#include "head-model.h"

#include <glib/gi18n.h>

/* A card is a few dozen widgets, which all are there whether they are seen or not. */
#define SHOWN_AT_FIRST 100
#define SHOWN_MORE 200
/* So far down nobody is led. */
#define SHOWN_TO_FIND 1000

struct _FilDownloadList
{
  GtkWidget parent;

  GtkWidget *box;
  GtkListBox *cards;
  GtkButton *more;

  FilClient *client;
  GtkSorter *sorter;
  GListModel *sorted;
  FilHeadModel *shown;
  gboolean is_narrow;
};

G_DEFINE_FINAL_TYPE (FilDownloadList, fil_download_list, GTK_TYPE_WIDGET)

static void
update (FilDownloadList *self)
{
  guint n = g_list_model_get_n_items (self->sorted);
  guint shown = fil_head_model_get_size (self->shown);
  guint left = n > shown ? n - shown : 0;
  g_autofree char *label = g_strdup_printf (ngettext ("Show More (%u left)", "Show More (%u left)", left), left);

  gtk_button_set_label (self->more, label);
  gtk_widget_set_visible (GTK_WIDGET (self->more), left > 0);
}

static void
more_cb (FilDownloadList *self)
{
  guint shown = fil_head_model_get_size (self->shown);
  GtkListBoxRow *first;

  fil_head_model_set_size (self->shown, shown + SHOWN_MORE);
  update (self);
  /* The button may be gone, and reading goes on there. */
  first = gtk_list_box_get_row_at_index (self->cards, (int) shown);
  if (first != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (first));
}

static GtkWidget *
make_card (gpointer item,
           gpointer data)
{
  FilDownloadList *self = data;
  GtkWidget *card = fil_download_card_new (self->client, item);

  fil_download_card_set_narrow (FIL_DOWNLOAD_CARD (card), self->is_narrow);
  return card;
}

static FilDownloadCard *
card_at (FilDownloadList *self,
         guint position)
{
  return FIL_DOWNLOAD_CARD (gtk_list_box_get_row_at_index (self->cards, (int) position));
}

static gint64
id_of (FilDownloadCard *card)
{
  return fil_row_get_id (fil_download_card_get_row (card));
}

static void
fil_download_list_dispose (GObject *object)
{
  FilDownloadList *self = FIL_DOWNLOAD_LIST (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->shown);
  g_clear_object (&self->sorted);
  g_clear_object (&self->sorter);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (fil_download_list_parent_class)->dispose (object);
}

static void
fil_download_list_class_init (FilDownloadListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_download_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/download-list.ui");
  gtk_widget_class_bind_template_child (widget_class, FilDownloadList, box);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadList, cards);
  gtk_widget_class_bind_template_child (widget_class, FilDownloadList, more);
  gtk_widget_class_bind_template_callback (widget_class, more_cb);
}

static void
fil_download_list_init (FilDownloadList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * fil_download_list_set_model:
 * @downloads: rows
 * @label: what a screen reader calls the list
 *
 * Called once.
 */
void
fil_download_list_set_model (FilDownloadList *self,
                             FilClient *client,
                             GListModel *downloads,
                             GCompareDataFunc order,
                             const char *label)
{
  g_return_if_fail (FIL_IS_DOWNLOAD_LIST (self) && self->sorted == NULL);

  self->client = g_object_ref (client);
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (order, NULL, NULL));
  self->sorted = G_LIST_MODEL (gtk_sort_list_model_new (g_object_ref (downloads), g_object_ref (self->sorter)));
  self->shown = fil_head_model_new (self->sorted, SHOWN_AT_FIRST);
  gtk_list_box_bind_model (self->cards, G_LIST_MODEL (self->shown), make_card, self, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cards), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_object (self->sorted, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

/**
 * fil_download_list_get_model:
 *
 * Returns: (transfer none): all downloads in their order, also those that are not shown
 */
GListModel *
fil_download_list_get_model (FilDownloadList *self)
{
  return self->sorted;
}

/* (nullable): among those that are shown */
static FilDownloadCard *
card_of (FilDownloadList *self,
         gint64 id)
{
  FilDownloadCard *card;

  for (guint i = 0; (card = card_at (self, i)) != NULL; i++)
    if (id_of (card) == id)
      return card;
  return NULL;
}

/* Cards that change their place are made anew. */
static void
open_again (FilDownloadList *self,
            GArray *opened)
{
  for (guint i = 0; i < opened->len; i++)
    {
      FilDownloadCard *card = card_of (self, g_array_index (opened, gint64, i));

      if (card != NULL)
        fil_download_card_set_open (card, TRUE);
    }
}

/**
 * fil_download_list_sort_again:
 *
 * To be called when a row changed what the order looks at. The keyboard stays with its download, or in its place when
 * that is shown no more, and open details stay open.
 */
void
fil_download_list_sort_again (FilDownloadList *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  g_autoptr (GtkWidget) kept = focus != NULL ? g_object_ref (focus) : NULL;
  GtkWidget *focused = NULL;
  gint64 focused_id = 0;
  int place = 0;
  g_autoptr (GArray) opened = g_array_new (FALSE, FALSE, sizeof (gint64));
  FilDownloadCard *card;

  if (kept != NULL && gtk_widget_is_ancestor (kept, GTK_WIDGET (self)))
    focused = gtk_widget_get_ancestor (kept, FIL_TYPE_DOWNLOAD_CARD);
  if (focused != NULL)
    {
      focused_id = id_of (FIL_DOWNLOAD_CARD (focused));
      place = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (focused));
    }
  for (guint i = 0; (card = card_at (self, i)) != NULL; i++)
    if (fil_download_card_is_open (card))
      {
        gint64 id = id_of (card);

        g_array_append_val (opened, id);
      }
  gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  open_again (self, opened);
  /* A card that kept its place kept the keyboard, in whichever of its buttons. */
  if (focused_id <= 0 || gtk_widget_is_ancestor (kept, GTK_WIDGET (self)))
    return;
  card = card_of (self, focused_id);
  gtk_widget_grab_focus (GTK_WIDGET (card != NULL ? card : card_at (self, (guint) place)));
}

/**
 * fil_download_list_find:
 *
 * Returns: (transfer none) (nullable): the card of a download, which is shown from now on if it was not; NULL when
 *   there is none or it is too far down
 */
FilDownloadCard *
fil_download_list_find (FilDownloadList *self,
                        gint64 id)
{
  g_return_val_if_fail (FIL_IS_DOWNLOAD_LIST (self), NULL);

  for (guint i = 0; i < MIN (g_list_model_get_n_items (self->sorted), SHOWN_TO_FIND); i++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (self->sorted, i);

      if (fil_row_get_id (row) != id)
        continue;
      if (i >= fil_head_model_get_size (self->shown))
        {
          fil_head_model_set_size (self->shown, i + 1);
          update (self);
        }
      return card_at (self, i);
    }
  return NULL;
}

/**
 * fil_download_list_set_narrow:
 *
 * Arranges the cards for a window that is hardly wider than a telephone.
 */
void
fil_download_list_set_narrow (FilDownloadList *self,
                              gboolean is_narrow)
{
  FilDownloadCard *card;

  g_return_if_fail (FIL_IS_DOWNLOAD_LIST (self));

  self->is_narrow = is_narrow;
  for (guint i = 0; (card = card_at (self, i)) != NULL; i++)
    fil_download_card_set_narrow (card, is_narrow);
}
