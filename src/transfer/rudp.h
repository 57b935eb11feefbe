/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clock.h"
#include "rudp-packet.h"
#include "rudp-ring.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilRudp:
 *
 * One connection of reliable UDP (rudp.md): datagrams and the time go in; datagrams, stream bytes and the next
 * wake-up come out. It knows no addresses, sockets or clocks: FilRudpHub knows the addresses, node/rudp-port.h
 * the sockets.
 *
 * After each call that may have changed something, whoever drives it sends what fil_rudp_output() has until
 * that returns FALSE, and calls fil_rudp_tick() at fil_rudp_wake() at the latest.
 */
typedef struct _FilRudp FilRudp;

/* The kinds of peers. The kind is agreed on before, by signalling; packets of the other kind are passed over. */
typedef enum
{
  FIL_RUDP_LIMEWIRE, /* as LimeWire, WireShare, FrostWire 4 and BearShare speak it: 20 packets in flight */
  FIL_RUDP_FILBERT,  /* the extended profile of rudp-packet.h: large windows, a pace, nonces */
} FilRudpProfile;

typedef enum
{
  FIL_RUDP_OPENING, /* SYNs go out */
  FIL_RUDP_OPEN,
  FIL_RUDP_ENDING,  /* both directions ended; repeats are still answered */
  FIL_RUDP_CLOSED,
} FilRudpState;

typedef struct
{
  FilRudpProfile profile;
  FilRudpRole role;
  guint8 id;          /* ours, 1-255: unique among the connections of a UDP port; the hub sets it */
  guint64 own_nonce;  /* Filbert: what the other side must show; nobody else may know it … */
  guint64 peer_nonce; /* … and what we show */
  gboolean is_wary;   /* LimeWire: a stranger named the address. Until it shows that a packet of ours was read
                       * there, it gets one for each of its own, beside those that die on the way */
  guint segment;      /* stream bytes of a packet that is sent; 0: FIL_RUDP_SEGMENT */
  FilRudpMemory *memory; /* that it shares with others; the hub sets it; NULL: none */
} FilRudpConfig;

/* What is to be sent next. */
typedef struct
{
  const guint8 *bytes; /* one datagram, or several side by side */
  gsize len;
  gsize size;          /* of each but the last, which may be shorter */
  gboolean is_opener;  /* a SYN that answers none, to who has not acknowledged one */
} FilRudpOutput;

/* For people and for measurements. */
typedef struct
{
  gint64 rtt_us;            /* smoothed; 0: not known */
  guint64 rate_bytes_per_s; /* Filbert: what the path was seen to deliver */
  guint64 packets_sent;     /* with stream bytes, repeats included … */
  guint64 packets_resent;   /* … and the repeats */
} FilRudpStats;

FilRudp *fil_rudp_new (const FilRudpConfig *config, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_rudp_free (FilRudp *self);
const FilRudpConfig *fil_rudp_config (const FilRudp *self);
FilRudpState fil_rudp_state (const FilRudp *self);
const char *fil_rudp_error (const FilRudp *self);
void fil_rudp_stats (const FilRudp *self, FilRudpStats *out);

gboolean fil_rudp_suits (const FilRudp *self, const FilRudpPacket *syn);
gboolean fil_rudp_receive (FilRudp *self, const FilRudpPacket *packet, FilSlice datagram, gint64 now_us);
gboolean fil_rudp_output (FilRudp *self, FilRudpOutput *out, gint64 now_us);
void fil_rudp_sent (FilRudp *self, const FilRudpOutput *output, gint64 now_us);
gint64 fil_rudp_wake (FilRudp *self, gint64 now_us);
void fil_rudp_tick (FilRudp *self, gint64 now_us);

gsize fil_rudp_read (FilRudp *self, guint8 *out, gsize len);
gboolean fil_rudp_can_read (const FilRudp *self);
gboolean fil_rudp_is_at_end (const FilRudp *self);
gsize fil_rudp_write (FilRudp *self, const guint8 *bytes, gsize len);
gboolean fil_rudp_can_write (const FilRudp *self);
gboolean fil_rudp_is_over (const FilRudp *self);
void fil_rudp_shut (FilRudp *self);
void fil_rudp_abort (FilRudp *self, FilRudpReason reason, gint64 now_us);
void fil_rudp_release (FilRudp *self, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRudp, fil_rudp_free)

G_END_DECLS
