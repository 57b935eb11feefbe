/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "acceptor.h"
#include "net-error.h"
#include "net-limits.h"
#include "net-socket.h"
#include "socket-stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  Loop loop;
  FilGate *gate;
  FilAcceptor *acceptor;
  FilEndpoint at;
  guint reached;
  guint asked;
  FilGreeting kind;
  char *line;
  gboolean is_tls;
  gboolean refuses;
  Actor *actor; /* the last session */
  guint closed;
} House;

static void
on_reached (gpointer data,
            const FilEndpoint *peer)
{
  ((House *) data)->reached++;
  g_assert_cmpuint (peer->addr[0], ==, 127);
}

static FilSession *
session_for (gpointer data,
             FilGreeting kind,
             const char *first_line,
             const FilEndpoint *peer,
             gboolean tls)
{
  House *self = data;

  self->asked++;
  self->kind = kind;
  self->is_tls = tls;
  g_free (self->line);
  self->line = g_strdup (first_line);
  if (self->refuses)
    return NULL;
  self->actor = actor_new ("welcome\n");
  return &self->actor->parent;
}

static void
on_closed (gpointer data,
           FilPump *pump,
           FilSession *session,
           const char *reason)
{
  House *self = data;

  self->closed++;
  if ((FilSession *) self->actor == session)
    self->actor = NULL;
}

static const FilAcceptorDelegate delegate = { on_reached, session_for, NULL };
static const FilPumpDelegate pump_delegate = { NULL, on_closed };

static void
house_init (House *self,
            gboolean is_private)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FilListener) listener = fil_listener_new ("127.0.0.1:0", NULL, &error);

  g_assert_no_error (error);
  *self = (House){ 0 };
  loop_init (&self->loop);
  self->gate = fil_gate_new (is_private);
  self->at = listener->local;
  g_assert_cmpuint (self->at.port, !=, 0);
  self->acceptor = fil_acceptor_new (self->loop.pumps, listener, self->loop.tls, self->gate, &delegate, &pump_delegate,
                                     self);
}

static void
house_clear (House *self)
{
  fil_acceptor_free (self->acceptor);
  loop_clear (&self->loop);
  fil_gate_free (self->gate);
  g_free (self->line);
}

static int
visit (House *self,
       const char *text)
{
  int fd = loop_connect (&self->at);

  if (text != NULL)
    loop_write (fd, text);
  return fd;
}

static gboolean
is_shut (int fd)
{
  char byte;

  return recv (fd, &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

static void
test_kinds (void)
{
  static const struct
  {
    const char *text;
    FilGreeting kind;
    const char *line;
  } cases[] = {
    { "GNUTELLA CONNECT/0.6\r\nA: b\r\n", FIL_GREETING_GNUTELLA, "GNUTELLA CONNECT/0.6" },
    { "GET / HTTP/1.1\r\n", FIL_GREETING_HTTP, "GET / HTTP/1.1" },
    { "GIV 1:00/x\n\n", FIL_GREETING_GIV, "GIV 1:00/x" },
    { "QUEUE id\r\n", FIL_GREETING_QUEUE, "QUEUE id" },
  };
  House house;

  house_init (&house, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int fd = visit (&house, cases[i].text);

      loop_until (house.asked == i + 1 && house.actor->heard->len == strlen (cases[i].text));
      g_assert_cmpint (house.kind, ==, cases[i].kind);
      g_assert_cmpstr (house.line, ==, cases[i].line);
      g_assert_false (house.is_tls);
      /* The session saw the stream from its first byte. */
      g_assert_cmpmem (house.actor->heard->data, house.actor->heard->len, cases[i].text, strlen (cases[i].text));
      close (fd);
      loop_until (house.closed == i + 1);
    }
  g_assert_cmpuint (house.reached, ==, G_N_ELEMENTS (cases));
  g_assert_cmpuint (fil_acceptor_half_open (house.acceptor), ==, 0);
  house_clear (&house);
}

static void
test_in_pieces (void)
{
  static const char text[] = "GNUTELLA CONNECT/0.6\r\n";
  House house;
  int fd;

  house_init (&house, TRUE);
  fd = visit (&house, NULL);
  for (guint i = 0; i < sizeof text - 1; i++)
    {
      g_assert_cmpuint (house.asked, ==, 0);
      g_assert_cmpint (send (fd, text + i, 1, MSG_NOSIGNAL), ==, 1);
      loop_settle (&house.loop);
    }
  loop_until (house.asked == 1);
  close (fd);
  house_clear (&house);
}

static void
test_dropped (void)
{
  static const char *const bad[] = { "POST / HTTP/1.0\r\n", "SSH-2.0\r\n", "\x13""BitTorrent", "\x17\x03\x03" };
  House house;
  g_autofree char *longest = g_strnfill (FIL_GREET_MAX_LINE + 10, 'a');
  int fd;

  house_init (&house, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      fd = visit (&house, bad[i]);
      loop_until (fil_acceptor_dropped (house.acceptor) == i + 1);
      loop_until (is_shut (fd));
      close (fd);
    }
  memcpy (longest, "GET /", 5);
  fd = visit (&house, longest);
  loop_until (fil_acceptor_dropped (house.acceptor) == G_N_ELEMENTS (bad) + 1);
  close (fd);

  house.refuses = TRUE;
  fd = visit (&house, "GET / HTTP/1.1\r\n");
  loop_until (fil_acceptor_dropped (house.acceptor) == G_N_ELEMENTS (bad) + 2);
  close (fd);

  g_assert_true (fil_ban_list_add (fil_gate_bans (house.gate), "127.0.0.0/8", NULL));
  fd = visit (&house, "GET / HTTP/1.1\r\n");
  loop_until (fil_acceptor_dropped (house.acceptor) == G_N_ELEMENTS (bad) + 3);
  g_assert_cmpuint (house.asked, ==, 1);
  close (fd);
  house_clear (&house);
}

static void
test_connect_back (void)
{
  static const char *const probes[] = { "\n\n", "CONNECT BACK\r\n\r\n" };
  House house;

  house_init (&house, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      int fd = visit (&house, probes[i]);

      loop_until (house.reached == i + 1);
      loop_until (is_shut (fd));
      close (fd);
    }
  g_assert_cmpuint (house.asked, ==, 0);
  g_assert_cmpuint (fil_acceptor_dropped (house.acceptor), ==, 0);
  house_clear (&house);
}

/* One byte and silence: nothing turns, and after 10 s it is over. */
static void
test_one_byte_and_silence (void)
{
  House house;
  int fd, tls_fd;

  house_init (&house, TRUE);
  fd = visit (&house, "G");
  tls_fd = visit (&house, "\x16");
  loop_until (fil_acceptor_half_open (house.acceptor) == 2);
  loop_settle (&house.loop);

  /* A level-triggered watch would be dispatched in every iteration. */
  for (guint i = 0; i < 20; i++)
    g_assert_false (g_main_context_iteration (NULL, FALSE));

  loop_advance (&house.loop, FIL_GREET_US - FIL_SEC);
  g_assert_cmpuint (fil_acceptor_half_open (house.acceptor), ==, 2);
  loop_advance (&house.loop, FIL_SEC);
  g_assert_cmpuint (fil_acceptor_half_open (house.acceptor), ==, 0);
  g_assert_true (is_shut (fd));
  g_assert_true (is_shut (tls_fd));
  close (fd);
  close (tls_fd);
  house_clear (&house);
}

static glong
resident_kb (void)
{
  glong pages = 0;
  FILE *file = fopen ("/proc/self/statm", "re");

  g_assert_nonnull (file);
  g_assert_cmpint (fscanf (file, "%*d %ld", &pages), ==, 1);
  fclose (file);
  return pages * (sysconf (_SC_PAGESIZE) / 1024);
}

static void
test_flood (void)
{
  enum { VISITORS = 900 };
  struct rlimit limit;
  House house;
  int fds[VISITORS];
  glong before;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = MIN (limit.rlim_max, 4096);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  if (limit.rlim_cur < 2 * VISITORS)
    {
      g_test_skip ("too few descriptors");
      return;
    }

  house_init (&house, TRUE);
  before = resident_kb ();
  for (guint i = 0; i < VISITORS; i++)
    {
      fds[i] = visit (&house, i % 2 == 0 ? "GNU" : NULL);
      loop_settle (&house.loop);
      g_assert_cmpuint (fil_acceptor_half_open (house.acceptor), <=, FIL_ACCEPT_MAX_HALF_OPEN);
    }
  loop_until (house.reached == VISITORS);
  g_assert_cmpuint (fil_acceptor_half_open (house.acceptor), ==, FIL_ACCEPT_MAX_HALF_OPEN);
  g_assert_cmpuint (fil_acceptor_dropped (house.acceptor), ==, VISITORS - FIL_ACCEPT_MAX_HALF_OPEN);
  g_test_message ("%ld kB more for %d half-open connections", resident_kb () - before, FIL_ACCEPT_MAX_HALF_OPEN);
#ifndef __SANITIZE_ADDRESS__ /* it keeps what was freed */
  g_assert_cmpint (resident_kb () - before, <, 4096);
#endif

  /* An honest one still gets in, and the oldest silent one made room. */
  int fd = visit (&house, "GET / HTTP/1.1\r\n");
  loop_until (house.asked == 1);
  close (fd);
  for (guint i = 0; i < VISITORS; i++)
    close (fds[i]);
  house_clear (&house);
}

static void
test_per_network (void)
{
  House house;
  int fds[40];

  house_init (&house, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = visit (&house, NULL);
  loop_until (house.reached == G_N_ELEMENTS (fds));
  g_assert_cmpuint (fil_acceptor_half_open (house.acceptor), ==, FIL_ACCEPT_MAX_PER_NETWORK);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  house_clear (&house);
}

/* No descriptor is left: callers are sent away, and the loop rests. */
static void
test_no_descriptors (void)
{
  House house;
  struct rlimit old, few;
  int fds[8], highest;

  house_init (&house, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = loop_connect (&house.at);
  highest = fds[G_N_ELEMENTS (fds) - 1];
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &old), ==, 0);
  few = old;
  few.rlim_cur = (rlim_t) highest + 1;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  loop_until (fil_acceptor_dropped (house.acceptor) == G_N_ELEMENTS (fds));
  g_assert_cmpuint (house.reached, ==, 0);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &old), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);

  int fd = visit (&house, "GET / HTTP/1.1\r\n");
  loop_until (house.asked == 1);
  close (fd);
  house_clear (&house);
}

static void
test_tls (void)
{
  static const char text[] = "GNUTELLA CONNECT/0.6\r\nX: 1\r\n";
  House house;
  Actor *caller = actor_new ("");
  FilStream *stream;
  int fd;

  house_init (&house, TRUE);
  fd = loop_connect (&house.at);
  stream = fil_tls_stream_new (house.loop.tls, fil_socket_stream_new (house.loop.reactor, fd), FIL_TLS_CLIENT, NULL, 0);
  fil_pump_new (house.loop.pumps, stream, &caller->parent, FIL_TRAFFIC_OVERLAY, &house.at, NULL, NULL);
  /* Every byte is a record of its own: the first line comes in many. */
  for (guint i = 0; i < sizeof text - 1; i++)
    {
      actor_say (caller, (const char[]){ text[i], '\0' });
      loop_settle (&house.loop);
    }
  loop_until (house.asked == 1 && house.actor->heard->len == sizeof text - 1 && caller->heard->len == 8);
  g_assert_true (house.is_tls);
  g_assert_cmpmem (house.actor->heard->data, sizeof text - 1, text, sizeof text - 1);
  g_assert_cmpmem (caller->heard->data, 8, "welcome\n", 8);
  house_clear (&house);
}

static void
test_tls_garbage (void)
{
  static const char *const garbage[] = { "\x16\x03\x01\xff\xff", "\x16GARBAGE GARBAGE GARBAGE",
                                         "\x16\x03\x01\x05garbage garbage garbage garbage" };
  House house;

  house_init (&house, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      int fd = visit (&house, garbage[i]);

      loop_until (house.reached == i + 1);
      loop_settle (&house.loop);
      loop_advance (&house.loop, FIL_GREET_US);
      g_assert_cmpuint (fil_acceptor_half_open (house.acceptor), ==, 0);
      close (fd);
    }
  g_assert_cmpuint (house.asked, ==, 0);
  g_assert_cmpuint (fil_acceptor_dropped (house.acceptor), ==, G_N_ELEMENTS (garbage));
  house_clear (&house);
}

static void
test_listener (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FilListener) first = fil_listener_new ("0.0.0.0:0", NULL, &error);
  g_autoptr (FilListener) second = NULL;
  g_autofree char *same = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (first->tcp[0], >=, 0);
  g_assert_cmpint (first->udp[0], >=, 0);
  g_assert_cmpuint (fil_net_local_endpoint (first->udp[0]).port, ==, first->local.port);
  if (first->tcp[1] >= 0)
    g_assert_cmpuint (fil_net_local_endpoint (first->tcp[1]).port, ==, first->local.port);

  same = g_strdup_printf ("127.0.0.1:%u", first->local.port);
  g_assert_null (fil_listener_new (same, NULL, &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_IN_USE);
  g_assert_nonnull (strstr (error->message, same));
  g_clear_error (&error);

  g_assert_null (fil_listener_new ("nonsense", NULL, &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (fil_listener_new ("192.0.2.1:0", NULL, &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_FAILED);
  g_clear_error (&error);

  g_assert_null (fil_listener_new ("0.0.0.0:0", "no-such-if0", &error));
  g_assert_error (error, FIL_NET_ERROR, FIL_NET_ERROR_INTERFACE);
  g_clear_error (&error);
  second = fil_listener_new ("0.0.0.0:0", "127.0.0.1", &error);
  g_assert_no_error (error);
  g_assert_cmpint (fil_endpoint_class (&second->local), ==, FIL_ADDRESS_LOOPBACK);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/acceptor/kinds", test_kinds);
  g_test_add_func ("/loopback/acceptor/in-pieces", test_in_pieces);
  g_test_add_func ("/loopback/acceptor/dropped", test_dropped);
  g_test_add_func ("/loopback/acceptor/connect-back", test_connect_back);
  g_test_add_func ("/loopback/acceptor/one-byte-and-silence", test_one_byte_and_silence);
  g_test_add_func ("/loopback/acceptor/flood", test_flood);
  g_test_add_func ("/loopback/acceptor/per-network", test_per_network);
  g_test_add_func ("/loopback/acceptor/no-descriptors", test_no_descriptors);
  g_test_add_func ("/loopback/acceptor/tls", test_tls);
  g_test_add_func ("/loopback/acceptor/tls-garbage", test_tls_garbage);
  g_test_add_func ("/loopback/acceptor/listener", test_listener);
  return g_test_run ();
}
