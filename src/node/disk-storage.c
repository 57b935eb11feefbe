/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "disk-storage.h"

#include "disk-guard.h"
#include "files-error.h"
#include "part-file.h"

#include <glib/gi18n.h>

struct _FilDiskStorage
{
  FilDisk *disk;
  FilDownloadFolders *folders;
  FilDatabase *database;
};

struct _FilPart
{
  FilPartFile *file;
  gboolean existed;
  gboolean is_elsewhere; /* in a former folder */
  gboolean is_hashed;
  FilSha1 sha1;      /* of the file as it lies on the disk, if is_hashed */
  guint pending;     /* requests that were not answered yet */
  gboolean is_closed; /* freed with the last answer */
};

/* A request on its way through the disk thread. */
typedef struct
{
  FilDiskStorage *storage;
  FilPart *part;
  gint64 id;
  gboolean has_begun; /* open: bytes of it were written before */
  char *name;         /* open: when it may be finished already */
  guint64 size;
  FilSha1 sha1;
  FilStorageStatus opened; /* forget: whether there was a part file */
  FilStorageDone done;
  gpointer done_data;
} Request;

/**
 * fil_disk_storage_new:
 * @disk: outlives the storage, as @folders and @database
 * @database: where downloads are saved before they get a part file
 *
 * Returns: (transfer full): the storage
 */
FilDiskStorage *
fil_disk_storage_new (FilDisk *disk,
                      FilDownloadFolders *folders,
                      FilDatabase *database)
{
  FilDiskStorage *self = g_new0 (FilDiskStorage, 1);

  self->disk = disk;
  self->folders = folders;
  self->database = database;
  return self;
}

void
fil_disk_storage_free (FilDiskStorage *self)
{
  g_free (self);
}

static FilStorageStatus
status_of (const GError *error)
{
  if (error == NULL)
    return FIL_STORAGE_OK;
  if (error->domain != FIL_FILES_ERROR)
    return FIL_STORAGE_FAILED;
  switch ((FilFilesError) error->code)
    {
    case FIL_FILES_ERROR_FULL:
      return FIL_STORAGE_FULL;
    case FIL_FILES_ERROR_DENIED:
      return FIL_STORAGE_NO_PERMISSION;
    case FIL_FILES_ERROR_GONE:
      return FIL_STORAGE_GONE;
    default:
      return FIL_STORAGE_FAILED;
    }
}

static void
part_free (FilPart *part)
{
  g_clear_pointer (&part->file, fil_part_file_free);
  g_free (part);
}

static Request *
request_new (FilPart *part,
             FilStorageDone done,
             gpointer done_data)
{
  Request *request = g_new0 (Request, 1);

  request->part = part;
  request->done = done;
  request->done_data = done_data;
  part->pending++;
  return request;
}

/* Answers and forgets a request, and the part if it was only kept for it. */
static void
answer (Request *request,
        FilStorageReply *reply,
        const GError *error)
{
  FilPart *part = request->part;

  reply->status = status_of (error);
  reply->detail = error != NULL ? error->message : NULL;
  request->done (request->done_data, reply);
  g_free (request->name);
  g_free (request);

  if (--part->pending == 0 && part->is_closed)
    part_free (part);
}

static void
done_cb (gpointer data,
         const GError *error)
{
  FilStorageReply reply = { 0 };

  answer (data, &reply, error);
}

static void
answer_open (Request *request,
             const GError *error)
{
  FilPart *part = request->part;
  g_autoptr (GArray) held = part->file != NULL ? fil_part_file_take_held (part->file) : NULL;
  FilStorageReply reply = { .part = error == NULL ? part : NULL, .existed = part->existed, .held = held };

  if (error != NULL)
    part->is_closed = TRUE;
  else if (!part->is_elsewhere && (part->existed || !fil_download_folders_has_home (request->storage->folders)))
    fil_download_folders_note_home (request->storage->folders);
  answer (request, &reply, error);
}

static void
created_cb (gpointer data,
            const GError *error)
{
  answer_open (data, error);
}

/* A part file that waits for the row of its download. */
typedef struct
{
  Request *request; /* NULL: the row is safe */
} Birth;

static void
born (gpointer data,
      const GError *error)
{
  Request *request = g_steal_pointer (&((Birth *) data)->request);
  g_autofree char *name = fil_download_part_name (request->id);

  request->part->file = fil_part_file_new (request->storage->disk,
                                           fil_download_folders_incomplete (request->storage->folders), name,
                                           FIL_PART_CREATE, created_cb, request);
}

static void
birth_free (gpointer data)
{
  Birth *birth = data;
  g_autoptr (GError) error = NULL;

  if (birth->request != NULL)
    {
      error = g_error_new_literal (FIL_FILES_ERROR, FIL_FILES_ERROR_FAILED, _("The node is stopping."));
      answer_open (birth->request, error);
    }
  g_free (birth);
}

/* Of a part file without a row nobody would know after a crash. */
static void
create (Request *request)
{
  FilDownloadFolders *folders = request->storage->folders;
  g_autoptr (GError) error = NULL;
  Birth *birth;

  if (request->has_begun && !fil_download_folders_is_home (folders))
    {
      error = g_error_new (FIL_FILES_ERROR, FIL_FILES_ERROR_GONE,
                           _("What there is of this file lies on another disk than %s is on now. Is a drive away?"),
                           fil_download_folders_incomplete (folders));
      answer_open (request, error);
      return;
    }
  birth = g_new0 (Birth, 1);
  birth->request = request;
  fil_database_when_committed (request->storage->database, born, birth, birth_free);
}

static void
placed_cb (gpointer data,
           const char *path)
{
  Request *request = data;
  FilStorageReply reply = { .path = path };

  if (path == NULL)
    {
      create (request);
      return;
    }
  request->part->is_closed = TRUE;
  answer (request, &reply, NULL);
}

static void
opened_cb (gpointer data,
           const GError *error)
{
  Request *request = data;
  FilDiskStorage *self = request->storage;

  if (!g_error_matches (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE))
    {
      request->part->existed = error == NULL;
      answer_open (request, error);
      return;
    }
  g_clear_pointer (&request->part->file, fil_part_file_free);
  if (request->name != NULL)
    fil_disk_find_placed (self->disk, fil_download_folders_of_finished (self->folders, request->name), request->name,
                          request->size, &request->sha1, placed_cb, request);
  else
    create (request);
}

static void
storage_open (gpointer data,
              const FilStorageSought *sought,
              FilStorageDone done,
              gpointer done_data)
{
  FilDiskStorage *self = data;
  FilPart *part = g_new0 (FilPart, 1);
  Request *request = request_new (part, done, done_data);
  g_autofree char *name = fil_download_part_name (sought->id);
  const char *folder = fil_download_folders_of_part (self->folders, sought->id);
  g_autoptr (GError) error = NULL;

  part->is_elsewhere = folder != fil_download_folders_incomplete (self->folders);
  request->storage = self;
  request->id = sought->id;
  request->has_begun = sought->missing < sought->size;
  if (sought->sha1 != NULL)
    {
      request->name = g_strdup (sought->name);
      request->size = sought->size;
      request->sha1 = *sought->sha1;
    }
  if (!fil_disk_guard_check (folder, sought->missing, fil_disk_floor (self->disk), &error))
    answer_open (request, error);
  else
    part->file = fil_part_file_new (self->disk, folder, name, FIL_PART_OPEN, opened_cb, request);
}

static void
storage_write (gpointer data,
               FilPart *part,
               guint64 offset,
               const guint8 *bytes,
               gsize len,
               FilStorageDone done,
               gpointer done_data)
{
  part->is_hashed = FALSE;
  /* The caller keeps the bytes until it is answered, so nothing is copied. */
  fil_part_file_write (part->file, (goffset) offset, g_bytes_new_static (bytes, len), done_cb,
                       request_new (part, done, done_data));
}

static void
storage_sync (gpointer data,
              FilPart *part,
              FilStorageDone done,
              gpointer done_data)
{
  fil_part_file_sync (part->file, done_cb, request_new (part, done, done_data));
}

static void
hashed_cb (gpointer data,
           const FilSha1 *sha1,
           FilTigerTree *tree,
           const GError *error)
{
  Request *request = data;
  FilStorageReply reply = { 0 };

  if (error == NULL)
    {
      reply.sha1 = *sha1;
      request->part->sha1 = *sha1;
      request->part->is_hashed = TRUE;
      reply.has_tth = tree != NULL;
      reply.tree = tree;
      if (tree != NULL)
        reply.tth = *fil_tiger_tree_root (tree);
    }
  answer (request, &reply, error);
}

static void
checked_cb (gpointer data,
            const FilTth *hash,
            const GError *error)
{
  FilStorageReply reply = { 0 };

  if (hash != NULL)
    reply.tth = *hash;
  answer (data, &reply, error);
}

static void
storage_check (gpointer data,
               FilPart *part,
               FilRange range,
               FilStorageDone done,
               gpointer done_data)
{
  fil_part_file_check (part->file, range.start, range.end, checked_cb, request_new (part, done, done_data));
}

static void
storage_follow (gpointer data,
                FilPart *part,
                guint64 end,
                guint64 size,
                gboolean with_tree)
{
  fil_part_file_follow (part->file, end, size, with_tree);
}

static void
storage_hash (gpointer data,
              FilPart *part,
              guint64 size,
              gboolean with_tree,
              FilStorageDone done,
              gpointer done_data)
{
  fil_part_file_hash (part->file, size, with_tree, hashed_cb, request_new (part, done, done_data));
}

static void
finished_cb (gpointer data,
             const char *path,
             const GError *error)
{
  FilStorageReply reply = { .path = path };

  answer (data, &reply, error);
}

static void
storage_finish (gpointer data,
                FilPart *part,
                guint64 size,
                const char *name,
                FilStorageDone done,
                gpointer done_data)
{
  FilDiskStorage *self = data;

  fil_part_file_finish (part->file, size, part->is_hashed ? &part->sha1 : NULL,
                        fil_download_folders_of_finished (self->folders, name), name, finished_cb,
                        request_new (part, done, done_data));
}

/**
 * fil_disk_storage_dup:
 * @part: that is open
 *
 * Returns: a descriptor of the part file to read from, or -1
 */
int
fil_disk_storage_dup (FilPart *part)
{
  return fil_part_file_dup (part->file);
}

static void
storage_close (gpointer data,
               FilPart *part)
{
  part->is_closed = TRUE;
  if (part->pending == 0)
    part_free (part);
}

static void
ignore_cb (gpointer data,
           const GError *error)
{
}

static void
storage_discard (gpointer data,
                 gint64 id,
                 FilPart *part)
{
  FilDiskStorage *self = data;

  if (part == NULL)
    {
      g_autofree char *name = fil_download_part_name (id);
      const char *folder = fil_download_folders_of_part (self->folders, id);

      part = g_new0 (FilPart, 1);
      part->file = fil_part_file_new (self->disk, folder, name, FIL_PART_OPEN, ignore_cb, NULL);
    }
  fil_part_file_remove (part->file, ignore_cb, NULL);
  storage_close (self, part);
}

static void
opened_to_forget_cb (gpointer data,
                     const GError *error)
{
  ((Request *) data)->opened = status_of (error);
}

static void
forgotten_cb (gpointer data,
              const GError *error)
{
  Request *request = data;
  FilStorageReply reply = { 0 };
  gboolean was_none = request->opened == FIL_STORAGE_GONE && fil_download_folders_is_home (request->storage->folders);

  answer (request, &reply, was_none ? NULL : error);
}

/**
 * fil_disk_storage_forget:
 * @done: told FIL_STORAGE_OK once there is no part file of download @id, be it that there was none; anything else when
 *   there may be one, because a drive is away
 *
 * Deletes the part file of a download that is not open.
 */
void
fil_disk_storage_forget (FilDiskStorage *self,
                         gint64 id,
                         FilStorageDone done,
                         gpointer done_data)
{
  FilPart *part = g_new0 (FilPart, 1);
  Request *request = request_new (part, done, done_data);
  g_autofree char *name = fil_download_part_name (id);

  request->storage = self;
  part->file = fil_part_file_new (self->disk, fil_download_folders_of_part (self->folders, id), name, FIL_PART_OPEN,
                                  opened_to_forget_cb, request);
  fil_part_file_remove (part->file, forgotten_cb, request);
  storage_close (self, part);
}

const FilStorage fil_disk_storage = {
  .open = storage_open,
  .write = storage_write,
  .sync = storage_sync,
  .check = storage_check,
  .follow = storage_follow,
  .hash = storage_hash,
  .finish = storage_finish,
  .close = storage_close,
  .discard = storage_discard,
};
