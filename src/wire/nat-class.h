/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How a NAT picks the outside port of a socket (RFC 4787). */
typedef enum
{
  FIL_NAT_MAPPING_UNKNOWN,
  FIL_NAT_MAPPING_FIXED,  /* one outside port, whoever is talked to (EIM) */
  FIL_NAT_MAPPING_STEPS,  /* another one for each, by a constant step */
  FIL_NAT_MAPPING_RANDOM, /* another one for each, nobody knows which */
} FilNatMapping;

/* Who may send in through a mapping. */
typedef enum
{
  FIL_NAT_FILTER_UNKNOWN,
  FIL_NAT_FILTER_NONE,    /* anybody (EIF), or there is no NAT */
  FIL_NAT_FILTER_ADDRESS, /* addresses that were sent to (ADF) */
  FIL_NAT_FILTER_PORT,    /* addresses and ports that were sent to (APDF) */
} FilNatFilter;

/**
 * FilNatClass:
 *
 * What stands between a host and the rest, for one transport. All 0 when nothing is known.
 */
typedef struct
{
  FilNatMapping mapping;
  FilNatFilter filter;
  gint8 step; /* with STEPS */
} FilNatClass;

G_END_DECLS
