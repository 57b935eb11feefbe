/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "transfer-limits.h"
#include "tree-trust.h"

#include <string.h>

static FilTth
root_of (guint8 n)
{
  FilTth root;

  memset (root.bytes, n, sizeof root.bytes);
  return root;
}

static FilTigerTree *
tree_of (guint8 n)
{
  FilTth nodes[2] = { root_of (n), root_of (n + 1) };

  return fil_tiger_tree_new_from_row (2048, nodes, 2);
}

static FilEndpoint
at (const char *text)
{
  FilEndpoint endpoint;

  g_assert_true (fil_endpoint_parse (&endpoint, text, -1, 0));
  return endpoint;
}

static void
name (FilTreeTrust *trust,
      const FilTth *root,
      guint32 source,
      const char *address)
{
  FilEndpoint endpoint = { 0 };

  if (address != NULL)
    endpoint = at (address);
  fil_tree_trust_name (trust, root, source, &endpoint);
}

static void
test_two_agree (void)
{
  static const struct
  {
    const char *first;
    const char *second;
    gboolean binds;
  } cases[] = {
    { "25.0.0.1:6346", "26.0.0.1:6346", TRUE },
    { "25.0.0.1:6346", "25.0.0.1:7000", FALSE },
    { "25.0.0.1:6346", "25.0.200.7:6346", FALSE }, /* one network may be one person */
    { "25.0.0.1:6346", NULL, FALSE },              /* nobody ever connected there */
    { "127.0.0.2:1", "127.0.0.3:1", TRUE },
    { "127.0.0.2:1", "127.0.0.2:2", FALSE },
    { "[2a00:1::1]:1", "[2a00:1:5::1]:1", FALSE },
    { "[2a00:1::1]:1", "[2b00:1::1]:1", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FilTreeTrust) trust = fil_tree_trust_new ();
      FilTth root = root_of (1);

      name (trust, &root, 1, cases[i].first);
      g_assert_null (fil_tree_trust_bound (trust));
      name (trust, &root, 1, cases[i].first);
      g_assert_null (fil_tree_trust_bound (trust));
      name (trust, &root, 2, cases[i].second);
      g_assert_true ((fil_tree_trust_bound (trust) != NULL) == cases[i].binds);
      g_assert_false (fil_tree_trust_is_by_person (trust));
    }
}

static void
test_second_opinion (void)
{
  g_autoptr (FilTreeTrust) trust = fil_tree_trust_new ();
  g_autoptr (FilTigerTree) one = tree_of (1);
  g_autoptr (FilTigerTree) two = tree_of (5);
  const FilTth *root1 = fil_tiger_tree_root (one), *root2 = fil_tiger_tree_root (two);

  name (trust, root1, 1, "25.0.0.1:1");
  g_assert_true (fil_tree_trust_wants (trust, root1));
  fil_tree_trust_take (trust, one);
  g_assert_true (fil_tree_trust_tree (trust) == one);
  g_assert_false (fil_tree_trust_wants (trust, root1));
  /* The first one that was learnt is good enough until something does not fit. */
  name (trust, root2, 2, "26.0.0.1:1");
  g_assert_false (fil_tree_trust_wants (trust, root2));
  fil_tree_trust_doubt (trust);
  g_assert_true (fil_tree_trust_is_doubted (trust));
  g_assert_true (fil_tree_trust_wants (trust, root2));
  fil_tree_trust_take (trust, two);
  g_assert_true (fil_tree_trust_tree (trust) == two);
  g_assert_false (fil_tree_trust_is_doubted (trust));

  /* Then the first one is confirmed after all. */
  name (trust, root1, 3, "27.0.0.1:1");
  g_assert_true (fil_tth_equal (fil_tree_trust_bound (trust), root1));
  g_assert_true (fil_tree_trust_tree (trust) == one);
  g_assert_false (fil_tree_trust_is_doubted (trust));
  fil_tree_trust_doubt (trust);
  g_assert_false (fil_tree_trust_is_doubted (trust));
}

static void
test_liar_dropped (void)
{
  g_autoptr (FilTreeTrust) trust = fil_tree_trust_new ();
  g_autoptr (FilTigerTree) tree = tree_of (1);
  const FilTth *root = fil_tiger_tree_root (tree);

  name (trust, root, 1, "25.0.0.1:1");
  fil_tree_trust_take (trust, tree);
  g_assert_true (fil_tree_trust_names (trust, 1));
  fil_tree_trust_drop_source (trust, 1);
  g_assert_null (fil_tree_trust_tree (trust));
  g_assert_false (fil_tree_trust_names (trust, 1));
  /* Its vote is gone too. */
  name (trust, root, 2, "26.0.0.1:1");
  g_assert_null (fil_tree_trust_bound (trust));
}

static void
test_try_and_disprove (void)
{
  g_autoptr (FilTreeTrust) trust = fil_tree_trust_new ();
  g_autoptr (FilTigerTree) tree = tree_of (1);
  const FilTth *root = fil_tiger_tree_root (tree);

  name (trust, root, 1, "25.0.0.1:1");
  fil_tree_trust_take (trust, tree);
  g_assert_false (fil_tree_trust_try (trust));
  fil_tree_trust_doubt (trust);
  g_assert_true (fil_tree_trust_try (trust));
  g_assert_true (fil_tree_trust_is_tried (trust));
  g_assert_false (fil_tree_trust_is_doubted (trust));
  fil_tree_trust_doubt (trust);
  g_assert_false (fil_tree_trust_try (trust));

  fil_tree_trust_disprove (trust);
  g_assert_null (fil_tree_trust_tree (trust));
  g_assert_false (fil_tree_trust_wants (trust, root));
  fil_tree_trust_take (trust, tree);
  g_assert_null (fil_tree_trust_tree (trust));
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *address = g_strdup_printf ("%u.0.0.1:1", 30 + i);

      name (trust, root, i, address);
    }
  g_assert_null (fil_tree_trust_bound (trust));
}

static void
test_person (void)
{
  g_autoptr (FilTreeTrust) trust = fil_tree_trust_new ();
  g_autoptr (FilTigerTree) mine = tree_of (1);
  g_autoptr (FilTigerTree) other = tree_of (5);

  fil_tree_trust_bind (trust, fil_tiger_tree_root (mine), TRUE);
  g_assert_true (fil_tree_trust_is_by_person (trust));
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *address = g_strdup_printf ("%u.0.0.1:1", 30 + i);

      name (trust, fil_tiger_tree_root (other), i, address);
    }
  g_assert_false (fil_tree_trust_wants (trust, fil_tiger_tree_root (other)));
  g_assert_true (fil_tree_trust_wants (trust, fil_tiger_tree_root (mine)));
  fil_tree_trust_take (trust, other);
  g_assert_null (fil_tree_trust_tree (trust));
  fil_tree_trust_take (trust, mine);
  g_assert_true (fil_tree_trust_tree (trust) == mine);
}

/* Everybody names a root of his own: what is remembered stays small, and the right one still gets through. */
static void
test_limits (void)
{
  g_autoptr (FilTreeTrust) trust = fil_tree_trust_new ();
  g_autoptr (FilTigerTree) tree = tree_of (1);
  FilTth root;

  name (trust, fil_tiger_tree_root (tree), 1, "25.0.0.1:1");
  fil_tree_trust_take (trust, tree);
  for (guint i = 0; i < 20 * FIL_ROOTS_MAX; i++)
    {
      root = root_of ((guint8) (10 + i));
      name (trust, &root, 2 + i, "26.0.0.1:1");
    }
  g_assert_true (fil_tree_trust_tree (trust) == tree);
  root = root_of (200);
  for (guint i = 0; i < 20 * FIL_ROOT_VOTERS_MAX; i++)
    name (trust, &root, 1000 + i, "26.0.0.1:1");
  g_assert_null (fil_tree_trust_bound (trust));
  name (trust, fil_tiger_tree_root (tree), 5000, "27.0.0.1:1");
  g_assert_true (fil_tth_equal (fil_tree_trust_bound (trust), fil_tiger_tree_root (tree)));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/tree-trust/two-agree", test_two_agree);
  g_test_add_func ("/transfer/tree-trust/second-opinion", test_second_opinion);
  g_test_add_func ("/transfer/tree-trust/liar-dropped", test_liar_dropped);
  g_test_add_func ("/transfer/tree-trust/try-and-disprove", test_try_and_disprove);
  g_test_add_func ("/transfer/tree-trust/person", test_person);
  g_test_add_func ("/transfer/tree-trust/limits", test_limits);
  return g_test_run ();
}
