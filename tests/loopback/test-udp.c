/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "net-limits.h"
#include "net-socket.h"
#include "udp-port.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

typedef struct
{
  FilUdpPort *port;
  FilEndpoint at;
  guint n;
  gsize bytes;
  FilEndpoint from;
  char last[64];
  gboolean frees;
} Station;

static void
on_datagram (gpointer data,
             const guint8 *bytes,
             gsize len,
             const FilEndpoint *from,
             gint64 now_us)
{
  Station *self = data;

  self->n++;
  self->bytes += len;
  self->from = *from;
  g_strlcpy (self->last, "", sizeof self->last);
  memcpy (self->last, bytes, MIN (len, sizeof self->last - 1));
  self->last[MIN (len, sizeof self->last - 1)] = '\0';
  if (self->frees)
    g_clear_pointer (&self->port, fil_udp_port_free);
}

static void
station_init (Station *self,
              Loop *loop,
              const char *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FilListener) listener = fil_listener_new (address, NULL, &error);

  g_assert_no_error (error);
  *self = (Station){ .at = listener->local };
  self->port = fil_udp_port_new (loop->reactor, listener, on_datagram, self);
}

static void
test_exchange (void)
{
  Loop loop;
  Station a, b;

  loop_init (&loop);
  station_init (&a, &loop, "127.0.0.1:0");
  station_init (&b, &loop, "127.0.0.2:0");
  g_assert_true (fil_udp_port_send (a.port, (const guint8 *) "ping", 4, &b.at));
  loop_until (b.n == 1);
  g_assert_cmpstr (b.last, ==, "ping");
  g_assert_true (fil_endpoint_equal (&b.from, &a.at));
  g_assert_true (fil_udp_port_send (b.port, (const guint8 *) "", 0, &b.from));
  loop_until (a.n == 1);
  g_assert_cmpuint (a.bytes, ==, 0);

  /* No socket of that family, no address at all. */
  FilEndpoint six = { .family = 6, .addr = { [15] = 1 }, .port = 9 };
  FilEndpoint none = { 0 };
  g_assert_false (fil_udp_port_send (a.port, (const guint8 *) "x", 1, &six));
  g_assert_false (fil_udp_port_send (a.port, (const guint8 *) "x", 1, &none));
  g_assert_cmpuint (fil_udp_port_dropped (a.port), ==, 2);
  fil_udp_port_free (a.port);
  fil_udp_port_free (b.port);
  loop_clear (&loop);
}

/* All that waits is read in few turns, and no turn reads more than its share. */
static void
test_many (void)
{
  static const guint8 bytes[100];
  Loop loop;
  Station a;
  const guint many = FIL_UDP_TURN + 40;
  guint sent = 0;
  int fd;

  loop_init (&loop);
  station_init (&a, &loop, "127.0.0.1:0");
  fd = loop_connect (&a.at);
  close (fd);
  for (guint i = 0; i < many; i++)
    sent += fil_udp_port_send (a.port, bytes, sizeof bytes, &a.at);
  g_assert_cmpuint (sent, ==, many);
  g_main_context_iteration (NULL, TRUE);
  if (a.n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (a.n, <=, FIL_UDP_TURN);
  g_assert_cmpuint (a.n, >=, FIL_UDP_BATCH);
  loop_settle (&loop);
  /* The kernel may have dropped some; what it kept is all here. */
  g_assert_cmpuint (a.n, <=, many);
  fil_udp_port_free (a.port);
  loop_clear (&loop);
}

static void
test_too_long (void)
{
  Loop loop;
  Station a;
  g_autofree guint8 *bytes = g_malloc0 (FIL_UDP_MAX_DATAGRAM + 1);

  loop_init (&loop);
  station_init (&a, &loop, "127.0.0.1:0");
  g_assert_true (fil_udp_port_send (a.port, bytes, FIL_UDP_MAX_DATAGRAM + 1, &a.at));
  g_assert_true (fil_udp_port_send (a.port, bytes, FIL_UDP_MAX_DATAGRAM, &a.at));
  loop_until (a.n == 1);
  g_assert_cmpuint (a.bytes, ==, FIL_UDP_MAX_DATAGRAM);
  g_assert_cmpuint (fil_udp_port_dropped (a.port), ==, 1);
  fil_udp_port_free (a.port);
  loop_clear (&loop);
}

static void
test_freed_inside (void)
{
  Loop loop;
  Station a;

  loop_init (&loop);
  station_init (&a, &loop, "127.0.0.1:0");
  a.frees = TRUE;
  for (guint i = 0; i < 10; i++)
    g_assert_true (fil_udp_port_send (a.port, (const guint8 *) "x", 1, &a.at));
  loop_until (a.n == 1);
  loop_settle (&loop);
  g_assert_cmpuint (a.n, ==, 1);
  g_assert_null (a.port);
  loop_clear (&loop);
}

/* What is sent with a low time to live arrives with it. */
static void
test_ttl (void)
{
  Loop loop;
  Station a;
  FilEndpoint at = fil_endpoint_v4 ((const guint8[]){ 127, 0, 0, 2 }, 0);
  const int on = 1;
  guint8 control[64], bytes[16];
  struct iovec slice = { bytes, sizeof bytes };
  struct msghdr message = { .msg_iov = &slice, .msg_iovlen = 1, .msg_control = control,
                            .msg_controllen = sizeof control };
  int fd = fil_net_socket (&at, SOCK_DGRAM, NULL);
  int ttl = 0;

  loop_init (&loop);
  station_init (&a, &loop, "127.0.0.1:0");
  g_assert_true (fil_net_bind (fd, &at, NULL));
  at = fil_net_local_endpoint (fd);
  g_assert_cmpint (setsockopt (fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on), ==, 0);
  g_assert_true (fil_udp_port_send_ttl (a.port, (const guint8 *) "low", 3, &at, 4));
  loop_until (recvmsg (fd, &message, MSG_DONTWAIT) == 3);
  memcpy (&ttl, CMSG_DATA (CMSG_FIRSTHDR (&message)), sizeof ttl);
  g_assert_cmpint (ttl, ==, 4);
  g_assert_true (fil_udp_port_send_ttl (a.port, (const guint8 *) "usual", 5, &at, 0));
  message.msg_controllen = sizeof control;
  loop_until (recvmsg (fd, &message, MSG_DONTWAIT) == 5);
  memcpy (&ttl, CMSG_DATA (CMSG_FIRSTHDR (&message)), sizeof ttl);
  g_assert_cmpint (ttl, >, 4);
  close (fd);
  fil_udp_port_free (a.port);
  loop_clear (&loop);
}

typedef struct
{
  Station station; /* first: gets what is not RUDP */
  guint n;
  gsize bytes;
  guint turns;
  guint most;      /* datagrams in one turn */
  guint in_turn;
} BulkStation;

static void
on_bulk (gpointer data,
         const guint8 *bytes,
         gsize len,
         const FilEndpoint *from,
         gint64 now_us)
{
  BulkStation *self = data;

  g_assert_cmpuint (bytes[16], ==, 0x41);
  /* Each begins with its number. */
  g_assert_cmpuint (bytes[0], ==, (guint8) self->n);
  self->n++;
  self->in_turn++;
  self->bytes += len;
}

static void
on_turn_ended (gpointer data,
               gint64 now_us)
{
  BulkStation *self = data;

  self->turns++;
  self->most = MAX (self->most, self->in_turn);
  self->in_turn = 0;
}

static void
on_writable (gpointer data,
             gint64 now_us)
{
}

static const FilUdpBulkDelegate bulk_delegate = { on_bulk, on_turn_ended, on_writable };

/* Many datagrams handed over as one piece arrive one by one, in order, and no turn takes too many. */
static void
test_bulk (void)
{
  enum { SIZE = 1000, PIECES = 20, EACH = 40, LAST = 33 };
  Loop loop;
  Station a;
  BulkStation b = { .n = 0 };
  g_autofree guint8 *bytes = g_malloc0 (SIZE * EACH);

  loop_init (&loop);
  station_init (&a, &loop, "127.0.0.1:0");
  station_init (&b.station, &loop, "127.0.0.2:0");
  fil_udp_port_set_bulk (b.station.port, &bulk_delegate, &b);
  for (guint piece = 0; piece < PIECES; piece++)
    {
      for (guint i = 0; i < EACH; i++)
        {
          bytes[i * SIZE] = (guint8) (piece * EACH + i);
          bytes[i * SIZE + 16] = 0x41;
        }
      g_assert_true (fil_udp_port_send_bulk (a.port, bytes, SIZE * (EACH - 1) + LAST, SIZE, &b.station.at));
    }
  g_assert_true (fil_udp_port_send (a.port, (const guint8 *) "ping", 4, &b.station.at));
  loop_until (b.station.n == 1);
  g_assert_cmpuint (b.n, ==, PIECES * EACH);
  g_assert_cmpuint (b.bytes, ==, PIECES * (SIZE * (EACH - 1) + LAST));
  g_assert_cmpuint (b.turns, >, 1);
  g_assert_cmpuint (b.most * SIZE, <=, FIL_UDP_TURN_BYTES + FIL_UDP_BATCH * FIL_UDP_MAX_MESSAGE);

  /* Nobody to give them to: they are ordinary datagrams again. */
  fil_udp_port_set_bulk (b.station.port, NULL, NULL);
  g_assert_true (fil_udp_port_send_bulk (a.port, bytes, SIZE, SIZE, &b.station.at));
  loop_until (b.station.n == 2);
  fil_udp_port_free (a.port);
  fil_udp_port_free (b.station.port);
  loop_clear (&loop);
}

/* How many bytes the next message of a socket holds that takes joined datagrams. */
static gssize
read_joined (int fd)
{
  guint8 bytes[FIL_UDP_MAX_MESSAGE];

  return recv (fd, bytes, sizeof bytes, 0);
}

/* What does not go as one piece goes one by one, and the next goes as one piece again. */
static void
test_bulk_not_joined (void)
{
  enum { SIZE = 8000, EACH = 10, SMALL = 1000 };
  static const guint8 bytes[SIZE * EACH];
  const struct timeval most = { .tv_sec = 20 };
  const int on = 1;
  Loop loop;
  Station a;
  FilEndpoint to;
  struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t addr_len = sizeof addr;
  gssize joined;
  int fd;

  loop_init (&loop);
  station_init (&a, &loop, "127.0.0.1:0");
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &addr, addr_len), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &addr, &addr_len), ==, 0);
  g_assert_true (fil_endpoint_from_sockaddr (&to, (struct sockaddr *) &addr, addr_len));
  g_assert_cmpint (setsockopt (fd, SOL_UDP, UDP_GRO, &on, sizeof on), ==, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most), ==, 0);

  g_assert_true (fil_udp_port_send_bulk (a.port, bytes, 4 * SMALL, SMALL, &to));
  joined = read_joined (fd);
  if (joined == SMALL)
    g_test_skip ("this system joins no datagrams");
  else
    {
      g_assert_cmpint (joined, ==, 4 * SMALL);
      g_assert_true (fil_udp_port_send_bulk (a.port, bytes, sizeof bytes, SIZE, &to));
      for (guint i = 0; i < EACH; i++)
        g_assert_cmpint (read_joined (fd), ==, SIZE);
      g_assert_true (fil_udp_port_send_bulk (a.port, bytes, 4 * SMALL, SMALL, &to));
      g_assert_cmpint (read_joined (fd), ==, 4 * SMALL);
      g_assert_cmpuint (fil_udp_port_dropped (a.port), ==, 0);
    }
  close (fd);
  fil_udp_port_free (a.port);
  loop_clear (&loop);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/udp/exchange", test_exchange);
  g_test_add_func ("/loopback/udp/many", test_many);
  g_test_add_func ("/loopback/udp/too-long", test_too_long);
  g_test_add_func ("/loopback/udp/freed-inside", test_freed_inside);
  g_test_add_func ("/loopback/udp/ttl", test_ttl);
  g_test_add_func ("/loopback/udp/bulk", test_bulk);
  g_test_add_func ("/loopback/udp/bulk/not-joined", test_bulk_not_joined);
  return g_test_run ();
}
