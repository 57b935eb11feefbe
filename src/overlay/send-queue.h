/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What goes first when a link is slow, and what goes away last (routing.md §4). */
typedef enum
{
  FIL_IMPORTANCE_LEAST,
  FIL_IMPORTANCE_PING,
  FIL_IMPORTANCE_QUERY,
  FIL_IMPORTANCE_PONG,
  FIL_IMPORTANCE_HIT,
  FIL_IMPORTANCE_PUSH,
  FIL_IMPORTANCE_SIGNAL, /* HEAD pings and pongs, push proxy requests */
  FIL_IMPORTANCE_HELLO,  /* messages and features supported */
  FIL_IMPORTANCE_URGENT, /* hops flow, answers to alive pings */
  FIL_IMPORTANCE_BYE,
} FilImportance;

/**
 * FilSendQueue:
 *
 * Whole messages that wait for a slow link, in bounded memory: replies before requests, and among
 * equals the reply that has come far and the request that is still near its start. When it is full, the
 * least important one makes room.
 */
typedef struct _FilSendQueue FilSendQueue;

FilSendQueue *fil_send_queue_new (gsize max_bytes) G_GNUC_WARN_UNUSED_RESULT;
void fil_send_queue_free (FilSendQueue *self);

gboolean fil_send_queue_push (FilSendQueue *self, FilImportance importance, guint hops, const guint8 *header,
                              gsize header_len, const guint8 *payload, gsize payload_len, gint64 now_us);
gsize fil_send_queue_pop (FilSendQueue *self, GByteArray *out, gsize max_bytes, gint64 now_us);
void fil_send_queue_clear (FilSendQueue *self);

gsize fil_send_queue_bytes (const FilSendQueue *self);
gboolean fil_send_queue_is_congested (const FilSendQueue *self);
gint64 fil_send_queue_congested_since (const FilSendQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSendQueue, fil_send_queue_free)

G_END_DECLS
