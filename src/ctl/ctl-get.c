/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"
#include "ctl-wait.h"
#include "list-model.h"
#include "magnet-link.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

static gboolean option_wait;

const GOptionEntry ctl_get_options[] = {
  { "wait", 0, 0, G_OPTION_ARG_NONE, &option_wait, N_ ("Wait until it is finished; print each change"), NULL },
  { NULL },
};

/* (transfer full): one line for a person */
static char *
describe_progress (FilRow *row)
{
  g_autofree char *name = ctl_cell_text (row, "name", CTL_CELL_TEXT);
  g_autofree char *speed = ctl_cell_text (row, "bps", CTL_CELL_SPEED);
  g_autofree char *reason = ctl_cell_text (row, "reason", CTL_CELL_TEXT);
  gint64 size = fil_row_is_known (row, "size") ? fil_row_get_int (row, "size") : 0;
  gint64 verified = fil_row_get_int (row, "verified_bytes");

  return g_strdup_printf ("%3d %%  %-11s  %s  %s%s%s", size > 0 ? (int) (100.0 * (double) verified / (double) size) : 0,
                          fil_row_get_string (row, "state"), name, speed, *reason != '\0' ? "  " : "", reason);
}

/* Follows one download to its end. */
typedef struct
{
  CtlWait wait;
  Ctl *ctl;
  FilListModel *model;
  gint64 id;
  char *printed; /* the last line */
  gboolean is_done;
  gboolean is_gone;
} Follow;

static void
look_at_download (Follow *self)
{
  g_autoptr (FilRow) row = fil_list_model_find (self->model, self->id);
  g_autofree char *line = NULL;
  const char *state;

  if (row == NULL || self->is_done)
    return;
  line = self->ctl->json ? fil_row_to_json (row) : describe_progress (row);
  if (g_strcmp0 (line, self->printed) == 0)
    return;
  g_free (self->printed);
  self->printed = g_steal_pointer (&line);
  if (self->ctl->json)
    ctl_print_json (row);
  else
    ctl_say (self->ctl, "%s", self->printed);

  state = fil_row_get_string (row, "state");
  if (g_str_equal (state, "done") || g_str_equal (state, "failed"))
    {
      self->is_done = TRUE;
      ctl_wait_end (&self->wait);
    }
}

static void
removed_cb (FilListModel *model,
            gint64 id,
            Follow *self)
{
  if (id != self->id)
    return;
  self->is_gone = TRUE;
  ctl_wait_end (&self->wait);
}

static CtlExit
verdict (Follow *self,
         GError **error)
{
  g_autoptr (FilRow) row = fil_list_model_find (self->model, self->id);
  const char *reason;

  if (row != NULL && g_str_equal (fil_row_get_string (row, "state"), "done"))
    return CTL_EXIT_DONE;
  reason = row != NULL ? fil_row_get_string (row, "reason") : NULL;
  if (self->is_gone)
    reason = _("The download was cancelled.");
  else if (!self->is_done)
    reason = _("It goes on without you; see: filbertctl downloads");
  g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED,
                       reason != NULL ? reason : _("The download has failed."));
  return CTL_EXIT_FAILED;
}

static CtlExit
follow_download (Ctl *ctl,
                 gint64 id,
                 GError **error)
{
  Follow self = { .ctl = ctl, .id = id };
  CtlExit status = CTL_EXIT_UNAVAILABLE;

  self.model = fil_list_model_new (ctl->client, "downloads", 0);
  ctl_wait_init (&self.wait, ctl->client, -1);
  g_signal_connect_swapped (self.model, "items-changed", G_CALLBACK (look_at_download), &self);
  g_signal_connect_swapped (self.model, "row-updated", G_CALLBACK (look_at_download), &self);
  g_signal_connect (self.model, "row-removed", G_CALLBACK (removed_cb), &self);
  if (ctl_wait_run (&self.wait, error))
    status = verdict (&self, error);
  g_signal_handlers_disconnect_by_data (self.model, &self);
  ctl_wait_clear (&self.wait);
  g_object_unref (self.model);
  g_free (self.printed);
  return status;
}

/**
 * ctl_run_get:
 *
 * filbertctl get: begins a download, and with --wait follows it to its end.
 */
CtlExit
ctl_run_get (Ctl *ctl,
             GError **error)
{
  g_autoptr (FilRow) row = NULL;
  gint64 id;

  if (fil_magnet_link_is (ctl->arguments[0]))
    {
      g_autofree char *magnet = ctl_words (ctl, 0);

      if (!ctl_attach (ctl, FIL_ATTACH_START, error))
        return CTL_EXIT_UNAVAILABLE;
      id = ctl_make (ctl, "GetMagnet", g_variant_new ("(s)", magnet), error);
    }
  else
    {
      if (!ctl_id_argument (ctl, 0, &id, error))
        return CTL_EXIT_USAGE;
      if (!ctl_attach (ctl, FIL_ATTACH_START, error))
        return CTL_EXIT_UNAVAILABLE;
      id = ctl_make (ctl, "Get", g_variant_new ("(x)", id), error);
    }
  if (id < 0)
    return CTL_EXIT_FAILED;
  if (option_wait)
    return follow_download (ctl, id, error);

  row = fil_client_call_row (ctl->client, "Row", g_variant_new ("(sx)", "downloads", id), error);
  if (row == NULL)
    return CTL_EXIT_FAILED;
  if (ctl->json)
    ctl_print_json (row);
  ctl_say (ctl, _("Download %" PRId64 " has begun; see: filbertctl downloads"), id);
  return CTL_EXIT_DONE;
}
