/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tree-walk.h"

#include "files-error.h"
#include "files-limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The profile, config, data, cache and incomplete folders. */
#define MAX_SKIPPED 5

typedef struct
{
  const FilTreeOptions *options;
  const FilTreeVisitor *visitor;
  gpointer data;
  GString *path; /* below the root, where the walk is */
  struct
  {
    dev_t dev;
    ino_t inode;
  } skipped[MAX_SKIPPED];
  guint n_skipped;
  gboolean is_over;
} Walk;

static void walk_folder (Walk *walk, int fd, guint depth, gboolean is_private);

/* By identity, not by name: the folder may be reached by another way. */
static void
skip (Walk *walk,
      const char *path)
{
  struct stat st;

  if (path == NULL || stat (path, &st) != 0)
    return;
  walk->skipped[walk->n_skipped].dev = st.st_dev;
  walk->skipped[walk->n_skipped++].inode = st.st_ino;
}

static gboolean
is_skipped (const Walk *walk,
            const struct stat *st)
{
  for (guint i = 0; i < walk->n_skipped; i++)
    {
      if (walk->skipped[i].dev == st->st_dev && walk->skipped[i].inode == st->st_ino)
        return TRUE;
    }
  return FALSE;
}

static void
enter (Walk *walk,
       int parent,
       const char *name,
       guint depth,
       gboolean is_private)
{
  int fd;

  if (depth >= FIL_SCAN_MAX_DEPTH)
    {
      walk->visitor->unreadable (walk->path->str, ELOOP, walk->data);
      return;
    }
  fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0)
    walk_folder (walk, fd, depth, is_private);
  else if (errno != ENOENT && errno != ELOOP && errno != ENOTDIR)
    walk->visitor->unreadable (walk->path->str, errno, walk->data);
}

static void
visit (Walk *walk,
       int parent,
       const char *name,
       guint depth,
       gboolean is_private)
{
  gsize len = walk->path->len;
  FilShareVerdict verdict;
  struct stat st;

  if (len + strlen (name) + 1 > FIL_SCAN_MAX_PATH)
    return;
  if (fstatat (parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return; /* gone since it was listed */
  if (!S_ISREG (st.st_mode) && !S_ISDIR (st.st_mode))
    return; /* links lead anywhere; sockets, pipes and devices are no files */
  verdict = S_ISDIR (st.st_mode) ? fil_share_policy_folder (name) : fil_share_policy_file (name);
  if (verdict == FIL_SHARE_NEVER || (S_ISDIR (st.st_mode) && is_skipped (walk, &st)))
    return;
  is_private = is_private || verdict == FIL_SHARE_IF_CHOSEN;
  if (is_private && !walk->options->include_private)
    return;

  g_string_append_printf (walk->path, "%s%s", len > 0 ? "/" : "", name);
  if (S_ISDIR (st.st_mode))
    enter (walk, parent, name, depth + 1, is_private);
  else if (st.st_size > 0 && !walk->visitor->file (walk->path->str, &st, is_private, walk->data))
    walk->is_over = TRUE;
  g_string_truncate (walk->path, len);
}

/* Takes fd. */
static void
walk_folder (Walk *walk,
             int fd,
             guint depth,
             gboolean is_private)
{
  DIR *dir = fdopendir (fd);
  struct dirent *entry;

  if (dir == NULL)
    {
      walk->visitor->unreadable (walk->path->str, errno, walk->data);
      close (fd);
      return;
    }
  if (walk->visitor->folder != NULL)
    walk->visitor->folder (walk->path->str, walk->data);
  for (;;)
    {
      errno = 0;
      entry = readdir (dir);
      if (entry == NULL || walk->is_over)
        break;
      if (walk->options->worker != NULL && fil_worker_is_stopping (walk->options->worker))
        walk->is_over = TRUE;
      else if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
        visit (walk, fd, entry->d_name, depth, is_private);
    }
  if (entry == NULL && errno != 0)
    walk->visitor->unreadable (walk->path->str, errno, walk->data);
  closedir (dir);
}

/**
 * fil_tree_walk:
 * @root: the shared folder
 *
 * Meets every file below @root that the policy allows, never through a symbolic link. Blocks; for a
 * worker's thread.
 *
 * Returns: FALSE with @error set when the root itself could not be read
 */
gboolean
fil_tree_walk (const char *root,
               const FilTreeOptions *options,
               const FilTreeVisitor *visitor,
               gpointer data,
               GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  Walk walk = { .options = options, .visitor = visitor, .data = data, .path = path };
  int fd = open (root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0)
    {
      fil_files_set_error (error, errno == ELOOP ? ENOENT : errno, root);
      return FALSE;
    }
  if (options->places != NULL)
    {
      skip (&walk, options->places->profile);
      skip (&walk, options->places->config);
      skip (&walk, options->places->data);
      skip (&walk, options->places->cache);
      skip (&walk, options->places->incomplete);
    }
  walk_folder (&walk, fd, 0, FALSE);
  return TRUE;
}
