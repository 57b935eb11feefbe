/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-fixture.h"

#include <string.h>

#include "proxy-ask.h"
#include "transfer-limits.h"

/* The rules of push.md for who downloads. Each test is named after its section and rule; test-push-forged.c
 * has those for who is called by somebody else, test-push-answer.c those for the sharer and the proxy,
 * tests/overlay/test-push.c those for whoever passes pushes on. */

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE

static guint
count_pushes (World *world,
              FilPushWay way,
              const FilEndpoint *to)
{
  guint n = 0;

  for (guint i = 0; i < world->pushes->len; i++)
    {
      const SentPush *sent = &g_array_index (world->pushes, SentPush, i);

      n += sent->way == way && (to == NULL || fil_endpoint_equal (&sent->to, to));
    }
  return n;
}

/* A push proxy that answers with what its text says. */
static gboolean
answer_as_proxy (Host *host,
                 const char *request,
                 GByteArray *out)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", host->text);

  g_byte_array_append (out, (const guint8 *) head, (guint) strlen (head));
  return FALSE;
}

static Host *
add_proxy (Fixture *f,
           guint i,
           const char *answer)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  Host *host = world_add_host (f->world, fil_endpoint_to_text (&f->proxies[i].endpoint, text), f->content);

  host->text = answer;
  host->reply = answer_as_proxy;
  host->is_silent = answer == NULL;
  return host;
}

/* §1 */

static void
test_index_and_id (Fixture *f,
                   gconstpointer data)
{
  FilSourceSpec spec = { .guid = f->host->guid, .index = 77, .proxies = f->proxies, .n_proxies = 2, .needs_push = TRUE };
  FilGuid first;

  f->host->is_away = TRUE;
  fil_downloads_add_source (f->world->downloads, 1, &spec, f->world->now_us);
  world_run (f->world, 50);
  g_assert_cmpuint (f->world->pushes->len, ==, 5);
  first = g_array_index (f->world->pushes, SentPush, 0).muid;
  for (guint i = 0; i < f->world->pushes->len; i++)
    {
      const SentPush *sent = &g_array_index (f->world->pushes, SentPush, i);

      g_assert_cmpuint (sent->push.index, ==, 77);
      g_assert_true (fil_guid_equal (&sent->push.target, &f->host->guid));
      g_assert_true (fil_guid_equal (&sent->muid, &first));
    }
  /* The next try is another one. */
  world_run (f->world, 120);
  g_assert_cmpuint (f->world->pushes->len, >, 5);
  g_assert_false (fil_guid_equal (&g_array_index (f->world->pushes, SentPush, 5).muid, &first));
}

static void
test_tls_and_ipv6 (Fixture *f,
                   gconstpointer data)
{
  FilSourceSpec spec = { .guid = f->host->guid, .needs_push = TRUE, .tls = TRUE };
  const SentPush *sent;

  g_assert_true (fil_endpoint_parse (&f->world->own6, "[2a00::1]:6346", -1, 0));
  fil_downloads_add_source (f->world->downloads, 1, &spec, f->world->now_us);
  g_assert_true (world_run_until (f->world, f->download, DONE, 20));
  sent = &g_array_index (f->world->pushes, SentPush, 0);
  g_assert_true (sent->push.tls);
  g_assert_cmpuint (sent->push.endpoint.family, ==, 4);
  g_assert_cmpuint (sent->push.endpoint6.family, ==, 6);
  g_assert_true (f->host->calls_by_tls);
}

/* §2 */

static void
test_ways_in_order (Fixture *f,
                    gconstpointer data)
{
  FilSourceSpec spec = {
    .endpoint = f->host->endpoint, .guid = f->host->guid, .proxies = f->proxies, .n_proxies = 6, .needs_push = TRUE
  };
  World *world = f->world;
  gint64 began_us;

  for (guint i = 0; i < 6; i++)
    add_proxy (f, i, NULL);
  f->host->is_away = TRUE;
  fil_downloads_add_source (world->downloads, 1, &spec, world->now_us);
  world_step (world);
  began_us = g_array_index (world->pushes, SentPush, 0).sent_us;
  /* To the host, to no more than four proxies, along the way of the hits. */
  g_assert_cmpuint (count_pushes (world, FIL_PUSH_WAY_HOST, &f->host->endpoint), ==, 1);
  g_assert_cmpuint (count_pushes (world, FIL_PUSH_WAY_PROXY, NULL), ==, FIL_PUSH_UDP_PROXIES);
  g_assert_cmpuint (count_pushes (world, FIL_PUSH_WAY_ROUTE, NULL), ==, 1);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (count_pushes (world, FIL_PUSH_WAY_PROXY, &f->proxies[i].endpoint), ==, 1);
  g_assert_cmpuint (world->pushes->len, ==, 6);

  while (world->now_us < began_us + FIL_PUSH_TCP_US - FIL_SEC / 2)
    world_step (world);
  g_assert_cmpuint (world->pushes->len, ==, 11);
  g_assert_cmpint (g_array_index (world->pushes, SentPush, 6).sent_us - began_us, >=, FIL_PUSH_SECOND_UDP_US);
  g_assert_cmpuint (world_count_steps (world, "push-sent: by HTTP"), ==, 0);

  /* By HTTP from four seconds on, two at a time, each given up after ten. */
  world_run (world, 1);
  g_assert_cmpuint (world_count_steps (world, "push-sent: by HTTP"), ==, 2);
  world_run (world, 9);
  g_assert_cmpuint (world_count_steps (world, "push-sent: by HTTP"), ==, 2);
  world_run (world, 2);
  g_assert_cmpuint (world_count_steps (world, "push-sent: by HTTP"), ==, 4);
  g_assert_cmpuint (world_count_steps (world, "push-proxy-answered: no answer"), ==, 2);
  world_run (world, 10);
  g_assert_cmpuint (world_count_steps (world, "push-sent: by HTTP"), ==, 6);
  g_assert_cmpuint (world->pushes->len, ==, 11);
}

static void
test_http_request (Fixture *f,
                   gconstpointer data)
{
  FilPush push = { .index = 7, .tls = TRUE };
  g_autoptr (FilSession) session = NULL;
  FilOutput out;
  g_autofree char *text = NULL;

  for (guint i = 0; i < sizeof push.target.bytes; i++)
    push.target.bytes[i] = (guint8) (0x10 + i);
  g_assert_true (fil_endpoint_parse (&push.endpoint, "24.0.0.1:6346", -1, 0));
  g_assert_true (fil_endpoint_parse (&push.endpoint6, "[2a00::1]:6346", -1, 0));
  session = fil_proxy_ask_new (&push, &f->proxies[0].endpoint, "Filbert/test", NULL, NULL, 0);
  g_assert_true (fil_session_output (session, &out, 0));
  text = g_strndup ((const char *) out.bytes, out.len);
  g_assert_cmpstr (text, ==,
                   "GET /gnutella/push-proxy?ServerId=CAIREEYUCULBOGAZDINRYHI6D4&file=7&tls=true HTTP/1.1\r\n"
                   "Host: 26.0.0.1:6346\r\nUser-Agent: Filbert/test\r\nConnection: close\r\n"
                   "X-Node: 24.0.0.1:6346\r\nX-Node-IPv6: [2a00::1]:6346\r\n\r\n");
}

static void
test_http_answers (Fixture *f,
                   gconstpointer data)
{
  static const struct
  {
    const char *answer; /* NULL: none */
    const char *step;
    gboolean is_kept;   /* stays a proxy of the source */
    gboolean others;    /* the others are asked as well */
    gboolean is_proven; /* that host is a push proxy */
  } cases[] = {
    { "202 Push sent", "push-proxy-answered: 202", TRUE, FALSE, TRUE },
    { "203 Perhaps", "push-proxy-answered: 203", TRUE, TRUE, TRUE },
    { "410 Gone", "push-proxy-answered: 410", FALSE, TRUE, TRUE },
    { "400 What?", "push-proxy-answered: 400", FALSE, TRUE, FALSE },
    { "403 No", "push-proxy-answered: refused", FALSE, TRUE, FALSE },
    { "404 Not Found", "push-proxy-answered: refused", FALSE, TRUE, FALSE },
    { "503 Busy", "push-proxy-answered: refused", FALSE, TRUE, FALSE },
    { NULL, "push-proxy-answered: no answer", FALSE, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture g;
      Host *third;

      g_test_message ("%s", cases[i].step);
      push_set_up (&g, NULL);
      g.world->loses_pushes = TRUE;
      g.world->has_route = FALSE;
      add_proxy (&g, 0, cases[i].answer);
      add_proxy (&g, 1, cases[i].answer);
      third = add_proxy (&g, 2, cases[i].answer);
      world_add_pushed (g.world, 1, g.host, g.proxies, 3);
      world_run (g.world, 30);
      g_assert_cmpuint (world_count_steps (g.world, cases[i].step), >=, 2);
      g_assert_cmpuint (third->connects, ==, cases[i].others ? 1 : 0);
      g_assert_cmpuint (push_source (g.download)->n_proxies, ==, cases[i].is_kept ? 3 : 0);
      g_assert_cmpuint (g.world->answered > 0, ==, cases[i].is_proven);
      push_tear_down (&g, NULL);
    }
}

/* A proxy that said it is one by TLS is asked by TLS. */
static void
test_tls_proxy (Fixture *f,
                gconstpointer data)
{
  f->world->loses_pushes = TRUE;
  f->proxies[0].tls = TRUE;
  add_proxy (f, 0, "202 Push sent");
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 6);
  g_assert_cmpuint (world_count_steps (f->world, "push-proxy-answered: 202"), ==, 1);
  g_assert_true (f->world->dialled_tls);
}

/* §3 */

/* Sends the file with the headers of its text, and keeps the request. */
static gboolean
answer_with_file (Host *host,
                  const char *request,
                  GByteArray *out)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (host->content, &size);
  g_autofree char *head =
      g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n%s\r\n", size, host->text);

  g_ptr_array_add (host->world->steps, g_strdup (request));
  g_byte_array_append (out, (const guint8 *) head, (guint) strlen (head));
  g_byte_array_append (out, bytes, (guint) size);
  return FALSE;
}

static void
test_headers_of_requests (Fixture *f,
                          gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      Fixture g;
      const char *request;

      push_set_up (&g, NULL);
      g.host->is_firewalled = FALSE;
      g.host->reply = answer_with_file;
      g.host->text = "";
      if (i == 0)
        {
          g.world->self.is_firewalled = TRUE;
          memset (&g.world->self.push.guid, 0xab, sizeof g.world->self.push.guid);
          g.world->self.push.external = g.world->own;
          g.world->self.push.proxies[0] = g.proxies[0];
          g.world->self.push.proxies[1] = g.proxies[1];
          g.world->self.push.proxies[1].tls = TRUE;
          g.world->self.push.n_proxies = 2;
        }
      else
        g.world->self.listen = g.world->own;
      world_add_source (g.world, 1, g.host);
      g_assert_true (world_run_until (g.world, g.download, DONE, 20));
      request = g.world->steps->pdata[0];
      if (i == 0)
        g_assert_nonnull (strstr (request, "X-FW-Node-Info: ABABABABABABABABABABABABABABABAB;6346:24.0.0.1;pptls=4;"
                                           "26.0.0.1:6346;26.1.0.1:6346\r\n"));
      else
        g_assert_nonnull (strstr (request, "X-Node: 24.0.0.1:6346\r\n"));
      g_assert_true ((strstr (request, "X-Node:") != NULL) == (i == 1));
      push_tear_down (&g, NULL);
    }
}

/* The newest proxies replace the older ones; those that nobody should go to are left out, and X-Host is
 * believed only of who says it. */
static void
test_headers_of_replies_read (Fixture *f,
                              gconstpointer data)
{
  static const struct
  {
    const char *headers;
    guint n_proxies;
    gboolean first_tls;
    gboolean is_direct;
  } cases[] = {
    { "", 1, FALSE, FALSE },
    { "X-Push-Proxy: pptls=8,30.0.0.1:6346,30.0.0.2:25,30.0.0.3:6347\r\n", 2, TRUE, FALSE },
    { "X-Push-Proxies: 30.0.0.1:6346\r\n", 1, FALSE, FALSE },
    { "X-FW-Node-Info: 01010101010101010101010101010101; 7000:31.0.0.1; pptls=4; 30.0.0.1:6346; 30.0.0.3:6347\r\n", 2,
      FALSE, FALSE },
    { "X-Host: 25.0.0.1:7777\r\n", 1, FALSE, TRUE },
    { "X-Host: 25.0.0.2:7777\r\n", 1, FALSE, FALSE },
    { "X-Host: 25.0.0.1\r\n", 1, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FilSession *session;
      FilFileSource *source;
      g_autofree char *head = NULL;
      Fixture g;

      g_test_message ("%s", cases[i].headers);
      push_set_up (&g, NULL);
      g.world->loses_pushes = TRUE;
      world_add_pushed (g.world, 1, g.host, g.proxies, 1);
      world_run (g.world, 1);
      source = push_source (g.download);
      session = fil_downloads_giv (g.world->downloads, &g.host->guid, 0, &g.host->endpoint, g.world->now_us);
      test_feed (session, "GIV 0:x/file\n\n", g.world->now_us);
      head = g_strdup_printf ("HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/%u\r\n%s\r\n", 2 * MIB, cases[i].headers);
      test_feed (session, head, g.world->now_us);
      g_assert_cmpuint (source->n_proxies, ==, cases[i].n_proxies);
      g_assert_cmpint (source->proxies[0].tls, ==, cases[i].first_tls);
      g_assert_cmpint (source->needs_push, ==, !cases[i].is_direct);
      fil_session_free (session);
      push_tear_down (&g, NULL);
    }
}

/* Strangers' proxies stand beside those that are known, and never push out what the host said itself. */
static void
test_strangers_proxies (Fixture *f,
                        gconstpointer data)
{
  FilSourceSpec own = { .guid = f->host->guid, .proxies = f->proxies, .n_proxies = 2, .needs_push = TRUE };
  FilSourceSpec stranger = { .guid = f->host->guid, .proxies = f->proxies + 2, .n_proxies = 4, .needs_push = TRUE };
  g_autoptr (FilFileSource) source = fil_file_source_new (1, &own);

  g_assert_true (fil_file_source_learn (source, &stranger));
  g_assert_false (fil_file_source_learn (source, &stranger));
  g_assert_cmpuint (source->n_proxies, ==, 6);
  g_assert_cmpuint (source->n_own_proxies, ==, 0);
  own.n_own_proxies = 2;
  g_assert_false (fil_file_source_learn (source, &own));
  g_assert_cmpuint (source->n_proxies, ==, 2);
  for (guint i = 0; i < 100; i++)
    {
      f->proxies[2 + i % 4].endpoint.port++;
      g_assert_true (fil_file_source_learn (source, &stranger));
    }
  g_assert_cmpuint (source->n_proxies, ==, FIL_SOURCE_MAX_PROXIES);
  g_assert_cmpuint (source->n_own_proxies, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_true (fil_endpoint_equal (&source->proxies[i].endpoint, &f->proxies[i].endpoint));
  /* The newest of theirs is the next to be asked. */
  g_assert_true (fil_endpoint_equal (&source->proxies[2].endpoint, &f->proxies[2 + 99 % 4].endpoint));
  fil_file_source_forget_proxy (source, &f->proxies[0].endpoint);
  g_assert_cmpuint (source->n_own_proxies, ==, 1);
  g_assert_true (fil_endpoint_equal (&source->proxies[0].endpoint, &f->proxies[1].endpoint));
}

/* A hit with the GUID of a source that has to be pushed says that it can be connected to, at a place where somebody
 * else lies in wait, or nobody is: the place is tried, and the way to the source stays what it was. */
static void
test_hearsay_of_an_address (Fixture *f,
                            gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) wrong = NULL;
      FilSourceSpec hit = { 0 };
      FilFileSource *pushed;
      Host *other;
      Fixture g;

      push_set_up (&g, NULL);
      wrong = test_corrupted (g.content, 12345);
      other = world_add_host (g.world, "66.6.6.6:6346", wrong);
      other->is_away = i == 0;
      g.host->is_away = TRUE;
      world_add_pushed (g.world, 1, g.host, g.proxies, 1);
      world_run (g.world, 1);
      hit = (FilSourceSpec){ .guid = g.host->guid, .endpoint = other->endpoint, .proxies = g.proxies + 1, .n_proxies = 1 };
      for (guint again = 0; again < 3; again++)
        fil_downloads_add_source (g.world->downloads, 1, &hit, g.world->now_us);
      pushed = push_source (g.download);
      g_assert_cmpuint (g.download->sources->len, ==, 2);
      g_assert_true (pushed->needs_push);
      g_assert_false (fil_endpoint_is_set (&pushed->endpoint));
      g_assert_cmpuint (pushed->n_proxies, ==, 1);
      world_run (g.world, 20);
      g_assert_cmpuint (g.world->dials, >, 0);
      g_assert_cmpint (pushed->state, !=, FIL_SOURCE_BAD);
      g.host->is_away = FALSE;
      fil_downloads_retry (g.world->downloads, 1, g.world->now_us);
      g_assert_true (world_run_until (g.world, g.download, DONE, 600));
      world_assert_done (g.world, 1, g.content);
      g_assert_cmpuint (g.host->givs, >, 0);
      push_tear_down (&g, NULL);
    }
}

/* It is the source itself, which has called already: one connection is enough, and when that is over the address is as
 * good as any. */
static void
test_hearsay_of_who_called (Fixture *f,
                            gconstpointer data)
{
  FilSourceSpec hit = { .guid = f->host->guid, .endpoint = f->host->endpoint };

  f->host->bytes_per_step = 10 * 1024;
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 1);
  g_assert_cmpuint (f->host->givs, ==, 1);
  g_assert_cmpint (f->download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  fil_downloads_add_source (f->world->downloads, 1, &hit, f->world->now_us);
  f->host->is_firewalled = FALSE;
  world_run (f->world, 5);
  g_assert_cmpuint (f->world->dials, ==, 0);
  f->host->cut_after = 1;
  world_step (f->world);
  f->host->cut_after = 0;
  f->host->bytes_per_step = 0;
  g_assert_true (world_run_until (f->world, f->download, DONE, 10));
  g_assert_cmpuint (f->world->dials, >, 0);
  world_assert_done (f->world, 1, f->content);
}

/* What the host said of its proxies is still its word after a restart. */
static void
test_own_proxies_restored (Fixture *f,
                           gconstpointer data)
{
  FilSourceSpec kept = {
    .guid = f->host->guid, .proxies = f->proxies, .n_proxies = 4, .n_own_proxies = 2, .needs_push = TRUE
  };
  FilSourceSpec stranger = { .guid = f->host->guid, .proxies = f->proxies + 5, .n_proxies = 1, .needs_push = TRUE };
  g_autoptr (FilFileSource) source = fil_file_source_new (1, &kept);

  g_assert_cmpuint (source->n_own_proxies, ==, 2);
  g_assert_cmpuint (source->n_proxies, ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_true (fil_endpoint_equal (&source->proxies[i].endpoint, &f->proxies[i].endpoint));
  for (guint i = 0; i < 100; i++)
    {
      f->proxies[5].endpoint.port++;
      fil_file_source_learn (source, &stranger);
    }
  for (guint i = 0; i < 2; i++)
    g_assert_true (fil_endpoint_equal (&source->proxies[i].endpoint, &f->proxies[i].endpoint));
}

/* What is known of a source is kept before a byte came from it, and not written over and over. */
static void
test_proxies_are_kept (Fixture *f,
                       gconstpointer data)
{
  const gint64 id = 1;
  const Saved *saved;

  f->host->is_away = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 2);
  world_step (f->world);
  saved = g_hash_table_lookup (f->world->records, &id);
  g_assert_cmpuint (saved->n_sources, ==, 1);
  g_assert_cmpuint (saved->n_proxies, ==, 2);
  for (guint i = 0; i < 200; i++)
    {
      f->proxies[2].endpoint.port++;
      world_add_pushed (f->world, 1, f->host, f->proxies, 3);
      world_step (f->world);
    }
  saved = g_hash_table_lookup (f->world->records, &id);
  g_assert_cmpuint (saved->saves, <=, 2 + 1 + 20 / 2);
  fil_downloads_shutdown (f->world->downloads, f->world->now_us);
  saved = g_hash_table_lookup (f->world->records, &id);
  g_assert_cmpuint (saved->n_proxies, ==, FIL_SOURCE_MAX_PROXIES);
}

/* §4 */

static void
test_giv_cancels_http (Fixture *f,
                       gconstpointer data)
{
  Host *slow;
  FilSession *session;
  g_autofree char *head = NULL;
  gboolean closed = FALSE;

  f->world->loses_pushes = TRUE;
  slow = add_proxy (f, 0, NULL);
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  world_run (f->world, 6);
  g_assert_cmpuint (slow->connects, ==, 1);
  g_assert_cmpuint (f->world->links->len, ==, 1);
  session = fil_downloads_giv (f->world->downloads, &f->host->guid, 0, &f->host->endpoint, f->world->now_us);
  g_assert_nonnull (session);
  /* Anybody can say GIV; who shows the file is the one. */
  test_feed (session, "GIV 0:x/file\n\n", f->world->now_us);
  world_step (f->world);
  g_assert_cmpuint (f->world->links->len, ==, 1);
  head = g_strdup_printf ("HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/%u\r\n\r\n", 2 * MIB);
  test_feed (session, head, f->world->now_us);
  world_step (f->world);
  closed = f->world->links->len == 0;
  g_assert_true (closed);
  g_assert_cmpuint (world_count_steps (f->world, "push-proxy-answered"), ==, 0);
  fil_session_free (session);
}

static void
test_giv_matched_by_guid (Fixture *f,
                          gconstpointer data)
{
  FilGuid other = f->host->guid;
  FilSession *session;

  other.bytes[0] ^= 1;
  f->host->is_away = TRUE;
  /* Nobody waits for it. */
  g_assert_null (push_giv (f->world, &f->host->guid));
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  g_assert_null (push_giv (f->world, &f->host->guid));
  world_run (f->world, 1);
  g_assert_null (push_giv (f->world, &other));
  g_assert_null (push_giv (f->world, &(FilGuid){ { 0 } }));

  /* Late, but not for ever. */
  world_run (f->world, 60);
  g_assert_cmpint (push_source (f->download)->state, ==, FIL_SOURCE_IDLE);
  session = push_giv (f->world, &f->host->guid);
  g_assert_nonnull (session);
  /* It has come: a second one is not needed. */
  g_assert_null (push_giv (f->world, &f->host->guid));
  fil_session_free (session);
  f->world->now_us += FIL_PUSH_LATE_GIV_US;
  g_assert_null (push_giv (f->world, &f->host->guid));

  /* Nor when the download has ended meanwhile. */
  world_run (f->world, 1);
  g_assert_true (fil_downloads_retry (f->world->downloads, 1, f->world->now_us));
  world_run (f->world, 1);
  g_assert_true (fil_downloads_pause (f->world->downloads, 1, f->world->now_us));
  g_assert_null (push_giv (f->world, &f->host->guid));
}

static void
test_giv_line (Fixture *f,
               gconstpointer data)
{
  g_autofree char *just = g_strnfill (FIL_HEAD_LINE_MAX - strlen ("GIV 0:"), 'x');
  g_autofree char *long_line = g_strdup_printf ("GIV 0:%sxx", just);
  g_autofree char *good_line = g_strdup_printf ("GIV 0:%s\n\n", just);
  const char *const good[] = { "GIV 0:x/file\n\n", "GIV 0:x/file\r\n\r\n", good_line };
  const char *const bad[] = { "GIV 0:x/file\nHost: y\n\n", "GIV 0:x/file\n\nHTTP/1.1 200 OK\r\n", long_line };

  for (guint i = 0; i < G_N_ELEMENTS (good) + G_N_ELEMENTS (bad); i++)
    {
      gboolean is_good = i < G_N_ELEMENTS (good);
      g_autoptr (FilSession) session = NULL;
      Fixture g;
      FilOutput out;

      push_set_up (&g, NULL);
      g.host->is_away = TRUE;
      world_add_pushed (g.world, 1, g.host, g.proxies, 1);
      world_run (g.world, 1);
      session = push_giv (g.world, &g.host->guid);
      g_assert_nonnull (session);
      /* Nothing is said before the line is there, and nothing to who says more than that. */
      g_assert_false (fil_session_output (session, &out, g.world->now_us));
      test_feed (session, is_good ? good[i] : bad[i - G_N_ELEMENTS (good)], g.world->now_us);
      g_assert_cmpint (fil_session_output (session, &out, g.world->now_us), ==, is_good);
      g_assert_cmpint (session->is_closed, ==, !is_good);
      fil_session_free (g_steal_pointer (&session));
      push_tear_down (&g, NULL);
    }
}

static void
test_giv_for_the_asked_index (Fixture *f,
                              gconstpointer data)
{
  g_autoptr (GBytes) second = test_content (MIB, 2);
  FilSourceSpec spec = { .guid = f->host->guid, .index = 5, .needs_push = TRUE };
  FilDownload *other;
  FilSession *session;

  /* One host has both files: it is asked once, and the one that asked comes first. */
  f->host->is_away = TRUE;
  fil_downloads_add_source (f->world->downloads, 1, &spec, f->world->now_us);
  other = fil_downloads_get (f->world->downloads, world_add (f->world, 2, second));
  spec.index = 6;
  fil_downloads_add_source (f->world->downloads, 2, &spec, f->world->now_us);
  world_run (f->world, 5);
  g_assert_cmpint (push_source (f->download)->state, ==, FIL_SOURCE_PUSHING);
  g_assert_cmpint (push_source (other)->state, ==, FIL_SOURCE_IDLE);
  session = push_giv (f->world, &f->host->guid);
  g_assert_nonnull (session);
  g_assert_cmpint (push_source (f->download)->state, ==, FIL_SOURCE_PUSHING);
  g_assert_cmpint (push_source (other)->state, ==, FIL_SOURCE_IDLE);
  fil_session_free (session);

  /* The asking one is gone: any other that waits for that host takes it. */
  g_assert_true (fil_downloads_retry (f->world->downloads, 1, f->world->now_us));
  world_run (f->world, 2);
  g_assert_cmpint (push_source (f->download)->state, ==, FIL_SOURCE_PUSHING);
  fil_file_source_bad (push_source (f->download), "corrupt");
  session = push_giv (f->world, &f->host->guid);
  g_assert_nonnull (session);
  g_assert_cmpint (push_source (other)->state, ==, FIL_SOURCE_ACTIVE);
  fil_session_free (session);
}

static void
test_one_socket_for_many_files (Fixture *f,
                                gconstpointer data)
{
  FilDownload *downloads[4] = { f->download };

  for (guint i = 1; i < G_N_ELEMENTS (downloads); i++)
    downloads[i] = fil_downloads_get (f->world->downloads, world_add (f->world, 1 + i, f->content));
  for (guint i = 0; i < G_N_ELEMENTS (downloads) - 1; i++)
    world_add_pushed (f->world, 1 + i, f->host, f->proxies, 1);
  for (guint i = 0; i < G_N_ELEMENTS (downloads) - 1; i++)
    {
      g_assert_true (world_run_until (f->world, downloads[i], DONE, 30));
      world_assert_done (f->world, 1 + i, f->content);
    }
  g_assert_cmpuint (f->host->givs, ==, 1);

  /* It is kept a while for what comes later … */
  world_run (f->world, 15);
  world_add_pushed (f->world, 4, f->host, f->proxies, 1);
  g_assert_true (world_run_until (f->world, downloads[3], DONE, 30));
  g_assert_cmpuint (f->host->givs, ==, 1);
  g_assert_cmpuint (f->world->links->len, ==, 1);
  /* … and then let go. */
  world_run (f->world, 30);
  g_assert_cmpuint (f->world->links->len, ==, 0);
}

/* The other side ends the connection that was kept: a new one is asked for. */
static void
test_kept_socket_breaks (Fixture *f,
                         gconstpointer data)
{
  FilDownload *second;

  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  g_assert_true (world_run_until (f->world, f->download, DONE, 30));
  g_assert_cmpuint (f->world->links->len, ==, 1);
  fil_uploads_stop_all (f->host->uploads, "away");
  world_run (f->world, 1);
  g_assert_cmpuint (f->world->links->len, ==, 0);
  second = fil_downloads_get (f->world->downloads, world_add (f->world, 2, f->content));
  world_add_pushed (f->world, 2, f->host, f->proxies, 1);
  g_assert_true (world_run_until (f->world, second, DONE, 30));
  g_assert_cmpuint (f->host->givs, ==, 2);
}

static void
test_idle_limit (Fixture *f,
                 gconstpointer data)
{
  for (guint i = 0; i < FIL_IDLE_LINKS_MAX + 4; i++)
    {
      g_autofree char *address = g_strdup_printf ("27.%u.0.1:6346", i);
      Host *host = world_add_host (f->world, address, f->content);
      gint64 id = world_add (f->world, 10 + i, f->content);

      host->is_firewalled = TRUE;
      world_add_pushed (f->world, id, host, NULL, 0);
    }
  world_run (f->world, 12);
  g_assert_cmpuint (f->world->finished, ==, FIL_IDLE_LINKS_MAX + 4);
  g_assert_cmpuint (f->world->links->len, ==, FIL_IDLE_LINKS_MAX);
}

/* §5 */

static void
test_direct_then_push (Fixture *f,
                       gconstpointer data)
{
  FilSourceSpec spec = { .endpoint = f->host->endpoint, .guid = f->host->guid };
  gint64 began_us = f->world->now_us;

  /* The hit did not say that it is behind a firewall; connections to it never stand. */
  f->host->is_silent = TRUE;
  fil_downloads_add_source (f->world->downloads, 1, &spec, f->world->now_us);
  while (f->world->pushes->len == 0)
    world_step (f->world);
  g_assert_cmpint (f->world->now_us - began_us, >=, FIL_SOURCE_DIAL_US);
  g_assert_cmpint (f->world->now_us - began_us, <, FIL_SOURCE_DIAL_US + 2 * FIL_SEC);
  g_assert_true (world_run_until (f->world, f->download, DONE, 20));
  g_assert_cmpuint (f->host->givs, ==, 1);
}

/* A host with addresses of both families is tried at the other one when nobody answers at the first, and only
 * then asked to connect. */
static void
test_other_address (Fixture *f,
                    gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      FilSourceSpec spec = { 0 };
      FilFileSource *source;
      Fixture g;

      push_set_up (&g, NULL);
      spec.guid = g.host->guid;
      spec.other = g.host->endpoint;
      g_assert_true (fil_endpoint_parse (&spec.endpoint, "[2a01:66::6]:6346", -1, 0));
      g.host->is_silent = i == 1;
      g.host->is_firewalled = i == 1;
      fil_downloads_add_source (g.world->downloads, 1, &spec, g.world->now_us);
      source = push_source (g.download);
      g_assert_true (world_run_until (g.world, g.download, DONE, 60));
      world_assert_done (g.world, 1, g.content);
      g_assert_cmpuint (g.host->givs, ==, i);
      /* Where it was found it is looked for first, and next time at the place that failed if it has left. */
      if (i == 0)
        {
          g_assert_true (fil_endpoint_equal (&source->endpoint, &g.host->endpoint));
          g_assert_true (fil_endpoint_equal (&source->other, &spec.endpoint));
        }
      push_tear_down (&g, NULL);
    }
}

/* The address that failed first is tried as soon as the one that answered for a while fails, too. */
static void
test_other_address_again (Fixture *f,
                          gconstpointer data)
{
  FilSourceSpec spec = { .guid = f->host->guid, .other = f->host->endpoint };
  FilFileSource *source;

  g_assert_true (fil_endpoint_parse (&spec.endpoint, "[2a01:66::6]:6346", -1, 0));
  f->host->is_firewalled = FALSE;
  f->host->cut_after = MIB;
  fil_downloads_add_source (f->world->downloads, 1, &spec, f->world->now_us);
  source = push_source (f->download);
  while (f->host->sent < MIB)
    world_step (f->world);
  g_assert_true (fil_endpoint_equal (&source->endpoint, &f->host->endpoint));

  f->host->endpoint = spec.endpoint;
  g_assert_true (world_run_until (f->world, f->download, DONE, 60));
  g_assert_true (fil_endpoint_equal (&source->endpoint, &spec.endpoint));
  g_assert_cmpuint (f->host->givs, ==, 0);
}

static void
test_give_up_and_back_off (Fixture *f,
                           gconstpointer data)
{
  static const gint64 minutes[] = { 2, 5, 15, 30 };
  gint64 now_us;

  f->host->is_away = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 2);
  for (guint i = 0; i < G_N_ELEMENTS (minutes); i++)
    {
      guint before = f->world->pushes->len;

      while (f->world->pushes->len == before)
        world_step (f->world);
      now_us = f->world->now_us;
      while (push_source (f->download)->state == FIL_SOURCE_PUSHING)
        world_step (f->world);
      g_assert_cmpint (f->world->now_us - now_us, >=, FIL_PUSH_GIVE_UP_US - FIL_SEC);
      g_assert_cmpint (f->world->now_us - now_us, <=, FIL_PUSH_GIVE_UP_US + FIL_SEC);
      g_assert_cmpstr (push_source (f->download)->reason_code, ==, "no-push-answer");
      g_assert_cmpint (push_source (f->download)->retry_us - f->world->now_us, <=, minutes[i] * FIL_MINUTE);
      g_assert_cmpint (push_source (f->download)->retry_us - f->world->now_us, >=, minutes[i] * FIL_MINUTE - FIL_SEC);
      g_assert_cmpuint (world_count_steps (f->world, "push-unanswered"), ==, i + 1);
    }
}

/* Nobody can be asked at all: nothing is waited for. */
static void
test_no_way_ends_at_once (Fixture *f,
                          gconstpointer data)
{
  f->world->has_route = FALSE;
  world_add_pushed (f->world, 1, f->host, NULL, 0);
  world_run (f->world, 2);
  g_assert_cmpint (push_source (f->download)->state, ==, FIL_SOURCE_IDLE);
  g_assert_cmpstr (push_source (f->download)->reason_code, ==, "no-push-answer");
}

static void
test_newer_proxies_after_two (Fixture *f,
                              gconstpointer data)
{
  guint before;

  f->host->is_away = TRUE;
  world_add_pushed (f->world, 1, f->host, f->proxies, 1);
  /* Another source delivers all the while, slowly: no search would be made for the file's sake. */
  world_add_source (f->world, 1, world_add_host (f->world, "28.0.0.1:6346", f->content));
  ((Host *) f->world->hosts->pdata[f->world->hosts->len - 1])->bytes_per_step = 200;
  world_run (f->world, 60);
  before = f->world->searches;
  g_assert_cmpuint (before, <=, 1);
  while (push_source (f->download)->failures < 2)
    world_step (f->world);
  world_run (f->world, 200);
  g_assert_cmpuint (f->world->searches, ==, before + 1);
  g_assert_cmpint (f->download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);

  /* The hit that it brings names another ultrapeer: tried at once. */
  f->host->is_away = FALSE;
  before = f->world->pushes->len;
  world_add_pushed (f->world, 1, f->host, &f->proxies[3], 1);
  world_run (f->world, 3);
  g_assert_cmpuint (count_pushes (f->world, FIL_PUSH_WAY_PROXY, &f->proxies[3].endpoint), >=, 1);
  g_assert_cmpuint (f->host->givs, ==, 1);
}

/* One that delivered lost its connections, and its ultrapeers with them: it is looked for soon, although there was
 * a search lately, and its new proxies are asked at once. */
static void
test_lost_proxies (Fixture *f,
                   gconstpointer data)
{
  f->host->bytes_per_step = 1000;
  f->host->stall_after = 50000;
  world_add_pushed (f->world, 1, f->host, f->proxies, 2);
  while (fil_download_received_bytes (f->download) == 0)
    world_step (f->world);
  f->world->loses_pushes = TRUE;
  while (push_source (f->download)->state != FIL_SOURCE_PUSHING)
    world_step (f->world);
  f->world->searches = 0;
  world_run (f->world, 5);
  g_assert_cmpuint (f->world->searches, ==, 1);
  world_add_pushed (f->world, 1, f->host, &f->proxies[3], 1);
  world_run (f->world, 2);
  g_assert_cmpuint (count_pushes (f->world, FIL_PUSH_WAY_PROXY, &f->proxies[3].endpoint), >=, 1);

  /* Hits that go on naming others make us neither search nor push faster than that. */
  for (guint i = 0; i < 10; i++)
    {
      world_add_pushed (f->world, 1, f->host, &f->proxies[i % 2], 1);
      world_run (f->world, 1);
    }
  g_assert_cmpuint (f->world->searches, ==, 1);
  g_assert_cmpuint (count_pushes (f->world, FIL_PUSH_WAY_PROXY, &f->proxies[0].endpoint), <=, 12);
}

/* TLS was said to be welcome, but nobody came: asked without it the next time, then with it again. */
static void
test_tls_every_other_try (Fixture *f,
                          gconstpointer data)
{
  FilSourceSpec spec = { .guid = f->host->guid, .needs_push = TRUE, .tls = TRUE };
  const SentPush *sent = NULL;

  f->world->loses_pushes = TRUE;
  fil_downloads_add_source (f->world->downloads, 1, &spec, f->world->now_us);
  for (guint i = 0; i < 3; i++)
    {
      while (push_source (f->download)->state != FIL_SOURCE_PUSHING || f->world->pushes->len <= i)
        world_step (f->world);
      sent = &g_array_index (f->world->pushes, SentPush, i);
      g_assert_cmpint (sent->push.tls, ==, i % 2 == 0);
      while (push_source (f->download)->state == FIL_SOURCE_PUSHING)
        world_step (f->world);
    }
}

/* All its proxies say that it is not there any more: others are looked for, and tried when they are known. */
static void
test_all_proxies_gone (Fixture *f,
                       gconstpointer data)
{
  Host *good;

  f->world->loses_pushes = TRUE;
  add_proxy (f, 0, "410 Gone");
  add_proxy (f, 1, "410 Gone");
  good = add_proxy (f, 2, "202 Push sent");
  world_add_pushed (f->world, 1, f->host, f->proxies, 2);
  world_add_source (f->world, 1, world_add_host (f->world, "28.0.0.1:6346", f->content));
  ((Host *) f->world->hosts->pdata[f->world->hosts->len - 1])->bytes_per_step = 200;
  world_run (f->world, 8);
  g_assert_cmpuint (world_count_steps (f->world, "push-proxy-answered: 410"), ==, 2);
  g_assert_cmpint (push_source (f->download)->state, ==, FIL_SOURCE_PUSHING);
  g_assert_cmpuint (f->world->searches, ==, 1);
  world_add_pushed (f->world, 1, f->host, &f->proxies[2], 1);
  world_run (f->world, 7);
  g_assert_cmpuint (good->connects, ==, 1);

  /* Hits that name ever other ones do not make us go to all of them. */
  for (guint i = 3; i < 6; i++)
    {
      Host *victim = add_proxy (f, i, "404 What?");

      world_add_pushed (f->world, 1, f->host, &f->proxies[i], 1);
      world_run (f->world, 1);
      g_assert_cmpuint (victim->connects, ==, 0);
      g_assert_cmpuint (count_pushes (f->world, FIL_PUSH_WAY_PROXY, &f->proxies[i].endpoint), ==, 0);
    }
}

/* … by a HEAD ping to those that deliver, too: one of them knows who passes pushes on to it by now. */
static void
test_proxies_by_head_ping (Fixture *f,
                           gconstpointer data)
{
  Host *good, *knowing;

  f->world->loses_pushes = TRUE;
  add_proxy (f, 0, "410 Gone");
  add_proxy (f, 1, "410 Gone");
  good = add_proxy (f, 2, "202 Push sent");
  knowing = world_add_host (f->world, "28.0.0.1:6346", f->content);
  knowing->bytes_per_step = 200;
  knowing->answers_pings = TRUE;
  knowing->pong = (FilHeadPong){ .file = FIL_HEAD_FILE_COMPLETE, .queue = -1, .n_push_alts = 2 };
  /* What nobody should go to is left out. */
  knowing->pong.push_alts[0] = (FilPushEndpoint){ .guid = { { 7 } }, .n_proxies = 1 };
  g_assert_true (fil_endpoint_parse (&knowing->pong.push_alts[0].proxies[0].endpoint, "30.0.0.2:25", -1, 0));
  knowing->pong.push_alts[1] = (FilPushEndpoint){ .guid = f->host->guid, .n_proxies = 1 };
  knowing->pong.push_alts[1].proxies[0] = f->proxies[2];
  world_add_source (f->world, 1, knowing);
  world_run (f->world, 70);
  g_assert_cmpuint (knowing->pings, ==, 0);
  world_add_pushed (f->world, 1, f->host, f->proxies, 2);
  world_run (f->world, 7);
  g_assert_cmpuint (knowing->pings, ==, 1);
  g_assert_cmpuint (f->download->sources->len, ==, 2);
  world_run (f->world, 7);
  g_assert_cmpuint (good->connects, ==, 1);
  /* Not again and again. */
  g_assert_cmpuint (knowing->pings, ==, 1);
}

/* §6 */

/* Hundreds of sources that all name one push proxy: a few are tried at a time. */
static void
test_tries_limit (Fixture *f,
                  gconstpointer data)
{
  guint most = 0;

  fil_downloads_set_max_active (f->world->downloads, 1000, f->world->now_us);
  for (guint i = 0; i < 200; i++)
    {
      FilSourceSpec spec = { .proxies = f->proxies, .n_proxies = 1, .needs_push = TRUE };
      gint64 id = i < 20 ? world_add (f->world, 10 + i, f->content) : 10 + i % 20;

      fil_random_bytes (f->world->random, spec.guid.bytes, sizeof spec.guid.bytes);
      fil_downloads_add_source (f->world->downloads, id, &spec, f->world->now_us);
    }
  for (guint i = 0; i < 300; i++)
    {
      guint n = 0;

      world_step (f->world);
      for (guint j = 0; j < 20; j++)
        {
          FilDownload *download = fil_downloads_get (f->world->downloads, 10 + j);

          for (guint k = 0; k < download->sources->len; k++)
            n += ((FilFileSource *) download->sources->pdata[k])->state == FIL_SOURCE_PUSHING;
        }
      most = MAX (most, n);
    }
  g_assert_cmpuint (most, ==, FIL_PUSH_TRIES_MAX);
}

int
main (int argc,
      char *argv[])
{
  static const PushTest tests[] = {
    { "1/index-of-the-hit-and-one-id-for-a-try", test_index_and_id },
    { "1/tls-and-ipv6", test_tls_and_ipv6 },
    { "2/ways-in-order", test_ways_in_order },
    { "2/http-request", test_http_request },
    { "2/http-answers", test_http_answers },
    { "2/tls-proxy", test_tls_proxy },
    { "3/headers-of-requests", test_headers_of_requests },
    { "3/headers-of-replies-read", test_headers_of_replies_read },
    { "3/proxies-are-kept", test_proxies_are_kept },
    { "3/strangers-proxies", test_strangers_proxies },
    { "3/own-proxies-restored", test_own_proxies_restored },
    { "3/hearsay-of-an-address", test_hearsay_of_an_address },
    { "3/hearsay-of-who-called", test_hearsay_of_who_called },
    { "4/giv-cancels-http", test_giv_cancels_http },
    { "4/giv-matched-by-guid", test_giv_matched_by_guid },
    { "4/giv-line", test_giv_line },
    { "4/giv-for-the-asked-index", test_giv_for_the_asked_index },
    { "4/one-socket-for-many-files", test_one_socket_for_many_files },
    { "4/kept-socket-breaks", test_kept_socket_breaks },
    { "4/idle-limit", test_idle_limit },
    { "5/direct-then-push", test_direct_then_push },
    { "5/other-address-then-push", test_other_address },
    { "5/other-address-again", test_other_address_again },
    { "5/give-up-and-back-off", test_give_up_and_back_off },
    { "5/no-way-ends-at-once", test_no_way_ends_at_once },
    { "5/newer-proxies-after-two-failures", test_newer_proxies_after_two },
    { "5/lost-proxies", test_lost_proxies },
    { "5/tls-every-other-try", test_tls_every_other_try },
    { "5/all-proxies-gone", test_all_proxies_gone },
    { "5/newer-proxies-by-head-ping", test_proxies_by_head_ping },
    { "6/tries-limit", test_tries_limit },
  };

  return push_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
