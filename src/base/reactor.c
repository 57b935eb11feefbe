/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reactor.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

typedef struct
{
  GSource source;
  FilReactor *reactor;
} ReactorSource;

struct _FilReactor
{
  FilClock *clock; /* not owned */
  FilTimerQueue *timers;
  ReactorSource *source;
  gpointer epoll_tag;
  int epoll_fd;
  struct epoll_event ready[FIL_REACTOR_MAX_EVENTS]; /* being dispatched */
  int n_ready;
};

struct _FilWatch
{
  FilReactor *reactor;
  int fd;
  FilIo events;
  FilWatchFunc func;
  gpointer data;
};

static gboolean
reactor_prepare (GSource *source,
                 int *timeout_ms)
{
  FilReactor *self = ((ReactorSource *) source)->reactor;
  gint64 next = fil_timer_queue_next (self->timers);
  gint64 wait;

  if (next == FIL_NEVER)
    {
      *timeout_ms = -1;
      return FALSE;
    }
  wait = next - fil_clock_now (self->clock);
  *timeout_ms = wait <= 0 ? 0 : (int) MIN ((wait + 999) / 1000, G_MAXINT);
  return wait <= 0;
}

static gboolean
reactor_check (GSource *source)
{
  FilReactor *self = ((ReactorSource *) source)->reactor;

  return (g_source_query_unix_fd (source, self->epoll_tag) & G_IO_IN) != 0 ||
         fil_timer_queue_next (self->timers) <= fil_clock_now (self->clock);
}

static FilIo
io_from_epoll (guint32 events)
{
  FilIo io = 0;

  if (events & (EPOLLIN | EPOLLRDHUP))
    io |= FIL_IO_READ;
  if (events & EPOLLOUT)
    io |= FIL_IO_WRITE;
  if (events & (EPOLLERR | EPOLLHUP))
    io |= FIL_IO_ERROR;
  return io;
}

static gboolean
reactor_dispatch (GSource *source,
                  GSourceFunc callback,
                  gpointer user_data)
{
  FilReactor *self = ((ReactorSource *) source)->reactor;

  self->n_ready = epoll_wait (self->epoll_fd, self->ready, FIL_REACTOR_MAX_EVENTS, 0);
  for (int i = 0; i < self->n_ready; i++)
    {
      FilWatch *watch = self->ready[i].data.ptr;

      /* fil_watch_free() forgets events of watches that an earlier event removed. */
      if (watch != NULL)
        watch->func (watch->data, io_from_epoll (self->ready[i].events));
    }
  self->n_ready = 0;

  fil_timer_queue_run (self->timers, fil_clock_now (self->clock));
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs reactor_funcs = {
  .prepare = reactor_prepare,
  .check = reactor_check,
  .dispatch = reactor_dispatch,
};

/**
 * fil_reactor_new:
 * @context: (nullable): the main context that runs it
 * @clock: outlives the reactor
 *
 * Returns: (transfer full): a reactor, attached and running as soon as its context runs
 */
FilReactor *
fil_reactor_new (GMainContext *context,
                 FilClock *clock)
{
  FilReactor *self = g_new0 (FilReactor, 1);

  self->clock = clock;
  self->timers = fil_timer_queue_new ();
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    g_error ("epoll_create1: %s", g_strerror (errno));

  self->source = (ReactorSource *) g_source_new (&reactor_funcs, sizeof (ReactorSource));
  self->source->reactor = self;
  g_source_set_static_name (&self->source->source, "filbert reactor");
  self->epoll_tag = g_source_add_unix_fd (&self->source->source, self->epoll_fd, G_IO_IN);
  g_source_attach (&self->source->source, context);
  return self;
}

void
fil_reactor_free (FilReactor *self)
{
  g_source_destroy (&self->source->source);
  g_source_unref (&self->source->source);
  fil_timer_queue_free (self->timers);
  close (self->epoll_fd);
  g_free (self);
}

FilClock *
fil_reactor_clock (FilReactor *self)
{
  return self->clock;
}

gint64
fil_reactor_now (FilReactor *self)
{
  return fil_clock_now (self->clock);
}

/**
 * fil_reactor_timers:
 *
 * Returns: (transfer none): the queue whose timers this reactor runs
 */
FilTimerQueue *
fil_reactor_timers (FilReactor *self)
{
  return self->timers;
}

static void
control (FilWatch *watch,
         int operation)
{
  struct epoll_event event = { .data.ptr = watch };

  if (watch->events & FIL_IO_READ)
    event.events |= EPOLLIN | EPOLLRDHUP;
  if (watch->events & FIL_IO_WRITE)
    event.events |= EPOLLOUT;
  if (watch->events & FIL_IO_EDGE)
    event.events |= EPOLLET;
  if (epoll_ctl (watch->reactor->epoll_fd, operation, watch->fd, &event) < 0)
    g_critical ("epoll_ctl on descriptor %d: %s", watch->fd, g_strerror (errno));
}

/**
 * fil_reactor_watch:
 * @fd: a non-blocking descriptor; it must stay open until the watch is freed
 * @func: called when one of @events, or an error, is there; it may free this and any other watch
 *
 * Returns: (transfer full): the watch
 */
FilWatch *
fil_reactor_watch (FilReactor *self,
                   int fd,
                   FilIo events,
                   FilWatchFunc func,
                   gpointer data)
{
  FilWatch *watch = g_new0 (FilWatch, 1);

  watch->reactor = self;
  watch->fd = fd;
  watch->events = events;
  watch->func = func;
  watch->data = data;
  control (watch, EPOLL_CTL_ADD);
  return watch;
}

void
fil_watch_set_events (FilWatch *self,
                      FilIo events)
{
  if (events == self->events)
    return;
  self->events = events;
  control (self, EPOLL_CTL_MOD);
}

void
fil_watch_free (FilWatch *self)
{
  if (self == NULL)
    return;
  control (self, EPOLL_CTL_DEL);
  for (int i = 0; i < self->reactor->n_ready; i++)
    if (self->reactor->ready[i].data.ptr == self)
      self->reactor->ready[i].data.ptr = NULL;
  g_free (self);
}
