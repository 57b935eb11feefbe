/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FIL_RUDP_CHUNK 64 /* slots; a map of them is one word */

/**
 * FilRudpMemory:
 *
 * What the rings of all connections of a UDP port hold together. Once that is FIL_RUDP_MEMORY_MAX, a ring gets no
 * chunk but the FIL_RUDP_CHUNKS_OWED oldest, without which nothing would move.
 */
typedef struct
{
  gsize used; /* bytes */
} FilRudpMemory;

/**
 * FilRudpRing:
 *
 * Room for the packets of one direction of an RUDP connection, by 64-bit sequence number. It exists only
 * where it is used: memory comes and goes in chunks of 64 slots. Slots of a chunk lie side by side, so that
 * a run of full ones can be handed to the system as one piece.
 */
typedef struct
{
  guint64 base;       /* first sequence of the oldest chunk that may exist; a multiple of FIL_RUDP_CHUNK */
  guint n_chunks;
  gsize stride;       /* bytes of a slot */
  gsize meta_size;    /* of what is kept beside the bytes */
  gpointer *chunks;   /* by sequence / FIL_RUDP_CHUNK modulo n_chunks; NULL: not used */
  gpointer spare;     /* the chunk that was left last */
  FilRudpMemory *memory;
} FilRudpRing;

void fil_rudp_ring_init (FilRudpRing *self, guint window, gsize stride, gsize meta_size, FilRudpMemory *memory);
void fil_rudp_ring_clear (FilRudpRing *self);
gboolean fil_rudp_ring_make (FilRudpRing *self, guint64 seq, gboolean is_owed) G_GNUC_WARN_UNUSED_RESULT;
guint64 fil_rudp_ring_reach (const FilRudpRing *self, guint64 seq);
guint8 *fil_rudp_ring_bytes (const FilRudpRing *self, guint64 seq);
gpointer fil_rudp_ring_meta (const FilRudpRing *self, guint64 seq);
guint64 fil_rudp_ring_marks (const FilRudpRing *self, guint64 seq);
gboolean fil_rudp_ring_is_marked (const FilRudpRing *self, guint64 seq);
void fil_rudp_ring_mark (FilRudpRing *self, guint64 seq);
void fil_rudp_ring_leave (FilRudpRing *self, guint64 seq);

G_END_DECLS
