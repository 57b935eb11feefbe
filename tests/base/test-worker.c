/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "worker.h"

typedef struct
{
  FilWorker *worker;
  GThread *owner;
  GMainLoop *loop;
  GString *trace;
  guint n_destroyed;
  guint n_done;
} Fixture;

typedef struct
{
  Fixture *fixture;
  char letter;
} Job;

static Job *
job_new (Fixture *f,
         char letter)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ f, letter };
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_assert_true (g_thread_self () == job->fixture->owner);
  job->fixture->n_destroyed++;
  g_free (job);
}

static void
work (gpointer data)
{
  Job *job = data;

  g_assert_true (fil_worker_is_current (job->fixture->worker));
  g_assert_true (g_thread_self () != job->fixture->owner);
}

static void
report (gpointer data)
{
  Job *job = data;

  g_assert_true (g_thread_self () == job->fixture->owner);
  g_string_append_c (job->fixture->trace, job->letter);
}

static void
work_and_report (gpointer data)
{
  Job *job = data;

  fil_worker_report (job->fixture->worker, report, job_new (job->fixture, 'r'), job_free);
}

static void
done (gpointer data)
{
  Job *job = data;

  report (data);
  job->fixture->n_done++;
}

static void
done_and_quit (gpointer data)
{
  Job *job = data;

  done (data);
  g_main_loop_quit (job->fixture->loop);
}

static void
done_and_free (gpointer data)
{
  Job *job = data;

  done (data);
  /* The job that runs looks at the worker until it is done. */
  fil_worker_free (job->fixture->worker);
  job->fixture->worker = NULL;
  g_main_loop_quit (job->fixture->loop);
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->owner = g_thread_self ();
  f->loop = g_main_loop_new (NULL, FALSE);
  f->trace = g_string_new (NULL);
  f->worker = fil_worker_new ("test", TRUE);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_clear_pointer (&f->worker, fil_worker_free);
  g_main_loop_unref (f->loop);
  g_string_free (f->trace, TRUE);
}

static void
test_order (Fixture *f,
            gconstpointer data)
{
  fil_worker_push (f->worker, work, done, job_new (f, 'a'), job_free);
  fil_worker_push (f->worker, work_and_report, done, job_new (f, 'b'), job_free);
  fil_worker_push (f->worker, work, done_and_quit, job_new (f, 'c'), job_free);
  g_main_loop_run (f->loop);
  g_assert_cmpstr (f->trace->str, ==, "arbc");
  g_assert_cmpuint (f->n_destroyed, ==, 4);
}

static void
test_finish (Fixture *f,
             gconstpointer data)
{
  for (guint i = 0; i < 1000; i++)
    fil_worker_push (f->worker, work, done, job_new (f, 'x'), job_free);
  fil_worker_finish (f->worker);
  g_assert_cmpuint (f->n_done, ==, 0);
  while (f->n_destroyed < 1000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_done, ==, 1000);
}

static void
test_free_in_report (Fixture *f,
                     gconstpointer data)
{
  fil_worker_push (f->worker, work, done, job_new (f, 'a'), job_free);
  fil_worker_push (f->worker, work, done_and_free, job_new (f, 'b'), job_free);
  for (guint i = 0; i < 600; i++)
    fil_worker_push (f->worker, work, done, job_new (f, 'c'), job_free);
  g_main_loop_run (f->loop);
  g_assert_cmpstr (f->trace->str, ==, "ab");
  g_assert_cmpuint (f->n_destroyed, ==, 602);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_done, ==, 2);
}

static void
test_free_at_once (Fixture *f,
                   gconstpointer data)
{
  for (guint i = 0; i < 100; i++)
    fil_worker_push (f->worker, work_and_report, done, job_new (f, 'a'), job_free);
  fil_worker_free (f->worker);
  f->worker = NULL;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_done, ==, 0);
  g_assert_cmpuint (f->n_destroyed, >=, 100);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/base/worker/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/base/worker/finish", Fixture, NULL, set_up, test_finish, tear_down);
  g_test_add ("/base/worker/free-in-report", Fixture, NULL, set_up, test_free_in_report, tear_down);
  g_test_add ("/base/worker/free-at-once", Fixture, NULL, set_up, test_free_at_once, tear_down);
  return g_test_run ();
}
