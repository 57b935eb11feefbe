/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "keyword-index-builder.h"
#include "random.h"
#include "route-table-builder.h"
#include "route-table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_QUERIES 50000
#define MAX_RESULTS 200
#define N_LEAVES 32

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* Words as people use them: the nth most frequent one n times as rarely as the first. */
static guint
zipf (FilRandom *random,
      guint n_words)
{
  return (guint) pow (n_words, (double) fil_random_u32 (random) / G_MAXUINT32);
}

static void
append_name (GString *name,
             FilRandom *random,
             guint n_words,
             guint n)
{
  g_string_truncate (name, 0);
  for (guint i = 0; i < n; i++)
    {
      guint word = zipf (random, n_words);

      g_string_append_printf (name, "%s%c%c%x", i > 0 ? " " : "", 'a' + word % 26, 'a' + word / 26 % 26, word);
    }
}

/* A query for n words of one of the names, so that something is found. */
static void
query_for (GString *text,
           FilRandom *random,
           GPtrArray *names,
           guint n)
{
  g_auto(GStrv) parts = NULL;
  guint n_parts;

  parts = g_strsplit (g_ptr_array_index (names, fil_random_below (random, names->len)), " ", -1);
  n_parts = g_strv_length (parts);
  g_string_truncate (text, 0);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s ", parts[fil_random_below (random, n_parts)]);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static void
bench_search (const FilKeywordIndex *index,
              GPtrArray *names)
{
  g_autoptr(FilRandom) random = fil_random_new_seeded (2);
  g_autoptr(FilWords) words = fil_words_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree gint64 *times = g_new (gint64, N_QUERIES);
  guint n_files = names->len;

  for (guint n = 2; n <= 3; n++)
    {
      guint64 total = 0, found = 0;

      for (guint i = 0; i < N_QUERIES; i++)
        {
          guint32 ids[MAX_RESULTS];
          gint64 start;

          query_for (text, random, names, n);
          start = now_ns ();
          fil_words_split_query (words, text->str, (gssize) text->len);
          found += fil_keyword_index_search (index, words, ids, MAX_RESULTS);
          times[i] = now_ns () - start;
          total += (guint64) times[i];
        }
      qsort (times, N_QUERIES, sizeof *times, compare);
      printf ("bench search-%u-words-%u %.0f q/s\n", n, n_files, N_QUERIES * 1e9 / (double) total);
      printf ("bench search-%u-words-%u-p99 %.1f us\n", n, n_files, (double) times[N_QUERIES * 99 / 100] / 1e3);
      printf ("bench search-%u-words-%u-found %.1f ids\n", n, n_files, (double) found / N_QUERIES);
    }
}

static void
bench_route (const FilKeywordIndex *index,
             guint n_files)
{
  g_autoptr(FilRouteTableBuilder) builder = fil_route_table_builder_new ();
  g_autoptr(FilRouteTable) table = NULL;
  g_autoptr(GBytes) patch = NULL;
  g_autoptr(FilRandom) random = fil_random_new_seeded (3);
  g_autoptr(FilWords) words = fil_words_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree FilQueryHashes *hashes = g_new (FilQueryHashes, 1000);
  guint64 n_passed = 0;
  gint64 start = now_ns ();

  fil_route_table_builder_add_index (builder, index);
  table = fil_route_table_builder_finish (builder);
  printf ("bench route-table-%u-build %.1f ms\n", n_files, (double) (now_ns () - start) / 1e6);
  printf ("bench route-table-%u-size %u bits\n", n_files, fil_route_table_bits (table));
  printf ("bench route-table-%u-fill %.3f of-slots\n", n_files, fil_route_table_fill (table));
  start = now_ns ();
  patch = fil_route_table_to_patch (table, NULL, FIL_ROUTE_INFINITY);
  printf ("bench route-table-%u-patch %.2f ms\n", n_files, (double) (now_ns () - start) / 1e6);

  for (guint i = 0; i < 1000; i++)
    {
      /* Words of other people's files. */
      g_string_printf (text, "f%x g%x h%x", fil_random_u32 (random), fil_random_u32 (random), fil_random_u32 (random));
      fil_words_split_query (words, text->str, (gssize) text->len);
      fil_query_hashes_init (&hashes[i], words);
    }
  start = now_ns ();
  for (guint leaf = 0; leaf < N_LEAVES; leaf++)
    for (guint i = 0; i < 1000; i++)
      n_passed += fil_route_table_match (table, &hashes[i]);
  printf ("bench route-match-%u %.1f ns\n", n_files, (double) (now_ns () - start) / (N_LEAVES * 1000.0));
  printf ("bench route-pass-foreign-%u %.3f of-queries\n", n_files, (double) n_passed / (N_LEAVES * 1000.0));
}

static void
bench_size (guint n_files)
{
  g_autoptr(FilRandom) random = fil_random_new_seeded (1);
  g_autoptr(FilKeywordIndexBuilder) builder = fil_keyword_index_builder_new ();
  g_autoptr(FilKeywordIndex) index = NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GString) text = g_string_new (NULL);
  guint n_words = n_files / 2;
  gint64 start;

  for (guint i = 0; i < n_files; i++)
    {
      append_name (text, random, n_words, 4 + fil_random_below (random, 5));
      g_ptr_array_add (names, g_strdup_printf ("%s.mp3", text->str));
    }
  start = now_ns ();
  for (guint i = 0; i < n_files; i++)
    fil_keyword_index_builder_add (builder, i + 1, g_ptr_array_index (names, i), NULL);
  index = fil_keyword_index_builder_finish (builder);
  printf ("bench index-build-%u %.3f s\n", n_files, (double) (now_ns () - start) / 1e9);
  printf ("bench index-memory-%u %.1f MB\n", n_files, (double) fil_keyword_index_n_bytes (index) / 1e6);
  printf ("bench index-words-%u %u words\n", n_files, fil_keyword_index_n_words (index));
  bench_search (index, names);
  bench_route (index, n_files);
}

static void
bench_words (const char *what,
             const char *name)
{
  g_autoptr(FilWords) words = fil_words_new ();
  gint64 start = now_ns ();
  guint n = 0;

  for (guint i = 0; i < 500000; i++)
    n += fil_words_split_name (words, name, -1);
  printf ("bench words-%s %.3f us\n", what, n > 0 ? (double) (now_ns () - start) / 5e8 : 0.0);
}

int
main (void)
{
  bench_words ("ascii", "Some Artist - The Name of a Song (Live 2004).mp3");
  bench_words ("accents", "Möglichst déjà vu - Ñandú y Ángel Ørsted (2004).mp3");
  bench_words ("japanese", "日本語テキストのとても長いファイル名です.mp3");
  bench_size (100000);
  bench_size (1000000);
  return 0;
}
