/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include "limit-schedule.h"

#include <glib/gi18n.h>

/* A stranger sits at one address; on a private network many may share one. */
#define UPLOADS_PER_HOST 3

/* The wall clock may be set, and summer time begin, without anybody telling. */
#define LOOK_AGAIN_US (10 * FIL_MINUTE)

/* When the schedule changes next, by the wall clock; FIL_NEVER when nobody follows it. */
static gint64
until_change_us (const FilLimitSchedule *schedule,
                 GDateTime *local)
{
  guint minute = fil_limit_schedule_minute (local);
  gint64 into_minute = g_date_time_get_second (local) * FIL_SEC + g_date_time_get_microsecond (local);

  return fil_limit_schedule_until_change (schedule, minute) * FIL_MINUTE - into_minute;
}

/* Whether the second set of limits counts now; sets the timer that asks again. */
static gboolean
is_alternative (FilNode *self,
                gint64 now_us)
{
  g_autofree char *mode = fil_settings_get (self->settings, "alt-limits");
  g_autofree char *text = fil_settings_get (self->settings, "alt-schedule");
  g_autoptr (FilLimitSchedule) schedule = NULL;
  g_autoptr (GDateTime) local = NULL;

  fil_timer_clear (self->limits_timer);
  if (!g_str_equal (mode, "schedule"))
    return g_str_equal (mode, "on");
  schedule = fil_limit_schedule_parse (text);
  local = g_date_time_new_from_unix_local (_fil_node_wall_s (self));
  if (schedule == NULL || local == NULL)
    return FALSE;
  fil_timer_set (self->limits_timer, now_us + MIN (until_change_us (schedule, local), LOOK_AGAIN_US));
  return fil_limit_schedule_is_on (schedule, fil_limit_schedule_minute (local));
}

/**
 * _fil_node_apply_limits:
 *
 * Brings the limits of the settings to those who keep them: the usual ones, or the second set while it
 * is switched on or its hours have come.
 */
void
_fil_node_apply_limits (FilNode *self)
{
  gint64 now_us = _fil_node_now (self);
  gboolean alternative = is_alternative (self, now_us);
  const char *in = alternative ? "alt-download-limit" : "download-limit";
  const char *out = alternative ? "alt-upload-limit" : "upload-limit";

  fil_shaper_set_limit (self->shaper, FIL_WAY_IN, fil_settings_get_int (self->settings, in), now_us);
  fil_shaper_set_limit (self->shaper, FIL_WAY_OUT, fil_settings_get_int (self->settings, out), now_us);
  fil_shaper_set_limit_each (self->shaper, FIL_WAY_IN, fil_settings_get_int (self->settings, "download-limit-each"));
  fil_shaper_set_limit_each (self->shaper, FIL_WAY_OUT, fil_settings_get_int (self->settings, "upload-limit-each"));
  fil_downloads_set_limits (self->downloads, fil_settings_get_int (self->settings, in),
                            fil_settings_get_int (self->settings, "download-limit-each"), now_us);
  fil_uploads_set_slots (self->uploads, (guint) fil_settings_get_int (self->settings, "upload-slots"),
                         self->is_private ? 0 : UPLOADS_PER_HOST);
  fil_downloads_set_max_active (self->downloads, (guint) fil_settings_get_int (self->settings, "max-downloads"), now_us);
}

/**
 * _fil_node_limit_download:
 * @bytes_per_s: of all connections of one download together; 0: none of its own
 */
void
_fil_node_limit_download (FilNode *self,
                          gint64 id,
                          gint64 bytes_per_s)
{
  fil_shaper_set_group_limit (self->shaper, (guint64) id, FIL_WAY_IN, bytes_per_s, _fil_node_now (self));
}

/**
 * _fil_node_check_limit:
 * @bytes_per_s: what somebody wants to be the limit of one transfer
 *
 * Returns: whether it can be one
 */
gboolean
_fil_node_check_limit (gint64 bytes_per_s,
                       GError **error)
{
  if (bytes_per_s == 0 || bytes_per_s >= FIL_NODE_LEAST_LIMIT)
    return TRUE;
  g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("A limit is at least %d bytes a second, or 0 for none."),
               FIL_NODE_LEAST_LIMIT);
  return FALSE;
}

static void
limits_cb (gpointer data,
           gint64 now_us)
{
  _fil_node_apply_limits (data);
}

/**
 * _fil_node_limits_start:
 *
 * Keeps the limits from now on; everything that has limits was made.
 */
void
_fil_node_limits_start (FilNode *self)
{
  self->limits_timer = fil_timer_new (fil_reactor_timers (self->reactor), limits_cb, self);
  _fil_node_apply_limits (self);
}
