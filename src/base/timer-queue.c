/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "timer-queue.h"

struct _FilTimerQueue
{
  GPtrArray *heap;     /* of FilTimer, the earliest first; not owned */
  GPtrArray *deferred; /* set while fil_timer_queue_run() runs, for a time that is due; not owned */
  gint64 running_us;   /* what fil_timer_queue_run() runs up to, G_MININT64 outside of it */
};

struct _FilTimer
{
  FilTimerQueue *queue;
  FilTimerFunc func;
  gpointer data;
  gint64 due_us;
  gboolean is_deferred;
  guint position; /* in the heap or among the deferred, valid while due_us is not FIL_NEVER */
};

/**
 * fil_timer_queue_new:
 *
 * Returns: (transfer full): an empty queue; it must outlive its timers
 */
FilTimerQueue *
fil_timer_queue_new (void)
{
  FilTimerQueue *self = g_new0 (FilTimerQueue, 1);

  self->heap = g_ptr_array_new ();
  self->deferred = g_ptr_array_new ();
  self->running_us = G_MININT64;
  return self;
}

void
fil_timer_queue_free (FilTimerQueue *self)
{
  g_ptr_array_unref (self->heap);
  g_ptr_array_unref (self->deferred);
  g_free (self);
}

static FilTimer *
at (const FilTimerQueue *self,
    guint position)
{
  return g_ptr_array_index (self->heap, position);
}

static void
put (FilTimerQueue *self,
     FilTimer *timer,
     guint position)
{
  g_ptr_array_index (self->heap, position) = timer;
  timer->position = position;
}

static void
sift_up (FilTimerQueue *self,
         FilTimer *timer,
         guint position)
{
  while (position > 0 && at (self, (position - 1) / 2)->due_us > timer->due_us)
    {
      put (self, at (self, (position - 1) / 2), position);
      position = (position - 1) / 2;
    }
  put (self, timer, position);
}

static void
sift_down (FilTimerQueue *self,
           FilTimer *timer,
           guint position)
{
  guint child;

  while ((child = 2 * position + 1) < self->heap->len)
    {
      if (child + 1 < self->heap->len && at (self, child + 1)->due_us < at (self, child)->due_us)
        child++;
      if (at (self, child)->due_us >= timer->due_us)
        break;
      put (self, at (self, child), position);
      position = child;
    }
  put (self, timer, position);
}

static void
put_in (FilTimer *timer)
{
  FilTimerQueue *self = timer->queue;

  g_ptr_array_add (self->heap, timer);
  sift_up (self, timer, self->heap->len - 1);
}

static void
take_out (FilTimer *timer)
{
  FilTimerQueue *self = timer->queue;
  GPtrArray *array = timer->is_deferred ? self->deferred : self->heap;
  FilTimer *last = g_ptr_array_steal_index_fast (array, array->len - 1);

  timer->due_us = FIL_NEVER;
  if (last == timer)
    return;
  if (timer->is_deferred)
    {
      g_ptr_array_index (array, timer->position) = last;
      last->position = timer->position;
      return;
    }
  if (timer->position > 0 && at (self, (timer->position - 1) / 2)->due_us > last->due_us)
    sift_up (self, last, timer->position);
  else
    sift_down (self, last, timer->position);
}

/**
 * fil_timer_queue_next:
 *
 * Returns: when the earliest timer is due, FIL_NEVER when none is set
 */
gint64
fil_timer_queue_next (const FilTimerQueue *self)
{
  return self->heap->len > 0 ? at (self, 0)->due_us : FIL_NEVER;
}

/**
 * fil_timer_queue_run:
 *
 * Calls every timer that was due by @now_us when this began, earliest first. A timer that is set
 * meanwhile for a time that is already due waits for the next run, so that it keeps no other waiting.
 * Must not be called by a timer.
 *
 * Returns: how many were called
 */
guint
fil_timer_queue_run (FilTimerQueue *self,
                     gint64 now_us)
{
  guint n;

  g_return_val_if_fail (self->running_us == G_MININT64, 0);

  self->running_us = now_us;
  for (n = 0; fil_timer_queue_next (self) <= now_us; n++)
    {
      FilTimer *timer = at (self, 0);

      take_out (timer);
      timer->func (timer->data, now_us);
    }
  self->running_us = G_MININT64;

  for (guint i = 0; i < self->deferred->len; i++)
    {
      FilTimer *timer = g_ptr_array_index (self->deferred, i);

      timer->is_deferred = FALSE;
      put_in (timer);
    }
  g_ptr_array_set_size (self->deferred, 0);
  return n;
}

/**
 * fil_timer_new:
 * @func: called with @data when the timer is due; it may set, clear or free any timer
 *
 * Returns: (transfer full): a timer that is not set
 */
FilTimer *
fil_timer_new (FilTimerQueue *queue,
               FilTimerFunc func,
               gpointer data)
{
  FilTimer *self = g_new0 (FilTimer, 1);

  self->queue = queue;
  self->func = func;
  self->data = data;
  self->due_us = FIL_NEVER;
  return self;
}

void
fil_timer_free (FilTimer *self)
{
  if (self == NULL)
    return;
  fil_timer_clear (self);
  g_free (self);
}

/**
 * fil_timer_set:
 * @at_us: when the timer is due; FIL_NEVER clears it
 *
 * Sets the timer, whether it was set before or not.
 */
void
fil_timer_set (FilTimer *self,
               gint64 at_us)
{
  if (at_us == self->due_us)
    return;
  fil_timer_clear (self);
  if (at_us == FIL_NEVER)
    return;
  self->due_us = at_us;
  self->is_deferred = at_us <= self->queue->running_us;
  if (!self->is_deferred)
    {
      put_in (self);
      return;
    }
  self->position = self->queue->deferred->len;
  g_ptr_array_add (self->queue->deferred, self);
}

void
fil_timer_clear (FilTimer *self)
{
  if (self->due_us != FIL_NEVER)
    take_out (self);
}

/**
 * fil_timer_due:
 *
 * Returns: when the timer is due, FIL_NEVER when it is not set
 */
gint64
fil_timer_due (const FilTimer *self)
{
  return self->due_us;
}
