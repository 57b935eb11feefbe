/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "disk-private.h"
#include "place-file.h"
#include "safe-name.h"

struct _FilDisk
{
  FilWorker *worker;
  FilWorker *sync_worker;
  FilWorker *sha1_worker; /* made when they are first needed */
  FilWorker *tree_worker;
  guint64 floor; /* bytes that stay free of each file system; never changes */
};

FilWorker *
_fil_disk_worker (FilDisk *self)
{
  return self->worker;
}

/* A thread for what waits until bytes are on the disk, so that nobody else does. */
FilWorker *
_fil_disk_sync_worker (FilDisk *self)
{
  return self->sync_worker;
}

/* Two threads for hashes, so that they neither wait for the disk nor for each other. */
FilWorker *
_fil_disk_sha1_worker (FilDisk *self)
{
  if (self->sha1_worker == NULL)
    self->sha1_worker = fil_worker_new ("fil-disk-sha1", FALSE);
  return self->sha1_worker;
}

FilWorker *
_fil_disk_tree_worker (FilDisk *self)
{
  if (self->tree_worker == NULL)
    self->tree_worker = fil_worker_new ("fil-disk-tree", FALSE);
  return self->tree_worker;
}

/**
 * fil_disk_new:
 * @floor_bytes: what stays free of each file system that is written to, see fil_disk_guard_floor()
 *
 * Returns: (transfer full): a disk thread with nothing to do
 */
FilDisk *
fil_disk_new (guint64 floor_bytes)
{
  FilDisk *self = g_new0 (FilDisk, 1);

  self->floor = floor_bytes;
  self->worker = fil_worker_new ("fil-disk", FALSE);
  self->sync_worker = fil_worker_new ("fil-disk-sync", FALSE);
  return self;
}

/**
 * fil_disk_free:
 *
 * Waits until all is written; nobody is told any more. Part files must be freed before.
 */
void
fil_disk_free (FilDisk *self)
{
  if (self == NULL)
    return;
  fil_worker_finish (self->worker);
  fil_worker_finish (self->sync_worker);
  fil_worker_free (self->worker);
  fil_worker_free (self->sync_worker);
  fil_worker_free (self->sha1_worker);
  fil_worker_free (self->tree_worker);
  g_free (self);
}

guint64
fil_disk_floor (const FilDisk *self)
{
  return self->floor;
}

/* What is looked for among the finished files. */
typedef struct
{
  char *folder;
  char *name;
  guint64 size;
  FilSha1 sha1;
  char *path;
  FilDiskFound func;
  gpointer data;
} Sought;

static void
sought_free (Sought *sought)
{
  g_free (sought->folder);
  g_free (sought->name);
  g_free (sought->path);
  g_free (sought);
}

static void
run_find (gpointer data)
{
  Sought *sought = data;

  sought->path = fil_placed_file (sought->folder, sought->name, sought->size, &sought->sha1);
}

static void
find_done (gpointer data)
{
  Sought *sought = data;

  sought->func (sought->data, sought->path);
}

/**
 * fil_disk_find_placed:
 * @name: what a stranger called it
 *
 * Tells where a file of that size and hash lies that was finished under that name, see fil_placed_file().
 */
void
fil_disk_find_placed (FilDisk *self,
                      const char *folder,
                      const char *name,
                      guint64 size,
                      const FilSha1 *sha1,
                      FilDiskFound func,
                      gpointer data)
{
  Sought *sought = g_new0 (Sought, 1);

  sought->folder = g_strdup (folder);
  sought->name = fil_safe_name (name, -1);
  sought->size = size;
  sought->sha1 = *sha1;
  sought->func = func;
  sought->data = data;
  fil_worker_push (self->worker, run_find, find_done, sought, (GDestroyNotify) sought_free);
}
