/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "bye.h"
#include "framer.h"
#include "handshake.h"
#include "packet.h"
#include "route-table.h"
#include "send-queue.h"
#include "random.h"
#include "session.h"
#include "token-bucket.h"

G_BEGIN_DECLS

/**
 * FilLink:
 *
 * One Gnutella connection: the handshake as initiator or acceptor, then messages, deflated in each
 * direction as agreed. It reads, counts, checks and queues; what a message means is the delegate's
 * business. A FilSession, so who drives it owns it; the delegate is told before it goes.
 */
typedef struct _FilLink FilLink;

typedef enum
{
  FIL_LINK_SHAKING,     /* headers go to and fro */
  FIL_LINK_ESTABLISHED,
  FIL_LINK_CLOSED,
} FilLinkState;

/* Counters of one link, by direction. */
typedef struct
{
  guint64 in_messages;
  guint64 out_messages;
  guint64 in_bytes;      /* as on the wire */
  guint64 out_bytes;
  guint64 in_kinds[256];
  guint32 out_kinds[256];
  guint64 dropped;       /* malformed or refused */
  guint64 duplicates;
} FilLinkStats;

/* Who owns the meaning of a link. */
typedef struct
{
  /* Fills in what our next group of headers says. */
  void (*introduce) (gpointer data, FilLink *link, FilHandshakeSelf *self, gint64 now_us);
  /* The other side's headers are known: returns 200 or the code to refuse with, and a reason. */
  guint (*admit) (gpointer data, FilLink *link, const char **reason, gint64 now_us);
  void (*established) (gpointer data, FilLink *link, gint64 now_us);
  void (*message) (gpointer data, FilLink *link, const FilFrame *frame, gint64 now_us);
  /* Last call about this link: it is closed, or freed by who drove it. */
  void (*gone) (gpointer data, FilLink *link);
} FilLinkDelegate;

FilLink *fil_link_new (guint32 id, const FilEndpoint *remote, gboolean is_outgoing, FilMode our_mode,
                       const FilLinkDelegate *delegate, gpointer data, FilRandom *random, gint64 now_us)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_link_start (FilLink *self, gint64 now_us);
FilSession *fil_link_session (FilLink *self);
void fil_link_set_input_rate (FilLink *self, gint64 bytes_per_second, gint64 burst, gint64 now_us);
void fil_link_forget_delegate (FilLink *self);

/* Sending. Payloads are copied. */
void fil_link_send (FilLink *self, FilImportance importance, const FilHeader *header, FilSlice payload,
                    gint64 now_us);
void fil_link_send_packet (FilLink *self, FilImportance importance, const FilPacket *packet, gint64 now_us);
void fil_link_send_route_table (FilLink *self, const FilRouteTable *table, const FilRouteTable *known,
                                const FilGuid *muid);
gboolean fil_link_is_sending_route_table (const FilLink *self);
void fil_link_close (FilLink *self, FilByeCode code, const char *reason, gint64 now_us);
void fil_link_doubt (FilLink *self, gint64 now_us);
void fil_link_count_error (FilLink *self, const char *what, gint64 now_us);
void fil_link_count_duplicate (FilLink *self, gint64 now_us);

/* What it is. */
FilLinkState fil_link_state (const FilLink *self);
gboolean fil_link_is_outgoing (const FilLink *self);
FilMode fil_link_mode (const FilLink *self);       /* what the other side is */
gboolean fil_link_is_compressed (const FilLink *self);
gboolean fil_link_is_congested (const FilLink *self);
gint64 fil_link_since (const FilLink *self);       /* established, or begun while it is not */
const FilEndpoint *fil_link_remote (const FilLink *self);
FilEndpoint fil_link_listen (const FilLink *self); /* where to reach it: its address, the port it told */
void fil_link_set_listen_port (FilLink *self, guint16 port);
const FilHandshakePeer *fil_link_peer (const FilLink *self);
const FilLinkStats *fil_link_stats (const FilLink *self);
const char *fil_link_text (const FilLink *self);   /* "C12 1.2.3.4:5" for logs */

/* What the overlay keeps with each link. */
struct _FilNeighbour;
struct _FilNeighbour *fil_link_neighbour (const FilLink *self);
void fil_link_set_neighbour (FilLink *self, struct _FilNeighbour *neighbour);

G_END_DECLS
