/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rudp-packet.h"
#include "rudp-ring.h"
#include "writer.h"

#include <glib.h>

G_BEGIN_DECLS

#define FIL_RUDP_ANSWERS 64

/**
 * FilRudpReceive:
 *
 * The receiving half of an RUDP connection: packets that arrived until they are read, and the
 * acknowledgements they are owed. Part of FilRudp.
 */
typedef struct
{
  FilRudpRing ring;     /* marked: arrived */
  gboolean is_extended;
  guint window;         /* packets; extended: grows with a reader that keeps up … */
  guint64 grown_at;     /* … and start when it did */

  guint64 start;        /* first packet that was not read to its end */
  gsize offset;         /* what was read of it */
  guint64 next;         /* first packet that has not arrived */
  guint64 highest;      /* behind the last that arrived */
  guint n_stored;
  guint64 fin;          /* the other side's FIN; 0: none yet */

  guint16 due[FIL_RUDP_ANSWERS]; /* LimeWire: each packet is answered … */
  guint n_due;
  guint n_unanswered;   /* … extended: packets since the last ACK … */
  gint64 unanswered_us; /* … and when the first of them came */
  guint64 latest;       /* the packet that came last … */
  gint64 latest_us;     /* … and when */
  gboolean is_urgent;   /* the other side has to know at once: of a gap, or of room that it waits for */
  guint64 told_limit;   /* the end of the window as it was told last … */
  gboolean was_told_full; /* … and whether there was no room */
} FilRudpReceive;

void fil_rudp_receive_init (FilRudpReceive *self, gboolean is_extended, FilRudpMemory *memory);
void fil_rudp_receive_clear (FilRudpReceive *self);
gboolean fil_rudp_receive_packet (FilRudpReceive *self, const FilRudpPacket *packet, gint64 now_us);
gsize fil_rudp_receive_read (FilRudpReceive *self, guint8 *out, gsize len);
void fil_rudp_receive_was_read (FilRudpReceive *self);
gboolean fil_rudp_receive_has_bytes (const FilRudpReceive *self);
gboolean fil_rudp_receive_is_complete (const FilRudpReceive *self);
void fil_rudp_receive_fin (FilRudpReceive *self, guint16 sequence);

void fil_rudp_receive_answer (FilRudpReceive *self, guint16 sequence);
gint64 fil_rudp_receive_ack_due (const FilRudpReceive *self);
void fil_rudp_receive_fill_ack (const FilRudpReceive *self, FilRudpPacket *ack, FilWriter *map, gint64 now_us);
void fil_rudp_receive_acked (FilRudpReceive *self, gboolean is_keepalive);

G_END_DECLS
