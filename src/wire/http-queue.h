/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

#define FIL_QUEUE_ID_MAX 64

/**
 * FilQueueState:
 *
 * X-Queue (legacy active queue, or a mere version) and X-Queued (PARQ) of http-transfer.md §7 in one:
 * a place in an uploader's queue. Fields that were not given are 0.
 */
typedef struct
{
  gboolean is_version;  /* X-Queue told the protocol version only */
  guint major;
  guint minor;
  guint position;
  guint length;
  guint limit;
  guint poll_min_s;     /* legacy */
  guint poll_max_s;
  guint eta_s;          /* PARQ */
  guint lifetime_s;
  guint retry_after_s;
  char id[FIL_QUEUE_ID_MAX + 1]; /* PARQ; empty: none */
} FilQueueState;

gboolean fil_queue_parse_legacy (FilQueueState *self, const char *value) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_queue_parse_parq (FilQueueState *self, const char *value) G_GNUC_WARN_UNUSED_RESULT;
void fil_queue_write_legacy (const FilQueueState *self, FilWriter *out);
void fil_queue_write_parq (const FilQueueState *self, FilWriter *out);

G_END_DECLS
