/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "downloads-private.h"

#include "download-op.h"

/* From the last byte on: the hash of the whole file, and its way to its place. */

/* The file is where it belongs, proved. */
static void
finish (FilDownloads *self,
        FilDownload *download,
        const char *path)
{
  download->path = g_strdup (path);
  download->finished = self->delegate.wall (self->data);
  fil_download_set_reason (download, NULL, NULL);
  _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_DONE);
  _fil_downloads_close (self, download);
  _fil_downloads_save (self, download);
  self->delegate.finished (self->data, download);
  _fil_downloads_soon (self);
}

/* An earlier life has put the file in its place and could not say so any more. */
void
_fil_downloads_found_finished (FilDownloads *self,
                               FilDownload *download)
{
  g_autofree char *path = g_steal_pointer (&download->work->found_path);

  download->work->part_state = FIL_PART_CLOSED;
  if (download->state == FIL_DOWNLOAD_STATE_PAUSED)
    _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_QUEUED);
  _fil_downloads_stop_fetches (self, download, "the file is there");
  _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_VERIFYING);
  finish (self, download, path);
}

static void
finished (FilDownloadOp *op,
          FilDownload *download,
          const FilStorageReply *reply)
{
  FilDownloads *self = op->owner;

  if (download != NULL && download->state == FIL_DOWNLOAD_STATE_VERIFYING)
    {
      if (reply->status != FIL_STORAGE_OK)
        _fil_downloads_note_trouble (self, download, reply);
      else
        finish (self, download, reply->path);
    }
}

static void
put_away (FilDownloads *self,
          FilDownload *download)
{
  FilDownloadOp *op = _fil_download_op_new (self, download, finished);

  self->storage.finish (self->storage_data, download->work->part, download->size, download->name,
                        _fil_download_op_answered, op);
}

/* The root that the person named belongs to another file than the hash he named: nothing can be both. */
static void
contradicted (FilDownloads *self,
              FilDownload *download)
{
  fil_download_set_reason (download, "contradiction", "%s", _fil_downloads_sentence ("contradiction"));
  _fil_downloads_state (self, download, FIL_DOWNLOAD_STATE_FAILED);
  _fil_downloads_close (self, download);
  _fil_downloads_save (self, download);
}

static void
take_hash (FilDownloads *self,
           FilDownload *download,
           const FilStorageReply *reply)
{
  const FilTth *bound = fil_tree_trust_bound (download->trust);
  const FilTigerTree *tree = fil_tree_trust_tree (download->trust);
  const FilTth *root = reply->has_tth ? &reply->tth : tree != NULL ? fil_tiger_tree_root (tree) : NULL;

  if (download->has_sha1 && !fil_sha1_equal (&download->sha1, &reply->sha1))
    {
      _fil_downloads_mismatch (self, download);
      return;
    }
  /* SHA-1 collisions can be made (hashes.md §1): the root that the person named has to be right too. */
  if (fil_tree_trust_is_by_person (download->trust) && root != NULL && !fil_tth_equal (root, bound))
    {
      contradicted (self, download);
      return;
    }
  fil_segment_map_verified (download->map, (FilRange){ 0, download->size });
  download->work->is_hashed = TRUE;
  download->sha1 = reply->sha1;
  download->has_sha1 = TRUE;
  if (root != NULL)
    _fil_downloads_file_right (self, download, root);
  put_away (self, download);
}

static void
hashed (FilDownloadOp *op,
        FilDownload *download,
        const FilStorageReply *reply)
{
  FilDownloads *self = op->owner;

  if (download == NULL)
    return;
  download->work->is_hashing = FALSE;
  if (download->state == FIL_DOWNLOAD_STATE_VERIFYING)
    {
      if (reply->status != FIL_STORAGE_OK)
        _fil_downloads_note_trouble (self, download, reply);
      else
        take_hash (self, download, reply);
      _fil_downloads_soon (self);
    }
}

/* Every byte is on disk: proves them, and puts the file where it belongs. What blocks have proved needs no
 * second tree; a hash that is awaited since before a pause will do. */
void
_fil_downloads_complete (FilDownloads *self,
                         FilDownload *download)
{
  gboolean with_tree = fil_segment_map_count (download->map, FIL_SEGMENT_VERIFIED) < download->size ||
                       download->work->n_blocks == 0;
  FilDownloadOp *op;

  if (download->work->is_hashed)
    {
      put_away (self, download);
      return;
    }
  if (download->work->is_hashing)
    return;
  download->work->is_hashing = TRUE;
  op = _fil_download_op_new (self, download, hashed);
  self->storage.hash (self->storage_data, download->work->part, download->size, with_tree,
                      _fil_download_op_answered, op);
}
