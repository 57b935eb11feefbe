/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base32.h"
#include "tiger.h"
#include "vectors.h"

#include <rhash.h>
#include <stdlib.h>
#include <string.h>

static void
test_vectors (void)
{
  g_auto(GStrv) lines = vectors_read ("tiger.txt");

  g_assert_cmpuint (g_strv_length (lines), ==, 16);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) columns = vectors_columns (lines[i]);
      g_autoptr(GBytes) input = vectors_input (columns[0]);
      char text[FIL_TTH_TEXT_LEN + 1];
      FilTth hash;
      gsize len;
      gconstpointer bytes = g_bytes_get_data (input, &len);

      g_test_message ("%s", columns[0]);
      g_assert_cmpuint (len, ==, strtoul (columns[1], NULL, 10));
      fil_tiger_of (hash.bytes, bytes, len);
      fil_tth_to_text (&hash, text);
      g_assert_cmpstr (text, ==, columns[3]);
      for (guint k = 0; k < FIL_TIGER_LEN; k++)
        {
          g_assert_cmpint (hash.bytes[k] >> 4, ==, g_ascii_xdigit_value (columns[2][2 * k]));
          g_assert_cmpint (hash.bytes[k] & 15, ==, g_ascii_xdigit_value (columns[2][2 * k + 1]));
        }
    }
}

/* Every length over four blocks, so each way to pad, against another implementation. */
static void
test_lengths (void)
{
  guint8 data[320], ours[FIL_TIGER_LEN], theirs[FIL_TIGER_LEN];

  vectors_lcg (data, sizeof data);
  for (gsize len = 0; len <= sizeof data; len++)
    {
      g_assert_cmpint (rhash_msg (RHASH_TIGER, data, len, theirs), ==, 0);
      fil_tiger_of (ours, data, len);
      g_assert_cmpmem (ours, sizeof ours, theirs, sizeof theirs);
    }
}

/* The lanes and the single path have to agree, for every number that is left over. */
static void
test_leaves (void)
{
  enum { N = 11 };
  g_autofree guint8 *data = g_malloc (N * FIL_TIGER_LEAF_SIZE);
  FilTth together[N], alone;

  for (guint i = 0; i < N * FIL_TIGER_LEAF_SIZE; i++)
    data[i] = (guint8) g_test_rand_int ();
  for (gsize n = 0; n <= N; n++)
    {
      memset (together, 0, sizeof together);
      fil_tiger_leaves (together, data, n);
      for (gsize i = 0; i < n; i++)
        {
          fil_tiger_leaf (&alone, data + i * FIL_TIGER_LEAF_SIZE, FIL_TIGER_LEAF_SIZE);
          g_assert_true (fil_tth_equal (&together[i], &alone));
        }
    }
}

static void
test_parents (void)
{
  enum { N = 23 };
  FilTth nodes[N], parents[N], alone;

  for (guint i = 0; i < sizeof nodes; i++)
    ((guint8 *) nodes)[i] = (guint8) g_test_rand_int ();
  for (gsize n = 1; n <= N; n++)
    {
      FilTth in_place[N];

      g_assert_cmpuint (fil_tiger_parents (parents, nodes, n), ==, (n + 1) / 2);
      for (gsize i = 0; i < n / 2; i++)
        {
          guint8 message[1 + 2 * FIL_TIGER_LEN] = { 1 };

          memcpy (message + 1, &nodes[2 * i], 2 * FIL_TIGER_LEN);
          fil_tiger_of (alone.bytes, message, sizeof message);
          g_assert_true (fil_tth_equal (&parents[i], &alone));
        }
      if (n % 2 == 1)
        g_assert_true (fil_tth_equal (&parents[n / 2], &nodes[n - 1]));

      memcpy (in_place, nodes, sizeof nodes);
      fil_tiger_parents (in_place, in_place, n);
      g_assert_cmpmem (in_place, (n + 1) / 2 * FIL_TIGER_LEN, parents, (n + 1) / 2 * FIL_TIGER_LEN);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  rhash_library_init ();
  g_test_add_func ("/hash/tiger/vectors", test_vectors);
  g_test_add_func ("/hash/tiger/lengths", test_lengths);
  g_test_add_func ("/hash/tiger/leaves", test_leaves);
  g_test_add_func ("/hash/tiger/parents", test_parents);
  return g_test_run ();
}
