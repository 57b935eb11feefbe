/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"
#include "ctl-wait.h"
#include "list-model.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#define DEFAULT_WAIT_S 10
#define BROWSE_WAIT_S 60

static const CtlColumn result_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("Size"), "size", CTL_CELL_SIZE },
  { N_ ("Sources"), "sources", CTL_CELL_NUMBER },
  { N_ ("Reach"), "reach", CTL_CELL_TEXT },
  { N_ ("Kind"), "kind", CTL_CELL_TEXT },
  { N_ ("Name"), "name", CTL_CELL_TEXT },
  { N_ ("Note"), "reason", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn search_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("Results"), "results", CTL_CELL_NUMBER },
  { N_ ("Hosts asked"), "hosts_asked", CTL_CELL_NUMBER },
  { N_ ("Started"), "started", CTL_CELL_TIME },
  { N_ ("Kind"), "kind", CTL_CELL_TEXT },
  { N_ ("Words"), "text", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn trace_columns[] = {
  { N_ ("Time"), "time_us", CTL_CELL_MOMENT },
  { N_ ("What"), "what", CTL_CELL_TEXT },
  { N_ ("Neighbour"), "peer", CTL_CELL_TEXT },
  { N_ ("TTL"), "ttl", CTL_CELL_NUMBER },
  { N_ ("Hops"), "hops", CTL_CELL_NUMBER },
  { N_ ("Note"), "text", CTL_CELL_TEXT },
  { NULL },
};

/* Static, as GOptionEntry wants an address that is known when the table is. */
static gint64 option_wait = DEFAULT_WAIT_S;
static gint64 option_max = G_MAXUINT;
static char *option_kind;

static const GOptionEntry search_options[] = {
  { "wait", 0, 0, G_OPTION_ARG_INT64, &option_wait, N_ ("Listen for results for S seconds (10)"), N_ ("S") },
  { "max", 0, 0, G_OPTION_ARG_INT64, &option_max, N_ ("Return at the Nth result"), N_ ("N") },
  { "type", 0, 0, G_OPTION_ARG_STRING, &option_kind,
    N_ ("Only audio, video, image, document, archive, program or other"), N_ ("KIND") },
  { NULL },
};

static gint64 option_browse_wait = BROWSE_WAIT_S;

static const GOptionEntry browse_options[] = {
  { "wait", 0, 0, G_OPTION_ARG_INT64, &option_browse_wait, N_ ("Wait for the whole list for S seconds (60)"), N_ ("S") },
  { NULL },
};

typedef struct
{
  CtlWait wait;
  FilListModel *model;
} ResultWait;

static void
look_at_results (ResultWait *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) >= option_max)
    ctl_wait_end (&self->wait);
}

static GPtrArray *
wait_for_results (Ctl *ctl,
                  gint64 search,
                  GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  ResultWait self;
  guint n;

  self.model = fil_list_model_new (ctl->client, "results", search);
  ctl_wait_init (&self.wait, ctl->client, option_wait);
  g_signal_connect_swapped (self.model, "items-changed", G_CALLBACK (look_at_results), &self);
  if (!ctl_wait_run (&self.wait, error))
    g_clear_pointer (&rows, g_ptr_array_unref);
  n = g_list_model_get_n_items (G_LIST_MODEL (self.model));
  for (guint i = 0; rows != NULL && i < MIN (n, option_max); i++)
    g_ptr_array_add (rows, g_list_model_get_item (G_LIST_MODEL (self.model), i));
  g_signal_handlers_disconnect_by_data (self.model, &self);
  ctl_wait_clear (&self.wait);
  g_object_unref (self.model);
  return g_steal_pointer (&rows);
}

static gboolean
check_seconds (gint64 seconds,
               GError **error)
{
  if (seconds >= 0)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--wait takes a number of seconds"));
  return FALSE;
}

static gboolean
check_search_options (GError **error)
{
  if (!check_seconds (option_wait, error))
    return FALSE;
  if (option_max >= 1)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--max takes a number above 0"));
  return FALSE;
}

static CtlExit
run_search (Ctl *ctl,
            GError **error)
{
  g_autofree char *words = ctl_words (ctl, 0);
  g_autofree char *when_empty = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  gint64 id;

  if (!check_search_options (error))
    return CTL_EXIT_USAGE;
  if (!ctl_attach (ctl, FIL_ATTACH_START, error))
    return CTL_EXIT_UNAVAILABLE;
  id = ctl_make (ctl, "Search", g_variant_new ("(ss)", words, option_kind != NULL ? option_kind : ""), error);
  if (id < 0)
    return CTL_EXIT_FAILED;
  rows = wait_for_results (ctl, id, error);
  if (rows == NULL)
    return CTL_EXIT_UNAVAILABLE;
  when_empty = g_strdup_printf (
      _("No results yet. The search goes on: filbertctl results %" PRId64), id);
  ctl_print_rows (ctl, result_columns, rows, when_empty);
  return CTL_EXIT_DONE;
}

/* Waits until a host has given its whole list, or has refused. */
typedef struct
{
  CtlWait wait;
  FilListModel *model;
  gint64 search;
  gboolean is_over;
} BrowseWait;

static void
look_at_browse (BrowseWait *self)
{
  g_autoptr (FilRow) row = fil_list_model_find (self->model, self->search);

  if (row == NULL || fil_row_get_bool (row, "active"))
    return;
  self->is_over = TRUE;
  ctl_wait_end (&self->wait);
}

static CtlExit
wait_for_list (Ctl *ctl,
               gint64 search,
               GError **error)
{
  BrowseWait self = { .search = search };
  g_autoptr (FilRow) row = NULL;
  CtlExit status = CTL_EXIT_UNAVAILABLE;
  const char *reason;

  self.model = fil_list_model_new (ctl->client, "searches", 0);
  ctl_wait_init (&self.wait, ctl->client, option_browse_wait);
  g_signal_connect_swapped (self.model, "items-changed", G_CALLBACK (look_at_browse), &self);
  g_signal_connect_swapped (self.model, "row-updated", G_CALLBACK (look_at_browse), &self);
  if (ctl_wait_run (&self.wait, error))
    {
      row = fil_list_model_find (self.model, search);
      reason = row != NULL ? fil_row_get_string (row, "reason") : NULL;
      status = !self.is_over ? CTL_EXIT_TIMED_OUT : reason != NULL ? CTL_EXIT_FAILED : CTL_EXIT_DONE;
      if (status == CTL_EXIT_TIMED_OUT)
        g_set_error (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_TIMED_OUT,
                     _("The list is not complete yet; see: filbertctl results %" PRId64), search);
      else if (status == CTL_EXIT_FAILED)
        g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, reason);
    }
  g_signal_handlers_disconnect_by_data (self.model, &self);
  ctl_wait_clear (&self.wait);
  g_object_unref (self.model);
  return status;
}

static CtlExit
run_browse (Ctl *ctl,
            GError **error)
{
  g_autofree char *host = ctl_words (ctl, 0);
  g_autoptr (GPtrArray) rows = NULL;
  CtlExit status;
  gint64 id;

  if (!check_seconds (option_browse_wait, error))
    return CTL_EXIT_USAGE;
  if (!ctl_attach (ctl, FIL_ATTACH_START, error))
    return CTL_EXIT_UNAVAILABLE;
  id = ctl_make (ctl, "Browse", g_variant_new ("(s)", host), error);
  if (id < 0)
    return CTL_EXIT_FAILED;
  status = wait_for_list (ctl, id, error);
  if (status == CTL_EXIT_UNAVAILABLE)
    return status;
  /* What came is shown, though it may not be all. */
  rows = fil_client_list (ctl->client, "results", id, status == CTL_EXIT_DONE ? error : NULL);
  if (rows == NULL)
    return status == CTL_EXIT_DONE ? CTL_EXIT_FAILED : status;
  if (status == CTL_EXIT_DONE || rows->len > 0)
    ctl_print_rows (ctl, result_columns, rows, _("This host shares nothing."));
  return status;
}

static CtlExit
run_searches (Ctl *ctl,
              GError **error)
{
  return ctl_show_list (ctl, "searches", 0, search_columns,
                        _("There are no searches; begin one with: filbertctl search WORDS"), error);
}

static CtlExit
run_results (Ctl *ctl,
             GError **error)
{
  gint64 id;

  if (!ctl_id_argument (ctl, 0, &id, error))
    return CTL_EXIT_USAGE;
  return ctl_show_list (ctl, "results", id, result_columns, _("No results yet."), error);
}

static CtlExit
run_close (Ctl *ctl,
           GError **error)
{
  return ctl_act_on_id (ctl, "CloseSearch", _("The search and its results are gone."), error);
}

static CtlExit
run_trace (Ctl *ctl,
           GError **error)
{
  g_autofree char *id = ctl_words (ctl, 0);

  return ctl_show_answer (ctl, "Trace", g_variant_new ("(s)", id), trace_columns,
                          _("Nothing has happened with it yet."), error);
}

const CtlCommand ctl_search_commands[] = {
  { "search", N_ ("WORDS… [--wait S] [--max N] [--type KIND]"), N_ ("Search the network"), run_search,
    search_options, 1, G_MAXUINT },
  { "searches", NULL, N_ ("All searches"), run_searches, NULL, 0, 0 },
  { "results", N_ ("ID"), N_ ("What a search has found"), run_results, NULL, 1, 1 },
  { "close", N_ ("ID"), N_ ("End a search and forget its results"), run_close, NULL, 1, 1 },
  { "trace", N_ ("ID"), N_ ("The way of a search or of download:ID, step by step"), run_trace, NULL, 1, 1 },
  { "browse", N_ ("HOST:PORT|GUID [--wait S]"), N_ ("See what one host shares"), run_browse, browse_options, 1, 1 },
  { NULL },
};
