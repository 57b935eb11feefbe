/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <stdio.h>
#include <string.h>

#include "transfer-limits.h"

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE

/* Serves as it should, 256 KiB at a time, with the host's text as further headers. */
static gboolean
reply_with_text (Host *host,
                 const char *request,
                 GByteArray *out)
{
  guint64 first, last;

  host_asked (request, &first, &last);
  host_say_part (host, out, host->text, first, MIN (last, first + 256 * 1024 - 1));
  return TRUE;
}

static Host *
add_speaker (World *world,
             const char *address,
             GBytes *content,
             const char *text)
{
  Host *host = world_add_host (world, address, content);

  host->reply = reply_with_text;
  host->text = text;
  host->bytes_per_step = 64 * 1024;
  world_add_source (world, 1, host);
  return host;
}

/* One source names another; both deliver. Whoever served is named to the others, and so are we. */
static void
test_alt (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 1);
  FilDownload *download = world_start (world, content);
  Host *second = world_add_host (world, "26.0.0.1:7000", content);
  Host *first = add_speaker (world, "25.0.0.1:6346", content, "X-Alt: 26.0.0.1:7000, 25.0.0.9\r\n");

  world->shares_parts = TRUE;
  second->reply = reply_with_text;
  second->text = "";
  second->bytes_per_step = 64 * 1024;
  world_run (world, 1);
  g_assert_cmpuint (download->sources->len, ==, 3);
  world_run (world, 4);
  g_assert_cmpuint (second->sent, >, MIB);
  /* Each has heard of the other; nobody of 25.0.0.9, which never answered, or of himself. */
  g_assert_null (strstr (first->last_request, "25.0.0.9"));
  g_assert_null (strstr (first->last_request, "25.0.0.1,"));
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
}

/* As programs wrote it before X-Alt. */
static void
test_old_alt (void)
{
  static const char *const names[] = { "X-Gnutella-Alternate-Location", "Alternate-Location", "x-gnutella-alternate-location " };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (4 * MIB, 1);
      FilDownload *download = world_start (world, content);
      Host *second = world_add_host (world, "26.0.0.1:7000", content);
      char sha1[FIL_SHA1_TEXT_LEN + 1];
      g_autofree char *text = NULL;

      fil_sha1_to_text (&download->sha1, sha1);
      text = g_strdup_printf ("%s: http://26.0.0.1:7000/uri-res/N2R?urn:sha1:%s 2002-04-30T08:30:00Z,\r\n"
                              " http://29.0.0.1:25/uri-res/N2R?urn:sha1:%s, http://29.0.0.2/get/1/x\r\n",
                              names[i], sha1, sha1);
      add_speaker (world, "25.0.0.1:6346", content, text);
      second->bytes_per_step = 64 * 1024;
      g_assert_true (world_run_until (world, download, DONE, 60));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (download->sources->len, ==, 2);
      g_assert_cmpuint (second->sent, >, MIB);
    }
}

static gboolean
keep_requests (Host *host,
               const char *request,
               GByteArray *out)
{
  GString *all = (GString *) host->text;

  g_string_append (all, request);
  return reply_with_text (&(Host){ .content = host->content, .text = "X-Features: fwalt/0.1\r\n" }, request, out);
}

/* What a hit names: tried as what sources name is, told on when it has served us, and never in the way of others. */
static void
test_hit_alts (void)
{
  static const char *const others[] = { "27.0.0.1:6346", "28.0.0.1:25", "29.0.0.1:6346", "29.0.0.1:6347", "30.0.0.1:6346" };
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 7);
  g_autoptr (GString) all = g_string_new (NULL);
  FilDownload *download = world_start (world, content);
  Host *named = world_add_host (world, "26.0.0.1:7000", content);
  Host *listener = world_add_host (world, "25.0.0.1:6346", content);
  FilHost alts[1 + G_N_ELEMENTS (others)] = { { .endpoint = named->endpoint } };
  FilHost good[8];

  named->reply = listener->reply = keep_requests;
  named->text = listener->text = (const char *) all;
  named->bytes_per_step = listener->bytes_per_step = 40 * 1024;
  world_add_source (world, 1, listener);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_true (fil_endpoint_parse (&alts[i + 1].endpoint, others[i], -1, 0));
  fil_mesh_failed (world->mesh, &download->sha1, &alts[5].endpoint, world->now_us);
  fil_downloads_add_alts (world->downloads, 1, alts, G_N_ELEMENTS (alts), world->now_us);
  fil_downloads_add_alts (world->downloads, 1, alts, G_N_ELEMENTS (alts), world->now_us);
  fil_downloads_add_alts (world->downloads, 2, alts, G_N_ELEMENTS (alts), world->now_us);
  /* Not a mail server, one port of an address, and not who is gone. */
  g_assert_cmpuint (download->sources->len, ==, 4);
  for (guint i = 1; i < 4; i++)
    g_assert_true (((FilFileSource *) g_ptr_array_index (download->sources, i))->is_alt);
  g_assert_cmpuint (fil_mesh_good (world->mesh, &download->sha1, &world->own, 0, good, G_N_ELEMENTS (good), world->now_us), ==, 0);

  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (named->sent, >, 0);
  g_assert_nonnull (strstr (all->str, "X-Alt: 26.0.0.1:7000\r\n"));
  g_assert_null (strstr (all->str, "27.0.0.1"));
  g_assert_null (strstr (all->str, "29.0.0.1"));
  g_assert_cmpuint (fil_mesh_good (world->mesh, &download->sha1, &world->own, 0, good, G_N_ELEMENTS (good), world->now_us), ==, 2);
}

/* What is told: once to each, only what has served us, and what is gone. */
static void
test_told (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 2);
  g_autoptr (GString) all = g_string_new (NULL);
  FilDownload *download = world_start (world, content);
  Host *listener = world_add_host (world, "25.0.0.1:6346", content);
  Host *gone = world_add_host (world, "28.0.0.1:6346", content);
  const char *p;

  world->shares_parts = TRUE;
  gone->reply = reply_with_text;
  gone->text = "";
  gone->is_away = TRUE;
  listener->reply = keep_requests;
  listener->text = (const char *) all;
  listener->bytes_per_step = 40 * 1024;
  world_add_source (world, 1, listener);
  world_run (world, 1);
  add_speaker (world, "26.0.0.1:7000", content, "X-Alt: 27.0.0.1\r\n");
  world_add_source (world, 1, gone);
  fil_mesh_failed (world->mesh, &download->sha1, &gone->endpoint, world->now_us);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  p = strstr (all->str, "X-Alt: ");
  g_assert_nonnull (p);
  g_assert_true (g_str_has_prefix (p, "X-Alt: 24.0.0.1\r\n"));
  p = strstr (p + 1, "X-Alt: ");
  g_assert_nonnull (p);
  g_assert_true (g_str_has_prefix (p, "X-Alt: 26.0.0.1:7000\r\n"));
  g_assert_null (strstr (p + 1, "X-Alt: "));
  g_assert_null (strstr (all->str, "27.0.0.1"));
  p = strstr (all->str, "X-NAlt: 28.0.0.1:6346\r\n");
  g_assert_nonnull (p);
  g_assert_null (strstr (p + 1, "X-NAlt: "));
}

static void
test_push_places (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 3);
  FilDownload *download = world_start (world, content);
  Host *hidden = world_add_host (world, "26.0.0.1:6346", content);
  g_autofree char *text = NULL;
  GString *guid = g_string_new (NULL);
  FilPushEndpoint told[2];

  hidden->is_firewalled = TRUE;
  for (guint i = 0; i < 16; i++)
    g_string_append_printf (guid, "%02x", hidden->guid.bytes[i]);
  text = g_strdup_printf ("X-FAlt: %s;24.0.0.1:6346\r\n", guid->str);
  g_string_free (guid, TRUE);
  add_speaker (world, "25.0.0.1:6346", content, text);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (hidden->sent, >, MIB / 2);
  /* It never said itself that this is its proxy, so nobody hears so from us. */
  g_assert_cmpuint (fil_mesh_good_push (world->mesh, &download->sha1, 0, told, G_N_ELEMENTS (told), world->now_us), ==, 0);
}

static gboolean
name_strangers (Host *host,
                const char *request,
                GByteArray *out)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint line = 0; line < 5; line++)
    {
      g_string_append (text, "X-Alt: ");
      for (guint i = 0; i < 60; i++)
        {
          guint n = host->requests * 300 + line * 60 + i;

          g_string_append_printf (text, "%s29.%u.%u.%u:%u", i > 0 ? "," : "", n >> 16 & 0xff, n >> 8 & 0xff, n & 0xff,
                                  n % 3 == 0 ? 25 : 6346);
        }
      g_string_append (text, "\r\n");
    }
  return reply_with_text (&(Host){ .content = host->content, .text = text->str }, request, out);
}

/* Ten thousand places, all of them victims: the list stays short, and they are called one a second. */
static void
test_strangers (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (16 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *liar = world_add_host (world, "25.0.0.1:6346", content);
  gint64 begin = world->now_us;

  liar->reply = name_strangers;
  liar->bytes_per_step = 32 * 1024;
  world_add_source (world, 1, liar);
  while (download->state != DONE && world->now_us < begin + 200 * FIL_SEC)
    {
      world_step (world);
      g_assert_cmpuint (download->sources->len, <=, FIL_DOWNLOAD_MAX_SOURCES);
      g_assert_cmpuint (fil_mesh_n_places (world->mesh), <=, FIL_MESH_PLACES + FIL_MESH_PUSH_PLACES);
    }
  world_assert_done (world, 1, content);
  g_assert_cmpuint (liar->requests * 300, >=, 10000);
  g_assert_cmpuint (world->dials, <=, (guint) ((world->now_us - begin) / FIL_SEC) + 2 + FIL_DOWNLOAD_QUICK_WORKERS);
  for (guint i = 0; i < download->sources->len; i++)
    g_assert_cmpuint (((FilFileSource *) g_ptr_array_index (download->sources, i))->endpoint.port, !=, 25);
}

/* Three networks call a place gone: it is not tried. Two are not enough. */
static void
test_gone (void)
{
  for (guint n = 2; n < 4; n++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (8 * MIB, 5);
      FilDownload *download = world_start (world, content);
      Host *absent = world_add_host (world, "30.0.0.1:6346", content);
      FilFileSource *source;
      FilHost good[8];
      guint n_good;

      absent->is_away = TRUE;
      world_add_source (world, 1, absent);
      source = g_ptr_array_index (download->sources, 0);
      fil_file_source_wait (source, world->now_us + FIL_MINUTE, "busy");
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *address = g_strdup_printf ("%u.0.0.1:6346", 25 + i);

          add_speaker (world, address, content, "X-NAlt: 30.0.0.1:6346\r\n");
        }
      world_run (world, 5);
      g_assert_cmpint (source->retry_us > world->now_us + FIL_HOUR, ==, n == 3);
      /* To call it gone is not to name it: nobody else is told to go there. */
      n_good = fil_mesh_good (world->mesh, &download->sha1, &world->own, 0, good, G_N_ELEMENTS (good), world->now_us);
      g_assert_cmpuint (n_good, >, 0);
      for (guint i = 0; i < n_good; i++)
        g_assert_false (fil_endpoint_equal (&good[i].endpoint, &absent->endpoint));
      g_assert_true (world_run_until (world, download, DONE, 60));
    }
}

/* An old servent says 200 with a Content-Range; one that sends other bytes than those is not believed. */
static gboolean
reply_200 (Host *host,
           const char *request,
           GByteArray *out)
{
  guint64 first, last;

  host_asked (request, &first, &last);
  if (host->text[0] == 'x')
    first = first > 1000 ? first - 1000 : 1000;
  host_say_bytes (host, out, "HTTP/1.1 200 OK\r\nContent-Length: {l}\r\nContent-Range: bytes={a}-{b}/{n}\r\n\r\n",
                  first, last);
  return TRUE;
}

static void
test_200_with_range (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (4 * MIB, 6);
      FilDownload *download = world_start (world, content);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);

      host->reply = reply_200;
      host->text = i == 0 ? "" : "x";
      host->bytes_per_step = 200 * 1024;
      world_add_source (world, 1, host);
      world_run (world, 20);
      g_assert_cmpint (download->state == DONE, ==, i == 0);
      if (i == 0)
        {
          world_assert_done (world, 1, content);
          g_assert_cmpuint (host->connects, ==, 1);
          g_assert_cmpuint (download->received, ==, 4 * MIB);
        }
      else
        g_assert_cmpint (fil_download_find_source (download, 1)->state, ==, FIL_SOURCE_BAD);
    }
}

static void
set_pong (Host *host,
          FilHeadFile file,
          int queue)
{
  host->answers_pings = TRUE;
  host->pong = (FilHeadPong){ .file = file, .queue = (gint8) queue };
}

/* Who has a free slot is connected to before who has a queue, and who has no file not at all. */
static void
test_pings (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 7);
  FilDownload *download = world_start (world, content);
  Host *hosts[30];

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *address = g_strdup_printf ("%u.0.0.1:6346", 25 + i);

      hosts[i] = world_add_host (world, address, content);
      hosts[i]->bytes_per_step = 4 * 1024;
      if (i < 20)
        set_pong (hosts[i], FIL_HEAD_FILE_NONE, 0);
      else if (i < 28)
        set_pong (hosts[i], FIL_HEAD_FILE_COMPLETE, 3);
      else
        set_pong (hosts[i], FIL_HEAD_FILE_COMPLETE, -2);
      /* Not connected to before they could be asked. */
      world_add_source (world, 1, hosts[i]);
      fil_file_source_wait (g_ptr_array_index (download->sources, i), world->now_us + 10 * FIL_SEC, "busy");
    }
  hosts[29]->pong.n_alts = 1;
  hosts[29]->pong.alts[0] = (FilHost){ .endpoint = fil_endpoint_v4 ((const guint8[]){ 70, 0, 0, 1 }, 6346) };
  world_run (world, 9);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    g_assert_cmpuint (hosts[i]->pings, ==, 1);
  g_assert_cmpuint (download->sources->len, ==, 31);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (fil_download_find_source (download, i + 1)->state, ==, FIL_SOURCE_BAD);
  world_step (world);
  for (guint i = 0; i < 20 && hosts[28]->connects + hosts[29]->connects < 2; i++)
    {
      for (guint j = 0; j < 28; j++)
        g_assert_cmpuint (hosts[j]->connects, ==, 0);
      world_step (world);
    }
  world_run (world, 30);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    g_assert_cmpuint (hosts[i]->connects > 0, ==, i >= 20);
}

/* However many sources there are, pings go out slowly. */
static void
test_ping_limit (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 8);
  FilDownload *download = world_start (world, content);
  gint64 begin = world->now_us;

  for (guint i = 0; i < FIL_DOWNLOAD_MAX_SOURCES; i++)
    {
      FilSourceSpec spec = { .endpoint = fil_endpoint_v4 ((const guint8[]){ 71, 0, (guint8) (i >> 8), (guint8) i }, 6346) };

      fil_downloads_add_source (world->downloads, 1, &spec, world->now_us);
      fil_file_source_wait (g_ptr_array_index (download->sources, i), world->now_us + FIL_HOUR, "busy");
    }
  while (world->now_us < begin + 100 * FIL_SEC)
    {
      world_step (world);
      g_assert_cmpuint (world->n_pings, <=,
                        FIL_PINGS_AT_ONCE * (1 + (guint) ((world->now_us - begin) / FIL_PINGS_US)));
    }
  g_assert_cmpuint (world->n_pings, ==, FIL_DOWNLOAD_MAX_SOURCES);
}

/* Nothing moves: it is told when something will be tried. */
static void
test_retry (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 9);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  gint64 retry_us;

  fil_uploads_set_slots (host->uploads, 0, 0);
  world_add_source (world, 1, host);
  world_run (world, 3);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
  g_assert_cmpstr (download->reason_code, ==, "busy");
  retry_us = download->retry_us;
  g_assert_cmpint (retry_us, >, world->now_us + 50 * FIL_SEC);
  world_run (world, 20);
  g_assert_cmpint (download->retry_us, ==, retry_us);
  g_assert_cmpuint (host->connects, ==, 1);
  world_run (world, 45);
  g_assert_cmpuint (host->connects, ==, 2);
  g_assert_cmpint (download->retry_us, >, retry_us);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/exchange/alt", test_alt);
  g_test_add_func ("/transfer/exchange/old-alt", test_old_alt);
  g_test_add_func ("/transfer/exchange/hit-alts", test_hit_alts);
  g_test_add_func ("/transfer/exchange/told", test_told);
  g_test_add_func ("/transfer/exchange/push-places", test_push_places);
  g_test_add_func ("/transfer/exchange/strangers", test_strangers);
  g_test_add_func ("/transfer/exchange/gone", test_gone);
  g_test_add_func ("/transfer/exchange/200-with-range", test_200_with_range);
  g_test_add_func ("/transfer/exchange/pings", test_pings);
  g_test_add_func ("/transfer/exchange/ping-limit", test_ping_limit);
  g_test_add_func ("/transfer/exchange/retry", test_retry);
  return g_test_run ();
}
