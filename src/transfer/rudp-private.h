/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rudp-receive.h"
#include "rudp-send.h"
#include "rudp.h"

G_BEGIN_DECLS

/* What fil_rudp_output() offered, until fil_rudp_sent(). */
typedef enum
{
  FIL_RUDP_OFFER_NONE,
  FIL_RUDP_OFFER_SYN,
  FIL_RUDP_OFFER_ACK,
  FIL_RUDP_OFFER_KEEPALIVE,
  FIL_RUDP_OFFER_FIN,
  FIL_RUDP_OFFER_DATA,
} FilRudpOffer;

struct _FilRudp
{
  FilRudpConfig config;
  gboolean is_extended;
  FilRudpState state;
  FilRudpMemory own_memory; /* without others */
  FilRudpSend send;
  FilRudpReceive receive;
  FilWriter control;       /* the packet without stream bytes that is offered */
  FilWriter map;
  FilRudpOffer offer;

  gint64 begun_us;
  gint64 syn_due_us;
  gint64 syn_sent_us;      /* the last one; 0: none */
  guint n_syns;
  guint8 peer_id;          /* 0: no SYN seen */
  gboolean is_syn_acked;
  guint n_syns_owed;       /* to a wary connection's other side: SYNs of its that were not answered */

  gint64 heard_us;
  gint64 busy_us;          /* LimeWire: the last packet that was no keepalive */
  gint64 said_us;

  gint64 fin_due_us;       /* LimeWire's FIN, or one that ends the connection at once; FIL_NEVER: none */
  guint n_fins;
  FilRudpReason fin_reason;
  gboolean is_fin_acked;
  gboolean is_aborted;     /* by us: closed as soon as the FIN has gone */
  gint64 deadline_us;      /* of what the state waits for last */
  gboolean is_released;
  const char *error;       /* translated; NULL: none */
};

gboolean _fil_rudp_is_in_doubt (const FilRudp *self);
void _fil_rudp_close (FilRudp *self, const char *error);
void _fil_rudp_follow (FilRudp *self, gint64 now_us);

G_END_DECLS
