/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "disk-private.h"
#include "place-file.h"
#include "safe-name.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

struct _FilDisk
{
  FilWorker *worker;
  FilWorker *sync_worker;
  FilWorker *sha1_worker; /* made when they are first needed */
  FilWorker *tree_worker;
  gsize pending; /* bytes that wait to be written; atomic */
  guint64 floor; /* bytes that stay free of each file system; never changes */
};

typedef struct
{
  FilDisk *disk;
  char *path;
  int fd;
  goffset offset;
  gsize len;
  GBytes *bytes;
  GError *error;
  FilDiskDone done;
  FilDiskRead read;
  gpointer data;
} Request;

static void
request_free (Request *request)
{
  if (request->fd >= 0)
    close (request->fd);
  g_free (request->path);
  g_clear_pointer (&request->bytes, g_bytes_unref);
  g_clear_error (&request->error);
  g_free (request);
}

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

void
_fil_disk_add_pending (FilDisk *self,
                       gsize len)
{
  __atomic_fetch_add (&self->pending, len, __ATOMIC_RELAXED);
}

void
_fil_disk_take_pending (FilDisk *self,
                        gsize len)
{
  __atomic_fetch_sub (&self->pending, len, __ATOMIC_RELAXED);
}

/* Reads len bytes, fewer only at the end of the file. */
GBytes *
_fil_disk_pread (int fd,
                 goffset offset,
                 gsize len,
                 const char *path,
                 GError **error)
{
  g_autofree guint8 *buffer = g_malloc (len);
  gsize n_read = 0;

  while (n_read < len)
    {
      gssize n = pread (fd, buffer + n_read, len - n_read, offset + (goffset) n_read);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          fil_files_set_error (error, errno, path);
          return NULL;
        }
      if (n == 0)
        break;
      n_read += (gsize) n;
    }
  return g_bytes_new_take (g_steal_pointer (&buffer), n_read);
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

/**
 * fil_disk_flush:
 *
 * Waits until all that was asked is done. The answers come from the main loop, as always: for stopping.
 */
void
fil_disk_flush (FilDisk *self)
{
  fil_worker_finish (self->worker);
  fil_worker_finish (self->sync_worker);
  if (self->sha1_worker != NULL)
    fil_worker_finish (self->sha1_worker);
  if (self->tree_worker != NULL)
    fil_worker_finish (self->tree_worker);
}

/**
 * fil_disk_pending:
 *
 * Returns: bytes that wait to be written; past FIL_DISK_MAX_PENDING a sender should read no more
 */
gsize
fil_disk_pending (const FilDisk *self)
{
  return __atomic_load_n (&self->pending, __ATOMIC_RELAXED);
}

guint64
fil_disk_floor (const FilDisk *self)
{
  return self->floor;
}

static void
run_read (gpointer data)
{
  Request *request = data;

  g_assert (fil_worker_is_current (request->disk->worker));
  request->bytes = _fil_disk_pread (request->fd, request->offset, request->len, "", &request->error);
}

static void
read_done (gpointer data)
{
  Request *request = data;

  request->read (request->data, request->bytes, request->error);
}

/**
 * fil_disk_read:
 * @fd: a file; the caller may close it at once
 * @offset: bytes from its beginning
 * @len: bytes, at most FIL_DISK_MAX_READ
 *
 * Reads ahead for a stream that cannot take a range of a file.
 */
void
fil_disk_read (FilDisk *self,
               int fd,
               goffset offset,
               gsize len,
               FilDiskRead func,
               gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->disk = self;
  request->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  request->offset = offset;
  request->len = MIN (len, FIL_DISK_MAX_READ);
  request->read = func;
  request->data = data;
  fil_worker_push (self->worker, run_read, read_done, request, (GDestroyNotify) request_free);
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

static void
run_trash (gpointer data)
{
  Request *request = data;
  g_autoptr (GFile) file = g_file_new_for_path (request->path);
  g_autoptr (GError) error = NULL;

  if (g_file_trash (file, NULL, &error))
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    fil_files_set_error (&request->error, ENOENT, request->path);
  else
    g_set_error (&request->error, FIL_FILES_ERROR,
                 g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED) ? FIL_FILES_ERROR_DENIED
                                                                                   : FIL_FILES_ERROR_FAILED,
                 _ ("The file could not be put into the trash: %s"), error->message);
}

static void
trash_done (gpointer data)
{
  Request *request = data;

  if (request->done != NULL)
    request->done (request->data, request->error);
}

/**
 * fil_disk_trash:
 * @path: a file that this program made
 * @done: (nullable):
 *
 * Puts a file into the trash. Nothing is deleted when there is no trash: then @done gets an error.
 */
void
fil_disk_trash (FilDisk *self,
                const char *path,
                FilDiskDone done,
                gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->disk = self;
  request->fd = -1;
  request->path = g_strdup (path);
  request->done = done;
  request->data = data;
  fil_worker_push (self->worker, run_trash, trash_done, request, (GDestroyNotify) request_free);
}
