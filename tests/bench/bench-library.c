/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#define N_FILES 20000
#define FOLDERS 200

static void
on_nothing (gpointer data)
{
}

static void
on_no_share (gint64 share,
             gpointer data)
{
}

static void
on_index (gpointer data)
{
  ++*(guint *) data;
}

static void
make_file (const char *share,
           guint i)
{
  g_autofree char *folder = g_strdup_printf ("%s/%u", share, i % FOLDERS);
  g_autofree char *path = g_strdup_printf ("%s/%05u a song with some words.ogg", folder, i);
  int fd;

  if (i < FOLDERS)
    g_mkdir (folder, 0700);
  fd = open (path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0 || write (fd, &i, sizeof i) != sizeof i)
    abort ();
  close (fd);
}

static guint
count (FilLibrary *library)
{
  FilLibraryStatus status;

  fil_library_get_status (library, &status);
  return status.files;
}

static void
remove_all (const char *share)
{
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u/%05u a song with some words.ogg", share, i % FOLDERS, i);

      g_unlink (path);
    }
  for (guint i = 0; i < FOLDERS; i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/%u", share, i);

      g_rmdir (folder);
    }
  g_rmdir (share);
}

static FilLibrary *
open_library (const char *profile,
              FilDatabase *database,
              FilIds *ids,
              FilReactor *reactor,
              guint *n_index)
{
  static const FilLibraryDelegate delegate = { on_nothing, on_no_share, on_no_share, on_index };
  FilLibraryOptions options = { .profile = profile };

  return fil_library_new (database, ids, reactor, &options, &delegate, n_index, NULL);
}

/* A folder of small files from its adding to the last hash, and the next start. */
int
main (int argc,
      char *argv[])
{
  g_autofree char *dir = g_dir_make_tmp ("filbert-bench-XXXXXX", NULL);
  g_autofree char *share = g_build_filename (dir, "share", NULL);
  g_autofree char *profile = g_build_filename (dir, "profile", NULL);
  g_autofree char *path = g_build_filename (profile, "filbert.db", NULL);
  g_autoptr (FilClock) clock = fil_clock_new_real ();
  FilReactor *reactor = fil_reactor_new (NULL, clock);
  guint n_index = 0;
  FilDatabase *database;
  FilIds *ids;
  FilLibrary *library;
  gint64 start_us;

  g_mkdir (share, 0700);
  g_mkdir (profile, 0700);
  for (guint i = 0; i < N_FILES; i++)
    make_file (share, i);
  database = fil_database_open (path, NULL);
  ids = fil_ids_new (database, NULL);
  library = open_library (profile, database, ids, reactor, &n_index);
  start_us = g_get_monotonic_time ();
  if (fil_library_add (library, share, FALSE, NULL) == 0)
    return 1;
  while (count (library) < N_FILES)
    g_main_context_iteration (NULL, TRUE);
  g_print ("bench library-add %.0f files/s\n", N_FILES * 1e6 / (double) (g_get_monotonic_time () - start_us));
  g_print ("bench library-add-snapshots %u snapshots\n", n_index);
  fil_library_free (library);
  fil_ids_free (ids);
  fil_database_free (database);

  start_us = g_get_monotonic_time ();
  database = fil_database_open (path, NULL);
  ids = fil_ids_new (database, NULL);
  n_index = 0;
  library = open_library (profile, database, ids, reactor, &n_index);
  g_print ("bench library-start %.1f ms\n", (double) (g_get_monotonic_time () - start_us) / 1e3);
  while (n_index == 0)
    g_main_context_iteration (NULL, TRUE);
  g_print ("bench library-start-index %.1f ms\n", (double) (g_get_monotonic_time () - start_us) / 1e3);
  fil_library_free (library);
  fil_ids_free (ids);
  fil_database_free (database);
  fil_reactor_free (reactor);
  remove_all (share);
  g_unlink (path);
  g_rmdir (profile);
  g_rmdir (dir);
  return 0;
}
