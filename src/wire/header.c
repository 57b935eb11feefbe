/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "header.h"

#include "wire-limits.h"

#include <string.h>

#define SIZE_MARK 0x80000000u

/**
 * fil_header:
 *
 * Returns: a header for a message of our own; the size is filled in by whoever has the payload
 */
FilHeader
fil_header (FilKind kind,
            const FilGuid *muid,
            guint8 ttl,
            guint8 hops)
{
  return (FilHeader) { .muid = *muid, .kind = (guint8) kind, .ttl = ttl, .hops = hops };
}

/**
 * fil_header_decode:
 * @sflag: whether the peer announced X-Features: sflag/0.1
 *
 * Overview.md §3: a size above 65535 is impossible, except that a peer with sflag may mark the field
 * with bit 31 and put flags above bit 15.
 *
 * Returns: whether the size field is possible; if not, the stream cannot be followed any more
 */
gboolean
fil_header_decode (FilHeader *self,
                   const guint8 bytes[FIL_HEADER_LEN],
                   gboolean sflag)
{
  guint32 raw;

  memcpy (&raw, bytes + 19, sizeof raw);
  raw = GUINT32_FROM_LE (raw);
  if ((raw & SIZE_MARK) != 0 ? !sflag : raw > FIL_PAYLOAD_MAX)
    return FALSE;

  memcpy (self->muid.bytes, bytes, 16);
  self->kind = bytes[16];
  self->ttl = bytes[17];
  self->hops = bytes[18];
  self->size_flags = (raw & SIZE_MARK) != 0 ? (guint16) (raw >> 16 & 0x7fff) : 0;
  self->size = raw & 0xffff;
  return TRUE;
}

/**
 * fil_header_encode:
 *
 * The size field is marked only when there are flags to carry on.
 */
void
fil_header_encode (const FilHeader *self,
                   guint8 out[FIL_HEADER_LEN])
{
  guint32 raw = self->size;

  if (self->size_flags != 0)
    raw |= SIZE_MARK | (guint32) (self->size_flags & 0x7fff) << 16;
  raw = GUINT32_TO_LE (raw);

  memcpy (out, self->muid.bytes, 16);
  out[16] = self->kind;
  out[17] = self->ttl;
  out[18] = self->hops;
  memcpy (out + 19, &raw, sizeof raw);
}
