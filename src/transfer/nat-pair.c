/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nat-pair.h"

#include <glib/gi18n-lib.h>

static FilNatChance
chance_of (const FilNatClass *a,
           const FilNatClass *b)
{
  const FilNat one = { .mapping = a->mapping, .filter = a->filter };
  const FilNat other = { .mapping = b->mapping, .filter = b->filter };

  return fil_nat_chance (&one, &other);
}

/* Routers treat both transports alike more often than not: what is known of one has to do for the other. */
static const FilNatClass *
tcp_class (const FilNatSide *self)
{
  return self->tcp.mapping != FIL_NAT_MAPPING_UNKNOWN ? &self->tcp : &self->udp;
}

/**
 * fil_nat_pair_chance:
 *
 * Returns: the better chance of UDP and TCP; not knowing is better than knowing that there is none. With IPv6 on
 *   both sides there are but firewalls, which let in whoever was called
 */
FilNatChance
fil_nat_pair_chance (const FilNatSide *a,
                     const FilNatSide *b)
{
  FilNatChance udp = chance_of (&a->udp, &b->udp);
  FilNatChance tcp = FIL_NAT_CHANCE_NO;

  if (a->has_ipv6 && b->has_ipv6)
    return FIL_NAT_CHANCE_YES;
  if (a->has_tcp && b->has_tcp)
    tcp = chance_of (tcp_class (a), tcp_class (b));
  if (udp >= FIL_NAT_CHANCE_PREDICTED || tcp >= FIL_NAT_CHANCE_PREDICTED)
    return MAX (udp, tcp);
  return udp == FIL_NAT_CHANCE_NO ? tcp : udp;
}

/**
 * fil_nat_pair_hangs_on_filter:
 *
 * Returns: whether nothing but whom one of the routers lets in decides, and that is not known yet: then the first
 *   packets of the other side come through, or none ever will
 */
gboolean
fil_nat_pair_hangs_on_filter (const FilNatSide *a,
                              const FilNatSide *b)
{
  return a->udp.mapping != FIL_NAT_MAPPING_UNKNOWN && b->udp.mapping != FIL_NAT_MAPPING_UNKNOWN &&
         fil_nat_pair_chance (a, b) == FIL_NAT_CHANCE_UNKNOWN;
}

static gboolean
is_moving (const FilNatClass *self)
{
  return self->mapping == FIL_NAT_MAPPING_SEQUENTIAL || self->mapping == FIL_NAT_MAPPING_RANDOM;
}

/**
 * fil_nat_pair_sentence:
 *
 * Returns: (transfer none): why two hosts cannot reach each other and what would help, when
 *   fil_nat_pair_chance() says that there is none
 */
const char *
fil_nat_pair_sentence (const FilNatSide *own,
                       const FilNatSide *other)
{
  if (is_moving (&own->udp) && is_moving (&other->udp))
    return _("Both routers use another port for each connection, so neither can find the other; a port "
             "mapping in your router or IPv6 would help.");
  if (is_moving (&own->udp))
    return _("Your router uses another port for each connection and the other router lets nobody in who was "
             "not called; a port mapping in your router or IPv6 would help.");
  return _("The other router uses another port for each connection and yours lets nobody in who was not "
           "called; a port mapping in your router would help.");
}
