/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "random.h"

#include <string.h>

static void
test_seeded (void)
{
  g_autoptr(FilRandom) a = fil_random_new_seeded (7);
  g_autoptr(FilRandom) b = fil_random_new_seeded (7);
  g_autoptr(FilRandom) c = fil_random_new_seeded (8);
  guint n_same = 0;

  for (guint i = 0; i < 1000; i++)
    {
      guint32 x = fil_random_u32 (a);

      g_assert_cmpuint (x, ==, fil_random_u32 (b));
      n_same += x == fil_random_u32 (c);
    }
  g_assert_cmpuint (n_same, <, 5);
}

/* Requests that cross the border of the kernel's pool fill every byte, and none beyond. */
static void
test_bytes (void)
{
  g_autoptr(FilRandom) random = fil_random_new ();
  guint8 ored[700] = { 0 };

  for (guint run = 0; run < 64; run++)
    {
      gsize len = (gsize) g_test_rand_int_range (1, 700);
      guint8 bytes[701];

      bytes[len] = 0xa5;
      fil_random_bytes (random, bytes, len);
      g_assert_cmpint (bytes[len], ==, 0xa5);
      for (gsize i = 0; i < len; i++)
        ored[i] |= bytes[i];
    }
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (ored[i], !=, 0);
  fil_random_bytes (random, NULL, 0);
}

static void
test_below (void)
{
  g_autoptr(FilRandom) random = fil_random_new_seeded (g_test_rand_int ());
  guint counts[10] = { 0 };

  for (guint i = 0; i < 20000; i++)
    counts[fil_random_below (random, 10)]++;
  for (guint i = 0; i < 10; i++)
    {
      g_assert_cmpuint (counts[i], >, 1600);
      g_assert_cmpuint (counts[i], <, 2400);
    }
  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpuint (fil_random_below (random, 1), ==, 0);
      g_assert_cmpuint (fil_random_below (random, G_MAXUINT32), <, G_MAXUINT32);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/random/seeded", test_seeded);
  g_test_add_func ("/base/random/bytes", test_bytes);
  g_test_add_func ("/base/random/below", test_below);
  return g_test_run ();
}
