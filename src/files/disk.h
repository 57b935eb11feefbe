/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files-error.h"
#include "files-limits.h"
#include "urn.h"

G_BEGIN_DECLS

/**
 * FilDisk:
 *
 * The disk thread: writes what was downloaded, verifies it and finishes files, one request after the other. Answers
 * come in the main context that was the thread's default when it was made. Freeing it writes what waits and answers
 * nothing more.
 */
typedef struct _FilDisk FilDisk;

/* error is NULL on success. */
typedef void (*FilDiskDone) (gpointer data, const GError *error);
/* path is NULL when there is no such file. */
typedef void (*FilDiskFound) (gpointer data, const char *path);

FilDisk *fil_disk_new (guint64 floor_bytes) G_GNUC_WARN_UNUSED_RESULT;
void fil_disk_free (FilDisk *self);
guint64 fil_disk_floor (const FilDisk *self);

void fil_disk_find_placed (FilDisk *self, const char *folder, const char *name, guint64 size, const FilSha1 *sha1,
                           FilDiskFound func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDisk, fil_disk_free)

G_END_DECLS
