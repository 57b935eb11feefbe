/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hosts-table.h"

FilHostRow *
fil_host_row_new (const char *endpoint,
                  int kind,
                  gint64 last_seen)
{
  FilHostRow *row = g_new0 (FilHostRow, 1);

  row->endpoint = g_strdup (endpoint);
  row->kind = kind;
  row->last_seen = last_seen;
  return row;
}

void
fil_host_row_free (FilHostRow *row)
{
  if (row == NULL)
    return;
  g_free (row->endpoint);
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

  statement = fil_connection_prepare (connection,
                                      "SELECT endpoint, kind, failures, last_seen FROM hosts ORDER BY last_seen DESC",
                                      error);
  if (statement == NULL)
    return FALSE;
  while (fil_statement_step (statement, &has_row, error))
    {
      FilHostRow *row;

      if (!has_row)
        return TRUE;
      row = fil_host_row_new (fil_statement_text (statement, 0), (int) fil_statement_int (statement, 1),
                              fil_statement_int (statement, 3));
      row->failures = (guint32) fil_statement_int (statement, 2);
      g_ptr_array_add (rows, row);
    }
  return FALSE;
}

/**
 * fil_hosts_table_load:
 *
 * Waits for the rows; for the start.
 *
 * Returns: (transfer full) (element-type FilHostRow): all rows, the latest seen first, or NULL
 */
GPtrArray *
fil_hosts_table_load (FilDatabase *database,
                      GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_host_row_free);

  if (!fil_database_call (database, load, rows, error))
    return NULL;
  return g_steal_pointer (&rows);
}

static gboolean
replace (FilConnection *connection,
         gpointer data,
         GError **error)
{
  GPtrArray *rows = data;

  if (!fil_connection_exec (connection, "DELETE FROM hosts", error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const FilHostRow *row = rows->pdata[i];
      FilStatement *statement;

      statement = fil_connection_prepare (connection,
                                          "INSERT OR REPLACE INTO hosts (endpoint, kind, failures, last_seen)"
                                          " VALUES (?1, ?2, ?3, ?4)",
                                          error);
      if (statement == NULL)
        return FALSE;
      fil_statement_bind_text (statement, 1, row->endpoint);
      fil_statement_bind_int (statement, 2, row->kind);
      fil_statement_bind_int (statement, 3, row->failures);
      fil_statement_bind_int (statement, 4, row->last_seen);
      if (!fil_statement_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * fil_hosts_table_replace:
 * @rows: (transfer full) (element-type FilHostRow): the caller's last reference; it frees its rows
 *
 * Forgets all hosts and saves these.
 */
void
fil_hosts_table_replace (FilDatabase *database,
                         GPtrArray *rows)
{
  fil_database_run (database, replace, NULL, rows, (GDestroyNotify) g_ptr_array_unref);
}
