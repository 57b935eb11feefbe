/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Downloads that were cancelled: for a while they can be brought back with every byte that was there. */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

#include "disk-guard.h"
#include "downloads-table.h"
#include "segment-map.h"

#define KEPT_S (FIL_NODE_REMOVED_KEPT_DAYS * G_GINT64_CONSTANT (86400))

/* The oldest first; nothing when the store does not answer, which it says itself. */
static GPtrArray *
load (FilNode *self)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = fil_downloads_table_load_removed (self->database, &error);

  if (rows != NULL)
    return rows;
  g_warning ("%s", error->message);
  return g_ptr_array_new ();
}

static const FilDownloadRow *
find (const GPtrArray *rows,
      gint64 id,
      GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);

      if (row->id == id)
        return row;
    }
  _fil_node_not_found (error, _("No cancelled download has the number %s; see: filbertctl removed"), id);
  return NULL;
}

static guint64
kept_bytes (const FilDownloadRow *row)
{
  g_autoptr (FilSegmentMap) map = NULL;

  if (!row->has_size || row->received == NULL)
    return 0;
  map = fil_segment_map_new (row->size);
  (void) fil_segment_map_mark_text (map, row->received, FIL_SEGMENT_WRITTEN);
  return row->size - fil_segment_map_missing (map);
}

static void
forget (FilNode *self,
        const FilDownloadRow *row)
{
  if (row->state != FIL_DOWNLOAD_DONE)
    fil_disk_storage.discard (self->storage, row->id, NULL);
  fil_downloads_table_remove (self->database, row->id);
}

/**
 * fil_node_removed:
 *
 * Tells which cancelled downloads can be brought back, the newest first; of files that were finished, only the row was
 * taken off, and the history has them.
 */
void
fil_node_removed (FilNode *self,
                  FilRemovedFunc func,
                  gpointer data)
{
  g_autoptr (GPtrArray) rows = load (self);

  for (guint i = rows->len; i-- > 0;)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);
      FilRemovedInfo info = {
        .id = row->id,
        .name = row->name,
        .size = row->has_size ? row->size : 0,
        .received_bytes = kept_bytes (row),
        .removed = row->removed,
        .kept_until = row->removed + KEPT_S,
      };

      if (row->state != FIL_DOWNLOAD_DONE)
        func (&info, data);
    }
}

/**
 * fil_node_restore:
 * @id: of a download that was cancelled
 *
 * Puts it back on the list, with what was there of it.
 */
gboolean
fil_node_restore (FilNode *self,
                  gint64 id,
                  GError **error)
{
  g_autoptr (GPtrArray) rows = load (self);
  const FilDownloadRow *row = find (rows, id, error);

  if (row == NULL)
    return FALSE;
  if (row->has_sha1 && fil_downloads_find (self->downloads, &row->sha1) != NULL)
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, _("The same file is on the list already."));
      return FALSE;
    }
  if (!_fil_node_restore_download (self, row))
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED,
                           _("The list of downloads is full. Clear those that are done."));
      return FALSE;
    }
  fil_downloads_table_set_removed (self->database, id, 0);
  _fil_node_mark_status (self);
  return TRUE;
}

/**
 * fil_node_forget:
 * @id: of a download that was cancelled, -1 for all of them
 *
 * Deletes what is kept of it.
 */
gboolean
fil_node_forget (FilNode *self,
                 gint64 id,
                 GError **error)
{
  g_autoptr (GPtrArray) rows = load (self);
  const FilDownloadRow *row;

  if (id != -1)
    {
      row = find (rows, id, error);
      if (row != NULL)
        forget (self, row);
      return row != NULL;
    }
  for (guint i = 0; i < rows->len; i++)
    forget (self, g_ptr_array_index (rows, i));
  return TRUE;
}

/**
 * _fil_node_removed_expire:
 *
 * Deletes what was kept for long enough.
 */
void
_fil_node_removed_expire (FilNode *self)
{
  g_autoptr (GPtrArray) rows = load (self);
  gint64 now_s = _fil_node_wall_s (self);

  for (guint i = 0; i < rows->len; i++)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);

      if (row->removed <= now_s - KEPT_S)
        forget (self, row);
    }
}

/* A file that cannot fit, or one that is whole and only waits for room on the disk that it is copied to, would take
 * all that is kept for nothing. */
static gboolean
would_help (FilNode *self,
            const FilDownload *download,
            const GPtrArray *rows)
{
  guint64 missing = download->map != NULL ? fil_segment_map_missing (download->map) : 0;
  guint64 kept = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);

      if (row->state != FIL_DOWNLOAD_DONE)
        kept += kept_bytes (row);
    }
  return missing > 0 && fil_disk_guard_fits_after (fil_download_folders_incomplete (self->folders), kept, missing,
                                                   fil_disk_floor (self->disk));
}

/**
 * _fil_node_removed_make_room:
 * @data: the node
 * @download: that found the disk full
 *
 * Deletes the oldest of the cancelled downloads of which there are bytes, if all of them together make the room that
 * is missing.
 *
 * Returns: whether there was one
 */
gboolean
_fil_node_removed_make_room (gpointer data,
                             const FilDownload *download)
{
  FilNode *self = data;
  g_autoptr (GPtrArray) rows = load (self);

  if (!would_help (self, download, rows))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);

      if (row->state == FIL_DOWNLOAD_DONE || row->received == NULL)
        continue;
      forget (self, row);
      _fil_node_event (self, "removed-deleted", 0, _("The disk is full: what was kept of the cancelled %s was deleted."),
                       row->name);
      return TRUE;
    }
  return FALSE;
}
