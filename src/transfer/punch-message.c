/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punches-private.h"

#include <string.h>

#include "head-ping.h"
#include "header.h"
#include "vendor.h"

/* What is signalled, and how it looks on the wire (signalling.md §2): our offer or answer, in a HEAD ping or in
 * a PUSH. */

#define HEAD_TTL 2 /* reaches the other side with TTL 1, hops 1 through all programs */
#define PUSH_TTL 2

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

/* One HEAD ping with our offer. */
void
_fil_punch_ping (FilPunch *self,
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

/**
 * _fil_punch_call:
 * @target: servent GUID of who shall knock
 *
 * Returns: a PUSH 0x7FFFFFFD with our mapped addresses; without a port when there are none
 */
FilPush
_fil_punch_call (const FilPunch *self,
                 const FilGuid *target)
{
  FilPush push = { .target = *target, .index = FIL_PUSH_INDEX_FW };

  fil_push_call_at (&push, &self->self.udp, &self->self.ipv6);
  return push;
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
  FilPush push = _fil_punch_call (self, target);
  g_auto (FilWriter) item, payload;

  fil_writer_init (&item);
  fil_writer_init (&payload);
  if (push.port == 0)
    return;
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
