/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "token-bucket.h"

#include "clock.h"

/**
 * fil_token_bucket_init:
 * @rate: tokens a second, 0 for no limit
 * @burst: most tokens at once
 *
 * Starts with a full bucket.
 */
void
fil_token_bucket_init (FilTokenBucket *self,
                       gint64 rate,
                       gint64 burst,
                       gint64 now_us)
{
  *self = (FilTokenBucket){ .rate = rate, .burst = burst, .tokens_us = burst * FIL_SEC, .updated_us = now_us };
}

static void
refill (FilTokenBucket *self,
        gint64 now_us)
{
  gint64 elapsed = now_us - self->updated_us;
  gint64 full = self->burst * FIL_SEC;

  if (elapsed <= 0)
    return;
  self->updated_us = now_us;
  /* A long sleep must not overflow, and a debt may take longer than a full bucket. */
  if (self->rate > 0 && elapsed <= (full - self->tokens_us) / self->rate)
    self->tokens_us += elapsed * self->rate;
  else
    self->tokens_us = full;
}

/**
 * fil_token_bucket_set_rate:
 *
 * Changes the limit; what is in the bucket stays, up to the new burst.
 */
void
fil_token_bucket_set_rate (FilTokenBucket *self,
                           gint64 rate,
                           gint64 burst,
                           gint64 now_us)
{
  refill (self, now_us);
  self->rate = rate;
  self->burst = burst;
  self->tokens_us = MIN (self->tokens_us, burst * FIL_SEC);
}

/**
 * fil_token_bucket_available:
 *
 * Returns: how many tokens may be taken now; G_MAXINT64 without a limit
 */
gint64
fil_token_bucket_available (FilTokenBucket *self,
                            gint64 now_us)
{
  if (self->rate == 0)
    return G_MAXINT64;
  refill (self, now_us);
  return MAX (self->tokens_us / FIL_SEC, 0);
}

/**
 * fil_token_bucket_take:
 *
 * Returns: whether @n tokens were there, and now are taken
 */
gboolean
fil_token_bucket_take (FilTokenBucket *self,
                       gint64 n,
                       gint64 now_us)
{
  if (fil_token_bucket_available (self, now_us) < n)
    return FALSE;
  fil_token_bucket_spend (self, n, now_us);
  return TRUE;
}

/**
 * fil_token_bucket_spend:
 *
 * Takes @n tokens whether they are there or not; the debt is paid off first.
 */
void
fil_token_bucket_spend (FilTokenBucket *self,
                        gint64 n,
                        gint64 now_us)
{
  if (self->rate == 0)
    return;
  refill (self, now_us);
  self->tokens_us -= n * FIL_SEC;
}

/**
 * fil_token_bucket_when:
 * @n: at most the burst
 *
 * Returns: the time at which @n tokens will be there
 */
gint64
fil_token_bucket_when (const FilTokenBucket *self,
                       gint64 n)
{
  gint64 missing = n * FIL_SEC - self->tokens_us;

  if (self->rate == 0 || missing <= 0)
    return self->updated_us;
  return self->updated_us + (missing + self->rate - 1) / self->rate;
}
