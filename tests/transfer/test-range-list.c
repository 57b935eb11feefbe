/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "range-list.h"

#include "download-reply.h"
#include "transfer-limits.h"

/* Every byte of a small file by itself. */
#define SIZE 64

static guint64
bits_of (FilRange range)
{
  guint64 bits = 0;

  for (guint64 i = range.start; i < range.end; i++)
    bits |= G_GUINT64_CONSTANT (1) << i;
  return bits;
}

static void
test_tidy (void)
{
  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (FilRange));
      guint64 wanted = 0, got = 0;
      FilRange last = { 0, 0 };

      for (guint n = (guint) g_test_rand_int_range (0, 12); n > 0; n--)
        {
          FilRange range = { (guint64) g_test_rand_int_range (0, SIZE), (guint64) g_test_rand_int_range (0, SIZE) };

          g_array_append_val (list, range);
          wanted |= bits_of (range);
        }
      fil_range_list_tidy (list);
      for (guint i = 0; i < list->len; i++)
        {
          FilRange range = g_array_index (list, FilRange, i);

          g_assert_cmpuint (range.start, <, range.end);
          g_assert_true (i == 0 || last.end < range.start);
          got |= bits_of (range);
          last = range;
        }
      g_assert_cmphex (got, ==, wanted);
      for (guint64 at = 0; at <= SIZE; at++)
        {
          guint i = fil_range_list_find (list, at);

          g_assert_true (i == list->len || g_array_index (list, FilRange, i).end > at);
          g_assert_true (i == 0 || g_array_index (list, FilRange, i - 1).end <= at);
        }
    }
}

/* A source that says many times that it has the whole file has it once, and one that leaves no gap, too: each further
 * range would be looked at for each hole in ours. */
static void
test_reply (void)
{
  g_auto (FilDownloadReplyHead) reply = { 0 };
  FilHead *head = fil_head_new (&fil_head_limits_http);
  g_autoptr (GString) text = g_string_new ("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/1000000\r\n"
                                           "X-Available-Ranges: bytes 5-999999");
  const char *error = NULL;
  FilRange range;
  gsize used;

  for (guint i = 1; i < FIL_RANGES_MAX; i++)
    g_string_append_printf (text, "%s%u-%u", i % 64 == 0 ? ",\r\n " : ",", i < 5 ? 5 - i : i % 2, i < 5 ? 5 - i : 999999 - i);
  g_string_append (text, "\r\n\r\n");
  g_assert_cmpint (fil_head_feed (head, fil_slice_text (text->str), &used), ==, FIL_HEAD_DONE);
  g_assert_true (fil_download_reply_read (&reply, head, NULL, &error));
  g_assert_nonnull (reply.reply.available);
  g_assert_cmpuint (reply.reply.available->len, ==, 1);
  range = g_array_index (reply.reply.available, FilRange, 0);
  g_assert_cmpuint (range.start, ==, 0);
  g_assert_cmpuint (range.end, ==, 1000000);
  fil_head_free (head);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/range-list/tidy", test_tidy);
  g_test_add_func ("/transfer/range-list/reply", test_reply);
  return g_test_run ();
}
