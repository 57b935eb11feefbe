/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "files-table.h"

#include <string.h>

/**
 * fil_file_row_new:
 * @path: below the shared folder
 *
 * Returns: (transfer full): a row to be freed with g_free()
 */
FilFileRow *
fil_file_row_new (const char *path)
{
  gsize size = strlen (path) + 1;
  FilFileRow *row = g_malloc0 (sizeof *row + size);

  memcpy (row->path, path, size);
  return row;
}

FilFileRow *
fil_file_row_copy (const FilFileRow *row)
{
  return g_memdup2 (row, sizeof *row + strlen (row->path) + 1);
}

/**
 * fil_file_row_name:
 *
 * Returns: (transfer none): the last part of the path, bytes as the disk has them
 */
const char *
fil_file_row_name (const FilFileRow *row)
{
  const char *slash = strrchr (row->path, '/');

  return slash != NULL ? slash + 1 : row->path;
}

static FilFileRow *
read_row (FilStatement *statement)
{
  gsize len;
  const guint8 *path = fil_statement_blob (statement, 2, &len);
  FilFileRow *row;

  if (path == NULL || memchr (path, '\0', len) != NULL)
    return NULL;
  row = g_malloc0 (sizeof *row + len + 1);
  memcpy (row->path, path, len);
  row->id = fil_statement_int (statement, 0);
  row->share = fil_statement_int (statement, 1);
  row->size = (guint64) fil_statement_int (statement, 3);
  row->mtime_ns = fil_statement_int (statement, 4);
  row->ctime_ns = fil_statement_int (statement, 5);
  row->dev = (guint64) fil_statement_int (statement, 6);
  row->inode = (guint64) fil_statement_int (statement, 7);
  row->hashed_at = fil_statement_int (statement, 10);
  row->asked = (guint32) fil_statement_int (statement, 11);
  row->sent = (guint32) fil_statement_int (statement, 12);
  if (!fil_statement_copy_blob (statement, 8, &row->sha1, sizeof row->sha1) ||
      !fil_statement_copy_blob (statement, 9, &row->tth, sizeof row->tth))
    row->hashed_at = 0;
  return row;
}

static gboolean
load (FilConnection *connection,
      gpointer data,
      GError **error)
{
  GPtrArray *rows = data;
  FilStatement *statement;
  gboolean has_row;

  statement = fil_connection_prepare (connection,
                                      "SELECT id, share, path, size, mtime_ns, ctime_ns, dev, inode, sha1, tth,"
                                      " hashed_at, asked, sent FROM files ORDER BY id",
                                      error);
  if (statement == NULL)
    return FALSE;
  while (fil_statement_step (statement, &has_row, error))
    {
      FilFileRow *row;

      if (!has_row)
        return TRUE;
      row = read_row (statement);
      if (row != NULL)
        g_ptr_array_add (rows, row);
    }
  return FALSE;
}

/**
 * fil_files_table_load:
 *
 * Waits for the rows; for the start.
 *
 * Returns: (transfer full) (element-type FilFileRow): all rows by id, or NULL with @error set
 */
GPtrArray *
fil_files_table_load (FilDatabase *database,
                      GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  if (!fil_database_call (database, load, rows, error))
    return NULL;
  return g_steal_pointer (&rows);
}

static gboolean
save (FilConnection *connection,
      gpointer data,
      GError **error)
{
  const FilFileRow *row = data;
  gboolean is_hashed = row->hashed_at != 0;
  FilStatement *statement;

  statement = fil_connection_prepare (
      connection,
      "INSERT INTO files (id, share, path, size, mtime_ns, ctime_ns, dev, inode, sha1, tth, hashed_at, asked, sent)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
      " ON CONFLICT (id) DO UPDATE SET share = ?2, path = ?3, size = ?4, mtime_ns = ?5, ctime_ns = ?6, dev = ?7,"
      " inode = ?8, sha1 = ?9, tth = ?10, hashed_at = ?11, asked = ?12, sent = ?13",
      error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, row->id);
  fil_statement_bind_int (statement, 2, row->share);
  fil_statement_bind_blob (statement, 3, row->path, strlen (row->path));
  fil_statement_bind_int (statement, 4, (gint64) row->size);
  fil_statement_bind_int (statement, 5, row->mtime_ns);
  fil_statement_bind_int (statement, 6, row->ctime_ns);
  fil_statement_bind_int (statement, 7, (gint64) row->dev);
  fil_statement_bind_int (statement, 8, (gint64) row->inode);
  fil_statement_bind_blob (statement, 9, is_hashed ? &row->sha1 : NULL, sizeof row->sha1);
  fil_statement_bind_blob (statement, 10, is_hashed ? &row->tth : NULL, sizeof row->tth);
  fil_statement_bind_int (statement, 11, row->hashed_at);
  fil_statement_bind_int (statement, 12, row->asked);
  fil_statement_bind_int (statement, 13, row->sent);
  return fil_statement_run (statement, error);
}

/**
 * fil_files_table_save:
 * @row: copied; its share must be in the shares table
 */
void
fil_files_table_save (FilDatabase *database,
                      const FilFileRow *row)
{
  fil_database_run (database, save, NULL, fil_file_row_copy (row), g_free);
}

typedef struct
{
  gint64 id;
  guint32 asked;
  guint32 sent;
  GBytes *nodes;
  FilTreeRowLoaded loaded;
  gpointer loaded_data;
  GDestroyNotify loaded_destroy;
} Change;

static Change *
change_new (gint64 id)
{
  Change *change = g_new0 (Change, 1);

  change->id = id;
  return change;
}

static void
change_free (Change *change)
{
  g_clear_pointer (&change->nodes, g_bytes_unref);
  if (change->loaded_destroy != NULL)
    change->loaded_destroy (change->loaded_data);
  g_free (change);
}

static gboolean
run_with_id (FilConnection *connection,
             const char *sql,
             gint64 id,
             GError **error)
{
  FilStatement *statement = fil_connection_prepare (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, id);
  return fil_statement_run (statement, error);
}

static gboolean
remove_one (FilConnection *connection,
            gpointer data,
            GError **error)
{
  Change *change = data;

  return run_with_id (connection, "DELETE FROM files WHERE id = ?1", change->id, error);
}

void
fil_files_table_remove (FilDatabase *database,
                        gint64 id)
{
  fil_database_run (database, remove_one, NULL, change_new (id), (GDestroyNotify) change_free);
}

static gboolean
count (FilConnection *connection,
       gpointer data,
       GError **error)
{
  Change *change = data;
  FilStatement *statement;

  statement = fil_connection_prepare (connection, "UPDATE files SET asked = ?2, sent = ?3 WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, change->id);
  fil_statement_bind_int (statement, 2, change->asked);
  fil_statement_bind_int (statement, 3, change->sent);
  return fil_statement_run (statement, error);
}

/**
 * fil_files_table_count:
 * @asked: the new count of hits
 * @sent: the new count of uploads
 */
void
fil_files_table_count (FilDatabase *database,
                       gint64 id,
                       guint32 asked,
                       guint32 sent)
{
  Change *change = change_new (id);

  change->asked = asked;
  change->sent = sent;
  fil_database_run (database, count, NULL, change, (GDestroyNotify) change_free);
}

static gboolean
save_tree (FilConnection *connection,
           gpointer data,
           GError **error)
{
  Change *change = data;
  FilStatement *statement;
  gsize len;
  gconstpointer bytes = g_bytes_get_data (change->nodes, &len);

  /* The file may have gone meanwhile. */
  statement = fil_connection_prepare (connection,
                                      "INSERT OR REPLACE INTO trees (file, nodes)"
                                      " SELECT id, ?2 FROM files WHERE id = ?1",
                                      error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, change->id);
  fil_statement_bind_blob (statement, 2, bytes, len);
  return fil_statement_run (statement, error);
}

/**
 * fil_files_table_save_tree:
 * @id: of a file that is saved
 * @row: the nodes of its tiger tree that are kept
 */
void
fil_files_table_save_tree (FilDatabase *database,
                           gint64 id,
                           GBytes *row)
{
  Change *change = change_new (id);

  change->nodes = g_bytes_ref (row);
  fil_database_run (database, save_tree, NULL, change, (GDestroyNotify) change_free);
}

static gboolean
load_tree (FilConnection *connection,
           gpointer data,
           GError **error)
{
  Change *change = data;
  FilStatement *statement;
  gboolean has_row;

  statement = fil_connection_prepare (connection, "SELECT nodes FROM trees WHERE file = ?1", error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, change->id);
  if (!fil_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    {
      gsize len;
      const guint8 *bytes = fil_statement_blob (statement, 0, &len);

      change->nodes = g_bytes_new (bytes, len);
      return fil_statement_run (statement, error);
    }
  return TRUE;
}

static void
tree_loaded (gpointer data,
             const GError *error)
{
  Change *change = data;

  change->loaded (change->nodes, change->loaded_data);
}

/**
 * fil_files_table_load_tree:
 * @func: gets the nodes, or NULL when there are none
 * @destroy: (nullable): frees @data, also when @func is never called
 */
void
fil_files_table_load_tree (FilDatabase *database,
                           gint64 id,
                           FilTreeRowLoaded func,
                           gpointer data,
                           GDestroyNotify destroy)
{
  Change *change = change_new (id);

  change->loaded = func;
  change->loaded_data = data;
  change->loaded_destroy = destroy;
  fil_database_run (database, load_tree, tree_loaded, change, (GDestroyNotify) change_free);
}
