/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "status-watch.h"

typedef struct
{
  GObject *watcher; /* unowned: the watch goes with it */
  FilStatusFunc func;
  GSignalGroup *row_signals;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_signal_group_set_target (watch->row_signals, NULL);
  g_object_unref (watch->row_signals);
  g_free (watch);
}

static void
tell (Watch *watch)
{
  g_autoptr (FilRow) status = g_signal_group_dup_target (watch->row_signals);

  watch->func (watch->watcher, status);
}

static void
status_cb (FilClient *client,
           GParamSpec *pspec,
           GObject *watcher)
{
  Watch *watch = g_object_get_data (watcher, "fil-status-watch");

  g_signal_group_set_target (watch->row_signals, fil_client_get_status (client));
  tell (watch);
}

/**
 * fil_status_watch:
 * @watcher: (type GObject): the watch ends with it
 * @func: (scope forever): told of every change
 *
 * Follows the node's status; a watcher has at most one watch.
 */
void
fil_status_watch (FilClient *client,
                  gpointer watcher,
                  FilStatusFunc func)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->watcher = watcher;
  watch->func = func;
  watch->row_signals = g_signal_group_new (FIL_TYPE_ROW);
  g_signal_group_connect_swapped (watch->row_signals, "notify::variant", G_CALLBACK (tell), watch);
  g_object_set_data_full (watcher, "fil-status-watch", watch, watch_free);
  g_signal_connect_object (client, "notify::status", G_CALLBACK (status_cb), watcher, 0);
  status_cb (client, NULL, watcher);
}
