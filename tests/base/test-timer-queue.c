/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "timer-queue.h"

typedef struct
{
  FilTimerQueue *queue;
  FilTimer *timer;
  FilTimer *other;
  GString *log;
  char name;
  gint64 again_us; /* set itself for this time; FIL_NEVER: do not */
  gboolean free_self;
  gboolean free_other;
} Probe;

static void
fire (gpointer data,
      gint64 now_us)
{
  Probe *probe = data;

  g_string_append_c (probe->log, probe->name);
  g_assert_cmpint (fil_timer_due (probe->timer), ==, FIL_NEVER);
  if (probe->free_other)
    g_clear_pointer (&probe->other, fil_timer_free);
  else if (probe->other != NULL)
    fil_timer_set (probe->other, now_us);
  if (probe->free_self)
    g_clear_pointer (&probe->timer, fil_timer_free);
  else
    fil_timer_set (probe->timer, probe->again_us);
}

static void
probe_init (Probe *probe,
            FilTimerQueue *queue,
            GString *log,
            char name,
            gint64 at_us)
{
  *probe = (Probe){ .queue = queue, .log = log, .name = name, .again_us = FIL_NEVER };
  probe->timer = fil_timer_new (queue, fire, probe);
  fil_timer_set (probe->timer, at_us);
}

static void
test_order (void)
{
  g_autoptr(FilTimerQueue) queue = fil_timer_queue_new ();
  g_autoptr(GString) log = g_string_new (NULL);
  Probe probes[4];

  g_assert_cmpint (fil_timer_queue_next (queue), ==, FIL_NEVER);
  g_assert_cmpuint (fil_timer_queue_run (queue, 1000), ==, 0);
  probe_init (&probes[0], queue, log, 'a', 30);
  probe_init (&probes[1], queue, log, 'b', 10);
  probe_init (&probes[2], queue, log, 'c', 20);
  probe_init (&probes[3], queue, log, 'd', FIL_NEVER);
  g_assert_cmpint (fil_timer_queue_next (queue), ==, 10);
  g_assert_cmpuint (fil_timer_queue_run (queue, 9), ==, 0);
  g_assert_cmpuint (fil_timer_queue_run (queue, 20), ==, 2);
  g_assert_cmpstr (log->str, ==, "bc");
  g_assert_cmpint (fil_timer_due (probes[0].timer), ==, 30);

  fil_timer_set (probes[3].timer, 25);
  fil_timer_set (probes[0].timer, 5);
  g_assert_cmpint (fil_timer_queue_next (queue), ==, 5);
  fil_timer_clear (probes[0].timer);
  fil_timer_clear (probes[0].timer);
  g_assert_cmpuint (fil_timer_queue_run (queue, FIL_NEVER - 1), ==, 1);
  g_assert_cmpstr (log->str, ==, "bcd");
  g_assert_cmpint (fil_timer_queue_next (queue), ==, FIL_NEVER);
  for (guint i = 0; i < 4; i++)
    fil_timer_free (probes[i].timer);
  fil_timer_free (NULL);
}

/* A timer that is due again and again keeps no other waiting, and a run ends. */
static void
test_again (void)
{
  g_autoptr(FilTimerQueue) queue = fil_timer_queue_new ();
  g_autoptr(GString) log = g_string_new (NULL);
  Probe probes[3];

  probe_init (&probes[0], queue, log, 'a', 1);
  probe_init (&probes[1], queue, log, 'b', 5);
  probe_init (&probes[2], queue, log, 'c', 10);
  probes[0].again_us = 0;
  g_assert_cmpuint (fil_timer_queue_run (queue, 10), ==, 3);
  g_assert_cmpstr (log->str, ==, "abc");
  g_assert_cmpint (fil_timer_queue_next (queue), ==, 0);
  g_assert_cmpuint (fil_timer_queue_run (queue, 10), ==, 1);
  g_assert_cmpstr (log->str, ==, "abca");

  /* One that sets itself for later, but within what a later run covers. */
  probes[0].again_us = 11;
  g_assert_cmpuint (fil_timer_queue_run (queue, 10), ==, 1);
  g_assert_cmpint (fil_timer_queue_next (queue), ==, 11);
  for (guint i = 0; i < 3; i++)
    fil_timer_free (probes[i].timer);
}

static void
test_others (void)
{
  g_autoptr(FilTimerQueue) queue = fil_timer_queue_new ();
  g_autoptr(GString) log = g_string_new (NULL);
  Probe probes[4];

  probe_init (&probes[0], queue, log, 'a', 1);
  probe_init (&probes[1], queue, log, 'b', 2);
  probe_init (&probes[2], queue, log, 'c', 3);
  probe_init (&probes[3], queue, log, 'd', FIL_NEVER);
  /* a puts d off to the next run; b frees d while it waits there, and itself; c is not touched. */
  probes[0].other = probes[3].timer;
  probes[1].other = probes[3].timer;
  probes[1].free_other = TRUE;
  probes[1].free_self = TRUE;
  g_assert_cmpuint (fil_timer_queue_run (queue, 10), ==, 3);
  g_assert_cmpstr (log->str, ==, "abc");
  g_assert_cmpint (fil_timer_queue_next (queue), ==, FIL_NEVER);
  g_assert_cmpuint (fil_timer_queue_run (queue, 10), ==, 0);
  fil_timer_free (probes[0].timer);
  fil_timer_free (probes[2].timer);
}

typedef struct
{
  gint64 last_us;
  guint n;
} Order;

typedef struct
{
  Order *order;
  gint64 due_us;
} Entry;

static void
check_order (gpointer data,
             gint64 now_us)
{
  Entry *entry = data;

  g_assert_cmpint (entry->due_us, >=, entry->order->last_us);
  g_assert_cmpint (entry->due_us, <=, now_us);
  entry->order->last_us = entry->due_us;
  entry->order->n++;
  entry->due_us = FIL_NEVER;
}

static void
test_random (void)
{
  enum { N = 200 };
  g_autoptr(FilTimerQueue) queue = fil_timer_queue_new ();
  Order order = { 0 };
  Entry entries[N];
  FilTimer *timers[N];

  for (guint i = 0; i < N; i++)
    {
      entries[i] = (Entry){ &order, FIL_NEVER };
      timers[i] = fil_timer_new (queue, check_order, &entries[i]);
    }
  for (guint run = 0; run < 500; run++)
    {
      gint64 now_us = run * 100;
      gint64 earliest = FIL_NEVER;
      guint n_due = 0;

      for (guint k = 0; k < 40; k++)
        {
          guint i = (guint) g_test_rand_int_range (0, N);

          entries[i].due_us = g_test_rand_int_range (0, 5) == 0 ? FIL_NEVER : now_us + g_test_rand_int_range (0, 400);
          fil_timer_set (timers[i], entries[i].due_us);
        }
      for (guint i = 0; i < N; i++)
        {
          g_assert_cmpint (fil_timer_due (timers[i]), ==, entries[i].due_us);
          earliest = MIN (earliest, entries[i].due_us);
          n_due += entries[i].due_us <= now_us + 50;
        }
      g_assert_cmpint (fil_timer_queue_next (queue), ==, earliest);
      order = (Order){ 0 };
      g_assert_cmpuint (fil_timer_queue_run (queue, now_us + 50), ==, n_due);
      g_assert_cmpuint (order.n, ==, n_due);
    }
  for (guint i = 0; i < N; i++)
    fil_timer_free (timers[i]);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/timer-queue/order", test_order);
  g_test_add_func ("/base/timer-queue/again", test_again);
  g_test_add_func ("/base/timer-queue/others", test_others);
  g_test_add_func ("/base/timer-queue/random", test_random);
  return g_test_run ();
}
