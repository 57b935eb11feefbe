/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "magnet.h"

#include <string.h>

#include "node-error.h"

/* The vector file: "label = link" lines, and MUST ACCEPT / MUST REJECT lines. */
static char *
link_of (const char *line)
{
  const char *start = strstr (line, "magnet:?");

  if (start == NULL)
    start = strstr (line, "MAGNET:?");
  return start != NULL ? g_strndup (start, strcspn (start, " ")) : NULL;
}

static void
test_vectors (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "vectors", "magnet.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *link = link_of (lines[i]);
      g_autoptr (GPtrArray) magnets = NULL;
      g_autoptr (GError) error = NULL;

      if (link == NULL)
        continue;
      n++;
      g_test_message ("%s", link);
      magnets = fil_magnet_parse (link, &error);
      if (strstr (lines[i], "MUST REJECT") != NULL)
        {
          g_assert_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (magnets->len, ==, strstr (link, "xt.2") != NULL ? 2 : 1);
    }
  g_assert_cmpuint (n, ==, 10);
}

static void
test_bitprint (void)
{
  static const char link[] = "magnet:?xt=urn:bitprint:VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO."
                             "7L4EDF6WVOAP72TQXSOZ7GQAIZ2ZUPMPYJC2H6Y&dn=T%C3%ABst%20file%20%26%20co.bin&xl=3145729";
  g_autoptr (GPtrArray) magnets = fil_magnet_parse (link, NULL);
  const FilMagnet *magnet = g_ptr_array_index (magnets, 0);
  char sha1[FIL_SHA1_TEXT_LEN + 1];
  char tth[FIL_TTH_TEXT_LEN + 1];

  g_assert_cmpstr (magnet->name, ==, "Tëst file & co.bin");
  g_assert_cmpuint (magnet->size, ==, 3145729);
  fil_sha1_to_text (&magnet->urn.sha1, sha1);
  g_assert_cmpstr (sha1, ==, "VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO");
  fil_tth_to_text (&magnet->urn.tth, tth);
  g_assert_cmpstr (tth, ==, "7L4EDF6WVOAP72TQXSOZ7GQAIZ2ZUPMPYJC2H6Y");
}

static void
test_sources (void)
{
  static const char link[] = "magnet:?xt=urn:sha1:VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO"
                             "&xs=http://9.8.7.6:6346/uri-res/N2R?urn:sha1:VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO"
                             "&xs=push%3A%2F%2F00112233445566778899aabbccddeeff%3A9.1.1.7%3A6346%3A[2a00::1]%3A7%2Fx"
                             "&xs=http://name.example/x&xs=file:///etc/passwd&as=http://1.2.3.4/x";
  g_autoptr (GPtrArray) magnets = fil_magnet_parse (link, NULL);
  const FilMagnet *magnet = g_ptr_array_index (magnets, 0);
  char text[FIL_ENDPOINT_TEXT_LEN];

  g_assert_cmpuint (magnet->n_sources, ==, 3);
  g_assert_cmpstr (fil_endpoint_to_text (&magnet->sources[0].endpoint, text), ==, "9.8.7.6:6346");
  g_assert_true (magnet->sources[1].is_push);
  g_assert_cmpuint (magnet->sources[1].n_proxies, ==, 2);
  g_assert_cmpstr (fil_endpoint_to_text (&magnet->sources[1].proxies[1], text), ==, "[2a00::1]:7");
  g_assert_cmpstr (fil_endpoint_to_text (&magnet->sources[2].endpoint, text), ==, "1.2.3.4:80");
}

static void
test_limits (void)
{
  g_autoptr (GString) many = g_string_new ("magnet:?xt=urn:sha1:VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO");
  g_autoptr (GPtrArray) magnets = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2 * FIL_MAGNET_MAX_SOURCES; i++)
    g_string_append (many, "&xs=http://9.8.7.6:1/");
  for (guint i = 0; i < 2 * FIL_MAGNET_MAX_FILES; i++)
    g_string_append_printf (many, "&kt.%u=a", i);
  magnets = fil_magnet_parse (many->str, NULL);
  g_assert_cmpuint (magnets->len, ==, FIL_MAGNET_MAX_FILES);
  g_assert_cmpuint (((FilMagnet *) g_ptr_array_index (magnets, 0))->n_sources, ==, FIL_MAGNET_MAX_SOURCES);

  while (many->len <= FIL_MAGNET_MAX_LEN)
    g_string_append (many, "&kt=a");
  g_assert_null (fil_magnet_parse (many->str, &error));
  g_assert_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/magnet/vectors", test_vectors);
  g_test_add_func ("/node/magnet/bitprint", test_bitprint);
  g_test_add_func ("/node/magnet/sources", test_sources);
  g_test_add_func ("/node/magnet/limits", test_limits);
  return g_test_run ();
}
