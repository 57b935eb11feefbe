/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "download-session.h"
#include "head.h"

G_BEGIN_DECLS

/* The head of a reply, read and checked; what download-session.c acts on. */
typedef struct
{
  FilDownloadReply reply;
  guint64 body_len;
  gboolean has_body_len;
  GArray *available; /* owned; reply.available points here */
} FilDownloadReplyHead;

gboolean fil_download_reply_read (FilDownloadReplyHead *self, const FilHead *head, const FilRange *asked,
                                  const char **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_download_reply_clear (FilDownloadReplyHead *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FilDownloadReplyHead, fil_download_reply_clear)

G_END_DECLS
