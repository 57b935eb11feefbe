/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clock.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilRudpCeiling:
 *
 * How much may be in flight on a path whose queue overflowed: the window of CUBIC (RFC 9438), so that a sender
 * that goes by rates leaves others their share when they fill a queue together. Part of FilRudpRate.
 */
typedef struct
{
  gboolean is_known;
  double most;       /* datagrams in flight when it overflowed */
  gint64 since_us;   /* when that was */
} FilRudpCeiling;

void fil_rudp_ceiling_lower (FilRudpCeiling *self, gsize in_flight, gint64 now_us);
gsize fil_rudp_ceiling_bytes (const FilRudpCeiling *self, gint64 rtt_us, gint64 now_us);

G_END_DECLS
