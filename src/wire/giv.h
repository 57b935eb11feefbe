/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "http-queue.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/* "GIV 7:<32 hex>/name" (push.md §4). */
typedef struct
{
  guint32 index;
  FilGuid guid;   /* servent GUID of who connected; not zero */
  FilSlice name;  /* may be empty; never trusted */
} FilGiv;

/* "QUEUE <id> ip:port": an uploader calls back (http-transfer.md §7). */
typedef struct
{
  char id[FIL_QUEUE_ID_MAX + 1];
  FilEndpoint endpoint; /* family 0: not told */
} FilQueueCall;

gboolean fil_giv_parse (FilGiv *self, const char *line) G_GNUC_WARN_UNUSED_RESULT;
void fil_giv_write (const FilGiv *self, FilWriter *out);
gboolean fil_queue_call_parse (FilQueueCall *self, const char *line) G_GNUC_WARN_UNUSED_RESULT;
void fil_queue_call_write (const FilQueueCall *self, FilWriter *out);

G_END_DECLS
