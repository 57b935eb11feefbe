/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "snapshots.h"

#include "database-private.h"
#include "history-table-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECONDS_PER_HOUR (60 * 60)
#define SECONDS_PER_DAY (24 * SECONDS_PER_HOUR)

/* The time in UTC names the file: "20260301T235900Z.db". */
#define NAME_FORMAT "%Y%m%dT%H%M%SZ"
#define SUFFIX ".db"

struct _FilSnapshots
{
  FilDatabase *database;
  char *folder;
  gint64 last_s; /* of the newest one, 0: there is none */
};

typedef struct
{
  char *path;
  gint64 taken_s;
  guint64 bytes;
} Snapshot;

/* One that is being taken. */
typedef struct
{
  char *folder;
  char *path;
  gint64 wall_s;
  FilDatabaseDone done;
  gpointer data;
} Taking;

static void
snapshot_free (Snapshot *snapshot)
{
  g_free (snapshot->path);
  g_free (snapshot);
}

static gboolean
parse_name (const char *name,
            gint64 *taken_s)
{
  g_autofree char *stamp = NULL;
  g_autoptr (GDateTime) time = NULL;

  if (!g_str_has_suffix (name, "Z" SUFFIX))
    return FALSE;
  stamp = g_strndup (name, strlen (name) - strlen (SUFFIX));
  time = g_date_time_new_from_iso8601 (stamp, NULL);
  if (time == NULL)
    return FALSE;
  *taken_s = g_date_time_to_unix (time);
  return TRUE;
}

/* Those of a future, which a clock that was wrong has named, are older than what came since. */
static int
newest_first (gconstpointer a,
              gconstpointer b,
              gpointer wall_s)
{
  const Snapshot *one = *(const Snapshot *const *) a;
  const Snapshot *two = *(const Snapshot *const *) b;
  gboolean is_one_wrong = one->taken_s > *(const gint64 *) wall_s;
  gboolean is_two_wrong = two->taken_s > *(const gint64 *) wall_s;

  if (is_one_wrong != is_two_wrong)
    return is_one_wrong ? 1 : -1;
  return one->taken_s < two->taken_s ? 1 : one->taken_s > two->taken_s ? -1 : 0;
}

/* What lies in the folder, the newest first. */
static GPtrArray *
list (const char *folder,
      gint64 wall_s)
{
  GPtrArray *snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) snapshot_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Snapshot *snapshot;
      gint64 taken_s;
      GStatBuf st;

      if (!parse_name (name, &taken_s))
        continue;
      snapshot = g_new0 (Snapshot, 1);
      snapshot->path = g_build_filename (folder, name, NULL);
      snapshot->taken_s = taken_s;
      snapshot->bytes = g_stat (snapshot->path, &st) == 0 ? (guint64) st.st_size : 0;
      g_ptr_array_add (snapshots, snapshot);
    }
  g_ptr_array_sort_with_data (snapshots, newest_first, &wall_s);
  return snapshots;
}

/* Whether the one before it, in the order of the list, belongs to another stretch of time; counts stretches. */
static gboolean
begins_stretch (const Snapshot *snapshot,
                const Snapshot *before,
                gint64 seconds,
                guint *n)
{
  if (before != NULL && before->taken_s / seconds == snapshot->taken_s / seconds)
    return FALSE;
  (*n)++;
  return TRUE;
}

/* Counts hours and days that have one, not the clock: that may have been wrong. */
static void
prune (const char *folder,
       gint64 wall_s)
{
  g_autoptr (GPtrArray) snapshots = list (folder, wall_s);
  const Snapshot *before = NULL;
  guint n_hours = 0, n_days = 0;
  guint64 bytes = 0;

  for (guint i = 0; i < snapshots->len; i++)
    {
      const Snapshot *snapshot = g_ptr_array_index (snapshots, i);
      gboolean is_hourly = begins_stretch (snapshot, before, SECONDS_PER_HOUR, &n_hours) && n_hours <= FIL_SNAPSHOTS_HOURS;
      gboolean is_daily = begins_stretch (snapshot, before, SECONDS_PER_DAY, &n_days) && n_days <= FIL_SNAPSHOTS_DAYS;

      before = snapshot;
      bytes += snapshot->bytes;
      if (i < FIL_SNAPSHOTS_LEAST || ((is_hourly || is_daily) && bytes <= FIL_SNAPSHOTS_MAX_BYTES))
        continue;
      bytes -= snapshot->bytes;
      if (g_unlink (snapshot->path) != 0)
        g_info ("%s: %s", snapshot->path, g_strerror (errno));
    }
}

/* Copies that were not whole yet when the program ended. */
static void
remove_parts (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_suffix (name, SUFFIX ".part"))
        (void) g_unlink (path);
    }
}

/* Opens a database and reads it through. */
static gboolean
is_whole (const char *path,
          GError **error)
{
  g_autoptr (FilConnection) connection = fil_connection_open (path, error);

  return connection != NULL && fil_connection_check (connection, error);
}

/* Opening the copy leaves no log behind, since closing it writes that into the file. */
static gboolean
take (FilConnection *connection,
      gpointer data,
      GError **error)
{
  const Taking *taking = data;

  if (g_mkdir_with_parents (taking->folder, 0700) != 0)
    {
      g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED, "%s: %s", taking->folder, g_strerror (errno));
      return FALSE;
    }
  remove_parts (taking->folder);
  if (!fil_connection_copy_to (connection, taking->path, error))
    return FALSE;
  if (!is_whole (taking->path, error))
    {
      (void) g_unlink (taking->path);
      return FALSE;
    }
  prune (taking->folder, taking->wall_s);
  return TRUE;
}

static void
taken (gpointer data,
       const GError *error)
{
  const Taking *taking = data;

  taking->done (taking->data, error);
}

static void
taking_free (Taking *taking)
{
  g_free (taking->folder);
  g_free (taking->path);
  g_free (taking);
}

/**
 * fil_snapshots_new:
 * @database: outlives the snapshots
 * @folder: for nothing else; made when it is needed
 * @wall_s: unix seconds
 *
 * Returns: (transfer full): the snapshots
 */
FilSnapshots *
fil_snapshots_new (FilDatabase *database,
                   const char *folder,
                   gint64 wall_s)
{
  FilSnapshots *self = g_new0 (FilSnapshots, 1);
  g_autoptr (GPtrArray) snapshots = list (folder, wall_s);

  self->database = database;
  self->folder = g_strdup (folder);
  if (snapshots->len > 0)
    self->last_s = ((const Snapshot *) g_ptr_array_index (snapshots, 0))->taken_s;
  return self;
}

void
fil_snapshots_free (FilSnapshots *self)
{
  g_free (self->folder);
  g_free (self);
}

/**
 * fil_snapshots_last:
 *
 * Returns: when the newest one was taken, unix seconds; 0: there is none
 */
gint64
fil_snapshots_last (const FilSnapshots *self)
{
  return self->last_s;
}

/**
 * fil_snapshots_is_due:
 * @wall_s: unix seconds
 *
 * Returns: whether the newest one is an hour old, or from a future that a wrong clock had shown
 */
gboolean
fil_snapshots_is_due (const FilSnapshots *self,
                      gint64 wall_s)
{
  return ABS (wall_s - self->last_s) >= FIL_SNAPSHOTS_EVERY_S;
}

static char *
path_of (const FilSnapshots *self,
         gint64 taken_s)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (taken_s);
  g_autofree char *name = time != NULL ? g_date_time_format (time, NAME_FORMAT SUFFIX) : NULL;

  return name != NULL ? g_build_filename (self->folder, name, NULL) : NULL;
}

/**
 * fil_snapshots_take:
 * @wall_s: unix seconds
 * @done: hears of a copy that could not be made: FIL_STORE_ERROR_DAMAGED says that of the database
 *
 * Copies the database, reads the copy through, and lets old copies go. The next one is due in an hour,
 * whatever becomes of this one.
 */
void
fil_snapshots_take (FilSnapshots *self,
                    gint64 wall_s,
                    FilDatabaseDone done,
                    gpointer data)
{
  g_autofree char *path = path_of (self, wall_s);
  Taking *taking;

  self->last_s = wall_s;
  if (path == NULL)
    return;
  taking = g_new0 (Taking, 1);
  taking->folder = g_strdup (self->folder);
  taking->path = g_steal_pointer (&path);
  taking->wall_s = wall_s;
  taking->done = done;
  taking->data = data;
  _fil_database_run_alone (self->database, take, taken, taking, (GDestroyNotify) taking_free);
}

/* Closing the copy empties its log. The rows of files that are done tell the same as the history. */
static gboolean
clear_history (const char *path,
               GError **error)
{
  g_autoptr (FilConnection) connection = fil_connection_open (path, error);

  return connection != NULL && _fil_history_table_clear_in (connection, error) &&
         fil_connection_exec (connection, "DELETE FROM downloads WHERE finished <> 0", error) &&
         fil_connection_empty_log (connection, error);
}

static gboolean
clear_parts (FilConnection *connection,
             gpointer data,
             GError **error)
{
  remove_parts (data);
  return TRUE;
}

static gboolean
clear_one (FilConnection *connection,
           gpointer data,
           GError **error)
{
  const char *path = data;
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  g_autoptr (GError) local = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) || clear_history (path, &local))
    return TRUE;
  g_message ("%s: deleted, since it keeps the history: %s", path, local->message);
  (void) g_unlink (wal);
  (void) g_unlink (shm);
  if (g_unlink (path) == 0)
    return TRUE;
  g_set_error (error, FIL_STORE_ERROR, FIL_STORE_ERROR_FAILED, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

/**
 * fil_snapshots_clear_history:
 *
 * Takes what was downloaded out of all copies, soon, also out of one that is being taken. A copy that it cannot be
 * taken out of is deleted. What was not finished stays in them.
 */
void
fil_snapshots_clear_history (FilSnapshots *self)
{
  g_autoptr (GPtrArray) snapshots = list (self->folder, self->last_s);
  char *last = path_of (self, self->last_s);

  _fil_database_run_alone (self->database, clear_parts, NULL, g_strdup (self->folder), g_free);
  for (guint i = 0; i < snapshots->len; i++)
    {
      const Snapshot *snapshot = g_ptr_array_index (snapshots, i);

      _fil_database_run_alone (self->database, clear_one, NULL, g_strdup (snapshot->path), g_free);
    }
  if (last != NULL)
    _fil_database_run_alone (self->database, clear_one, NULL, last, g_free);
}

/* A copy under another name, whole on the disk before it gets its own. */
static gboolean
copy_file (const char *from,
           const char *to)
{
  g_autofree char *part = g_strconcat (to, ".part", NULL);
  int in = open (from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  int out = open (part, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean is_ok = in >= 0 && out >= 0;
  gssize n = 1;

  while (is_ok && n > 0)
    {
      n = sendfile (out, in, NULL, 1 << 20);
      is_ok = n >= 0;
    }
  is_ok = is_ok && fsync (out) == 0 && g_rename (part, to) == 0;
  if (!is_ok)
    {
      g_warning ("%s: %s", to, g_strerror (errno));
      (void) g_unlink (part);
    }
  if (in >= 0)
    close (in);
  if (out >= 0)
    close (out);
  return is_ok;
}

/**
 * fil_snapshots_restore:
 * @path: where the database was; nothing lies there now
 * @wall_s: unix seconds
 * @taken_s: (out): when the copy was taken, unix seconds
 *
 * Puts the newest copy that can be read through in the place of the database. The copy stays.
 *
 * Returns: FALSE when there is none
 */
gboolean
fil_snapshots_restore (const char *folder,
                       const char *path,
                       gint64 wall_s,
                       gint64 *taken_s)
{
  g_autoptr (GPtrArray) snapshots = list (folder, wall_s);

  for (guint i = 0; i < snapshots->len; i++)
    {
      const Snapshot *snapshot = g_ptr_array_index (snapshots, i);
      g_autoptr (GError) error = NULL;

      if (!is_whole (snapshot->path, &error))
        {
          g_info ("%s", error->message);
          continue;
        }
      if (!copy_file (snapshot->path, path))
        return FALSE;
      *taken_s = snapshot->taken_s;
      return TRUE;
    }
  return FALSE;
}
