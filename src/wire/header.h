/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "guid.h"

G_BEGIN_DECLS

#define FIL_HEADER_LEN 23

/* Byte 16 of a message (overview.md §3). */
typedef enum
{
  FIL_KIND_PING = 0x00,
  FIL_KIND_PONG = 0x01,
  FIL_KIND_BYE = 0x02,
  FIL_KIND_QRP = 0x30,
  FIL_KIND_VENDOR = 0x31,
  FIL_KIND_VENDOR_STD = 0x32,
  FIL_KIND_PUSH = 0x40,
  FIL_KIND_RUDP = 0x41,
  FIL_KIND_DHT = 0x44,
  FIL_KIND_QUERY = 0x80,
  FIL_KIND_QUERY_HIT = 0x81,
  FIL_KIND_HSEP = 0xcd,
} FilKind;

/**
 * FilHeader:
 *
 * The 23 bytes before every payload.
 */
typedef struct
{
  FilGuid muid;
  guint8 kind; /* a FilKind, or a value that nobody knows */
  guint8 ttl;
  guint8 hops;
  guint16 size_flags; /* bits 16..30 of a marked size field; not 0: route untouched, never interpret */
  guint32 size;       /* bytes of payload */
} FilHeader;

FilHeader fil_header (FilKind kind, const FilGuid *muid, guint8 ttl, guint8 hops);
gboolean fil_header_decode (FilHeader *self, const guint8 bytes[FIL_HEADER_LEN], gboolean sflag)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_header_encode (const FilHeader *self, guint8 out[FIL_HEADER_LEN]);

G_END_DECLS
