/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-op.h"

/* The request is to be handed to the storage, with _fil_download_op_answered() to be called with it. */
FilDownloadOp *
_fil_download_op_new (FilDownloads *self,
                      const FilDownload *download,
                      FilDownloadOpTake take)
{
  FilDownloadOp *op = g_new0 (FilDownloadOp, 1);

  op->owner = self;
  op->take = take;
  op->storage = self->storage;
  op->data = self->storage_data;
  op->id = download->id;
  self->ops = g_list_prepend (self->ops, op);
  return op;
}

/* A FilStorageDone: has the answer taken and frees the request. */
void
_fil_download_op_answered (gpointer done_data,
                           const FilStorageReply *reply)
{
  FilDownloadOp *op = done_data;
  FilDownload *download = NULL;

  if (op->owner != NULL)
    {
      op->owner->ops = g_list_remove (op->owner->ops, op);
      download = fil_downloads_get (op->owner, op->id);
    }
  op->take (op, download, reply);
  g_free (op->buffer);
  g_free (op->snapshot);
  g_free (op->verified);
  g_free (op);
}

void
_fil_downloads_orphan_ops (FilDownloads *self)
{
  for (GList *l = self->ops; l != NULL; l = l->next)
    ((FilDownloadOp *) l->data)->owner = NULL;
  g_clear_pointer (&self->ops, g_list_free);
}
