/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-send.h"

#include "header.h"
#include "transfer-limits.h"

#include <string.h>

#define FIRST_SEQUENCE 1

G_STATIC_ASSERT (FIL_RUDP_HEAD_LEN + FIL_RUDP_SEGMENT <= FIL_RUDP_DATAGRAM_SEND);

/**
 * fil_rudp_send_init:
 * @segment: stream bytes of a packet
 */
void
fil_rudp_send_init (FilRudpSend *self,
                    gboolean is_extended,
                    guint segment,
                    FilRudpMemory *memory,
                    gint64 now_us)
{
  const guint window = is_extended ? FIL_RUDP_WINDOW_MOST : FIL_RUDP_WINDOW_LIMEWIRE;
  const gsize head = is_extended ? FIL_RUDP_HEAD_LEN : FIL_RUDP_HEAD_LEN - FIL_RUDP_HEAD_DATA;

  memset (self, 0, sizeof *self);
  fil_rudp_ring_init (&self->ring, window + FIL_RUDP_BACKLOG, head + segment, sizeof (FilRudpSent), memory);
  self->is_extended = is_extended;
  self->segment = segment;
  self->oldest = self->next = self->sealed = self->end = self->limit = FIRST_SEQUENCE;
  self->resend_us = FIL_NEVER;
  if (is_extended)
    {
      fil_rudp_rate_init (&self->rate, now_us);
      return;
    }
  /* Whatever of LimeWire's opens the connection, its window is known. */
  self->peer_space = FIL_RUDP_WINDOW_LIMEWIRE;
  self->limit = FIRST_SEQUENCE + FIL_RUDP_WINDOW_LIMEWIRE;
}

void
fil_rudp_send_clear (FilRudpSend *self)
{
  fil_rudp_ring_clear (&self->ring);
}

/**
 * fil_rudp_send_start:
 *
 * Tells what packets are to carry; nothing is written before.
 */
void
fil_rudp_send_start (FilRudpSend *self,
                     guint8 peer_id,
                     guint64 key)
{
  self->peer_id = peer_id;
  self->key = key;
}

FilRudpSent *
_fil_rudp_send_get (const FilRudpSend *self,
                    guint64 seq)
{
  return fil_rudp_ring_meta (&self->ring, seq);
}

static FilRudpList *
list_of (FilRudpSend *self,
         FilRudpFate fate)
{
  return fate == FIL_RUDP_IN_FLIGHT ? &self->in_flight : fate == FIL_RUDP_LOST ? &self->lost : NULL;
}

static void
unlink_packet (FilRudpSend *self,
               FilRudpList *list,
               FilRudpSent *sent)
{
  if (sent->prev != 0)
    _fil_rudp_send_get (self, sent->prev)->next = sent->next;
  else
    list->first = sent->next;
  if (sent->next != 0)
    _fil_rudp_send_get (self, sent->next)->prev = sent->prev;
  else
    list->last = sent->prev;
}

static void
link_packet (FilRudpSend *self,
             FilRudpList *list,
             FilRudpSent *sent,
             guint64 seq)
{
  sent->prev = list->last;
  sent->next = 0;
  if (list->last != 0)
    _fil_rudp_send_get (self, list->last)->next = seq;
  else
    list->first = seq;
  list->last = seq;
}

void
_fil_rudp_send_set_fate (FilRudpSend *self,
                         guint64 seq,
                         FilRudpFate fate)
{
  FilRudpSent *sent = _fil_rudp_send_get (self, seq);
  FilRudpList *list = list_of (self, sent->fate);

  if (list != NULL)
    unlink_packet (self, list, sent);
  if (sent->fate == FIL_RUDP_IN_FLIGHT)
    {
      self->n_in_flight--;
      self->bytes_in_flight -= sent->len;
    }
  sent->fate = fate;
  list = list_of (self, fate);
  if (list != NULL)
    link_packet (self, list, sent, seq);
  if (fate == FIL_RUDP_IN_FLIGHT)
    {
      self->n_in_flight++;
      self->bytes_in_flight += sent->len;
    }
}

/* Writing */

/* Of a datagram that carries n stream bytes. LimeWire's header holds the first of them. */
static gsize
datagram_len (const FilRudpSend *self,
              gsize n)
{
  return FIL_RUDP_HEAD_LEN + n - (self->is_extended ? 0 : MIN (n, FIL_RUDP_HEAD_DATA));
}

/* Copies stream bytes to where they belong in a datagram that holds n of them. */
static void
put_payload (const FilRudpSend *self,
             guint8 *datagram,
             gsize n,
             const guint8 *bytes,
             gsize len)
{
  if (!self->is_extended && n < FIL_RUDP_HEAD_DATA)
    {
      gsize first = MIN (len, FIL_RUDP_HEAD_DATA - n);

      memcpy (datagram + 4 + n, bytes, first);
      bytes += first;
      len -= first;
      n += first;
    }
  if (len > 0)
    memcpy (datagram + datagram_len (self, n), bytes, len);
}

static FilRudpSent *
add_packet (FilRudpSend *self,
            gboolean is_owed)
{
  FilRudpSent *sent;

  if (!fil_rudp_ring_make (&self->ring, self->end, is_owed))
    return NULL;
  sent = _fil_rudp_send_get (self, self->end++);
  memset (sent, 0, sizeof *sent);
  return sent;
}

/* How many packets may wait besides those in flight: enough to go on until the writer is called again. */
static guint64
backlog (const FilRudpSend *self)
{
  guint64 most;

  if (!self->is_extended)
    return FIL_RUDP_WINDOW_LIMEWIRE;
  most = FIL_RUDP_BACKLOG + self->rate.window / (self->segment + FIL_RUDP_HEAD_LEN) / 2;
  return MIN (most, FIL_RUDP_WINDOW_MOST / 2);
}

/* Stream bytes that can be written now. */
static gsize
room_of (const FilRudpSend *self)
{
  const guint64 reach = fil_rudp_ring_reach (&self->ring, self->end);
  const guint64 most = MIN (MIN (self->next + backlog (self), self->oldest + FIL_RUDP_WINDOW_MOST), reach);
  gsize room = 0;

  if (self->peer_id == 0 || self->is_shut)
    return 0;
  if (self->end > self->sealed)
    room = self->segment - _fil_rudp_send_get (self, self->end - 1)->payload;
  return room + (most > self->end ? (gsize) (most - self->end) * self->segment : 0);
}

/**
 * fil_rudp_send_is_hungry:
 *
 * Returns: whether there is room, and a quarter of what may wait has gone: so that the writer is not called
 *   for each packet
 */
gboolean
fil_rudp_send_is_hungry (const FilRudpSend *self)
{
  return room_of (self) > 0 && (self->end - self->next) * 4 <= backlog (self) * 3;
}

/**
 * fil_rudp_send_write:
 *
 * Returns: how many of the bytes were taken; 0 when there is no room
 */
gsize
fil_rudp_send_write (FilRudpSend *self,
                     const guint8 *bytes,
                     gsize len)
{
  gsize room = room_of (self);
  gsize done = 0;

  len = MIN (len, room);
  while (done < len)
    {
      FilRudpSent *sent = NULL;
      gsize n;

      if (self->end > self->sealed)
        sent = _fil_rudp_send_get (self, self->end - 1);
      if (sent == NULL || sent->payload == self->segment)
        sent = add_packet (self, FALSE);
      if (sent == NULL)
        break;
      n = MIN (len - done, (gsize) self->segment - sent->payload);
      put_payload (self, fil_rudp_ring_bytes (&self->ring, self->end - 1), sent->payload, bytes + done, n);
      sent->payload = (guint16) (sent->payload + n);
      sent->len = (guint16) datagram_len (self, sent->payload);
      done += n;
    }
  return done;
}

/**
 * fil_rudp_send_shut:
 *
 * Writes no more. In the extended profile a FIN follows what was written, and is repeated like it.
 */
void
fil_rudp_send_shut (FilRudpSend *self)
{
  FilRudpSent *sent;

  if (self->is_shut)
    return;
  self->is_shut = TRUE;
  self->fin = self->end;
  if (!self->is_extended)
    return;
  /* The ring has room beyond what may be written. */
  sent = add_packet (self, TRUE);
  g_return_if_fail (sent != NULL);
  sent->len = FIL_RUDP_HEAD_LEN;
}

/**
 * fil_rudp_send_is_done:
 *
 * Returns: whether all that was written has arrived
 */
gboolean
fil_rudp_send_is_done (const FilRudpSend *self)
{
  return self->oldest == self->end;
}

/* Sending */

/* Writes what a datagram needs besides its stream bytes. */
static void
seal (FilRudpSend *self,
      guint64 seq)
{
  const FilRudpSent *sent = _fil_rudp_send_get (self, seq);
  const gboolean is_fin = self->is_extended && seq == self->fin;
  const FilRudpOp op = is_fin ? FIL_RUDP_FIN : FIL_RUDP_DATA;
  const gsize in_head = self->is_extended ? 0 : MIN (sent->payload, FIL_RUDP_HEAD_DATA);
  const guint32 size = GUINT32_TO_LE ((guint32) (sent->payload - in_head));
  guint8 *bytes = fil_rudp_ring_bytes (&self->ring, seq);

  bytes[0] = self->peer_id;
  bytes[1] = (guint8) ((op | (self->is_extended ? FIL_RUDP_EXTENDED : 0)) << 4 | in_head);
  bytes[2] = (guint8) (seq >> 8);
  bytes[3] = (guint8) seq;
  memset (bytes + 4 + in_head, 0, FIL_RUDP_HEAD_DATA - in_head);
  bytes[16] = FIL_KIND_RUDP;
  bytes[17] = 1;
  bytes[18] = 0;
  memcpy (bytes + 19, &size, sizeof size);
  if (!self->is_extended)
    return;
  bytes[4] = !is_fin && seq + 1 == self->limit;
  fil_rudp_packet_stamp (bytes, sent->len, self->key);
}

/* Packets that may leave now, by what is in flight and by what the other side takes. */
static guint
allowed (const FilRudpSend *self)
{
  const gsize window = self->rate.window;
  /* What was lost has its place with the other side, and a probe is owed even when the window is full. */
  const guint least = self->lost.first != 0 && (!self->is_extended || self->probes > 0);

  if (!self->is_extended)
    return MAX (least, self->peer_space > self->n_in_flight ? self->peer_space - self->n_in_flight : 0);
  if (self->bytes_in_flight < window)
    return (guint) ((window - self->bytes_in_flight) / self->ring.stride) + 1;
  return least;
}

static guint64
last_allowed (const FilRudpSend *self)
{
  return MIN (self->end, self->limit);
}

/* New packets that lie side by side and are full, but for the last one: one piece for the system. */
static guint
run_of_new (FilRudpSend *self,
            guint most)
{
  const guint64 chunk_end = (self->next / FIL_RUDP_CHUNK + 1) * FIL_RUDP_CHUNK;
  const guint64 end = MIN (last_allowed (self), chunk_end);
  guint n = 0;

  while (self->next + n < end && n < most)
    {
      guint64 seq = self->next + n;

      if (seq >= self->sealed)
        {
          seal (self, seq);
          self->sealed = seq + 1;
        }
      n++;
      if (_fil_rudp_send_get (self, seq)->len != self->ring.stride)
        break;
    }
  return n;
}

/**
 * fil_rudp_send_next:
 * @datagrams: (out): one, or several side by side, valid until the next call
 * @size: (out): bytes of each but the last, which may be shorter
 *
 * Says what is to be sent next, without taking it; fil_rudp_send_sent() takes it.
 *
 * Returns: FALSE: nothing now
 */
gboolean
fil_rudp_send_next (FilRudpSend *self,
                    FilSlice *datagrams,
                    gsize *size,
                    gint64 now_us)
{
  guint most = allowed (self);
  guint n = 1;
  guint64 seq = self->lost.first;

  if (most == 0 || self->rate.next_us > now_us)
    return FALSE;
  if (seq == 0)
    {
      if (self->is_extended)
        most = MIN (most, (guint) (fil_rudp_rate_quantum (&self->rate) / self->ring.stride));
      seq = self->next;
      n = run_of_new (self, self->is_extended ? most : 1);
    }
  if (n == 0)
    {
      if (self->is_extended && last_allowed (self) == self->end)
        fil_rudp_rate_app_limited (&self->rate, self->bytes_in_flight);
      return FALSE;
    }
  *datagrams = fil_slice (fil_rudp_ring_bytes (&self->ring, seq),
                          (n - 1) * self->ring.stride + _fil_rudp_send_get (self, seq + n - 1)->len);
  *size = n > 1 ? self->ring.stride : datagrams->len;
  return TRUE;
}

/* LimeWire tells with each acknowledgement what it has read so far. Packets of one burst are all acknowledged before
 * the first is read, and the window stays half closed; those that come one by one are not. */
static void
limewire_pace (FilRudpSend *self,
               gint64 now_us)
{
  const gint64 gap_us = self->srtt_us / FIL_RUDP_PACE_LIMEWIRE;

  self->rate.next_us = MAX (self->rate.next_us, now_us - FIL_RUDP_BURST_LIMEWIRE * gap_us) + gap_us;
}

static void
sent_one (FilRudpSend *self,
          guint64 seq,
          gint64 now_us)
{
  FilRudpSent *sent = _fil_rudp_send_get (self, seq);

  if (self->is_extended)
    fil_rudp_rate_sent (&self->rate, &sent->flight, sent->len, self->bytes_in_flight, now_us);
  else
    limewire_pace (self, now_us);
  sent->flight.sent_us = now_us;
  if (sent->sends > 0)
    self->n_resent++;
  if (sent->sends < G_MAXUINT8)
    sent->sends++;
  _fil_rudp_send_set_fate (self, seq, FIL_RUDP_IN_FLIGHT);
}

/**
 * fil_rudp_send_sent:
 * @bytes: length of what fil_rudp_send_next() said
 *
 * It has gone.
 */
void
fil_rudp_send_sent (FilRudpSend *self,
                    gsize bytes,
                    gint64 now_us)
{
  const gboolean was_idle = self->in_flight.first == 0;

  if (self->lost.first != 0)
    sent_one (self, self->lost.first, now_us);
  else
    for (; bytes > 0; self->next++)
      {
        bytes -= MIN (bytes, _fil_rudp_send_get (self, self->next)->len);
        sent_one (self, self->next, now_us);
      }
  if (!self->is_extended)
    fil_rudp_send_look_for_lost (self, now_us);
  else if (was_idle || self->resend_us == FIL_NEVER)
    self->resend_us = now_us + fil_rudp_send_rto (self);
}

/**
 * fil_rudp_send_wake:
 *
 * Returns: when there may be something to send again without anything received
 */
gint64
fil_rudp_send_wake (const FilRudpSend *self,
                    gint64 now_us)
{
  gint64 wake = self->resend_us;

  if (allowed (self) > 0 && (self->lost.first != 0 || self->next < last_allowed (self)))
    wake = MIN (wake, MAX (self->rate.next_us, now_us));
  return wake;
}
