/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "nat-class.h"

G_BEGIN_DECLS

/**
 * FilNatView:
 *
 * What is in front of us, as far as it is known. All 0: nothing is.
 */
typedef struct
{
  FilNatClass udp;          /* of our Gnutella port */
  FilNatClass tcp;          /* of our TCP ports, as far as links show */
  gboolean is_direct;       /* udp is fixed because nothing is translated: at most a firewall */
  gboolean keeps_port;      /* outside port and inside port were the same wherever that was seen */
  FilEndpoint udp_outside;  /* our Gnutella port from outside; the newest seen one of those that change */
  gint64 udp_us;            /* when that was seen last */
  FilEndpoint tcp_outside;  /* what our listening port would be from outside when we call from it; family 0:
                             * unknown */
} FilNatView;

const char *fil_nat_view_name (const FilNatView *self);
gboolean fil_nat_view_from_name (FilNatView *self, const char *name);

G_END_DECLS
