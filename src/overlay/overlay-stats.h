/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Why a message went no further. */
typedef enum
{
  FIL_DROP_MALFORMED,
  FIL_DROP_UNKNOWN,        /* a kind or vendor message that nobody knows */
  FIL_DROP_MISPLACED,      /* not from such a peer, not on such a transport */
  FIL_DROP_TTL,            /* TTL and hops above all measure */
  FIL_DROP_DUPLICATE,
  FIL_DROP_RATE,           /* more than this neighbour may ask */
  FIL_DROP_HIT_NO_ROUTE,   /* nobody here asked for it, or the asker has gone */
  FIL_DROP_HIT_LIMIT,      /* that query has brought enough */
  FIL_DROP_PUSH_NO_ROUTE,  /* no hit of that servent came by, or too long ago */
  FIL_DROP_PUSH_ADDRESS,   /* names an address that nobody should be made to call */
  FIL_DROP_PUSH_BANNED,    /* a GUID that is no servent's */
  FIL_DROP_PUSH_LIMIT,
  FIL_DROP_HEAD,           /* a HEAD ping or pong that leads nowhere */
  FIL_DROP_CONNECT_BACK,
  FIL_DROP_UDP_RATE,
  FIL_DROP_PONG,           /* an address that is none, or from a flood of them */
  FIL_N_DROPS,
} FilDropReason;

/* Counters of all links and of UDP together, since the start. */
typedef struct
{
  guint64 in_kinds[256];
  guint64 out_kinds[256];
  guint64 drops[FIL_N_DROPS];
  guint64 queries_routed;
  guint64 queries_answered;
  guint64 hits_routed;
  guint64 pushes_routed;
  guint64 pushes_for_us;
} FilOverlayStats;

G_END_DECLS
