/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "files-error.h"

#include "safe-name.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (fil-files-error-quark, fil_files_error)

/* What a system call said. */
static FilFilesError
code_of (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOSPC:
    case EDQUOT:
      return FIL_FILES_ERROR_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
      return FIL_FILES_ERROR_DENIED;
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO:
    case ESTALE:
      return FIL_FILES_ERROR_GONE;
    case EFBIG:
    case ENAMETOOLONG:
      return FIL_FILES_ERROR_LIMIT;
    case ELOOP:  /* a symbolic link where none may be */
    case EXDEV:  /* openat2: leads out of the folder */
      return FIL_FILES_ERROR_CHANGED;
    default:
      return FIL_FILES_ERROR_FAILED;
    }
}

/**
 * fil_files_set_error:
 * @saved_errno: what a system call said
 * @path: what it was about, bytes as the disk has them
 *
 * Sets one sentence that a person can act on.
 */
void
fil_files_set_error (GError **error,
                     int saved_errno,
                     const char *path)
{
  FilFilesError code = code_of (saved_errno);
  g_autofree char *name = fil_display_name (path);

  switch (code)
    {
    case FIL_FILES_ERROR_FULL:
      g_set_error (error, FIL_FILES_ERROR, code, _ ("There is no space left on the disk for %s."), name);
      return;
    case FIL_FILES_ERROR_DENIED:
      if (saved_errno == EROFS)
        g_set_error (error, FIL_FILES_ERROR, code, _ ("%s lies on a disk that cannot be written."), name);
      else
        g_set_error (error, FIL_FILES_ERROR, code, _ ("You have no permission for %s."), name);
      return;
    case FIL_FILES_ERROR_GONE:
      g_set_error (error, FIL_FILES_ERROR, code, _ ("%s is not there."), name);
      return;
    case FIL_FILES_ERROR_LIMIT:
      g_set_error (error, FIL_FILES_ERROR, code, _ ("%s is larger than this disk can hold."), name);
      return;
    case FIL_FILES_ERROR_CHANGED:
      g_set_error (error, FIL_FILES_ERROR, code, _ ("%s is not the file that it was."), name);
      return;
    default:
      g_set_error (error, FIL_FILES_ERROR, code, _ ("%s failed: %s."), name, g_strerror (saved_errno));
    }
}
