/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-op.h"
#include "fetch.h"
#include "transfer-limits.h"

guint8 *
_fil_downloads_take_buffer (FilDownloads *self)
{
  if (self->n_buffers >= FIL_BUFFERS_MAX)
    return NULL;
  self->n_buffers++;
  if (self->buffers->len > 0)
    return g_ptr_array_steal_index_fast (self->buffers, self->buffers->len - 1);
  return g_malloc (FIL_BUFFER_SIZE);
}

void
_fil_downloads_drop_buffer (FilDownloads *self,
                            guint8 *buffer)
{
  self->n_buffers--;
  if (self->buffers->len < FIL_BUFFERS_IDLE)
    g_ptr_array_add (self->buffers, buffer);
  else
    g_free (buffer);
}

/* Acted on in the next tick, never from inside a session. */
void
_fil_downloads_note_trouble (FilDownloads *self,
                             FilDownload *download,
                             const FilStorageReply *reply)
{
  if (download->work->disk_status == FIL_STORAGE_OK)
    {
      download->work->disk_status = reply->status;
      download->work->disk_detail = g_strdup (reply->detail);
    }
  _fil_downloads_soon (self);
}

static void
take_part_file (FilDownloads *self,
                FilDownload *download,
                const FilStorageReply *reply)
{
  FilDownloadWork *work = download->work;

  work->part = reply->part;
  work->part_state = FIL_PART_READY;
  work->disk_retry_us = FIL_NEVER;
  if (!reply->existed && download->map != NULL && fil_download_received_bytes (download) > 0)
    {
      g_message ("download %" G_GINT64_FORMAT ": its part file is gone, starting over", download->id);
      (void) fil_download_set_size (download, download->size);
      _fil_downloads_restart_checks (self, download);
      g_clear_pointer (&work->durable, g_free);
      g_clear_pointer (&work->durable_verified, g_free);
    }
  g_clear_pointer (&work->held, g_array_unref);
  if (reply->held != NULL)
    work->held = g_array_copy ((GArray *) reply->held);
  if (download->map != NULL)
    {
      _fil_downloads_check_held (self, download);
      _fil_downloads_check_all (self, download);
      _fil_downloads_follow (self, download);
    }
}

static void
opened (FilDownloadOp *op,
        FilDownload *download,
        const FilStorageReply *reply)
{
  FilDownloads *self = op->owner;

  if (download == NULL || download->work->part_state != FIL_PART_OPENING ||
      download->work->opening != op->number)
    {
      /* Cancelled meanwhile, perhaps for good: nobody would delete what was made for it. */
      if (reply->part != NULL && op->owner != NULL && download == NULL && !reply->existed)
        op->storage.discard (op->data, op->id, reply->part);
      else if (reply->part != NULL)
        op->storage.close (op->data, reply->part);
    }
  else if (reply->status != FIL_STORAGE_OK)
    {
      download->work->part_state = FIL_PART_CLOSED;
      _fil_downloads_note_trouble (self, download, reply);
    }
  else
    {
      download->work->may_be_finished = FALSE;
      download->work->found_path = g_strdup (reply->path);
      if (reply->path == NULL)
        take_part_file (self, download, reply);
      _fil_downloads_soon (self);
    }
}

/* Asks for the part file; nothing is fetched before it is there. */
void
_fil_downloads_open (FilDownloads *self,
                     FilDownload *download)
{
  FilStorageSought sought;
  FilDownloadOp *op;

  if (download->work->part_state != FIL_PART_CLOSED)
    return;
  op = _fil_download_op_new (self, download, opened);
  op->number = ++self->last_number;
  download->work->opening = op->number;
  download->work->part_state = FIL_PART_OPENING;
  sought = (FilStorageSought){
    .id = download->id,
    .size = download->size,
    .missing = download->map != NULL ? fil_segment_map_missing (download->map) : 0,
    .name = download->name,
    .sha1 = download->work->may_be_finished && download->has_sha1 && download->has_size ? &download->sha1 : NULL,
  };
  self->storage.open (self->storage_data, &sought, _fil_download_op_answered, op);
}

void
_fil_downloads_close (FilDownloads *self,
                      FilDownload *download)
{
  FilPart *part = g_steal_pointer (&download->work->part);

  download->work->part_state = FIL_PART_CLOSED;
  if (part != NULL)
    self->storage.close (self->storage_data, part);
}

/* Whether the answers of the disk are awaited that tell of the bytes of @download. */
gboolean
_fil_downloads_is_disk_busy (const FilDownload *download)
{
  return download->work->pending_writes > 0 || download->work->checking > 0 || download->work->is_syncing;
}

static FilFetch *
find_fetch (FilDownloads *self,
            guint64 number)
{
  for (guint i = 0; i < self->fetches->len; i++)
    {
      FilFetch *fetch = g_ptr_array_index (self->fetches, i);

      if (fetch->number == number)
        return fetch;
    }
  return NULL;
}

/* The bytes of @range, which came from @source, are on disk. */
static void
note_written (FilDownloads *self,
              FilDownload *download,
              FilRange range,
              guint32 source)
{
  fil_segment_map_written (download->map, range, source);
  download->work->is_dirty = TRUE;
  if (download->work->n_blocks > 0)
    _fil_downloads_check_range (self, download, range);
  else
    _fil_downloads_follow (self, download);
  if (download->work->pending_writes > 0)
    return;
  if (self->is_shut)
    _fil_downloads_sync (self, download);
  /* When nobody brings more, somebody may wait for the last write: a source that is to prove itself, another size. */
  if (download->state == FIL_DOWNLOAD_STATE_PAUSED || fil_segment_map_is_complete (download->map) ||
      download->work->fetches->len == 0)
    _fil_downloads_soon (self);
}

/* Who waits for a buffer is woken by tick(), not from inside somebody's call. */
static void
wake_blocked (FilDownloads *self)
{
  for (guint i = 0; i < self->fetches->len; i++)
    if (((FilFetch *) g_ptr_array_index (self->fetches, i))->is_blocked)
      {
        _fil_downloads_soon (self);
        return;
      }
}

static void
written (FilDownloadOp *op,
         FilDownload *download,
         const FilStorageReply *reply)
{
  FilDownloads *self = op->owner;
  FilFetch *fetch;

  if (self == NULL)
    return;
  _fil_downloads_drop_buffer (self, g_steal_pointer (&op->buffer));
  fetch = find_fetch (self, op->number);
  if (fetch != NULL)
    fetch->pending--;
  if (download != NULL)
    {
      download->work->pending_writes--;
      if (reply->status == FIL_STORAGE_OK)
        note_written (self, download, op->range, op->source);
      else
        {
          fil_segment_map_release (download->map, op->range);
          _fil_downloads_note_trouble (self, download, reply);
        }
    }
  wake_blocked (self);
}

/* Takes the buffer. */
void
_fil_downloads_write (FilDownloads *self,
                      FilFetch *fetch,
                      guint64 offset,
                      guint8 *buffer,
                      gsize len)
{
  FilDownload *download = fetch->download;
  FilRange range = { offset, offset + len };
  FilDownloadOp *op;

  if (download->work->part_state != FIL_PART_READY || len == 0)
    {
      fil_segment_map_release (download->map, range);
      _fil_downloads_drop_buffer (self, buffer);
      fetch->pending--;
      return;
    }
  op = _fil_download_op_new (self, download, written);
  op->number = fetch->number;
  op->range = range;
  op->source = fetch->source->id;
  op->buffer = buffer;
  download->work->pending_writes++;
  self->storage.write (self->storage_data, download->work->part, offset, buffer, len, _fil_download_op_answered, op);
}

static void
checked (FilDownloadOp *op,
         FilDownload *download,
         const FilStorageReply *reply)
{
  FilDownloads *self = op->owner;

  if (download != NULL)
    {
      download->work->checking--;
      if (reply->status != FIL_STORAGE_OK)
        _fil_downloads_note_trouble (self, download, reply);
      op->check.func (self, download, &op->check, reply->status == FIL_STORAGE_OK ? &reply->tth : NULL);
      if (download->work->checking == 0)
        _fil_downloads_soon (self);
    }
}

/* Asks for the hash of bytes that are on disk; @check is copied. Of a part file that is closed nothing can be asked:
 * then it is as if the disk had failed. */
void
_fil_downloads_check (FilDownloads *self,
                      FilDownload *download,
                      const FilRangeCheck *check)
{
  FilDownloadOp *op;

  if (download->work->part_state != FIL_PART_READY)
    {
      check->func (self, download, check, NULL);
      return;
    }
  op = _fil_download_op_new (self, download, checked);
  op->check = *check;
  download->work->checking++;
  self->storage.check (self->storage_data, download->work->part, check->range, _fil_download_op_answered, op);
}

static void
synced (FilDownloadOp *op,
        FilDownload *download,
        const FilStorageReply *reply)
{
  FilDownloads *self = op->owner;

  if (download != NULL)
    {
      download->work->is_syncing = FALSE;
      download->work->sync_took_us = self->now_us - download->work->sync_us;
      if (reply->status == FIL_STORAGE_OK)
        {
          g_free (download->work->durable);
          download->work->durable = g_steal_pointer (&op->snapshot);
          g_free (download->work->durable_verified);
          download->work->durable_verified = g_steal_pointer (&op->verified);
          _fil_downloads_save (self, download);
        }
      else if (download->work->part_state == FIL_PART_READY)
        _fil_downloads_note_trouble (self, download, reply);
      _fil_downloads_soon (self);
    }
}

/* First the bytes, then the rows that name them, never the other way round (swarm.md §7). */
void
_fil_downloads_sync (FilDownloads *self,
                     FilDownload *download)
{
  FilDownloadOp *op;

  if (download->work->part_state != FIL_PART_READY || download->work->is_syncing || !download->work->is_dirty)
    return;
  op = _fil_download_op_new (self, download, synced);
  op->snapshot = fil_segment_map_to_text (download->map, FIL_SEGMENT_WRITTEN);
  op->verified = fil_segment_map_to_text (download->map, FIL_SEGMENT_VERIFIED);
  download->work->is_syncing = TRUE;
  download->work->is_dirty = FALSE;
  download->work->sync_us = self->now_us;
  self->storage.sync (self->storage_data, download->work->part, _fil_download_op_answered, op);
}

static gboolean
makes_room (FilDownloads *self,
            const FilDownload *download,
            FilStorageStatus status)
{
  return status == FIL_STORAGE_FULL && self->delegate.make_room != NULL &&
         self->delegate.make_room (self->data, download);
}

static const char *
code_of (FilStorageStatus status)
{
  switch (status)
    {
    case FIL_STORAGE_FULL:
      return "disk-full";
    case FIL_STORAGE_NO_PERMISSION:
      return "no-permission";
    case FIL_STORAGE_GONE:
      return "folder-gone";
    case FIL_STORAGE_OK:
    case FIL_STORAGE_FAILED:
    default:
      return "disk-error";
    }
}

/* The disk said no. What may pass by itself only pauses the download, and is looked at again. */
void
_fil_downloads_disk_trouble (FilDownloads *self,
                             FilDownload *download,
                             gint64 now_us)
{
  FilDownloadWork *work = download->work;
  g_autofree char *detail = g_steal_pointer (&work->disk_detail);
  FilStorageStatus status = work->disk_status;
  FilDownloadState state = status == FIL_STORAGE_FAILED ? FIL_DOWNLOAD_STATE_FAILED : FIL_DOWNLOAD_STATE_PAUSED;
  const char *code = code_of (status);

  work->disk_status = FIL_STORAGE_OK;
  if (fil_download_is_over (download) ||
      (download->state == FIL_DOWNLOAD_STATE_PAUSED && work->disk_retry_us == FIL_NEVER))
    return;
  _fil_downloads_stop_fetches (self, download, "the disk takes no more");
  /* What it has taken is good, and the node may be stopped before it takes more. */
  _fil_downloads_sync (self, download);
  _fil_downloads_close (self, download);
  work->disk_retry_us = FIL_NEVER;
  if (state == FIL_DOWNLOAD_STATE_PAUSED)
    work->disk_retry_us = now_us + (makes_room (self, download, status) ? FIL_DOWNLOAD_ROOM_RETRY_US
                                                                        : FIL_DOWNLOAD_DISK_RETRY_US);
  fil_download_set_reason (download, code, "%s", detail != NULL ? detail : _fil_downloads_sentence (code));
  _fil_downloads_state (self, download, state);
  _fil_downloads_changed (self, download);
  _fil_downloads_save (self, download);
}
