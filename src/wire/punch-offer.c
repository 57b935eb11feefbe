/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-offer.h"

#include "reader.h"

/* Layout: version, flags, NAT class of UDP and of TCP, two steps; full ones go on with nonce,
 * echo (answers only), GUID, counts (candidates in the low half, proxies in the high one), the
 * endpoints and the fingerprint. What a later version appends is not looked at. */
#define FLAG_ANSWER 0x01
#define FLAG_TLS 0x02
#define FLAG_TCP 0x04
#define FLAG_FULL 0x08
#define FLAG_REMINDER 0x10

/* An endpoint has its kind, or 0 for a proxy, before it; this bit makes the address a long one. */
#define KIND_IPV6 0x10
#define KIND_MASK 0x0f
#define COUNT_MAX 15

/* A class: mapping in the lowest three bits, filter in the next two. */
#define CLASS_MAPPING 7
#define CLASS_FILTER_SHIFT 3
#define CLASS_FILTER 3

static gboolean
read_endpoint (FilReader *r,
               guint8 *kind,
               FilEndpoint *out)
{
  const guint8 *addr;
  guint16 port;

  if (!fil_reader_u8 (r, kind) || !fil_reader_take (r, (*kind & KIND_IPV6) != 0 ? 16 : 4, &addr) ||
      !fil_reader_be16 (r, &port))
    return FALSE;
  *out = (*kind & KIND_IPV6) != 0 ? fil_endpoint_v6 (addr, port) : fil_endpoint_v4 (addr, port);
  *kind &= KIND_MASK;
  return TRUE;
}

static void
write_endpoint (guint8 kind,
                const FilEndpoint *endpoint,
                FilWriter *out)
{
  fil_writer_u8 (out, kind | (endpoint->family == 6 ? KIND_IPV6 : 0));
  fil_writer_bytes (out, endpoint->addr, endpoint->family == 6 ? 16 : 4);
  fil_writer_be16 (out, endpoint->port);
}

/* Kinds that nobody knows, and addresses that are none, are passed over. */
static gboolean
read_endpoints (FilPunchOffer *self,
                FilReader *r)
{
  guint8 counts;

  if (!fil_reader_u8 (r, &counts))
    return FALSE;
  for (guint i = 0; i < (guint) (counts & COUNT_MAX); i++)
    {
      FilCandidate candidate;
      guint8 kind;

      if (!read_endpoint (r, &kind, &candidate.endpoint))
        return FALSE;
      candidate.kind = (FilCandidateKind) kind;
      if (kind >= FIL_CANDIDATE_UDP && kind <= FIL_CANDIDATE_IPV6 && candidate.endpoint.port != 0 &&
          (kind == FIL_CANDIDATE_IPV6) == (candidate.endpoint.family == 6) &&
          fil_endpoint_class (&candidate.endpoint) != FIL_ADDRESS_NONE &&
          self->n_candidates < FIL_CANDIDATES_MAX)
        self->candidates[self->n_candidates++] = candidate;
    }
  for (guint i = 0; i < (guint) (counts >> 4); i++)
    {
      FilEndpoint proxy;
      guint8 kind;

      if (!read_endpoint (r, &kind, &proxy))
        return FALSE;
      if (proxy.port != 0 && fil_endpoint_class (&proxy) != FIL_ADDRESS_NONE &&
          self->n_proxies < FIL_OFFER_PROXIES_MAX)
        self->proxies[self->n_proxies++] = proxy;
    }
  return TRUE;
}

/* What a later version knows of mappings is unknown to us. */
static FilNatClass
read_class (guint8 byte,
            guint8 step)
{
  FilNatClass class = { (FilNatMapping) (byte & CLASS_MAPPING),
                        (FilNatFilter) (byte >> CLASS_FILTER_SHIFT & CLASS_FILTER), 0 };

  if (class.mapping > FIL_NAT_MAPPING_RANDOM)
    class.mapping = FIL_NAT_MAPPING_UNKNOWN;
  if (class.mapping == FIL_NAT_MAPPING_SEQUENTIAL)
    class.step = (gint8) step;
  return class;
}

static guint8
class_byte (const FilNatClass *class)
{
  return (guint8) ((guint) class->mapping | (guint) class->filter << CLASS_FILTER_SHIFT);
}

static guint8
step_byte (const FilNatClass *class)
{
  return class->mapping == FIL_NAT_MAPPING_SEQUENTIAL ? (guint8) class->step : 0;
}

/**
 * fil_punch_offer_decode:
 *
 * Returns: whether @item is an offer, an answer or what a hit says, of a version that can be read
 */
gboolean
fil_punch_offer_decode (FilPunchOffer *self,
                        FilSlice item)
{
  FilReader r = item;
  guint8 version;
  guint8 flags;
  guint8 classes[2];
  guint8 steps[2];

  memset (self, 0, sizeof *self);
  if (!fil_reader_u8 (&r, &version) || version < FIL_PUNCH_OFFER_VERSION || !fil_reader_u8 (&r, &flags) ||
      !fil_reader_copy (&r, classes, sizeof classes) || !fil_reader_copy (&r, steps, sizeof steps))
    return FALSE;
  self->udp = read_class (classes[0], steps[0]);
  self->tcp = read_class (classes[1], steps[1]);
  self->is_full = (flags & FLAG_FULL) != 0;
  self->has_tcp = (flags & FLAG_TCP) != 0;
  if (!self->is_full)
    return TRUE;
  self->is_answer = (flags & FLAG_ANSWER) != 0;
  self->is_reminder = !self->is_answer && (flags & FLAG_REMINDER) != 0;
  self->has_tls = (flags & FLAG_TLS) != 0;
  return fil_reader_copy (&r, self->nonce, sizeof self->nonce) &&
         (!self->is_answer || fil_reader_copy (&r, self->echo, sizeof self->echo)) &&
         fil_reader_copy (&r, self->guid.bytes, sizeof self->guid.bytes) && read_endpoints (self, &r) &&
         (!self->has_tls || fil_reader_copy (&r, self->fingerprint, sizeof self->fingerprint));
}

/**
 * fil_punch_offer_encode:
 *
 * Appends the item.
 */
void
fil_punch_offer_encode (const FilPunchOffer *self,
                        FilWriter *out)
{
  const guint n_candidates = MIN (self->n_candidates, FIL_CANDIDATES_MAX);
  const guint n_proxies = MIN (self->n_proxies, FIL_OFFER_PROXIES_MAX);
  guint8 flags = (self->is_full ? FLAG_FULL : 0) | (self->has_tcp ? FLAG_TCP : 0);

  if (self->is_full)
    flags |= (self->is_answer     ? FLAG_ANSWER
              : self->is_reminder ? FLAG_REMINDER
                                  : 0) |
             (self->has_tls ? FLAG_TLS : 0);
  fil_writer_u8 (out, FIL_PUNCH_OFFER_VERSION);
  fil_writer_u8 (out, flags);
  fil_writer_u8 (out, class_byte (&self->udp));
  fil_writer_u8 (out, class_byte (&self->tcp));
  fil_writer_u8 (out, step_byte (&self->udp));
  fil_writer_u8 (out, step_byte (&self->tcp));
  if (!self->is_full)
    return;
  fil_writer_bytes (out, self->nonce, sizeof self->nonce);
  if (self->is_answer)
    fil_writer_bytes (out, self->echo, sizeof self->echo);
  fil_writer_bytes (out, self->guid.bytes, sizeof self->guid.bytes);
  fil_writer_u8 (out, (guint8) (n_candidates | n_proxies << 4));
  for (guint i = 0; i < n_candidates; i++)
    write_endpoint ((guint8) self->candidates[i].kind, &self->candidates[i].endpoint, out);
  for (guint i = 0; i < n_proxies; i++)
    write_endpoint (0, &self->proxies[i], out);
  if (self->has_tls)
    fil_writer_bytes (out, self->fingerprint, sizeof self->fingerprint);
}

/**
 * fil_punch_offer_find:
 *
 * Returns: (transfer none) (nullable): the first candidate of that kind
 */
const FilEndpoint *
fil_punch_offer_find (const FilPunchOffer *self,
                      FilCandidateKind kind)
{
  for (guint i = 0; i < self->n_candidates; i++)
    if (self->candidates[i].kind == kind)
      return &self->candidates[i].endpoint;
  return NULL;
}
