/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "keyword-index.h"

G_BEGIN_DECLS

/* A word and the documents that have it. A document is the place of an id in the sorted ids. A word
 * that so many documents have that a bit for each document takes less room has a bitmap, the others
 * have a sorted list. */
typedef struct
{
  guint32 text;   /* offset in texts */
  guint32 len;
  guint32 n_docs;
  guint32 start;  /* offset in bitmaps or in postings */
} FilKeyword;

typedef struct
{
  guint32 hash;
  guint32 keyword; /* place in keywords + 1; 0: free */
} FilKeywordSlot;

struct _FilKeywordIndex
{
  gatomicrefcount ref_count;
  guint32 *ids;
  guint32 n_docs;
  FilKeyword *keywords;
  guint32 n_keywords;
  FilKeywordSlot *slots; /* open addressing, at most half full */
  guint32 n_slots;       /* a power of two */
  char *texts;
  gsize texts_len;
  guint32 *postings;
  gsize n_postings;
  guint64 *bitmaps;
  gsize n_bitmap_words;
};

static inline gsize
_fil_keyword_bitmap_words (guint32 n_docs)
{
  return ((gsize) n_docs + 63) / 64;
}

static inline gboolean
_fil_keyword_has_bitmap (const FilKeyword *keyword,
                         guint32 n_docs)
{
  return keyword->n_docs * sizeof (guint32) > _fil_keyword_bitmap_words (n_docs) * sizeof (guint64);
}

guint32 _fil_keyword_hash (const char *text, gsize len);
FilKeywordSlot *_fil_keyword_find (FilKeywordSlot *slots, guint32 n_slots, const FilKeyword *keywords,
                                   const char *texts, guint32 hash, const char *text, gsize len);

G_END_DECLS
