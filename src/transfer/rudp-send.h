/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rudp-packet.h"
#include "rudp-rate.h"
#include "rudp-ring.h"

#include <glib.h>

G_BEGIN_DECLS

/* Where a packet is that was written and not acknowledged. */
typedef enum
{
  FIL_RUDP_WAITING,   /* never sent */
  FIL_RUDP_IN_FLIGHT,
  FIL_RUDP_LOST,      /* to be sent again */
  FIL_RUDP_ARRIVED,
} FilRudpFate;

/* What is kept beside the bytes of a packet that is sent. */
typedef struct
{
  FilRudpFlight flight;
  guint64 prev;       /* in the list of its fate; 0: none */
  guint64 next;
  guint16 len;        /* of the datagram; grows while it waits, until it was offered */
  guint16 payload;    /* stream bytes in it */
  guint8 sends;
  guint8 fate;
} FilRudpSent;

/* Packets of one fate in the order in which they met it. Sequence 0 is the SYN's, and so no packet's. */
typedef struct
{
  guint64 first;
  guint64 last;
} FilRudpList;

/**
 * FilRudpSend:
 *
 * The sending half of an RUDP connection: written bytes as ready-made datagrams, which of them have gone and
 * arrived, and when to send one again. Part of FilRudp.
 */
typedef struct
{
  FilRudpRing ring;      /* marked: arrived */
  gboolean is_extended;
  guint8 peer_id;
  guint64 key;           /* extended: for the stamps */
  guint segment;         /* stream bytes of a packet */

  guint64 oldest;        /* not acknowledged yet */
  guint64 next;          /* first that was never sent */
  guint64 sealed;        /* first that was never offered: only it may still grow */
  guint64 end;           /* behind the last that was written */
  guint64 limit;         /* the other side takes none from here on */
  guint peer_space;      /* LimeWire: as advertised */
  gboolean is_shut;      /* the last one is a FIN, or will be; nothing more is written */
  guint64 fin;           /* sequence of our FIN; 0: none yet */

  FilRudpList in_flight;
  FilRudpList lost;
  guint n_in_flight;
  gsize bytes_in_flight;
  gint64 newest_sent_us; /* when the latest packet that arrived had left */
  guint64 highest;       /* of those that arrived */
  gsize acked_now;       /* bytes that one acknowledgement told of */
  gint64 rtt_now_us;     /* … and the sample it gave; 0: none */

  gint64 srtt_us;        /* 0: no sample yet */
  gint64 rttvar_us;
  gint64 resend_us;      /* when to look for what is lost, or FIL_NEVER */
  guint probes;          /* extended: timeouts in a row */
  guint64 n_resent;
  gboolean is_given_up;  /* sent too often */

  FilRudpRate rate;      /* LimeWire: only when the next may leave */
} FilRudpSend;

void fil_rudp_send_init (FilRudpSend *self, gboolean is_extended, guint segment, FilRudpMemory *memory, gint64 now_us);
void fil_rudp_send_clear (FilRudpSend *self);
void fil_rudp_send_start (FilRudpSend *self, guint8 peer_id, guint64 key);

gsize fil_rudp_send_write (FilRudpSend *self, const guint8 *bytes, gsize len);
gboolean fil_rudp_send_is_hungry (const FilRudpSend *self);
void fil_rudp_send_shut (FilRudpSend *self);
gboolean fil_rudp_send_is_done (const FilRudpSend *self);

gboolean fil_rudp_send_next (FilRudpSend *self, FilSlice *datagrams, gsize *size, gint64 now_us);
void fil_rudp_send_sent (FilRudpSend *self, gsize bytes, gint64 now_us);
gint64 fil_rudp_send_wake (const FilRudpSend *self, gint64 now_us);

/* In rudp-answer.c */
void fil_rudp_send_acknowledged (FilRudpSend *self, const FilRudpPacket *ack, gint64 now_us);
void fil_rudp_send_rtt (FilRudpSend *self, gint64 rtt_us);

/* In rudp-loss.c */
gint64 fil_rudp_send_rto (const FilRudpSend *self);
void fil_rudp_send_look_for_lost (FilRudpSend *self, gint64 now_us);
void fil_rudp_send_tick (FilRudpSend *self, gint64 now_us);

/* For rudp-loss.c */
FilRudpSent *_fil_rudp_send_get (const FilRudpSend *self, guint64 seq);
void _fil_rudp_send_set_fate (FilRudpSend *self, guint64 seq, FilRudpFate fate);

G_END_DECLS
