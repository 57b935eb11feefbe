/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "random.h"
#include "rudp.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilRudpHub:
 *
 * All RUDP connections of one UDP port: gives them ids, knows the addresses, and finds the one that a datagram
 * is for. A datagram that belongs to none is answered with nothing at all. It does no I/O.
 *
 * To open a connection: fil_rudp_hub_open(), then fil_rudp_hub_try() for each address where the other side may
 * be. SYNs go to all of them until one answers. A SYN counts only from exactly an address and port that are tried,
 * whoever knows what it has to show can write any other on it. The extended profile's are those that punching has
 * proven (punch-probe.h), ports that a NAT made up included. LimeWire's packets show next to nothing: only our id,
 * one byte of chance, tells who read a packet of ours, so that nobody may guess it often.
 */
typedef struct _FilRudpHub FilRudpHub;

/* Told from fil_rudp_hub_settle(): the state changed, or bytes can be read, or written. The delegate may open,
 * release and use any connection. */
typedef void (*FilRudpChanged) (gpointer data, FilRudp *rudp, gint64 now_us);

typedef struct
{
  FilRudpOutput output;
  FilRudp *rudp;
  FilEndpoint to;
  guint8 ttl;         /* IP time to live; 0: the system's */
} FilRudpHubOutput;

FilRudpHub *fil_rudp_hub_new (FilRandom *random) G_GNUC_WARN_UNUSED_RESULT;
void fil_rudp_hub_free (FilRudpHub *self);
guint fil_rudp_hub_n (const FilRudpHub *self);
guint64 fil_rudp_hub_refused (const FilRudpHub *self);
gsize fil_rudp_hub_memory (const FilRudpHub *self);

FilRudp *fil_rudp_hub_open (FilRudpHub *self, const FilRudpConfig *config, FilRudpChanged changed, gpointer data,
                            gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_rudp_hub_try (FilRudpHub *self, FilRudp *rudp, const FilEndpoint *to, guint8 ttl);
const FilEndpoint *fil_rudp_hub_peer (FilRudpHub *self, const FilRudp *rudp);
void fil_rudp_hub_set_changed (FilRudpHub *self, FilRudp *rudp, FilRudpChanged changed, gpointer data);
void fil_rudp_hub_release (FilRudpHub *self, FilRudp *rudp, gint64 now_us);

gboolean fil_rudp_hub_receive (FilRudpHub *self, FilSlice datagram, const FilEndpoint *from, gint64 now_us);
void fil_rudp_hub_settle (FilRudpHub *self, gint64 now_us);
gboolean fil_rudp_hub_output (FilRudpHub *self, FilRudpHubOutput *out, gint64 now_us);
void fil_rudp_hub_sent (FilRudpHub *self, const FilRudpHubOutput *output, gint64 now_us);
gint64 fil_rudp_hub_wake (FilRudpHub *self, gint64 now_us);
void fil_rudp_hub_tick (FilRudpHub *self, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRudpHub, fil_rudp_hub_free)

G_END_DECLS
