/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilTokenBucket:
 *
 * Lets so much through a second, and no more than a burst at once. A value type.
 */
typedef struct
{
  gint64 rate;       /* tokens a second; 0: no limit */
  gint64 burst;      /* most tokens at once */
  gint64 tokens_us;  /* tokens × 1e6 that are there now */
  gint64 updated_us;
} FilTokenBucket;

void fil_token_bucket_init (FilTokenBucket *self, gint64 rate, gint64 burst, gint64 now_us);
void fil_token_bucket_set_rate (FilTokenBucket *self, gint64 rate, gint64 burst, gint64 now_us);
gint64 fil_token_bucket_available (FilTokenBucket *self, gint64 now_us);
gboolean fil_token_bucket_take (FilTokenBucket *self, gint64 n, gint64 now_us);
void fil_token_bucket_spend (FilTokenBucket *self, gint64 n, gint64 now_us);
gint64 fil_token_bucket_when (const FilTokenBucket *self, gint64 n);

G_END_DECLS
