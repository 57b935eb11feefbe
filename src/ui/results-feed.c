/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-feed.h"

struct _FilResultsFeed
{
  GObject parent;

  FilListModel *source;
  FilResultsModel *model;
  guint commit_id;
};

G_DEFINE_FINAL_TYPE (FilResultsFeed, fil_results_feed, G_TYPE_OBJECT)

static gboolean
commit_cb (gpointer data)
{
  FilResultsFeed *self = data;

  if (fil_results_model_commit_some (self->model, FIL_RESULTS_FEED_FILES_A_TURN))
    return G_SOURCE_CONTINUE;
  self->commit_id = 0;
  return G_SOURCE_REMOVE;
}

static void
commit_soon (FilResultsFeed *self)
{
  if (self->commit_id != 0)
    return;
  self->commit_id = g_idle_add_full (FIL_LIST_MODEL_PRIORITY, commit_cb, self, NULL);
  g_source_set_name_by_id (self->commit_id, "[filbert] results");
}

static void
items_changed_cb (FilResultsFeed *self,
                  guint position,
                  guint removed,
                  guint added,
                  GListModel *source)
{
  for (guint i = 0; i < added; i++)
    fil_results_model_put (self->model, fil_list_model_peek (self->source, position + i));
  commit_soon (self);
}

static void
row_updated_cb (FilResultsFeed *self,
                guint position)
{
  fil_results_model_put (self->model, fil_list_model_peek (self->source, position));
  commit_soon (self);
}

static void
row_removed_cb (FilResultsFeed *self,
                gint64 id)
{
  fil_results_model_remove (self->model, id);
  commit_soon (self);
}

static void
fil_results_feed_dispose (GObject *object)
{
  FilResultsFeed *self = FIL_RESULTS_FEED (object);

  g_clear_handle_id (&self->commit_id, g_source_remove);
  g_clear_object (&self->source);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (fil_results_feed_parent_class)->dispose (object);
}

static void
fil_results_feed_class_init (FilResultsFeedClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_results_feed_dispose;
}

static void
fil_results_feed_init (FilResultsFeed *self)
{
}

/**
 * fil_results_feed_new:
 *
 * Returns: (transfer full): the feed, which works as long as it is held
 */
FilResultsFeed *
fil_results_feed_new (FilListModel *source,
                      FilResultsModel *model)
{
  FilResultsFeed *self = g_object_new (FIL_TYPE_RESULTS_FEED, NULL);

  self->source = g_object_ref (source);
  self->model = g_object_ref (model);
  g_signal_connect_object (source, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "row-updated", G_CALLBACK (row_updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "row-removed", G_CALLBACK (row_removed_cb), self, G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (source)), G_LIST_MODEL (source));
  return self;
}
