/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "own-reach.h"

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
