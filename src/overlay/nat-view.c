/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nat-view.h"

static const struct
{
  const char *name;
  FilNatMapping mapping;
  FilNatFilter filter;
  gboolean is_direct;
} names[] = {
  { "public", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_NONE, TRUE },
  { "firewall", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_PORT, TRUE },
  { "firewall", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_ADDRESS, TRUE },
  { "no-nat", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_UNKNOWN, TRUE },
  { "full-cone", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_NONE, FALSE },
  { "address-restricted", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_ADDRESS, FALSE },
  { "port-restricted", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_PORT, FALSE },
  { "cone", FIL_NAT_MAPPING_FIXED, FIL_NAT_FILTER_UNKNOWN, FALSE },
  { "symmetric-sequential", FIL_NAT_MAPPING_STEPS, FIL_NAT_FILTER_UNKNOWN, FALSE },
  { "symmetric-random", FIL_NAT_MAPPING_RANDOM, FIL_NAT_FILTER_UNKNOWN, FALSE },
};

/**
 * fil_nat_view_name:
 *
 * Returns: (transfer none) (nullable): a stable name for scripts, see the table above; "no-nat" and "cone"
 *   while the filter is unknown, NULL while nothing is known
 */
const char *
fil_nat_view_name (const FilNatView *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].mapping == self->udp.mapping &&
        (self->udp.mapping != FIL_NAT_MAPPING_FIXED ||
         (names[i].filter == self->udp.filter && names[i].is_direct == self->is_direct)))
      return names[i].name;
  return NULL;
}

/**
 * fil_nat_view_from_name:
 * @self: (inout): its class of UDP is set
 *
 * Returns: whether fil_nat_view_name() gives such names
 */
gboolean
fil_nat_view_from_name (FilNatView *self,
                   const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i].name, name) == 0)
      {
        self->udp.mapping = names[i].mapping;
        self->udp.filter = names[i].filter;
        self->is_direct = names[i].is_direct;
        return TRUE;
      }
  return FALSE;
}
