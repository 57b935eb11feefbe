/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-private.h"
#include "downloads-table.h"
#include "files-table.h"
#include "history-table.h"
#include "hosts-table.h"
#include "ids.h"
#include "shares-table.h"

#include <glib/gstdio.h>
#include <string.h>

static FilDatabase *
open_memory (void)
{
  FilDatabase *database = fil_database_open (NULL, NULL);

  g_assert_nonnull (database);
  return database;
}

static void
count_failures (const GError *error,
                gpointer data)
{
  ++*(guint *) data;
}

static void
add_share (FilDatabase *database,
           gint64 id,
           const char *path)
{
  FilShareRow row = { id, (char *) path, TRUE, 99 };

  fil_shares_table_save (database, &row);
}

static void
test_shares (void)
{
  g_autoptr (FilDatabase) database = open_memory ();
  g_autoptr (GPtrArray) rows = NULL;
  FilShareRow *row;

  add_share (database, 3, "/b/\xff");
  add_share (database, 2, "/a");
  add_share (database, 3, "/c/\xfe");
  fil_shares_table_remove (database, 2);
  rows = fil_shares_table_load (database, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  row = rows->pdata[0];
  g_assert_cmpint (row->id, ==, 3);
  g_assert_cmpstr (row->path, ==, "/c/\xfe");
  g_assert_true (row->include_private);
  g_assert_cmpint (row->added, ==, 99);
}

static void
tree_loaded (GBytes *row,
             gpointer data)
{
  char **text = data;

  *text = row != NULL ? g_strndup (g_bytes_get_data (row, NULL), g_bytes_get_size (row)) : g_strdup ("none");
}

static char *
load_tree (FilDatabase *database,
           gint64 id)
{
  char *text = NULL;

  fil_files_table_load_tree (database, id, tree_loaded, &text, NULL);
  while (text == NULL)
    g_main_context_iteration (NULL, TRUE);
  return text;
}

static void
test_files (void)
{
  g_autoptr (FilDatabase) database = open_memory ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GBytes) tree = g_bytes_new_static ("tree", 4);
  g_autofree FilFileRow *row = fil_file_row_new ("sub/name \xff.bin");
  g_autofree char *loaded = NULL;
  g_autofree char *not_loaded = NULL;
  FilFileRow *got;

  g_assert_cmpstr (fil_file_row_name (row), ==, "name \xff.bin");
  add_share (database, 1, "/a");
  row->id = 7;
  row->share = 1;
  row->size = G_MAXINT64;
  row->mtime_ns = -5;
  row->ctime_ns = 6;
  row->dev = G_MAXUINT64;
  row->inode = 8;
  fil_files_table_save (database, row);
  row->hashed_at = 1000;
  memset (&row->sha1, 1, sizeof row->sha1);
  memset (&row->tth, 2, sizeof row->tth);
  fil_files_table_save (database, row);
  fil_files_table_count (database, 7, 11, 12);
  fil_files_table_save_tree (database, 7, tree);
  fil_files_table_save_tree (database, 8, tree);

  rows = fil_files_table_load (database, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  got = rows->pdata[0];
  row->asked = 11;
  row->sent = 12;
  g_assert_cmpmem (got, sizeof *got, row, sizeof *row);
  g_assert_cmpstr (got->path, ==, row->path);
  loaded = load_tree (database, 7);
  not_loaded = load_tree (database, 8);
  g_assert_cmpstr (loaded, ==, "tree");
  g_assert_cmpstr (not_loaded, ==, "none");

  /* The folder takes its files with it. */
  fil_shares_table_remove (database, 1);
  none = fil_files_table_load (database, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  g_free (loaded);
  loaded = load_tree (database, 7);
  g_assert_cmpstr (loaded, ==, "none");
}

/* A file needs its folder, and a row that is refused harms no other. */
static void
test_foreign_key (void)
{
  g_autoptr (FilDatabase) database = open_memory ();
  g_autofree FilFileRow *row = fil_file_row_new ("x");
  guint n_failed = 0;

  fil_database_set_failed_func (database, count_failures, &n_failed);
  row->id = 1;
  row->share = 5;
  fil_files_table_save (database, row);
  add_share (database, 1, "/a");
  while (n_failed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_failed, ==, 1);
}

static void
test_downloads (void)
{
  g_autoptr (FilDatabase) database = open_memory ();
  g_autoptr (FilDownloadRow) row = fil_download_row_new ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GBytes) tree = g_bytes_new ("nodes", 5);
  FilDownloadRow *got;
  FilSourceRow *source;
  FilGuid guid = { { 1, 2, 3 } };

  row->id = 4;
  row->name = g_strdup ("näme");
  row->has_sha1 = TRUE;
  memset (&row->sha1, 9, sizeof row->sha1);
  row->state = 3;
  row->added = 5;
  row->priority = -2;
  row->limit_bps = G_GINT64_CONSTANT (5000000000);
  source = fil_download_row_add_source (row, "1.2.3.4:5", NULL);
  source->flags = 3;
  fil_downloads_table_save (database, row);
  fil_downloads_table_save_tree (database, 4, tree);
  source = fil_download_row_add_source (row, NULL, &guid);
  source->proxies = g_strdup ("5.6.7.8:9");
  source->last_seen = 77;
  row->verified = g_strdup ("0-9");
  row->received = g_strdup ("0-19");
  row->reason_code = g_strdup ("why");
  row->path = g_strdup ("/\xff");
  row->finished = 6;
  fil_downloads_table_save (database, row);

  rows = fil_downloads_table_load (database, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  got = rows->pdata[0];
  g_assert_cmpstr (got->name, ==, "näme");
  g_assert_false (got->has_size);
  g_assert_true (got->has_sha1);
  g_assert_true (fil_sha1_equal (&got->sha1, &row->sha1));
  g_assert_false (got->has_tth);
  g_assert_cmpint (got->state, ==, 3);
  g_assert_cmpstr (got->reason_code, ==, "why");
  g_assert_cmpstr (got->path, ==, "/\xff");
  g_assert_cmpint (got->added, ==, 5);
  g_assert_cmpint (got->finished, ==, 6);
  g_assert_cmpstr (got->verified, ==, "0-9");
  g_assert_cmpstr (got->received, ==, "0-19");
  g_assert_true (g_bytes_equal (got->tree, tree));
  g_assert_cmpint (got->priority, ==, -2);
  g_assert_cmpint (got->limit_bps, ==, G_GINT64_CONSTANT (5000000000));
  g_assert_cmpuint (got->sources->len, ==, 2);
  source = got->sources->pdata[0];
  g_assert_cmpstr (source->address, ==, "1.2.3.4:5");
  g_assert_true (fil_guid_is_zero (&source->guid));
  g_assert_cmpuint (source->flags, ==, 3);
  source = got->sources->pdata[1];
  g_assert_null (source->address);
  g_assert_true (fil_guid_equal (&source->guid, &guid));
  g_assert_cmpstr (source->proxies, ==, "5.6.7.8:9");

  got->has_size = TRUE;
  got->size = 0;
  fil_downloads_table_save (database, got);
  g_ptr_array_unref (rows);
  rows = fil_downloads_table_load (database, NULL);
  got = rows->pdata[0];
  g_assert_true (got->has_size);
  g_assert_cmpuint (got->size, ==, 0);

  /* Cancelled, it leaves the list with everything, and what is saved of it later does not bring it back. */
  fil_downloads_table_set_removed (database, 4, 1700000000);
  fil_downloads_table_save (database, got);
  g_ptr_array_unref (rows);
  rows = fil_downloads_table_load (database, NULL);
  g_assert_cmpuint (rows->len, ==, 0);
  g_ptr_array_unref (rows);
  rows = fil_downloads_table_load_removed (database, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  got = rows->pdata[0];
  g_assert_cmpint (got->removed, ==, 1700000000);
  g_assert_cmpuint (got->sources->len, >, 0);
  fil_downloads_table_set_removed (database, 4, 0);
  g_ptr_array_unref (rows);
  rows = fil_downloads_table_load (database, NULL);
  g_assert_cmpuint (rows->len, ==, 1);

  fil_downloads_table_remove (database, 4);
  g_ptr_array_unref (rows);
  rows = fil_downloads_table_load (database, NULL);
  g_assert_cmpuint (rows->len, ==, 0);
}

static void
add_history (FilDatabase *database,
             gint64 id,
             const char *name)
{
  FilHistoryRow row = { .id = id, .name = (char *) name, .size = 5, .path = (char *) "/p", .finished = 100 + id };

  fil_history_table_add (database, &row);
}

static void
test_history (void)
{
  static const struct
  {
    const char *words;
    const char *ids;
  } cases[] = {
    { NULL, "54321" },          { "", "54321" },       { "hazel", "321" },  { "HAZEL nut", "2" },
    { "haz", "321" },           { "cafe", "4" },       { "azel", "" },      { "\"", "54321" },
    { "hazel OR café", "" },    { "hazel* NOT x", "" }, { "-", "54321" },    { "name:hazel", "" },
    { "hazel \" ' ) ( *", "321" }, { "\xff\xfe", "" },  { "purple-hazel", "1" },
  };
  g_autoptr (FilDatabase) database = open_memory ();

  add_history (database, 1, "Purple Hazel.ogg");
  add_history (database, 2, "hazel_nut hazel nut.pdf");
  add_history (database, 3, "Hazel");
  add_history (database, 4, "Café.txt");
  add_history (database, 5, "other");
  add_history (database, 5, "ignored twin");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) rows = fil_history_table_search (database, cases[i].words, 10, &error);
      g_autoptr (GString) ids = g_string_new (NULL);

      g_assert_no_error (error);
      for (guint j = 0; j < rows->len; j++)
        g_string_append_printf (ids, "%d", (int) ((FilHistoryRow *) rows->pdata[j])->id);
      if (g_strcmp0 (cases[i].words, "\xff\xfe") == 0)
        continue; /* must not fail; what U+FFFD finds is nobody's business */
      g_test_message ("words: %s", cases[i].words);
      g_assert_cmpstr (ids->str, ==, cases[i].ids);
    }
  {
    g_autoptr (GString) words = g_string_new (NULL);
    g_autoptr (GPtrArray) rows = NULL;

    for (guint i = 0; i < FIL_HISTORY_MAX_WORDS; i++)
      g_string_append (words, "hazel ");
    g_string_append (words, "ignored");
    rows = fil_history_table_search (database, words->str, 10, NULL);
    g_assert_cmpuint (rows->len, ==, 3);
  }
}

static guint
count_history (FilDatabase *database,
               const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_history_table_search (database, words, 10, &error);

  g_assert_no_error (error);
  return rows->len;
}

static gboolean
find_index_words (FilConnection *connection,
                  gpointer data,
                  GError **error)
{
  return fil_connection_get_int (connection,
                                 "SELECT count(*) FROM history_words_data WHERE instr(block, CAST('hazel' AS BLOB)) > 0",
                                 data, error);
}

static void
test_clear_history (void)
{
  g_autoptr (FilDatabase) database = open_memory ();
  g_autoptr (GError) error = NULL;
  gint64 n_blocks = -1;

  add_history (database, 1, "Purple Hazel.ogg");
  add_history (database, 2, "Walnut");
  g_assert_true (fil_database_call (database, find_index_words, &n_blocks, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n_blocks, >, 0);
  fil_history_table_clear (database);
  g_assert_cmpuint (count_history (database, NULL), ==, 0);
  g_assert_cmpuint (count_history (database, "hazel"), ==, 0);
  g_assert_true (fil_database_call (database, find_index_words, &n_blocks, &error));
  g_assert_cmpint (n_blocks, ==, 0);

  add_history (database, 3, "Hazel");
  g_assert_cmpuint (count_history (database, "hazel"), ==, 1);
}

static void
test_hosts (void)
{
  g_autoptr (FilDatabase) database = open_memory ();
  g_autoptr (GPtrArray) rows = NULL;
  GPtrArray *hosts;
  FilHostRow *row;

  for (guint round = 0; round < 2; round++)
    {
      hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_host_row_free);
      g_ptr_array_add (hosts, fil_host_row_new ("1.2.3.4:5", 1, 10));
      g_ptr_array_add (hosts, fil_host_row_new ("1.2.3.4:5", 2, 30));
      g_ptr_array_add (hosts, fil_host_row_new ("[::1]:5", 1, 20 + round));
      ((FilHostRow *) hosts->pdata[2])->failures = 4;
      fil_hosts_table_replace (database, hosts);
    }
  rows = fil_hosts_table_load (database, NULL);
  g_assert_cmpuint (rows->len, ==, 3);
  row = rows->pdata[1];
  g_assert_cmpstr (row->endpoint, ==, "[::1]:5");
  g_assert_cmpint (row->last_seen, ==, 21);
  g_assert_cmpuint (row->failures, ==, 4);
}

static gboolean
copy_to (FilConnection *connection,
         gpointer path,
         GError **error)
{
  return fil_connection_copy_to (connection, path, error);
}

static void
test_ids (void)
{
  g_autofree char *dir = g_dir_make_tmp ("filbert-ids-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "filbert.db", NULL);
  g_autofree char *copy = g_build_filename (dir, "copy.db", NULL);
  g_autoptr (FilDatabase) database = fil_database_open (path, NULL);
  FilIds *ids = fil_ids_new (database, NULL);
  gint64 last = 0;
  gint64 after_crash;

  g_assert_cmpint (fil_ids_next (ids, FIL_ID_SEARCH), ==, 1);
  g_assert_cmpint (fil_ids_next (ids, FIL_ID_SEARCH), ==, 2);
  g_assert_cmpint (fil_ids_next (ids, FIL_ID_RESULT), ==, 1);

  /* More than one block without a turn of the main loop. */
  for (guint i = 0; i < 3 * FIL_IDS_RESERVE; i++)
    last = fil_ids_next (ids, FIL_ID_FILE);
  g_assert_cmpint (last, ==, 3 * FIL_IDS_RESERVE);

  /* What a crash would leave. */
  _fil_database_run_alone (database, copy_to, NULL, copy, NULL);
  g_assert_true (fil_database_flush (database, NULL));
  fil_ids_free (ids);
  g_clear_pointer (&database, fil_database_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  /* An orderly end skips nothing. */
  database = fil_database_open (path, NULL);
  ids = fil_ids_new (database, NULL);
  g_assert_cmpint (fil_ids_next (ids, FIL_ID_SEARCH), ==, 3);
  g_assert_cmpint (fil_ids_next (ids, FIL_ID_FILE), ==, last + 1);
  fil_ids_free (ids);
  g_clear_pointer (&database, fil_database_free);

  database = fil_database_open (copy, NULL);
  ids = fil_ids_new (database, NULL);
  after_crash = fil_ids_next (ids, FIL_ID_FILE);
  g_assert_cmpint (after_crash, >, last);
  g_assert_cmpint (after_crash, <=, last + FIL_IDS_RESERVE + 1);
  fil_ids_free (ids);
  g_clear_pointer (&database, fil_database_free);
  g_unlink (path);
  g_unlink (copy);
  g_rmdir (dir);
}

/* A database that came from a snapshot, or is new, does not know what was given out last. */
static void
test_ids_skip (void)
{
  g_autoptr (FilDatabase) database = open_memory ();
  g_autoptr (FilIds) ids = fil_ids_new (database, NULL);

  g_assert_cmpint (fil_ids_next (ids, FIL_ID_DOWNLOAD), ==, 1);
  g_assert_cmpint (fil_ids_next (ids, FIL_ID_DOWNLOAD), ==, 2);
  fil_ids_skip (ids, 1700000000);
  g_assert_cmpint (fil_ids_next (ids, FIL_ID_DOWNLOAD), ==, 3 + FIL_IDS_SKIP);
  g_assert_cmpint (fil_ids_next (ids, FIL_ID_SEARCH), ==, 1700000000);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/tables/shares", test_shares);
  g_test_add_func ("/store/tables/files", test_files);
  g_test_add_func ("/store/tables/foreign-key", test_foreign_key);
  g_test_add_func ("/store/tables/downloads", test_downloads);
  g_test_add_func ("/store/tables/history", test_history);
  g_test_add_func ("/store/tables/clear-history", test_clear_history);
  g_test_add_func ("/store/tables/hosts", test_hosts);
  g_test_add_func ("/store/tables/ids", test_ids);
  g_test_add_func ("/store/tables/ids-skip", test_ids_skip);
  return g_test_run ();
}
