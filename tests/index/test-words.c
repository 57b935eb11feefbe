/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "words.h"

#include <string.h>

static char *
joined (const FilWords *words)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < fil_words_count (words); i++)
    {
      const FilWord *word = fil_words_get (words, i);

      g_assert_cmpuint (word->len, ==, strlen (word->text));
      g_assert_cmpint (g_utf8_strlen (word->text, -1), ==, word->n_chars);
      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", word->excluded ? "-" : "", word->text);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    const char *words;
  } cases[] = {
    { "", "" },
    { "...", "" },
    { "Hello_World-2024 (Live).MP3", "hello world 2024 live mp3" },
    { "one-two", "one two" },
    { "twice twice", "twice twice" },
    { "don't", "don t" },
    { "Música Brasileña", "musica brasilena" },
    { "Mu\xcc\x81sica", "musica" },             /* decomposed */
    { "ÀÉÎÕÜ Ångström Øl", "aeiou angstrom øl" },
    { "Straße ΟΔΥΣΣΕΥΣ Ёлка", "straße οδυσσευσ елка" },
    { "ﬁne Ⅷ x²", "fine viii x2" },             /* compatibility forms */
    { "Ｆｕｌｌ　Ｗｉｄｔｈ", "full width" },
    { "がぎ ガギ ｶﾞ", "がぎ ガギ ガ" },           /* voiced marks stay, half-width ones join */
    { "日本語テキストです", "日本語 テキスト です" },
    { "第3話", "第 3 話" },
    { "スーパー", "スーパー" },
    { "한국어 노래", "한국어 노래" },
    { "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한" }, /* three parts make one syllable */
    { "soft\xc2\xadhyphen", "softhyphen" },
    { "a\xff" "b", "a b" },                     /* not UTF-8 */
    { "a\xe4\xb8", "a" },
    { "\xed\xa0\x80x", "x" },
    { "🎵 song 🎵", "song" },
    { "𝐁𝐨𝐥𝐝", "bold" },
  };
  g_autoptr(FilWords) words = fil_words_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = NULL;
      g_autofree char *exact = g_memdup2 (cases[i].name, strlen (cases[i].name));

      g_test_message ("%s", cases[i].words);
      fil_words_split_name (words, exact, (gssize) strlen (cases[i].name));
      got = joined (words);
      g_assert_cmpstr (got, ==, cases[i].words);
    }
}

static void
test_queries (void)
{
  static const struct
  {
    const char *query;
    const char *words;
    const char *text;
  } cases[] = {
    { "Hello hello HELLO", "hello", "hello" },
    { "blue -green red", "blue -green red", "blue red -green" },
    { "blue-green", "blue green", "blue green" },
    { "blue - green", "blue green", "blue green" },
    { "-blue", "-blue", "" },
    { "-blue_sky red", "-blue -sky red", "red -blue -sky" },
    { "red\xc2\xa0-blue sky", "red -blue sky", "red sky -blue" },
    { "red -\xc3\x84rger", "red -arger", "red -arger" },
    { "blue -blue", "blue -blue", "blue -blue" },
    { "u2 the one", "u2 the one", "the one" },
    { "u2 x", "u2 x", "u2 x" },
    { "  ", "", "" },
  };
  g_autoptr(FilWords) words = fil_words_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = NULL;
      g_autofree char *text = NULL;

      g_test_message ("%s", cases[i].query);
      fil_words_split_query (words, cases[i].query, -1);
      got = joined (words);
      text = fil_words_to_query_text (words);
      g_assert_cmpstr (got, ==, cases[i].words);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_match (void)
{
  static const struct
  {
    const char *query;
    const char *name;
    gboolean matches;
  } cases[] = {
    { "blue sky", "The SKY is Blue.ogg", TRUE },
    { "blue sea", "The SKY is Blue.ogg", FALSE },
    { "blue -sky", "The SKY is Blue.ogg", FALSE },
    { "blue -sea", "The SKY is Blue.ogg", TRUE },
    { "blu", "The SKY is Blue.ogg", FALSE },
    { "STRASSE", "Die Straße", TRUE },
    { "straße", "HAUPTSTRASSE strasse", TRUE },
    { "ΟΔΟΣ", "οδός", TRUE },
  };
  g_autoptr(FilWords) query = fil_words_new ();
  g_autoptr(FilWords) name = fil_words_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      fil_words_split_query (query, cases[i].query, -1);
      fil_words_split_name (name, cases[i].name, -1);
      g_test_message ("%s in %s", cases[i].query, cases[i].name);
      g_assert_cmpint (fil_words_match (query, name), ==, cases[i].matches);
    }
}

static void
test_limits (void)
{
  g_autoptr(FilWords) words = fil_words_new ();
  g_autoptr(GString) many = g_string_new (NULL);
  g_autoptr(GString) marks = g_string_new ("e");
  g_autoptr(GString) ligatures = g_string_new (NULL);
  g_autofree char *wide = g_strnfill (100000, 'w');

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "w%u ", i);
  g_assert_cmpuint (fil_words_split_query (words, many->str, -1), ==, FIL_WORDS_MAX_QUERY);
  g_assert_cmpuint (fil_words_split_name (words, many->str, -1), ==, FIL_WORDS_MAX_NAME);

  g_assert_cmpuint (fil_words_split_name (words, wide, 100000), ==, 1);
  g_assert_cmpuint (fil_words_get (words, 0)->len, ==, FIL_WORD_MAX_BYTES);

  /* A bomb of accents costs their bytes and no more. */
  for (guint i = 0; i < 50000; i++)
    g_string_append (marks, i % 2 ? "\xcc\x81" : "\xcc\xa7");
  g_assert_cmpuint (fil_words_split_name (words, marks->str, (gssize) marks->len), ==, 1);
  g_assert_cmpstr (fil_words_get (words, 0)->text, ==, "e");
  g_string_assign (marks, "か");
  for (guint i = 0; i < 1000; i++)
    g_string_append (marks, "\xe3\x82\x99");
  g_assert_cmpuint (fil_words_split_query (words, marks->str, (gssize) marks->len), ==, 1);
  g_assert_cmpstr (fil_words_get (words, 0)->text, ==, "が");

  /* U+FDFA is 18 letters and blanks. */
  for (guint i = 0; i < 5000; i++)
    g_string_append (ligatures, "\xef\xb7\xba");
  g_assert_cmpuint (fil_words_split_name (words, ligatures->str, (gssize) ligatures->len), <=, FIL_WORDS_MAX_NAME);
}

static void
test_random (void)
{
  static const char *const pieces[] = { "a", "Z", "9", " ", "-", ".", "é", "ß", "か", "\xe3\x82\x99", "ガ", "漢",
                                        "한", "\xe1\x84\x92", "\xe1\x85\xa1", "\xff", "\xe3", "\xcc\x81", "ς", "𝐁",
                                        "\xef\xb7\xba", "\xc2\xa0", "ー", "\xf0\x9f" };
  g_autoptr(FilWords) words = fil_words_new ();
  g_autoptr(FilWords) again = fil_words_new ();

  for (guint run = 0; run < 3000; run++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      g_autofree char *exact = NULL;
      guint n = (guint) g_test_rand_int_range (0, run % 50 == 0 ? 3000 : 40);

      for (guint i = 0; i < n; i++)
        g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      exact = g_memdup2 (text->str, text->len);
      if (run % 2 == 0)
        fil_words_split_name (words, exact, (gssize) text->len);
      else
        fil_words_split_query (words, exact, (gssize) text->len);
      for (guint i = 0; i < fil_words_count (words); i++)
        {
          const FilWord *word = fil_words_get (words, i);

          /* Every word is valid, within its limit, and a word that is split again stays as it is. */
          g_assert_true (g_utf8_validate (word->text, word->len, NULL));
          g_assert_cmpuint (word->len, >, 0);
          g_assert_cmpuint (word->len, <=, FIL_WORD_MAX_BYTES);
          g_assert_cmpint (g_utf8_strlen (word->text, word->len), ==, word->n_chars);
          g_assert_cmpuint (fil_words_split_name (again, word->text, word->len), ==, 1);
          g_assert_cmpstr (fil_words_get (again, 0)->text, ==, word->text);
        }
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/index/words/names", test_names);
  g_test_add_func ("/index/words/queries", test_queries);
  g_test_add_func ("/index/words/match", test_match);
  g_test_add_func ("/index/words/limits", test_limits);
  g_test_add_func ("/index/words/random", test_random);
  return g_test_run ();
}
