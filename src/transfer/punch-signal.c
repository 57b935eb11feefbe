/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "head-ping.h"
#include "header.h"
#include "vendor.h"

/* Signalling (signalling.md §2): the offer goes in HEAD pings by UDP to push proxies of the other side, its
 * answer comes back in the pong; PUSH 0x7FFFFFFD is for when no pong comes. */

#define HEAD_TTL 2 /* reaches the other side with TTL 1, hops 1 through all programs */
#define PUSH_TTL 2
#define BUSY_US (100 * FIL_MSEC)
#define LOOK_US (20 * FIL_MSEC)

static void
add_candidate (FilPunchOffer *self,
               FilCandidateKind kind,
               const FilEndpoint *endpoint)
{
  if (endpoint->family != 0 && endpoint->port != 0 && self->n_candidates < FIL_CANDIDATES_MAX)
    self->candidates[self->n_candidates++] = (FilCandidate){ kind, *endpoint };
}

/**
 * fil_punch_describe_hit:
 * @out: (out): what our hits say, so that others know beforehand whether it can work
 */
void
fil_punch_describe_hit (const FilPunchSelf *self,
                        FilPunchOffer *out)
{
  *out = (FilPunchOffer){ .has_tcp = self->nat.has_tcp, .udp = self->nat.udp, .tcp = self->nat.tcp };
}

/* Our offer, or our answer when the other side's offer is there. */
void
_fil_punch_describe (const FilPunch *self,
                     FilPunchOffer *out)
{
  const FilPunchSelf *own = &self->self;

  fil_punch_describe_hit (own, out);
  out->is_full = TRUE;
  out->has_tls = own->has_tls;
  out->guid = own->guid;
  memcpy (out->nonce, self->own_nonce, sizeof out->nonce);
  memcpy (out->fingerprint, own->fingerprint, sizeof out->fingerprint);
  if (!self->is_asker)
    {
      out->is_answer = TRUE;
      memcpy (out->echo, self->peer.nonce, sizeof out->echo);
    }
  out->is_reminder = self->is_asker && self->reminders > 0;
  add_candidate (out, FIL_CANDIDATE_UDP, &own->udp);
  if (own->nat.has_tcp)
    add_candidate (out, FIL_CANDIDATE_TCP, &own->tcp);
  add_candidate (out, FIL_CANDIDATE_LOCAL, &own->local);
  add_candidate (out, FIL_CANDIDATE_IPV6, &own->ipv6);
  for (guint i = 0; i < MIN (own->n_proxies, FIL_OFFER_PROXIES_MAX); i++)
    out->proxies[out->n_proxies++] = own->proxies[i];
}

static void
send_message (FilPunch *self,
              const FilHeader *fields,
              FilSlice payload,
              const FilEndpoint *to)
{
  FilHeader header = *fields;
  guint8 head[FIL_HEADER_LEN];
  g_auto (FilWriter) datagram;

  header.size = (guint32) payload.len;
  fil_header_encode (&header, head);
  fil_writer_init (&datagram);
  fil_writer_bytes (&datagram, head, sizeof head);
  fil_writer_put (&datagram, payload);
  self->punches->delegate.send (self->punches->data, to, fil_writer_data (&datagram), datagram.len, 0);
}

static void
write_offer (FilPunch *self,
             FilWriter *out)
{
  FilPunchOffer offer;

  _fil_punch_describe (self, &offer);
  fil_punch_offer_encode (&offer, out);
}

static void
send_ping (FilPunch *self,
           const FilEndpoint *proxy,
           gint64 now_us)
{
  FilHeadPing ping = { .sha1 = self->wish.sha1, .has_target = TRUE, .target = self->wish.guid };
  FilVendor vendor = { .id = { FIL_VENDOR_LIME, 23, 2 } };
  FilPunchPing *sent = &self->pings[self->n_pings];
  FilHeader header;
  g_auto (FilWriter) item, body, payload;

  fil_writer_init (&item);
  fil_writer_init (&body);
  fil_writer_init (&payload);
  if (self->n_pings >= G_N_ELEMENTS (self->pings))
    return;
  self->n_pings++;
  *sent = (FilPunchPing){ .proxy = *proxy, .sent_us = now_us };
  fil_guid_random (&sent->muid, self->punches->random);
  header = fil_header (FIL_KIND_VENDOR, &sent->muid, HEAD_TTL, 0);

  write_offer (self, &item);
  ping.signal = fil_writer_slice (&item);
  fil_head_ping_encode (&ping, vendor.id.version, &body);
  vendor.body = fil_writer_slice (&body);
  fil_vendor_encode (&vendor, &payload);
  send_message (self, &header, fil_writer_slice (&payload), proxy);
  _fil_punch_step (self, "punch-asked", proxy, "HEAD ping with our offer, to its push proxy");
}

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
      send_ping (self, proxy, now_us);
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

/**
 * _fil_punch_push:
 * @target: servent GUID of who shall knock
 * @has_signal: with our offer or answer; without it, it is LimeWire's way
 *
 * UDP PUSH 0x7FFFFFFD with our mapped address, which gtk-gnutella replaces by the one that it sees
 * (signalling.md §3).
 */
void
_fil_punch_push (FilPunch *self,
                 const FilGuid *target,
                 const FilEndpoint *proxies,
                 guint n,
                 gboolean has_signal)
{
  FilPush push = { .target = *target, .index = FIL_PUSH_INDEX_FW };
  g_auto (FilWriter) item, payload;

  fil_writer_init (&item);
  fil_writer_init (&payload);
  if (!fil_endpoint_is_set (&self->self.udp))
    return;
  push.port = self->self.udp.port;
  if (self->self.udp.family == 6)
    push.endpoint6 = self->self.udp;
  else
    push.endpoint = self->self.udp;
  if (has_signal)
    {
      write_offer (self, &item);
      push.signal = fil_writer_slice (&item);
    }
  fil_push_encode (&push, &payload);
  for (guint i = 0; i < n; i++)
    {
      FilHeader header = fil_header (FIL_KIND_PUSH, &(FilGuid){ { 0 } }, PUSH_TTL, 0);

      if (!self->punches->delegate.may_send (self->punches->data, &proxies[i]))
        continue;
      fil_guid_random (&header.muid, self->punches->random);
      send_message (self, &header, fil_writer_slice (&payload), &proxies[i]);
      _fil_punch_step (self, "punch-pushed", &proxies[i],
                       self->is_asker ? "PUSH 0x7FFFFFFD, to its push proxy"
                                      : "our answer as PUSH 0x7FFFFFFD");
    }
}

/* Nobody answered for three seconds: a PUSH may get through, and our router shall let in what the other
 * side then sends from where its hit said it is. */
static void
fall_back (FilPunch *self,
           gint64 now_us)
{
  self->has_pushed = TRUE;
  _fil_punch_push (self, &self->wish.guid, self->proxies,
                   MIN (self->wish.n_proxies, FIL_PUNCH_PROXIES_AT_ONCE), TRUE);
  if (fil_endpoint_is_set (&self->wish.endpoint) &&
      self->punches->delegate.may_send (self->punches->data, &self->wish.endpoint))
    _fil_punch_add_udp (self, &self->wish.endpoint);
  _fil_punch_knock_once (self, now_us);
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
      self->next_round_us = now_us + LOOK_US;
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
      self->next_round_us = now_us + LOOK_US;
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
    fall_back (self, now_us);
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
  send_ping (self, &self->answered_by, now_us);
}

/* Taking what the other side signals. */

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
    verdict = fil_punch_guard_admit (self->guard, target, offer->nonce, now_us);
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
          _fil_punch_knock_once (punch, now_us);
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

static gboolean
take_lime_push (FilPunches *self,
                const FilEndpoint *to,
                gint64 now_us)
{
  FilPunch *punch;
  FilPunchWay way;

  if (!self->delegate.may_send (self->data, to) ||
      fil_punch_guard_admit (self->guard, to, NULL, now_us) != FIL_PUNCH_ADMITTED)
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
