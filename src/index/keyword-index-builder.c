/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "keyword-index-builder.h"

#include "keyword-index-private.h"
#include "words-private.h"

#include <string.h>

#define START_SLOTS 1024

/* A name that was added. */
typedef struct
{
  guint32 id;
  guint32 doc;
  gsize start; /* offset of its first word in used */
} Name;

struct _FilKeywordIndexBuilder
{
  FilWords *words;
  GArray *names;    /* of Name */
  GArray *used;     /* guint32 places in keywords, name after name */
  GArray *keywords; /* of FilKeyword */
  GString *texts;
  FilKeywordSlot *slots;
  guint32 n_slots;
};

/**
 * fil_keyword_index_builder_new:
 *
 * Returns: (transfer full): a builder without names
 */
FilKeywordIndexBuilder *
fil_keyword_index_builder_new (void)
{
  FilKeywordIndexBuilder *self = g_new0 (FilKeywordIndexBuilder, 1);

  self->words = fil_words_new ();
  self->names = g_array_new (FALSE, FALSE, sizeof (Name));
  self->used = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->keywords = g_array_new (FALSE, FALSE, sizeof (FilKeyword));
  self->texts = g_string_new (NULL);
  self->n_slots = START_SLOTS;
  self->slots = g_new0 (FilKeywordSlot, self->n_slots);
  return self;
}

void
fil_keyword_index_builder_free (FilKeywordIndexBuilder *self)
{
  if (self == NULL)
    return;
  fil_words_free (self->words);
  g_array_unref (self->names);
  g_array_unref (self->used);
  g_array_unref (self->keywords);
  g_string_free (self->texts, TRUE);
  g_free (self->slots);
  g_free (self);
}

static void
grow (FilKeywordIndexBuilder *self)
{
  g_autofree FilKeywordSlot *old = g_steal_pointer (&self->slots);
  guint32 n_old = self->n_slots;

  self->n_slots *= 2;
  self->slots = g_new0 (FilKeywordSlot, self->n_slots);
  for (guint32 i = 0; i < n_old; i++)
    if (old[i].keyword != 0)
      {
        guint32 at = old[i].hash & (self->n_slots - 1);

        while (self->slots[at].keyword != 0)
          at = (at + 1) & (self->n_slots - 1);
        self->slots[at] = old[i];
      }
}

static void
add_word (FilKeywordIndexBuilder *self,
          const char *text,
          gsize len)
{
  guint32 hash = _fil_keyword_hash (text, len);
  FilKeywordSlot *slot = _fil_keyword_find (self->slots, self->n_slots, (FilKeyword *) self->keywords->data,
                                            self->texts->str, hash, text, len);
  guint32 place;

  if (slot->keyword == 0)
    {
      FilKeyword keyword = { .text = (guint32) self->texts->len, .len = (guint32) len };

      g_string_append_len (self->texts, text, (gssize) len);
      g_array_append_val (self->keywords, keyword);
      slot->hash = hash;
      slot->keyword = self->keywords->len;
      place = self->keywords->len - 1;
      if (self->keywords->len > self->n_slots / 2)
        grow (self);
    }
  else
    {
      place = slot->keyword - 1;
    }
  g_array_append_val (self->used, place);
}

static void
add_text (FilKeywordIndexBuilder *self,
          const char *text)
{
  guint n = fil_words_split_name (self->words, text, -1);

  for (guint i = 0; i < n; i++)
    {
      char buffer[FIL_WORD_MAX_BYTES + 1];
      const FilWord *word = fil_words_get (self->words, i);
      const char *key = _fil_word_key (word, buffer);

      /* The word as it is has to be among those of the query route table. */
      add_word (self, word->text, word->len);
      if (key != word->text)
        add_word (self, key, word->len);
    }
}

/**
 * fil_keyword_index_builder_add:
 * @id: names the file; one that is added again gets the words of both
 * @name: the name, at best UTF-8
 * @path: (nullable): more text to find it by, usually the folders below the shared one
 */
void
fil_keyword_index_builder_add (FilKeywordIndexBuilder *self,
                               guint32 id,
                               const char *name,
                               const char *path)
{
  Name entry = { .id = id, .start = self->used->len };

  g_array_append_val (self->names, entry);
  add_text (self, name);
  if (path != NULL)
    add_text (self, path);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const Name *name_a = *(const Name *const *) a;
  const Name *name_b = *(const Name *const *) b;

  return name_a->id < name_b->id ? -1 : name_a->id > name_b->id;
}

/* Numbers the ids from 0 in rising order; what was added twice becomes one document. */
static GPtrArray *
number_docs (FilKeywordIndexBuilder *self,
             FilKeywordIndex *index)
{
  GPtrArray *sorted = g_ptr_array_sized_new (self->names->len);
  gboolean is_rising = TRUE;

  for (guint i = 0; i < self->names->len; i++)
    {
      Name *name = &g_array_index (self->names, Name, i);

      is_rising &= i == 0 || name[-1].id <= name->id;
      g_ptr_array_add (sorted, name);
    }
  if (!is_rising)
    g_ptr_array_sort (sorted, compare_names);

  index->ids = g_new (guint32, self->names->len);
  for (guint i = 0; i < sorted->len; i++)
    {
      Name *name = g_ptr_array_index (sorted, i);

      if (index->n_docs == 0 || index->ids[index->n_docs - 1] != name->id)
        index->ids[index->n_docs++] = name->id;
      name->doc = index->n_docs - 1;
    }
  return sorted;
}

/* Calls func once for each word of each document, documents rising. */
static void
foreach_pair (FilKeywordIndexBuilder *self,
              GPtrArray *sorted,
              void (*func) (gpointer data, guint32 place, guint32 doc),
              gpointer data)
{
  const guint32 *used = (const guint32 *) self->used->data;
  g_autofree guint32 *last = g_new0 (guint32, self->keywords->len);

  for (guint i = 0; i < sorted->len; i++)
    {
      const Name *name = g_ptr_array_index (sorted, i);
      gboolean is_last = name == &g_array_index (self->names, Name, self->names->len - 1);
      gsize end = is_last ? self->used->len : name[1].start;

      for (gsize k = name->start; k < end; k++)
        if (last[used[k]] != name->doc + 1)
          {
            last[used[k]] = name->doc + 1;
            func (data, used[k], name->doc);
          }
    }
}

static void
count_doc (gpointer data,
           guint32 place,
           guint32 doc)
{
  FilKeyword *keywords = data;

  keywords[place].n_docs++;
}

typedef struct
{
  FilKeywordIndex *index;
  const FilKeyword *keywords;
  guint32 *filled; /* documents that each list has got */
} Filling;

static void
fill_doc (gpointer data,
          guint32 place,
          guint32 doc)
{
  Filling *filling = data;
  FilKeywordIndex *index = filling->index;
  const FilKeyword *keyword = &filling->keywords[place];

  if (_fil_keyword_has_bitmap (keyword, index->n_docs))
    index->bitmaps[keyword->start + doc / 64] |= (guint64) 1 << (doc % 64);
  else
    index->postings[keyword->start + filling->filled[place]++] = doc;
}

static void
lay_out (FilKeywordIndexBuilder *self,
         GPtrArray *sorted,
         FilKeywordIndex *index)
{
  FilKeyword *keywords = (FilKeyword *) self->keywords->data;
  g_autofree guint32 *filled = g_new0 (guint32, self->keywords->len);
  Filling filling = { .index = index, .keywords = keywords, .filled = filled };

  foreach_pair (self, sorted, count_doc, keywords);
  for (guint i = 0; i < self->keywords->len; i++)
    if (_fil_keyword_has_bitmap (&keywords[i], index->n_docs))
      {
        keywords[i].start = (guint32) index->n_bitmap_words;
        index->n_bitmap_words += _fil_keyword_bitmap_words (index->n_docs);
      }
    else
      {
        keywords[i].start = (guint32) index->n_postings;
        index->n_postings += keywords[i].n_docs;
      }
  index->postings = g_new (guint32, index->n_postings);
  index->bitmaps = g_new0 (guint64, index->n_bitmap_words);
  foreach_pair (self, sorted, fill_doc, &filling);
}

/**
 * fil_keyword_index_builder_finish:
 *
 * Makes the index of all names that were added. The builder is empty after that.
 *
 * Returns: (transfer full): the index
 */
FilKeywordIndex *
fil_keyword_index_builder_finish (FilKeywordIndexBuilder *self)
{
  FilKeywordIndex *index = g_new0 (FilKeywordIndex, 1);
  g_autoptr(GPtrArray) sorted = NULL;

  g_atomic_ref_count_init (&index->ref_count);
  sorted = number_docs (self, index);
  lay_out (self, sorted, index);

  index->n_keywords = self->keywords->len;
  index->keywords = g_memdup2 (self->keywords->data, index->n_keywords * sizeof (FilKeyword));
  index->texts_len = self->texts->len;
  index->texts = g_memdup2 (self->texts->str, self->texts->len);
  index->n_slots = self->n_slots;
  index->slots = g_steal_pointer (&self->slots);

  g_array_set_size (self->names, 0);
  g_array_set_size (self->used, 0);
  g_array_set_size (self->keywords, 0);
  g_string_truncate (self->texts, 0);
  self->n_slots = START_SLOTS;
  self->slots = g_new0 (FilKeywordSlot, self->n_slots);
  return index;
}
