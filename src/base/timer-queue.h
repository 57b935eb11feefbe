/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "clock.h"

G_BEGIN_DECLS

/**
 * FilTimerQueue:
 *
 * A heap of timers that costs nothing while they wait. It never looks at a clock: who owns it asks
 * for the next due time and runs what is due, so that it serves real and virtual time alike.
 */
typedef struct _FilTimerQueue FilTimerQueue;

/* A timer that can be set again and again; owned by who made it. */
typedef struct _FilTimer FilTimer;

typedef void (*FilTimerFunc) (gpointer data, gint64 now_us);

FilTimerQueue *fil_timer_queue_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_timer_queue_free (FilTimerQueue *self);
gint64 fil_timer_queue_next (const FilTimerQueue *self);
guint fil_timer_queue_run (FilTimerQueue *self, gint64 now_us);

FilTimer *fil_timer_new (FilTimerQueue *queue, FilTimerFunc func, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_timer_free (FilTimer *self);
void fil_timer_set (FilTimer *self, gint64 at_us);
void fil_timer_clear (FilTimer *self);
gint64 fil_timer_due (const FilTimer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTimerQueue, fil_timer_queue_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTimer, fil_timer_free)

G_END_DECLS
