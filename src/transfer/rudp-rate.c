/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-rate.h"

#include <string.h>

#define DATAGRAM 1303                     /* a full one of the extended profile */
#define WINDOW_FIRST (32 * DATAGRAM)
#define WINDOW_LEAST (4 * DATAGRAM)
#define STARTUP_GAIN 289                  /* 2/ln 2, the least that doubles the rate each round; in hundredths */
#define CRUISE_WINDOW_GAIN 200
#define RTT_VALID_US (10 * FIL_SEC)
#define LOOK_US (200 * FIL_MSEC)
#define GUESSED_RTT_US (50 * FIL_MSEC)    /* for the first packets, when the opening showed none */
#define LATE_LEAST_US (2 * FIL_MSEC)      /* of pace that is made up for: timers come a millisecond late … */
#define LATE_MOST_US (10 * FIL_MSEC)      /* … and processes are kept waiting on a busy machine */
#define QUANTUM_LEAST (2 * DATAGRAM)
#define QUANTUM_MOST (48 * DATAGRAM)      /* what one call gives to the system */

static const guint phases[] = { 125, 75, 100, 100, 100, 100, 100, 100 };

/**
 * fil_rudp_rate_init:
 *
 * Knows nothing of the path yet.
 */
void
fil_rudp_rate_init (FilRudpRate *self,
                    gint64 now_us)
{
  memset (self, 0, sizeof *self);
  self->window = WINDOW_FIRST;
  self->next_us = now_us;
  self->delivered_us = now_us;
  self->first_sent_us = now_us;
  self->min_rtt_at_us = now_us;
  self->round_rtt_us = FIL_NEVER;
  self->last_round_rtt_us = 0;
}

/**
 * fil_rudp_rate_first_rtt:
 *
 * Tells the round-trip time that the opening showed.
 */
void
fil_rudp_rate_first_rtt (FilRudpRate *self,
                         gint64 rtt_us,
                         gint64 now_us)
{
  self->min_rtt_us = MAX (rtt_us, 1);
  self->min_rtt_at_us = now_us;
}

static guint64
best_rate (const FilRudpRate *self)
{
  guint64 best = 0;

  for (guint i = 0; i < FIL_RUDP_RATE_ROUNDS; i++)
    best = MAX (best, self->rates[i]);
  return best;
}

/* Bytes that fill the path without a queue. */
static gsize
path_bytes (const FilRudpRate *self)
{
  return (gsize) (best_rate (self) * (guint64) self->min_rtt_us / FIL_SEC);
}

static guint64
pace (const FilRudpRate *self)
{
  const gint64 rtt_us = self->min_rtt_us != 0 ? self->min_rtt_us : GUESSED_RTT_US;
  guint64 rate = best_rate (self);
  guint gain = 100;

  if (rate == 0)
    rate = WINDOW_FIRST * (guint64) FIL_SEC / (guint64) MAX (rtt_us, FIL_MSEC);
  switch (self->mode)
    {
    case FIL_RUDP_RATE_STARTUP:
      gain = STARTUP_GAIN;
      break;
    case FIL_RUDP_RATE_DRAIN:
      gain = 10000 / STARTUP_GAIN;
      break;
    case FIL_RUDP_RATE_CRUISE:
      gain = phases[self->phase];
      break;
    case FIL_RUDP_RATE_LOOK:
      break;
    }
  return MAX (rate * gain / 100, DATAGRAM);
}

/**
 * fil_rudp_rate_bytes_per_s:
 *
 * Returns: what the path was seen to deliver
 */
guint64
fil_rudp_rate_bytes_per_s (const FilRudpRate *self)
{
  return best_rate (self);
}

/**
 * fil_rudp_rate_quantum:
 *
 * Returns: bytes that may leave at once when the pace allows any: about a millisecond's worth, since timers
 *   are no finer
 */
gsize
fil_rudp_rate_quantum (const FilRudpRate *self)
{
  return CLAMP (pace (self) / 1000, QUANTUM_LEAST, QUANTUM_MOST);
}

/**
 * fil_rudp_rate_sent:
 * @flight: (out): to keep with the packet
 * @in_flight: bytes in flight without this packet
 */
void
fil_rudp_rate_sent (FilRudpRate *self,
                    FilRudpFlight *flight,
                    gsize bytes,
                    gsize in_flight,
                    gint64 now_us)
{
  const gint64 late_us = CLAMP (self->min_rtt_us / 4, LATE_LEAST_US, LATE_MOST_US);

  if (in_flight == 0)
    {
      self->first_sent_us = now_us;
      self->delivered_us = now_us;
    }
  *flight = (FilRudpFlight){ .sent_us = now_us,
                             .first_sent_us = self->first_sent_us,
                             .delivered_us = self->delivered_us,
                             .delivered = self->delivered,
                             .is_app_limited = self->app_limited_until != 0 };
  self->next_us = MAX (self->next_us, now_us - late_us) + (gint64) (bytes * (guint64) FIL_SEC / pace (self));
}

/**
 * fil_rudp_rate_acked:
 *
 * Counts a packet that arrived; fil_rudp_rate_update() follows when all that one acknowledgement told of
 * were counted.
 */
void
fil_rudp_rate_acked (FilRudpRate *self,
                     const FilRudpFlight *flight,
                     gsize bytes,
                     gint64 now_us)
{
  self->delivered += bytes;
  self->delivered_us = now_us;
  if (self->newest.sent_us == 0 || flight->sent_us > self->newest.sent_us
      || (flight->sent_us == self->newest.sent_us && flight->delivered > self->newest.delivered))
    self->newest = *flight;
}

/**
 * fil_rudp_rate_lost:
 *
 * A packet was lost.
 */
void
fil_rudp_rate_lost (FilRudpRate *self)
{
  self->has_lost = TRUE;
}

/**
 * fil_rudp_rate_app_limited:
 *
 * Says that there is nothing to send although there could be more in flight: what is measured until then
 * says little about the path.
 */
void
fil_rudp_rate_app_limited (FilRudpRate *self,
                           gsize in_flight)
{
  self->app_limited_until = MAX (self->delivered + in_flight, 1);
}

static void
end_round (FilRudpRate *self)
{
  /* What was measured outlives rounds that could not measure. */
  if (!self->newest.is_app_limited)
    self->rates[++self->round % FIL_RUDP_RATE_ROUNDS] = 0;
  self->round_end = self->delivered;
  self->last_round_rtt_us = self->round_rtt_us;
  self->round_rtt_us = FIL_NEVER;
}

static void
take_sample (FilRudpRate *self)
{
  const FilRudpFlight *newest = &self->newest;
  gint64 sending, arriving;
  guint64 rate;

  self->is_round_start = newest->delivered >= self->round_end;
  if (self->is_round_start)
    end_round (self);
  if (self->app_limited_until != 0 && self->delivered > self->app_limited_until)
    self->app_limited_until = 0;

  self->first_sent_us = newest->sent_us;
  sending = newest->sent_us - newest->first_sent_us;
  arriving = self->delivered_us - newest->delivered_us;
  sending = MAX (sending, arriving);
  if (sending <= 0 || (sending < self->min_rtt_us && best_rate (self) != 0))
    return;
  rate = (self->delivered - newest->delivered) * (guint64) FIL_SEC / (guint64) sending;
  if (rate >= best_rate (self) || !newest->is_app_limited)
    {
      guint64 *most = &self->rates[self->round % FIL_RUDP_RATE_ROUNDS];

      *most = MAX (*most, rate);
    }
}

/* The path is full when three rounds in a row brought less than a quarter more. */
static void
look_for_full (FilRudpRate *self)
{
  if (self->is_full || !self->is_round_start || self->newest.is_app_limited)
    return;
  if (best_rate (self) >= self->full_rate + self->full_rate / 4)
    {
      self->full_rate = best_rate (self);
      self->full_rounds = 0;
    }
  else if (++self->full_rounds >= 3)
    self->is_full = TRUE;
}

/* Loss with a queue: the queue overflowed. Without one it says nothing about how much there may be. */
static void
look_for_overflow (FilRudpRate *self,
                   gsize acked,
                   gsize in_flight,
                   gint64 now_us)
{
  /* One that stands: the least of two rounds, since a busy machine makes single samples late. */
  const gint64 least_us = MIN (self->round_rtt_us, self->last_round_rtt_us);
  const gboolean has_queue = least_us > self->min_rtt_us + self->min_rtt_us / 4 + FIL_MSEC;
  const gboolean was_now = self->ceiling.is_known && now_us - self->ceiling.since_us < self->rtt_us;

  if (self->has_lost && has_queue && !was_now)
    {
      fil_rudp_ceiling_lower (&self->ceiling, in_flight + acked, now_us);
      self->is_full = TRUE;
    }
  self->has_lost = FALSE;
}

static void
cruise (FilRudpRate *self,
        guint phase,
        gint64 now_us)
{
  self->mode = FIL_RUDP_RATE_CRUISE;
  self->phase = phase;
  self->phase_at_us = now_us;
}

static void
next_phase (FilRudpRate *self,
            gsize in_flight,
            gint64 now_us)
{
  const gsize path = path_bytes (self);
  gboolean is_over = now_us - self->phase_at_us > self->min_rtt_us;

  if (phases[self->phase] > 100)
    is_over = is_over && (in_flight >= path * phases[self->phase] / 100 || self->app_limited_until != 0
                          || now_us - self->phase_at_us > 3 * self->min_rtt_us);
  else if (phases[self->phase] < 100)
    is_over = is_over || in_flight <= path;
  if (is_over)
    cruise (self, (self->phase + 1) % G_N_ELEMENTS (phases), now_us);
}

static gsize
look_window (const FilRudpRate *self)
{
  return MAX (path_bytes (self) / 2, WINDOW_LEAST);
}

/* Once in ten seconds without a lower sample the queue is let run dry, to measure the path anew. */
static void
look_at_rtt (FilRudpRate *self,
             gint64 rtt_us,
             gsize in_flight,
             gint64 now_us)
{
  const gboolean is_stale = now_us - self->min_rtt_at_us > RTT_VALID_US;

  if (rtt_us > 0 && (is_stale || rtt_us <= self->min_rtt_us || self->min_rtt_us == 0))
    {
      self->min_rtt_us = rtt_us;
      self->min_rtt_at_us = now_us;
    }
  /* Nearly as low as ever: there is no queue that would have to run dry. */
  else if (rtt_us > 0 && rtt_us <= self->min_rtt_us + self->min_rtt_us / 16)
    self->min_rtt_at_us = now_us;
  if (is_stale && self->mode == FIL_RUDP_RATE_CRUISE)
    {
      self->mode = FIL_RUDP_RATE_LOOK;
      self->look_end_us = 0;
    }
  if (self->mode != FIL_RUDP_RATE_LOOK)
    return;
  if (self->look_end_us == 0 && in_flight <= look_window (self))
    self->look_end_us = now_us + MAX (LOOK_US, self->min_rtt_us);
  else if (self->look_end_us != 0 && now_us >= self->look_end_us)
    {
      self->min_rtt_at_us = now_us;
      cruise (self, 2, now_us);
    }
}

static void
set_window (FilRudpRate *self,
            gsize acked,
            gint64 now_us)
{
  const guint gain = self->mode == FIL_RUDP_RATE_CRUISE ? CRUISE_WINDOW_GAIN : STARTUP_GAIN;
  /* What acknowledgements in batches and late timers keep in flight beyond the path itself. */
  const gsize slack = (gsize) (best_rate (self) * 2 / 1000) + 3 * fil_rudp_rate_quantum (self);
  gsize target = path_bytes (self) * gain / 100 + slack;

  if (self->is_full)
    self->window = MIN (self->window + acked, target);
  else if (self->window < target || self->delivered < WINDOW_FIRST)
    self->window += acked;
  if (self->ceiling.is_known)
    {
      gsize most = fil_rudp_ceiling_bytes (&self->ceiling, self->rtt_us, now_us);

      /* Never less than what keeps the path itself full. */
      self->window = MIN (self->window, MAX (most, path_bytes (self) * 9 / 8 + slack / 2));
    }
  if (self->mode == FIL_RUDP_RATE_LOOK)
    self->window = MIN (self->window, look_window (self));
  self->window = MAX (self->window, WINDOW_LEAST);
}

/**
 * fil_rudp_rate_update:
 * @acked: bytes that this acknowledgement told of
 * @rtt_us: of a packet that was sent once; 0 for none
 * @in_flight: bytes, after it
 *
 * Learns from one acknowledgement.
 */
void
fil_rudp_rate_update (FilRudpRate *self,
                      gsize acked,
                      gint64 rtt_us,
                      gsize in_flight,
                      gint64 now_us)
{
  self->is_round_start = FALSE;
  if (self->newest.sent_us != 0)
    {
      take_sample (self);
      look_for_full (self);
      self->newest.sent_us = 0;
    }
  if (rtt_us > 0)
    self->round_rtt_us = MIN (self->round_rtt_us, rtt_us);
  if (rtt_us > 0)
    self->rtt_us = self->rtt_us == 0 ? rtt_us : self->rtt_us + (rtt_us - self->rtt_us) / 4;
  look_for_overflow (self, acked, in_flight, now_us);
  if (self->mode == FIL_RUDP_RATE_STARTUP && self->is_full)
    self->mode = FIL_RUDP_RATE_DRAIN;
  if (self->mode == FIL_RUDP_RATE_DRAIN && in_flight <= path_bytes (self))
    cruise (self, 2, now_us);
  if (self->mode == FIL_RUDP_RATE_CRUISE)
    next_phase (self, in_flight, now_us);
  look_at_rtt (self, rtt_us, in_flight, now_us);
  set_window (self, acked, now_us);
}
