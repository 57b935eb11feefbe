/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-ring.h"

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

/**
 * fil_rudp_ring_init:
 * @window: how far apart the oldest and the newest slot in use may be
 * @meta_size: a multiple of 8
 */
void
fil_rudp_ring_init (FilRudpRing *self,
                    guint window,
                    gsize stride,
                    gsize meta_size)
{
  *self = (FilRudpRing){ .n_chunks = window / FIL_RUDP_CHUNK + 2, .stride = stride, .meta_size = meta_size };
  self->chunks = g_new0 (gpointer, self->n_chunks);
}

void
fil_rudp_ring_clear (FilRudpRing *self)
{
  for (guint i = 0; i < self->n_chunks; i++)
    g_free (self->chunks[i]);
  g_clear_pointer (&self->chunks, g_free);
  g_clear_pointer (&self->spare, g_free);
}

/**
 * fil_rudp_ring_make:
 *
 * Makes sure that there is room for @seq.
 *
 * Returns: FALSE when it is older, or further ahead, than the ring reaches
 */
gboolean
fil_rudp_ring_make (FilRudpRing *self,
                    guint64 seq)
{
  gpointer *chunk = place (self, seq);

  if (seq < self->base || (seq - self->base) / FIL_RUDP_CHUNK >= self->n_chunks)
    return FALSE;
  if (*chunk != NULL)
    return TRUE;
  *chunk = g_steal_pointer (&self->spare);
  if (*chunk == NULL)
    *chunk = g_malloc (sizeof (Chunk) + FIL_RUDP_CHUNK * (self->meta_size + self->stride));
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
      g_free (self->spare);
      self->spare = g_steal_pointer (chunk);
    }
}
