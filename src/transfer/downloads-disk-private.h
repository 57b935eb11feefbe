/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "downloads-private.h"

G_BEGIN_DECLS

/* A request to the storage. It outlives the downloads when it must: the answer always comes. */
typedef struct
{
  FilDownloads *owner; /* NULL: nobody waits any more */
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
} FilDownloadOp;

FilDownloadOp *_fil_download_op_new (FilDownloads *self, const FilDownload *download) G_GNUC_WARN_UNUSED_RESULT;
FilDownload *_fil_download_op_arrived (FilDownloadOp *op);
void _fil_download_op_free (FilDownloadOp *op);
void _fil_downloads_note_trouble (FilDownloads *self, FilDownload *download, const FilStorageReply *reply);

G_END_DECLS
