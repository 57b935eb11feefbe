/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "temp-tree.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *
temp_tree_new (const char *parent)
{
  g_autofree char *template = g_build_filename (parent != NULL ? parent : g_get_tmp_dir (), "filbert-XXXXXX", NULL);
  char *real;
  char *copy;

  g_assert_nonnull (g_mkdtemp (template));
  real = realpath (template, NULL);
  copy = g_strdup (real);
  free (real);
  return copy;
}

static void
remove_all (const char *path)
{
  struct stat st;

  if (g_lstat (path, &st) != 0)
    return;
  if (S_ISDIR (st.st_mode))
    {
      g_autoptr (GDir) dir = NULL;
      const char *name;

      g_chmod (path, 0700);
      dir = g_dir_open (path, 0, NULL);
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_all (child);
        }
    }
  g_remove (path);
}

void
temp_tree_free (char *dir)
{
  remove_all (dir);
  g_free (dir);
}

static char *
prepare (const char *dir,
         const char *path)
{
  char *whole = g_build_filename (dir, path, NULL);
  g_autofree char *parent = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  return whole;
}

void
temp_tree_write (const char *dir,
                 const char *path,
                 const char *text)
{
  g_autofree char *whole = prepare (dir, path);

  g_assert_true (g_file_set_contents_full (whole, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

void
temp_tree_write_bytes (const char *dir,
                       const char *path,
                       gsize size,
                       guint8 seed)
{
  g_autofree char *whole = prepare (dir, path);
  g_autofree char *bytes = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (char) (seed + i + (i >> 8) * 3 + (i >> 16) * 7);
  g_assert_true (g_file_set_contents (whole, bytes, (gssize) size, NULL));
}

char *
temp_tree_read (const char *dir,
                const char *path)
{
  g_autofree char *whole = g_build_filename (dir, path, NULL);
  char *text = NULL;

  g_file_get_contents (whole, &text, NULL, NULL);
  return text;
}

gboolean
temp_tree_has (const char *dir,
               const char *path)
{
  g_autofree char *whole = g_build_filename (dir, path, NULL);

  return g_access (whole, F_OK) == 0;
}

void
temp_tree_link (const char *dir,
                const char *path,
                const char *target)
{
  g_autofree char *whole = prepare (dir, path);

  g_assert_cmpint (symlink (target, whole), ==, 0);
}
