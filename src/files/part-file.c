/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "part-file.h"

#include "disk-private.h"
#include "held-ranges.h"
#include "part-disk.h"
#include "part-hash.h"
#include "place-file.h"
#include "safe-name.h"

#include <unistd.h>

struct _FilPartFile
{
  FilDisk *disk;
  FilPartDisk *part;
  FilPartHash *hash;  /* once it is open */
  GArray *held;       /* … where it held bytes then */
  gboolean is_hashed; /* hashes are of the whole file, and nothing was written since */
  FilPartHashes hashes;
  FilPartHashed hashed; /* who asked for them last */
  gpointer hashed_data;
  guint n_refs; /* the owner, and each request on its way */
  gboolean is_freed;
};

typedef struct _Request Request;

typedef void (*Work) (FilPartDisk *part, Request *request);

struct _Request
{
  FilPartFile *file; /* the owner's thread only */
  FilDisk *disk;
  FilPartDisk *part;
  Work work;
  goffset offset;
  GBytes *bytes;
  int fd;       /* open: one for the hashes; sync: of its own */
  GArray *held; /* open: see fil_held_ranges() */
  guint64 size;
  FilSha1 sha1;
  gboolean is_hashed; /* finish: hashes are worth something */
  FilPartHashes hashes;
  char *folder;
  char *name;
  char *path;
  GError *error;
  FilDiskDone done;
  FilPartFinished finished;
  gpointer data;
};

static void
unref (FilPartFile *self)
{
  if (--self->n_refs > 0)
    return;
  g_clear_pointer (&self->held, g_array_unref);
  g_free (self);
}

static void
request_free (Request *request)
{
  unref (request->file);
  if (request->fd >= 0)
    close (request->fd);
  g_clear_pointer (&request->held, g_array_unref);
  g_clear_pointer (&request->bytes, g_bytes_unref);
  g_free (request->folder);
  g_free (request->name);
  g_free (request->path);
  g_clear_error (&request->error);
  g_free (request);
}

static void
request_run (gpointer data)
{
  Request *request = data;
  FilPartDisk *part = request->part;

  g_assert (fil_worker_is_current (_fil_disk_worker (request->disk)));
  if (part->fd < 0 && request->work != NULL)
    fil_files_set_error (&request->error, ENOENT, part->path);
  else if (request->work != NULL)
    request->work (part, request);
}

static void
request_done (gpointer data)
{
  Request *request = data;

  if (request->file->is_freed)
    return;
  if (request->done != NULL)
    request->done (request->data, request->error);
  if (request->finished != NULL)
    request->finished (request->data, request->path, request->error);
}

static Request *
request_new (FilPartFile *self,
             Work work,
             gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->file = self;
  request->disk = self->disk;
  request->part = self->part;
  request->fd = -1;
  self->n_refs++;
  request->work = work;
  request->data = data;
  return request;
}

static void
push (Request *request)
{
  fil_worker_push (_fil_disk_worker (request->disk), request_run, request_done, request,
                   (GDestroyNotify) request_free);
}

static void
run_open (gpointer data)
{
  Request *request = data;
  FilPartDisk *part = request->part;

  if (!fil_part_disk_open (part, &request->error))
    return;
  request->fd = fil_part_disk_dup (part, &request->error);
  if (request->fd < 0)
    {
      fil_part_disk_close (part);
      return;
    }
  request->held = fil_held_ranges (part->fd);
}

static void
open_done (gpointer data)
{
  Request *request = data;
  FilPartFile *self = request->file;

  if (!self->is_freed && request->fd >= 0)
    {
      self->hash = fil_part_hash_new (self->disk, request->fd, self->part->path);
      self->held = g_steal_pointer (&request->held);
    }
  if (!self->is_freed)
    request->fd = -1;
  request_done (request);
}

/**
 * fil_part_file_new:
 * @disk: must outlive the part file
 * @folder: where it lies; it is not made when it is missing, for it may be a drive that is away
 * @name: of the caller's making, not a stranger's
 * @done: (nullable): told when it is open, or why not; all later calls then fail too
 *
 * Returns: (transfer full): a part file, for requests at once
 */
FilPartFile *
fil_part_file_new (FilDisk *disk,
                   const char *folder,
                   const char *name,
                   FilPartMode mode,
                   FilDiskDone done,
                   gpointer data)
{
  FilPartFile *self = g_new0 (FilPartFile, 1);
  Request *request;

  self->disk = disk;
  self->n_refs = 1;
  self->part = fil_part_disk_new (folder, name, mode);
  request = request_new (self, NULL, data);
  request->done = done;
  fil_worker_push (_fil_disk_worker (disk), run_open, open_done, request, (GDestroyNotify) request_free);
  return self;
}

static void
run_free (gpointer data)
{
  fil_part_disk_free (data);
}

/**
 * fil_part_file_free:
 *
 * Closes the file after all that was asked. The file stays. May be called from an answer.
 */
void
fil_part_file_free (FilPartFile *self)
{
  if (self == NULL)
    return;
  self->is_freed = TRUE;
  g_clear_pointer (&self->hash, fil_part_hash_free);
  fil_worker_push (_fil_disk_worker (self->disk), run_free, NULL, g_steal_pointer (&self->part), NULL);
  unref (self);
}

static void
run_write_out (gpointer data)
{
  fil_part_disk_write_out (GPOINTER_TO_INT (data));
}

static void
close_fd (gpointer data)
{
  close (GPOINTER_TO_INT (data));
}

static void
run_write (FilPartDisk *part,
           Request *request)
{
  int fd;

  fil_part_disk_write (part, request->offset, request->bytes, fil_disk_floor (request->disk), &request->error);
  if (!fil_part_disk_wants_write_out (part))
    return;
  fd = fil_part_disk_dup (part, NULL);
  if (fd >= 0)
    fil_worker_push (_fil_disk_sync_worker (request->disk), run_write_out, NULL, GINT_TO_POINTER (fd), close_fd);
}

/**
 * fil_part_file_write:
 * @offset: bytes from the beginning
 * @bytes: (transfer full):
 * @done: (nullable): told when the bytes are with the system; see fil_part_file_sync()
 */
void
fil_part_file_write (FilPartFile *self,
                     goffset offset,
                     GBytes *bytes,
                     FilDiskDone done,
                     gpointer data)
{
  Request *request = request_new (self, run_write, data);

  request->offset = offset;
  request->bytes = bytes;
  request->done = done;
  self->is_hashed = FALSE;
  if (self->hash != NULL)
    fil_part_hash_rewritten (self->hash, (guint64) offset);
  push (request);
}

static void
run_sync (gpointer data)
{
  Request *request = data;

  if (request->fd >= 0 && fdatasync (request->fd) != 0)
    fil_files_set_error (&request->error, errno, request->path);
}

/* After all that was written before; what follows is not kept waiting. */
static void
hand_over_sync (gpointer data)
{
  Request *request = data;

  request->fd = fil_part_disk_dup (request->part, &request->error);
  request->path = g_strdup (request->part->path);
  fil_worker_push (_fil_disk_sync_worker (request->disk), run_sync, request_done, request,
                   (GDestroyNotify) request_free);
}

/**
 * fil_part_file_sync:
 * @done: (nullable): told when all that was written before is on the disk
 *
 * What is asked afterwards does not wait for it, and may be answered before.
 */
void
fil_part_file_sync (FilPartFile *self,
                    FilDiskDone done,
                    gpointer data)
{
  Request *request = request_new (self, NULL, data);

  request->done = done;
  fil_worker_push (_fil_disk_worker (self->disk), hand_over_sync, NULL, request, NULL);
}

/**
 * fil_part_file_take_held:
 *
 * Returns: (transfer full) (nullable) (element-type FilRange): where the file held bytes when it was opened, see
 *   fil_held_ranges(); NULL while it is not open, and when this was asked before
 */
GArray *
fil_part_file_take_held (FilPartFile *self)
{
  return g_steal_pointer (&self->held);
}

/**
 * fil_part_file_dup:
 *
 * Returns: a descriptor of the file to read from, or -1 while it is not open; for who asks about proved
 *   bytes, which do not change
 */
int
fil_part_file_dup (FilPartFile *self)
{
  return self->hash != NULL ? fil_part_hash_dup (self->hash) : -1;
}

/**
 * fil_part_file_follow:
 * @end: the bytes before this are there and are not going to change, as far as is known
 * @size: that the whole file will have
 * @with_tree: whether its tree will be wanted too
 *
 * Lets the file be hashed while more of it is written.
 */
void
fil_part_file_follow (FilPartFile *self,
                      guint64 end,
                      guint64 size,
                      gboolean with_tree)
{
  if (self->hash != NULL)
    fil_part_hash_follow (self->hash, end, size, with_tree);
}

/**
 * fil_part_file_check:
 * @start: where a node of the tree begins
 * @end: where it ends; all of it was written, and that was answered
 * @func: told the hash of these bytes
 *
 * Only for a file that is open.
 */
void
fil_part_file_check (FilPartFile *self,
                     guint64 start,
                     guint64 end,
                     FilPartChecked func,
                     gpointer data)
{
  g_return_if_fail (self->hash != NULL);
  fil_part_hash_check (self->hash, start, end, func, data);
}

static void
hash_done (gpointer data,
           const FilPartHashes *hashes,
           const GError *error)
{
  FilPartFile *self = data;

  self->is_hashed = hashes != NULL;
  if (hashes != NULL)
    self->hashes = *hashes;
  self->hashes.tree = NULL;
  self->hashed (self->hashed_data, hashes != NULL ? &hashes->sha1 : NULL, hashes != NULL ? hashes->tree : NULL, error);
}

/**
 * fil_part_file_hash:
 * @size: of the whole file; all of it was written, and that was answered
 * @with_tree: whether its tree is wanted too
 *
 * Tells the hashes of the file, and reads what of it was not hashed yet. Only for a file that is open, and
 * once at a time.
 */
void
fil_part_file_hash (FilPartFile *self,
                    guint64 size,
                    gboolean with_tree,
                    FilPartHashed func,
                    gpointer data)
{
  g_return_if_fail (self->hash != NULL);
  self->hashed = func;
  self->hashed_data = data;
  fil_part_hash_finish (self->hash, size, with_tree, hash_done, self);
}

static void
run_finish (FilPartDisk *part,
            Request *request)
{
  if (!fil_part_disk_check_whole (part, request->name, request->size, request->is_hashed ? &request->hashes : NULL,
                                  &request->sha1, &request->error))
    return;
  request->path = fil_place_file (part->path, &request->sha1, request->folder, request->name,
                                  fil_disk_floor (request->disk), &request->error);
  if (request->path != NULL)
    fil_part_disk_close (part);
}

/**
 * fil_part_file_finish:
 * @size: bytes that the whole file has
 * @sha1: (nullable): what it must be
 * @folder: where finished files go
 * @name: what a stranger called it; made safe here
 * @func: told where it lies, or why not: FIL_FILES_ERROR_MISMATCH when it is not what it should be
 *
 * Checks the whole file, syncs it and moves it to its place without overwriting anything. After an
 * error the part file is as it was, but no longer than @size, and can be finished again.
 */
void
fil_part_file_finish (FilPartFile *self,
                      guint64 size,
                      const FilSha1 *sha1,
                      const char *folder,
                      const char *name,
                      FilPartFinished func,
                      gpointer data)
{
  Request *request = request_new (self, run_finish, data);

  request->size = size;
  request->is_hashed = self->is_hashed;
  request->hashes = self->hashes;
  if (sha1 != NULL)
    request->sha1 = *sha1;
  request->folder = g_strdup (folder);
  request->name = fil_safe_name (name, -1);
  request->finished = func;
  push (request);
}

static void
run_remove (FilPartDisk *part,
            Request *request)
{
  fil_part_disk_remove (part, &request->error);
}

/**
 * fil_part_file_remove:
 *
 * Deletes the file, which needs no space on the disk.
 */
void
fil_part_file_remove (FilPartFile *self,
                      FilDiskDone done,
                      gpointer data)
{
  Request *request = request_new (self, run_remove, data);

  request->done = done;
  push (request);
}
