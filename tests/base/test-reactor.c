/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reactor.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  GMainContext *context;
  FilClock *clock;
  FilReactor *reactor;
} Fixture;

typedef struct
{
  FilWatch *watch;
  FilWatch **victim; /* freed by the callback */
  FilIo seen;
  guint n;
} Probe;

static void
set_up (Fixture *self,
        gconstpointer data)
{
  self->context = g_main_context_new ();
  self->clock = fil_clock_new_virtual (1000, 0);
  self->reactor = fil_reactor_new (self->context, self->clock);
}

static void
tear_down (Fixture *self,
           gconstpointer data)
{
  fil_reactor_free (self->reactor);
  fil_clock_free (self->clock);
  g_main_context_unref (self->context);
}

static void
turn (Fixture *self,
      guint n)
{
  while (n-- > 0)
    g_main_context_iteration (self->context, FALSE);
}

static void
ready (gpointer data,
       FilIo io)
{
  Probe *probe = data;

  probe->seen |= io;
  probe->n++;
  if (probe->victim != NULL)
    g_clear_pointer (probe->victim, fil_watch_free);
}

static void
test_read_and_write (Fixture *self,
                     gconstpointer data)
{
  Probe probe = { 0 };
  int fds[2];
  char byte;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
  probe.watch = fil_reactor_watch (self->reactor, fds[0], FIL_IO_READ, ready, &probe);
  turn (self, 3);
  g_assert_cmpuint (probe.n, ==, 0);

  /* The state is reported until it is gone. */
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  turn (self, 3);
  g_assert_cmpuint (probe.n, ==, 3);
  g_assert_cmpint (probe.seen, ==, FIL_IO_READ);
  g_assert_cmpint (read (fds[0], &byte, 1), ==, 1);
  turn (self, 3);
  g_assert_cmpuint (probe.n, ==, 3);

  fil_watch_set_events (probe.watch, FIL_IO_WRITE);
  turn (self, 1);
  g_assert_cmpint (probe.seen, ==, FIL_IO_READ | FIL_IO_WRITE);
  fil_watch_set_events (probe.watch, 0);
  probe.n = 0;
  turn (self, 3);
  g_assert_cmpuint (probe.n, ==, 0);

  /* An end is told even to who asked for nothing. */
  close (fds[1]);
  turn (self, 1);
  g_assert_true (probe.seen & FIL_IO_ERROR);
  fil_watch_free (probe.watch);
  close (fds[0]);
}

static void
test_edge (Fixture *self,
           gconstpointer data)
{
  Probe probe = { 0 };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
  probe.watch = fil_reactor_watch (self->reactor, fds[0], FIL_IO_READ | FIL_IO_EDGE, ready, &probe);
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  turn (self, 5);
  g_assert_cmpuint (probe.n, ==, 1);
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  turn (self, 5);
  g_assert_cmpuint (probe.n, ==, 2);
  fil_watch_free (probe.watch);
  close (fds[0]);
  close (fds[1]);
}

/* Of two watches that are ready in one turn, whichever comes first frees the other. */
static void
test_free_in_callback (Fixture *self,
                       gconstpointer data)
{
  Probe probes[2] = { { 0 } };
  int fds[2][2];

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds[i]), ==, 0);
      g_assert_cmpint (write (fds[i][1], "x", 1), ==, 1);
      probes[i].watch = fil_reactor_watch (self->reactor, fds[i][0], FIL_IO_READ, ready, &probes[i]);
    }
  probes[0].victim = &probes[1].watch;
  probes[1].victim = &probes[0].watch;
  turn (self, 1);
  g_assert_cmpuint (probes[0].n + probes[1].n, ==, 1);
  g_assert_true ((probes[0].watch == NULL) != (probes[1].watch == NULL));

  /* And one that frees itself. */
  {
    Probe *last = probes[0].watch != NULL ? &probes[0] : &probes[1];

    last->victim = &last->watch;
    turn (self, 2);
    g_assert_null (last->watch);
  }
  for (guint i = 0; i < 2; i++)
    {
      close (fds[i][0]);
      close (fds[i][1]);
    }
  fil_watch_free (NULL);
}

static void
test_many (Fixture *self,
           gconstpointer data)
{
  enum { N = FIL_REACTOR_MAX_EVENTS + 36 };
  Probe probes[N] = { { 0 } };
  int fds[N][2];
  guint n = 0;

  for (guint i = 0; i < N; i++)
    {
      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds[i]), ==, 0);
      probes[i].watch = fil_reactor_watch (self->reactor, fds[i][0], FIL_IO_WRITE | FIL_IO_EDGE, ready, &probes[i]);
    }
  turn (self, 1);
  for (guint i = 0; i < N; i++)
    n += probes[i].n;
  g_assert_cmpuint (n, ==, FIL_REACTOR_MAX_EVENTS);
  turn (self, 1);
  for (guint i = 0; i < N; i++)
    {
      g_assert_cmpuint (probes[i].n, ==, 1);
      fil_watch_free (probes[i].watch);
      close (fds[i][0]);
      close (fds[i][1]);
    }
}

static void
count (gpointer data,
       gint64 now_us)
{
  (*(guint *) data)++;
}

static void
test_timers (Fixture *self,
             gconstpointer data)
{
  g_autoptr(FilTimer) timer = NULL;
  guint n = 0;

  timer = fil_timer_new (fil_reactor_timers (self->reactor), count, &n);
  g_assert_true (fil_reactor_clock (self->reactor) == self->clock);
  g_assert_cmpint (fil_reactor_now (self->reactor), ==, 1000);
  fil_timer_set (timer, 5000);
  turn (self, 3);
  g_assert_cmpuint (n, ==, 0);
  fil_clock_advance (self->clock, 3999);
  turn (self, 3);
  g_assert_cmpuint (n, ==, 0);
  fil_clock_advance (self->clock, 1);
  turn (self, 3);
  g_assert_cmpuint (n, ==, 1);
}

/* The timer alone wakes a loop that sleeps. */
static void
test_real_time (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(FilClock) clock = fil_clock_new_real ();
  g_autoptr(FilReactor) reactor = fil_reactor_new (context, clock);
  g_autoptr(FilTimer) timer = NULL;
  guint n = 0;

  timer = fil_timer_new (fil_reactor_timers (reactor), count, &n);
  fil_timer_set (timer, fil_reactor_now (reactor) + 2 * FIL_MSEC);
  while (n == 0)
    g_main_context_iteration (context, TRUE);
  g_clear_pointer (&timer, fil_timer_free);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/base/reactor/read-and-write", Fixture, NULL, set_up, test_read_and_write, tear_down);
  g_test_add ("/base/reactor/edge", Fixture, NULL, set_up, test_edge, tear_down);
  g_test_add ("/base/reactor/free-in-callback", Fixture, NULL, set_up, test_free_in_callback, tear_down);
  g_test_add ("/base/reactor/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/base/reactor/timers", Fixture, NULL, set_up, test_timers, tear_down);
  g_test_add_func ("/base/reactor/real-time", test_real_time);
  return g_test_run ();
}
