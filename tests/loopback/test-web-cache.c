/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "net-limits.h"
#include "resolver.h"
#include "web-cache.h"

#include <libsoup/soup.h>
#include <string.h>

/* A web cache with a temper for each path. */
typedef struct
{
  Loop loop;
  SoupServer *server;
  FilWebCache *client;
  char *url;
  guint requests;
  char *last_query;
  char *user_agent;
  guint answers;
  guint n_hosts;
  guint n_urls;
  char *error;
} World;

static void
reply (SoupServerMessage *message,
       const char *type,
       const char *text)
{
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  World *world = data;
  const char *raw = g_uri_get_query (soup_server_message_get_uri (message));
  gboolean is_2 = query != NULL && g_hash_table_contains (query, "get");

  world->requests++;
  g_free (world->last_query);
  world->last_query = g_strdup (raw);
  g_free (world->user_agent);
  world->user_agent = g_strdup (soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                              "User-Agent"));
  if (g_str_equal (path, "/two"))
    reply (message, "text/plain",
           "I|pong|Skulls|gnutella\r\nH|24.1.2.3:6346|100|x\nH|24.1.2.4:6347\rH|25.1.1.1:5000|99999999\nU|http://other/|5\n");
  else if (g_str_equal (path, "/one"))
    reply (message, "text/plain", is_2 ? "ERROR: unknown\n" : "24.1.2.3:6346\n24.1.2.4:6347\n24.1.2.3:6346\n");
  else if (g_str_equal (path, "/empty"))
    reply (message, "text/plain", "I|NO-HOSTS\n");
  else if (g_str_equal (path, "/html"))
    reply (message, "text/html", "  <!DOCTYPE html><html>24.1.2.3:6346\n24.1.2.3:6346\n</html>");
  else if (g_str_equal (path, "/login"))
    reply (message, "text/plain", "24.1.2.3:6346\n<html>please log in</html>");
  else if (g_str_equal (path, "/gone"))
    soup_server_message_set_status (message, 404, NULL);
  else if (g_str_equal (path, "/moved"))
    soup_server_message_set_redirect (message, 302, "/two");
  else if (g_str_equal (path, "/circle"))
    soup_server_message_set_redirect (message, 302, "/circle");
  else if (g_str_equal (path, "/huge"))
    {
      g_autofree char *text = g_strnfill (1024 * 1024, '\n');

      reply (message, "text/plain", text);
    }
  else if (g_str_equal (path, "/list"))
    reply (message, "text/plain", "1.2.3.4:5\n[2a00::1]:6\nnonsense\n5.6.7.8:9\n5.6.7.8:0\n300.1.1.1:5\n");
  else
    soup_server_message_pause (message);
}

static void
world_init (World *world)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  *world = (World){ 0 };
  loop_init (&world->loop);
  world->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (world->server, NULL, on_request, world, NULL);
  soup_server_listen_local (world->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (world->server);
  world->url = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  world->client = fil_web_cache_new (world->loop.reactor, "Filbert/test");
}

static void
world_clear (World *world)
{
  fil_web_cache_free (world->client);
  loop_settle (&world->loop);
  soup_server_disconnect (world->server);
  g_object_unref (world->server);
  loop_settle (&world->loop);
  loop_clear (&world->loop);
  g_free (world->url);
  g_free (world->last_query);
  g_free (world->user_agent);
  g_free (world->error);
}

static void
on_answer (gpointer data,
           const FilWebCacheAnswer *answer,
           const char *error)
{
  World *world = data;

  world->answers++;
  g_free (world->error);
  world->error = g_strdup (error);
  world->n_hosts = answer != NULL ? answer->hosts->len : 0;
  world->n_urls = answer != NULL ? answer->urls->len : 0;
}

static gboolean
begin (World *world,
       const char *path,
       gboolean is_list)
{
  g_autofree char *url = g_strconcat (world->url, path, NULL);

  return fil_web_cache_ask (world->client, url, is_list, on_answer, world);
}

static void
ask (World *world,
     const char *path)
{
  guint before = world->answers;

  g_assert_true (begin (world, path, FALSE));
  loop_until (world->answers == before + 1);
  g_assert_false (fil_web_cache_is_busy (world->client));
}

static void
test_good (void)
{
  World world;

  world_init (&world);
  ask (&world, "two");
  g_assert_null (world.error);
  g_assert_cmpuint (world.n_hosts, ==, 2);
  g_assert_cmpuint (world.n_urls, ==, 1);
  g_assert_cmpuint (world.requests, ==, 1);
  g_assert_cmpstr (world.last_query, ==, "get=1&net=gnutella&client=FLBT&version=" FIL_VERSION);
  g_assert_cmpstr (world.user_agent, ==, "Filbert/test");

  ask (&world, "one");
  g_assert_null (world.error);
  g_assert_cmpuint (world.n_hosts, ==, 2);
  g_assert_cmpuint (world.requests, ==, 3);
  g_assert_cmpstr (world.last_query, ==, "hostfile=1&client=FLBT&version=" FIL_VERSION);

  ask (&world, "empty");
  g_assert_null (world.error);
  g_assert_cmpuint (world.n_hosts, ==, 0);

  ask (&world, "moved");
  g_assert_cmpuint (world.n_hosts, ==, 2);

  g_assert_true (begin (&world, "list", TRUE));
  loop_until (world.answers == 5);
  g_assert_cmpuint (world.n_hosts, ==, 3);
  g_assert_null (world.last_query);
  world_clear (&world);
}

static void
test_bad (void)
{
  static const char *const paths[] = { "html", "login", "gone", "huge", "circle" };
  World world;

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      ask (&world, paths[i]);
      g_assert_nonnull (world.error);
      g_test_message ("%s: %s", paths[i], world.error);
      g_assert_cmpuint (world.n_hosts, ==, 0);
    }
  g_assert_false (fil_web_cache_ask (world.client, "nonsense", FALSE, on_answer, &world));
  g_assert_false (fil_web_cache_ask (world.client, "file:///etc/passwd", FALSE, on_answer, &world));
  g_assert_false (fil_web_cache_ask (world.client, "http://", FALSE, on_answer, &world));
  world_clear (&world);
}

static void
test_slow (void)
{
  World world;
  guint answers;

  world_init (&world);
  g_assert_true (begin (&world, "slow", FALSE));
  g_assert_false (begin (&world, "two", FALSE));
  loop_until (world.requests == 1);
  loop_advance (&world.loop, FIL_WEB_CACHE_TIMEOUT_US - 1);
  g_assert_cmpuint (world.answers, ==, 0);
  loop_advance (&world.loop, 1);
  g_assert_cmpuint (world.answers, ==, 1);
  g_assert_nonnull (world.error);

  /* The next one is not held up; a cancelled one is not heard of. */
  ask (&world, "two");
  g_assert_cmpuint (world.n_hosts, ==, 2);
  answers = world.answers;
  g_assert_true (begin (&world, "slow", FALSE));
  fil_web_cache_cancel (world.client);
  g_assert_false (fil_web_cache_is_busy (world.client));
  loop_advance (&world.loop, FIL_MINUTE);
  g_assert_cmpuint (world.answers, ==, answers);

  /* Freed while it asks. */
  g_assert_true (begin (&world, "slow", FALSE));
  loop_settle (&world.loop);
  world_clear (&world);
}

static void
test_hostile_texts (void)
{
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (FilWebCacheAnswer) bounded = NULL;
  static const struct
  {
    const char *text;
    FilWebCacheVerdict verdict;
    guint n_hosts;
  } cases[] = {
    { "", FIL_WEB_CACHE_EMPTY, 0 },
    { "\r\n\r\n", FIL_WEB_CACHE_EMPTY, 0 },
    { "H|", FIL_WEB_CACHE_EMPTY, 0 },
    { "H", FIL_WEB_CACHE_DEAD, 0 },
    { "H||||||||||", FIL_WEB_CACHE_EMPTY, 0 },
    { "h|1.2.3.4:5|1", FIL_WEB_CACHE_HOSTS, 1 },
    { "H|1.2.3.4:5|-1", FIL_WEB_CACHE_HOSTS, 1 },
    { "H|1.2.3.4:5|99999999999999999999999", FIL_WEB_CACHE_HOSTS, 1 },
    { "H|name:5|1", FIL_WEB_CACHE_EMPTY, 0 },
    { "ERROR", FIL_WEB_CACHE_ERROR, 0 },
    { "ERROR\n1.2.3.4:5", FIL_WEB_CACHE_HOSTS, 1 },
    { "It works!", FIL_WEB_CACHE_DEAD, 0 },
    { "<html>", FIL_WEB_CACHE_DEAD, 0 },
    { "\xff\xfe\x01", FIL_WEB_CACHE_DEAD, 0 },
    { "PONG Skulls 1", FIL_WEB_CACHE_EMPTY, 0 },
    { "http://a/\nhttp://b/", FIL_WEB_CACHE_EMPTY, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize len = strlen (cases[i].text);
      g_autofree char *exact = g_memdup2 (cases[i].text, len);
      g_autoptr (FilWebCacheAnswer) answer = fil_web_cache_answer_parse (exact != NULL ? exact : "", len);

      g_test_message ("case %u", i);
      g_assert_cmpint (answer->verdict, ==, cases[i].verdict);
      g_assert_cmpuint (answer->hosts->len, ==, cases[i].n_hosts);
    }

  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (many, "H|24.%u.%u.1:5|1\nU|http://h%u/|1\n", i / 256, i % 256, i);
  bounded = fil_web_cache_answer_parse (many->str, many->len);
  g_assert_cmpuint (bounded->hosts->len, ==, FIL_WEB_CACHE_MAX_HOSTS);
  g_assert_cmpuint (bounded->urls->len, ==, FIL_WEB_CACHE_MAX_URLS);
}

typedef struct
{
  guint calls;
  guint n;
  FilEndpoint first;
  char *error;
} Resolved;

static void
on_resolved (gpointer data,
             const FilEndpoint *endpoints,
             guint n,
             const char *error)
{
  Resolved *self = data;

  self->calls++;
  self->n = n;
  if (n > 0)
    self->first = endpoints[0];
  g_assert_true ((n == 0) == (error != NULL));
  g_free (self->error);
  self->error = g_strdup (error);
}

static void
test_resolver (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Resolved resolved = { 0 };
  Loop loop;

  loop_init (&loop);
  fil_resolve ("127.0.0.9:77", 0, NULL, on_resolved, &resolved);
  g_assert_cmpuint (resolved.calls, ==, 0);
  loop_until (resolved.calls == 1);
  g_assert_cmpuint (resolved.first.port, ==, 77);
  g_assert_cmpuint (resolved.first.addr[3], ==, 9);
  fil_resolve ("127.0.0.9", 6346, NULL, on_resolved, &resolved);
  loop_until (resolved.calls == 2);
  g_assert_cmpuint (resolved.first.port, ==, 6346);
  fil_resolve ("127.0.0.9", 0, NULL, on_resolved, &resolved);
  loop_until (resolved.calls == 3);
  g_assert_cmpuint (resolved.n, ==, 0);
  fil_resolve ("[::1", 1, NULL, on_resolved, &resolved);
  loop_until (resolved.calls == 4);
  g_assert_cmpuint (resolved.n, ==, 0);
  g_assert_cmpstr (resolved.error, ==, "The host [::1 is not known.");
  g_free (resolved.error);
  resolved.error = NULL;

  fil_resolve ("127.0.0.9:77", 0, cancellable, on_resolved, &resolved);
  g_cancellable_cancel (cancellable);
  fil_resolve ("127.0.0.9:77", 0, NULL, on_resolved, &resolved);
  loop_until (resolved.calls == 5);
  loop_settle (&loop);
  g_assert_cmpuint (resolved.calls, ==, 5);
  loop_clear (&loop);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/web-cache/good", test_good);
  g_test_add_func ("/loopback/web-cache/bad", test_bad);
  g_test_add_func ("/loopback/web-cache/slow", test_slow);
  g_test_add_func ("/loopback/web-cache/hostile-texts", test_hostile_texts);
  g_test_add_func ("/loopback/web-cache/resolver", test_resolver);
  return g_test_run ();
}
