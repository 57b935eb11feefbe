/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "database-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const two_steps[] = {
  "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (7);",
  "ALTER TABLE t ADD COLUMN b INTEGER; UPDATE t SET b = a * 2;",
};
static const char *const bad_steps[] = {
  "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (7);",
  "DELETE FROM t; SELECT nothing FROM nowhere;",
};
static const FilSchema one = { two_steps, 1 };
static const FilSchema two = { two_steps, 2 };
static const FilSchema bad = { bad_steps, 2 };

typedef struct
{
  char *dir;
  char *path;
  guint n_done;
  guint n_failed;
  GError *error;
  FilDatabase *database;
} Fixture;

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->dir = g_dir_make_tmp ("filbert-store-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, "filbert.db", NULL);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_clear_pointer (&f->database, fil_database_free);
  g_clear_error (&f->error);
  dir = g_dir_open (f->dir, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->dir, name, NULL);

      g_unlink (path);
    }
  g_rmdir (f->dir);
  g_free (f->dir);
  g_free (f->path);
}

static gboolean
exec (FilConnection *connection,
      gpointer data,
      GError **error)
{
  return fil_connection_exec (connection, data, error);
}

typedef struct
{
  const char *sql;
  gint64 value;
} Question;

static gboolean
ask (FilConnection *connection,
     gpointer data,
     GError **error)
{
  Question *question = data;

  return fil_connection_get_int (connection, question->sql, &question->value, error);
}

static gint64
get_int (FilDatabase *database,
         const char *sql)
{
  g_autoptr (GError) error = NULL;
  Question question = { sql, 0 };

  g_assert_true (fil_database_call (database, ask, &question, &error));
  g_assert_no_error (error);
  return question.value;
}

static FilDatabase *
open_ok (const char *path,
         const FilSchema *schema)
{
  g_autoptr (GError) error = NULL;
  FilDatabase *database = _fil_database_open_schema (path, schema, &error);

  g_assert_no_error (error);
  g_assert_nonnull (database);
  return database;
}

static void
test_open (Fixture *f,
           gconstpointer data)
{
  GStatBuf st;

  f->database = open_ok (f->path, &fil_schema);
  g_assert_cmpint (get_int (f->database, "PRAGMA user_version"), ==, fil_schema.n_steps);
  g_assert_cmpint (get_int (f->database, "PRAGMA foreign_keys"), ==, 1);
  g_assert_cmpint (get_int (f->database, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), ==,
                   1);
  g_assert_cmpint (g_stat (f->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
}

static void
test_memory (Fixture *f,
             gconstpointer data)
{
  f->database = fil_database_open (NULL, &f->error);
  g_assert_no_error (f->error);
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM files"), ==, 0);
}

static void
test_migrate (Fixture *f,
              gconstpointer data)
{
  g_autofree char *copy = g_strconcat (f->path, ".before-2", NULL);

  fil_database_free (open_ok (f->path, &one));
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
  f->database = open_ok (f->path, &two);
  g_assert_cmpint (get_int (f->database, "SELECT b FROM t"), ==, 14);
  g_clear_pointer (&f->database, fil_database_free);

  /* The copy is a whole database of the version before. */
  f->database = open_ok (copy, &one);
  g_assert_cmpint (get_int (f->database, "SELECT a FROM t"), ==, 7);
  g_assert_cmpint (get_int (f->database, "PRAGMA user_version"), ==, 1);
}

/* What is new has no version before. */
static void
test_migrate_new (Fixture *f,
                  gconstpointer data)
{
  g_autofree char *copy = g_strconcat (f->path, ".before-2", NULL);

  f->database = open_ok (f->path, &two);
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
}

static void
test_migrate_fails (Fixture *f,
                    gconstpointer data)
{
  fil_database_free (open_ok (f->path, &one));
  f->database = _fil_database_open_schema (f->path, &bad, &f->error);
  g_assert_null (f->database);
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED);
  f->database = open_ok (f->path, &one);
  g_assert_cmpint (get_int (f->database, "SELECT a FROM t"), ==, 7);
}

static void
test_newer (Fixture *f,
            gconstpointer data)
{
  fil_database_free (open_ok (f->path, &two));
  f->database = _fil_database_open_schema (f->path, &one, &f->error);
  g_assert_null (f->database);
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_NEWER);
  g_assert_nonnull (strstr (f->error->message, f->path));
}

static void
test_damaged (Fixture *f,
              gconstpointer data)
{
  g_autofree char *garbage = g_malloc (8192);
  g_autofree char *aside = NULL;
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);

  memset (garbage, 'x', 8192);
  g_assert_true (g_file_set_contents (f->path, garbage, 8192, NULL));
  f->database = fil_database_open (f->path, &f->error);
  g_assert_null (f->database);
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_DAMAGED);

  aside = fil_database_set_aside (f->path, NULL);
  g_assert_nonnull (aside);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_clear_error (&f->error);
  g_assert_null (fil_database_set_aside (f->path, &f->error));
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED);
  g_clear_error (&f->error);
  f->database = open_ok (f->path, &fil_schema);
}

static void
test_truncated (Fixture *f,
                gconstpointer data)
{
  f->database = open_ok (f->path, &fil_schema);
  g_clear_pointer (&f->database, fil_database_free);
  g_assert_cmpint (truncate (f->path, 5000), ==, 0);
  f->database = fil_database_open (f->path, &f->error);
  g_assert_null (f->database);
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_DAMAGED);
}

static void
test_denied (Fixture *f,
             gconstpointer data)
{
  g_autofree char *missing = g_build_filename (f->dir, "none", "filbert.db", NULL);

  f->database = fil_database_open (missing, &f->error);
  g_assert_null (f->database);
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED);
  g_clear_error (&f->error);

  if (geteuid () == 0)
    return; /* root may write everywhere */
  g_chmod (f->dir, 0500);
  f->database = fil_database_open (f->path, &f->error);
  g_chmod (f->dir, 0700);
  g_assert_null (f->database);
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_DENIED);
}

static void
on_done (gpointer data,
         const GError *error)
{
  Fixture *f = data;

  f->n_done++;
  if (error != NULL)
    f->n_failed++;
}

static gboolean
insert_1 (FilConnection *connection,
          gpointer data,
          GError **error)
{
  return fil_connection_exec (connection, "INSERT INTO t VALUES (1)", error);
}

static gboolean
insert_and_fail (FilConnection *connection,
                 gpointer data,
                 GError **error)
{
  return fil_connection_exec (connection, "INSERT INTO t VALUES (100); INSERT INTO nowhere VALUES (1)", error);
}

/* Requests of one batch stand or fall alone. */
static void
test_batch (Fixture *f,
            gconstpointer data)
{
  f->database = open_ok (f->path, &one);
  for (guint i = 0; i < 3000; i++)
    fil_database_run (f->database, i % 10 == 9 ? insert_and_fail : insert_1, on_done, f, NULL);
  while (f->n_done < 3000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_failed, ==, 300);
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM t WHERE a = 1"), ==, 2700);
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM t WHERE a = 100"), ==, 0);
}

static void
on_failed (const GError *error,
           gpointer data)
{
  Fixture *f = data;

  g_assert_nonnull (error);
  f->n_failed++;
}

static void
test_failed_func (Fixture *f,
                  gconstpointer data)
{
  f->database = open_ok (f->path, &one);
  fil_database_set_failed_func (f->database, on_failed, f);
  fil_database_run (f->database, insert_and_fail, NULL, NULL, NULL);
  fil_database_run (f->database, insert_1, NULL, NULL, NULL);
  while (f->n_failed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM t"), ==, 2);
  g_assert_cmpuint (f->n_failed, ==, 1);
}

static gboolean
fill (FilConnection *connection,
      gpointer data,
      GError **error)
{
  return fil_connection_exec (connection, "INSERT INTO t VALUES (zeroblob (1000000))", error);
}

/* A full disk fails what wrote to it, and nothing else. */
static void
test_full (Fixture *f,
           gconstpointer data)
{
  f->database = open_ok (f->path, &one);
  g_assert_true (fil_database_call (f->database, exec, (gpointer) "PRAGMA max_page_count = 20", NULL));
  g_assert_false (fil_database_call (f->database, fill, NULL, &f->error));
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_FULL);
  fil_database_run (f->database, insert_1, on_done, f, NULL);
  fil_database_run (f->database, fill, on_done, f, NULL);
  fil_database_run (f->database, insert_1, on_done, f, NULL);
  while (f->n_done < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_failed, >=, 1);
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM t"), ==, 4 - f->n_failed);
}

/* What was asked is done, but nobody hears of it any more. */
static void
test_free (Fixture *f,
           gconstpointer data)
{
  f->database = open_ok (f->path, &one);
  for (guint i = 0; i < 2000; i++)
    fil_database_run (f->database, insert_1, on_done, f, NULL);
  g_clear_pointer (&f->database, fil_database_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_done, ==, 0);
  f->database = open_ok (f->path, &one);
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM t"), ==, 2001);
}

static void
free_in_done (gpointer data,
              const GError *error)
{
  Fixture *f = data;

  f->n_done++;
  g_clear_pointer (&f->database, fil_database_free);
}

static void
test_free_in_done (Fixture *f,
                   gconstpointer data)
{
  f->database = open_ok (f->path, &one);
  fil_database_run (f->database, insert_1, free_in_done, f, NULL);
  for (guint i = 0; i < 20; i++)
    fil_database_run (f->database, insert_1, on_done, f, NULL);
  while (f->database != NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_done, ==, 1);
}

/* Damage that no table shows by being opened. */
static void
test_damaged_inside (Fixture *f,
                     gconstpointer data)
{
  g_autofree char *bytes = NULL;
  gsize len;

  f->database = open_ok (f->path, &fil_schema);
  g_clear_pointer (&f->database, fil_database_free);
  g_assert_true (g_file_get_contents (f->path, &bytes, &len, NULL));
  memset (bytes + 4096, 0xff, 4096);
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) len, NULL));
  f->database = fil_database_open (f->path, &f->error);
  g_assert_null (f->database);
  g_assert_error (f->error, FIL_STORE_ERROR, FIL_STORE_ERROR_DAMAGED);
}

static gboolean
bind_wrong (FilConnection *connection,
            gpointer data,
            GError **error)
{
  FilStatement *statement = fil_connection_prepare (connection, "INSERT INTO t VALUES (?1)", error);
  FilStatement *again;

  fil_statement_bind_int (statement, 1, 5);
  fil_statement_bind_int (statement, 2, 5);
  g_assert_false (fil_statement_run (statement, error));
  g_clear_error (error);

  again = fil_connection_prepare (connection, "INSERT INTO t VALUES (?1)", error);
  g_assert_true (again == statement);
  g_assert_true (fil_statement_run (again, error));
  g_assert_null (fil_connection_prepare (connection, "SELECT FROM", error));
  g_clear_error (error);
  return TRUE;
}

static void
test_statement (Fixture *f,
                gconstpointer data)
{
  f->database = open_ok (f->path, &one);
  g_assert_true (fil_database_call (f->database, bind_wrong, NULL, &f->error));
  g_assert_cmpint (get_int (f->database, "SELECT count(*) FROM t WHERE a IS NULL"), ==, 1);
}

#define ADD(name, func) g_test_add ("/store/database/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("open", test_open);
  ADD ("memory", test_memory);
  ADD ("migrate", test_migrate);
  ADD ("migrate-new", test_migrate_new);
  ADD ("migrate-fails", test_migrate_fails);
  ADD ("newer", test_newer);
  ADD ("damaged", test_damaged);
  ADD ("truncated", test_truncated);
  ADD ("denied", test_denied);
  ADD ("batch", test_batch);
  ADD ("failed-func", test_failed_func);
  ADD ("full", test_full);
  ADD ("free", test_free);
  ADD ("free-in-done", test_free_in_done);
  ADD ("damaged-inside", test_damaged_inside);
  ADD ("statement", test_statement);
  return g_test_run ();
}
