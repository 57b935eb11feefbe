/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "keyword-index.h"

#include "keyword-index-private.h"
#include "words-private.h"

#include <string.h>

/* What a query asks of one word, and how far its list has been read. */
typedef struct
{
  const guint64 *bitmap; /* NULL: it has a list */
  const guint32 *list;
  guint32 n;
  guint32 at; /* no document before this place of the list is asked for any more */
} Term;

typedef struct
{
  Term with[FIL_WORDS_MAX_NAME];
  Term without[FIL_WORDS_MAX_NAME];
  guint n_with;
  guint n_without;
} Terms;

guint32
_fil_keyword_hash (const char *text,
                   gsize len)
{
  guint64 hash = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ len;

  while (len > 0)
    {
      gsize n = MIN (len, sizeof (guint64));
      guint64 word = 0;

      memcpy (&word, text, n);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
      hash ^= hash >> 29;
      text += n;
      len -= n;
    }
  return (guint32) (hash >> 32);
}

/* The slot of a word, or the free one where it belongs. */
FilKeywordSlot *
_fil_keyword_find (FilKeywordSlot *slots,
                   guint32 n_slots,
                   const FilKeyword *keywords,
                   const char *texts,
                   guint32 hash,
                   const char *text,
                   gsize len)
{
  for (guint32 i = hash & (n_slots - 1);; i = (i + 1) & (n_slots - 1))
    {
      const FilKeyword *keyword;

      if (slots[i].keyword == 0)
        return &slots[i];
      if (slots[i].hash != hash)
        continue;
      keyword = &keywords[slots[i].keyword - 1];
      if (keyword->len == len && memcmp (texts + keyword->text, text, len) == 0)
        return &slots[i];
    }
}

/**
 * fil_keyword_index_ref:
 *
 * Returns: (transfer full): @self; from any thread
 */
FilKeywordIndex *
fil_keyword_index_ref (FilKeywordIndex *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fil_keyword_index_unref (FilKeywordIndex *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->ids);
  g_free (self->keywords);
  g_free (self->slots);
  g_free (self->texts);
  g_free (self->postings);
  g_free (self->bitmaps);
  g_free (self);
}

static gboolean
find_term (const FilKeywordIndex *self,
           const FilWord *word,
           Term *term)
{
  char buffer[FIL_WORD_MAX_BYTES + 1];
  const char *key = _fil_word_key (word, buffer);
  const FilKeywordSlot *slot = _fil_keyword_find (self->slots, self->n_slots, self->keywords, self->texts,
                                                  _fil_keyword_hash (key, word->len), key, word->len);
  const FilKeyword *keyword;

  if (slot->keyword == 0)
    return FALSE;
  keyword = &self->keywords[slot->keyword - 1];
  *term = (Term){ .n = keyword->n_docs };
  if (_fil_keyword_has_bitmap (keyword, self->n_docs))
    term->bitmap = self->bitmaps + keyword->start;
  else
    term->list = self->postings + keyword->start;
  return TRUE;
}

/* Finds the terms, the rarest first; FALSE when nothing can be found. */
static gboolean
find_terms (const FilKeywordIndex *self,
            const FilWords *query,
            Terms *terms)
{
  gboolean is_specific = FALSE;

  terms->n_with = terms->n_without = 0;
  for (guint i = 0; i < fil_words_count (query); i++)
    {
      const FilWord *word = fil_words_get (query, i);
      Term term;
      guint k;

      if (word->excluded)
        {
          if (find_term (self, word, &term))
            terms->without[terms->n_without++] = term;
          continue;
        }
      if (!find_term (self, word, &term))
        return FALSE;
      is_specific |= word->len >= FIL_SEARCH_MIN_BYTES;
      for (k = terms->n_with++; k > 0 && terms->with[k - 1].n > term.n; k--)
        terms->with[k] = terms->with[k - 1];
      terms->with[k] = term;
    }
  return is_specific;
}

/* Whether the document is there. Documents have to be asked for in rising order: the list is searched
 * in doubling steps from where it was left. */
static gboolean
term_has (Term *term,
          guint32 doc)
{
  guint32 low = term->at;
  guint32 step = 1;
  guint32 high;

  if (term->bitmap != NULL)
    return (term->bitmap[doc / 64] >> (doc % 64)) & 1;

  for (high = low; high < term->n && term->list[high] < doc; step *= 2)
    {
      low = high + 1;
      high = step < term->n - high ? high + step : term->n;
    }
  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (term->list[middle] < doc)
        low = middle + 1;
      else
        high = middle;
    }
  term->at = low;
  return low < term->n && term->list[low] == doc;
}

static gboolean
is_wanted (Terms *terms,
           guint32 doc)
{
  for (guint i = 1; i < terms->n_with; i++)
    if (!term_has (&terms->with[i], doc))
      return FALSE;
  for (guint i = 0; i < terms->n_without; i++)
    if (term_has (&terms->without[i], doc))
      return FALSE;
  return TRUE;
}

static guint
search_list (const FilKeywordIndex *self,
             Terms *terms,
             guint32 *ids,
             guint max)
{
  const Term *rarest = &terms->with[0];
  guint n = 0;

  for (guint32 i = 0; i < rarest->n && n < max; i++)
    if (is_wanted (terms, rarest->list[i]))
      ids[n++] = self->ids[rarest->list[i]];
  return n;
}

/* When the rarest word has a bitmap, all have. */
static guint
search_bitmaps (const FilKeywordIndex *self,
                Terms *terms,
                guint32 *ids,
                guint max)
{
  gsize n_words = _fil_keyword_bitmap_words (self->n_docs);
  guint n = 0;

  for (gsize word = 0; word < n_words && n < max; word++)
    {
      guint64 bits = terms->with[0].bitmap[word];

      for (guint i = 1; i < terms->n_with; i++)
        bits &= terms->with[i].bitmap[word];
      for (; bits != 0 && n < max; bits &= bits - 1)
        {
          guint32 doc = (guint32) (word * 64) + (guint32) __builtin_ctzll (bits);
          gboolean wanted = TRUE;

          for (guint i = 0; i < terms->n_without && wanted; i++)
            wanted = !term_has (&terms->without[i], doc);
          if (wanted)
            ids[n++] = self->ids[doc];
        }
    }
  return n;
}

/**
 * fil_keyword_index_search:
 * @query: from fil_words_split_query(); without a word of FIL_SEARCH_MIN_BYTES nothing is found
 * @ids: (out): room for @max ids
 *
 * Finds files whose names have all words of @query and none of the excluded ones. Takes no lock and
 * allocates nothing.
 *
 * Returns: how many @ids were filled, rising
 */
guint
fil_keyword_index_search (const FilKeywordIndex *self,
                          const FilWords *query,
                          guint32 *ids,
                          guint max)
{
  Terms terms;

  if (!find_terms (self, query, &terms))
    return 0;
  if (terms.with[0].bitmap != NULL)
    return search_bitmaps (self, &terms, ids, max);
  return search_list (self, &terms, ids, max);
}

guint
fil_keyword_index_n_files (const FilKeywordIndex *self)
{
  return self->n_docs;
}

guint
fil_keyword_index_n_words (const FilKeywordIndex *self)
{
  return self->n_keywords;
}

/**
 * fil_keyword_index_n_bytes:
 *
 * Returns: how much memory it takes
 */
gsize
fil_keyword_index_n_bytes (const FilKeywordIndex *self)
{
  return sizeof *self + self->n_docs * sizeof *self->ids + self->n_keywords * sizeof *self->keywords +
         self->n_slots * sizeof *self->slots + self->texts_len + self->n_postings * sizeof *self->postings +
         self->n_bitmap_words * sizeof *self->bitmaps;
}

/**
 * fil_keyword_index_foreach_word:
 * @func: called once for each word, with text that does not end with NUL
 */
void
fil_keyword_index_foreach_word (const FilKeywordIndex *self,
                                FilKeywordFunc func,
                                gpointer data)
{
  for (guint32 i = 0; i < self->n_keywords; i++)
    func (data, self->texts + self->keywords[i].text, self->keywords[i].len);
}
