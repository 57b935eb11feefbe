/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "transfer-limits.h"
#include "upload-queue.h"
#include "uploads.h"
#include "world.h"

#define N2R "/uri-res/N2R?urn:sha1:F7KODRT2FUUPZ3MET3Q3W5XHHENZH2YS"
#define PARQ "X-Queue: 1.1\r\n"
#define LEGACY "X-Queue: 0.1\r\n"

/* A node with few slots that shares one file, and its raw visitors. */
typedef struct
{
  World *world;
  Host *host;
  GBytes *content;
} Node;

static Node *
node_new (guint slots,
          guint per_host)
{
  Node *self = g_new0 (Node, 1);

  self->world = world_new ();
  self->content = test_content (1000, 1);
  self->host = world_add_host (self->world, "25.0.0.1:6346", self->content);
  self->host->dialled = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);
  fil_uploads_set_slots (self->host->uploads, slots, per_host);
  return self;
}

static void
node_free (Node *self)
{
  world_free (self->world);
  g_bytes_unref (self->content);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Node, node_free)

static FilSession *
visit (Node *node,
       const char *address)
{
  FilEndpoint peer;

  g_assert_true (fil_endpoint_parse (&peer, address, -1, 1000));
  return fil_uploads_accept (node->host->uploads, &peer, node->world->now_us);
}

/* What the session says now, up to most bytes. */
static char *
read_some (Node *node,
           FilSession *session,
           gsize most)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FilOutput out;

  while (most > text->len && fil_session_output (session, &out, node->world->now_us))
    {
      gsize len = MIN (out.len, most - text->len);

      if (out.bytes != NULL)
        g_string_append_len (text, (const char *) out.bytes, (gssize) len);
      else
        for (gsize i = 0; i < len; i++)
          g_string_append_c (text, '#');
      fil_session_sent (session, len, node->world->now_us);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Asks for the file; what comes back is the head and, for the body, as many '#'. */
static char *
ask (Node *node,
     FilSession *session,
     const char *headers)
{
  g_autofree char *request = g_strdup_printf ("GET " N2R " HTTP/1.1\r\nHost: a\r\n%s\r\n", headers);

  g_assert_false (session->is_closed);
  g_assert_cmpuint (fil_session_feed (session, (const guint8 *) request, strlen (request), node->world->now_us), ==,
                    strlen (request));
  return read_some (node, session, G_MAXSIZE);
}

/* The same for one who keeps the connection only if it has a slot or waits on it. */
static FilSession *
come (Node *node,
      const char *address,
      const char *headers,
      char **answer)
{
  FilSession *session = visit (node, address);

  g_assert_nonnull (session);
  *answer = ask (node, session, headers);
  return session;
}

static void
pass (Node *node,
      guint seconds)
{
  node->world->now_us += seconds * FIL_SEC;
}

static gboolean
is (const char *answer,
    guint status)
{
  return g_str_has_prefix (answer, "HTTP/1.1 ") && (guint) atoi (answer + 9) == status;
}

/* The number behind text in an answer, -1: it is not there. */
static int
number (const char *answer,
        const char *text)
{
  const char *at = strstr (answer, text);

  return at != NULL ? atoi (at + strlen (text)) : -1;
}

/* "X-Queued: ID=…" of an answer, for the next request. */
static char *
id_of (const char *answer)
{
  const char *id = strstr (answer, "\r\nX-Queued: ID=");

  g_assert_nonnull (id);
  return g_strdup_printf (PARQ "X-Queued: position=1; ID=%.32s\r\n", id + strlen ("\r\nX-Queued: ID="));
}

/* The one that comes first is served first, with and without a connection. */
static void
test_order (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *third = NULL, *id = NULL, *again = NULL, *more = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);
  g_autoptr (FilSession) waiting = come (node, "26.0.0.2", PARQ, &second);
  g_autoptr (FilSession) last = come (node, "26.0.0.3", PARQ "Connection: close\r\n", &third);
  g_autoptr (FilSession) back = NULL;

  g_assert_true (is (served, 200) && g_str_has_suffix (served, "####"));
  /* The place is told with the second reply. */
  g_assert_null (strstr (served, "\r\nX-Queued: ID="));
  g_free (served);
  served = ask (node, first, PARQ);
  g_assert_nonnull (strstr (served, "\r\nX-Queued: ID="));
  g_free (served);
  served = ask (node, first, PARQ);
  g_assert_null (strstr (served, "\r\nX-Queued: ID="));
  g_assert_true (is (second, 503));
  g_assert_nonnull (strstr (second, "queue/1.1"));
  g_assert_null (strstr (second, "\r\nX-Queue:"));
  g_assert_cmpint (number (second, "; position="), ==, 1);
  g_assert_cmpint (number (second, "; length="), ==, 1);
  g_assert_cmpint (number (second, "; limit="), ==, 1);
  g_assert_cmpint (number (second, "; ETA="), >, 0);
  g_assert_cmpint (number (second, "; retry-after="), ==, 30);
  g_assert_cmpint (number (second, "\r\nRetry-After: "), ==, 30);
  g_assert_cmpint (number (second, "; lifetime="), ==, 90);
  g_assert_false (waiting->is_closed);
  g_assert_cmpint (fil_session_wake (waiting), >=, node->world->now_us + 90 * FIL_SEC);
  g_assert_true (is (third, 503));
  g_assert_cmpint (number (third, "; position="), ==, 2);
  g_assert_cmpint (number (third, "\r\nRetry-After: "), ==, 45);
  g_assert_true (last->is_closed);
  id = id_of (third);

  pass (node, 30);
  again = ask (node, waiting, PARQ);
  g_assert_true (is (again, 503));
  g_assert_null (strstr (again, "X-Features"));
  fil_session_free (first);
  pass (node, 15);
  back = come (node, "26.0.0.3", id, &more);
  g_assert_true (is (more, 503));
  g_assert_cmpint (number (more, "; position="), ==, 2);
  g_assert_cmpuint (fil_uploads_used_slots (node->host->uploads), ==, 0);
  pass (node, 15);
  g_free (again);
  again = ask (node, waiting, PARQ);
  g_assert_true (is (again, 200));
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 1);
}

/* The state and place of the row of address; FALSE: it has none. */
static gboolean
row_of (Node *node,
        const char *address,
        FilUploadRow *row)
{
  g_autoptr (GArray) ids = fil_uploads_list (node->host->uploads);
  FilEndpoint peer;

  g_assert_true (fil_endpoint_parse (&peer, address, -1, 1000));
  for (guint i = 0; i < ids->len; i++)
    if (fil_uploads_get (node->host->uploads, g_array_index (ids, gint64, i), node->world->now_us, row) &&
        fil_endpoint_same_address (&row->peer, &peer))
      return TRUE;
  return FALSE;
}

/* As the node does when the uploads want to be woken. */
static void
tick (Node *node)
{
  if (node->world->now_us >= fil_uploads_wake (node->host->uploads))
    fil_uploads_tick (node->host->uploads, node->world->now_us);
}

/* Who waits is seen, with its place; it is the same row when its turn comes, and goes with its place. */
static void
test_rows (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *third = NULL, *again = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);
  g_autoptr (FilSession) waiting = come (node, "26.0.0.2", PARQ, &second);
  FilUploadRow row;
  gint64 id;

  fil_session_free (come (node, "26.0.0.3", PARQ "Connection: close\r\n", &third));
  tick (node);
  g_assert_true (row_of (node, "26.0.0.1", &row));
  g_assert_cmpint (row.state, ==, FIL_UPLOAD_WAITING);
  g_assert_cmpuint (row.queue_position, ==, 0);
  g_assert_true (row_of (node, "26.0.0.2", &row));
  g_assert_cmpint (row.state, ==, FIL_UPLOAD_QUEUED);
  g_assert_cmpuint (row.queue_position, ==, 1);
  id = row.id;
  g_assert_true (row_of (node, "26.0.0.3", &row));
  g_assert_cmpint (row.state, ==, FIL_UPLOAD_QUEUED);
  g_assert_cmpuint (row.queue_position, ==, 2);

  fil_session_free (first);
  pass (node, 30);
  again = ask (node, waiting, PARQ);
  g_assert_true (is (again, 200));
  tick (node);
  g_assert_true (row_of (node, "26.0.0.2", &row));
  g_assert_cmpint (row.id, ==, id);
  g_assert_cmpint (row.state, ==, FIL_UPLOAD_WAITING);
  g_assert_cmpuint (row.queue_position, ==, 0);
  g_assert_true (row_of (node, "26.0.0.3", &row));
  g_assert_cmpuint (row.queue_position, ==, 1);

  /* Nobody else comes; it is missed all the same. */
  g_assert_cmpint (fil_uploads_wake (node->host->uploads), <, node->world->now_us + 600 * FIL_SEC);
  pass (node, 600);
  tick (node);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 0);
  g_assert_false (row_of (node, "26.0.0.3", &row));
}

/* However many wait, only so many are rows. */
static void
test_many_rows (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL;
  g_autoptr (FilSession) first = come (node, "26.0.0.1", PARQ, &served);
  g_autoptr (GArray) ids = NULL;

  for (guint i = 0; i < FIL_QUEUE_SHOWN + 50; i++)
    {
      g_autofree char *address = g_strdup_printf ("26.1.0.%u", i);
      g_autofree char *answer = NULL;

      fil_session_free (come (node, address, PARQ "Connection: close\r\n", &answer));
      g_assert_true (is (answer, 503));
    }
  tick (node);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, FIL_QUEUE_SHOWN + 50);
  ids = fil_uploads_list (node->host->uploads);
  g_assert_cmpuint (ids->len, ==, 1 + FIL_QUEUE_SHOWN);
}

/* LimeWire and BearShare: the place is the connection's. */
static void
test_legacy (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *answer = NULL, *other = NULL, *soon = NULL;
  g_autoptr (FilSession) first = come (node, "26.0.0.1", LEGACY, &served);
  FilSession *second = come (node, "26.0.0.2", LEGACY, &answer);
  g_autoptr (FilSession) third = come (node, "26.0.0.3", "X-Features: queue/0.1\r\n", &other);

  g_assert_true (is (served, 200));
  g_assert_null (strstr (served, "X-Queue"));
  g_assert_nonnull (strstr (answer, "\r\nX-Queue: position=1,length=1,limit=1,pollMin=30,pollMax=90\r\n"));
  g_assert_null (strstr (answer, "X-Queued"));
  g_assert_nonnull (strstr (other, "\r\nX-Queue: position=2,length=2,limit=1,pollMin=45,pollMax=105\r\n"));
  fil_session_free (second);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 1);

  /* Before pollMin: out, and behind everybody who came meanwhile. */
  pass (node, 20);
  soon = ask (node, third, LEGACY);
  g_assert_true (is (soon, 429));
  g_assert_cmpint (number (soon, "\r\nRetry-After: "), ==, 60);
  g_assert_true (third->is_closed);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 0);
}

/* A slot is free as soon as the last byte is out, not when the connection is gone. */
static void
test_last_byte (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *next = NULL;
  g_autoptr (FilSession) first = come (node, "26.0.0.1", "Connection: close\r\n", &served);
  g_autoptr (FilSession) second = NULL;

  g_assert_true (is (served, 200) && first->is_closed);
  g_assert_cmpuint (fil_uploads_used_slots (node->host->uploads), ==, 0);
  second = come (node, "26.0.0.2", "", &next);
  g_assert_true (is (next, 200));
}

/* Asks for @wanted every 10 s, and takes of each answer at most @most bytes; returns for how long, up to 10 minutes. */
static guint
hold_slot (Node *node,
           FilSession *session,
           const char *wanted,
           gsize most)
{
  g_autofree char *request = g_strdup_printf ("GET " N2R " HTTP/1.1\r\nHost: a\r\n" PARQ "%s\r\n", wanted);
  gsize len = strlen (request);
  guint seconds = 0;

  for (; seconds < 600 && !session->is_closed; seconds++)
    {
      if (seconds % 10 == 0)
        {
          g_autofree char *answer = NULL;

          (void) fil_session_feed (session, (const guint8 *) request, len, node->world->now_us);
          answer = read_some (node, session, most);
        }
      pass (node, 1);
      fil_session_tick (session, node->world->now_us);
    }
  return seconds;
}

/* Who keeps a slot by a byte now and then loses it to those who wait, and has no claim to it when he comes back. */
static void
test_squatters (void)
{
  static const struct
  {
    const char *wanted;
    gsize most;
    guint later; /* that it begins */
    gboolean is_disturbed;
  } ways[] = {
    { "Range: bytes=0-0\r\n", G_MAXSIZE, 0, TRUE }, /* another byte each time */
    { "", 0, 0, TRUE },                               /* reads nothing */
    { "", 0, 5, TRUE },                               /* the answer begins later than the slot is looked at */
    { "", 1, 5, TRUE },                               /* reads very little */
    { "", G_MAXSIZE, 0, FALSE },                      /* slow, but it gets on: 100 bytes a second */
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (Node) node = node_new (1, 2);
      g_autofree char *served = NULL, *id = NULL, *answer = NULL, *again = NULL;
      FilSession *holder = come (node, "26.0.0.1", PARQ, &served);
      g_autoptr (FilSession) waiting = NULL, back = NULL;

      g_test_message ("%s, %" G_GSIZE_FORMAT " bytes", ways[i].wanted, ways[i].most);
      g_free (served);
      served = ask (node, holder, PARQ);
      id = id_of (served);
      pass (node, ways[i].later);
      /* As long as nobody wants it, nobody minds how it is used. */
      if (ways[i].most > 1)
        g_assert_cmpuint (hold_slot (node, holder, ways[i].wanted, ways[i].most), ==, 600);
      waiting = come (node, "26.0.0.2", PARQ "Connection: close\r\n", &answer);
      g_assert_true (is (answer, 503));
      g_assert_cmpint (hold_slot (node, holder, ways[i].wanted, ways[i].most) <= 2 * FIL_REQUEST_STALL_US / FIL_SEC, ==,
                       ways[i].is_disturbed);
      fil_session_free (holder);
      if (!ways[i].is_disturbed)
        continue;
      g_assert_cmpuint (fil_uploads_used_slots (node->host->uploads), ==, 0);
      g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 1);
      back = come (node, "26.0.0.1", id, &again);
      g_assert_true (is (again, 503));
      g_assert_cmpint (number (again, "; position="), ==, 2);
    }
}

/* A little early is in time. */
static void
test_tolerance (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *answer = NULL;
  g_autoptr (FilSession) first = come (node, "26.0.0.1", LEGACY, &served);
  g_autoptr (FilSession) second = come (node, "26.0.0.2", LEGACY, &answer);

  for (guint i = 0; i < 20; i++)
    {
      pass (node, 21);
      g_free (answer);
      answer = ask (node, second, LEGACY);
      g_assert_true (is (answer, 503));
      g_assert_cmpint (number (answer, "pollMin="), ==, 30);
    }
}

/* Who knows of no queue is known by its address and what it wants, and may be impatient. */
static void
test_unaware (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *answer = NULL, *newcomer = NULL;
  FilSession *first = come (node, "26.0.0.1", "", &served);
  FilSession *second = come (node, "26.0.0.2", "", &answer);

  g_assert_true (is (answer, 503));
  g_assert_null (strstr (answer, "X-Queue"));
  g_assert_cmpint (number (answer, "\r\nRetry-After: "), ==, 30);
  g_assert_true (second->is_closed);
  fil_session_free (second);
  for (guint i = 0; i < FIL_QUEUE_EARLY_UNAWARE; i++)
    {
      pass (node, 1);
      g_free (answer);
      fil_session_free (come (node, "26.0.0.2:2000", "", &answer));
      g_assert_true (is (answer, 503));
      g_assert_cmpint (number (answer, "\r\nRetry-After: "), ==, 29 - (int) i);
      g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 1);
    }
  fil_session_free (come (node, "26.0.0.3", "", &newcomer));
  g_free (answer);
  fil_session_free (come (node, "26.0.0.2:2000", "", &answer));
  g_assert_true (is (answer, 429));
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 1);
  fil_session_free (first);

  /* Its turn. */
  pass (node, 30);
  g_free (answer);
  fil_session_free (come (node, "26.0.0.2:2000", "", &answer));
  g_assert_true (is (answer, 503));
  g_free (answer);
  fil_session_free (come (node, "26.0.0.3:2000", "", &answer));
  g_assert_true (is (answer, 200));
}

/* The id is the place, whatever address and connection it comes with; one that nobody was given is nothing. */
static void
test_ids (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *third = NULL, *id = NULL, *answer = NULL;
  g_autoptr (FilSession) first = come (node, "26.0.0.1", PARQ, &served);
  g_autoptr (FilSession) broken = come (node, "26.0.0.2", PARQ, &second);
  g_autoptr (FilSession) other = come (node, "26.0.0.3", PARQ, &third);
  g_autoptr (FilSession) moved = NULL;

  id = id_of (second);
  pass (node, 31);
  moved = come (node, "27.0.0.9", id, &answer);
  g_assert_true (is (answer, 503));
  g_assert_cmpint (number (answer, "; position="), ==, 1);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 2);
  /* The connection that had it is nobody's now, and its end takes nothing away. */
  fil_session_free (g_steal_pointer (&broken));
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 2);
  /* A broken connection leaves it its place … */
  fil_session_free (g_steal_pointer (&moved));
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 2);
  /* … for as long as it was told. */
  pass (node, 140);
  g_free (answer);
  moved = come (node, "27.0.0.9", id, &answer);
  g_assert_cmpint (number (answer, "; position="), ==, 1);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 1);

  for (guint i = 0; i < 3; i++)
    {
      static const char *const forged[] = {
        PARQ "X-Queued: position=1; ID=00000000000000000000000000000000\r\n",
        PARQ "X-Queued: ID=../../etc/passwd; position=1\r\n",
        PARQ "X-Queued: position=1; ID=a\r\nX-Queued: ID=b\r\n",
      };
      g_autofree char *address = g_strdup_printf ("28.0.0.%u", i + 1);

      g_free (answer);
      fil_session_free (come (node, address, forged[i], &answer));
      g_assert_true (is (answer, 503));
      g_assert_cmpint (number (answer, "; position="), ==, (int) i + 2);
    }
}

/* One host gets its slots and its places, and keeps nobody from theirs. */
static void
test_one_host (void)
{
  g_autoptr (Node) node = node_new (3, 2);
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);
  g_autofree char *other = NULL;
  guint served = 0, waiting = 0, turned_away = 0;

  for (guint i = 0; i < FIL_UPLOADS_MAX_SESSIONS_PER_HOST; i++)
    {
      g_autofree char *answer = NULL;

      g_ptr_array_add (sessions, come (node, "26.0.0.1", PARQ, &answer));
      if (is (answer, 200))
        served++;
      else if (strstr (answer, "X-Queued") != NULL)
        waiting++;
      else
        turned_away += number (answer, "\r\nRetry-After: ") == FIL_UPLOAD_RETRY_AFTER_S;
    }
  g_assert_cmpuint (served, ==, 2);
  g_assert_cmpuint (waiting, ==, FIL_QUEUE_PER_HOST);
  g_assert_cmpuint (turned_away, ==, FIL_UPLOADS_MAX_SESSIONS_PER_HOST - 2 - FIL_QUEUE_PER_HOST);
  g_ptr_array_add (sessions, come (node, "26.0.0.2", "", &other));
  g_assert_true (is (other, 200));
  /* All addresses of one IPv6 network are one host. */
  for (guint i = 0; i < 2 * FIL_QUEUE_PER_HOST; i++)
    {
      g_autofree char *address = g_strdup_printf ("[2a01:1:2:3::%x]:1000", i + 1);
      g_autofree char *answer = NULL;

      g_ptr_array_add (sessions, come (node, address, PARQ, &answer));
      g_assert_cmpint (strstr (answer, "X-Queued") != NULL, ==, i < FIL_QUEUE_PER_HOST);
    }
}

/* Ten thousand that want the file and are never seen again. */
static void
test_flood (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *answer = NULL;
  g_autoptr (FilSession) first = come (node, "26.0.0.1", PARQ, &served);
  guint waiting = 0;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *address = g_strdup_printf ("30.%u.%u.%u", i % 50, i / 50 % 200, i / 10000);
      g_autofree char *said = NULL;

      fil_session_free (come (node, address, PARQ "X-Node: 30.0.0.1:6346\r\nConnection: close\r\n", &said));
      waiting += strstr (said, "X-Queued") != NULL;
    }
  g_assert_cmpuint (waiting, ==, FIL_QUEUE_MAX);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, FIL_QUEUE_MAX);

  /* They hold up nobody for long. */
  fil_session_free (g_steal_pointer (&first));
  pass (node, FIL_QUEUE_POLL_FIRST_S + FIL_QUEUE_GRACE_S + FIL_QUEUE_SAFETY_S);
  fil_session_free (come (node, "31.0.0.1", PARQ, &answer));
  g_assert_true (is (answer, 503));
  pass (node, FIL_QUEUE_POLL_MOST_S + FIL_QUEUE_GRACE_S + FIL_QUEUE_SAFETY_S);
  g_free (answer);
  fil_session_free (come (node, "31.0.0.2", PARQ, &answer));
  g_assert_true (is (answer, 200));
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 0);
}

/* The slot is kept for the next one, but not for ever when that does not come. */
static void
test_absent (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *third = NULL, *id = NULL, *answer = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);
  g_autoptr (FilSession) back = NULL;

  fil_session_free (come (node, "26.0.0.2", PARQ "Connection: close\r\n", &second));
  fil_session_free (come (node, "26.0.0.3", PARQ "Connection: close\r\n", &third));
  fil_session_free (first);
  id = id_of (third);
  pass (node, 45);
  back = come (node, "26.0.0.3", id, &answer);
  g_assert_true (is (answer, 503));
  pass (node, 85);
  g_free (answer);
  answer = ask (node, back, PARQ);
  g_assert_true (is (answer, 200));
}

/* Who was cut off in the middle goes on with its slot when it comes back soon. */
static void
test_cut_off (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *answer = NULL, *id = NULL;
  const char *request = "GET " N2R " HTTP/1.1\r\nHost: a\r\n" PARQ "\r\n";
  g_autoptr (FilSession) other = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);

  g_assert_true (is (served, 200));
  g_free (served);
  fil_session_feed (first, (const guint8 *) request, strlen (request), node->world->now_us);
  served = read_some (node, first, 900);
  g_assert_true (is (served, 200));
  id = id_of (served);
  fil_session_hung_up (first, "connection reset", node->world->now_us);
  fil_session_free (first);
  g_assert_cmpuint (fil_uploads_used_slots (node->host->uploads), ==, 0);
  other = come (node, "26.0.0.2", PARQ, &answer);
  g_assert_true (is (answer, 503));
  g_assert_cmpint (number (answer, "; position="), ==, 2);
  pass (node, 5);
  g_free (answer);
  fil_session_free (come (node, "26.0.0.1:1001", id, &answer));
  g_assert_true (is (answer, 200));
}

/* Lets the node call whoever is due; returns how many calls it has made in all. */
static guint
calls (Node *node)
{
  if (fil_uploads_wake (node->host->uploads) <= node->world->now_us)
    fil_uploads_tick (node->host->uploads, node->world->now_us);
  return node->host->dialled->len;
}

static FilSession *
call_at (Node *node,
         guint i,
         const char *id)
{
  FilSession *session = g_ptr_array_index (node->host->dialled, i);
  g_autofree char *said = read_some (node, session, G_MAXSIZE);
  g_autofree char *expected = g_strdup_printf ("QUEUE %.32s\r\n", strstr (id, "ID=") + 3);

  g_assert_cmpstr (said, ==, expected);
  return session;
}

/* A slot is free: who waits elsewhere and can be called is, and asks on that connection. */
static void
test_call (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *id = NULL, *answer = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);
  FilSession *call;

  fil_session_free (come (node, "26.0.0.2", PARQ "X-Node: 26.0.0.2:7000\r\nConnection: close\r\n", &second));
  id = id_of (second);
  g_assert_cmpuint (calls (node), ==, 0);
  fil_session_free (first);
  g_assert_cmpuint (calls (node), ==, 1);
  call = call_at (node, 0, id);
  g_assert_cmpuint (calls (node), ==, 1);
  /* Long before it was told to come. */
  answer = ask (node, call, id);
  g_assert_true (is (answer, 200));
  g_assert_cmpuint (fil_uploads_used_slots (node->host->uploads), ==, 1);
}

/* The slot is for the one who waits on its connection, who came first: nobody else is called for it. */
static void
test_calls_in_order (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *third = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);
  FilSession *waiting = come (node, "26.0.0.2", PARQ, &second);

  fil_session_free (come (node, "26.0.0.3", PARQ "X-Node: 26.0.0.3:7000\r\nConnection: close\r\n", &third));
  fil_session_free (first);
  g_assert_cmpuint (calls (node), ==, 0);
  /* It went away, and nobody has to wait for it when its time is over. */
  fil_session_free (waiting);
  pass (node, 131);
  g_assert_cmpuint (calls (node), ==, 1);
}

/* One that takes the call and says nothing. */
static void
hang_up (Node *node)
{
  FilSession *call = g_ptr_array_index (node->host->dialled, 0);

  g_free (read_some (node, call, G_MAXSIZE));
  fil_session_hung_up (call, NULL, node->world->now_us);
  g_ptr_array_set_size (node->host->dialled, 0);
}

/* Calls that nobody answers are few, and go to nobody who did not ask for them. */
static void
test_calls_in_vain (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *third = NULL, *fourth = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);

  fil_session_free (come (node, "26.0.0.2", PARQ "X-Node: 26.0.0.2:7000\r\nConnection: close\r\n", &second));
  /* Neither at somebody else's place nor without a port. */
  fil_session_free (come (node, "26.0.0.3", PARQ "X-Node: 27.0.0.1:7000\r\nConnection: close\r\n", &third));
  fil_session_free (come (node, "26.0.0.4", PARQ "X-Node: 26.0.0.4\r\nConnection: close\r\n", &fourth));
  fil_session_free (first);
  g_assert_cmpuint (calls (node), ==, 1);
  hang_up (node);
  /* Not again at once, and the third time never. */
  g_assert_cmpuint (calls (node), ==, 0);
  pass (node, 12);
  g_assert_cmpuint (calls (node), ==, 1);
  hang_up (node);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 2);
  for (guint i = 0; i < 10; i++)
    {
      pass (node, 12);
      g_assert_cmpuint (calls (node), ==, 0);
    }
}

/* One that cannot be reached has to come by itself. */
static void
test_not_reached (void)
{
  g_autoptr (Node) node = node_new (1, 2);
  g_autofree char *served = NULL, *second = NULL, *id = NULL, *answer = NULL;
  FilSession *first = come (node, "26.0.0.1", PARQ, &served);

  fil_session_free (come (node, "26.0.0.2", PARQ "X-Node: 26.0.0.2:7000\r\nConnection: close\r\n", &second));
  id = id_of (second);
  g_clear_pointer (&node->host->dialled, g_ptr_array_unref);
  fil_session_free (first);
  fil_uploads_tick (node->host->uploads, node->world->now_us);
  /* Nobody looks again whether to call it, only whether it came before its place is lost. */
  g_assert_cmpint (fil_uploads_wake (node->host->uploads), >=, node->world->now_us + FIL_QUEUE_GRACE_S * FIL_SEC);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 1);
  pass (node, 30);
  fil_session_free (come (node, "26.0.0.2:1001", id, &answer));
  g_assert_true (is (answer, 200));
}

/* A flood of those who want to be called is called a few at a time. */
static void
test_calls_at_once (void)
{
  g_autoptr (Node) node = node_new (20, 2);
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);

  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *address = g_strdup_printf ("26.0.1.%u", i + 1);
      g_autofree char *headers = g_strdup_printf (PARQ "X-Node: %s:7000\r\n%s", address,
                                                  i < 20 ? "" : "Connection: close\r\n");
      g_autofree char *answer = NULL;

      g_ptr_array_add (sessions, come (node, address, headers, &answer));
    }
  g_ptr_array_set_size (sessions, 0);
  g_assert_cmpuint (fil_uploads_waiting (node->host->uploads), ==, 40);
  g_assert_cmpuint (calls (node), ==, FIL_QUEUE_CALLS_MOST);
  g_assert_cmpuint (calls (node), ==, FIL_QUEUE_CALLS_MOST);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/upload-queue/order", test_order);
  g_test_add_func ("/transfer/upload-queue/rows", test_rows);
  g_test_add_func ("/transfer/upload-queue/many-rows", test_many_rows);
  g_test_add_func ("/transfer/upload-queue/legacy", test_legacy);
  g_test_add_func ("/transfer/upload-queue/last-byte", test_last_byte);
  g_test_add_func ("/transfer/upload-queue/squatters", test_squatters);
  g_test_add_func ("/transfer/upload-queue/tolerance", test_tolerance);
  g_test_add_func ("/transfer/upload-queue/unaware", test_unaware);
  g_test_add_func ("/transfer/upload-queue/ids", test_ids);
  g_test_add_func ("/transfer/upload-queue/one-host", test_one_host);
  g_test_add_func ("/transfer/upload-queue/flood", test_flood);
  g_test_add_func ("/transfer/upload-queue/absent", test_absent);
  g_test_add_func ("/transfer/upload-queue/cut-off", test_cut_off);
  g_test_add_func ("/transfer/upload-queue/call", test_call);
  g_test_add_func ("/transfer/upload-queue/calls-in-order", test_calls_in_order);
  g_test_add_func ("/transfer/upload-queue/calls-in-vain", test_calls_in_vain);
  g_test_add_func ("/transfer/upload-queue/not-reached", test_not_reached);
  g_test_add_func ("/transfer/upload-queue/calls-at-once", test_calls_at_once);
  return g_test_run ();
}
