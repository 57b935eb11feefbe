/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "event-log.h"

#include <glib/gstdio.h>

#include "database.h"

static void
test_bounded (void)
{
  g_autofree char *folder = g_dir_make_tmp ("filbert-events-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "db", NULL);
  FilDatabase *database = fil_database_open (path, NULL);
  FilIds *ids = fil_ids_new (database, NULL);
  g_autoptr (FilEventLog) log = fil_event_log_new (ids);
  g_autoptr (FilChanges) changes = NULL;
  FilEventInfo info;
  gint64 first;

  for (guint i = 0; i < FIL_EVENT_LOG_MAX + 10; i++)
    fil_event_log_add (log, i, "started", 7, "text");

  changes = fil_journal_changes (fil_event_log_journal (log), 0, G_MAXUINT);
  g_assert_cmpuint (changes->changed->len, ==, FIL_EVENT_LOG_MAX);
  first = g_array_index (changes->changed, gint64, 0);
  g_assert_true (fil_event_log_get (log, first, &info));
  g_assert_cmpint (info.time, ==, 10);
  g_assert_cmpint (info.subject, ==, 7);
  g_assert_cmpstr (info.kind, ==, "started");
  g_assert_false (fil_event_log_get (log, first - 1, &info));

  fil_ids_free (ids);
  fil_database_free (database);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *file = g_strconcat (path, ((const char *[]){ "", "-wal", "-shm" })[i], NULL);

      g_unlink (file);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/event-log/bounded", test_bounded);
  return g_test_run ();
}
