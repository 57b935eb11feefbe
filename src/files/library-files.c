/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "library-private.h"

#include "safe-name.h"
#include "safe-open.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* Makes a file that is not shared yet; takes row. */
FilLibraryFile *
_fil_library_file_new (FilLibraryShare *share,
                       FilFileRow *row)
{
  FilLibrary *self = share->library;
  FilLibraryFile *file = g_new0 (FilLibraryFile, 1);
  g_autofree char *display = fil_display_name (fil_file_row_name (row));

  file->row = row;
  file->share = share;
  file->queued.data = file;
  if (strcmp (display, fil_file_row_name (row)) != 0)
    file->display = g_steal_pointer (&display);
  file->index = self->by_index->len;
  g_ptr_array_add (self->by_index, file);
  g_hash_table_insert (share->by_path, row->path, file);
  return file;
}

void
_fil_library_file_free (FilLibraryFile *file)
{
  FilLibrary *self = file->share->library;

  _fil_library_file_unshare (file);
  _fil_library_unqueue (file);
  self->by_index->pdata[file->index] = NULL;
  g_free (file->display);
  g_free (file->row);
  g_free (file);
}

/* From now on it is found, counted and opened. */
void
_fil_library_file_share (FilLibraryFile *file)
{
  FilLibrary *self = file->share->library;

  if (file->is_shared)
    return;
  g_assert (file->row->hashed_at != 0);
  file->is_shared = TRUE;
  file->next_same = g_hash_table_lookup (self->by_sha1, &file->row->sha1);
  g_hash_table_replace (self->by_sha1, &file->row->sha1, file);
  file->share->files++;
  file->share->bytes += file->row->size;
  self->files++;
  self->bytes += file->row->size;
  _fil_library_index_changed (self);
  _fil_library_changed (self, file->share);
}

static void
leave_chain (FilLibraryFile *file)
{
  FilLibrary *self = file->share->library;
  FilLibraryFile *first = g_hash_table_lookup (self->by_sha1, &file->row->sha1);

  if (first != file)
    {
      while (first->next_same != file)
        first = first->next_same;
      first->next_same = file->next_same;
    }
  else if (file->next_same != NULL)
    g_hash_table_replace (self->by_sha1, &file->next_same->row->sha1, file->next_same);
  else
    g_hash_table_remove (self->by_sha1, &file->row->sha1);
  file->next_same = NULL;
}

/* The opposite; its row and its hash are kept. */
void
_fil_library_file_unshare (FilLibraryFile *file)
{
  FilLibrary *self = file->share->library;

  if (!file->is_shared)
    return;
  leave_chain (file);
  file->is_shared = FALSE;
  file->share->files--;
  file->share->bytes -= file->row->size;
  self->files--;
  self->bytes -= file->row->size;
  _fil_library_index_changed (self);
  _fil_library_changed (self, file->share);
}

/* The file is no more. */
void
_fil_library_file_remove (FilLibraryFile *file)
{
  FilLibraryShare *share = file->share;

  if (file->is_saved)
    fil_files_table_remove (share->library->database, file->row->id);
  g_hash_table_remove (share->by_path, file->row->path);
}

/**
 * fil_library_last_index:
 *
 * Returns: the largest index that fil_library_get() may know
 */
guint32
fil_library_last_index (FilLibrary *self)
{
  return self->by_index->len - 1;
}

static FilLibraryFile *
get_shared (FilLibrary *self,
            guint32 index)
{
  FilLibraryFile *file = index < self->by_index->len ? self->by_index->pdata[index] : NULL;

  return file != NULL && file->is_shared ? file : NULL;
}

/**
 * fil_library_get:
 *
 * Returns: (transfer none) (nullable): the file, while it is shared; valid until the main loop turns
 */
const FilFileRow *
fil_library_get (FilLibrary *self,
                 guint32 index)
{
  FilLibraryFile *file = get_shared (self, index);

  return file != NULL ? file->row : NULL;
}

/**
 * fil_library_find:
 *
 * Returns: the index of a shared file with this hash, 0 when there is none
 */
guint32
fil_library_find (FilLibrary *self,
                  const FilSha1 *sha1)
{
  FilLibraryFile *file = g_hash_table_lookup (self->by_sha1, sha1);

  return file != NULL ? file->index : 0;
}

/**
 * fil_library_display_name:
 *
 * Returns: (transfer none) (nullable): the file's name without its folder, in valid UTF-8
 */
const char *
fil_library_display_name (FilLibrary *self,
                          guint32 index)
{
  FilLibraryFile *file = get_shared (self, index);

  if (file == NULL)
    return NULL;
  return file->display != NULL ? file->display : fil_file_row_name (file->row);
}

/**
 * fil_library_folder:
 *
 * Returns: (transfer full) (nullable): the whole path of the folder that the file is in, in valid UTF-8,
 *   for the person at this machine and nobody else
 */
char *
fil_library_folder (FilLibrary *self,
                    guint32 index)
{
  FilLibraryFile *file = get_shared (self, index);
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;

  if (file == NULL)
    return NULL;
  path = g_build_filename (file->share->row->path, file->row->path, NULL);
  folder = g_path_get_dirname (path);
  return fil_display_name (folder);
}

/**
 * fil_library_count:
 * @asked: hits more
 * @sent: uploads more
 */
void
fil_library_count (FilLibrary *self,
                   guint32 index,
                   guint asked,
                   guint sent)
{
  FilLibraryFile *file = get_shared (self, index);

  if (file == NULL)
    return;
  file->row->asked += asked;
  file->row->sent += sent;
  file->is_counted = TRUE;
  if (fil_timer_due (self->counts_timer) == FIL_NEVER)
    fil_timer_set (self->counts_timer, fil_clock_now (self->clock) + FIL_LIBRARY_COUNTS_US);
}

/**
 * fil_library_open:
 *
 * Opens a shared file for sending, if it is still the very file that was hashed. If not, it is
 * shared no more until it was looked at again.
 *
 * Returns: a descriptor that the caller closes, or -1 with @error set: FIL_FILES_ERROR_CHANGED, GONE, …
 */
int
fil_library_open (FilLibrary *self,
                  guint32 index,
                  GError **error)
{
  FilLibraryFile *file;
  int fd;

  if (fil_library_get (self, index) == NULL)
    {
      g_set_error_literal (error, FIL_FILES_ERROR, FIL_FILES_ERROR_GONE, _ ("This file is not shared any more."));
      return -1;
    }
  file = self->by_index->pdata[index];
  fd = fil_open_beneath (file->share->row->path, file->row->path, error);
  if (fd >= 0 && fil_check_same_file (fd, file->row, error))
    return fd;
  if (fd >= 0)
    close (fd);
  _fil_library_file_unshare (file);
  _fil_library_scan_soon (file->share);
  return -1;
}

typedef struct
{
  guint64 size;
  FilTth root;
  FilTreeLoaded func;
  gpointer data;
} TreeRequest;

static void
on_tree (GBytes *row,
         gpointer data)
{
  TreeRequest *request = data;
  g_autoptr (FilTigerTree) tree = NULL;

  if (row != NULL)
    tree = fil_tiger_tree_new_from_bytes (request->size, row);
  else if (request->size > 0 && request->size <= fil_tiger_kept_node_size (request->size))
    tree = fil_tiger_tree_new_from_row (request->size, &request->root, 1); /* see take_hash() of library-hash.c */
  if (tree != NULL && !fil_tth_equal (fil_tiger_tree_root (tree), &request->root))
    g_clear_pointer (&tree, fil_tiger_tree_unref);
  request->func (tree, request->data);
}

/**
 * fil_library_load_tree:
 * @func: gets the file's tiger tree, borrowed, or NULL
 */
void
fil_library_load_tree (FilLibrary *self,
                       guint32 index,
                       FilTreeLoaded func,
                       gpointer data)
{
  const FilFileRow *row = fil_library_get (self, index);
  TreeRequest *request = g_new0 (TreeRequest, 1);

  request->func = func;
  request->data = data;
  if (row != NULL)
    {
      request->size = row->size;
      request->root = row->tth;
    }
  fil_files_table_load_tree (self->database, row != NULL ? row->id : 0, on_tree, request, g_free);
}
