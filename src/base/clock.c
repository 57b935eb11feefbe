/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clock.h"

struct _FilClock
{
  gboolean is_virtual;
  gint64 now_us;
  gint64 wall_us;
};

/**
 * fil_clock_new_real:
 *
 * Returns: (transfer full): a clock that shows the system's time
 */
FilClock *
fil_clock_new_real (void)
{
  return g_new0 (FilClock, 1);
}

/**
 * fil_clock_new_virtual:
 * @now_us: what fil_clock_now() shows at first
 * @wall_us: what fil_clock_wall() shows at first, microseconds since 1970
 *
 * Returns: (transfer full): a clock that stands still until fil_clock_advance()
 */
FilClock *
fil_clock_new_virtual (gint64 now_us,
                       gint64 wall_us)
{
  FilClock *self = g_new0 (FilClock, 1);

  self->is_virtual = TRUE;
  self->now_us = now_us;
  self->wall_us = wall_us;
  return self;
}

void
fil_clock_free (FilClock *self)
{
  g_free (self);
}

/**
 * fil_clock_now:
 *
 * Returns: microseconds on a scale that only goes forward; its zero means nothing
 */
gint64
fil_clock_now (const FilClock *self)
{
  return self->is_virtual ? self->now_us : g_get_monotonic_time ();
}

/**
 * fil_clock_wall:
 *
 * Returns: microseconds since 1970 in UTC; may jump
 */
gint64
fil_clock_wall (const FilClock *self)
{
  return self->is_virtual ? self->wall_us : g_get_real_time ();
}

/**
 * fil_clock_advance:
 * @by_us: microseconds to go forward
 *
 * Turns the hands of a virtual clock.
 */
void
fil_clock_advance (FilClock *self,
                   gint64 by_us)
{
  g_return_if_fail (self->is_virtual && by_us >= 0);

  self->now_us += by_us;
  self->wall_us += by_us;
}
