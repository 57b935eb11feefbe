/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-ring.h"

#include "transfer-limits.h"

/* The head of a chunk; 64 metas and 64 slots follow. */
typedef struct
{
  guint64 marks; /* bit i: slot i is marked */
  guint64 pad;   /* keeps what follows aligned */
} Chunk;

static gpointer *
place (const FilRudpRing *self,
       guint64 seq)
{
  return &self->chunks[seq / FIL_RUDP_CHUNK % self->n_chunks];
}

static gsize
chunk_size (const FilRudpRing *self)
{
  return sizeof (Chunk) + FIL_RUDP_CHUNK * (self->meta_size + self->stride);
}

static void
free_chunk (FilRudpRing *self,
            gpointer chunk)
{
  if (chunk == NULL)
    return;
  self->memory->used -= chunk_size (self);
  g_free (chunk);
}

/**
 * fil_rudp_ring_init:
 * @window: how far apart the oldest and the newest slot in use may be
 * @meta_size: a multiple of 8
 * @memory: outlives the ring
 */
void
fil_rudp_ring_init (FilRudpRing *self,
                    guint window,
                    gsize stride,
                    gsize meta_size,
                    FilRudpMemory *memory)
{
  *self = (FilRudpRing){ .n_chunks = window / FIL_RUDP_CHUNK + 2, .stride = stride, .meta_size = meta_size,
                         .memory = memory };
  self->chunks = g_new0 (gpointer, self->n_chunks);
}

void
fil_rudp_ring_clear (FilRudpRing *self)
{
  for (guint i = 0; i < self->n_chunks; i++)
    free_chunk (self, self->chunks[i]);
  g_clear_pointer (&self->chunks, g_free);
  free_chunk (self, g_steal_pointer (&self->spare));
}

/* How far the ring reaches when there is no memory for more than is owed to everybody. */
static guint64
least_reach (const FilRudpRing *self)
{
  return self->base + FIL_RUDP_CHUNKS_OWED * FIL_RUDP_CHUNK;
}

static gboolean
is_short_of_memory (const FilRudpRing *self)
{
  return self->memory->used + chunk_size (self) > FIL_RUDP_MEMORY_MAX;
}

/**
 * fil_rudp_ring_reach:
 *
 * Returns: a sequence below which there is room now, for whoever has used all from the oldest to just below @seq
 */
guint64
fil_rudp_ring_reach (const FilRudpRing *self,
                     guint64 seq)
{
  const guint64 chunk_end = (seq + FIL_RUDP_CHUNK - 1) / FIL_RUDP_CHUNK * FIL_RUDP_CHUNK;

  if (self->spare != NULL || !is_short_of_memory (self))
    return self->base + self->n_chunks * FIL_RUDP_CHUNK;
  return MAX (chunk_end, least_reach (self));
}

/**
 * fil_rudp_ring_make:
 * @is_owed: however little memory there is
 *
 * Makes sure that there is room for @seq.
 *
 * Returns: FALSE when it is older, or further ahead, than the ring reaches, or the memory is used up
 */
gboolean
fil_rudp_ring_make (FilRudpRing *self,
                    guint64 seq,
                    gboolean is_owed)
{
  gpointer *chunk = place (self, seq);

  if (seq < self->base || (seq - self->base) / FIL_RUDP_CHUNK >= self->n_chunks)
    return FALSE;
  if (*chunk != NULL)
    return TRUE;
  if (self->spare == NULL && !is_owed && seq >= least_reach (self) && is_short_of_memory (self))
    return FALSE;
  *chunk = g_steal_pointer (&self->spare);
  if (*chunk == NULL)
    {
      *chunk = g_malloc (chunk_size (self));
      self->memory->used += chunk_size (self);
    }
  ((Chunk *) *chunk)->marks = 0;
  return TRUE;
}

/**
 * fil_rudp_ring_bytes:
 *
 * Returns: (transfer none): the room of a slot that was made
 */
guint8 *
fil_rudp_ring_bytes (const FilRudpRing *self,
                     guint64 seq)
{
  guint8 *chunk = *place (self, seq);

  return chunk + sizeof (Chunk) + FIL_RUDP_CHUNK * self->meta_size + seq % FIL_RUDP_CHUNK * self->stride;
}

/**
 * fil_rudp_ring_meta:
 *
 * Returns: (transfer none): what is kept beside the bytes of a slot that was made; not initialised
 */
gpointer
fil_rudp_ring_meta (const FilRudpRing *self,
                    guint64 seq)
{
  guint8 *chunk = *place (self, seq);

  return chunk + sizeof (Chunk) + seq % FIL_RUDP_CHUNK * self->meta_size;
}

/**
 * fil_rudp_ring_marks:
 *
 * Returns: the marks of the 64 slots around @seq, that of the lowest sequence in bit 0; 0 outside of the ring
 */
guint64
fil_rudp_ring_marks (const FilRudpRing *self,
                     guint64 seq)
{
  const Chunk *chunk = *place (self, seq);

  if (seq < self->base || (seq - self->base) / FIL_RUDP_CHUNK >= self->n_chunks || chunk == NULL)
    return 0;
  return chunk->marks;
}

gboolean
fil_rudp_ring_is_marked (const FilRudpRing *self,
                         guint64 seq)
{
  return (fil_rudp_ring_marks (self, seq) >> seq % FIL_RUDP_CHUNK & 1) != 0;
}

/**
 * fil_rudp_ring_mark:
 * @seq: of a slot that was made
 */
void
fil_rudp_ring_mark (FilRudpRing *self,
                    guint64 seq)
{
  ((Chunk *) *place (self, seq))->marks |= G_GUINT64_CONSTANT (1) << seq % FIL_RUDP_CHUNK;
}

/**
 * fil_rudp_ring_leave:
 *
 * Forgets the chunks whose slots are all older than @seq.
 */
void
fil_rudp_ring_leave (FilRudpRing *self,
                     guint64 seq)
{
  for (; self->base + FIL_RUDP_CHUNK <= seq; self->base += FIL_RUDP_CHUNK)
    {
      gpointer *chunk = place (self, self->base);

      if (*chunk == NULL)
        continue;
      free_chunk (self, self->spare);
      self->spare = g_steal_pointer (chunk);
    }
}
