/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "head-copy.h"

#include "disk-guard.h"
#include "io-buffer.h"
#include "safe-name.h"
#include "write-all.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define CHUNK (256 * 1024)

/* Sets errno. File systems that can share blocks between files copy nothing. */
static gboolean
copy (int from,
      int to,
      guint64 len)
{
  g_autoptr (FilIoBuffer) buffer = NULL;

  while (len > 0)
    {
      gssize n = copy_file_range (from, NULL, to, NULL, (gsize) MIN (len, (guint64) G_MAXINT), 0);

      if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
        {
          if (buffer == NULL)
            buffer = fil_io_buffer_new (CHUNK);
          n = read (from, buffer, (gsize) MIN (len, (guint64) CHUNK));
          if (n > 0 && !fil_write_all (to, buffer, (gsize) n))
            return FALSE;
        }
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      if (n == 0)
        {
          errno = EIO;
          return FALSE;
        }
      len -= (guint64) n;
    }
  return TRUE;
}

/**
 * fil_head_copy:
 * @from: a file, not a link
 * @len: bytes from its beginning
 * @folder: made when it is not there; only the user can look into it
 * @name: what a stranger called the file
 *
 * Copies the beginning of a file that still grows, for programs that are to open it. An older copy of that
 * name is replaced. Blocks.
 *
 * Returns: (transfer full): the path of the copy, or NULL with a #FilFilesError
 */
char *
fil_head_copy (const char *from,
               guint64 len,
               const char *folder,
               const char *name,
               GError **error)
{
  g_autofree char *safe = fil_safe_name (name, -1);
  g_autofree char *path = g_build_filename (folder, safe, NULL);
  int in, out;
  gboolean is_ok;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      fil_files_set_error (error, errno, folder);
      return NULL;
    }
  if (!fil_disk_guard_check (folder, len, FIL_DISK_FLOOR, error))
    return NULL;
  in = open (from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  (void) unlink (path);
  out = in >= 0 ? open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
  is_ok = out >= 0 && copy (in, out, len);
  if (!is_ok)
    fil_files_set_error (error, errno, in < 0 ? from : path);
  if (in >= 0)
    close (in);
  if (out >= 0)
    close (out);
  if (is_ok)
    return g_steal_pointer (&path);
  if (out >= 0)
    (void) unlink (path);
  return NULL;
}

/**
 * fil_head_copies_remove:
 *
 * Deletes the copies in @folder.
 */
void
fil_head_copies_remove (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      (void) g_unlink (path);
    }
}
