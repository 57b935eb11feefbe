/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "disk.h"
#include "worker.h"

G_BEGIN_DECLS

FilWorker *_fil_disk_worker (FilDisk *self);
FilWorker *_fil_disk_sync_worker (FilDisk *self);
FilWorker *_fil_disk_sha1_worker (FilDisk *self);
FilWorker *_fil_disk_tree_worker (FilDisk *self);
void _fil_disk_add_pending (FilDisk *self, gsize len);
void _fil_disk_take_pending (FilDisk *self, gsize len);
GBytes *_fil_disk_pread (int fd, goffset offset, gsize len, const char *path, GError **error);

G_END_DECLS
