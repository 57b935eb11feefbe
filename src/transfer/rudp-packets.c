/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-private.h"
#include "transfer-limits.h"

#include <glib/gi18n-lib.h>

/* The packets of a connection, as they come and go. */

/* Coming */

/**
 * fil_rudp_suits:
 * @syn: of the same profile
 *
 * Returns: whether the other side of this connection may have sent it
 */
gboolean
fil_rudp_suits (const FilRudp *self,
                const FilRudpPacket *syn)
{
  if (self->is_extended && syn->nonce != self->config.own_nonce)
    return FALSE;
  /* Two of the same role have nothing to say to each other (rudp.md §2). */
  if (syn->role != FIL_RUDP_ROLE_UNDEFINED && syn->role == self->config.role)
    return FALSE;
  return self->peer_id == 0 || syn->my_connection == self->peer_id;
}

static gboolean
take_syn (FilRudp *self,
          const FilRudpPacket *packet,
          gint64 now_us)
{
  if (!fil_rudp_suits (self, packet))
    return FALSE;
  if (self->peer_id == 0)
    {
      self->peer_id = packet->my_connection;
      fil_rudp_send_start (&self->send, self->peer_id, self->config.peer_nonce);
      /* It answers now, so it does not have to wait for our next turn. */
      if (self->is_extended && !self->is_syn_acked)
        self->syn_due_us = MIN (self->syn_due_us, now_us);
    }
  fil_rudp_receive_answer (&self->receive, packet->sequence);
  if (_fil_rudp_is_in_doubt (self))
    self->n_syns_owed++;
  return TRUE;
}

/* Whoever knows our id has our SYN. */
static void
take_syn_ack (FilRudp *self,
              gint64 now_us)
{
  if (self->is_syn_acked)
    return;
  self->is_syn_acked = TRUE;
  /* With two on their way nobody knows which of them is answered. */
  if (self->n_syns != 1)
    return;
  fil_rudp_send_rtt (&self->send, MAX (now_us - self->syn_sent_us, 1));
  if (self->is_extended)
    fil_rudp_rate_first_rtt (&self->send.rate, MAX (now_us - self->syn_sent_us, 1), now_us);
}

/* What may come of somebody whose SYN has not been seen. LimeWire answers ours before it sends its own. */
static gboolean
is_early (const FilRudp *self,
          const FilRudpPacket *packet)
{
  return !self->is_extended && packet->op == FIL_RUDP_ACK && packet->sequence == 0 && self->n_syns > 0;
}

static void
take_data (FilRudp *self,
           const FilRudpPacket *packet,
           gint64 now_us)
{
  if (packet->head.len + packet->tail.len > self->receive.ring.stride)
    {
      fil_rudp_abort (self, FIL_RUDP_FIN_LARGE_PACKET, now_us);
      self->error = _("The other side sent too large a packet");
      return;
    }
  if (!self->is_released)
    (void) fil_rudp_receive_packet (&self->receive, packet, now_us);
  else if (fil_rudp_send_is_done (&self->send))
    /* Nobody reads it, and nothing of ours is lost by saying so. */
    fil_rudp_abort (self, FIL_RUDP_FIN_YOU_CLOSED, now_us);
}

static void
take_fin (FilRudp *self,
          const FilRudpPacket *packet,
          gint64 now_us)
{
  if (self->is_extended && packet->reason == FIL_RUDP_FIN_NORMAL)
    {
      (void) fil_rudp_receive_packet (&self->receive, packet, now_us);
      return;
    }
  if (self->is_extended)
    {
      _fil_rudp_close (self, fil_rudp_receive_is_complete (&self->receive) && fil_rudp_send_is_done (&self->send)
                                 ? NULL
                                 : _("The other side broke the connection"));
      return;
    }
  fil_rudp_receive_answer (&self->receive, packet->sequence);
  if (self->receive.fin != 0)
    return;
  fil_rudp_receive_fin (&self->receive, packet->sequence);
  if (!fil_rudp_receive_is_complete (&self->receive))
    self->deadline_us = MIN (self->deadline_us, now_us + FIL_RUDP_FIN_GRACE_US);
}

static void
take (FilRudp *self,
      const FilRudpPacket *packet,
      gint64 now_us)
{
  switch (packet->op)
    {
    case FIL_RUDP_ACK:
    case FIL_RUDP_KEEPALIVE:
      if (!self->is_extended && self->n_fins > 0 && packet->op == FIL_RUDP_ACK
          && packet->sequence == (guint16) self->send.end)
        self->is_fin_acked = TRUE;
      fil_rudp_send_acknowledged (&self->send, packet, now_us);
      break;
    case FIL_RUDP_DATA:
      take_data (self, packet, now_us);
      break;
    case FIL_RUDP_FIN:
      take_fin (self, packet, now_us);
      break;
    case FIL_RUDP_SYN:
      break;
    }
}

/**
 * fil_rudp_receive:
 * @packet: decoded from @datagram
 *
 * Takes a packet that came from where this connection's packets may come from.
 *
 * Returns: whether it was one of this connection: FALSE for a wrong id, nonce, stamp or profile
 */
gboolean
fil_rudp_receive (FilRudp *self,
                  const FilRudpPacket *packet,
                  FilSlice datagram,
                  gint64 now_us)
{
  if (self->state == FIL_RUDP_CLOSED || packet->is_extended != self->is_extended)
    return FALSE;
  if (packet->connection != self->config.id && (packet->op != FIL_RUDP_SYN || packet->connection != 0))
    return FALSE;
  if (self->is_extended && !fil_rudp_packet_is_genuine (datagram, self->config.own_nonce))
    return FALSE;
  if (packet->op == FIL_RUDP_SYN ? !take_syn (self, packet, now_us)
                                 : self->peer_id == 0 && !is_early (self, packet))
    return FALSE;
  if (packet->op != FIL_RUDP_SYN)
    take_syn_ack (self, now_us);
  self->heard_us = now_us;
  if (packet->op != FIL_RUDP_KEEPALIVE)
    self->busy_us = now_us;
  if (self->state == FIL_RUDP_ENDING)
    self->deadline_us = now_us + (self->is_extended ? FIL_RUDP_LINGER_EXTENDED_US : FIL_RUDP_LINGER_US);
  _fil_rudp_follow (self, now_us);
  if (packet->op != FIL_RUDP_SYN && !self->is_aborted)
    {
      take (self, packet, now_us);
      _fil_rudp_follow (self, now_us);
    }
  return TRUE;
}

/* Going */

static gboolean
is_syn_due (const FilRudp *self,
            gint64 now_us)
{
  return self->state == FIL_RUDP_OPENING && now_us >= self->syn_due_us;
}

/* Which packet without stream bytes is to leave now. */
static FilRudpOffer
choose (const FilRudp *self,
        gint64 now_us)
{
  if (self->is_aborted)
    return self->fin_due_us <= now_us ? FIL_RUDP_OFFER_FIN : FIL_RUDP_OFFER_NONE;
  /* A SYN before the ACK: the other side answers it at once, which ends the doubt. */
  if (_fil_rudp_is_in_doubt (self))
    return self->n_syns_owed > 0 || is_syn_due (self, now_us) ? FIL_RUDP_OFFER_SYN : FIL_RUDP_OFFER_NONE;
  if (self->peer_id != 0 && fil_rudp_receive_ack_due (&self->receive) <= now_us)
    return !self->is_extended && self->receive.n_due == 0 ? FIL_RUDP_OFFER_KEEPALIVE : FIL_RUDP_OFFER_ACK;
  if (is_syn_due (self, now_us))
    return FIL_RUDP_OFFER_SYN;
  if (self->fin_due_us <= now_us)
    return FIL_RUDP_OFFER_FIN;
  if (self->state == FIL_RUDP_OPEN && now_us >= self->said_us + FIL_RUDP_KEEPALIVE_US)
    return FIL_RUDP_OFFER_KEEPALIVE;
  return FIL_RUDP_OFFER_NONE;
}

static void
write_control (FilRudp *self,
               gint64 now_us)
{
  FilRudpPacket packet = { .connection = self->peer_id, .is_extended = self->is_extended };

  fil_writer_truncate (&self->control, 0);
  fil_writer_truncate (&self->map, 0);
  switch (self->offer)
    {
    case FIL_RUDP_OFFER_SYN:
      packet.op = FIL_RUDP_SYN;
      packet.my_connection = self->config.id;
      packet.version = FIL_RUDP_VERSION;
      packet.role = self->config.role;
      packet.nonce = self->config.peer_nonce;
      break;
    case FIL_RUDP_OFFER_ACK:
    case FIL_RUDP_OFFER_KEEPALIVE:
      packet.op = self->offer == FIL_RUDP_OFFER_ACK ? FIL_RUDP_ACK : FIL_RUDP_KEEPALIVE;
      fil_rudp_receive_fill_ack (&self->receive, &packet, &self->map, now_us);
      break;
    default:
      packet.op = FIL_RUDP_FIN;
      packet.sequence = (guint16) self->send.end;
      packet.reason = (guint8) self->fin_reason;
      break;
    }
  fil_rudp_packet_encode (&packet, &self->control);
  if (self->is_extended)
    fil_rudp_packet_stamp (fil_writer_data (&self->control), self->control.len, self->config.peer_nonce);
}

/**
 * fil_rudp_output:
 * @out: (out): valid until the next call on the connection
 *
 * Says what is to be sent next, without taking it: when the network took it, fil_rudp_sent() follows. What it
 * says may differ the next time.
 *
 * Returns: FALSE: nothing now
 */
gboolean
fil_rudp_output (FilRudp *self,
                 FilRudpOutput *out,
                 gint64 now_us)
{
  FilSlice bytes;
  gsize size;

  self->offer = FIL_RUDP_OFFER_NONE;
  if (self->state == FIL_RUDP_CLOSED)
    return FALSE;
  self->offer = choose (self, now_us);
  if (self->offer != FIL_RUDP_OFFER_NONE)
    {
      write_control (self, now_us);
      bytes = fil_writer_slice (&self->control);
      size = bytes.len;
    }
  else
    {
      if (self->state != FIL_RUDP_OPEN || self->is_aborted
          || !fil_rudp_send_next (&self->send, &bytes, &size, now_us))
        return FALSE;
      self->offer = FIL_RUDP_OFFER_DATA;
    }
  *out = (FilRudpOutput){ bytes.data, bytes.len, size,
                          self->offer == FIL_RUDP_OFFER_SYN && self->n_syns_owed == 0 && !self->is_syn_acked };
  return TRUE;
}

static gint64
next_syn_us (const FilRudp *self,
             gint64 now_us)
{
  if (!self->is_extended)
    return now_us + FIL_RUDP_SYN_US;
  if (self->n_syns >= FIL_RUDP_SYNS_PER_ADDRESS)
    return FIL_NEVER;
  if (now_us - self->begun_us < FIL_RUDP_SYN_QUICK_US)
    return now_us + FIL_RUDP_SYN_EXTENDED_US;
  return now_us + FIL_RUDP_SYN_LATER_US;
}

static void
fin_has_gone (FilRudp *self,
              gint64 now_us)
{
  self->n_fins++;
  self->fin_due_us = FIL_NEVER;
  if (self->is_aborted)
    {
      _fil_rudp_close (self, self->error);
      return;
    }
  /* LimeWire's: one repeat, unless it is acknowledged; the end comes in any case. */
  if (self->n_fins == 1 && self->receive.fin == 0)
    self->fin_due_us = now_us + FIL_RUDP_FIN_REPEAT_US;
  self->deadline_us = MIN (self->deadline_us, now_us + FIL_RUDP_LINGER_US);
}

/**
 * fil_rudp_sent:
 * @output: what fil_rudp_output() said
 *
 * It has gone.
 */
void
fil_rudp_sent (FilRudp *self,
               const FilRudpOutput *output,
               gint64 now_us)
{
  self->said_us = now_us;
  switch (self->offer)
    {
    case FIL_RUDP_OFFER_NONE:
      break;
    case FIL_RUDP_OFFER_SYN:
      self->n_syns++;
      self->n_syns_owed -= MIN (self->n_syns_owed, 1);
      self->syn_sent_us = now_us;
      self->syn_due_us = next_syn_us (self, now_us);
      break;
    case FIL_RUDP_OFFER_ACK:
    case FIL_RUDP_OFFER_KEEPALIVE:
      fil_rudp_receive_acked (&self->receive, self->offer == FIL_RUDP_OFFER_KEEPALIVE);
      break;
    case FIL_RUDP_OFFER_FIN:
      fin_has_gone (self, now_us);
      break;
    case FIL_RUDP_OFFER_DATA:
      fil_rudp_send_sent (&self->send, output->len, now_us);
      break;
    }
  self->offer = FIL_RUDP_OFFER_NONE;
  _fil_rudp_follow (self, now_us);
}
