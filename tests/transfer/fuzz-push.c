/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz-transfer.h"
#include "proxy-ask.h"
#include "push-proxy.h"
#include "world.h"

/* The input is what somebody says to us as a push proxy, and what a push proxy says to us. Each is answered
 * once, or cut off. */

const char *const fuzz_seeds[] = {
  "\x01GET /gnutella/push-proxy?ServerId=CAIREEYUCULBOGAZDINRYHI6D4&file=7&tls=true HTTP/1.1\r\n"
  "Host: a\r\nX-Node: 24.0.0.1:6346\r\n\r\n",
  "\xffHEAD /gnet/push-proxy?guid=101112131415161718191a1b1c1d1e1f HTTP/1.1\r\n"
  "X-Node: 24.0.0.1:6346, [2a00::1]:7\r\n\r\n",
  "\x07HTTP/1.1 202 Push sent\r\nContent-Length: 0\r\n\r\n",
  "\x03HTTP/1.1 410 Gone\r\nServer: x\r\n\r\nmore",
  NULL,
};

typedef struct
{
  World *world;
  guint n;
} Told;

static guint
pass (gpointer data,
      const FilPush *push)
{
  Told *told = data;

  told->n++;
  /* Nobody but who asks is called, whatever he says. */
  g_assert_true (fil_endpoint_same_address (&push->endpoint, &told->world->own));
  g_assert_cmpuint (push->endpoint6.family, ==, 0);
  g_assert_cmpuint (push->port, !=, 0);
  return 202;
}

static void
asked (gpointer data,
       FilSession *session,
       guint status,
       gint64 now_us)
{
  ((Told *) data)->n++;
}

static void
talk (FilSession *session,
      const guint8 *data,
      gsize size)
{
  gsize at = 1;
  FilOutput out;

  while (at < size && !session->is_closed)
    {
      gsize piece = MIN (size - at, (gsize) data[0] + 1);
      gsize used = fil_session_feed (session, data + at, piece, 0);

      g_assert_cmpuint (used, <=, piece);
      g_assert_true (used > 0 || session->is_closed);
      at += used;
      while (fil_session_output (session, &out, 0))
        fil_session_sent (session, out.len, 0);
    }
  fil_session_tick (session, FIL_HOUR);
  g_assert_true (session->is_closed);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autoptr (World) world = NULL;
  g_autoptr (FilPushProxy) proxy = NULL;
  Told passed = { 0 }, told = { 0 };
  FilPush push = { .index = 7 };
  FilSession *session;

  if (size == 0)
    return 0;
  world = world_new ();
  passed.world = world;
  proxy = fil_push_proxy_new (pass, &passed, "Filbert/test");
  session = fil_push_proxy_accept (proxy, &world->own, 0);
  talk (session, data, size);
  fil_session_free (session);
  g_assert_cmpuint (passed.n, <=, 1);

  session = fil_proxy_ask_new (&push, &world->own, "Filbert/test", asked, &told, 0);
  talk (session, data, size);
  fil_session_free (session);
  g_assert_cmpuint (told.n, ==, 1);
  return 0;
}
