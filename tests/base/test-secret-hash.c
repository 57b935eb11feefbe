/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "secret-hash.h"

#include <string.h>

/* Equal bytes hash equally wherever they lie and end; the length counts, too. */
static void
test_equal (void)
{
  guint8 bytes[64];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) g_test_rand_int ();
  for (gsize len = 0; len <= 60; len++)
    {
      g_autofree guint8 *exact = g_malloc (len + 1);

      memcpy (exact + 1, bytes, len);
      g_assert_cmpuint (fil_secret_hash (bytes, len), ==, fil_secret_hash (exact + 1, len));
      g_assert_cmpuint (fil_secret_hash (bytes, len), !=, fil_secret_hash (bytes, len + 1));
    }
}

/* Zeros at the end count, whatever stands before them: a key of 0 to 16 bytes is not one of another length
 * whose first byte makes up for it. */
static void
test_length (void)
{
  for (gsize len = 1; len <= 16; len++)
    for (guint first = 0; first < 256; first++)
      {
        guint8 bytes[16] = { (guint8) first };

        for (gsize shorter = 0; shorter < len; shorter++)
          {
            guint8 zeros[16] = { 0 };

            g_assert_cmpuint (fil_secret_hash (bytes, len), !=, fil_secret_hash (zeros, shorter));
          }
      }
}

/* Keys that collide under one secret do not under the next. */
static void
test_secret (void)
{
  g_autoptr(FilRandom) random = fil_random_new_seeded (g_test_rand_int ());
  guint before[256];
  guint n_same = 0;

  for (guint i = 0; i < 256; i++)
    before[i] = fil_secret_hash (&i, sizeof i) % 1024;
  fil_secret_hash_set_secret (random);
  for (guint i = 0; i < 256; i++)
    n_same += before[i] == fil_secret_hash (&i, sizeof i) % 1024;
  g_assert_cmpuint (n_same, <, 20);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret-hash/equal", test_equal);
  g_test_add_func ("/base/secret-hash/length", test_length);
  g_test_add_func ("/base/secret-hash/secret", test_secret);
  return g_test_run ();
}
