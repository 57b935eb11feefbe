/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "header.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

/**
 * FilPacket:
 *
 * One encoded message, header and payload in one piece of memory, that never changes: the send queues
 * of all links that it goes to share it. Counted without atomics: it stays in one thread.
 */
typedef struct
{
  guint refs;
  guint32 len;     /* of @bytes */
  guint8 bytes[];
} FilPacket;

FilPacket *fil_packet_new (const FilHeader *header, FilSlice payload) G_GNUC_WARN_UNUSED_RESULT;
FilPacket *fil_packet_new_raw (FilSlice message) G_GNUC_WARN_UNUSED_RESULT;
FilPacket *fil_packet_new_relayed (const FilHeader *header, FilSlice payload, guint8 ttl, guint8 hops)
    G_GNUC_WARN_UNUSED_RESULT;
FilPacket *fil_packet_with_ttl (const FilPacket *self, guint8 ttl, guint8 hops) G_GNUC_WARN_UNUSED_RESULT;
void fil_packet_free (FilPacket *self);
FilHeader fil_packet_header (const FilPacket *self);

static inline FilPacket *
fil_packet_ref (FilPacket *self)
{
  self->refs++;
  return self;
}

static inline void
fil_packet_unref (FilPacket *self)
{
  if (--self->refs == 0)
    fil_packet_free (self);
}

static inline const FilGuid *
fil_packet_muid (const FilPacket *self)
{
  return (const FilGuid *) self->bytes;
}

static inline guint8
fil_packet_kind (const FilPacket *self)
{
  return self->bytes[16];
}

static inline guint8
fil_packet_ttl (const FilPacket *self)
{
  return self->bytes[17];
}

static inline guint8
fil_packet_hops (const FilPacket *self)
{
  return self->bytes[18];
}

static inline FilSlice
fil_packet_payload (const FilPacket *self)
{
  return fil_slice (self->bytes + FIL_HEADER_LEN, self->len - FIL_HEADER_LEN);
}

/* Header and payload as they go on the wire. */
static inline FilSlice
fil_packet_slice (const FilPacket *self)
{
  return fil_slice (self->bytes, self->len);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPacket, fil_packet_unref)

G_END_DECLS
