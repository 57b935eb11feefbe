/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FIL_MINUTES_PER_DAY (24 * 60)
#define FIL_MINUTES_PER_WEEK (7 * FIL_MINUTES_PER_DAY)

/**
 * FilLimitSchedule:
 *
 * Hours of the week, as a person writes them: "mon-fri 08:00-18:00; sat,sun 22:00-06:00". A span that
 * ends before it begins goes on into the next day. The time is an argument: minutes since Monday 00:00.
 */
typedef struct _FilLimitSchedule FilLimitSchedule;

FilLimitSchedule *fil_limit_schedule_parse (const char *text) G_GNUC_WARN_UNUSED_RESULT;
void fil_limit_schedule_free (FilLimitSchedule *self);

guint fil_limit_schedule_minute (GDateTime *local);
gboolean fil_limit_schedule_is_on (const FilLimitSchedule *self, guint minute);
guint fil_limit_schedule_until_change (const FilLimitSchedule *self, guint minute);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilLimitSchedule, fil_limit_schedule_free)

G_END_DECLS
