/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include "transfer-limits.h"

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE
#define SOURCES 4

/* What a node that is killed at any moment has to fetch again. */

/* Hosts in networks of their own: what two of them say of the tree counts. */
static void
add_hosts (World *world,
           GBytes *content,
           GBytes *wrong)
{
  for (guint i = 0; i < SOURCES; i++)
    {
      g_autofree char *address = g_strdup_printf ("%u.0.0.1:6346", 25 + i);
      Host *host = world_add_host (world, address, i == 0 && wrong != NULL ? wrong : content);

      host->tree_of = content;
      host->bytes_per_step = 30000 + i * 7000;
    }
}

static FilDownload *
with_sources (World *world)
{
  for (guint i = 0; i < world->hosts->len; i++)
    world_add_source (world, 1, g_ptr_array_index (world->hosts, i));
  return fil_downloads_get (world->downloads, 1);
}

static gboolean
run_steps (World *world,
           FilDownload *download,
           guint steps)
{
  for (guint i = 0; i < steps && download->state != DONE; i++)
    world_step (world);
  return download->state == DONE;
}

/* Wrong in every part of it. */
static GBytes *
spoilt (GBytes *content)
{
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);
  guint8 *copy = g_memdup2 (bytes, size);

  for (gsize at = 1000; at < size; at += 100000)
    copy[at] ^= 1;
  return g_bytes_new_take (copy, size);
}

/* Changes bytes of the part file wherever nothing is known of it. */
static void
spoil_missing (World *world,
               const FilDownload *download)
{
  guint n;
  const FilSegment *segments = fil_segment_map_segments (download->map, &n);

  for (guint i = 0; i < n; i++)
    for (guint64 at = segments[i].range.start; at < segments[i].range.end && segments[i].state == FIL_SEGMENT_FREE;
         at += 10000)
      world_spoil (world, 1, at);
}

/* Kills the node again and again until the file is there; returns how often. */
static guint
run_killed (World *world,
            GBytes *content,
            guint64 *fetched)
{
  FilDownload *download;
  guint kills = 0;

  world_add (world, 1, content);
  download = with_sources (world);
  *fetched = 0;
  while (!run_steps (world, download, (guint) g_test_rand_int_range (2, 20)))
    {
      *fetched += download->received;
      g_assert_cmpuint (++kills, <, 1000);
      world_restart (world, FALSE);
      download = with_sources (world);
    }
  *fetched += download->received;
  world_assert_done (world, 1, content);
  return kills;
}

/* With a source that lies, and without. */
static void
test_one_block_each (gconstpointer data)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (24 * MIB + 1000, 60);
  g_autoptr (GBytes) wrong = data != NULL ? spoilt (content) : NULL;
  guint64 block, fetched;
  guint kills;

  add_hosts (world, content, wrong);
  kills = run_killed (world, content, &fetched);
  block = fil_tiger_tree_node_size (fil_tree_trust_tree (fil_downloads_get (world->downloads, 1)->trust));
  g_test_message ("blocks of %" G_GUINT64_FORMAT ", %u kills, %" G_GUINT64_FORMAT " bytes too many", block, kills,
                  fetched - g_bytes_get_size (content));
  g_assert_cmpuint (kills, >, 5);
  g_assert_cmpuint (fetched, <=, g_bytes_get_size (content) + kills * SOURCES * block);
}

/* Without a tree nobody can say what is found in the part file: of what was not recorded all is fetched again, which is
 * what came in a quarter of a second. */
static void
test_no_tree (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (24 * MIB + 1000, 63);
  guint64 fetched, lost = SOURCES * FIL_SEGMENT_ALIGN;
  guint kills;

  add_hosts (world, content, NULL);
  for (guint i = 0; i < SOURCES; i++)
    {
      Host *host = g_ptr_array_index (world->hosts, i);

      host->tree_of = NULL;
      lost += host->bytes_per_step * (FIL_DOWNLOAD_SAVE_BARE_US / WORLD_STEP_US + 2);
    }
  kills = run_killed (world, content, &fetched);
  g_test_message ("%u kills, %" G_GUINT64_FORMAT " bytes too many", kills, fetched - g_bytes_get_size (content));
  g_assert_cmpuint (kills, >, 5);
  g_assert_cmpuint (fetched, <=, g_bytes_get_size (content) + kills * lost);
}

/* What lies in the part file beyond what was recorded is what the power left of it: no claim is made of what is not
 * right, and nobody is blamed. */
static void
test_spoilt_on_disk (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 62);
  FilDownload *download;
  guint64 had, recorded;

  add_hosts (world, content, NULL);
  world_add (world, 1, content);
  download = with_sources (world);
  run_steps (world, download, 35);
  g_assert_nonnull (fil_tree_trust_tree (download->trust));
  had = fil_download_verified_bytes (download);
  world_restart (world, FALSE);
  recorded = fil_download_received_bytes (fil_downloads_get (world->downloads, 1));
  g_assert_cmpuint (recorded, <, had);
  spoil_missing (world, fil_downloads_get (world->downloads, 1));
  download = with_sources (world);
  world_step (world);
  g_assert_cmpuint (fil_download_verified_bytes (download), <=, recorded);
  g_assert_true (run_steps (world, download, 1000));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (world->liars, ==, 0);
}

static guint64
sent_by_all (const World *world)
{
  guint64 sent = 0;

  for (guint i = 0; i < world->hosts->len; i++)
    sent += ((const Host *) g_ptr_array_index (world->hosts, i))->sent;
  return sent;
}

/* The file was put in its place, and then the node could not say so any more. */
static void
test_finished_already (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 61);
  FilDownload *download;
  guint64 sent;

  add_hosts (world, content, NULL);
  world_add (world, 1, content);
  download = with_sources (world);
  world->forgets_done = TRUE;
  g_assert_true (run_steps (world, download, 1000));
  world->forgets_done = FALSE;
  world_assert_done (world, 1, content);
  sent = sent_by_all (world);
  g_hash_table_remove_all (world->disk);

  world_restart (world, FALSE);
  download = with_sources (world);
  g_assert_cmpint (download->state, !=, DONE);
  g_assert_true (run_steps (world, download, 20));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (sent_by_all (world), ==, sent);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/killed/finished-already", test_finished_already);
  g_test_add_data_func ("/transfer/killed/one-block-each", NULL, test_one_block_each);
  g_test_add_data_func ("/transfer/killed/one-lies", "wrong", test_one_block_each);
  g_test_add_func ("/transfer/killed/no-tree", test_no_tree);
  g_test_add_func ("/transfer/killed/spoilt-on-disk", test_spoilt_on_disk);
  return g_test_run ();
}
