/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "nat.h"

G_BEGIN_DECLS

/**
 * FilNatClass:
 *
 * What one host tells another of the NAT before it, for one transport. All 0 when nothing is known.
 */
typedef struct
{
  FilNatMapping mapping;
  FilNatFilter filter;
  gint8 step; /* sequential: from one outside port to the next */
} FilNatClass;

G_END_DECLS
