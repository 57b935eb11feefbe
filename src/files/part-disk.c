/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "part-disk.h"

#include "disk-guard.h"
#include "hasher.h"
#include "safe-name.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Looking at the room on a disk costs little, but on a network file system it is a question and its answer. */
#define GUARD_EVERY (1024 * 1024)
/* Large enough to lie in one piece on the disk. */
#define WRITE_OUT_EVERY (16 * 1024 * 1024)

FilPartDisk *
fil_part_disk_new (const char *folder,
                   const char *name,
                   FilPartMode mode)
{
  FilPartDisk *self = g_new0 (FilPartDisk, 1);

  self->path = g_build_filename (folder, name, NULL);
  self->fd = -1;
  self->mode = mode;
  return self;
}

void
fil_part_disk_close (FilPartDisk *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
fil_part_disk_free (FilPartDisk *self)
{
  fil_part_disk_close (self);
  g_free (self->path);
  g_free (self);
}

/**
 * fil_part_disk_open:
 *
 * Opens or makes the file, as its mode says; never executable, and the umask decides on the rest.
 */
gboolean
fil_part_disk_open (FilPartDisk *self,
                    GError **error)
{
  int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  struct stat st;

  if (self->mode != FIL_PART_OPEN)
    flags |= O_CREAT;
  if (self->mode == FIL_PART_CREATE)
    flags |= O_EXCL;
  self->fd = open (self->path, flags, 0666);
  if (self->fd < 0)
    {
      fil_files_set_error (error, errno, self->path);
      return FALSE;
    }
  if (fstat (self->fd, &st) != 0 || !S_ISREG (st.st_mode))
    {
      fil_part_disk_close (self);
      fil_files_set_error (error, ELOOP, self->path);
      return FALSE;
    }
  return TRUE;
}

/**
 * fil_part_disk_dup:
 *
 * Returns: another descriptor of the file, for another thread, or -1: FIL_FILES_ERROR_GONE when it is not open
 */
int
fil_part_disk_dup (FilPartDisk *self,
                   GError **error)
{
  int fd = self->fd >= 0 ? fcntl (self->fd, F_DUPFD_CLOEXEC, 3) : -1;

  if (fd < 0)
    fil_files_set_error (error, self->fd >= 0 ? errno : ENOENT, self->path);
  return fd;
}

/* Others write to the disk as well. By its path, so that a drive that went away is missed at once. */
static gboolean
guard (FilPartDisk *self,
       gsize len,
       guint64 floor_bytes,
       GError **error)
{
  if (self->unguarded >= len)
    {
      self->unguarded -= len;
      return TRUE;
    }
  self->unguarded = fil_disk_guard_check (self->path, len, floor_bytes, error) ? GUARD_EVERY : 0;
  return self->unguarded > 0;
}

/**
 * fil_part_disk_write:
 * @floor_bytes: what stays free on the disk, see fil_disk_guard_floor()
 */
void
fil_part_disk_write (FilPartDisk *self,
                     goffset offset,
                     GBytes *bytes,
                     guint64 floor_bytes,
                     GError **error)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  gsize done = 0;

  if (!guard (self, len, floor_bytes, error))
    return;
  while (done < len)
    {
      gssize n = pwrite (self->fd, data + done, len - done, offset + (goffset) done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          fil_files_set_error (error, n < 0 ? errno : ENOSPC, self->path);
          break;
        }
      done += (gsize) n;
    }
  self->unwritten += done;
}

/**
 * fil_part_disk_wants_write_out:
 *
 * Returns: whether the system holds so much of the file back that fil_part_disk_write_out() should follow
 */
gboolean
fil_part_disk_wants_write_out (FilPartDisk *self)
{
  if (self->unwritten < WRITE_OUT_EVERY)
    return FALSE;
  self->unwritten = 0;
  return TRUE;
}

/**
 * fil_part_disk_write_out:
 *
 * Has the system begin to put on the disk what it holds back of a file, so that little is left to wait for when
 * it is synced. May wait for a disk that is busy.
 */
void
fil_part_disk_write_out (int fd)
{
  (void) sync_file_range (fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

/* Whether the file is still the one that was hashed: then it need not be read once more. */
static gboolean
is_same (const struct stat *hashed,
         const struct stat *st)
{
  return hashed->st_size == st->st_size && hashed->st_mtim.tv_sec == st->st_mtim.tv_sec &&
         hashed->st_mtim.tv_nsec == st->st_mtim.tv_nsec;
}

/**
 * fil_part_disk_check_whole:
 * @name: for messages
 * @size: bytes that the file must have
 * @known: (nullable): its hashes, when they were worked out
 * @sha1: (inout): what it must be, all zero: anything; what it is
 *
 * Syncs the file and finds out whether it is what it should be: FIL_FILES_ERROR_MISMATCH when it is not. What is
 * behind its end is cut off: somebody may have said that it is larger, and have sent bytes of that.
 */
gboolean
fil_part_disk_check_whole (FilPartDisk *self,
                           const char *name,
                           guint64 size,
                           const FilPartHashes *known,
                           FilSha1 *sha1,
                           GError **error)
{
  static const FilSha1 any;
  g_autofree char *shown = fil_display_name (name);
  g_autoptr (FilTigerTree) tree = NULL;
  FilSha1 found;
  struct stat st;

  if (fstat (self->fd, &st) != 0 || ((guint64) st.st_size > size && ftruncate (self->fd, (off_t) size) != 0) ||
      fsync (self->fd) != 0 || fstat (self->fd, &st) != 0)
    {
      fil_files_set_error (error, errno, self->path);
      return FALSE;
    }
  if ((guint64) st.st_size != size)
    {
      g_set_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_MISMATCH,
                   _ ("%s is not whole: it has another size than it should."), shown);
      return FALSE;
    }
  if (known != NULL && is_same (&known->stat, &st))
    found = known->sha1;
  else if (lseek (self->fd, 0, SEEK_SET) != 0 || !fil_hash_fd (self->fd, self->path, NULL, NULL, &found, &tree, error))
    return FALSE;
  if (!fil_sha1_equal (sha1, &any) && !fil_sha1_equal (&found, sha1))
    {
      g_set_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_MISMATCH,
                   _ ("%s is damaged: its hash is not the one that was asked for."), shown);
      return FALSE;
    }
  *sha1 = found;
  return TRUE;
}

/**
 * fil_part_disk_remove:
 *
 * Deletes what is open, and nothing else that its name may have come to mean.
 */
void
fil_part_disk_remove (FilPartDisk *self,
                      GError **error)
{
  struct stat ours;
  struct stat there;

  if (fstat (self->fd, &ours) == 0 && lstat (self->path, &there) == 0 && ours.st_dev == there.st_dev &&
      ours.st_ino == there.st_ino && unlink (self->path) != 0)
    fil_files_set_error (error, errno, self->path);
  fil_part_disk_close (self);
}
