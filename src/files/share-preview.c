/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "share-preview.h"

#include "files-limits.h"
#include "safe-name.h"
#include "tree-walk.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  FilWorker *worker;
  FilSharePlaces *places;
  char *path;
  FilShareCheck *check;
  GError *error;
  FilShareChecked func;
  gpointer data;
} Request;

static void
request_free (Request *request)
{
  fil_share_places_free (request->places);
  g_free (request->path);
  fil_share_check_free (request->check);
  g_clear_error (&request->error);
  g_free (request);
}

static gboolean
on_file (const char *path,
         const struct stat *st,
         gboolean is_private,
         gpointer data)
{
  FilShareCheck *check = data;
  GPtrArray *names = is_private ? check->private_names : check->names;

  if (names->len < FIL_PREVIEW_MAX_NAMES)
    g_ptr_array_add (names, fil_display_name (path));
  if (is_private)
    {
      check->private_files++;
      return check->private_files < FIL_SCAN_MAX_FILES;
    }
  check->files++;
  check->bytes += (guint64) st->st_size;
  check->kinds[fil_file_kind_of (path)]++;
  return check->files < FIL_SCAN_MAX_FILES;
}

static void
on_unreadable (const char *path,
               int saved_errno,
               gpointer data)
{
  FilShareCheck *check = data;

  check->unreadable++;
}

static void
run (gpointer data)
{
  static const FilTreeVisitor visitor = { .file = on_file, .unreadable = on_unreadable };
  Request *request = data;
  FilTreeOptions options = { .include_private = TRUE, .places = request->places, .worker = request->worker };
  FilShareCheck *check = g_new0 (FilShareCheck, 1);
  char *real = realpath (request->path, NULL);

  request->check = check;
  check->names = g_ptr_array_new_with_free_func (g_free);
  check->private_names = g_ptr_array_new_with_free_func (g_free);
  if (real == NULL)
    {
      fil_files_set_error (&request->error, errno, request->path);
      return;
    }
  check->path = g_strdup (real);
  free (real);
  check->refusal = fil_share_policy_refusal (request->places, check->path);
  if (check->refusal == NULL)
    (void) !fil_tree_walk (check->path, &options, &visitor, check, &request->error);
}

static void
done (gpointer data)
{
  Request *request = data;

  request->func (request->error == NULL ? request->check : NULL, request->error, request->data);
}

/**
 * fil_share_check:
 * @worker: where to look; it may be freed at any time, then nobody is told
 * @places: copied
 * @path: of a folder
 * @func: told in the owner's context; the check is borrowed, NULL on an error
 *
 * Finds out what the world would see of a folder, and shares nothing.
 */
void
fil_share_check (FilWorker *worker,
                 const FilSharePlaces *places,
                 const char *path,
                 FilShareChecked func,
                 gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->worker = worker;
  request->places = fil_share_places_copy (places);
  request->path = g_strdup (path);
  request->func = func;
  request->data = data;
  fil_worker_push (worker, run, done, request, (GDestroyNotify) request_free);
}

void
fil_share_check_free (FilShareCheck *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->refusal);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->private_names);
  g_free (self);
}
