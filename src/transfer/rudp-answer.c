/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-send.h"

#include "reader.h"
#include "transfer-limits.h"

/* What acknowledgements tell the sending half. */

/**
 * fil_rudp_send_rtt:
 *
 * Takes a round-trip time, as rudp.md §4 counts it.
 */
void
fil_rudp_send_rtt (FilRudpSend *self,
                   gint64 rtt_us)
{
  gint64 delta = rtt_us - self->srtt_us;

  if (self->srtt_us == 0)
    {
      self->srtt_us = MAX (rtt_us, 1);
      self->rttvar_us = rtt_us / 2;
      return;
    }
  self->srtt_us = MAX (self->srtt_us + delta / 8, 1);
  self->rttvar_us += (ABS (delta) - self->rttvar_us) / 4;
}

static void
arrived (FilRudpSend *self,
         guint64 seq,
         gint64 now_us)
{
  FilRudpSent *sent = _fil_rudp_send_get (self, seq);

  if (sent->fate == FIL_RUDP_ARRIVED || sent->fate == FIL_RUDP_WAITING)
    return;
  if (self->is_extended)
    fil_rudp_rate_acked (&self->rate, &sent->flight, sent->len, now_us);
  self->newest_sent_us = MAX (self->newest_sent_us, sent->flight.sent_us);
  self->highest = MAX (self->highest, seq);
  self->acked_now += sent->len;
  _fil_rudp_send_set_fate (self, seq, FIL_RUDP_ARRIVED);
  fil_rudp_ring_mark (&self->ring, seq);
}

static void
all_arrived_below (FilRudpSend *self,
                   guint64 seq,
                   gint64 now_us)
{
  for (guint64 i = self->oldest; i < seq; i++)
    arrived (self, i, now_us);
}

static void
map_arrived (FilRudpSend *self,
             FilReader map,
             guint64 missing,
             gint64 now_us)
{
  guint64 word;

  for (guint64 base = missing - missing % FIL_RUDP_CHUNK; fil_reader_le64 (&map, &word) && base < self->next;
       base += FIL_RUDP_CHUNK)
    {
      word &= ~fil_rudp_ring_marks (&self->ring, base);
      for (; word != 0; word &= word - 1)
        {
          guint64 seq = base + (guint) __builtin_ctzll (word);

          if (seq >= self->oldest && seq < self->next)
            arrived (self, seq, now_us);
        }
    }
}

static void
sample_rtt (FilRudpSend *self,
            guint64 seq,
            gint64 held_us,
            gint64 now_us)
{
  const FilRudpSent *sent;

  if (seq < self->oldest || seq >= self->next)
    return;
  sent = _fil_rudp_send_get (self, seq);
  /* Whoever was sent twice does not say which of them is answered. */
  if (sent->fate != FIL_RUDP_IN_FLIGHT || sent->sends != 1)
    return;
  self->rtt_now_us = MAX (now_us - sent->flight.sent_us - held_us, 1);
  fil_rudp_send_rtt (self, self->rtt_now_us);
}

static void
move_window (FilRudpSend *self,
             const FilRudpPacket *ack,
             guint64 start)
{
  while (self->oldest < self->next && _fil_rudp_send_get (self, self->oldest)->fate == FIL_RUDP_ARRIVED)
    self->oldest++;
  fil_rudp_ring_leave (&self->ring, self->oldest);
  if (self->is_extended)
    self->limit = MAX (self->limit, start + MIN (ack->window_space, FIL_RUDP_WINDOW_MOST));
  else if (start + FIL_RUDP_WINDOW_LIMEWIRE >= self->limit) /* else overtaken by a newer one */
    {
      self->peer_space = MIN (ack->window_space, FIL_RUDP_WINDOW_LIMEWIRE);
      self->limit = start + FIL_RUDP_WINDOW_LIMEWIRE;
    }
}

/**
 * fil_rudp_send_acknowledged:
 * @ack: an ACK or KEEPALIVE
 *
 * Learns what arrived, what the other side takes, and what is lost.
 */
void
fil_rudp_send_acknowledged (FilRudpSend *self,
                            const FilRudpPacket *ack,
                            gint64 now_us)
{
  const guint64 start = fil_rudp_full_sequence (self->oldest, ack->window_start);
  const guint64 below = self->is_extended ? fil_rudp_full_sequence (self->oldest, ack->missing) : start;
  const guint64 seq = fil_rudp_full_sequence (self->oldest, ack->sequence);

  /* Of packets that were never sent nothing can have arrived; from long ago nothing is new. */
  if (start > self->next || below > self->next || start > below
      || (below < self->oldest && self->oldest - below > FIL_RUDP_WINDOW_MOST))
    return;
  self->acked_now = 0;
  self->rtt_now_us = 0;
  if (ack->op == FIL_RUDP_ACK)
    sample_rtt (self, seq, (gint64) ack->held * FIL_RUDP_HELD_UNIT_US, now_us);
  all_arrived_below (self, below, now_us);
  if (ack->op == FIL_RUDP_ACK && seq >= self->oldest && seq < self->next)
    arrived (self, seq, now_us);
  if (self->is_extended)
    map_arrived (self, ack->tail, below, now_us);
  move_window (self, ack, start);
  if (self->acked_now > 0)
    self->probes = 0;
  fil_rudp_send_look_for_lost (self, now_us);
  if (self->is_extended)
    fil_rudp_rate_update (&self->rate, self->acked_now, self->rtt_now_us, self->bytes_in_flight, now_us);
}
