/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files-error.h"
#include "files-table.h"
#include "tiger-tree.h"

G_BEGIN_DECLS

/* Files from this size are hashed on two threads. */
#define FIL_HASHER_TWO_THREADS (1024 * 1024)

/* A file that changes while it is hashed is tried so often. */
#define FIL_HASHER_MAX_TRIES 3

/**
 * FilHasher:
 *
 * Computes the SHA-1 and the tiger tree of one file after the other, on threads of its own that give
 * way to everybody else. Answers come in the context that was the thread's default when it was made.
 */
typedef struct _FilHasher FilHasher;

/* row is the file as it was when it was hashed, with sha1 and tth, borrowed; tree is NULL when error
 * is set. hashed_at is left to who asked. */
typedef void (*FilHashed) (const FilFileRow *row, FilTigerTree *tree, const GError *error, gpointer data);

FilHasher *fil_hasher_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_hasher_free (FilHasher *self);

void fil_hasher_start (FilHasher *self, const char *root, const FilFileRow *row, FilHashed func, gpointer data);
void fil_hasher_cancel (FilHasher *self);
gboolean fil_hasher_is_busy (const FilHasher *self);
guint64 fil_hasher_progress (const FilHasher *self);

gboolean fil_hash_fd (int fd, const char *name, const gint *is_cancelled, guint64 *progress, FilSha1 *sha1,
                      FilTigerTree **tree, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilHasher, fil_hasher_free)

G_END_DECLS
