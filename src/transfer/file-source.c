/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-source.h"

/**
 * fil_file_source_new:
 * @id: unique within the download, not 0
 *
 * Returns: (transfer full):
 */
FilFileSource *
fil_file_source_new (guint32 id,
                     const FilSourceSpec *spec)
{
  FilFileSource *self = g_new0 (FilFileSource, 1);

  self->id = id;
  self->endpoint = spec->endpoint;
  self->guid = spec->guid;
  self->index = spec->index;
  self->name = g_strdup (spec->name);
  self->needs_push = spec->needs_push || !fil_endpoint_is_set (&spec->endpoint);
  self->is_alt = spec->is_alt;
  fil_file_source_learn (self, spec);
  if (spec->is_blamed)
    {
      self->is_blamed = TRUE;
      fil_file_source_bad (self, "corrupt");
    }
  return self;
}

void
fil_file_source_free (FilFileSource *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->push_try, fil_push_try_free);
  g_clear_pointer (&self->available, g_array_unref);
  g_free (self->before);
  g_free (self->name);
  g_free (self->vendor);
  g_free (self);
}

/**
 * fil_file_source_next_try:
 *
 * Returns: when it may be connected to again, which is not more often than peers bear
 */
gint64
fil_file_source_next_try (const FilFileSource *self)
{
  gint64 oldest = G_MAXINT64;

  for (guint i = 0; i < FIL_SOURCE_CONNECTS_PER_MINUTE; i++)
    oldest = MIN (oldest, self->connects_us[i]);
  return oldest == 0 ? self->retry_us : MAX (self->retry_us, oldest + FIL_MINUTE);
}

/* By what they answered to a ping: one that answers before one that does not, a free slot before a queue,
 * a part before the whole, which others need more, the near before the far (swarm.md §4). */
static int
compare_pongs (const FilFileSource *a,
               const FilFileSource *b)
{
  if (a->has_pong != b->has_pong)
    return a->has_pong ? -1 : 1;
  if ((a->pong_queue < 0) != (b->pong_queue < 0))
    return a->pong_queue < 0 ? -1 : 1;
  if (a->pong_queue >= 0 && a->pong_queue != b->pong_queue)
    return a->pong_queue < b->pong_queue ? -1 : 1;
  if (a->is_partial != b->is_partial)
    return a->is_partial ? -1 : 1;
  if (a->round_trip_us != b->round_trip_us)
    return a->round_trip_us < b->round_trip_us ? -1 : 1;
  return 0;
}

/**
 * fil_file_source_compare:
 *
 * Returns: less than 0 when @a is to be tried before @b: what worked before what was not tried before
 * what failed, then the fast ones
 */
int
fil_file_source_compare (const FilFileSource *a,
                         const FilFileSource *b)
{
  guint bad_a = a->failures + a->hangups;
  guint bad_b = b->failures + b->hangups;

  if (bad_a != bad_b)
    return bad_a < bad_b ? -1 : 1;
  if ((a->delivered > 0) != (b->delivered > 0))
    return a->delivered > 0 ? -1 : 1;
  if (a->bps != b->bps)
    return a->bps > b->bps ? -1 : 1;
  if (a->has_pong || b->has_pong)
    {
      int order = compare_pongs (a, b);

      if (order != 0)
        return order;
    }
  if (a->needs_push != b->needs_push)
    return a->needs_push ? 1 : -1;
  return a->id < b->id ? -1 : a->id > b->id;
}

/**
 * fil_file_source_connecting:
 *
 * Notes that a connection is being made.
 */
void
fil_file_source_connecting (FilFileSource *self,
                            gint64 now_us)
{
  guint oldest = 0;

  for (guint i = 1; i < FIL_SOURCE_CONNECTS_PER_MINUTE; i++)
    if (self->connects_us[i] < self->connects_us[oldest])
      oldest = i;
  self->connects_us[oldest] = MAX (now_us, 1);
}

/**
 * fil_file_source_set_state:
 *
 * Nothing is tried any more to have it call once it stops PUSHING.
 */
void
fil_file_source_set_state (FilFileSource *self,
                           FilSourceState state)
{
  if (state != FIL_SOURCE_PUSHING)
    g_clear_pointer (&self->push_try, fil_push_try_free);
  self->state = state;
}

/**
 * fil_file_source_wait:
 * @reason_code: static
 *
 * Lets the source rest until @until_us.
 */
void
fil_file_source_wait (FilFileSource *self,
                      gint64 until_us,
                      const char *reason_code)
{
  if (self->state == FIL_SOURCE_BAD)
    return;
  fil_file_source_set_state (self, FIL_SOURCE_IDLE);
  self->retry_us = until_us;
  self->reason_code = reason_code;
}

static gint64
back_off (const gint64 *steps_s,
          guint n,
          guint failures)
{
  return steps_s[CLAMP (failures, 1, n) - 1] * FIL_SEC;
}

/**
 * fil_file_source_failed:
 *
 * A connection could not be made or brought nothing: waits 60, 180, 600, 1800 s, and is given up for
 * a day after five in a row (swarm.md §5). One that nobody but other sources has named rests two
 * hours: it may be somebody whom they want to have called.
 */
void
fil_file_source_failed (FilFileSource *self,
                        const char *reason_code,
                        gint64 now_us)
{
  static const gint64 steps_s[] = { 60, 180, 600, 1800 };
  gint64 wait_us;

  self->failures++;
  wait_us = back_off (steps_s, G_N_ELEMENTS (steps_s), self->failures);
  if (self->is_alt)
    wait_us = FIL_MESH_GONE_US;
  if (self->failures >= FIL_SOURCE_MAX_FAILURES)
    wait_us = FIL_SOURCE_GIVEN_UP_US;
  fil_file_source_wait (self, now_us + wait_us, reason_code);
}

/**
 * fil_file_source_push_failed:
 *
 * Nobody connected back: waits 2, 5, 15, 30 minutes (push.md §5).
 */
void
fil_file_source_push_failed (FilFileSource *self,
                             gint64 now_us)
{
  static const gint64 steps_s[] = { 120, 300, 900, 1800 };
  gint64 wait_us;

  self->failures++;
  wait_us = back_off (steps_s, G_N_ELEMENTS (steps_s), self->failures);
  if (self->failures >= FIL_SOURCE_MAX_FAILURES)
    wait_us = FIL_SOURCE_GIVEN_UP_US;
  fil_file_source_wait (self, now_us + wait_us, "no-push-answer");
}

/**
 * fil_file_source_punch_failed:
 * @is_hopeless: the routers forbid it: it is left alone for ten minutes
 * @sentence: (nullable): why, static
 *
 * No way could be opened: waits 20, 60, 300, 900 s; only 2 s the first times after a way that worked,
 * because a router that was restarted is soon back.
 */
void
fil_file_source_punch_failed (FilFileSource *self,
                              gboolean is_hopeless,
                              const char *sentence,
                              gint64 now_us)
{
  static const gint64 steps_s[] = { 20, 60, 300, 900 };
  gint64 wait_us;

  self->failures++;
  self->is_hopeless = is_hopeless;
  self->punch_sentence = sentence;
  wait_us = back_off (steps_s, G_N_ELEMENTS (steps_s), self->failures);
  if (is_hopeless)
    wait_us = FIL_PUNCH_HOPELESS_US;
  else if (self->delivered > 0 && self->failures <= FIL_PUNCH_QUICK_RETRIES)
    wait_us = FIL_PUNCH_QUICK_RETRY_US;
  else if (self->failures >= 2 * FIL_SOURCE_MAX_FAILURES)
    wait_us = FIL_SOURCE_GIVEN_UP_US;
  fil_file_source_wait (self, now_us + wait_us, is_hopeless ? "unreachable" : "no-punch");
}

/**
 * fil_file_source_bad:
 *
 * The source is not for this file any more.
 */
void
fil_file_source_bad (FilFileSource *self,
                     const char *reason_code)
{
  fil_file_source_set_state (self, FIL_SOURCE_BAD);
  self->reason_code = reason_code;
  fil_source_place_clear (&self->place);
  self->retry_us = FIL_NEVER;
}

/**
 * fil_file_source_revive:
 *
 * A person wants it tried now: all waiting ends, except for a source that sent wrong bytes, and in a queue
 * where whoever comes too soon loses its place.
 */
void
fil_file_source_revive (FilFileSource *self)
{
  if (self->is_blamed || self->state == FIL_SOURCE_ACTIVE || self->state == FIL_SOURCE_QUEUED ||
      self->state == FIL_SOURCE_DIALING || self->state == FIL_SOURCE_PUSHING || self->state == FIL_SOURCE_PUNCHING)
    return;
  self->state = FIL_SOURCE_IDLE;
  self->retry_us = self->place.ask_us;
  self->failures = 0;
  self->hangups = 0;
  self->direct_failed = FALSE;
  self->has_other_failed = FALSE;
  self->is_hopeless = FALSE;
  if (self->place.ask_us == 0)
    self->reason_code = NULL;
}
