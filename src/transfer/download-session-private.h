/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "download-session.h"
#include "head.h"
#include "transfer-rate.h"

G_BEGIN_DECLS

/* Requests under way: the one that is answered and the one behind it. */
#define FIL_DOWNLOAD_ASKED_MAX 2

typedef enum
{
  FIL_DOWNLOAD_PHASE_GIV,     /* the other side introduces itself, by GIV or QUEUE */
  FIL_DOWNLOAD_PHASE_HEAD,
  FIL_DOWNLOAD_PHASE_BODY,
  FIL_DOWNLOAD_PHASE_PAGE,    /* the body of something that is no range of the file */
  FIL_DOWNLOAD_PHASE_DISCARD, /* a body that nobody wants */
} FilDownloadPhase;

/* A request that is not answered in full. */
typedef struct
{
  FilRange range;
  gboolean is_page;
} FilDownloadAsked;

/* For how long no byte of a body has come. */
typedef enum
{
  FIL_DOWNLOAD_FLOWS,
  FIL_DOWNLOAD_QUIET,   /* FIL_SOURCE_QUIET_US … */
  FIL_DOWNLOAD_STALLED, /* … or FIL_SOURCE_STALL_US; the delegate knows */
} FilDownloadSilence;

struct _FilDownloadSession
{
  FilSession session;
  FilDownloadSessionDelegate delegate; /* all NULL once disowned or ended */
  gpointer data;
  char *host;
  char *user_agent;
  char *target;
  guint64 downloaded;
  FilPushSelf us;

  FilHead *head;
  FilWriter out;
  gsize out_sent;
  FilDownloadPhase phase;
  FilDownloadAsked asked[FIL_DOWNLOAD_ASKED_MAX];
  guint n_asked;
  GByteArray *page;    /* the body that is being collected */
  guint64 body_left;
  guint64 body_offset; /* in the file, of the next byte of the body */
  FilRange wanted;
  gboolean is_owned;
  gboolean is_connected;
  gboolean has_started;   /* next() was asked at least once */
  gboolean has_requested;
  gboolean had_reply;   /* the first reply of the connection has come: requests may be pipelined */
  gboolean last_one;    /* the other side closes after this reply */
  gboolean sends_more;  /* … sends more in it than was asked for */
  gboolean is_blocked;  /* the delegate wants no more for now */
  FilDownloadSilence silence;
  guint informational;
  guint refusals;
  gint64 since_us;      /* of what is waited for: head, or next byte */
  gint64 poll_us;       /* queued: when to ask again */
  FilTransferRate rate;
};

/* download-session.c */
void _fil_download_session_finish (FilDownloadSession *self, FilDownloadEnd end, gint64 now_us,
                                   const char *sentence);
gboolean _fil_download_session_is_over (const FilDownloadSession *self);
void _fil_download_session_ask (FilDownloadSession *self, gint64 now_us);

/* download-answer.c */
gsize _fil_download_session_feed_head (FilDownloadSession *self, FilSlice bytes, gint64 now_us);
gsize _fil_download_session_feed_body (FilDownloadSession *self, const guint8 *bytes, gsize len,
                                       gint64 now_us);

G_END_DECLS
