/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-verbs.h"

#include "client-private.h"

#define CALL_ARGUMENTS GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data

static const char *
text_of (const char *words)
{
  return words != NULL ? words : "";
}

void
fil_client_search (FilClient *self,
                   const char *words,
                   const char *kind,
                   CALL_ARGUMENTS)
{
  fil_client_call_async (self, "Search", g_variant_new ("(ss)", words, text_of (kind)), cancellable, callback, data);
}

void
fil_client_browse (FilClient *self,
                   const char *host,
                   CALL_ARGUMENTS)
{
  fil_client_call_async (self, "Browse", g_variant_new ("(s)", host), cancellable, callback, data);
}

void
fil_client_get (FilClient *self,
                gint64 result,
                CALL_ARGUMENTS)
{
  fil_client_call_async (self, "Get", g_variant_new ("(x)", result), cancellable, callback, data);
}

void
fil_client_get_magnet (FilClient *self,
                       const char *magnet,
                       CALL_ARGUMENTS)
{
  fil_client_call_async (self, "GetMagnet", g_variant_new ("(s)", magnet), cancellable, callback, data);
}

void
fil_client_share_add (FilClient *self,
                      const char *path,
                      gboolean include_private,
                      CALL_ARGUMENTS)
{
  fil_client_call_async (self, "ShareAdd", g_variant_new ("(^ayb)", path, include_private), cancellable, callback,
                         data);
}

/**
 * fil_client_finish_id:
 *
 * Returns: the id of what was made, -1 when it failed
 */
gint64
fil_client_finish_id (FilClient *self,
                      GAsyncResult *result,
                      GError **error)
{
  g_autoptr (GVariant) reply = fil_client_call_finish (self, result, error);
  gint64 id = -1;

  if (reply != NULL)
    g_variant_get (reply, "(x)", &id);
  return id;
}

static void
call_with_id (FilClient *self,
              const char *method,
              gint64 id,
              CALL_ARGUMENTS)
{
  fil_client_call_async (self, method, g_variant_new ("(x)", id), cancellable, callback, data);
}

void
fil_client_stop_search (FilClient *self,
                        gint64 id,
                        CALL_ARGUMENTS)
{
  call_with_id (self, "StopSearch", id, cancellable, callback, data);
}

void
fil_client_close_search (FilClient *self,
                         gint64 id,
                         CALL_ARGUMENTS)
{
  call_with_id (self, "CloseSearch", id, cancellable, callback, data);
}

void
fil_client_pause (FilClient *self,
                  gint64 id,
                  CALL_ARGUMENTS)
{
  call_with_id (self, "Pause", id, cancellable, callback, data);
}

void
fil_client_resume (FilClient *self,
                   gint64 id,
                   CALL_ARGUMENTS)
{
  call_with_id (self, "Resume", id, cancellable, callback, data);
}

void
fil_client_cancel (FilClient *self,
                   gint64 id,
                   CALL_ARGUMENTS)
{
  call_with_id (self, "Cancel", id, cancellable, callback, data);
}

void
fil_client_restore (FilClient *self,
                    gint64 id,
                    CALL_ARGUMENTS)
{
  call_with_id (self, "Restore", id, cancellable, callback, data);
}

void
fil_client_forget (FilClient *self,
                   gint64 id,
                   CALL_ARGUMENTS)
{
  call_with_id (self, "Forget", id, cancellable, callback, data);
}

void
fil_client_retry (FilClient *self,
                  gint64 id,
                  CALL_ARGUMENTS)
{
  call_with_id (self, "Retry", id, cancellable, callback, data);
}

void
fil_client_verify (FilClient *self,
                   gint64 id,
                   CALL_ARGUMENTS)
{
  call_with_id (self, "Verify", id, cancellable, callback, data);
}

void
fil_client_set_priority (FilClient *self,
                         gint64 id,
                         int priority,
                         CALL_ARGUMENTS)
{
  fil_client_call_async (self, "SetPriority", g_variant_new ("(xi)", id, (gint32) priority), cancellable, callback,
                         data);
}

/**
 * fil_client_set_limit:
 * @bytes_per_s: 0 for no limit of its own
 */
void
fil_client_set_limit (FilClient *self,
                      gint64 id,
                      gint64 bytes_per_s,
                      CALL_ARGUMENTS)
{
  fil_client_call_async (self, "SetLimit", g_variant_new ("(xx)", id, bytes_per_s), cancellable, callback, data);
}

/**
 * fil_client_set_upload_limit:
 * @bytes_per_s: of that file to that host; 0 for no limit of its own
 */
void
fil_client_set_upload_limit (FilClient *self,
                             gint64 id,
                             gint64 bytes_per_s,
                             CALL_ARGUMENTS)
{
  fil_client_call_async (self, "SetUploadLimit", g_variant_new ("(xx)", id, bytes_per_s), cancellable, callback, data);
}

void
fil_client_clear_finished (FilClient *self,
                           CALL_ARGUMENTS)
{
  fil_client_call_async (self, "ClearFinished", NULL, cancellable, callback, data);
}

void
fil_client_clear_history (FilClient *self,
                          CALL_ARGUMENTS)
{
  fil_client_call_async (self, "ClearHistory", NULL, cancellable, callback, data);
}

void
fil_client_share_remove (FilClient *self,
                         const char *path,
                         CALL_ARGUMENTS)
{
  fil_client_call_async (self, "ShareRemove", g_variant_new ("(^ay)", path), cancellable, callback, data);
}

void
fil_client_set_watching (FilClient *self,
                         gboolean watching,
                         CALL_ARGUMENTS)
{
  fil_client_call_async (self, "SetWatching", g_variant_new ("(b)", watching), cancellable, callback, data);
}

void
fil_client_set_sharing_paused (FilClient *self,
                               gboolean paused,
                               CALL_ARGUMENTS)
{
  fil_client_call_async (self, "SetSharingPaused", g_variant_new ("(b)", paused), cancellable, callback, data);
}

void
fil_client_connect (FilClient *self,
                    const char *host,
                    CALL_ARGUMENTS)
{
  fil_client_call_async (self, "Connect", g_variant_new ("(s)", host), cancellable, callback, data);
}

void
fil_client_disconnect (FilClient *self,
                       gint64 peer,
                       CALL_ARGUMENTS)
{
  call_with_id (self, "Disconnect", peer, cancellable, callback, data);
}

void
fil_client_ban (FilClient *self,
                const char *address,
                CALL_ARGUMENTS)
{
  fil_client_call_async (self, "Ban", g_variant_new ("(s)", address), cancellable, callback, data);
}

void
fil_client_set (FilClient *self,
                const char *key,
                const char *value,
                CALL_ARGUMENTS)
{
  fil_client_call_async (self, "Set", g_variant_new ("(ss)", key, value), cancellable, callback, data);
}

/**
 * fil_client_finish:
 *
 * Returns: whether it was done
 */
gboolean
fil_client_finish (FilClient *self,
                   GAsyncResult *result,
                   GError **error)
{
  g_autoptr (GVariant) reply = fil_client_call_finish (self, result, error);

  return reply != NULL;
}

void
fil_client_library (FilClient *self,
                    const char *words,
                    guint offset,
                    guint max,
                    CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "Library", g_variant_new ("(suu)", text_of (words), offset, max),
                          &fil_schema_library, cancellable, callback, data);
}

void
fil_client_removed (FilClient *self,
                    CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "Removed", NULL, &fil_schema_removed, cancellable, callback, data);
}

/* Its answer is a row with the path. */
void
fil_client_preview (FilClient *self,
                    gint64 id,
                    CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "Preview", g_variant_new ("(x)", id), &fil_schema_beginning, cancellable, callback, data);
}

void
fil_client_history (FilClient *self,
                    const char *words,
                    guint max,
                    CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "History", g_variant_new ("(su)", text_of (words), max), &fil_schema_history,
                          cancellable, callback, data);
}

void
fil_client_download_sources (FilClient *self,
                             gint64 id,
                             CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "DownloadSources", g_variant_new ("(x)", id), &fil_schema_download_source, cancellable,
                          callback, data);
}

void
fil_client_download_map (FilClient *self,
                         gint64 id,
                         guint n_cells,
                         CALL_ARGUMENTS)
{
  fil_client_call_async (self, "DownloadMap", g_variant_new ("(xu)", id, n_cells), cancellable, callback, data);
}

/**
 * fil_client_finish_map:
 *
 * Returns: (transfer full) (nullable): the bytes
 */
GBytes *
fil_client_finish_map (FilClient *self,
                       GAsyncResult *result,
                       GError **error)
{
  g_autoptr (GVariant) reply = fil_client_call_finish (self, result, error);
  g_autoptr (GVariant) map = NULL;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(@ay)", &map);
  return g_variant_get_data_as_bytes (map);
}

void
fil_client_doctor (FilClient *self,
                   CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "Doctor", NULL, &fil_schema_doctor, cancellable, callback, data);
}

void
fil_client_settings (FilClient *self,
                     CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "Settings", NULL, &fil_schema_setting, cancellable, callback, data);
}

void
fil_client_share_check (FilClient *self,
                        const char *path,
                        CALL_ARGUMENTS)
{
  _fil_client_call_async (self, "ShareCheck", g_variant_new ("(^ay)", path), &fil_schema_preview, cancellable,
                          callback, data);
}

void
fil_client_row (FilClient *self,
                const char *list,
                gint64 id,
                CALL_ARGUMENTS)
{
  g_return_if_fail (fil_schema_of_list (list) != NULL);

  _fil_client_call_async (self, "Row", g_variant_new ("(sx)", list, id), fil_schema_of_list (list), cancellable,
                          callback, data);
}
