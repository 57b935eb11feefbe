/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "tiger-tree.h"

G_BEGIN_DECLS

/**
 * FilTreeTrust:
 *
 * Which tiger tree of a file is believed. Anybody can send a tree that hashes to a root of his choice; a
 * root is bound to the file only when the person named it, when two sources in different networks name it,
 * or when the whole file proved it. Until then a block that does not fit accuses the tree as well as who
 * sent the block.
 */
typedef struct _FilTreeTrust FilTreeTrust;

FilTreeTrust *fil_tree_trust_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_tree_trust_free (FilTreeTrust *self);

void fil_tree_trust_bind (FilTreeTrust *self, const FilTth *root, gboolean by_person);
void fil_tree_trust_name (FilTreeTrust *self, const FilTth *root, guint32 source, const FilEndpoint *address);
void fil_tree_trust_drop_source (FilTreeTrust *self, guint32 source);
const FilTth *fil_tree_trust_bound (const FilTreeTrust *self);
gboolean fil_tree_trust_is_by_person (const FilTreeTrust *self);

gboolean fil_tree_trust_wants (const FilTreeTrust *self, const FilTth *root);
void fil_tree_trust_take (FilTreeTrust *self, FilTigerTree *tree);
void fil_tree_trust_drop_trees (FilTreeTrust *self);
FilTigerTree *fil_tree_trust_tree (const FilTreeTrust *self);
gboolean fil_tree_trust_names (const FilTreeTrust *self, guint32 source);

void fil_tree_trust_doubt (FilTreeTrust *self);
gboolean fil_tree_trust_is_doubted (const FilTreeTrust *self);
gboolean fil_tree_trust_try (FilTreeTrust *self);
gboolean fil_tree_trust_is_tried (const FilTreeTrust *self);
void fil_tree_trust_disprove (FilTreeTrust *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTreeTrust, fil_tree_trust_free)

G_END_DECLS
