/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Both sides knock at every address of the other at once. Who asked knows that the other side has opened its
 * router, since that is what its answer means, and sends datagrams that arrive. Who was asked knows nothing
 * of the kind: its datagrams die on the way, but for one in answer to each knock with its nonce, until an address
 * is proven (signalling.md §2.3-4, punch-probe.h). */

#define target_at(array, i) (&g_array_index ((array), FilPunchTarget, (i)))

/* @echo: the challenge that came from there, or NULL */
static void
send_probe (FilPunch *self,
            FilProbeKind kind,
            const FilEndpoint *to,
            const guint8 *echo,
            guint ttl)
{
  FilPunchProbe probe = { .kind = kind };
  guint8 bytes[FIL_PROBE_LEN];

  memcpy (probe.to, self->peer.nonce, sizeof probe.to);
  memcpy (probe.from, self->own_nonce, sizeof probe.from);
  _fil_punch_challenge (self, to, probe.challenge);
  if (echo != NULL)
    memcpy (probe.echo, echo, sizeof probe.echo);
  probe.has_tls = kind == FIL_PROBE_USE && self->wants_tls;
  fil_punch_probe_encode (&probe, bytes);
  _fil_punches_called (self->punches, to, FALSE);
  self->punches->delegate.send (self->punches->data, to, bytes, sizeof bytes, ttl);
}

static void
knock_at (FilPunch *self,
          FilPunchTarget *target,
          gboolean low)
{
  if (!_fil_punch_count_knock (self, target, low))
    return;
  send_probe (self, FIL_PROBE_KNOCK, &target->endpoint, target->is_proven ? target->challenge : NULL,
              low ? FIL_PUNCH_LOW_TTL : 0);
}

/* When the pair that works is taken: TCP may come about yet, and so may the answer. */
static gint64
choice_time (const FilPunch *self,
             gint64 now_us)
{
  if (!self->has_answer)
    return now_us + FIL_PUNCH_LATE_ANSWER_US;
  return now_us + (self->tcp->len > 0 ? FIL_PUNCH_TCP_WAIT_US : 0);
}

static void
connect_to (FilPunch *self,
            FilConnectManner manner)
{
  for (guint i = 0; i < self->tcp->len; i++)
    {
      const FilEndpoint *to = &target_at (self->tcp, i)->endpoint;

      _fil_punches_called (self->punches, to, TRUE);
      self->punches->delegate.connect (self->punches->data, self->id, to, manner);
    }
}

/**
 * _fil_punch_begin_knocking:
 *
 * The other side is known now.
 */
void
_fil_punch_begin_knocking (FilPunch *self,
                           gint64 now_us)
{
  FilNatSide peer = _fil_punch_side_of (&self->peer);

  _fil_punch_set_state (self, PUNCH_KNOCKING, now_us);
  if (_fil_punch_is_hopeless (&self->self, &self->peer))
    {
      /* Who asked us hears it from our answer. */
      _fil_punch_fail (self, "unreachable", fil_nat_pair_sentence (&self->self.nat, &peer), now_us);
      return;
    }
  _fil_punch_set_targets (self);
  for (guint i = 0; i < self->udp->len; i++)
    _fil_punch_step (self, "punch-knock", &target_at (self->udp, i)->endpoint, "by UDP");
  for (guint i = 0; i < self->tcp->len; i++)
    _fil_punch_step (self, "punch-knock", &target_at (self->tcp, i)->endpoint, "by TCP");
  self->next_knock_us = now_us;
  self->next_tcp_us = now_us;
  if (self->has_pair)
    self->choose_us = choice_time (self, now_us);
  if (self->is_asker)
    {
      connect_to (self, FIL_CONNECT_INSIST);
      /* A router that takes another port for us has to be told when ours is open. */
      self->next_reminder_us =
          now_us + (fil_nat_is_fixed (peer.udp.mapping) ? FIL_PUNCH_REMIND_US : FIL_PUNCH_KNOCK_US);
    }
  _fil_punch_knock (self, now_us);
}

/* At the one address that the guard counted; whatever else the offer names may be somebody else's. */
static FilPunchTarget *
find_counted (const FilPunch *self,
              GArray *targets)
{
  for (guint i = 0; i < targets->len; i++)
    if (fil_endpoint_same_address (&target_at (targets, i)->endpoint, &self->admitted))
      return target_at (targets, i);
  return NULL;
}

/**
 * _fil_punch_knock_once:
 *
 * A sharer was reminded: one packet may arrive at the address that the offer named, by UDP and the next
 * time by TCP. An asker that knows nobody yet opens its own router only.
 */
void
_fil_punch_knock_once (FilPunch *self)
{
  FilPunchTarget *udp = find_counted (self, self->udp);
  FilPunchTarget *tcp = find_counted (self, self->tcp);

  if (self->is_asker && self->udp->len > 0)
    knock_at (self, target_at (self->udp, 0), TRUE);
  else if (!self->is_asker && self->reminders % 2 == 0 && tcp != NULL)
    self->punches->delegate.connect (self->punches->data, self->id, &tcp->endpoint, FIL_CONNECT_ONCE);
  else if (!self->is_asker && udp != NULL)
    knock_at (self, udp, FALSE);
}

static void
knock_round (FilPunch *self,
             gint64 now_us)
{
  for (guint i = 0; i < self->udp->len; i++)
    {
      FilPunchTarget *target = target_at (self->udp, i);

      knock_at (self, target, !self->is_asker && !target->is_proven);
    }
  self->knock_rounds++;
  self->next_knock_us =
      now_us + (self->knock_rounds < FIL_PUNCH_QUICK_KNOCKS ? FIL_PUNCH_KNOCK_US : FIL_PUNCH_LATER_US);
}

/* The openers of a sharer for TCP: each is one SYN that dies on the way. */
static void
open_tcp (FilPunch *self,
          gint64 now_us)
{
  connect_to (self, FIL_CONNECT_LOW);
  self->tcp_rounds++;
  self->next_tcp_us = self->tcp_rounds < FIL_PUNCH_TCP_OPENERS ? now_us + FIL_PUNCH_TCP_OPENER_US : FIL_NEVER;
}

static void
choose_udp (FilPunch *self,
            gboolean has_tls,
            gint64 now_us)
{
  FilPunchWay way = _fil_punch_way (self, FIL_PUNCH_BY_UDP, &self->pair);

  _fil_punch_seal (self, &way, _fil_punch_proven (self, &self->pair));
  way.has_tls = self->wants_tls = has_tls && self->self.has_tls;
  self->punches->delegate.stop (self->punches->data, self->id);
  _fil_punch_step (self, "punch-udp", &self->pair, "this pair of addresses works; RUDP from here on");
  if (self->is_asker)
    {
      _fil_punch_set_state (self, PUNCH_AGREEING, now_us);
      self->next_use_us = now_us;
    }
  else
    _fil_punch_set_state (self, PUNCH_CHOSEN, now_us);
  self->punches->delegate.stream (self->punches->data, &way);
}

static void
send_use (FilPunch *self,
          gint64 now_us)
{
  if (self->uses++ >= FIL_PUNCH_USES)
    {
      _fil_punch_fail (self, "punch-failed", _("The way through both routers could not be kept open."),
                       now_us);
      return;
    }
  send_probe (self, FIL_PROBE_USE, &self->pair, _fil_punch_proven (self, &self->pair)->challenge, 0);
  self->next_use_us = now_us + FIL_PUNCH_USE_US;
}

static gint64
deadline (const FilPunch *self)
{
  const FilNatSide peer = _fil_punch_side_of (&self->peer);

  /* Once a packet came through it is worth waiting for the next one. */
  if (!self->has_heard && fil_nat_pair_hangs_on_filter (&self->self.nat, &peer))
    return self->since_us + (self->is_asker ? FIL_PUNCH_BRIEF_US : FIL_PUNCH_BRIEF_SHARER_US);
  return self->since_us + (self->is_asker ? FIL_PUNCH_KNOCKING_US : FIL_PUNCH_SHARER_US);
}

static void
give_up (FilPunch *self,
         gint64 now_us)
{
  FilNatSide peer = _fil_punch_side_of (&self->peer);

  if (fil_nat_pair_chance (&self->self.nat, &peer) == FIL_NAT_CHANCE_YES)
    _fil_punch_fail (self, "punch-failed",
                     _("Both sides knocked, and nothing came through; it will be tried again."), now_us);
  else if (fil_nat_pair_hangs_on_filter (&self->self.nat, &peer))
    _fil_punch_fail (self, "unreachable", fil_nat_pair_sentence (&self->self.nat, &peer), now_us);
  else
    _fil_punch_fail (
        self, "unreachable",
        _("Both sides knocked, and one of the routers let nothing in; a port mapping in your router or IPv6 "
           "would help."),
        now_us);
}

/* What is due between the answer and the choice. */
void
_fil_punch_knock (FilPunch *self,
                  gint64 now_us)
{
  if (self->state == PUNCH_AGREEING)
    {
      if (now_us >= self->next_use_us)
        send_use (self, now_us);
      return;
    }
  if (self->has_pair && now_us >= self->choose_us)
    {
      choose_udp (self, self->peer.has_tls, now_us);
      if (self->state == PUNCH_AGREEING)
        send_use (self, now_us);
      return;
    }
  if (now_us >= deadline (self))
    {
      give_up (self, now_us);
      return;
    }
  if (now_us >= self->next_knock_us && !self->has_pair)
    knock_round (self, now_us);
  if (!self->is_asker && now_us >= self->next_tcp_us)
    open_tcp (self, now_us);
  if (self->next_reminder_us != 0 && now_us >= self->next_reminder_us && !self->has_pair)
    {
      self->next_reminder_us = 0;
      if (self->is_asker && !self->has_heard)
        _fil_punch_remind (self, now_us);
      else if (!self->is_asker && !self->has_heard)
        _fil_punch_knock_once (self);
    }
}

gint64
_fil_punch_knock_wake (const FilPunch *self)
{
  gint64 wake;

  if (self->state == PUNCH_AGREEING)
    return self->next_use_us;
  wake = MIN (deadline (self), self->choose_us);
  if (!self->is_asker)
    wake = MIN (wake, self->next_tcp_us);
  if (self->has_pair)
    return wake;
  if (self->next_reminder_us != 0)
    wake = MIN (wake, self->next_reminder_us);
  return MIN (wake, self->next_knock_us);
}

/* The address that was counted came itself: once for each attempt, since it was counted once. */
static void
refund (FilPunch *self,
        const FilEndpoint *from)
{
  if (!self->is_asker && !self->is_refunded)
    self->is_refunded = fil_punch_guard_proved (self->punches->guard, &self->admitted, from);
}

/* Somebody who knows our nonce says to be there: it gets what it has to echo, one datagram for each of its own.
 * Who asked waits for proof itself, and asks for it with the same datagram. */
static void
answer_unproven (FilPunch *self,
                 const FilPunchProbe *probe,
                 const FilEndpoint *from,
                 gint64 now_us)
{
  const gboolean is_asked = probe->kind == FIL_PROBE_KNOCK || probe->kind == FIL_PROBE_USE;
  const gboolean asks_back = self->is_asker && !self->has_pair && self->state <= PUNCH_KNOCKING;

  if (!is_asked && (!asks_back || probe->kind != FIL_PROBE_HEARD))
    return;
  if (!fil_token_bucket_take (&self->answers, 1, now_us))
    return;
  if (asks_back)
    _fil_punch_add_learnt (self, from);
  send_probe (self, asks_back ? FIL_PROBE_KNOCK : FIL_PROBE_HEARD, from, probe->challenge, 0);
}

/* Each side has read what the other sent. */
static void
take_pair (FilPunch *self,
           const FilEndpoint *from,
           gint64 now_us)
{
  if (!self->is_asker || self->has_pair || self->state != PUNCH_KNOCKING)
    return;
  self->has_pair = TRUE;
  self->pair = *from;
  self->choose_us = choice_time (self, now_us);
  _fil_punch_step (self, "punch-pair", from, "both directions work by UDP");
  _fil_punch_knock (self, now_us);
}

static void
take_use (FilPunch *self,
          const FilPunchProbe *probe,
          const FilEndpoint *from,
          gint64 now_us)
{
  if (self->is_asker)
    return;
  if (self->state == PUNCH_KNOCKING)
    {
      self->pair = *from;
      choose_udp (self, probe->has_tls && self->peer.has_tls, now_us);
    }
  if (self->state == PUNCH_CHOSEN && fil_endpoint_equal (&self->pair, from) &&
      fil_token_bucket_take (&self->answers, 1, now_us))
    send_probe (self, FIL_PROBE_USED, from, probe->challenge, 0);
}

/* The other side reads at the address that this comes from. */
static void
take_proof (FilPunch *self,
            const FilPunchProbe *probe,
            const FilEndpoint *from,
            gint64 now_us)
{
  gboolean is_new;

  if (_fil_punch_prove (self, from, probe->challenge, &is_new) == NULL)
    return;
  if (is_new)
    _fil_punch_step (self, "punch-heard", from, "a knock came through");
  refund (self, from);
  self->has_heard = TRUE;
  if (self->state == PUNCH_SIGNALLING)
    {
      _fil_punch_set_state (self, PUNCH_KNOCKING, now_us);
      self->next_knock_us = now_us;
    }
  if (probe->kind == FIL_PROBE_KNOCK && fil_token_bucket_take (&self->answers, 1, now_us))
    send_probe (self, FIL_PROBE_HEARD, from, probe->challenge, 0);
  if (probe->kind == FIL_PROBE_USE)
    take_use (self, probe, from, now_us);
  else if (probe->kind != FIL_PROBE_USED)
    take_pair (self, from, now_us);
  else if (self->state == PUNCH_AGREEING && fil_endpoint_equal (&self->pair, from))
    _fil_punch_set_state (self, PUNCH_CHOSEN, now_us);
}

/* A knock or an answer to one; whoever sent it knows our nonce. */
void
_fil_punch_take_probe (FilPunch *self,
                       const FilPunchProbe *probe,
                       const FilEndpoint *from,
                       gint64 now_us)
{
  if (self->has_peer ? memcmp (probe->from, self->peer.nonce, sizeof probe->from) != 0
                     : probe->kind != FIL_PROBE_KNOCK)
    return;
  if (!self->has_peer)
    {
      /* It got our offer by a PUSH, and its answer did not find us. */
      self->has_peer = TRUE;
      memcpy (self->peer.nonce, probe->from, sizeof self->peer.nonce);
      self->peer.guid = self->guid;
    }
  if (_fil_punch_is_proof (self, probe, from))
    take_proof (self, probe, from, now_us);
  else
    answer_unproven (self, probe, from, now_us);
}

/* Whether a TCP connection of this attempt would still be used. */
gboolean
_fil_punch_takes_line (const FilPunch *self)
{
  return self->state == PUNCH_KNOCKING || (self->is_asker && self->state == PUNCH_SIGNALLING);
}

/* The connection is the node's from here on. */
void
_fil_punch_chose_tcp (FilPunch *self,
                      const FilEndpoint *peer,
                      gint64 now_us)
{
  refund (self, peer);
  _fil_punch_step (self, "punch-tcp", peer, "a TCP connection stands");
  _fil_punch_end (self, now_us);
}
