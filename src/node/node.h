/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "journal.h"
#include "node-error.h"
#include "node-types.h"

G_BEGIN_DECLS

/* How long a download that was cancelled can be brought back. */
#define FIL_NODE_REMOVED_KEPT_DAYS 30

/* The lowest limit of one transfer, in bytes a second: below it nothing could be told from standing still. */
#define FIL_NODE_LEAST_LIMIT 1000

/* Lists that keep a change number. */
typedef enum
{
  FIL_LIST_SEARCHES,
  FIL_LIST_RESULTS, /* scope: the search */
  FIL_LIST_DOWNLOADS,
  FIL_LIST_UPLOADS,
  FIL_LIST_SHARES,
  FIL_LIST_PEERS,
  FIL_LIST_EVENTS,
} FilList;

typedef struct
{
  const char *profile;    /* directory; made when missing */
  const char *listen;     /* ADDR:PORT, or NULL for the settings' */
  const char *role;       /* auto, leaf, ultrapeer, or NULL for the settings' */
  const char *downloads;  /* directory, or NULL for the settings' */
  const char *const *connect;
  const char *const *share;
  gboolean no_bootstrap;
  gboolean private_network; /* loopback and private addresses are good neighbours */
} FilNodeOptions;

/**
 * FilNode:
 *
 * The node: network, files, transfers and database behind one set of verbs. It runs in the main
 * context that was the thread's default when it was made, and knows nothing of D-Bus.
 *
 * Signals: "changed" (FilList list, gint64 scope) when a list's change number moved, "status-changed".
 * Both are emitted at most once a turn of the main loop for the same list.
 */
#define FIL_TYPE_NODE (fil_node_get_type ())
G_DECLARE_FINAL_TYPE (FilNode, fil_node, FIL, NODE, GObject)

FilNode *fil_node_new (const FilNodeOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_node_stop (FilNode *self);
gboolean fil_node_is_settled (FilNode *self);

/* Reading. The rows' strings are borrowed; see node-types.h. */
void fil_node_get_status (FilNode *self, FilStatusInfo *info);
FilChanges *fil_node_changes (FilNode *self, FilList list, gint64 scope, guint64 since, guint max)
    G_GNUC_WARN_UNUSED_RESULT;
guint64 fil_node_list_seq (FilNode *self, FilList list, gint64 scope);
gboolean fil_node_get_search (FilNode *self, gint64 id, FilSearchInfo *info);
gboolean fil_node_get_result (FilNode *self, gint64 id, FilResultInfo *info);
gboolean fil_node_get_download (FilNode *self, gint64 id, FilDownloadInfo *info);
gboolean fil_node_get_upload (FilNode *self, gint64 id, FilUploadInfo *info);
gboolean fil_node_get_share (FilNode *self, gint64 id, FilShareInfo *info);
gboolean fil_node_get_peer (FilNode *self, gint64 id, FilPeerInfo *info);
gboolean fil_node_get_event (FilNode *self, gint64 id, FilEventInfo *info);

typedef void (*FilLibraryFunc) (const FilLibraryInfo *info, gpointer data);
typedef void (*FilHistoryFunc) (const FilHistoryInfo *info, gpointer data);
typedef void (*FilRemovedFunc) (const FilRemovedInfo *infos, guint n_infos, const GError *error, gpointer data);
typedef void (*FilTraceFunc) (const FilTraceStep *step, gpointer data);
typedef void (*FilDownloadSourceFunc) (const FilDownloadSourceInfo *info, gpointer data);
typedef void (*FilDoctorFunc) (const FilDoctorLine *line, gpointer data);
typedef void (*FilSettingFunc) (const char *key, const char *value, gpointer data);

void fil_node_library (FilNode *self, const char *words, guint offset, guint max, FilLibraryFunc func,
                       gpointer data);
void fil_node_history (FilNode *self, const char *words, guint max, FilHistoryFunc func, gpointer data);
void fil_node_clear_history (FilNode *self);
gboolean fil_node_trace (FilNode *self, const char *id_or_muid, FilTraceFunc func, gpointer data, GError **error);
gboolean fil_node_download_sources (FilNode *self, gint64 id, FilDownloadSourceFunc func, gpointer data, GError **error);
guint8 *fil_node_download_map (FilNode *self, gint64 id, guint n_cells, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_node_doctor (FilNode *self, FilDoctorFunc func, gpointer data);

/* Searching. */
gint64 fil_node_search (FilNode *self, const char *words, const char *kind, GError **error);
gint64 fil_node_browse (FilNode *self, const char *host, GError **error);
gboolean fil_node_stop_search (FilNode *self, gint64 id, GError **error);
gboolean fil_node_close_search (FilNode *self, gint64 id, GError **error);

/* How a verb that asks the database first has ended. */
typedef void (*FilDoneFunc) (const GError *error, gpointer data);

/* Downloading. An id of -1 means all where it says so. */
gint64 fil_node_get (FilNode *self, gint64 result, GError **error);
gint64 fil_node_get_magnet (FilNode *self, const char *magnet, GError **error);
gboolean fil_node_pause (FilNode *self, gint64 id, GError **error);  /* -1: all */
gboolean fil_node_resume (FilNode *self, gint64 id, GError **error); /* -1: all */
gboolean fil_node_cancel (FilNode *self, gint64 id, GError **error);
void fil_node_removed (FilNode *self, FilRemovedFunc func, gpointer data);
void fil_node_restore (FilNode *self, gint64 id, FilDoneFunc func, gpointer data);
void fil_node_forget (FilNode *self, gint64 id, FilDoneFunc func, gpointer data); /* -1: all */
gboolean fil_node_retry (FilNode *self, gint64 id, GError **error); /* -1: all that are not paused */
gboolean fil_node_verify (FilNode *self, gint64 id, GError **error);
gboolean fil_node_set_priority (FilNode *self, gint64 id, int priority, GError **error);
gboolean fil_node_set_limit (FilNode *self, gint64 id, gint64 bytes_per_s, GError **error);
gboolean fil_node_set_upload_limit (FilNode *self, gint64 id, gint64 bytes_per_s, GError **error);
void fil_node_clear_finished (FilNode *self);

/* path is NULL when error is set. */
typedef void (*FilPreviewedFunc) (gint64 id, const char *path, const GError *error, gpointer data);

void fil_node_preview (FilNode *self, gint64 id, FilPreviewedFunc func, gpointer data);

typedef void (*FilSavedFunc) (gpointer data);

void fil_node_when_saved (FilNode *self, FilSavedFunc func, gpointer data, GDestroyNotify destroy);

/* Sharing. */
typedef void (*FilPreviewFunc) (const FilSharePreview *preview, const GError *error, gpointer data);

void fil_node_share_check (FilNode *self, const char *path, FilPreviewFunc func, gpointer data);
gint64 fil_node_share_add (FilNode *self, const char *path, gboolean include_private, GError **error);
gboolean fil_node_share_remove (FilNode *self, const char *path, GError **error);
void fil_node_set_sharing_paused (FilNode *self, gboolean paused);
gboolean fil_node_get_sharing_paused (FilNode *self);

/* Network. */
gboolean fil_node_connect (FilNode *self, const char *host, GError **error);
gboolean fil_node_disconnect (FilNode *self, gint64 peer, GError **error);
gboolean fil_node_ban (FilNode *self, const char *address, GError **error);
void fil_node_network_changed (FilNode *self, gboolean available);

/* Settings: see the design's list of keys. */
void fil_node_settings (FilNode *self, FilSettingFunc func, gpointer data);
gboolean fil_node_set (FilNode *self, const char *key, const char *value, GError **error);

G_END_DECLS
