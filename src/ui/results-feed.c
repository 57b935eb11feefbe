/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-feed.h"

#include <time.h>

struct _FilResultsFeed
{
  GObject parent;

  FilListModel *source;
  FilResultsModel *model;
  guint commit_id;
  guint n_files; /* what the next turn may show */
  gint64 committed_us;
};

G_DEFINE_FINAL_TYPE (FilResultsFeed, fil_results_feed, G_TYPE_OBJECT)

static void commit_after (FilResultsFeed *self, guint interval_ms);

/* What this thread has had of the processor: on a busy machine a turn takes longer without doing more. */
static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Half as many when a turn was too long, half as many again when there was time left. */
static guint
adapt (guint n_files,
       gint64 took_us)
{
  n_files = took_us > FIL_RESULTS_FEED_BUDGET_US ? n_files / 2 : n_files + n_files / 2;
  return CLAMP (n_files, FIL_RESULTS_FEED_MIN_FILES, FIL_RESULTS_FEED_MAX_FILES);
}

static gboolean
commit_cb (gpointer data)
{
  FilResultsFeed *self = data;
  gint64 before_us = get_cpu_us ();
  gboolean has_more = fil_results_model_commit_some (self->model, self->n_files);

  self->committed_us = g_get_monotonic_time ();
  if (!has_more)
    {
      self->commit_id = 0;
      return G_SOURCE_REMOVE;
    }
  self->n_files = adapt (self->n_files, get_cpu_us () - before_us);
  commit_after (self, FIL_RESULTS_FEED_INTERVAL_MS);
  return G_SOURCE_REMOVE;
}

static void
commit_after (FilResultsFeed *self,
              guint interval_ms)
{
  self->commit_id = g_timeout_add_full (FIL_LIST_MODEL_PRIORITY, interval_ms, commit_cb, self, NULL);
  g_source_set_name_by_id (self->commit_id, "[filbert] results");
}

/* At once after a pause, else when its turn comes. */
static void
commit_soon (FilResultsFeed *self)
{
  gint64 wait_us = self->committed_us + FIL_RESULTS_FEED_INTERVAL_MS * 1000 - g_get_monotonic_time ();

  if (self->commit_id == 0)
    commit_after (self, wait_us > 0 ? (guint) (wait_us / 1000) : 0);
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
  self->n_files = FIL_RESULTS_FEED_FIRST_FILES;
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
