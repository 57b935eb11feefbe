/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "nat-pair.h"

G_BEGIN_DECLS

/* How others can come to us. */
typedef struct
{
  gboolean is_reachable; /* strangers can connect */
  gboolean can_punch;    /* datagrams pass, and we know as whom others see us */
  gboolean is_udp_blocked; /* without @can_punch: datagrams do not pass */
  FilNatSide nat;        /* with @can_punch */
} FilOwnReach;

/* What a hit says of a host that nobody can connect to. All 0: it cannot punch. */
typedef struct
{
  gboolean can_punch;
  gboolean knows_offers; /* it had RUX; else it punches as LimeWire does */
  FilNatSide nat;        /* with @knows_offers */
} FilPunchHint;

FilNatChance fil_own_reach_chance (const FilOwnReach *self, const FilPunchHint *other);
const char *fil_own_reach_why (const FilOwnReach *self, const FilPunchHint *other, gboolean has_proxies);
gboolean fil_own_reach_equal (const FilOwnReach *a, const FilOwnReach *b);

G_END_DECLS
