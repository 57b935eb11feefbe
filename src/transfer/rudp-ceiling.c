/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-ceiling.h"

#include <math.h>

#define DATAGRAM 1303.0
#define BETA 0.7  /* RFC 9438 §4.6 */
#define SCALE 0.4 /* C, §5 */

/**
 * fil_rudp_ceiling_lower:
 * @in_flight: bytes in flight when the queue overflowed
 */
void
fil_rudp_ceiling_lower (FilRudpCeiling *self,
                        gsize in_flight,
                        gint64 now_us)
{
  const double now = (double) in_flight / DATAGRAM;

  /* Fast convergence, §4.7: whoever got less than the last time leaves room for a newcomer. */
  self->most = self->is_known && now < self->most ? now * (1 + BETA) / 2 : now;
  self->is_known = TRUE;
  self->since_us = now_us;
}

/**
 * fil_rudp_ceiling_bytes:
 * @rtt_us: smoothed round-trip time
 *
 * Returns: what may be in flight now
 */
gsize
fil_rudp_ceiling_bytes (const FilRudpCeiling *self,
                        gint64 rtt_us,
                        gint64 now_us)
{
  const double t = (double) (now_us - self->since_us) / FIL_SEC;
  const double k = cbrt (self->most * (1 - BETA) / SCALE);
  const double cubic = self->most + SCALE * pow (t - k, 3);
  /* What Reno would do, §4.3, where that is more. */
  const double rounds = t * FIL_SEC / (double) MAX (rtt_us, FIL_MSEC);
  const double reno = self->most * BETA + 3 * (1 - BETA) / (1 + BETA) * rounds;
  const double most = MAX (cubic, reno) * DATAGRAM;

  return most > G_MAXUINT32 ? G_MAXUINT32 : (gsize) most;
}
