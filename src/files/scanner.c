/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "scanner.h"

#include "files-limits.h"
#include "tree-walk.h"

#include <sys/stat.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)

typedef struct
{
  FilWorker *worker;
  char *root;
  gboolean include_private;
  FilSharePlaces *places;
  FilScanBatch batch;
  FilScanDone done;
  gpointer data;
  GDestroyNotify destroy;

  GPtrArray *rows; /* not reported yet */
  guint n_files;
  char *unreadable_path;
  GError *error;
  FilScanResult result;
} Scan;

typedef struct
{
  Scan *scan; /* lives until its job ends, which is after its reports */
  GPtrArray *rows;
} Report;

static void
scan_free (Scan *scan)
{
  if (scan->destroy != NULL)
    scan->destroy (scan->data);
  g_free (scan->root);
  fil_share_places_free (scan->places);
  g_ptr_array_unref (scan->rows);
  g_ptr_array_unref (scan->result.folders);
  g_free (scan->unreadable_path);
  g_clear_error (&scan->error);
  g_free (scan);
}

static void
report_run (gpointer data)
{
  Report *report = data;

  report->scan->batch (report->rows, report->scan->data);
}

static void
report_free (Report *report)
{
  g_ptr_array_unref (report->rows);
  g_free (report);
}

static void
report_rows (Scan *scan)
{
  Report *report;

  if (scan->rows->len == 0)
    return;
  report = g_new0 (Report, 1);
  report->scan = scan;
  report->rows = scan->rows;
  scan->rows = g_ptr_array_new_with_free_func (g_free);
  fil_worker_report (scan->worker, report_run, report, (GDestroyNotify) report_free);
}

/**
 * fil_file_row_set_stat:
 * @stat_buffer: a struct stat
 *
 * Sets what tells one state of a file from another.
 */
void
fil_file_row_set_stat (FilFileRow *row,
                       gconstpointer stat_buffer)
{
  const struct stat *st = stat_buffer;

  row->size = (guint64) st->st_size;
  row->mtime_ns = st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec;
  row->ctime_ns = st->st_ctim.tv_sec * NS_PER_S + st->st_ctim.tv_nsec;
  row->dev = st->st_dev;
  row->inode = st->st_ino;
}

static gboolean
on_file (const char *path,
         const struct stat *st,
         gboolean is_private,
         gpointer data)
{
  Scan *scan = data;
  FilFileRow *row;

  if (scan->n_files++ == FIL_SCAN_MAX_FILES)
    {
      scan->result.is_cut = TRUE;
      return FALSE;
    }
  row = fil_file_row_new (path);
  fil_file_row_set_stat (row, st);
  g_ptr_array_add (scan->rows, row);
  if (scan->rows->len == FIL_SCAN_BATCH)
    report_rows (scan);
  return TRUE;
}

static void
on_folder (const char *path,
           gpointer data)
{
  Scan *scan = data;

  if (scan->result.folders->len < FIL_WATCH_MAX_FOLDERS)
    g_ptr_array_add (scan->result.folders, g_build_filename (scan->root, path, NULL));
  else
    scan->result.more_folders++;
}

static void
on_unreadable (const char *path,
               int saved_errno,
               gpointer data)
{
  Scan *scan = data;

  if (path[0] == '\0' && scan->error == NULL)
    fil_files_set_error (&scan->error, saved_errno, scan->root);
  if (scan->result.unreadable++ == 0)
    scan->unreadable_path = g_build_filename (scan->root, path, NULL);
}

static void
run (gpointer data)
{
  static const FilTreeVisitor visitor = { .file = on_file, .folder = on_folder, .unreadable = on_unreadable };
  Scan *scan = data;
  FilTreeOptions options = {
    .include_private = scan->include_private,
    .places = scan->places,
    .worker = scan->worker,
  };

  g_assert (fil_worker_is_current (scan->worker));
  if (fil_tree_walk (scan->root, &options, &visitor, scan, &scan->error))
    report_rows (scan);
  scan->result.error = scan->error;
  scan->result.unreadable_path = scan->unreadable_path;
}

static void
finish (gpointer data)
{
  Scan *scan = data;

  scan->done (&scan->result, scan->data);
}

/**
 * fil_scan:
 * @worker: where to walk; it may be freed at any time, then nobody is told
 * @root: the shared folder
 * @places: copied
 * @batch: told of at most FIL_SCAN_BATCH files at a time
 * @done: told once, at the end
 * @destroy: (nullable): frees @data in the owner's context
 */
void
fil_scan (FilWorker *worker,
          const char *root,
          gboolean include_private,
          const FilSharePlaces *places,
          FilScanBatch batch,
          FilScanDone done,
          gpointer data,
          GDestroyNotify destroy)
{
  Scan *scan = g_new0 (Scan, 1);

  scan->worker = worker;
  scan->root = g_strdup (root);
  scan->include_private = include_private;
  scan->places = fil_share_places_copy (places);
  scan->batch = batch;
  scan->done = done;
  scan->data = data;
  scan->destroy = destroy;
  scan->rows = g_ptr_array_new_with_free_func (g_free);
  scan->result.folders = g_ptr_array_new_with_free_func (g_free);
  fil_worker_push (worker, run, finish, scan, (GDestroyNotify) scan_free);
}
