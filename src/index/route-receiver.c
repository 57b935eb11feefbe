/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "route-receiver.h"

#include "route-table-private.h"

#include <string.h>

struct _FilRouteReceiver
{
  FilRouteTable *table; /* the last whole one, or NULL */
  FilRouteTable *next;  /* being patched, owned alone; NULL between sequences */
  guint bits;           /* 0 until a RESET came */
  gboolean was_reset;   /* the next sequence starts from nothing */
  gboolean is_broken;
  gboolean in_patch;    /* between begin_patch() and end_patch() */

  /* The sequence that is under way; number 0: none. */
  guint number;
  guint count;
  guint compressor;
  guint entry_bits;
  guint32 next_slot;
};

/**
 * fil_route_receiver_new:
 *
 * Returns: (transfer full): a receiver for a link that has sent nothing yet
 */
FilRouteReceiver *
fil_route_receiver_new (void)
{
  return g_new0 (FilRouteReceiver, 1);
}

void
fil_route_receiver_free (FilRouteReceiver *self)
{
  if (self == NULL)
    return;
  fil_route_table_unref (self->table);
  fil_route_table_unref (self->next);
  g_free (self);
}

static gboolean
refuse (FilRouteReceiver *self,
        const char **reason,
        const char *text)
{
  g_clear_pointer (&self->next, fil_route_table_unref);
  self->is_broken = TRUE;
  *reason = text;
  return FALSE;
}

/**
 * fil_route_receiver_reset:
 * @slots: table length
 * @infinity: as the message says
 * @reason: (out): why not, when FALSE; a static string
 *
 * Takes a RESET. A sequence that is under way is forgotten, with what the caller has of its stream. The
 * table that was whole before stays in use until the next one is whole.
 *
 * Returns: whether it was allowed
 */
gboolean
fil_route_receiver_reset (FilRouteReceiver *self,
                          guint32 slots,
                          guint infinity,
                          const char **reason)
{
  g_return_val_if_fail (!self->in_patch, FALSE);

  if (self->is_broken)
    return refuse (self, reason, "broken before");
  if (infinity < 1)
    return refuse (self, reason, "RESET with infinity 0");
  if (slots < (guint32) 1 << FIL_ROUTE_MIN_BITS || slots > (guint32) 1 << FIL_ROUTE_MAX_BITS)
    return refuse (self, reason, "table length out of range");
  if ((slots & (slots - 1)) != 0)
    return refuse (self, reason, "table length not a power of two");

  g_clear_pointer (&self->next, fil_route_table_unref);
  self->number = 0;
  self->bits = (guint) __builtin_ctz (slots);
  self->was_reset = TRUE;
  return TRUE;
}

static gboolean
start_sequence (FilRouteReceiver *self,
                guint count,
                guint compressor,
                guint entry_bits,
                const char **reason)
{
  if (compressor > 1)
    return refuse (self, reason, "unknown PATCH compressor");
  if (entry_bits != 8 && entry_bits != 4 && entry_bits != 2 && entry_bits != 1)
    return refuse (self, reason, "unknown PATCH entry bits");

  self->count = count;
  self->compressor = compressor;
  self->entry_bits = entry_bits;
  self->next_slot = 0;
  self->next = _fil_route_table_new (self->bits,
                                     !self->was_reset && self->table != NULL ? self->table->words : NULL);
  return TRUE;
}

/**
 * fil_route_receiver_begin_patch:
 * @number: sequence number, from 1
 * @count: sequence size
 * @compressor: 0 none, 1 deflate: for the caller, but constant over a sequence
 * @entry_bits: 8, 4, 2 or 1
 * @reason: (out): why not, when FALSE; a static string
 *
 * Takes the head of a PATCH.
 *
 * Returns: whether it may come now
 */
gboolean
fil_route_receiver_begin_patch (FilRouteReceiver *self,
                                guint number,
                                guint count,
                                guint compressor,
                                guint entry_bits,
                                const char **reason)
{
  g_return_val_if_fail (!self->in_patch, FALSE);

  if (self->is_broken)
    return refuse (self, reason, "broken before");
  if (self->bits == 0)
    return refuse (self, reason, "PATCH before RESET");
  if (number != self->number + 1 || number > count)
    return refuse (self, reason, "PATCH out of sequence");
  if (number == 1 && !start_sequence (self, count, compressor, entry_bits, reason))
    return FALSE;
  if (count != self->count || compressor != self->compressor || entry_bits != self->entry_bits)
    return refuse (self, reason, "PATCH sequence changes its form");

  self->number = number;
  self->in_patch = TRUE;
  return TRUE;
}

/* Receivers look at the sign only: whatever infinity is, negative means present (messages.md §8). */
static void
apply_sign (guint64 *words,
            guint32 slot,
            int sign)
{
  guint64 bit = (guint64) 1 << (slot % FIL_ROUTE_WORD_SLOTS);

  if (sign < 0)
    words[slot / FIL_ROUTE_WORD_SLOTS] |= bit;
  else if (sign > 0)
    words[slot / FIL_ROUTE_WORD_SLOTS] &= ~bit;
}

static void
apply_byte (FilRouteReceiver *self,
            guint8 byte)
{
  guint64 *words = self->next->words;
  guint entry_bits = self->entry_bits;
  guint8 sign_bit = (guint8) (1 << (entry_bits - 1));
  guint8 mask = (guint8) (sign_bit | (sign_bit - 1));
  guint32 slot = self->next_slot;

  for (int shift = 8 - (int) entry_bits; byte != 0 && shift >= 0; shift -= (int) entry_bits, slot++)
    {
      guint8 entry = (byte >> shift) & mask;

      if (entry == 0)
        continue;
      if (entry_bits == 1)
        words[slot / FIL_ROUTE_WORD_SLOTS] ^= (guint64) 1 << (slot % FIL_ROUTE_WORD_SLOTS);
      else
        apply_sign (words, slot, entry & sign_bit ? -1 : 1);
    }
  self->next_slot += 8 / entry_bits;
}

/**
 * fil_route_receiver_data:
 * @raw: entries, inflated
 * @reason: (out): why not, when FALSE; a static string
 *
 * Applies a part of the PATCH that was begun.
 *
 * Returns: whether the table has so many slots
 */
gboolean
fil_route_receiver_data (FilRouteReceiver *self,
                         const guint8 *raw,
                         gsize len,
                         const char **reason)
{
  g_return_val_if_fail (self->is_broken || self->in_patch, FALSE);

  if (self->is_broken)
    return refuse (self, reason, "broken before");
  if (len > fil_route_receiver_missing (self))
    return refuse (self, reason, "PATCH sequence longer than the table");
  for (gsize i = 0; i < len; i++)
    apply_byte (self, raw[i]);
  return TRUE;
}

/**
 * fil_route_receiver_end_patch:
 * @is_complete: (out): whether this was the last of its sequence, so that
 *   fil_route_receiver_table() is new; for the caller, the stream has to end here
 * @reason: (out): why not, when FALSE; a static string
 *
 * Ends the PATCH that was begun.
 *
 * Returns: whether the last PATCH of a sequence has left no slot out
 */
gboolean
fil_route_receiver_end_patch (FilRouteReceiver *self,
                              gboolean *is_complete,
                              const char **reason)
{
  g_return_val_if_fail (self->is_broken || self->in_patch, FALSE);

  *is_complete = FALSE;
  self->in_patch = FALSE;
  if (self->is_broken)
    return refuse (self, reason, "broken before");
  if (self->number < self->count)
    return TRUE;
  if (fil_route_receiver_missing (self) > 0)
    return refuse (self, reason, "PATCH sequence shorter than the table");

  fil_route_table_unref (self->table);
  self->next->n_set = _fil_route_count (self->next->words, self->bits);
  self->table = g_steal_pointer (&self->next);
  self->was_reset = FALSE;
  self->number = 0;
  *is_complete = TRUE;
  return TRUE;
}

/**
 * fil_route_receiver_missing:
 *
 * Returns: how many more bytes fil_route_receiver_data() will take in this sequence: inflate no more
 *   than one byte beyond that
 */
gsize
fil_route_receiver_missing (const FilRouteReceiver *self)
{
  if (self->next == NULL)
    return 0;
  return (gsize) (((guint32) 1 << self->bits) - self->next_slot) * self->entry_bits / 8;
}

/**
 * fil_route_receiver_table:
 *
 * Returns: (transfer none) (nullable): the last whole table, NULL when there was none: then no query
 *   goes to that link
 */
FilRouteTable *
fil_route_receiver_table (const FilRouteReceiver *self)
{
  return self->table;
}
