/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "place-file.h"

#include "disk-guard.h"
#include "hasher.h"
#include "io-buffer.h"
#include "safe-name.h"
#include "sha1.h"
#include "write-all.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_CHUNK (256 * 1024)

static int
sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int rc;

  if (fd < 0)
    return -1;
  rc = fsync (fd);
  close (fd);
  /* Some file systems cannot sync a folder, and then need not. */
  return rc == 0 || errno == EINVAL || errno == EROFS ? 0 : -1;
}

/* For file systems that cannot rename without overwriting: a second name, or an empty file that is
 * only ours, holds the place. Sets errno. */
static int
move_slowly (const char *from,
             const char *to)
{
  int fd;

  if (link (from, to) == 0)
    return unlink (from);
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK)
    return -1;
  fd = open (to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return -1;
  close (fd);
  if (rename (from, to) == 0)
    return 0;
  {
    int saved_errno = errno;

    (void) unlink (to);
    errno = saved_errno;
  }
  return -1;
}

static int
move (const char *from,
      const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
    return -1;
  return move_slowly (from, to);
}

/* Copies, syncs, reads back what the disk has and compares. Sets errno; EBADMSG when the copy is not
 * what was verified. */
static gboolean
copy_bytes (int from,
            int to,
            const FilSha1 *sha1)
{
  g_autoptr (FilIoBuffer) buffer = fil_io_buffer_new (COPY_CHUNK);
  g_autoptr (FilSha1Context) context = fil_sha1_context_new ();
  FilSha1 found;
  gssize n;

  while ((n = read (from, buffer, COPY_CHUNK)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || !fil_write_all (to, buffer, (gsize) n))
        return FALSE;
    }
  if (fsync (to) != 0 || lseek (to, 0, SEEK_SET) != 0)
    return FALSE;
  (void) posix_fadvise (to, 0, 0, POSIX_FADV_DONTNEED);
  while ((n = read (to, buffer, COPY_CHUNK)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      fil_sha1_context_update (context, buffer, (gsize) n);
    }
  fil_sha1_context_finish (context, &found);
  errno = EBADMSG;
  return sha1 == NULL || fil_sha1_equal (&found, sha1);
}

/* Brings the file to the other file system under a hidden name. Returns that name, or NULL with errno. */
static char *
copy_over (const char *part,
           const FilSha1 *sha1,
           const char *folder)
{
  g_autofree char *path = g_build_filename (folder, ".filbert-XXXXXX", NULL);
  int from = open (part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  int to = from >= 0 ? g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0666) : -1;
  gboolean is_ok = to >= 0 && copy_bytes (from, to, sha1);
  int saved_errno = errno;

  if (from >= 0)
    close (from);
  if (to >= 0 && close (to) != 0 && is_ok)
    {
      /* A network file system may tell of a full disk only now. */
      saved_errno = errno;
      is_ok = FALSE;
    }
  if (is_ok)
    return g_steal_pointer (&path);
  if (to >= 0)
    (void) unlink (path);
  errno = saved_errno;
  return NULL;
}

/* Finds a free name. Sets errno. */
static char *
move_to_free_name (const char *from,
                   const char *folder,
                   const char *name)
{
  for (guint number = 1; number <= FIL_PLACE_MAX_NUMBER; number++)
    {
      g_autofree char *numbered = number > 1 ? fil_safe_name_numbered (name, number) : g_strdup (name);
      g_autofree char *to = g_build_filename (folder, numbered, NULL);

      if (move (from, to) == 0)
        return g_steal_pointer (&to);
      if (errno != EEXIST)
        return NULL;
    }
  return NULL;
}

static char *
fail (GError **error,
      int saved_errno,
      const char *part,
      const char *folder)
{
  if (saved_errno == EEXIST)
    g_set_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_LIMIT,
                 _ ("The folder %s has too many files of that name."), folder);
  else if (saved_errno == EBADMSG)
    g_set_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_FAILED,
                 _ ("The disk of %s did not keep what was written to it."), folder);
  else
    fil_files_set_error (error, saved_errno, access (part, F_OK) == 0 ? folder : part);
  return NULL;
}

/**
 * fil_place_file:
 * @part: a whole file, synced
 * @sha1: (nullable): its hash, to check a copy by
 * @folder: where it goes; it is not made when it is missing, for it may be a drive that is away
 * @name: of fil_safe_name()
 * @floor_bytes: what stays free there when it has to be copied, see fil_disk_guard_floor()
 *
 * Moves a file to where a person finds it, overwriting nothing: a name that is taken becomes
 * "name (2)". On another file system it is copied, synced and compared, and @part is removed only
 * then. Blocks.
 *
 * Returns: (transfer full): the path it has now, or NULL with @error set and @part as it was
 */
char *
fil_place_file (const char *part,
                const FilSha1 *sha1,
                const char *folder,
                const char *name,
                guint64 floor_bytes,
                GError **error)
{
  g_autofree char *path = move_to_free_name (part, folder, name);

  if (path == NULL && errno == EXDEV)
    {
      g_autofree char *copy = NULL;
      struct stat st;

      if (lstat (part, &st) == 0 && !fil_disk_guard_check (folder, (guint64) st.st_size, floor_bytes, error))
        return NULL;
      copy = copy_over (part, sha1, folder);
      if (copy == NULL)
        return fail (error, errno, part, folder);
      path = move_to_free_name (copy, folder, name);
      if (path == NULL)
        {
          int saved_errno = errno;

          (void) unlink (copy);
          return fail (error, saved_errno, part, folder);
        }
      (void) unlink (part);
    }
  if (path == NULL)
    return fail (error, errno, part, folder);
  if (sync_folder (folder) != 0)
    g_debug ("%s: %s", folder, g_strerror (errno));
  return g_steal_pointer (&path);
}

static gboolean
is_that_file (const char *path,
              guint64 size,
              const FilSha1 *sha1)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  g_autoptr (FilTigerTree) tree = NULL;
  FilSha1 found;
  struct stat st;
  gboolean is_it = fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (guint64) st.st_size == size &&
                   fil_hash_fd (fd, path, NULL, NULL, &found, &tree, NULL) && fil_sha1_equal (&found, sha1);

  if (fd >= 0)
    close (fd);
  return is_it;
}

/**
 * fil_placed_file:
 * @name: of fil_safe_name()
 *
 * Looks whether fil_place_file() has put a file in its place: one of that name, or of the numbered ones that
 * follow it without a gap, with that size and hash. Blocks, and reads files that have the size.
 *
 * Returns: (transfer full) (nullable): its path
 */
char *
fil_placed_file (const char *folder,
                 const char *name,
                 guint64 size,
                 const FilSha1 *sha1)
{
  for (guint number = 1; number <= FIL_PLACE_MAX_NUMBER; number++)
    {
      g_autofree char *numbered = number > 1 ? fil_safe_name_numbered (name, number) : g_strdup (name);
      g_autofree char *path = g_build_filename (folder, numbered, NULL);

      if (is_that_file (path, size, sha1))
        return g_steal_pointer (&path);
      if (access (path, F_OK) != 0)
        return NULL;
    }
  return NULL;
}
