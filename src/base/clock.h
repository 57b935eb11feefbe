/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A point in time that never comes. */
#define FIL_NEVER G_MAXINT64

#define FIL_MSEC G_GINT64_CONSTANT (1000)
#define FIL_SEC G_GINT64_CONSTANT (1000000)
#define FIL_MINUTE (60 * FIL_SEC)
#define FIL_HOUR (60 * FIL_MINUTE)

/**
 * FilClock:
 *
 * Where time comes from: the system, or a test that turns the hands itself.
 * All times are microseconds in a gint64.
 */
typedef struct _FilClock FilClock;

FilClock *fil_clock_new_real (void) G_GNUC_WARN_UNUSED_RESULT;
FilClock *fil_clock_new_virtual (gint64 now_us, gint64 wall_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_clock_free (FilClock *self);

gint64 fil_clock_now (const FilClock *self);
gint64 fil_clock_wall (const FilClock *self);
void fil_clock_advance (FilClock *self, gint64 by_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilClock, fil_clock_free)

G_END_DECLS
