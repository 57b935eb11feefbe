/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "magnet-link.h"

#include <string.h>

#define SHA1 "VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO"
#define TTH "7L4EDF6WVOAP72TQXSOZ7GQAIZ2ZUPMPYJC2H6Y"
#define NAME "T\303\253st file & co.bin"

/* The link of a line of the vector file, up to a remark in brackets. */
static char *
link_of (const char *line)
{
  const char *start = strstr (line, "magnet:?");

  if (start == NULL)
    start = strstr (line, "MAGNET:?");
  return start != NULL ? g_strndup (start, strcspn (start, " ")) : NULL;
}

/* What is written is the canonical form of the vectors, and every form there is read. */
static void
test_vectors (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "vectors", "magnet.txt", NULL);
  g_autofree char *text = NULL;
  g_autofree char *written = fil_magnet_link_new (SHA1, TTH, NAME, 3145729);
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *link = link_of (lines[i]);
      g_auto (FilMagnetWords) words = { 0 };

      if (link == NULL)
        continue;
      n++;
      g_test_message ("%s", link);
      g_assert_true (fil_magnet_link_is (link));
      fil_magnet_words_read (&words, link);
      if (g_str_has_prefix (lines[i], "canonical"))
        g_assert_cmpstr (written, ==, link);
      if (strstr (link, "kt=") != NULL && strstr (link, "xt=") == NULL)
        {
          g_assert_cmpstr (words.keywords, ==, "free music");
          g_assert_cmpuint (words.n_files, ==, 0);
          continue;
        }
      g_assert_cmpuint (words.n_files, ==, strstr (lines[i], "REJECT") != NULL ? 0 : strstr (link, "xt.2") != NULL ? 2 : 1);
      if (strstr (link, "dn=") != NULL)
        g_assert_cmpstr (words.names, ==, NAME);
      if (strstr (link, "xl=") != NULL)
        g_assert_cmpint (words.size, ==, 3145729);
    }
  g_assert_cmpuint (n, ==, 10);
}

static void
test_written (void)
{
  g_autofree char *bare = fil_magnet_link_new (SHA1, NULL, "a\"b\\c&d=e", 0);

  g_assert_cmpstr (bare, ==, "magnet:?xt=urn:sha1:" SHA1 "&dn=a%22b%5Cc%26d%3De");
}

/* From a stranger: no text is too odd, no number too large. */
static void
test_odd (void)
{
  g_autoptr (GString) many = g_string_new ("magnet:?");
  g_auto (FilMagnetWords) odd = { 0 }, none = { 0 }, large = { 0 }, crowd = { 0 };

  fil_magnet_words_read (&odd, "magnet:?xt=urn:sha1:" SHA1 "&dn=%ff%fe&xl=-5&amp;kt=x&&=&dn&x.guid=1");
  g_assert_cmpuint (odd.n_files, ==, 1);
  g_assert_true (g_utf8_validate (odd.names, -1, NULL));
  g_assert_cmpint (odd.size, ==, 0);
  fil_magnet_words_read (&none, "magnet:");
  g_assert_cmpuint (none.n_files, ==, 0);
  g_assert_null (none.keywords);
  fil_magnet_words_read (&large, "magnet:?xt.1=urn:sha1:" SHA1 "&xl.1=9223372036854775807&xt.2=urn:sha1:" SHA1 "&xl.2=9");
  g_assert_cmpint (large.size, ==, G_MAXINT64);
  for (guint i = 0; i < 200; i++)
    g_string_append_printf (many, "xt.%u=urn:sha1:" SHA1 "&", i);
  fil_magnet_words_read (&crowd, many->str);
  g_assert_cmpuint (crowd.n_files, ==, 64);
  g_assert_false (fil_magnet_link_is ("magnets"));
  g_assert_false (fil_magnet_link_is ("http://magnet:?"));
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/magnet-link/vectors", test_vectors);
  g_test_add_func ("/client/magnet-link/written", test_written);
  g_test_add_func ("/client/magnet-link/odd", test_odd);
  return g_test_run ();
}
