/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "profile.h"

#include "api-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *top;
  char *runtime_dir;
  char *dir;
} Fixture;

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->top = g_dir_make_tmp ("fil-profile-XXXXXX", NULL);
  f->runtime_dir = g_build_filename (f->top, "run", NULL);
  f->dir = g_build_filename (f->top, "a", "profile", NULL);
  g_assert_cmpint (g_mkdir (f->runtime_dir, 0700), ==, 0);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  remove_tree (f->top);
  g_free (f->top);
  g_free (f->runtime_dir);
  g_free (f->dir);
}

static FilProfile *
locked_profile (const char *dir,
                const char *runtime_dir)
{
  FilProfile *profile = fil_profile_new (dir, runtime_dir);
  GError *error = NULL;

  g_assert_true (fil_profile_make (profile, &error));
  g_assert_no_error (error);
  g_assert_true (fil_profile_lock (profile, &error));
  g_assert_no_error (error);
  return profile;
}

static guint
mode_of (const char *path)
{
  struct stat st;

  g_assert_cmpint (lstat (path, &st), ==, 0);
  return st.st_mode & 0777;
}

static char *
socket_of (FilProfile *profile)
{
  GError *error = NULL;
  char *path = fil_profile_make_socket_path (profile, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (path), <=, FIL_PROFILE_MAX_SOCKET_PATH);
  return path;
}

static void
assert_private_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpuint (mode_of (parent), ==, 0700);
}

static void
test_runtime_dir (Fixture *f,
                  gconstpointer data)
{
  g_autoptr (FilProfile) profile = locked_profile (f->dir, f->runtime_dir);
  g_autofree char *hash = fil_profile_hash (profile);
  g_autofree char *expected = g_build_filename (f->runtime_dir, "filbert", hash, "socket", NULL);
  g_autofree char *path = socket_of (profile);

  g_assert_cmpstr (path, ==, expected);
  assert_private_parent (path);
  g_assert_cmpuint (mode_of (f->dir), ==, 0700);

  /* What a dead node left goes; what others may read becomes private. */
  g_assert_true (g_file_set_contents (path, "x", -1, NULL));
  g_clear_pointer (&hash, g_free);
  hash = g_path_get_dirname (path);
  g_assert_cmpint (g_chmod (hash, 0755), ==, 0);
  g_clear_pointer (&path, g_free);
  path = socket_of (profile);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_private_parent (path);
}

static void
test_no_runtime_dir (Fixture *f,
                     gconstpointer data)
{
  static const char *const useless[] = { NULL, "relative", "/nonexistent/run" };

  for (guint i = 0; i < G_N_ELEMENTS (useless); i++)
    {
      g_autoptr (FilProfile) profile = locked_profile (f->dir, useless[i]);
      g_autofree char *path = socket_of (profile);
      g_autofree char *expected = g_build_filename (f->dir, "run", "socket", NULL);

      g_assert_cmpstr (path, ==, expected);
      assert_private_parent (path);
      fil_profile_unlock (profile);
    }
}

/* A profile deep down: the path would not fit into a socket's address. */
static void
test_long_path (Fixture *f,
                gconstpointer data)
{
  g_autofree char *name = g_strnfill (120, 'x');
  g_autofree char *dir = g_build_filename (f->top, name, NULL);
  g_autofree char *long_runtime = g_build_filename (f->top, "run", name, NULL);
  g_autoptr (FilProfile) profile = NULL;
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;

  g_assert_cmpint (g_mkdir (long_runtime, 0700), ==, 0);
  profile = locked_profile (dir, long_runtime);
  path = socket_of (profile);
  g_assert_true (g_str_has_prefix (path, "/tmp/filbert-"));
  assert_private_parent (path);
  folder = g_path_get_dirname (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);

  /* Somebody was there before us with a link: nothing is made behind it. */
  g_assert_cmpint (symlink (f->top, folder), ==, 0);
  g_clear_pointer (&path, g_free);
  path = fil_profile_make_socket_path (profile, NULL);
  g_assert_cmpint (g_unlink (folder), ==, 0);
  g_assert_null (path);
}

static void
test_hash (Fixture *f,
           gconstpointer data)
{
  g_autoptr (FilProfile) profile = fil_profile_new (f->dir, NULL);
  g_autofree char *link = g_build_filename (f->top, "link", NULL);
  g_autoptr (FilProfile) linked = fil_profile_new (link, NULL);
  g_autoptr (FilProfile) other = fil_profile_new (f->top, NULL);
  g_autofree char *hash = NULL;
  g_autofree char *linked_hash = NULL;
  g_autofree char *other_hash = NULL;

  g_assert_true (fil_profile_make (profile, NULL));
  g_assert_cmpint (symlink (f->dir, link), ==, 0);
  hash = fil_profile_hash (profile);
  linked_hash = fil_profile_hash (linked);
  other_hash = fil_profile_hash (other);
  g_assert_cmpuint (strlen (hash), ==, 16);
  g_assert_cmpstr (hash, ==, linked_hash);
  g_assert_cmpstr (hash, !=, other_hash);
}

static void
test_address (Fixture *f,
              gconstpointer data)
{
  g_autoptr (FilProfile) profile = locked_profile (f->dir, NULL);
  g_autofree char *file = g_build_filename (f->dir, "node", NULL);
  g_autofree char *address = NULL;
  g_autofree char *version = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (fil_profile_read_address (profile, &address, &version, NULL));
  g_assert_true (fil_profile_write_address (profile, "unix:path=/a%20b,guid=1", "1.2", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mode_of (file), ==, 0600);
  g_assert_true (fil_profile_read_address (profile, &address, &version, &error));
  g_assert_cmpstr (address, ==, "unix:path=/a%20b,guid=1");
  g_assert_cmpstr (version, ==, "1.2");

  g_clear_pointer (&address, g_free);
  g_clear_pointer (&version, g_free);
  g_assert_true (g_file_set_contents (file, "[Node]\nAddress=x\n", -1, NULL));
  g_assert_false (fil_profile_read_address (profile, &address, &version, NULL));
  g_assert_null (address);
  fil_profile_remove_address (profile);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
}

static void
test_lock (Fixture *f,
           gconstpointer data)
{
  g_autoptr (FilProfile) first = locked_profile (f->dir, NULL);
  g_autoptr (FilProfile) second = fil_profile_new (f->dir, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (fil_profile_is_locked (second));
  g_assert_false (fil_profile_lock (second, &error));
  g_assert_error (error, FIL_API_ERROR, FIL_API_ERROR_UNAVAILABLE);
  fil_profile_unlock (first);
  g_assert_false (fil_profile_is_locked (second));
  g_assert_true (fil_profile_lock (second, NULL));
  fil_profile_unlock (second);
}

/* A process that still ends, for a leak checker perhaps, is still the node. */
static void
test_lock_outlives_profile (Fixture *f,
                            gconstpointer data)
{
  FilProfile *first = locked_profile (f->dir, NULL);
  g_autoptr (FilProfile) second = fil_profile_new (f->dir, NULL);

  fil_profile_free (first);
  g_assert_true (fil_profile_is_locked (second));
  g_assert_false (fil_profile_lock (second, NULL));
}

static void
test_unusable (Fixture *f,
               gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->top, "file", NULL);
  g_autofree char *below = g_build_filename (file, "profile", NULL);
  g_autoptr (FilProfile) profile = fil_profile_new (below, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_false (fil_profile_is_locked (profile));
  g_assert_false (fil_profile_make (profile, &error));
  g_assert_error (error, FIL_API_ERROR, FIL_API_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, below));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/profile/runtime-dir", test_runtime_dir);
  ADD ("/profile/no-runtime-dir", test_no_runtime_dir);
  ADD ("/profile/long-path", test_long_path);
  ADD ("/profile/hash", test_hash);
  ADD ("/profile/address", test_address);
  ADD ("/profile/lock", test_lock);
  ADD ("/profile/lock-outlives-profile", test_lock_outlives_profile);
  ADD ("/profile/unusable", test_unusable);
  return g_test_run ();
}
