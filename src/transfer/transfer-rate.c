/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "transfer-rate.h"

#include <string.h>

#include "clock.h"

static guint64 *
bucket (FilTransferRate *self,
        gint64 second)
{
  return &self->buckets[second % FIL_TRANSFER_RATE_SECONDS];
}

/**
 * fil_transfer_rate_add:
 * @bytes: that moved at @now_us
 */
void
fil_transfer_rate_add (FilTransferRate *self,
                       guint64 bytes,
                       gint64 now_us)
{
  gint64 second = MAX (now_us / FIL_SEC, 1);

  if (self->started == 0 || second - self->second >= FIL_TRANSFER_RATE_SECONDS || second < self->second)
    {
      memset (self->buckets, 0, sizeof self->buckets);
      self->started = self->second = second;
    }
  while (self->second < second)
    *bucket (self, ++self->second) = 0;
  *bucket (self, second) += bytes;
}

/**
 * fil_transfer_rate_get:
 *
 * Returns: bytes a second over the last ten seconds, or since the first byte when that is less
 */
guint64
fil_transfer_rate_get (const FilTransferRate *self,
                       gint64 now_us)
{
  gint64 second = MAX (now_us / FIL_SEC, 1);
  gint64 oldest = MAX (second - FIL_TRANSFER_RATE_SECONDS + 1, self->started);
  gint64 seconds = second - oldest + 1;
  guint64 bytes = 0;

  if (self->started == 0)
    return 0;
  for (gint64 s = oldest; s <= MIN (second, self->second); s++)
    bytes += self->buckets[s % FIL_TRANSFER_RATE_SECONDS];
  return bytes / (guint64) CLAMP (seconds, 1, FIL_TRANSFER_RATE_SECONDS);
}
