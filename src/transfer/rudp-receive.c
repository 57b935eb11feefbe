/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-receive.h"

#include "transfer-limits.h"

#include <string.h>

/* Beside the bytes of a packet. */
typedef struct
{
  guint16 len;
  guint8 pad[6];
} Meta;

void
fil_rudp_receive_init (FilRudpReceive *self,
                       gboolean is_extended,
                       FilRudpMemory *memory)
{
  memset (self, 0, sizeof *self);
  self->is_extended = is_extended;
  self->window = is_extended ? FIL_RUDP_WINDOW_FIRST : FIL_RUDP_WINDOW_LIMEWIRE;
  fil_rudp_ring_init (&self->ring, is_extended ? FIL_RUDP_WINDOW_MOST : FIL_RUDP_AHEAD_LIMEWIRE,
                      is_extended ? FIL_RUDP_SEGMENT : FIL_RUDP_DATA_MAX, sizeof (Meta), memory);
  self->start = self->next = self->highest = self->grown_at = 1;
  self->told_limit = self->start + self->window;
}

void
fil_rudp_receive_clear (FilRudpReceive *self)
{
  fil_rudp_ring_clear (&self->ring);
}

/* The first packet that is too far ahead. */
static guint64
limit (const FilRudpReceive *self)
{
  return self->start + (self->is_extended ? self->window : FIL_RUDP_AHEAD_LIMEWIRE + 1);
}

/**
 * fil_rudp_receive_answer:
 *
 * Owes an acknowledgement for a packet that is not kept: a SYN, a FIN, a repeat.
 */
void
fil_rudp_receive_answer (FilRudpReceive *self,
                         guint16 sequence)
{
  if (self->is_extended)
    self->is_urgent = TRUE;
  else if (self->n_due < FIL_RUDP_ANSWERS)
    self->due[self->n_due++] = sequence;
}

static void
store (FilRudpReceive *self,
       const FilRudpPacket *packet,
       guint64 seq)
{
  guint8 *bytes = fil_rudp_ring_bytes (&self->ring, seq);
  Meta *meta = fil_rudp_ring_meta (&self->ring, seq);

  if (packet->head.len > 0)
    memcpy (bytes, packet->head.data, packet->head.len);
  if (packet->tail.len > 0)
    memcpy (bytes + packet->head.len, packet->tail.data, packet->tail.len);
  meta->len = (guint16) (packet->head.len + packet->tail.len);
  if (packet->op == FIL_RUDP_FIN)
    self->fin = seq;
  fil_rudp_ring_mark (&self->ring, seq);
  self->n_stored++;
  self->highest = MAX (self->highest, seq + 1);
}

/* A sender that could send more, to a reader who keeps up, is given more: half of the window must have been read
 * since the last time. For a slow reader nothing more is buffered. */
static void
grow_window (FilRudpReceive *self)
{
  if (self->window == FIL_RUDP_WINDOW_MOST || self->next - self->start > self->window / 2
      || self->start - self->grown_at < self->window / 2)
    return;
  self->window = MIN (self->window * 2, FIL_RUDP_WINDOW_MOST);
  self->grown_at = self->start;
  self->is_urgent = TRUE;
}

/**
 * fil_rudp_receive_packet:
 * @packet: DATA, or a FIN of the extended profile
 *
 * Keeps a packet until it is read, unless it came before, is too far ahead, or there is no memory for it: then it is as
 * if it had been lost.
 *
 * Returns: whether it was new
 */
gboolean
fil_rudp_receive_packet (FilRudpReceive *self,
                         const FilRudpPacket *packet,
                         gint64 now_us)
{
  const guint64 seq = fil_rudp_full_sequence (self->next, packet->sequence);
  const gsize len = packet->head.len + packet->tail.len;

  if (seq >= limit (self) || len > self->ring.stride || (self->fin != 0 && seq > self->fin) || seq == 0
      || seq > G_MAXINT64)
    return FALSE;
  if (seq < self->next || fil_rudp_ring_is_marked (&self->ring, seq))
    {
      fil_rudp_receive_answer (self, packet->sequence);
      return FALSE;
    }
  if (!fil_rudp_ring_make (&self->ring, seq, FALSE))
    return FALSE;
  /* A packet that opens a gap, or falls into one. */
  if (self->is_extended && seq != self->highest)
    self->is_urgent = TRUE;
  if (self->n_unanswered == 0)
    self->unanswered_us = now_us;
  store (self, packet, seq);
  while (self->next < self->highest && fil_rudp_ring_is_marked (&self->ring, self->next))
    self->next++;
  if (packet->is_limited)
    grow_window (self);
  self->latest = seq;
  self->latest_us = now_us;
  self->n_unanswered++;
  if (!self->is_extended)
    fil_rudp_receive_answer (self, packet->sequence);
  return TRUE;
}

/**
 * fil_rudp_receive_fin:
 *
 * Takes note of where LimeWire's FIN says that the stream ends.
 */
void
fil_rudp_receive_fin (FilRudpReceive *self,
                      guint16 sequence)
{
  if (self->fin == 0)
    self->fin = MAX (fil_rudp_full_sequence (self->next, sequence), self->next);
}

/* Reading */

gboolean
fil_rudp_receive_has_bytes (const FilRudpReceive *self)
{
  return self->start < self->next && self->start != self->fin;
}

/**
 * fil_rudp_receive_is_complete:
 *
 * Returns: whether everything up to the other side's FIN has arrived
 */
gboolean
fil_rudp_receive_is_complete (const FilRudpReceive *self)
{
  return self->fin != 0 && self->next >= self->fin;
}

/**
 * fil_rudp_receive_read:
 *
 * Takes bytes that are next in the stream; fil_rudp_receive_was_read() follows.
 *
 * Returns: how many
 */
gsize
fil_rudp_receive_read (FilRudpReceive *self,
                       guint8 *out,
                       gsize len)
{
  gsize done = 0;

  while (done < len && fil_rudp_receive_has_bytes (self))
    {
      const Meta *meta = fil_rudp_ring_meta (&self->ring, self->start);
      const gsize n = MIN (len - done, meta->len - self->offset);

      memcpy (out + done, fil_rudp_ring_bytes (&self->ring, self->start) + self->offset, n);
      done += n;
      self->offset += n;
      if (self->offset == meta->len)
        {
          self->start++;
          self->n_stored--;
          self->offset = 0;
          fil_rudp_ring_leave (&self->ring, self->start);
        }
    }
  return done;
}

/**
 * fil_rudp_receive_was_read:
 *
 * Sees whether the other side must hear at once that there is room.
 */
void
fil_rudp_receive_was_read (FilRudpReceive *self)
{
  if (!self->is_extended)
    self->is_urgent = self->was_told_full && self->n_stored < self->window;
  else if (self->start + self->window - self->told_limit >= self->window / 4)
    self->is_urgent = TRUE;
}

/* Acknowledging */

/**
 * fil_rudp_receive_ack_due:
 *
 * Returns: when an acknowledgement must leave: 0 for now, FIL_NEVER for none
 */
gint64
fil_rudp_receive_ack_due (const FilRudpReceive *self)
{
  const guint most = self->next < FIL_RUDP_ACK_FIRST ? FIL_RUDP_ACK_EVERY_FIRST : FIL_RUDP_ACK_EVERY;

  if (self->is_urgent || self->n_due > 0 || (self->is_extended && self->n_unanswered >= most))
    return 0;
  if (self->is_extended && self->n_unanswered > 0)
    return self->unanswered_us + FIL_RUDP_ACK_DELAY_US;
  return FIL_NEVER;
}

/* Words that tell what arrived behind the first gap; none without a gap. */
static void
write_map (const FilRudpReceive *self,
           FilWriter *map)
{
  if (self->highest == self->next)
    return;
  for (guint64 base = self->next - self->next % FIL_RUDP_CHUNK; base < self->highest; base += FIL_RUDP_CHUNK)
    fil_writer_le64 (map, fil_rudp_ring_marks (&self->ring, base));
}

/**
 * fil_rudp_receive_fill_ack:
 * @ack: op and connection are set
 * @map: (out): initialised; keeps what @ack borrows
 *
 * Says what has arrived and what is taken.
 */
void
fil_rudp_receive_fill_ack (const FilRudpReceive *self,
                           FilRudpPacket *ack,
                           FilWriter *map,
                           gint64 now_us)
{
  ack->window_start = (guint16) self->start;
  if (!self->is_extended)
    {
      ack->sequence = ack->op == FIL_RUDP_ACK && self->n_due > 0 ? self->due[0] : 0;
      ack->window_space = (guint16) (self->window > self->n_stored ? self->window - self->n_stored : 0);
      return;
    }
  ack->is_extended = TRUE;
  ack->sequence = (guint16) self->latest;
  ack->window_space = (guint16) self->window;
  ack->missing = (guint16) self->next;
  ack->held = (guint16) CLAMP ((now_us - self->latest_us) / FIL_RUDP_HELD_UNIT_US, 0, G_MAXUINT16);
  write_map (self, map);
  ack->tail = fil_writer_slice (map);
}

/**
 * fil_rudp_receive_acked:
 * @is_keepalive: it was no ACK
 *
 * What fil_rudp_receive_fill_ack() said has gone.
 */
void
fil_rudp_receive_acked (FilRudpReceive *self,
                        gboolean is_keepalive)
{
  self->is_urgent = FALSE;
  self->told_limit = self->start + self->window;
  self->was_told_full = self->n_stored >= self->window;
  if (is_keepalive && !self->is_extended)
    return;
  self->n_unanswered = 0;
  if (self->n_due > 0)
    memmove (self->due, self->due + 1, --self->n_due * sizeof self->due[0]);
}
