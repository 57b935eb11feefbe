/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

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

/**
 * FilRudpPacket:
 *
 * A datagram of LimeWire's reliable UDP (rudp.md §1), header and all.
 */
typedef struct
{
  guint8 connection; /* the receiver's id; 0 not known yet */
  FilRudpOp op;
  guint16 sequence;

  guint8 my_connection; /* SYN: 1 to 255 */
  guint16 version;      /* SYN */
  FilRudpRole role;     /* SYN */
  guint16 window_start; /* ACK, KEEPALIVE */
  guint16 window_space; /* ACK, KEEPALIVE */
  guint8 reason;        /* FIN: a FilRudpReason, or what a newer peer says */
  FilSlice head;        /* DATA: the first bytes, at most 12; borrowed */
  FilSlice tail;        /* DATA: the bytes after them; borrowed */
} FilRudpPacket;

gboolean fil_rudp_packet_is (FilSlice datagram);
gboolean fil_rudp_packet_decode (FilRudpPacket *self, FilSlice datagram) G_GNUC_WARN_UNUSED_RESULT;
void fil_rudp_packet_encode (const FilRudpPacket *self, FilWriter *out);
void fil_rudp_packet_set_data (FilRudpPacket *self, FilSlice data);

G_END_DECLS
