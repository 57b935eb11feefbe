/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "byte-range.h"
#include "push-headers.h"
#include "shared-file.h"
#include "uploads.h"
#include "writer.h"

G_BEGIN_DECLS

/* What every reply says of us. */
typedef struct
{
  const char *user_agent;
  FilPushSelf push;
  FilEndpoint peer;   /* whom we tell that we see it there; family 0: nobody */
  gboolean is_pushed; /* this connection was asked for by PUSH */
  gboolean may_browse;
} FilUploadSelf;

/* The head of a reply that carries a file, or would if it were no HEAD. */
typedef struct
{
  guint status; /* 200 or 206 */
  const FilShared *shared;
  FilRange body;
  const FilUploadSelf *us;
  gboolean is_first; /* on this connection */
  gboolean is_news;  /* what the file is called and where its tree is */
  gboolean is_old;   /* HTTP/1.0 */
  gboolean closes;
  FilSlice more;     /* further lines */
} FilUploadReplyHead;

/* The head of a reply that gives nothing. */
typedef struct
{
  guint status;
  const FilUploadSelf *us;
  const FilShared *shared; /* the file, if it is open */
  gboolean is_first;       /* on this connection */
  gboolean closes;
  gint64 retry_after_s;    /* 0: not said */
  FilSlice more;           /* further lines */
} FilUploadRefusal;

void fil_upload_reply_file (FilWriter *out, const FilUploadReplyHead *head);
void fil_upload_reply_page (FilWriter *out, const FilPageReply *page, const FilUploadSelf *us, gboolean closes);
void fil_upload_reply_refuse (FilWriter *out, const FilUploadRefusal *refusal);

G_END_DECLS
