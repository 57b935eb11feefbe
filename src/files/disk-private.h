/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "disk.h"
#include "worker.h"

G_BEGIN_DECLS

FilWorker *_fil_disk_worker (FilDisk *self);
FilWorker *_fil_disk_sync_worker (FilDisk *self);
FilWorker *_fil_disk_sha1_worker (FilDisk *self);
FilWorker *_fil_disk_tree_worker (FilDisk *self);

G_END_DECLS
