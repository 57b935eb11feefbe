/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"

G_BEGIN_DECLS

/* How a NAT maps a port of ours to an outside one (RFC 4787 §4.1; f2f.md §2). */
typedef enum
{
  FIL_NAT_MAPPING_UNKNOWN,
  FIL_NAT_MAPPING_NONE,        /* there is no NAT: outside is inside */
  FIL_NAT_MAPPING_INDEPENDENT, /* one outside port, whoever is spoken to */
  FIL_NAT_MAPPING_SEQUENTIAL,  /* another one for each; the next is FilNat.delta further on */
  FIL_NAT_MAPPING_RANDOM,      /* another one for each, and no telling which */
} FilNatMapping;

/* Who may send in, besides those whom we have sent to (RFC 4787 §5). */
typedef enum
{
  FIL_NAT_FILTER_UNKNOWN,
  FIL_NAT_FILTER_OPEN,    /* anybody */
  FIL_NAT_FILTER_ADDRESS, /* any port of an address that we have sent to */
  FIL_NAT_FILTER_PORT,    /* nobody */
} FilNatFilter;

/* Whether a way between two hosts can be opened from inside. */
typedef enum
{
  FIL_NAT_CHANCE_UNKNOWN,
  FIL_NAT_CHANCE_NO,
  FIL_NAT_CHANCE_PREDICTED, /* only when the next port of the sequential one is guessed */
  FIL_NAT_CHANCE_YES,
} FilNatChance;

/**
 * FilNat:
 *
 * What is in front of a host, as far as it is known. All 0: nothing is.
 */
typedef struct
{
  FilNatMapping mapping;
  FilNatFilter filter;
  gint16 delta;           /* sequential: from one new outside port to the next, either direction */
  gboolean keeps_port;    /* outside port and inside port were the same wherever that was seen */
  FilEndpoint udp;        /* our Gnutella port from outside; the newest seen one of those that change */
  gint64 udp_us;          /* when that was seen last */
  FilNatMapping tcp_mapping; /* of our TCP ports, as far as links show */
  FilEndpoint tcp;        /* what our listening port is from outside when we call from it; family 0: unknown */
} FilNat;

const char *fil_nat_name (const FilNat *self);
gboolean fil_nat_from_name (FilNat *self, const char *name);
FilNatChance fil_nat_chance (const FilNat *a, const FilNat *b);
gboolean fil_nat_is_fixed (FilNatMapping mapping);

G_END_DECLS
