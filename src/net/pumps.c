/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pumps.h"

#include "io-buffer.h"
#include "net-limits.h"
#include "pumps-private.h"

struct _FilPumps
{
  FilReactor *reactor;
  FilShaper *shaper;
  GQueue members;      /* of FilPump */
  GQueue scheduled;    /* of FilPump, in the order of their turns */
  GQueue lingering;    /* of FilPump, in the order in which they were closed */
  FilTimer *timer;     /* due at once when somebody is scheduled */
  FilIoBuffer *buffer; /* made with the first pump */
  guint8 *gather;
  guint64 bytes[2][2]; /* by traffic and way */
  guint64 last_id;
  guint64 runs;
};

static void
run_scheduled (gpointer data,
               gint64 now_us)
{
  FilPumps *self = data;
  guint most = MIN (self->scheduled.length, FIL_PUMP_TURN_PUMPS);

  for (; most > 0 && self->scheduled.length > 0; most--)
    _fil_pump_run (g_queue_peek_head (&self->scheduled));
  if (self->scheduled.length > 0)
    fil_timer_set (self->timer, now_us);
}

/**
 * fil_pumps_new:
 * @reactor: outlives the pumps, as does @shaper
 *
 * Returns: (transfer full): an empty set
 */
FilPumps *
fil_pumps_new (FilReactor *reactor,
               FilShaper *shaper)
{
  FilPumps *self = g_new0 (FilPumps, 1);

  self->reactor = reactor;
  self->shaper = shaper;
  self->timer = fil_timer_new (fil_reactor_timers (reactor), run_scheduled, self);
  return self;
}

/**
 * fil_pumps_free:
 *
 * Closes all streams and frees all sessions at once; no delegate is called.
 */
void
fil_pumps_free (FilPumps *self)
{
  while (self->members.length > 0)
    _fil_pump_destroy (g_queue_peek_head (&self->members));
  fil_timer_free (self->timer);
  fil_io_buffer_free (self->buffer);
  g_free (self->gather);
  g_free (self);
}

FilReactor *
fil_pumps_reactor (FilPumps *self)
{
  return self->reactor;
}

guint
fil_pumps_n (const FilPumps *self)
{
  return self->members.length;
}

/**
 * fil_pumps_bytes:
 *
 * Returns: what all pumps moved since the start, closed ones too
 */
guint64
fil_pumps_bytes (const FilPumps *self,
                 FilTraffic traffic,
                 FilWay way)
{
  return self->bytes[traffic][way];
}

/**
 * fil_pumps_runs:
 *
 * Returns: how often any pump was run: what an idle network does not raise
 */
guint64
fil_pumps_runs (const FilPumps *self)
{
  return self->runs;
}

void
_fil_pumps_add (FilPumps *self,
                FilPump *pump,
                FilPumpSeat *seat)
{
  if (self->buffer == NULL)
    {
      self->buffer = fil_io_buffer_new (FIL_PUMP_BUFFER);
      self->gather = g_malloc (FIL_PUMP_GATHER);
    }
  seat->member.data = pump;
  seat->run.data = pump;
  seat->linger.data = pump;
  g_queue_push_tail_link (&self->members, &seat->member);
}

static void
unschedule (FilPumps *self,
            FilPumpSeat *seat)
{
  if (!seat->is_scheduled)
    return;
  seat->is_scheduled = FALSE;
  g_queue_unlink (&self->scheduled, &seat->run);
}

void
_fil_pumps_remove (FilPumps *self,
                   FilPumpSeat *seat)
{
  unschedule (self, seat);
  if (seat->is_lingering)
    g_queue_unlink (&self->lingering, &seat->linger);
  g_queue_unlink (&self->members, &seat->member);
}

/* The pump waits for the other side to close; whoever does not would hold a descriptor for nothing. */
void
_fil_pumps_linger (FilPumps *self,
                   FilPumpSeat *seat)
{
  FilPump *oldest;

  seat->is_lingering = TRUE;
  g_queue_push_tail_link (&self->lingering, &seat->linger);
  if (self->lingering.length <= FIL_PUMP_LINGER_MAX)
    return;
  oldest = g_queue_peek_head (&self->lingering);
  g_queue_unlink (&self->lingering, self->lingering.head);
  _fil_pump_linger_no_more (oldest);
}

void
_fil_pumps_schedule (FilPumps *self,
                     FilPumpSeat *seat)
{
  if (seat->is_scheduled)
    return;
  seat->is_scheduled = TRUE;
  g_queue_push_tail_link (&self->scheduled, &seat->run);
  fil_timer_set (self->timer, fil_reactor_now (self->reactor));
}

void
_fil_pumps_count (FilPumps *self,
                  FilTraffic traffic,
                  FilWay way,
                  gsize bytes)
{
  self->bytes[traffic][way] += bytes;
}

/* A pump begins a run, for whatever reason: it is not due any more. */
void
_fil_pumps_begin_run (FilPumps *self,
                      FilPumpSeat *seat)
{
  unschedule (self, seat);
  self->runs++;
}

guint64
_fil_pumps_next_id (FilPumps *self)
{
  return ++self->last_id;
}

guint8 *
_fil_pumps_buffer (FilPumps *self)
{
  return self->buffer;
}

guint8 *
_fil_pumps_gather_buffer (FilPumps *self)
{
  return self->gather;
}

FilShaper *
_fil_pumps_shaper (FilPumps *self)
{
  return self->shaper;
}
