/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "greeting.h"

#include <string.h>

static const struct
{
  const char *text;
  FilGreeting kind;
  const char *line;
} cases[] = {
  { "GNUTELLA CONNECT/0.6\r\n", FIL_GREETING_GNUTELLA, "GNUTELLA CONNECT/0.6" },
  { "GNUTELLA CONNECT/0.6\nX: y\r\n", FIL_GREETING_GNUTELLA, "GNUTELLA CONNECT/0.6" },
  { "GET /get/1/a HTTP/1.1\r\n", FIL_GREETING_HTTP, "GET /get/1/a HTTP/1.1" },
  { "HEAD / HTTP/1.1\r\n\r\n", FIL_GREETING_HTTP, "HEAD / HTTP/1.1" },
  { "\r\nGET / HTTP/1.1\r\n", FIL_GREETING_HTTP, "GET / HTTP/1.1" },
  { "GET /gnutella/push-proxy?ServerId=x HTTP/1.1\r\n", FIL_GREETING_PUSH_PROXY,
    "GET /gnutella/push-proxy?ServerId=x HTTP/1.1" },
  { "HEAD /gnet/push-proxy?guid=x HTTP/1.1\n", FIL_GREETING_PUSH_PROXY, "HEAD /gnet/push-proxy?guid=x HTTP/1.1" },
  { "GET /gnutella/pushproxy?x HTTP/1.1\n", FIL_GREETING_PUSH_PROXY, "GET /gnutella/pushproxy?x HTTP/1.1" },
  { "GET /gnutella/push HTTP/1.1\n", FIL_GREETING_HTTP, "GET /gnutella/push HTTP/1.1" },
  { "OPTIONS * HTTP/1.1\n", FIL_GREETING_HTTP, "OPTIONS * HTTP/1.1" },
  { "GIV 0:00112233445566778899AABBCCDDEEFF/name\n\n", FIL_GREETING_GIV, "GIV 0:00112233445566778899AABBCCDDEEFF/name" },
  { "QUEUE abc 1.2.3.4:5\r\n", FIL_GREETING_QUEUE, "QUEUE abc 1.2.3.4:5" },
  { "PUNCH 0011223344556677 8899aabbccddeeff\n", FIL_GREETING_PUNCH, "PUNCH 0011223344556677 8899aabbccddeeff" },
  { "CONNECT BACK\r\n\r\n", FIL_GREETING_CONNECT_BACK, "CONNECT BACK" },
  { "\n\n", FIL_GREETING_CONNECT_BACK, "" },
  { "\r\n\r\n", FIL_GREETING_CONNECT_BACK, "" },
  { "", FIL_GREETING_MORE, NULL },
  { "\n", FIL_GREETING_MORE, NULL },
  { "G", FIL_GREETING_MORE, NULL },
  { "GNUTELLA CONNECT/0.6\r", FIL_GREETING_MORE, NULL },
  { "GET /aaaaaaaaaaaaaaaaaaaaaa", FIL_GREETING_MORE, NULL },
  { "POST / HTTP/1.1\r\n", FIL_GREETING_UNKNOWN, NULL },
  { "get / HTTP/1.1\r\n", FIL_GREETING_UNKNOWN, NULL },
  { "GNUTELLA/0.6 200 OK\r\n", FIL_GREETING_UNKNOWN, NULL },
  { "GNUTELLA OK", FIL_GREETING_UNKNOWN, NULL },
  { "\x13""BitTorrent protocol", FIL_GREETING_UNKNOWN, NULL },
  { "SSH-2.0-x\r\n", FIL_GREETING_UNKNOWN, NULL },
  { "GET /\x01 HTTP/1.1\r\n", FIL_GREETING_UNKNOWN, NULL },
  { "GETX\r\n", FIL_GREETING_UNKNOWN, NULL },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize len = strlen (cases[i].text);
      g_autofree guint8 *bytes = g_memdup2 (cases[i].text, len);
      const guint8 *line;
      gsize line_len;
      FilGreeting kind = fil_greeting_parse (bytes, len, &line, &line_len);

      g_test_message ("case %u: %s", i, fil_greeting_name (kind));
      g_assert_cmpint (kind, ==, cases[i].kind);
      if (cases[i].line != NULL)
        g_assert_cmpmem (line, line_len, cases[i].line, strlen (cases[i].line));
    }
}

/* Whatever arrives first, the verdict never changes back: MORE, then one thing. */
static void
test_bytes_by_bytes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize len = strlen (cases[i].text);
      FilGreeting last = FIL_GREETING_MORE;

      for (gsize n = 0; n <= len; n++)
        {
          g_autofree guint8 *bytes = g_memdup2 (cases[i].text, n);
          const guint8 *line;
          gsize line_len;
          FilGreeting kind = fil_greeting_parse (bytes, n, &line, &line_len);

          g_assert_true (last == FIL_GREETING_MORE || last == kind);
          last = kind;
        }
    }
}

static void
test_noise (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      gsize n = (gsize) g_test_rand_int_range (0, 64);
      g_autofree guint8 *bytes = g_malloc (n);
      const guint8 *line;
      gsize line_len;

      for (gsize k = 0; k < n; k++)
        bytes[k] = (guint8) g_test_rand_int_range (0, 256);
      if (fil_greeting_parse (bytes, n, &line, &line_len) != FIL_GREETING_MORE && line_len > 0)
        g_assert_true (line >= bytes && line + line_len <= bytes + n);
    }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/greeting/table", test_table);
  g_test_add_func ("/net/greeting/bytes-by-bytes", test_bytes_by_bytes);
  g_test_add_func ("/net/greeting/noise", test_noise);
  return g_test_run ();
}
