/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "nat-class.h"

G_BEGIN_DECLS

/* One host: how its NAT treats each transport. */
typedef struct
{
  FilNatClass udp;
  FilNatClass tcp;
  gboolean has_tcp;
  gboolean has_ipv6; /* an address of its own that nothing translates */
} FilNatSide;

FilNatChance fil_nat_pair_chance (const FilNatSide *a, const FilNatSide *b);
gboolean fil_nat_pair_hangs_on_filter (const FilNatSide *a, const FilNatSide *b);
const char *fil_nat_pair_sentence (const FilNatSide *own, const FilNatSide *other);

G_END_DECLS
