/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/* One function for each verb of the node. Every call takes a cancellable (or NULL), a callback (or NULL
 * when the answer does not matter) and its data. Which finish belongs to it is said by its group. */

/* fil_client_finish_id: the id of what was made, or -1 and an error */
void fil_client_search (FilClient *self, const char *words, const char *kind, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data); /* kind: NULL for all */
void fil_client_browse (FilClient *self, const char *host, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data);
void fil_client_get (FilClient *self, gint64 result, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer data);
void fil_client_get_magnet (FilClient *self, const char *magnet, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
void fil_client_share_add (FilClient *self, const char *path, gboolean include_private, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
gint64 fil_client_finish_id (FilClient *self, GAsyncResult *result, GError **error);

/* fil_client_finish: whether it was done */
void fil_client_stop_search (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data);
void fil_client_close_search (FilClient *self, gint64 id, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
void fil_client_pause (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data); /* -1: all */
void fil_client_resume (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data); /* -1: all */
void fil_client_cancel (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data);
void fil_client_restore (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data);
void fil_client_forget (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data);
void fil_client_retry (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data);
void fil_client_verify (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data);
void fil_client_set_priority (FilClient *self, gint64 id, int priority, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
void fil_client_set_limit (FilClient *self, gint64 id, gint64 bytes_per_s, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
void fil_client_set_upload_limit (FilClient *self, gint64 id, gint64 bytes_per_s, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer data);
void fil_client_clear_finished (FilClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data);
void fil_client_clear_history (FilClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer data);
void fil_client_share_remove (FilClient *self, const char *path, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
void fil_client_set_watching (FilClient *self, gboolean watching, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
void fil_client_set_sharing_paused (FilClient *self, gboolean paused, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
void fil_client_connect (FilClient *self, const char *host, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data);
void fil_client_disconnect (FilClient *self, gint64 peer, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer data);
void fil_client_ban (FilClient *self, const char *address, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
void fil_client_set (FilClient *self, const char *key, const char *value, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
gboolean fil_client_finish (FilClient *self, GAsyncResult *result, GError **error);

/* fil_client_finish_rows: (element-type FilRow), or NULL and an error */
void fil_client_library (FilClient *self, const char *words, guint offset, guint max, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data); /* words: NULL for all */
void fil_client_removed (FilClient *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void fil_client_preview (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data);
void fil_client_history (FilClient *self, const char *words, guint max, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data);
void fil_client_download_sources (FilClient *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer data);
void fil_client_doctor (FilClient *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void fil_client_settings (FilClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer data);
GPtrArray *fil_client_finish_rows (FilClient *self, GAsyncResult *result, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* fil_client_finish_map: a byte for each of @n_cells pieces: 0 missing, 1 asked for, 2 received, 3 verified */
void fil_client_download_map (FilClient *self, gint64 id, guint n_cells, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
GBytes *fil_client_finish_map (FilClient *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* fil_client_finish_row: (transfer full), or NULL and an error */
void fil_client_share_check (FilClient *self, const char *path, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data); /* kind "preview" */
void fil_client_row (FilClient *self, const char *list, gint64 id, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
FilRow *fil_client_finish_row (FilClient *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For programs that can wait: all rows of a list now, and the rows or the row that a call answers. */
GPtrArray *fil_client_list (FilClient *self, const char *list, gint64 scope, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *fil_client_call_rows (FilClient *self, const char *method, GVariant *arguments, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
FilRow *fil_client_call_row (FilClient *self, const char *method, GVariant *arguments, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
