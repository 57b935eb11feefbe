/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "route-table-builder.h"

#include "route-table-private.h"

#include <string.h>

/* Letters cut from the end of a word, and the length that must remain after a cut: as gtk-gnutella. */
#define MAX_CUTS 5
#define MIN_AFTER_CUT 4

struct _FilRouteTableBuilder
{
  guint64 *words; /* a table of FIL_ROUTE_MAX_BITS; smaller ones follow from it */
  gboolean is_empty;
};

/**
 * fil_route_table_builder_new:
 *
 * Returns: (transfer full): a builder without words; it holds 256 KiB
 */
FilRouteTableBuilder *
fil_route_table_builder_new (void)
{
  FilRouteTableBuilder *self = g_new0 (FilRouteTableBuilder, 1);

  self->words = g_new0 (guint64, _fil_route_n_words (FIL_ROUTE_MAX_BITS));
  self->is_empty = TRUE;
  return self;
}

void
fil_route_table_builder_free (FilRouteTableBuilder *self)
{
  if (self == NULL)
    return;
  g_free (self->words);
  g_free (self);
}

static void
add_hash (FilRouteTableBuilder *self,
          guint32 hash)
{
  _fil_route_set (self->words, hash >> (32 - FIL_ROUTE_MAX_BITS));
  self->is_empty = FALSE;
}

/**
 * fil_route_table_builder_add_word:
 * @word: valid UTF-8, from FilWords
 *
 * Adds the word and what is left of it when up to five letters are cut from its end, so that queries
 * for its stem come too (messages.md §8, "What to insert"). Words of less than three bytes are not
 * routed.
 */
void
fil_route_table_builder_add_word (FilRouteTableBuilder *self,
                                  const char *word,
                                  gsize len)
{
  glong n_chars;

  if (len < FIL_ROUTE_MIN_WORD)
    return;
  add_hash (self, fil_route_hash (word, len));
  n_chars = g_utf8_strlen (word, (gssize) len);
  for (guint cut = 0; cut < MAX_CUTS && n_chars > MIN_AFTER_CUT; cut++, n_chars--)
    {
      do
        len--;
      while (((guint8) word[len] & 0xc0) == 0x80);
      add_hash (self, fil_route_hash (word, len));
    }
}

/**
 * fil_route_table_builder_add_words:
 * @words: of a name
 */
void
fil_route_table_builder_add_words (FilRouteTableBuilder *self,
                                   const FilWords *words)
{
  for (guint i = 0; i < fil_words_count (words); i++)
    {
      const FilWord *word = fil_words_get (words, i);

      fil_route_table_builder_add_word (self, word->text, word->len);
    }
}

static void
add_indexed_word (gpointer data,
                  const char *word,
                  gsize len)
{
  fil_route_table_builder_add_word (data, word, len);
}

/**
 * fil_route_table_builder_add_index:
 *
 * Adds every word of a library.
 */
void
fil_route_table_builder_add_index (FilRouteTableBuilder *self,
                                   const FilKeywordIndex *index)
{
  fil_keyword_index_foreach_word (index, add_indexed_word, self);
}

/**
 * fil_route_table_builder_finish:
 *
 * Makes the smallest table, from FIL_ROUTE_OWN_MIN_BITS on, of which at most one of FIL_ROUTE_SPARSE
 * slots is set. Without any word it has FIL_ROUTE_MIN_BITS: a table there must be, or no query comes.
 * The builder keeps its words.
 *
 * Returns: (transfer full): the table
 */
FilRouteTable *
fil_route_table_builder_finish (FilRouteTableBuilder *self)
{
  g_autofree guint64 *words = NULL;
  g_autofree guint64 *half = NULL;
  gsize size = _fil_route_n_words (FIL_ROUTE_MAX_BITS) * sizeof (guint64);
  guint bits = FIL_ROUTE_MAX_BITS;

  if (self->is_empty)
    return fil_route_table_new_empty (FIL_ROUTE_MIN_BITS);

  words = g_memdup2 (self->words, size);
  half = g_malloc (size);
  while (bits > FIL_ROUTE_OWN_MIN_BITS)
    {
      memcpy (half, words, _fil_route_n_words (bits) * sizeof (guint64));
      _fil_route_halve (half, bits);
      if (_fil_route_count (half, bits - 1) > ((guint32) 1 << (bits - 1)) / FIL_ROUTE_SPARSE)
        break;
      memcpy (words, half, _fil_route_n_words (--bits) * sizeof (guint64));
    }
  return _fil_route_table_new (bits, words);
}
