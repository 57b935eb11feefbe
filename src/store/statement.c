/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "statement-private.h"

#include "store-error-private.h"

#include <string.h>

struct _FilStatement
{
  sqlite3 *db;      /* the connection's */
  const char *path; /* the connection's, for messages */
  sqlite3_stmt *stmt;
  int bind_error;
};

/* path must outlive the statement. */
FilStatement *
_fil_statement_new (sqlite3 *db,
                    const char *path,
                    const char *sql,
                    GError **error)
{
  sqlite3_stmt *stmt = NULL;
  FilStatement *self;
  int rc = sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

  if (rc != SQLITE_OK)
    {
      _fil_store_set_error (error, db, rc, path);
      return NULL;
    }
  self = g_new0 (FilStatement, 1);
  self->db = db;
  self->path = path;
  self->stmt = stmt;
  return self;
}

void
_fil_statement_free (FilStatement *self)
{
  sqlite3_finalize (self->stmt);
  g_free (self);
}

void
_fil_statement_reset (FilStatement *self)
{
  sqlite3_reset (self->stmt);
  sqlite3_clear_bindings (self->stmt);
  self->bind_error = SQLITE_OK;
}

static void
note (FilStatement *self,
      int rc)
{
  if (rc != SQLITE_OK && self->bind_error == SQLITE_OK)
    self->bind_error = rc;
}

void
fil_statement_bind_int (FilStatement *self,
                        int index,
                        gint64 value)
{
  note (self, sqlite3_bind_int64 (self->stmt, index, value));
}

/**
 * fil_statement_bind_text:
 * @text: (nullable): UTF-8; NULL binds NULL
 */
void
fil_statement_bind_text (FilStatement *self,
                         int index,
                         const char *text)
{
  note (self, sqlite3_bind_text (self->stmt, index, text, -1, SQLITE_STATIC));
}

/**
 * fil_statement_bind_blob:
 * @bytes: (nullable): NULL binds NULL
 */
void
fil_statement_bind_blob (FilStatement *self,
                         int index,
                         const void *bytes,
                         gsize len)
{
  note (self, sqlite3_bind_blob64 (self->stmt, index, bytes, len, SQLITE_STATIC));
}

/**
 * fil_statement_step:
 * @has_row: (out): FALSE at the end
 *
 * Returns: FALSE on an error; the statement is then over
 */
gboolean
fil_statement_step (FilStatement *self,
                    gboolean *has_row,
                    GError **error)
{
  int rc = self->bind_error;

  *has_row = FALSE;
  if (rc == SQLITE_OK)
    rc = sqlite3_step (self->stmt);
  if (rc == SQLITE_ROW)
    {
      *has_row = TRUE;
      return TRUE;
    }
  if (rc != SQLITE_DONE)
    _fil_store_set_error (error, self->db, rc, self->path);
  sqlite3_reset (self->stmt);
  return rc == SQLITE_DONE;
}

/**
 * fil_statement_run:
 *
 * Steps to the end of a statement whose rows nobody wants.
 */
gboolean
fil_statement_run (FilStatement *self,
                   GError **error)
{
  gboolean has_row = TRUE;

  while (has_row)
    {
      if (!fil_statement_step (self, &has_row, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * fil_statement_int:
 *
 * Returns: the number in @column, 0 for NULL
 */
gint64
fil_statement_int (FilStatement *self,
                   int column)
{
  return sqlite3_column_int64 (self->stmt, column);
}

/**
 * fil_statement_text:
 *
 * Returns: (transfer none) (nullable): the text or bytes in @column, followed by a NUL
 */
const char *
fil_statement_text (FilStatement *self,
                    int column)
{
  return (const char *) sqlite3_column_text (self->stmt, column);
}

/**
 * fil_statement_blob:
 *
 * Returns: (transfer none) (nullable): the bytes in @column
 */
const guint8 *
fil_statement_blob (FilStatement *self,
                    int column,
                    gsize *len)
{
  const guint8 *bytes = sqlite3_column_blob (self->stmt, column);

  *len = (gsize) sqlite3_column_bytes (self->stmt, column);
  return bytes;
}

/**
 * fil_statement_copy_blob:
 *
 * Returns: whether @column has exactly @len bytes, which are then in @out
 */
gboolean
fil_statement_copy_blob (FilStatement *self,
                         int column,
                         void *out,
                         gsize len)
{
  gsize n;
  const guint8 *bytes = fil_statement_blob (self, column, &n);

  if (bytes == NULL || n != len)
    return FALSE;
  memcpy (out, bytes, len);
  return TRUE;
}
