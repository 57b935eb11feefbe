/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "profile.h"

#include "api-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS_GROUP "Node"
#define SOCKET_NAME "socket"

/* A client looks at the lock for a moment when a start failed; that must not fail the next start. */
#define LOCK_TRIES 10
#define LOCK_PAUSE_US (20 * 1000)

struct _FilProfile
{
  char *dir;
  char *runtime_dir;
  char *lock_path;
  char *node_path;
  char *log_path;
  int lock_fd;
};

/**
 * fil_profile_new:
 * @dir: (nullable): the profile's directory; NULL for the usual one, filbert below the user's data
 * @runtime_dir: (nullable): a directory of this user that lasts as long as the session, usually
 *   XDG_RUNTIME_DIR
 *
 * Returns: (transfer full): the profile
 */
FilProfile *
fil_profile_new (const char *dir,
                 const char *runtime_dir)
{
  FilProfile *self = g_new0 (FilProfile, 1);

  self->dir = dir != NULL ? g_canonicalize_filename (dir, NULL)
                          : g_build_filename (g_get_user_data_dir (), "filbert", NULL);
  self->runtime_dir = runtime_dir != NULL && g_path_is_absolute (runtime_dir) ? g_strdup (runtime_dir) : NULL;
  self->lock_path = g_build_filename (self->dir, "lock", NULL);
  self->node_path = g_build_filename (self->dir, "node", NULL);
  self->log_path = g_build_filename (self->dir, "log", NULL);
  self->lock_fd = -1;
  return self;
}

/**
 * fil_profile_free:
 *
 * Leaves the lock to the process: what a node still does between here and its end is done while nobody
 * else is the profile's node.
 */
void
fil_profile_free (FilProfile *self)
{
  g_free (self->dir);
  g_free (self->runtime_dir);
  g_free (self->lock_path);
  g_free (self->node_path);
  g_free (self->log_path);
  g_free (self);
}

const char *
fil_profile_dir (const FilProfile *self)
{
  return self->dir;
}

const char *
fil_profile_log_path (const FilProfile *self)
{
  return self->log_path;
}

/**
 * fil_profile_hash:
 *
 * Returns: (transfer full): 16 hex digits that differ for profiles in different places; the same
 * whichever way a path leads to the place
 */
char *
fil_profile_hash (const FilProfile *self)
{
  g_autofree char *real = realpath (self->dir, NULL);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, real != NULL ? real : self->dir, -1);

  return g_strndup (sum, 16);
}

/**
 * fil_profile_app_id:
 *
 * Returns: (transfer full): the application ID that the window of this profile owns: each profile but
 *   the usual one has its own
 */
char *
fil_profile_app_id (const FilProfile *self)
{
  g_autoptr (FilProfile) usual = fil_profile_new (NULL, NULL);
  g_autofree char *usual_hash = fil_profile_hash (usual);
  g_autofree char *hash = fil_profile_hash (self);

  if (g_str_equal (hash, usual_hash))
    return g_strdup ("org.filbert.Filbert");
  return g_strconcat ("org.filbert.Filbert.P", hash, NULL);
}

static gboolean
fail_errno (GError **error,
            const char *what,
            const char *path)
{
  int saved = errno;

  g_set_error (error, FIL_API_ERROR, FIL_API_ERROR_UNAVAILABLE, "%s %s: %s", what, path, g_strerror (saved));
  return FALSE;
}

/**
 * fil_profile_make:
 *
 * Makes the profile's directory, readable for this user only, when there is none.
 */
gboolean
fil_profile_make (FilProfile *self,
                  GError **error)
{
  if (g_mkdir_with_parents (self->dir, 0700) != 0)
    return fail_errno (error, _("Cannot make the folder"), self->dir);
  if (access (self->dir, R_OK | W_OK | X_OK) != 0)
    return fail_errno (error, _("Cannot write to the folder"), self->dir);
  return TRUE;
}

/**
 * fil_profile_lock:
 *
 * Says that this process is the profile's node, until it ends: whoever waits for the lock waits for the
 * process.
 *
 * Returns: FALSE when another one is
 */
gboolean
fil_profile_lock (FilProfile *self,
                  GError **error)
{
  g_return_val_if_fail (self->lock_fd < 0, FALSE);

  self->lock_fd = open (self->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->lock_fd < 0)
    return fail_errno (error, _("Cannot open"), self->lock_path);

  for (guint i = 0; i < LOCK_TRIES; i++)
    {
      if (flock (self->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
      if (errno != EWOULDBLOCK && errno != EINTR)
        break;
      g_usleep (LOCK_PAUSE_US);
    }

  if (errno == EWOULDBLOCK)
    g_set_error (error, FIL_API_ERROR, FIL_API_ERROR_UNAVAILABLE,
                 _("A node is already running with the profile %s; stop it with: filbertctl --profile %s stop"),
                 self->dir, self->dir);
  else
    fail_errno (error, _("Cannot lock"), self->lock_path);
  g_close (self->lock_fd, NULL);
  self->lock_fd = -1;
  return FALSE;
}

/**
 * fil_profile_unlock:
 *
 * Gives the lock back before the process ends, for one that is several nodes one after the other. The
 * file stays, since removing it would let two nodes lock two files.
 */
void
fil_profile_unlock (FilProfile *self)
{
  if (self->lock_fd >= 0)
    g_close (self->lock_fd, NULL);
  self->lock_fd = -1;
}

/**
 * fil_profile_is_locked:
 *
 * Returns: whether a node is alive, perhaps still starting or already ending
 */
gboolean
fil_profile_is_locked (const FilProfile *self)
{
  int fd = open (self->lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gboolean is_locked;

  if (fd < 0)
    return FALSE;
  is_locked = flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  g_close (fd, NULL);
  return is_locked;
}

/* A directory that nobody else can have prepared: ours, no link, closed to others. */
static gboolean
make_private (const char *path)
{
  struct stat st;

  if (g_mkdir (path, 0700) != 0 && errno != EEXIST)
    return FALSE;
  if (lstat (path, &st) != 0 || !S_ISDIR (st.st_mode) || st.st_uid != geteuid ())
    return FALSE;
  return (st.st_mode & 0077) == 0 || g_chmod (path, 0700) == 0;
}

static char *
socket_below (const char *parent,
              const char *name,
              const char *subfolder)
{
  g_autofree char *folder = g_build_filename (parent, name, NULL);
  g_autofree char *inner = subfolder != NULL ? g_build_filename (folder, subfolder, NULL) : g_strdup (folder);
  g_autofree char *path = g_build_filename (inner, SOCKET_NAME, NULL);

  if (strlen (path) > FIL_PROFILE_MAX_SOCKET_PATH || !make_private (folder) || !make_private (inner))
    return NULL;
  return g_steal_pointer (&path);
}

/**
 * fil_profile_make_socket_path:
 *
 * Finds a place for the node's socket, makes its directory and removes a socket that a dead node left.
 * Only for who holds the lock.
 *
 * Returns: (transfer full) (nullable): a path of at most FIL_PROFILE_MAX_SOCKET_PATH bytes in a
 * directory of mode 0700
 */
char *
fil_profile_make_socket_path (FilProfile *self,
                              GError **error)
{
  g_autofree char *hash = fil_profile_hash (self);
  g_autofree char *fallback = g_strdup_printf ("filbert-%u-%s", (guint) geteuid (), hash);
  g_autofree char *path = NULL;

  g_return_val_if_fail (self->lock_fd >= 0, NULL);

  if (self->runtime_dir != NULL)
    path = socket_below (self->runtime_dir, "filbert", hash);
  if (path == NULL)
    path = socket_below (self->dir, "run", NULL);
  if (path == NULL)
    path = socket_below ("/tmp", fallback, NULL);
  if (path == NULL)
    {
      g_set_error (error, FIL_API_ERROR, FIL_API_ERROR_UNAVAILABLE,
                   _("There is no private place for the node's socket: set XDG_RUNTIME_DIR to a folder of yours"));
      return NULL;
    }
  if (g_unlink (path) != 0 && errno != ENOENT)
    {
      fail_errno (error, _("Cannot remove"), path);
      return NULL;
    }
  return g_steal_pointer (&path);
}

/**
 * fil_profile_write_address:
 *
 * Lets clients find the node; only for who listens already.
 */
gboolean
fil_profile_write_address (FilProfile *self,
                           const char *address,
                           const char *version,
                           GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;

  g_key_file_set_string (file, ADDRESS_GROUP, "Address", address);
  g_key_file_set_string (file, ADDRESS_GROUP, "Version", version);
  text = g_key_file_to_data (file, NULL, NULL);
  return g_file_set_contents_full (self->node_path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

void
fil_profile_remove_address (FilProfile *self)
{
  g_unlink (self->node_path);
}

/**
 * fil_profile_read_address:
 * @address: (out): a D-Bus address
 * @version: (out): the node's version
 *
 * Returns: FALSE when no node has written one; a dead node may have left its own
 */
gboolean
fil_profile_read_address (FilProfile *self,
                          char **address,
                          char **version,
                          GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *found_address = NULL;
  g_autofree char *found_version = NULL;

  if (!g_key_file_load_from_file (file, self->node_path, G_KEY_FILE_NONE, error))
    return FALSE;
  found_address = g_key_file_get_string (file, ADDRESS_GROUP, "Address", error);
  if (found_address == NULL)
    return FALSE;
  found_version = g_key_file_get_string (file, ADDRESS_GROUP, "Version", error);
  if (found_version == NULL)
    return FALSE;
  *address = g_steal_pointer (&found_address);
  *version = g_steal_pointer (&found_version);
  return TRUE;
}
