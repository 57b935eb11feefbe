/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "chunked.h"
#include "push-limit.h"
#include "tiger-context.h"
#include "transfer-limits.h"
#include "uploads.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sha1.h"

#define CONTENT "The quick brown fox jumps over the lazy dog"
#define SHA1_TEXT "F7KODRT2FUUPZ3MET3Q3W5XHHENZH2YS"

/* A node that shares one file of 43 bytes. */
typedef struct
{
  FilUploads *uploads;
  FilSha1 sha1;
  gboolean changed;
  gboolean opens_late;
  FilSharedOpened late;
  gpointer late_data;
  guint open_files;
  guint served;
  guint removed;
  GPtrArray *dialled; /* FilSession */
  gboolean dial_fails;
  guint changes;
  guint ids;
  guint page_pieces; /* beyond the first one */
  guint64 limited;   /* group of the last limit … */
  gint64 limit;      /* … that was told: bytes a second */
} Node;

static FilShared *
shared_new (Node *self)
{
  FilShared *shared = g_new0 (FilShared, 1);

  shared->fd = memfd_create ("shared", MFD_CLOEXEC);
  g_assert_cmpint (write (shared->fd, CONTENT, strlen (CONTENT)), ==, (gssize) strlen (CONTENT));
  shared->size = strlen (CONTENT);
  shared->name = g_strdup ("ev\"il\r\nX-Bad: 1/../\xc3\xa4.txt");
  shared->sha1 = self->sha1;
  shared->has_sha1 = TRUE;
  self->open_files++;
  return shared;
}

static void
node_open (gpointer data,
           const FilSharedWanted *wanted,
           FilSharedOpened done,
           gpointer done_data)
{
  Node *self = data;
  FilShared *shared;

  if (self->opens_late)
    {
      self->late = done;
      self->late_data = done_data;
      return;
    }
  if (wanted->urn.has_sha1 ? fil_sha1_equal (&wanted->urn.sha1, &self->sha1)
                           : wanted->index == 7 && g_strcmp0 (wanted->name, "a b.txt") == 0)
    done (done_data, FIL_SHARED_OK, shared_new (self));
  else if (wanted->index == 9)
    {
      shared = shared_new (self);
      shared->has_sha1 = FALSE;
      done (done_data, FIL_SHARED_OK, shared);
    }
  else
    done (done_data, FIL_SHARED_NOT_FOUND, NULL);
}

static gboolean
node_check (gpointer data,
            FilShared *shared)
{
  return !((Node *) data)->changed;
}

static void
node_close (gpointer data,
            FilShared *shared)
{
  ((Node *) data)->open_files--;
  close (shared->fd);
  g_free (shared->name);
  g_free (shared);
}

static gboolean
node_page (gpointer data,
           const FilPageRequest *request,
           FilPageReply *reply)
{
  g_assert_cmpint (request->target[0], ==, '/');
  if (strcmp (request->target, "/") != 0)
    return FALSE;
  reply->status = request->wants_packets || request->wants_html ? 200 : 406;
  if (reply->status == 406)
    return TRUE;
  reply->more = ((Node *) data)->page_pieces;
  reply->content_type = request->wants_packets ? "application/x-gnutella-packets" : "text/html";
  reply->body = g_bytes_new_static ("<p>hello", 8);
  return TRUE;
}

static GBytes *
node_more (gpointer data,
           guint64 *more)
{
  g_autofree char *text = g_strdup_printf (" piece %d", (int) *more);

  --*more;
  return g_bytes_new (text, strlen (text));
}

static void
node_dial (gpointer data,
           const FilEndpoint *to,
           gboolean tls,
           FilSession *session)
{
  Node *self = data;

  if (self->dial_fails)
    {
      fil_session_hung_up (session, "connection refused", 0);
      fil_session_free (session);
    }
  else
    g_ptr_array_add (self->dialled, session);
}

static gboolean
node_may_dial (gpointer data,
               const FilEndpoint *to)
{
  return fil_endpoint_class (to) == FIL_ADDRESS_PUBLIC;
}

static void
node_make_guid (gpointer data,
                FilGuid *guid)
{
  Node *self = data;

  memset (guid, 0, sizeof *guid);
  guid->bytes[0] = 0xaa;
  guid->bytes[15] = (guint8) ++self->ids;
  guid->bytes[14] = (guint8) (self->ids >> 8);
}

static void
node_changed (gpointer data,
              gint64 id)
{
  ((Node *) data)->changes++;
}

static void
node_removed (gpointer data,
              gint64 id)
{
  ((Node *) data)->removed++;
}

static void
node_limit (gpointer data,
            guint64 group,
            gint64 bytes_per_s)
{
  ((Node *) data)->limited = group;
  ((Node *) data)->limit = bytes_per_s;
}

static void
node_served (gpointer data,
             const FilUploadRow *row)
{
  ((Node *) data)->served++;
}

static void
node_tree (gpointer data,
           const FilUrn *urn,
           FilSharedTree done,
           gpointer done_data)
{
  FilTigerContext *context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE);
  g_autoptr (FilTigerTree) tree = NULL;

  fil_tiger_context_update (context, CONTENT, strlen (CONTENT));
  tree = fil_tiger_context_finish (context);
  fil_tiger_context_free (context);
  done (done_data, tree);
}

static Node *
node_new (void)
{
  static const FilUploadsDelegate delegate = {
    .open = node_open,
    .check = node_check,
    .close = node_close,
    .page = node_page,
    .tree = node_tree,
    .more = node_more,
    .make_guid = node_make_guid,
    .dial = node_dial,
    .may_dial = node_may_dial,
    .changed = node_changed,
    .removed = node_removed,
    .limit = node_limit,
    .served = node_served,
  };
  Node *self = g_new0 (Node, 1);
  char text[FIL_SHA1_TEXT_LEN + 1];

  fil_sha1_of (&self->sha1, CONTENT, strlen (CONTENT));
  fil_sha1_to_text (&self->sha1, text);
  g_assert_cmpstr (text, ==, SHA1_TEXT);
  self->dialled = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);
  self->uploads = fil_uploads_new (&delegate, self, "Filbert/test", 100);
  return self;
}

static void
node_free (Node *self)
{
  g_ptr_array_unref (self->dialled);
  fil_uploads_free (self->uploads);
  g_assert_cmpuint (self->open_files, ==, 0);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Node, node_free)

static FilSession *
connect_from (Node *node,
              const char *address)
{
  FilEndpoint peer;

  g_assert_true (fil_endpoint_parse (&peer, address, -1, 0));
  return fil_uploads_accept (node->uploads, &peer, 0);
}

/* All that the session has to say. */
static char *
drain (FilSession *session,
       gint64 now_us)
{
  GString *text = g_string_new (NULL);
  FilOutput out;

  while (fil_session_output (session, &out, now_us))
    {
      gsize n = MIN (out.len, 7);
      char block[7];

      if (out.bytes != NULL)
        memcpy (block, out.bytes, n);
      else
        g_assert_cmpint (pread (out.fd, block, n, out.offset), ==, (gssize) n);
      g_string_append_len (text, block, (gssize) n);
      fil_session_sent (session, n, now_us);
    }
  return g_string_free (text, FALSE);
}

/* Feeds text in pieces, the way the pump would, and collects the answers. */
static char *
talk (FilSession *session,
      const char *text,
      gsize piece)
{
  GString *answer = g_string_new (NULL);
  gsize len = strlen (text);
  gsize at = 0;
  guint idle = 0;

  while (idle < 3)
    {
      gsize used = 0;
      g_autofree char *said = NULL;

      if (at < len && !session->is_closed)
        used = fil_session_feed (session, (const guint8 *) text + at, MIN (piece, len - at), 0);
      at += used;
      said = drain (session, 0);
      g_string_append (answer, said);
      idle = used == 0 && said[0] == '\0' ? idle + 1 : 0;
    }
  return g_string_free (answer, FALSE);
}

#define HOST "Host: a\r\n\r\n"
#define N2R "/uri-res/N2R?urn:sha1:" SHA1_TEXT

static void
test_requests (void)
{
  static const struct
  {
    const char *request;
    const char *status;
    const char *body;
    gboolean closes;
  } cases[] = {
    { "GET " N2R " HTTP/1.1\r\n" HOST, "200 ", CONTENT, FALSE },
    { "GET " N2R " HTTP/1.1\nHost: a\n\n", "200 ", CONTENT, FALSE },
    { "GET /uri-res/n2r?URN:Sha1:f7kodrt2fuupz3met3q3w5xhhenzh2ys HTTP/1.1\r\n" HOST, "200 ", CONTENT,
      FALSE },
    { "GET http://1.2.3.4:5" N2R " HTTP/1.1\r\n" HOST, "200 ", CONTENT, FALSE },
    { "GET " N2R " HTTP/1.0\r\n\r\n", "200 ", CONTENT, TRUE },
    { "GET " N2R " HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "200 ", CONTENT, FALSE },
    { "GET " N2R " HTTP/1.1\r\nConnection: close\r\n" HOST, "200 ", CONTENT, TRUE },
    { "HEAD " N2R " HTTP/1.1\r\n" HOST, "200 ", "", FALSE },
    { "GET /get/7/a%20b.txt HTTP/1.1\r\n" HOST, "200 ", CONTENT, FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=4-8\r\n" HOST, "206 ", "quick", FALSE },
    { "GET " N2R " HTTP/1.1\r\nrange: bytes=40-\r\n" HOST, "206 ", "dog", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=-3\r\n" HOST, "206 ", "dog", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=0-0\r\n" HOST, "206 ", "T", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=40-99999\r\n" HOST, "206 ", "dog", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=0-2,4-8\r\n" HOST, "206 ", "The", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=43-50\r\n" HOST, "416 ", "", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=9223372036854775807-\r\n" HOST, "416 ", "", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=8-4\r\n" HOST, "400 ", "", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=99999999999999999999-\r\n" HOST, "400 ", "", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: bytes=--5\r\n" HOST, "400 ", "", FALSE },
    { "GET " N2R " HTTP/1.1\r\nRange: lines=1-2\r\n" HOST, "400 ", "", FALSE },
    { "GET /uri-res/N2R?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB HTTP/1.1\r\n" HOST, "404 ", "", FALSE },
    { "GET /uri-res/N2R?urn:sha1:SHORT HTTP/1.1\r\n" HOST, "400 ", "", FALSE },
    { "GET " N2R " HTTP/1.1\r\nX-Gnutella-Content-URN: urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\r\n" HOST,
      "404 ", "", FALSE },
    { "GET /get/8/a%20b.txt HTTP/1.1\r\n" HOST, "404 ", "", FALSE },
    { "GET /get/99999999999/x HTTP/1.1\r\n" HOST, "404 ", "", FALSE },
    { "GET /get/x/y HTTP/1.1\r\n" HOST, "400 ", "", FALSE },
    { "GET /get/7/%00 HTTP/1.1\r\n" HOST, "400 ", "", FALSE },
    { "GET /../../etc/passwd HTTP/1.1\r\n" HOST, "404 ", "", FALSE },
    { "GET / HTTP/1.1\r\n" HOST, "200 ", "<p>hello", FALSE },
    { "HEAD / HTTP/1.1\r\n" HOST, "200 ", "", FALSE },
    { "GET / HTTP/1.1\r\nAccept: text/html,application/xhtml+xml;q=0.9\r\n" HOST, "200 ", "<p>hello", FALSE },
    { "GET / HTTP/1.1\r\nAccept: */*\r\n" HOST, "200 ", "<p>hello", FALSE },
    { "GET / HTTP/1.1\r\nAccept: application/x-gnutella-packets\r\n" HOST, "200 ", "<p>hello", FALSE },
    { "GET / HTTP/1.1\r\nAccept: image/png\r\n" HOST, "406 ", "", FALSE },
    { "GET " N2R " HTTP/1.1\r\n\r\n", "400 ", "", TRUE },
    { "GET " N2R "\r\n\r\n", "400 ", "", TRUE },
    { "POST / HTTP/1.1\r\n" HOST, "501 ", "", TRUE },
    { "nonsense\r\n\r\n", "400 ", "", TRUE },
    { "GET " N2R " HTTP/1.1\r\nContent-Length: 5\r\n" HOST "GET /", "403 ", "", TRUE },
    { "GET " N2R " HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 60\r\n" HOST, "403 ", "", TRUE },
    { "GET " N2R " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "0\r\n\r\nGET / HTTP/1.1\r\n" HOST,
      "400 ", "", TRUE },
    { "GET " N2R " HTTP/1.1\r\nHost: b\r\n" HOST, "400 ", "", TRUE },
    { "GET " N2R " HTTP/1.1\r\nContent-Length : 5\r\n" HOST, "403 ", "", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint piece = 1; piece <= 1000; piece += 999)
      {
        g_autoptr (Node) node = node_new ();
        g_autoptr (FilSession) session = connect_from (node, "25.0.0.1:1000");
        g_autofree char *answer = talk (session, cases[i].request, piece);
        const char *body = strstr (answer, "\r\n\r\n");

        g_test_message ("%s%s", cases[i].request, answer);
        g_assert_nonnull (body);
        g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 "));
        g_assert_true (g_str_has_prefix (answer + 9, cases[i].status));
        g_assert_cmpstr (body + 4, ==, cases[i].body);
        g_assert_cmpint (session->is_closed, ==, cases[i].closes);
        g_assert_null (strstr (answer, "\nX-Bad"));
        g_assert_null (strstr (answer, "X-Available-Ranges"));
        g_assert_cmpuint (body - answer, <, 2000);
      }
}

/* A list that is made piece by piece ends with the connection, and has no length before. */
static void
test_long_page (void)
{
  g_autoptr (Node) node = node_new ();
  g_autoptr (FilSession) session = connect_from (node, "25.0.0.1:1000");
  g_autoptr (FilSession) looking = connect_from (node, "25.0.0.2:1000");
  g_autofree char *answer = NULL, *head = NULL;

  node->page_pieces = 3;
  answer = talk (session, "GET / HTTP/1.1\r\n" HOST "GET / HTTP/1.1\r\n" HOST, 4096);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 "));
  g_assert_true (g_str_has_suffix (answer, "\r\n\r\n<p>hello piece 3 piece 2 piece 1"));
  g_assert_null (strstr (answer, "Content-Length"));
  g_assert_nonnull (strstr (answer, "\r\nConnection: close\r\n"));
  g_assert_true (session->is_closed);
  head = talk (looking, "HEAD / HTTP/1.1\r\n" HOST, 4096);
  g_assert_true (g_str_has_suffix (head, "\r\n\r\n"));
}

/* Who asks for the list again and again, on one connection or on many, is told to come later; files go out as ever. */
static void
test_page_storm (void)
{
  static const char *const requests[] = { "GET / HTTP/1.1\r\n" HOST, "HEAD / HTTP/1.1\r\n" HOST };
  g_autoptr (Node) node = node_new ();
  gint64 now_us = FIL_HOUR;

  for (guint i = 0; i < 10; i++)
    {
      guint made = 0;

      for (guint j = 0; j < 200; j++)
        {
          g_autofree char *address = g_strdup_printf ("25.0.%u.%u:1000", i, j);
          g_autoptr (FilSession) session = connect_from (node, address);
          const char *request = requests[j % 2];
          g_autofree char *answer = NULL;

          (void) fil_session_feed (session, (const guint8 *) request, strlen (request), now_us);
          answer = drain (session, now_us);
          made += g_str_has_prefix (answer, "HTTP/1.1 200 ");
          g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 ") ||
                         (g_str_has_prefix (answer, "HTTP/1.1 503 ") && strstr (answer, "\r\nRetry-After: ") != NULL));
        }
      g_assert_cmpuint (made, ==, i == 0 ? FIL_UPLOAD_PAGES_BURST : FIL_UPLOAD_PAGES_PER_S / 2);
      now_us += FIL_SEC / 2;
    }
  {
    g_autoptr (FilSession) session = connect_from (node, "25.1.0.1:1000");
    g_autofree char *answer = talk (session, "GET " N2R " HTTP/1.1\r\n" HOST, 4096);

    g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 "));
  }
}

/* The body of the tree as somebody with that program is sent it, taken out of what it comes in. */
static GByteArray *
tree_for (const char *user_agent,
          gboolean *is_chunked)
{
  g_autoptr (Node) node = node_new ();
  g_autoptr (FilSession) session = connect_from (node, "25.0.0.1:1000");
  g_autofree char *request = g_strdup_printf ("GET /uri-res/N2X?urn:sha1:" SHA1_TEXT " HTTP/1.1\r\nUser-Agent: %s\r\n" HOST,
                                              user_agent);
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  GByteArray *body = g_byte_array_new ();
  FilChunked chunked = { 0 };
  FilSlice rest, data;
  FilOutput out;
  const char *end;

  fil_session_feed (session, (const guint8 *) request, strlen (request), 0);
  while (fil_session_output (session, &out, 0))
    {
      g_byte_array_append (answer, out.bytes, (guint) out.len);
      fil_session_sent (session, out.len, 0);
    }
  end = g_strstr_len ((const char *) answer->data, answer->len, "\r\n\r\n");
  g_assert_nonnull (end);
  rest = fil_slice (end + 4, (gsize) ((const char *) answer->data + answer->len - end - 4));
  *is_chunked = g_strstr_len ((const char *) answer->data, end - (const char *) answer->data,
                              "\r\nTransfer-Encoding: chunked") != NULL;
  g_assert_true (*is_chunked ==
                 (g_strstr_len ((const char *) answer->data, end - (const char *) answer->data, "\r\nContent-Length: ") ==
                  NULL));
  if (!*is_chunked)
    return g_byte_array_append (body, rest.data, (guint) rest.len);
  while (fil_chunked_next (&chunked, &rest, &data) == FIL_CHUNKED_DATA)
    g_byte_array_append (body, data.data, (guint) data.len);
  g_assert_cmpint (fil_chunked_next (&chunked, &rest, &data), ==, FIL_CHUNKED_END);
  g_assert_cmpuint (rest.len, ==, 0);
  return body;
}

/* A tree comes with its length, to gtk-gnutella in chunks. */
static void
test_tree (void)
{
  gboolean is_chunked;
  g_autoptr (GByteArray) plain = tree_for ("LimeWire/4.18.8", &is_chunked), chunks = NULL;

  g_assert_false (is_chunked);
  chunks = tree_for ("gtk-gnutella/1.2.3 (2024-03-03; Topless; Linux x86_64)", &is_chunked);
  g_assert_true (is_chunked);
  g_assert_cmpuint (plain->len, >, 24);
  g_assert_cmpmem (plain->data, plain->len, chunks->data, chunks->len);
}

static void
test_keep_alive (void)
{
  g_autoptr (Node) node = node_new ();
  g_autoptr (FilSession) session = connect_from (node, "25.0.0.1:1000");
  g_autofree char *answer = NULL;
  g_autoptr (GArray) ids = NULL;
  FilUploadRow row;
  guint n = 0;

  /* Three at once: answered one after the other, from one open file. */
  answer = talk (session, "GET " N2R " HTTP/1.1\r\nRange: bytes=0-2\r\n" HOST
                          "GET " N2R " HTTP/1.1\r\nRange: bytes=4-8\r\n" HOST
                          "GET " N2R " HTTP/1.1\r\nRange: bytes=10-14\r\n" HOST, 4096);
  for (const char *p = answer; (p = strstr (p, "HTTP/1.1 206")) != NULL; p++)
    n++;
  g_assert_cmpuint (n, ==, 3);
  g_assert_nonnull (strstr (answer, "\r\n\r\nTheHTTP"));
  g_assert_true (g_str_has_suffix (answer, "brown"));
  g_assert_cmpuint (node->served, ==, 3);
  g_assert_cmpuint (node->open_files, ==, 1);

  ids = fil_uploads_list (node->uploads);
  g_assert_cmpuint (ids->len, ==, 1);
  g_assert_cmpint (g_array_index (ids, gint64, 0), ==, 100);
  g_assert_true (fil_uploads_get (node->uploads, 100, 0, &row));
  g_assert_cmpuint (row.sent_bytes, ==, 13);
  g_assert_cmpint (row.state, ==, FIL_UPLOAD_WAITING);
  g_assert_cmpuint (fil_uploads_used_slots (node->uploads), ==, 1);
  fil_session_free (g_steal_pointer (&session));
  g_assert_true (fil_uploads_get (node->uploads, 100, 0, &row));
  g_assert_cmpint (row.state, ==, FIL_UPLOAD_DONE);
  g_assert_cmpuint (fil_uploads_used_slots (node->uploads), ==, 0);
  g_assert_cmpuint (node->open_files, ==, 0);

  /* The same peer and file again: the same row. */
  session = connect_from (node, "25.0.0.1:1001");
  g_free (answer);
  answer = talk (session, "GET " N2R " HTTP/1.1\r\n" HOST, 4096);
  g_assert_true (fil_uploads_get (node->uploads, 100, 0, &row));
  g_assert_cmpuint (row.sent_bytes, ==, 13 + 43);
  g_assert_false (fil_uploads_get (node->uploads, 101, 0, &row));
}

static void
test_slots (void)
{
  g_autoptr (Node) node = node_new ();
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);
  guint busy = 0;

  fil_uploads_set_slots (node->uploads, 3, 2);
  for (guint i = 0; i < 6; i++)
    {
      /* Three of one host, three of others. */
      g_autofree char *address = g_strdup_printf ("25.0.0.%u:%u", i < 3 ? 1 : i, 1000 + i);
      FilSession *session = connect_from (node, address);
      g_autofree char *answer = talk (session, "GET " N2R " HTTP/1.1\r\n" HOST, 4096);

      g_ptr_array_add (sessions, session);
      if (strstr (answer, "HTTP/1.1 503") != NULL)
        {
          busy++;
          g_assert_nonnull (strstr (answer, "\r\nRetry-After: "));
          g_assert_true (session->is_closed);
        }
    }
  g_assert_cmpuint (busy, ==, 3);
  g_assert_cmpuint (fil_uploads_used_slots (node->uploads), ==, 3);
  {
    g_autoptr (FilSession) session = connect_from (node, "25.0.0.50:1");
    g_autofree char *answer = talk (session, "HEAD " N2R " HTTP/1.1\r\n" HOST "GET / HTTP/1.1\r\n" HOST,
                                    4096);

    g_assert_null (strstr (answer, "503"));
  }
  g_ptr_array_set_size (sessions, 0);
  g_assert_cmpuint (fil_uploads_used_slots (node->uploads), ==, 0);
}

static void
test_session_limits (void)
{
  g_autoptr (Node) node = node_new ();
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);

  for (guint i = 0; i < FIL_UPLOADS_MAX_SESSIONS_PER_HOST; i++)
    g_ptr_array_add (sessions, connect_from (node, "25.0.0.1:1"));
  g_assert_null (connect_from (node, "25.0.0.1:1"));
  while (sessions->len < FIL_UPLOADS_MAX_SESSIONS)
    {
      g_autofree char *address = g_strdup_printf ("25.0.1.%u:1", sessions->len % 250);
      FilSession *session = connect_from (node, address);

      g_assert_nonnull (session);
      g_ptr_array_add (sessions, session);
    }

  /* A way that both sides opened makes nobody leave. */
  {
    FilEndpoint peer = fil_endpoint_v4 ((guint8[4]){ 26, 0, 0, 1 }, 1);

    g_assert_null (fil_uploads_punched (node->uploads, &peer, 0));
  }

  /* The one that was there first, and never said anything, makes room; those who have a slot do not. */
  for (guint i = 0; i < 2; i++)
    g_free (talk (sessions->pdata[1 + i], "GET " N2R " HTTP/1.1\r\n" HOST, 4096));
  for (guint i = 0; i < 2 * FIL_UPLOADS_MAX_SESSIONS; i++)
    {
      FilEndpoint peer = fil_endpoint_v4 ((guint8[4]){ 25, 1, (guint8) (i >> 8), (guint8) i }, 1);
      FilSession *session = fil_uploads_accept (node->uploads, &peer, i + 1);

      g_assert_nonnull (session);
      g_ptr_array_add (sessions, session);
      g_assert_true (((FilSession *) sessions->pdata[0])->is_closed);
    }
  g_assert_false (((FilSession *) sessions->pdata[1])->is_closed);
  g_assert_false (((FilSession *) sessions->pdata[2])->is_closed);
  for (guint i = 0, open = 0; i < sessions->len; i++)
    {
      open += !((FilSession *) sessions->pdata[i])->is_closed;
      g_assert_cmpuint (open, <=, FIL_UPLOADS_MAX_SESSIONS);
    }
}

static FilSession *
serve_from (Node *node,
            const char *address)
{
  FilSession *session = connect_from (node, address);

  g_free (talk (session, "GET " N2R " HTTP/1.1\r\n" HOST, 4096));
  return session;
}

static void
assert_limit (Node *node,
              gint64 id,
              gint64 bytes_per_s)
{
  FilUploadRow row;

  g_assert_true (fil_uploads_get (node->uploads, id, 0, &row));
  g_assert_cmpint (row.limit_bps, ==, bytes_per_s);
}

/* More uploads to other hosts than the list has rows. */
static void
push_old_rows_out (Node *node)
{
  for (guint i = 0; i < FIL_UPLOADS_MAX_ROWS; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.1.%u.%u:1", i / 250, i % 250);

      fil_session_free (serve_from (node, address));
    }
}

/* A limit is of one file and one host: all its connections are one group, later ones too, as long as there is a row. */
static void
test_limit (void)
{
  g_autoptr (Node) node = node_new ();
  FilSession *first = serve_from (node, "25.0.0.1:1000"), *second;
  FilSession *other = serve_from (node, "25.0.0.2:1000");
  guint64 group;

  g_assert_false (fil_uploads_set_limit (node->uploads, 99, 5000));
  g_assert_cmpuint (first->group, ==, 0);
  g_assert_true (fil_uploads_set_limit (node->uploads, 100, 5000));
  group = first->group;
  g_assert_cmpuint (group, >=, FIL_UPLOADS_FIRST_GROUP);
  g_assert_cmpuint (node->limited, ==, group);
  g_assert_cmpint (node->limit, ==, 5000);
  g_assert_cmpuint (other->group, ==, 0);
  assert_limit (node, 101, 0);

  /* Beside the first connection it has a row of its own, after it the same one. */
  second = serve_from (node, "25.0.0.1:1001");
  g_assert_cmpuint (second->group, ==, group);
  assert_limit (node, 102, 5000);
  fil_session_free (first);
  first = serve_from (node, "25.0.0.1:1002");
  g_assert_cmpuint (first->group, ==, group);
  assert_limit (node, 100, 5000);

  /* Another file on the same connection has nothing to do with it. */
  g_free (talk (first, "GET /get/9/hazel.iso HTTP/1.1\r\n" HOST, 4096));
  g_assert_cmpuint (first->group, ==, 0);
  assert_limit (node, 103, 0);
  g_free (talk (first, "GET " N2R " HTTP/1.1\r\n" HOST, 4096));
  g_assert_cmpuint (first->group, ==, group);

  g_assert_true (fil_uploads_set_limit (node->uploads, 101, 9000));
  g_assert_cmpuint (other->group, !=, 0);
  g_assert_cmpuint (other->group, !=, group);
  assert_limit (node, 100, 5000);

  /* Either row stands for both. */
  g_assert_true (fil_uploads_set_limit (node->uploads, 102, 0));
  g_assert_cmpuint (node->limited, ==, group);
  g_assert_cmpint (node->limit, ==, 0);
  g_assert_cmpuint (first->group, ==, 0);
  g_assert_cmpuint (second->group, ==, 0);
  assert_limit (node, 100, 0);

  /* It goes with the last row. */
  g_assert_true (fil_uploads_set_limit (node->uploads, 100, 7000));
  fil_session_free (first);
  push_old_rows_out (node);
  assert_limit (node, 102, 7000);
  g_assert_cmpint (node->limit, ==, 7000);
  fil_session_free (second);
  push_old_rows_out (node);
  g_assert_cmpuint (node->limited, ==, group);
  g_assert_cmpint (node->limit, ==, 0);
  second = serve_from (node, "25.0.0.1:1003");
  g_assert_cmpuint (second->group, ==, 0);
  fil_session_free (second);
  fil_session_free (other);
}

static void
test_errors_and_rows (void)
{
  g_autoptr (Node) node = node_new ();
  g_autoptr (FilSession) session = connect_from (node, "25.0.0.1:1");
  GString *many = g_string_new (NULL);
  g_autofree char *answer = NULL;
  g_autoptr (GArray) ids = NULL;
  guint n = 0;

  for (guint i = 0; i < 2 * FIL_REQUEST_MAX_ERRORS; i++)
    g_string_append (many, "GET /nothing HTTP/1.1\r\n" HOST);
  answer = talk (session, many->str, 65536);
  for (const char *p = answer; (p = strstr (p, "HTTP/1.1 404")) != NULL; p++)
    n++;
  g_assert_cmpuint (n, ==, FIL_REQUEST_MAX_ERRORS);
  g_assert_true (session->is_closed);
  g_string_free (many, TRUE);

  for (guint i = 0; i < FIL_UPLOADS_MAX_ROWS + 50; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.1.%u.%u:1", i / 250, i % 250);
      FilSession *peer = connect_from (node, address);

      g_free (talk (peer, "GET " N2R " HTTP/1.1\r\n" HOST, 4096));
      fil_session_free (peer);
    }
  ids = fil_uploads_list (node->uploads);
  g_assert_cmpuint (ids->len, ==, FIL_UPLOADS_MAX_ROWS);
  g_assert_cmpuint (node->removed, ==, 50);
}

static void
test_times (void)
{
  g_autoptr (Node) node = node_new ();
  const char *request = "GET " N2R " HTTP/1.1\r\n" HOST;
  FilSession *session = connect_from (node, "25.0.0.1:1");
  FilUploadRow row;
  FilOutput out;

  /* No request, or one that never ends. */
  g_assert_cmpuint (fil_session_feed (session, (const guint8 *) "G", 1, 5 * FIL_SEC), ==, 1);
  g_assert_cmpint (fil_session_wake (session), <=, 15 * FIL_SEC);
  fil_session_tick (session, 16 * FIL_SEC);
  g_assert_true (session->is_closed);
  fil_session_free (session);

  /* Nobody takes what was asked for. */
  session = connect_from (node, "25.0.0.1:1");
  fil_session_feed (session, (const guint8 *) request, strlen (request), 0);
  g_assert_true (fil_session_output (session, &out, 0));
  fil_session_sent (session, out.len, FIL_SEC);
  fil_session_tick (session, 59 * FIL_SEC);
  g_assert_false (session->is_closed);
  fil_session_tick (session, 61 * FIL_SEC);
  g_assert_true (session->is_closed);
  fil_session_free (session);
  g_assert_true (fil_uploads_get (node->uploads, 100, 0, &row));
  g_assert_cmpint (row.state, ==, FIL_UPLOAD_FAILED);
  g_assert_nonnull (row.reason);
}

static void
test_changes_while_sent (void)
{
  g_autoptr (Node) node = node_new ();
  g_autoptr (FilSession) session = connect_from (node, "25.0.0.1:1");
  const char *request = "GET " N2R " HTTP/1.1\r\n" HOST;
  FilOutput out;

  fil_session_feed (session, (const guint8 *) request, strlen (request), 0);
  g_assert_true (fil_session_output (session, &out, 0));
  fil_session_sent (session, out.len, 0);
  node->changed = TRUE;
  g_assert_false (fil_session_output (session, &out, 0));
  g_assert_true (session->abort);
}

static void
test_late_open (void)
{
  const char *request = "GET " N2R " HTTP/1.1\r\n" HOST;

  for (guint gone = 0; gone < 3; gone++)
    {
      g_autoptr (Node) node = node_new ();
      g_autoptr (FilSession) session = connect_from (node, "25.0.0.1:1");
      g_autofree char *answer = NULL;

      node->opens_late = TRUE;
      answer = talk (session, request, 4096);
      g_assert_cmpstr (answer, ==, "");
      if (gone == 1)
        fil_session_free (g_steal_pointer (&session));
      if (gone == 2)
        fil_session_hung_up (session, NULL, 0);
      node->late (node->late_data, FIL_SHARED_OK, shared_new (node));
      if (gone == 0)
        {
          g_autofree char *said = drain (session, 0);

          g_assert_true (g_str_has_suffix (said, CONTENT));
        }
    }
}

static void
test_push (void)
{
  g_autoptr (Node) node = node_new ();
  FilGuid guid;
  FilEndpoint to;
  FilSession *session;
  g_autofree char *giv = NULL;
  g_autofree char *answer = NULL;
  gint64 now = 1000 * FIL_SEC;

  memset (&guid, 0xab, sizeof guid);
  fil_uploads_set_guid (node->uploads, &guid);
  g_assert_true (fil_endpoint_parse (&to, "25.0.0.1:6346", -1, 0));
  g_assert_true (fil_uploads_push (node->uploads, &to, 7, FALSE, now));
  session = g_ptr_array_index (node->dialled, 0);
  giv = drain (session, now);
  g_assert_cmpstr (giv, ==, "GIV 7:ABABABABABABABABABABABABABABABAB/file\n\n");
  g_assert_cmpint (fil_session_wake (session), ==, now + FIL_REQUEST_GIV_US);
  answer = talk (session, "GET " N2R " HTTP/1.1\r\n" HOST, 4096);
  g_assert_true (g_str_has_suffix (answer, CONTENT));

  /* Not to a service, not to an address the gate does not like. */
  to.port = 80;
  g_assert_false (fil_uploads_push (node->uploads, &to, 7, FALSE, now));
  g_assert_true (fil_endpoint_parse (&to, "127.0.0.1:6346", -1, 0));
  g_assert_false (fil_uploads_push (node->uploads, &to, 7, FALSE, now));

  /* So many on their way. */
  for (guint i = 0; i < 20; i++)
    {
      guint8 address[4] = { 26, 0, 0, (guint8) i };

      to = fil_endpoint_v4 (address, 6346);
      g_assert_cmpint (fil_uploads_push (node->uploads, &to, 0, FALSE, now), ==, i < FIL_PUSH_MAX_OPEN);
    }
  g_ptr_array_set_size (node->dialled, 0);
  g_assert_true (fil_uploads_push (node->uploads, &to, 0, FALSE, now));

  /* Who refuses is left alone. */
  g_assert_true (fil_endpoint_parse (&to, "27.0.0.1:6346", -1, 0));
  node->dial_fails = TRUE;
  g_assert_true (fil_uploads_push (node->uploads, &to, 0, FALSE, FIL_SEC));
  node->dial_fails = FALSE;
  g_assert_false (fil_uploads_push (node->uploads, &to, 0, FALSE, 100 * FIL_SEC));
  g_assert_true (fil_uploads_push (node->uploads, &to, 0, FALSE, 600 * FIL_SEC));
}

static void
test_push_limit (void)
{
  g_autoptr (FilPushLimit) limit = fil_push_limit_new ();
  guint8 victim[4] = { 25, 0, 0, 1 };
  gint64 now = 1000 * FIL_SEC;
  guint admitted = 0;
  FilEndpoint to;

  for (guint port = 2000; port < 2010; port++)
    {
      to = fil_endpoint_v4 (victim, (guint16) port);
      admitted += fil_push_limit_admit (limit, &to, FALSE, now) == FIL_PUSH_ADMITTED;
    }
  g_assert_cmpuint (admitted, ==, FIL_PUSH_PER_HOST);
  /* Asking prolongs it. */
  g_assert_cmpint (fil_push_limit_admit (limit, &to, FALSE, now + 29 * FIL_SEC), ==, FIL_PUSH_TOO_MANY_HOST);
  g_assert_cmpint (fil_push_limit_admit (limit, &to, FALSE, now + 58 * FIL_SEC), ==, FIL_PUSH_TOO_MANY_HOST);
  g_assert_cmpint (fil_push_limit_admit (limit, &to, FALSE, now + 89 * FIL_SEC), ==, FIL_PUSH_ADMITTED);

  now += 600 * FIL_SEC;
  admitted = 0;
  for (guint i = 0; i < 3 * FIL_PUSH_MAX_HOSTS; i++)
    {
      guint8 address[4] = { 26, 0, (guint8) (i >> 8), (guint8) i };

      to = fil_endpoint_v4 (address, 6346);
      admitted += fil_push_limit_admit (limit, &to, FALSE, now) == FIL_PUSH_ADMITTED;
      fil_push_limit_refused (limit, &to, now);
    }
  g_assert_cmpuint (admitted, ==, FIL_PUSH_PER_MINUTE);
  g_assert_cmpuint (fil_push_limit_n_hosts (limit), ==, FIL_PUSH_MAX_HOSTS);
  to = fil_endpoint_v4 (victim, 22);
  g_assert_cmpint (fil_push_limit_admit (limit, &to, FALSE, now), ==, FIL_PUSH_BAD_PORT);
}

/* A proxy that nobody should call is not passed on, however many name it. */
static void
test_judged_places (void)
{
  static const char *const askers[] = { "25.0.0.1:1", "26.0.0.1:1" };
  g_autoptr (FilMesh) mesh = fil_mesh_new ();
  g_autoptr (Node) node = node_new ();
  FilEndpoint wanted;
  FilPushEndpoint out[4];
  FilHost hosts[4];

  g_assert_true (fil_endpoint_parse (&wanted, "30.0.0.1:6346", -1, 0));
  fil_uploads_set_mesh (node->uploads, mesh);
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
    {
      FilSession *session = connect_from (node, askers[i]);
      g_autofree char *said = talk (session,
                                    "GET " N2R " HTTP/1.1\r\nX-FAlt: "
                                    "01010101010101010101010101010101;7000:192.168.1.1;10.0.0.1:25;30.0.0.1:6346,"
                                    "02020202020202020202020202020202;127.0.0.1:80\r\n"
                                    "X-Alt: 192.168.1.1:6346, 127.0.0.1:80, 10.0.0.1, 224.0.0.1:6346, 30.0.0.2:6346\r\n" HOST,
                                    4096);

      g_assert_nonnull (strstr (said, " 200 "));
      fil_session_free (session);
    }
  g_assert_cmpuint (fil_mesh_n_places (mesh), ==, 2);
  g_assert_cmpuint (fil_mesh_good (mesh, &node->sha1, &wanted, 0, hosts, G_N_ELEMENTS (hosts), 0), ==, 1);
  g_assert_cmpuint (fil_mesh_good_push (mesh, &node->sha1, 0, out, G_N_ELEMENTS (out), 0), ==, 1);
  g_assert_cmpuint (out[0].n_proxies, ==, 1);
  g_assert_true (fil_endpoint_equal (&out[0].proxies[0].endpoint, &wanted));
  g_assert_false (fil_endpoint_is_set (&out[0].external));
  g_assert_true (fil_endpoint_parse (&wanted, "30.0.0.2:6346", -1, 0));
  g_assert_true (fil_endpoint_equal (&hosts[0].endpoint, &wanted));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/uploads/requests", test_requests);
  g_test_add_func ("/transfer/uploads/judged-places", test_judged_places);
  g_test_add_func ("/transfer/uploads/long-page", test_long_page);
  g_test_add_func ("/transfer/uploads/page-storm", test_page_storm);
  g_test_add_func ("/transfer/uploads/tree", test_tree);
  g_test_add_func ("/transfer/uploads/keep-alive", test_keep_alive);
  g_test_add_func ("/transfer/uploads/slots", test_slots);
  g_test_add_func ("/transfer/uploads/session-limits", test_session_limits);
  g_test_add_func ("/transfer/uploads/limit", test_limit);
  g_test_add_func ("/transfer/uploads/errors-and-rows", test_errors_and_rows);
  g_test_add_func ("/transfer/uploads/times", test_times);
  g_test_add_func ("/transfer/uploads/changes-while-sent", test_changes_while_sent);
  g_test_add_func ("/transfer/uploads/late-open", test_late_open);
  g_test_add_func ("/transfer/uploads/push", test_push);
  g_test_add_func ("/transfer/uploads/push-limit", test_push_limit);
  return g_test_run ();
}
