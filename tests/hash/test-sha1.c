/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sha1.h"
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

static void
test_vectors (void)
{
  g_auto(GStrv) lines = vectors_read ("sha1_base32.txt");
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) columns = vectors_columns (lines[i]);
      g_autoptr(GBytes) input = NULL;
      char text[FIL_SHA1_TEXT_LEN + 1];
      gconstpointer bytes;
      FilUrn urn;
      FilSha1 sha1;
      gsize len;

      if (g_str_has_prefix (lines[i], "base32 "))
        continue;
      if (g_str_has_prefix (lines[i], "lcg first 16 bytes = "))
        {
          guint8 first[16];

          vectors_lcg (first, sizeof first);
          for (guint k = 0; k < 16; k++)
            g_assert_cmpint (first[k] >> 4, ==, g_ascii_xdigit_value (lines[i][21 + 2 * k]));
          continue;
        }
      n++;
      input = vectors_input (columns[0]);
      bytes = g_bytes_get_data (input, &len);
      g_test_message ("%s", columns[0]);
      g_assert_cmpuint (len, ==, strtoul (columns[1], NULL, 10));
      fil_sha1_of (&sha1, bytes, len);
      fil_sha1_to_text (&sha1, text);
      g_assert_cmpstr (text, ==, columns[3] + strlen ("urn:sha1:"));
      g_assert_true (fil_urn_parse (&urn, columns[3], -1));
      g_assert_true (fil_sha1_equal (&urn.sha1, &sha1));
      for (guint k = 0; k < 20; k++)
        g_assert_cmpint (sha1.bytes[k], ==,
                         g_ascii_xdigit_value (columns[2][2 * k]) << 4 |
                             g_ascii_xdigit_value (columns[2][2 * k + 1]));
    }
  g_assert_cmpuint (n, ==, 22);
}

static void
test_pieces (void)
{
  enum { LEN = 70000 };
  g_autofree guint8 *data = g_malloc (LEN);
  g_autoptr(FilSha1Context) context = fil_sha1_context_new ();
  FilSha1 whole, pieces;

  vectors_lcg (data, LEN);
  fil_sha1_of (&whole, data, LEN);
  for (guint run = 0; run < 50; run++)
    {
      gsize done = 0;

      while (done < LEN)
        {
          gsize n = (gsize) g_test_rand_int_range (0, 9000);

          n = MIN (n, LEN - done);
          fil_sha1_context_update (context, data + done, n);
          done += n;
        }
      fil_sha1_context_finish (context, &pieces);
      g_assert_true (fil_sha1_equal (&whole, &pieces));
    }
}

static void
test_empty (void)
{
  g_autoptr(FilSha1Context) context = fil_sha1_context_new ();
  FilSha1 expected, got;

  fil_sha1_of (&expected, NULL, 0);
  fil_sha1_context_update (context, NULL, 0);
  fil_sha1_context_finish (context, &got);
  g_assert_true (fil_sha1_equal (&expected, &got));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hash/sha1/vectors", test_vectors);
  g_test_add_func ("/hash/sha1/pieces", test_pieces);
  g_test_add_func ("/hash/sha1/empty", test_empty);
  return g_test_run ();
}
