/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "transfers-page.h"

#include "download-list.h"
#include "download-order.h"
#include "download-words.h"
#include "formatting.h"
#include "free-space.h"
#include "magnet-offer.h"
#include "upload-card.h"

#include <glib/gi18n.h>

#define ROOM_EVERY_S 20

struct _FilTransfersPage
{
  GtkWidget parent;

  GtkStack *stack;
  GtkListBox *offers;
  FilDownloadList *active;
  FilDownloadList *finished;
  GtkListBox *uploads_list;
  AdwPreferencesGroup *active_group;
  AdwPreferencesGroup *finished_group;
  GtkExpander *upload_group;
  GtkLabel *upload_summary;

  FilListModel *downloads;
  FilListModel *uploads;
  FilRemovals *removals;
  GtkFilter *is_active;
  GtkFilter *is_finished;
  GListModel *active_model;
  GListModel *finished_model;
  GHashTable *seen; /* &Seen.id → Seen: what the filters and the order saw of each row */
  guint n_offers;
  FilClient *client;
  GCancellable *cancellable;
  guint look_id; /* of the timer that looks how much room there is, while somebody sees it */
};

typedef struct
{
  gint64 id;
  gint64 priority;
  gboolean is_done;
} Seen;

G_DEFINE_FINAL_TYPE (FilTransfersPage, fil_transfers_page, GTK_TYPE_WIDGET)

static gboolean
is_hidden (FilTransfersPage *self,
           FilRow *row)
{
  g_autofree char *key = g_strdup_printf ("download:%" G_GINT64_FORMAT, fil_row_get_id (row));

  return fil_removals_hides (self->removals, key);
}

static gboolean
is_active_func (gpointer item,
                gpointer data)
{
  return fil_download_phase (item) != FIL_DOWNLOAD_IS_DONE && !is_hidden (data, item);
}

static gboolean
is_finished_func (gpointer item,
                  gpointer data)
{
  return fil_download_phase (item) == FIL_DOWNLOAD_IS_DONE && !is_hidden (data, item);
}

/* The finished one of last comes first. */
static int
compare_finished (gconstpointer a,
                  gconstpointer b,
                  gpointer data)
{
  gint64 first = fil_row_get_int ((FilRow *) a, "finished");
  gint64 second = fil_row_get_int ((FilRow *) b, "finished");

  if (first != second)
    return first > second ? -1 : 1;
  return fil_row_get_id ((FilRow *) a) > fil_row_get_id ((FilRow *) b) ? -1 : 1;
}

/* "2 active · 180 kB/s · 3 waiting" */
static char *
sum_up (int n_active,
        gint64 bps,
        int n_queued)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *speed = fil_format_speed (bps);
  g_autofree char *active = g_strdup_printf (ngettext ("%d active · %s", "%d active · %s", (gulong) n_active), n_active, speed);
  g_autofree char *queued = g_strdup_printf (ngettext ("%d waiting", "%d waiting", (gulong) n_queued), n_queued);

  if (n_active > 0)
    fil_format_join (line, active);
  if (n_queued > 0)
    fil_format_join (line, queued);
  if (line->len == 0)
    g_string_append (line, _("Nobody is fetching anything from you right now."));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
describe_uploads (FilTransfersPage *self)
{
  GListModel *model = G_LIST_MODEL (self->uploads);
  gint64 bps = 0;
  int n_active = 0;
  int n_queued = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (model, i);

      bps += fil_row_get_int (row, "bps");
      n_active += g_strcmp0 (fil_row_get_string (row, "state"), "sending") == 0;
      n_queued += g_strcmp0 (fil_row_get_string (row, "state"), "queued") == 0;
    }
  text = sum_up (n_active, bps, n_queued);
  gtk_label_set_label (self->upload_summary, text);
}

/* What holds for all finished files, or how many are not what they were. */
static void
describe_finished (FilTransfersPage *self)
{
  guint n_changed = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (self->finished_model); i++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (self->finished_model, i);

      n_changed += fil_download_has_changed (row);
    }
  if (n_changed > 0)
    text = g_strdup_printf (ngettext ("Every byte was checked against the file’s hash; since then %u file has changed.",
                                      "Every byte was checked against the file’s hash; since then %u files have changed.",
                                      n_changed),
                            n_changed);
  adw_preferences_group_set_description (self->finished_group,
                                         text != NULL ? text : _("Every byte was checked against the file’s hash."));
}

static void
update (FilTransfersPage *self)
{
  guint n_active = g_list_model_get_n_items (self->active_model);
  guint n_finished = g_list_model_get_n_items (self->finished_model);
  guint n_uploads = g_list_model_get_n_items (G_LIST_MODEL (self->uploads));

  gtk_widget_set_visible (GTK_WIDGET (self->offers), self->n_offers > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->active_group), n_active > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->finished_group), n_finished > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->upload_group), n_uploads > 0);
  gtk_stack_set_visible_child_name (self->stack, self->n_offers + n_active + n_finished + n_uploads > 0 ? "lists" : "empty");
  describe_uploads (self);
  describe_finished (self);
}

static void
filter_again (FilTransfersPage *self)
{
  gtk_filter_changed (self->is_active, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->is_finished, GTK_FILTER_CHANGE_DIFFERENT);
  update (self);
}

/* Returns: (transfer none): what was seen of @row last, updated to what it is now; @before: (out): a copy as it was */
static const Seen *
look_at (FilTransfersPage *self,
         FilRow *row,
         Seen *before)
{
  gint64 id = fil_row_get_id (row);
  Seen *seen = g_hash_table_lookup (self->seen, &id);

  if (seen == NULL)
    {
      seen = g_new0 (Seen, 1);
      seen->id = id;
      seen->priority = fil_row_get_int (row, "priority");
      g_hash_table_insert (self->seen, &seen->id, seen);
    }
  *before = *seen;
  seen->priority = fil_row_get_int (row, "priority");
  seen->is_done = fil_download_phase (row) == FIL_DOWNLOAD_IS_DONE;
  return seen;
}

/* Filters and sorters do not look again by themselves when a row changes: only a row that has become done or is so no
 * longer, or that has another priority, is worth it. */
static void
row_updated_cb (FilTransfersPage *self,
                guint position)
{
  g_autoptr (FilRow) row = g_list_model_get_item (G_LIST_MODEL (self->downloads), position);
  Seen before;
  const Seen *now = look_at (self, row, &before);

  if (now->is_done != before.is_done)
    filter_again (self);
  else if (now->is_done)
    describe_finished (self);
  else if (now->priority != before.priority)
    fil_download_list_sort_again (self->active);
}

static void
items_changed_cb (FilTransfersPage *self,
                  guint position,
                  guint removed,
                  guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (G_LIST_MODEL (self->downloads), i);
      Seen before;

      look_at (self, row, &before);
    }
  update (self);
}

static void
room_cb (GObject *source,
         GAsyncResult *result,
         gpointer data)
{
  g_autoptr (FilTransfersPage) self = data;
  gint64 bytes = fil_free_space_finish (FIL_CLIENT (source), result, NULL);
  g_autofree char *room = NULL;
  g_autofree char *text = NULL;

  if (self->stack == NULL)
    return;
  if (bytes >= 0)
    {
      room = fil_format_size (bytes);
      text = g_strdup_printf (_("%s free on the disk"), room);
    }
  adw_preferences_group_set_description (self->active_group, text);
}

static gboolean
look_cb (gpointer data)
{
  FilTransfersPage *self = data;

  fil_free_space_async (self->client, self->cancellable, room_cb, g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

static void
fil_transfers_page_map (GtkWidget *widget)
{
  FilTransfersPage *self = FIL_TRANSFERS_PAGE (widget);

  GTK_WIDGET_CLASS (fil_transfers_page_parent_class)->map (widget);
  look_cb (self);
  self->look_id = g_timeout_add_seconds (ROOM_EVERY_S, look_cb, self);
  g_source_set_name_by_id (self->look_id, "[filbert] free space");
}

static void
fil_transfers_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&FIL_TRANSFERS_PAGE (widget)->look_id, g_source_remove);
  GTK_WIDGET_CLASS (fil_transfers_page_parent_class)->unmap (widget);
}

static GtkWidget *
make_upload (gpointer item,
             gpointer data)
{
  return fil_upload_card_new (item);
}

static void
fil_transfers_page_dispose (GObject *object)
{
  FilTransfersPage *self = FIL_TRANSFERS_PAGE (object);

  if (self->stack != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  g_clear_object (&self->active_model);
  g_clear_object (&self->finished_model);
  g_clear_object (&self->is_active);
  g_clear_object (&self->is_finished);
  g_clear_object (&self->downloads);
  g_clear_object (&self->uploads);
  g_clear_object (&self->removals);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  G_OBJECT_CLASS (fil_transfers_page_parent_class)->dispose (object);
}

static void
fil_transfers_page_class_init (FilTransfersPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fil_transfers_page_dispose;
  widget_class->map = fil_transfers_page_map;
  widget_class->unmap = fil_transfers_page_unmap;
  g_type_ensure (FIL_TYPE_DOWNLOAD_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/filbert/Filbert/ui/transfers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, stack);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, offers);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, active);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, finished);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, uploads_list);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, active_group);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, finished_group);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, upload_group);
  gtk_widget_class_bind_template_child (widget_class, FilTransfersPage, upload_summary);
}

static void
fil_transfers_page_init (FilTransfersPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
}

static void
bind_lists (FilTransfersPage *self)
{
  self->is_active = GTK_FILTER (gtk_custom_filter_new (is_active_func, self, NULL));
  self->is_finished = GTK_FILTER (gtk_custom_filter_new (is_finished_func, self, NULL));
  self->active_model = G_LIST_MODEL (gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->downloads)),
                                                                g_object_ref (self->is_active)));
  self->finished_model = G_LIST_MODEL (gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->downloads)),
                                                                  g_object_ref (self->is_finished)));
  fil_download_list_set_model (self->active, self->client, self->active_model, fil_download_order_compare, _("Downloads"));
  fil_download_list_set_model (self->finished, self->client, self->finished_model, compare_finished,
                               _("Finished downloads"));
  gtk_list_box_bind_model (self->uploads_list, G_LIST_MODEL (self->uploads), make_upload, NULL, NULL);
}

/**
 * fil_transfers_page_new:
 * @downloads: the list "downloads"
 * @removals: what to hide because it may still be undone
 */
FilTransfersPage *
fil_transfers_page_new (FilClient *client,
                        FilListModel *downloads,
                        FilRemovals *removals)
{
  FilTransfersPage *self = g_object_new (FIL_TYPE_TRANSFERS_PAGE, NULL);

  self->client = g_object_ref (client);
  self->downloads = g_object_ref (downloads);
  self->uploads = fil_list_model_new (client, "uploads", 0);
  self->removals = g_object_ref (removals);
  bind_lists (self);
  g_signal_connect_object (downloads, "row-updated", G_CALLBACK (row_updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (downloads, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->uploads, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->uploads, "row-updated", G_CALLBACK (describe_uploads), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (removals, "changed", G_CALLBACK (filter_again), self, G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (downloads)));
  return self;
}

static void
answered_cb (FilTransfersPage *self,
             GtkWidget *offer)
{
  gtk_list_box_remove (self->offers, offer);
  self->n_offers--;
  update (self);
}

static GtkWidget *
find_offer (FilTransfersPage *self,
            const char *magnet)
{
  GtkWidget *offer = gtk_widget_get_first_child (GTK_WIDGET (self->offers));

  while (offer != NULL &&
         !(FIL_IS_MAGNET_OFFER (offer) && g_str_equal (fil_magnet_offer_get_magnet (FIL_MAGNET_OFFER (offer)), magnet)))
    offer = gtk_widget_get_next_sibling (offer);
  return offer;
}

/**
 * fil_transfers_page_offer_magnet:
 * @magnet: a link from outside; it is downloaded when a person says so
 *
 * Moves the keyboard to it, but to none of its buttons: whoever is typing has not answered.
 */
void
fil_transfers_page_offer_magnet (FilTransfersPage *self,
                                 const char *magnet)
{
  GtkWidget *offer;

  g_return_if_fail (FIL_IS_TRANSFERS_PAGE (self));

  offer = find_offer (self, magnet);
  if (offer == NULL)
    {
      offer = fil_magnet_offer_new (magnet);
      g_signal_connect_object (offer, "answered", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
      gtk_list_box_append (self->offers, offer);
      self->n_offers++;
      update (self);
    }
  gtk_widget_grab_focus (offer);
}

/**
 * fil_transfers_page_set_narrow:
 *
 * Arranges the cards for a window that is hardly wider than a telephone.
 */
void
fil_transfers_page_set_narrow (FilTransfersPage *self,
                               gboolean is_narrow)
{
  g_return_if_fail (FIL_IS_TRANSFERS_PAGE (self));

  fil_download_list_set_narrow (self->active, is_narrow);
  fil_download_list_set_narrow (self->finished, is_narrow);
}

/**
 * fil_transfers_page_find_upload:
 *
 * Returns: (transfer full) (nullable): the row of the list "uploads"; NULL: it is not there any more
 */
FilRow *
fil_transfers_page_find_upload (FilTransfersPage *self,
                                gint64 id)
{
  g_return_val_if_fail (FIL_IS_TRANSFERS_PAGE (self), NULL);

  return fil_list_model_find (self->uploads, id);
}

/**
 * fil_transfers_page_show_details:
 * @id: of a download; one that is not there is no mistake
 *
 * Opens what is behind it, and moves the keyboard there.
 */
void
fil_transfers_page_show_details (FilTransfersPage *self,
                                 gint64 id)
{
  FilDownloadCard *card;

  g_return_if_fail (FIL_IS_TRANSFERS_PAGE (self));

  card = fil_download_list_find (self->active, id);
  if (card == NULL)
    card = fil_download_list_find (self->finished, id);
  if (card != NULL)
    fil_download_card_show_details (card);
}

/**
 * fil_transfers_page_get_queue:
 *
 * Returns: (transfer none): the rows of all downloads that are not done, in the order in which they begin
 */
GListModel *
fil_transfers_page_get_queue (FilTransfersPage *self)
{
  g_return_val_if_fail (FIL_IS_TRANSFERS_PAGE (self), NULL);

  return fil_download_list_get_model (self->active);
}
