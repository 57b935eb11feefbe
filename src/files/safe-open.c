/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "safe-open.h"

#include "files-error.h"
#include "scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Never waits for a pipe, never becomes a controlling terminal; what it is is checked afterwards. */
#define FILE_FLAGS (O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int
fail (GError **error,
      int saved_errno,
      const char *root,
      const char *path)
{
  g_autofree char *whole = g_build_filename (root, path, NULL);

  fil_files_set_error (error, saved_errno, whole);
  return -1;
}

/* Something that is no file must not be served, however it got its name. */
static int
check_regular (int fd,
               const char *root,
               const char *path,
               GError **error)
{
  struct stat st;

  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    return fd;
  close (fd);
  return fail (error, ELOOP, root, path);
}

/**
 * fil_open_beneath_slow:
 *
 * fil_open_beneath() for kernels before 5.6: opens part by part, following no link.
 */
int
fil_open_beneath_slow (const char *root,
                       const char *path,
                       GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  int fd = open (root, FOLDER_FLAGS);

  for (guint i = 0; fd >= 0 && parts[i] != NULL; i++)
    {
      gboolean is_last = parts[i + 1] == NULL;
      int next;
      int saved_errno;

      if (parts[i][0] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
        {
          close (fd);
          return fail (error, EXDEV, root, path);
        }
      next = openat (fd, parts[i], is_last ? FILE_FLAGS : FOLDER_FLAGS);
      saved_errno = errno;
      close (fd);
      fd = next;
      errno = saved_errno;
    }
  if (fd < 0)
    return fail (error, errno, root, path);
  return check_regular (fd, root, path, error);
}

/**
 * fil_open_beneath:
 * @root: a shared folder
 * @path: below it
 *
 * Opens a regular file for reading. Whatever @path says and whatever somebody does to the folder
 * meanwhile, nothing outside of @root and nothing behind a symbolic link is opened.
 *
 * Returns: a descriptor, or -1 with @error set
 */
int
fil_open_beneath (const char *root,
                  const char *path,
                  GError **error)
{
  struct open_how how = { .flags = FILE_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
  int root_fd = open (root, FOLDER_FLAGS);
  int saved_errno;
  int fd;

  if (root_fd < 0)
    return fail (error, errno, root, path);
  fd = (int) syscall (SYS_openat2, root_fd, path, &how, sizeof how);
  saved_errno = errno;
  close (root_fd);
  if (fd >= 0)
    return check_regular (fd, root, path, error);
  /* EPERM: a sandbox that does not know the call. */
  if (saved_errno == ENOSYS || saved_errno == EPERM)
    return fil_open_beneath_slow (root, path, error);
  return fail (error, saved_errno, root, path);
}

/**
 * fil_check_same_file:
 *
 * Returns: whether @fd is the very file that was hashed, unchanged; else FIL_FILES_ERROR_CHANGED
 */
gboolean
fil_check_same_file (int fd,
                     const FilFileRow *row,
                     GError **error)
{
  struct stat st;
  FilFileRow now;

  if (fstat (fd, &st) != 0)
    {
      fil_files_set_error (error, errno, row->path);
      return FALSE;
    }
  fil_file_row_set_stat (&now, &st);
  if (now.dev == row->dev && now.inode == row->inode && now.size == row->size && now.ctime_ns == row->ctime_ns)
    return TRUE;
  fil_files_set_error (error, ELOOP, row->path);
  return FALSE;
}
