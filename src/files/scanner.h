/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files-error.h"
#include "files-table.h"
#include "share-policy.h"
#include "worker.h"

G_BEGIN_DECLS

/* How a scan ended; all is borrowed. */
typedef struct
{
  const GError *error;    /* the folder itself: FIL_FILES_ERROR_GONE, DENIED, …; then nothing was seen */
  guint unreadable;       /* folders below that could not be read */
  const char *unreadable_path;
  gboolean is_cut;        /* FIL_SCAN_MAX_FILES was reached */
  GPtrArray *folders;     /* char *, absolute, the root first; at most FIL_WATCH_MAX_FOLDERS */
  guint more_folders;     /* that are not in the list */
} FilScanResult;

/* In the owner's context. The rows have path, size, times, dev and inode, and are borrowed. */
typedef void (*FilScanBatch) (GPtrArray *rows, gpointer data);
typedef void (*FilScanDone) (const FilScanResult *result, gpointer data);

void fil_scan (FilWorker *worker, const char *root, gboolean include_private, const FilSharePlaces *places,
               FilScanBatch batch, FilScanDone done, gpointer data, GDestroyNotify destroy);
void fil_file_row_set_stat (FilFileRow *row, gconstpointer stat_buffer);

G_END_DECLS
