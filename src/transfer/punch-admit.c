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

  if (target == NULL || !self->delegate.may_send (self->data, target) ||
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
  FilPunch *punch = offer->is_full && !offer->is_answer ? find_by_peer (self, offer->nonce) : NULL;

  if (!offer->is_full || offer->is_answer)
    return FALSE;
  if (punch != NULL)
    {
      _fil_punch_describe (punch, answer);
      if (offer->is_reminder && punch->state == PUNCH_KNOCKING && punch->reminders < FIL_PUNCH_REMINDERS)
        {
          punch->reminders++;
          _fil_punch_knock_once (punch);
        }
      return TRUE;
    }
  punch = admit (self, offer, now_us);
  if (punch == NULL)
    return FALSE;
  _fil_punch_describe (punch, answer);
  _fil_punch_begin_knocking (punch, now_us);
  return TRUE;
}

static gboolean
take_lime_push (FilPunches *self,
                const FilEndpoint *to,
                gint64 now_us)
{
  FilPunch *punch;
  FilPunchWay way;

  if (!self->delegate.may_send (self->data, to) ||
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

/**
 * fil_punches_take_push:
 *
 * A PUSH 0x7FFFFFFD for us: an answer, an offer, or without our item LimeWire's request.
 *
 * Returns: whether something came of it
 */
gboolean
fil_punches_take_push (FilPunches *self,
                       const FilPush *push,
                       gint64 now_us)
{
  const FilEndpoint *to = fil_endpoint_is_set (&push->endpoint) ? &push->endpoint : &push->endpoint6;
  FilPunchOffer offer, answer;
  FilPunch *punch;

  if (push->signal.len == 0)
    return take_lime_push (self, to, now_us);
  if (!fil_punch_offer_decode (&offer, push->signal))
    return FALSE;
  if (offer.is_answer)
    return fil_punches_take_answer (self, &offer, NULL, NULL, now_us);
  if (!fil_punches_take_offer (self, &offer, &answer, now_us))
    return FALSE;
  punch = find_by_peer (self, offer.nonce);
  if (punch == NULL || punch->pushes++ >= FIL_PUNCH_PINGS)
    return FALSE;
  /* It cannot remind us by this way: what one PUSH allows goes out when its router should be open. */
  punch->next_reminder_us = now_us + FIL_PUNCH_REMIND_US;
  /* gtk-gnutella put in the address that it saw, which is better than what the other side thinks. */
  if (self->delegate.may_send (self->data, to) && fil_endpoint_same_address (to, &punch->admitted))
    _fil_punch_add_udp (punch, to);
  _fil_punch_push (punch, &offer.guid, offer.proxies, offer.n_proxies, TRUE);
  return TRUE;
}
