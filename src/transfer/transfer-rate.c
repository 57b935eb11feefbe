/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "transfer-rate.h"

#include <string.h>

#include "clock.h"

static guint
slot (gint64 second)
{
  return (guint) (second % FIL_TRANSFER_RATE_SECONDS);
}

/* The buckets reach up to that second; nothing is known of those that were skipped. */
static void
advance (FilTransferRate *self,
         gint64 second)
{
  if (self->started == 0 || second - self->second >= FIL_TRANSFER_RATE_SECONDS || second < self->second)
    {
      memset (self->buckets, 0, sizeof self->buckets);
      memset (self->held_us, 0, sizeof self->held_us);
      self->started = self->second = second;
    }
  while (self->second < second)
    {
      self->second++;
      self->buckets[slot (self->second)] = 0;
      self->held_us[slot (self->second)] = 0;
    }
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

  advance (self, second);
  self->buckets[slot (second)] += bytes;
}

/* What of the time from @from_us to @to_us lies in that second. */
static gint64
part_us (gint64 second,
         gint64 from_us,
         gint64 to_us)
{
  return MAX (MIN (to_us, (second + 1) * FIL_SEC) - MAX (from_us, second * FIL_SEC), 0);
}

/**
 * fil_transfer_rate_held:
 * @us: until @now_us nothing was let through, to keep a limit
 */
void
fil_transfer_rate_held (FilTransferRate *self,
                        gint64 us,
                        gint64 now_us)
{
  gint64 from_us = now_us - us;
  gint64 last = MAX (now_us / FIL_SEC, 1);
  gint64 first = MAX (MAX (from_us / FIL_SEC, last - FIL_TRANSFER_RATE_SECONDS + 1), 1);

  if (self->started == 0 || first - self->second >= FIL_TRANSFER_RATE_SECONDS)
    advance (self, first);
  advance (self, last);
  for (gint64 second = first; second <= last; second++)
    self->held_us[slot (second)] += part_us (second, from_us, now_us);
}

static gint64
oldest_second (const FilTransferRate *self,
               gint64 now_us)
{
  return MAX (MAX (now_us / FIL_SEC, 1) - FIL_TRANSFER_RATE_SECONDS + 1, self->started);
}

static guint64
recent_bytes (const FilTransferRate *self,
              gint64 now_us)
{
  guint64 bytes = 0;

  for (gint64 s = oldest_second (self, now_us); s <= MIN (MAX (now_us / FIL_SEC, 1), self->second); s++)
    bytes += self->buckets[slot (s)];
  return bytes;
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
  gint64 seconds = MAX (now_us / FIL_SEC, 1) - oldest_second (self, now_us) + 1;

  if (self->started == 0)
    return 0;
  return recent_bytes (self, now_us) / (guint64) CLAMP (seconds, 1, FIL_TRANSFER_RATE_SECONDS);
}

/* Of the time that fil_transfer_rate_get() looks at: all of it, and that in which nothing was let through. */
static gint64
held_us (const FilTransferRate *self,
         gint64 held_since_us,
         gint64 now_us,
         gint64 *all_us)
{
  gint64 oldest = self->started != 0 ? oldest_second (self, now_us) : MIN (held_since_us, now_us) / FIL_SEC;
  gint64 us = held_since_us < now_us ? now_us - MAX (held_since_us, oldest * FIL_SEC) : 0;

  for (gint64 s = oldest; self->started != 0 && s <= MIN (now_us / FIL_SEC, self->second); s++)
    us += self->held_us[slot (s)];
  *all_us = now_us - oldest * FIL_SEC;
  return us;
}

/**
 * fil_transfer_rate_is_held:
 * @held_since_us: since when nothing is let through, FIL_NEVER: it is
 *
 * Returns: whether it is we who kept it back most of the time that fil_transfer_rate_get() looks at
 */
gboolean
fil_transfer_rate_is_held (const FilTransferRate *self,
                           gint64 held_since_us,
                           gint64 now_us)
{
  gint64 all_us;
  gint64 us = held_us (self, held_since_us, now_us, &all_us);

  return us > all_us / 2;
}

/**
 * fil_transfer_rate_unheld:
 * @held_since_us: since when nothing is let through, FIL_NEVER: it is
 *
 * What the other side can do, as far as we let it.
 *
 * Returns: bytes a second of the time in which they were let through; G_MAXUINT64: there was next to none
 */
guint64
fil_transfer_rate_unheld (const FilTransferRate *self,
                          gint64 held_since_us,
                          gint64 now_us)
{
  gint64 all_us;
  gint64 us = held_us (self, held_since_us, now_us, &all_us);

  if (us == 0)
    return fil_transfer_rate_get (self, now_us);
  if (all_us - us < FIL_SEC)
    return G_MAXUINT64;
  return (guint64) ((double) recent_bytes (self, now_us) * FIL_SEC / (double) (all_us - us));
}
