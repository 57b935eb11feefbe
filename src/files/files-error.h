/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Messages are one sentence for a person that names the path. */
#define FIL_FILES_ERROR (fil_files_error_quark ())
typedef enum
{
  FIL_FILES_ERROR_FAILED,
  FIL_FILES_ERROR_FULL,     /* no space, or less than the floor that stays free */
  FIL_FILES_ERROR_DENIED,   /* no permission, or a read-only file system */
  FIL_FILES_ERROR_GONE,     /* the file or folder is not there (any more) */
  FIL_FILES_ERROR_CHANGED,  /* not the file that was hashed */
  FIL_FILES_ERROR_MISMATCH, /* the hash is not what it should be */
  FIL_FILES_ERROR_REFUSED,  /* the share policy says no */
  FIL_FILES_ERROR_LIMIT,    /* more than a named limit */
  FIL_FILES_ERROR_CANCELLED,
} FilFilesError;

GQuark fil_files_error_quark (void);
void fil_files_set_error (GError **error, int saved_errno, const char *path);

G_END_DECLS
