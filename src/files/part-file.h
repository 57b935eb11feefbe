/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "byte-range.h"
#include "disk.h"
#include "part-hash.h"

G_BEGIN_DECLS

/**
 * FilPartFile:
 *
 * A file on its way, "<folder>/<name>", sparse until it is whole. All work but syncing happens on the disk thread
 * in the order of the calls; every call answers in the owner's context, and none does after
 * fil_part_file_free(), though what was asked is still done.
 */
typedef struct _FilPartFile FilPartFile;

typedef enum
{
  FIL_PART_CREATE,   /* must not exist */
  FIL_PART_OPEN,     /* must exist */
  FIL_PART_OPEN_OR_CREATE,
} FilPartMode;

/* sha1 and tree (borrowed) are those of the whole file; NULL when error is set, tree also when it was not
 * asked for. */
typedef void (*FilPartHashed) (gpointer data, const FilSha1 *sha1, FilTigerTree *tree, const GError *error);
/* path is where the finished file lies; NULL when error is set. */
typedef void (*FilPartFinished) (gpointer data, const char *path, const GError *error);

FilPartFile *fil_part_file_new (FilDisk *disk, const char *folder, const char *name, FilPartMode mode,
                                FilDiskDone done, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_part_file_free (FilPartFile *self);

void fil_part_file_write (FilPartFile *self, goffset offset, GBytes *bytes, FilDiskDone done, gpointer data);
void fil_part_file_sync (FilPartFile *self, FilDiskDone done, gpointer data);
GArray *fil_part_file_take_held (FilPartFile *self) G_GNUC_WARN_UNUSED_RESULT;
int fil_part_file_dup (FilPartFile *self) G_GNUC_WARN_UNUSED_RESULT;
void fil_part_file_follow (FilPartFile *self, guint64 end, guint64 size, gboolean with_tree);
void fil_part_file_check (FilPartFile *self, guint64 start, guint64 end, FilPartChecked func, gpointer data);
void fil_part_file_hash (FilPartFile *self, guint64 size, gboolean with_tree, FilPartHashed func, gpointer data);
void fil_part_file_finish (FilPartFile *self, guint64 size, const FilSha1 *sha1, const char *folder,
                           const char *name, FilPartFinished func, gpointer data);
void fil_part_file_remove (FilPartFile *self, FilDiskDone done, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPartFile, fil_part_file_free)

G_END_DECLS
