/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "sha1.h"
#include "transfer-limits.h"
#include "world.h"

#define DONE FIL_DOWNLOAD_STATE_DONE
#define ID "0123456789abcdef0123456789ABCDEF"

/* A download and its only source. */
typedef struct
{
  World *world;
  GBytes *content;
  Host *host;
  FilDownload *download;
  FilFileSource *source;
} Pair;

static Pair *
pair_new (HostReply reply)
{
  Pair *self = g_new0 (Pair, 1);

  self->world = world_new ();
  self->world->self.listen = self->world->own;
  self->content = test_content (300000, 5);
  self->host = world_add_host (self->world, "25.0.0.1:6346", self->content);
  self->host->reply = reply;
  self->download = fil_downloads_get (self->world->downloads, world_add (self->world, 1, self->content));
  world_add_source (self->world, 1, self->host);
  self->source = fil_download_find_source (self->download, 1);
  return self;
}

static void
pair_free (Pair *self)
{
  world_free (self->world);
  g_bytes_unref (self->content);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

/* Runs until the host was asked n times; returns after how many seconds that was. */
static gint64
run_until_asked (Pair *self,
                 guint n,
                 guint seconds)
{
  gint64 before_us = self->world->now_us;

  for (guint i = 0; i < 10 * seconds && self->host->requests < n; i++)
    world_step (self->world);
  g_assert_cmpuint (self->host->requests, ==, n);
  return (self->world->now_us - before_us) / FIL_SEC;
}

/* Keeps those of its slots that the download is to wait for. */
static GPtrArray *
occupy (Pair *self,
        guint n,
        const char *headers)
{
  GPtrArray *sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);
  FilSha1 sha1;
  char text[FIL_SHA1_TEXT_LEN + 1];
  gsize size;
  const void *bytes = g_bytes_get_data (self->content, &size);
  g_autofree char *request = NULL;
  FilOutput out;

  fil_sha1_of (&sha1, bytes, size);
  fil_sha1_to_text (&sha1, text);
  request = g_strdup_printf ("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: a\r\n%s\r\n", text, headers);
  for (guint i = 0; i < n; i++)
    {
      FilEndpoint peer = fil_endpoint_v4 ((const guint8[]){ 26, 0, 0, (guint8) i }, 1000);
      FilSession *session = fil_uploads_accept (self->host->uploads, &peer, self->world->now_us);

      fil_session_feed (session, (const guint8 *) request, strlen (request), self->world->now_us);
      while (fil_session_output (session, &out, self->world->now_us))
        fil_session_sent (session, out.len, self->world->now_us);
      g_ptr_array_add (sessions, session);
    }
  return sessions;
}

/* Among our own kind: it waits on its connection, says where, and goes on when it is its turn. */
static void
test_on_connection (void)
{
  g_autoptr (Pair) pair = pair_new (NULL);
  g_autoptr (GPtrArray) others = NULL;
  gint64 asked_us;

  fil_uploads_set_slots (pair->host->uploads, 1, 0);
  others = occupy (pair, 3, "X-Queue: 0.1\r\n");
  world_run (pair->world, 2);
  g_assert_cmpint (pair->download->state, ==, FIL_DOWNLOAD_STATE_CONNECTING);
  g_assert_cmpstr (pair->download->reason_code, ==, "remote-queue");
  g_assert_nonnull (strstr (pair->download->reason, "place 3 of 3"));
  g_assert_cmpuint (pair->download->place.position, ==, 3);
  g_assert_cmpint (pair->source->state, ==, FIL_SOURCE_QUEUED);
  asked_us = pair->download->retry_us;
  g_assert_cmpint (asked_us, >=, pair->world->now_us + 55 * FIL_SEC);
  g_assert_cmpint (asked_us, <, pair->world->now_us + 120 * FIL_SEC);

  /* Nobody else is there any more. */
  g_ptr_array_set_size (others, 0);
  world_run (pair->world, (guint) ((asked_us - pair->world->now_us) / FIL_SEC) - 1);
  g_assert_cmpuint (pair->download->received, ==, 0);
  g_assert_true (world_run_until (pair->world, pair->download, DONE, 5));
  g_assert_cmpuint (pair->host->connects, ==, 1);
  world_assert_done (pair->world, 1, pair->content);
}

/* Further back than others wait on their connections: it is called, long before it would ask. */
static void
test_called (void)
{
  g_autoptr (Pair) pair = pair_new (NULL);
  g_autoptr (GPtrArray) others = NULL;

  fil_uploads_set_slots (pair->host->uploads, 1, 0);
  others = occupy (pair, FIL_QUEUE_KEPT + 1, "X-Queue: 0.1\r\n");
  world_run (pair->world, 2);
  g_assert_cmpint (pair->source->state, ==, FIL_SOURCE_IDLE);
  g_assert_cmpint (pair->download->state, ==, FIL_DOWNLOAD_STATE_CONNECTING);
  g_assert_cmpstr (pair->download->reason_code, ==, "remote-queue");
  g_assert_nonnull (strstr (pair->download->reason, "place 21 of 21"));
  g_assert_cmpint (pair->download->retry_us, >=, pair->world->now_us + 300 * FIL_SEC);
  /* A person who presses the button gains nothing by it, and loses nothing. */
  fil_downloads_retry (pair->world->downloads, 1, pair->world->now_us);
  world_run (pair->world, 60);
  g_assert_cmpuint (pair->host->connects, ==, 1);
  g_assert_cmpuint (fil_uploads_waiting (pair->host->uploads), ==, FIL_QUEUE_KEPT + 1);

  g_ptr_array_set_size (others, 0);
  g_assert_true (world_run_until (pair->world, pair->download, DONE, 10));
  g_assert_cmpuint (pair->host->connects, ==, 2);
  world_assert_done (pair->world, 1, pair->content);
}

static gboolean
say_passive (Host *host,
             const char *request,
             GByteArray *out)
{
  if (host->requests == 1)
    {
      g_assert_nonnull (strstr (request, "\r\nX-Queue: 1.1\r\n"));
      g_assert_nonnull (strstr (request, "\r\nX-Node: 24.0.0.1:6346\r\n"));
      g_assert_null (strstr (request, "X-Queued"));
    }
  else
    g_assert_nonnull (strstr (request, "\r\nX-Queued: position=40; ID=" ID "\r\n"));
  if (host->requests < 3)
    host_say (out, "HTTP/1.1 503 Queued\r\nX-Queued: lifetime=700; length=90; ID=" ID "; position=40\r\n"
              "Retry-After: 600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  else
    host_serve (host, request, out, "");
  return host->requests >= 3;
}

/* PARQ without a connection: asks in time, not too soon, and says whose place it is. */
static void
test_passive (void)
{
  g_autoptr (Pair) pair = pair_new (say_passive);
  gint64 waited_s;

  run_until_asked (pair, 1, 2);
  world_run (pair->world, 1);
  g_assert_nonnull (strstr (pair->download->reason, "place 40 of 90"));
  waited_s = run_until_asked (pair, 2, 710);
  g_assert_cmpint (waited_s, >=, 598);
  g_assert_cmpint (waited_s, <, 700);
  g_assert_true (world_run_until (pair->world, pair->download, DONE, 710));
  g_assert_cmpuint (pair->host->connects, ==, 3);
}

static gboolean
say_legacy (Host *host,
            const char *request,
            GByteArray *out)
{
  g_assert_null (strstr (request, "X-Queued"));
  host_say (out, "HTTP/1.1 503 Busy\r\nX-Queue: position=2,length=5,limit=4,pollMin=450,pollMax=900\r\n"
            "Content-Length: 0\r\n\r\n");
  return host->requests != 2;
}

/* The older queue: between pollMin and pollMax, whatever those are; with the connection the place is gone. */
static void
test_legacy (void)
{
  g_autoptr (Pair) pair = pair_new (say_legacy);
  gint64 waited_s;

  run_until_asked (pair, 1, 2);
  waited_s = run_until_asked (pair, 2, 910);
  g_assert_cmpint (waited_s, >=, 450);
  g_assert_cmpint (waited_s, <, 900);
  world_run (pair->world, 2);
  g_assert_cmpuint (pair->source->place.position, ==, 0);
  g_assert_cmpstr (pair->download->reason_code, ==, "busy");
  run_until_asked (pair, 3, 65);
  g_assert_cmpuint (pair->host->connects, ==, 2);
}

static gboolean
say_and_break (Host *host,
               const char *request,
               GByteArray *out)
{
  if (host->requests > 1)
    g_assert_nonnull (strstr (request, "\r\nX-Queued: position=1; ID=" ID "\r\n"));
  host_say (out, "HTTP/1.1 503 Queued\r\nX-Queued: ID=" ID "; position=1; lifetime=130\r\nRetry-After: 30\r\n"
            "Content-Length: 0\r\n\r\n");
  return host->requests != 1;
}

/* The connection it waits on breaks: with an id it comes back in time for its place. */
static void
test_broken (void)
{
  g_autoptr (Pair) pair = pair_new (say_and_break);
  gint64 waited_s;

  run_until_asked (pair, 1, 2);
  world_run (pair->world, 2);
  g_assert_cmpint (pair->source->state, ==, FIL_SOURCE_IDLE);
  g_assert_cmpstr (pair->download->reason_code, ==, "remote-queue");
  g_assert_cmpuint (pair->source->failures, ==, 0);
  waited_s = 2 + run_until_asked (pair, 2, 120);
  g_assert_cmpint (waited_s, >=, 29);
  g_assert_cmpint (waited_s, <, 120);
}

static gboolean
say_served (Host *host,
            const char *request,
            GByteArray *out)
{
  if (host->connects == 2)
    g_assert_nonnull (strstr (request, "\r\nX-Queued: ID=" ID "\r\n"));
  host_serve (host, request, out, host->requests == 1 ? "X-Queued: ID=" ID "\r\n" : "");
  return TRUE;
}

/* Cut off in the middle: it asks for the slot that it had. */
static void
test_cut_off (void)
{
  g_autoptr (Pair) pair = pair_new (say_served);

  pair->host->cut_after = 100000;
  run_until_asked (pair, 1, 2);
  world_run (pair->world, 1);
  pair->host->cut_after = 0;
  g_assert_true (world_run_until (pair->world, pair->download, DONE, 20));
  g_assert_cmpuint (pair->host->connects, ==, 2);
  world_assert_done (pair->world, 1, pair->content);
}

static gboolean
say_nonsense (Host *host,
              const char *request,
              GByteArray *out)
{
  host_say (out, host->text);
  return TRUE;
}

/* Whatever a queue says, we neither hammer nor wait for ever. */
static void
test_nonsense (void)
{
  static const char *const answers[] = {
    "X-Queued: ID=" ID "; position=0; lifetime=0\r\nRetry-After: 0\r\n",
    "X-Queued: ID=" ID "; position=4294967295; lifetime=4294967295; length=1\r\nRetry-After: 99999999999\r\n",
    "X-Queued: ID=" ID "; position=2147483647; lifetime=2147483647\r\nRetry-After: 2147483647\r\n",
    "X-Queue: position=1,length=0,limit=0,pollMin=1,pollMax=0\r\n",
    "X-Queue: position=2147483647,length=1,limit=1,pollMin=2147483647,pollMax=1\r\n",
    "X-Queue: 1.0\r\nX-Queued: position=9\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (Pair) pair = pair_new (say_nonsense);
      g_autofree char *answer = g_strdup_printf ("HTTP/1.1 503 Queued\r\nContent-Length: 0\r\n%s\r\n", answers[i]);

      pair->host->text = answer;
      run_until_asked (pair, 1, 2);
      world_run (pair->world, 1);
      g_assert_cmpstr (pair->download->reason_code, ==, "remote-queue");
      g_assert_cmpint (pair->download->retry_us, >=, pair->world->now_us + 8 * FIL_SEC);
      g_assert_cmpint (pair->download->retry_us, <=, pair->world->now_us + FIL_SOURCE_MAX_RETRY_AFTER_US);
    }
}

static gboolean
say_passive_only (Host *host,
                  const char *request,
                  GByteArray *out)
{
  host_say (out, "HTTP/1.1 503 Queued\r\nX-Queued: ID=" ID "; position=3; length=12; lifetime=700\r\nRetry-After: 600\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n");
  return FALSE;
}

static FilSession *
call (Pair *pair,
      const char *id)
{
  FilEndpoint from = fil_endpoint_v4 ((const guint8[]){ 29, 1, 2, 3 }, 4444);

  return fil_downloads_called (pair->world->downloads, id, &from, pair->world->now_us);
}

static char *
said_by (FilSession *session,
         gint64 now_us)
{
  FilOutput out;
  char *text;

  if (!fil_session_output (session, &out, now_us))
    return g_strdup ("");
  text = g_strndup ((const char *) out.bytes, out.len);
  fil_session_sent (session, out.len, now_us);
  return text;
}

/* Only who says the id that the source gave us is answered, and only while there is something to be had. */
static void
test_forged_calls (void)
{
  g_autoptr (Pair) pair = pair_new (say_passive_only);
  g_autoptr (FilSession) session = NULL;
  g_autofree char *before = NULL, *request = NULL;
  const char *line = "QUEUE " ID " 25.0.0.1:6346\r\n";

  run_until_asked (pair, 1, 2);
  world_run (pair->world, 1);
  g_assert_null (call (pair, ""));
  g_assert_null (call (pair, "0"));
  g_assert_null (call (pair, "ffffffffffffffffffffffffffffffff"));
  for (guint i = 0; i < 2 * FIL_PLACES_MAX; i++)
    {
      g_autofree char *id = g_strdup_printf ("%032x", i);

      g_assert_null (call (pair, id));
    }
  fil_downloads_pause (pair->world->downloads, 1, pair->world->now_us);
  world_run (pair->world, 1);
  g_assert_null (call (pair, ID));
  fil_downloads_resume (pair->world->downloads, 1, pair->world->now_us);
  world_run (pair->world, 1);

  session = call (pair, ID);
  g_assert_nonnull (session);
  /* One call is enough. */
  g_assert_null (call (pair, ID));
  before = said_by (session, pair->world->now_us);
  g_assert_cmpstr (before, ==, "");
  g_assert_cmpuint (fil_session_feed (session, (const guint8 *) line, strlen (line), pair->world->now_us), ==,
                    strlen (line));
  request = said_by (session, pair->world->now_us);
  g_assert_true (g_str_has_prefix (request, "GET /uri-res/N2R?urn:sha1:"));
  g_assert_nonnull (strstr (request, "\r\nX-Queued: position=3; ID=" ID "\r\n"));
  /* A call that comes to nothing leaves the place and what is known of the source as they were. */
  fil_session_hung_up (session, NULL, pair->world->now_us);
  g_clear_pointer (&session, fil_session_free);
  g_assert_cmpint (pair->source->state, ==, FIL_SOURCE_IDLE);
  g_assert_cmpint (pair->source->retry_us, ==, pair->source->place.ask_us);
  g_assert_cmpuint (pair->source->failures, ==, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/source-queue/on-connection", test_on_connection);
  g_test_add_func ("/transfer/source-queue/called", test_called);
  g_test_add_func ("/transfer/source-queue/passive", test_passive);
  g_test_add_func ("/transfer/source-queue/legacy", test_legacy);
  g_test_add_func ("/transfer/source-queue/broken", test_broken);
  g_test_add_func ("/transfer/source-queue/cut-off", test_cut_off);
  g_test_add_func ("/transfer/source-queue/nonsense", test_nonsense);
  g_test_add_func ("/transfer/source-queue/forged-calls", test_forged_calls);
  return g_test_run ();
}
