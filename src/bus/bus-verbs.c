/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-verbs.h"

#include "bus-answers.h"
#include "bus-limits.h"
#include "bus-rows.h"

#include "api-error.h"
#include "journal.h"
#include "schema.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

typedef struct _Verb Verb;

typedef struct
{
  const Verb *verb;
  FilBusClient *client;
  FilNode *node;
  GVariant *arguments;
  GDBusMethodInvocation *invocation;
} Call;

struct _Verb
{
  const char *method;
  void (*run) (Call *call);
  gboolean (*by_id) (FilNode *node, gint64 id, GError **error);
  void (*later) (FilNode *node, gint64 id, FilDoneFunc func, gpointer data);
  gboolean (*by_text) (FilNode *node, const char *text, GError **error);
  gint64 (*make) (FilNode *node, const char *text, GError **error);
  gboolean lasts; /* answered only when what it changed outlives a crash of the node */
};

/* An answer that waits for the database. */
typedef struct
{
  GDBusMethodInvocation *invocation; /* NULL: answered */
  GVariant *value;
} Answer;

static void
saved_cb (gpointer data)
{
  Answer *answer = data;

  fil_bus_client_reply (g_steal_pointer (&answer->invocation), answer->value);
}

static void
answer_free (Answer *answer)
{
  g_clear_object (&answer->invocation);
  g_clear_pointer (&answer->value, g_variant_unref);
  g_free (answer);
}

/* Every call ends in exactly one of these; both take the invocation. */
static void
succeed (Call *call,
         GVariant *value)
{
  Answer *answer;

  if (!call->verb->lasts)
    {
      fil_bus_client_reply (call->invocation, value);
      return;
    }
  answer = g_new0 (Answer, 1);
  answer->invocation = call->invocation;
  answer->value = value != NULL ? g_variant_ref_sink (value) : NULL;
  fil_node_when_saved (call->node, saved_cb, answer, (GDestroyNotify) answer_free);
}

static void
fail_invocation (GDBusMethodInvocation *invocation,
                 const GError *error)
{
  int code = FIL_API_ERROR_FAILED;

  if (error->domain == FIL_API_ERROR ||
      (error->domain == FIL_NODE_ERROR && error->code >= FIL_NODE_ERROR_FAILED &&
       error->code <= FIL_NODE_ERROR_TIMED_OUT))
    code = error->code;
  g_dbus_method_invocation_return_error_literal (invocation, FIL_API_ERROR, code, error->message);
}

static void
finish (Call *call,
        GVariant *value,
        GError *error)
{
  if (error == NULL)
    {
      succeed (call, value);
      return;
    }
  if (value != NULL)
    g_variant_unref (g_variant_ref_sink (value));
  fail_invocation (call->invocation, error);
  g_error_free (error);
}

static void
fail (Call *call,
      FilApiError code,
      const char *message)
{
  g_dbus_method_invocation_return_error_literal (call->invocation, FIL_API_ERROR, code, message);
}

static const char *
text_or_null (const char *text)
{
  return *text != '\0' ? text : NULL;
}

static void
run_hello (Call *call)
{
  const char *version;
  GVariantBuilder info;

  g_variant_get (call->arguments, "(&s)", &version);
  fil_bus_client_hello (call->client, g_str_equal (version, FIL_VERSION));
  g_variant_builder_init (&info, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&info, "{sv}", "profile",
                         g_variant_new_string (fil_bus_client_profile (call->client)));
  g_variant_builder_add (&info, "{sv}", "pid", g_variant_new_int64 (getpid ()));
  succeed (call, g_variant_new ("(sa{sv})", FIL_VERSION, &info));
}

static void
run_quit (Call *call)
{
  succeed (call, NULL);
  fil_bus_client_quit (call->client);
}

static void
run_changes (Call *call)
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
      fail (call, FIL_API_ERROR_USAGE, _("There is no list of that name"));
      return;
    }
  if (list == FIL_LIST_RESULTS && !fil_node_get_search (call->node, scope, &search))
    {
      fail (call, FIL_API_ERROR_NOT_FOUND, _("There is no such search; see: filbertctl searches"));
      return;
    }

  changes = fil_node_changes (call->node, list, scope, since, CLAMP (max, 1, FIL_API_MAX_ROWS));
  if (changes == NULL)
    {
      fail (call, FIL_API_ERROR_NOT_FOUND, _("There is no such list"));
      return;
    }
  if (!fil_bus_client_follow (call->client, list, scope, changes->seq))
    {
      fail (call, FIL_API_ERROR_FAILED, _("One program follows too many lists; close some searches"));
      return;
    }
  removed = g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, changes->removed->data, changes->removed->len,
                                       sizeof (gint64));
  succeed (call, g_variant_new ("(tbb@axv)", changes->seq, changes->reset, changes->more, removed,
                                fil_bus_rows (call->node, list, changes->changed)));
}

static void
run_row (Call *call)
{
  const char *name;
  gint64 id;
  FilList list;
  GVariant *row;

  g_variant_get (call->arguments, "(&sx)", &name, &id);
  if (!fil_bus_list_by_name (name, &list))
    {
      fail (call, FIL_API_ERROR_USAGE, _("There is no list of that name"));
      return;
    }
  row = fil_bus_row (call->node, list, id);
  if (row != NULL)
    succeed (call, g_variant_new ("(v)", row));
  else
    fail (call, FIL_API_ERROR_NOT_FOUND, _("There is nothing with that id"));
}

static void
run_status (Call *call)
{
  fil_bus_client_follow_status (call->client);
  succeed (call, g_variant_new ("(v)", fil_bus_status_row (call->node)));
}

static void
run_search (Call *call)
{
  const char *words, *kind;
  GError *error = NULL;
  gint64 id;

  g_variant_get (call->arguments, "(&s&s)", &words, &kind);
  id = fil_node_search (call->node, words, text_or_null (kind), &error);
  finish (call, g_variant_new ("(x)", id), error);
}

static void
run_get (Call *call)
{
  GError *error = NULL;
  gint64 result, id;

  g_variant_get (call->arguments, "(x)", &result);
  id = fil_node_get (call->node, result, &error);
  finish (call, g_variant_new ("(x)", id), error);
}

static void
run_make (Call *call)
{
  const char *text;
  GError *error = NULL;
  gint64 id;

  g_variant_get (call->arguments, "(&s)", &text);
  id = call->verb->make (call->node, text, &error);
  finish (call, g_variant_new ("(x)", id), error);
}

static void
run_by_id (Call *call)
{
  GError *error = NULL;
  gint64 id;

  g_variant_get (call->arguments, "(x)", &id);
  call->verb->by_id (call->node, id, &error);
  finish (call, NULL, error);
}

static void
run_by_text (Call *call)
{
  GError *error = NULL;
  const char *text;

  g_variant_get (call->arguments, "(&s)", &text);
  call->verb->by_text (call->node, text, &error);
  finish (call, NULL, error);
}

static void
run_trace (Call *call)
{
  GError *error = NULL;
  const char *id;
  GVariant *rows;

  g_variant_get (call->arguments, "(&s)", &id);
  rows = fil_bus_trace_rows (call->node, id, &error);
  finish (call, rows != NULL ? g_variant_new ("(v)", rows) : NULL, error);
}

static void
run_download_sources (Call *call)
{
  GError *error = NULL;
  gint64 id;
  GVariant *rows;

  g_variant_get (call->arguments, "(x)", &id);
  rows = fil_bus_download_source_rows (call->node, id, &error);
  finish (call, rows != NULL ? g_variant_new ("(v)", rows) : NULL, error);
}

static void
run_download_map (Call *call)
{
  GError *error = NULL;
  gint64 id;
  guint32 n_cells;
  guint8 *cells;

  g_variant_get (call->arguments, "(xu)", &id, &n_cells);
  n_cells = CLAMP (n_cells, 1, FIL_BUS_MAX_CELLS);
  cells = fil_node_download_map (call->node, id, n_cells, &error);
  finish (call,
          cells != NULL ? g_variant_new ("(@ay)", g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, cells, n_cells, TRUE,
                                                                          g_free, cells))
                        : NULL,
          error);
}

static void
run_set_priority (Call *call)
{
  GError *error = NULL;
  gint64 id;
  gint32 priority;

  g_variant_get (call->arguments, "(xi)", &id, &priority);
  fil_node_set_priority (call->node, id, priority, &error);
  finish (call, NULL, error);
}

static void
run_set_limit (Call *call)
{
  GError *error = NULL;
  gint64 id, bytes_per_s;

  g_variant_get (call->arguments, "(xx)", &id, &bytes_per_s);
  fil_node_set_limit (call->node, id, bytes_per_s, &error);
  finish (call, NULL, error);
}

static void
run_clear_finished (Call *call)
{
  fil_node_clear_finished (call->node);
  succeed (call, NULL);
}

static void
run_history (Call *call)
{
  const char *words;
  guint32 max;

  g_variant_get (call->arguments, "(&su)", &words, &max);
  succeed (call, g_variant_new ("(v)", fil_bus_history_rows (call->node, text_or_null (words),
                                                             MIN (max, FIL_BUS_MAX_FOUND))));
}

static void
removed_cb (const FilRemovedInfo *infos,
            guint n_infos,
            const GError *error,
            gpointer data)
{
  GDBusMethodInvocation *invocation = data;

  if (error != NULL)
    fail_invocation (invocation, error);
  else
    fil_bus_client_reply (invocation, g_variant_new ("(v)", fil_bus_removed_rows (infos, n_infos)));
}

static void
run_removed (Call *call)
{
  fil_node_removed (call->node, removed_cb, call->invocation);
}

static void
done_cb (const GError *error,
         gpointer data)
{
  g_autofree Call *call = data;

  if (error != NULL)
    fail_invocation (call->invocation, error);
  else
    succeed (call, NULL);
}

static void
run_later (Call *call)
{
  Call *later = g_memdup2 (call, sizeof *call);
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
    fail_invocation (invocation, error);
  else
    fil_bus_client_reply (invocation, g_variant_new ("(v)", fil_bus_beginning_row (id, path)));
}

static void
run_preview (Call *call)
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
    fail_invocation (invocation, error);
  else
    fil_bus_client_reply (invocation, g_variant_new ("(v)", fil_bus_preview_row (preview)));
}

static void
run_clear_history (Call *call)
{
  fil_node_clear_history (call->node);
  succeed (call, NULL);
}

static void
run_share_check (Call *call)
{
  const char *path;

  g_variant_get (call->arguments, "(^&ay)", &path);
  fil_node_share_check (call->node, path, share_checked, call->invocation);
}

static void
run_share_add (Call *call)
{
  GError *error = NULL;
  const char *path;
  gboolean include_private;
  gint64 id;

  g_variant_get (call->arguments, "(^&ayb)", &path, &include_private);
  id = fil_node_share_add (call->node, path, include_private, &error);
  finish (call, g_variant_new ("(x)", id), error);
}

static void
run_share_remove (Call *call)
{
  GError *error = NULL;
  const char *path;

  g_variant_get (call->arguments, "(^&ay)", &path);
  fil_node_share_remove (call->node, path, &error);
  finish (call, NULL, error);
}

static void
run_set_sharing_paused (Call *call)
{
  gboolean paused;

  g_variant_get (call->arguments, "(b)", &paused);
  fil_node_set_sharing_paused (call->node, paused);
  succeed (call, NULL);
}

static void
run_set_watching (Call *call)
{
  gboolean watching;

  g_variant_get (call->arguments, "(b)", &watching);
  fil_bus_client_set_watching (call->client, watching);
  succeed (call, NULL);
}

static void
run_library (Call *call)
{
  const char *words;
  guint32 offset, max;

  g_variant_get (call->arguments, "(&suu)", &words, &offset, &max);
  succeed (call, g_variant_new ("(v)", fil_bus_library_rows (call->node, text_or_null (words), offset,
                                                             MIN (max, FIL_BUS_MAX_FOUND))));
}

static void
run_doctor (Call *call)
{
  succeed (call, g_variant_new ("(v)", fil_bus_doctor_rows (call->node)));
}

static void
run_settings (Call *call)
{
  succeed (call, g_variant_new ("(v)", fil_bus_setting_rows (call->node)));
}

static void
run_set (Call *call)
{
  GError *error = NULL;
  const char *key, *value;

  g_variant_get (call->arguments, "(&s&s)", &key, &value);
  fil_node_set (call->node, key, value, &error);
  finish (call, NULL, error);
}

static const Verb verbs[] = {
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
  { "SetLimit", run_set_limit, .lasts = TRUE },
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
        Call call = { &verbs[i], client, fil_bus_client_node (client), arguments, invocation };

        verbs[i].run (&call);
        return;
      }
  g_assert_not_reached ();
}
