/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "disk.h"
#include "tiger-tree.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* What a part file was found to be. tree is NULL when it was not asked for. */
typedef struct
{
  FilSha1 sha1;
  FilTigerTree *tree;  /* borrowed */
  struct stat stat;    /* of the file when its last byte was read */
} FilPartHashes;

/* hashes is NULL when error is set. */
typedef void (*FilPartHashesDone) (gpointer data, const FilPartHashes *hashes, const GError *error);
/* hash is the root of the tree of the bytes that were asked about; NULL when error is set. */
typedef void (*FilPartChecked) (gpointer data, const FilTth *hash, const GError *error);

/**
 * FilPartHash:
 *
 * The hashes of a part file, worked out on two threads beside the disk's: SHA-1 and, when nothing else
 * proves the bytes, the tree along those from the beginning that are final, and trees of single ranges.
 * What is asked about must have been written before. Answers come in the owner's context, none after
 * fil_part_hash_free().
 */
typedef struct _FilPartHash FilPartHash;

FilPartHash *fil_part_hash_new (FilDisk *disk, int fd, const char *path) G_GNUC_WARN_UNUSED_RESULT;
void fil_part_hash_free (FilPartHash *self);

int fil_part_hash_dup (FilPartHash *self) G_GNUC_WARN_UNUSED_RESULT;

void fil_part_hash_follow (FilPartHash *self, guint64 end, guint64 size, gboolean with_tree);
void fil_part_hash_rewritten (FilPartHash *self, guint64 offset);
void fil_part_hash_check (FilPartHash *self, guint64 start, guint64 end, FilPartChecked func, gpointer data);
void fil_part_hash_finish (FilPartHash *self, guint64 size, gboolean with_tree, FilPartHashesDone func,
                           gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPartHash, fil_part_hash_free)

G_END_DECLS
