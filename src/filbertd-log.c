/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "filbertd-log.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _FilbertdLog
{
  GMutex lock;
  GLogLevelFlags level;
  char *path; /* NULL: stderr */
  int fd;
  gsize bytes;
};

/**
 * filbertd_log_new:
 * @level: the least important level that is written
 *
 * Returns: (transfer full): a log to stderr; it lives until the process ends
 */
FilbertdLog *
filbertd_log_new (GLogLevelFlags level)
{
  FilbertdLog *self = g_new0 (FilbertdLog, 1);

  g_mutex_init (&self->lock);
  self->level = level;
  self->fd = STDERR_FILENO;
  return self;
}

static const char *
field (const GLogField *fields,
       gsize n_fields,
       const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key))
      return fields[i].value;
  return NULL;
}

static const char *
level_name (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning";
  if (level & G_LOG_LEVEL_MESSAGE)
    return "message";
  return level & G_LOG_LEVEL_INFO ? "info" : "debug";
}

static int
open_log (const char *path)
{
  return open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* The full log becomes the old one, and a new one begins. */
static void
turn_over (FilbertdLog *self)
{
  g_autofree char *old = g_strconcat (self->path, ".old", NULL);
  int fd;

  self->bytes = 0;
  if (g_rename (self->path, old) != 0)
    return;
  fd = open_log (self->path);
  if (fd < 0)
    return;
  g_close (self->fd, NULL);
  self->fd = fd;
}

static void
write_line (FilbertdLog *self,
            const char *line)
{
  gsize len = strlen (line);

  g_mutex_lock (&self->lock);
  if (self->path != NULL && self->bytes + len > FILBERTD_LOG_MAX_BYTES)
    turn_over (self);
  while (write (self->fd, line, len) < 0 && errno == EINTR)
    ;
  self->bytes += len;
  g_mutex_unlock (&self->lock);
}

/* Whether it is worth a line: what libraries tell only those who mend them is not. */
static gboolean
is_wanted (FilbertdLog *self,
           GLogLevelFlags level,
           const char *domain)
{
  /* A smaller level matters more. */
  if (level > self->level)
    return FALSE;
  return level <= G_LOG_LEVEL_MESSAGE || (domain != NULL && g_str_has_prefix (domain, "fil"));
}

static GLogWriterOutput
writer (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer data)
{
  FilbertdLog *self = data;
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *when = NULL;
  g_autofree char *line = NULL;
  const char *domain, *message;

  domain = field (fields, n_fields, "GLIB_DOMAIN");
  if (!is_wanted (self, level & G_LOG_LEVEL_MASK, domain))
    return G_LOG_WRITER_HANDLED;
  message = field (fields, n_fields, "MESSAGE");
  now = g_date_time_new_now_local ();
  when = g_date_time_format (now, "%F %T");
  line = g_strdup_printf ("%s %s %s: %s\n", when, level_name (level), domain != NULL ? domain : "-",
                          message != NULL ? message : "");
  write_line (self, line);
  return G_LOG_WRITER_HANDLED;
}

/**
 * filbertd_log_install:
 *
 * All messages of the process go here from now on; once a process.
 */
void
filbertd_log_install (FilbertdLog *self)
{
  g_log_set_writer_func (writer, self, NULL);
  /* What is too much work for a line that nobody wants is asked for in this way. */
  g_log_set_debug_enabled (self->level >= G_LOG_LEVEL_DEBUG);
}

/**
 * filbertd_log_open_file:
 *
 * Goes on in a file, after what is there.
 */
gboolean
filbertd_log_open_file (FilbertdLog *self,
                        const char *path,
                        GError **error)
{
  struct stat st;
  int fd = open_log (path);

  if (fd < 0)
    {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path, g_strerror (saved));
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  self->path = g_strdup (path);
  self->fd = fd;
  self->bytes = fstat (fd, &st) == 0 ? (gsize) st.st_size : 0;
  g_mutex_unlock (&self->lock);
  return TRUE;
}
