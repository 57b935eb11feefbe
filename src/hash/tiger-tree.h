/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "urn.h"

G_BEGIN_DECLS

/* Smallest node of the trees that we compute and keep. */
#define FIL_TIGER_MIN_NODE_SIZE 65536

/* Most nodes in the row that is kept of a file, whoever computed it: 384 KiB. */
#define FIL_TIGER_MAX_NODES 16384

/* Most bytes of a serialised tree that is read from a peer: every row down to FIL_TIGER_MAX_NODES. */
#define FIL_TIGER_MAX_SERIALISED (2 * FIL_TIGER_MAX_NODES * 24)

/**
 * FilTigerTree:
 *
 * The tiger tree of a file of known size, as one row of nodes and the root above it. It never
 * changes, so any thread may hold and read it.
 */
typedef struct _FilTigerTree FilTigerTree;

FilTigerTree *fil_tiger_tree_new_from_row (guint64 file_size, const FilTth *nodes, gsize n_nodes)
    G_GNUC_WARN_UNUSED_RESULT;
FilTigerTree *fil_tiger_tree_new_from_bytes (guint64 file_size, GBytes *row) G_GNUC_WARN_UNUSED_RESULT;
FilTigerTree *fil_tiger_tree_new_from_serialised (guint64 file_size, const FilTth *root, const guint8 *bytes,
                                                  gsize len) G_GNUC_WARN_UNUSED_RESULT;
FilTigerTree *fil_tiger_tree_ref (FilTigerTree *self);
void fil_tiger_tree_unref (FilTigerTree *self);

const FilTth *fil_tiger_tree_root (const FilTigerTree *self);
guint64 fil_tiger_tree_file_size (const FilTigerTree *self);
guint64 fil_tiger_tree_node_size (const FilTigerTree *self);
gsize fil_tiger_tree_n_nodes (const FilTigerTree *self);
const FilTth *fil_tiger_tree_nodes (const FilTigerTree *self);

gsize fil_tiger_tree_node_at (const FilTigerTree *self, guint64 offset);
gboolean fil_tiger_tree_range (const FilTigerTree *self, gsize node, guint64 *start, guint64 *end);
gboolean fil_tiger_tree_verify_hash (const FilTigerTree *self, gsize node, const FilTth *hash);

FilTigerTree *fil_tiger_tree_at_depth (FilTigerTree *self, guint depth) G_GNUC_WARN_UNUSED_RESULT;
GBytes *fil_tiger_tree_to_bytes (const FilTigerTree *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes *fil_tiger_tree_serialise (const FilTigerTree *self, guint depth) G_GNUC_WARN_UNUSED_RESULT;
guint fil_tiger_tree_depth (const FilTigerTree *self);

/* Geometry that follows from the size of a file alone. */
guint fil_tiger_good_depth (guint64 file_size);
guint64 fil_tiger_nodes_at_depth (guint64 file_size, guint depth);
guint64 fil_tiger_node_size_at_depth (guint64 file_size, guint depth);
guint64 fil_tiger_kept_node_size (guint64 file_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTigerTree, fil_tiger_tree_unref)

G_END_DECLS
