/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "push-limit.h"
#include "token-bucket.h"
#include "transfer-rate.h"
#include "upload-queue.h"
#include "uploads.h"

G_BEGIN_DECLS

/* A row: one file and one peer, over all connections. */
typedef struct
{
  gint64 id;
  char *name;
  FilEndpoint peer;
  char *user_agent;
  FilUploadState state;
  char *reason;
  guint64 sent_bytes;
  guint64 size;
  FilSourceReach reach;
  FilSha1 sha1;
  gboolean has_sha1;
  FilTransferRate rate;
  gint64 next_change_us;
  gboolean is_held; /* a session works on it */
  guint queue_position;
  guint64 group;     /* of the rows of one file and one host: their sessions have it while there is a limit */
  gint64 limit_bps;  /* the same in all of a group; 0: none of its own */
} FilUpload;

struct _FilUploads
{
  FilUploadsDelegate delegate;
  gpointer data;
  char *user_agent;
  FilGuid guid;
  FilMesh *mesh;       /* or NULL; not owned */
  gint64 next_id;
  guint per_host;      /* slots; 0: no limit */
  FilUploadQueue *queue;
  gint64 now_us;       /* newest time heard of */
  gint64 wake_us;
  gboolean is_private;
  gboolean may_browse; /* others are told that they can */
  GPtrArray *rows;     /* FilUpload, oldest first */
  GPtrArray *sessions; /* FilUploadSession */
  FilTokenBucket pages; /* that may be made now */
  FilPushLimit *push_limit;
  guint opening;       /* pushed connections on their way */
  guint64 pushes_answered;
  guint64 pushes_refused;
};

/* uploads-rows.c */
void _fil_upload_free (FilUpload *row);
FilUpload *_fil_uploads_row_for (FilUploads *self, const FilEndpoint *peer, const FilShared *shared,
                                 const char *user_agent, FilSourceReach reach);
void _fil_uploads_row_queued (FilUploads *self, const FilEndpoint *peer, const FilShared *shared,
                              const char *user_agent, FilSourceReach reach);
void _fil_uploads_rows_follow_queue (FilUploads *self);
void _fil_uploads_row_state (FilUploads *self, FilUpload *row, FilUploadState state, const char *reason);
void _fil_uploads_row_sent (FilUploads *self, FilUpload *row, gsize len, gint64 now_us);
void _fil_uploads_row_served (FilUploads *self, const FilUpload *row);
void _fil_uploads_row_let_go (FilUploads *self, FilUpload *row);

/* uploads.c */
void _fil_uploads_look (FilUploads *self);

/* upload-session.c */
FilSession *_fil_upload_session_new_punched (FilUploads *uploads, const FilEndpoint *peer, const char *giv,
                                             gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
FilSession *_fil_upload_session_new_push (FilUploads *uploads, const FilEndpoint *peer, const char *giv,
                                          gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
FilSession *_fil_upload_session_new_call (FilUploads *uploads, const FilEndpoint *peer, const char *call,
                                          FilUploadPlace *place, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
const FilEndpoint *_fil_upload_session_peer (const FilSession *session);
gboolean _fil_upload_session_is_calling (const FilSession *session, const FilEndpoint *to);
void _fil_upload_session_orphan (FilSession *session, const char *reason);
void _fil_upload_session_follow_limit (FilSession *session);
gint64 _fil_upload_session_useless_since (const FilSession *session);

G_END_DECLS
