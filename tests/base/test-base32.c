/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base32.h"

#include <string.h>

/* The lines "base32 HEX … = TEXT" of the vectors. */
static void
test_vectors (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "vectors", "transfer", "sha1_base32.txt", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  guint n_lines = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint8 bytes[16], decoded[16];
      char encoded[FIL_BASE32_LEN (16) + 1];
      const char *expected;
      gsize len = 0;

      if (!g_str_has_prefix (lines[i], "base32 "))
        continue;
      for (const char *p = lines[i] + 7; g_ascii_isxdigit (p[0]); p += 2)
        bytes[len++] = (guint8) (g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]));
      expected = strstr (lines[i], " = ") + 3;
      fil_base32_encode (bytes, len, encoded);
      g_assert_cmpstr (encoded, ==, expected);
      g_assert_true (fil_base32_decode (decoded, len, expected, strlen (expected)));
      g_assert_cmpmem (decoded, len, bytes, len);
      n_lines++;
    }
  g_assert_cmpuint (n_lines, ==, 5);
}

static void
test_round_trip (void)
{
  for (gsize len = 0; len <= 40; len++)
    {
      guint8 bytes[40], decoded[40];
      char text[FIL_BASE32_LEN (40) + 1];
      g_autofree char *lower = NULL;

      for (gsize i = 0; i < len; i++)
        bytes[i] = (guint8) g_test_rand_int ();
      fil_base32_encode (bytes, len, text);
      g_assert_cmpuint (strlen (text), ==, FIL_BASE32_LEN (len));
      lower = g_ascii_strdown (text, -1);
      g_assert_true (fil_base32_decode (decoded, len, lower, strlen (lower)));
      g_assert_cmpmem (decoded, len, bytes, len);
    }
}

static void
test_bad (void)
{
  static const char bad[] = "018 9=-\n\x80/@[`{";
  guint8 out[5];

  for (guint i = 0; i < sizeof bad; i++)
    {
      char text[9] = "AAAAAAAA";

      text[i % 8] = bad[i];
      g_assert_false (fil_base32_decode (out, 5, text, 8));
    }
  g_assert_false (fil_base32_decode (out, 5, "AAAAAAA", 7));
  g_assert_false (fil_base32_decode (out, 5, "AAAAAAAAA", 9));
  g_assert_false (fil_base32_decode (out, 4, "AAAAAAAA", 8));
  g_assert_true (fil_base32_decode (out, 0, "", 0));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/base32/vectors", test_vectors);
  g_test_add_func ("/base/base32/round-trip", test_round_trip);
  g_test_add_func ("/base/base32/bad", test_bad);
  return g_test_run ();
}
