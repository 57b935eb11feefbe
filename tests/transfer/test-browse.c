/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "browse-session.h"

#include "hit-builder.h"
#include "transfer-limits.h"

#include <string.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/x-gnutella-packets\r\n"

/* One host that is asked, and what came of it. */
typedef struct
{
  FilSession *session;
  gint64 now_us;
  guint hits;
  guint records;
  guint ends;
  FilBrowseEnd end;
  gboolean disown_at_hit;
} Fixture;

static void
hit_cb (gpointer data,
        const FilQueryHit *hit,
        gint64 now_us)
{
  Fixture *f = data;

  f->hits++;
  f->records += hit->n_records;
  if (f->disown_at_hit)
    fil_browse_session_disown (f->session, "enough");
}

static void
ended_cb (gpointer data,
          FilBrowseEnd end,
          gint64 now_us)
{
  Fixture *f = data;

  f->ends++;
  f->end = end;
}

static const FilBrowseDelegate delegate = { .hit = hit_cb, .ended = ended_cb };

static void
begin (Fixture *f,
       gboolean is_giv)
{
  *f = (Fixture){ .now_us = FIL_SEC, .disown_at_hit = f->disown_at_hit };
  f->session = fil_browse_session_new ("10.1.2.3:6346", "Test/1.0", is_giv, &delegate, f, f->now_us);
}

/* What it says now, if anything. */
static char *
said (Fixture *f)
{
  FilOutput out;
  char *text;

  if (!fil_session_output (f->session, &out, f->now_us))
    return NULL;
  text = g_strndup ((const char *) out.bytes, out.len);
  fil_session_sent (f->session, out.len, f->now_us);
  return text;
}

static void
feed (Fixture *f,
      const void *bytes,
      gsize len,
      gsize step)
{
  for (gsize i = 0; i < len && !f->session->is_closed; i += step)
    {
      gsize n = MIN (step, len - i);
      g_autofree guint8 *copy = g_memdup2 ((const guint8 *) bytes + i, n);

      fil_session_feed (f->session, copy, n, f->now_us);
    }
}

static void
feed_text (Fixture *f,
           const char *text)
{
  feed (f, text, strlen (text), strlen (text));
}

static void
assert_end (Fixture *f,
            FilBrowseEnd end)
{
  g_assert_cmpuint (f->ends, ==, 1);
  g_assert_cmpint (f->end, ==, end);
  g_assert_true (f->session->is_closed);
  g_clear_pointer (&f->session, fil_session_free);
  g_assert_cmpuint (f->ends, ==, 1);
}

/* 25 files in three hits. */
static GByteArray *
make_list (void)
{
  FilHeader header = { .kind = FIL_KIND_QUERY_HIT, .ttl = 1 };
  FilEndpoint endpoint = { 0 };
  FilGuid servent = { .bytes = { 1 } };
  FilHitTrailer trailer = { .present = TRUE };
  FilHitBuilder *builder = fil_hit_builder_new (&header, &endpoint, 1000, &servent, &trailer, FALSE, 2000);
  g_autoptr (GPtrArray) packets = NULL;
  GByteArray *list = g_byte_array_new ();

  for (guint i = 0; i < 25; i++)
    {
      FilHitRecord record = { .index = i + 1, .size = 100, .name = fil_slice_text ("hazel.txt") };

      fil_hit_builder_add (builder, &record);
    }
  packets = fil_hit_builder_end (builder);
  for (guint i = 0; i < packets->len; i++)
    g_byte_array_append (list, fil_packet_slice (packets->pdata[i]).data,
                         (guint) fil_packet_slice (packets->pdata[i]).len);
  return list;
}

static GByteArray *
with_head (const char *head,
           const GByteArray *body)
{
  GByteArray *all = g_byte_array_new ();

  g_byte_array_append (all, (const guint8 *) head, (guint) strlen (head));
  return g_byte_array_append (all, body->data, body->len);
}

static GByteArray *
chunked (const GByteArray *body)
{
  GByteArray *all = g_byte_array_new ();

  for (guint i = 0; i < body->len; i += 37)
    {
      guint n = MIN (37, body->len - i);
      g_autofree char *size = g_strdup_printf ("%x\r\n", n);

      g_byte_array_append (all, (const guint8 *) size, (guint) strlen (size));
      g_byte_array_append (all, body->data + i, n);
      g_byte_array_append (all, (const guint8 *) "\r\n", 2);
    }
  return g_byte_array_append (all, (const guint8 *) "0\r\n\r\n", 5);
}

static void
test_asks (Fixture *f,
           gconstpointer data)
{
  g_autofree char *request = NULL;
  FilOutput out;

  begin (f, FALSE);
  request = said (f);
  g_assert_cmpstr (request, ==,
                   "GET / HTTP/1.1\r\nHost: 10.1.2.3:6346\r\nUser-Agent: Test/1.0\r\n"
                   "Accept: application/x-gnutella-packets\r\nConnection: close\r\n\r\n");
  g_assert_null (said (f));
  feed_text (f, "HTTP/1.1 403 Forbidden\r\n\r\n");
  assert_end (f, FIL_BROWSE_REFUSED);

  /* A connection that takes little at a time gets all of it, too. */
  begin (f, FALSE);
  for (gsize at = 0; at < strlen (request); at += 7)
    {
      g_assert_true (fil_session_output (f->session, &out, f->now_us));
      g_assert_cmpmem (out.bytes, out.len, request + at, strlen (request + at));
      fil_session_sent (f->session, MIN (7, out.len), f->now_us);
    }
  g_assert_null (said (f));
  g_clear_pointer (&f->session, fil_session_free);
}

/* However the body is delimited and cut into pieces, every file arrives once. */
static void
test_bodies (Fixture *f,
             gconstpointer data)
{
  g_autoptr (GByteArray) list = make_list ();
  g_autoptr (GByteArray) chunks = chunked (list);
  g_autofree char *counted = g_strdup_printf (OK "Content-Length: %u\r\n\r\n", list->len);
  g_autoptr (GByteArray) by_length = with_head (counted, list);
  g_autoptr (GByteArray) to_the_end = with_head (OK "\r\n", list);
  g_autoptr (GByteArray) in_chunks = with_head (OK "Transfer-Encoding: chunked\r\n\r\n", chunks);
  const GByteArray *const replies[] = { by_length, to_the_end, in_chunks };
  static const gsize steps[] = { 1, 7, 100, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    for (guint j = 0; j < G_N_ELEMENTS (steps); j++)
      {
        begin (f, FALSE);
        g_free (said (f));
        feed (f, replies[i]->data, replies[i]->len, steps[j]);
        g_assert_cmpuint (f->hits, ==, 3);
        g_assert_cmpuint (f->records, ==, 25);
        if (i == 1)
          {
            g_assert_cmpuint (f->ends, ==, 0);
            fil_session_hung_up (f->session, NULL, f->now_us);
          }
        assert_end (f, FIL_BROWSE_WHOLE);
      }
}

/* The end that it has when only the first @len bytes of a reply come. @error: of the connection, or NULL */
static FilBrowseEnd
end_after (Fixture *f,
           const GByteArray *reply,
           guint len,
           const char *error)
{
  begin (f, FALSE);
  g_free (said (f));
  feed (f, reply->data, len, reply->len);
  fil_session_hung_up (f->session, error, f->now_us);
  g_assert_cmpuint (f->ends, ==, 1);
  g_clear_pointer (&f->session, fil_session_free);
  return f->end;
}

/* A list that ends too soon is not whole, wherever it ends. Only between two hits of one that goes on to
 * the end of the connection can nobody know. */
static void
test_truncated (Fixture *f,
                gconstpointer data)
{
  g_autoptr (GByteArray) list = make_list ();
  g_autoptr (GByteArray) chunks = chunked (list);
  g_autoptr (GByteArray) to_the_end = with_head (OK "\r\n", list);
  g_autoptr (GByteArray) in_chunks = with_head (OK "Transfer-Encoding: chunked\r\n\r\n", chunks);
  g_autofree char *head = g_strdup_printf (OK "Content-Length: %u\r\n\r\n", list->len);
  g_autoptr (GByteArray) counted = with_head (head, list);
  guint n_whole = 0;

  for (guint len = 0; len <= to_the_end->len; len++)
    {
      n_whole += end_after (f, to_the_end, len, NULL) == FIL_BROWSE_WHOLE;
      g_assert_cmpint (end_after (f, to_the_end, len, "reset"), !=, FIL_BROWSE_WHOLE);
    }
  g_assert_cmpuint (n_whole, ==, 4);
  for (guint len = 0; len < in_chunks->len; len++)
    g_assert_cmpint (end_after (f, in_chunks, len, NULL), !=, FIL_BROWSE_WHOLE);
  for (guint len = 0; len < counted->len; len++)
    g_assert_cmpint (end_after (f, counted, len, NULL), !=, FIL_BROWSE_WHOLE);
}

/* What comes behind a list that is counted is not part of it, and messages that are no hits are not read as such. */
static void
test_no_part_of_it (Fixture *f,
                    gconstpointer data)
{
  g_autoptr (GByteArray) list = make_list ();
  g_autofree char *head = g_strdup_printf (OK "Content-Length: %u\r\n\r\n", list->len);
  g_autoptr (GByteArray) reply = with_head (head, list);

  g_byte_array_append (reply, list->data, list->len);
  begin (f, FALSE);
  g_free (said (f));
  feed (f, reply->data, reply->len, reply->len);
  g_assert_cmpuint (f->records, ==, 25);
  assert_end (f, FIL_BROWSE_WHOLE);

  /* The kind of the first message. */
  list->data[16] = FIL_KIND_QUERY;
  begin (f, FALSE);
  g_free (said (f));
  feed_text (f, OK "\r\n");
  feed (f, list->data, list->len, list->len);
  g_assert_cmpuint (f->hits, ==, 2);
  fil_session_hung_up (f->session, NULL, f->now_us);
  assert_end (f, FIL_BROWSE_WHOLE);
}

static void
test_answers (Fixture *f,
              gconstpointer data)
{
  static const struct
  {
    const char *reply;
    FilBrowseEnd end;
  } cases[] = {
    { "HTTP/1.1 401 Unauthorized\r\n\r\n", FIL_BROWSE_REFUSED },
    { "HTTP/1.1 404 Not Found\r\n\r\n", FIL_BROWSE_REFUSED },
    { "HTTP/1.1 406 Not Acceptable\r\n\r\n", FIL_BROWSE_REFUSED },
    { "HTTP/1.1 429 Banned for 5m\r\n\r\n", FIL_BROWSE_TOO_OFTEN },
    { "HTTP/1.1 501 Not Implemented\r\n\r\n", FIL_BROWSE_REFUSED },
    { "HTTP/1.1 503 Busy\r\n\r\n", FIL_BROWSE_BUSY },
    { "HTTP/1.1 550 Banned\r\n\r\n", FIL_BROWSE_TOO_OFTEN },
    { "HTTP/1.1 302 Found\r\nLocation: http://10.9.9.9/\r\n\r\n", FIL_BROWSE_NOT_UNDERSTOOD },
    { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<ul>", FIL_BROWSE_NOT_UNDERSTOOD },
    { "HTTP/1.1 200 OK\r\n\r\n", FIL_BROWSE_NOT_UNDERSTOOD },
    { OK "Content-Encoding: deflate\r\n\r\n", FIL_BROWSE_NOT_UNDERSTOOD },
    { OK "Transfer-Encoding: gzip, chunked\r\n\r\n", FIL_BROWSE_NOT_UNDERSTOOD },
    { OK "Transfer-Encoding: chunked\r\n\r\nnonsense", FIL_BROWSE_NOT_UNDERSTOOD },
    { OK "Content-Length: -1\r\n\r\n", FIL_BROWSE_NOT_UNDERSTOOD },
    { OK "Content-Length: 5, 6\r\n\r\n", FIL_BROWSE_NOT_UNDERSTOOD },
    { OK "Content-Length: 0\r\n\r\n", FIL_BROWSE_WHOLE },
    { OK "Content-Encoding: identity\r\nContent-Length: 0\r\n\r\n", FIL_BROWSE_WHOLE },
    { OK "Content-Length: 3\r\n\r\nabcd", FIL_BROWSE_CUT },
    { OK "\r\n0123456789abcdef\x81\x01\x01\xff\xff\xff\xff", FIL_BROWSE_NOT_UNDERSTOOD },
    { "GNUTELLA/0.6 200 OK\r\n\r\n", FIL_BROWSE_NOT_UNDERSTOOD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      begin (f, FALSE);
      g_free (said (f));
      feed_text (f, cases[i].reply);
      assert_end (f, cases[i].end);
    }
}

static void
test_giv (Fixture *f,
          gconstpointer data)
{
  g_autoptr (GByteArray) list = make_list ();
  g_autofree char *counted = g_strdup_printf (OK "Content-Length: %u\r\n\r\n", list->len);
  g_autoptr (GByteArray) reply = with_head (counted, list);
  g_autofree char *request = NULL;

  begin (f, TRUE);
  g_assert_null (said (f));
  feed_text (f, "GIV 0:00112233445566778899aabbccddeeff/file\n\n");
  request = said (f);
  g_assert_true (g_str_has_prefix (request, "GET / HTTP/1.1\r\n"));
  feed (f, reply->data, reply->len, 50);
  g_assert_cmpuint (f->records, ==, 25);
  assert_end (f, FIL_BROWSE_WHOLE);
}

/* FIL_BROWSE_STALL_US, FIL_BROWSE_MAX_US and FIL_BROWSE_MAX_BYTES end what does not end itself. */
static void
test_limits (Fixture *f,
             gconstpointer data)
{
  g_autoptr (GByteArray) list = make_list ();
  guint seconds;
  gsize sent;

  /* Until the connection stands it has all the time that the dial takes. */
  begin (f, FALSE);
  f->now_us += FIL_BROWSE_MAX_US;
  g_assert_cmpint (fil_session_wake (f->session), ==, FIL_NEVER);
  g_free (said (f));
  f->now_us += FIL_BROWSE_STALL_US - 1;
  fil_session_tick (f->session, f->now_us);
  g_assert_cmpuint (f->ends, ==, 0);
  g_assert_cmpint (fil_session_wake (f->session), ==, ++f->now_us);
  fil_session_tick (f->session, f->now_us);
  assert_end (f, FIL_BROWSE_NOT_UNDERSTOOD);

  begin (f, FALSE);
  f->now_us += FIL_BROWSE_STALL_US;
  g_free (said (f));
  feed_text (f, OK "\r\n");
  for (seconds = 0; f->ends == 0; seconds++)
    {
      g_assert_cmpuint (seconds, <, FIL_BROWSE_MAX_US / FIL_SEC);
      feed (f, list->data + seconds % list->len, 1, 1);
      f->now_us += FIL_SEC;
      fil_session_tick (f->session, f->now_us);
    }
  g_assert_cmpuint (seconds, ==, FIL_BROWSE_MAX_US / FIL_SEC);
  assert_end (f, FIL_BROWSE_CUT);

  begin (f, FALSE);
  g_free (said (f));
  feed_text (f, OK "\r\n");
  for (sent = 0; f->ends == 0; sent += list->len)
    {
      g_assert_cmpuint (sent, <=, FIL_BROWSE_MAX_BYTES);
      feed (f, list->data, list->len, list->len);
    }
  g_assert_cmpuint (sent, >, FIL_BROWSE_MAX_BYTES);
  assert_end (f, FIL_BROWSE_CUT);
}

static void
test_ends (Fixture *f,
           gconstpointer data)
{
  g_autoptr (GByteArray) list = make_list ();
  g_autoptr (GByteArray) reply = with_head (OK "\r\n", list);

  begin (f, FALSE);
  fil_session_hung_up (f->session, "refused", f->now_us);
  assert_end (f, FIL_BROWSE_NOT_CONNECTED);

  begin (f, TRUE);
  feed_text (f, "GIV 0:0011");
  fil_session_hung_up (f->session, NULL, f->now_us);
  assert_end (f, FIL_BROWSE_NOT_CONNECTED);

  begin (f, FALSE);
  g_clear_pointer (&f->session, fil_session_free);
  g_assert_cmpuint (f->ends, ==, 1);

  /* Whoever has had enough hears no more. */
  f->disown_at_hit = TRUE;
  begin (f, FALSE);
  g_free (said (f));
  feed (f, reply->data, reply->len, reply->len);
  g_assert_cmpuint (f->hits, ==, 1);
  g_assert_true (f->session->is_closed);
  g_clear_pointer (&f->session, fil_session_free);
  g_assert_cmpuint (f->ends, ==, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, NULL, func, NULL)
  ADD ("/browse/asks", test_asks);
  ADD ("/browse/bodies", test_bodies);
  ADD ("/browse/truncated", test_truncated);
  ADD ("/browse/no-part-of-it", test_no_part_of_it);
  ADD ("/browse/answers", test_answers);
  ADD ("/browse/giv", test_giv);
  ADD ("/browse/limits", test_limits);
  ADD ("/browse/ends", test_ends);
  return g_test_run ();
}
