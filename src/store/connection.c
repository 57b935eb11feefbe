/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "connection-private.h"

#include "statement-private.h"
#include "store-error-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* How long another program may hold the file, as a backup does. */
#define BUSY_TIMEOUT_MS 5000

struct _FilConnection
{
  sqlite3 *db;
  char *path;             /* or ":memory:" */
  GThread *thread;
  GHashTable *statements; /* SQL → FilStatement */
};

/* SQLite would make the file readable for all that the umask lets in. */
static gboolean
make_private_file (const char *path,
                   GError **error)
{
  int fd = open (path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0)
    {
      close (fd);
      return TRUE;
    }
  if (errno != EACCES && errno != EPERM && errno != EROFS)
    return TRUE; /* SQLite will find out */
  _fil_store_set_error (error, NULL, SQLITE_READONLY, path);
  return FALSE;
}

/* So that rows can be deleted when the disk is full: the log keeps this much room, whatever is in it. */
static void
reserve_log (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  int fd = open (wal, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    return;
  if (fallocate (fd, FALLOC_FL_KEEP_SIZE, 0, FIL_CONNECTION_RESERVE) != 0)
    g_debug ("%s: %s", wal, g_strerror (errno));
  close (fd);
}

/**
 * fil_connection_open:
 * @path: (nullable): NULL for a database in memory
 *
 * Returns: (transfer full): a connection for this thread
 */
FilConnection *
fil_connection_open (const char *path,
                     GError **error)
{
  g_autoptr (FilConnection) self = g_new0 (FilConnection, 1);
  int rc;

  self->thread = g_thread_self ();
  self->path = g_strdup (path != NULL ? path : ":memory:");
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) _fil_statement_free);
  if (path != NULL && !make_private_file (path, error))
    return NULL;
  rc = sqlite3_open_v2 (self->path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL);
  if (rc != SQLITE_OK)
    {
      _fil_store_set_error (error, self->db, rc, self->path);
      return NULL;
    }
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  /* FULL: what is committed outlives a power cut. With NORMAL the log would be synced only now and then, and a
   * download that was asked for minutes ago be forgotten. And what is deleted is overwritten: the names of files are
   * nobody's business. */
  if (!fil_connection_exec (self,
                            "PRAGMA journal_mode = WAL;"
                            "PRAGMA synchronous = FULL;"
                            "PRAGMA foreign_keys = ON;"
                            "PRAGMA secure_delete = ON;"
                            "PRAGMA temp_store = MEMORY;"
                            "SELECT count(*) FROM sqlite_schema;",
                            error))
    return NULL;
  if (path != NULL)
    reserve_log (path);
  return g_steal_pointer (&self);
}

/**
 * fil_connection_free:
 *
 * Closes the file. Must run on the connection's thread.
 */
void
fil_connection_free (FilConnection *self)
{
  if (self == NULL)
    return;
  g_assert (self->thread == g_thread_self ());
  g_hash_table_unref (self->statements);
  sqlite3_close (self->db);
  g_free (self->path);
  g_free (self);
}

/**
 * fil_connection_prepare:
 * @sql: one statement; must live as long as the connection, so a literal
 *
 * Returns: (transfer none): the statement, at its start and without parameters; NULL on an error
 */
FilStatement *
fil_connection_prepare (FilConnection *self,
                        const char *sql,
                        GError **error)
{
  FilStatement *statement;

  g_assert (self->thread == g_thread_self ());
  statement = g_hash_table_lookup (self->statements, sql);
  if (statement != NULL)
    {
      _fil_statement_reset (statement);
      return statement;
    }
  statement = _fil_statement_new (self->db, self->path, sql, error);
  if (statement != NULL)
    g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

/**
 * fil_connection_exec:
 * @sql: any number of statements without parameters
 */
gboolean
fil_connection_exec (FilConnection *self,
                     const char *sql,
                     GError **error)
{
  int rc;

  g_assert (self->thread == g_thread_self ());
  rc = sqlite3_exec (self->db, sql, NULL, NULL, NULL);
  if (rc != SQLITE_OK)
    _fil_store_set_error (error, self->db, rc, self->path);
  return rc == SQLITE_OK;
}

/**
 * fil_connection_get_int:
 * @sql: a statement that yields a number
 * @value: (out): the number in the first column of the first row, 0 without one
 */
gboolean
fil_connection_get_int (FilConnection *self,
                        const char *sql,
                        gint64 *value,
                        GError **error)
{
  FilStatement *statement = fil_connection_prepare (self, sql, error);
  gboolean has_row;

  *value = 0;
  if (statement == NULL || !fil_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    *value = fil_statement_int (statement, 0);
  _fil_statement_reset (statement);
  return TRUE;
}

/**
 * fil_connection_copy_to:
 * @path: replaced when it exists, in one step
 *
 * Writes a whole and compact copy of the database. Not inside a transaction.
 */
gboolean
fil_connection_copy_to (FilConnection *self,
                        const char *path,
                        GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  sqlite3_stmt *stmt = NULL;
  int rc;

  g_assert (self->thread == g_thread_self ());
  (void) g_unlink (part);
  if (!make_private_file (part, error))
    return FALSE;
  rc = sqlite3_prepare_v2 (self->db, "VACUUM INTO ?", -1, &stmt, NULL);
  if (rc == SQLITE_OK)
    {
      sqlite3_bind_text (stmt, 1, part, -1, SQLITE_STATIC);
      rc = sqlite3_step (stmt);
    }
  sqlite3_finalize (stmt);
  if (rc != SQLITE_DONE)
    {
      _fil_store_set_error (error, self->db, rc, path);
      (void) g_unlink (part);
      return FALSE;
    }
  if (g_rename (part, path) != 0)
    {
      int saved_errno = errno;

      (void) g_unlink (part);
      g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED, "%s: %s", path, g_strerror (saved_errno));
      return FALSE;
    }
  return TRUE;
}

/**
 * fil_connection_empty_log:
 *
 * Puts all that was committed where it belongs and nothing else: the log would keep what was there before until it is
 * written over. Not inside a transaction.
 */
gboolean
fil_connection_empty_log (FilConnection *self,
                          GError **error)
{
  if (!fil_connection_exec (self, "PRAGMA wal_checkpoint(TRUNCATE)", error))
    return FALSE;
  reserve_log (self->path);
  return TRUE;
}

/**
 * fil_connection_check:
 *
 * Reads the whole database through; 50 ms for each 100,000 files.
 *
 * Returns: FALSE with FIL_STORE_ERROR_DAMAGED when it is not as SQLite left it
 */
gboolean
fil_connection_check (FilConnection *self,
                      GError **error)
{
  FilStatement *statement = fil_connection_prepare (self, "PRAGMA quick_check(1)", error);
  gboolean has_row, is_whole;

  if (statement == NULL || !fil_statement_step (statement, &has_row, error))
    return FALSE;
  is_whole = has_row && g_strcmp0 (fil_statement_text (statement, 0), "ok") == 0;
  _fil_statement_reset (statement);
  if (!is_whole)
    _fil_store_set_error (error, self->db, SQLITE_CORRUPT, self->path);
  return is_whole;
}

/* Whether no transaction is open, because SQLite ended it after a grave error. */
gboolean
_fil_connection_is_idle (FilConnection *self)
{
  return sqlite3_get_autocommit (self->db) != 0;
}
