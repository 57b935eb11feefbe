/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"

#include "files-limits.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The folders that are shared. */

/* Links and folders that one path leads through; the kernel follows 40. */
#define MAX_LINKS 64

void
_fil_library_share_free (FilLibraryShare *share)
{
  g_clear_pointer (&share->watcher, fil_watcher_free);
  fil_timer_free (share->timer);
  g_hash_table_unref (share->by_path);
  fil_share_row_free (share->row);
  g_free (share->reason);
  g_free (share);
}

static void
on_share_timer (gpointer data,
                gint64 now_us)
{
  _fil_library_scan (data);
}

/* Takes row. */
FilLibraryShare *
_fil_library_share_new (FilLibrary *self,
                        FilShareRow *row)
{
  FilLibraryShare *share = g_new0 (FilLibraryShare, 1);

  share->library = self;
  share->row = row;
  share->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) _fil_library_file_free);
  share->timer = fil_timer_new (self->timers, on_share_timer, share);
  g_ptr_array_add (self->shares, share);
  return share;
}

FilLibraryShare *
_fil_library_share (FilLibrary *self,
                    gint64 id)
{
  for (guint i = 0; i < self->shares->len; i++)
    {
      FilLibraryShare *share = self->shares->pdata[i];

      if (share->row->id == id)
        return share;
    }
  return NULL;
}

FilSharePlaces *
_fil_library_places (FilLibrary *self)
{
  g_autoptr (GStrvBuilder) shares = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; i < self->shares->len; i++)
    g_strv_builder_add (shares, ((FilLibraryShare *) self->shares->pdata[i])->row->path);
  paths = g_strv_builder_end (shares);
  return fil_share_places_new (self->profile, self->incomplete, (const char *const *) paths);
}

/**
 * fil_library_set_incomplete:
 * @path: (nullable): the folder of part files from now on
 *
 * It is not shared any more, and what was the folder before may be.
 */
void
fil_library_set_incomplete (FilLibrary *self,
                            const char *path)
{
  if (g_strcmp0 (self->incomplete, path) == 0)
    return;
  g_free (self->incomplete);
  self->incomplete = g_strdup (path);
  fil_library_rescan (self, -1);
}

/**
 * fil_library_check:
 *
 * Tells @func what the world would see of a folder; see fil_share_check().
 */
void
fil_library_check (FilLibrary *self,
                   const char *path,
                   FilShareChecked func,
                   gpointer data)
{
  g_autoptr (FilSharePlaces) places = _fil_library_places (self);

  /* A person waits: not behind a scan, and not giving way. */
  if (self->check_worker == NULL)
    self->check_worker = fil_worker_new ("fil-check", FALSE);
  fil_share_check (self->check_worker, places, path, func, data);
}

/* The path without links, if it may be shared. */
static char *
judge (FilLibrary *self,
       const char *path,
       GError **error)
{
  g_autoptr (FilSharePlaces) places = _fil_library_places (self);
  g_autofree char *refusal = NULL;
  g_autofree char *real = NULL;
  char *resolved = realpath (path, NULL);
  struct stat st;

  if (resolved == NULL || stat (resolved, &st) != 0)
    {
      int saved_errno = errno;

      free (resolved);
      fil_files_set_error (error, saved_errno, path);
      return NULL;
    }
  real = g_strdup (resolved);
  free (resolved);
  if (!S_ISDIR (st.st_mode))
    refusal = g_strdup (_ ("Only folders can be shared."));
  else if (strlen (real) >= FIL_SCAN_MAX_PATH)
    refusal = g_strdup (_ ("The path of this folder is too long."));
  else
    refusal = fil_share_policy_refusal (places, real);
  if (refusal != NULL)
    {
      g_set_error_literal (error, FIL_FILES_ERROR, FIL_FILES_ERROR_REFUSED, refusal);
      return NULL;
    }
  return g_steal_pointer (&real);
}

/**
 * fil_library_add:
 * @include_private: also what looks private; nothing changes that hidden files are left out
 *
 * Shares a folder, if the policy lets it.
 *
 * Returns: the folder's id, or 0 with @error set: FIL_FILES_ERROR_REFUSED with the sentence, GONE, …
 */
gint64
fil_library_add (FilLibrary *self,
                 const char *path,
                 gboolean include_private,
                 GError **error)
{
  g_autofree char *real = judge (self, path, error);
  FilLibraryShare *share;
  FilShareRow *row;

  if (real == NULL)
    return 0;
  row = g_new0 (FilShareRow, 1);
  row->id = fil_ids_next (self->ids, FIL_ID_SHARE);
  row->path = g_steal_pointer (&real);
  row->include_private = include_private;
  row->added = fil_clock_wall (self->clock) / FIL_SEC;
  fil_shares_table_save (self->database, row);
  share = _fil_library_share_new (self, row);
  _fil_library_changed (self, share);
  _fil_library_scan (share);
  return row->id;
}

/* What a symbolic link names, be it there or not; NULL: it is none. */
static char *
link_target (const char *path)
{
  g_autofree char *target = g_file_read_link (path, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  return target != NULL ? g_canonicalize_filename (target, folder) : NULL;
}

/* The path without links, as far as they can be followed while a disk is away; NULL: they lead nowhere. */
static char *
follow_links (const char *path,
              guint depth)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *target = link_target (path);
  g_autofree char *real_folder = NULL;
  char *real = realpath (path, NULL);

  if (real != NULL)
    {
      char *copy = g_strdup (real);

      free (real);
      return copy;
    }
  if (depth >= MAX_LINKS || strcmp (folder, path) == 0)
    return NULL;
  if (target != NULL)
    return follow_links (target, depth + 1);
  real_folder = follow_links (folder, depth + 1);
  return real_folder != NULL ? g_build_filename (real_folder, name, NULL) : NULL;
}

static gboolean
find_share (const FilLibrary *self,
            const char *path,
            guint *index)
{
  g_autofree char *real = follow_links (path, 0);
  gboolean is_found = FALSE;

  for (guint i = 0; i < self->shares->len && !is_found; i++)
    {
      const FilLibraryShare *share = self->shares->pdata[i];

      is_found = strcmp (share->row->path, path) == 0 || g_strcmp0 (share->row->path, real) == 0;
      *index = i;
    }
  return is_found;
}

/**
 * fil_library_is_shared:
 * @path: as it was added or as it is listed
 *
 * Returns: whether this very folder was chosen, be it there at the moment or not
 */
gboolean
fil_library_is_shared (const FilLibrary *self,
                       const char *path)
{
  guint index;

  return find_share (self, path, &index);
}

/**
 * fil_library_remove:
 * @path: as it was added or as it is listed
 *
 * Shares a folder no more, at once. Its files stay where they are.
 */
gboolean
fil_library_remove (FilLibrary *self,
                    const char *path,
                    GError **error)
{
  guint i;
  gint64 id;

  if (!find_share (self, path, &i))
    {
      g_set_error_literal (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE, _ ("This folder is not shared."));
      return FALSE;
    }
  id = ((FilLibraryShare *) self->shares->pdata[i])->row->id;
  fil_shares_table_remove (self->database, id);
  g_ptr_array_remove_index (self->shares, i);
  g_array_append_val (self->removed, id);
  _fil_library_changed (self, NULL);
  return TRUE;
}

static void
fill_status (FilLibraryShare *share,
             FilShareStatus *status)
{
  *status = (FilShareStatus){
    .id = share->row->id,
    .path = share->row->path,
    .state = share->state,
    .reason = share->reason,
    .files = share->files,
    .bytes = share->bytes,
    .to_hash = share->to_hash,
    .bytes_to_hash = share->bytes_to_hash,
  };
}

/**
 * fil_library_list_shares:
 *
 * Returns: (transfer full) (element-type FilShareStatus): the shared folders in the order in which they
 *   were added
 */
GArray *
fil_library_list_shares (FilLibrary *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (FilShareStatus));

  g_array_set_size (list, self->shares->len);
  for (guint i = 0; i < self->shares->len; i++)
    fill_status (self->shares->pdata[i], &g_array_index (list, FilShareStatus, i));
  return list;
}

/**
 * fil_library_get_share:
 *
 * Returns: whether there is such a folder
 */
gboolean
fil_library_get_share (FilLibrary *self,
                       gint64 share,
                       FilShareStatus *status)
{
  FilLibraryShare *found = _fil_library_share (self, share);

  if (found != NULL)
    fill_status (found, status);
  return found != NULL;
}

/**
 * fil_share_state_name:
 *
 * Returns: (transfer none): the stable name of @state, as scripts know it
 */
const char *
fil_share_state_name (FilShareState state)
{
  static const char *const names[] = { "scanning", "hashing", "watching", "away", "unreadable" };

  g_return_val_if_fail (state < G_N_ELEMENTS (names), NULL);
  return names[state];
}
