/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "random.h"
#include "segment-map.h"
#include "transfer-limits.h"

static void
assert_sound (const FilSegmentMap *map)
{
  guint64 counts[4] = { 0 };
  guint64 at = 0;
  guint n;
  const FilSegment *segments = fil_segment_map_segments (map, &n);

  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (segments[i].range.start, ==, at);
      g_assert_cmpuint (segments[i].range.end, >, at);
      if (i > 0)
        g_assert_true (segments[i].state != segments[i - 1].state ||
                       segments[i].owner != segments[i - 1].owner);
      counts[segments[i].state] += fil_range_len (segments[i].range);
      at = segments[i].range.end;
    }
  g_assert_cmpuint (at, ==, fil_segment_map_size (map));
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (counts[i], ==, fil_segment_map_count (map, i));
}

static void
test_story (void)
{
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (1000000);
  g_autofree char *text = NULL;
  FilRange a, b;

  g_assert_true (fil_segment_map_lease (map, 1, 200000, 0, NULL, &a));
  g_assert_cmpuint (a.start, ==, 0);
  g_assert_cmpuint (a.end, ==, 196608); /* a multiple of the alignment */
  g_assert_true (fil_segment_map_lease (map, 2, 10, 500000, NULL, &b));
  g_assert_cmpuint (b.start, ==, 500000);
  g_assert_cmpuint (b.end, ==, 500010);
  assert_sound (map);

  fil_segment_map_written (map, (FilRange){ 0, 100 }, 1);
  fil_segment_map_release (map, a);
  g_assert_cmpuint (fil_segment_map_count (map, FIL_SEGMENT_WRITTEN), ==, 100);
  g_assert_cmpuint (fil_segment_map_missing (map), ==, 999900);
  text = fil_segment_map_to_text (map, FIL_SEGMENT_WRITTEN);
  g_assert_cmpstr (text, ==, "0-99");

  /* Somebody else's lease and proved bytes stay as they are. */
  fil_segment_map_written (map, b, 7);
  g_assert_cmpuint (fil_segment_map_count (map, FIL_SEGMENT_LEASED), ==, 10);
  fil_segment_map_verified (map, (FilRange){ 0, 50 });
  fil_segment_map_forget (map, (FilRange){ 0, 1000000 });
  g_assert_cmpuint (fil_segment_map_count (map, FIL_SEGMENT_VERIFIED), ==, 50);
  fil_segment_map_written (map, (FilRange){ 0, 1000000 }, 3);
  g_assert_cmpuint (fil_segment_map_count (map, FIL_SEGMENT_VERIFIED), ==, 50);
  g_assert_cmpuint (fil_segment_map_credit (map, 3), ==, 1000000 - 50 - 10);
  assert_sound (map);
}

static void
test_available (void)
{
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (1000);
  g_autoptr (GArray) available = g_array_new (FALSE, FALSE, sizeof (FilRange));
  FilRange ranges[] = { { 100, 200 }, { 500, 600 } };
  FilRange lease;

  g_assert_false (fil_segment_map_has_free (map, available));
  g_array_append_vals (available, ranges, 2);
  g_assert_true (fil_segment_map_lease (map, 1, 1000, 0, available, &lease));
  g_assert_cmpuint (lease.start, ==, 100);
  g_assert_cmpuint (lease.end, ==, 200);
  g_assert_true (fil_segment_map_lease (map, 1, 1000, 0, available, &lease));
  g_assert_cmpuint (lease.start, ==, 500);
  g_assert_false (fil_segment_map_lease (map, 1, 1000, 0, available, &lease));
  g_assert_false (fil_segment_map_lease_at (map, 1, 500, 1000, &lease));
  g_assert_true (fil_segment_map_lease_at (map, 1, 600, 1000, &lease));
  g_assert_cmpuint (lease.end, ==, 1000);
}

static void
test_text (void)
{
  static const char *const bad[] = { "1", "1-", "-1", "5-4", "0-1000", "0-1,", ",0-1", "0-1;2-3",
                                     "18446744073709551615-18446744073709551615", "99999999999999999999-1" };
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (1000);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (fil_segment_map_mark_text (map, bad[i], FIL_SEGMENT_WRITTEN));
      g_assert_cmpuint (fil_segment_map_missing (map), ==, 1000);
    }
  g_assert_true (fil_segment_map_mark_text (map, "", FIL_SEGMENT_WRITTEN));
  g_assert_true (fil_segment_map_mark_text (map, "0-9,20-29,30-30,999-999", FIL_SEGMENT_WRITTEN));
  text = fil_segment_map_to_text (map, FIL_SEGMENT_WRITTEN);
  g_assert_cmpstr (text, ==, "0-9,20-30,999-999");
  assert_sound (map);
}

static void
test_sample (void)
{
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (1000);
  g_autoptr (FilSegmentMap) tiny = fil_segment_map_new (2);
  guint8 cells[10];
  static const guint8 expected[10] = { 3, 3, 2, 2, 0, 0, 0, 0, 0, 2 };
  static const guint8 of_two[10] = { 2, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

  fil_segment_map_written (map, (FilRange){ 0, 450 }, 1);
  fil_segment_map_verified (map, (FilRange){ 0, 201 });
  fil_segment_map_written (map, (FilRange){ 900, 1000 }, 1);
  fil_segment_map_sample (map, cells, 10);
  /* A piece is no better than the worst byte in it. */
  g_assert_cmpmem (cells, 10, expected, 10);

  /* More pieces than bytes: those between two bytes show nothing worse than there is. */
  fil_segment_map_written (tiny, (FilRange){ 0, 1 }, 1);
  fil_segment_map_sample (tiny, cells, 10);
  g_assert_cmpuint (cells[0], ==, of_two[0]);
  g_assert_cmpuint (cells[5], ==, of_two[5]);
}

static void
test_empty (void)
{
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (0);
  FilRange lease;

  g_assert_true (fil_segment_map_is_complete (map));
  g_assert_false (fil_segment_map_lease (map, 1, 1, 0, NULL, &lease));
  g_assert_false (fil_segment_map_lease_at (map, 1, 0, 1, &lease));
  fil_segment_map_written (map, (FilRange){ 0, 10 }, 1);
  assert_sound (map);
}

/* Sources that send one byte here and one there tear the map only so far. */
static void
test_limit (void)
{
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (10000000);
  guint n;

  for (guint i = 0; i < 3 * FIL_SEGMENT_MAX; i++)
    {
      FilRange lease;

      if (fil_segment_map_lease (map, 1 + i % 7, 1, 2 * i + 1, NULL, &lease))
        fil_segment_map_written (map, lease, 1 + i % 7);
    }
  fil_segment_map_segments (map, &n);
  g_assert_cmpuint (n, <=, FIL_SEGMENT_MAX + 2);
  assert_sound (map);

  /* Neighbours of different owners lose their credit at the limit. */
  fil_segment_map_free (g_steal_pointer (&map));
  map = fil_segment_map_new (10000000);
  for (guint i = 0; i < FIL_SEGMENT_MAX + 10; i++)
    fil_segment_map_written (map, (FilRange){ i, i + 1 }, 1 + i % 2);
  fil_segment_map_segments (map, &n);
  g_assert_cmpuint (n, <, 20);
  g_assert_cmpuint (fil_segment_map_credit (map, FIL_SEGMENT_NOBODY), >=, FIL_SEGMENT_MAX);
}

/* Against a plain array of states. */
static void
test_model (void)
{
  enum { SIZE = 300 };
  g_autoptr (FilRandom) chance = fil_random_new_seeded ((guint64) g_test_rand_int ());
  g_autoptr (FilSegmentMap) map = fil_segment_map_new (SIZE);
  FilSegmentState states[SIZE] = { 0 };
  guint32 owners[SIZE] = { 0 };

  for (guint round = 0; round < 5000; round++)
    {
      guint start = fil_random_below (chance, SIZE);
      FilRange range = { start, start + fil_random_below (chance, SIZE - start + 1) };
      guint32 owner = 1 + fil_random_below (chance, 3);
      guint what = fil_random_below (chance, 41);
      FilRange lease;

      if (what < 15 && fil_segment_map_lease (map, owner, 20, start, NULL, &lease))
        for (guint64 i = lease.start; i < lease.end; i++)
          {
            g_assert_cmpint (states[i], ==, FIL_SEGMENT_FREE);
            states[i] = FIL_SEGMENT_LEASED;
            owners[i] = owner;
          }
      else if (what >= 15 && what < 30)
        {
          fil_segment_map_written (map, range, owner);
          for (guint64 i = range.start; i < range.end; i++)
            if (states[i] == FIL_SEGMENT_FREE || (states[i] == FIL_SEGMENT_LEASED && owners[i] == owner))
              {
                states[i] = FIL_SEGMENT_WRITTEN;
                owners[i] = owner;
              }
        }
      else if (what >= 30 && what < 40)
        {
          fil_segment_map_release (map, range);
          for (guint64 i = range.start; i < range.end; i++)
            if (states[i] == FIL_SEGMENT_LEASED)
              states[i] = FIL_SEGMENT_FREE, owners[i] = 0;
        }
      else if (what == 40)
        {
          fil_segment_map_forget_others (map, owner);
          for (guint i = 0; i < SIZE; i++)
            if (states[i] == FIL_SEGMENT_WRITTEN && owners[i] != owner)
              states[i] = FIL_SEGMENT_FREE, owners[i] = 0;
        }
      assert_sound (map);
      for (guint i = 0, j = 0; i < SIZE; i++)
        {
          guint n;
          const FilSegment *segments = fil_segment_map_segments (map, &n);

          while (segments[j].range.end <= i)
            j++;
          g_assert_cmpint (segments[j].state, ==, states[i]);
          g_assert_cmpuint (segments[j].owner, ==, owners[i]);
        }
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/segment-map/story", test_story);
  g_test_add_func ("/transfer/segment-map/available", test_available);
  g_test_add_func ("/transfer/segment-map/text", test_text);
  g_test_add_func ("/transfer/segment-map/sample", test_sample);
  g_test_add_func ("/transfer/segment-map/empty", test_empty);
  g_test_add_func ("/transfer/segment-map/limit", test_limit);
  g_test_add_func ("/transfer/segment-map/model", test_model);
  return g_test_run ();
}
