/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nat.h"

/**
 * fil_nat_is_fixed:
 *
 * Returns: whether the outside port is the same for everybody, so that it can be told to others
 */
gboolean
fil_nat_is_fixed (FilNatMapping mapping)
{
  return mapping == FIL_NAT_MAPPING_NONE || mapping == FIL_NAT_MAPPING_INDEPENDENT;
}

/**
 * fil_nat_name:
 *
 * Returns: (transfer none) (nullable): a stable name for scripts: "public", "firewall", "full-cone",
 *   "address-restricted", "port-restricted", "symmetric-sequential", "symmetric-random"; "no-nat" and
 *   "cone" while the filter is unknown; NULL while nothing is known
 */
const char *
fil_nat_name (const FilNat *self)
{
  static const char *const hosts[] = {
    [FIL_NAT_FILTER_UNKNOWN] = "no-nat",
    [FIL_NAT_FILTER_OPEN] = "public",
    [FIL_NAT_FILTER_ADDRESS] = "firewall",
    [FIL_NAT_FILTER_PORT] = "firewall",
  };
  static const char *const cones[] = {
    [FIL_NAT_FILTER_UNKNOWN] = "cone",
    [FIL_NAT_FILTER_OPEN] = "full-cone",
    [FIL_NAT_FILTER_ADDRESS] = "address-restricted",
    [FIL_NAT_FILTER_PORT] = "port-restricted",
  };

  switch (self->mapping)
    {
    case FIL_NAT_MAPPING_NONE:
      return hosts[self->filter];
    case FIL_NAT_MAPPING_INDEPENDENT:
      return cones[self->filter];
    case FIL_NAT_MAPPING_SEQUENTIAL:
      return "symmetric-sequential";
    case FIL_NAT_MAPPING_RANDOM:
      return "symmetric-random";
    case FIL_NAT_MAPPING_UNKNOWN:
    default:
      return NULL;
    }
}

/* Lets in whoever sends from an address that was sent to, whatever port that one's NAT took. */
static gboolean
is_easy (const FilNat *self)
{
  return fil_nat_is_fixed (self->mapping) &&
         (self->filter == FIL_NAT_FILTER_OPEN || self->filter == FIL_NAT_FILTER_ADDRESS);
}

/**
 * fil_nat_chance:
 *
 * Whether UDP packets that both send at the same moment find their way through (f2f.md §2; every pair
 * was measured). TCP follows the same table.
 */
FilNatChance
fil_nat_chance (const FilNat *a,
                const FilNat *b)
{
  const FilNat *fixed = fil_nat_is_fixed (a->mapping) ? a : b;
  const FilNat *other = fixed == a ? b : a;

  if (is_easy (a) || is_easy (b))
    return FIL_NAT_CHANCE_YES;
  if (a->mapping == FIL_NAT_MAPPING_UNKNOWN || b->mapping == FIL_NAT_MAPPING_UNKNOWN)
    return FIL_NAT_CHANCE_UNKNOWN;
  if (!fil_nat_is_fixed (fixed->mapping))
    return FIL_NAT_CHANCE_NO;
  if (fil_nat_is_fixed (other->mapping))
    return FIL_NAT_CHANCE_YES;
  if (other->mapping == FIL_NAT_MAPPING_SEQUENTIAL)
    return FIL_NAT_CHANCE_PREDICTED;
  return fixed->filter == FIL_NAT_FILTER_UNKNOWN ? FIL_NAT_CHANCE_UNKNOWN : FIL_NAT_CHANCE_NO;
}
