/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-table.h"

#include <string.h>

static void
source_free (FilSourceRow *source)
{
  g_free (source->address);
  g_free (source->proxies);
  g_free (source);
}

FilDownloadRow *
fil_download_row_new (void)
{
  FilDownloadRow *row = g_new0 (FilDownloadRow, 1);

  row->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) source_free);
  return row;
}

static FilDownloadRow *
row_copy (const FilDownloadRow *row)
{
  FilDownloadRow *copy = g_memdup2 (row, sizeof *row);

  copy->name = g_strdup (row->name);
  copy->reason_code = g_strdup (row->reason_code);
  copy->path = g_strdup (row->path);
  copy->verified = g_strdup (row->verified);
  copy->received = g_strdup (row->received);
  copy->tree = row->tree != NULL ? g_bytes_ref (row->tree) : NULL;
  copy->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) source_free);
  for (guint i = 0; i < row->sources->len; i++)
    {
      const FilSourceRow *source = row->sources->pdata[i];
      FilSourceRow *source_copy = fil_download_row_add_source (copy, source->address, &source->guid);

      source_copy->proxies = g_strdup (source->proxies);
      source_copy->flags = source->flags;
      source_copy->last_seen = source->last_seen;
    }
  return copy;
}

void
fil_download_row_free (FilDownloadRow *row)
{
  if (row == NULL)
    return;
  g_free (row->name);
  g_free (row->reason_code);
  g_free (row->path);
  g_free (row->verified);
  g_free (row->received);
  g_clear_pointer (&row->tree, g_bytes_unref);
  g_ptr_array_unref (row->sources);
  g_free (row);
}

/**
 * fil_download_row_add_source:
 * @address: (nullable): ADDR:PORT
 * @guid: (nullable):
 *
 * Returns: (transfer none): the new source, to be filled further
 */
FilSourceRow *
fil_download_row_add_source (FilDownloadRow *row,
                             const char *address,
                             const FilGuid *guid)
{
  FilSourceRow *source = g_new0 (FilSourceRow, 1);

  source->address = g_strdup (address);
  if (guid != NULL)
    source->guid = *guid;
  g_ptr_array_add (row->sources, source);
  return source;
}

static FilDownloadRow *
read_row (FilStatement *statement)
{
  FilDownloadRow *row = fil_download_row_new ();
  const guint8 *tree;
  gint64 size = fil_statement_int (statement, 2);
  gsize len;

  row->id = fil_statement_int (statement, 0);
  row->name = g_strdup (fil_statement_text (statement, 1));
  row->has_size = size > 0;
  row->size = row->has_size ? (guint64) size - 1 : 0;
  row->has_sha1 = fil_statement_copy_blob (statement, 3, &row->sha1, sizeof row->sha1);
  row->has_tth = fil_statement_copy_blob (statement, 4, &row->tth, sizeof row->tth);
  row->state = (int) fil_statement_int (statement, 5);
  row->reason_code = g_strdup (fil_statement_text (statement, 6));
  row->path = g_strdup (fil_statement_text (statement, 7));
  row->verified = g_strdup (fil_statement_text (statement, 8));
  row->received = g_strdup (fil_statement_text (statement, 9));
  tree = fil_statement_blob (statement, 10, &len);
  row->tree = tree != NULL ? g_bytes_new (tree, len) : NULL;
  row->added = fil_statement_int (statement, 11);
  row->finished = fil_statement_int (statement, 12);
  row->priority = (int) fil_statement_int (statement, 13);
  row->removed = fil_statement_int (statement, 14);
  row->limit_bps = fil_statement_int (statement, 15);
  return row;
}

static gboolean
load_sources (FilConnection *connection,
              GHashTable *by_id,
              GError **error)
{
  FilStatement *statement;
  gboolean has_row;

  statement = fil_connection_prepare (connection,
                                      "SELECT download, address, guid, proxies, flags, last_seen FROM sources"
                                      " ORDER BY rowid",
                                      error);
  if (statement == NULL)
    return FALSE;
  while (fil_statement_step (statement, &has_row, error))
    {
      gint64 id;
      FilDownloadRow *row;
      FilSourceRow *source;

      if (!has_row)
        return TRUE;
      id = fil_statement_int (statement, 0);
      row = g_hash_table_lookup (by_id, &id);
      if (row == NULL)
        continue;
      source = fil_download_row_add_source (row, fil_statement_text (statement, 1), NULL);
      (void) fil_statement_copy_blob (statement, 2, &source->guid, sizeof source->guid);
      source->proxies = g_strdup (fil_statement_text (statement, 3));
      source->flags = (guint32) fil_statement_int (statement, 4);
      source->last_seen = fil_statement_int (statement, 5);
    }
  return FALSE;
}

/* What read_row() reads. Statements are kept by their text, which must last. */
#define SELECT_ROWS \
  "SELECT id, name, size + 1, sha1, tth, state, reason_code, path, verified," \
  " received, tree, added, finished, priority, removed, speed_limit FROM downloads "

/* @sql: SELECT_ROWS and how they are chosen, in which order; static */
static gboolean
load (FilConnection *connection,
      const char *sql,
      GPtrArray *rows,
      GError **error)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  FilStatement *statement;
  gboolean has_row;

  statement = fil_connection_prepare (connection, sql, error);
  if (statement == NULL)
    return FALSE;
  do
    {
      if (!fil_statement_step (statement, &has_row, error))
        return FALSE;
      if (has_row)
        {
          FilDownloadRow *row = read_row (statement);

          g_ptr_array_add (rows, row);
          g_hash_table_insert (by_id, &row->id, row);
        }
    }
  while (has_row);
  return load_sources (connection, by_id, error);
}

static gboolean
load_listed (FilConnection *connection,
             gpointer data,
             GError **error)
{
  return load (connection, SELECT_ROWS "WHERE removed = 0 ORDER BY id", data, error);
}

static gboolean
load_removed (FilConnection *connection,
              gpointer data,
              GError **error)
{
  return load (connection, SELECT_ROWS "WHERE removed <> 0 ORDER BY removed, id", data, error);
}

static GPtrArray *
call_load (FilDatabase *database,
           FilDatabaseFunc func,
           GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_download_row_free);

  return fil_database_call (database, func, rows, error) ? g_steal_pointer (&rows) : NULL;
}

/**
 * fil_downloads_table_load:
 *
 * Waits for the rows; for the start.
 *
 * Returns: (transfer full) (element-type FilDownloadRow): what is on the list by id with its sources, or NULL
 */
GPtrArray *
fil_downloads_table_load (FilDatabase *database,
                          GError **error)
{
  return call_load (database, load_listed, error);
}

/**
 * fil_downloads_table_load_removed:
 *
 * Waits for the rows, which are few: for a full disk.
 *
 * Returns: (transfer full) (element-type FilDownloadRow): what was cancelled with its sources, the oldest first, or NULL
 */
GPtrArray *
fil_downloads_table_load_removed (FilDatabase *database,
                                  GError **error)
{
  return call_load (database, load_removed, error);
}

typedef struct
{
  GPtrArray *rows; /* of FilDownloadRow, owned */
  FilDownloadRowsFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_ptr_array_unref (listing->rows);
  if (listing->destroy != NULL)
    listing->destroy (listing->data);
  g_free (listing);
}

static gboolean
list_removed (FilConnection *connection,
              gpointer data,
              GError **error)
{
  return load_removed (connection, ((Listing *) data)->rows, error);
}

static void
listed (gpointer data,
        const GError *error)
{
  Listing *listing = data;

  listing->func (error == NULL ? listing->rows : NULL, error, listing->data);
}

/**
 * fil_downloads_table_list_removed:
 * @func: is given what was cancelled with its sources, the oldest first
 * @destroy: (nullable): of @data; called also when the database is closed before it answers
 */
void
fil_downloads_table_list_removed (FilDatabase *database,
                                  FilDownloadRowsFunc func,
                                  gpointer data,
                                  GDestroyNotify destroy)
{
  Listing *listing = g_new0 (Listing, 1);

  listing->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_download_row_free);
  listing->func = func;
  listing->data = data;
  listing->destroy = destroy;
  fil_database_run (database, list_removed, listed, listing, listing_free);
}

static gboolean
save_row (FilConnection *connection,
          const FilDownloadRow *row,
          GError **error)
{
  FilStatement *statement;

  statement = fil_connection_prepare (
      connection,
      "INSERT INTO downloads (id, name, size, sha1, tth, state, reason_code, path, verified, received,"
      " added, finished, priority, speed_limit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
      " ON CONFLICT (id) DO UPDATE SET name = ?2, size = ?3, sha1 = ?4, tth = ?5, state = ?6, reason_code = ?7,"
      " path = ?8, verified = ?9, received = ?10, added = ?11, finished = ?12, priority = ?13,"
      " speed_limit = ?14",
      error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, row->id);
  fil_statement_bind_text (statement, 2, row->name != NULL ? row->name : "");
  if (row->has_size)
    fil_statement_bind_int (statement, 3, (gint64) row->size);
  fil_statement_bind_blob (statement, 4, row->has_sha1 ? &row->sha1 : NULL, sizeof row->sha1);
  fil_statement_bind_blob (statement, 5, row->has_tth ? &row->tth : NULL, sizeof row->tth);
  fil_statement_bind_int (statement, 6, row->state);
  fil_statement_bind_text (statement, 7, row->reason_code);
  fil_statement_bind_blob (statement, 8, row->path, row->path != NULL ? strlen (row->path) : 0);
  fil_statement_bind_text (statement, 9, row->verified);
  fil_statement_bind_text (statement, 10, row->received);
  fil_statement_bind_int (statement, 11, row->added);
  fil_statement_bind_int (statement, 12, row->finished);
  fil_statement_bind_int (statement, 13, row->priority);
  fil_statement_bind_int (statement, 14, row->limit_bps);
  return fil_statement_run (statement, error);
}

static gboolean
save_source (FilConnection *connection,
             gint64 id,
             const FilSourceRow *source,
             GError **error)
{
  FilStatement *statement;

  statement = fil_connection_prepare (connection,
                                      "INSERT INTO sources (download, address, guid, proxies, flags, last_seen)"
                                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                      error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, id);
  fil_statement_bind_text (statement, 2, source->address);
  fil_statement_bind_blob (statement, 3, fil_guid_is_zero (&source->guid) ? NULL : &source->guid,
                           sizeof source->guid);
  fil_statement_bind_text (statement, 4, source->proxies);
  fil_statement_bind_int (statement, 5, source->flags);
  fil_statement_bind_int (statement, 6, source->last_seen);
  return fil_statement_run (statement, error);
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
save (FilConnection *connection,
      gpointer data,
      GError **error)
{
  const FilDownloadRow *row = data;

  if (!save_row (connection, row, error) ||
      !run_with_id (connection, "DELETE FROM sources WHERE download = ?1", row->id, error))
    return FALSE;
  for (guint i = 0; i < row->sources->len; i++)
    {
      if (!save_source (connection, row->id, row->sources->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

/**
 * fil_downloads_table_save:
 * @row: copied, with its sources, which replace those that were saved; its tree is left alone
 */
void
fil_downloads_table_save (FilDatabase *database,
                          const FilDownloadRow *row)
{
  fil_database_run (database, save, NULL, row_copy (row), (GDestroyNotify) fil_download_row_free);
}

static gboolean
save_tree (FilConnection *connection,
           gpointer data,
           GError **error)
{
  const FilDownloadRow *row = data;
  FilStatement *statement;
  gconstpointer tree = NULL;
  gsize len = 0;

  statement = fil_connection_prepare (connection, "UPDATE downloads SET tree = ?2 WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  if (row->tree != NULL)
    tree = g_bytes_get_data (row->tree, &len);
  fil_statement_bind_int (statement, 1, row->id);
  fil_statement_bind_blob (statement, 2, tree, len);
  return fil_statement_run (statement, error);
}

/**
 * fil_downloads_table_save_tree:
 * @tree: (nullable): a row of the tiger tree
 *
 * Saves the tree of a download that is saved. It is large, and changes once at most.
 */
void
fil_downloads_table_save_tree (FilDatabase *database,
                               gint64 id,
                               GBytes *tree)
{
  FilDownloadRow *row = fil_download_row_new ();

  row->id = id;
  row->tree = tree != NULL ? g_bytes_ref (tree) : NULL;
  fil_database_run (database, save_tree, NULL, row, (GDestroyNotify) fil_download_row_free);
}

static gboolean
set_removed (FilConnection *connection,
             gpointer data,
             GError **error)
{
  const FilDownloadRow *row = data;
  FilStatement *statement;

  statement = fil_connection_prepare (connection, "UPDATE downloads SET removed = ?2 WHERE id = ?1", error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, row->id);
  fil_statement_bind_int (statement, 2, row->removed);
  return fil_statement_run (statement, error);
}

/**
 * fil_downloads_table_set_removed:
 * @removed: unix seconds; 0 puts the download back on the list
 */
void
fil_downloads_table_set_removed (FilDatabase *database,
                                 gint64 id,
                                 gint64 removed)
{
  FilDownloadRow *row = fil_download_row_new ();

  row->id = id;
  row->removed = removed;
  fil_database_remove (database, set_removed, row, (GDestroyNotify) fil_download_row_free);
}

static gboolean
remove_row (FilConnection *connection,
            gpointer data,
            GError **error)
{
  return run_with_id (connection, "DELETE FROM downloads WHERE id = ?1", *(gint64 *) data, error);
}

void
fil_downloads_table_remove (FilDatabase *database,
                            gint64 id)
{
  fil_database_remove (database, remove_row, g_memdup2 (&id, sizeof id), g_free);
}
