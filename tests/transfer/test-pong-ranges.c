/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pong-ranges.h"
#include "segment-map.h"
#include "transfer-limits.h"

static void
add (GArray *ranges,
     guint64 start,
     guint64 end)
{
  FilRange range = { start, end };

  g_array_append_val (ranges, range);
}

/* The longest first; the last byte is part of the range. */
static void
test_written (void)
{
  static const guint8 expected[] = { 0, 0x20, 0, 0, 0, 0x3f, 0xff, 0xff, 0, 0, 0, 0, 0, 0x0f, 0xff, 0xff };
  static const guint8 expected5[] = { 0, 0x7f, 0xff, 0, 0, 0, 0x80, 0, 0, 0, 3, 0, 0, 0, 1, 3, 0, 0, 0, 2 };
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (FilRange));
  g_auto (FilWriter) r, r5;

  fil_writer_init (&r);
  fil_writer_init (&r5);
  add (ranges, 0, 0x100000);
  add (ranges, 0x200000, 0x400000);
  add (ranges, 0x7fff0000, 0x80000001);
  add (ranges, G_GUINT64_CONSTANT (0x300000001), G_GUINT64_CONSTANT (0x300000003));
  fil_pong_ranges_write (ranges, &r, &r5);
  g_assert_cmpmem (fil_writer_data (&r), r.len, expected, sizeof expected);
  g_assert_cmpmem (fil_writer_data (&r5), r5.len, expected5, sizeof expected5);
}

static void
test_limit (void)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (FilRange));
  g_auto (FilWriter) r, r5;

  fil_writer_init (&r);
  fil_writer_init (&r5);
  for (guint i = 0; i < 1000; i++)
    add (ranges, i * 1000, i * 1000 + 1 + i % 500);
  fil_pong_ranges_write (ranges, &r, &r5);
  g_assert_cmpuint (r.len, ==, 8 * FIL_PONG_RANGES);
  g_assert_cmpuint (r5.len, ==, 0);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/pong-ranges/written", test_written);
  g_test_add_func ("/transfer/pong-ranges/limit", test_limit);
  return g_test_run ();
}
