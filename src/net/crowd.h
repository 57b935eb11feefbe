/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilCrowd:
 *
 * Notices that many connections came and went: what was allocated for them is free, but the allocator keeps it from the
 * system until it is asked. A value type; all zeros is nobody.
 */
typedef struct
{
  guint most;        /* connections, since it was last noticed */
  gint64 noticed_us; /* 0: never */
} FilCrowd;

gboolean fil_crowd_has_left (FilCrowd *self, guint n, gint64 now_us);

G_END_DECLS
