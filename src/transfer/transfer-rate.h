/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FIL_TRANSFER_RATE_SECONDS 10

/**
 * FilTransferRate:
 *
 * Bytes a second over the last ten seconds. A value type; starts as zero.
 */
typedef struct
{
  guint64 buckets[FIL_TRANSFER_RATE_SECONDS];
  gint64 held_us[FIL_TRANSFER_RATE_SECONDS]; /* of each, in which we let nothing move */
  gint64 second;  /* the bucket of now */
  gint64 started; /* first second with bytes, or in which they were held, since it was idle; 0: none */
} FilTransferRate;

void fil_transfer_rate_add (FilTransferRate *self, guint64 bytes, gint64 now_us);
void fil_transfer_rate_held (FilTransferRate *self, gint64 us, gint64 now_us);
guint64 fil_transfer_rate_get (const FilTransferRate *self, gint64 now_us);
gboolean fil_transfer_rate_is_held (const FilTransferRate *self, gint64 held_since_us, gint64 now_us);
guint64 fil_transfer_rate_unheld (const FilTransferRate *self, gint64 held_since_us, gint64 now_us);

G_END_DECLS
