/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "clock.h"
#include "timer-queue.h"

G_BEGIN_DECLS

/* Events handled in one turn of the main loop, so that other sources get their share. */
#define FIL_REACTOR_MAX_EVENTS 64

/**
 * FilReactor:
 *
 * All sockets and timers of the node behind one GSource: an idle link costs the main loop nothing.
 */
typedef struct _FilReactor FilReactor;

/* A descriptor that is being watched; the descriptor stays the caller's. */
typedef struct _FilWatch FilWatch;

typedef enum
{
  FIL_IO_READ = 1 << 0,
  FIL_IO_WRITE = 1 << 1,
  FIL_IO_ERROR = 1 << 2, /* reported always; error or hang-up */
  FIL_IO_EDGE = 1 << 3,  /* report each change once instead of the state */
} FilIo;

typedef void (*FilWatchFunc) (gpointer data, FilIo ready);

FilReactor *fil_reactor_new (GMainContext *context, FilClock *clock) G_GNUC_WARN_UNUSED_RESULT;
void fil_reactor_free (FilReactor *self);
FilClock *fil_reactor_clock (FilReactor *self);
gint64 fil_reactor_now (FilReactor *self);
FilTimerQueue *fil_reactor_timers (FilReactor *self);

FilWatch *fil_reactor_watch (FilReactor *self, int fd, FilIo events, FilWatchFunc func, gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_watch_set_events (FilWatch *self, FilIo events);
void fil_watch_free (FilWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilReactor, fil_reactor_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilWatch, fil_watch_free)

G_END_DECLS
