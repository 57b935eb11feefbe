/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-fixture.h"

#include "transfer-limits.h"

/* The rules of push.md §6 for who downloads: whoever saw the GUID of a source can call in its name. */

#define DONE FIL_DOWNLOAD_STATE_DONE

/* Somebody who saw the GUID calls first, and says what no honest host would, or nothing: the file comes from
 * the honest one all the same. */
static void
test_forged_giv (Fixture *f,
                 gconstpointer data)
{
  static const char *const lies[] = {
    "garbage\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n",
    NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      FilSession *forged;
      FilOutput out;
      Fixture g;

      g_test_message ("%s", lies[i] != NULL ? lies[i] : "silence");
      push_set_up (&g, NULL);
      g.world->loses_pushes = TRUE;
      world_add_pushed (g.world, 1, g.host, g.proxies, 1);
      world_run (g.world, 1);
      forged = push_giv (g.world, &g.host->guid);
      g_assert_nonnull (forged);
      test_feed (forged, "GIV 0:x/file\n\n", g.world->now_us);
      g_assert_true (fil_session_output (forged, &out, g.world->now_us));
      fil_session_sent (forged, out.len, g.world->now_us);
      if (lies[i] != NULL)
        test_feed (forged, lies[i], g.world->now_us);
      else
        {
          g.world->now_us += FIL_REPLY_HEAD_US;
          fil_session_tick (forged, g.world->now_us);
        }
      g_assert_true (forged->is_closed);
      fil_session_free (forged);
      g_assert_cmpint (push_source (g.download)->state, !=, FIL_SOURCE_BAD);
      g.world->loses_pushes = FALSE;
      g_assert_true (world_run_until (g.world, g.download, DONE, 300));
      world_assert_done (g.world, 1, g.content);
      push_tear_down (&g, NULL);
    }
}

/* A stranger who calls in the name of the source, from the address @a.6.6.6. */
static FilSession *
forged_giv (Fixture *f,
            guint8 a)
{
  FilEndpoint from = fil_endpoint_v4 ((const guint8[]){ a, 6, 6, 6 }, 40000);
  FilSession *session = fil_downloads_giv (f->world->downloads, &f->host->guid, 0, &from, f->world->now_us);
  FilOutput out;

  if (session == NULL)
    return NULL;
  test_feed (session, "GIV 0:x/file\n\n", f->world->now_us);
  if (fil_session_output (session, &out, f->world->now_us))
    fil_session_sent (session, out.len, f->world->now_us);
  return session;
}

/* … which costs no time: the honest one is let in beside who says nothing, … */
static void
test_forged_giv_beside (Fixture *f,
                        gconstpointer data)
{
  FilSession *forged[2 * FIL_GIV_RIVALS] = { NULL };
  guint n = 0;

  f->world->loses_pushes = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 1);
  forged[0] = forged_giv (f, 60);
  g_assert_nonnull (forged[0]);
  g_assert_null (forged_giv (f, 60));
  fil_uploads_push (f->host->uploads, &f->world->own, 0, FALSE, f->world->now_us);
  g_assert_cmpuint (f->host->givs, ==, 1);
  f->host->bytes_per_step = 100 * 1024;
  world_run (f->world, 1);
  g_assert_cmpint (f->download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  g_assert_true (forged[0]->is_closed);
  f->host->bytes_per_step = 0;
  g_assert_true (world_run_until (f->world, f->download, DONE, 5));
  world_assert_done (f->world, 1, f->content);
  fil_session_free (forged[0]);
  push_tear_down (f, NULL);

  /* … though not beside many of those, … */
  push_set_up (f, NULL);
  f->world->loses_pushes = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 1);
  for (guint i = 0; i < G_N_ELEMENTS (forged); i++)
    {
      forged[i] = forged_giv (f, (guint8) (60 + i));
      n += forged[i] != NULL;
    }
  g_assert_cmpuint (n, ==, FIL_GIV_RIVALS);
  for (guint i = 0; i < G_N_ELEMENTS (forged); i++)
    fil_session_free (forged[i]);
}

/* … and it is still asked after somebody has lied or left. */
static void
test_forged_giv_ends (Fixture *f,
                      gconstpointer data)
{
  static const char *const lies[] = { "garbage\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                                      "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      FilSession *forged;
      guint n_pushes;
      Fixture g;

      g_test_message ("%s", lies[i] != NULL ? lies[i] : "hangs up");
      push_set_up (&g, NULL);
      g.world->loses_pushes = TRUE;
      world_add_pushed (g.world, 1, g.host, g.proxies, 1);
      world_run (g.world, 1);
      n_pushes = g.host->pushes;
      forged = forged_giv (&g, 60);
      if (lies[i] != NULL)
        test_feed (forged, lies[i], g.world->now_us);
      else
        fil_session_hung_up (forged, NULL, g.world->now_us);
      g_assert_true (forged->is_closed);
      fil_session_free (forged);
      g_assert_cmpint (push_source (g.download)->state, ==, FIL_SOURCE_PUSHING);
      world_run (g.world, 2);
      g_assert_cmpuint (g.host->pushes, >, n_pushes);
      fil_uploads_push (g.host->uploads, &g.world->own, 0, FALSE, g.world->now_us);
      g_assert_true (world_run_until (g.world, g.download, DONE, 5));
      world_assert_done (g.world, 1, g.content);
      push_tear_down (&g, NULL);
    }
}

/* … and what others tell of the source while a caller has us wait is not forgotten when he leaves. */
static void
test_news_beside_forged_giv (Fixture *f,
                             gconstpointer data)
{
  FilSession *forged;

  f->world->loses_pushes = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 1);
  forged = forged_giv (f, 60);
  g_assert_nonnull (forged);
  test_feed (forged,
             "HTTP/1.1 503 Busy\r\nX-Queued: position=3;length=9;lifetime=200;ID=0123456789abcdef\r\n"
             "Retry-After: 60\r\nContent-Length: 0\r\n\r\n",
             f->world->now_us);
  g_assert_cmpint (push_source (f->download)->state, ==, FIL_SOURCE_QUEUED);
  world_add_pushed (f->world, 1, f->host, f->proxies + 1, 1);
  g_assert_cmpuint (push_source (f->download)->n_proxies, ==, 2);
  fil_session_free (forged);
  g_assert_cmpuint (push_source (f->download)->n_proxies, ==, 2);
}

/* … nor is a source that rests forgotten for better ones while somebody in its name is still connected. */
static void
test_source_beside_forged_giv (Fixture *f,
                               gconstpointer data)
{
  FilSession *busy, *silent;
  const FilFileSource *source;

  f->world->loses_pushes = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 1);
  source = push_source (f->download);
  busy = forged_giv (f, 60);
  silent = forged_giv (f, 61);
  test_feed (busy, "HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", f->world->now_us);
  g_assert_true (busy->is_closed);
  g_assert_false (silent->is_closed);
  g_assert_cmpint (source->state, ==, FIL_SOURCE_IDLE);
  for (guint i = 0; i < FIL_DOWNLOAD_MAX_SOURCES + 5; i++)
    {
      FilSourceSpec spec = { .endpoint = fil_endpoint_v4 ((const guint8[]){ 30, (guint8) (i >> 8), (guint8) i, 1 }, 6346) };

      fil_downloads_add_source (f->world->downloads, 1, &spec, f->world->now_us);
    }
  g_assert_cmpuint (f->download->sources->len, ==, FIL_DOWNLOAD_MAX_SOURCES);
  g_assert_true (g_ptr_array_find (f->download->sources, source, NULL));
  fil_session_hung_up (silent, NULL, f->world->now_us);
  fil_session_free (silent);
  fil_session_free (busy);
}

/* … or sends wrong bytes: the hash finds out, that caller is not let in again, and the honest one is asked once
 * more. Who lies from everywhere is given up. */
static void
test_forged_bytes (Fixture *f,
                   gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      Fixture g;
      g_autoptr (GBytes) wrong = NULL;
      Host *liar;

      push_set_up (&g, NULL);
      wrong = test_corrupted (g.content, 12345);
      liar = world_add_host (g.world, "66.6.6.6:6346", wrong);
      liar->guid = g.host->guid;
      fil_uploads_set_guid (liar->uploads, &g.host->guid);
      liar->is_firewalled = TRUE;
      liar->self.listen = liar->endpoint;
      g.host->is_away = TRUE;
      world_add_pushed (g.world, 1, g.host, g.proxies, 1);
      world_run (g.world, 200);
      /* It calls again at the next push, and is not let in. */
      g_assert_cmpuint (liar->givs, ==, 1);
      g_assert_cmpint (g.download->state, !=, DONE);
      g_assert_cmpint (push_source (g.download)->state, !=, FIL_SOURCE_BAD);
      /* Where it said that the source is we do not go. */
      g_assert_true (push_source (g.download)->needs_push);
      g_assert_false (fil_endpoint_is_set (&push_source (g.download)->endpoint));
      if (i == 0)
        {
          liar->is_away = TRUE;
          g.host->is_away = FALSE;
          g_assert_true (world_run_until (g.world, g.download, DONE, 2000));
          world_assert_done (g.world, 1, g.content);
        }
      else
        {
          g_assert_true (fil_endpoint_parse (&liar->endpoint, "67.6.6.6:6346", -1, 0));
          world_run (g.world, 2000);
          g_assert_cmpuint (liar->givs, ==, 2);
          g_assert_cmpint (push_source (g.download)->state, ==, FIL_SOURCE_BAD);
        }
      push_tear_down (&g, NULL);
    }
}

/* Who calls in the name of another host may say how to get at it. When it brings nothing that is forgotten, too: else
 * we would go to the forger for ever. */
static void
test_giv_source_is_no_address (Fixture *f,
                               gconstpointer data)
{
  static const char head[] = "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/%u\r\nX-Host: 66.6.6.6:6346\r\n"
                             "X-Push-Proxy: 66.6.6.6:6346\r\n\r\n";
  g_autofree char *reply = g_strdup_printf (head, PUSH_SIZE);
  FilFileSource *source;
  FilSession *forged;
  FilOutput out;

  f->world->loses_pushes = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 1);
  source = push_source (f->download);
  forged = push_giv (f->world, &f->host->guid);
  test_feed (forged, "GIV 0:x/file\n\n", f->world->now_us);
  g_assert_true (fil_session_output (forged, &out, f->world->now_us));
  fil_session_sent (forged, out.len, f->world->now_us);
  test_feed (forged, reply, f->world->now_us);
  /* For now it is believed. */
  g_assert_false (source->needs_push);
  g_assert_cmpuint (source->endpoint.port, ==, 6346);
  fil_session_hung_up (forged, NULL, f->world->now_us);
  fil_session_free (forged);
  world_run (f->world, 1);
  g_assert_true (source->needs_push);
  g_assert_false (fil_endpoint_is_set (&source->endpoint));
  g_assert_cmpuint (source->n_proxies, ==, 1);
  g_assert_true (fil_endpoint_equal (&source->proxies[0].endpoint, &f->proxies[0].endpoint));
  f->world->loses_pushes = FALSE;
  g_assert_true (world_run_until (f->world, f->download, DONE, 1000));
  world_assert_done (f->world, 1, f->content);
}

int
main (int argc,
      char *argv[])
{
  static const PushTest tests[] = {
    { "6/forged-giv", test_forged_giv },
    { "6/forged-giv/beside", test_forged_giv_beside },
    { "6/forged-giv/ends", test_forged_giv_ends },
    { "6/forged-giv/news", test_news_beside_forged_giv },
    { "6/forged-giv/source", test_source_beside_forged_giv },
    { "6/forged-bytes", test_forged_bytes },
    { "6/giv-source-is-no-address", test_giv_source_is_no_address },
  };

  return push_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
