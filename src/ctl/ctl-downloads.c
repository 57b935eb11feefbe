/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"
#include "magnet-link.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#define MAX_HISTORY 1000

static const CtlColumn download_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("State"), "state", CTL_CELL_TEXT },
  { N_ ("Verified"), "verified_bytes", CTL_CELL_SIZE },
  { N_ ("Size"), "size", CTL_CELL_SIZE },
  { N_ ("Speed"), "bps", CTL_CELL_SPEED },
  { N_ ("Limit"), "limit_bps", CTL_CELL_SPEED },
  { N_ ("Left"), "eta_s", CTL_CELL_DURATION },
  { N_ ("Sources"), "sources", CTL_CELL_NUMBER },
  { N_ ("Next try"), "retry", CTL_CELL_UNTIL },
  { N_ ("Name"), "name", CTL_CELL_TEXT },
  { N_ ("Note"), "reason", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn source_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("State"), "state", CTL_CELL_TEXT },
  { N_ ("Reach"), "reach", CTL_CELL_TEXT },
  { N_ ("Hops"), "hops", CTL_CELL_NUMBER },
  { N_ ("Speed"), "bps", CTL_CELL_SPEED },
  { N_ ("Delivered"), "delivered_bytes", CTL_CELL_SIZE },
  { N_ ("Vendor"), "vendor", CTL_CELL_TEXT },
  { N_ ("Address"), "address", CTL_CELL_TEXT },
  { N_ ("Over"), "transport", CTL_CELL_TEXT },
  { N_ ("Round trip"), "rtt_us", CTL_CELL_TRIP },
  { N_ ("Its NAT"), "nat", CTL_CELL_TEXT },
  { N_ ("Signalled by"), "via", CTL_CELL_TEXTS },
  { N_ ("Note"), "reason", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn upload_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("State"), "state", CTL_CELL_TEXT },
  { N_ ("Place"), "queue_position", CTL_CELL_NUMBER },
  { N_ ("Sent"), "sent_bytes", CTL_CELL_SIZE },
  { N_ ("Speed"), "bps", CTL_CELL_SPEED },
  { N_ ("Limit"), "limit_bps", CTL_CELL_SPEED },
  { N_ ("Reach"), "reach", CTL_CELL_TEXT },
  { N_ ("To"), "peer", CTL_CELL_TEXT },
  { N_ ("Name"), "name", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn history_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("Finished"), "finished", CTL_CELL_TIME },
  { N_ ("Size"), "size", CTL_CELL_SIZE },
  { N_ ("Name"), "name", CTL_CELL_TEXT },
  { N_ ("Path"), "path", CTL_CELL_TEXT },
  { NULL },
};

static const CtlColumn removed_columns[] = {
  { N_ ("ID"), "id", CTL_CELL_NUMBER },
  { N_ ("Cancelled"), "removed", CTL_CELL_TIME },
  { N_ ("Kept until"), "kept_until", CTL_CELL_TIME },
  { N_ ("Kept"), "received_bytes", CTL_CELL_SIZE },
  { N_ ("Size"), "size", CTL_CELL_SIZE },
  { N_ ("Name"), "name", CTL_CELL_TEXT },
  { NULL },
};

static gboolean option_all;
static gboolean option_upload;
static gboolean option_clear;

static const GOptionEntry all_options[] = {
  { "all", 0, 0, G_OPTION_ARG_NONE, &option_all, N_ ("All downloads"), NULL },
  { NULL },
};

static const GOptionEntry limit_options[] = {
  { "upload", 0, 0, G_OPTION_ARG_NONE, &option_upload, N_ ("The ID is that of an upload"), NULL },
  { NULL },
};

static const GOptionEntry history_options[] = {
  { "clear", 0, 0, G_OPTION_ARG_NONE, &option_clear, N_ ("Forget all of it; the files stay"), NULL },
  { NULL },
};

static CtlExit
run_downloads (Ctl *ctl,
               GError **error)
{
  return ctl_show_list (ctl, "downloads", 0, download_columns, _("There are no downloads."), error);
}

static CtlExit
run_uploads (Ctl *ctl,
             GError **error)
{
  return ctl_show_list (ctl, "uploads", 0, upload_columns, _("Nobody is getting anything from you."), error);
}

static CtlExit
run_sources (Ctl *ctl,
             GError **error)
{
  gint64 id;

  if (!ctl_id_argument (ctl, 0, &id, error))
    return CTL_EXIT_USAGE;
  return ctl_show_answer (ctl, "DownloadSources", g_variant_new ("(x)", id), source_columns,
                          _("No source is known."), error);
}

static CtlExit
act_on_id_or_all (Ctl *ctl,
                  const char *method,
                  const char *done,
                  GError **error)
{
  if (option_all == (ctl->n_arguments == 1))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _("Name one download by its ID, or all with --all"));
      return CTL_EXIT_USAGE;
    }
  return option_all ? ctl_act (ctl, method, -1, done, error) : ctl_act_on_id (ctl, method, done, error);
}

static CtlExit
run_pause (Ctl *ctl,
           GError **error)
{
  return act_on_id_or_all (ctl, "Pause", _("Paused."), error);
}

static CtlExit
run_resume (Ctl *ctl,
            GError **error)
{
  return act_on_id_or_all (ctl, "Resume", _("Resumed."), error);
}

static CtlExit
run_cancel (Ctl *ctl,
            GError **error)
{
  g_autoptr (FilRow) row = NULL;
  gboolean is_done;
  gint64 id;

  if (!ctl_id_argument (ctl, 0, &id, error))
    return CTL_EXIT_USAGE;
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  row = fil_client_call_row (ctl->client, "Row", g_variant_new ("(sx)", "downloads", id), NULL);
  is_done = row != NULL && g_str_equal (fil_row_get_string (row, "state"), "done");
  return ctl_act (ctl, "Cancel", id,
                  is_done ? _("It has left the list; the file stays.")
                          : _("Cancelled; what is there is kept for 30 days. See: filbertctl removed"),
                  error);
}

static CtlExit
run_link (Ctl *ctl,
          GError **error)
{
  g_autoptr (FilRow) row = NULL;
  g_autofree char *link = NULL;
  gint64 id;

  if (!ctl_id_argument (ctl, 0, &id, error))
    return CTL_EXIT_USAGE;
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  row = fil_client_call_row (ctl->client, "Row", g_variant_new ("(sx)", "downloads", id), error);
  if (row == NULL)
    return CTL_EXIT_FAILED;
  if (fil_row_get_string (row, "sha1") == NULL)
    {
      g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED,
                           _("There is no link to it: nobody has told the file's hash yet."));
      return CTL_EXIT_FAILED;
    }
  link = fil_magnet_link_new (fil_row_get_string (row, "sha1"), fil_row_get_string (row, "tth"),
                              fil_row_get_string (row, "name"), fil_row_get_int (row, "size"));
  /* All that JSON would escape is escaped in the link. */
  if (ctl->json)
    g_print ("{\"id\":%" PRId64 ",\"link\":\"%s\"}\n", id, link);
  ctl_say (ctl, "%s", link);
  return CTL_EXIT_DONE;
}

static CtlExit
run_removed (Ctl *ctl,
             GError **error)
{
  return ctl_show_answer (ctl, "Removed", NULL, removed_columns, _("Nothing was cancelled lately."), error);
}

static CtlExit
run_restore (Ctl *ctl,
             GError **error)
{
  return ctl_act_on_id (ctl, "Restore", _("It is on the list again; see: filbertctl downloads"), error);
}

static CtlExit
run_forget (Ctl *ctl,
            GError **error)
{
  const char *done = option_all ? _("What was kept of cancelled downloads is deleted.")
                                : _("What was kept of it is deleted.");

  return act_on_id_or_all (ctl, "Forget", done, error);
}

static CtlExit
run_retry (Ctl *ctl,
           GError **error)
{
  return act_on_id_or_all (ctl, "Retry", _("Trying again."), error);
}

static CtlExit
run_verify (Ctl *ctl,
            GError **error)
{
  return ctl_act_on_id (ctl, "Verify", _("Every byte is being checked; see: filbertctl downloads"), error);
}

static CtlExit
run_preview (Ctl *ctl,
             GError **error)
{
  g_autoptr (FilRow) row = NULL;
  gint64 id;

  if (!ctl_id_argument (ctl, 0, &id, error))
    return CTL_EXIT_USAGE;
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  row = fil_client_call_row (ctl->client, "Preview", g_variant_new ("(x)", id), error);
  if (row == NULL)
    return CTL_EXIT_FAILED;
  if (ctl->json)
    ctl_print_json (row);
  ctl_say (ctl, "%s", fil_row_get_string (row, "path"));
  return CTL_EXIT_DONE;
}

static CtlExit
run_priority (Ctl *ctl,
              GError **error)
{
  gint64 id, priority;

  if (!ctl_id_argument (ctl, 0, &id, error))
    return CTL_EXIT_USAGE;
  if (!g_ascii_string_to_signed (ctl->arguments[1], 10, -1000, 1000, &priority, NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           _("A priority is a number between -1000 and 1000; higher goes first"));
      return CTL_EXIT_USAGE;
    }
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, "SetPriority", g_variant_new ("(xi)", id, (gint32) priority), error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, _("The priority is now %d."), (int) priority);
  return CTL_EXIT_DONE;
}

static CtlExit
run_limit (Ctl *ctl,
           GError **error)
{
  g_autofree char *speed = NULL;
  gint64 id, limit;

  if (!ctl_id_argument (ctl, 0, &id, error))
    return CTL_EXIT_USAGE;
  if (!g_ascii_string_to_signed (ctl->arguments[1], 10, 0, G_MAXINT64, &limit, NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           _("A limit is a number of bytes a second; 0 for none"));
      return CTL_EXIT_USAGE;
    }
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, option_upload ? "SetUploadLimit" : "SetLimit", g_variant_new ("(xx)", id, limit), error))
    return CTL_EXIT_FAILED;
  if (limit == 0)
    {
      ctl_say (ctl, _("It has no limit of its own."));
      return CTL_EXIT_DONE;
    }
  speed = g_format_size ((guint64) limit);
  ctl_say (ctl, option_upload ? _("It is sent at %s/s at most now.") : _("It takes at most %s/s now."), speed);
  return CTL_EXIT_DONE;
}

static CtlExit
clear_history (Ctl *ctl,
               GError **error)
{
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, "ClearHistory", NULL, error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, _("The history is empty now; the files stay."));
  return CTL_EXIT_DONE;
}

static CtlExit
run_history (Ctl *ctl,
             GError **error)
{
  g_autofree char *words = ctl_words (ctl, 0);

  if (option_clear && ctl->n_arguments > 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _("--clear forgets the whole history; leave the words out"));
      return CTL_EXIT_USAGE;
    }
  if (option_clear)
    return clear_history (ctl, error);
  return ctl_show_answer (ctl, "History", g_variant_new ("(su)", words, (guint32) MAX_HISTORY), history_columns,
                          _("Nothing has been finished yet."), error);
}

static CtlExit
run_clear (Ctl *ctl,
           GError **error)
{
  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  if (!ctl_do (ctl, "ClearFinished", NULL, error))
    return CTL_EXIT_FAILED;
  ctl_say (ctl, _("Finished downloads have left the list; the files stay."));
  return CTL_EXIT_DONE;
}

const CtlCommand ctl_download_commands[] = {
  { "get", N_ ("RESULT-ID|MAGNET [--wait]"), N_ ("Download a file"), ctl_run_get, ctl_get_options, 1, 1 },
  { "downloads", NULL, N_ ("All downloads"), run_downloads, NULL, 0, 0 },
  { "pause", N_ ("ID|--all"), N_ ("Pause a download"), run_pause, all_options, 0, 1 },
  { "resume", N_ ("ID|--all"), N_ ("Go on with a download"), run_resume, all_options, 0, 1 },
  { "cancel", N_ ("ID"), N_ ("Give a download up"), run_cancel, NULL, 1, 1 },
  { "removed", NULL, N_ ("Downloads that were cancelled and can be brought back"), run_removed, NULL, 0, 0 },
  { "restore", N_ ("ID"), N_ ("Bring a cancelled download back"), run_restore, NULL, 1, 1 },
  { "forget", N_ ("ID|--all"), N_ ("Delete what is kept of a cancelled download"), run_forget, all_options, 0, 1 },
  { "retry", N_ ("ID|--all"), N_ ("Try a failed download again"), run_retry, all_options, 0, 1 },
  { "verify", N_ ("ID"), N_ ("Check every byte again"), run_verify, NULL, 1, 1 },
  { "preview", N_ ("ID"), N_ ("Copy what is there of the beginning, to look at it"), run_preview, NULL, 1, 1 },
  { "priority", N_ ("ID N"), N_ ("Let a download go first; higher is sooner"), run_priority, NULL, 2, 2 },
  { "limit", N_ ("[--upload] ID N"), N_ ("Limit the speed of one download or upload, in bytes a second; 0 for none"), run_limit,
    limit_options, 2, 2 },
  { "sources", N_ ("ID"), N_ ("Where a download comes from, and the way there"), run_sources, NULL, 1, 1 },
  { "link", N_ ("ID"), N_ ("A magnet link to the file of a download"), run_link, NULL, 1, 1 },
  { "uploads", NULL, N_ ("What others are getting from you"), run_uploads, NULL, 0, 0 },
  { "history", N_ ("[WORDS…] | --clear"), N_ ("Files that were finished"), run_history, history_options, 0, G_MAXUINT },
  { "clear", NULL, N_ ("Take finished downloads off the list"), run_clear, NULL, 0, 0 },
  { NULL },
};
