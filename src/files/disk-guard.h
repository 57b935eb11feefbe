/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files-error.h"

G_BEGIN_DECLS

/* What stays free on a file system, unless a hundredth of it is more. */
#define FIL_DISK_FLOOR (G_GUINT64_CONSTANT (1) << 30)

guint64 fil_disk_guard_floor (guint64 total_bytes, guint64 floor_bytes);
gboolean fil_disk_guard_free (const char *folder, guint64 floor_bytes, guint64 *usable_bytes, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_disk_guard_check (const char *folder, guint64 needed_bytes, guint64 floor_bytes, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

gboolean fil_disk_guard_fits_after (const char *folder, guint64 freed_bytes, guint64 needed_bytes, guint64 floor_bytes);
char *fil_disk_guard_identity (const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
