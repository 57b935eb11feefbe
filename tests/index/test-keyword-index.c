/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "keyword-index-builder.h"
#include "keyword-index.h"

#include <string.h>

static char *
found (const FilKeywordIndex *index,
       const char *query,
       guint max)
{
  g_autoptr(FilWords) words = fil_words_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  guint32 ids[16];
  guint n;

  g_assert_cmpuint (max, <=, G_N_ELEMENTS (ids));
  fil_words_split_query (words, query, -1);
  n = fil_keyword_index_search (index, words, ids, max);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? " " : "", ids[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_found(index, query, max, expected)     \
  G_STMT_START                                        \
  {                                                   \
    g_autofree char *got = found (index, query, max); \
    g_assert_cmpstr (got, ==, expected);              \
  }                                                   \
  G_STMT_END

static void
test_search (void)
{
  g_autoptr(FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();
  g_autoptr(FilKeywordIndex) index = NULL;

  fil_keyword_index_builder_add (builder, 30, "Blue Sky.ogg", "holidays/Summer 2020");
  fil_keyword_index_builder_add (builder, 10, "Blue Sea.ogg", NULL);
  fil_keyword_index_builder_add (builder, 20, "Red Sea (blue).mp3", "x");
  fil_keyword_index_builder_add (builder, 4000000000u, "Straße blue", NULL);
  fil_keyword_index_builder_add (builder, 10, "again blue", NULL);
  index = fil_keyword_index_builder_finish (builder);

  g_assert_cmpuint (fil_keyword_index_n_files (index), ==, 4);
  assert_found (index, "blue", 16, "10 20 30 4000000000");
  assert_found (index, "blue", 2, "10 20");
  assert_found (index, "blue", 0, "");
  assert_found (index, "sea BLUE", 16, "10 20");
  assert_found (index, "sea -red", 16, "10");
  assert_found (index, "blue -ogg -mp3", 16, "4000000000");
  assert_found (index, "blue -nowhere", 16, "10 20 30 4000000000");
  assert_found (index, "again sea", 16, "10");
  assert_found (index, "summer sky", 16, "30");
  assert_found (index, "blu", 16, "");
  assert_found (index, "blue nowhere", 16, "");
  assert_found (index, "-blue", 16, "");
  assert_found (index, "", 16, "");
  assert_found (index, "x", 16, "");
  assert_found (index, "x red", 16, "20");
  assert_found (index, "STRASSE", 16, "4000000000");
  assert_found (index, "straße", 16, "4000000000");
  g_assert_cmpuint (fil_keyword_index_n_bytes (index), <, 20000);
}

static void
count_word (gpointer data,
            const char *word,
            gsize len)
{
  GHashTable *seen = data;

  g_assert_true (g_hash_table_add (seen, g_strndup (word, len)));
}

static void
test_words (void)
{
  g_autoptr(FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();
  g_autoptr(FilKeywordIndex) index = NULL;
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  fil_keyword_index_builder_add (builder, 1, "one two", NULL);
  fil_keyword_index_builder_add (builder, 2, "two straße", NULL);
  index = fil_keyword_index_builder_finish (builder);
  fil_keyword_index_foreach_word (index, count_word, seen);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 4);
  g_assert_cmpuint (fil_keyword_index_n_words (index), ==, 4);
  /* Others hash the word as it is written. */
  g_assert_true (g_hash_table_contains (seen, "straße"));
  g_assert_true (g_hash_table_contains (seen, "strasse"));
}

static void
test_empty (void)
{
  g_autoptr(FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();
  g_autoptr(FilKeywordIndex) index = fil_keyword_index_builder_finish (builder);
  g_autoptr(FilKeywordIndex) nameless = NULL;

  assert_found (index, "blue", 16, "");
  g_assert_cmpuint (fil_keyword_index_n_files (index), ==, 0);

  fil_keyword_index_builder_add (builder, 7, "...", NULL);
  nameless = fil_keyword_index_builder_finish (builder);
  g_assert_cmpuint (fil_keyword_index_n_files (nameless), ==, 1);
  assert_found (nameless, "blue", 16, "");
}

/* A snapshot goes on when its successor is there. */
static void
test_snapshots (void)
{
  g_autoptr(FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();
  g_autoptr(FilKeywordIndex) first = NULL;
  g_autoptr(FilKeywordIndex) second = NULL;
  FilKeywordIndex *held;

  fil_keyword_index_builder_add (builder, 1, "blue", NULL);
  first = fil_keyword_index_builder_finish (builder);
  held = fil_keyword_index_ref (first);
  fil_keyword_index_builder_add (builder, 2, "blue", NULL);
  second = fil_keyword_index_builder_finish (builder);
  g_clear_pointer (&first, fil_keyword_index_unref);
  assert_found (held, "blue", 16, "1");
  assert_found (second, "blue", 16, "2");
  fil_keyword_index_unref (held);
}

/* Frequent and rare words mixed, so that lists, bitmaps and both together are met; against looking at
 * every name. */
static void
test_random (void)
{
  enum { FILES = 2000, WORDS = 120, MAX = 200 };
  g_autoptr(FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();
  g_autoptr(FilKeywordIndex) index = NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(FilWords) query = fil_words_new ();
  g_autoptr(FilWords) name = fil_words_new ();
  guint n_found = 0;

  for (guint i = 0; i < FILES; i++)
    {
      g_autoptr(GString) text = g_string_new (NULL);

      for (guint k = 0; k < 6; k++)
        {
          guint x = (guint) g_test_rand_int_range (0, WORDS);
          guint y = (guint) g_test_rand_int_range (0, WORDS);

          g_string_append_printf (text, "w%u ", k % 2 == 0 ? x * y / WORDS : x * y * x / WORDS / WORDS);
        }
      g_ptr_array_add (names, g_string_free (g_steal_pointer (&text), FALSE));
    }
  /* Added from the last to the first: the order of ids must not matter. */
  for (guint i = FILES; i-- > 0;)
    fil_keyword_index_builder_add (builder, i * 3, g_ptr_array_index (names, i), NULL);
  index = fil_keyword_index_builder_finish (builder);

  for (guint run = 0; run < 1500; run++)
    {
      guint32 ids[MAX];
      guint32 expected[MAX];
      guint n_expected = 0;
      guint n, max = run % 3 == 0 ? 5 : MAX;
      g_autoptr(GString) text = g_string_new (NULL);

      for (int k = g_test_rand_int_range (1, 5); k > 0; k--)
        g_string_append_printf (text, "%sw%u ", g_test_rand_int_range (0, 4) == 0 ? "-" : "",
                                (guint) (g_test_rand_int_range (0, 12) * g_test_rand_int_range (0, 12)));
      fil_words_split_query (query, text->str, -1);
      n = fil_keyword_index_search (index, query, ids, max);
      for (guint i = 0; i < FILES && n_expected < max; i++)
        {
          gboolean has_word = FALSE;

          for (guint k = 0; k < fil_words_count (query); k++)
            has_word |= !fil_words_get (query, k)->excluded;
          fil_words_split_name (name, g_ptr_array_index (names, i), -1);
          if (has_word && fil_words_match (query, name))
            expected[n_expected++] = i * 3;
        }
      g_test_message ("%s", text->str);
      g_assert_cmpmem (ids, n * sizeof *ids, expected, n_expected * sizeof *expected);
      n_found += n;
    }
  g_assert_cmpuint (n_found, >, 1000);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/index/keyword-index/search", test_search);
  g_test_add_func ("/index/keyword-index/words", test_words);
  g_test_add_func ("/index/keyword-index/empty", test_empty);
  g_test_add_func ("/index/keyword-index/snapshots", test_snapshots);
  g_test_add_func ("/index/keyword-index/random", test_random);
  return g_test_run ();
}
