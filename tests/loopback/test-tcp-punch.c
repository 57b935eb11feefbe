/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "listener.h"
#include "net-error.h"
#include "net-limits.h"
#include "tcp-punch.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A host: it listens, and connects from the same port. */
typedef struct
{
  Loop *loop;
  FilListener *listener;
  FilTcpPunch *punch;
  guint done;
  guint32 id;
  FilEndpoint to;
  FilStream *stream;
} Host;

static void
on_stream (gpointer data,
           guint32 id,
           FilStream *stream,
           const FilEndpoint *to)
{
  Host *host = data;

  host->done++;
  host->id = id;
  host->to = *to;
  g_clear_pointer (&host->stream, fil_stream_free);
  host->stream = stream;
}

static void
host_init (Host *self,
           Loop *loop,
           const char *address)
{
  g_autoptr (GError) error = NULL;

  *self = (Host){ .loop = loop };
  self->listener = fil_listener_new (address, NULL, &error);
  g_assert_no_error (error);
  self->punch = fil_tcp_punch_new (loop->reactor, &self->listener->local, NULL, on_stream, self);
}

static void
host_clear (Host *self)
{
  g_clear_pointer (&self->stream, fil_stream_free);
  fil_tcp_punch_free (self->punch);
  fil_listener_free (self->listener);
}

/* The other side of @host's connection, as who listens there sees it. */
static int
accept_at (Host *host,
           FilEndpoint *from)
{
  struct sockaddr_storage addr;
  socklen_t len = sizeof addr;
  int fd;

  loop_until ((fd = accept4 (host->listener->tcp[0], (struct sockaddr *) &addr, &len, SOCK_NONBLOCK)) >= 0);
  g_assert_true (fil_endpoint_from_sockaddr (from, (struct sockaddr *) &addr, len));
  return fd;
}

static void
test_same_port (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilEndpoint from;
  guint8 got[4];
  Loop loop;
  Host a, b;
  int fd;

  loop_init (&loop);
  host_init (&a, &loop, "127.0.0.1:0");
  host_init (&b, &loop, "127.0.0.2:0");
  g_assert_true (fil_tcp_punch_open (a.punch, 7, &b.listener->local, FIL_CONNECT_INSIST));
  fd = accept_at (&b, &from);
  loop_until (a.done == 1);
  g_assert_true (fil_endpoint_equal (&from, &a.listener->local));
  g_assert_cmpuint (a.id, ==, 7);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 0);
  loop_write (fd, "hi");
  loop_until (fil_stream_read (a.stream, got, sizeof got) == 2);
  close (fd);

  /* Nobody else can listen there for all that. */
  again = g_strdup (fil_endpoint_to_text (&a.listener->local, text));
  g_assert_null (fil_listener_new (again, NULL, &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_IN_USE);
  host_clear (&a);
  host_clear (&b);
  loop_clear (&loop);
}

/* What is refused is tried again, until the other side is there. */
static void
test_refused_first (void)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilEndpoint at, from;
  Loop loop;
  Host a, b;
  int fd;

  loop_init (&loop);
  host_init (&a, &loop, "127.0.0.1:0");
  host_init (&b, &loop, "127.0.0.2:0");
  at = b.listener->local;
  host_clear (&b);
  g_assert_true (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_INSIST));
  g_assert_false (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_INSIST));
  for (guint i = 0; i < 3; i++)
    {
      loop_settle (&loop);
      loop_advance (&loop, FIL_TCP_PUNCH_RETRY_US);
      g_assert_cmpuint (a.done, ==, 0);
      g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 1);
    }
  host_init (&b, &loop, fil_endpoint_to_text (&at, text));
  loop_settle (&loop);
  loop_advance (&loop, FIL_TCP_PUNCH_RETRY_US);
  fd = accept_at (&b, &from);
  loop_until (a.done == 1);
  close (fd);

  /* Nobody there at all: it ends by itself. */
  host_clear (&b);
  g_assert_true (fil_tcp_punch_open (a.punch, 2, &at, FIL_CONNECT_INSIST));
  for (guint i = 0; i < FIL_TCP_PUNCH_TRIES + 2; i++)
    {
      loop_settle (&loop);
      loop_advance (&loop, FIL_TCP_PUNCH_RETRY_US);
    }
  loop_advance (&loop, FIL_TCP_PUNCH_US);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 0);
  g_assert_cmpuint (a.done, ==, 1);
  host_clear (&a);
  loop_clear (&loop);
}

/* An address that refuses gets so many connections and no more, however many of its ports are named. */
static void
test_tries_at_one_address (void)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilEndpoint at[4], from;
  Loop loop;
  Host a, b;
  int fd;

  loop_init (&loop);
  host_init (&a, &loop, "127.0.0.1:0");
  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    {
      host_init (&b, &loop, "127.0.0.2:0");
      at[i] = b.listener->local;
      host_clear (&b);
    }
  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    g_assert_true (fil_tcp_punch_open (a.punch, 1, &at[i], FIL_CONNECT_INSIST));
  for (guint i = 0; i < FIL_TCP_PUNCH_TRIES / G_N_ELEMENTS (at) + 2; i++)
    {
      loop_settle (&loop);
      loop_advance (&loop, FIL_TCP_PUNCH_RETRY_US);
    }
  /* Whoever is there now is not called any more, but by another attempt. */
  g_assert_true (fil_tcp_punch_open (a.punch, 2, &at[0], FIL_CONNECT_INSIST));
  loop_settle (&loop);
  host_init (&b, &loop, fil_endpoint_to_text (&at[0], text));
  for (guint i = 0; i < 4; i++)
    {
      loop_settle (&loop);
      loop_advance (&loop, FIL_TCP_PUNCH_RETRY_US);
    }
  fd = accept_at (&b, &from);
  loop_until (a.done == 1);
  g_assert_cmpuint (a.id, ==, 2);
  close (fd);
  host_clear (&b);
  host_clear (&a);
  loop_clear (&loop);
}

/* Two attempts that name one address: what ends one leaves the other. */
static void
test_two_attempts (void)
{
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilEndpoint at, from;
  Loop loop;
  Host a, b;
  int fd;

  loop_init (&loop);
  host_init (&a, &loop, "127.0.0.1:0");
  host_init (&b, &loop, "127.0.0.2:0");
  at = b.listener->local;
  host_clear (&b);
  g_assert_true (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_INSIST));
  g_assert_true (fil_tcp_punch_open (a.punch, 2, &at, FIL_CONNECT_INSIST));
  g_assert_false (fil_tcp_punch_open (a.punch, 2, &at, FIL_CONNECT_INSIST));
  /* An opener sends nothing that those do not. */
  g_assert_false (fil_tcp_punch_open (a.punch, 3, &at, FIL_CONNECT_LOW));
  fil_tcp_punch_stop (a.punch, 1);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 1);
  loop_settle (&loop);
  host_init (&b, &loop, fil_endpoint_to_text (&at, text));
  loop_advance (&loop, FIL_TCP_PUNCH_RETRY_US);
  fd = accept_at (&b, &from);
  loop_until (a.done == 1);
  g_assert_cmpuint (a.id, ==, 2);
  close (fd);
  host_clear (&b);
  host_clear (&a);
  loop_clear (&loop);
}

/* Listens at 127.0.0.2 and takes nobody in any more: what comes gets no answer. */
static int
listen_deaf (FilEndpoint *at,
             int *first)
{
  struct sockaddr_storage addr;
  FilEndpoint any = fil_endpoint_v4 ((const guint8[]){ 127, 0, 0, 2 }, 0);
  socklen_t len = fil_endpoint_to_sockaddr (&any, &addr);
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &addr, len), ==, 0);
  g_assert_cmpint (listen (fd, 0), ==, 0);
  len = sizeof addr;
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &addr, &len), ==, 0);
  g_assert_true (fil_endpoint_from_sockaddr (at, (struct sockaddr *) &addr, len));
  *first = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_cmpint (connect (*first, (struct sockaddr *) &addr, len), ==, 0);
  return fd;
}

/* What does more takes the place of what does less, and neither repeats itself but who insists. */
static void
test_manners (void)
{
  FilEndpoint at, nobody;
  int deaf, first;
  Loop loop;
  Host a, b;

  loop_init (&loop);
  host_init (&a, &loop, "127.0.0.1:0");
  host_init (&b, &loop, "127.0.0.2:0");
  nobody = b.listener->local;
  host_clear (&b);
  g_assert_true (fil_tcp_punch_open (a.punch, 1, &nobody, FIL_CONNECT_ONCE));
  loop_settle (&loop);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 0);

  deaf = listen_deaf (&at, &first);
  g_assert_true (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_LOW));
  g_assert_true (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_ONCE));
  g_assert_false (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_LOW));
  g_assert_false (fil_tcp_punch_open (a.punch, 2, &at, FIL_CONNECT_ONCE));
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 1);
  loop_settle (&loop);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 1);
  loop_advance (&loop, FIL_TCP_PUNCH_ONCE_US);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 0);

  g_assert_true (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_ONCE));
  g_assert_true (fil_tcp_punch_open (a.punch, 2, &at, FIL_CONNECT_INSIST));
  g_assert_false (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_ONCE));
  loop_settle (&loop);
  loop_advance (&loop, FIL_TCP_PUNCH_ONCE_US);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 1);
  g_assert_cmpuint (a.done, ==, 0);
  close (first);
  close (deaf);
  host_clear (&a);
  loop_clear (&loop);
}

static void
test_low_stop_and_limit (void)
{
  FilEndpoint at = fil_endpoint_v4 ((const guint8[]){ 127, 0, 0, 3 }, 2000);
  Loop loop;
  Host a;

  loop_init (&loop);
  host_init (&a, &loop, "127.0.0.1:0");
  /* An opener is not repeated. */
  g_assert_true (fil_tcp_punch_open (a.punch, 1, &at, FIL_CONNECT_LOW));
  loop_settle (&loop);
  loop_advance (&loop, FIL_TCP_PUNCH_LOW_US);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, 0);
  g_assert_cmpuint (a.done, ==, 0);

  for (guint i = 0; i < FIL_TCP_PUNCH_MAX; i++)
    {
      at.port++;
      g_assert_true (fil_tcp_punch_open (a.punch, 1 + i % 2, &at, FIL_CONNECT_INSIST));
    }
  at.port++;
  g_assert_false (fil_tcp_punch_open (a.punch, 3, &at, FIL_CONNECT_INSIST));
  fil_tcp_punch_stop (a.punch, 1);
  g_assert_cmpuint (fil_tcp_punch_n (a.punch), ==, FIL_TCP_PUNCH_MAX / 2);
  host_clear (&a);
  loop_clear (&loop);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/tcp-punch/same-port", test_same_port);
  g_test_add_func ("/loopback/tcp-punch/refused-first", test_refused_first);
  g_test_add_func ("/loopback/tcp-punch/tries-at-one-address", test_tries_at_one_address);
  g_test_add_func ("/loopback/tcp-punch/two-attempts", test_two_attempts);
  g_test_add_func ("/loopback/tcp-punch/manners", test_manners);
  g_test_add_func ("/loopback/tcp-punch/low-stop-limit", test_low_stop_and_limit);
  return g_test_run ();
}
