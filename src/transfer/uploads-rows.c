/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "uploads-private.h"

#include "transfer-limits.h"

/* What people see of the uploads: a row for each file and peer, over all connections. */

void
_fil_upload_free (FilUpload *row)
{
  g_free (row->name);
  g_free (row->user_agent);
  g_free (row->reason);
  g_free (row);
}

static gboolean
is_same_file (const FilUpload *row,
              const FilShared *shared)
{
  if (row->has_sha1 != shared->has_sha1)
    return FALSE;
  if (row->has_sha1)
    return fil_sha1_equal (&row->sha1, &shared->sha1);
  return g_strcmp0 (row->name, shared->name) == 0;
}

/* A row is still there of the file and the host, over whatever connections: they have one group and one limit. */
static const FilUpload *
find_sibling (const FilUploads *self,
              const FilEndpoint *peer,
              const FilShared *shared)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const FilUpload *row = g_ptr_array_index (self->rows, i);

      if (is_same_file (row, shared) && fil_endpoint_same_address (&row->peer, peer))
        return row;
    }
  return NULL;
}

static gboolean
has_group (const FilUploads *self,
           guint64 group)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (((const FilUpload *) g_ptr_array_index (self->rows, i))->group == group)
      return TRUE;
  return FALSE;
}

/* The limit goes with the last row that had it. */
static void
remove_row (FilUploads *self,
            guint i)
{
  const FilUpload *row = g_ptr_array_index (self->rows, i);
  gint64 id = row->id;
  guint64 group = row->group;
  gboolean has_limit = row->limit_bps > 0;

  g_ptr_array_remove_index (self->rows, i);
  if (has_limit && !has_group (self, group))
    self->delegate.limit (self->data, group, 0);
  self->delegate.removed (self->data, id);
}

static void
drop_old_rows (FilUploads *self)
{
  for (guint i = 0; i < self->rows->len && self->rows->len >= FIL_UPLOADS_MAX_ROWS;)
    {
      const FilUpload *row = g_ptr_array_index (self->rows, i);

      if (row->is_held || row->state == FIL_UPLOAD_QUEUED)
        i++;
      else
        remove_row (self, i);
    }
}

static FilUpload *
add_row (FilUploads *self,
         const FilEndpoint *peer,
         const FilShared *shared,
         const char *user_agent,
         FilSourceReach reach)
{
  const FilUpload *sibling;
  FilUpload *row;

  drop_old_rows (self);
  sibling = find_sibling (self, peer, shared);
  row = g_new0 (FilUpload, 1);
  row->id = self->next_id++;
  row->name = g_strdup (shared->name);
  row->peer = *peer;
  row->user_agent = g_strdup (user_agent);
  row->size = shared->size;
  row->reach = reach;
  row->sha1 = shared->sha1;
  row->has_sha1 = shared->has_sha1;
  row->group = sibling != NULL ? sibling->group : FIL_UPLOADS_FIRST_GROUP + (guint64) row->id;
  row->limit_bps = sibling != NULL ? sibling->limit_bps : 0;
  g_ptr_array_add (self->rows, row);
  return row;
}

/* The row of a file that goes to peer: the one of an earlier connection, or a new one. */
FilUpload *
_fil_uploads_row_for (FilUploads *self,
                      const FilEndpoint *peer,
                      const FilShared *shared,
                      const char *user_agent,
                      FilSourceReach reach)
{
  FilUpload *row = NULL;

  for (guint i = 0; i < self->rows->len && row == NULL; i++)
    {
      FilUpload *each = g_ptr_array_index (self->rows, i);

      if (!each->is_held && is_same_file (each, shared) && fil_endpoint_same_address (&each->peer, peer))
        row = each;
    }
  if (row == NULL)
    row = add_row (self, peer, shared, user_agent, reach);
  row->is_held = TRUE;
  row->reach = reach;
  row->queue_position = 0;
  return row;
}

/* Peer was told to wait for a slot. Several places of one peer for the same file are one row. */
void
_fil_uploads_row_queued (FilUploads *self,
                         const FilEndpoint *peer,
                         const FilShared *shared,
                         const char *user_agent,
                         FilSourceReach reach)
{
  FilUpload *row;
  guint position = fil_upload_queue_position (self->queue, peer, &shared->sha1);

  for (guint i = 0; i < self->rows->len; i++)
    {
      row = g_ptr_array_index (self->rows, i);
      if (row->state == FIL_UPLOAD_QUEUED && is_same_file (row, shared) &&
          fil_endpoint_same_address (&row->peer, peer))
        return;
    }
  if (position == 0)
    return;
  row = add_row (self, peer, shared, user_agent, reach);
  row->queue_position = position;
  _fil_uploads_row_state (self, row, FIL_UPLOAD_QUEUED, NULL);
}

/* Those who wait move up, and those who lost their places go. */
void
_fil_uploads_rows_follow_queue (FilUploads *self)
{
  for (guint i = self->rows->len; i > 0; i--)
    {
      FilUpload *row = g_ptr_array_index (self->rows, i - 1);
      guint position;

      if (row->state != FIL_UPLOAD_QUEUED)
        continue;
      position = fil_upload_queue_position (self->queue, &row->peer, &row->sha1);
      if (position == row->queue_position)
        continue;
      row->queue_position = position;
      if (position > 0)
        self->delegate.changed (self->data, row->id);
      else
        remove_row (self, i - 1);
    }
}

void
_fil_uploads_row_state (FilUploads *self,
                        FilUpload *row,
                        FilUploadState state,
                        const char *reason)
{
  row->state = state;
  g_free (row->reason);
  row->reason = g_strdup (reason);
  self->delegate.changed (self->data, row->id);
}

void
_fil_uploads_row_sent (FilUploads *self,
                       FilUpload *row,
                       gsize len,
                       gint64 now_us)
{
  row->sent_bytes += len;
  fil_transfer_rate_add (&row->rate, len, now_us);
  if (now_us < row->next_change_us)
    return;
  row->next_change_us = now_us + FIL_DOWNLOAD_PROGRESS_US;
  self->delegate.changed (self->data, row->id);
}

static void
fill_row (const FilUpload *upload,
          gint64 now_us,
          FilUploadRow *row)
{
  *row = (FilUploadRow){
    .id = upload->id,
    .name = upload->name,
    .peer = upload->peer,
    .user_agent = upload->user_agent,
    .state = upload->state,
    .reason = upload->reason,
    .sent_bytes = upload->sent_bytes,
    .size = upload->size,
    .bps = upload->state == FIL_UPLOAD_SENDING ? fil_transfer_rate_get (&upload->rate, now_us) : 0,
    .reach = upload->reach,
    .sha1 = upload->sha1,
    .has_sha1 = upload->has_sha1,
    .queue_position = upload->queue_position,
    .limit_bps = upload->limit_bps,
  };
}

void
_fil_uploads_row_served (FilUploads *self,
                         const FilUpload *upload)
{
  FilUploadRow row;

  fill_row (upload, 0, &row);
  self->delegate.served (self->data, &row);
}

void
_fil_uploads_row_let_go (FilUploads *self,
                         FilUpload *row)
{
  row->is_held = FALSE;
}

static FilUpload *
find_row (const FilUploads *self,
          gint64 id)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      FilUpload *row = g_ptr_array_index (self->rows, i);

      if (row->id == id)
        return row;
    }
  return NULL;
}

/**
 * fil_uploads_set_limit:
 * @id: of a row
 * @bytes_per_s: 0: none of its own
 *
 * Limits how fast the file of that row goes to its host, over all connections and for as long as there is a row of the two.
 * Whoever drives the sessions keeps the limit, by FilSession.group.
 *
 * Returns: whether there is such a row
 */
gboolean
fil_uploads_set_limit (FilUploads *self,
                       gint64 id,
                       gint64 bytes_per_s)
{
  const FilUpload *chosen = find_row (self, id);

  if (chosen == NULL)
    return FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      FilUpload *row = g_ptr_array_index (self->rows, i);

      if (row->group != chosen->group)
        continue;
      row->limit_bps = bytes_per_s;
      self->delegate.changed (self->data, row->id);
    }
  self->delegate.limit (self->data, chosen->group, bytes_per_s);
  for (guint i = 0; i < self->sessions->len; i++)
    _fil_upload_session_follow_limit (g_ptr_array_index (self->sessions, i));
  return TRUE;
}

/**
 * fil_uploads_get:
 * @row: (out): strings are valid until the uploads change
 *
 * Returns: whether there is such a row
 */
gboolean
fil_uploads_get (const FilUploads *self,
                 gint64 id,
                 gint64 now_us,
                 FilUploadRow *row)
{
  const FilUpload *upload = find_row (self, id);

  if (upload == NULL)
    return FALSE;
  fill_row (upload, now_us, row);
  return TRUE;
}

/**
 * fil_uploads_list:
 *
 * Returns: (transfer full) (element-type gint64): ids, oldest first
 */
GArray *
fil_uploads_list (const FilUploads *self)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), self->rows->len);

  for (guint i = 0; i < self->rows->len; i++)
    g_array_append_val (ids, ((const FilUpload *) g_ptr_array_index (self->rows, i))->id);
  return ids;
}

guint64
fil_uploads_bps (const FilUploads *self,
                 gint64 now_us)
{
  guint64 bps = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      const FilUpload *upload = g_ptr_array_index (self->rows, i);

      if (upload->state == FIL_UPLOAD_SENDING)
        bps += fil_transfer_rate_get (&upload->rate, now_us);
    }
  return bps;
}
