/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watcher.h"

#include "files-limits.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

/* What a scan could see differently afterwards. A file that is written counts when it is closed. */
#define EVENTS (IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
#define FLAGS (IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)

/* Reads of one wake-up; the rest waits for the next turn. */
#define MAX_READS 16

struct _FilWatcher
{
  int fd; /* -1: the system has no more of them */
  FilWatch *watch;
  GHashTable *folders; /* watch descriptors */
  FilWatcherFunc func;
  gpointer data;
};

static void
on_ready (gpointer data,
          FilIo ready)
{
  char buffer[4096] __attribute__ ((aligned (__alignof__ (struct inotify_event))));
  FilWatcher *self = data;
  gboolean has_changed = FALSE;
  gssize n = 1;

  for (guint i = 0; i < MAX_READS && n > 0; i++)
    {
      n = read (self->fd, buffer, sizeof buffer);
      for (gssize at = 0; at < n;)
        {
          const struct inotify_event *event = (const struct inotify_event *) (buffer + at);

          if ((event->mask & IN_IGNORED) != 0)
            g_hash_table_remove (self->folders, GINT_TO_POINTER (event->wd));
          else
            has_changed = TRUE;
          at += (gssize) (sizeof *event + event->len);
        }
    }
  if (has_changed)
    self->func (self->data);
}

/**
 * fil_watcher_new:
 * @func: called from the main loop when something changed; it may free the watcher
 *
 * Returns: (transfer full): a watcher of nothing
 */
FilWatcher *
fil_watcher_new (FilReactor *reactor,
                 FilWatcherFunc func,
                 gpointer data)
{
  FilWatcher *self = g_new0 (FilWatcher, 1);

  self->func = func;
  self->data = data;
  self->folders = g_hash_table_new (NULL, NULL);
  self->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (self->fd >= 0)
    self->watch = fil_reactor_watch (reactor, self->fd, FIL_IO_READ, on_ready, self);
  return self;
}

void
fil_watcher_free (FilWatcher *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->watch, fil_watch_free);
  if (self->fd >= 0)
    close (self->fd);
  g_hash_table_unref (self->folders);
  g_free (self);
}

/**
 * fil_watcher_set_folders:
 * @folders: (element-type char*): absolute paths; at most FIL_WATCH_MAX_FOLDERS are watched
 *
 * Watches these folders and no others.
 *
 * Returns: whether one was not watched before: what happened in it meanwhile is not known
 */
gboolean
fil_watcher_set_folders (FilWatcher *self,
                         GPtrArray *folders)
{
  g_autoptr (GHashTable) old = g_steal_pointer (&self->folders);
  gboolean is_new = FALSE;
  GHashTableIter iter;
  gpointer key;

  self->folders = g_hash_table_new (NULL, NULL);
  for (guint i = 0; self->fd >= 0 && i < MIN (folders->len, FIL_WATCH_MAX_FOLDERS); i++)
    {
      int wd = inotify_add_watch (self->fd, folders->pdata[i], EVENTS | FLAGS);

      if (wd < 0 && (errno == ENOSPC || errno == ENOMEM))
        break; /* the user's share of watches is used up; full scans find the rest */
      if (wd < 0)
        continue;
      is_new = is_new || !g_hash_table_contains (old, GINT_TO_POINTER (wd));
      g_hash_table_add (self->folders, GINT_TO_POINTER (wd));
    }
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      if (!g_hash_table_contains (self->folders, key))
        (void) inotify_rm_watch (self->fd, GPOINTER_TO_INT (key));
    }
  return is_new;
}

guint
fil_watcher_n_folders (const FilWatcher *self)
{
  return g_hash_table_size (self->folders);
}
