/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "files-table.h"
#include "ids.h"
#include "shares-table.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_ROWS 100000

static void
print_rate (const char *name,
            gint64 start_us)
{
  g_print ("bench %s %.0f rows/s\n", name, N_ROWS * 1e6 / (double) (g_get_monotonic_time () - start_us));
}

/* Rows as the library saves them: one request each, a transaction per batch. */
int
main (int argc,
      char *argv[])
{
  g_autofree char *dir = g_dir_make_tmp ("filbert-bench-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "filbert.db", NULL);
  FilShareRow share = { .id = 1, .path = (char *) "/srv/music" };
  g_autoptr (GPtrArray) rows = NULL;
  FilDatabase *database = fil_database_open (path, NULL);
  gint64 start_us;

  fil_shares_table_save (database, &share);
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < N_ROWS; i++)
    {
      g_autofree char *name = g_strdup_printf ("artist %u/album %u/%05u a song with some words.ogg", i / 100, i / 10, i);
      g_autofree FilFileRow *row = fil_file_row_new (name);

      row->id = i + 1;
      row->share = 1;
      row->size = i;
      row->hashed_at = 1;
      memcpy (&row->sha1, &i, sizeof i);
      fil_files_table_save (database, row);
    }
  g_print ("bench store-queue %.2f us/row\n", (double) (g_get_monotonic_time () - start_us) / N_ROWS);
  if (!fil_database_flush (database, NULL))
    return 1;
  print_rate ("store-save", start_us);
  fil_database_free (database);

  start_us = g_get_monotonic_time ();
  database = fil_database_open (path, NULL);
  rows = fil_files_table_load (database, NULL);
  if (rows == NULL || rows->len != N_ROWS)
    return 1;
  print_rate ("store-load", start_us);
  fil_database_free (database);
  g_unlink (path);
  g_rmdir (dir);
  return 0;
}
