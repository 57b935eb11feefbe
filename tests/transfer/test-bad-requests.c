/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <string.h>
#include <unistd.h>

#include "sha1.h"
#include "transfer-limits.h"

/* What hostile ones ask of a host that shares a file: two requests where one was announced, ranges without number, and
 * places of victims by the thousand. */

#define MIB (1024 * 1024)
#define HOST "Host: a\r\n\r\n"
#define INNER "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

typedef struct
{
  World *world;
  Host *host;
  GBytes *content;
  char *target; /* of the file */
} Fixture;

static void
set_up (Fixture *self,
        gconstpointer data)
{
  FilSha1 sha1;
  gsize size;
  char text[FIL_SHA1_TEXT_LEN + 1];
  const void *bytes;

  self->world = world_new ();
  self->content = test_content (MIB, 1);
  self->host = world_add_host (self->world, "25.0.0.1:6346", self->content);
  bytes = g_bytes_get_data (self->content, &size);
  fil_sha1_of (&sha1, bytes, size);
  fil_sha1_to_text (&sha1, text);
  self->target = g_strconcat ("/uri-res/N2R?urn:sha1:", text, NULL);
}

static void
tear_down (Fixture *self,
           gconstpointer data)
{
  world_free (self->world);
  g_bytes_unref (self->content);
  g_free (self->target);
}

/* Takes all that the session has to say now. */
static void
drain (FilSession *session,
       GString *answer)
{
  FilOutput out;

  while (fil_session_output (session, &out, 0))
    {
      char block[4096];
      gsize n = MIN (out.len, sizeof block);

      if (out.bytes != NULL)
        memcpy (block, out.bytes, n);
      else
        g_assert_cmpint (pread (out.fd, block, n, out.offset), ==, (gssize) n);
      g_string_append_len (answer, block, (gssize) n);
      fil_session_sent (session, n, 0);
    }
}

/* Says @text in one piece or byte by byte; returns all answers, and whether the connection was closed. */
static char *
ask (Fixture *self,
     const char *text,
     gsize len,
     gsize piece,
     gboolean *is_closed)
{
  FilSession *session = fil_uploads_accept (self->host->uploads, &self->world->own, 0);
  GString *answer = g_string_new (NULL);
  gsize at = 0, used = 1;

  while (at < len && used > 0 && !session->is_closed)
    {
      used = fil_session_feed (session, (const guint8 *) text + at, MIN (piece, len - at), 0);
      at += used;
      drain (session, answer);
    }
  *is_closed = session->is_closed;
  fil_session_free (session);
  return g_string_free (answer, FALSE);
}

static guint
count (const char *answer)
{
  guint n = 0;

  for (const char *p = answer; (p = strstr (p, "HTTP/1.1 ")) != NULL; p++)
    n++;
  return n;
}

/* In the log of the test; a body is no text, and what reads the log takes text only. */
static void
note (const char *request,
      const char *answer)
{
  g_autofree char *said = g_strescape (request, NULL), *begin = g_strndup (answer, 400);
  g_autofree char *heard = g_strescape (begin, NULL);

  g_test_message ("%s", said);
  g_test_message ("%s", heard);
}

/* Heads after which nobody knows where the next request begins: one refusal, and no more is read. */
static void
test_smuggled (Fixture *self,
               gconstpointer data)
{
  static const char *const cases[] = {
    "GET %s HTTP/1.1\r\nContent-Length: 28\r\n" HOST INNER,
    "HEAD %s HTTP/1.1\r\nContent-Length: 28\r\n" HOST INNER,
    "HEAD %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "1c\r\n" INNER "0\r\n\r\n",
    "GET %s HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n" HOST "0\r\n\r\n" INNER,
    "GET %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nTransfer-Encoding:\r\n chunked\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nTransfer-Encoding:\r\n\tidentity\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nTransfer-Encoding \t: xchunked\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\ntransfer-ENCODING:\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length:\r\n 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: 28\r\nContent-Length: 0\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: 0, 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: 0\r\n , 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: 0x1c\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: +28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: -28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: 18446744073709551644\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length: 00\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nContent-Length:\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nX: y\rContent-Length: 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nX: y\r\rContent-Length: 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\n Content-Length: 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nno colon\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\n: 28\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nHost: b\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\nHost: b,\r\n" HOST INNER,
    "GET %s HTTP/1.1\r\n\r\n" INNER,
    "GET %s\r\n\r\n" INNER,
    "GET %s HTTP/2.0\r\n" HOST INNER,
    "GET %s HTTP/11.1\r\n" HOST INNER,
    "GET  HTTP/1.1\r\nX: %s\r\n" HOST INNER,
    "get %s HTTP/1.1\r\n" HOST INNER,
    "POST %s HTTP/1.1\r\nContent-Length: 28\r\n" HOST INNER,
    "PUT %s HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n" HOST INNER,
    "CONNECT %s HTTP/1.1\r\n" HOST INNER,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n%s" INNER,
    "\r\n\r\n\r\n\r\n\r\nGET %s HTTP/1.1\r\n" HOST INNER,
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint piece = 1; piece <= 10000; piece += 9999)
      {
        g_auto (GStrv) parts = g_strsplit (cases[i], "%s", 2);
        g_autofree char *request = g_strjoinv (self->target, parts);
        gboolean is_closed;
        g_autofree char *answer = ask (self, request, strlen (request), piece, &is_closed);

        note (request, answer);
        g_assert_true (is_closed);
        g_assert_cmpuint (count (answer), ==, 1);
        g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 4") || g_str_has_prefix (answer, "HTTP/1.1 5"));
        g_assert_nonnull (strstr (answer, "\r\nConnection: close\r\n"));
        g_assert_cmpuint (strlen (answer), <, 2000);
      }
}

/* A byte that ends a text in C ends no line. */
static void
test_nul (Fixture *self,
          gconstpointer data)
{
  static const char request[] = "GET / HTTP/1.1\r\nX: a\0Content-Length: 28\r\n" HOST INNER;
  gboolean is_closed;
  g_autofree char *answer = ask (self, request, sizeof request - 1, 10000, &is_closed);

  g_assert_true (is_closed);
  g_assert_cmpuint (count (answer), ==, 1);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 400 "));
}

/* Strange, but it is clear what is asked and where it ends: what comes behind it is answered, too. */
static void
test_strange (Fixture *self,
              gconstpointer data)
{
  static const struct
  {
    const char *headers;
    const char *status;
    gsize body;
  } cases[] = {
    { "Content-Length: 0\r\n", "200 ", MIB },
    { "Expect: 100-continue\r\n", "200 ", MIB },
    { "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n", "200 ", MIB },
    { "Accept-Encoding: gzip, deflate\r\n", "200 ", MIB },
    { "Range: bytes=10-19\r\nIf-Range: \"a\"\r\n", "206 ", 10 },
    { "Range: bytes=10-19\r\nIf-Range: Thu, 01 Jan 1970 00:00:00 GMT\r\n", "206 ", 10 },
    { "Range: bytes=10-19, 10-19, 10-19, 0-\r\n", "206 ", 10 },
    { "Range: bytes=10-19\r\nRange: bytes=0-\r\n", "206 ", 10 },
    { "Range: bytes=10-9223372036854775807\r\n", "206 ", MIB - 10 },
    { "Range: bytes=-9223372036854775807\r\n", "206 ", MIB },
    { "Range: bytes=10-18446744073709551616\r\n", "400 ", 0 },
    { "Range: bytes=-18446744073709551616\r\n", "400 ", 0 },
    { "Range: bytes=--10\r\n", "400 ", 0 },
    { "Range: bytes=-10-20\r\n", "400 ", 0 },
    { "Range: bytes=-0\r\n", "416 ", 0 },
    { "Range: bytes=1048576-\r\n", "416 ", 0 },
    { "Range: bytes=20-10\r\n", "400 ", 0 },
    { "Range:\r\n", "400 ", 0 },
    { "X-Gnutella-Content-URN: urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\r\n", "404 ", 0 },
    { "X-Queue: 99999999999.1\r\nX-Queued: ID=x\r\n", "200 ", MIB },
    { "X-Node: 127.0.0.1:1, 0.0.0.0:0, [::1]:99999\r\n", "200 ", MIB },
    { "X-Downloaded: -1\r\nX-Available-Ranges: bytes 5-1\r\n", "200 ", MIB },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint is_head = 0; is_head < 2; is_head++)
      {
        g_autofree char *one = g_strdup_printf ("%s %s HTTP/1.1\r\n%s" HOST, is_head ? "HEAD" : "GET", self->target,
                                                cases[i].headers);
        g_autofree char *request = g_strconcat (one, one, NULL);
        gboolean is_closed;
        g_autofree char *answer = ask (self, request, strlen (request), 10000, &is_closed);
        const char *body = strstr (answer, "\r\n\r\n");
        const guint8 *bytes = g_bytes_get_data (self->content, NULL);

        note (request, answer);
        g_assert_nonnull (body);
        g_assert_true (g_str_has_prefix (answer + strlen ("HTTP/1.1 "), cases[i].status));
        g_assert_null (strstr (answer, "multipart"));
        if (!is_head && cases[i].body == 10)
          g_assert_cmpmem (body + 4, 10, bytes + 10, 10);
        if (is_head || cases[i].body <= 10)
          {
            g_assert_false (is_closed);
            g_assert_cmpuint (count (answer), ==, 2);
            g_assert_true (g_str_has_prefix (body + 4 + (is_head ? 0 : cases[i].body), "HTTP/1.1 "));
          }
      }
}

/* Five hundred small ranges that lie on each other are one small reply. */
static void
test_many_ranges (Fixture *self,
                  gconstpointer data)
{
  g_autoptr (GString) request = g_string_new (NULL);
  g_autofree char *answer = NULL;
  gboolean is_closed;

  g_string_append_printf (request, "GET %s HTTP/1.1\r\n", self->target);
  for (guint line = 0; line < 5; line++)
    {
      g_string_append (request, line == 0 ? "Range: bytes=" : "Range: ");
      for (guint i = 0; i < 100; i++)
        g_string_append_printf (request, "%s%u-%u", i > 0 ? "," : "", i, i + 4);
      g_string_append (request, "\r\n");
    }
  g_string_append (request, HOST);
  answer = ask (self, request->str, request->len, 10000, &is_closed);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 206 "));
  g_assert_nonnull (strstr (answer, "\r\nContent-Range: bytes 0-4/1048576\r\n"));
  g_assert_false (is_closed);
}

/* A thousand requests in one piece: the next one is read when the last one is answered, and nothing is heaped up. */
static void
test_pipelined (Fixture *self,
                gconstpointer data)
{
  FilSession *session = fil_uploads_accept (self->host->uploads, &self->world->own, 0);
  g_autoptr (GString) many = g_string_new (NULL);
  gsize at = 0;
  guint n = 0;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "%s %s HTTP/1.1\r\nRange: bytes=%u-%u\r\n" HOST, i % 2 ? "GET" : "HEAD", self->target, i, i);
  while (at < many->len)
    {
      gsize used = fil_session_feed (session, (const guint8 *) many->str + at, many->len - at, 0);
      g_autoptr (GString) answer = g_string_new (NULL);
      g_autofree char *range = g_strdup_printf ("\r\nContent-Range: bytes %u-%u/1048576\r\n", n, n);

      /* Nothing is read behind a request that is not answered yet. */
      g_assert_cmpuint (used, >, 0);
      g_assert_cmpuint (fil_session_feed (session, (const guint8 *) many->str + at + used, many->len - at - used, 0), ==, 0);
      drain (session, answer);
      g_assert_cmpuint (count (answer->str), ==, 1);
      g_assert_cmpuint (answer->len, <, 2000);
      g_assert_nonnull (strstr (answer->str, range));
      at += used;
      n++;
    }
  g_assert_cmpuint (n, ==, 1000);
  g_assert_false (session->is_closed);
  fil_session_free (session);
}

/* A byte each ten seconds is no request, neither the first one nor one behind others, and empty lines are none at all. */
static void
test_drip (Fixture *self,
           gconstpointer data)
{
  static const char *const drips[] = { "GET / HTTP/1.1", "\r\n\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (drips); i++)
    for (guint is_first = 0; is_first < 2; is_first++)
      {
        FilSession *session = fil_uploads_accept (self->host->uploads, &self->world->own, 0);
        g_autofree char *before = g_strdup_printf ("HEAD %s HTTP/1.1\r\n" HOST, self->target);
        g_autoptr (GString) answer = g_string_new (NULL);
        gint64 second = 0;

        if (!is_first)
          fil_session_feed (session, (const guint8 *) before, strlen (before), 0);
        drain (session, answer);
        while (!session->is_closed && second < 600)
          {
            if (second % 10 == 0)
              fil_session_feed (session, (const guint8 *) drips[i] + second / 10 % strlen (drips[i]), 1, second * FIL_SEC);
            fil_session_tick (session, ++second * FIL_SEC);
          }
        g_assert_cmpint (second, ==, (is_first ? FIL_REQUEST_FIRST_US : FIL_REQUEST_IDLE_US) / FIL_SEC);
        fil_session_free (session);
      }
}

/* Ten thousand places and more in the requests of one: few are remembered, nobody else is told of any, and replies stay
 * short. */
static void
test_many_places (Fixture *self,
                  gconstpointer data)
{
  FilSession *session = fil_uploads_accept (self->host->uploads, &self->world->own, 0);
  FilEndpoint other = fil_endpoint_v4 ((const guint8[4]){ 27, 0, 0, 1 }, 6346);
  FilHost told[4];
  FilSha1 sha1;

  fil_uploads_set_mesh (self->host->uploads, self->world->mesh);
  g_assert_true (fil_sha1_parse (&sha1, self->target + strlen ("/uri-res/N2R?urn:sha1:"), -1));
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GString) request = g_string_new (NULL);
      g_autoptr (GString) answer = g_string_new (NULL);

      g_string_append_printf (request, "HEAD %s HTTP/1.1\r\n", self->target);
      for (guint line = 0; line < 5; line++)
        {
          g_string_append (request, line == 2 ? "X-NAlt: " : "X-Alt: ");
          for (guint j = 0; j < 60; j++)
            g_string_append_printf (request, "29.%u.%u.%u:%u, ", i, line, j, j % 2 ? 1024 + j : 6346);
          g_string_append (request, "\r\n");
        }
      g_string_append (request, HOST);
      g_assert_cmpuint (fil_session_feed (session, (const guint8 *) request->str, request->len, 0), ==, request->len);
      drain (session, answer);
      g_assert_true (g_str_has_prefix (answer->str, "HTTP/1.1 200 "));
      g_assert_cmpuint (answer->len, <, 2000);
      g_assert_cmpuint (fil_mesh_n_places (self->world->mesh), <=, FIL_MESH_PLACES);
    }
  g_assert_cmpuint (fil_mesh_n_places (self->world->mesh), >, 0);
  g_assert_cmpuint (fil_mesh_good (self->world->mesh, &sha1, &other, 0, told, G_N_ELEMENTS (told), 0), ==, 0);
  fil_session_free (session);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/transfer/bad-requests/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("smuggled", test_smuggled);
  ADD ("nul", test_nul);
  ADD ("strange", test_strange);
  ADD ("many-ranges", test_many_ranges);
  ADD ("pipelined", test_pipelined);
  ADD ("drip", test_drip);
  ADD ("many-places", test_many_places);
  return g_test_run ();
}
