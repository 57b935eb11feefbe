/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tiger-tree.h"
#include "urn.h"

G_BEGIN_DECLS

/**
 * FilFileHash:
 *
 * SHA-1 and tiger tree of one file in one pass, for a caller that has the bytes once. Who has two
 * cores free runs a FilSha1Context and a FilTigerContext on two threads instead.
 */
typedef struct _FilFileHash FilFileHash;

FilFileHash *fil_file_hash_new (guint64 file_size) G_GNUC_WARN_UNUSED_RESULT;
void fil_file_hash_free (FilFileHash *self);

void fil_file_hash_update (FilFileHash *self, const void *bytes, gsize len);
FilTigerTree *fil_file_hash_finish (FilFileHash *self, FilSha1 *sha1) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilFileHash, fil_file_hash_free)

G_END_DECLS
