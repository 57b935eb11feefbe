/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-verbs.h"

#include "bus-answers.h"
#include "bus-call.h"
#include "bus-limits.h"
#include "bus-rows.h"

#include "journal.h"
#include "schema.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

struct _FilBusVerb
{
  const char *method;
  void (*run) (FilBusCall *call);
  gboolean (*by_id) (FilNode *node, gint64 id, GError **error);
  void (*later) (FilNode *node, gint64 id, FilDoneFunc func, gpointer data);
  gboolean (*by_text) (FilNode *node, const char *text, GError **error);
  gint64 (*make) (FilNode *node, const char *text, GError **error);
  gboolean (*limit) (FilNode *node, gint64 id, gint64 bytes_per_s, GError **error);
  gboolean lasts; /* see FilBusCall */
};

static const char *
text_or_null (const char *text)
{
  return *text != '\0' ? text : NULL;
}

static void
run_hello (FilBusCall *call)
{
  const char *version;
  GVariantBuilder info;

  g_variant_get (call->arguments, "(&s)", &version);
  fil_bus_client_hello (call->client, g_str_equal (version, FIL_VERSION));
  g_variant_builder_init (&info, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&info, "{sv}", "profile",
                         g_variant_new_string (fil_bus_client_profile (call->client)));
  g_variant_builder_add (&info, "{sv}", "pid", g_variant_new_int64 (getpid ()));
  fil_bus_call_succeed (call, g_variant_new ("(sa{sv})", FIL_VERSION, &info));
}

static void
run_quit (FilBusCall *call)
{
  fil_bus_call_succeed (call, NULL);
  fil_bus_client_quit (call->client);
}

static void
run_changes (FilBusCall *call)
{
  const char *name;
  gint64 scope;
  guint64 since;
  guint32 max;
  FilList list;
  FilSearchInfo search;
  g_autoptr (FilChanges) changes = NULL;
  GVariant *removed;

  g_variant_get (call->arguments, "(&sxtu)", &name, &scope, &since, &max);
  if (!fil_bus_list_by_name (name, &list))
    {
      fil_bus_call_fail (call, FIL_API_ERROR_USAGE, _("There is no list of that name"));
      return;
    }
  if (list == FIL_LIST_RESULTS && !fil_node_get_search (call->node, scope, &search))
    {
      fil_bus_call_fail (call, FIL_API_ERROR_NOT_FOUND, _("There is no such search; see: filbertctl searches"));
      return;
    }

  changes = fil_node_changes (call->node, list, scope, since, CLAMP (max, 1, FIL_API_MAX_ROWS));
  if (changes == NULL)
    {
      fil_bus_call_fail (call, FIL_API_ERROR_NOT_FOUND, _("There is no such list"));
      return;
    }
  if (!fil_bus_client_follow (call->client, list, scope, changes->seq))
    {
      fil_bus_call_fail (call, FIL_API_ERROR_FAILED, _("One program follows too many lists; close some searches"));
      return;
    }
  removed = g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, changes->removed->data, changes->removed->len,
                                       sizeof (gint64));
  fil_bus_call_succeed (call, g_variant_new ("(tbb@axv)", changes->seq, changes->reset, changes->more, removed,
                                             fil_bus_rows (call->node, list, changes->changed)));
}

static void
run_row (FilBusCall *call)
{
  const char *name;
  gint64 id;
  FilList list;
  GVariant *row;

  g_variant_get (call->arguments, "(&sx)", &name, &id);
  if (!fil_bus_list_by_name (name, &list))
    {
      fil_bus_call_fail (call, FIL_API_ERROR_USAGE, _("There is no list of that name"));
      return;
    }
  row = fil_bus_row (call->node, list, id);
  if (row != NULL)
    fil_bus_call_succeed (call, g_variant_new ("(v)", row));
  else
    fil_bus_call_fail (call, FIL_API_ERROR_NOT_FOUND, _("There is nothing with that id"));
}

static void
run_status (FilBusCall *call)
{
  fil_bus_client_follow_status (call->client);
  fil_bus_call_succeed (call, g_variant_new ("(v)", fil_bus_status_row (call->node)));
}

static void
run_search (FilBusCall *call)
{
  const char *words, *kind;
  GError *error = NULL;
  gint64 id;

  g_variant_get (call->arguments, "(&s&s)", &words, &kind);
  id = fil_node_search (call->node, words, text_or_null (kind), &error);
  fil_bus_call_finish (call, g_variant_new ("(x)", id), error);
}

static void
run_get (FilBusCall *call)
{
  GError *error = NULL;
  gint64 result, id;

  g_variant_get (call->arguments, "(x)", &result);
  id = fil_node_get (call->node, result, &error);
  fil_bus_call_finish (call, g_variant_new ("(x)", id), error);
}

static void
run_make (FilBusCall *call)
{
  const char *text;
  GError *error = NULL;
  gint64 id;

  g_variant_get (call->arguments, "(&s)", &text);
  id = call->verb->make (call->node, text, &error);
  fil_bus_call_finish (call, g_variant_new ("(x)", id), error);
}

static void
run_by_id (FilBusCall *call)
{
  GError *error = NULL;
  gint64 id;

  g_variant_get (call->arguments, "(x)", &id);
  call->verb->by_id (call->node, id, &error);
  fil_bus_call_finish (call, NULL, error);
}

static void
run_by_text (FilBusCall *call)
{
  GError *error = NULL;
  const char *text;

  g_variant_get (call->arguments, "(&s)", &text);
  call->verb->by_text (call->node, text, &error);
  fil_bus_call_finish (call, NULL, error);
}

static void
run_trace (FilBusCall *call)
{
  GError *error = NULL;
  const char *id;
  GVariant *rows;

  g_variant_get (call->arguments, "(&s)", &id);
  rows = fil_bus_trace_rows (call->node, id, &error);
  fil_bus_call_finish (call, rows != NULL ? g_variant_new ("(v)", rows) : NULL, error);
}

static void
run_download_sources (FilBusCall *call)
{
  GError *error = NULL;
  gint64 id;
  GVariant *rows;

  g_variant_get (call->arguments, "(x)", &id);
  rows = fil_bus_download_source_rows (call->node, id, &error);
  fil_bus_call_finish (call, rows != NULL ? g_variant_new ("(v)", rows) : NULL, error);
}

static void
run_download_map (FilBusCall *call)
{
  GError *error = NULL;
  gint64 id;
  guint32 n_cells;
  guint8 *cells;
  GVariant *map = NULL;

  g_variant_get (call->arguments, "(xu)", &id, &n_cells);
  n_cells = CLAMP (n_cells, 1, FIL_BUS_MAX_CELLS);
  cells = fil_node_download_map (call->node, id, n_cells, &error);
  if (cells != NULL)
    map = g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, cells, n_cells, TRUE, g_free, cells);
  fil_bus_call_finish (call, map != NULL ? g_variant_new ("(@ay)", map) : NULL, error);
}

static void
run_set_priority (FilBusCall *call)
{
  GError *error = NULL;
  gint64 id;
  gint32 priority;

  g_variant_get (call->arguments, "(xi)", &id, &priority);
  fil_node_set_priority (call->node, id, priority, &error);
  fil_bus_call_finish (call, NULL, error);
}

static void
run_set_limit (FilBusCall *call)
{
  GError *error = NULL;
  gint64 id, bytes_per_s;

  g_variant_get (call->arguments, "(xx)", &id, &bytes_per_s);
  call->verb->limit (call->node, id, bytes_per_s, &error);
  fil_bus_call_finish (call, NULL, error);
}

static void
run_clear_finished (FilBusCall *call)
{
  fil_node_clear_finished (call->node);
  fil_bus_call_succeed (call, NULL);
}

static void
run_history (FilBusCall *call)
{
  const char *words;
  guint32 max;

  g_variant_get (call->arguments, "(&su)", &words, &max);
  max = MIN (max, FIL_BUS_MAX_FOUND);
  fil_bus_call_succeed (call, g_variant_new ("(v)", fil_bus_history_rows (call->node, text_or_null (words), max)));
}

static void
run_clear_history (FilBusCall *call)
{
  fil_node_clear_history (call->node);
  fil_bus_call_succeed (call, NULL);
}

static void
removed_cb (const FilRemovedInfo *infos,
            guint n_infos,
            const GError *error,
            gpointer data)
{
  GDBusMethodInvocation *invocation = data;

  if (error != NULL)
    fil_bus_call_refuse (invocation, error);
  else
    fil_bus_client_reply (invocation, g_variant_new ("(v)", fil_bus_removed_rows (infos, n_infos)));
}

static void
run_removed (FilBusCall *call)
{
  fil_node_removed (call->node, removed_cb, call->invocation);
}

static void
done_cb (const GError *error,
         gpointer data)
{
  g_autofree FilBusCall *call = data;

  if (error != NULL)
    fil_bus_call_refuse (call->invocation, error);
  else
    fil_bus_call_succeed (call, NULL);
}

static void
run_later (FilBusCall *call)
{
  FilBusCall *later = g_memdup2 (call, sizeof *call);
  gint64 id;

  g_variant_get (call->arguments, "(x)", &id);
  later->arguments = NULL;
  call->verb->later (call->node, id, done_cb, later);
}

static void
previewed (gint64 id,
           const char *path,
           const GError *error,
           gpointer data)
{
  GDBusMethodInvocation *invocation = data;

  if (error != NULL)
    fil_bus_call_refuse (invocation, error);
  else
    fil_bus_client_reply (invocation, g_variant_new ("(v)", fil_bus_beginning_row (id, path)));
}

static void
run_preview (FilBusCall *call)
{
  gint64 id;

  g_variant_get (call->arguments, "(x)", &id);
  fil_node_preview (call->node, id, previewed, call->invocation);
}

static void
share_checked (const FilSharePreview *preview,
               const GError *error,
               gpointer data)
{
  GDBusMethodInvocation *invocation = data;

  if (error != NULL)
    fil_bus_call_refuse (invocation, error);
  else
    fil_bus_client_reply (invocation, g_variant_new ("(v)", fil_bus_preview_row (preview)));
}

static void
run_share_check (FilBusCall *call)
{
  const char *path;

  g_variant_get (call->arguments, "(^&ay)", &path);
  fil_node_share_check (call->node, path, share_checked, call->invocation);
}

static void
run_share_add (FilBusCall *call)
{
  GError *error = NULL;
  const char *path;
  gboolean include_private;
  gint64 id;

  g_variant_get (call->arguments, "(^&ayb)", &path, &include_private);
  id = fil_node_share_add (call->node, path, include_private, &error);
  fil_bus_call_finish (call, g_variant_new ("(x)", id), error);
}

static void
run_share_remove (FilBusCall *call)
{
  GError *error = NULL;
  const char *path;

  g_variant_get (call->arguments, "(^&ay)", &path);
  fil_node_share_remove (call->node, path, &error);
  fil_bus_call_finish (call, NULL, error);
}

static void
run_set_sharing_paused (FilBusCall *call)
{
  gboolean paused;

  g_variant_get (call->arguments, "(b)", &paused);
  fil_node_set_sharing_paused (call->node, paused);
  fil_bus_call_succeed (call, NULL);
}

static void
run_set_watching (FilBusCall *call)
{
  gboolean watching;

  g_variant_get (call->arguments, "(b)", &watching);
  fil_bus_client_set_watching (call->client, watching);
  fil_bus_call_succeed (call, NULL);
}

static void
run_library (FilBusCall *call)
{
  const char *words;
  guint32 offset, max;

  g_variant_get (call->arguments, "(&suu)", &words, &offset, &max);
  max = MIN (max, FIL_BUS_MAX_FOUND);
  fil_bus_call_succeed (call, g_variant_new ("(v)", fil_bus_library_rows (call->node, text_or_null (words), offset, max)));
}

static void
run_doctor (FilBusCall *call)
{
  fil_bus_call_succeed (call, g_variant_new ("(v)", fil_bus_doctor_rows (call->node)));
}

static void
run_settings (FilBusCall *call)
{
  fil_bus_call_succeed (call, g_variant_new ("(v)", fil_bus_setting_rows (call->node)));
}

static void
run_set (FilBusCall *call)
{
  GError *error = NULL;
  const char *key, *value;

  g_variant_get (call->arguments, "(&s&s)", &key, &value);
  fil_node_set (call->node, key, value, &error);
  fil_bus_call_finish (call, NULL, error);
}

static const FilBusVerb verbs[] = {
  { "Hello", run_hello },
  { "Quit", run_quit },
  { "Changes", run_changes },
  { "Row", run_row },
  { "Status", run_status },
  { "Search", run_search },
  { "Browse", run_make, .make = fil_node_browse },
  { "StopSearch", run_by_id, .by_id = fil_node_stop_search },
  { "CloseSearch", run_by_id, .by_id = fil_node_close_search },
  { "Trace", run_trace },
  { "Get", run_get, .lasts = TRUE },
  { "GetMagnet", run_make, .make = fil_node_get_magnet, .lasts = TRUE },
  { "Pause", run_by_id, .by_id = fil_node_pause, .lasts = TRUE },
  { "Resume", run_by_id, .by_id = fil_node_resume, .lasts = TRUE },
  { "Cancel", run_by_id, .by_id = fil_node_cancel, .lasts = TRUE },
  { "Removed", run_removed },
  { "Restore", run_later, .later = fil_node_restore, .lasts = TRUE },
  { "Forget", run_later, .later = fil_node_forget, .lasts = TRUE },
  { "Retry", run_by_id, .by_id = fil_node_retry, .lasts = TRUE },
  { "Verify", run_by_id, .by_id = fil_node_verify },
  { "Preview", run_preview },
  { "SetPriority", run_set_priority, .lasts = TRUE },
  { "SetLimit", run_set_limit, .limit = fil_node_set_limit, .lasts = TRUE },
  { "SetUploadLimit", run_set_limit, .limit = fil_node_set_upload_limit },
  { "DownloadSources", run_download_sources },
  { "DownloadMap", run_download_map },
  { "ClearFinished", run_clear_finished, .lasts = TRUE },
  { "History", run_history },
  { "ClearHistory", run_clear_history, .lasts = TRUE },
  { "ShareCheck", run_share_check },
  { "ShareAdd", run_share_add },
  { "ShareRemove", run_share_remove },
  { "SetSharingPaused", run_set_sharing_paused },
  { "SetWatching", run_set_watching },
  { "Library", run_library },
  { "Connect", run_by_text, .by_text = fil_node_connect },
  { "Disconnect", run_by_id, .by_id = fil_node_disconnect },
  { "Ban", run_by_text, .by_text = fil_node_ban },
  { "Doctor", run_doctor },
  { "Settings", run_settings },
  { "Set", run_set },
};

/**
 * fil_bus_verbs_call:
 * @method: of node-api.xml
 * @arguments: of the types that node-api.xml names; GDBus has checked that
 * @invocation: (transfer full): answered now or later
 */
void
fil_bus_verbs_call (FilBusClient *client,
                    const char *method,
                    GVariant *arguments,
                    GDBusMethodInvocation *invocation)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].method, method))
      {
        FilBusCall call = {
          .verb = &verbs[i],
          .client = client,
          .node = fil_bus_client_node (client),
          .arguments = arguments,
          .invocation = invocation,
          .lasts = verbs[i].lasts,
        };

        verbs[i].run (&call);
        return;
      }
  g_assert_not_reached ();
}
