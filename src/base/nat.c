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

static const struct
{
  const char *name;
  FilNatMapping mapping;
  FilNatFilter filter;
} names[] = {
  { "public", FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_OPEN },
  { "firewall", FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_PORT },
  { "firewall", FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_ADDRESS },
  { "no-nat", FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_UNKNOWN },
  { "full-cone", FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_OPEN },
  { "address-restricted", FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_ADDRESS },
  { "port-restricted", FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT },
  { "cone", FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_UNKNOWN },
  { "symmetric-sequential", FIL_NAT_MAPPING_SEQUENTIAL, FIL_NAT_FILTER_UNKNOWN },
  { "symmetric-random", FIL_NAT_MAPPING_RANDOM, FIL_NAT_FILTER_UNKNOWN },
};

/**
 * fil_nat_name:
 *
 * Returns: (transfer none) (nullable): a stable name for scripts: one of the table; "no-nat" and "cone" while
 *   the filter is unknown, NULL while nothing is known
 */
const char *
fil_nat_name (const FilNat *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].mapping == self->mapping && (names[i].filter == self->filter || !fil_nat_is_fixed (self->mapping)))
      return names[i].name;
  return NULL;
}

/**
 * fil_nat_from_name:
 * @self: (inout): mapping and filter are set
 *
 * Returns: whether fil_nat_name() gives such names
 */
gboolean
fil_nat_from_name (FilNat *self,
                   const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i].name, name) == 0)
      {
        self->mapping = names[i].mapping;
        self->filter = names[i].filter;
        return TRUE;
      }
  return FALSE;
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
