/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "history-table-private.h"

#include "database-private.h"

#include <string.h>

static FilHistoryRow *
row_copy (const FilHistoryRow *row)
{
  FilHistoryRow *copy = g_memdup2 (row, sizeof *row);

  copy->name = g_strdup (row->name);
  copy->path = g_strdup (row->path);
  return copy;
}

void
fil_history_row_free (FilHistoryRow *row)
{
  if (row == NULL)
    return;
  g_free (row->name);
  g_free (row->path);
  g_free (row);
}

static gboolean
add (FilConnection *connection,
     gpointer data,
     GError **error)
{
  const FilHistoryRow *row = data;
  FilStatement *statement;

  statement = fil_connection_prepare (connection,
                                      "INSERT OR IGNORE INTO history (id, name, size, sha1, tth, path, finished)"
                                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                      error);
  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, row->id);
  fil_statement_bind_text (statement, 2, row->name);
  fil_statement_bind_int (statement, 3, (gint64) row->size);
  fil_statement_bind_blob (statement, 4, &row->sha1, sizeof row->sha1);
  fil_statement_bind_blob (statement, 5, row->has_tth ? &row->tth : NULL, sizeof row->tth);
  fil_statement_bind_blob (statement, 6, row->path, row->path != NULL ? strlen (row->path) : 0);
  fil_statement_bind_int (statement, 7, row->finished);
  return fil_statement_run (statement, error);
}

/**
 * fil_history_table_add:
 * @row: copied; a row of this id that is there already stays
 */
void
fil_history_table_add (FilDatabase *database,
                       const FilHistoryRow *row)
{
  fil_database_run (database, add, NULL, row_copy (row), (GDestroyNotify) fil_history_row_free);
}

/* The index of words would keep those of rows that are gone until it is merged some day. The row of a finished file that
 * was cancelled is on no list, and tells the same as the history. */
gboolean
_fil_history_table_clear_in (FilConnection *connection,
                             GError **error)
{
  return fil_connection_exec (connection,
                              "DELETE FROM history;"
                              "DELETE FROM downloads WHERE finished <> 0 AND removed <> 0;"
                              "INSERT INTO history_words (history_words) VALUES ('delete-all')",
                              error);
}

static gboolean
clear (FilConnection *connection,
       gpointer data,
       GError **error)
{
  return _fil_history_table_clear_in (connection, error);
}

static gboolean
empty_log (FilConnection *connection,
           gpointer data,
           GError **error)
{
  return fil_connection_empty_log (connection, error);
}

/**
 * fil_history_table_clear:
 *
 * Forgets all rows and their words; not a byte of them stays in the database and its log.
 */
void
fil_history_table_clear (FilDatabase *database)
{
  fil_database_remove (database, clear, NULL, NULL);
  _fil_database_run_alone (database, empty_log, NULL, NULL, NULL);
}

typedef struct
{
  char *match; /* FTS5 expression; NULL for all */
  guint max;
  GPtrArray *rows;
} Search;

/* Each word in quotes, so that nothing a person types is an operator; the beginning of a word is enough. */
static char *
match_expression (const char *words)
{
  g_autoptr (GString) match = g_string_new (NULL);
  g_autofree char *text = words != NULL ? g_utf8_make_valid (words, -1) : NULL;
  g_auto (GStrv) parts = g_strsplit_set (text != NULL ? text : "", " \t\n\r", -1);
  guint n = 0;

  for (guint i = 0; parts[i] != NULL && n < FIL_HISTORY_MAX_WORDS; i++)
    {
      gboolean has_word = FALSE;

      /* A part without any letter or digit would be an empty phrase, which finds nothing. */
      for (const char *p = parts[i]; *p != '\0' && !has_word; p = g_utf8_next_char (p))
        has_word = g_unichar_isalnum (g_utf8_get_char (p));
      if (!has_word)
        continue;
      g_string_append (match, n++ > 0 ? " \"" : "\"");
      for (const char *p = parts[i]; *p != '\0'; p++)
        g_string_append (match, *p == '"' ? "\"\"" : (char[]){ *p, '\0' });
      g_string_append (match, "\" *");
    }
  return n > 0 ? g_string_free (g_steal_pointer (&match), FALSE) : NULL;
}

static Search *
search_new (const char *words,
            guint max)
{
  Search *search = g_new0 (Search, 1);

  search->match = match_expression (words);
  search->max = max;
  search->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_history_row_free);
  return search;
}

static void
search_free (Search *search)
{
  g_free (search->match);
  g_ptr_array_unref (search->rows);
  g_free (search);
}

static FilHistoryRow *
read_row (FilStatement *statement)
{
  FilHistoryRow *row = g_new0 (FilHistoryRow, 1);

  row->id = fil_statement_int (statement, 0);
  row->name = g_strdup (fil_statement_text (statement, 1));
  row->size = (guint64) fil_statement_int (statement, 2);
  (void) fil_statement_copy_blob (statement, 3, &row->sha1, sizeof row->sha1);
  row->has_tth = fil_statement_copy_blob (statement, 4, &row->tth, sizeof row->tth);
  row->path = g_strdup (fil_statement_text (statement, 5));
  row->finished = fil_statement_int (statement, 6);
  return row;
}

static gboolean
search_run (FilConnection *connection,
            gpointer data,
            GError **error)
{
  static const char all[] = "SELECT id, name, size, sha1, tth, path, finished FROM history"
                            " ORDER BY finished DESC, id DESC LIMIT ?1";
  static const char some[] = "SELECT id, name, size, sha1, tth, path, finished FROM history"
                             " WHERE id IN (SELECT rowid FROM history_words WHERE history_words MATCH ?2)"
                             " ORDER BY finished DESC, id DESC LIMIT ?1";
  Search *search = data;
  FilStatement *statement = fil_connection_prepare (connection, search->match != NULL ? some : all, error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  fil_statement_bind_int (statement, 1, search->max);
  if (search->match != NULL)
    fil_statement_bind_text (statement, 2, search->match);
  while (fil_statement_step (statement, &has_row, error))
    {
      if (!has_row)
        return TRUE;
      g_ptr_array_add (search->rows, read_row (statement));
    }
  return FALSE;
}

/**
 * fil_history_table_search:
 * @words: (nullable): words that the name has, or their beginnings; none finds all
 *
 * Waits for the rows.
 *
 * Returns: (transfer full) (element-type FilHistoryRow): at most @max rows, the latest first, or NULL
 */
GPtrArray *
fil_history_table_search (FilDatabase *database,
                          const char *words,
                          guint max,
                          GError **error)
{
  Search *search = search_new (words, max);
  GPtrArray *rows = NULL;

  if (fil_database_call (database, search_run, search, error))
    rows = g_ptr_array_ref (search->rows);
  search_free (search);
  return rows;
}
