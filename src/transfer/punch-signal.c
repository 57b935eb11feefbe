/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The side that asks (signalling.md §2): its offer goes in HEAD pings by UDP to push proxies of the other side,
 * the answer comes back in the pong; PUSH 0x7FFFFFFD is for when no pong comes. */

#define BUSY_US (100 * FIL_MSEC)

/* LimeWire and WireShare answer only the first of two pings that wait, so every proxy gets one at a time,
 * whoever it is about (signalling.md §1). */
static gboolean
is_busy (const FilPunches *self,
         const FilEndpoint *proxy,
         gint64 now_us)
{
  for (guint i = 0; i < self->punches->len; i++)
    {
      const FilPunch *punch = g_ptr_array_index (self->punches, i);

      for (guint j = 0; punch->state == PUNCH_SIGNALLING && j < punch->n_pings; j++)
        if (!punch->pings[j].is_answered && now_us - punch->pings[j].sent_us < FIL_PUNCH_PING_US &&
            fil_endpoint_equal (&punch->pings[j].proxy, proxy))
          return TRUE;
    }
  return FALSE;
}

/* One ping to each of up to three proxies; when there are more, other ones the next time. */
static void
send_round (FilPunch *self,
            gint64 now_us)
{
  guint n = MIN (self->wish.n_proxies, FIL_PUNCH_PROXIES_AT_ONCE);
  guint sent = 0, allowed = 0;

  for (guint i = 0; i < n; i++)
    {
      const FilEndpoint *proxy = &self->proxies[(self->rounds * n + i) % self->wish.n_proxies];

      if (!self->punches->delegate.may_send (self->punches->data, proxy))
        continue;
      allowed++;
      if (is_busy (self->punches, proxy, now_us))
        continue;
      _fil_punch_ping (self, proxy, now_us);
      sent++;
    }
  if (sent == 0 && allowed > 0)
    {
      self->next_round_us = now_us + BUSY_US;
      return;
    }
  self->rounds++;
  self->next_round_us = now_us + FIL_PUNCH_PING_US;
}

/* Nobody answered for three seconds: a PUSH may get through, and our router shall let in what the other
 * side then sends from where its hit said it is. */
static void
fall_back (FilPunch *self)
{
  self->has_pushed = TRUE;
  _fil_punch_push (self, &self->wish.guid, self->proxies,
                   MIN (self->wish.n_proxies, FIL_PUNCH_PROXIES_AT_ONCE), TRUE);
  if (fil_endpoint_is_set (&self->wish.endpoint) &&
      self->punches->delegate.may_send (self->punches->data, &self->wish.endpoint))
    _fil_punch_add_udp (self, &self->wish.endpoint);
  _fil_punch_knock_once (self);
}

/* Behind a router that counts, every attempt takes ports: the next offer can name one when the last attempt
 * has knocked. */
static gboolean
has_turn (const FilPunch *self,
          gint64 now_us)
{
  for (guint i = 0; i < self->punches->punches->len; i++)
    {
      const FilPunch *other = g_ptr_array_index (self->punches->punches, i);

      if (other != self && other->is_asker && other->state == PUNCH_SIGNALLING && other->offered_us != 0 &&
          now_us - other->offered_us < FIL_PUNCH_PING_US)
        return FALSE;
    }
  return TRUE;
}

/* An offer with a wrong port is good for nothing: as long as nobody has told us ours, others are asked. */
static gboolean
is_ready (FilPunch *self,
          gint64 now_us)
{
  FilPunches *punches = self->punches;

  if (self->offered_us != 0)
    return TRUE;
  if (self->self.nat.udp.mapping == FIL_NAT_MAPPING_SEQUENTIAL)
    {
      self->next_round_us = now_us + FIL_PUNCH_LOOK_US;
      if (!has_turn (self, now_us))
        return FALSE;
      _fil_punches_describe (punches, &self->self);
    }
  if (!self->self.is_sure && punches->delegate.measure != NULL &&
      now_us - self->started_us < FIL_PUNCH_MEASURE_US)
    {
      if (now_us == self->started_us)
        punches->delegate.measure (punches->data);
      _fil_punches_describe (punches, &self->self);
      self->next_round_us = now_us + FIL_PUNCH_LOOK_US;
      if (!self->self.is_sure)
        return FALSE;
    }
  self->offered_us = self->next_round_us = now_us;
  return TRUE;
}

/* What is due while nobody has answered. */
void
_fil_punch_signal (FilPunch *self,
                   gint64 now_us)
{
  if (!is_ready (self, now_us))
    return;
  if (now_us - self->offered_us >= FIL_PUNCH_ANSWER_US)
    {
      _fil_punch_fail (self, "no-punch-answer",
                       _("Nobody passed our request on to the source, or it did not answer."), now_us);
      return;
    }
  if (!self->has_pushed && now_us - self->offered_us >= FIL_PUNCH_PUSH_US)
    fall_back (self);
  if (self->rounds < FIL_PUNCH_PINGS && now_us >= self->next_round_us)
    send_round (self, now_us);
}

gint64
_fil_punch_signal_wake (const FilPunch *self)
{
  gint64 wake = self->offered_us + FIL_PUNCH_ANSWER_US;

  if (self->offered_us == 0)
    return self->next_round_us;
  if (!self->has_pushed)
    wake = MIN (wake, self->offered_us + FIL_PUNCH_PUSH_US);
  if (self->rounds < FIL_PUNCH_PINGS)
    wake = MIN (wake, self->next_round_us);
  return wake;
}

/* One more ping by the way that worked: it allows the other side one datagram to us that is not held
 * back, which is what it takes when its router picks another port for each of us. */
void
_fil_punch_remind (FilPunch *self,
                   gint64 now_us)
{
  if (!fil_endpoint_is_set (&self->answered_by) || self->reminders >= FIL_PUNCH_REMINDERS)
    return;
  self->reminders++;
  self->next_reminder_us = now_us + FIL_PUNCH_REMIND_US;
  _fil_punch_ping (self, &self->answered_by, now_us);
}

static FilPunchPing *
find_ping (FilPunch *self,
           const FilGuid *muid)
{
  for (guint i = 0; i < self->n_pings; i++)
    if (fil_guid_equal (&self->pings[i].muid, muid))
      return &self->pings[i];
  return NULL;
}

/**
 * fil_punches_take_answer:
 * @muid: (nullable): of the pong; NULL when it came as a PUSH
 * @from: (nullable): where the pong came from
 *
 * A pong counts only with the nonce of the offer, from the proxy that was asked, and about the host that
 * was meant: gtk-gnutella passes on pongs of anybody who knows the MUID (signalling.md §1).
 *
 * Returns: whether it was one that we waited for
 */
gboolean
fil_punches_take_answer (FilPunches *self,
                         const FilPunchOffer *answer,
                         const FilGuid *muid,
                         const FilEndpoint *from,
                         gint64 now_us)
{
  FilPunch *punch = answer->is_full && answer->is_answer ? _fil_punches_by_nonce (self, answer->echo) : NULL;
  FilPunchPing *ping = NULL;

  if (punch == NULL || !punch->is_asker || !fil_guid_equal (&punch->guid, &answer->guid))
    return FALSE;
  if (muid != NULL)
    {
      ping = find_ping (punch, muid);
      if (ping == NULL || (from != NULL && !fil_endpoint_same_address (from, &ping->proxy)))
        return FALSE;
      ping->is_answered = TRUE;
      if (!fil_endpoint_is_set (&punch->answered_by))
        punch->answered_by = ping->proxy;
    }
  if (punch->has_answer || punch->state > PUNCH_KNOCKING)
    return TRUE;
  punch->peer = *answer;
  punch->has_peer = TRUE;
  punch->has_answer = TRUE;
  _fil_punch_step (punch, "punch-answered", ping != NULL ? &ping->proxy : NULL,
                   "the source answers and knocks");
  _fil_punch_begin_knocking (punch, now_us);
  return TRUE;
}
