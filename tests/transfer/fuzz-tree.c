/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz-transfer.h"

#include <string.h>

#include "thex.h"
#include "tiger-tree.h"

/* The input says how long a file is and which bytes of the message with its tree are changed. What is taken
 * for the tree of that file is its tree. */

const char *const fuzz_seeds[] = {
  "\x01\x01",
  "\x0a\x01" "\x01\x20\x01",
  "\x20\x01" "\x02\x10\xff" "\x02\x80\x01",
  "\x40\x01" "\x01\x0c\x07" "\x01\xa8\x40" "\x03\x01\x01",
  NULL,
};

/* Any row of nodes is that of some file. */
static FilTigerTree *
tree_of (guint64 size)
{
  gsize n = (gsize) fil_tiger_nodes_at_depth (size, fil_tiger_good_depth (size));
  g_autofree FilTth *nodes = g_new0 (FilTth, n);

  for (gsize i = 0; i < n; i++)
    memcpy (nodes[i].bytes, &i, sizeof i);
  return fil_tiger_tree_new_from_row (size, nodes, n);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autoptr (FilTigerTree) tree = NULL;
  g_autoptr (FilTigerTree) got = NULL;
  g_autoptr (GBytes) nodes = NULL;
  g_autoptr (GBytes) again = NULL;
  g_auto (FilWriter) out;
  FilThex thex;
  guint64 file_size;
  gsize len;

  fil_writer_init (&out);
  if (size < 2)
    return 0;
  file_size = (guint64) data[0] * 1000000 + data[1];
  tree = tree_of (file_size);
  thex = (FilThex){ .size = file_size, .depth = fil_tiger_tree_depth (tree) };
  nodes = fil_tiger_tree_serialise (tree, thex.depth);
  thex.nodes.data = g_bytes_get_data (nodes, &len);
  thex.nodes.len = len;
  fil_thex_write (&thex, &out);
  for (gsize i = 2; i + 2 < size; i += 3)
    {
      gsize at = (gsize) (data[i] - 1) << 8 | data[i + 1];

      if (at < out.len)
        fil_writer_data (&out)[at] ^= data[i + 2];
    }
  if (!fil_thex_read (&thex, fil_writer_slice (&out)))
    return 0;
  got = fil_tiger_tree_new_from_serialised (file_size, fil_tiger_tree_root (tree), thex.nodes.data, thex.nodes.len);
  if (got == NULL)
    return 0;
  again = fil_tiger_tree_serialise (got, 63);
  g_assert_cmpuint (g_bytes_get_size (again), <=, len);
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), g_bytes_get_data (nodes, NULL),
                   g_bytes_get_size (again));
  return 0;
}
