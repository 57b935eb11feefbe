/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "own-reach.h"

#include <glib/gi18n-lib.h>

/**
 * fil_own_reach_chance:
 *
 * Returns: whether we and a host that nobody can connect to can open a way between us
 */
FilNatChance
fil_own_reach_chance (const FilOwnReach *self,
                      const FilPunchHint *other)
{
  if (!self->can_punch || !other->can_punch)
    return FIL_NAT_CHANCE_NO;
  if (other->knows_offers)
    return fil_nat_pair_chance (&self->nat, &other->nat);
  /* LimeWire offers it only behind a router that keeps its port, and takes no packet from another port than
   * the one that it was told (rudp.md §2, §6). */
  if (self->nat.udp.mapping == FIL_NAT_MAPPING_UNKNOWN)
    return FIL_NAT_CHANCE_UNKNOWN;
  return fil_nat_is_fixed (self->nat.udp.mapping) ? FIL_NAT_CHANCE_YES : FIL_NAT_CHANCE_NO;
}

/**
 * fil_own_reach_why:
 * @other: what is known of a host that nobody can connect to
 * @has_proxies: it names ultrapeers that carry messages to it
 *
 * Returns: (transfer none): why no way leads there and what would help, when nobody can connect to us either and
 *   there is no chance for a way that both sides open
 */
const char *
fil_own_reach_why (const FilOwnReach *self,
                   const FilPunchHint *other,
                   gboolean has_proxies)
{
  if (!self->can_punch && self->is_udp_blocked)
    return _("Neither of you can be called from outside, and a path from both sides begins with UDP, which does not "
             "get through from here. Letting UDP through would help.");
  if (!self->can_punch)
    return _("Neither of you can be called from outside, and it is not known yet as whom others see you, which a path "
             "from both sides needs. That takes a minute or two after the start.");
  if (!other->can_punch)
    return _("Neither of you can be called from outside, and its program opens no paths from both sides. An open "
             "port in your router or firewall would let it connect to you.");
  if (!has_proxies)
    return _("Neither of you can be called from outside, and it names no ultrapeer that would carry a message to it. "
             "An open port in your router or firewall would let it connect to you.");
  if (other->knows_offers)
    return fil_nat_pair_sentence (&self->nat, &other->nat);
  return _("Your router uses another port for each connection, and its program takes only the port that it was told. "
           "A port mapping in your router or IPv6 would help.");
}

static gboolean
class_equal (const FilNatClass *a,
             const FilNatClass *b)
{
  return a->mapping == b->mapping && a->filter == b->filter;
}

/**
 * fil_own_reach_equal:
 *
 * Returns: whether others can come to us in the same ways
 */
gboolean
fil_own_reach_equal (const FilOwnReach *a,
                     const FilOwnReach *b)
{
  return a->is_reachable == b->is_reachable && a->can_punch == b->can_punch && a->is_udp_blocked == b->is_udp_blocked &&
         a->nat.has_tcp == b->nat.has_tcp && a->nat.has_ipv6 == b->nat.has_ipv6 && class_equal (&a->nat.udp, &b->nat.udp) &&
         class_equal (&a->nat.tcp, &b->nat.tcp);
}
