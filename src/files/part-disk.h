/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "part-file.h"

G_BEGIN_DECLS

/**
 * FilPartDisk:
 *
 * A part file as the disk thread sees it; everything here blocks. FilPartFile is its owner.
 */
typedef struct
{
  char *path;
  int fd; /* -1: not open, and then nothing else may be asked */
  FilPartMode mode;
  gsize unguarded; /* bytes that may be written before the room on the disk is looked at again */
  gsize unwritten; /* bytes since the system was last asked to put them on the disk */
} FilPartDisk;

FilPartDisk *fil_part_disk_new (const char *folder, const char *name, FilPartMode mode) G_GNUC_WARN_UNUSED_RESULT;
void fil_part_disk_free (FilPartDisk *self);

gboolean fil_part_disk_open (FilPartDisk *self, GError **error);
void fil_part_disk_close (FilPartDisk *self);
int fil_part_disk_dup (FilPartDisk *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_part_disk_write (FilPartDisk *self, goffset offset, GBytes *bytes, guint64 floor_bytes, GError **error);
gboolean fil_part_disk_wants_write_out (FilPartDisk *self);
void fil_part_disk_write_out (int fd);
gboolean fil_part_disk_check_whole (FilPartDisk *self, const char *name, guint64 size, const FilPartHashes *known,
                                    FilSha1 *sha1, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_part_disk_remove (FilPartDisk *self, GError **error);

G_END_DECLS
