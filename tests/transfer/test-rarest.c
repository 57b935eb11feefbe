/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rarest.h"
#include "transfer-limits.h"

#define PIECE FIL_SEGMENT_FIRST
#define SIZE (20 * PIECE + 5)

static GArray *
ranges (guint first,
        guint end)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (FilRange));
  FilRange range = { (guint64) first * PIECE, MIN ((guint64) end * PIECE, SIZE) };

  g_array_append_val (array, range);
  return array;
}

static void
add (FilRarest *rarest,
     guint first,
     guint end)
{
  g_autoptr (GArray) array = ranges (first, end);

  fil_rarest_add (rarest, array);
}

static void
test_choice (void)
{
  g_autoptr (FilRarest) rarest = fil_rarest_new (SIZE);
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (SIZE);
  g_autoptr (GArray) some = ranges (2, 8);
  guint64 start;

  /* One that has a part is no reason to leave the order. */
  add (rarest, 0, 10);
  g_assert_false (fil_rarest_choose (rarest, map, NULL, 0, &start));
  add (rarest, 0, 6);
  add (rarest, 12, 21);
  /* Nobody has pieces 10 and 11. */
  g_assert_true (fil_rarest_choose (rarest, map, NULL, 0, &start));
  g_assert_cmpuint (start, ==, 10 * PIECE);
  g_assert_true (fil_rarest_choose (rarest, map, NULL, 11, &start));
  g_assert_cmpuint (start, ==, 11 * PIECE);
  /* Of what that source has, one other has pieces 6 and 7. */
  g_assert_true (fil_rarest_choose (rarest, map, some, 0, &start));
  g_assert_cmpuint (start, ==, 6 * PIECE);
  /* What is not free is not chosen; in the middle of a piece it is gone on with. */
  fil_segment_map_written (map, (FilRange){ 9 * PIECE, 12 * PIECE }, 1);
  fil_segment_map_written (map, (FilRange){ 6 * PIECE, 7 * PIECE + 100 }, 1);
  g_assert_true (fil_rarest_choose (rarest, map, some, 0, &start));
  g_assert_cmpuint (start, ==, 7 * PIECE + 100);
  fil_segment_map_written (map, (FilRange){ 2 * PIECE, 8 * PIECE }, 1);
  g_assert_false (fil_rarest_choose (rarest, map, some, 0, &start));
}

/* Of equals, everybody begins elsewhere. */
static void
test_salt (void)
{
  g_autoptr (FilRarest) rarest = fil_rarest_new (SIZE);
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (SIZE);
  guint64 start;

  add (rarest, 0, 2);
  add (rarest, 0, 2);
  for (guint salt = 2; salt < 21; salt++)
    {
      g_assert_true (fil_rarest_choose (rarest, map, NULL, salt + 21, &start));
      g_assert_cmpuint (start, ==, (guint64) salt * PIECE);
    }
}

/* Ranges of all kinds from hostile sources: counts stay what they are, and time does not depend on the size. */
static void
test_hostile (void)
{
  static const guint64 sizes[] = { 1, 5, PIECE, PIECE + 1, G_GUINT64_CONSTANT (1) << 40, G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (FilRarest) rarest = fil_rarest_new (sizes[i]);
      g_autoptr (FilSegmentMap) map = fil_segment_map_new (sizes[i]);
      guint64 start;

      for (guint j = 0; j < FIL_DOWNLOAD_MAX_SOURCES; j++)
        {
          g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (FilRange));

          for (guint k = 0; k < FIL_RANGES_MAX; k++)
            {
              guint64 a = ((guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ()) >> g_test_rand_int_range (0, 64);
              guint64 b = ((guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ()) >> g_test_rand_int_range (0, 64);
              FilRange range = { a & G_MAXINT64, b & G_MAXINT64 };

              g_array_append_val (array, range);
            }
          fil_rarest_add (rarest, array);
        }
      g_assert_true (fil_rarest_choose (rarest, map, NULL, (guint32) g_test_rand_int (), &start));
      g_assert_cmpuint (start, <, sizes[i]);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/rarest/choice", test_choice);
  g_test_add_func ("/transfer/rarest/salt", test_salt);
  g_test_add_func ("/transfer/rarest/hostile", test_hostile);
  return g_test_run ();
}
