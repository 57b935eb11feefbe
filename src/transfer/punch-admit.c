/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <string.h>

/* The side that is asked: offers of strangers, as HEAD pings and PUSHes bring them. */

static const FilEndpoint *
first_target (const FilPunchOffer *offer)
{
  const FilEndpoint *target = fil_punch_offer_find (offer, FIL_CANDIDATE_UDP);

  if (target == NULL)
    target = fil_punch_offer_find (offer, FIL_CANDIDATE_IPV6);
  return target;
}

static FilPunch *
find_by_peer (FilPunches *self,
              const guint8 *nonce)
{
  for (guint i = 0; i < self->punches->len; i++)
    {
      FilPunch *punch = g_ptr_array_index (self->punches, i);

      if (!punch->is_asker && punch->has_peer && punch->state != PUNCH_OVER &&
          memcmp (punch->peer.nonce, nonce, FIL_PUNCH_NONCE_LEN) == 0)
        return punch;
    }
  return NULL;
}

/**
 * fil_punches_may_answer:
 *
 * Returns: FALSE for a moment when others have yet to tell how they see us: an answer a little later is worth
 *   more than a wrong one now
 */
gboolean
fil_punches_may_answer (FilPunches *self,
                        gint64 now_us)
{
  FilPunchSelf own;

  _fil_punches_describe (self, &own);
  if (own.is_sure || self->delegate.measure == NULL)
    return TRUE;
  if (self->unsure_us == 0 || now_us - self->unsure_us >= FIL_PUNCH_ANSWER_US)
    {
      self->unsure_us = MAX (now_us, 1);
      self->delegate.measure (self->data);
    }
  return now_us - self->unsure_us >= FIL_PUNCH_MEASURE_US;
}

static gboolean
is_sharing (const FilPunches *self)
{
  return self->delegate.is_sharing == NULL || self->delegate.is_sharing (self->data);
}

static FilPunch *
admit (FilPunches *self,
       const FilPunchOffer *offer,
       gint64 now_us)
{
  const FilEndpoint *target = first_target (offer);
  const FilNatSide side = _fil_punch_side_of (offer);
  FilPunchAdmission verdict;
  FilPunchSelf own;
  FilPunch *punch;

  if (!is_sharing (self) || target == NULL || !self->delegate.may_send (self->data, target) ||
      !fil_punches_may_answer (self, now_us))
    return NULL;
  /* Where the routers forbid it nothing is sent but the answer, which says so. */
  _fil_punches_describe (self, &own);
  if (_fil_punch_is_hopeless (&own, offer))
    verdict = FIL_PUNCH_ADMITTED;
  else
    verdict = fil_punch_guard_admit (self->guard, target, offer->nonce,
                                     fil_nat_pair_hangs_on_filter (&own.nat, &side), now_us);
  if (verdict != FIL_PUNCH_ADMITTED)
    {
      if (self->delegate.step != NULL)
        self->delegate.step (self->data, &offer->guid, "punch-refused", target,
                             verdict == FIL_PUNCH_REPLAYED ? "an offer that came before"
                                                           : "too many offers that came to nothing");
      return NULL;
    }
  punch = _fil_punch_new (self, FALSE, now_us);
  if (punch == NULL)
    return NULL;
  punch->peer = *offer;
  punch->has_peer = TRUE;
  punch->guid = offer->guid;
  punch->admitted = *target;
  _fil_punch_step (punch, "punch-offered", target, "somebody wants a file of ours");
  return punch;
}

/* (transfer none) (nullable): the attempt that @offer is about, new or not. It may be over: the routers forbid it,
 * and the answer says so. */
static FilPunch *
take_offer (FilPunches *self,
            const FilPunchOffer *offer,
            gint64 now_us)
{
  FilPunch *punch;

  if (!offer->is_full || offer->is_answer)
    return NULL;
  punch = find_by_peer (self, offer->nonce);
  if (punch == NULL)
    {
      punch = admit (self, offer, now_us);
      if (punch != NULL)
        _fil_punch_begin_knocking (punch, now_us);
    }
  else if (offer->is_reminder && punch->state == PUNCH_KNOCKING && punch->reminders < FIL_PUNCH_REMINDERS)
    {
      punch->reminders++;
      _fil_punch_knock_once (punch);
    }
  return punch;
}

/**
 * fil_punches_take_offer:
 * @answer: (out): to be sent back the way the offer came
 *
 * Somebody who cannot be called wants a file of ours. The same offer again is a reminder: one more
 * datagram may go to the address that it names (signalling.md §2.4).
 *
 * Returns: whether there is something to answer
 */
gboolean
fil_punches_take_offer (FilPunches *self,
                        const FilPunchOffer *offer,
                        FilPunchOffer *answer,
                        gint64 now_us)
{
  FilPunch *punch = take_offer (self, offer, now_us);

  if (punch == NULL)
    return FALSE;
  _fil_punch_describe (punch, answer);
  return TRUE;
}

static gboolean
take_lime_push (FilPunches *self,
                const FilEndpoint *to,
                gint64 now_us)
{
  FilPunch *punch;
  FilPunchWay way;

  if (!is_sharing (self) || !self->delegate.may_send (self->data, to) ||
      fil_punch_guard_admit (self->guard, to, NULL, FALSE, now_us) != FIL_PUNCH_ADMITTED)
    return FALSE;
  punch = _fil_punch_new (self, FALSE, now_us);
  if (punch == NULL)
    return FALSE;
  punch->admitted = *to;
  _fil_punch_set_state (punch, PUNCH_LIME, now_us);
  way = _fil_punch_way (punch, FIL_PUNCH_BY_LIME, to);
  self->delegate.stream (self->data, &way);
  return TRUE;
}

/* An offer by PUSH is answered by another one. */
static gboolean
answer_push (FilPunches *self,
             const FilPunchOffer *offer,
             const FilEndpoint *to,
             gint64 now_us)
{
  FilPunch *punch = take_offer (self, offer, now_us);

  if (punch == NULL || punch->pushes++ >= FIL_PUNCH_PINGS)
    return FALSE;
  /* It cannot remind us by this way: what one PUSH allows goes out when its router should be open. */
  punch->next_reminder_us = now_us + FIL_PUNCH_REMIND_US;
  /* gtk-gnutella put in the address that it saw, which is better than what the other side thinks. */
  if (self->delegate.may_send (self->data, to) && fil_endpoint_same_address (to, &punch->admitted))
    _fil_punch_add_udp (punch, to);
  _fil_punch_push (punch, &offer->guid, offer->proxies, offer->n_proxies, TRUE);
  return TRUE;
}

/* Keeps an offer until others have told how they see us. */
static gboolean
keep_waiting (FilPunches *self,
              const FilPunchOffer *offer,
              const FilEndpoint *to,
              gint64 now_us)
{
  FilPunchWaiting waiting = { *offer, *to, now_us + FIL_PUNCH_WAITING_US };

  for (guint i = 0; i < self->waiting->len; i++)
    if (memcmp (g_array_index (self->waiting, FilPunchWaiting, i).offer.nonce, offer->nonce,
                FIL_PUNCH_NONCE_LEN) == 0)
      return TRUE;
  if (!is_sharing (self) || self->waiting->len >= FIL_PUNCH_WAITING_MAX)
    return FALSE;
  g_array_append_val (self->waiting, waiting);
  self->next_look_us = now_us + FIL_PUNCH_LOOK_US;
  return TRUE;
}

/* Answers the offers that wait, or looks again a little later. */
void
_fil_punches_answer_waiting (FilPunches *self,
                             gint64 now_us)
{
  g_autoptr (GArray) waiting = NULL;

  if (self->waiting->len == 0 || now_us < self->next_look_us)
    return;
  self->next_look_us = now_us + FIL_PUNCH_LOOK_US;
  if (!fil_punches_may_answer (self, now_us))
    return;
  waiting = g_steal_pointer (&self->waiting);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (FilPunchWaiting));
  for (guint i = 0; i < waiting->len; i++)
    {
      const FilPunchWaiting *one = &g_array_index (waiting, FilPunchWaiting, i);

      if (now_us < one->until_us)
        answer_push (self, &one->offer, &one->to, now_us);
    }
}

/**
 * fil_punches_take_push:
 *
 * A PUSH 0x7FFFFFFD for us: an answer, an offer, or without our item LimeWire's request.
 *
 * Returns: whether something came of it, or may yet
 */
gboolean
fil_punches_take_push (FilPunches *self,
                       const FilPush *push,
                       gint64 now_us)
{
  const FilEndpoint *to = fil_push_caller (push);
  FilPunchOffer offer;

  if (push->signal.len == 0)
    return take_lime_push (self, to, now_us);
  if (!fil_punch_offer_decode (&offer, push->signal))
    return FALSE;
  if (offer.is_answer)
    return fil_punches_take_answer (self, &offer, NULL, NULL, now_us);
  if (!fil_punches_may_answer (self, now_us))
    return offer.is_full && keep_waiting (self, &offer, to, now_us);
  return answer_push (self, &offer, to, now_us);
}
