/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "downloads-private.h"

G_BEGIN_DECLS

typedef struct _FilDownloadOp FilDownloadOp;

/* Takes the answer to @op. @download is NULL when it is gone, and then the owner of @op may be gone, too. */
typedef void (*FilDownloadOpTake) (FilDownloadOp *op, FilDownload *download, const FilStorageReply *reply);

/* A request to the storage. It outlives the downloads when it must: the answer always comes. */
struct _FilDownloadOp
{
  FilDownloads *owner; /* NULL: nobody waits any more */
  FilDownloadOpTake take;
  FilStorage storage;  /* to close a part that comes too late */
  gpointer data;
  gint64 id;           /* of the download, which may be gone */
  guint64 number;      /* open: which; write: of the fetch */
  FilRange range;
  guint32 source;
  guint8 *buffer;
  char *snapshot;      /* sync: what is safe then */
  char *verified;      /* … and proved */
  FilRangeCheck check;
};

FilDownloadOp *_fil_download_op_new (FilDownloads *self, const FilDownload *download, FilDownloadOpTake take)
    G_GNUC_WARN_UNUSED_RESULT;
void _fil_download_op_answered (gpointer done_data, const FilStorageReply *reply);

G_END_DECLS
