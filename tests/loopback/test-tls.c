/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "net-socket.h"
#include "socket-stream.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static guint n_closed;
static char *last_reason;

static void
on_closed (gpointer data,
           FilPump *pump,
           FilSession *session,
           const char *reason)
{
  n_closed++;
  g_free (last_reason);
  last_reason = g_strdup (reason);
}

static const FilPumpDelegate plain_delegate = { NULL, on_closed };

static FilPump *
pump_tls (Loop *loop,
          int fd,
          FilTlsSide side,
          Actor *actor)
{
  FilEndpoint peer = fil_net_remote_endpoint (fd);
  FilStream *stream = fil_tls_stream_new (loop->tls, fil_socket_stream_new (loop->reactor, fd), side, NULL, 0);

  return fil_pump_new (loop->pumps, stream, &actor->parent, FIL_TRAFFIC_TRANSFER, &peer, &plain_delegate, loop);
}

static void
test_both_sides (void)
{
  Loop loop;
  Actor *client = actor_new ("hello");
  Actor *server = actor_new ("");
  FilCarrier carrier;
  FilPump *pump;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  server->is_echo = TRUE;
  pump = pump_tls (&loop, fds[0], FIL_TLS_CLIENT, client);
  pump_tls (&loop, fds[1], FIL_TLS_SERVER, server);
  loop_until (client->heard->len == 5);
  g_assert_true (fil_pump_is_encrypted (pump));
  fil_session_get_carrier (&client->parent, &carrier);
  g_assert_cmpstr (carrier.name, ==, "tcp");
  g_assert_true (carrier.is_encrypted);
  g_assert_cmpint (carrier.round_trip_us, >, 0);
  g_assert_cmpuint (fil_pump_bytes (pump, FIL_WAY_OUT), ==, 5);

  /* Much, both ways at once. */
  client->keeps_heard = FALSE;
  server->keeps_heard = FALSE;
  server->is_echo = FALSE;
  client->endless = 20 * 1000 * 1000;
  server->endless = 20 * 1000 * 1000;
  fil_session_changed (&client->parent);
  fil_session_changed (&server->parent);
  loop_until (client->n_heard == 20 * 1000 * 1000 + 5 && server->n_heard == 20 * 1000 * 1000 + 5);
  loop_clear (&loop);
}

/* Keeping watch reaches through the encryption to the socket. */
static void
test_keep_watch (void)
{
  Actor *client = actor_new ("hello"), *server = actor_new ("");
  socklen_t len = sizeof (int);
  int fds[2], value = 0;
  FilPump *pump;
  Loop loop;

  loop_init (&loop);
  loop_pair (fds);
  pump = pump_tls (&loop, fds[0], FIL_TLS_CLIENT, client);
  pump_tls (&loop, fds[1], FIL_TLS_SERVER, server);
  loop_until (server->heard->len == 5);
  g_assert_cmpint (getsockopt (fds[0], SOL_SOCKET, SO_KEEPALIVE, &value, &len), ==, 0);
  g_assert_cmpint (value, ==, 0);
  fil_pump_keep_watch (pump);
  g_assert_cmpint (getsockopt (fds[0], SOL_SOCKET, SO_KEEPALIVE, &value, &len), ==, 0);
  g_assert_cmpint (value, !=, 0);
  loop_clear (&loop);
}

static void
pump_pinned (Loop *loop,
             FilTls *tls,
             int fd,
             FilTlsSide side,
             const guint8 *pin,
             Actor *actor)
{
  FilEndpoint peer = fil_net_remote_endpoint (fd);
  FilStream *below = fil_socket_stream_new (loop->reactor, fd);
  FilStream *stream = pin != NULL ? fil_tls_stream_new_pinned (tls, below, side, NULL, 0, pin)
                                  : fil_tls_stream_new (tls, below, side, NULL, 0);

  fil_pump_new (loop->pumps, stream, &actor->parent, FIL_TRAFFIC_TRANSFER, &peer, &plain_delegate, loop);
}

/* Two who know each other's fingerprints; then somebody in between with a certificate of his own, and
 * somebody who shows none. */
static void
test_pinned (void)
{
  guint8 pins[2][FIL_TLS_FINGERPRINT_LEN];
  FilTls *tls[3] = { fil_tls_new (), fil_tls_new (), fil_tls_new () };
  Actor *server;
  Loop loop;
  int fds[2];

  loop_init (&loop);
  fil_tls_fingerprint (tls[0], pins[0]);
  fil_tls_fingerprint (tls[1], pins[1]);
  g_assert_true (memcmp (pins[0], pins[1], sizeof pins[0]) != 0);

  loop_pair (fds);
  server = actor_new ("");
  pump_pinned (&loop, tls[0], fds[0], FIL_TLS_CLIENT, pins[1], actor_new ("hello"));
  pump_pinned (&loop, tls[1], fds[1], FIL_TLS_SERVER, pins[0], server);
  loop_until (server->heard->len == 5);

  for (guint side = FIL_TLS_CLIENT; side <= FIL_TLS_SERVER; side++)
    for (guint shows = 0; shows < 2; shows++)
      {
        g_test_message ("side %u, %s", side, shows ? "the wrong certificate" : "knows nothing of pins");
        n_closed = 0;
        loop_pair (fds);
        server = actor_new ("secret");
        pump_pinned (&loop, tls[0], fds[0], (FilTlsSide) side, pins[1], server);
        pump_pinned (&loop, tls[2], fds[1], side == FIL_TLS_CLIENT ? FIL_TLS_SERVER : FIL_TLS_CLIENT,
                     shows ? pins[0] : NULL, actor_new (""));
        loop_until (n_closed == 2);
      }
  loop_clear (&loop);
  for (guint i = 0; i < G_N_ELEMENTS (tls); i++)
    fil_tls_free (tls[i]);
}

static void
test_close (void)
{
  Loop loop;
  Actor *client = actor_new ("");
  Actor *server = actor_new ("");
  guint64 heard;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  n_closed = 0;
  client->endless = 3 * 1000 * 1000;
  server->keeps_heard = FALSE;
  pump_tls (&loop, fds[0], FIL_TLS_CLIENT, client);
  pump_tls (&loop, fds[1], FIL_TLS_SERVER, server);
  fil_session_close (&client->parent, "done");
  loop_until (n_closed == 2);
  heard = fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_IN);
  g_assert_cmpuint (heard, ==, 3 * 1000 * 1000);
  loop_clear (&loop);
}

static void
test_backpressure (void)
{
  Loop loop;
  Actor *client = actor_new ("");
  Actor *server = actor_new ("");
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  client->endless = 50 * 1000 * 1000;
  server->keeps_heard = FALSE;
  server->appetite = 10;
  pump_tls (&loop, fds[0], FIL_TLS_CLIENT, client);
  pump_tls (&loop, fds[1], FIL_TLS_SERVER, server);
  loop_until (server->n_heard == 10);
  for (guint i = 0; i < 200; i++)
    loop_settle (&loop);
  g_assert_cmpuint (fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_OUT), <, 20 * 1000 * 1000);
  server->appetite = G_MAXSIZE;
  fil_session_changed (&server->parent);
  loop_until (server->n_heard == 50 * 1000 * 1000);
  loop_clear (&loop);
}

static void
test_file (void)
{
  const gsize size = 1000 * 1000;
  Loop loop;
  Actor *client = actor_new ("");
  Actor *server = actor_new ("head\n");
  g_autofree char *name = NULL;
  g_autofree char *bytes = g_strnfill (size, 'f');
  int file = g_file_open_tmp ("filbert-XXXXXX", &name, NULL);
  int fds[2];

  g_unlink (name);
  g_assert_cmpint (write (file, bytes, size), ==, size);
  loop_init (&loop);
  loop_pair (fds);
  server->file = file;
  server->file_left = size;
  pump_tls (&loop, fds[0], FIL_TLS_CLIENT, client);
  pump_tls (&loop, fds[1], FIL_TLS_SERVER, server);
  loop_until (client->heard->len == size + 5);
  g_assert_cmpmem (client->heard->data + 5, size, bytes, size);
  loop_clear (&loop);
  close (file);
}

/* A clear handshake ends with an upgrade; the answer and the ClientHello come in one segment. */
static void
on_client_handed_over (gpointer data,
                       FilPump *pump,
                       FilSession *from,
                       FilSession *to)
{
  fil_pump_start_tls (pump, ((Loop *) data)->tls, FIL_TLS_CLIENT, NULL);
}

static void
on_server_handed_over (gpointer data,
                       FilPump *pump,
                       FilSession *from,
                       FilSession *to)
{
  fil_pump_start_tls (pump, ((Loop *) data)->tls, FIL_TLS_SERVER, NULL);
}

static const FilPumpDelegate client_delegate = { on_client_handed_over, on_closed };
static const FilPumpDelegate server_delegate = { on_server_handed_over, on_closed };

static void
test_upgrade (void)
{
  Loop loop;
  Actor *client[2] = { actor_new ("GNUTELLA CONNECT\n"), actor_new ("secret question\n") };
  Actor *server[2] = { actor_new ("OK\n"), actor_new ("secret answer\n") };
  FilPump *pump;
  FilEndpoint peer;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  peer = fil_net_remote_endpoint (fds[0]);
  client[0]->next_at_newline = &client[1]->parent;
  server[0]->next_at_newline = &server[1]->parent;
  pump = fil_pump_new (loop.pumps, fil_socket_stream_new (loop.reactor, fds[0]), &client[0]->parent, FIL_TRAFFIC_OVERLAY,
                       &peer, &client_delegate, &loop);
  g_assert_false (fil_pump_is_encrypted (pump));
  loop_settle (&loop);
  fil_pump_new (loop.pumps, fil_socket_stream_new (loop.reactor, fds[1]), &server[0]->parent, FIL_TRAFFIC_OVERLAY, &peer,
                &server_delegate, &loop);
  loop_until (client[1]->heard->len == 14 && server[1]->heard->len == 16);
  g_assert_true (fil_pump_is_encrypted (pump));
  g_assert_cmpmem (client[1]->heard->data, 14, "secret answer\n", 14);
  g_assert_cmpmem (server[1]->heard->data, 16, "secret question\n", 16);
  loop_clear (&loop);
}

/* Bytes of the handshake that a clear session had read already are not lost. */
static void
test_early_bytes (void)
{
  Loop loop;
  Actor *client = actor_new ("");
  Actor *server = actor_new ("welcome");
  FilEndpoint peer;
  FilStream *plain;
  guint8 early[4096];
  gssize n;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  peer = fil_net_remote_endpoint (fds[1]);
  pump_tls (&loop, fds[0], FIL_TLS_CLIENT, client);
  plain = fil_socket_stream_new (loop.reactor, fds[1]);
  loop_until ((n = fil_stream_read (plain, early, sizeof early)) > 0);
  fil_pump_new (loop.pumps, fil_tls_stream_new (loop.tls, plain, FIL_TLS_SERVER, early, (gsize) n), &server->parent,
                FIL_TRAFFIC_OVERLAY, &peer, &plain_delegate, &loop);
  loop_until (client->heard->len == 7);
  loop_clear (&loop);
}

static void
test_garbage (void)
{
  static const char *const garbage[] = { "HTTP/1.1 400 Bad Request\r\n\r\n", "\x16\x03\x01\x00\x05garbage\n\n\n",
                                         "\x15\x03\x01\x00\x02\x02\x28" };
  Loop loop;

  loop_init (&loop);
  for (guint side = FIL_TLS_CLIENT; side <= FIL_TLS_SERVER; side++)
    for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
      {
        Actor *actor = actor_new ("hello");
        int fds[2];

        n_closed = 0;
        loop_pair (fds);
        pump_tls (&loop, fds[0], side, actor);
        g_assert_cmpint (send (fds[1], garbage[i], i == 2 ? 7 : strlen (garbage[i]), MSG_NOSIGNAL), >, 0);
        shutdown (fds[1], SHUT_WR);
        loop_until (n_closed == 1);
        g_test_message ("%s", last_reason);
        close (fds[1]);
      }
  loop_clear (&loop);
}

/* The other side goes in the middle of the handshake, at every length of its first message. */
static void
test_cut_off (void)
{
  Loop loop;
  guint8 hello[2048];
  gssize len = 0;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  n_closed = 0;
  pump_tls (&loop, fds[0], FIL_TLS_CLIENT, actor_new (""));
  loop_until ((len = recv (fds[1], hello, sizeof hello, MSG_DONTWAIT)) > 0);
  close (fds[1]);
  loop_until (n_closed == 1);
  for (gssize n = 0; n <= len; n += 7)
    {
      n_closed = 0;
      loop_pair (fds);
      pump_tls (&loop, fds[0], FIL_TLS_SERVER, actor_new (""));
      if (n > 0)
        g_assert_cmpint (send (fds[1], hello, (gsize) n, MSG_NOSIGNAL), ==, n);
      shutdown (fds[1], SHUT_WR);
      loop_until (n_closed == 1);
      close (fds[1]);
    }
  loop_clear (&loop);
}

/* Which suite of TLS 1.3 a server of ours chooses for somebody who puts @first before the two others. */
static guint
suite_for (guint first)
{
  static const guint8 offered[] = { 0x13, 0x01, 0x13, 0x03, 0x13, 0x02 };
  guint8 ours[sizeof offered];
  guint8 hello[2048];
  guint8 answer[2048];
  guint8 *suites;
  gssize len = 0;
  guint8 others = 0;
  guint suite;
  int fds[2];
  Loop loop;

  loop_init (&loop);
  loop_pair (fds);
  pump_tls (&loop, fds[0], FIL_TLS_CLIENT, actor_new (""));
  loop_until ((len = recv (fds[1], hello, sizeof hello, MSG_DONTWAIT)) > 0);
  close (fds[1]);

  suites = memmem (hello, (gsize) len, offered, sizeof offered);
  g_assert_nonnull (suites);
  ours[0] = 0x13;
  ours[1] = (guint8) first;
  for (guint i = 1; i <= 3; i++)
    if (i != first)
      {
        others++;
        ours[2 * others] = 0x13;
        ours[2 * others + 1] = (guint8) i;
      }
  memcpy (suites, ours, sizeof ours);

  loop_pair (fds);
  pump_tls (&loop, fds[0], FIL_TLS_SERVER, actor_new (""));
  g_assert_cmpint (send (fds[1], hello, (gsize) len, MSG_NOSIGNAL), ==, len);
  loop_until ((len = recv (fds[1], answer, sizeof answer, MSG_DONTWAIT)) > 0);
  /* A record's head, a message's head, the version, 32 random bytes, the session's name and its length. */
  g_assert_cmpint (len, >, 79);
  g_assert_cmpuint (answer[0], ==, 0x16);
  g_assert_cmpuint (answer[43], ==, 32);
  g_assert_cmpuint (answer[76], ==, 0x13);
  suite = answer[77];
  close (fds[1]);
  loop_clear (&loop);
  return suite;
}

static void
test_suites (void)
{
  g_assert_cmpuint (suite_for (1), ==, 1);
  g_assert_cmpuint (suite_for (2), ==, 1);
  g_assert_cmpuint (suite_for (3), ==, 3);
}

/* Two uploads at a time, one of them to somebody who does not read: what waits for him is his alone. */
static void
test_two_files (void)
{
  const gsize size = 4 * 1000 * 1000;
  Loop loop;
  Actor *client[2] = { actor_new (""), actor_new ("") };
  g_autofree char *bytes = g_malloc (size);
  int files[2];
  int fds[2];

  loop_init (&loop);
  client[0]->appetite = 0;
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = NULL;
      Actor *server = actor_new ("");

      for (gsize at = 0; at < size; at++)
        bytes[at] = (char) (at * 7 + (at >> 9) + i);
      files[i] = g_file_open_tmp ("filbert-XXXXXX", &name, NULL);
      g_unlink (name);
      g_assert_cmpint (write (files[i], bytes, size), ==, size);
      loop_pair (fds);
      server->file = files[i];
      server->file_left = size;
      pump_tls (&loop, fds[0], FIL_TLS_CLIENT, client[i]);
      pump_tls (&loop, fds[1], FIL_TLS_SERVER, server);
    }
  loop_until (client[1]->heard->len == size);
  g_assert_cmpmem (client[1]->heard->data, size, bytes, size);
  client[0]->appetite = G_MAXSIZE;
  fil_session_changed (&client[0]->parent);
  loop_until (client[0]->heard->len == size);
  for (gsize at = 0; at < size; at++)
    bytes[at] = (char) (at * 7 + (at >> 9));
  g_assert_cmpmem (client[0]->heard->data, size, bytes, size);
  loop_clear (&loop);
  for (guint i = 0; i < 2; i++)
    close (files[i]);
}

int
main (int argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/tls/both-sides", test_both_sides);
  g_test_add_func ("/loopback/tls/keep-watch", test_keep_watch);
  g_test_add_func ("/loopback/tls/pinned", test_pinned);
  g_test_add_func ("/loopback/tls/close", test_close);
  g_test_add_func ("/loopback/tls/backpressure", test_backpressure);
  g_test_add_func ("/loopback/tls/file", test_file);
  g_test_add_func ("/loopback/tls/suites", test_suites);
  g_test_add_func ("/loopback/tls/two-files", test_two_files);
  g_test_add_func ("/loopback/tls/upgrade", test_upgrade);
  g_test_add_func ("/loopback/tls/early-bytes", test_early_bytes);
  g_test_add_func ("/loopback/tls/garbage", test_garbage);
  g_test_add_func ("/loopback/tls/cut-off", test_cut_off);
  status = g_test_run ();
  g_free (last_reason);
  return status;
}
