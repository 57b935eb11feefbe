/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "net-limits.h"
#include "net-socket.h"
#include "udp-port.h"

#include <string.h>
#include <sys/socket.h>
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

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/udp/exchange", test_exchange);
  g_test_add_func ("/loopback/udp/many", test_many);
  g_test_add_func ("/loopback/udp/too-long", test_too_long);
  g_test_add_func ("/loopback/udp/freed-inside", test_freed_inside);
  return g_test_run ();
}
