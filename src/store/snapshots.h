/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"

G_BEGIN_DECLS

/* What is kept: the newest of each of so many hours and days, in so many bytes, and always the newest few. */
#define FIL_SNAPSHOTS_HOURS 24
#define FIL_SNAPSHOTS_DAYS 7
#define FIL_SNAPSHOTS_LEAST 2
#define FIL_SNAPSHOTS_MAX_BYTES (G_GUINT64_CONSTANT (512) << 20)

#define FIL_SNAPSHOTS_EVERY_S (60 * 60)

/**
 * FilSnapshots:
 *
 * Whole copies of the database in a folder beside it, each read through before an older one may go, so
 * that a database which is damaged comes back as it was an hour ago. All work is done on the store thread.
 */
typedef struct _FilSnapshots FilSnapshots;

FilSnapshots *fil_snapshots_new (FilDatabase *database, const char *folder, gint64 wall_s) G_GNUC_WARN_UNUSED_RESULT;
void fil_snapshots_free (FilSnapshots *self);
gint64 fil_snapshots_last (const FilSnapshots *self);
gboolean fil_snapshots_is_due (const FilSnapshots *self, gint64 wall_s);
void fil_snapshots_take (FilSnapshots *self, gint64 wall_s, FilDatabaseDone done, gpointer data);
void fil_snapshots_clear_history (FilSnapshots *self);

gboolean fil_snapshots_restore (const char *folder, const char *path, gint64 wall_s, gint64 *taken_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilSnapshots, fil_snapshots_free)

G_END_DECLS
