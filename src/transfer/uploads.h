/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "mesh.h"
#include "push-headers.h"
#include "session.h"
#include "shared-file.h"
#include "file-source.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_UPLOAD_QUEUED,  /* waits for a slot, with or without a connection */
  FIL_UPLOAD_WAITING, /* connected, has a slot, sends nothing */
  FIL_UPLOAD_SENDING,
  FIL_UPLOAD_DONE,    /* the last request was served to its end */
  FIL_UPLOAD_FAILED,
} FilUploadState;

/* Groups of sessions that share a limit are numbered from here on; downloads count from 1. */
#define FIL_UPLOADS_FIRST_GROUP (G_GUINT64_CONSTANT (1) << 63)

/* One file that goes, or went, to one peer. Strings are borrowed. */
typedef struct
{
  gint64 id;
  const char *name;
  FilEndpoint peer;
  const char *user_agent; /* or NULL */
  FilUploadState state;
  const char *reason;     /* one sentence when it failed, or NULL */
  guint64 sent_bytes;
  guint64 size;
  guint64 bps;
  FilSourceReach reach;
  FilSha1 sha1;
  gboolean has_sha1;
  guint queue_position;   /* 1: the next one; 0: it is not queued */
  gint64 limit_bps;       /* 0: none of its own */
} FilUploadRow;

/* A request for something that is no shared file: "/". */
typedef struct
{
  FilEndpoint peer;
  const char *target;     /* path and query as they came, a leading slash for sure */
  gboolean wants_packets; /* Accept names application/x-gnutella-packets … */
  gboolean wants_html;    /* … or takes what browsers show */
  const char *user_agent; /* or NULL */
} FilPageRequest;

typedef struct
{
  guint status;             /* 200, 202, 203, 400, 404, 406, 410, 503 … */
  const char *content_type; /* static; NULL without body */
  GBytes *body;             /* (transfer full), or NULL */
  guint64 more;             /* where the body goes on, for more(); 0: that was all of it */
  gboolean is_chunked;      /* the body is as RFC 9112 §7.1 has it, the last chunk included */
} FilPageReply;

/**
 * FilUploadsDelegate:
 *
 * What the uploads ask of the node. No call may come back into FilUploads, except that dial() may
 * fail at once by fil_session_hung_up() and fil_session_free(), and open() may answer at once.
 */
typedef struct
{
  /* Opens a shared file; done is called exactly once, also after the session is gone. */
  void (*open) (gpointer data, const FilSharedWanted *wanted, FilSharedOpened done, gpointer done_data);

  /* Whether the open file is still what was hashed (size, ctime); asked before each request and each block.
   * Of one that is not whole, says anew what is there. */
  gboolean (*check) (gpointer data, FilShared *shared);
  void (*close) (gpointer data, FilShared *shared);

  /* Looks for the tiger tree of a shared file; done is called exactly once, also after the session is gone.
   * May be NULL: there are no trees. */
  void (*tree) (gpointer data, const FilUrn *urn, FilSharedTree done, gpointer done_data);

  /* Answers what is no file; FALSE: 404. */
  gboolean (*page) (gpointer data, const FilPageRequest *request, FilPageReply *reply);

  /* The next piece (transfer full) of a body that page() began; moves *more on, to 0 after the last one.
   * NULL: there is no more. May be NULL when bodies are always whole. */
  GBytes *(*more) (gpointer data, guint64 *more);

  /* Says how we can be reached; may be NULL. */
  void (*describe) (gpointer data, FilPushSelf *self);

  /* A new random GUID. */
  void (*make_guid) (gpointer data, FilGuid *guid);

  /* fil_uploads_wake() became sooner: look again. May be NULL, when nobody is ever called. */
  void (*reschedule) (gpointer data);

  /* Connects and pumps session (transfer full), as the downloads' dial(). */
  void (*dial) (gpointer data, const FilEndpoint *to, gboolean tls, FilSession *session);

  /* The one gate: whether an address that a stranger named may be dialled. */
  gboolean (*may_dial) (gpointer data, const FilEndpoint *to);

  /* Somebody who asked for file says that it can be had at place, too; may be NULL. */
  void (*heard) (gpointer data, const FilSha1 *file, const FilMeshPlace *place);

  /* Row id is new or changed; at most every 500 ms while it sends. */
  void (*changed) (gpointer data, gint64 id);
  void (*removed) (gpointer data, gint64 id);

  /* All sessions of that FilSession.group together may send so many bytes a second from now on; 0: the group is no
   * longer needed. */
  void (*limit) (gpointer data, guint64 group, gint64 bytes_per_s);

  /* A whole request was served; bytes of it went out. */
  void (*served) (gpointer data, const FilUploadRow *row);
} FilUploadsDelegate;

/**
 * FilUploads:
 *
 * All uploads: slots, limits per host, the queue and calling those who wait in it, and the connections that
 * were asked for by PUSH.
 */
typedef struct _FilUploads FilUploads;

FilUploads *fil_uploads_new (const FilUploadsDelegate *delegate, gpointer data, const char *user_agent,
                             gint64 first_id) G_GNUC_WARN_UNUSED_RESULT;
void fil_uploads_free (FilUploads *self);

gint64 fil_uploads_wake (const FilUploads *self);
void fil_uploads_tick (FilUploads *self, gint64 now_us);

void fil_uploads_set_mesh (FilUploads *self, FilMesh *mesh);
void fil_uploads_set_slots (FilUploads *self, guint slots, guint per_host);
void fil_uploads_set_browse (FilUploads *self, gboolean may_browse);
void fil_uploads_set_guid (FilUploads *self, const FilGuid *guid);
void fil_uploads_set_private (FilUploads *self, gboolean is_private);
gboolean fil_uploads_set_limit (FilUploads *self, gint64 id, gint64 bytes_per_s);

FilSession *fil_uploads_accept (FilUploads *self, const FilEndpoint *peer, gint64 now_us)
    G_GNUC_WARN_UNUSED_RESULT;
FilSession *fil_uploads_punched (FilUploads *self, const FilEndpoint *peer, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_uploads_push (FilUploads *self, const FilEndpoint *to, guint32 index, gboolean tls,
                           gint64 now_us);
void fil_uploads_pushes (const FilUploads *self, guint64 *answered, guint64 *refused);

gboolean fil_uploads_get (const FilUploads *self, gint64 id, gint64 now_us, FilUploadRow *row);
GArray *fil_uploads_list (const FilUploads *self) G_GNUC_WARN_UNUSED_RESULT;
guint fil_uploads_used_slots (const FilUploads *self);
guint fil_uploads_waiting (const FilUploads *self);
guint64 fil_uploads_bps (const FilUploads *self, gint64 now_us);
void fil_uploads_stop_all (FilUploads *self, const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilUploads, fil_uploads_free)

G_END_DECLS
