/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "header.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_MESSAGE_TCP = 1 << 0,    /* may come over a link */
  FIL_MESSAGE_UDP = 1 << 1,    /* may come in a datagram */
  FIL_MESSAGE_LOCAL = 1 << 2,  /* on a link hops must be 0 and TTL at most 1 (overview.md §5 rule 7) */
  FIL_MESSAGE_ROUTED = 1 << 3, /* an ultrapeer passes it on */
  FIL_MESSAGE_NEAR = 1 << 4,   /* the same, but one hop is fine: a proxy may have passed it on */
  FIL_MESSAGE_REQUEST = 1 << 5, /* in a datagram, bit 0x08 of the TTL says "I can inflate" */
  FIL_MESSAGE_REPLY = 1 << 6,  /* in a datagram, bit 0x80 of the TTL says "deflated" */
} FilMessageFlags;

/**
 * FilMessageInfo:
 * @min: bytes of payload below which the message is dropped
 * @drop: bytes of payload above which the message is dropped
 * @max: bytes of payload above which the peer is cut off
 * @size: of the plain struct that @decode fills; 0 when there is none
 *
 * One row per kind of message: dispatch, statistics, logs, tests and fuzzing all go by it.
 */
typedef struct
{
  guint8 kind;
  const char *name; /* lower case, one word, stable */
  guint32 min;
  guint32 drop;
  guint32 max;
  FilMessageFlags flags;
  gsize size;
  gboolean (*decode) (gpointer message, FilSlice payload); /* NULL: nothing to decode */
  void (*encode) (gconstpointer message, FilWriter *out);
  void (*clear) (gpointer message); /* NULL: owns nothing */
} FilMessageInfo;

typedef enum
{
  FIL_TRANSPORT_TCP,
  FIL_TRANSPORT_UDP,
} FilTransport;

const FilMessageInfo *fil_message_info (guint8 kind);
const FilMessageInfo *fil_message_table (gsize *n);
const char *fil_message_objection (const FilMessageInfo *info, const FilHeader *header,
                                   FilTransport transport);

G_END_DECLS
