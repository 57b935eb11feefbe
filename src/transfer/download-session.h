/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "byte-range.h"
#include "http-queue.h"
#include "push-headers.h"
#include "session.h"
#include "slice.h"
#include "urn.h"
#include "writer.h"

G_BEGIN_DECLS

/* What the head of a reply said. Strings are borrowed. */
typedef struct
{
  guint status;
  gboolean has_size;        /* the complete size was named */
  guint64 size;
  FilRange range;           /* 200, 206: the bytes that follow */
  gint64 retry_after_s;     /* -1: not said */
  gboolean is_queued;       /* we have a place in its queue … */
  FilQueueState queue;      /* … which is this; served: at most its id */
  gint64 poll_s;            /* queued: when to ask again … */
  gint64 lifetime_s;        /* … and how long the place is kept */
  gboolean keeps_alive;
  FilUrn urn;               /* of X-Gnutella-Content-URN and X-Content-URN; none when absent */
  FilSlice thex_path;       /* where the tree is; empty: not said */
  FilTth thex_root;         /* … if has_thex_root */
  gboolean has_thex_root;
  const GArray *available;  /* FilRange of X-Available-Ranges, tidy (range-list.h), or NULL */
  const char *server;       /* or NULL */
  FilEndpoint seen_as;      /* our address as the other side sees it, port 0; family 0: not said */
  FilPushNews push;         /* how the other side can be reached */
  const char *alt;          /* X-Alt, X-NAlt and X-FAlt as they came, or NULL */
  const char *nalt;
  const char *falt;
  const char *old_alt;      /* the same as URLs */
  gboolean takes_push_places; /* wants to hear X-FAlt */
} FilDownloadReply;

/* Why a connection ended, as far as it matters for the next try. */
typedef enum
{
  FIL_DOWNLOAD_END_NOT_CONNECTED, /* the dial failed */
  FIL_DOWNLOAD_END_NO_REPLY,      /* ended or fell silent before the head of a reply */
  FIL_DOWNLOAD_END_CUT,           /* ended in the middle of a body */
  FIL_DOWNLOAD_END_STALLED,       /* fell silent in the middle of a body */
  FIL_DOWNLOAD_END_ORDERLY,       /* ended between two replies */
  FIL_DOWNLOAD_END_LIED,          /* broke HTTP or contradicted itself */
} FilDownloadEnd;

/* What the session should do with a reply. */
typedef enum
{
  FIL_DOWNLOAD_TAKE,      /* the body is welcome, from *range on */
  FIL_DOWNLOAD_ASK_AGAIN, /* the body is not, or there is none: go on with the next range */
  FIL_DOWNLOAD_WAIT,      /* queued: ask again after poll_s */
  FIL_DOWNLOAD_LEAVE,     /* close */
} FilDownloadVerdict;

/* What to ask for next. */
typedef struct
{
  FilRange range;    /* of the file … */
  const char *page;  /* … or a path: what is there is wanted as a whole. Borrowed until next() returns */
  gboolean is_alone; /* set by the session: no other request is under way, so it may be a page */
} FilDownloadAsk;

typedef struct
{
  /* FALSE: nothing now; the connection idles until fil_download_session_resume() or
   * fil_download_session_disown(), or next() is called again when what is under way is there. */
  gboolean (*next) (gpointer data, FilDownloadAsk *ask, gint64 now_us);

  /* Appends headers to a request for a range. */
  void (*headers) (gpointer data, FilWriter *out, gint64 now_us);

  /* The page is there; NULL: it cannot be had. */
  void (*page) (gpointer data, const FilSlice *body, gint64 now_us);

  /* The head of the reply to asked is there. For TAKE, *range says which of the bytes that come are
   * wanted; it lies inside reply->range. asked that is not wanted goes back by the callee's own means. */
  FilDownloadVerdict (*reply) (gpointer data, const FilDownloadReply *reply, FilRange asked, FilRange *range,
                               gint64 now_us);

  /* Wanted bytes. Returns how many were taken: when fewer, the rest is offered again at once; 0 means
   * "no more until fil_download_session_resume()". With *enough set the rest of the body is not wanted and the
   * connection ends. */
  gsize (*received) (gpointer data, guint64 offset, const guint8 *bytes, gsize len, gboolean *enough,
                     gint64 now_us);

  /* For us microseconds no byte could come, because a limit of speed was kept; may be NULL. */
  void (*held) (gpointer data, gint64 us, gint64 now_us);

  /* No byte came for FIL_SOURCE_QUIET_US; may be NULL. */
  void (*quiet) (gpointer data, gint64 now_us);

  /* No byte came for FIL_SOURCE_STALL_US; the connection still stands. */
  void (*stalled) (gpointer data, gint64 now_us);

  /* Once, before the session is freed; never after fil_download_session_disown(). */
  void (*ended) (gpointer data, FilDownloadEnd end, const char *sentence, gint64 now_us);
} FilDownloadSessionDelegate;

/* What every request carries. Strings are copied. */
typedef struct
{
  const char *host;       /* of the Host header */
  const char *user_agent;
  const char *target;     /* "/uri-res/N2R?urn:sha1:…" or "/get/1/name" */
  guint64 downloaded;     /* X-Downloaded of the first request */
  const FilPushSelf *us;  /* how we can be reached, or NULL; copied */
  gboolean is_giv;        /* the stream begins with the GIV of the other side … */
  gboolean is_call;       /* … or with its QUEUE */
} FilDownloadRequest;

/**
 * FilDownloadSession:
 *
 * The side of HTTP that downloads, on one connection: range after range, asking for the next one
 * before the current one ends once the other side has shown that it can (http-transfer.md §5).
 */
typedef struct _FilDownloadSession FilDownloadSession;

FilSession *fil_download_session_new (const FilDownloadRequest *request,
                                      const FilDownloadSessionDelegate *delegate, gpointer data,
                                      gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_download_session_reassign (FilSession *session, const FilDownloadRequest *request,
                                    const FilDownloadSessionDelegate *delegate, gpointer data);
void fil_download_session_disown (FilSession *session, const char *reason);
void fil_download_session_resume (FilSession *session, gint64 now_us);
void fil_download_session_end_quiet (FilSession *session, gint64 now_us);
gboolean fil_download_session_is_connected (const FilSession *session);
gboolean fil_download_session_is_idle (const FilSession *session);

G_END_DECLS
