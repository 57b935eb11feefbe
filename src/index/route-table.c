/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "route-table.h"

#include "route-table-private.h"

#include <string.h>

/* Copies words: their owner may go on with them. NULL makes an empty table. */
FilRouteTable *
_fil_route_table_new (guint bits,
                      const guint64 *words)
{
  gsize size = _fil_route_n_words (bits) * sizeof (guint64);
  FilRouteTable *self = g_malloc (sizeof *self + size);

  g_atomic_ref_count_init (&self->ref_count);
  self->bits = bits;
  if (words != NULL)
    memcpy (self->words, words, size);
  else
    memset (self->words, 0, size);
  self->n_set = words != NULL ? _fil_route_count (words, bits) : 0;
  return self;
}

guint32
_fil_route_count (const guint64 *words,
                  guint bits)
{
  guint32 n = 0;

  for (gsize i = 0; i < _fil_route_n_words (bits); i++)
    n += (guint32) __builtin_popcountll (words[i]);
  return n;
}

/* Gathers the even bits of word, after or-ing each with its neighbour. */
static guint64
squeeze (guint64 word)
{
  word = (word | word >> 1) & G_GUINT64_CONSTANT (0x5555555555555555);
  word = (word | word >> 1) & G_GUINT64_CONSTANT (0x3333333333333333);
  word = (word | word >> 2) & G_GUINT64_CONSTANT (0x0f0f0f0f0f0f0f0f);
  word = (word | word >> 4) & G_GUINT64_CONSTANT (0x00ff00ff00ff00ff);
  word = (word | word >> 8) & G_GUINT64_CONSTANT (0x0000ffff0000ffff);
  word = (word | word >> 16) & G_GUINT64_CONSTANT (0x00000000ffffffff);
  return word;
}

/* Turns a table of 2^bits slots in place into one of half as many: a slot is the highest bits of a
 * hash, so two neighbours become one. */
void
_fil_route_halve (guint64 *words,
                  guint bits)
{
  gsize n = _fil_route_n_words (bits);

  if (n == 1)
    {
      words[0] = squeeze (words[0]);
      return;
    }
  for (gsize i = 0; i < n; i += 2)
    words[i / 2] = squeeze (words[i]) | squeeze (words[i + 1]) << 32;
}

/**
 * fil_route_table_new_empty:
 * @bits: log2 of the slots, FIL_ROUTE_MIN_BITS to FIL_ROUTE_MAX_BITS
 *
 * Returns: (transfer full): a table that matches nothing
 */
FilRouteTable *
fil_route_table_new_empty (guint bits)
{
  g_return_val_if_fail (bits >= FIL_ROUTE_MIN_BITS && bits <= FIL_ROUTE_MAX_BITS, NULL);

  return _fil_route_table_new (bits, NULL);
}

/* Sets what self sets, in a table of 2^bits slots. */
static void
merge_into (guint64 *words,
            guint bits,
            const FilRouteTable *self)
{
  gsize n = _fil_route_n_words (self->bits);

  if (self->bits == bits)
    {
      for (gsize i = 0; i < n; i++)
        words[i] |= self->words[i];
      return;
    }
  for (gsize i = 0; i < n; i++)
    for (guint64 rest = self->words[i]; rest != 0; rest &= rest - 1)
      {
        guint32 slot = (guint32) (i * FIL_ROUTE_WORD_SLOTS) + (guint32) __builtin_ctzll (rest);

        if (self->bits > bits)
          {
            _fil_route_set (words, slot >> (self->bits - bits));
            continue;
          }
        /* The lower bits of the hash are unknown, so every slot that they could tell is set. */
        for (guint32 k = 0; k < (guint32) 1 << (bits - self->bits); k++)
          _fil_route_set (words, (slot << (bits - self->bits)) + k);
      }
}

/**
 * fil_route_table_new_merged:
 * @tables: own table and those of the leaves, of any sizes
 * @max_bits: log2 of the most slots to make; FIL_ROUTE_MERGED_MAX_BITS for what goes to ultrapeers
 *
 * Returns: (transfer full): a table that matches whatever one of @tables matches, as large as the
 *   largest of them if @max_bits allows
 */
FilRouteTable *
fil_route_table_new_merged (const FilRouteTable *const *tables,
                            guint n_tables,
                            guint max_bits)
{
  guint bits = FIL_ROUTE_MIN_BITS;
  FilRouteTable *self;

  g_return_val_if_fail (max_bits >= FIL_ROUTE_MIN_BITS && max_bits <= FIL_ROUTE_MAX_BITS, NULL);

  for (guint i = 0; i < n_tables; i++)
    bits = MAX (bits, tables[i]->bits);
  bits = MIN (bits, max_bits);
  self = _fil_route_table_new (bits, NULL);
  for (guint i = 0; i < n_tables; i++)
    merge_into (self->words, bits, tables[i]);
  self->n_set = _fil_route_count (self->words, bits);
  return self;
}

/**
 * fil_route_table_ref:
 *
 * Returns: (transfer full): @self; from any thread
 */
FilRouteTable *
fil_route_table_ref (FilRouteTable *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fil_route_table_unref (FilRouteTable *self)
{
  if (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * fil_route_table_bits:
 *
 * Returns: log2 of the slots
 */
guint
fil_route_table_bits (const FilRouteTable *self)
{
  return self->bits;
}

/**
 * fil_route_table_slots:
 *
 * Returns: the table length of a RESET
 */
guint32
fil_route_table_slots (const FilRouteTable *self)
{
  return (guint32) 1 << self->bits;
}

guint32
fil_route_table_n_set (const FilRouteTable *self)
{
  return self->n_set;
}

/**
 * fil_route_table_fill:
 *
 * Returns: which part of the slots is set, 0 to 1
 */
double
fil_route_table_fill (const FilRouteTable *self)
{
  return (double) self->n_set / (double) fil_route_table_slots (self);
}

/**
 * fil_route_table_get:
 * @slot: less than fil_route_table_slots()
 */
gboolean
fil_route_table_get (const FilRouteTable *self,
                     guint32 slot)
{
  return _fil_route_get (self->words, slot);
}

gboolean
fil_route_table_equal (const FilRouteTable *a,
                       const FilRouteTable *b)
{
  return a->bits == b->bits &&
         memcmp (a->words, b->words, _fil_route_n_words (a->bits) * sizeof (guint64)) == 0;
}

/**
 * fil_route_table_match:
 *
 * Returns: whether the query may find something behind this table: one of its URNs is there, or all of
 *   its words if they are one or two, or two thirds of them if they are more (messages.md §8)
 */
gboolean
fil_route_table_match (const FilRouteTable *self,
                       const FilQueryHashes *hashes)
{
  guint shift = 32 - self->bits;
  guint n = hashes->n_words;
  guint may_miss = n < 3 ? 0 : n / 3;

  for (guint i = 0; i < hashes->n_urns; i++)
    if (_fil_route_get (self->words, hashes->urns[i] >> shift))
      return TRUE;
  if (n == 0)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!_fil_route_get (self->words, hashes->words[i] >> shift) && may_miss-- == 0)
      return FALSE;
  return TRUE;
}

/**
 * fil_route_table_to_patch:
 * @base: (nullable): the table that the other side has, of the same size; NULL after a RESET
 * @infinity: what the RESET said, at least 2 and at most 8
 *
 * Writes the difference as 4-bit entries, slot 0 in the high half of byte 0 (messages.md §8, "Entry
 * values"). The caller compresses them and cuts them into PATCH messages.
 *
 * Returns: (transfer full): fil_route_table_slots() / 2 bytes
 */
GBytes *
fil_route_table_to_patch (const FilRouteTable *self,
                          const FilRouteTable *base,
                          guint infinity)
{
  gsize len = fil_route_table_slots (self) / 2;
  guint8 set = (guint8) ((1 - (int) infinity) & 0x0f);
  guint8 clear = (guint8) (infinity - 1);
  guint8 *patch;

  g_return_val_if_fail (base == NULL || base->bits == self->bits, NULL);
  g_return_val_if_fail (infinity >= 2 && infinity <= 8, NULL);

  patch = g_malloc0 (len);
  for (gsize i = 0; i < _fil_route_n_words (self->bits); i++)
    {
      guint64 before = base != NULL ? base->words[i] : 0;

      for (guint64 rest = self->words[i] ^ before; rest != 0; rest &= rest - 1)
        {
          guint bit = (guint) __builtin_ctzll (rest);
          guint8 entry = (self->words[i] >> bit) & 1 ? set : clear;

          patch[i * (FIL_ROUTE_WORD_SLOTS / 2) + bit / 2] |= (guint8) (bit % 2 == 0 ? entry << 4 : entry);
        }
    }
  return g_bytes_new_take (patch, len);
}
