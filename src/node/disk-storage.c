/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "disk-storage.h"

#include "disk-guard.h"
#include "files-error.h"
#include "part-file.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

struct _FilDiskStorage
{
  FilDisk *disk; /* not owned */
  char *incomplete;
  char **former; /* (nullable): folders that were it before, and may still hold part files */
  char *downloads;
  char *kind_folders[FIL_N_KINDS]; /* NULL: downloads */
  char *home; /* the file system where part files were seen last; NULL: not yet */
  FilDiskStorageHome home_func;
  gpointer home_data;
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
  FilStorageDone done;
  gpointer done_data;
} Request;

/**
 * fil_disk_storage_new:
 * @disk: outlives the storage
 *
 * Returns: (transfer full): the storage
 */
FilDiskStorage *
fil_disk_storage_new (FilDisk *disk,
                      const char *incomplete,
                      const char *downloads)
{
  FilDiskStorage *self = g_new0 (FilDiskStorage, 1);

  self->disk = disk;
  fil_disk_storage_set_folders (self, incomplete, downloads);
  return self;
}

void
fil_disk_storage_free (FilDiskStorage *self)
{
  for (guint kind = 0; kind < FIL_N_KINDS; kind++)
    g_free (self->kind_folders[kind]);
  g_free (self->incomplete);
  g_strfreev (self->former);
  g_free (self->downloads);
  g_free (self->home);
  g_free (self);
}

/**
 * fil_disk_storage_set_kind_folder:
 * @folder: (nullable): where finished files of that kind go; NULL: into the download folder
 */
void
fil_disk_storage_set_kind_folder (FilDiskStorage *self,
                                  FilFileKind kind,
                                  const char *folder)
{
  g_free (self->kind_folders[kind]);
  self->kind_folders[kind] = g_strdup (folder);
}

/**
 * fil_disk_storage_set_folders:
 *
 * Parts that are open stay where they are.
 */
void
fil_disk_storage_set_folders (FilDiskStorage *self,
                              const char *incomplete,
                              const char *downloads)
{
  g_free (self->incomplete);
  g_free (self->downloads);
  self->incomplete = g_strdup (incomplete);
  self->downloads = g_strdup (downloads);
}

/**
 * fil_disk_storage_incomplete:
 *
 * Returns: the folder where part files are made, valid until it is set anew
 */
const char *
fil_disk_storage_incomplete (const FilDiskStorage *self)
{
  return self->incomplete;
}

/**
 * fil_disk_storage_set_former:
 * @folders: (nullable): which the incomplete folder was before, and which may still hold part files
 */
void
fil_disk_storage_set_former (FilDiskStorage *self,
                             const char *const *folders)
{
  g_strfreev (self->former);
  self->former = g_strdupv ((char **) folders);
}

/**
 * fil_disk_storage_set_home:
 * @identity: (nullable): what @func was told last, in an earlier life
 * @func: told when part files are found on another file system
 *
 * A folder may be a drive that is away; then its place is empty, or a new folder is made there. So a part file
 * that is missing was only deleted when the folder is on the file system where part files were seen last.
 */
void
fil_disk_storage_set_home (FilDiskStorage *self,
                           const char *identity,
                           FilDiskStorageHome func,
                           gpointer data)
{
  g_free (self->home);
  self->home = g_strdup (identity);
  self->home_func = func;
  self->home_data = data;
}

static void
note_home (FilDiskStorage *self)
{
  g_autofree char *identity = fil_disk_guard_identity (self->incomplete);

  if (identity == NULL || g_strcmp0 (identity, self->home) == 0)
    return;
  g_free (self->home);
  self->home = g_steal_pointer (&identity);
  if (self->home_func != NULL)
    self->home_func (self->home_data, self->home);
}

/* A folder that a person has chosen since is as good. */
static gboolean
is_home (FilDiskStorage *self)
{
  g_autofree char *identity = fil_disk_guard_identity (self->incomplete);
  const char *path = self->home != NULL ? strchr (self->home, ' ') : NULL;

  return path == NULL || strcmp (path + 1, self->incomplete) != 0 || g_strcmp0 (identity, self->home) == 0;
}

/* Where a file of that name goes when it is whole. */
static const char *
finished_folder (const FilDiskStorage *self,
                 const char *name)
{
  const char *folder = self->kind_folders[fil_file_kind_of (name)];

  return folder != NULL ? folder : self->downloads;
}

static char *
part_name (gint64 id)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ".part", id);
}

static gboolean
is_in (const char *folder,
       const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return access (path, F_OK) == 0;
}

/* Where a part file lies, or is to be made: a person may have chosen another folder since it was begun. */
static const char *
part_folder (const FilDiskStorage *self,
             const char *name)
{
  for (guint i = 0; self->former != NULL && self->former[i] != NULL; i++)
    if (!is_in (self->incomplete, name) && is_in (self->former[i], name))
      return self->former[i];
  return self->incomplete;
}

/**
 * fil_disk_storage_part_path:
 *
 * Returns: (transfer full): where the part file of download @id lies, if there is one
 */
char *
fil_disk_storage_part_path (FilDiskStorage *self,
                            gint64 id)
{
  g_autofree char *name = part_name (id);

  return g_build_filename (part_folder (self, name), name, NULL);
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
  else if (!part->is_elsewhere && (part->existed || request->storage->home == NULL))
    note_home (request->storage);
  answer (request, &reply, error);
}

static void
created_cb (gpointer data,
            const GError *error)
{
  answer_open (data, error);
}

static void
create (Request *request)
{
  g_autofree char *name = part_name (request->id);
  g_autoptr (GError) error = NULL;

  if (request->has_begun && !is_home (request->storage))
    {
      error = g_error_new (FIL_FILES_ERROR, FIL_FILES_ERROR_GONE,
                           _("What there is of this file lies on another disk than %s is on now. Is a drive away?"),
                           request->storage->incomplete);
      answer_open (request, error);
      return;
    }
  request->part->file = fil_part_file_new (request->storage->disk, request->storage->incomplete, name, FIL_PART_CREATE,
                                           created_cb, request);
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
    fil_disk_find_placed (self->disk, finished_folder (self, request->name), request->name, request->size,
                          &request->sha1, placed_cb, request);
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
  g_autofree char *name = part_name (sought->id);
  const char *folder = part_folder (self, name);
  g_autoptr (GError) error = NULL;

  part->is_elsewhere = folder != self->incomplete;
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
                        finished_folder (self, name), name, finished_cb,
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
      g_autofree char *name = part_name (id);

      part = g_new0 (FilPart, 1);
      part->file = fil_part_file_new (self->disk, part_folder (self, name), name, FIL_PART_OPEN, ignore_cb, NULL);
    }
  fil_part_file_remove (part->file, ignore_cb, NULL);
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
