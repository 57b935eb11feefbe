/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "disk.h"
#include "file-kind.h"
#include "storage.h"

G_BEGIN_DECLS

/**
 * FilDiskStorage:
 *
 * What downloads want from the disk, answered by the disk thread: part files named after their
 * download in the incomplete folder, finished files in the download folder or in that of
 * their kind.
 */
typedef struct _FilDiskStorage FilDiskStorage;

/* The part files lie on that file system now; see fil_disk_storage_set_home(). */
typedef void (*FilDiskStorageHome) (gpointer data, const char *identity);

FilDiskStorage *fil_disk_storage_new (FilDisk *disk, const char *incomplete, const char *downloads)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_disk_storage_free (FilDiskStorage *self);
void fil_disk_storage_set_folders (FilDiskStorage *self, const char *incomplete, const char *downloads);
const char *fil_disk_storage_incomplete (const FilDiskStorage *self);
void fil_disk_storage_set_former (FilDiskStorage *self, const char *const *folders);
void fil_disk_storage_set_kind_folder (FilDiskStorage *self, FilFileKind kind, const char *folder);

char *fil_disk_storage_part_path (FilDiskStorage *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
void fil_disk_storage_set_home (FilDiskStorage *self, const char *identity, FilDiskStorageHome func, gpointer data);

int fil_disk_storage_dup (FilPart *part) G_GNUC_WARN_UNUSED_RESULT;

/* The delegate; its data is the FilDiskStorage. */
extern const FilStorage fil_disk_storage;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDiskStorage, fil_disk_storage_free)

G_END_DECLS
