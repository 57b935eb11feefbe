/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"
#include "rudp-stream.h"
#include "sha1.h"
#include "transfer-limits.h"
#include "world.h"

#include <string.h>

/* Two nodes' UDP ports on loopback, and a connection between them. Their clock is the real one, because the
 * connection paces itself; nothing here depends on how long it takes. */
typedef struct
{
  FilListener *listener;
  FilUdpPort *udp;
  FilRudpPort *port;
  FilRudp *rudp;
  FilPump *pump;
  Actor *actor;          /* NULL when somebody else talks */
  gboolean is_closed;
  char *reason;
  guint n_plain;         /* datagrams that are not RUDP's */
} Side;

typedef struct
{
  Loop loop;
  FilRandom *random;
  Side side[2];
} Pair;

static void
on_plain (gpointer data,
          const guint8 *bytes,
          gsize len,
          const FilEndpoint *from,
          gint64 now_us)
{
  ((Side *) data)->n_plain++;
}

static void
on_closed (gpointer data,
           FilPump *pump,
           FilSession *session,
           const char *reason)
{
  Side *self = data;

  self->is_closed = TRUE;
  self->reason = g_strdup (reason);
  self->pump = NULL;
}

static const FilPumpDelegate delegate = { NULL, on_closed };

static void
on_changed (gpointer data,
            FilRudp *rudp,
            gint64 now_us)
{
}

static void
pair_init (Pair *self)
{
  memset (self, 0, sizeof *self);
  loop_init_real (&self->loop);
  self->random = fil_random_new ();
  for (guint i = 0; i < 2; i++)
    {
      Side *side = &self->side[i];
      g_autoptr (GError) error = NULL;

      side->listener = fil_listener_new (i == 0 ? "127.0.0.1:0" : "127.0.0.2:0", NULL, &error);
      g_assert_no_error (error);
      side->udp = fil_udp_port_new (self->loop.reactor, side->listener, on_plain, side);
      side->port = fil_rudp_port_new (self->loop.reactor, side->udp, self->random);
    }
}

static void
pair_clear (Pair *self)
{
  fil_pumps_free (self->loop.pumps);
  self->loop.pumps = fil_pumps_new (self->loop.reactor, self->loop.shaper);
  for (guint i = 0; i < 2; i++)
    {
      fil_rudp_port_free (self->side[i].port);
      fil_udp_port_free (self->side[i].udp);
      fil_listener_free (self->side[i].listener);
      g_free (self->side[i].reason);
    }
  fil_random_free (self->random);
  loop_clear (&self->loop);
}

/* Each side knows where the other is and, in the extended profile, its nonce. */
static void
pair_open (Pair *self,
           FilRudpProfile profile)
{
  for (guint i = 0; i < 2; i++)
    {
      Side *side = &self->side[i];
      const FilRudpConfig config = {
        .profile = profile,
        .role = i == 0 ? FIL_RUDP_ROLE_REQUESTOR : FIL_RUDP_ROLE_ACCEPTOR,
        .own_nonce = 1000 + i,
        .peer_nonce = 1001 - i,
      };

      side->rudp = fil_rudp_hub_open (fil_rudp_port_hub (side->port), &config, on_changed, side,
                                      fil_rudp_port_now (side->port));
      g_assert_true (fil_rudp_hub_try (fil_rudp_port_hub (side->port), side->rudp,
                                       &self->side[1 - i].listener->local, 0));
      fil_rudp_port_touch (side->port);
    }
  loop_until (fil_rudp_state (self->side[0].rudp) == FIL_RUDP_OPEN
              && fil_rudp_state (self->side[1].rudp) == FIL_RUDP_OPEN);
}

static void
talk (Pair *self,
      guint i,
      FilSession *session,
      gboolean is_tls)
{
  Side *side = &self->side[i];
  FilStream *stream = fil_rudp_stream_new (side->port, side->rudp);

  if (is_tls)
    stream = fil_tls_stream_new (self->loop.tls, stream, i == 0 ? FIL_TLS_CLIENT : FIL_TLS_SERVER, NULL, 0);
  side->pump = fil_pump_new (self->loop.pumps, stream, session, FIL_TRAFFIC_TRANSFER,
                             &self->side[1 - i].listener->local, &delegate, side);
}

static void
talk_actor (Pair *self,
            guint i,
            const char *text,
            gboolean is_tls)
{
  self->side[i].actor = actor_new (text);
  talk (self, i, &self->side[i].actor->parent, is_tls);
}

static void
test_echo (gconstpointer profile)
{
  Pair pair;
  FilCarrier carrier;

  pair_init (&pair);
  pair_open (&pair, GPOINTER_TO_INT (profile));
  talk_actor (&pair, 0, "hello", FALSE);
  talk_actor (&pair, 1, "", FALSE);
  pair.side[1].actor->is_echo = TRUE;
  loop_until (pair.side[0].actor->heard->len == 5);
  g_assert_cmpmem (pair.side[0].actor->heard->data, 5, "hello", 5);
  actor_say (pair.side[0].actor, " again");
  loop_until (pair.side[0].actor->heard->len == 11);
  fil_session_get_carrier (&pair.side[0].actor->parent, &carrier);
  g_assert_cmpstr (carrier.name, ==, "udp");
  g_assert_cmpint (carrier.round_trip_us, >, 0);
  /* Other datagrams go where they went before. */
  g_assert_true (fil_udp_port_send (pair.side[0].udp, (const guint8 *) "ping", 4, &pair.side[1].listener->local));
  loop_until (pair.side[1].n_plain == 1);
  pair_clear (&pair);
}

static void
test_close (gconstpointer profile)
{
  Pair pair;

  pair_init (&pair);
  pair_open (&pair, GPOINTER_TO_INT (profile));
  talk_actor (&pair, 0, "", FALSE);
  talk_actor (&pair, 1, "", FALSE);
  pair.side[0].actor->endless = 3 * 1000 * 1000;
  pair.side[1].actor->keeps_heard = FALSE;
  fil_session_close (&pair.side[0].actor->parent, "done");
  loop_until (pair.side[0].is_closed && pair.side[1].is_closed);
  g_assert_cmpuint (fil_pumps_bytes (pair.loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_IN), ==, 3 * 1000 * 1000);
  g_assert_cmpstr (pair.side[0].reason, ==, "done");
  g_assert_cmpstr (pair.side[1].reason, ==, "the other side closed the connection");
  pair_clear (&pair);
}

/* One who does not read makes the other one wait, with bounded buffers on both sides. */
static void
test_backpressure (void)
{
  Pair pair;
  guint64 said;

  pair_init (&pair);
  pair_open (&pair, FIL_RUDP_FILBERT);
  talk_actor (&pair, 0, "", FALSE);
  talk_actor (&pair, 1, "", FALSE);
  pair.side[0].actor->endless = 60 * 1000 * 1000;
  pair.side[1].actor->keeps_heard = FALSE;
  pair.side[1].actor->appetite = 1000;
  fil_session_changed (&pair.side[0].actor->parent);
  do
    {
      said = fil_pump_bytes (pair.side[0].pump, FIL_WAY_OUT);
      for (guint i = 0; i < 100; i++)
        loop_settle (&pair.loop);
    }
  while (said == 0 || fil_pump_bytes (pair.side[0].pump, FIL_WAY_OUT) > said);
  g_assert_cmpuint (said, <, 2 * (FIL_RUDP_WINDOW_FIRST + FIL_RUDP_BACKLOG) * FIL_RUDP_SEGMENT * 2);
  g_assert_cmpuint (pair.side[1].actor->n_heard, ==, 1000);
  pair.side[1].actor->appetite = G_MAXSIZE;
  fil_session_changed (&pair.side[1].actor->parent);
  loop_until (pair.side[1].actor->n_heard == 60 * 1000 * 1000);
  pair_clear (&pair);
}

static void
test_broken (void)
{
  Pair pair;

  pair_init (&pair);
  pair_open (&pair, FIL_RUDP_FILBERT);
  talk_actor (&pair, 0, "hello", FALSE);
  talk_actor (&pair, 1, "", FALSE);
  loop_until (pair.side[1].actor->heard->len == 5);
  fil_rudp_abort (pair.side[0].rudp, FIL_RUDP_FIN_SEND_EXCEPTION, fil_rudp_port_now (pair.side[0].port));
  fil_rudp_port_touch (pair.side[0].port);
  loop_until (pair.side[0].is_closed && pair.side[1].is_closed);
  g_assert_cmpstr (pair.side[1].reason, ==, "The other side broke the connection");
  pair_clear (&pair);
}

/* The head of an HTTP reply ends here. */
static const guint8 *
body_of (const GByteArray *heard)
{
  const char *end = NULL;

  if (heard->len > 0)
    end = g_strstr_len ((const char *) heard->data, (gssize) heard->len, "\r\n\r\n");
  return end == NULL ? NULL : (const guint8 *) end + 4;
}

/* A file by HTTP, range after range, on one connection with TLS: what arrives has the hash of what was shared. */
static void
test_download (gconstpointer is_tls)
{
  const gsize size = 8 * 1000 * 1000 + 7;
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (size, 5);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  Pair pair;
  FilSha1 expected, actual;

  pair_init (&pair);
  world->now_us = fil_reactor_now (pair.loop.reactor);
  pair_open (&pair, FIL_RUDP_FILBERT);
  talk_actor (&pair, 0, "", is_tls != NULL);
  talk (&pair, 1, fil_uploads_accept (host->uploads, &pair.side[0].listener->local, world->now_us), is_tls != NULL);
  while (got->len < size)
    {
      GByteArray *heard = pair.side[0].actor->heard;
      const gsize last = MIN (got->len + 3 * 1000 * 1000, size) - 1;
      g_autofree char *request =
          g_strdup_printf ("GET /uri-res/N2R?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB HTTP/1.1\r\nHost: a\r\n"
                           "Range: bytes=%u-%" G_GSIZE_FORMAT "\r\n\r\n", got->len, last);
      const guint8 *body;
      gsize n;

      g_byte_array_set_size (heard, 0);
      actor_say (pair.side[0].actor, request);
      loop_until ((body = body_of (heard)) != NULL
                  && heard->len - (gsize) (body - heard->data) >= last + 1 - got->len);
      n = heard->len - (gsize) (body - heard->data);
      g_assert_cmpuint (n, ==, last + 1 - got->len);
      g_byte_array_append (got, body, (guint) n);
    }
  fil_sha1_of (&actual, got->data, got->len);
  fil_sha1_of (&expected, g_bytes_get_data (content, NULL), size);
  g_assert_cmpmem (&actual, sizeof actual, &expected, sizeof expected);
  g_assert_true (fil_pump_is_encrypted (pair.side[0].pump) == (is_tls != NULL));
  pair_clear (&pair);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/loopback/rudp/echo/limewire", GINT_TO_POINTER (FIL_RUDP_LIMEWIRE), test_echo);
  g_test_add_data_func ("/loopback/rudp/echo/filbert", GINT_TO_POINTER (FIL_RUDP_FILBERT), test_echo);
  g_test_add_data_func ("/loopback/rudp/close/limewire", GINT_TO_POINTER (FIL_RUDP_LIMEWIRE), test_close);
  g_test_add_data_func ("/loopback/rudp/close/filbert", GINT_TO_POINTER (FIL_RUDP_FILBERT), test_close);
  g_test_add_func ("/loopback/rudp/backpressure", test_backpressure);
  g_test_add_func ("/loopback/rudp/broken", test_broken);
  g_test_add_data_func ("/loopback/rudp/download/plain", NULL, test_download);
  g_test_add_data_func ("/loopback/rudp/download/tls", GINT_TO_POINTER (TRUE), test_download);
  return g_test_run ();
}
