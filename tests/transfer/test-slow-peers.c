/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <string.h>

#include "transfer-limits.h"

/* Peers that keep a place and bring nothing, and those who name others to have them called. */

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE

/* Hosts at 25.@net.0.1 and so on that send 200 bytes a second, or what @reply says. */
static void
add_many (World *world,
          gint64 id,
          guint net,
          guint n,
          GBytes *content,
          HostReply reply)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.%u.0.%u:6346", net, i + 1);
      Host *host = world_add_host (world, address, content);

      host->bytes_per_step = reply == NULL ? 20 : 0;
      host->reply = reply;
      world_add_source (world, id, host);
    }
}

/* Twelve sources that drip take all connections of a download; the one that has the file for us gets in all the same,
 * and as soon as they have had their trial. */
static void
test_drips (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 1);
  FilDownload *download = world_start (world, content);
  Host *honest = world_add_host (world, "26.0.0.1:6346", content);

  add_many (world, 1, 0, FIL_DOWNLOAD_MAX_CONNECTIONS, content, NULL);
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, FIL_DOWNLOAD_MAX_CONNECTIONS);
  world_add_source (world, 1, honest);
  world_run (world, 1);
  g_assert_cmpuint (honest->connects, ==, 0);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (honest->connects, ==, 1);
}

/* Nor when the file is so small that they have all of it between them. */
static void
test_drips_have_all (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (FIL_DOWNLOAD_MAX_CONNECTIONS * FIL_SEGMENT_LEAST / 2, 9);
  FilDownload *download = world_start (world, content);
  Host *honest = world_add_host (world, "26.0.0.1:6346", content);

  add_many (world, 1, 0, FIL_DOWNLOAD_MAX_CONNECTIONS, content, NULL);
  world_run (world, 40);
  world_add_source (world, 1, honest);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
}

/* The last kilobytes of one that has become slow are not waited for when somebody else turns up. */
static void
test_last_bytes (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * FIL_SEGMENT_LEAST + 10 * 1000, 10);
  FilDownload *download = world_start (world, content);
  Host *slow = world_add_host (world, "25.0.0.1:6346", content);
  Host *fast = world_add_host (world, "26.0.0.1:6346", content);

  slow->bytes_per_step = 1000;
  world_add_source (world, 1, slow);
  while (download->received < 2 * FIL_SEGMENT_LEAST + 1000)
    world_step (world);
  slow->bytes_per_step = 2;
  world_add_source (world, 1, fast);
  g_assert_true (world_run_until (world, download, DONE, 30));
  g_assert_cmpuint (fast->connects, ==, 1);
  world_assert_done (world, 1, content);
}

/* While there is nobody else, slow is better than nothing. */
static void
test_drips_alone (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 2);

  world_add (world, 1, content);
  add_many (world, 1, 0, FIL_DOWNLOAD_MAX_CONNECTIONS, content, NULL);
  world_run (world, 200);
  g_assert_cmpuint (world->links->len, ==, FIL_DOWNLOAD_MAX_CONNECTIONS);
  g_assert_cmpuint (world->dials, ==, FIL_DOWNLOAD_MAX_CONNECTIONS);
}

/* Nor do the connections of all downloads together keep another download from its first one. */
static void
test_drips_everywhere (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 3);
  guint n = FIL_DOWNLOADS_MAX_CONNECTIONS / FIL_DOWNLOAD_MAX_CONNECTIONS;
  Host *honest = world_add_host (world, "26.0.0.1:6346", content);
  FilDownload *download;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) other = test_content (2 * MIB, 10 + i);

      world_add (world, i + 1, other);
      add_many (world, i + 1, i, FIL_DOWNLOAD_MAX_CONNECTIONS, other, NULL);
    }
  world_run (world, 60);
  g_assert_cmpuint (world->links->len, ==, FIL_DOWNLOADS_MAX_CONNECTIONS);
  download = fil_downloads_get (world->downloads, world_add (world, 100, content));
  world_add_source (world, 100, honest);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 100, content);
}

static gboolean
say_wait (Host *host,
          const char *request,
          GByteArray *out)
{
  static const char text[] = "HTTP/1.1 503 Queued\r\nContent-Length: 0\r\n"
                             "X-Queue: position=1,length=1,limit=1,pollMin=60,pollMax=120\r\n\r\n";

  g_byte_array_append (out, (const guint8 *) text, sizeof text - 1);
  return TRUE;
}

/* Twelve sources say for ever that it is our turn next. */
static void
test_queues_without_end (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *honest = world_add_host (world, "26.0.0.1:6346", content);

  add_many (world, 1, 0, FIL_DOWNLOAD_MAX_CONNECTIONS, content, say_wait);
  world_run (world, 20);
  world_add_source (world, 1, honest);
  world_run (world, 120);
  g_assert_cmpuint (honest->connects, ==, 0);
  g_assert_true (world_run_until (world, download, DONE, FIL_SOURCE_WAITING_US / FIL_SEC));
  world_assert_done (world, 1, content);
}

static gboolean
say_later (Host *host,
           const char *request,
           GByteArray *out)
{
  static const char text[] = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 100\r\nConnection: close\r\n\r\n";

  g_byte_array_append (out, (const guint8 *) text, sizeof text - 1);
  return FALSE;
}

/* After somebody has sent wrong bytes one source at a time has to prove itself, and whose turn it is brings nothing:
 * it has us wait, on the connection or without one, sends a byte and falls silent, sends next to nothing, or is not
 * there. None of them keeps the file from us, though what it has sent may still be on its way to the disk. */
static void
test_proves_nothing (void)
{
  static const struct
  {
    HostReply reply;
    guint64 stall_after;
    guint64 bytes_per_step;
    gboolean is_silent;
  } ways[] = { { .reply = say_wait }, { .reply = say_later }, { .stall_after = 1000 }, { .bytes_per_step = 40 },
               { .is_silent = TRUE } };
  const guint n = 3;

  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (200 * 1024, 20);
      g_autoptr (GBytes) bad = test_content (200 * 1024, 21);
      FilDownload *download = fil_downloads_get (world->downloads, world_add (world, 1, content));
      Host *honest = world_add_host (world, "26.0.0.1:6346", content);

      g_test_message ("way %u", way);
      world_add_source (world, 1, world_add_host (world, "27.0.0.1:6346", bad));
      world_run (world, 5);
      g_assert_cmpuint (download->mismatches, ==, 1);
      world->disk_is_slow = TRUE;
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *address = g_strdup_printf ("25.0.0.%u:6346", i + 1);
          Host *host = world_add_host (world, address, content);

          host->reply = ways[way].reply;
          host->is_silent = ways[way].is_silent;
          host->stall_after = ways[way].stall_after;
          host->bytes_per_step = ways[way].bytes_per_step;
          world_add_source (world, 1, host);
        }
      world_run (world, 5);
      g_assert_cmpuint (download->solo, !=, 0);
      world_add_source (world, 1, honest);
      g_assert_true (world_run_until (world, download, DONE, (n + 1) * FIL_SOLO_TRIAL_US / FIL_SEC));
      world_assert_done (world, 1, content);
    }
}

/* Who keeps us waiting takes nothing of a limit: it neither keeps out those who give, nor do they cost it its place. */
static void
test_queues_under_a_limit (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (16 * MIB, 7);
  Host *givers[3];

  world_add (world, 1, content);
  g_assert_true (fil_downloads_set_limit (world->downloads, 1, 1000, world->now_us));
  add_many (world, 1, 0, 5, content, say_wait);
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (givers); i++)
    {
      g_autofree char *address = g_strdup_printf ("26.0.0.%u:6346", i + 1);

      givers[i] = world_add_host (world, address, content);
      givers[i]->bytes_per_step = 512 << i;
      world_add_source (world, 1, givers[i]);
    }
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, 5 + 2);
  /* However long they wait: without them there would be no more room. */
  world_run (world, FIL_SOURCE_WAITING_US / FIL_SEC);
  g_assert_cmpuint (world->links->len, ==, 5 + 2);
  g_assert_cmpuint (world->dials, ==, 5 + 2);

  g_assert_true (fil_downloads_set_limit (world->downloads, 1, 0, world->now_us));
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, 5 + 3);
  g_assert_true (fil_downloads_set_limit (world->downloads, 1, 1000, world->now_us));
  world_run (world, 1);
  g_assert_cmpuint (world->links->len, ==, 5 + 2);
  g_assert_cmpuint (world->dials, ==, 5 + 3);
}

static gboolean
say_no_at_length (Host *host,
                  const char *request,
                  GByteArray *out)
{
  g_autofree char *body = g_strnfill (FIL_REPLY_MAX_DISCARD, 'x');
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 503 No\r\nContent-Length: %d\r\n"
                                           "X-Queue: position=1,length=1,limit=1,pollMin=60,pollMax=120\r\n\r\n%s",
                                           FIL_REPLY_MAX_DISCARD, body);

  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
  return TRUE;
}

/* A refusal is read to its end, but not byte by byte for half an hour. */
static void
test_refusal_drips (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 5);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world_add (world, 1, content);
  host->reply = say_no_at_length;
  host->bytes_per_step = 1;
  world_add_source (world, 1, host);
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, 1);
  world_run (world, FIL_REPLY_HEAD_US / FIL_SEC);
  g_assert_cmpuint (world->links->len, ==, 0);
}

/* Names 300 ports of 29.0.0.1 with each reply, and gives a byte with it. */
static gboolean
name_ports (Host *host,
            const char *request,
            GByteArray *out)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 first, last;

  host_asked (request, &first, &last);
  for (guint line = 0; line < 5; line++)
    {
      g_string_append (text, "X-Alt: ");
      for (guint i = 0; i < 60; i++)
        g_string_append_printf (text, "29.0.0.1:%u, ", 1 + (host->requests * 300 + line * 60 + i) % 65535);
      g_string_append (text, "\r\n");
    }
  host_say_part (host, out, text->str, first, first);
  return TRUE;
}

/* Ten thousand ports of one address are one connection, and those of services none. */
static void
test_ports_of_a_victim (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 6);
  FilDownload *download = world_start (world, content);
  Host *liar = world_add_host (world, "25.0.0.1:6346", content);
  guint victims = 0;

  liar->reply = name_ports;
  /* Or it would name them by the million. */
  liar->bytes_per_step = 10000;
  world_add_source (world, 1, liar);
  world_run (world, 60);
  g_assert_cmpuint (liar->requests * 300, >=, 10000);
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (fil_endpoint_equal (&source->endpoint, &liar->endpoint))
        continue;
      victims++;
      g_assert_cmpuint (source->endpoint.port, >=, 1024);
    }
  g_assert_cmpuint (victims, ==, 1);
  g_assert_cmpuint (world->dials, ==, liar->connects + 1);
  world_run (world, 1800);
  g_assert_cmpuint (world->dials, ==, liar->connects + 1);
}

static void
add_places (World *world,
            guint net,
            guint n,
            gboolean is_alt)
{
  for (guint i = 0; i < n; i++)
    {
      FilSourceSpec spec = { .is_alt = is_alt };
      guint8 address[4] = { 25, (guint8) net, (guint8) (i >> 8), (guint8) i };

      spec.endpoint = fil_endpoint_v4 (address, 6346);
      fil_downloads_add_source (world->downloads, 1, &spec, world->now_us);
    }
}

static guint
count_found (const FilDownload *download)
{
  guint n = 0;

  g_assert_cmpuint (download->sources->len, ==, FIL_DOWNLOAD_MAX_SOURCES);
  for (guint i = 0; i < download->sources->len; i++)
    n += !((const FilFileSource *) g_ptr_array_index (download->sources, i))->is_alt;
  return n;
}

/* Places that other sources name do not push those out that were found by a search, and make room for them. */
static void
test_found_ones_stay (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 7);
  FilDownload *download = world_start (world, content);

  add_places (world, 0, 100, FALSE);
  add_places (world, 1, 10000, TRUE);
  g_assert_cmpuint (count_found (download), ==, 100);
  add_places (world, 2, 50, FALSE);
  g_assert_cmpuint (count_found (download), ==, 150);
  add_places (world, 3, FIL_DOWNLOAD_MAX_SOURCES, FALSE);
  g_assert_cmpuint (count_found (download), ==, FIL_DOWNLOAD_MAX_SOURCES);
  add_places (world, 4, 10000, TRUE);
  g_assert_cmpuint (count_found (download), ==, FIL_DOWNLOAD_MAX_SOURCES);
}

/* Nor does their number put off the turn of who was found, after somebody has sent wrong bytes. */
static void
test_found_ones_prove_first (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (200 * 1024, 22);
  g_autoptr (GBytes) bad = test_content (200 * 1024, 23);
  FilDownload *download = fil_downloads_get (world->downloads, world_add (world, 1, content));

  world_add_source (world, 1, world_add_host (world, "27.0.0.1:6346", bad));
  world_run (world, 5);
  g_assert_cmpuint (download->mismatches, ==, 1);
  add_places (world, 1, 250, TRUE);
  world_run (world, 5);
  world_add_source (world, 1, world_add_host (world, "26.0.0.1:6346", content));
  g_assert_true (world_run_until (world, download, DONE, 2 * FIL_SOLO_QUIET_US / FIL_SEC));
  world_assert_done (world, 1, content);
}

/* Somebody who takes a byte now and then has no slot for ever. */
static void
test_slow_reader (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 8);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  g_autofree char *request = NULL;
  char sha1[FIL_SHA1_TEXT_LEN + 1];

  fil_sha1_to_text (&world_start (world, content)->sha1, sha1);
  request = g_strdup_printf ("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: a\r\n\r\n", sha1);
  for (guint bps = 1; bps <= 128; bps += 127)
    {
      FilSession *session = fil_uploads_accept (host->uploads, &world->own, 0);
      FilOutput out;
      gint64 second = 0;

      g_assert_cmpuint (fil_session_feed (session, (const guint8 *) request, strlen (request), 0), ==, strlen (request));
      while (second < 600 && !session->is_closed && fil_session_output (session, &out, second * FIL_SEC))
        {
          fil_session_sent (session, MIN (out.len, bps), second * FIL_SEC);
          fil_session_tick (session, ++second * FIL_SEC);
        }
      g_assert_cmpint (second, ==, bps == 1 ? FIL_REQUEST_STALL_US / FIL_SEC : 600);
      fil_session_free (session);
      g_assert_cmpuint (fil_uploads_used_slots (host->uploads), ==, 0);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/slow-peers/drips", test_drips);
  g_test_add_func ("/transfer/slow-peers/drips-have-all", test_drips_have_all);
  g_test_add_func ("/transfer/slow-peers/last-bytes", test_last_bytes);
  g_test_add_func ("/transfer/slow-peers/drips-alone", test_drips_alone);
  g_test_add_func ("/transfer/slow-peers/drips-everywhere", test_drips_everywhere);
  g_test_add_func ("/transfer/slow-peers/queues-without-end", test_queues_without_end);
  g_test_add_func ("/transfer/slow-peers/proves-nothing", test_proves_nothing);
  g_test_add_func ("/transfer/slow-peers/queues-under-a-limit", test_queues_under_a_limit);
  g_test_add_func ("/transfer/slow-peers/refusal-drips", test_refusal_drips);
  g_test_add_func ("/transfer/slow-peers/ports-of-a-victim", test_ports_of_a_victim);
  g_test_add_func ("/transfer/slow-peers/found-ones-stay", test_found_ones_stay);
  g_test_add_func ("/transfer/slow-peers/found-ones-prove-first", test_found_ones_prove_first);
  g_test_add_func ("/transfer/slow-peers/slow-reader", test_slow_reader);
  return g_test_run ();
}
