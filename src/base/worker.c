/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "worker.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Reports handled in one turn of the main loop, so that other sources get their share. */
#define MAX_REPORTS_A_TURN 256

/* From linux/ioprio.h, which libc does not have. */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_IDLE (3 << 13)
#define BACKGROUND_NICE 10

typedef struct
{
  FilWorkerFunc work; /* on the worker's thread; NULL ends it */
  FilWorkerFunc done; /* in the owner's context, or NULL */
  gpointer data;
  GDestroyNotify destroy;
} Job;

struct _FilWorker
{
  gatomicrefcount refs; /* the owner, and each turn of reports on its way */
  GThread *thread;
  GMainContext *context;
  GAsyncQueue *jobs;
  GAsyncQueue *reports;
  gint is_scheduled; /* atomic: a source will look at the reports */
  gint is_stopping;  /* atomic */
  gboolean is_freed; /* the owner's thread only */
  gboolean is_background;
};

static void
job_free (Job *job)
{
  if (job->destroy != NULL)
    job->destroy (job->data);
  g_free (job);
}

static void
worker_unref (FilWorker *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_async_queue_unref (self->jobs);
  g_async_queue_unref (self->reports);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
deliver (gpointer data)
{
  FilWorker *self = data;

  g_atomic_int_set (&self->is_scheduled, 0);
  for (guint i = 0; i < MAX_REPORTS_A_TURN && !self->is_freed; i++)
    {
      Job *job = g_async_queue_try_pop (self->reports);

      if (job == NULL)
        return G_SOURCE_REMOVE;
      if (job->done != NULL)
        job->done (job->data);
      job_free (job);
    }
  if (self->is_freed || g_atomic_int_exchange (&self->is_scheduled, 1) != 0)
    return G_SOURCE_REMOVE;
  return G_SOURCE_CONTINUE;
}

static void
schedule (FilWorker *self)
{
  g_autoptr (GSource) source = NULL;

  if (g_atomic_int_exchange (&self->is_scheduled, 1) != 0)
    return;
  g_atomic_ref_count_inc (&self->refs);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "FilWorker reports");
  g_source_set_callback (source, deliver, self, (GDestroyNotify) worker_unref);
  g_source_attach (source, self->context);
}

/* Gives way to everybody else, in the queue of the disk as well. Failing does no harm. */
static void
enter_background (void)
{
  (void) setpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid), BACKGROUND_NICE);
  (void) syscall (SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE);
}

static gpointer
run (gpointer data)
{
  FilWorker *self = data;

  if (self->is_background)
    enter_background ();
  for (;;)
    {
      Job *job = g_async_queue_pop (self->jobs);

      if (job->work == NULL)
        {
          job_free (job);
          return NULL;
        }
      if (g_atomic_int_get (&self->is_stopping) == 0)
        job->work (job->data);
      g_async_queue_push (self->reports, job);
      schedule (self);
    }
}

/**
 * fil_worker_new:
 * @name: of the thread, at most 15 bytes
 * @is_background: whether it gives way to others, for the processor and for the disk
 *
 * Returns: (transfer full): a running thread that waits for jobs
 */
FilWorker *
fil_worker_new (const char *name,
                gboolean is_background)
{
  FilWorker *self = g_new0 (FilWorker, 1);

  g_atomic_ref_count_init (&self->refs);
  self->context = g_main_context_ref_thread_default ();
  self->jobs = g_async_queue_new ();
  self->reports = g_async_queue_new ();
  self->is_background = is_background;
  self->thread = g_thread_new (name, run, self);
  return self;
}

/**
 * fil_worker_free:
 *
 * Ends the thread after the job that runs now. Jobs that wait are not done (see fil_worker_finish()),
 * and nothing is reported any more; the data of all is destroyed. May be called from a report.
 */
void
fil_worker_free (FilWorker *self)
{
  Job *job;

  if (self == NULL)
    return;
  self->is_freed = TRUE;
  g_atomic_int_set (&self->is_stopping, 1);
  g_async_queue_push (self->jobs, g_new0 (Job, 1));
  g_thread_join (self->thread);
  while ((job = g_async_queue_try_pop (self->jobs)) != NULL)
    job_free (job);
  while ((job = g_async_queue_try_pop (self->reports)) != NULL)
    job_free (job);
  worker_unref (self);
}

/**
 * fil_worker_push:
 * @work: runs on the worker's thread, after all that was pushed before
 * @done: (nullable): runs in the owner's context afterwards, unless the worker is freed by then
 * @data: handed to both, then to @destroy in the owner's context
 * @destroy: (nullable):
 */
void
fil_worker_push (FilWorker *self,
                 FilWorkerFunc work,
                 FilWorkerFunc done,
                 gpointer data,
                 GDestroyNotify destroy)
{
  Job *job = g_new (Job, 1);

  g_return_if_fail (work != NULL);
  *job = (Job){ .work = work, .done = done, .data = data, .destroy = destroy };
  g_async_queue_push (self->jobs, job);
}

static void
answer (gpointer data)
{
  g_async_queue_push (data, data);
}

/**
 * fil_worker_finish:
 *
 * Waits until all jobs that were pushed are done. What they report comes later, from the main loop.
 */
void
fil_worker_finish (FilWorker *self)
{
  GAsyncQueue *answers = g_async_queue_new ();

  fil_worker_push (self, answer, NULL, answers, (GDestroyNotify) g_async_queue_unref);
  g_async_queue_ref (answers);
  g_async_queue_pop (answers);
  g_async_queue_unref (answers);
}

/**
 * fil_worker_report:
 * @func: runs in the owner's context, unless the worker is freed by then
 * @data: handed to @func, then to @destroy in the owner's context
 *
 * Reports of one job come in order, and before the job's own end.
 */
void
fil_worker_report (FilWorker *self,
                   FilWorkerFunc func,
                   gpointer data,
                   GDestroyNotify destroy)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ .done = func, .data = data, .destroy = destroy };
  g_async_queue_push (self->reports, job);
  schedule (self);
}

/**
 * fil_worker_is_current:
 *
 * Returns: whether this code runs on the worker's thread
 */
gboolean
fil_worker_is_current (const FilWorker *self)
{
  return self->thread == g_thread_self ();
}

/**
 * fil_worker_is_stopping:
 *
 * Returns: whether the owner waits for the end of the job that runs; long jobs ask now and then
 */
gboolean
fil_worker_is_stopping (const FilWorker *self)
{
  return g_atomic_int_get (&self->is_stopping) != 0;
}
