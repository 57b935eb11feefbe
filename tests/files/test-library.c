/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"
#include "sha1.h"
#include "temp-tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The clock is virtual: time passes when a test says so, and real time decides nothing. */
typedef struct
{
  char *dir;
  char *share;
  char *profile;
  char *db;
  FilClock *clock;
  FilReactor *reactor;
  FilDatabase *database;
  FilIds *ids;
  FilLibrary *library;
  guint n_status;
  guint n_share;
  guint n_removed;
  guint n_index;
  gint64 removed;
  gboolean is_inside; /* of a call to the library */
} Fixture;

static void
on_status (gpointer data)
{
  Fixture *f = data;

  g_assert_false (f->is_inside);
  f->n_status++;
}

static void
on_share (gint64 share,
          gpointer data)
{
  Fixture *f = data;
  FilShareStatus status;

  g_assert_false (f->is_inside);
  g_assert_true (fil_library_get_share (f->library, share, &status));
  f->n_share++;
}

static void
on_removed (gint64 share,
            gpointer data)
{
  Fixture *f = data;
  FilShareStatus status;

  g_assert_false (fil_library_get_share (f->library, share, &status));
  f->removed = share;
  f->n_removed++;
}

static void
on_index (gpointer data)
{
  ((Fixture *) data)->n_index++;
}

static void
start (Fixture *f,
       gboolean watch)
{
  static const FilLibraryDelegate delegate = { on_status, on_share, on_removed, on_index };
  g_autoptr (GError) error = NULL;
  FilLibraryOptions options = { .profile = f->profile, .watch = watch };

  f->database = fil_database_open (f->db, &error);
  g_assert_no_error (error);
  f->ids = fil_ids_new (f->database, NULL);
  f->is_inside = TRUE;
  f->library = fil_library_new (f->database, f->ids, f->reactor, &options, &delegate, f, &error);
  f->is_inside = FALSE;
  g_assert_no_error (error);
}

static void
stop (Fixture *f)
{
  g_clear_pointer (&f->library, fil_library_free);
  g_clear_pointer (&f->ids, fil_ids_free);
  g_clear_pointer (&f->database, fil_database_free);
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->dir = temp_tree_new (NULL);
  f->share = g_build_filename (f->dir, "share", NULL);
  f->profile = g_build_filename (f->dir, "profile", NULL);
  f->db = g_build_filename (f->profile, "filbert.db", NULL);
  g_mkdir (f->profile, 0700);
  g_mkdir (f->share, 0700);
  f->clock = fil_clock_new_virtual (FIL_HOUR, 1700000000 * FIL_SEC);
  f->reactor = fil_reactor_new (NULL, f->clock);
  start (f, FALSE);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  stop (f);
  fil_reactor_free (f->reactor);
  fil_clock_free (f->clock);
  temp_tree_free (f->dir);
  g_free (f->share);
  g_free (f->profile);
  g_free (f->db);
}

static gboolean
is_quiet (Fixture *f)
{
  FilLibraryStatus status;

  fil_library_get_status (f->library, &status);
  if (status.to_hash > 0 || f->library->is_index_dirty || f->library->is_indexing)
    return FALSE;
  for (guint i = 0; i < f->library->shares->len; i++)
    {
      FilLibraryShare *share = f->library->shares->pdata[i];

      if (share->is_scanning || share->first_change_us != 0)
        return FALSE;
    }
  return TRUE;
}

/* One turn of the node's loop, with the clock a little further. */
static void
turn (Fixture *f)
{
  g_main_context_iteration (NULL, FALSE);
  fil_clock_advance (f->clock, 50 * FIL_MSEC);
  fil_timer_queue_run (fil_reactor_timers (f->reactor), fil_clock_now (f->clock));
  g_thread_yield ();
}

static void
settle (Fixture *f)
{
  do
    turn (f);
  while (!is_quiet (f));
  for (guint i = 0; i < 4; i++)
    turn (f);
}

static void
rescan (Fixture *f)
{
  fil_library_rescan (f->library, -1);
  settle (f);
}

static gint64
add (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  f->is_inside = TRUE;
  id = fil_library_add (f->library, f->share, FALSE, &error);
  f->is_inside = FALSE;
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  settle (f);
  return id;
}

static guint32
find (Fixture *f,
      const char *text)
{
  FilSha1 sha1;

  fil_sha1_of (&sha1, text, strlen (text));
  return fil_library_find (f->library, &sha1);
}

static guint
search (Fixture *f,
        const char *text)
{
  g_autoptr (FilWords) words = fil_words_new ();
  guint32 ids[10];

  fil_words_split_query (words, text, -1);
  return fil_keyword_index_search (fil_library_get_index (f->library), words, ids, 10);
}

static guint
count_files (Fixture *f)
{
  FilLibraryStatus status;

  fil_library_get_status (f->library, &status);
  return status.files;
}

static FilShareStatus
get_share (Fixture *f,
           gint64 id)
{
  FilShareStatus status;

  g_assert_true (fil_library_get_share (f->library, id, &status));
  return status;
}

static void
on_tree (FilTigerTree *tree,
         gpointer data)
{
  guint64 *size = data;

  *size = tree != NULL ? fil_tiger_tree_file_size (tree) : 0;
}

static void
test_add (Fixture *f,
          gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *sub = g_build_filename (f->share, "sub", NULL);
  FilLibraryStatus status;
  FilShareStatus share;
  guint64 size = G_MAXUINT64;
  guint32 index;
  char text[10] = { 0 };
  int fd;

  temp_tree_write (f->share, "Purple Hazel.txt", "purple");
  temp_tree_write (f->share, "sub/walnut.txt", "walnut");
  temp_tree_write (f->share, "sub/\xff cracker.txt", "cracker");
  temp_tree_write (f->share, "id_rsa", "private");
  temp_tree_write (f->share, ".env", "hidden");
  share = get_share (f, add (f));
  g_assert_cmpint (share.state, ==, FIL_SHARE_WATCHING);
  g_assert_cmpstr (share.path, ==, f->share);
  g_assert_null (share.reason);
  g_assert_cmpuint (share.files, ==, 3);
  g_assert_cmpuint (share.bytes, ==, 19);
  fil_library_get_status (f->library, &status);
  g_assert_cmpuint (status.files, ==, 3);
  g_assert_cmpuint (status.bytes, ==, 19);
  g_assert_cmpuint (status.to_hash, ==, 0);
  g_assert_cmpuint (status.bytes_to_hash, ==, 0);
  g_assert_cmpuint (f->n_status, >, 0);
  g_assert_cmpuint (f->n_share, >, 0);
  g_assert_cmpuint (f->n_index, >, 0);

  g_assert_cmpuint (find (f, "private"), ==, 0);
  g_assert_cmpuint (find (f, "hidden"), ==, 0);
  index = find (f, "walnut");
  g_assert_cmpuint (index, >, 0);
  g_assert_cmpuint (index, <=, fil_library_last_index (f->library));
  g_assert_cmpstr (fil_library_display_name (f->library, index), ==, "walnut.txt");
  folder = fil_library_folder (f->library, index);
  g_assert_cmpstr (folder, ==, sub);
  g_assert_cmpuint (search (f, "hazel purple"), ==, 1);
  g_assert_cmpuint (search (f, "cracker"), ==, 1);
  g_assert_cmpuint (search (f, "nothing"), ==, 0);
  g_assert_true (g_utf8_validate (fil_library_display_name (f->library, find (f, "cracker")), -1, NULL));

  fd = fil_library_open (f->library, index, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (fd, text, sizeof text), ==, 6);
  g_assert_cmpstr (text, ==, "walnut");
  close (fd);
  fil_library_load_tree (f->library, index, on_tree, &size);
  while (size == G_MAXUINT64)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (size, ==, 6);
  temp_tree_write_bytes (f->share, "big.bin", 200000, 3);
  rescan (f);
  index = 0;
  for (guint32 i = 1; i <= fil_library_last_index (f->library); i++)
    {
      if (g_strcmp0 (fil_library_display_name (f->library, i), "big.bin") == 0)
        index = i;
    }
  g_assert_cmpuint (index, >, 0);
  fil_library_load_tree (f->library, index, on_tree, &size);
  while (size == 6)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (size, ==, 200000);
  fil_library_load_tree (f->library, 12345, on_tree, &size);
  while (size == 200000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (size, ==, 0);

  g_assert_cmpint (fil_library_open (f->library, 0, &error), ==, -1);
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  g_assert_cmpint (fil_library_open (f->library, G_MAXUINT32, NULL), ==, -1);
}

static void
test_refused (Fixture *f,
              gconstpointer data)
{
  static const char *const never[] = { "/", "/etc", "/usr/share", "/home" };
  g_autofree char *file = g_build_filename (f->dir, "file", NULL);
  g_autofree char *link = g_build_filename (f->dir, "link", NULL);
  g_autofree char *none = g_build_filename (f->dir, "none", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    {
      g_assert_cmpint (fil_library_add (f->library, never[i], TRUE, &error), ==, 0);
      g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED);
      g_clear_error (&error);
    }
  temp_tree_write (f->dir, "file", "x");
  g_assert_cmpint (fil_library_add (f->library, file, TRUE, &error), ==, 0);
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_cmpint (fil_library_add (f->library, none, TRUE, &error), ==, 0);
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  g_clear_error (&error);

  /* A link to a forbidden place is that place. */
  temp_tree_link (f->dir, "link", "/etc");
  g_assert_cmpint (fil_library_add (f->library, link, TRUE, &error), ==, 0);
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_cmpint (fil_library_add (f->library, f->profile, TRUE, &error), ==, 0);
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_cmpint (fil_library_add (f->library, f->dir, TRUE, &error), ==, 0);
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED);
  g_clear_error (&error);
  add (f);
  g_assert_cmpint (fil_library_add (f->library, f->share, TRUE, &error), ==, 0);
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED);
}

static void
on_checked (const FilShareCheck *check,
            const GError *error,
            gpointer data)
{
  *(guint *) data = error != NULL ? 0 : check->refusal != NULL ? 1 : 2 + check->files;
}

static void
test_check (Fixture *f,
            gconstpointer data)
{
  guint answer = 99;

  temp_tree_write (f->share, "a.txt", "a");
  fil_library_check (f->library, f->share, on_checked, &answer);
  while (answer == 99)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (answer, ==, 3);
  g_assert_cmpuint (count_files (f), ==, 0);
  answer = 99;
  fil_library_check (f->library, "/etc", on_checked, &answer);
  while (answer == 99)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (answer, ==, 1);
  fil_library_check (f->library, f->share, on_checked, &answer);
  stop (f);
  start (f, FALSE);
  g_assert_cmpuint (answer, ==, 1);
}

static void
test_restart (Fixture *f,
              gconstpointer data)
{
  gint64 id;
  gint64 file_id;
  const FilFileRow *row;

  temp_tree_write (f->share, "a.txt", "a");
  temp_tree_write (f->share, "b.txt", "b");
  id = add (f);
  file_id = fil_library_get (f->library, find (f, "a"))->id;
  fil_library_count (f->library, find (f, "a"), 3, 1);
  fil_library_count (f->library, 999, 3, 1);
  stop (f);

  /* All is there before anything was scanned, and nothing is hashed again. */
  start (f, FALSE);
  fil_library_set_hashing_paused (f->library, TRUE);
  g_assert_cmpuint (count_files (f), ==, 2);
  row = fil_library_get (f->library, find (f, "a"));
  g_assert_cmpint (row->id, ==, file_id);
  g_assert_cmpuint (row->asked, ==, 3);
  g_assert_cmpuint (row->sent, ==, 1);
  settle (f);
  g_assert_cmpuint (count_files (f), ==, 2);
  g_assert_cmpuint (search (f, "txt"), ==, 2);
  g_assert_cmpint (get_share (f, id).state, ==, FIL_SHARE_WATCHING);
}

static void
test_changes (Fixture *f,
              gconstpointer data)
{
  g_autofree char *a = g_build_filename (f->share, "a.txt", NULL);
  g_autofree char *c = g_build_filename (f->share, "c.txt", NULL);
  guint32 index;

  temp_tree_write (f->share, "a.txt", "a");
  temp_tree_write (f->share, "b.txt", "b");
  add (f);
  index = find (f, "a");
  temp_tree_write (f->share, "b.txt", "bb");
  temp_tree_write (f->share, "new.txt", "new");
  rescan (f);
  g_assert_cmpuint (find (f, "b"), ==, 0);
  g_assert_cmpuint (find (f, "bb"), >, 0);
  g_assert_cmpuint (find (f, "new"), >, 0);
  g_assert_cmpuint (find (f, "a"), ==, index);
  g_assert_cmpuint (count_files (f), ==, 3);

  g_assert_cmpint (g_rename (a, c), ==, 0);
  rescan (f);
  g_assert_cmpuint (count_files (f), ==, 3);
  g_assert_null (fil_library_get (f->library, index));
  g_assert_cmpstr (fil_library_display_name (f->library, find (f, "a")), ==, "c.txt");
  g_assert_cmpuint (search (f, "a"), ==, 0);

  g_unlink (c);
  rescan (f);
  g_assert_cmpuint (count_files (f), ==, 2);
  g_assert_cmpuint (find (f, "a"), ==, 0);
  stop (f);
  start (f, FALSE);
  g_assert_cmpuint (count_files (f), ==, 2);
}

/* The folder of part files is another one: what is in it is shared no more, and what was in the other one is. */
static void
test_incomplete (Fixture *f,
                 gconstpointer data)
{
  g_autofree char *parts = g_build_filename (f->share, "parts", NULL);
  g_autofree char *others = g_build_filename (f->share, "others", NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir (parts, 0700);
  g_mkdir (others, 0700);
  temp_tree_write (parts, "a.txt", "a");
  temp_tree_write (others, "b.txt", "b");
  add (f);
  g_assert_cmpuint (count_files (f), ==, 2);
  fil_library_set_incomplete (f->library, parts);
  settle (f);
  g_assert_cmpuint (find (f, "a"), ==, 0);
  g_assert_cmpuint (find (f, "b"), >, 0);
  fil_library_set_incomplete (f->library, others);
  settle (f);
  g_assert_cmpuint (find (f, "a"), >, 0);
  g_assert_cmpuint (find (f, "b"), ==, 0);
  g_assert_true (fil_library_remove (f->library, f->share, NULL));
  g_assert_cmpint (fil_library_add (f->library, others, FALSE, &error), ==, 0);
  g_assert_nonnull (strstr (error->message, "not finished"));
}

static void
test_twins (Fixture *f,
            gconstpointer data)
{
  static const char *const names[] = { "1", "2", "3" };

  for (guint i = 0; i < 3; i++)
    temp_tree_write (f->share, names[i], "same");
  add (f);
  g_assert_cmpuint (count_files (f), ==, 3);
  for (guint left = 3; left > 0; left--)
    {
      guint32 index = find (f, "same");
      g_autofree char *path = NULL;

      g_assert_cmpuint (index, >, 0);
      /* The one in the middle of the chain first, then the rest. */
      path = g_build_filename (f->share, left == 3 ? "2" : fil_library_display_name (f->library, index), NULL);
      g_unlink (path);
      rescan (f);
      g_assert_cmpuint (count_files (f), ==, left - 1);
    }
  g_assert_cmpuint (find (f, "same"), ==, 0);
}

/* Whatever happened to a file since it was hashed, it is not sent. */
static void
test_open_changed (Fixture *f,
                   gconstpointer data)
{
  g_autofree char *a = g_build_filename (f->share, "a.txt", NULL);
  g_autofree char *outside = g_build_filename (f->dir, "outside", NULL);
  g_autofree char *before = g_build_filename (f->dir, "before", NULL);
  struct timespec times[2];
  struct stat st;

  temp_tree_write (f->dir, "outside", "secret");
  for (guint way = 0; way < 6; way++)
    {
      g_autoptr (GError) error = NULL;
      guint32 index;

      g_unlink (a);
      temp_tree_write (f->share, "a.txt", "public");
      if (f->library->shares->len == 0)
        add (f);
      else
        rescan (f);
      index = find (f, "public");
      g_assert_cmpuint (index, >, 0);
      g_assert_cmpint (stat (a, &st), ==, 0);
      switch (way)
        {
        case 0: /* other bytes, the size and the time as before */
          temp_tree_write (f->share, "a.txt", "secret");
          times[0] = st.st_atim;
          times[1] = st.st_mtim;
          g_assert_cmpint (utimensat (AT_FDCWD, a, times, 0), ==, 0);
          break;
        case 1:
          g_unlink (a);
          break;
        case 2:
          g_unlink (a);
          g_assert_cmpint (symlink (outside, a), ==, 0);
          break;
        case 3:
          g_unlink (a);
          g_assert_cmpint (link (outside, a), ==, 0);
          break;
        case 4:
          g_assert_cmpint (truncate (a, 3), ==, 0);
          break;
        default:
          g_assert_cmpint (g_rename (f->share, before), ==, 0);
          g_assert_cmpint (symlink (before, f->share), ==, 0);
        }
      g_assert_cmpint (fil_library_open (f->library, index, &error), ==, -1);
      g_assert_nonnull (error);
      g_test_message ("way %u: %s", way, error->message);
      g_assert_null (fil_library_get (f->library, index));
      settle (f);
      g_assert_cmpuint (find (f, "public"), ==, 0);
      if (way == 3)
        g_unlink (a);
    }
}

static void
test_away (Fixture *f,
           gconstpointer data)
{
  g_autofree char *away = g_build_filename (f->dir, "away", NULL);
  FilShareStatus share;
  gint64 id;

  temp_tree_write (f->share, "a.txt", "a");
  id = add (f);
  g_assert_cmpint (g_rename (f->share, away), ==, 0);
  rescan (f);
  share = get_share (f, id);
  g_assert_cmpint (share.state, ==, FIL_SHARE_AWAY);
  g_assert_nonnull (share.reason);
  g_assert_cmpuint (share.files, ==, 0);
  g_assert_cmpuint (find (f, "a"), ==, 0);
  g_assert_cmpuint (search (f, "txt"), ==, 0);

  /* Not forgotten over a restart, and back by itself without being hashed again. */
  stop (f);
  start (f, FALSE);
  settle (f);
  g_assert_cmpint (get_share (f, id).state, ==, FIL_SHARE_AWAY);
  g_assert_cmpuint (count_files (f), ==, 0);
  fil_library_set_hashing_paused (f->library, TRUE);
  g_assert_cmpint (g_rename (away, f->share), ==, 0);
  fil_clock_advance (f->clock, FIL_LIBRARY_AWAY_US);
  settle (f);
  while (get_share (f, id).state != FIL_SHARE_WATCHING)
    turn (f);
  settle (f);
  g_assert_cmpuint (find (f, "a"), >, 0);
  g_assert_null (get_share (f, id).reason);
}

static void
test_remove (Fixture *f,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  temp_tree_write (f->share, "a.txt", "a");
  id = add (f);
  g_assert_false (fil_library_remove (f->library, f->dir, &error));
  g_assert_error (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  g_assert_true (fil_library_remove (f->library, f->share, NULL));
  g_assert_cmpuint (find (f, "a"), ==, 0);
  settle (f);
  g_assert_cmpuint (f->n_removed, ==, 1);
  g_assert_cmpint (f->removed, ==, id);
  g_assert_cmpuint (search (f, "txt"), ==, 0);
  g_assert_true (temp_tree_has (f->share, "a.txt"));
  stop (f);
  start (f, FALSE);
  g_assert_cmpuint (count_files (f), ==, 0);

  /* Added again it has another id; removed in the middle of its scan. */
  g_assert_cmpint (fil_library_add (f->library, f->share, FALSE, NULL), >, id);
  g_assert_true (fil_library_remove (f->library, f->share, NULL));
  settle (f);
  g_assert_cmpuint (count_files (f), ==, 0);
}

static void
make_sparse (Fixture *f,
             const char *name)
{
  g_autofree char *path = g_build_filename (f->share, name, NULL);
  int fd = open (path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

  g_assert_cmpint (ftruncate (fd, G_GINT64_CONSTANT (1) << 40), ==, 0);
  close (fd);
}

/* Pausing, removing and freeing in the middle of a file that takes for ever. */
static void
test_hashing (Fixture *f,
              gconstpointer data)
{
  FilLibraryStatus status;
  gint64 id;

  make_sparse (f, "0-big");
  id = fil_library_add (f->library, f->share, FALSE, NULL);
  do
    {
      turn (f);
      fil_library_get_status (f->library, &status);
    }
  /* Of what is found already, hashing begins while the scan goes on. */
  while (status.hash_bps == 0 || get_share (f, id).state == FIL_SHARE_SCANNING);
  g_assert_cmpint (get_share (f, id).state, ==, FIL_SHARE_HASHING);
  g_assert_cmpuint (get_share (f, id).to_hash, ==, 1);
  g_assert_cmpuint (status.bytes_to_hash, <, G_GUINT64_CONSTANT (1) << 40);
  fil_library_set_hashing_paused (f->library, TRUE);
  while (fil_hasher_is_busy (f->library->hasher))
    turn (f);
  g_assert_cmpuint (get_share (f, id).to_hash, ==, 1);
  fil_library_set_hashing_paused (f->library, FALSE);
  g_assert_true (fil_hasher_is_busy (f->library->hasher));

  g_assert_true (fil_library_remove (f->library, f->share, NULL));
  settle (f);
  while (fil_hasher_is_busy (f->library->hasher))
    turn (f);
  fil_library_get_status (f->library, &status);
  g_assert_cmpuint (status.to_hash, ==, 0);
  g_assert_cmpuint (status.bytes_to_hash, ==, 0);

  g_assert_cmpint (fil_library_add (f->library, f->share, FALSE, NULL), >, 0);
  while (!fil_hasher_is_busy (f->library->hasher))
    turn (f);
  stop (f);

  /* What was not hashed is found again. */
  start (f, FALSE);
  g_assert_cmpuint (count_files (f), ==, 0);
  while (!fil_hasher_is_busy (f->library->hasher))
    turn (f);
}

static void
test_watch (Fixture *f,
            gconstpointer data)
{
  g_autofree char *sub = g_build_filename (f->share, "sub", NULL);

  stop (f);
  start (f, TRUE);
  temp_tree_write (f->share, "a.txt", "a");
  add (f);
  temp_tree_write (f->share, "b.txt", "b");
  while (find (f, "b") == 0)
    turn (f);
  temp_tree_write (f->share, "sub/deep/c.txt", "c");
  while (find (f, "c") == 0)
    turn (f);
  temp_tree_write (f->share, "sub/deep/d.txt", "d");
  while (find (f, "d") == 0)
    turn (f);
  temp_tree_free (g_steal_pointer (&sub));
  while (find (f, "c") != 0)
    turn (f);
  g_assert_cmpuint (count_files (f), ==, 2);
}

static void
test_free_early (Fixture *f,
                 gconstpointer data)
{
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u/%u.txt", i % 7, i);

      temp_tree_write (f->share, name, name);
    }
  for (guint turns = 0; turns < 30; turns++)
    {
      g_assert_cmpint (fil_library_add (f->library, f->share, FALSE, NULL), >, 0);
      for (guint i = 0; i < turns; i++)
        turn (f);
      fil_library_load_tree (f->library, 1, on_tree, &(guint64){ 0 });
      stop (f);
      start (f, FALSE);
      g_assert_true (fil_library_remove (f->library, f->share, NULL));
    }
}

#define ADD(name, func) g_test_add ("/files/library/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("add", test_add);
  ADD ("refused", test_refused);
  ADD ("check", test_check);
  ADD ("restart", test_restart);
  ADD ("changes", test_changes);
  ADD ("incomplete", test_incomplete);
  ADD ("twins", test_twins);
  ADD ("open-changed", test_open_changed);
  ADD ("away", test_away);
  ADD ("remove", test_remove);
  ADD ("hashing", test_hashing);
  ADD ("watch", test_watch);
  ADD ("free-early", test_free_early);
  return g_test_run ();
}
