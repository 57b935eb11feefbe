/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look into a file that is still coming: a copy of its beginning, never the part file itself. */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

#include "head-copy.h"

typedef struct
{
  gint64 id;
  char *part;
  guint64 len;
  char *folder;
  char *name;
  FilPreviewedFunc func; /* NULL once it was answered */
  gpointer data;

  char *path;
  GError *error;
} Preview;

static void
answer (Preview *self)
{
  FilPreviewedFunc func = self->func;

  self->func = NULL;
  func (self->id, self->path, self->error, self->data);
}

static void
preview_free (gpointer data)
{
  Preview *self = data;

  if (self->func != NULL)
    {
      g_clear_pointer (&self->path, g_free);
      g_clear_error (&self->error);
      g_set_error_literal (&self->error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, _("The node is stopping."));
      answer (self);
    }
  g_free (self->part);
  g_free (self->folder);
  g_free (self->name);
  g_free (self->path);
  g_clear_error (&self->error);
  g_free (self);
}

static void
copy (gpointer data)
{
  Preview *self = data;
  g_autoptr (GError) local = NULL;

  self->path = fil_head_copy (self->part, self->len, self->folder, self->name, &local);
  if (self->path == NULL)
    g_set_error_literal (&self->error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, local->message);
}

static void
copied (gpointer data)
{
  answer (data);
}

static char *
folder_of_copies (FilNode *self)
{
  return g_build_filename (self->profile, "previews", NULL);
}

/**
 * _fil_node_preview_clear:
 *
 * Deletes the copies, also those that a crash left; whoever has one open keeps it.
 */
void
_fil_node_preview_clear (FilNode *self)
{
  g_autofree char *folder = folder_of_copies (self);

  g_clear_pointer (&self->previewer, fil_worker_free);
  fil_head_copies_remove (folder);
}

static gboolean
refuse (gint64 id,
        FilPreviewedFunc func,
        gpointer data,
        FilNodeError code,
        const char *sentence)
{
  g_autoptr (GError) error = g_error_new_literal (FIL_NODE_ERROR, code, sentence);

  func (id, NULL, error, data);
  return FALSE;
}

/* Answers itself when there is nothing to copy. */
static gboolean
has_beginning (const FilDownload *download,
               gint64 id,
               FilPreviewedFunc func,
               gpointer data)
{
  if (download == NULL)
    return refuse (id, func, data, FIL_NODE_ERROR_NOT_FOUND, _("There is no such download."));
  if (download->state == FIL_DOWNLOAD_STATE_DONE)
    {
      func (id, download->path, NULL, data);
      return FALSE;
    }
  if (download->map == NULL || fil_segment_map_prefix (download->map, FIL_SEGMENT_WRITTEN) == 0)
    return refuse (id, func, data, FIL_NODE_ERROR_FAILED,
                   _("Nothing of the beginning of this file is here yet. It comes first now; try again in a moment."));
  return TRUE;
}

/**
 * fil_node_preview:
 * @id: of a download
 * @func: told of the path of the copy, now or later; of one that is done, of the file
 *
 * Copies what is there from the beginning of a file, and lets the beginning come first from now on.
 */
void
fil_node_preview (FilNode *self,
                  gint64 id,
                  FilPreviewedFunc func,
                  gpointer data)
{
  const FilDownload *download = fil_downloads_get (self->downloads, id);
  Preview *preview;

  fil_downloads_want_head (self->downloads, id);
  if (!has_beginning (download, id, func, data))
    return;
  preview = g_new0 (Preview, 1);
  preview->id = id;
  preview->part = fil_download_folders_part_path (self->folders, id);
  preview->len = fil_segment_map_prefix (download->map, FIL_SEGMENT_WRITTEN);
  preview->folder = folder_of_copies (self);
  preview->name = g_strdup (download->name);
  preview->func = func;
  preview->data = data;
  if (self->previewer == NULL)
    self->previewer = fil_worker_new ("preview", TRUE);
  fil_worker_push (self->previewer, copy, copied, preview, preview_free);
}
