/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "random.h"
#include "reactor.h"
#include "rudp-hub.h"
#include "udp-port.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilRudpPort:
 *
 * Reliable UDP on the node's UDP port: brings the hub its datagrams and the time, and sends what it has. Here
 * transfer/ and net/ meet, which do not know each other.
 *
 * To open a connection: fil_rudp_hub_open() on fil_rudp_port_hub(), fil_rudp_hub_try() for each address, then
 * fil_rudp_port_touch(). When the state is FIL_RUDP_OPEN, as the hub's callback tells, fil_rudp_stream_new()
 * makes a stream of it for a pump; fil_tls_stream_new() goes on top between Filbert nodes.
 */
typedef struct _FilRudpPort FilRudpPort;

FilRudpPort *fil_rudp_port_new (FilReactor *reactor, FilUdpPort *udp, FilRandom *random) G_GNUC_WARN_UNUSED_RESULT;
void fil_rudp_port_free (FilRudpPort *self);
FilRudpHub *fil_rudp_port_hub (FilRudpPort *self);
gint64 fil_rudp_port_now (FilRudpPort *self);
void fil_rudp_port_touch (FilRudpPort *self);

/* Is shown every datagram before the hub; TRUE: it was for it. */
typedef gboolean (*FilRudpPortFirst) (gpointer data, FilSlice datagram, const FilEndpoint *from, gint64 now_us);

void fil_rudp_port_set_first (FilRudpPort *self, FilRudpPortFirst first, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRudpPort, fil_rudp_port_free)

G_END_DECLS
