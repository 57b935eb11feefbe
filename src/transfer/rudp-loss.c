/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-send.h"

#include "transfer-limits.h"

/* When a packet counts as lost. LimeWire's profile resends the oldest by a timer, after RTO, 2 RTO, 4 RTO … (rudp.md
 * §4). The extended one goes by time of sending: whatever left a little earlier than something that arrived is lost
 * (as RFC 8985 has it), and when nothing answers at all, the oldest is sent again to make the other side say what it
 * has. */

#define RTO_EXTRA_US 500     /* rudp.md §4 */
#define PROBE_MARGIN_US 2000 /* timers and batches on both sides */

/**
 * fil_rudp_send_rto:
 *
 * Returns: how long an answer may take before something is wrong
 */
gint64
fil_rudp_send_rto (const FilRudpSend *self)
{
  gint64 rto_us;

  if (self->srtt_us == 0)
    return FIL_RUDP_FIRST_RTO_US;
  rto_us = self->srtt_us + 4 * self->rttvar_us + RTO_EXTRA_US;
  if (!self->is_extended)
    return MAX (rto_us, self->srtt_us + FIL_RUDP_SLACK_LIMEWIRE_US);
  return CLAMP (rto_us + FIL_RUDP_ACK_DELAY_US + PROBE_MARGIN_US, FIL_RUDP_RTO_MIN_US, FIL_RUDP_RTO_MAX_US);
}

/* Each probe that is not answered waits twice as long. */
static gint64
probe_wait_us (const FilRudpSend *self)
{
  return MIN (fil_rudp_send_rto (self) << MIN (self->probes, 8), FIL_RUDP_RTO_MAX_US);
}

/* How much later than its followers a packet may arrive without being lost. */
static gint64
reordering_us (const FilRudpSend *self)
{
  return MAX (self->srtt_us / 8, self->rate.min_rtt_us / 4) + FIL_MSEC;
}

/* LimeWire leaves out acknowledgements, and what it says with the next one still lacks what waits to be read. So an
 * answer to the oldest is due only when packets enough have followed it, or nothing did for as long as one takes. */
static gint64
limewire_answer_due_from (const FilRudpSend *self,
                          const FilRudpSent *sent)
{
  const guint64 last = MIN (self->oldest + FIL_RUDP_SKIPPED_LIMEWIRE, self->next - 1);
  const gint64 last_us = _fil_rudp_send_get (self, last)->flight.sent_us;

  if (self->highest > self->oldest + FIL_RUDP_SKIPPED_LIMEWIRE)
    return sent->flight.sent_us;
  return CLAMP (last_us, sent->flight.sent_us, sent->flight.sent_us + fil_rudp_send_rto (self));
}

static gint64
limewire_resend_at (const FilRudpSend *self)
{
  const FilRudpSent *sent;

  if (self->in_flight.first == 0 || self->oldest == self->next)
    return FIL_NEVER;
  sent = _fil_rudp_send_get (self, self->oldest);
  if (sent->fate != FIL_RUDP_IN_FLIGHT)
    return FIL_NEVER;
  return limewire_answer_due_from (self, sent) + (fil_rudp_send_rto (self) << (sent->sends - 1));
}

static gboolean
is_too_often (FilRudpSend *self,
              guint64 seq)
{
  if (_fil_rudp_send_get (self, seq)->sends <= FIL_RUDP_RESENDS_MAX)
    return FALSE;
  self->is_given_up = TRUE;
  self->resend_us = FIL_NEVER;
  return TRUE;
}

static void
lose (FilRudpSend *self,
      guint64 seq)
{
  fil_rudp_rate_lost (&self->rate);
  _fil_rudp_send_set_fate (self, seq, FIL_RUDP_LOST);
}

/**
 * fil_rudp_send_look_for_lost:
 *
 * Marks what must be sent again by what has arrived, and sets the timer for the rest.
 */
void
fil_rudp_send_look_for_lost (FilRudpSend *self,
                             gint64 now_us)
{
  guint64 seq;

  if (!self->is_extended)
    {
      self->resend_us = limewire_resend_at (self);
      return;
    }
  while ((seq = self->in_flight.first) != 0)
    {
      const gint64 sent_us = _fil_rudp_send_get (self, seq)->flight.sent_us;

      if (sent_us >= self->newest_sent_us)
        break;
      if (sent_us + reordering_us (self) > self->newest_sent_us
          && sent_us + self->srtt_us + reordering_us (self) > now_us)
        {
          self->resend_us = sent_us + self->srtt_us + reordering_us (self);
          return;
        }
      lose (self, seq);
    }
  if (seq == 0)
    self->resend_us = FIL_NEVER;
  /* What tells nothing new does not put off the next probe. */
  else if (self->acked_now > 0 || self->resend_us == FIL_NEVER)
    self->resend_us = now_us + probe_wait_us (self);
}

/**
 * fil_rudp_send_tick:
 *
 * Resends by time.
 */
void
fil_rudp_send_tick (FilRudpSend *self,
                    gint64 now_us)
{
  guint64 seq = self->in_flight.first;

  if (now_us < self->resend_us)
    return;
  self->resend_us = FIL_NEVER;
  if (!self->is_extended)
    {
      if (limewire_resend_at (self) > now_us)
        self->resend_us = limewire_resend_at (self);
      else if (!is_too_often (self, self->oldest))
        lose (self, self->oldest);
      return;
    }
  if (seq == 0)
    return;
  if (_fil_rudp_send_get (self, seq)->flight.sent_us < self->newest_sent_us)
    {
      fil_rudp_send_look_for_lost (self, now_us);
      return;
    }
  if (is_too_often (self, seq))
    return;
  lose (self, seq);
  self->probes++;
  self->resend_us = now_us + probe_wait_us (self);
}
