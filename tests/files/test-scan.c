/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "files-limits.h"
#include "hasher.h"
#include "safe-open.h"
#include "scanner.h"
#include "sha1.h"
#include "share-preview.h"
#include "temp-tree.h"
#include "tiger-context.h"
#include "watcher.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct
{
  char *dir;
  FilWorker *worker;
  FilSharePlaces *places;
  GString *found; /* paths, sorted, with spaces */
  GPtrArray *names;
  guint n_done;
  guint unreadable;
  guint n_folders;
  guint more_folders;
  GError *error;
  FilShareCheck check;
  char *refusal;
} Fixture;

/* data: (nullable): where its files are */
static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->dir = temp_tree_new (data);
  f->worker = fil_worker_new ("test", FALSE);
  f->places = g_new0 (FilSharePlaces, 1);
  f->names = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_clear_pointer (&f->worker, fil_worker_free);
  fil_share_places_free (f->places);
  g_ptr_array_unref (f->names);
  g_clear_error (&f->error);
  g_free (f->refusal);
  temp_tree_free (f->dir);
}

static void
on_batch (GPtrArray *rows,
          gpointer data)
{
  Fixture *f = data;

  g_assert_cmpuint (rows->len, >, 0);
  g_assert_cmpuint (rows->len, <=, FIL_SCAN_BATCH);
  for (guint i = 0; i < rows->len; i++)
    {
      const FilFileRow *row = rows->pdata[i];

      g_assert_cmpuint (row->size, >, 0);
      g_assert_cmpuint (row->inode, >, 0);
      g_assert_cmpint (row->hashed_at, ==, 0);
      g_ptr_array_add (f->names, g_strdup (row->path));
    }
}

static void
on_done (const FilScanResult *result,
         gpointer data)
{
  Fixture *f = data;

  f->n_done++;
  f->unreadable = result->unreadable;
  f->n_folders = result->folders->len;
  f->more_folders = result->more_folders;
  g_clear_error (&f->error);
  f->error = result->error != NULL ? g_error_copy (result->error) : NULL;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
scan (Fixture *f,
      const char *path,
      gboolean include_private)
{
  g_autofree char *root = g_build_filename (f->dir, path, NULL);
  GString *text = g_string_new (NULL);

  g_ptr_array_set_size (f->names, 0);
  f->n_done = 0;
  fil_scan (f->worker, root, include_private, f->places, on_batch, on_done, f, NULL);
  while (f->n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_sort (f->names, compare);
  for (guint i = 0; i < f->names->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) f->names->pdata[i]);
  return g_string_free (text, FALSE);
}

static void
make_tree (Fixture *f)
{
  g_autofree char *fifo = g_build_filename (f->dir, "s", "fifo", NULL);

  temp_tree_write (f->dir, "s/a.txt", "a");
  temp_tree_write (f->dir, "s/sub/b.mp3", "bb");
  temp_tree_write (f->dir, "s/sub/\xff.bin", "c");
  temp_tree_write (f->dir, "s/empty", "");
  temp_tree_write (f->dir, "s/.hidden", "x");
  temp_tree_write (f->dir, "s/.git/config", "x");
  temp_tree_write (f->dir, "s/id_rsa", "x");
  temp_tree_write (f->dir, "s/Mail/inbox", "x");
  temp_tree_write (f->dir, "s/Mail/.hidden", "x");
  temp_tree_write (f->dir, "s/film.part", "x");
  temp_tree_write (f->dir, "s/unfinished/1", "x");
  temp_tree_write (f->dir, "outside/secret", "x");
  temp_tree_link (f->dir, "s/link-out", "../outside");
  temp_tree_link (f->dir, "s/link-file", "../outside/secret");
  temp_tree_link (f->dir, "s/link-in", "a.txt");
  temp_tree_link (f->dir, "s/loop", ".");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
}

static void
test_scan (Fixture *f,
           gconstpointer data)
{
  g_autofree char *open = NULL;
  g_autofree char *with_private = NULL;

  make_tree (f);
  f->places->incomplete = g_build_filename (f->dir, "s", "unfinished", NULL);
  open = scan (f, "s", FALSE);
  g_assert_no_error (f->error);
  g_assert_cmpstr (open, ==, "a.txt sub/b.mp3 sub/\xff.bin");
  g_assert_cmpuint (f->n_folders, ==, 2);

  with_private = scan (f, "s", TRUE);
  g_assert_cmpstr (with_private, ==, "Mail/inbox a.txt id_rsa sub/b.mp3 sub/\xff.bin");
}

static void
test_root_errors (Fixture *f,
                  gconstpointer data)
{
  g_autofree char *gone = scan (f, "none", FALSE);
  g_autofree char *file = NULL;
  g_autofree char *link = NULL;

  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  temp_tree_write (f->dir, "file", "x");
  file = scan (f, "file", FALSE);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  temp_tree_write (f->dir, "real/x", "x");
  temp_tree_link (f->dir, "link", "real");
  link = scan (f, "link", FALSE);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  g_assert_cmpuint (f->names->len, ==, 0);
}

static void
test_depth (Fixture *f,
            gconstpointer data)
{
  g_autoptr (GString) path = g_string_new ("s");
  g_autofree char *found = NULL;

  for (guint i = 0; i <= FIL_SCAN_MAX_DEPTH; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/f", path->str);

      temp_tree_write (f->dir, file, "x");
      g_string_append (path, "/d");
    }
  found = scan (f, "s", FALSE);
  g_assert_no_error (f->error);
  g_assert_cmpuint (f->names->len, ==, FIL_SCAN_MAX_DEPTH);
  g_assert_cmpuint (f->unreadable, ==, 1);
}

static void
test_unreadable (Fixture *f,
                 gconstpointer data)
{
  g_autofree char *sub = g_build_filename (f->dir, "s", "sub", NULL);
  g_autofree char *root = g_build_filename (f->dir, "s", NULL);
  g_autofree char *found = NULL;
  g_autofree char *none = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("root may read everything");
      return;
    }
  make_tree (f);
  g_chmod (sub, 0);
  found = scan (f, "s", FALSE);
  g_chmod (sub, 0700);
  g_assert_no_error (f->error);
  g_assert_cmpuint (f->unreadable, ==, 1);
  g_chmod (root, 0);
  none = scan (f, "s", FALSE);
  g_chmod (root, 0700);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_DENIED);
}

static void
test_many (Fixture *f,
           gconstpointer data)
{
  g_autofree char *found = NULL;

  for (guint i = 0; i < 3 * FIL_SCAN_BATCH + 1; i++)
    {
      g_autofree char *name = g_strdup_printf ("s/%u", i);
      g_autofree char *path = g_build_filename (f->dir, name, NULL);

      if (i == 0)
        temp_tree_write (f->dir, name, "x");
      else
        {
          int fd = open (path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

          g_assert_cmpint (write (fd, "x", 1), ==, 1);
          close (fd);
        }
    }
  found = scan (f, "s", FALSE);
  g_assert_cmpuint (f->names->len, ==, 3 * FIL_SCAN_BATCH + 1);
}

static void
test_free (Fixture *f,
           gconstpointer data)
{
  g_autofree char *root = g_build_filename (f->dir, "s", NULL);

  make_tree (f);
  for (guint i = 0; i < 20; i++)
    fil_scan (f->worker, root, FALSE, f->places, on_batch, on_done, f, NULL);
  g_clear_pointer (&f->worker, fil_worker_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_done, ==, 0);
}

static void
on_checked (const FilShareCheck *check,
            const GError *error,
            gpointer data)
{
  Fixture *f = data;

  f->n_done++;
  g_clear_error (&f->error);
  g_clear_pointer (&f->refusal, g_free);
  f->error = error != NULL ? g_error_copy (error) : NULL;
  g_ptr_array_set_size (f->names, 0);
  if (check == NULL)
    return;
  f->check = *check;
  f->refusal = g_strdup (check->refusal);
  g_assert_cmpuint (check->names->len, ==, MIN (check->files, FIL_PREVIEW_MAX_NAMES));
  g_assert_cmpuint (check->private_names->len, ==, MIN (check->private_files, FIL_PREVIEW_MAX_NAMES));
  for (guint i = 0; i < check->private_names->len; i++)
    g_ptr_array_add (f->names, g_strdup (check->private_names->pdata[i]));
  g_ptr_array_sort (f->names, compare);
}

static void
check (Fixture *f,
       const char *path)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);

  f->n_done = 0;
  fil_share_check (f->worker, f->places, whole, on_checked, f);
  while (f->n_done == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_preview (Fixture *f,
              gconstpointer data)
{
  make_tree (f);
  check (f, "s/sub/../link-out/../s");
  g_assert_no_error (f->error);
  g_assert_null (f->refusal);
  g_assert_cmpuint (f->check.files, ==, 4);
  g_assert_cmpuint (f->check.bytes, ==, 5);
  g_assert_cmpuint (f->check.kinds[FIL_KIND_DOCUMENT], ==, 1);
  g_assert_cmpuint (f->check.kinds[FIL_KIND_AUDIO], ==, 1);
  g_assert_cmpuint (f->check.private_files, ==, 2);
  g_assert_cmpuint (f->names->len, ==, 2);
  g_assert_cmpstr (f->names->pdata[0], ==, "Mail/inbox");
  g_assert_cmpstr (f->names->pdata[1], ==, "id_rsa");

  f->places->profile = g_strdup (f->dir);
  check (f, "s");
  g_assert_no_error (f->error);
  g_assert_nonnull (f->refusal);
  g_assert_cmpuint (f->check.files, ==, 0);
  check (f, "none");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
}

static void
test_preview_long (Fixture *f,
                   gconstpointer data)
{
  for (guint i = 0; i < 2 * FIL_PREVIEW_MAX_NAMES + 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("s/%u%s", i, i % 2 == 0 ? ".pem" : ".txt");

      temp_tree_write (f->dir, name, "x");
    }
  check (f, "s");
  g_assert_cmpuint (f->check.files, ==, FIL_PREVIEW_MAX_NAMES + 10);
  g_assert_cmpuint (f->check.private_files, ==, FIL_PREVIEW_MAX_NAMES + 10);
}

/* More folders than the watcher takes: the scan says how many it left out. */
static void
test_many_folders (Fixture *f,
                   gconstpointer data)
{
  g_autofree char *found = NULL;

  temp_tree_write (f->dir, "s/a", "x");
  for (guint i = 0; i < FIL_WATCH_MAX_FOLDERS + 4; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/s/f%u", f->dir, i);

      g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
    }
  found = scan (f, "s", FALSE);
  g_assert_cmpstr (found, ==, "a");
  g_assert_cmpuint (f->n_folders, ==, FIL_WATCH_MAX_FOLDERS);
  g_assert_cmpuint (f->more_folders, ==, 5);
}

/* The two ways to open must agree on everything. */
static void
test_open (Fixture *f,
           gconstpointer data)
{
  static const struct
  {
    const char *path;
    gboolean is_ok;
  } cases[] = {
    { "a.txt", TRUE },          { "sub/b.mp3", TRUE },       { "sub/\xff.bin", TRUE }, { "link-in", FALSE },
    { "link-file", FALSE },     { "link-out/secret", FALSE }, { "../outside/secret", FALSE },
    { "sub/../../outside/secret", FALSE }, { "/etc/passwd", FALSE }, { "loop/a.txt", FALSE },
    { "sub", FALSE },           { "fifo", FALSE },           { "none", FALSE },        { "", FALSE },
    { "a.txt/x", FALSE },       { "socket", FALSE },
  };
  g_autofree char *root = g_build_filename (f->dir, "s", NULL);
  g_autofree char *link = g_build_filename (f->dir, "to-s", NULL);
  struct sockaddr_un addr = { .sun_family = AF_UNIX };
  int sock = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  make_tree (f);
  g_snprintf (addr.sun_path, sizeof addr.sun_path, "%s/socket", root);
  g_assert_cmpint (bind (sock, (struct sockaddr *) &addr, sizeof addr), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) slow_error = NULL;
      int fd = fil_open_beneath (root, cases[i].path, &error);
      int slow = fil_open_beneath_slow (root, cases[i].path, &slow_error);

      g_test_message ("case %u", i);
      g_assert_cmpint (fd >= 0, ==, cases[i].is_ok);
      g_assert_cmpint (slow >= 0, ==, cases[i].is_ok);
      g_assert_true ((fd < 0) == (error != NULL));
      g_assert_true ((slow < 0) == (slow_error != NULL));
      if (fd >= 0)
        close (fd);
      if (slow >= 0)
        close (slow);
    }
  close (sock);
  g_assert_cmpint (symlink ("s", link), ==, 0);
  g_assert_cmpint (fil_open_beneath (link, "a.txt", NULL), ==, -1);
}

/* Somebody swaps a folder for a link all the time. */
static gpointer
swap (gpointer data)
{
  Fixture *f = data;
  g_autofree char *sub = g_build_filename (f->dir, "s", "sub", NULL);
  g_autofree char *spare = g_build_filename (f->dir, "s", "spare", NULL);

  for (guint i = 0; i < 2000; i++)
    g_assert_cmpint (renameat2 (AT_FDCWD, sub, AT_FDCWD, spare, RENAME_EXCHANGE), ==, 0);
  return NULL;
}

static void
test_swap (Fixture *f,
           gconstpointer data)
{
  g_autofree char *root = g_build_filename (f->dir, "s", NULL);
  GThread *thread;

  temp_tree_write (f->dir, "s/sub/x", "inside");
  temp_tree_write (f->dir, "outside/x", "secret");
  temp_tree_link (f->dir, "s/spare", "../outside");
  thread = g_thread_new ("swap", swap, f);
  for (guint i = 0; i < 4000; i++)
    {
      char text[16] = { 0 };
      int fd = i % 2 == 0 ? fil_open_beneath (root, "sub/x", NULL) : fil_open_beneath_slow (root, "sub/x", NULL);

      if (fd < 0)
        continue;
      g_assert_cmpint (read (fd, text, sizeof text - 1), ==, 6);
      g_assert_cmpstr (text, ==, "inside");
      close (fd);
    }
  g_thread_join (thread);
}

typedef struct
{
  guint n_done;
  FilSha1 sha1;
  FilTth tth;
  guint64 size;
  GError *error;
} Hashed;

static void
on_hashed (const FilFileRow *row,
           FilTigerTree *tree,
           const GError *error,
           gpointer data)
{
  Hashed *hashed = data;

  hashed->n_done++;
  g_assert_true ((tree == NULL) == (error != NULL));
  g_clear_error (&hashed->error);
  hashed->error = error != NULL ? g_error_copy (error) : NULL;
  hashed->sha1 = row->sha1;
  hashed->tth = row->tth;
  hashed->size = row->size;
}

static void
hash (Fixture *f,
      FilHasher *hasher,
      const char *path,
      Hashed *hashed)
{
  g_autofree FilFileRow *row = fil_file_row_new (path);

  hashed->n_done = 0;
  fil_hasher_start (hasher, f->dir, row, on_hashed, hashed);
  g_assert_true (fil_hasher_is_busy (hasher));
  while (hashed->n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (fil_hasher_is_busy (hasher));
}

static void
test_hasher (Fixture *f,
             gconstpointer data)
{
  static const gsize sizes[] = { 1, 1023, 1024, 1025, 256 * 1024, FIL_HASHER_TWO_THREADS - 1, FIL_HASHER_TWO_THREADS,
                                 3 * FIL_HASHER_TWO_THREADS + 12345 };
  g_autoptr (FilHasher) hasher = fil_hasher_new ();
  Hashed hashed = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name = g_strdup_printf ("%zu", sizes[i]);
      g_autofree char *path = g_build_filename (f->dir, name, NULL);
      g_autofree char *bytes = NULL;
      gsize len;
      FilSha1 sha1;
      FilTth tth;

      temp_tree_write_bytes (f->dir, name, sizes[i], (guint8) i);
      hash (f, hasher, name, &hashed);
      g_assert_no_error (hashed.error);
      g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
      fil_sha1_of (&sha1, bytes, len);
      fil_tth_of (&tth, bytes, len);
      g_assert_cmpuint (hashed.size, ==, sizes[i]);
      g_assert_true (fil_sha1_equal (&hashed.sha1, &sha1));
      g_assert_true (fil_tth_equal (&hashed.tth, &tth));
    }
  hash (f, hasher, "none", &hashed);
  g_assert_error (hashed.error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  temp_tree_link (f->dir, "link", "1");
  hash (f, hasher, "link", &hashed);
  g_assert_error (hashed.error, FIL_FILES_ERROR, FIL_FILES_ERROR_CHANGED);
  g_clear_error (&hashed.error);
}

static void
test_hasher_cancel (Fixture *f,
                    gconstpointer data)
{
  g_autoptr (FilHasher) hasher = fil_hasher_new ();
  g_autofree FilFileRow *row = fil_file_row_new ("big");
  g_autofree char *path = g_build_filename (f->dir, "big", NULL);
  Hashed hashed = { 0 };
  int fd = open (path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

  /* Sparse, and far more than can be hashed while a test waits. */
  g_assert_cmpint (ftruncate (fd, G_GINT64_CONSTANT (1) << 40), ==, 0);
  close (fd);
  fil_hasher_start (hasher, f->dir, row, on_hashed, &hashed);
  while (fil_hasher_progress (hasher) == 0)
    g_thread_yield ();
  fil_hasher_cancel (hasher);
  while (hashed.n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (hashed.error, FIL_FILES_ERROR, FIL_FILES_ERROR_CANCELLED);

  /* Freed in the middle. */
  fil_hasher_start (hasher, f->dir, row, on_hashed, &hashed);
  g_clear_pointer (&hasher, fil_hasher_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (hashed.n_done, ==, 1);
  g_clear_error (&hashed.error);
}

static void
on_change (gpointer data)
{
  ++*(guint *) data;
}

static void
wait_change (guint *n_changes)
{
  *n_changes = 0;
  while (*n_changes == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_watcher (Fixture *f,
              gconstpointer data)
{
  g_autoptr (FilClock) clock = fil_clock_new_real ();
  g_autoptr (FilReactor) reactor = fil_reactor_new (NULL, clock);
  guint n_changes = 0;
  g_autoptr (FilWatcher) watcher = fil_watcher_new (reactor, on_change, &n_changes);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *file = g_build_filename (f->dir, "a", "x", NULL);

  temp_tree_write (f->dir, "a/x", "x");
  temp_tree_write (f->dir, "b/x", "x");
  g_ptr_array_add (folders, g_build_filename (f->dir, "a", NULL));
  g_ptr_array_add (folders, g_build_filename (f->dir, "none", NULL));
  g_assert_true (fil_watcher_set_folders (watcher, folders));
  g_assert_cmpuint (fil_watcher_n_folders (watcher), ==, 1);
  g_assert_false (fil_watcher_set_folders (watcher, folders));
  temp_tree_write (f->dir, "a/y", "x");
  wait_change (&n_changes);
  g_unlink (file);
  wait_change (&n_changes);

  g_ptr_array_add (folders, g_build_filename (f->dir, "b", NULL));
  g_assert_true (fil_watcher_set_folders (watcher, folders));
  temp_tree_write (f->dir, "b/y", "x");
  wait_change (&n_changes);
  g_ptr_array_set_size (folders, 0);
  g_assert_false (fil_watcher_set_folders (watcher, folders));
  g_assert_cmpuint (fil_watcher_n_folders (watcher), ==, 0);
}

#define ADD(name, func) g_test_add ("/files/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc,
      char *argv[])
{
  /* A busy disk takes many seconds for thousands of files. */
  const char *memory = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL;

  g_test_init (&argc, &argv, NULL);
  ADD ("scan/tree", test_scan);
  ADD ("scan/root-errors", test_root_errors);
  ADD ("scan/depth", test_depth);
  ADD ("scan/unreadable", test_unreadable);
  g_test_add ("/files/scan/many", Fixture, memory, set_up, test_many, tear_down);
  ADD ("scan/free", test_free);
  ADD ("preview", test_preview);
  ADD ("preview-long", test_preview_long);
  g_test_add ("/files/scan/many-folders", Fixture, memory, set_up, test_many_folders, tear_down);
  ADD ("open/table", test_open);
  ADD ("open/swap", test_swap);
  ADD ("hasher/sizes", test_hasher);
  ADD ("hasher/cancel", test_hasher_cancel);
  ADD ("watcher", test_watcher);
  return g_test_run ();
}
