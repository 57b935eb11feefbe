/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "deflate.h"
#include "link.h"

G_BEGIN_DECLS

/* Whose turn it is in the handshake. */
typedef enum
{
  FIL_SHAKE_READ_CONNECT, /* acceptor: waits for group 1 */
  FIL_SHAKE_READ_FINAL,   /* acceptor: waits for group 3 */
  FIL_SHAKE_READ_ANSWER,  /* initiator: waits for group 2 */
} FilShakeStep;

struct _FilLink
{
  FilSession session;
  const FilLinkDelegate *delegate; /* NULL once it was told that the link is gone */
  gpointer data;
  FilRandom *random;
  struct _FilNeighbour *neighbour;

  guint32 id;
  FilEndpoint remote;
  gboolean is_outgoing;
  FilMode our_mode;
  FilLinkState state;
  gint64 since_us;
  char *text;

  /* The handshake. */
  FilShakeStep step;
  FilHead *head;
  FilHandshakePeer peer;

  /* What comes in. */
  FilFramer *framer;
  FilInflate *inflate;         /* NULL: not compressed */
  FilTokenBucket in_bytes;     /* after inflating */
  gboolean has_more_inside;    /* the inflater holds output back */
  gboolean is_paused;          /* no input until in_bytes has recovered */
  gint64 last_in_us;
  gint64 last_out_us;

  /* What goes out: the queue, then plain, then (deflated) wire. */
  FilSendQueue *queue;
  GQueue route_messages;       /* of FilPacket: a route table on its way */
  FilWriter plain;
  gsize plain_sent;            /* uncompressed links only */
  FilDeflate *deflate;         /* NULL: not compressed */
  FilWriter wire;
  gsize wire_sent;
  gint64 linger_us;            /* FIL_NEVER, or when the rest of the output is given up */

  guint alive_missed;
  gint64 alive_due_us;
  gint64 doubted_us;           /* asked for a sign of life, 0: not in doubt */
  gboolean is_doubted_again;   /* something broke since then */
  guint64 errors;
  FilLinkStats stats;
};

/* link-alive.c */
gint64 _fil_link_alive_interval (const FilLink *self);
void _fil_link_watch_alive (FilLink *self, gint64 now_us);

/* link-input.c */
gsize _fil_link_feed (FilLink *self, const guint8 *bytes, gsize len, gint64 now_us);
void _fil_link_resume (FilLink *self, gint64 now_us);

/* link-output.c */
gboolean _fil_link_output (FilLink *self, FilOutput *out, gint64 now_us);
void _fil_link_sent (FilLink *self, gsize len, gint64 now_us);
void _fil_link_append (FilLink *self, FilSlice bytes);

/* link-shake.c */
void _fil_link_shake_begin (FilLink *self, gint64 now_us);
gsize _fil_link_shake_feed (FilLink *self, const guint8 *bytes, gsize len, gint64 now_us);

/* link.c */
void _fil_link_establish (FilLink *self, gint64 now_us);
void _fil_link_end (FilLink *self);

G_END_DECLS
