/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "query-hashes.h"

#include <string.h>

#define MULTIPLIER 0x4f1bbcdcu

/**
 * fil_route_hash:
 * @text: a word or "urn:sha1:…", valid UTF-8 of either case
 *
 * The hash of query routing before it is cut to the size of a table: the slot of a table of 2^bits
 * slots is its highest bits (messages.md §8, "Hash"). It takes the low byte of each UTF-16 unit.
 */
guint32
fil_route_hash (const char *text,
                gsize len)
{
  const char *end = text + len;
  guint32 word = 0;
  guint shift = 0;

  for (const char *p = text; p < end;)
    {
      gunichar c = (guint8) *p;

      if (c < 0x80)
        {
          c = (gunichar) g_ascii_tolower ((char) c);
          p++;
        }
      else
        {
          c = g_unichar_tolower (g_utf8_get_char (p));
          p = g_utf8_next_char (p);
        }
      if (c > 0xffff)
        {
          word ^= (guint32) ((c - 0x10000) >> 10 & 0xff) << shift;
          shift = (shift + 8) % 32;
        }
      word ^= (guint32) (c & 0xff) << shift;
      shift = (shift + 8) % 32;
    }
  return word * MULTIPLIER;
}

static void
add_words (FilQueryHashes *self,
           const FilWords *query,
           gboolean count_bytes)
{
  for (guint i = 0; i < fil_words_count (query) && self->n_words < FIL_QUERY_MAX_HASHES; i++)
    {
      const FilWord *word = fil_words_get (query, i);

      if (!word->excluded && (count_bytes ? word->len : word->n_chars) >= FIL_ROUTE_MIN_WORD)
        self->words[self->n_words++] = fil_route_hash (word->text, word->len);
    }
}

/**
 * fil_query_hashes_init:
 * @query: from fil_words_split_query()
 *
 * Hashes the words that take part in routing: those of three letters or more. When there is none,
 * those of three bytes: one sign of Chinese says as much, and gtk-gnutella counts like that.
 */
void
fil_query_hashes_init (FilQueryHashes *self,
                       const FilWords *query)
{
  self->n_words = 0;
  self->n_urns = 0;
  add_words (self, query, FALSE);
  if (self->n_words == 0)
    add_words (self, query, TRUE);
}

/**
 * fil_query_hashes_add_urn:
 * @urn: "urn:sha1:…"; any one that a table has lets the query pass. More than FIL_QUERY_MAX_URNS are
 *   ignored
 */
void
fil_query_hashes_add_urn (FilQueryHashes *self,
                          const char *urn,
                          gsize len)
{
  if (self->n_urns < FIL_QUERY_MAX_URNS && g_utf8_validate_len (urn, len, NULL))
    self->urns[self->n_urns++] = fil_route_hash (urn, len);
}

/**
 * fil_query_hashes_is_empty:
 *
 * Returns: whether nothing of the query can be routed by: no table will ever match
 */
gboolean
fil_query_hashes_is_empty (const FilQueryHashes *self)
{
  return self->n_words == 0 && self->n_urns == 0;
}
