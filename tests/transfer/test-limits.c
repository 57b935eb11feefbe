/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <string.h>

#include "download-session.h"
#include "transfer-limits.h"

/* Downloads whose bytes pass the limits that a person has set. */

#define DONE FIL_DOWNLOAD_STATE_DONE

typedef enum
{
  LIMIT_WHOLE,
  LIMIT_EACH,
  LIMIT_OWN,
} LimitKind;

/* As the node does it. */
static void
set_limit (World *world,
           LimitKind kind,
           gint64 rate)
{
  switch (kind)
    {
    case LIMIT_WHOLE:
      fil_shaper_set_limit (world->shaper, FIL_WAY_IN, rate, world->now_us);
      fil_downloads_set_limits (world->downloads, rate, 0, world->now_us);
      break;
    case LIMIT_EACH:
      fil_shaper_set_limit_each (world->shaper, FIL_WAY_IN, rate);
      fil_downloads_set_limits (world->downloads, 0, rate, world->now_us);
      break;
    case LIMIT_OWN:
    default:
      fil_shaper_set_group_limit (world->shaper, 1, FIL_WAY_IN, rate, world->now_us);
      g_assert_true (fil_downloads_set_limit (world->downloads, 1, rate, world->now_us));
      break;
    }
}

static Host *
add_source (World *world,
            gint64 id,
            guint number,
            GBytes *content)
{
  g_autofree char *address = g_strdup_printf ("25.0.0.%u:6346", number);
  Host *host = world_add_host (world, address, content);

  world_add_source (world, id, host);
  return host;
}

/* Nobody hears a word of blame for the speed that we asked for. */
static void
assert_unblamed (const World *world,
                 const FilDownload *download)
{
  g_assert_cmpuint (world->n_quiet, ==, 0);
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      g_assert_cmpuint (source->failures, ==, 0);
      g_assert_cmpuint (source->hangups, ==, 0);
      g_assert_null (source->reason_code);
      g_assert_cmpint (source->state, !=, FIL_SOURCE_BAD);
    }
}

/* Four sources that could each bring a thousand times as much: the limit is kept to 5 % over a minute and to the end of
 * the file, with one connection, on which nobody falls silent, that is never called again and from which nobody takes. */
static void
tiny (LimitKind kind,
      gint64 rate)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content ((gsize) rate * 400, 1);
  FilDownload *download = world_start (world, content);
  guint64 before;
  gint64 begun_us;

  set_limit (world, kind, rate);
  begun_us = world->now_us;
  for (guint i = 0; i < 4; i++)
    add_source (world, 1, i + 1, content);
  world_run (world, 10);
  for (guint minute = 0; minute < 6; minute++)
    {
      before = download->received;
      world_run (world, 60);
      g_assert_cmpint (download->received - before, >=, rate * 60 * 95 / 100);
      g_assert_cmpint (download->received - before, <=, rate * 60 * 105 / 100);
      g_assert_cmpuint (world->links->len, ==, 1);
      assert_unblamed (world, download);
    }
  g_assert_true (world_run_until (world, download, DONE, 60));
  g_assert_cmpint (world->now_us - begun_us, <=, 420 * FIL_SEC);
  g_assert_cmpuint (world->dials, ==, 1);
  assert_unblamed (world, download);
  world_assert_done (world, 1, content);
}

static void
test_tiny (void)
{
  for (LimitKind kind = LIMIT_WHOLE; kind <= LIMIT_OWN; kind++)
    for (gint64 rate = 500; rate <= 1000; rate += 500)
      tiny (kind, rate);
}

/* So slow that who brings no more by himself gives way to who was not tried: but these would. */
static void
test_next_to_nothing (void)
{
  for (LimitKind kind = LIMIT_WHOLE; kind <= LIMIT_OWN; kind++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (1024 * 1024, 2);
      FilDownload *download = world_start (world, content);

      set_limit (world, kind, FIL_SOURCE_LEAST_BPS / 2);
      for (guint i = 0; i < 4; i++)
        add_source (world, 1, i + 1, content);
      for (guint i = 0; i < 300; i++)
        {
          world_run (world, 1);
          assert_unblamed (world, download);
        }
      g_assert_cmpuint (download->received, >=, FIL_SOURCE_LEAST_BPS / 2 * 300 * 90 / 100);
    }
}

/* Several connections share a limit to the end of the file: who is done takes nothing over from who is held back. */
static void
test_shared (void)
{
  static const gint64 rate = 5 * 1000;

  for (LimitKind kind = LIMIT_WHOLE; kind <= LIMIT_OWN; kind++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (400 * 1000, 3);
      FilDownload *download = world_start (world, content);
      gint64 begun_us = world->now_us;
      guint64 sent = 0;

      set_limit (world, kind, rate);
      add_source (world, 1, 1, content);
      world_run (world, 7);
      add_source (world, 1, 2, content);
      add_source (world, 1, 3, content);
      world_run (world, 40);
      g_assert_cmpuint (world->links->len, ==, 2);
      g_assert_true (world_run_until (world, download, DONE, 60));
      g_assert_cmpuint (world->dials, ==, 2);
      assert_unblamed (world, download);
      g_assert_cmpint (world->now_us - begun_us, <=, 84 * FIL_SEC);
      for (guint i = 0; i < world->hosts->len; i++)
        sent += ((const Host *) g_ptr_array_index (world->hosts, i))->sent;
      /* Heads and all: nothing came twice. */
      g_assert_cmpuint (sent, <=, g_bytes_get_size (content) + 8 * 1024);
    }
}

/* Several downloads share the limit of everything, and with it the number of connections that it is worth. */
static void
test_downloads_share (void)
{
  static const gint64 rate = 1500;
  g_autoptr (World) world = world_new ();
  FilDownload *downloads[3];
  guint64 before[3], all = 0;

  set_limit (world, LIMIT_WHOLE, rate);
  for (guint i = 0; i < G_N_ELEMENTS (downloads); i++)
    {
      g_autoptr (GBytes) content = test_content (1024 * 1024, 20 + i);

      downloads[i] = fil_downloads_get (world->downloads, world_add (world, i + 1, content));
      for (guint j = 0; j < 4; j++)
        add_source (world, i + 1, 10 * i + j + 1, content);
    }
  world_run (world, 20);
  for (guint i = 0; i < G_N_ELEMENTS (downloads); i++)
    before[i] = downloads[i]->received;
  world_run (world, 60);
  for (guint i = 0; i < G_N_ELEMENTS (downloads); i++)
    {
      g_assert_cmpint (downloads[i]->received - before[i], >=, rate * 60 / 6);
      g_assert_cmpuint (world_count_links (world, i + 1), ==, 1);
      assert_unblamed (world, downloads[i]);
      all += downloads[i]->received - before[i];
    }
  g_assert_cmpint (all, >=, rate * 60 * 95 / 100);
  g_assert_cmpint (all, <=, rate * 60 * 105 / 100);
}

/* One that brings little by itself is known for it beside those that the limit holds back, and the others fill the limit. */
static void
test_drip_among_held (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * 1024 * 1024, 4);
  FilDownload *download = world_start (world, content);
  Host *drip;
  guint64 before;

  set_limit (world, LIMIT_OWN, 2 * FIL_SOURCE_SHARE_BPS);
  drip = add_source (world, 1, 1, content);
  drip->bytes_per_step = 10;
  add_source (world, 1, 2, content);
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, 2);
  before = download->received;
  world_run (world, 60);
  g_assert_cmpuint (download->received - before, >=, 60 * 2 * FIL_SOURCE_SHARE_BPS * 95 / 100);
  add_source (world, 1, 3, content);
  world_run (world, 2);
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      g_assert_cmpstr (source->reason_code, ==, source->endpoint.addr[3] == 1 ? "too-slow" : NULL);
    }
}

/* What a rate says of the other side, beside what we let in. */
static void
test_unheld_rate (void)
{
  FilTransferRate rate = { 0 };
  gint64 now_us = 100 * FIL_SEC;

  g_assert_cmpuint (fil_transfer_rate_unheld (&rate, FIL_NEVER, now_us), ==, 0);
  g_assert_false (fil_transfer_rate_is_held (&rate, FIL_NEVER, now_us));
  /* Nothing came yet, and that is our doing. */
  g_assert_cmpuint (fil_transfer_rate_unheld (&rate, now_us - 20 * FIL_SEC, now_us), ==, G_MAXUINT64);
  g_assert_true (fil_transfer_rate_is_held (&rate, now_us - 20 * FIL_SEC, now_us));

  fil_transfer_rate_add (&rate, 1000, now_us);
  now_us += 8 * FIL_SEC;
  fil_transfer_rate_held (&rate, 6 * FIL_SEC, now_us);
  g_assert_cmpuint (fil_transfer_rate_get (&rate, now_us), ==, 1000 / 9);
  g_assert_cmpuint (fil_transfer_rate_unheld (&rate, FIL_NEVER, now_us), ==, 500);
  g_assert_true (fil_transfer_rate_is_held (&rate, FIL_NEVER, now_us));
  /* It goes on, until nobody can say how fast the other side is. */
  g_assert_cmpuint (fil_transfer_rate_unheld (&rate, now_us, now_us + FIL_SEC / 2), ==, 500);
  g_assert_cmpuint (fil_transfer_rate_unheld (&rate, now_us, now_us + 5 * FIL_SEC), ==, G_MAXUINT64);
  /* What is long past counts no more. */
  now_us += 20 * FIL_SEC;
  g_assert_false (fil_transfer_rate_is_held (&rate, FIL_NEVER, now_us));
  fil_transfer_rate_held (&rate, FIL_HOUR, now_us);
  fil_transfer_rate_add (&rate, 1000, now_us + 3 * FIL_SEC);
  g_assert_cmpuint (fil_transfer_rate_unheld (&rate, FIL_NEVER, now_us + 4 * FIL_SEC), ==, 250);
}

/* A download that a limit of its own makes slow, and one that only the same host has. */
typedef struct
{
  World *world;
  Host *host;
  GBytes *contents[2];
  FilDownload *slow;
  FilDownload *fast;
} Rivals;

#define SLOW_BPS 2000

static void
rivals_begin (Rivals *self,
              guint per_host,
              gsize size,
              gboolean is_firewalled)
{
  self->world = world_new ();
  self->contents[0] = test_content (400 * 1000, 6);
  self->contents[1] = test_content (size, 7);
  self->host = world_add_host (self->world, "25.0.0.1:6346", self->contents[0]);
  self->host->second = self->contents[1];
  self->host->is_firewalled = is_firewalled;
  fil_uploads_set_slots (self->host->uploads, 10, per_host);
  self->slow = fil_downloads_get (self->world->downloads, world_add (self->world, 1, self->contents[0]));
  set_limit (self->world, LIMIT_OWN, SLOW_BPS);
  world_add_source (self->world, 1, self->host);
  world_run (self->world, 20);
  g_assert_cmpuint (self->slow->received, >=, SLOW_BPS * 15);
}

static void
rivals_add_fast (Rivals *self)
{
  self->fast = fil_downloads_get (self->world->downloads, world_add (self->world, 2, self->contents[1]));
  world_add_source (self->world, 2, self->host);
}

static void
rivals_end (Rivals *self)
{
  g_assert_true (world_run_until (self->world, self->slow, DONE, 400 * 1000 / SLOW_BPS + 20));
  world_assert_done (self->world, 1, self->contents[0]);
  world_assert_done (self->world, 2, self->contents[1]);
  world_free (self->world);
  g_bytes_unref (self->contents[0]);
  g_bytes_unref (self->contents[1]);
}

/* The host has room for both: neither waits for the other. */
static void
test_host_takes_two (void)
{
  Rivals rivals;
  guint64 before;

  rivals_begin (&rivals, 2, 4 * 1024 * 1024, FALSE);
  before = rivals.slow->received;
  rivals_add_fast (&rivals);
  g_assert_true (world_run_until (rivals.world, rivals.fast, DONE, 10));
  world_run (rivals.world, 20);
  g_assert_cmpuint (rivals.slow->received - before, >=, SLOW_BPS * 20 * 95 / 100);
  g_assert_cmpuint (rivals.host->connects, ==, 2);
  rivals_end (&rivals);
}

/* The same when the fast one was there first. */
static void
test_host_takes_two_later (void)
{
  Rivals rivals;
  guint64 before;

  rivals_begin (&rivals, 2, 4 * 1024 * 1024, FALSE);
  before = rivals.slow->received;
  g_assert_true (fil_downloads_pause (rivals.world->downloads, 1, rivals.world->now_us));
  rivals.host->bytes_per_step = 1000;
  rivals_add_fast (&rivals);
  world_run (rivals.world, 20);
  g_assert_true (fil_downloads_resume (rivals.world->downloads, 1, rivals.world->now_us));
  world_run (rivals.world, 30);
  g_assert_cmpuint (rivals.slow->received - before, >=, SLOW_BPS * 25);
  g_assert_cmpuint (rivals.fast->received, >=, 10000 * 48);
  g_assert_cmpuint (rivals.world->links->len, ==, 2);
  rivals.host->bytes_per_step = 0;
  g_assert_true (world_run_until (rivals.world, rivals.fast, DONE, 10));
  rivals_end (&rivals);
}

/* Without a limit they come one after the other, over one connection at a time. */
static void
test_host_without_limits (void)
{
  Rivals rivals;

  rivals_begin (&rivals, 2, 4 * 1024 * 1024, FALSE);
  rivals.host->bytes_per_step = 1000;
  set_limit (rivals.world, LIMIT_OWN, 0);
  rivals_add_fast (&rivals);
  for (guint i = 0; rivals.slow->state != DONE; i++)
    {
      g_assert_cmpuint (i, <, 60);
      world_run (rivals.world, 1);
      g_assert_cmpuint (rivals.world->links->len, ==, 1);
    }
  rivals.host->bytes_per_step = 0;
  g_assert_true (world_run_until (rivals.world, rivals.fast, DONE, 10));
  rivals_end (&rivals);
}

/* The host grants an address one: the slow one makes way as soon as the host wants to be asked again, and goes on when the
 * other one is done. */
static void
test_host_takes_one (void)
{
  Rivals rivals;

  rivals_begin (&rivals, 1, 4 * 1024 * 1024, FALSE);
  rivals_add_fast (&rivals);
  g_assert_true (world_run_until (rivals.world, rivals.fast, DONE, 400));
  g_assert_cmpint (rivals.slow->state, !=, DONE);
  rivals_end (&rivals);
}

/* A host that is known to grant one, or that only we can have called, is never asked for a second: the connection goes
 * over to the other file when what is under way has come. */
static void
one_connection (gboolean is_firewalled)
{
  Rivals rivals;
  FilFileSource *source;

  rivals_begin (&rivals, 1, 4 * 1024 * 1024, is_firewalled);
  source = g_ptr_array_index (rivals.slow->sources, 0);
  if (!is_firewalled)
    {
      g_free (source->vendor);
      source->vendor = g_strdup ("gtk-gnutella/1.2.3");
    }
  rivals_add_fast (&rivals);
  rivals.host->bytes_per_step = 100 * 1000;
  for (guint i = 0; rivals.fast->received < 2 * 1024 * 1024; i++)
    {
      g_assert_cmpuint (i, <, FIL_HOST_YIELD_US / FIL_SEC);
      world_run (rivals.world, 1);
    }
  g_assert_cmpuint (rivals.host->connects, ==, 1);
  g_assert_cmpstr (rivals.slow->reason_code, ==, "source-taken");
  assert_unblamed (rivals.world, rivals.slow);
  assert_unblamed (rivals.world, rivals.fast);
  g_assert_true (world_run_until (rivals.world, rivals.fast, DONE, 10));
  g_assert_cmpint (rivals.slow->state, !=, DONE);
  rivals_end (&rivals);
}

static void
test_host_known_to_take_one (void)
{
  one_connection (FALSE);
  one_connection (TRUE);
}

/* Who was limited when it had asked for much, which is long in coming now, is not waited for. */
static void
test_host_asked_for_much (void)
{
  Rivals rivals;

  rivals_begin (&rivals, 1, 4 * 1024 * 1024, TRUE);
  rivals.host->bytes_per_step = 2000;
  set_limit (rivals.world, LIMIT_OWN, 0);
  world_run (rivals.world, 6);
  set_limit (rivals.world, LIMIT_OWN, 200);
  world_run (rivals.world, 10);
  rivals_add_fast (&rivals);
  world_run (rivals.world, 10);
  g_assert_cmpuint (rivals.fast->received, ==, 0);
  rivals.host->bytes_per_step = 0;
  g_assert_true (world_run_until (rivals.world, rivals.fast, DONE, FIL_HOST_YIELD_US / FIL_SEC + 10));
  g_assert_cmpint (rivals.slow->state, !=, DONE);
  set_limit (rivals.world, LIMIT_OWN, SLOW_BPS);
  rivals_end (&rivals);
}

/* Nor does the slow one starve beside a fast one that takes hours, which loses next to nothing. */
static void
test_host_turns (void)
{
  Rivals rivals;
  guint64 before[2];

  rivals_begin (&rivals, 1, 12 * 1024 * 1024, TRUE);
  rivals.host->bytes_per_step = 500;
  rivals_add_fast (&rivals);
  world_run (rivals.world, 60);
  for (guint i = 0; i < 3; i++)
    {
      before[0] = rivals.slow->received;
      before[1] = rivals.fast->received;
      world_run (rivals.world, 12 * 60);
      g_assert_cmpuint (rivals.slow->received - before[0], >=, SLOW_BPS * 20);
      g_assert_cmpuint (rivals.fast->received - before[1], >=, 5000 * 600 * 95 / 100);
    }
  g_assert_cmpuint (rivals.host->connects, ==, 1);
  rivals.host->bytes_per_step = 0;
  g_assert_true (world_run_until (rivals.world, rivals.fast, DONE, 100));
  rivals_end (&rivals);
}

typedef struct
{
  gboolean is_ended;
  gint64 held_us;
} Asker;

static gboolean
ask_page (gpointer data,
          FilDownloadAsk *ask,
          gint64 now_us)
{
  ask->page = "/page";
  return TRUE;
}

static void
note_held (gpointer data,
           gint64 us,
           gint64 now_us)
{
  ((Asker *) data)->held_us += us;
}

static void
note_end (gpointer data,
          FilDownloadEnd end,
          const char *sentence,
          gint64 now_us)
{
  ((Asker *) data)->is_ended = TRUE;
}

/* What may take only so long as a whole is not cut off by the limit: heads of replies, and trees. */
static void
test_page_is_held (void)
{
  static const FilDownloadSessionDelegate delegate = { .next = ask_page, .held = note_held, .ended = note_end };
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
  FilDownloadRequest request = { .host = "a", .user_agent = "a", .target = "/file" };
  Asker asker = { 0 };
  FilSession *session = fil_download_session_new (&request, &delegate, &asker, 0);
  FilOutput out;

  g_assert_true (fil_session_output (session, &out, 0));
  fil_session_sent (session, out.len, 0);
  g_assert_cmpint (fil_session_wake (session), ==, FIL_REPLY_HEAD_US);
  fil_session_set_held (session, TRUE, 10 * FIL_SEC);
  fil_session_set_held (session, TRUE, 20 * FIL_SEC);
  g_assert_cmpint (fil_session_wake (session), ==, FIL_NEVER);
  fil_session_set_held (session, FALSE, 500 * FIL_SEC);
  fil_session_set_held (session, FALSE, 501 * FIL_SEC);
  g_assert_cmpint (fil_session_wake (session), ==, FIL_REPLY_HEAD_US + 490 * FIL_SEC);
  g_assert_cmpint (asker.held_us, ==, 490 * FIL_SEC);

  g_assert_cmpuint (fil_session_feed (session, (const guint8 *) head, sizeof head - 1, 510 * FIL_SEC), ==,
                    sizeof head - 1);
  fil_session_set_held (session, TRUE, 510 * FIL_SEC);
  fil_session_set_held (session, FALSE, 810 * FIL_SEC);
  g_assert_cmpint (fil_session_wake (session), ==, 810 * FIL_SEC + FIL_REPLY_PAGE_US);
  fil_session_tick (session, 810 * FIL_SEC + FIL_REPLY_PAGE_US - 1);
  g_assert_false (asker.is_ended);
  fil_session_tick (session, 810 * FIL_SEC + FIL_REPLY_PAGE_US);
  g_assert_true (asker.is_ended);
  fil_session_free (session);
}

/* After wrong bytes one source at a time proves itself; our limit takes no turn away from it, with which all that it has
 * brought would go. */
static void
test_proves_itself (void)
{
  for (LimitKind kind = LIMIT_WHOLE; kind <= LIMIT_OWN; kind++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (100 * 1000, 7), bad = test_content (100 * 1000, 8);
      FilDownload *download = world_start (world, content);

      add_source (world, 1, 1, bad);
      world_run (world, 5);
      g_assert_cmpuint (download->mismatches, ==, 1);
      set_limit (world, kind, 500);
      for (guint i = 1; i < 4; i++)
        add_source (world, 1, i + 1, content);
      g_assert_true (world_run_until (world, download, DONE, 250));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (world->dials, ==, 2);
    }
}

/* Asks, and takes the answer; somebody who waits for a slot does so again and again. */
static void
ask_again (FilSession *session,
           const char *request,
           gint64 now_us)
{
  FilOutput out;

  (void) fil_session_feed (session, (const guint8 *) request, strlen (request), now_us);
  while (fil_session_output (session, &out, now_us))
    fil_session_sent (session, out.len, now_us);
  g_assert_false (session->is_closed);
}

/* Nor does a limit of what we send make a reader slow: he takes what there is, whoever waits for his slot. */
static void
test_reader_is_held (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (1024 * 1024, 5);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  g_autofree char *request = NULL;
  char sha1[FIL_SHA1_TEXT_LEN + 1];
  FilSession *session, *waiting;
  FilEndpoint other;
  FilOutput out;
  gint64 second = 0;

  g_assert_true (fil_endpoint_parse (&other, "26.0.0.1:1000", -1, 0));
  fil_uploads_set_slots (host->uploads, 1, 1);
  fil_sha1_to_text (&world_start (world, content)->sha1, sha1);
  request = g_strdup_printf ("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: a\r\nX-Queue: 1.1\r\n\r\n", sha1);
  session = fil_uploads_accept (host->uploads, &world->own, 0);
  waiting = fil_uploads_accept (host->uploads, &other, 0);
  g_assert_cmpuint (fil_session_feed (session, (const guint8 *) request, strlen (request), 0), ==, strlen (request));
  /* A kilobyte every two minutes, for which it is our limit that makes it wait. */
  for (; second < 1200; second++)
    {
      if (second % 30 == 0)
        ask_again (waiting, request, second * FIL_SEC);
      g_assert_cmpuint (fil_uploads_waiting (host->uploads), ==, 1);
      g_assert_true (fil_session_output (session, &out, second * FIL_SEC));
      fil_session_set_held (session, second % 120 != 0, second * FIL_SEC);
      if (second % 120 == 0)
        fil_session_sent (session, MIN (out.len, 1024), second * FIL_SEC);
      if (fil_session_wake (session) <= second * FIL_SEC)
        fil_session_tick (session, second * FIL_SEC);
      g_assert_false (session->is_closed);
    }
  /* Then it is its own doing. */
  fil_session_set_held (session, FALSE, second * FIL_SEC);
  for (gint64 end = second + FIL_REQUEST_STALL_US / FIL_SEC; second <= end; second++)
    fil_session_tick (session, second * FIL_SEC);
  g_assert_true (session->is_closed);
  fil_session_free (session);
  fil_session_free (waiting);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/limits/tiny", test_tiny);
  g_test_add_func ("/transfer/limits/next-to-nothing", test_next_to_nothing);
  g_test_add_func ("/transfer/limits/shared", test_shared);
  g_test_add_func ("/transfer/limits/downloads-share", test_downloads_share);
  g_test_add_func ("/transfer/limits/drip-among-held", test_drip_among_held);
  g_test_add_func ("/transfer/limits/unheld-rate", test_unheld_rate);
  g_test_add_func ("/transfer/limits/host-takes-two", test_host_takes_two);
  g_test_add_func ("/transfer/limits/host-takes-two-later", test_host_takes_two_later);
  g_test_add_func ("/transfer/limits/host-without-limits", test_host_without_limits);
  g_test_add_func ("/transfer/limits/host-takes-one", test_host_takes_one);
  g_test_add_func ("/transfer/limits/host-known-to-take-one", test_host_known_to_take_one);
  g_test_add_func ("/transfer/limits/host-asked-for-much", test_host_asked_for_much);
  g_test_add_func ("/transfer/limits/host-turns", test_host_turns);
  g_test_add_func ("/transfer/limits/page-is-held", test_page_is_held);
  g_test_add_func ("/transfer/limits/proves-itself", test_proves_itself);
  g_test_add_func ("/transfer/limits/reader-is-held", test_reader_is_held);
  return g_test_run ();
}
