/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Downloads that were cancelled: for a while they can be brought back with every byte that was there. */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

#include "disk-guard.h"
#include "downloads-table.h"
#include "segment-map.h"

/* In the place of when it was cancelled: nobody wants it any more, but its part file may still be there. */
#define FORGOTTEN_S 1

#define KEPT_S (FIL_NODE_REMOVED_KEPT_DAYS * G_GINT64_CONSTANT (86400))

/* What was deleted, or is being deleted. */
typedef struct
{
  gint64 id; /* first, for g_int64_hash() */
  FilNode *node;
  gboolean is_waiting; /* for the disk */
} Forgotten;

static gboolean
is_forgotten (FilNode *self,
              const FilDownloadRow *row)
{
  return row->removed == FORGOTTEN_S || g_hash_table_contains (self->forgotten, &row->id);
}

/* What was listed may have been forgotten or brought back before the answer came. */
static const FilDownloadRow *
find (FilNode *self,
      const GPtrArray *rows,
      gint64 id,
      GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);

      if (row->id == id && !is_forgotten (self, row) && fil_downloads_get (self->downloads, id) == NULL)
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
part_gone (gpointer data,
           const FilStorageReply *reply)
{
  Forgotten *forgotten = data;
  FilNode *self = forgotten->node;

  forgotten->is_waiting = FALSE;
  self->n_forgetting--;
  if (reply->status == FIL_STORAGE_OK)
    fil_downloads_table_remove (self->database, forgotten->id);
  else
    g_info ("the part file of %" G_GINT64_FORMAT " is deleted later: %s", forgotten->id, reply->detail);
}

static Forgotten *
note_forgotten (FilNode *self,
                gint64 id)
{
  Forgotten *forgotten = g_hash_table_lookup (self->forgotten, &id);

  if (forgotten != NULL)
    return forgotten;
  forgotten = g_new0 (Forgotten, 1);
  forgotten->id = id;
  forgotten->node = self;
  g_hash_table_add (self->forgotten, forgotten);
  return forgotten;
}

/* The row goes after the part file, which nobody would find without it: the drive may be away, or the power go. What was
 * listed may have been brought back before the answer came: then it is nobody's to delete. */
static void
forget (FilNode *self,
        const FilDownloadRow *row)
{
  Forgotten *forgotten;

  if (fil_downloads_get (self->downloads, row->id) != NULL)
    return;
  forgotten = note_forgotten (self, row->id);
  if (row->state == FIL_DOWNLOAD_DONE)
    {
      fil_downloads_table_remove (self->database, row->id);
      return;
    }
  if (forgotten->is_waiting)
    return;
  forgotten->is_waiting = TRUE;
  self->n_forgetting++;
  fil_downloads_table_set_removed (self->database, row->id, FORGOTTEN_S);
  fil_disk_storage_forget (self->storage, row->id, part_gone, forgotten);
}

/* What somebody wants of them; it waits for the database to list them. Of list and done there is the one that is to
 * be told, and none once it was. */
typedef struct
{
  FilNode *node;
  gboolean (*grant) (FilNode *node, const GPtrArray *rows, gint64 id, GError **error);
  gint64 id;
  FilRemovedFunc list;
  FilDoneFunc done;
  gpointer data;
} Wish;

static void
answer_list (Wish *wish,
             const FilRemovedInfo *infos,
             guint n_infos,
             const GError *error)
{
  FilRemovedFunc list = g_steal_pointer (&wish->list);

  list (infos, n_infos, error, wish->data);
}

static void
answer_done (Wish *wish,
             const GError *error)
{
  FilDoneFunc done = g_steal_pointer (&wish->done);

  done (error, wish->data);
}

static void
wish_free (gpointer data)
{
  Wish *wish = data;
  g_autoptr (GError) error = NULL;

  if (wish->list != NULL || wish->done != NULL)
    error = g_error_new_literal (FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE, _("The node is stopping."));
  if (wish->list != NULL)
    answer_list (wish, NULL, 0, error);
  if (wish->done != NULL)
    answer_done (wish, error);
  g_free (wish);
}

static void
list_cb (const GPtrArray *rows,
         const GError *error,
         gpointer data)
{
  Wish *wish = data;
  g_autoptr (GArray) infos = g_array_new (FALSE, FALSE, sizeof (FilRemovedInfo));

  for (guint i = rows != NULL ? rows->len : 0; i-- > 0;)
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

      if (row->state != FIL_DOWNLOAD_DONE && !is_forgotten (wish->node, row))
        g_array_append_val (infos, info);
    }
  answer_list (wish, (const FilRemovedInfo *) infos->data, infos->len, error);
}

/**
 * fil_node_removed:
 * @func: is told later, of %FIL_NODE_ERROR_UNAVAILABLE when the node ends before
 *
 * Tells which cancelled downloads can be brought back, the newest first; of files that were finished, only the row was
 * taken off, and the history has them.
 */
void
fil_node_removed (FilNode *self,
                  FilRemovedFunc func,
                  gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  *wish = (Wish){ .node = self, .list = func, .data = data };
  fil_downloads_table_list_removed (self->database, list_cb, wish, wish_free);
}

static void
grant_cb (const GPtrArray *rows,
          const GError *error,
          gpointer data)
{
  Wish *wish = data;
  g_autoptr (GError) local = NULL;

  if (rows == NULL)
    g_set_error_literal (&local, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, error->message);
  else
    (void) wish->grant (wish->node, rows, wish->id, &local);
  answer_done (wish, local);
}

static gboolean
restore (FilNode *self,
         const GPtrArray *rows,
         gint64 id,
         GError **error)
{
  const FilDownloadRow *row = find (self, rows, id, error);

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

static void
grant_later (FilNode *self,
             gboolean (*grant) (FilNode *node, const GPtrArray *rows, gint64 id, GError **error),
             gint64 id,
             FilDoneFunc func,
             gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  *wish = (Wish){ .node = self, .grant = grant, .id = id, .done = func, .data = data };
  fil_downloads_table_list_removed (self->database, grant_cb, wish, wish_free);
}

/**
 * fil_node_restore:
 * @id: of a download that was cancelled
 * @func: is told later, of %FIL_NODE_ERROR_UNAVAILABLE when the node ends before
 *
 * Puts it back on the list, with what was there of it.
 */
void
fil_node_restore (FilNode *self,
                  gint64 id,
                  FilDoneFunc func,
                  gpointer data)
{
  grant_later (self, restore, id, func, data);
}

static gboolean
forget_some (FilNode *self,
             const GPtrArray *rows,
             gint64 id,
             GError **error)
{
  const FilDownloadRow *row;

  if (id != -1)
    {
      row = find (self, rows, id, error);
      if (row != NULL)
        forget (self, row);
      return row != NULL;
    }
  for (guint i = 0; i < rows->len; i++)
    forget (self, g_ptr_array_index (rows, i));
  return TRUE;
}

/**
 * fil_node_forget:
 * @id: of a download that was cancelled, -1 for all of them
 * @func: is told later, of %FIL_NODE_ERROR_UNAVAILABLE when the node ends before
 *
 * Deletes what is kept of it.
 */
void
fil_node_forget (FilNode *self,
                 gint64 id,
                 FilDoneFunc func,
                 gpointer data)
{
  grant_later (self, forget_some, id, func, data);
}

static void
forget_until (FilNode *self,
              const GPtrArray *rows,
              const GError *error,
              gint64 latest_s)
{
  if (error != NULL)
    g_warning ("%s", error->message);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);

      if (row->removed <= latest_s)
        forget (self, row);
    }
}

static void
expire_cb (const GPtrArray *rows,
           const GError *error,
           gpointer data)
{
  forget_until (data, rows, error, MAX (_fil_node_wall_s (data) - KEPT_S, FORGOTTEN_S));
}

static void
sweep_cb (const GPtrArray *rows,
          const GError *error,
          gpointer data)
{
  forget_until (data, rows, error, FORGOTTEN_S);
}

/**
 * _fil_node_removed_expire:
 * @is_clock_sure: whether the clock can be trusted with it
 *
 * Deletes what was kept for long enough, soon, and what was forgotten while its drive was away.
 */
void
_fil_node_removed_expire (FilNode *self,
                          gboolean is_clock_sure)
{
  fil_downloads_table_list_removed (self->database, is_clock_sure ? expire_cb : sweep_cb, self, NULL);
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

      if (row->state != FIL_DOWNLOAD_DONE && !is_forgotten (self, row))
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
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = fil_downloads_table_load_removed (self->database, &error);

  if (rows == NULL)
    g_warning ("%s", error->message);
  if (rows == NULL || !would_help (self, download, rows))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const FilDownloadRow *row = g_ptr_array_index (rows, i);

      if (row->state == FIL_DOWNLOAD_DONE || row->received == NULL || is_forgotten (self, row))
        continue;
      forget (self, row);
      _fil_node_event (self, "removed-deleted", 0, _("The disk is full: what was kept of the cancelled %s was deleted."),
                       row->name);
      return TRUE;
    }
  return FALSE;
}
