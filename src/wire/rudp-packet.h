/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "header.h"
#include "slice.h"
#include "wire-limits.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_RUDP_SYN = 0,
  FIL_RUDP_ACK = 1,
  FIL_RUDP_KEEPALIVE = 2,
  FIL_RUDP_DATA = 3,
  FIL_RUDP_FIN = 4,
} FilRudpOp;

typedef enum
{
  FIL_RUDP_ROLE_UNDEFINED = 0,
  FIL_RUDP_ROLE_REQUESTOR = 1, /* who downloads */
  FIL_RUDP_ROLE_ACCEPTOR = 2,  /* who uploads */
} FilRudpRole;

typedef enum
{
  FIL_RUDP_FIN_NORMAL = 0,
  FIL_RUDP_FIN_YOU_CLOSED = 1,
  FIL_RUDP_FIN_TIMEOUT = 2,
  FIL_RUDP_FIN_LARGE_PACKET = 3,
  FIL_RUDP_FIN_TOO_MANY_RESENDS = 4,
  FIL_RUDP_FIN_SEND_EXCEPTION = 5,
} FilRudpReason;

#define FIL_RUDP_VERSION 1
#define FIL_RUDP_HEAD_DATA 12 /* stream bytes that fit the header */
#define FIL_RUDP_HEAD_LEN FIL_HEADER_LEN
#define FIL_RUDP_EXTENDED 8   /* added to the operation of an extended packet */
#define FIL_RUDP_HELD_UNIT_US 8
#define FIL_RUDP_STAMP_LEN 4

/**
 * FilRudpPacket:
 *
 * A datagram of LimeWire's reliable UDP (rudp.md §1), header and all, or of the extended profile that two
 * Filbert nodes speak after they agreed on it. An extended packet has the same shape (byte 16 is 0x41, the
 * length at 19) with 8 added to the operation, so that others pass it over, and differs in this:
 *
 * - SYN: D[4-11] is what the receiver wants to see: its nonce, which signalling told, combined with its challenge,
 *   which only who reads at the address of the sender knows (punch-probe.h). The payload is the stamp, a sum of the
 *   datagram keyed with the same: see fil_rudp_packet_stamp().
 * - All others: D[8-11] is the stamp.
 * - DATA: the low nibble is 0 and all stream bytes are payload. D[0] is 1 in the last packet that the receiver's
 *   window lets the sender send, else 0.
 * - ACK, KEEPALIVE: the sequence is that of the latest packet that arrived; D[0-1] windowStart, D[2-3] how
 *   many packets from there on are taken (not less those that wait to be read); D[4-5] the first packet that
 *   has not arrived; D[6-7] how long this acknowledgement was held back, in units of 8 µs. The payload is a
 *   map of what has arrived behind a gap: little-endian 64-bit words, bit i of word w stands for packet
 *   (D[4-5] rounded down to 64) + 64 w + i of the 64-bit count. One ACK answers any number of packets.
 * - FIN with reason 0 takes a sequence number like DATA, is repeated and acknowledged like it, and ends one
 *   direction; with another reason it ends the connection at once.
 */
typedef struct
{
  guint8 connection; /* the receiver's id; 0 not known yet */
  FilRudpOp op;
  guint16 sequence;

  gboolean is_extended;
  guint8 my_connection; /* SYN: 1 to 255 */
  guint16 version;      /* SYN */
  FilRudpRole role;     /* SYN */
  guint16 window_start; /* ACK, KEEPALIVE */
  guint16 window_space; /* ACK, KEEPALIVE */
  guint64 nonce;        /* extended SYN: what the receiver wants to see */
  guint16 missing;      /* extended ACK, KEEPALIVE: the first that has not arrived */
  guint16 held;         /* … in FIL_RUDP_HELD_UNIT_US */
  guint8 reason;        /* FIN: a FilRudpReason, or what a newer peer says */
  gboolean is_limited;  /* extended DATA: the window ends here */
  FilSlice head;        /* DATA: the first bytes, at most 12; borrowed */
  FilSlice tail;        /* DATA: the bytes after them; extended ACK, KEEPALIVE: the map; borrowed */
} FilRudpPacket;

/* The 64-bit sequence with the low bits @sequence that is nearest to @near. */
static inline guint64
fil_rudp_full_sequence (guint64 near,
                        guint16 sequence)
{
  return near + (guint64) (gint64) (gint16) (guint16) (sequence - (guint16) near);
}

gboolean fil_rudp_packet_is (FilSlice datagram);
gboolean fil_rudp_packet_decode (FilRudpPacket *self, FilSlice datagram) G_GNUC_WARN_UNUSED_RESULT;
void fil_rudp_packet_encode (const FilRudpPacket *self, FilWriter *out);
void fil_rudp_packet_set_data (FilRudpPacket *self, FilSlice data);
void fil_rudp_packet_stamp (guint8 *datagram, gsize len, guint64 key);
gboolean fil_rudp_packet_is_genuine (FilSlice datagram, guint64 key) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
