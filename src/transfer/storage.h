/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "byte-range.h"
#include "tiger-tree.h"
#include "urn.h"

G_BEGIN_DECLS

/* What became of a request to the disk. */
typedef enum
{
  FIL_STORAGE_OK,
  FIL_STORAGE_FULL,          /* no room */
  FIL_STORAGE_NO_PERMISSION,
  FIL_STORAGE_GONE,          /* the folder or the part file is not there */
  FIL_STORAGE_FAILED,        /* anything else */
} FilStorageStatus;

/* An unfinished file in incomplete/; only the storage knows what is inside. */
typedef struct _FilPart FilPart;

/* What an answer of the storage carries. Only valid during the call. */
typedef struct
{
  FilStorageStatus status;
  const char *detail;   /* one sentence for the user when status is not OK, or NULL */
  FilPart *part;        /* open: (transfer full), to be given to close or discard */
  gboolean existed;     /* open: the part file was there and keeps its bytes */
  const GArray *held;   /* open: FilRange, in order, where the part file may hold bytes that were written; NULL:
                         * nowhere */
  FilSha1 sha1;         /* hash */
  FilTth tth;           /* hash, if has_tth; check */
  gboolean has_tth;
  FilTigerTree *tree;   /* hash, if has_tth: borrowed */
  const char *path;     /* finish: where the file lies now; open: the same, when that was done in an earlier life */
} FilStorageReply;

/* What is known of the file whose part is to be opened. */
typedef struct
{
  gint64 id;            /* of the download */
  guint64 size;         /* 0 while it is not known */
  guint64 missing;      /* bytes for which room is wanted */
  const char *name;     /* as for finish */
  const FilSha1 *sha1;  /* only when the file may be finished already, else NULL */
} FilStorageSought;

typedef void (*FilStorageDone) (gpointer done_data, const FilStorageReply *reply);

/**
 * FilStorage:
 *
 * What a download wants from the disk. node/ answers with files/ and its disk thread, tests with
 * memory. Every request is answered exactly once, in the thread of the downloads, at once or later,
 * also after close() and after the downloads are gone. Requests about one part take effect in the
 * order they were made. What a request points to stays valid only until the call returns, but the
 * bytes of write() stay until it is answered.
 */
typedef struct
{
  /* Opens or makes the part file of a download. Answers FULL, NO_PERMISSION or GONE when nothing could be
   * written there now. With a hash, and without a part file, it looks first whether the file lies where
   * finish() would have put it: then it answers OK with that path, and no part. */
  void (*open) (gpointer data, const FilStorageSought *sought, FilStorageDone done, gpointer done_data);

  /* Writes at any offset, at most FIL_BUFFER_SIZE bytes. */
  void (*write) (gpointer data, FilPart *part, guint64 offset, const guint8 *bytes, gsize len,
                 FilStorageDone done, gpointer done_data);

  /* Makes everything written so far survive a crash (fdatasync). */
  void (*sync) (gpointer data, FilPart *part, FilStorageDone done, gpointer done_data);

  /* Works out the hash of bytes that were written, which lie under one node of a tree. */
  void (*check) (gpointer data, FilPart *part, FilRange range, FilStorageDone done, gpointer done_data);

  /* The bytes before end are written and, as far as is known, will not change: a hash of the whole file of
   * size bytes can go that far. Not answered. */
  void (*follow) (gpointer data, FilPart *part, guint64 end, guint64 size, gboolean with_tree);

  /* Works out the SHA-1 of the first size bytes, which are all there is to the file, and the tree if it is
   * wanted. */
  void (*hash) (gpointer data, FilPart *part, guint64 size, gboolean with_tree, FilStorageDone done,
                gpointer done_data);

  /* The file is right: cuts it to size, fsync, and renames it into the download folder under a name
   * that is safe and not taken. name is what a stranger called it: trust nothing in it. The part stays
   * to be closed, also when this failed. */
  void (*finish) (gpointer data, FilPart *part, guint64 size, const char *name, FilStorageDone done,
                  gpointer done_data);

  /* Lets go of the part; the file stays. Not answered. */
  void (*close) (gpointer data, FilPart *part);

  /* Deletes the part file of a download that was cancelled; part may be NULL, and is let go of. Not
   * answered. */
  void (*discard) (gpointer data, gint64 id, FilPart *part);
} FilStorage;

G_END_DECLS
