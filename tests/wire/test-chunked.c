/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "chunked.h"

#include "wire-limits.h"

#include <string.h>

/* What comes out when @text comes @step bytes at a time, each piece in a copy of its own size. */
static FilChunkedStatus
decode (const char *text,
        gsize len,
        gsize step,
        GString *out,
        gsize *used)
{
  FilChunked chunked = { 0 };
  FilChunkedStatus status = FIL_CHUNKED_MORE;

  g_string_truncate (out, 0);
  *used = 0;
  for (gsize i = 0; i < len && status == FIL_CHUNKED_MORE; i += step)
    {
      gsize n = MIN (step, len - i);
      g_autofree guint8 *copy = g_memdup2 (text + i, n);
      FilSlice input = fil_slice (copy, n), data;

      while ((status = fil_chunked_next (&chunked, &input, &data)) == FIL_CHUNKED_DATA)
        g_string_append_len (out, (const char *) data.data, (gssize) data.len);
      *used += n - input.len;
    }
  return status;
}

static void
assert_decodes (const char *text,
                FilChunkedStatus status,
                const char *body,
                gsize left)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gsize used;

  for (gsize step = 1; step <= strlen (text); step++)
    {
      g_assert_cmpint (decode (text, strlen (text), step, out, &used), ==, status);
      if (status != FIL_CHUNKED_ERROR)
        {
          g_assert_cmpstr (out->str, ==, body);
          g_assert_cmpuint (used, ==, strlen (text) - left);
        }
    }
}

static void
test_bodies (void)
{
  assert_decodes ("3\r\nabc\r\n0\r\n\r\n", FIL_CHUNKED_END, "abc", 0);
  assert_decodes ("1\r\na\r\n0a\r\n0123456789\r\n00\r\n\r\nrest", FIL_CHUNKED_END, "a0123456789", 4);
  assert_decodes ("3\nabc\n0\n\n", FIL_CHUNKED_END, "abc", 0);
  assert_decodes ("2;name=\"value\"\r\nab\r\n0 \r\nTrailer: 1\r\nOther: 2\r\n\r\n", FIL_CHUNKED_END, "ab", 0);
  assert_decodes ("0\r\n\r\n", FIL_CHUNKED_END, "", 0);
  assert_decodes ("5\r\nabc", FIL_CHUNKED_MORE, "abc", 0);
  assert_decodes ("5\r\nabcde\r\n", FIL_CHUNKED_MORE, "abcde", 0);
  assert_decodes ("FFFFFFFF\r\nabc", FIL_CHUNKED_MORE, "abc", 0);
}

static void
test_broken (void)
{
  assert_decodes ("\r\nabc", FIL_CHUNKED_ERROR, NULL, 0);
  assert_decodes ("x\r\nabc", FIL_CHUNKED_ERROR, NULL, 0);
  assert_decodes ("-1\r\nabc", FIL_CHUNKED_ERROR, NULL, 0);
  assert_decodes ("100000000\r\nabc", FIL_CHUNKED_ERROR, NULL, 0);
  assert_decodes ("3\r\nabcd", FIL_CHUNKED_ERROR, NULL, 0);
  assert_decodes (";x\r\n", FIL_CHUNKED_ERROR, NULL, 0);
}

/* What carries nothing may not go on for ever. */
static void
test_limits (void)
{
  g_autofree char *filling = g_strnfill (FIL_CHUNK_SKIPPED_MAX, 'x');
  g_autofree char *extension = g_strconcat ("1;", filling, "\r\na\r\n0\r\n\r\n", NULL);
  g_autofree char *trailer = g_strconcat ("0\r\n", filling, "\r\n\r\n", NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  gsize used;

  g_assert_cmpint (decode (extension, strlen (extension), 4096, out, &used), ==, FIL_CHUNKED_ERROR);
  g_assert_cmpint (decode (trailer, strlen (trailer), 4096, out, &used), ==, FIL_CHUNKED_ERROR);
  extension[FIL_CHUNK_SKIPPED_MAX / 2] = '\n';
  g_assert_cmpint (decode (extension, FIL_CHUNK_SKIPPED_MAX / 2 + 1, 4096, out, &used), ==, FIL_CHUNKED_MORE);
}

static void
test_random (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  static const char alphabet[] = "0123aF\r\n; x";

  for (guint i = 0; i < 20000; i++)
    {
      char text[40];
      gsize len = (gsize) g_test_rand_int_range (1, sizeof text), used;

      for (gsize j = 0; j < len; j++)
        text[j] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      decode (text, len, (gsize) g_test_rand_int_range (1, 8), out, &used);
      g_assert_cmpuint (out->len, <=, len);
      g_assert_cmpuint (used, <=, len);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chunked/bodies", test_bodies);
  g_test_add_func ("/chunked/broken", test_broken);
  g_test_add_func ("/chunked/limits", test_limits);
  g_test_add_func ("/chunked/random", test_random);
  return g_test_run ();
}
