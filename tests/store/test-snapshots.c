/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "snapshots.h"

#include "downloads-table.h"
#include "history-table.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define START G_GINT64_CONSTANT (1772323200) /* a midnight, UTC */
#define HOUR (60 * 60)
#define DAY (24 * HOUR)

typedef struct
{
  char *dir;
  char *path;
  char *folder;
  FilDatabase *database;
  FilSnapshots *snapshots;
  guint n_done;
  guint n_failed;
} Fixture;

static void
set_up (Fixture *f,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("filbert-snapshots-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, "filbert.db", NULL);
  f->folder = g_build_filename (f->dir, "snapshots", NULL);
  f->database = fil_database_open (f->path, &error);
  g_assert_no_error (error);
  f->snapshots = fil_snapshots_new (f->database, f->folder, START);
}

static void
empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_clear_pointer (&f->snapshots, fil_snapshots_free);
  g_clear_pointer (&f->database, fil_database_free);
  empty (f->folder);
  g_rmdir (f->folder);
  empty (f->dir);
  g_assert_cmpint (g_rmdir (f->dir), ==, 0);
  g_free (f->dir);
  g_free (f->path);
  g_free (f->folder);
}

static void
on_done (gpointer data,
         const GError *error)
{
  Fixture *f = data;

  f->n_done++;
  f->n_failed += error != NULL;
}

static void
take (Fixture *f,
      gint64 wall_s)
{
  guint n = f->n_done;

  fil_snapshots_take (f->snapshots, wall_s, on_done, f);
  while (f->n_done == n)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
add_host (FilConnection *connection,
          gpointer data,
          GError **error)
{
  return fil_connection_exec (connection, "INSERT INTO ids (kind, next) VALUES (99, 1)", error);
}

static gboolean
count_hosts (FilConnection *connection,
             gpointer data,
             GError **error)
{
  return fil_connection_get_int (connection, "SELECT count(*) FROM ids WHERE kind = 99", data, error);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names, one after the other, in order. */
static char *
names (Fixture *f)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (found, g_strdup (name));
  g_ptr_array_sort (found, compare_names);
  g_ptr_array_add (found, NULL);
  return g_strjoinv (" ", (char **) found->pdata);
}

static void
test_due (Fixture *f,
          gconstpointer data)
{
  g_assert_true (fil_snapshots_is_due (f->snapshots, START));
  take (f, START);
  g_assert_false (fil_snapshots_is_due (f->snapshots, START + HOUR - 1));
  g_assert_true (fil_snapshots_is_due (f->snapshots, START + HOUR));

  /* The next start knows, and a clock that was set back does not stop them. */
  fil_snapshots_free (f->snapshots);
  f->snapshots = fil_snapshots_new (f->database, f->folder, START);
  g_assert_false (fil_snapshots_is_due (f->snapshots, START + 60));
  g_assert_true (fil_snapshots_is_due (f->snapshots, START - DAY));
}

static void
test_kept (Fixture *f,
           gconstpointer data)
{
  g_autofree char *found = NULL;

  /* Two a day for nine days, then two an hour. */
  for (gint64 day = START; day < START + 9 * DAY; day += DAY)
    {
      take (f, day + 12 * HOUR);
      take (f, day + 20 * HOUR);
    }
  for (gint64 at = START + 9 * DAY - 2 * HOUR; at < START + 10 * DAY; at += HOUR / 2)
    take (f, at);
  g_assert_cmpuint (f->n_failed, ==, 0);
  found = names (f);
  g_test_message ("%s", found);
  /* The last of each of the last seven days and of each of the last 24 hours, and always the newest two. */
  g_assert_true (g_str_has_prefix (found, "20260304T200000Z.db 20260305T200000Z.db 20260306T200000Z.db "
                                          "20260307T200000Z.db 20260308T200000Z.db 20260309T233000Z.db "
                                          "20260310T003000Z.db 20260310T013000Z.db "));
  g_assert_true (g_str_has_suffix (found, " 20260310T223000Z.db 20260310T230000Z.db 20260310T233000Z.db"));
  g_assert_cmpuint (strlen (found), ==, 31 * strlen ("20260310T233000Z.db ") - 1);
}

static void
test_restored (Fixture *f,
               gconstpointer data)
{
  g_autofree char *newest = g_build_filename (f->folder, "20260301T010000Z.db", NULL);
  struct stat st;
  gint64 n = 0, taken_s = 0;

  g_assert_true (fil_database_call (f->database, add_host, NULL, NULL));
  take (f, START);
  take (f, START + HOUR);
  g_clear_pointer (&f->snapshots, fil_snapshots_free);
  g_clear_pointer (&f->database, fil_database_free);
  g_unlink (f->path);

  /* The newest is damaged itself. */
  g_assert_true (g_file_set_contents (newest, "nothing of it is left", -1, NULL));
  g_assert_true (fil_snapshots_restore (f->folder, f->path, START + DAY, &taken_s));
  g_assert_cmpint (taken_s, ==, START);
  g_assert_cmpint (g_stat (f->path, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0600);
  f->database = fil_database_open (f->path, NULL);
  g_assert_nonnull (f->database);
  g_assert_true (fil_database_call (f->database, count_hosts, &n, NULL));
  g_assert_cmpint (n, ==, 1);
}

/* The clock was a year ahead for some days and is right again: what is taken now is the newest, is kept and comes
 * back. */
static void
test_wrong_clock (Fixture *f,
                  gconstpointer data)
{
  const gint64 year = 365 * DAY;
  gint64 n = 0, taken_s = 0;

  for (gint64 at = START; at < START + 10 * DAY; at += HOUR)
    take (f, year + at);
  g_assert_true (fil_snapshots_is_due (f->snapshots, START + 10 * DAY));
  g_assert_true (fil_database_call (f->database, add_host, NULL, NULL));
  take (f, START + 10 * DAY);
  take (f, START + 10 * DAY + HOUR);
  g_assert_cmpint (fil_snapshots_last (f->snapshots), ==, START + 10 * DAY + HOUR);
  g_clear_pointer (&f->snapshots, fil_snapshots_free);
  f->snapshots = fil_snapshots_new (f->database, f->folder, START + 10 * DAY + HOUR);
  g_assert_cmpint (fil_snapshots_last (f->snapshots), ==, START + 10 * DAY + HOUR);
  g_clear_pointer (&f->snapshots, fil_snapshots_free);
  g_clear_pointer (&f->database, fil_database_free);
  g_unlink (f->path);

  g_assert_true (fil_snapshots_restore (f->folder, f->path, START + 11 * DAY, &taken_s));
  g_assert_cmpint (taken_s, ==, START + 10 * DAY + HOUR);
  f->database = fil_database_open (f->path, NULL);
  g_assert_true (fil_database_call (f->database, count_hosts, &n, NULL));
  g_assert_cmpint (n, ==, 1);
}

static void
test_none (Fixture *f,
           gconstpointer data)
{
  gint64 taken_s;

  g_assert_false (fil_snapshots_restore (f->folder, f->path, START + DAY, &taken_s));
}

/* A copy that was not whole when the program ended makes way for the next. */
static void
test_left_part (Fixture *f,
                gconstpointer data)
{
  g_autofree char *part = g_build_filename (f->folder, "20260228T000000Z.db.part", NULL);
  g_autofree char *found = NULL;

  g_assert_cmpint (g_mkdir (f->folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (part, "half", -1, NULL));
  take (f, START);
  found = names (f);
  g_assert_cmpstr (found, ==, "20260301T000000Z.db");
}

/* No place for it: the one before stays, and nothing half is left. */
static void
test_no_place (Fixture *f,
               gconstpointer data)
{
  g_assert_true (g_file_set_contents (f->folder, "a file", -1, NULL));
  take (f, START);
  g_assert_cmpuint (f->n_failed, ==, 1);
  g_assert_cmpint (g_unlink (f->folder), ==, 0);
}

#define WORD "zyzzyva"

static void
add_history (Fixture *f,
             gint64 id)
{
  g_autofree char *name = g_strdup_printf ("%s %" G_GINT64_FORMAT, WORD, id);
  FilHistoryRow row = { .id = id, .name = name, .size = 5, .path = name, .finished = 100 + id };
  g_autoptr (FilDownloadRow) download = fil_download_row_new ();

  fil_history_table_add (f->database, &row);
  download->id = id;
  download->name = g_strdup (name);
  download->path = g_strdup (name);
  download->finished = 100 + id;
  fil_downloads_table_save (f->database, download);
}

/* In how many files of a folder the word is found. */
static guint
n_with_word (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      gsize len;

      if (!g_file_get_contents (path, &text, &len, NULL))
        continue;
      if (memmem (text, len, WORD, strlen (WORD)) == NULL)
        continue;
      g_test_message ("%s", path);
      n++;
    }
  return n;
}

/* Not a byte of it is left in the database, in its log and in the copies; what is not finished is still in them. */
static void
test_clear_history (Fixture *f,
                    gconstpointer data)
{
  g_autofree char *damaged = g_build_filename (f->folder, "20260301T000000Z.db", NULL);
  g_autofree char *part = g_build_filename (f->folder, "20260228T000000Z.db.part", NULL);
  g_autoptr (FilDownloadRow) unfinished = fil_download_row_new ();
  g_autoptr (GPtrArray) rows = NULL;
  gint64 taken_s;
  guint n_taken;

  unfinished->id = 1000;
  unfinished->name = g_strdup ("what is not finished");
  fil_downloads_table_save (f->database, unfinished);
  for (gint64 hour = 0; hour < 4; hour++)
    {
      for (gint64 id = 1; id <= 50; id++)
        add_history (f, hour * 50 + id);
      take (f, START + hour * HOUR);
    }
  g_assert_true (g_file_set_contents (damaged, WORD, -1, NULL));
  g_assert_true (g_file_set_contents (part, WORD, -1, NULL));
  g_assert_cmpuint (n_with_word (f->folder), ==, 5);
  g_assert_cmpuint (n_with_word (f->dir), >, 0);

  /* One more is being taken. */
  n_taken = f->n_done;
  fil_snapshots_take (f->snapshots, START + 4 * HOUR, on_done, f);
  /* Of the rows of what is done some are off the list, and some are cancelled, which nobody sees any more either. */
  for (gint64 id = 1; id <= 200; id++)
    if (id % 2 == 0)
      fil_downloads_table_remove (f->database, id);
    else
      fil_downloads_table_set_removed (f->database, id, 1000);
  fil_history_table_clear (f->database);
  fil_snapshots_clear_history (f->snapshots);
  g_assert_true (fil_database_flush (f->database, NULL));
  while (f->n_done == n_taken)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_with_word (f->folder), ==, 0);
  g_assert_cmpuint (n_with_word (f->dir), ==, 0);
  g_assert_false (g_file_test (damaged, G_FILE_TEST_EXISTS));

  g_clear_pointer (&f->snapshots, fil_snapshots_free);
  g_clear_pointer (&f->database, fil_database_free);
  g_unlink (f->path);
  g_assert_true (fil_snapshots_restore (f->folder, f->path, START + DAY, &taken_s));
  g_assert_cmpint (taken_s, ==, START + 4 * HOUR);
  f->database = fil_database_open (f->path, NULL);
  rows = fil_downloads_table_load (f->database, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpint (((FilDownloadRow *) rows->pdata[0])->id, ==, 1000);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/store/snapshots/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("due", test_due);
  ADD ("kept", test_kept);
  ADD ("restored", test_restored);
  ADD ("wrong-clock", test_wrong_clock);
  ADD ("none", test_none);
  ADD ("no-place", test_no_place);
  ADD ("left-part", test_left_part);
  ADD ("clear-history", test_clear_history);
  return g_test_run ();
}
