/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <stdio.h>
#include <string.h>

#include "sha1.h"

/* We download from programs of all ages, each of which has its own idea of HTTP (http-transfer.md §1, §4, §5). */

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE
#define KEEPS_ALIVE TRUE

static FilFileSource *
source_at (const FilDownload *download,
           guint i)
{
  return g_ptr_array_index (download->sources, i);
}

static gboolean
keeps_alive (const char *head)
{
  return g_str_has_prefix (head + strspn (head, "\r\n"), "HTTP/1.1") || strstr (head, "Keep-Alive") != NULL;
}

/* What was asked for, behind the head that is the host's text. */
static gboolean
serve_with_head (Host *host,
                 const char *request,
                 GByteArray *out)
{
  guint64 first, last;

  host_asked (request, &first, &last);
  host_say_bytes (host, out, host->text, first, last);
  return keeps_alive (host->text);
}

/* Ways to write the head of one and the same reply. */
static void
test_heads (void)
{
  static const char *const heads[] = {
    "HTTP/1.1 206 OK\r\nServer: Old\r\n program\r\nContent-Range:\r\n\tbytes\r\n {a}-{b}/{n}\r\nContent-Length:\r\n {l}\r\n\r\n",
    "HTTP/1.1 206 OK\nContent-Range: bytes {a}-{b}/{n}\nContent-Length: {l}\n\n",
    "HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\nContent-Length: {l}\r\n\n",
    "HTTP/1.1 206 OK\r\ncontent-RANGE: BYTES {a}-{b}/{n}\r\nCONTENT-length: {l}\r\nconnection: KEEP-alive\r\n\r\n",
    "HTTP/1.1 206 OK\r\nContent-Range : bytes {a}-{b}/{n}\r\nContent-Length\t :{l}\r\n\r\n",
    "HTTP/1.1 206 OK\r\nContent-range:bytes={a}-{b}/{n}\r\nContent-length:{l}\r\n\r\n",
    "HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\nServer: A\r\nContent-Length: {l}\r\nContent-Length: {l}\r\n"
    "Content-Range: bytes {a}-{b}/{n}\r\nServer: A\r\n\r\n",
    "HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/*\r\nContent-Length: {l}\r\n\r\n",
    "HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\n\r\n",
    "HTTP/1.1 206 OK\r\nContent-Length: {l}\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n",
    "HTTP/1.1 206\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n",
    "HTTP/1.1  206  Partial  Content \r\nContent-Range:   bytes   {a}-{b}/{n}  \r\nContent-Length: {l} \r\n\r\n",
    "\r\n\r\nHTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n",
    "HTTP/1.0 206 OK\r\nConnection: Keep-Alive\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n",
    "HTTP/1.0 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n",
    "HTTP 200 OK\r\nServer: Gnutella\r\nContent-type:application/binary\r\nContent-range: bytes {a}-{b}/{n}\r\n"
    "Content-length: {l}\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    for (guint is_dripping = 0; is_dripping < 2; is_dripping++)
      {
        g_autoptr (World) world = world_new ();
        g_autoptr (GBytes) content = test_content (400000, 1);
        FilDownload *download = world_start (world, content);
        Host *host = world_add_host (world, "25.0.0.1:6346", content);

        g_test_message ("%s", heads[i]);
        host->text = heads[i];
        host->reply = serve_with_head;
        /* The head in pieces. */
        host->bytes_per_step = is_dripping ? 7001 : 0;
        world_add_source (world, 1, host);
        g_assert_true (world_run_until (world, download, DONE, 100));
        world_assert_done (world, 1, content);
        g_assert_cmpuint (download->received, ==, 400000);
        if (keeps_alive (heads[i]))
          g_assert_cmpuint (host->connects, ==, 1);
      }
}

/* Whole file, whatever was asked for. */
static gboolean
serve_all (Host *host,
           const char *request,
           GByteArray *out)
{
  host_say_bytes (host, out, host->text, 0, g_bytes_get_size (host->content) - 1);
  return FALSE;
}

static const char *const whole_heads[] = {
  "HTTP/1.0 200 OK\r\nContent-Length: {l}\r\n\r\n",
  "HTTP 200 OK\r\nContent-length: {l}\r\n\r\n",
  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {l}\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: {l}\r\nContent-Range: bytes {a}-{b}/{n}\r\n\r\n",
  /* To the end of the connection. */
  "HTTP/1.0 200 OK\r\n\r\n",
};

/* One that knows no ranges brings the file in one connection, and what a broken one brought stays. */
static void
test_no_ranges (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (whole_heads); i++)
    for (guint is_cut = 0; is_cut < 2; is_cut++)
      {
        g_autoptr (World) world = world_new ();
        g_autoptr (GBytes) content = test_content (6 * MIB, 2);
        FilDownload *download = world_start (world, content);
        Host *host = world_add_host (world, "25.0.0.1:6346", content);

        g_test_message ("%s", whole_heads[i]);
        host->text = whole_heads[i];
        host->reply = serve_all;
        host->bytes_per_step = 256 * 1024;
        host->cut_after = is_cut ? 4 * MIB : 0;
        world_add_source (world, 1, host);
        if (is_cut)
          world_run (world, 3);
        host->cut_after = 0;
        g_assert_true (world_run_until (world, download, DONE, 60));
        world_assert_done (world, 1, content);
        g_assert_cmpuint (host->connects, ==, 1 + is_cut);
        g_assert_cmpuint (download->received, ==, 6 * MIB);
      }
}

/* At the address is something else by now, whose page nobody takes for the beginning of the file. */
static void
test_page_of_a_router (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 13);
  g_autoptr (GBytes) page = test_content (5000, 14);
  FilDownload *download = world_start (world, content);
  Host *router = world_add_host (world, "25.0.0.1:6346", page);

  router->text = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: Text/HTML; charset=utf-8\r\n\r\n";
  router->reply = serve_all;
  world_add_source (world, 1, router);
  world_run (world, 5);
  g_assert_cmpint (source_at (download, 0)->state, ==, FIL_SOURCE_BAD);
  world_add_source (world, 1, world_add_host (world, "26.0.0.1:6346", content));
  g_assert_true (world_run_until (world, download, DONE, 60));
  g_assert_cmpuint (download->received, ==, MIB);
  world_assert_done (world, 1, content);
}

/* Beside others it brings what nobody else does, and is not called for each piece that is left. */
static void
test_no_ranges_among_others (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (24 * MIB, 3);
  FilDownload *download = world_start (world, content);
  Host *old = world_add_host (world, "25.0.0.1:6346", content);
  Host *others[2];

  old->text = whole_heads[0];
  old->reply = serve_all;
  old->bytes_per_step = 128 * 1024;
  world_add_source (world, 1, old);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      others[i] = world_add_host (world, i == 0 ? "26.0.0.1:6346" : "27.0.0.1:6346", content);
      others[i]->bytes_per_step = 64 * 1024;
      world_add_source (world, 1, others[i]);
    }
  g_assert_true (world_run_until (world, download, DONE, 300));
  world_assert_done (world, 1, content);
  g_test_message ("%u calls, %" G_GUINT64_FORMAT " bytes, of which %" G_GUINT64_FORMAT " were new", old->connects, old->sent,
                  source_at (download, 0)->delivered);
  g_assert_cmpuint (old->connects, <=, 2);
  g_assert_cmpuint (source_at (download, 0)->delivered, >, 4 * MIB);
  g_assert_cmpuint (old->sent, <, 25 * MIB);
}

#define MIDDLE "X-Available-Ranges: bytes 4194304-6291455\r\n"

/* Has two megabytes in the middle. */
static gboolean
serve_middle (Host *host,
              const char *request,
              GByteArray *out)
{
  guint64 first, last;

  host_asked (request, &first, &last);
  if (first >= 4 * MIB && last < 6 * MIB)
    host_say_part (host, out, MIDDLE, first, last);
  else
    host_say_bytes (host, out, "HTTP/1.1 416 No\r\n" MIDDLE "Content-Length: 1\r\n\r\n", 0, 0);
  return TRUE;
}

/* What is there already is passed over in the middle of the only reply. */
static void
test_no_ranges_around_a_piece (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (9 * MIB, 12);
  FilDownload *download = world_start (world, content);
  Host *old = world_add_host (world, "25.0.0.1:6346", content);
  Host *partial = world_add_host (world, "26.0.0.1:6346", content);

  partial->reply = serve_middle;
  world_add_source (world, 1, partial);
  world_run (world, 3);
  g_assert_cmpuint (fil_download_received_bytes (download), ==, 2 * MIB);
  old->text = whole_heads[0];
  old->reply = serve_all;
  old->bytes_per_step = 256 * 1024;
  world_add_source (world, 1, old);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (old->connects, ==, 1);
  g_assert_cmpuint (download->received, ==, 9 * MIB);
}

/* The others are gone in the middle: it brings the rest, though it has to begin with what is there. */
static void
test_no_ranges_is_left (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *old = world_add_host (world, "25.0.0.1:6346", content);
  Host *other = world_add_host (world, "26.0.0.1:6346", content);

  other->bytes_per_step = 256 * 1024;
  world_add_source (world, 1, other);
  world_run (world, 3);
  g_assert_cmpuint (fil_download_received_bytes (download), >, 6 * MIB);
  other->is_away = TRUE;
  other->cut_after = 1;
  world_run (world, 1);
  old->text = whole_heads[0];
  old->reply = serve_all;
  world_add_source (world, 1, old);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (old->connects, ==, 1);
  g_assert_cmpuint (download->received, ==, 8 * MIB);
}

/* While others bring it, nobody reads most of the file again for the rest. */
static void
test_no_ranges_not_worth_it (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (24 * MIB, 11);
  FilDownload *download = world_start (world, content);
  Host *old = world_add_host (world, "25.0.0.1:6346", content);
  Host *other = world_add_host (world, "26.0.0.1:6346", content);

  other->bytes_per_step = 256 * 1024;
  world_add_source (world, 1, other);
  world_run (world, 5);
  other->bytes_per_step = 4 * 1024;
  old->text = whole_heads[0];
  old->reply = serve_all;
  old->bytes_per_step = 256 * 1024;
  world_add_source (world, 1, old);
  world_run (world, 5);
  g_assert_cmpint (download->state, !=, DONE);
  g_assert_cmpstr (source_at (download, 1)->reason_code, ==, "no-ranges");
  other->bytes_per_step = 256 * 1024;
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (old->connects, ==, 1);
}

/* It breaks off always at the same byte: it is not called over and over for nothing. */
static void
test_no_ranges_no_progress (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (6 * MIB, 5);
  FilDownload *download = world_start (world, content);
  Host *old = world_add_host (world, "25.0.0.1:6346", content);

  old->text = whole_heads[0];
  old->reply = serve_all;
  old->cut_after = 3 * MIB;
  world_add_source (world, 1, old);
  world_run (world, 600);
  g_assert_cmpuint (fil_download_received_bytes (download), >, 2 * MIB);
  g_assert_cmpuint (old->connects, <=, 6);
  world_add_source (world, 1, world_add_host (world, "26.0.0.1:6346", content));
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
}

/* From where and to where it sends instead of what was asked for. */
typedef struct
{
  const char *status;
  gint64 from, to;  /* beside what was asked for */
  guint align;      /* 0: none */
  guint64 most;     /* bytes, 0: any number */
} Shift;

static gboolean
serve_shifted (Host *host,
               const char *request,
               GByteArray *out)
{
  const Shift *shift = (const Shift *) host->text;
  gint64 size = (gint64) g_bytes_get_size (host->content);
  guint64 first, last;
  g_autofree char *head = NULL;

  host_asked (request, &first, &last);
  first = (guint64) CLAMP ((gint64) first + shift->from, 0, size - 1);
  last = (guint64) CLAMP ((gint64) last + shift->to, (gint64) first, size - 1);
  if (shift->align > 0)
    {
      first -= first % shift->align;
      last = MIN ((guint64) size - 1, last - last % shift->align + shift->align - 1);
    }
  if (shift->most > 0)
    last = MIN (last, first + shift->most - 1);
  head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n", shift->status);
  host_say_bytes (host, out, head, first, last);
  return TRUE;
}

/* Other bytes than were asked for: those that were are used. */
static void
test_other_ranges (void)
{
  static const Shift shifts[] = {
    { "206 OK", -1000, 0, 0, 0 },       { "206 OK", 0, 5000, 0, 0 },  { "206 OK", -3000, 3000, 0, 0 },
    { "206 OK", 1000, 1000, 0, 0 },     { "206 OK", 0, -1000, 0, 0 }, { "206 OK", 0, 0, 100000, 0 },
    { "206 OK", 0, 0, 0, 50000 },       { "206 OK", 0, 0, 0, 1 },     { "200 OK", -1000, 0, 0, 0 },
    { "206 OK", -900000, 0, 0, 950000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shifts); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (shifts[i].most == 1 ? 3000 : MIB, 6);
      FilDownload *download = world_start (world, content);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);
      Host *other = world_add_host (world, "26.0.0.1:6346", content);

      g_test_message ("%d to %d, aligned to %u, at most %d", (int) shifts[i].from, (int) shifts[i].to, shifts[i].align,
                      (int) shifts[i].most);
      host->text = (const char *) &shifts[i];
      host->reply = serve_shifted;
      world_add_source (world, 1, host);
      world_run (world, 60);
      g_assert_false (source_at (download, 0)->is_blamed);
      g_assert_cmpuint (fil_download_received_bytes (download), >, 0);
      /* The first bytes of all are never sent by one who always begins later. */
      if (shifts[i].from > 0)
        world_add_source (world, 1, other);
      else
        g_assert_cmpint (download->state, ==, DONE);
      g_assert_true (world_run_until (world, download, DONE, 600));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (download->received, ==, g_bytes_get_size (content));
    }
}

/* Nothing of what was asked for: that is no program to talk with. */
static void
test_no_such_range (void)
{
  static const Shift shifts[] = { { "206 OK", 700000, 700000, 0, 0 }, { "206 OK", -3 * MIB, 0, 0, 50000 } };

  for (guint i = 0; i < G_N_ELEMENTS (shifts); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (4 * MIB, 7);
      FilDownload *download = world_start (world, content);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);

      host->text = (const char *) &shifts[i];
      host->reply = serve_shifted;
      world_add_source (world, 1, host);
      world_run (world, 60);
      g_assert_cmpstr (source_at (download, 0)->reason_code, ==, "broken-http");
      g_assert_cmpint (source_at (download, 0)->state, ==, FIL_SOURCE_BAD);
      world_add_source (world, 1, world_add_host (world, "26.0.0.1:6346", content));
      g_assert_true (world_run_until (world, download, DONE, 60));
      world_assert_done (world, 1, content);
    }
}

/* gtk-gnutella answers what lies beyond the end with 206 and the last byte: its file is smaller than was thought. */
static gboolean
serve_to_the_end (Host *host,
                  const char *request,
                  GByteArray *out)
{
  guint64 size = g_bytes_get_size (host->content);
  guint64 first, last;

  host_asked (request, &first, &last);
  host_say_part (host, out, "", MIN (first, size - 1), MIN (last, size - 1));
  return TRUE;
}

static void
test_beyond_the_end (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (300000, 8);
  FilDownloadSpec spec = { .id = 1, .name = "x", .size = 4 * MIB, .has_size = TRUE, .has_sha1 = TRUE };
  FilDownload *download;

  fil_sha1_of (&spec.sha1, g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  download = fil_downloads_add (world->downloads, &spec, world->now_us);
  for (guint i = 0; i < 2; i++)
    {
      Host *host = world_add_host (world, i == 0 ? "25.0.0.1:6346" : "26.0.0.1:6346", content);

      host->reply = serve_to_the_end;
      world_add_source (world, 1, host);
    }
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  for (guint i = 0; i < 2; i++)
    g_assert_false (source_at (download, i)->is_blamed);
}

/* Refuses with its text while it has turns left, and then serves. */
static gboolean
refuse_first (Host *host,
              const char *request,
              GByteArray *out)
{
  if (host->requests > 1)
    return serve_to_the_end (host, request, out);
  g_byte_array_append (out, (const guint8 *) host->text, (guint) strlen (host->text));
  return strstr (host->text, "close") == NULL && g_str_has_prefix (host->text, "HTTP/1.1");
}

#define QUEUE "X-Queue: position=2,length=5,limit=4,pollMin=45,pollMax=120\r\n"
#define LIST "X-Available-Ranges: bytes 0-999999\r\n"
#define ELSEWHERE "X-Available-Ranges: bytes 1048576-1999999\r\n"

/* Refusals of all kinds: how soon the source is asked again, and where. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *text;
    guint least_s, most_s; /* until the next request */
    gboolean keeps;        /* … on the same connection */
    const char *reason_code;
  } cases[] = {
    { "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 60, 62, FALSE, "busy" },
    { "HTTP/1.0 503 Busy\r\n\r\n", 60, 62, FALSE, "busy" },
    { "HTTP 503 Busy\r\n\r\n", 60, 62, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\nRetry-After: 100\r\n\r\n", 100, 102, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\nretry-after : 100\r\nConnection: close\r\n\r\n", 100, 102, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 3\r\n\r\nno.", 5, 7, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 10:01:40 GMT\r\n\r\n", 100,
      102, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\n" QUEUE "Content-Length: 0\r\n\r\n", 45, 90, KEEPS_ALIVE, "remote-queue" },
    { "HTTP/1.1 503 Busy\r\nX-Queue: 1.1\r\nContent-Length: 0\r\n\r\n", 60, 62, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\nX-Queue: position=2, length=5, limit=4, pollMin=45, pollMax=120\r\nContent-Length: 5\r\n\r\nwait.",
      45, 90, KEEPS_ALIVE, "remote-queue" },
    { "HTTP/1.1 503 Busy\r\nx-queue:POSITION=2;LENGTH=5;LIMIT=4;POLLMIN=45;POLLMAX=120\r\nContent-Length: 0\r\n\r\n", 45, 90,
      KEEPS_ALIVE, "remote-queue" },
    { "HTTP/1.1 503 Busy\r\nX-Queue: position=2,\r\n pollMin=45,\r\n\tpollMax=120\r\nContent-Length: 0\r\n\r\n", 45, 90,
      KEEPS_ALIVE, "remote-queue" },
    /* BearShare puts one in its queue and closes at once. */
    { "HTTP/1.0 503 Busy\r\n" QUEUE "\r\n", 45, 90, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\n" QUEUE "Connection: close\r\n\r\n", 45, 90, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\nX-Queue: position=2,length=5,limit=4\r\nContent-Length: 0\r\n\r\n", 60, 62, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\nX-Queue: 1.0\r\nX-Queued: position=3; length=7; limit=4; lifetime=200; retry-after=50;\r\n"
      " ID=6a07b1c2\r\nRetry-After: 50\r\nContent-Length: 0\r\n\r\n", 50, 162, KEEPS_ALIVE, "remote-queue" },
    { "HTTP/1.1 503 Busy\r\nX-Queued: ID=6a07b1c2; position=1\r\nRetry-After: 50\r\nConnection: close\r\n\r\n", 50, 100, FALSE,
      "remote-queue" },
    { "HTTP/1.1 503 Busy\r\nX-Queued: position=1,ETA=20,ID=6a07b1c2,lifetime=100\r\nRetry-After: 20\r\n"
      "Content-Length: 0\r\n\r\n", 20, 62, KEEPS_ALIVE, "remote-queue" },
    /* What was asked for is there: busy, and not to be asked again at once. */
    { "HTTP/1.1 503 Busy\r\n" LIST "Content-Length: 0\r\n\r\n", 60, 62, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\n" LIST "Retry-After: 100\r\nContent-Length: 0\r\n\r\n", 100, 102, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\n" ELSEWHERE "Retry-After: 100\r\nContent-Length: 0\r\n\r\n", 100, 102, FALSE, "busy" },
    { "HTTP/1.1 503 Busy\r\n" ELSEWHERE QUEUE "Content-Length: 0\r\n\r\n", 45, 90, KEEPS_ALIVE, "remote-queue" },
    /* It is not there, but something else is. */
    { "HTTP/1.1 503 No\r\n" ELSEWHERE "Content-Length: 0\r\n\r\n", 0, 1, KEEPS_ALIVE, NULL },
    { "HTTP/1.1 416 No\r\n" ELSEWHERE "Content-Length: 0\r\n\r\n", 0, 1, KEEPS_ALIVE, NULL },
    { "HTTP/1.1 416 No\r\n" ELSEWHERE "Connection: close\r\n\r\n", 1, 3, FALSE, NULL },
    { "HTTP/1.0 503 No\r\n" ELSEWHERE "\r\n", 1, 3, FALSE, NULL },
    /* Why is seen when the first byte is asked for. */
    { "HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n", 0, 1, KEEPS_ALIVE, NULL },
    { "HTTP/1.1 416 No\r\nConnection: close\r\n\r\n", 1, 3, FALSE, NULL },
    { "HTTP/1.1 416 No\r\nX-Available-Ranges: bytes\r\nContent-Length: 0\r\n\r\n", 180, 182, FALSE, "range-not-available" },
    { "HTTP/1.1 416 No\r\nContent-Range: bytes */2000000\r\nX-Gnutella-Content-URN: x\r\nRetry-After: 400\r\nContent-Length: 0\r\n\r\n", 400, 402, FALSE,
      "range-not-available" },
    { "HTTP/1.1 408 Timeout\r\n\r\n", 60, 62, FALSE, "busy" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (2000000, 9);
      FilDownload *download = world_start (world, content);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);
      gint64 begin_us = world->now_us, waited_us;

      g_test_message ("%s", cases[i].text);
      host->text = cases[i].text;
      host->reply = refuse_first;
      world_add_source (world, 1, host);
      for (guint step = 0; step < 100 && host->requests == 0; step++)
        world_step (world);
      begin_us = world->now_us;
      if (host->requests == 1)
        g_assert_cmpstr (source_at (download, 0)->reason_code, ==, cases[i].reason_code);
      for (guint step = 0; step < 5000 && host->requests < 2; step++)
        world_step (world);
      waited_us = world->now_us - begin_us;
      g_assert_cmpint (waited_us, >=, (gint64) cases[i].least_s * FIL_SEC);
      g_assert_cmpint (waited_us, <=, (gint64) cases[i].most_s * FIL_SEC);
      g_assert_cmpuint (host->connects, ==, cases[i].keeps ? 1 : 2);
      g_assert_true (world_run_until (world, download, DONE, 60));
      world_assert_done (world, 1, content);
    }
}

/* One of several has it no more: the others bring it, and it is told on that this one does not. */
static void
test_gone_among_others (void)
{
  static const char *const texts[] = {
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 404 Not Found\r\n\r\n<html>nothing here</html>",
    "HTTP 404 Not Found\r\n\r\n",
    "HTTP/1.1 410 Not Sharing\r\nContent-Length: 11\r\n\r\nnot shared.",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (4 * MIB, 10);
      FilDownload *download = world_start (world, content);
      Host *gone = world_add_host (world, "25.0.0.1:6346", content);
      Host *others[2];

      gone->text = texts[i];
      gone->reply = refuse_first;
      for (guint j = 0; j < G_N_ELEMENTS (others); j++)
        {
          others[j] = world_add_host (world, j == 0 ? "26.0.0.1:6346" : "27.0.0.1:6346", content);
          others[j]->bytes_per_step = 64 * 1024;
          others[j]->reply = serve_to_the_end;
          world_add_source (world, 1, others[j]);
        }
      world_run (world, 1);
      world_add_source (world, 1, gone);
      g_assert_true (world_run_until (world, download, DONE, 60));
      world_assert_done (world, 1, content);
      g_assert_cmpint (source_at (download, 2)->state, ==, FIL_SOURCE_BAD);
      g_assert_cmpstr (source_at (download, 2)->reason_code, ==, "not-found");
      g_assert_cmpuint (gone->connects, ==, 1);
      g_assert_true (fil_mesh_is_gone (world->mesh, &download->sha1, &gone->endpoint, world->now_us));
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/old-uploaders/heads", test_heads);
  g_test_add_func ("/transfer/old-uploaders/no-ranges", test_no_ranges);
  g_test_add_func ("/transfer/old-uploaders/page-of-a-router", test_page_of_a_router);
  g_test_add_func ("/transfer/old-uploaders/no-ranges-among-others", test_no_ranges_among_others);
  g_test_add_func ("/transfer/old-uploaders/no-ranges-around-a-piece", test_no_ranges_around_a_piece);
  g_test_add_func ("/transfer/old-uploaders/no-ranges-is-left", test_no_ranges_is_left);
  g_test_add_func ("/transfer/old-uploaders/no-ranges-not-worth-it", test_no_ranges_not_worth_it);
  g_test_add_func ("/transfer/old-uploaders/no-ranges-no-progress", test_no_ranges_no_progress);
  g_test_add_func ("/transfer/old-uploaders/other-ranges", test_other_ranges);
  g_test_add_func ("/transfer/old-uploaders/no-such-range", test_no_such_range);
  g_test_add_func ("/transfer/old-uploaders/beyond-the-end", test_beyond_the_end);
  g_test_add_func ("/transfer/old-uploaders/refusals", test_refusals);
  g_test_add_func ("/transfer/old-uploaders/gone-among-others", test_gone_among_others);
  return g_test_run ();
}
