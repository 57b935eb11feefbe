/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "handshake-values.h"
#include "head-writer.h"
#include "head.h"
#include "wire-limits.h"
#include "wire-test.h"

/* Feeds a text in pieces of a size and says how much was taken. */
static FilHeadStatus
feed (FilHead *head,
      const char *text,
      gsize piece,
      gsize *total)
{
  FilHeadStatus status = FIL_HEAD_MORE;
  gsize len = strlen (text);

  *total = 0;
  while (*total < len && status == FIL_HEAD_MORE)
    {
      g_auto (TestBytes) bytes = test_bytes_copy (fil_slice (text + *total, MIN (piece, len - *total)));
      gsize used;

      status = fil_head_feed (head, test_bytes_slice (&bytes), &used);
      *total += used;
    }
  return status;
}

#define GROUP                                                                                                 \
  "GNUTELLA CONNECT/0.6\r\n"                                                                                  \
  "User-Agent: Filbert/1\r\n"                                                                                 \
  "x-ULTRApeer:   False  \r\n"                                                                                \
  "X-Try-Ultrapeers: 1.2.3.4:5,\r\n"                                                                          \
  "\t5.6.7.8:9\r\n"                                                                                           \
  "X-Empty:\n"                                                                                                \
  "X-Try-Ultrapeers: 9.9.9.9:9\r\n"                                                                           \
  " , [2001:db8::1]:7\r\n"                                                                                    \
  "X-Features : tls/1.0 , sflag/0.1\r\n"                                                                      \
  "\r\n"

static void
test_shape (void)
{
  for (gsize piece = 1; piece < 300; piece++)
    {
      g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_handshake);
      FilEndpoint endpoints[8];
      gsize total;

      g_assert_true (fil_head_is_empty (head));
      g_assert_cmpint (feed (head, GROUP "binary", piece, &total), ==, FIL_HEAD_DONE);
      g_assert_cmpuint (total, ==, strlen (GROUP)); /* the rest belongs to the next protocol */
      g_assert_cmpstr (fil_head_first_line (head), ==, "GNUTELLA CONNECT/0.6");
      g_assert_cmpstr (fil_head_get (head, "user-agent"), ==, "Filbert/1");
      g_assert_cmpint (fil_header_bool (fil_head_get (head, "X-Ultrapeer")), ==, FIL_HEADER_FALSE);
      g_assert_cmpstr (fil_head_get (head, "X-Try-Ultrapeers"), ==,
                       "1.2.3.4:5, 5.6.7.8:9, 9.9.9.9:9 , [2001:db8::1]:7");
      g_assert_cmpuint (fil_endpoint_list_parse (fil_head_get (head, "X-Try-Ultrapeers"), 0, endpoints, 8),
                        ==, 4);
      g_assert_cmpuint (fil_endpoint_list_parse (fil_head_get (head, "X-Try-Ultrapeers"), 0, endpoints, 3),
                        ==, 3);
      g_assert_cmpstr (fil_head_get (head, "X-Empty"), ==, "");
      g_assert_true (fil_header_feature (fil_head_get (head, "X-Features"), "sflag", NULL, NULL));
      g_assert_false (fil_header_feature (fil_head_get (head, "X-Features"), "sfla", NULL, NULL));
      g_assert_null (fil_head_get (head, "X-Tr"));
      g_assert_cmpuint (fil_head_n (head), ==, 5);

      fil_head_reset (head);
      g_assert_cmpuint (fil_head_n (head), ==, 0);
      g_assert_cmpint (feed (head, "A\n\n", piece, &total), ==, FIL_HEAD_DONE);
      g_assert_cmpstr (fil_head_first_line (head), ==, "A");
    }
}

static void
test_accept (void)
{
  g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_accept);
  g_autoptr (FilHead) http = fil_head_new (&fil_head_limits_http);
  gsize total;

  g_assert_cmpint (feed (head, "\n\n", 1, &total), ==, FIL_HEAD_DONE);
  g_assert_cmpuint (total, ==, 1);
  fil_head_reset (head);
  g_assert_cmpint (feed (head, "QUEUE abc 1.2.3.4:5\r\nnext", 100, &total), ==, FIL_HEAD_DONE);
  g_assert_cmpuint (total, ==, strlen ("QUEUE abc 1.2.3.4:5\r\n"));

  /* The first line is there before the head is. */
  fil_head_reset (head);
  g_assert_cmpint (feed (head, "GET / HTTP/1.1\r\nHo", 3, &total), ==, FIL_HEAD_MORE);
  g_assert_cmpstr (fil_head_first_line (head), ==, "GET / HTTP/1.1");

  /* A few empty lines between requests are overlooked, many are not. */
  g_assert_cmpint (feed (http, "\r\n\r\n", 1, &total), ==, FIL_HEAD_MORE);
  g_assert_true (fil_head_is_empty (http));
  g_assert_cmpint (feed (http, "GET / HTTP/1.1\r\n\r\n", 7, &total), ==, FIL_HEAD_DONE);
  fil_head_reset (http);
  g_assert_cmpint (feed (http, "\r\n\r\n\r\n\r\n\r\n", 1, &total), ==, FIL_HEAD_DONE);
  g_assert_cmpstr (fil_head_first_line (http), ==, "");
}

static void
test_bad (void)
{
  static const char *const bad[] = {
    "A\r\n folded before any header\r\n\r\n", "A\r\nno colon\r\n\r\n",      "A\r\n: no name\r\n\r\n",
    "A\r\nX: a\x01" "b\r\n\r\n",              "A\rB\r\n\r\n",              "A\r\nX: \x7f\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_http);
      gsize total;

      g_assert_cmpint (feed (head, bad[i], 5, &total), ==, FIL_HEAD_ERROR);
      g_assert_nonnull (fil_head_error (head));
      g_assert_cmpint (feed (head, "\r\n\r\n", 1, &total), ==, FIL_HEAD_ERROR);
      g_assert_cmpuint (total, ==, 0);
    }
  {
    g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_http);
    gsize used;

    g_assert_cmpint (fil_head_feed (head, fil_slice ("A\0B\r\n", 5), &used), ==, FIL_HEAD_ERROR);
  }
}

/* Heads without end, in every direction that they can grow. */
static void
test_limits (void)
{
  g_autoptr (FilHead) line = fil_head_new (&fil_head_limits_handshake);
  g_autoptr (FilHead) lines = fil_head_new (&fil_head_limits_handshake);
  g_autoptr (FilHead) bytes = fil_head_new (&fil_head_limits_handshake);
  g_autoptr (FilHead) fitting = fil_head_new (&fil_head_limits_handshake);
  g_autofree char *x = g_strnfill (FIL_HEAD_LINE_MAX, 'x');
  g_autofree char *fits = g_strconcat ("A\r\n", "n:", x + 2, "\r\n\r\n", NULL);
  gsize total;
  guint n = 0;

  while (feed (line, "x", 1, &total) == FIL_HEAD_MORE)
    n++;
  g_assert_cmpuint (n, ==, FIL_HEAD_LINE_MAX + 1); /* one for a CR */
  g_assert_cmpstr (fil_head_error (line), ==, "A line is too long");
  fil_head_reset (line);
  g_assert_cmpint (feed (line, x, 5000, &total), ==, FIL_HEAD_MORE);
  g_assert_cmpint (feed (line, "yy\n", 5000, &total), ==, FIL_HEAD_ERROR);
  g_assert_cmpint (feed (fitting, fits, 100, &total), ==, FIL_HEAD_DONE);

  for (n = 0; feed (lines, "A: b\n", 100, &total) == FIL_HEAD_MORE; n++)
    ;
  g_assert_cmpuint (n, ==, FIL_HEAD_LINES_MAX);
  g_assert_cmpuint (fil_head_n (lines), ==, 1); /* joined */

  g_assert_cmpint (feed (bytes, "A\r\nX: y\r\n", 100, &total), ==, FIL_HEAD_MORE);
  for (n = 0;; n++)
    {
      g_autofree char *folded = g_strconcat (" ", x + 1, "\n", NULL);

      if (feed (bytes, folded, 5000, &total) != FIL_HEAD_MORE)
        break;
    }
  g_assert_cmpuint (n, <=, FIL_HEAD_BYTES_MAX / FIL_HEAD_LINE_MAX);
  g_assert_cmpstr (fil_head_error (bytes), ==, "A head is too large");
}

static void
test_noise (void)
{
  static const char alphabet[] = "A: \r\n\t\n,;b=\r\n\r\n";

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_accept);
      g_auto (TestBytes) noise = test_bytes_random (test_random_below (60));
      gsize used;

      for (gsize k = 0; k < noise.len; k++)
        noise.data[k] = (guint8) alphabet[noise.data[k] % (sizeof alphabet - 1)];
      if (fil_head_feed (head, test_bytes_slice (&noise), &used) == FIL_HEAD_DONE)
        {
          g_assert_nonnull (fil_head_first_line (head));
          for (guint k = 0; k < fil_head_n (head); k++)
            {
              g_assert_cmpstr (fil_head_get (head, fil_head_name_at (head, k)), ==,
                               fil_head_value_at (head, k));
              g_assert_null (strpbrk (fil_head_value_at (head, k), "\r\n"));
            }
        }
      g_assert_cmpuint (used, <=, noise.len);
    }
}

static void
test_tokens (void)
{
  g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_http);
  gsize total;

  g_assert_cmpint (feed (head, "A\nConnection: Keep-Alive , Upgrade;q=1\nAccept-Encoding: gzip,deflate\n\n",
                         100, &total), ==,
                   FIL_HEAD_DONE);
  g_assert_true (fil_head_has_token (head, "connection", "keep-alive"));
  g_assert_true (fil_head_has_token (head, "Connection", "upgrade"));
  g_assert_false (fil_head_has_token (head, "Connection", "keep"));
  g_assert_true (fil_head_has_token (head, "Accept-Encoding", "deflate"));
  g_assert_false (fil_head_has_token (head, "Absent", "x"));
}

static void
test_writer (void)
{
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  fil_head_write_line (&out, "HTTP/1.1 %d %s", 503, "Busy");
  fil_head_write_header (&out, "x-ULTRAPEER", "%s", "True");
  fil_head_write_header (&out, "range", "bytes=%d-%d", 1, 2);
  fil_head_write_header (&out, "X-Other", "%s", "evil\r\nInjected: yes");
  fil_head_write_end (&out);
  fil_writer_u8 (&out, 0);
  g_assert_cmpstr ((const char *) fil_writer_data (&out), ==,
                   "HTTP/1.1 503 Busy\r\nX-Ultrapeer: True\r\nRange: bytes=1-2\r\n"
                   "X-Other: evil  Injected: yes\r\n\r\n");
}

static void
test_values (void)
{
  g_autoptr (FilHead) head = fil_head_new (&fil_head_limits_handshake);
  FilEndpoint v4;
  FilEndpoint v6;
  gsize total;
  guint64 n;
  guint major;
  guint minor;
  char text[FIL_ENDPOINT_TEXT_LEN];

  g_assert_cmpint (feed (head,
                         "A\nNode: 1.2.3.4:5, [2001:db8::1]:6\nListen-IP: 9.9.9.9:9\nX-Remote-IP: 7.7.7.7:99\n\n", 100, &total),
                   ==, FIL_HEAD_DONE);
  g_assert_true (fil_handshake_listen_address (head, &v4, &v6));
  g_assert_cmpstr (fil_endpoint_to_text (&v4, text), ==, "1.2.3.4:5");
  g_assert_cmpstr (fil_endpoint_to_text (&v6, text), ==, "[2001:db8::1]:6");
  g_assert_true (fil_handshake_remote_address (head, &v4));
  g_assert_cmpuint (v4.port, ==, 0);
  g_assert_cmpstr (fil_endpoint_address_text (&v4, text), ==, "7.7.7.7");

  fil_head_reset (head);
  g_assert_cmpint (feed (head, "A\nNode: nothing\nRemote-IP: x\n\n", 100, &total), ==, FIL_HEAD_DONE);
  g_assert_false (fil_handshake_listen_address (head, &v4, &v6));
  g_assert_false (fil_handshake_remote_address (head, &v4));

  g_assert_cmpint (fil_header_bool ("TRUE"), ==, FIL_HEADER_TRUE);
  g_assert_cmpint (fil_header_bool ("maybe"), ==, FIL_HEADER_ABSENT);
  g_assert_cmpint (fil_header_bool (NULL), ==, FIL_HEADER_ABSENT);
  g_assert_true (fil_header_version ("1", &major, &minor));
  g_assert_cmpuint (major, ==, 1);
  g_assert_cmpuint (minor, ==, 0);
  g_assert_false (fil_header_version ("x", &major, &minor));
  g_assert_false (fil_header_version ("1.", &major, &minor));
  g_assert_false (fil_header_version_at_least (NULL, 0, 1));
  g_assert_true (fil_header_version_at_least ("1.0", 0, 9));
  g_assert_true (fil_header_uint (" 42 ", 100, &n));
  g_assert_cmpuint (n, ==, 42);
  g_assert_false (fil_header_uint ("101", 100, &n));
  g_assert_false (fil_header_uint ("18446744073709551616", G_MAXUINT64, &n));
  g_assert_true (fil_header_uint ("18446744073709551615", G_MAXUINT64, &n));
  g_assert_false (fil_header_uint ("5, 5", 100, &n));
  g_assert_false (fil_header_uint (NULL, 100, &n));
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/head/shape", test_shape);
  g_test_add_func ("/wire/head/accept", test_accept);
  g_test_add_func ("/wire/head/bad", test_bad);
  g_test_add_func ("/wire/head/limits", test_limits);
  g_test_add_func ("/wire/head/noise", test_noise);
  g_test_add_func ("/wire/head/tokens", test_tokens);
  g_test_add_func ("/wire/head/writer", test_writer);
  g_test_add_func ("/wire/head/values", test_values);
  return g_test_run ();
}
