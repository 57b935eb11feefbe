/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shares-table.h"

#include <string.h>

FilShareRow *
fil_share_row_copy (const FilShareRow *row)
{
  FilShareRow *copy = g_memdup2 (row, sizeof *row);

  copy->path = g_strdup (row->path);
  return copy;
}

void
fil_share_row_free (FilShareRow *row)
{
  if (row == NULL)
    return;
  g_free (row->path);
  g_free (row);
}

static gboolean
load (FilConnection *connection,
      gpointer data,
      GError **error)
{
  GPtrArray *rows = data;
  FilStatement *statement;
  gboolean has_row;

  statement = fil_connection_prepare (connection, "SELECT id, path, include_private, added FROM shares ORDER BY id",
                                      error);
  if (statement == NULL)
    return FALSE;
  while (fil_statement_step (statement, &has_row, error))
    {
      FilShareRow *row;

      if (!has_row)
        return TRUE;
      row = g_new0 (FilShareRow, 1);
      row->id = fil_statement_int (statement, 0);
      row->path = g_strdup (fil_statement_text (statement, 1));
      row->include_private = fil_statement_int (statement, 2) != 0;
      row->added = fil_statement_int (statement, 3);
      g_ptr_array_add (rows, row);
    }
  return FALSE;
}

/**
 * fil_shares_table_load:
 *
 * Waits for the rows; for the start.
 *
 * Returns: (transfer full) (element-type FilShareRow): all rows by id, or NULL with @error set
 */
GPtrArray *
fil_shares_table_load (FilDatabase *database,
                       GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_share_row_free);

  if (!fil_database_call (database, load, rows, error))
    return NULL;
  return g_steal_pointer (&rows);
}

static gboolean
save (FilConnection *connection,
      gpointer data,
      GError **error)
{
  const FilShareRow *row = data;
  FilStatement *statement;

  statement = fil_connection_prepare (connection,
                                      "INSERT INTO shares (id, path, include_private, added) VALUES (?1, ?2, ?3, ?4)"
                                      " ON CONFLICT (id) DO UPDATE SET path = ?2, include_private = ?3, added = ?4",
                                      error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, row->id);
  fil_statement_bind_blob (statement, 2, row->path, strlen (row->path));
  fil_statement_bind_int (statement, 3, row->include_private);
  fil_statement_bind_int (statement, 4, row->added);
  return fil_statement_run (statement, error);
}

/**
 * fil_shares_table_save:
 * @row: copied
 */
void
fil_shares_table_save (FilDatabase *database,
                       const FilShareRow *row)
{
  fil_database_run (database, save, NULL, fil_share_row_copy (row), (GDestroyNotify) fil_share_row_free);
}

static gboolean
remove_row (FilConnection *connection,
            gpointer data,
            GError **error)
{
  FilStatement *statement = fil_connection_prepare (connection, "DELETE FROM shares WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, *(gint64 *) data);
  return fil_statement_run (statement, error);
}

/**
 * fil_shares_table_remove:
 *
 * Removes the folder's row, and those of its files with it.
 */
void
fil_shares_table_remove (FilDatabase *database,
                         gint64 id)
{
  fil_database_run (database, remove_row, NULL, g_memdup2 (&id, sizeof id), g_free);
}
