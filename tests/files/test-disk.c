/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "disk-private.h"
#include "part-file.h"
#include "place-file.h"
#include "sha1.h"
#include "temp-tree.h"
#include "tiger-context.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *dir;
  char *parts;
  char *downloads;
  FilDisk *disk;
  FilPartFile *part;
  guint n_done;
  GError *error;
  char *path;
  FilSha1 sha1;
  FilTth hash;
  FilTigerTree *tree;
} Fixture;

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->dir = temp_tree_new (NULL);
  f->parts = g_build_filename (f->dir, "parts", NULL);
  f->downloads = g_build_filename (f->dir, "downloads", NULL);
  g_mkdir (f->parts, 0700);
  g_mkdir (f->downloads, 0700);
  f->disk = fil_disk_new (0);
}

static void
forget (Fixture *f)
{
  f->n_done = 0;
  g_clear_error (&f->error);
  g_clear_pointer (&f->path, g_free);
  g_clear_pointer (&f->tree, fil_tiger_tree_unref);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_clear_pointer (&f->part, fil_part_file_free);
  g_clear_pointer (&f->disk, fil_disk_free);
  forget (f);
  temp_tree_free (f->dir);
  g_free (f->parts);
  g_free (f->downloads);
}

static void
keep_error (Fixture *f,
            const GError *error)
{
  f->n_done++;
  g_clear_error (&f->error);
  f->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
on_done (gpointer data,
         const GError *error)
{
  keep_error (data, error);
}

static void
on_hashed (gpointer data,
           const FilSha1 *sha1,
           FilTigerTree *tree,
           const GError *error)
{
  Fixture *f = data;

  keep_error (f, error);
  if (error != NULL)
    return;
  f->sha1 = *sha1;
  f->tree = tree != NULL ? fil_tiger_tree_ref (tree) : NULL;
}

static void
on_finished (gpointer data,
             const char *path,
             const GError *error)
{
  Fixture *f = data;

  keep_error (f, error);
  g_assert_true ((path == NULL) == (error != NULL));
  f->path = g_strdup (path);
}

static void
wait_for (Fixture *f,
          guint n_done)
{
  while (f->n_done < n_done)
    g_main_context_iteration (NULL, TRUE);
}

static void
open_part (Fixture *f,
           const char *name,
           FilPartMode mode)
{
  g_clear_pointer (&f->part, fil_part_file_free);
  forget (f);
  f->part = fil_part_file_new (f->disk, f->parts, name, mode, on_done, f);
  wait_for (f, 1);
}

static void
write_text (Fixture *f,
            goffset offset,
            const char *text)
{
  fil_part_file_write (f->part, offset, g_bytes_new (text, strlen (text)), NULL, NULL);
}

static void
finish (Fixture *f,
        guint64 size,
        const char *expected,
        const char *name)
{
  FilSha1 sha1;

  forget (f);
  fil_sha1_of (&sha1, expected, strlen (expected));
  fil_part_file_finish (f->part, size, &sha1, f->downloads, name, on_finished, f);
  wait_for (f, 1);
}

static void
test_write_and_finish (Fixture *f,
                       gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *expected = g_build_filename (f->downloads, "bashrc", NULL);
  GStatBuf st;

  open_part (f, "1", FIL_PART_CREATE);
  g_assert_no_error (f->error);
  write_text (f, 5, "world");
  write_text (f, 0, "hello");
  fil_part_file_sync (f->part, on_done, f);
  wait_for (f, 2);
  g_assert_no_error (f->error);
  text = temp_tree_read (f->parts, "1");
  g_assert_cmpstr (text, ==, "helloworld");
  g_free (text);

  finish (f, 10, "helloworld", ".bashrc");
  g_assert_no_error (f->error);
  g_assert_cmpstr (f->path, ==, expected);
  text = temp_tree_read (f->downloads, "bashrc");
  g_assert_cmpstr (text, ==, "helloworld");
  g_assert_false (temp_tree_has (f->parts, "1"));
  g_assert_cmpint (g_stat (f->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0111, ==, 0);

  /* It is not ours any more. */
  forget (f);
  write_text (f, 0, "xxxxx");
  fil_part_file_sync (f->part, on_done, f);
  wait_for (f, 1);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
}

static void
test_hash (Fixture *f,
           gconstpointer data)
{
  g_autofree guint8 *bytes = g_malloc (300000);
  FilSha1 sha1;
  FilTth tth;

  for (guint i = 0; i < 300000; i++)
    bytes[i] = (guint8) (i * 7 + i / 1000);
  fil_sha1_of (&sha1, bytes, 300000);
  fil_tth_of (&tth, bytes, 300000);

  /* In order, out of order, and with a piece that is written again. */
  for (guint way = 0; way < 4; way++)
    {
      g_autofree char *name = g_strdup_printf ("%u", way);

      open_part (f, name, FIL_PART_CREATE);
      if (way == 3)
        {
          fil_part_file_write (f->part, 0, g_bytes_new_static ("wrong", 5), on_done, f);
          wait_for (f, 2);
          fil_part_file_follow (f->part, 5, 300000, TRUE);
          f->n_done = 1;
        }
      for (guint i = 0; i < 300; i++)
        {
          guint at = (way == 2 ? i * 7 % 300 : i) * 1000;

          fil_part_file_write (f->part, at, g_bytes_new (bytes + at, 1000), i == 299 ? on_done : NULL, f);
        }
      wait_for (f, 2);
      if (way != 1)
        fil_part_file_follow (f->part, 299999, 300000, way == 0);
      fil_part_file_hash (f->part, 300000, TRUE, on_hashed, f);
      wait_for (f, 3);
      g_assert_no_error (f->error);
      g_assert_true (fil_sha1_equal (&f->sha1, &sha1));
      g_assert_true (fil_tth_equal (fil_tiger_tree_root (f->tree), &tth));
      g_assert_cmpuint (fil_tiger_tree_file_size (f->tree), ==, 300000);
    }
}

static void
on_checked (gpointer data,
            const FilTth *hash,
            const GError *error)
{
  Fixture *f = data;

  f->n_done++;
  g_clear_error (&f->error);
  if (error != NULL)
    f->error = g_error_copy (error);
  else
    f->hash = *hash;
}

/* Blocks by themselves, and one beyond the end. */
static void
test_check (Fixture *f,
            gconstpointer data)
{
  g_autofree guint8 *bytes = g_malloc (400000);

  for (guint i = 0; i < 400000; i++)
    bytes[i] = (guint8) (i * 7 + i / 1000);
  open_part (f, "1", FIL_PART_CREATE);
  fil_part_file_write (f->part, 0, g_bytes_new (bytes, 400000), on_done, f);
  wait_for (f, 2);
  for (guint64 start = 0; start < 400000; start += 131072)
    {
      guint64 end = MIN (start + 131072, 400000);
      FilTth tth;

      forget (f);
      fil_tth_of (&tth, bytes + start, end - start);
      fil_part_file_check (f->part, start, end, on_checked, f);
      wait_for (f, 1);
      g_assert_no_error (f->error);
      g_assert_true (fil_tth_equal (&f->hash, &tth));
    }
  forget (f);
  fil_part_file_check (f->part, 393216, 524288, on_checked, f);
  wait_for (f, 1);
  g_assert_nonnull (f->error);

  /* Nobody is told any more. */
  forget (f);
  fil_part_file_check (f->part, 0, 131072, on_checked, f);
  fil_part_file_hash (f->part, 400000, TRUE, on_hashed, f);
  g_clear_pointer (&f->part, fil_part_file_free);
  g_clear_pointer (&f->disk, fil_disk_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_done, ==, 0);
}

static void
test_mismatch (Fixture *f,
               gconstpointer data)
{
  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "helloworlt");
  finish (f, 10, "helloworld", "x.txt");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_MISMATCH);
  finish (f, 11, "helloworlt", "x.txt");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_MISMATCH);
  g_assert_true (temp_tree_has (f->parts, "1"));
  g_assert_false (temp_tree_has (f->downloads, "x.txt"));

  /* Repaired and finished after all. */
  write_text (f, 9, "d");
  finish (f, 10, "helloworld", "x.txt");
  g_assert_no_error (f->error);
  g_assert_true (temp_tree_has (f->downloads, "x.txt"));
}

/* Somebody said that the file is larger, and bytes came that are behind its end. */
static void
test_longer (Fixture *f,
             gconstpointer data)
{
  g_autofree char *text = NULL;

  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "helloworld");
  write_text (f, 20, "junk");
  fil_part_file_hash (f->part, 10, FALSE, on_hashed, f);
  wait_for (f, 2);
  finish (f, 10, "helloworld", "x.txt");
  g_assert_no_error (f->error);
  text = temp_tree_read (f->downloads, "x.txt");
  g_assert_cmpstr (text, ==, "helloworld");
}

/* Somebody else writes between the hash and the end: the hash is of another file then. */
static void
test_changed_after_hash (Fixture *f,
                         gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->parts, "1", NULL);
  const struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
  int fd;

  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "helloworld");
  fil_part_file_sync (f->part, on_done, f);
  wait_for (f, 2);
  fil_part_file_hash (f->part, 10, FALSE, on_hashed, f);
  wait_for (f, 3);
  g_assert_no_error (f->error);
  g_assert_null (f->tree);
  fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  g_assert_cmpint (write (fd, "jello", 5), ==, 5);
  g_assert_cmpint (futimens (fd, times), ==, 0);
  g_close (fd, NULL);
  finish (f, 10, "helloworld", "x.txt");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_MISMATCH);
  g_assert_false (temp_tree_has (f->downloads, "x.txt"));
}

static void
test_never_overwrite (Fixture *f,
                      gconstpointer data)
{
  g_autofree char *dangling = g_build_filename (f->dir, "elsewhere", NULL);

  temp_tree_write (f->downloads, "x.txt", "mine");
  temp_tree_link (f->downloads, "x (2).txt", dangling);
  temp_tree_write (f->downloads, "x (3).txt/inside", "mine too");
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *expected = g_strdup_printf ("%s/x (%u).txt", f->downloads, 4 + i);

      open_part (f, name, FIL_PART_CREATE);
      write_text (f, 0, "a");
      finish (f, 1, "a", "x.txt");
      g_assert_no_error (f->error);
      g_assert_cmpstr (f->path, ==, expected);
    }
  {
    g_autofree char *text = temp_tree_read (f->downloads, "x.txt");

    g_assert_cmpstr (text, ==, "mine");
  }
  g_assert_false (temp_tree_has (f->dir, "elsewhere"));
}

static void
test_too_many_names (Fixture *f,
                     gconstpointer data)
{
  for (guint i = 1; i <= FIL_PLACE_MAX_NUMBER; i++)
    {
      g_autofree char *name = i == 1 ? g_strdup ("x") : g_strdup_printf ("x (%u)", i);
      g_autofree char *path = g_build_filename (f->downloads, name, NULL);
      int fd = open (path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

      g_assert_cmpint (fd, >=, 0);
      close (fd);
    }
  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "a");
  finish (f, 1, "a", "x");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_LIMIT);
  g_assert_true (temp_tree_has (f->parts, "1"));
}

/* /dev/shm is another file system nearly everywhere. */
static void
test_other_file_system (Fixture *f,
                        gconstpointer data)
{
  char *other = g_access ("/dev/shm", W_OK) == 0 ? temp_tree_new ("/dev/shm") : NULL;
  GStatBuf a;
  GStatBuf b;

  if (other == NULL || g_stat (other, &a) != 0 || g_stat (f->dir, &b) != 0 || a.st_dev == b.st_dev)
    g_test_skip ("no second file system");
  else
    {
      g_autofree char *text = NULL;

      temp_tree_write (other, "x.txt", "mine");
      g_free (f->downloads);
      f->downloads = g_strdup (other);
      open_part (f, "1", FIL_PART_CREATE);
      write_text (f, 0, "hello");
      finish (f, 5, "hello", "x.txt");
      g_assert_no_error (f->error);
      g_assert_true (g_str_has_suffix (f->path, "/x (2).txt"));
      text = temp_tree_read (other, "x (2).txt");
      g_assert_cmpstr (text, ==, "hello");
      g_assert_false (temp_tree_has (f->parts, "1"));
    }
  if (other != NULL)
    temp_tree_free (other);
}

static void
test_gone (Fixture *f,
           gconstpointer data)
{
  open_part (f, "none", FIL_PART_OPEN);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  fil_part_file_write (f->part, 0, g_bytes_new ("x", 1), on_done, f);
  wait_for (f, 2);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);

  /* The downloads folder is not made again: it may be a drive. */
  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "a");
  g_rmdir (f->downloads);
  finish (f, 1, "a", "x");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  g_assert_nonnull (strstr (f->error->message, f->downloads));
  g_assert_true (temp_tree_has (f->parts, "1"));
  g_mkdir (f->downloads, 0700);
  finish (f, 1, "a", "x");
  g_assert_no_error (f->error);
}

static void
test_modes (Fixture *f,
            gconstpointer data)
{
  temp_tree_write (f->parts, "there", "there");
  open_part (f, "there", FIL_PART_CREATE);
  g_assert_nonnull (f->error);
  open_part (f, "there", FIL_PART_OPEN);
  g_assert_no_error (f->error);
  open_part (f, "new", FIL_PART_OPEN_OR_CREATE);
  g_assert_no_error (f->error);

  /* Nothing is written through a link, nor to what is no file. */
  temp_tree_link (f->parts, "link", "there");
  open_part (f, "link", FIL_PART_OPEN_OR_CREATE);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_CHANGED);
  {
    g_autofree char *fifo = g_build_filename (f->parts, "fifo", NULL);

    g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
    open_part (f, "fifo", FIL_PART_OPEN);
    g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_CHANGED);
  }
}

static void
test_denied (Fixture *f,
             gconstpointer data)
{
  if (geteuid () == 0)
    {
      g_test_skip ("root may do everything");
      return;
    }
  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "a");
  g_chmod (f->downloads, 0500);
  finish (f, 1, "a", "x");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_DENIED);
  g_chmod (f->downloads, 0700);
  g_chmod (f->parts, 0500);
  open_part (f, "2", FIL_PART_CREATE);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_DENIED);
}

static void
test_remove (Fixture *f,
             gconstpointer data)
{
  open_part (f, "1", FIL_PART_CREATE);
  fil_part_file_remove (f->part, on_done, f);
  wait_for (f, 2);
  g_assert_no_error (f->error);
  g_assert_false (temp_tree_has (f->parts, "1"));

  /* Somebody else's file of that name stays. */
  open_part (f, "2", FIL_PART_CREATE);
  temp_tree_write (f->parts, "other", "other");
  {
    g_autofree char *from = g_build_filename (f->parts, "other", NULL);
    g_autofree char *to = g_build_filename (f->parts, "2", NULL);

    g_assert_cmpint (g_rename (from, to), ==, 0);
  }
  fil_part_file_remove (f->part, on_done, f);
  wait_for (f, 2);
  g_assert_true (temp_tree_has (f->parts, "2"));
}

static void
block (gpointer data)
{
  (void) g_async_queue_pop (data);
}

/* A disk that takes long to be in order holds up nobody but who asked for that. */
static void
test_slow_sync (Fixture *f,
                gconstpointer data)
{
  g_autoptr (GAsyncQueue) release = g_async_queue_new ();
  g_autofree char *text = NULL;

  open_part (f, "1", FIL_PART_CREATE);
  fil_worker_push (_fil_disk_sync_worker (f->disk), block, NULL, release, NULL);
  fil_part_file_sync (f->part, on_done, f);
  fil_part_file_write (f->part, 0, g_bytes_new ("hello", 5), on_done, f);
  wait_for (f, 2);
  g_assert_no_error (f->error);
  text = temp_tree_read (f->parts, "1");
  g_assert_cmpstr (text, ==, "hello");
  g_async_queue_push (release, release);
  wait_for (f, 3);
  g_assert_no_error (f->error);
}

static void
test_truncated (Fixture *f,
                gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->parts, "1", NULL);
  g_autofree char *text = NULL;

  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "helloworld");
  fil_part_file_sync (f->part, on_done, f);
  wait_for (f, 2);
  g_assert_cmpint (truncate (path, 4), ==, 0);
  finish (f, 10, "helloworld", "x");
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_MISMATCH);
  text = temp_tree_read (f->parts, "1");
  g_assert_cmpstr (text, ==, "hell");
}

static void
free_all (gpointer data,
          const GError *error)
{
  Fixture *f = data;

  f->n_done++;
  g_clear_pointer (&f->part, fil_part_file_free);
  g_clear_pointer (&f->disk, fil_disk_free);
}

static void
test_free (Fixture *f,
           gconstpointer data)
{
  g_autofree char *text = NULL;

  open_part (f, "1", FIL_PART_CREATE);
  forget (f);
  fil_part_file_write (f->part, 0, g_bytes_new ("abc", 3), free_all, f);
  for (guint i = 0; i < 100; i++)
    fil_part_file_write (f->part, 3 + i, g_bytes_new ("x", 1), on_done, f);
  wait_for (f, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->n_done, ==, 1);
  text = temp_tree_read (f->parts, "1");
  g_assert_cmpuint (strlen (text), ==, 103);
}

static gboolean
write_map (const char *path,
           guint id)
{
  g_autofree char *map = g_strdup_printf ("0 %u 1", id);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean is_ok = fd >= 0 && write (fd, map, strlen (map)) > 0;

  if (fd >= 0)
    close (fd);
  return is_ok;
}

/* A place where mounting harms nobody. */
static gboolean
enter_namespace (void)
{
  guint uid = geteuid ();
  guint gid = getegid ();
  int fd;

  if (unshare (CLONE_NEWNS) != 0)
    {
      if (unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return FALSE;
      fd = open ("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
      if (fd >= 0)
        {
          (void) !write (fd, "deny", 4);
          close (fd);
        }
      if (!write_map ("/proc/self/uid_map", uid) || !write_map ("/proc/self/gid_map", gid))
        return FALSE;
    }
  return mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* What was written is found again, and the holes are not taken for it. */
static void
test_held (Fixture *f,
           gconstpointer data)
{
  const guint64 at[] = { 100000, 300000, 9000000 };
  g_autoptr (GArray) held = NULL;
  g_autoptr (GArray) again = NULL;
  guint64 bytes = 0;
  GStatBuf st;
  g_autofree char *path = g_build_filename (f->parts, "1", NULL);

  open_part (f, "1", FIL_PART_CREATE);
  held = fil_part_file_take_held (f->part);
  g_assert_cmpuint (held->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    fil_part_file_write (f->part, (goffset) at[i], g_bytes_new_take (g_malloc0 (70000), 70000), on_done, f);
  wait_for (f, 1 + G_N_ELEMENTS (at));

  open_part (f, "1", FIL_PART_OPEN);
  g_clear_pointer (&held, g_array_unref);
  held = fil_part_file_take_held (f->part);
  again = fil_part_file_take_held (f->part);
  g_assert_null (again);
  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    {
      gboolean is_there = FALSE;

      for (guint j = 0; j < held->len; j++)
        {
          FilRange range = g_array_index (held, FilRange, j);

          is_there = is_there || (range.start <= at[i] && range.end >= at[i] + 70000);
        }
      g_assert_true (is_there);
    }
  for (guint j = 0; j < held->len; j++)
    bytes += fil_range_len (g_array_index (held, FilRange, j));
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  /* Some file systems have no holes. */
  if (st.st_blocks * 512 < st.st_size / 2)
    g_assert_cmpuint (bytes, <, 1000000);
}

static void
on_found (gpointer data,
          const char *path)
{
  Fixture *f = data;

  f->n_done++;
  g_free (f->path);
  f->path = g_strdup (path);
}

/* A file that was finished is known by its name, its size and its hash. */
static void
test_find_placed (Fixture *f,
                  gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *text;
    const char *found;
  } cases[] = {
    { "song.ogg", "the right one", "song (3).ogg" },
    { "song.ogg", "the other one", "song (2).ogg" },
    { "song.ogg", "neither of them", NULL },
    { "song.ogg", "another length", NULL },
    { "../song.ogg", "the right one", NULL },
    { "nothing.ogg", "the right one", NULL },
  };

  temp_tree_write (f->downloads, "song.ogg", "neither of those");
  temp_tree_write (f->downloads, "song (2).ogg", "the other one");
  temp_tree_write (f->downloads, "song (3).ogg", "the right one");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FilSha1 sha1;
      g_autofree char *found = NULL;

      fil_sha1_of (&sha1, cases[i].text, strlen (cases[i].text));
      fil_disk_find_placed (f->disk, f->downloads, cases[i].name, strlen (cases[i].text), &sha1, on_found, f);
      wait_for (f, i + 1);
      found = f->path != NULL ? g_path_get_basename (f->path) : NULL;
      g_assert_cmpstr (found, ==, cases[i].found);
    }
}

/* More than the floor stays free, whoever else writes. */
static void
test_floor (Fixture *f,
            gconstpointer data)
{
  g_clear_pointer (&f->disk, fil_disk_free);
  f->disk = fil_disk_new (G_MAXUINT64 / 2);
  open_part (f, "1", FIL_PART_CREATE);
  g_assert_no_error (f->error);
  fil_part_file_write (f->part, 0, g_bytes_new ("abc", 3), on_done, f);
  wait_for (f, 2);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_FULL);
  forget (f);
  fil_part_file_remove (f->part, on_done, f);
  wait_for (f, 1);
  g_assert_no_error (f->error);
}

/* The drive of the part file goes away while it is written. */
static void
test_lost_on_the_way (Fixture *f,
                      gconstpointer data)
{
  g_autofree char *away = g_build_filename (f->dir, "away", NULL);

  open_part (f, "1", FIL_PART_CREATE);
  write_text (f, 0, "abc");
  g_assert_cmpint (g_rename (f->parts, away), ==, 0);
  for (guint i = 0; i < 5; i++)
    fil_part_file_write (f->part, i * 500000, g_bytes_new_take (g_malloc0 (500000), 500000), on_done, f);
  wait_for (f, 6);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE);
  g_assert_cmpint (g_rename (away, f->parts), ==, 0);
}

/* A disk of 64 kB in a namespace of our own. */
static void
test_full (Fixture *f,
           gconstpointer data)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  g_clear_pointer (&f->disk, fil_disk_free);
  if (!enter_namespace () || mount ("none", f->parts, "tmpfs", 0, "size=64k") != 0)
    return;
  g_print ("a small disk\n");
  f->disk = fil_disk_new (0);
  open_part (f, "1", FIL_PART_CREATE);
  g_assert_no_error (f->error);
  for (guint i = 0; i < 4; i++)
    fil_part_file_write (f->part, i * 32768, g_bytes_new_take (g_malloc0 (32768), 32768), on_done, f);
  wait_for (f, 5);
  g_assert_error (f->error, FIL_FILES_ERROR, FIL_FILES_ERROR_FULL);

  /* Deleting needs no space. */
  fil_part_file_remove (f->part, on_done, f);
  wait_for (f, 6);
  g_assert_no_error (f->error);
  g_clear_pointer (&f->part, fil_part_file_free);
  g_clear_pointer (&f->disk, fil_disk_free);
  umount2 (f->parts, MNT_DETACH);
}

#define ADD(name, func) g_test_add ("/files/disk/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("write-and-finish", test_write_and_finish);
  ADD ("hash", test_hash);
  ADD ("check", test_check);
  ADD ("mismatch", test_mismatch);
  ADD ("longer", test_longer);
  ADD ("changed-after-hash", test_changed_after_hash);
  ADD ("never-overwrite", test_never_overwrite);
  ADD ("too-many-names", test_too_many_names);
  ADD ("other-file-system", test_other_file_system);
  ADD ("gone", test_gone);
  ADD ("modes", test_modes);
  ADD ("denied", test_denied);
  ADD ("remove", test_remove);
  ADD ("slow-sync", test_slow_sync);
  ADD ("truncated", test_truncated);
  ADD ("free", test_free);
  ADD ("full", test_full);
  ADD ("held", test_held);
  ADD ("find-placed", test_find_placed);
  ADD ("floor", test_floor);
  ADD ("lost-on-the-way", test_lost_on_the_way);
  return g_test_run ();
}
