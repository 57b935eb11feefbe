/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tiger-tree.h"

#include "tiger-context.h"
#include "tiger.h"

#include <string.h>

/* Rows of the largest tree: 2^54 leaves and the root. */
#define MAX_ROWS 55

struct _FilTigerTree
{
  gatomicrefcount ref_count;
  guint64 file_size;
  guint64 node_size;
  gsize n_nodes;
  FilTth root;
  FilTth nodes[];
};

static guint64
n_leaves (guint64 file_size)
{
  return file_size == 0 ? 1 : (file_size - 1) / FIL_TIGER_LEAF_SIZE + 1;
}

/**
 * fil_tiger_good_depth:
 *
 * Returns: how deep a tree we serve of a file of this size (hashes.md §2, "Depth conventions")
 */
guint
fil_tiger_good_depth (guint64 file_size)
{
  /* In units of 256 KiB: a file that is smaller than the nth border gets depth n. */
  static const guint16 borders[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096 };
  guint depth = 0;

  while (depth < G_N_ELEMENTS (borders) && file_size >> 18 >= borders[depth])
    depth++;
  return depth;
}

/**
 * fil_tiger_nodes_at_depth:
 * @depth: rows below the root
 *
 * Returns: how many nodes that row has
 */
guint64
fil_tiger_nodes_at_depth (guint64 file_size,
                          guint depth)
{
  guint64 n = n_leaves (file_size);

  while (depth < 63 && n > (guint64) 1 << depth)
    n = n / 2 + n % 2;
  return n;
}

/**
 * fil_tiger_node_size_at_depth:
 * @depth: rows below the root
 *
 * Returns: how many bytes of the file lie under each node of that row but the last
 */
guint64
fil_tiger_node_size_at_depth (guint64 file_size,
                              guint depth)
{
  guint64 size = FIL_TIGER_LEAF_SIZE;

  for (guint64 n = n_leaves (file_size); depth < 63 && n > (guint64) 1 << depth; n = n / 2 + n % 2)
    size *= 2;
  return size;
}

/**
 * fil_tiger_kept_node_size:
 *
 * Returns: the node size of the row that we keep of a file of this size: as fine as
 *   FIL_TIGER_MIN_NODE_SIZE and FIL_TIGER_MAX_NODES allow
 */
guint64
fil_tiger_kept_node_size (guint64 file_size)
{
  guint64 size = FIL_TIGER_MIN_NODE_SIZE;

  while (file_size > 0 && (file_size - 1) / size >= FIL_TIGER_MAX_NODES)
    size *= 2;
  return size;
}

/* The node size of a row of n_nodes, 0 when the tree of such a file has no row of that length. */
static guint64
node_size_of_row (guint64 file_size,
                  gsize n_nodes)
{
  guint64 size = FIL_TIGER_LEAF_SIZE;
  guint64 n = n_leaves (file_size);

  while (n > n_nodes)
    {
      n = n / 2 + n % 2;
      size *= 2;
    }
  return n == n_nodes ? size : 0;
}

static void
compute_root (FilTigerTree *self)
{
  g_autofree FilTth *row = g_memdup2 (self->nodes, self->n_nodes * sizeof (FilTth));
  gsize n = self->n_nodes;

  while (n > 1)
    n = fil_tiger_parents (row, row, n);
  self->root = row[0];
}

/**
 * fil_tiger_tree_new_from_row:
 * @file_size: bytes of the file
 * @nodes: any one row of its tree, from left to right
 *
 * Computes the root above @nodes; whether it is the right one is for the caller to compare.
 *
 * Returns: (transfer full) (nullable): the tree, NULL when no row of such a file has @n_nodes nodes or
 *   they are more than FIL_TIGER_MAX_NODES
 */
FilTigerTree *
fil_tiger_tree_new_from_row (guint64 file_size,
                             const FilTth *nodes,
                             gsize n_nodes)
{
  FilTigerTree *self;
  guint64 node_size;

  if (n_nodes == 0 || n_nodes > FIL_TIGER_MAX_NODES)
    return NULL;
  node_size = node_size_of_row (file_size, n_nodes);
  if (node_size == 0)
    return NULL;

  self = g_malloc (sizeof *self + n_nodes * sizeof (FilTth));
  g_atomic_ref_count_init (&self->ref_count);
  self->file_size = file_size;
  self->node_size = node_size;
  self->n_nodes = n_nodes;
  memcpy (self->nodes, nodes, n_nodes * sizeof (FilTth));
  compute_root (self);
  return self;
}

/**
 * fil_tiger_tree_new_from_bytes:
 * @row: what fil_tiger_tree_to_bytes() gave
 *
 * Returns: (transfer full) (nullable): the tree, NULL when @row is no row of such a file
 */
FilTigerTree *
fil_tiger_tree_new_from_bytes (guint64 file_size,
                               GBytes *row)
{
  gsize len;
  const FilTth *nodes = g_bytes_get_data (row, &len);

  if (len % sizeof (FilTth) != 0)
    return NULL;
  return fil_tiger_tree_new_from_row (file_size, nodes, len / sizeof (FilTth));
}

/**
 * fil_tiger_tree_new_from_serialised:
 * @root: what the tree has to hash to
 * @bytes: rows from the root downwards, each from left to right, as a peer sent them
 *
 * Checks every row against the one above (hashes.md §3, "Check"). The depth follows from how many
 * rows there are.
 *
 * Returns: (transfer full) (nullable): the tree with the lowest row of @bytes, NULL when it is not a
 *   tree of that file
 */
FilTigerTree *
fil_tiger_tree_new_from_serialised (guint64 file_size,
                                    const FilTth *root,
                                    const guint8 *bytes,
                                    gsize len)
{
  g_autofree FilTth *parents = NULL;
  const FilTth *rows = (const FilTth *) bytes;
  gsize left = len / sizeof (FilTth);
  gsize above = 0;
  guint depth = 0;

  if (len == 0 || len % sizeof (FilTth) != 0 || len > FIL_TIGER_MAX_SERIALISED)
    return NULL;
  if (!fil_tth_equal (&rows[0], root))
    return NULL;

  parents = g_new (FilTth, left / 2 + 1);
  for (above = 1, left--, rows++; left > 0;)
    {
      guint64 n = fil_tiger_nodes_at_depth (file_size, ++depth);

      /* A row as long as the one above it is the row of the leaves once more. */
      if (n > left || n == above)
        return NULL;
      if (fil_tiger_parents (parents, rows, n) != above ||
          memcmp (parents, rows - above, above * sizeof (FilTth)) != 0)
        return NULL;
      above = n;
      left -= n;
      rows += n;
    }
  return fil_tiger_tree_new_from_row (file_size, rows - above, above);
}

/**
 * fil_tiger_tree_ref:
 *
 * Returns: (transfer full): @self; from any thread
 */
FilTigerTree *
fil_tiger_tree_ref (FilTigerTree *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fil_tiger_tree_unref (FilTigerTree *self)
{
  if (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

const FilTth *
fil_tiger_tree_root (const FilTigerTree *self)
{
  return &self->root;
}

guint64
fil_tiger_tree_file_size (const FilTigerTree *self)
{
  return self->file_size;
}

/**
 * fil_tiger_tree_node_size:
 *
 * Returns: bytes of the file under each node of the row; the last node may have fewer
 */
guint64
fil_tiger_tree_node_size (const FilTigerTree *self)
{
  return self->node_size;
}

gsize
fil_tiger_tree_n_nodes (const FilTigerTree *self)
{
  return self->n_nodes;
}

/**
 * fil_tiger_tree_nodes:
 *
 * Returns: (transfer none): the row, from left to right
 */
const FilTth *
fil_tiger_tree_nodes (const FilTigerTree *self)
{
  return self->nodes;
}

/**
 * fil_tiger_tree_depth:
 *
 * Returns: how many rows the row lies below the root
 */
guint
fil_tiger_tree_depth (const FilTigerTree *self)
{
  guint depth = 0;

  while ((gsize) 1 << depth < self->n_nodes)
    depth++;
  return depth;
}

/**
 * fil_tiger_tree_node_at:
 * @offset: a byte of the file
 *
 * Returns: the node that @offset lies under; fil_tiger_tree_n_nodes() beyond the end
 */
gsize
fil_tiger_tree_node_at (const FilTigerTree *self,
                        guint64 offset)
{
  return offset < self->file_size ? (gsize) (offset / self->node_size) : self->n_nodes;
}

/**
 * fil_tiger_tree_range:
 * @start: (out): first byte under @node
 * @end: (out): the byte after the last
 *
 * Returns: whether there is such a node
 */
gboolean
fil_tiger_tree_range (const FilTigerTree *self,
                      gsize node,
                      guint64 *start,
                      guint64 *end)
{
  if (node >= self->n_nodes)
    return FALSE;
  *start = node * self->node_size;
  *end = self->file_size - *start > self->node_size ? *start + self->node_size : self->file_size;
  return TRUE;
}

/**
 * fil_tiger_tree_verify_hash:
 * @hash: root of the bytes under @node, see fil_tiger_context_finish_root(); the caller has taken care
 *   that these were as many as fil_tiger_tree_range() says
 *
 * Returns: whether @hash is that node
 */
gboolean
fil_tiger_tree_verify_hash (const FilTigerTree *self,
                            gsize node,
                            const FilTth *hash)
{
  return node < self->n_nodes && fil_tth_equal (&self->nodes[node], hash);
}

/**
 * fil_tiger_tree_at_depth:
 * @depth: rows below the root
 *
 * Returns: (transfer full): a tree of the same file with the row at @depth, or @self when its row is
 *   not deeper than that
 */
FilTigerTree *
fil_tiger_tree_at_depth (FilTigerTree *self,
                         guint depth)
{
  g_autofree FilTth *row = NULL;
  gsize n = self->n_nodes;

  if (depth >= fil_tiger_tree_depth (self))
    return fil_tiger_tree_ref (self);
  row = g_memdup2 (self->nodes, n * sizeof (FilTth));
  while (n > (gsize) 1 << depth)
    n = fil_tiger_parents (row, row, n);
  return fil_tiger_tree_new_from_row (self->file_size, row, n);
}

/**
 * fil_tiger_tree_to_bytes:
 *
 * Returns: (transfer full): the row, to be stored
 */
GBytes *
fil_tiger_tree_to_bytes (const FilTigerTree *self)
{
  return g_bytes_new (self->nodes, self->n_nodes * sizeof (FilTth));
}

/**
 * fil_tiger_tree_serialise:
 * @depth: rows below the root to write; a tree that is less deep gives what it has
 *
 * Writes the tree "breadth first": the root, then each lower row from left to right, a node that
 * moved up being repeated in every row it passes (hashes.md §3).
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
fil_tiger_tree_serialise (const FilTigerTree *self,
                          guint depth)
{
  g_autofree FilTth *row = g_memdup2 (self->nodes, self->n_nodes * sizeof (FilTth));
  gsize n_rows = MIN (depth, fil_tiger_tree_depth (self)) + 1;
  gsize sizes[MAX_ROWS] = { 0 };
  gsize n = self->n_nodes;
  gsize total = 0;
  FilTth *out;

  while (n > (gsize) 1 << (n_rows - 1))
    n = fil_tiger_parents (row, row, n);
  for (gsize d = n_rows, m = n; d-- > 0; m = m / 2 + m % 2)
    {
      sizes[d] = m;
      total += m;
    }

  out = g_new (FilTth, total);
  for (gsize d = n_rows, end = total; d-- > 0;)
    {
      memcpy (out + end - n, row, n * sizeof (FilTth));
      end -= sizes[d];
      n = fil_tiger_parents (row, row, n);
    }
  return g_bytes_new_take (out, total * sizeof (FilTth));
}
