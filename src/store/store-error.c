/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store-error-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (fil-store-error-quark, fil_store_error)

/* Turns what SQLite says into one sentence; db may be NULL. */
void
_fil_store_set_error (GError **error,
                      sqlite3 *db,
                      int code,
                      const char *path)
{
  int system = db != NULL ? sqlite3_system_errno (db) : 0;
  const char *detail = db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (code);

  switch (code & 0xff)
    {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_DAMAGED, _ ("The database %s is damaged."), path);
      return;
    case SQLITE_FULL:
      g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_FULL,
                   _ ("There is no space left on the disk for the database %s."), path);
      return;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_BUSY,
                   _ ("Another program is using the database %s."), path);
      return;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      break;
    case SQLITE_IOERR:
      if (system == ENOSPC || system == EDQUOT)
        {
          _fil_store_set_error (error, NULL, SQLITE_FULL, path);
          return;
        }
      G_GNUC_FALLTHROUGH;
    case SQLITE_CANTOPEN:
      if (system == EACCES || system == EPERM || system == EROFS)
        break;
      G_GNUC_FALLTHROUGH;
    default:
      g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED, _ ("The database %s failed: %s."), path,
                   system != 0 && (code & 0xff) != SQLITE_ERROR ? g_strerror (system) : detail);
      return;
    }
  g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_DENIED,
               _ ("The database %s cannot be written: check who owns it and its permissions."), path);
}
