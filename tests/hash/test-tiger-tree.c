/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-hash.h"
#include "sha1.h"
#include "tiger-context.h"
#include "tiger-tree.h"
#include "tiger.h"
#include "vectors.h"

#include <rhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
assert_tth (const FilTth *hash,
            const char *expected)
{
  char text[FIL_TTH_TEXT_LEN + 1];

  fil_tth_to_text (hash, text);
  g_assert_cmpstr (text, ==, expected);
}

static FilTigerTree *
tree_of (const guint8 *bytes,
         gsize len)
{
  g_autoptr(FilTigerContext) context = fil_tiger_context_new (fil_tiger_kept_node_size (len));

  fil_tiger_context_update (context, bytes, len);
  return fil_tiger_context_finish (context);
}

/* A tree that goes down to the leaves, as the vectors show it. */
static FilTigerTree *
full_tree_of (const guint8 *bytes,
              gsize len)
{
  gsize n = fil_tiger_nodes_at_depth (len, 62);
  g_autofree FilTth *leaves = g_new (FilTth, n);

  for (gsize i = 0; i < n; i++)
    fil_tiger_leaf (&leaves[i], bytes + i * 1024, MIN (len - i * 1024, 1024));
  return fil_tiger_tree_new_from_row (len, leaves, n);
}

/* Whether the bytes are exactly what lies under a node. */
static gboolean
verifies (const FilTigerTree *tree,
          gsize node,
          const guint8 *bytes,
          gsize len)
{
  guint64 start, end;
  FilTth hash;

  if (!fil_tiger_tree_range (tree, node, &start, &end) || len != end - start)
    return FALSE;
  fil_tth_of (&hash, bytes, len);
  return fil_tiger_tree_verify_hash (tree, node, &hash);
}

static void
test_vectors (void)
{
  g_auto(GStrv) lines = vectors_read ("tigertree.txt");

  g_assert_cmpuint (g_strv_length (lines), ==, 22);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) columns = vectors_columns (lines[i]);
      g_autoptr(GBytes) input = vectors_input (columns[0]);
      g_autoptr(FilTigerTree) full = NULL;
      g_autoptr(FilTigerTree) tree = NULL;
      g_autoptr(FilTigerTree) served = NULL;
      guint depth, n_nodes, node_size;
      FilTth root;
      gsize len;
      const guint8 *bytes = g_bytes_get_data (input, &len);

      g_test_message ("%s", columns[0]);
      g_assert_cmpuint (len, ==, strtoul (columns[1], NULL, 10));
      g_assert_cmpuint (fil_tiger_nodes_at_depth (len, 62), ==, strtoul (columns[2], NULL, 10));
      g_assert_cmpint (sscanf (columns[5], "%u, %u, %u", &depth, &n_nodes, &node_size), ==, 3);
      g_assert_cmpuint (fil_tiger_good_depth (len), ==, depth);
      g_assert_cmpuint (fil_tiger_nodes_at_depth (len, depth), ==, n_nodes);
      g_assert_cmpuint (fil_tiger_node_size_at_depth (len, depth), ==, node_size);

      fil_tth_of (&root, bytes, len);
      assert_tth (&root, columns[4]);
      full = full_tree_of (bytes, len);
      assert_tth (fil_tiger_tree_root (full), columns[4]);
      g_assert_cmpuint (fil_tiger_tree_depth (full), ==, strtoul (columns[3], NULL, 10));
      tree = tree_of (bytes, len);
      assert_tth (fil_tiger_tree_root (tree), columns[4]);
      served = fil_tiger_tree_at_depth (tree, depth);
      g_assert_cmpuint (fil_tiger_tree_n_nodes (served), ==, n_nodes);
      g_assert_cmpuint (fil_tiger_tree_node_size (served), ==, node_size);
      assert_tth (&fil_tiger_tree_nodes (served)[0], columns[6]);
      assert_tth (&fil_tiger_tree_nodes (served)[n_nodes - 1], columns[7]);
    }
}

static void
test_structure (void)
{
  g_auto(GStrv) lines = vectors_read ("tigertree_structure.txt");
  g_autoptr(FilTigerTree) full = NULL;
  g_autoptr(GBytes) serialised = NULL;
  guint8 data[4097];
  guint n_checked = 0;
  const FilTth *nodes;
  gsize len;

  vectors_lcg (data, sizeof data);
  full = full_tree_of (data, sizeof data);
  serialised = fil_tiger_tree_serialise (full, 99);
  nodes = g_bytes_get_data (serialised, &len);
  g_assert_cmpuint (len, ==, 11 * FIL_TIGER_LEN);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint depth, node;
      const char *hex;

      if (sscanf (lines[i], "depth %u node %u:", &depth, &node) == 2)
        {
          static const guint row_start[] = { 0, 1, 3, 6 };
          g_autoptr(FilTigerTree) row = fil_tiger_tree_at_depth (full, depth);

          assert_tth (&nodes[row_start[depth] + node], strchr (lines[i], ':') + 2);
          assert_tth (&fil_tiger_tree_nodes (row)[node], strchr (lines[i], ':') + 2);
          n_checked++;
        }
      hex = strstr (lines[i], "hex: ");
      if (hex != NULL)
        {
          for (gsize k = 0; k < len; k++)
            g_assert_cmpint (((const guint8 *) nodes)[k], ==,
                             g_ascii_xdigit_value (hex[5 + 2 * k]) << 4 | g_ascii_xdigit_value (hex[6 + 2 * k]));
          n_checked++;
        }
    }
  g_assert_cmpuint (n_checked, ==, 12);
}

/* "corruption location" of tigertree_structure.txt */
static void
test_corruption (void)
{
  enum { LEN = 1 << 20, NODE = 131072 };
  g_autofree guint8 *data = g_malloc (LEN);
  g_autoptr(FilTigerTree) kept = NULL;
  g_autoptr(FilTigerTree) tree = NULL;
  g_autoptr(FilFileHash) hash = fil_file_hash_new (LEN);
  g_autoptr(FilTigerTree) bad = NULL;
  FilSha1 sha1;
  FilTth node;
  char text[FIL_SHA1_TEXT_LEN + 1];

  vectors_lcg (data, LEN);
  kept = tree_of (data, LEN);
  tree = fil_tiger_tree_at_depth (kept, 3);
  g_assert_cmpuint (fil_tiger_tree_n_nodes (tree), ==, 8);
  assert_tth (&fil_tiger_tree_nodes (tree)[5], "E5XLIZ6U6EKWKXDK42R4CRJYPEXK7D37BVIOHSI");

  data[700000] ^= 1;
  for (gsize i = 0; i < 8; i++)
    g_assert_cmpint (verifies (tree, i, data + i * NODE, NODE), ==, i != 5);
  g_assert_cmpuint (fil_tiger_tree_node_at (tree, 700000), ==, 5);
  fil_tth_of (&node, data + 5 * NODE, NODE);
  assert_tth (&node, "FKHVVNRE4M7UIHSGGK4ZSKCWMWCXXUU5BTSIUYI");
  g_assert_false (fil_tiger_tree_verify_hash (tree, 5, &node));

  fil_file_hash_update (hash, data, LEN);
  bad = fil_file_hash_finish (hash, &sha1);
  fil_sha1_to_text (&sha1, text);
  g_assert_cmpstr (text, ==, "S5ZNT3G3DNTILNLQ7DSQKF5WA7MGHWJP");
  assert_tth (fil_tiger_tree_root (bad), "KQZR73P4JQCI7BIE2VF3E7FXVLKTV7OHT2QNK5Q");
}

static void
test_bitprint (void)
{
  g_auto(GStrv) lines = vectors_read ("bitprint.txt");
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) columns = vectors_columns (lines[i]);
      g_autoptr(FilFileHash) hash = NULL;
      g_autoptr(FilTigerTree) tree = NULL;
      g_autoptr(GBytes) input = NULL;
      gconstpointer bytes;
      FilSha1 sha1;
      FilUrn urn;
      gsize len;

      if (g_str_has_prefix (lines[i], "REJECT ") || g_str_has_prefix (lines[i], "ACCEPT "))
        continue;
      n++;
      input = vectors_input (columns[0]);
      bytes = g_bytes_get_data (input, &len);
      hash = fil_file_hash_new (len);
      fil_file_hash_update (hash, bytes, len);
      tree = fil_file_hash_finish (hash, &sha1);
      g_assert_true (fil_urn_parse (&urn, columns[2], -1));
      g_assert_true (urn.has_sha1 && urn.has_tth);
      g_assert_true (fil_sha1_equal (&sha1, &urn.sha1));
      g_assert_true (fil_tth_equal (fil_tiger_tree_root (tree), &urn.tth));
    }
  g_assert_cmpuint (n, ==, 22);
}

/* Any split of any length gives the root that librhash gives in one go. */
static void
test_pieces (void)
{
  enum { MAX = 600000 };
  g_autofree guint8 *data = g_malloc (MAX);

  vectors_lcg (data, MAX);
  for (guint run = 0; run < 60; run++)
    {
      g_autoptr(FilTigerContext) context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE << (run % 4));
      g_autoptr(FilTigerTree) tree = NULL;
      gsize len = (gsize) g_test_rand_int_range (0, run % 2 == 0 ? MAX : 5000);
      FilTth expected;

      for (gsize done = 0; done < len;)
        {
          gsize n = (gsize) g_test_rand_int_range (0, run % 3 == 0 ? 200000 : 5000);

          n = MIN (n, len - done);
          fil_tiger_context_update (context, data + done, n);
          done += n;
        }
      tree = fil_tiger_context_finish (context);
      g_assert_cmpint (rhash_msg (RHASH_TTH, data, len, expected.bytes), ==, 0);
      g_assert_true (fil_tth_equal (fil_tiger_tree_root (tree), &expected));
      for (gsize i = 0; i < fil_tiger_tree_n_nodes (tree); i++)
        {
          guint64 start, end;

          g_assert_true (fil_tiger_tree_range (tree, i, &start, &end));
          g_assert_true (verifies (tree, i, data + start, end - start));
        }

      /* The context starts over by itself. */
      fil_tiger_context_finish_root (context, &expected);
      assert_tth (&expected, "LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ");
    }
}

static void
test_ranges (void)
{
  enum { LEN = 3145729 };
  g_autofree guint8 *data = g_malloc (LEN);
  g_autoptr(FilTigerTree) kept = NULL;
  g_autoptr(FilTigerTree) tree = NULL;
  guint64 start, end;

  vectors_lcg (data, LEN);
  kept = tree_of (data, LEN);
  g_assert_cmpuint (fil_tiger_tree_node_size (kept), ==, 65536);
  g_assert_cmpuint (fil_tiger_tree_n_nodes (kept), ==, 49);
  tree = fil_tiger_tree_at_depth (kept, 4);

  g_assert_cmpuint (fil_tiger_tree_n_nodes (tree), ==, 13);
  g_assert_true (fil_tiger_tree_range (tree, 0, &start, &end));
  g_assert_cmpuint (start, ==, 0);
  g_assert_cmpuint (end, ==, 262144);
  g_assert_true (fil_tiger_tree_range (tree, 12, &start, &end));
  g_assert_cmpuint (start, ==, 3145728);
  g_assert_cmpuint (end, ==, LEN);
  g_assert_false (fil_tiger_tree_range (tree, 13, &start, &end));

  g_assert_true (verifies (tree, 12, data + 3145728, 1));
  g_assert_false (verifies (tree, 12, data + 3145728, 0));
  g_assert_false (verifies (tree, 13, data, 1));
  g_assert_false (verifies (tree, 0, data, 262143));
  g_assert_cmpuint (fil_tiger_tree_node_at (tree, LEN - 1), ==, 12);
  g_assert_cmpuint (fil_tiger_tree_node_at (tree, LEN), ==, 13);
  g_assert_cmpuint (fil_tiger_tree_node_at (tree, G_MAXUINT64), ==, 13);
}

static void
test_geometry (void)
{
  static const struct
  {
    guint64 size;
    guint depth;
  } cases[] = {
    { 0, 0 },
    { 262143, 0 },
    { 262144, 1 },
    { 64 << 20, 9 },
    { (256 << 20) - 1, 9 },
    { 256 << 20, 10 },
    { 1 << 30, 11 },
    { G_MAXUINT64, 11 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (fil_tiger_good_depth (cases[i].size), ==, cases[i].depth);

  g_assert_cmpuint (fil_tiger_kept_node_size (0), ==, 65536);
  g_assert_cmpuint (fil_tiger_kept_node_size (1 << 30), ==, 65536);
  g_assert_cmpuint (fil_tiger_kept_node_size ((1 << 30) + 1), ==, 131072);
  g_assert_cmpuint ((G_MAXUINT64 - 1) / fil_tiger_kept_node_size (G_MAXUINT64), <, FIL_TIGER_MAX_NODES);

  /* What is served can be cut from what is kept, up to any size. */
  for (guint shift = 0; shift < 64; shift++)
    {
      guint64 size = (guint64) 1 << shift;

      g_assert_cmpuint (fil_tiger_nodes_at_depth (size, fil_tiger_good_depth (size)), <=, 2048);
      if (size > 65536)
        g_assert_cmpuint (fil_tiger_node_size_at_depth (size, fil_tiger_good_depth (size)), >=,
                          fil_tiger_kept_node_size (size));
    }
}

static void
test_rows (void)
{
  g_autofree FilTth *nodes = g_new0 (FilTth, FIL_TIGER_MAX_NODES + 1);
  g_autoptr(FilTigerTree) tree = NULL;
  g_autoptr(FilTigerTree) again = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GBytes) cut = NULL;

  g_assert_null (fil_tiger_tree_new_from_row (5000, nodes, 0));
  g_assert_null (fil_tiger_tree_new_from_row (5000, nodes, 4));
  g_assert_null (fil_tiger_tree_new_from_row (5000, nodes, 6));
  g_assert_null (fil_tiger_tree_new_from_row (G_MAXUINT64, nodes, 3));
  g_assert_null (fil_tiger_tree_new_from_row ((guint64) (FIL_TIGER_MAX_NODES + 1) << 20, nodes, FIL_TIGER_MAX_NODES + 1));

  tree = fil_tiger_tree_new_from_row ((guint64) FIL_TIGER_MAX_NODES << 20, nodes, FIL_TIGER_MAX_NODES);
  g_assert_nonnull (tree);
  g_assert_cmpuint (fil_tiger_tree_node_size (tree), ==, 1 << 20);

  bytes = fil_tiger_tree_to_bytes (tree);
  again = fil_tiger_tree_new_from_bytes (fil_tiger_tree_file_size (tree), bytes);
  g_assert_nonnull (again);
  g_assert_true (fil_tth_equal (fil_tiger_tree_root (tree), fil_tiger_tree_root (again)));
  cut = g_bytes_new_from_bytes (bytes, 0, g_bytes_get_size (bytes) - 1);
  g_assert_null (fil_tiger_tree_new_from_bytes (fil_tiger_tree_file_size (tree), cut));
}

/* A file that grows while it is hashed must not cost the tree. */
static void
test_grown (void)
{
  enum { PIECE = 1 << 20 };
  g_autoptr(FilTigerContext) context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE);
  g_autoptr(FilTigerContext) wide = fil_tiger_context_new (1 << 20);
  g_autoptr(FilTigerTree) tree = NULL;
  g_autofree guint8 *zeros = g_malloc0 (PIECE);
  FilTth root;

  if (!g_test_slow ())
    {
      g_test_skip ("hashes 2 GiB; run with -m slow");
      return;
    }
  for (guint i = 0; i <= 1024; i++)
    {
      fil_tiger_context_update (context, zeros, PIECE);
      fil_tiger_context_update (wide, zeros, PIECE);
    }
  tree = fil_tiger_context_finish (context);
  fil_tiger_context_finish_root (wide, &root);
  g_assert_nonnull (tree);
  g_assert_cmpuint (fil_tiger_tree_node_size (tree), ==, 131072);
  g_assert_true (fil_tth_equal (fil_tiger_tree_root (tree), &root));
}

static void
test_serialised (void)
{
  enum { LEN = 3145729 };
  g_autofree guint8 *data = g_malloc (LEN);
  g_autoptr(FilTigerTree) tree = NULL;

  vectors_lcg (data, LEN);
  tree = tree_of (data, LEN);
  for (guint depth = 0; depth <= fil_tiger_tree_depth (tree) + 1; depth++)
    {
      g_autoptr(GBytes) bytes = fil_tiger_tree_serialise (tree, depth);
      g_autoptr(FilTigerTree) read = NULL;
      g_autofree guint8 *copy = NULL;
      FilTth other = *fil_tiger_tree_root (tree);
      gsize len;

      copy = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      len = g_bytes_get_size (bytes);
      if (depth == 4)
        g_assert_cmpuint (len, ==, 27 * FIL_TIGER_LEN);

      read = fil_tiger_tree_new_from_serialised (LEN, fil_tiger_tree_root (tree), copy, len);
      g_assert_nonnull (read);
      g_assert_cmpuint (fil_tiger_tree_n_nodes (read), ==,
                        fil_tiger_nodes_at_depth (LEN, MIN (depth, fil_tiger_tree_depth (tree))));
      g_assert_true (verifies (read, fil_tiger_tree_n_nodes (read) - 1,
                               data + (fil_tiger_tree_n_nodes (read) - 1) * fil_tiger_tree_node_size (read),
                               LEN - (fil_tiger_tree_n_nodes (read) - 1) * fil_tiger_tree_node_size (read)));

      other.bytes[0] ^= 1;
      g_assert_null (fil_tiger_tree_new_from_serialised (LEN, &other, copy, len));
      g_assert_null (fil_tiger_tree_new_from_serialised (LEN, fil_tiger_tree_root (tree), copy, len - 1));
      g_assert_null (fil_tiger_tree_new_from_serialised (LEN, fil_tiger_tree_root (tree), copy, 0));
      if (depth > 0)
        {
          g_assert_null (fil_tiger_tree_new_from_serialised (LEN, fil_tiger_tree_root (tree), copy, len - 24));
          g_assert_null (fil_tiger_tree_new_from_serialised (1024, fil_tiger_tree_root (tree), copy, len));
        }
      /* No byte of it can be forged. */
      for (guint i = 0; i < 50; i++)
        {
          gsize at = (gsize) g_test_rand_int_range (0, (gint32) len);

          copy[at] ^= 0x40;
          g_assert_null (fil_tiger_tree_new_from_serialised (LEN, fil_tiger_tree_root (tree), copy, len));
          copy[at] ^= 0x40;
        }
    }
}

/* Rows below the leaves, and more than anybody needs, are refused. */
static void
test_serialised_limits (void)
{
  g_autofree guint8 *huge = g_malloc0 (FIL_TIGER_MAX_SERIALISED + 24);
  g_autoptr(FilTigerTree) one = NULL;
  FilTth twice[2];
  const FilTth zero = { { 0 } };

  fil_tiger_leaf (&twice[0], (const guint8 *) "abc", 3);
  twice[1] = twice[0];
  one = fil_tiger_tree_new_from_serialised (3, &twice[0], twice[0].bytes, 24);
  g_assert_nonnull (one);
  g_assert_null (fil_tiger_tree_new_from_serialised (3, &twice[0], twice[0].bytes, 48));
  g_assert_null (fil_tiger_tree_new_from_serialised (G_MAXUINT64, &zero, huge, FIL_TIGER_MAX_SERIALISED + 24));
  g_assert_null (fil_tiger_tree_new_from_serialised (G_MAXUINT64, &zero, huge, FIL_TIGER_MAX_SERIALISED));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  rhash_library_init ();
  g_test_add_func ("/hash/tiger-tree/vectors", test_vectors);
  g_test_add_func ("/hash/tiger-tree/structure", test_structure);
  g_test_add_func ("/hash/tiger-tree/corruption", test_corruption);
  g_test_add_func ("/hash/tiger-tree/bitprint", test_bitprint);
  g_test_add_func ("/hash/tiger-tree/pieces", test_pieces);
  g_test_add_func ("/hash/tiger-tree/ranges", test_ranges);
  g_test_add_func ("/hash/tiger-tree/geometry", test_geometry);
  g_test_add_func ("/hash/tiger-tree/rows", test_rows);
  g_test_add_func ("/hash/tiger-tree/grown", test_grown);
  g_test_add_func ("/hash/tiger-tree/serialised", test_serialised);
  g_test_add_func ("/hash/tiger-tree/serialised-limits", test_serialised_limits);
  return g_test_run ();
}
