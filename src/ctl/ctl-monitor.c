/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"
#include "ctl-wait.h"
#include "list-model.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdio.h>

/* A list that is watched. */
typedef struct
{
  const char *list;
  const char *kind; /* of its rows */
  const char *fields[2]; /* what people want to see of a row */
  gboolean is_log; /* what was in it before is old news */
} Watched;

static const Watched watched[] = {
  { "searches", "search", { "text", NULL }, FALSE },    { "downloads", "download", { "state", "name" }, FALSE },
  { "uploads", "upload", { "state", "name" }, FALSE },  { "shares", "share", { "state", "path" }, FALSE },
  { "peers", "peer", { "role", "address" }, FALSE },    { "events", "event", { "text", NULL }, TRUE },
};

typedef struct
{
  Ctl *ctl;
  const Watched *watched;
  FilListModel *model;
  gboolean is_loaded;
} Watcher;

static void
print_line (const char *line)
{
  fputs (line, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

/* {event, id, …}: what happened, to what, and the row as its own command prints it. */
static void
print_json (FilRow *row,
            const char *event)
{
  g_autofree char *json = fil_row_to_json (row);
  gint64 id = fil_row_get_id (row);
  /* A row has its id among its members; a status has none. */
  g_autofree char *line = g_strdup_printf ("{\"event\":\"%s\",%s%s", event, id > 0 ? "" : "\"id\":null,", json + 1);

  print_line (line);
}

static void
print_row (const Watcher *self,
           FilRow *row)
{
  const char *event = self->watched->is_log ? fil_row_get_string (row, "kind") : self->watched->kind;
  g_autofree char *first = ctl_cell_text (row, self->watched->fields[0], CTL_CELL_TEXT);
  g_autofree char *second = NULL;

  if (self->ctl->json)
    {
      print_json (row, event);
      return;
    }
  second = self->watched->fields[1] != NULL ? ctl_cell_text (row, self->watched->fields[1], CTL_CELL_TEXT)
                                            : g_strdup ("");
  ctl_say (self->ctl, "%-9s %5" G_GINT64_FORMAT "  %s  %s", event, fil_row_get_id (row), first, second);
}

static void
items_changed_cb (GListModel *model,
                  guint position,
                  guint removed,
                  guint added,
                  Watcher *self)
{
  if (self->watched->is_log && !self->is_loaded)
    return;
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (model, i);

      print_row (self, row);
    }
}

static void
row_updated_cb (FilListModel *model,
                guint position,
                Watcher *self)
{
  items_changed_cb (G_LIST_MODEL (model), position, 0, 1, self);
}

static void
row_removed_cb (FilListModel *model,
                gint64 id,
                Watcher *self)
{
  g_autofree char *line = NULL;

  if (self->watched->is_log)
    return;
  if (self->ctl->json)
    {
      line = g_strdup_printf ("{\"event\":\"%s-removed\",\"id\":%" G_GINT64_FORMAT "}", self->watched->kind, id);
      print_line (line);
    }
  ctl_say (self->ctl, _("%-9s %5" PRId64 "  is gone"), self->watched->kind, id);
}

static void
loaded_cb (FilListModel *model,
           GParamSpec *pspec,
           Watcher *self)
{
  self->is_loaded = TRUE;
}

static void
watch (Watcher *self,
       Ctl *ctl,
       const Watched *what)
{
  self->ctl = ctl;
  self->watched = what;
  self->model = fil_list_model_new (ctl->client, what->list, 0);
  g_signal_connect (self->model, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect (self->model, "row-updated", G_CALLBACK (row_updated_cb), self);
  g_signal_connect (self->model, "row-removed", G_CALLBACK (row_removed_cb), self);
  g_signal_connect (self->model, "notify::loaded", G_CALLBACK (loaded_cb), self);
}

static void
unwatch (Watcher *self)
{
  g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
}

static void
status_cb (FilRow *status,
           GParamSpec *pspec,
           Ctl *ctl)
{
  g_autofree char *links = ctl_cell_text (status, "peers", CTL_CELL_NUMBER);

  if (ctl->json)
    print_json (status, "status");
  ctl_say (ctl, _("%-9s        %s, links: %s"), "status", fil_row_get_string (status, "state"), links);
}

/* The first status has come, which changes from here on; it goes with its node. */
static void
status_known_cb (FilClient *client,
                 GParamSpec *pspec,
                 Ctl *ctl)
{
  FilRow *status = fil_client_get_status (client);

  if (status == NULL)
    return;
  g_signal_connect (status, "notify::variant", G_CALLBACK (status_cb), ctl);
  status_cb (status, NULL, ctl);
}

/**
 * ctl_run_monitor:
 *
 * First what there is, then every change, until Ctrl+C or the node's end.
 */
CtlExit
ctl_run_monitor (Ctl *ctl,
                 GError **error)
{
  Watcher watchers[G_N_ELEMENTS (watched)] = { 0 };
  CtlWait wait;
  FilRow *status;
  gboolean was_asked_to_end;

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  ctl_wait_init (&wait, ctl->client, -1);
  g_signal_connect (ctl->client, "notify::status", G_CALLBACK (status_known_cb), ctl);
  fil_client_get_status (ctl->client);
  for (guint i = 0; i < G_N_ELEMENTS (watched); i++)
    watch (&watchers[i], ctl, &watched[i]);

  was_asked_to_end = ctl_wait_run (&wait, error);

  for (guint i = 0; i < G_N_ELEMENTS (watched); i++)
    unwatch (&watchers[i]);
  status = fil_client_get_status (ctl->client);
  if (status != NULL)
    g_signal_handlers_disconnect_by_data (status, ctl);
  g_signal_handlers_disconnect_by_data (ctl->client, ctl);
  ctl_wait_clear (&wait);
  return was_asked_to_end ? CTL_EXIT_DONE : CTL_EXIT_UNAVAILABLE;
}
