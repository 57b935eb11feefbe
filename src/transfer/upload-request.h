/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "head.h"
#include "http-range.h"
#include "shared-file.h"
#include "upload-queue.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_UPLOAD_WANTS_FILE,
  FIL_UPLOAD_WANTS_TREE, /* of file.urn */
  FIL_UPLOAD_WANTS_PAGE,
} FilUploadWants;

/* What a peer asks for. */
typedef struct
{
  FilUploadWants wants;
  FilSharedWanted file;
  char *name;            /* owned; file.name points here */
  char *target;          /* owned; of a page, begins with a slash */
  gboolean is_head;
  gboolean has_range;
  FilRangeRequest range;
  gboolean has_content_urn;
  FilUrn content_urn;    /* the file it thinks it asks for */
  gboolean keeps_alive;
  gboolean is_old;       /* HTTP/1.0: keeping alive has to be said */
  gboolean wants_packets;
  gboolean wants_html;
  char *user_agent;      /* owned, or NULL; valid UTF-8 */
  FilQueueKind queue;    /* what it knows of queues */
  char queue_id[FIL_QUEUE_ID_MAX + 1]; /* of the place that it says it has; empty: none */
} FilUploadRequest;

guint fil_upload_request_read (FilUploadRequest *self, const FilHead *head, gboolean *may_go_on)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_upload_request_clear (FilUploadRequest *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FilUploadRequest, fil_upload_request_clear)

G_END_DECLS
