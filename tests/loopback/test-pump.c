/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loop.h"

#include "net-limits.h"
#include "net-socket.h"
#include "socket-stream.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What became of the pumps of a test. */
typedef struct
{
  guint closed;
  char *reason;
  guint handed_over;
  guint hang_ups; /* that the last session heard of */
} Fate;

static void
on_handed_over (gpointer data,
                FilPump *pump,
                FilSession *from,
                FilSession *to)
{
  ((Fate *) data)->handed_over++;
  g_assert_true (fil_pump_session (pump) == to);
}

static void
on_closed (gpointer data,
           FilPump *pump,
           FilSession *session,
           const char *reason)
{
  Fate *fate = data;

  fate->closed++;
  fate->hang_ups = ((Actor *) session)->hang_ups;
  g_free (fate->reason);
  fate->reason = g_strdup (reason);
}

static const FilPumpDelegate delegate = { on_handed_over, on_closed };

static FilPump *
pump_on (Loop *loop,
         int fd,
         Actor *actor,
         Fate *fate)
{
  FilEndpoint peer = fil_net_remote_endpoint (fd);

  return fil_pump_new (loop->pumps, fil_socket_stream_new (loop->reactor, fd), &actor->parent, FIL_TRAFFIC_TRANSFER,
                       &peer, &delegate, fate);
}

static void
test_echo (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *echo = actor_new ("");
  Actor *asker = actor_new ("hello");
  FilCarrier carrier;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  echo->is_echo = TRUE;
  fil_session_get_carrier (&echo->parent, &carrier);
  g_assert_null (carrier.name);
  pump_on (&loop, fds[0], echo, &fate);
  pump_on (&loop, fds[1], asker, &fate);
  loop_until (asker->heard->len == 5);
  g_assert_cmpmem (asker->heard->data, 5, "hello", 5);
  actor_say (asker, " again");
  loop_until (asker->heard->len == 11);
  g_assert_cmpuint (fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_IN), ==, 22);
  g_assert_cmpuint (fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_OUT), ==, 22);
  fil_session_get_carrier (&asker->parent, &carrier);
  g_assert_cmpstr (carrier.name, ==, "tcp");
  g_assert_false (carrier.is_encrypted);
  g_assert_cmpint (carrier.round_trip_us, >, 0);

  /* Idle: nothing runs. */
  loop_settle (&loop);
  guint64 runs = fil_pumps_runs (loop.pumps);
  loop_advance (&loop, FIL_HOUR);
  g_assert_cmpuint (fil_pumps_runs (loop.pumps), ==, runs);
  loop_clear (&loop);
  g_assert_cmpuint (fate.closed, ==, 0);
}

static void
test_close_sends_the_rest (void)
{
  Loop loop;
  Fate fate = { 0 }, other = { 0 };
  Actor *talker = actor_new ("");
  Actor *listener = actor_new ("");
  gboolean freed = FALSE;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  talker->endless = 3 * 1000 * 1000;
  talker->freed = &freed;
  listener->keeps_heard = FALSE;
  pump_on (&loop, fds[0], talker, &fate);
  pump_on (&loop, fds[1], listener, &other);
  fil_session_close (&talker->parent, "done");
  loop_until (other.closed == 1 && fate.closed == 1);
  g_assert_true (freed);
  g_assert_cmpstr (fate.reason, ==, "done");
  g_assert_cmpstr (other.reason, ==, "the other side closed the connection");
  g_assert_cmpuint (fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_IN), ==, 3 * 1000 * 1000);
  g_assert_cmpuint (fil_pumps_n (loop.pumps), ==, 0);
  loop_clear (&loop);
  g_free (fate.reason);
  g_free (other.reason);
}

/* We close first; the other side keeps talking and never closes. */
static void
test_linger_is_bounded (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *talker = actor_new ("bye");
  char got[8];
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  pump_on (&loop, fds[0], talker, &fate);
  fil_session_close (&talker->parent, "done");
  loop_until (recv (fds[1], got, sizeof got, MSG_DONTWAIT) == 3);
  loop_write (fds[1], "never mind");
  loop_settle (&loop);
  g_assert_cmpuint (fate.closed, ==, 0);
  loop_advance (&loop, FIL_PUMP_LINGER_US);
  g_assert_cmpuint (fate.closed, ==, 1);
  close (fds[1]);

  loop_pair (fds);
  talker = actor_new ("bye");
  pump_on (&loop, fds[0], talker, &fate);
  fil_session_close (&talker->parent, "done");
  while (fate.closed == 1)
    {
      static const char noise[16 * 1024];

      (void) !send (fds[1], noise, sizeof noise, MSG_NOSIGNAL | MSG_DONTWAIT);
      g_main_context_iteration (NULL, FALSE);
    }
  close (fds[1]);

  /* The other side never reads: what is left to say is given up when nothing moves. */
  loop_pair (fds);
  talker = actor_new ("");
  talker->endless = 200 * 1000 * 1000;
  pump_on (&loop, fds[0], talker, &fate);
  fil_session_close (&talker->parent, "done");
  loop_settle (&loop);
  g_assert_cmpuint (fate.closed, ==, 2);
  loop_advance (&loop, FIL_PUMP_FLUSH_US);
  g_assert_cmpuint (fate.closed, ==, 3);
  close (fds[1]);
  loop_clear (&loop);
  g_free (fate.reason);
}

/* So many that we closed and that do not close themselves, and no more. */
static void
test_linger_limit (void)
{
  enum { VISITORS = FIL_PUMP_LINGER_MAX + 50 };
  Loop loop;
  Fate fate = { 0 };
  int fds[VISITORS];
  char got[8];

  loop_init (&loop);
  for (guint i = 0; i < VISITORS; i++)
    {
      Actor *talker = actor_new ("bye");
      int pair[2];

      loop_pair (pair);
      fds[i] = pair[1];
      pump_on (&loop, pair[0], talker, &fate);
      fil_session_close (&talker->parent, "done");
      loop_until (recv (fds[i], got, sizeof got, MSG_DONTWAIT) == 3);
      loop_settle (&loop);
      g_assert_cmpuint (fil_pumps_n (loop.pumps), ==, MIN (i + 1, FIL_PUMP_LINGER_MAX));
    }
  g_assert_cmpuint (fate.closed, ==, VISITORS - FIL_PUMP_LINGER_MAX);
  loop_advance (&loop, FIL_PUMP_LINGER_US);
  g_assert_cmpuint (fil_pumps_n (loop.pumps), ==, 0);
  for (guint i = 0; i < VISITORS; i++)
    close (fds[i]);
  loop_clear (&loop);
  g_free (fate.reason);
}

static void
test_abort (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *talker = actor_new ("");
  FilPump *pump;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  talker->endless = 100 * 1000 * 1000;
  pump = pump_on (&loop, fds[0], talker, &fate);
  loop_settle (&loop);
  fil_pump_abort (pump, "enough");
  g_assert_cmpuint (fate.closed, ==, 0);
  loop_settle (&loop);
  g_assert_cmpuint (fate.closed, ==, 1);
  g_assert_cmpstr (fate.reason, ==, "enough");
  close (fds[1]);

  /* While it still says its last words, too. */
  loop_pair (fds);
  talker = actor_new ("");
  talker->endless = 100 * 1000 * 1000;
  pump = pump_on (&loop, fds[0], talker, &fate);
  fil_session_close (&talker->parent, "done");
  loop_settle (&loop);
  g_assert_cmpuint (fate.closed, ==, 1);
  fil_pump_abort (pump, "no more");
  loop_settle (&loop);
  g_assert_cmpuint (fate.closed, ==, 2);
  close (fds[1]);
  loop_clear (&loop);
  g_free (fate.reason);
}

static void
test_reset (void)
{
  const struct linger at_once = { 1, 0 };
  Loop loop;
  Fate fate = { 0 };
  Actor *listener = actor_new ("");
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  pump_on (&loop, fds[0], listener, &fate);
  loop_settle (&loop);
  setsockopt (fds[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close (fds[1]);
  loop_until (fate.closed == 1);
  g_assert_cmpstr (fate.reason, ==, "The other side broke the connection");
  loop_clear (&loop);
  g_free (fate.reason);
}

static void
test_backpressure (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *talker = actor_new ("");
  Actor *eater = actor_new ("");
  guint64 talked, runs;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  talker->endless = 50 * 1000 * 1000;
  eater->appetite = 1000;
  eater->keeps_heard = FALSE;
  pump_on (&loop, fds[0], talker, &fate);
  pump_on (&loop, fds[1], eater, &fate);
  loop_settle (&loop);
  loop_settle (&loop);

  /* It stopped: the kernel's buffers are full, ours are not, and nothing turns. */
  talked = fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_OUT);
  g_assert_cmpuint (talked, <, 20 * 1000 * 1000);
  g_assert_cmpuint (eater->n_heard, ==, 1000);
  g_assert_cmpuint (fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_IN), <=, FIL_PUMP_BUFFER);
  runs = fil_pumps_runs (loop.pumps);
  loop_advance (&loop, FIL_MINUTE);
  g_assert_cmpuint (fil_pumps_runs (loop.pumps), ==, runs);

  eater->appetite = 500;
  fil_session_changed (&eater->parent);
  loop_settle (&loop);
  g_assert_cmpuint (eater->n_heard, ==, 1500);

  eater->appetite = G_MAXSIZE;
  fil_session_changed (&eater->parent);
  loop_until (eater->n_heard == 50 * 1000 * 1000);
  loop_clear (&loop);
}

static void
test_hand_over (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *first = actor_new ("welcome\n");
  Actor *second = actor_new ("I am new\n");
  Actor *third = actor_new ("");
  gboolean freed = FALSE;
  GString *got = g_string_new (NULL);
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  first->next_at_newline = &second->parent;
  first->freed = &freed;
  second->next_at_newline = &third->parent;
  pump_on (&loop, fds[0], first, &fate);
  /* Everything in one segment: what one session leaves is fed to the next. */
  loop_write (fds[1], "one\ntwo\nthree");
  loop_until (third->heard->len == 5);
  g_assert_true (freed);
  g_assert_cmpuint (fate.handed_over, ==, 2);
  g_assert_cmpmem (third->heard->data, 5, "three", 5);
  while (got->len < 17)
    {
      char piece[64];
      gssize n = recv (fds[1], piece, sizeof piece, MSG_DONTWAIT);

      if (n > 0)
        g_string_append_len (got, piece, n);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpstr (got->str, ==, "welcome\nI am new\n");
  g_string_free (got, TRUE);
  close (fds[1]);
  loop_until (fate.closed == 1);
  loop_clear (&loop);
  g_free (fate.reason);
}

/* The stream ends while a session waits to hand over: the next one hears of the end. */
static void
test_hang_up_during_hand_over (void)
{
  const struct linger at_once = { 1, 0 };
  Loop loop;
  Fate fate = { 0 };
  Actor *first = actor_new ("");
  Actor *second = actor_new ("");
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  first->endless = 100 * 1000 * 1000;
  first->next_at_newline = &second->parent;
  pump_on (&loop, fds[0], first, &fate);
  loop_write (fds[1], "line\n");
  loop_settle (&loop);
  setsockopt (fds[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close (fds[1]);
  loop_until (fate.closed == 1);
  g_assert_cmpuint (fate.handed_over, ==, 1);
  g_assert_cmpuint (fate.hang_ups, ==, 1);
  loop_clear (&loop);
  g_free (fate.reason);
}

static int
temporary_file (gsize size)
{
  g_autofree char *name = NULL;
  g_autofree guint8 *bytes = g_malloc (size);
  int fd = g_file_open_tmp ("filbert-XXXXXX", &name, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_unlink (name);
  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 7 + i / 251);
  g_assert_cmpint (write (fd, bytes, size), ==, size);
  return fd;
}

static void
test_file_range (void)
{
  const gsize size = 3 * 1000 * 1000;
  Loop loop;
  Fate fate = { 0 };
  Actor *sender = actor_new ("head\n");
  Actor *receiver = actor_new ("");
  int fds[2];
  int file = temporary_file (size);

  loop_init (&loop);
  loop_pair (fds);
  sender->file = file;
  sender->file_offset = 1000;
  sender->file_left = size - 2000;
  pump_on (&loop, fds[0], sender, &fate);
  pump_on (&loop, fds[1], receiver, &fate);
  loop_until (receiver->heard->len == 5 + size - 2000);
  g_assert_cmpmem (receiver->heard->data, 5, "head\n", 5);
  for (gsize i = 1000; i < size - 1000; i += 997)
    g_assert_cmpuint (receiver->heard->data[5 + i - 1000], ==, (guint8) (i * 7 + i / 251));
  loop_clear (&loop);
  close (file);
}

static void
test_file_shrinks (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *sender = actor_new ("");
  int fds[2];
  int file = temporary_file (8 * 1000 * 1000);

  loop_init (&loop);
  loop_pair (fds);
  sender->file = file;
  sender->file_left = 8 * 1000 * 1000;
  pump_on (&loop, fds[0], sender, &fate);
  loop_settle (&loop);
  g_assert_cmpint (ftruncate (file, 1000), ==, 0);
  while (fate.closed == 0)
    {
      char piece[4096];

      (void) !recv (fds[1], piece, sizeof piece, MSG_DONTWAIT);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpstr (fate.reason, ==, "the file became shorter, or unreadable, while it was sent");
  close (fds[1]);
  loop_clear (&loop);
  close (file);
  g_free (fate.reason);
}

static void
test_timer (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *sleeper = actor_new ("");
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  pump_on (&loop, fds[0], sleeper, &fate);
  loop_settle (&loop);
  sleeper->wake_us = fil_clock_now (loop.clock) + 5 * FIL_SEC;
  fil_session_changed (&sleeper->parent);
  loop_settle (&loop);
  loop_advance (&loop, 5 * FIL_SEC - 1);
  g_assert_cmpuint (sleeper->ticks, ==, 0);
  loop_advance (&loop, 1);
  g_assert_cmpuint (sleeper->ticks, ==, 1);
  loop_advance (&loop, FIL_HOUR);
  g_assert_cmpuint (sleeper->ticks, ==, 1);
  close (fds[1]);
  loop_clear (&loop);
}

static void
test_rate_limit (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *talker = actor_new ("");
  Actor *eater = actor_new ("");
  guint64 last = 0;
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  fil_shaper_set_limit (loop.shaper, FIL_WAY_OUT, 20 * 1000, fil_clock_now (loop.clock));
  talker->endless = 1000 * 1000;
  eater->keeps_heard = FALSE;
  pump_on (&loop, fds[0], talker, &fate);
  pump_on (&loop, fds[1], eater, &fate);
  loop_settle (&loop);
  g_assert_cmpuint (fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_OUT), <=, 2500);
  for (guint i = 0; i < 50; i++)
    {
      guint64 sent;

      for (guint k = 0; k < 10; k++)
        loop_advance (&loop, 10 * FIL_MSEC);
      sent = fil_pumps_bytes (loop.pumps, FIL_TRAFFIC_TRANSFER, FIL_WAY_OUT);
      /* 2 kB in each tenth of a second, not 256 kB in thirteen. */
      g_assert_cmpuint (sent - last, <=, 4500);
      g_assert_cmpuint (sent, >=, (i + 1) * 2000 * 8 / 10);
      last = sent;
    }
  g_assert_cmpuint (last, <=, 102500);

  fil_shaper_set_limit (loop.shaper, FIL_WAY_OUT, 0, fil_clock_now (loop.clock));
  fil_shaper_set_limit (loop.shaper, FIL_WAY_IN, 50 * 1000, fil_clock_now (loop.clock));
  for (guint k = 0; k < 100; k++)
    loop_advance (&loop, 10 * FIL_MSEC);
  g_assert_cmpuint (eater->n_heard, <=, last + 65536 + 60 * 1000);
  g_assert_cmpuint (eater->n_heard, >=, last + 40 * 1000);
  loop_clear (&loop);
}

typedef enum
{
  LIMIT_WHOLE,
  LIMIT_EACH,
  LIMIT_GROUP,
} LimitKind;

/* Ten seconds through two sockets under a limit: within 5 %, and never more at once than a tenth of a second and what may
 * have been saved up; a link that talks meanwhile does not wait. */
static void
assert_keeps (FilWay way,
              LimitKind kind,
              gint64 rate)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *talker = actor_new ("");
  Actor *eater = actor_new ("");
  Actor *echo = actor_new ("");
  Actor *asker = actor_new ("");
  FilPump *links[2];
  guint64 before;
  int fds[2], link[2];

  loop_init (&loop);
  loop_pair (fds);
  loop_pair (link);
  talker->endless = (gsize) rate * 20;
  eater->keeps_heard = FALSE;
  echo->is_echo = TRUE;
  talker->parent.group = eater->parent.group = kind == LIMIT_GROUP ? 7 : 0;
  if (kind == LIMIT_WHOLE)
    fil_shaper_set_limit (loop.shaper, way, rate, fil_clock_now (loop.clock));
  else if (kind == LIMIT_EACH)
    fil_shaper_set_limit_each (loop.shaper, way, rate);
  else
    fil_shaper_set_group_limit (loop.shaper, 7, way, rate, fil_clock_now (loop.clock));
  pump_on (&loop, fds[0], talker, &fate);
  pump_on (&loop, fds[1], eater, &fate);
  links[0] = pump_on (&loop, link[0], echo, &fate);
  links[1] = pump_on (&loop, link[1], asker, &fate);
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    fil_pump_set_traffic (links[i], FIL_TRAFFIC_OVERLAY);
  loop_settle (&loop);
  for (guint i = 0; i < 100; i++)
    {
      gsize heard = asker->heard->len;

      before = eater->n_heard;
      actor_say (asker, "?");
      loop_settle (&loop);
      g_assert_cmpuint (asker->heard->len, ==, heard + 1);
      for (guint k = 0; k < 10; k++)
        loop_advance (&loop, 10 * FIL_MSEC);
      g_assert_cmpint (eater->n_heard - before, <=, rate / 10 + MAX (2500, rate / 20));
    }
  g_assert_cmpint (eater->n_heard, >=, rate * 10 * 95 / 100);
  g_assert_cmpint (eater->n_heard, <=, rate * 10 * 105 / 100);
  loop_clear (&loop);
}

static void
test_rates (void)
{
  for (FilWay way = FIL_WAY_IN; way <= FIL_WAY_OUT; way++)
    for (LimitKind kind = LIMIT_WHOLE; kind <= LIMIT_GROUP; kind++)
      {
        assert_keeps (way, kind, 20 * 1000);
        assert_keeps (way, kind, 20 * 1000 * 1000);
      }
}

/* Connections whose sessions are of one group share its limit, and a session that changes the group follows the other. */
static void
test_group_limit (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *eaters[3];
  guint64 before[3];

  loop_init (&loop);
  for (guint i = 0; i < G_N_ELEMENTS (eaters); i++)
    {
      Actor *talker = actor_new ("");
      int fds[2];

      loop_pair (fds);
      talker->endless = G_MAXINT32;
      eaters[i] = actor_new ("");
      eaters[i]->keeps_heard = FALSE;
      eaters[i]->parent.group = i < 2 ? 7 : 8;
      pump_on (&loop, fds[0], talker, &fate);
      pump_on (&loop, fds[1], eaters[i], &fate);
    }
  fil_shaper_set_group_limit (loop.shaper, 7, FIL_WAY_IN, 20 * 1000, fil_clock_now (loop.clock));
  fil_shaper_set_group_limit (loop.shaper, 8, FIL_WAY_IN, 40 * 1000, fil_clock_now (loop.clock));
  for (guint k = 0; k < 1000; k++)
    loop_advance (&loop, 10 * FIL_MSEC);
  g_assert_cmpuint (eaters[0]->n_heard + eaters[1]->n_heard, >=, 190 * 1000);
  g_assert_cmpuint (eaters[0]->n_heard + eaters[1]->n_heard, <=, 210 * 1000);
  g_assert_cmpuint (eaters[0]->n_heard, >=, 80 * 1000);
  g_assert_cmpuint (eaters[1]->n_heard, >=, 80 * 1000);
  g_assert_cmpuint (eaters[2]->n_heard, >=, 380 * 1000);
  g_assert_cmpuint (eaters[2]->n_heard, <=, 420 * 1000);

  eaters[1]->parent.group = 8;
  for (guint i = 0; i < 3; i++)
    before[i] = eaters[i]->n_heard;
  for (guint k = 0; k < 1000; k++)
    loop_advance (&loop, 10 * FIL_MSEC);
  g_assert_cmpuint (eaters[0]->n_heard - before[0], >=, 190 * 1000);
  g_assert_cmpuint (eaters[0]->n_heard - before[0], <=, 210 * 1000);
  g_assert_cmpuint (eaters[1]->n_heard + eaters[2]->n_heard - before[1] - before[2], >=, 380 * 1000);
  g_assert_cmpuint (eaters[1]->n_heard + eaters[2]->n_heard - before[1] - before[2], <=, 420 * 1000);
  loop_clear (&loop);
}

/* A session is told that it is a limit that keeps its bytes back, and that there is no more to be kept back. */
static void
test_held (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *eater = actor_new ("");
  Actor *talker = actor_new ("");
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  eater->keeps_heard = FALSE;
  eater->parent.group = 7;
  talker->endless = 20 * 1000;
  pump_on (&loop, fds[0], talker, &fate);
  pump_on (&loop, fds[1], eater, &fate);
  fil_shaper_set_group_limit (loop.shaper, 7, FIL_WAY_IN, 1000, fil_clock_now (loop.clock));
  loop_settle (&loop);
  for (guint i = 0; i < 15; i++)
    {
      loop_advance (&loop, FIL_SEC);
      g_assert_cmpint (eater->parent.held_since_us, <=, fil_clock_now (loop.clock));
      g_assert_cmpuint (eater->n_heard, <, 20 * 1000);
      g_assert_cmpint (talker->parent.held_since_us, ==, FIL_NEVER);
    }
  for (guint i = 0; i < 10; i++)
    loop_advance (&loop, FIL_SEC);
  g_assert_cmpuint (eater->n_heard, ==, 20 * 1000);
  g_assert_cmpint (eater->parent.held_since_us, ==, FIL_NEVER);
  loop_clear (&loop);
}

/* A link that is flooded does not keep the others waiting. */
static void
test_turns (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *flood = actor_new ("");
  Actor *sink = actor_new ("");
  Actor *echo = actor_new ("");
  Actor *asker = actor_new ("?");
  int fds[2], small[2];

  loop_init (&loop);
  loop_pair (fds);
  loop_pair (small);
  flood->endless = G_MAXINT32;
  sink->keeps_heard = FALSE;
  echo->is_echo = TRUE;
  pump_on (&loop, fds[0], flood, &fate);
  pump_on (&loop, fds[1], sink, &fate);
  pump_on (&loop, small[0], echo, &fate);
  pump_on (&loop, small[1], asker, &fate);
  loop_until (asker->heard->len == 1);
  g_assert_cmpuint (sink->n_heard, <, 100 * 1000 * 1000);
  loop_clear (&loop);
}

/* Small pieces leave joined, and in order, however the stream takes them. */
static void
test_gather (void)
{
  Loop loop;
  Fate fate = { 0 };
  Actor *talker = actor_new ("");
  Actor *listener = actor_new ("");
  GString *all = g_string_new (NULL);
  int fds[2];

  loop_init (&loop);
  loop_pair (fds);
  pump_on (&loop, fds[0], talker, &fate);
  pump_on (&loop, fds[1], listener, &fate);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *line = g_strdup_printf ("line %u of many\n", i);

      actor_say (talker, line);
      g_string_append (all, line);
      if (i % 100 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  loop_until (listener->heard->len == all->len);
  g_assert_cmpmem (listener->heard->data, listener->heard->len, all->str, all->len);
  g_string_free (all, TRUE);
  loop_clear (&loop);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loopback/pump/echo", test_echo);
  g_test_add_func ("/loopback/pump/close-sends-the-rest", test_close_sends_the_rest);
  g_test_add_func ("/loopback/pump/linger-is-bounded", test_linger_is_bounded);
  g_test_add_func ("/loopback/pump/linger-limit", test_linger_limit);
  g_test_add_func ("/loopback/pump/abort", test_abort);
  g_test_add_func ("/loopback/pump/reset", test_reset);
  g_test_add_func ("/loopback/pump/backpressure", test_backpressure);
  g_test_add_func ("/loopback/pump/hand-over", test_hand_over);
  g_test_add_func ("/loopback/pump/hang-up-during-hand-over", test_hang_up_during_hand_over);
  g_test_add_func ("/loopback/pump/file-range", test_file_range);
  g_test_add_func ("/loopback/pump/file-shrinks", test_file_shrinks);
  g_test_add_func ("/loopback/pump/timer", test_timer);
  g_test_add_func ("/loopback/pump/rate-limit", test_rate_limit);
  g_test_add_func ("/loopback/pump/rates", test_rates);
  g_test_add_func ("/loopback/pump/group-limit", test_group_limit);
  g_test_add_func ("/loopback/pump/held", test_held);
  g_test_add_func ("/loopback/pump/turns", test_turns);
  g_test_add_func ("/loopback/pump/gather", test_gather);
  return g_test_run ();
}
