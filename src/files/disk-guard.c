/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "disk-guard.h"

#include "safe-name.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/statvfs.h>

/**
 * fil_disk_guard_floor:
 * @total_bytes: size of the file system
 * @floor_bytes: FIL_DISK_FLOOR, or less in tests and on small disks
 *
 * Returns: bytes that stay free
 */
guint64
fil_disk_guard_floor (guint64 total_bytes,
                      guint64 floor_bytes)
{
  return MAX (total_bytes / 100, floor_bytes);
}

/**
 * fil_disk_guard_free:
 * @folder: on the file system in question
 * @usable_bytes: (out): what may still be written there
 *
 * One quick system call; but a network file system that does not answer blocks it.
 */
gboolean
fil_disk_guard_free (const char *folder,
                     guint64 floor_bytes,
                     guint64 *usable_bytes,
                     GError **error)
{
  struct statvfs st;
  guint64 available;
  guint64 keep;

  *usable_bytes = 0;
  if (statvfs (folder, &st) != 0)
    {
      fil_files_set_error (error, errno, folder);
      return FALSE;
    }
  available = (guint64) st.f_bavail * st.f_frsize;
  keep = fil_disk_guard_floor ((guint64) st.f_blocks * st.f_frsize, floor_bytes);
  *usable_bytes = available > keep ? available - keep : 0;
  return TRUE;
}

/**
 * fil_disk_guard_check:
 * @needed_bytes: what is going to be written
 *
 * Returns: whether it fits; if not, @error says FIL_FILES_ERROR_FULL with the amounts
 */
gboolean
fil_disk_guard_check (const char *folder,
                      guint64 needed_bytes,
                      guint64 floor_bytes,
                      GError **error)
{
  guint64 usable;
  g_autofree char *name = NULL;
  g_autofree char *needed = NULL;
  g_autofree char *has = NULL;

  if (!fil_disk_guard_free (folder, floor_bytes, &usable, error))
    return FALSE;
  if (usable >= needed_bytes)
    return TRUE;
  name = fil_display_name (folder);
  needed = g_format_size (needed_bytes);
  has = g_format_size (usable);
  g_set_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_FULL,
               _ ("The disk of %s is almost full: %s are needed, %s can be used."), name, needed, has);
  return FALSE;
}

/**
 * fil_disk_guard_fits_after:
 * @freed_bytes: what may be deleted on that file system before
 *
 * Returns: whether @needed_bytes would fit then
 */
gboolean
fil_disk_guard_fits_after (const char *folder,
                           guint64 freed_bytes,
                           guint64 needed_bytes,
                           guint64 floor_bytes)
{
  struct statvfs st;

  return statvfs (folder, &st) == 0 &&
         (guint64) st.f_bavail * st.f_frsize + freed_bytes >=
             fil_disk_guard_floor ((guint64) st.f_blocks * st.f_frsize, floor_bytes) + needed_bytes;
}

/**
 * fil_disk_guard_identity:
 *
 * Returns: (transfer full) (nullable): a text that is the same as long as the folder lies on the same file system,
 *   also after a restart where the system can tell; NULL when the folder is not there
 */
char *
fil_disk_guard_identity (const char *folder)
{
  struct statvfs st;

  return statvfs (folder, &st) == 0 ? g_strdup_printf ("%lx %s", st.f_fsid, folder) : NULL;
}
