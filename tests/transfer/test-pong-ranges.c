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

#define FAR G_GUINT64_CONSTANT (0x300000000) /* needs five bytes */

static guint32
be32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

/* The longest first; the last byte is part of the range. */
static void
test_written (void)
{
  static const guint8 expected[] = { 0, 0x20, 0,    0,    0,    0x3f, 0xff, 0xff, 0,    0,    0,    0,
                                     0, 0x0f, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xfe, 0x7f, 0xff, 0xff, 0xff };
  static const guint8 expected5[] = { 0, 0x7f, 0xff, 0, 0, 0, 0x80, 0, 0, 0, 3, 0, 0, 0, 1, 3, 0, 0, 0, 2 };
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (FilRange));
  g_auto (FilWriter) r, r5;

  fil_writer_init (&r);
  fil_writer_init (&r5);
  add (ranges, 0, 0x100000);
  add (ranges, 0x200000, 0x400000);
  add (ranges, 0x7fff0000, 0x80000001);
  add (ranges, 0x7ffffffe, 0x80000000);
  add (ranges, G_GUINT64_CONSTANT (0x300000001), G_GUINT64_CONSTANT (0x300000003));
  fil_pong_ranges_write (ranges, &r, &r5);
  g_assert_cmpmem (fil_writer_data (&r), r.len, expected, sizeof expected);
  g_assert_cmpmem (fil_writer_data (&r5), r5.len, expected5, sizeof expected5);
}

/* Short and long places are counted together, and those that are written are the longest of all. */
static void
test_limit (void)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (FilRange));
  g_auto (FilWriter) r, r5;
  const guint8 *pairs;

  fil_writer_init (&r);
  fil_writer_init (&r5);
  for (guint i = 0; i < 1000; i++)
    {
      guint64 start = (i % 2 ? FAR : 0) + i * 1000;

      add (ranges, start, start + 1 + i * 7 % 1000);
    }
  fil_pong_ranges_write (ranges, &r, &r5);
  g_assert_cmpuint (r.len / 8 + r5.len / 10, ==, FIL_PONG_RANGES);
  g_assert_cmpuint (r.len % 8, ==, 0);
  g_assert_cmpuint (r5.len % 10, ==, 0);
  g_assert_cmpuint (r.len, >, 0);
  g_assert_cmpuint (r5.len, >, 0);
  pairs = fil_writer_data (&r);
  for (gsize at = 0; at < r.len; at += 8)
    g_assert_cmpuint (be32 (pairs + at + 4) - be32 (pairs + at), >=, 1000 - FIL_PONG_RANGES);
  pairs = fil_writer_data (&r5);
  for (gsize at = 0; at < r5.len; at += 10)
    g_assert_cmpuint (be32 (pairs + at + 6) - be32 (pairs + at + 1), >=, 1000 - FIL_PONG_RANGES);
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
