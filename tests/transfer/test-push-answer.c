/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-limit.h"
#include "push-proxy.h"
#include "transfer-limits.h"
#include "uploads.h"
#include "world.h"

#include <string.h>

/* The rules of push.md for who has the file and for who answers as a push proxy. Each test is named after its
 * section and rule. */

/* §2 and §6: as the proxy */

typedef struct
{
  guint status;
  guint n;
  FilPush push;
} Passed;

static guint
pass (gpointer data,
      const FilPush *push)
{
  Passed *self = data;

  self->n++;
  self->push = *push;
  return self->status;
}

/* What a proxy answers, the status only. */
static guint
ask_proxy (FilPushProxy *proxy,
           const char *peer,
           const char *request)
{
  g_autoptr (FilSession) session = NULL;
  g_autofree char *text = NULL;
  FilEndpoint from;
  FilOutput out;

  g_assert_true (fil_endpoint_parse (&from, peer, -1, 0));
  session = fil_push_proxy_accept (proxy, &from, 0);
  g_assert_nonnull (session);
  fil_session_feed (session, (const guint8 *) request, strlen (request), 0);
  g_assert_true (fil_session_output (session, &out, 0));
  text = g_strndup ((const char *) out.bytes, out.len);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 "));
  g_assert_true (g_str_has_suffix (text, "\r\n\r\n"));
  g_assert_nonnull (strstr (text, "Content-Length: 0\r\n"));
  fil_session_sent (session, out.len, 0);
  g_assert_true (session->is_closed);
  return (guint) g_ascii_strtoull (text + 9, NULL, 10);
}

#define NODE "X-Node: 24.1.1.1:7000\r\n"
#define ID "CAIREEYUCULBOGAZDINRYHI6D4"

static void
test_spellings_and_methods (void)
{
  static const char *const targets[] = {
    "/gnutella/push-proxy?ServerId=" ID,
    "/gnutella/push-proxy?ServerID=" ID,
    "/gnutella/push-proxy?serverid=" ID "&file=2147483645&tls=true",
    "/gnutella/pushproxy?ServerId=" ID "======",
    "/gnet/push-proxy?guid=101112131415161718191a1b1c1d1e1f",
    "/gnet/push-proxy?guid=101112131415161718191A1B1C1D1E1F",
  };
  static const char *const methods[] = { "GET", "HEAD" };
  static const guint statuses[] = { 202, 203, 410, 503 };
  Passed passed = { 0 };
  g_autoptr (FilPushProxy) proxy = fil_push_proxy_new (pass, &passed, "Filbert/test");

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    for (guint j = 0; j < G_N_ELEMENTS (methods); j++)
      {
        g_autofree char *request = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: x\r\n" NODE "\r\n", methods[j], targets[i]);

        passed.status = statuses[i % G_N_ELEMENTS (statuses)];
        g_assert_cmpuint (ask_proxy (proxy, "24.1.1.1:40000", request), ==, passed.status);
        g_assert_cmpuint (passed.push.target.bytes[0], ==, 0x10);
        g_assert_cmpuint (passed.push.target.bytes[15], ==, 0x1f);
        g_assert_cmpuint (passed.push.index, ==, i == 2 ? FIL_PUSH_INDEX_FW : 0);
        g_assert_cmpint (passed.push.tls, ==, i == 2);
        g_assert_cmpuint (passed.push.endpoint.port, ==, 7000);
      }
}

/* 400 for what says not enough, or names anybody but who asks. */
static void
test_hostile_x_node (void)
{
  static const struct
  {
    const char *peer;
    const char *headers;
    guint status;
  } cases[] = {
    { "24.1.1.1:40000", NODE, 202 },
    { "24.1.1.1:40000", "", 400 },
    { "24.1.1.1:40000", "X-Node: 24.1.1.2:7000\r\n", 400 },
    { "24.1.1.1:40000", "X-Node: 24.1.1.1:0\r\n", 400 },
    { "24.1.1.1:40000", "X-Node: 24.1.1.1\r\n", 400 },
    { "24.1.1.1:40000", "X-Node: victim.example:80\r\n", 400 },
    { "24.1.1.1:40000", "X-Node: 127.0.0.1:7000\r\n", 400 },
    { "24.1.1.1:40000", "X-Node-IPv6: [2a00::1]:7000\r\n", 400 },
    /* Of two addresses only the one that is proven counts. */
    { "24.1.1.1:40000", "X-Node: 24.1.1.1:7000, [2a00::1]:7000\r\n", 202 },
    { "24.1.1.1:40000", "X-Node: 24.9.9.9:80, 24.1.1.1:7000\r\n", 202 },
    { "[2a00::1]:40000", "X-Node: 24.1.1.1:7000\r\nX-Node-IPv6: [2a00::1]:7000\r\n", 202 },
    { "[2a00::1]:40000", "X-Node: 24.1.1.1:7000\r\n", 400 },
    { "24.1.1.1:40000", "Listen-IP: 24.1.1.1:7000\r\n", 202 },
  };
  static const char *const broken[] = {
    "GET /gnutella/push-proxy? HTTP/1.1\r\n" NODE "\r\n",
    "GET /gnutella/push-proxy?ServerId=short HTTP/1.1\r\n" NODE "\r\n",
    "GET /gnutella/push-proxy?ServerId=AAAAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n" NODE "\r\n",
    "GET /gnutella/push-proxy?ServerId=" ID "&file=99999999999 HTTP/1.1\r\n" NODE "\r\n",
    "GET /gnutella/push-proxy?ServerId=" ID "\r\n" NODE "\r\n",
    "GET\r\n\r\n",
  };
  Passed passed = { .status = 202 };
  g_autoptr (FilPushProxy) proxy = fil_push_proxy_new (pass, &passed, "Filbert/test");
  guint n;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request =
          g_strdup_printf ("GET /gnutella/push-proxy?ServerId=" ID " HTTP/1.1\r\n%s\r\n", cases[i].headers);
      FilEndpoint peer;

      g_test_message ("%s from %s", cases[i].headers, cases[i].peer);
      g_assert_true (fil_endpoint_parse (&peer, cases[i].peer, -1, 0));
      passed.push = (FilPush){ 0 };
      g_assert_cmpuint (ask_proxy (proxy, cases[i].peer, request), ==, cases[i].status);
      if (cases[i].status != 202)
        continue;
      g_assert_true (fil_endpoint_same_address (peer.family == 4 ? &passed.push.endpoint : &passed.push.endpoint6, &peer));
      g_assert_cmpuint ((peer.family == 4 ? passed.push.endpoint6 : passed.push.endpoint).family, ==, 0);
    }
  n = passed.n;
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    g_assert_cmpuint (ask_proxy (proxy, "24.1.1.1:40000", broken[i]), ==, 400);
  g_assert_cmpuint (passed.n, ==, n);
}

static void
test_proxy_limits (void)
{
  Passed passed = { .status = 202 };
  FilPushProxy *proxy = fil_push_proxy_new (pass, &passed, "Filbert/test");
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);

  for (guint i = 0; i < 4 * FIL_PUSH_PROXY_SESSIONS; i++)
    {
      guint8 address[4] = { 24, 1, (guint8) (i / 8), 1 };
      FilEndpoint peer = fil_endpoint_v4 (address, 40000);
      FilSession *session = fil_push_proxy_accept (proxy, &peer, 0);

      if (session != NULL)
        g_ptr_array_add (sessions, session);
      if (i == 7)
        g_assert_cmpuint (sessions->len, ==, FIL_PUSH_PROXY_SESSIONS_PER_HOST);
    }
  g_assert_cmpuint (sessions->len, ==, FIL_PUSH_PROXY_SESSIONS);
  /* Whoever says nothing goes; the proxy may go before its sessions. */
  fil_session_tick (sessions->pdata[0], FIL_REQUEST_FIRST_US);
  g_assert_true (((FilSession *) sessions->pdata[0])->is_closed);
  fil_push_proxy_free (proxy);
  g_assert_true (((FilSession *) sessions->pdata[1])->is_closed);
}

/* The side that has the file: what the PUSH of a stranger can make it do. */

typedef struct
{
  FilUploads *uploads;
  GPtrArray *dialled; /* of FilSession */
  gboolean gate_shut;
  FilPushSelf self;
} Sharer;

static void
sharer_dial (gpointer data,
             const FilEndpoint *to,
             gboolean tls,
             FilSession *session)
{
  g_ptr_array_add (((Sharer *) data)->dialled, session);
}

static void
sharer_describe (gpointer data,
                 FilPushSelf *self)
{
  *self = ((Sharer *) data)->self;
}

static gboolean
sharer_may_dial (gpointer data,
                 const FilEndpoint *to)
{
  return !((Sharer *) data)->gate_shut;
}

static void
sharer_init (Sharer *self)
{
  static const FilUploadsDelegate delegate = { .dial = sharer_dial, .may_dial = sharer_may_dial, .describe = sharer_describe };
  FilGuid guid = { { 1 } };

  *self = (Sharer){ .uploads = fil_uploads_new (&delegate, self, "Test/1.0", 1) };
  self->dialled = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_session_free);
  fil_uploads_set_guid (self->uploads, &guid);
}

static void
sharer_clear (Sharer *self)
{
  g_ptr_array_unref (self->dialled);
  fil_uploads_free (self->uploads);
}

/* The connections that were made stand and end. */
static void
sharer_settle (Sharer *self,
               gint64 now_us)
{
  FilOutput out;

  for (guint i = 0; i < self->dialled->len; i++)
    {
      fil_session_output (self->dialled->pdata[i], &out, now_us);
      fil_session_hung_up (self->dialled->pdata[i], NULL, now_us);
    }
}

/* Every reply of a firewalled sharer says who passes pushes on to it. */
static void
test_headers_of_replies (void)
{
  static const char request[] = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
  FilHost proxies[2] = { 0 };
  FilEndpoint host;

  g_assert_true (fil_endpoint_parse (&host, "25.0.0.1:6346", -1, 0));
  g_assert_true (fil_endpoint_parse (&proxies[0].endpoint, "26.0.0.1:6346", -1, 0));
  g_assert_true (fil_endpoint_parse (&proxies[1].endpoint, "26.1.0.1:6346", -1, 0));
  for (guint i = 0; i < 3; i++)
    {
      FilSession *session;
      g_autofree char *text = NULL;
      FilOutput out;
      Sharer sharer;

      sharer_init (&sharer);
      if (i < 2)
        {
          sharer.self.is_firewalled = TRUE;
          memset (&sharer.self.push.guid, 0xab, sizeof sharer.self.push.guid);
          sharer.self.push.proxies[0] = proxies[0];
          sharer.self.push.proxies[1] = proxies[1];
          sharer.self.push.proxies[0].tls = TRUE;
          sharer.self.push.n_proxies = i == 0 ? 2 : 0;
        }
      else
        sharer.self.listen = host;
      session = fil_uploads_accept (sharer.uploads, &host, 0);
      test_feed (session, request, 0);
      g_assert_true (fil_session_output (session, &out, 0));
      text = g_strndup ((const char *) out.bytes, out.len);
      g_assert_true ((strstr (text, "X-Push-Proxy: pptls=8,26.0.0.1:6346,26.1.0.1:6346\r\n") != NULL) == (i == 0));
      g_assert_true ((strstr (text, "X-FW-Node-Info: ABABABABABABABABABABABABABABABAB") != NULL) == (i < 2));
      g_assert_null (strstr (text, "X-Host"));
      fil_session_free (session);

      /* Over a connection that a PUSH made it open, one that can be reached says so. */
      g_assert_true (fil_uploads_push (sharer.uploads, &proxies[1].endpoint, 0, FALSE, FIL_SEC));
      session = sharer.dialled->pdata[0];
      g_assert_true (fil_session_output (session, &out, FIL_SEC));
      fil_session_sent (session, out.len, FIL_SEC);
      test_feed (session, request, FIL_SEC);
      g_assert_true (fil_session_output (session, &out, FIL_SEC));
      g_free (text);
      text = g_strndup ((const char *) out.bytes, out.len);
      g_assert_true ((strstr (text, "X-Host: 25.0.0.1:6346\r\n") != NULL) == (i == 2));
      sharer_clear (&sharer);
    }
}

static void
test_flood_at_one_host (void)
{
  gint64 now_us = 1000 * FIL_SEC;
  guint64 answered, refused;
  FilEndpoint victim;
  Sharer sharer;

  sharer_init (&sharer);
  g_assert_true (fil_endpoint_parse (&victim, "25.0.0.1:2000", -1, 0));
  /* One address, many ports: five calls, and those who go on asking wait longer. */
  for (guint i = 0; i < 1000; i++)
    {
      victim.port++;
      now_us += 100 * FIL_MSEC;
      (void) !fil_uploads_push (sharer.uploads, &victim, 0, FALSE, now_us);
      sharer_settle (&sharer, now_us);
      g_ptr_array_set_size (sharer.dialled, 0);
    }
  fil_uploads_pushes (sharer.uploads, &answered, &refused);
  g_assert_cmpuint (answered, ==, FIL_PUSH_PER_HOST);
  g_assert_cmpuint (refused, ==, 1000 - FIL_PUSH_PER_HOST);
  now_us += FIL_PUSH_PER_HOST_US - FIL_SEC;
  g_assert_false (fil_uploads_push (sharer.uploads, &victim, 0, FALSE, now_us));
  now_us += FIL_PUSH_PER_HOST_US + FIL_SEC;
  g_assert_true (fil_uploads_push (sharer.uploads, &victim, 0, FALSE, now_us));
  sharer_clear (&sharer);
}

static void
test_pushes_to_service_or_gate (void)
{
  static const guint16 ports[] = { 0, 1, 22, 25, 80, 443, 1023 };
  FilEndpoint to;
  Sharer sharer;

  sharer_init (&sharer);
  g_assert_true (fil_endpoint_parse (&to, "25.0.0.1:1", -1, 0));
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      to.port = ports[i];
      g_assert_false (fil_uploads_push (sharer.uploads, &to, 0, FALSE, FIL_SEC));
    }
  /* Whoever names what is not called takes nobody's turn. */
  to.port = 1024;
  sharer.gate_shut = TRUE;
  for (guint i = 0; i < 100; i++)
    {
      to.addr[1] = (guint8) i;
      g_assert_false (fil_uploads_push (sharer.uploads, &to, 0, FALSE, FIL_SEC));
    }
  g_assert_cmpuint (sharer.dialled->len, ==, 0);
  sharer.gate_shut = FALSE;
  g_assert_true (fil_uploads_push (sharer.uploads, &to, 0, FALSE, FIL_SEC));
  sharer_clear (&sharer);
}

static void
test_one_call_for_many_ways (void)
{
  FilEndpoint to;
  Sharer sharer;

  sharer_init (&sharer);
  g_assert_true (fil_endpoint_parse (&to, "25.0.0.1:7000", -1, 0));
  g_assert_true (fil_uploads_push (sharer.uploads, &to, 0, FALSE, FIL_SEC));
  g_assert_false (fil_uploads_push (sharer.uploads, &to, 3, FALSE, FIL_SEC));
  g_assert_cmpuint (sharer.dialled->len, ==, 1);
  sharer_clear (&sharer);
}

static void
test_storm_of_pushes (void)
{
  gint64 now_us = 1000 * FIL_SEC;
  Sharer sharer;
  guint n = 0;

  sharer_init (&sharer);
  /* 10,000 a second, each for another address: eight on their way, thirty a minute. */
  for (guint i = 0; i < 10000; i++)
    {
      guint8 address[4] = { 25, (guint8) (i >> 8), (guint8) i, 1 };
      FilEndpoint to = fil_endpoint_v4 (address, 7000);

      n += fil_uploads_push (sharer.uploads, &to, 0, FALSE, now_us + i * 100);
    }
  g_assert_cmpuint (n, ==, FIL_PUSH_MAX_OPEN);
  for (guint i = 0; i < 10000; i++)
    {
      guint8 address[4] = { 26, (guint8) (i >> 8), (guint8) i, 1 };
      FilEndpoint to = fil_endpoint_v4 (address, 7000);

      sharer_settle (&sharer, now_us);
      g_ptr_array_set_size (sharer.dialled, 0);
      n += fil_uploads_push (sharer.uploads, &to, 0, FALSE, now_us + FIL_SEC + i * 100);
    }
  g_assert_cmpuint (n, ==, FIL_PUSH_PER_MINUTE);
  sharer_clear (&sharer);
}

static void
test_refused_is_left_alone (void)
{
  FilEndpoint to;
  Sharer sharer;

  sharer_init (&sharer);
  g_assert_true (fil_endpoint_parse (&to, "25.0.0.1:7000", -1, 0));
  g_assert_true (fil_uploads_push (sharer.uploads, &to, 0, FALSE, FIL_SEC));
  fil_session_hung_up (sharer.dialled->pdata[0], "refused", FIL_SEC);
  g_ptr_array_set_size (sharer.dialled, 0);
  g_assert_false (fil_uploads_push (sharer.uploads, &to, 0, FALSE, FIL_PUSH_REFUSED_US));
  g_assert_true (fil_uploads_push (sharer.uploads, &to, 0, FALSE, FIL_PUSH_REFUSED_US + 2 * FIL_SEC));
  sharer_clear (&sharer);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/push/2/proxy-spellings-and-methods", test_spellings_and_methods);
  g_test_add_func ("/transfer/push/3/headers-of-replies", test_headers_of_replies);
  g_test_add_func ("/transfer/push/6/hostile-x-node", test_hostile_x_node);
  g_test_add_func ("/transfer/push/6/proxy-limits", test_proxy_limits);
  g_test_add_func ("/transfer/push/6/flood-at-one-host", test_flood_at_one_host);
  g_test_add_func ("/transfer/push/6/services-and-gate", test_pushes_to_service_or_gate);
  g_test_add_func ("/transfer/push/6/one-call-for-many-ways", test_one_call_for_many_ways);
  g_test_add_func ("/transfer/push/6/storm", test_storm_of_pushes);
  g_test_add_func ("/transfer/push/6/refused-is-left-alone", test_refused_is_left_alone);
  return g_test_run ();
}
