/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <stdio.h>
#include <string.h>

#include "download-reply.h"
#include "sha1.h"
#include "transfer-limits.h"

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE

static gboolean
say_text (Host *host,
          const char *request,
          GByteArray *out)
{
  host_say (out, host->text);
  return TRUE;
}

/* What a reply that no honest server gives does to its source, and that the file comes all the same. */
static void
test_replies (void)
{
  static const struct
  {
    const char *text;
    const char *reason_code;
    gboolean is_bad;
  } cases[] = {
    { "hello\r\n\r\n", "broken-http", TRUE },
    { "HTTP/2.0 200 OK\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Length: 5\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 5-1/2097152\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-2097152/2097152\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes -5-10/2097152\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 1048576-1048577/2097152\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-18446744073709551615/2097152\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9223372036854775807/*\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-4/18446744073709551616\r\n\r\nabcde", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-4,6-9/2097152\r\n\r\nabcde", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes */2097152\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-4/2097152\r\nContent-Range: bytes 5-9/2097152\r\n\r\nabcde",
      "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Length: 5\r\n , 7\r\nContent-Range: bytes 0-4/2097152\r\n\r\nabcde", "broken-http",
      TRUE },
    { "HTTP/1.1 206 OK\r\nX: y\rContent-Length: 7\r\nContent-Range: bytes 0-4/2097152\r\n\r\nabcde", "broken-http",
      TRUE },
    { "HTTP/1.1 206 OK\r\nTransfer-Encoding: identity\r\nContent-Range: bytes 0-4/2097152\r\n\r\nabcde", "broken-http",
      TRUE },
    { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Range: bytes 10-14/2097152\r\n\r\nabcde", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Length: 6\r\nContent-Range: bytes 0-4/2097152\r\n\r\n", "broken-http",
      TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\nContent-Range: bytes 0-4/2097152\r\n\r\n",
      "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Length: -5\r\nContent-Range: bytes 0-4/2097152\r\n\r\n", "broken-http",
      TRUE },
    { "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2097152\r\n\r\n", "broken-http",
      TRUE },
    { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2097152\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Type: multipart/byteranges; boundary=x\r\nContent-Length: 100\r\n\r\n",
      "broken-http", TRUE },
    { "HTTP/1.1 101 Upgrade\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 100 A\r\n\r\nHTTP/1.1 100 B\r\n\r\nHTTP/1.1 100 C\r\n\r\nHTTP/1.1 100 D\r\n\r\n"
      "HTTP/1.1 100 E\r\n\r\n", "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-4/2097152\r\n\r\nabcdeTHERE IS MORE THAN I SAID\r\n\r\n",
      "broken-http", TRUE },
    { "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-4/2097152\r\n"
      "X-Gnutella-Content-URN: urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\r\n\r\nabcde", "other-file", TRUE },
    { "HTTP/1.1 404 Gone\r\nContent-Length: 4\r\n\r\nbye.", "not-found", TRUE },
    { "HTTP/1.1 410 Gone\r\n\r\n", "not-found", TRUE },
    { "HTTP/1.1 403 No\r\n\r\n", "refused", FALSE },
    { "HTTP/1.1 429 No\r\n\r\n", "refused", FALSE },
    { "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n\r\n", "refused", FALSE },
    { "HTTP/1.1 500 No\r\n\r\n", "refused", FALSE },
    { "HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n", "range-not-available", FALSE },
    { "HTTP/1.1 503 No\r\nRetry-After: 999999999\r\n\r\n", "busy", FALSE },
    { "HTTP/1.1 503 No\r\nRetry-After: -1\r\n\r\n", "busy", FALSE },
    { "HTTP/1.1 503 No\r\nRetry-After: 18446744073709551676\r\n\r\n", "busy", FALSE },
    { "HTTP/1.1 503 No\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n",
      "busy", FALSE },
    { "HTTP/1.1 503 No\r\nContent-Length: 1000000000\r\n\r\n", "busy", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (2 * MIB, 1);
      Host *bad = world_add_host (world, "25.0.0.1:6346", content);
      Host *good = world_add_host (world, "25.0.0.2:6346", content);
      FilDownload *download = world_start (world, content);
      FilFileSource *source;

      g_test_message ("%s", cases[i].text);
      bad->text = cases[i].text;
      bad->reply = say_text;
      world_add_source (world, 1, bad);
      world_run (world, 2);
      source = g_ptr_array_index (download->sources, 0);
      g_assert_cmpstr (source->reason_code, ==, cases[i].reason_code);
      g_assert_cmpint (source->state == FIL_SOURCE_BAD, ==, cases[i].is_bad);
      if (!cases[i].is_bad)
        {
          g_assert_cmpint (source->retry_us, >, world->now_us + 30 * FIL_SEC);
          g_assert_cmpint (source->retry_us, <=, world->now_us + FIL_SOURCE_MAX_RETRY_AFTER_US);
        }
      g_assert_cmpuint (world->links->len, ==, 0);
      world_add_source (world, 1, good);
      g_assert_true (world_run_until (world, download, DONE, 60));
      world_assert_done (world, 1, content);
    }
}

/* What a head says twice is believed only when it says the same: each of these would be bytes of the next reply taken
 * for bytes of the file, or the other way round. */
static void
test_contradictions (void)
{
  static const struct
  {
    const char *headers;
    gboolean is_believed;
  } cases[] = {
    { "Content-Length: 5\r\nContent-Range: bytes 10-14/100\r\n", TRUE },
    { "Content-Range: bytes 10-14/100\r\n", TRUE },
    { "Content-Length: 6\r\nContent-Range: bytes 10-14/100\r\n", FALSE },
    { "Content-Length: 4\r\nContent-Range: bytes 10-14/100\r\n", FALSE },
    { "Content-Length: 0\r\nContent-Range: bytes 10-14/100\r\n", FALSE },
    { "Content-Length: 5\r\nContent-Length: 5\r\nContent-Range: bytes 10-14/100\r\n", TRUE },
    { "Content-Length: 5, 6\r\nContent-Range: bytes 10-14/100\r\n", FALSE },
    { "Content-Length: +5\r\nContent-Range: bytes 10-14/100\r\n", FALSE },
    { "Content-Length: 18446744073709551621\r\nContent-Range: bytes 10-14/100\r\n", FALSE },
    { "Content-Length: 5\r\nContent-Range: bytes 96-100/100\r\n", FALSE },
    { "Content-Length: 5\r\nContent-Range: bytes 10-14/100\r\nContent-Range: bytes 0-4/100\r\n", FALSE },
    { "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Range: bytes 10-14/100\r\n", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const FilRange asked = { 10, 15 };
      g_auto (FilDownloadReplyHead) reply = { 0 };
      g_autofree char *text = g_strdup_printf ("HTTP/1.1 206 Partial Content\r\n%s\r\n", cases[i].headers);
      FilHead *head = fil_head_new (&fil_head_limits_http);
      const char *error = NULL;
      gsize used;

      g_test_message ("%s", cases[i].headers);
      g_assert_cmpint (fil_head_feed (head, fil_slice_text (text), &used), ==, FIL_HEAD_DONE);
      g_assert_cmpint (fil_download_reply_read (&reply, head, &asked, &error), ==, cases[i].is_believed);
      g_assert_cmpint (error == NULL, ==, cases[i].is_believed);
      if (cases[i].is_believed)
        g_assert_cmpuint (reply.body_len, ==, 5);
      fil_head_free (head);
    }
}

/* Who has a file of another size is believed only when nobody has one of the size that was named, and then only until
 * the hash shows the lie. */
static void
test_other_size (void)
{
  static const char *const texts[] = {
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>Please share.!",
    "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-4/2097153\r\n\r\nabcde",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint is_alone = 0; is_alone < 2; is_alone++)
      {
        g_autoptr (World) world = world_new ();
        g_autoptr (GBytes) content = test_content (2 * MIB, 1);
        Host *bad = world_add_host (world, "25.0.0.1:6346", content);
        Host *good = world_add_host (world, "25.0.0.2:6346", content);
        FilDownload *download = world_start (world, content);

        bad->text = texts[i];
        bad->reply = say_text;
        good->bytes_per_step = 16 * 1024;
        world_add_source (world, 1, bad);
        if (is_alone)
          world_run (world, 30);
        world_add_source (world, 1, good);
        if (!is_alone)
          {
            world_run (world, 2);
            g_assert_cmpstr (((FilFileSource *) g_ptr_array_index (download->sources, 0))->reason_code, ==, "other-size");
          }
        g_assert_true (world_run_until (world, download, DONE, 300));
        world_assert_done (world, 1, content);
      }
}

static FilDownload *
start_of_size (World *world,
               GBytes *content,
               guint64 size)
{
  FilDownloadSpec spec = { .id = 1, .name = "file", .size = size, .has_size = size > 0, .has_sha1 = TRUE };

  fil_sha1_of (&spec.sha1, g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  return fil_downloads_add (world->downloads, &spec, world->now_us);
}

/* Who says first that a file is empty keeps nobody from fetching it. */
static void
test_empty (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 1);
  FilDownload *download = start_of_size (world, content, 0);
  Host *bad = world_add_host (world, "25.0.0.1:6346", content);

  bad->text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  bad->reply = say_text;
  world_add_source (world, 1, bad);
  world_run (world, 5);
  world_add_source (world, 1, world_add_host (world, "26.0.0.1:6346", content));
  g_assert_true (world_run_until (world, download, DONE, 300));
  world_assert_done (world, 1, content);
}

/* Breaks the connection, and does not have the file when it is asked again. */
static void
leave_for_good (World *world,
                Host *host)
{
  host->cut_after = 1;
  host->text = "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n";
  host->reply = say_text;
  world_step (world);
  host->cut_after = 0;
}

/* The size turns out to be wrong while blocks of the wrong file are still being looked at, and the tree of that file
 * is not taken for that of the right one. */
static void
test_other_size_and_tree (void)
{
  for (guint is_late = 0; is_late < 2; is_late++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (2 * MIB, 1);
      g_autoptr (GBytes) wrong = test_content (4 * MIB, 2);
      g_autoptr (GBytes) wrong_tree = test_content (4 * MIB, 3);
      FilDownload *download = start_of_size (world, content, 4 * MIB);
      Host *bad = world_add_host (world, "25.0.0.1:6346", wrong);
      Host *good = world_add_host (world, "26.0.0.1:6346", content);

      world->checks_are_stuck = is_late == 1;
      bad->tree_of = wrong_tree;
      bad->bytes_per_step = 16 * 1024;
      good->tree_of = content;
      world_add_source (world, 1, bad);
      world_add_source (world, 1, good);
      for (guint i = 0; i < 300 && (is_late == 1 ? world->checks == 0 : bad->trees == 0); i++)
        world_step (world);
      world_run (world, is_late == 1 ? 0 : 1);
      leave_for_good (world, bad);
      good->is_away = TRUE;
      for (guint i = 0; i < 100 && download->has_size; i++)
        world_step (world);
      world->checks_are_stuck = FALSE;
      world_step (world);
      good->is_away = FALSE;
      g_assert_true (world_run_until (world, download, DONE, 300));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (good->trees, ==, 1);
    }
}

static gboolean
say_endless_head (Host *host,
                  const char *request,
                  GByteArray *out)
{
  host_say (out, "HTTP/1.1 200 OK\r\n");
  for (guint i = 0; i < 1000; i++)
    host_say (out, "X-Header: and another header, and no end of it in sight\r\n");
  return TRUE;
}

static gboolean
say_endless_line (Host *host,
                  const char *request,
                  GByteArray *out)
{
  host_say (out, "HTTP/1.1 200 OK\r\nX: ");
  for (guint i = 0; i < 10000; i++)
    host_say (out, "xxxxxxxxxx");
  return TRUE;
}

static void
test_endless_head (void)
{
  HostReply replies[] = { say_endless_head, say_endless_line };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    for (guint drip = 0; drip < 2; drip++)
      {
        g_autoptr (World) world = world_new ();
        g_autoptr (GBytes) content = test_content (MIB, 2);
        Host *host = world_add_host (world, "25.0.0.1:6346", content);
        FilDownload *download = world_start (world, content);
        FilFileSource *source;

        host->reply = replies[i];
        /* A byte now and then does not buy time. */
        host->bytes_per_step = drip == 1 ? 1 : 0;
        world_add_source (world, 1, host);
        world_run (world, drip == 1 ? 35 : 2);
        source = g_ptr_array_index (download->sources, 0);
        g_assert_cmpstr (source->reason_code, ==, drip == 1 ? "no-reply" : "broken-http");
        g_assert_cmpuint (world->links->len, ==, 0);
      }
}

static void
test_silence (void)
{
  for (guint bytes = 0; bytes < 2; bytes++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (MIB, 3);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);
      FilDownload *download = world_start (world, content);
      FilFileSource *source;

      host->reply = say_text;
      host->text = bytes == 0 ? "" : "H";
      world_add_source (world, 1, host);
      world_run (world, 25);
      g_assert_cmpuint (world->links->len, ==, 1);
      world_run (world, 10);
      source = g_ptr_array_index (download->sources, 0);
      g_assert_cmpuint (world->links->len, ==, 0);
      g_assert_cmpstr (source->reason_code, ==, "no-reply");
    }
}

static gboolean
say_little (Host *host,
            const char *request,
            GByteArray *out)
{
  guint64 first, last;

  host_asked (request, &first, &last);
  host_say_part (host, out, "", first, MIN (last, first + 99999));
  return TRUE;
}

/* gtk-gnutella cuts the first reply; others cut every one. */
static void
test_short_replies (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 4);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilDownload *download = world_start (world, content);

  host->reply = say_little;
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (host->connects, ==, 1);
  g_assert_cmpuint (download->received, ==, 2 * MIB);
}

static gboolean
say_partial (Host *host,
             const char *request,
             GByteArray *out)
{
  guint64 first, last;

  host_asked (request, &first, &last);
  if (first < 65536)
    host_say (out, "HTTP/1.1 416 Not there yet\r\nContent-Length: 0\r\n"
              "X-Available-Ranges: bytes 65536-131071, 262144-327679\r\n\r\n");
  else
    host_say_part (host, out, "X-Available-Ranges: bytes 65536-131071, 262144-327679\r\n", first, last);
  return TRUE;
}

static void
test_partial_source (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 6);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  Host *whole = world_add_host (world, "25.0.0.2:6346", content);
  FilDownload *download = world_start (world, content);

  host->reply = say_partial;
  world_add_source (world, 1, host);
  world_run (world, 60);
  g_assert_cmpuint (fil_download_received_bytes (download), ==, 131072);
  g_assert_cmpuint (host->requests, ==, 3);
  world_add_source (world, 1, whole);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 1, content);
}

/* Says that it has all of the file and more, in pieces without number, and never gives a byte of it. */
static gboolean
say_everything_and_nothing (Host *host,
                            const char *request,
                            GByteArray *out)
{
  g_autoptr (GString) text = g_string_new ("HTTP/1.1 416 No\r\nContent-Length: 0\r\n");

  for (guint line = 0; line < 8; line++)
    {
      g_string_append (text, line == 0 ? "X-Available-Ranges: bytes " : "X-Available-Ranges: ");
      for (guint i = 0; i < 100; i++)
        g_string_append_printf (text, "%u-%u, ", line * 100000 + i * 1000, line * 100000 + i * 1000 + (i == 99 ? 900 : 500));
      g_string_append (text, "\r\n");
    }
  g_string_append (text, "\r\n");
  host_say (out, text->str);
  return TRUE;
}

static void
test_ranges_without_bytes (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 10);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  Host *honest = world_add_host (world, "25.0.0.2:6346", content);
  FilDownload *download = world_start (world, content);

  host->reply = say_everything_and_nothing;
  world_add_source (world, 1, host);
  world_run (world, 600);
  /* Twice at the most each time, and then not for three minutes. */
  g_assert_cmpuint (host->requests, >, 0);
  g_assert_cmpuint (host->requests, <=, 2 * (1 + 600 * FIL_SEC / FIL_SOURCE_HAMMERED_US));
  world_add_source (world, 1, honest);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 1, content);
}

static gboolean
say_queued (Host *host,
            const char *request,
            GByteArray *out)
{
  if (host->requests < 3)
    {
      host_say (out, "HTTP/1.1 503 Queued\r\nContent-Length: 6\r\n"
                "X-Queue: position=2,length=5,limit=4,pollMin=45,pollMax=120\r\n\r\nwait.\n");
      return TRUE;
    }
  host_serve (host, request, out, "");
  return TRUE;
}

static void
test_remote_queue (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 7);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilDownload *download = world_start (world, content);

  host->reply = say_queued;
  world_add_source (world, 1, host);
  world_run (world, 40);
  g_assert_cmpuint (host->requests, ==, 1);
  g_assert_cmpstr (download->reason_code, ==, "remote-queue");
  g_assert_nonnull (strstr (download->reason, "2"));
  g_assert_cmpint (fil_download_find_source (download, 1)->state, ==, FIL_SOURCE_QUEUED);
  g_assert_cmpuint (fil_segment_map_count (download->map, FIL_SEGMENT_LEASED), ==, 0);
  world_run (world, 50);
  g_assert_cmpuint (host->requests, ==, 2);
  g_assert_true (world_run_until (world, download, DONE, 120));
  g_assert_cmpuint (host->connects, ==, 1);
  world_assert_done (world, 1, content);
}

static gboolean
check_request (Host *host,
               const char *request,
               GByteArray *out)
{
  guint64 first, last;
  guint lines = 0;

  g_assert_true (g_str_has_prefix (request, "GET /uri-res/N2R?urn:sha1:"));
  g_assert_nonnull (strstr (request, " HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (request, "\r\nHost: 25.0.0.1:6346\r\n"));
  g_assert_nonnull (strstr (request, "\r\nUser-Agent: Filbert/test\r\n"));
  g_assert_nonnull (strstr (request, "\r\nX-Queue: 1.1\r\n"));
  for (const char *p = request; (p = strstr (p, "\r\n")) != NULL; p += 2)
    lines++;
  g_assert_cmpuint (lines, <=, 20);
  host_asked (request, &first, &last);
  g_assert_cmpuint (first, <=, last);
  /* Never a second request behind the first one of a connection. */
  if (host->requests == 1)
    g_assert_cmpuint (last, <, FIL_SEGMENT_FIRST);
  host_say_part (host, out, "", first, last);
  return TRUE;
}

static void
test_request (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (3 * MIB, 8);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilDownload *download = world_start (world, content);

  host->reply = check_request;
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 30));
  g_assert_cmpuint (host->requests, >=, 2);
}

/* It changes under the hands of an honest host. */
static void
test_changed_on_disk (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (6 * MIB, 9);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilDownload *download = world_start (world, content);
  FilFileSource *source;

  host->bytes_per_step = 100000;
  world_add_source (world, 1, host);
  world_run (world, 2);
  host->changed_on_disk = TRUE;
  world_run (world, 20);
  source = g_ptr_array_index (download->sources, 0);
  g_assert_cmpint (download->state, !=, DONE);
  g_assert_cmpuint (fil_download_received_bytes (download), <, 4 * MIB);
  g_assert_true (source->state == FIL_SOURCE_BAD || source->failures > 0);
  host->changed_on_disk = FALSE;
  g_assert_true (fil_downloads_retry (world->downloads, 1, world->now_us));
  g_assert_true (world_run_until (world, download, DONE, 300));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/hostile/replies", test_replies);
  g_test_add_func ("/transfer/hostile/contradictions", test_contradictions);
  g_test_add_func ("/transfer/hostile/other-size", test_other_size);
  g_test_add_func ("/transfer/hostile/empty", test_empty);
  g_test_add_func ("/transfer/hostile/other-size-and-tree", test_other_size_and_tree);
  g_test_add_func ("/transfer/hostile/endless-head", test_endless_head);
  g_test_add_func ("/transfer/hostile/silence", test_silence);
  g_test_add_func ("/transfer/hostile/short-replies", test_short_replies);
  g_test_add_func ("/transfer/hostile/partial-source", test_partial_source);
  g_test_add_func ("/transfer/hostile/ranges-without-bytes", test_ranges_without_bytes);
  g_test_add_func ("/transfer/hostile/remote-queue", test_remote_queue);
  g_test_add_func ("/transfer/hostile/request", test_request);
  g_test_add_func ("/transfer/hostile/changed-on-disk", test_changed_on_disk);
  return g_test_run ();
}
