/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "packet.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_BYE_SHUTDOWN = 200,
  FIL_BYE_CLOSED_BY_USER = 201,
  FIL_BYE_LOCAL_NODE = 202,
  FIL_BYE_MODE_CHANGE = 203,
  FIL_BYE_TOO_LARGE = 400,
  FIL_BYE_DUPLICATES = 401,
  FIL_BYE_IMPROPER_QUERIES = 402,
  FIL_BYE_HIGH_TTL = 403,
  FIL_BYE_UNKNOWN_MESSAGES = 404,
  FIL_BYE_TIMEOUT = 405,
  FIL_BYE_NO_REPLY = 406,
  FIL_BYE_NOT_SHARING = 407,
  FIL_BYE_ZERO_TTL = 408,
  FIL_BYE_ERRORS = 409,
  FIL_BYE_SECURITY = 412,
  FIL_BYE_QRP = 413,
  FIL_BYE_LEAF_RELAYS = 414,
  FIL_BYE_INTERNAL = 500,
  FIL_BYE_DESYNC = 501,
  FIL_BYE_QUEUE_FULL = 502,
  FIL_BYE_NO_SLOTS = 503,
  FIL_BYE_MODE_SWITCH = 504,
  FIL_BYE_PROTOCOL = 505,
} FilByeCode;

/**
 * FilBye:
 *
 * messages.md §3. A Bye that we write always has code, reason and NUL: an empty one stops
 * gtk-gnutella (peers.md, "Do no harm").
 */
typedef struct
{
  guint16 code;    /* 0: the sender gave none (GnucDNA) */
  FilSlice reason; /* first line of the text, never empty; UTF-8 not guaranteed */
} FilBye;

gboolean fil_bye_decode (FilBye *self, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
void fil_bye_encode (const FilBye *self, FilWriter *out);
FilPacket *fil_bye_packet_new (const FilGuid *muid, guint16 code, const char *reason)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
