/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"
#include "disk.h"
#include "download-folders.h"
#include "storage.h"

G_BEGIN_DECLS

/**
 * FilDiskStorage:
 *
 * What downloads want from the disk, answered by the disk thread.
 */
typedef struct _FilDiskStorage FilDiskStorage;

FilDiskStorage *fil_disk_storage_new (FilDisk *disk, FilDownloadFolders *folders,
                                      FilDatabase *database) G_GNUC_WARN_UNUSED_RESULT;
void fil_disk_storage_free (FilDiskStorage *self);

void fil_disk_storage_forget (FilDiskStorage *self, gint64 id, FilStorageDone done, gpointer done_data);
int fil_disk_storage_dup (FilPart *part) G_GNUC_WARN_UNUSED_RESULT;

/* The delegate; its data is the FilDiskStorage. */
extern const FilStorage fil_disk_storage;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDiskStorage, fil_disk_storage_free)

G_END_DECLS
