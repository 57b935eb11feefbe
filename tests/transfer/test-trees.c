/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <stdio.h>
#include <string.h>

#include "tiger-context.h"
#include "transfer-limits.h"

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE

/* Hosts in networks of their own, so that what two of them say counts as said by two. */
static Host *
add_host (World *world,
          guint n,
          GBytes *content,
          GBytes *tree_of)
{
  g_autofree char *address = g_strdup_printf ("%u.0.0.1:6346", 25 + n);
  Host *host = world_add_host (world, address, content);

  host->tree_of = tree_of;
  host->bytes_per_step = 100 * 1024;
  world_add_source (world, 1, host);
  return host;
}

static GBytes *
corrupted_at (GBytes *content,
              const gsize *at,
              guint n)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  guint8 *copy = g_memdup2 (bytes, size);

  for (guint i = 0; i < n; i++)
    copy[at[i]] ^= 1;
  return g_bytes_new_take (copy, size);
}

/* Blocks are proved while others are on their way. */
static void
test_progress (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB + 5, 1);
  FilDownload *download = world_start (world, content);
  Host *host = add_host (world, 0, content, content);

  world_run (world, 5);
  g_assert_cmpuint (host->trees, ==, 1);
  g_assert_cmpuint (fil_download_verified_bytes (download), >, MIB);
  g_assert_cmpuint (fil_download_verified_bytes (download), <, 8 * MIB);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  /* One source alone binds nothing, … */
  g_assert_false (download->has_tth);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  /* … but the file does. */
  g_assert_true (download->has_tth);
  g_assert_cmpuint (host->trees, ==, 1);
  g_assert_cmpuint (host->connects, ==, 1);
  g_assert_cmpuint (download->received, ==, 8 * MIB + 5);
  g_assert_cmpuint (world->checks, ==, fil_tiger_nodes_at_depth (8 * MIB + 5, fil_tiger_good_depth (8 * MIB + 5)));
}

/* What two agree on names the liar at its first wrong block; only that block is fetched again. */
static void
test_bound_liar (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (16 * MIB, 2);
  g_autoptr (GBytes) bad = test_content (16 * MIB, 3);
  FilDownload *download = world_start (world, content);
  Host *liar;

  add_host (world, 0, content, content);
  add_host (world, 1, content, content);
  world_run (world, 4);
  g_assert_true (download->has_tth);
  liar = add_host (world, 2, bad, NULL);
  g_assert_true (world_run_until (world, download, DONE, 120));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (world->liars, ==, 1);
  g_assert_true (fil_download_find_source (download, 3)->is_blamed);
  g_assert_cmpuint (liar->connects, ==, 1);
  /* It was cut off when the first block was there, and with it the little that was on its way. */
  g_assert_cmpuint (liar->sent, <, 400 * 1024);
  g_assert_cmpuint (download->received, <, 16 * MIB + 400 * 1024);
  g_assert_cmpuint (download->mismatches, ==, 0);
}

/* One wrong byte in every fourth block, and the liar serves the right tree: it contradicts itself. */
static void
test_self_contradiction (void)
{
  static const gsize at[] = { 70000, MIB, 3 * MIB, 5 * MIB };
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (6 * MIB, 4);
  g_autoptr (GBytes) bad = corrupted_at (content, at, G_N_ELEMENTS (at));
  FilDownload *download = world_start (world, content);

  add_host (world, 0, bad, content);
  world_run (world, 15);
  g_assert_true (fil_download_find_source (download, 1)->is_blamed);
  g_assert_cmpuint (world->liars, ==, 1);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
  g_assert_nonnull (download->reason);
  add_host (world, 1, content, content);
  g_assert_true (world_run_until (world, download, DONE, 120));
  world_assert_done (world, 1, content);
}

/* The tree is of another file, and so are the bytes of who sent it; they fit each other. An honest source
 * without a tree is not accused for it. */
static void
test_tree_of_another_file (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (6 * MIB, 5);
  g_autoptr (GBytes) other = test_content (6 * MIB, 6);
  FilDownload *download = world_start (world, content);

  add_host (world, 0, other, other);
  world_run (world, 2);
  add_host (world, 1, content, NULL);
  g_assert_true (world_run_until (world, download, DONE, 600));
  world_assert_done (world, 1, content);
  g_assert_false (fil_download_find_source (download, 2)->is_blamed);
  g_assert_true (fil_download_find_source (download, 1)->is_blamed);
}

/* The tree is of another file, the bytes are right: nobody is kept from the file. */
static void
test_wrong_tree_right_bytes (void)
{
  for (guint n = 1; n < 4; n++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (4 * MIB, 7);
      g_autoptr (GBytes) other = test_content (4 * MIB, 8);
      FilDownload *download = world_start (world, content);

      add_host (world, 0, content, other);
      if (n > 1)
        add_host (world, 1, content, NULL);
      if (n > 2)
        add_host (world, 2, content, content);
      world_run (world, 60);
      /* Alone it has contradicted itself. */
      if (n == 1)
        g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
      else
        {
          g_assert_true (world_run_until (world, download, DONE, 600));
          world_assert_done (world, 1, content);
          for (guint i = 2; i <= n; i++)
            g_assert_false (fil_download_find_source (download, i)->is_blamed);
        }
    }
}

/* A liar without a tree, an honest source with one: it is not bound, so nobody is accused at first; the
 * whole hash decides, only the wrong blocks come again, and then the liar is known. */
static void
test_unbound_liar (void)
{
  static const gsize at[] = { 1 * MIB + 5, 4 * MIB, 5 * MIB, 6 * MIB, 7 * MIB, 8 * MIB, 9 * MIB, 10 * MIB };
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (12 * MIB, 9);
  g_autoptr (GBytes) bad = corrupted_at (content, at, G_N_ELEMENTS (at));
  FilDownload *download = world_start (world, content);
  Host *liar;

  add_host (world, 0, content, content);
  liar = add_host (world, 1, bad, NULL);
  g_assert_true (world_run_until (world, download, DONE, 600));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (liar->sent, >, MIB);
  g_assert_false (fil_download_find_source (download, 1)->is_blamed);
  g_assert_true (fil_download_find_source (download, 2)->is_blamed);
  g_assert_cmpuint (world->liars, ==, 1);
  g_assert_cmpuint (download->received, <, 12 * MIB + G_N_ELEMENTS (at) * 2 * 131072 + 512 * 1024);
}

/* The pieces of one block come from two; the one that lies is found by fetching it again. */
static void
test_mixed_block (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 10);
  g_autoptr (GBytes) bad = test_corrupted (content, 2 * 131072 + 10);
  FilDownload *download = world_start (world, content);
  Host *liar = add_host (world, 0, bad, NULL);
  Host *honest;

  /* Breaks off in the middle of a block, and stays away. */
  liar->cut_after = 2 * 131072 + 40000;
  world_run (world, 1);
  liar->is_away = TRUE;
  world_run (world, 2);
  g_assert_cmpuint (fil_download_received_bytes (download), >, 2 * 131072);
  honest = add_host (world, 1, content, content);
  add_host (world, 2, content, content);
  g_assert_true (world_run_until (world, download, DONE, 300));
  world_assert_done (world, 1, content);
  g_assert_true (fil_download_find_source (download, 1)->is_blamed);
  g_assert_false (fil_download_find_source (download, 2)->is_blamed);
  g_assert_false (fil_download_find_source (download, 3)->is_blamed);
  g_assert_cmpuint (world->liars, ==, 1);
  g_assert_cmpuint (honest->connects, ==, 1);
}

/* All of the file is here, of a liar and of two who are right, and the hashes of its blocks are awaited; one block, which
 * is wrong, came from two of them. */
static FilDownload *
start_with_mixed_block (World *world,
                        GBytes *content,
                        GBytes *bad)
{
  FilDownload *download = world_start (world, content);
  Host *liar = add_host (world, 0, bad, NULL);

  liar->cut_after = 2 * 131072 + 40000;
  world_run (world, 1);
  liar->is_away = TRUE;
  world_run (world, 2);
  world->checks_are_stuck = TRUE;
  add_host (world, 1, content, content);
  add_host (world, 2, content, content);
  for (guint i = 0; i < 300 && !fil_segment_map_is_complete (download->map); i++)
    world_step (world);
  g_assert_true (fil_segment_map_is_complete (download->map));
  g_assert_true (download->has_tth);
  g_assert_cmpint (download->state, !=, FIL_DOWNLOAD_STATE_VERIFYING);
  return download;
}

/* It turns out while the download is paused, and the part file closed: then nothing can be asked of the disk. */
static void
test_mixed_block_paused (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 17);
  g_autoptr (GBytes) bad = test_corrupted (content, 2 * 131072 + 10);
  FilDownload *download = start_with_mixed_block (world, content, bad);

  g_assert_true (fil_downloads_pause (world->downloads, 1, world->now_us));
  world_run (world, 1);
  world->checks_are_stuck = FALSE;
  world_run (world, 1);
  g_assert_true (fil_downloads_resume (world->downloads, 1, world->now_us));
  g_assert_true (world_run_until (world, download, DONE, 300));
  world_assert_done (world, 1, content);
  g_assert_false (fil_download_find_source (download, 2)->is_blamed);
  g_assert_false (fil_download_find_source (download, 3)->is_blamed);
}

/* The disk fails before it tells what the pieces were: then nobody is accused by them. */
static void
test_mixed_block_unread (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 18);
  g_autoptr (GBytes) bad = test_corrupted (content, 2 * 131072 + 10);
  FilDownload *download = start_with_mixed_block (world, content, bad);

  world->checks_are_stuck = FALSE;
  world->check_status = FIL_STORAGE_FAILED;
  g_assert_true (world_run_until (world, download, FIL_DOWNLOAD_STATE_FAILED, 5));
  world->check_status = FIL_STORAGE_OK;
  g_assert_true (fil_downloads_resume (world->downloads, 1, world->now_us));
  g_assert_true (world_run_until (world, download, DONE, 300));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (world->liars, ==, 0);
}

/* The person asked for a root that is not the file's: said, not tried for ever. */
static void
test_contradiction (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (3 * MIB, 12);
  FilDownloadSpec spec = { .id = 1, .name = "x", .size = 3 * MIB, .has_size = TRUE, .has_sha1 = TRUE, .has_tth = TRUE };
  FilDownload *download;

  world_add (world, 2, content);
  spec.sha1 = fil_downloads_get (world->downloads, 2)->sha1;
  fil_downloads_remove (world->downloads, 2, world->now_us);
  download = fil_downloads_add (world->downloads, &spec, world->now_us);
  add_host (world, 0, content, content);
  g_assert_true (world_run_until (world, download, FIL_DOWNLOAD_STATE_FAILED, 100));
  g_assert_cmpstr (download->reason_code, ==, "contradiction");
}

/* What was proved is not looked at again after a restart; the rest is. */
static void
test_restart (void)
{
  for (guint orderly = 0; orderly < 2; orderly++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (10 * MIB, 13);
      FilDownload *download = world_start (world, content);
      Host *host = add_host (world, 0, content, content);
      guint64 verified;
      guint checks;

      world_run (world, 6);
      verified = fil_download_verified_bytes (download);
      g_assert_cmpuint (verified, >, 2 * MIB);
      checks = world->checks;
      world_restart (world, orderly == 1);
      download = fil_downloads_get (world->downloads, 1);
      g_assert_cmpuint (fil_download_verified_bytes (download), <=, verified);
      g_assert_cmpuint (fil_download_verified_bytes (download), >, verified / 2);
      world_run (world, 1);
      world_add_source (world, 1, host);
      g_assert_true (world_run_until (world, download, DONE, 100));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (host->trees, ==, 1);
      /* Only blocks that were on their way to be proved, or not named as proved yet. */
      g_assert_cmpuint (world->checks, <=, 10 * MIB / 131072 + (orderly == 1 ? 0 : checks));
      g_assert_cmpuint (download->received, <=, orderly == 1 ? 9 * MIB : 10 * MIB);
    }
}

/* Somebody changed the part file while the node was away. */
static void
test_changed_on_disk (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (10 * MIB, 14);
  FilDownload *download = world_start (world, content);
  Host *host = add_host (world, 0, content, content);
  Host *second = add_host (world, 1, content, content);

  world_run (world, 4);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  world_restart (world, TRUE);
  world_spoil (world, 1, 300000);
  download = fil_downloads_get (world->downloads, 1);
  g_assert_true (fil_segment_map_is (download->map, (FilRange){ 300000, 300001 }, FIL_SEGMENT_VERIFIED));
  world_add_source (world, 1, host);
  world_add_source (world, 1, second);
  g_assert_true (world_run_until (world, download, DONE, 100));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (world->liars, ==, 0);
}

/* Whatever comes instead of a tree, the file comes. */
static gboolean
reply_bad_tree (Host *host,
                const char *request,
                GByteArray *out)
{
  if (strstr (request, "GET /tree ") != NULL)
    {
      host->trees++;
      host_say (out, host->text);
      return TRUE;
    }
  host_serve (host, request, out, "X-Thex-URI: /tree;LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ\r\n");
  return TRUE;
}

static void
test_bad_trees (void)
{
  static const char *const replies[] = {
    "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nsorry",
    "HTTP/1.1 404 Not Found\r\n\r\n",
    "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnone",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
    "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-3/4\r\nContent-Length: 4\r\n\r\nnone",
    "garbage\r\n\r\n",
    "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (3 * MIB, 15);
      FilDownload *download = world_start (world, content);
      Host *host = add_host (world, 0, content, NULL);

      g_test_message ("%s", replies[i]);
      host->reply = reply_bad_tree;
      host->text = replies[i];
      world_run (world, 2);
      add_host (world, 1, content, NULL);
      g_assert_true (world_run_until (world, download, DONE, 400));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (host->trees, ==, 1);
      g_assert_false (fil_download_find_source (download, 1)->is_blamed);
    }
}

/* Begins to send a tree, and never ends: nobody else can be asked for one meanwhile, so it is not asked for ever. */
static void
test_endless_tree (void)
{
  static const char *const replies[] = { "", "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\nnone" };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (6 * MIB, 17);
      FilDownload *download = world_start (world, content);
      Host *host = add_host (world, 0, content, NULL);

      host->reply = reply_bad_tree;
      host->text = replies[i];
      host->bytes_per_step = 1000;
      world_run (world, 4 * FIL_REPLY_PAGE_US / FIL_SEC);
      g_assert_cmpint (download->state, !=, DONE);
      g_assert_cmpuint (host->trees, ==, FIL_SOURCE_MAX_LOST_TREES);
      g_assert_cmpuint (fil_download_received_bytes (download), >, MIB / 2);
    }
}

/* Names a place for the tree that is not its own to name. */
static gboolean
reply_tree_elsewhere (Host *host,
                      const char *request,
                      GByteArray *out)
{
  g_autofree char *uri = NULL;

  if (strstr (request, "Range: ") == NULL)
    {
      host->trees++;
      host_say (out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
      return TRUE;
    }
  uri = g_strdup_printf ("X-Thex-URI: %s;LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ\r\n", host->text);
  host_serve (host, request, out, uri);
  return TRUE;
}

/* Nobody else is asked for a tree, and what is asked is one request. */
static void
test_tree_elsewhere (void)
{
  static const struct
  {
    const char *uri;
    guint asked;
  } cases[] = {
    { "http://29.0.0.1:6346/tree", 0 },
    { "29.0.0.1:6346/tree", 0 },
    { "tree", 0 },
    { "/tree HTTP/1.1\tX", 0 },
    { "/tree of another", 0 },
    { "/\xc3\xa4", 0 },
    { "//29.0.0.1:6346/tree", 1 },
    { "/../../etc/passwd", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (3 * MIB, 16);
      FilDownload *download = world_start (world, content);
      Host *host = add_host (world, 0, content, NULL);

      g_test_message ("%s", cases[i].uri);
      host->reply = reply_tree_elsewhere;
      host->text = cases[i].uri;
      g_assert_true (world_run_until (world, download, DONE, 100));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (host->trees, ==, cases[i].asked);
      g_assert_cmpuint (world->dials, ==, host->connects);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/trees/progress", test_progress);
  g_test_add_func ("/transfer/trees/bound-liar", test_bound_liar);
  g_test_add_func ("/transfer/trees/self-contradiction", test_self_contradiction);
  g_test_add_func ("/transfer/trees/tree-of-another-file", test_tree_of_another_file);
  g_test_add_func ("/transfer/trees/wrong-tree-right-bytes", test_wrong_tree_right_bytes);
  g_test_add_func ("/transfer/trees/unbound-liar", test_unbound_liar);
  g_test_add_func ("/transfer/trees/mixed-block", test_mixed_block);
  g_test_add_func ("/transfer/trees/mixed-block/paused", test_mixed_block_paused);
  g_test_add_func ("/transfer/trees/mixed-block/unread", test_mixed_block_unread);
  g_test_add_func ("/transfer/trees/contradiction", test_contradiction);
  g_test_add_func ("/transfer/trees/restart", test_restart);
  g_test_add_func ("/transfer/trees/changed-on-disk", test_changed_on_disk);
  g_test_add_func ("/transfer/trees/bad-trees", test_bad_trees);
  g_test_add_func ("/transfer/trees/endless-tree", test_endless_tree);
  g_test_add_func ("/transfer/trees/tree-elsewhere", test_tree_elsewhere);
  return g_test_run ();
}
