/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sha1.h"
#include "world.h"

#include <string.h>

#include "transfer-limits.h"

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE

static void
test_whole (void)
{
  static const gsize sizes[] = { 0, 1, 65536, 524288, 524289, 3 * MIB + 17 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (sizes[i], i);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);
      FilDownload *download = world_start (world, content);

      world_add_source (world, 1, host);
      g_assert_true (world_run_until (world, download, DONE, 30));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (world->finished, ==, 1);
      g_assert_cmpuint (download->received, ==, sizes[i]);
      if (sizes[i] > 0)
        g_assert_cmpuint (host->connects, ==, 1);
      g_assert_null (download->reason);
    }
}

/* Of a file that has enough for the first four, they are called at once; of a small one, one takes it all. */
static void
test_first_connections (void)
{
  static const gsize sizes[] = { 16 * MIB, 256 * 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (sizes[i], i);
      FilDownload *download = world_start (world, content);

      for (guint j = 0; j < 8; j++)
        {
          g_autofree char *address = g_strdup_printf ("25.%u.0.1:6346", j);

          world_add_source (world, 1, world_add_host (world, address, content));
        }
      g_assert_cmpuint (world->dials, ==, 0);
      world_step (world);
      g_assert_cmpuint (world->dials, ==, i == 0 ? FIL_DOWNLOAD_QUICK_WORKERS : 1);
      g_assert_true (world_run_until (world, download, DONE, 30));
      world_assert_done (world, 1, content);
    }
}

static void
test_slow_disk (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (40 * MIB, 1);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilDownload *download = world_start (world, content);

  /* Answers a step late: the session has to wait for buffers, and goes on after. */
  world->disk_is_slow = TRUE;
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (host->connects, ==, 1);
}

/* A disk that stands still: memory does not grow, neither for one source nor for many. */
static void
test_stuck_disk (void)
{
  for (guint many = 0; many < 2; many++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (40 * MIB, 1);
      guint n_hosts = many == 1 ? FIL_DOWNLOAD_MAX_CONNECTIONS : 1;
      guint n_files = many == 1 ? 4 : 1;

      for (guint i = 0; i < n_files; i++)
        {
          world_add (world, i + 1, content);
          for (guint j = 0; j < n_hosts; j++)
            {
              g_autofree char *address = g_strdup_printf ("25.%u.0.%u:6346", i, j + 1);
              Host *host = world_add_host (world, address, content);

              host->bytes_per_step = 512 * 1024;
              world_add_source (world, i + 1, host);
            }
        }
      world_run (world, 1);
      world->disk_is_slow = world->disk_is_stuck = TRUE;
      world_run (world, 20);
      g_assert_cmpuint (g_queue_get_length (world->answers), >=,
                        many == 1 ? FIL_BUFFERS_MAX - 4 * FIL_DOWNLOAD_MAX_CONNECTIONS : FIL_BUFFERS_PER_WORKER);
      /* Besides the writes, one sync each. */
      g_assert_cmpuint (g_queue_get_length (world->answers), <=,
                        (many == 1 ? FIL_BUFFERS_MAX : FIL_BUFFERS_PER_WORKER) + n_files);
      world->disk_is_stuck = FALSE;
      g_assert_true (world_run_until (world, fil_downloads_get (world->downloads, 1), DONE, 100));
      world_assert_done (world, 1, content);
    }
}

static void
test_swarm (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (20 * MIB, 2);
  FilDownload *download = world_start (world, content);
  Host *hosts[5];
  guint sharing = 0;

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.0.0.%u:6346", i + 1);

      hosts[i] = world_add_host (world, address, content);
      hosts[i]->bytes_per_step = 40 * 1024;
      world_add_source (world, 1, hosts[i]);
    }
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  for (guint i = 0; i < 5; i++)
    sharing += hosts[i]->sent > 2 * MIB;
  g_assert_cmpuint (sharing, ==, 5);
  /* Hardly anything came twice. */
  g_assert_cmpuint (download->received, <, 21 * MIB);
}

static void
test_one_slow (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 3);
  FilDownload *download = world_start (world, content);
  Host *slow = world_add_host (world, "25.0.0.1:6346", content);
  Host *fast = world_add_host (world, "25.0.0.2:6346", content);

  slow->bytes_per_step = 100;
  fast->bytes_per_step = 100 * 1024;
  world_add_source (world, 1, slow);
  world_run (world, 3);
  g_assert_cmpuint (slow->connects, ==, 1);
  world_add_source (world, 1, fast);
  /* Its whole lease would take the slow one 500 s. */
  g_assert_true (world_run_until (world, download, DONE, 120));
  world_assert_done (world, 1, content);
}

static void
test_one_stalls (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *dead = world_add_host (world, "25.0.0.1:6346", content);
  Host *live = world_add_host (world, "25.0.0.2:6346", content);

  dead->stall_after = 1000;
  world_add_source (world, 1, dead);
  world_run (world, 2);
  live->bytes_per_step = 100 * 1024;
  world_add_source (world, 1, live);
  g_assert_true (world_run_until (world, download, DONE, 90));
  world_assert_done (world, 1, content);
}

static void
test_stall_alone (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->stall_after = 100000;
  world_add_source (world, 1, host);
  world_run (world, 12);
  g_assert_cmpstr (download->reason_code, ==, "stalled");
  g_assert_cmpuint (host->connects, ==, 1);
  g_assert_cmpuint (fil_download_received_bytes (download), >, 90000);
  /* The router in between may have forgotten the connection: a new one is made within half a minute. */
  world_run (world, 8);
  g_assert_cmpuint (host->connects, ==, 2);
  host->stall_after = 0;
  g_assert_true (world_run_until (world, download, DONE, 300));
  g_assert_cmpuint (download->received, ==, download->size);
  world_assert_done (world, 1, content);
}

/* What was thought dead goes on: its answer is taken to the end, and then the rest is asked for. */
static void
test_stall_ends (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->stall_after = 100000;
  host->bytes_per_step = 100 * 1024;
  world_add_source (world, 1, host);
  world_run (world, 12);
  g_assert_cmpstr (download->reason_code, ==, "stalled");
  host->stall_after = 0;
  g_assert_true (world_run_until (world, download, DONE, 15));
  g_assert_cmpuint (host->connects, ==, 1);
  g_assert_cmpuint (download->received, ==, download->size);
  world_assert_done (world, 1, content);
}

/* Long before a source that sends no more is given up, our own network is asked; when that is another one, nothing
 * will come over the old connection. */
static void
test_quiet_and_moved (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->stall_after = 100000;
  world_add_source (world, 1, host);
  while (world->n_quiet == 0)
    world_step (world);
  g_assert_cmpstr (download->reason_code, !=, "stalled");
  g_assert_cmpuint (host->connects, ==, 1);
  fil_downloads_moved (world->downloads, world->now_us);
  world_run (world, 2);
  g_assert_cmpuint (host->connects, ==, 2);
  host->stall_after = 0;
  g_assert_true (world_run_until (world, download, DONE, 60));
  g_assert_cmpuint (world->n_quiet, ==, 1);
  world_assert_done (world, 1, content);
}

/* Our address is known to be another one before a connection falls silent: nobody is asked any more. */
static void
test_moved_then_quiet (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 4);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->stall_after = 100000;
  host->bytes_per_step = 10000;
  world_add_source (world, 1, host);
  while (host->connects == 0)
    world_step (world);
  world_step (world);
  fil_downloads_moved (world->downloads, world->now_us);
  world_run (world, 7);
  g_assert_cmpuint (host->connects, ==, 2);
  g_assert_cmpuint (world->n_quiet, ==, 0);
  host->stall_after = 0;
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
}

static void
test_firewalled (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 5);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->is_firewalled = TRUE;
  world_add_source (world, 1, host);
  g_assert_cmpint (fil_download_reach (download, &(FilOwnReach){ .is_reachable = TRUE }), ==, FIL_SOURCE_PUSH);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (host->connects, ==, 1);
  g_assert_cmpuint (host->givs, ==, 1);
}

/* The hit did not say that it is behind a firewall. */
static void
test_direct_then_push (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 6);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world_add_source (world, 1, host);
  host->is_firewalled = TRUE;
  g_assert_true (world_run_until (world, download, DONE, 30));
  g_assert_cmpuint (host->pushes, >=, 1);
  world_assert_done (world, 1, content);
}

/* Only who served the file over a connection of ours has proved that one may go there; not who came by
 * itself, and may have named anybody's address. */
static void
test_answered (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (MIB, 70 + i);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);
      FilDownload *download = world_start (world, content);

      host->is_firewalled = i == 1;
      world_add_source (world, 1, host);
      g_assert_true (world_run_until (world, download, DONE, 60));
      g_assert_cmpuint (world->answered > 0, ==, i == 0);
      /* The same goes for where they see us. */
      g_assert_cmpuint (world->told_address > 0, ==, i == 0);
      if (i == 0)
        g_assert_true (fil_endpoint_same_address (&world->seen_as, &world->own));
      if (i == 0)
        g_assert_true (fil_endpoint_equal (&world->last_answered, &host->endpoint));
    }
}

static void
test_both_firewalled (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 8);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world->is_reachable = FALSE;
  host->is_firewalled = TRUE;
  world_add_source (world, 1, host);
  world_run (world, 5);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
  g_assert_cmpstr (download->reason_code, ==, "unreachable");
  g_assert_cmpint (fil_download_reach (download, &(FilOwnReach){ .is_reachable = FALSE }), ==, FIL_SOURCE_UNREACHABLE);
  g_assert_cmpuint (host->pushes, ==, 0);
  /* A port mapping appears. */
  world->is_reachable = TRUE;
  fil_downloads_network_changed (world->downloads, TRUE, world->now_us);
  g_assert_true (world_run_until (world, download, DONE, 10));
}

/* A wrong byte in whatever is fetched first. */
static GBytes *
corrupted_everywhere (GBytes *content)
{
  GBytes *bad = g_bytes_ref (content);

  for (gsize at = 3; at < g_bytes_get_size (content); at += FIL_SEGMENT_LEAST)
    {
      GBytes *worse = test_corrupted (bad, at);

      g_bytes_unref (bad);
      bad = worse;
    }
  return bad;
}

static void
test_one_corrupts (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (6 * MIB, 9);
  g_autoptr (GBytes) bad = corrupted_everywhere (content);
  FilDownload *download = world_start (world, content);
  Host *liar = world_add_host (world, "25.0.0.1:6346", bad);
  Host *honest = world_add_host (world, "25.0.0.2:6346", content);

  liar->bytes_per_step = honest->bytes_per_step = 50 * 1024;
  world_add_source (world, 1, liar);
  world_add_source (world, 1, honest);
  g_assert_true (world_run_until (world, download, DONE, 600));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (download->mismatches, >=, 1);
  g_assert_false (fil_download_find_source (download, 2)->is_blamed);
}

/* Every byte that the liars send is wrong, there are more of them, and they are faster. */
static void
test_many_corrupt (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (3 * MIB, 10);
  g_autoptr (GBytes) bad = test_content (3 * MIB, 11);
  FilDownload *download = world_start (world, content);
  Host *honest = world_add_host (world, "25.0.0.9:6346", content);

  honest->bytes_per_step = 20 * 1024;
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.0.0.%u:6346", i + 1);
      Host *liar = world_add_host (world, address, bad);

      liar->bytes_per_step = 60 * 1024;
      world_add_source (world, 1, liar);
    }
  world_add_source (world, 1, honest);
  g_assert_true (world_run_until (world, download, DONE, 1800));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (download->mismatches, <=, 6);
}

static void
test_only_corrupt (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 12);
  g_autoptr (GBytes) bad = test_corrupted (content, MIB - 1);
  FilDownload *download = world_start (world, content);
  Host *liar = world_add_host (world, "25.0.0.1:6346", bad);
  Host *honest = world_add_host (world, "25.0.0.2:6346", content);
  FilSourceSpec again = { .endpoint = liar->endpoint };

  world_add_source (world, 1, liar);
  world_run (world, 10);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
  g_assert_cmpstr (download->reason_code, ==, "corrupt");
  g_assert_true (fil_download_find_source (download, 1)->is_blamed);
  g_assert_cmpuint (fil_download_received_bytes (download), ==, 0);
  /* Neither a retry nor another port gives the liar a second chance. */
  fil_downloads_retry (world->downloads, 1, world->now_us);
  again.endpoint.port = 7000;
  fil_downloads_add_source (world->downloads, 1, &again, world->now_us);
  world_run (world, 10);
  g_assert_cmpuint (liar->connects, ==, 1);
  world_add_source (world, 1, honest);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 1, content);
}

static void
test_cut_and_resumed (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (10 * MIB, 13);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  guint64 had;

  host->bytes_per_step = 64 * 1024;
  world_add_source (world, 1, host);
  world_run (world, 10);
  had = fil_download_received_bytes (download);
  g_assert_cmpuint (had, >, 4 * MIB);

  /* Killed: what was synced is not fetched again. */
  world_restart (world, FALSE);
  download = fil_downloads_get (world->downloads, 1);
  g_assert_nonnull (download);
  g_assert_cmpuint (fil_download_received_bytes (download), >, had / 2);
  g_assert_cmpuint (fil_download_received_bytes (download), <=, had);
  world_add_source (world, 1, host);
  world_run (world, 2);

  /* Ended in good order: nothing is lost. */
  had = fil_download_received_bytes (download);
  world_restart (world, TRUE);
  download = fil_downloads_get (world->downloads, 1);
  g_assert_cmpuint (fil_download_received_bytes (download), >=, had);
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (host->sent, <, 14 * MIB);

  /* A done one stays done. */
  world_restart (world, FALSE);
  world_run (world, 5);
  world_assert_done (world, 1, content);
}

static void
test_part_file_lost (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (4 * MIB, 14);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->bytes_per_step = 64 * 1024;
  world_add_source (world, 1, host);
  world_run (world, 5);
  world_restart (world, TRUE);
  g_hash_table_remove_all (world->disk);
  download = fil_downloads_get (world->downloads, 1);
  g_assert_cmpuint (fil_download_received_bytes (download), >, MIB);
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
}

/* The connection breaks again and again. */
static void
test_cuts (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 15);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  gint64 begin = world->now_us;

  host->cut_after = 100000;
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 600));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (host->connects, >=, 10);
  /* Never so often that a peer would take it for an attack. */
  g_assert_cmpuint (host->connects, <=,
                    FIL_SOURCE_CONNECTS_PER_MINUTE * (guint) ((world->now_us - begin) / FIL_MINUTE + 2));
}

static void
test_busy (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 16);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilFileSource *source;

  fil_uploads_set_slots (host->uploads, 0, 0);
  world_add_source (world, 1, host);
  world_run (world, 5);
  source = g_ptr_array_index (download->sources, 0);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
  g_assert_cmpstr (download->reason_code, ==, "busy");
  g_assert_nonnull (download->reason);
  g_assert_cmpint (source->retry_us, >, world->now_us + 50 * FIL_SEC);
  world_run (world, 30);
  g_assert_cmpuint (host->connects, ==, 1);
  fil_uploads_set_slots (host->uploads, 1, 0);
  g_assert_true (world_run_until (world, download, DONE, 60));
  g_assert_cmpuint (host->connects, ==, 2);
}

/* A link or a hit names a size that no file of that hash has: those who have the file know better, as long as nothing
 * of the other size has come. */
static void
test_wrong_size (void)
{
  static const guint64 sizes[] = { 1, 2 * MIB - 1, 2 * MIB + 1, G_GUINT64_CONSTANT (1) << 40 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (2 * MIB, 44);
      FilDownloadSpec spec = { .id = 1, .name = "file", .size = sizes[i], .has_size = TRUE, .has_sha1 = TRUE };
      FilDownload *download;

      fil_sha1_of (&spec.sha1, g_bytes_get_data (content, NULL), g_bytes_get_size (content));
      download = fil_downloads_add (world->downloads, &spec, world->now_us);
      world_add_source (world, 1, world_add_host (world, "25.0.0.1:6346", content));
      world_add_source (world, 1, world_add_host (world, "25.0.1.1:6346", content));
      g_assert_true (world_run_until (world, download, DONE, 30));
      world_assert_done (world, 1, content);
    }
}

static void
test_disk_full (void)
{
  static const struct
  {
    FilStorageStatus status;
    const char *code;
  } cases[] = { { FIL_STORAGE_FULL, "disk-full" },
                { FIL_STORAGE_NO_PERMISSION, "no-permission" },
                { FIL_STORAGE_GONE, "folder-gone" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint variant = 0; variant < 4; variant++)
      {
        gboolean is_late = (variant & 1) != 0, is_restarted = (variant & 2) != 0;
        g_autoptr (World) world = world_new ();
        g_autoptr (GBytes) content = test_content (8 * MIB, 17);
        FilDownload *download = world_start (world, content);
        Host *host = world_add_host (world, "25.0.0.1:6346", content);
        guint64 received;

        world->disk_is_slow = is_late;
        host->bytes_per_step = 64 * 1024;
        world_add_source (world, 1, host);
        world_run (world, 3);
        world->disk_status = cases[i].status;
        world_run (world, 3);
        g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_PAUSED);
        g_assert_cmpstr (download->reason_code, ==, cases[i].code);
        world_run (world, 100);
        g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_PAUSED);
        /* Nor is anything lost of what came before when the node ends meanwhile. */
        received = fil_download_received_bytes (download);
        g_assert_cmpuint (received, >, 0);
        if (is_restarted)
          {
            world_restart (world, TRUE);
            download = fil_downloads_get (world->downloads, 1);
            g_assert_cmpuint (fil_download_received_bytes (download), ==, received);
            world_add_source (world, 1, host);
          }
        world->disk_status = FIL_STORAGE_OK;
        g_assert_true (world_run_until (world, download, DONE, 100));
        world_assert_done (world, 1, content);
      }
}

/* What was cancelled makes room for what is wanted, at once. */
static void
test_disk_room (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 17);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world->spare = 1;
  world->disk_status = FIL_STORAGE_FULL;
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 10));
  g_assert_cmpuint (world->spare, ==, 0);
}

static void
test_disk_error (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 18);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world->disk_status = FIL_STORAGE_FAILED;
  world_add_source (world, 1, host);
  world_run (world, 60);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_FAILED);
  g_assert_cmpstr (download->reason_code, ==, "disk-error");
  world_restart (world, TRUE);
  download = fil_downloads_get (world->downloads, 1);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_FAILED);
  g_assert_cmpstr (download->reason, ==, "The disk reported an error.");
  world_add_source (world, 1, host);
  world->disk_status = FIL_STORAGE_OK;
  g_assert_true (fil_downloads_retry (world->downloads, 1, world->now_us));
  g_assert_true (world_run_until (world, download, DONE, 10));
}

/* The hash of the whole file takes long, and somebody changes his mind meanwhile: it is asked for once. */
static void
test_pause_while_verifying (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 20);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world->disk_is_slow = TRUE;
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, FIL_DOWNLOAD_STATE_VERIFYING, 10));
  world->disk_is_stuck = TRUE;
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (fil_downloads_pause (world->downloads, 1, world->now_us));
      world_run (world, 1);
      g_assert_true (fil_downloads_resume (world->downloads, 1, world->now_us));
      world_run (world, 1);
      g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_VERIFYING);
    }
  g_assert_true (fil_downloads_verify (world->downloads, 1, world->now_us));
  g_assert_cmpuint (world->hashes, ==, 1);
  world->disk_is_stuck = FALSE;
  g_assert_true (world_run_until (world, download, DONE, 10));
  world_assert_done (world, 1, content);
}

/* While the disk takes nothing, nothing comes, and that is said; the source is not to blame. */
static void
test_disk_takes_nothing (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 20);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world->disk_is_slow = TRUE;
  host->bytes_per_step = 100 * 1000;
  world_add_source (world, 1, host);
  world_run (world, 2);
  world->disk_is_stuck = TRUE;
  world_run (world, 60);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  g_assert_cmpstr (download->reason_code, ==, "disk-slow");
  world->disk_is_stuck = FALSE;
  world_run (world, 1);
  g_assert_null (download->reason_code);
  g_assert_true (world_run_until (world, download, DONE, 20));
  g_assert_cmpuint (host->connects, ==, 1);
  world_assert_done (world, 1, content);
}

/* Once it is proved, and on its way to its place, it is neither paused nor proved again. */
static void
test_verify_at_last (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 21);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  world->disk_is_slow = TRUE;
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, FIL_DOWNLOAD_STATE_VERIFYING, 10));
  while (fil_download_verified_bytes (download) < 2 * MIB)
    world_step (world);
  world->disk_is_stuck = TRUE;
  g_assert_true (fil_downloads_verify (world->downloads, 1, world->now_us));
  g_assert_false (fil_downloads_pause (world->downloads, 1, world->now_us));
  world->disk_is_stuck = FALSE;
  g_assert_true (world_run_until (world, download, DONE, 10));
  world_assert_done (world, 1, content);
}

static void
test_verbs (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (8 * MIB, 19);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->bytes_per_step = 64 * 1024;
  world_add_source (world, 1, host);
  world_run (world, 4);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  g_assert_cmpuint (fil_download_bps (download, world->now_us), >, 400 * 1024);
  g_assert_cmpint (fil_download_eta_s (download, world->now_us), >, 0);
  g_assert_cmpint (fil_download_eta_s (download, world->now_us), <, 30);
  g_assert_true (fil_downloads_pause (world->downloads, 1, world->now_us));
  g_assert_cmpstr (download->reason_code, ==, "paused");
  world_run (world, 60);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_PAUSED);
  g_assert_cmpuint (host->connects, ==, 1);
  g_assert_cmpuint (world->links->len, ==, 0);
  world_restart (world, FALSE);
  download = fil_downloads_get (world->downloads, 1);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_PAUSED);
  g_assert_cmpuint (fil_download_received_bytes (download), >, 2 * MIB);
  world_add_source (world, 1, host);
  g_assert_true (fil_downloads_resume (world->downloads, 1, world->now_us));
  g_assert_false (fil_downloads_resume (world->downloads, 2, world->now_us));
  world_run (world, 2);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  g_assert_true (fil_downloads_remove (world->downloads, 1, world->now_us));
  g_assert_null (fil_downloads_get (world->downloads, 1));
  world_run (world, 2);
  g_assert_cmpuint (g_hash_table_size (world->disk), ==, 0);
  g_assert_cmpuint (world->links->len, ==, 0);
}

static void
test_turns (void)
{
  g_autoptr (World) world = world_new ();
  GBytes *content[4];
  FilDownload *download;

  fil_downloads_set_max_active (world->downloads, 2, world->now_us);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.0.0.%u:6346", i + 1);
      Host *host;

      content[i] = test_content (4 * MIB, 20 + i);
      host = world_add_host (world, address, content[i]);
      host->bytes_per_step = 64 * 1024;
      world_add (world, i + 1, content[i]);
      world_add_source (world, i + 1, host);
    }
  fil_downloads_set_priority (world->downloads, 4, 5, world->now_us);
  world_run (world, 2);
  g_assert_cmpint (fil_downloads_get (world->downloads, 4)->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  g_assert_cmpint (fil_downloads_get (world->downloads, 1)->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  download = fil_downloads_get (world->downloads, 2);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_QUEUED);
  g_assert_cmpstr (download->reason_code, ==, "waits-turn");
  world_run (world, 30);
  for (guint i = 0; i < 4; i++)
    {
      world_assert_done (world, i + 1, content[i]);
      g_bytes_unref (content[i]);
    }
}

/* A low limit has few connections, which it may end; it is saved, and each session tells whose limit it shares. */
static void
test_limit (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (16 * MIB, 21);

  world_add (world, 7, content);
  for (guint i = 0; i < FIL_DOWNLOAD_MAX_CONNECTIONS; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.0.1.%u:6346", i + 1);
      Host *host = world_add_host (world, address, content);

      host->bytes_per_step = 1024;
      world_add_source (world, 7, host);
    }
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, FIL_DOWNLOAD_MAX_CONNECTIONS);
  g_assert_cmpuint (world_count_links (world, 7), ==, FIL_DOWNLOAD_MAX_CONNECTIONS);

  g_assert_true (fil_downloads_set_limit (world->downloads, 7, 3 * FIL_SOURCE_SHARE_BPS, world->now_us));
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, 3);
  g_assert_true (fil_downloads_set_limit (world->downloads, 7, 1000, world->now_us));
  world_run (world, 20);
  g_assert_cmpuint (world->links->len, ==, 2);
  g_assert_false (fil_downloads_set_limit (world->downloads, 8, 1000, world->now_us));

  world_restart (world, TRUE);
  g_assert_cmpint (fil_downloads_get (world->downloads, 7)->limit_bps, ==, 1000);
  for (guint i = 0; i < world->hosts->len; i++)
    world_add_source (world, 7, g_ptr_array_index (world->hosts, i));
  world_run (world, 20);
  g_assert_cmpuint (world_count_links (world, 7), ==, 2);
  g_assert_true (fil_downloads_set_limit (world->downloads, 7, 0, world->now_us));
  world_run (world, 600);
  world_assert_done (world, 7, content);
  g_assert_false (fil_downloads_set_limit (world->downloads, 7, 1000, world->now_us));
  g_assert_false (fil_downloads_set_priority (world->downloads, 7, 1, world->now_us));
}

/* Two files of one host: one connection at a time, and the second says that it is its turn next, not that nobody answers. */
static void
test_one_per_host (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (2 * MIB, 30);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  host->bytes_per_step = 64 * 1024;
  world_add (world, 1, content);
  world_add (world, 2, content);
  world_add_source (world, 1, host);
  world_add_source (world, 2, host);
  world_run (world, 2);
  g_assert_cmpint (fil_downloads_get (world->downloads, 1)->state, ==, FIL_DOWNLOAD_STATE_DOWNLOADING);
  g_assert_cmpint (fil_downloads_get (world->downloads, 2)->state, ==, FIL_DOWNLOAD_STATE_QUEUED);
  g_assert_cmpstr (fil_downloads_get (world->downloads, 2)->reason_code, ==, "source-taken");
  g_assert_cmpint (fil_downloads_get (world->downloads, 2)->retry_us, ==, 0);
  for (guint i = 0; i < 200; i++)
    {
      world_step (world);
      g_assert_cmpuint (world->links->len, <=, 1);
    }
  world_assert_done (world, 1, content);
  world_assert_done (world, 2, content);
}

static void
test_dial_times_out (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 31);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilFileSource *source;
  FilSourceSpec bare = { .endpoint = host->endpoint };

  host->is_silent = TRUE;
  fil_downloads_add_source (world->downloads, 1, &bare, world->now_us);
  source = g_ptr_array_index (download->sources, 0);
  world_run (world, 5);
  g_assert_cmpint (source->state, ==, FIL_SOURCE_DIALING);
  g_assert_cmpstr (download->reason_code, ==, "connecting");
  world_run (world, 7);
  g_assert_cmpuint (source->failures, ==, 1);
  g_assert_cmpuint (world->links->len, ==, 0);
  world_run (world, 3600);
  g_assert_cmpuint (source->failures, ==, FIL_SOURCE_MAX_FAILURES);
  g_assert_cmpuint (host->connects, ==, FIL_SOURCE_MAX_FAILURES);
  g_assert_cmpuint (world->searches, <=, 3);
  g_assert_cmpuint (world->searches, >=, 2);
}

static void
test_refused_address (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 32);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:25", content);

  world_add_source (world, 1, host);
  world_run (world, 10);
  g_assert_cmpuint (host->connects, ==, 0);
  g_assert_cmpint (download->state, ==, FIL_DOWNLOAD_STATE_SEARCHING);
}

static void
test_unknown_size (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (3 * MIB, 33);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);
  FilDownloadSpec spec = { .id = 1, .name = "magnet", .has_sha1 = TRUE };
  FilDownload *download;

  world_add (world, 2, content);
  spec.sha1 = fil_downloads_get (world->downloads, 2)->sha1;
  fil_downloads_remove (world->downloads, 2, world->now_us);
  download = fil_downloads_add (world->downloads, &spec, world->now_us);
  world_add_source (world, 1, host);
  g_assert_true (world_run_until (world, download, DONE, 30));
  world_assert_done (world, 1, content);
  g_assert_cmpuint (host->connects, ==, 1);
}

static void
test_source_limit (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 34);
  FilDownload *download = world_start (world, content);

  for (guint i = 0; i < 2 * FIL_DOWNLOAD_MAX_SOURCES; i++)
    {
      FilSourceSpec spec = { 0 };
      guint8 address[4] = { 25, 1, (guint8) (i >> 8), (guint8) i };

      spec.endpoint = fil_endpoint_v4 (address, 6346);
      g_assert_true (fil_downloads_add_source (world->downloads, 1, &spec, world->now_us));
      g_assert_false (fil_downloads_add_source (world->downloads, 1, &spec, world->now_us));
    }
  g_assert_cmpuint (download->sources->len, ==, FIL_DOWNLOAD_MAX_SOURCES);
}

/* Nobody answers, but the dials of all downloads together stay within the limits. */
static void
test_connection_limits (void)
{
  g_autoptr (World) world = world_new ();

  fil_downloads_set_max_active (world->downloads, 50, world->now_us);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GBytes) content = test_content (6 * MIB, 40 + i);

      world_add (world, i + 1, content);
      for (guint j = 0; j < 30; j++)
        {
          g_autofree char *address = g_strdup_printf ("25.%u.0.%u:6346", i, j + 1);
          Host *host = world_add_host (world, address, content);

          host->bytes_per_step = 1;
          world_add_source (world, i + 1, host);
        }
    }
  for (guint i = 0; i < 250; i++)
    {
      world_step (world);
      g_assert_cmpuint (world->links->len, <=, FIL_DOWNLOADS_MAX_CONNECTIONS);
      for (guint j = 0; j < 10; j++)
        {
          FilDownload *download = fil_downloads_get (world->downloads, j + 1);
          guint n = 0;

          for (guint k = 0; k < download->sources->len; k++)
            n += ((FilFileSource *) g_ptr_array_index (download->sources, k))->state != FIL_SOURCE_IDLE;
          g_assert_cmpuint (n, <=, FIL_DOWNLOAD_MAX_CONNECTIONS);
        }
    }
  g_assert_cmpuint (world->links->len, ==, FIL_DOWNLOADS_MAX_CONNECTIONS);
}

static void
test_offline (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (MIB, 50);
  FilDownload *download = world_start (world, content);
  Host *host = world_add_host (world, "25.0.0.1:6346", content);

  fil_downloads_network_changed (world->downloads, FALSE, world->now_us);
  world_add_source (world, 1, host);
  world_run (world, 5);
  g_assert_cmpstr (download->reason_code, ==, "offline");
  g_assert_cmpuint (host->connects, ==, 0);
  fil_downloads_network_changed (world->downloads, TRUE, world->now_us);
  g_assert_true (world_run_until (world, download, DONE, 5));
}

/* The hash is being worked out, or the file moved, when somebody pauses. */
static void
test_pause_at_the_end (void)
{
  for (guint steps = 0; steps < 20; steps++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (MIB, 51);
      FilDownload *download = world_start (world, content);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);

      world->disk_is_slow = TRUE;
      world_add_source (world, 1, host);
      for (guint i = 0; i < steps; i++)
        world_step (world);
      fil_downloads_pause (world->downloads, 1, world->now_us);
      world_run (world, 5);
      fil_downloads_resume (world->downloads, 1, world->now_us);
      g_assert_true (world_run_until (world, download, DONE, 100));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (g_hash_table_size (world->done), ==, 1);
      g_assert_cmpuint (download->received, <=, MIB + MIB / 2);
    }
}

/* Killed at any moment, also between the last byte and the row that says so. */
static void
test_killed_anywhere (void)
{
  for (guint steps = 0; steps < 40; steps++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (2 * MIB, 52);
      Host *host = world_add_host (world, "25.0.0.1:6346", content);

      world->disk_is_slow = TRUE;
      host->bytes_per_step = 128 * 1024;
      world_start (world, content);
      world_add_source (world, 1, host);
      for (guint i = 0; i < steps; i++)
        world_step (world);
      world_restart (world, FALSE);
      g_hash_table_remove_all (world->done);
      world_add_source (world, 1, host);
      if (fil_downloads_get (world->downloads, 1)->state == DONE)
        break;
      g_assert_true (world_run_until (world, fil_downloads_get (world->downloads, 1), DONE, 100));
      world_assert_done (world, 1, content);
    }
}

static void
test_list_limit (void)
{
  g_autoptr (World) world = world_new ();
  FilDownloadSpec spec = { .name = "x", .size = 1, .has_size = TRUE, .has_sha1 = TRUE };

  for (spec.id = 1; spec.id <= FIL_DOWNLOADS_MAX; spec.id++)
    g_assert_nonnull (fil_downloads_add (world->downloads, &spec, world->now_us));
  g_assert_null (fil_downloads_add (world->downloads, &spec, world->now_us));
  spec.id = 5;
  fil_downloads_remove (world->downloads, 5, world->now_us);
  g_assert_nonnull (fil_downloads_add (world->downloads, &spec, world->now_us));
  g_assert_null (fil_downloads_add (world->downloads, &spec, world->now_us));
}

/* Cancelled before its new part file is there, and perhaps forgotten by then: the file goes. One that was there stays. */
static void
test_cancelled_while_opening (void)
{
  for (guint existed = 0; existed < 2; existed++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (8 * MIB, 21);

      world_start (world, content);

      if (existed)
        {
          Host *host = world_add_host (world, "25.0.0.1:6346", content);

          host->bytes_per_step = 64 * 1024;
          world_add_source (world, 1, host);
          world_run (world, 1);
          world_restart (world, FALSE);
          g_assert_cmpint (fil_downloads_get (world->downloads, 1)->state, !=, DONE);
          g_assert_cmpuint (g_hash_table_size (world->disk), ==, 1);
        }
      world->disk_is_slow = world->disk_is_stuck = TRUE;
      world_add_source (world, 1, world_add_host (world, "26.0.0.1:6346", content));
      fil_downloads_tick (world->downloads, world->now_us);
      g_assert_true (fil_downloads_set_aside (world->downloads, 1, world->now_us));
      world->disk_is_stuck = FALSE;
      world_run (world, 2);
      g_assert_cmpuint (g_hash_table_size (world->disk), ==, existed);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/downloads/whole", test_whole);
  g_test_add_func ("/transfer/downloads/first-connections", test_first_connections);
  g_test_add_func ("/transfer/downloads/slow-disk", test_slow_disk);
  g_test_add_func ("/transfer/downloads/cancelled-while-opening", test_cancelled_while_opening);
  g_test_add_func ("/transfer/downloads/stuck-disk", test_stuck_disk);
  g_test_add_func ("/transfer/downloads/swarm", test_swarm);
  g_test_add_func ("/transfer/downloads/one-slow", test_one_slow);
  g_test_add_func ("/transfer/downloads/one-stalls", test_one_stalls);
  g_test_add_func ("/transfer/downloads/stall-alone", test_stall_alone);
  g_test_add_func ("/transfer/downloads/stall-ends", test_stall_ends);
  g_test_add_func ("/transfer/downloads/quiet-and-moved", test_quiet_and_moved);
  g_test_add_func ("/transfer/downloads/moved-then-quiet", test_moved_then_quiet);
  g_test_add_func ("/transfer/downloads/firewalled", test_firewalled);
  g_test_add_func ("/transfer/downloads/direct-then-push", test_direct_then_push);
  g_test_add_func ("/transfer/downloads/both-firewalled", test_both_firewalled);
  g_test_add_func ("/transfer/downloads/one-corrupts", test_one_corrupts);
  g_test_add_func ("/transfer/downloads/many-corrupt", test_many_corrupt);
  g_test_add_func ("/transfer/downloads/only-corrupt", test_only_corrupt);
  g_test_add_func ("/transfer/downloads/cut-and-resumed", test_cut_and_resumed);
  g_test_add_func ("/transfer/downloads/part-file-lost", test_part_file_lost);
  g_test_add_func ("/transfer/downloads/cuts", test_cuts);
  g_test_add_func ("/transfer/downloads/busy", test_busy);
  g_test_add_func ("/transfer/downloads/wrong-size", test_wrong_size);
  g_test_add_func ("/transfer/downloads/disk-full", test_disk_full);
  g_test_add_func ("/transfer/downloads/disk-room", test_disk_room);
  g_test_add_func ("/transfer/downloads/disk-error", test_disk_error);
  g_test_add_func ("/transfer/downloads/pause-while-verifying", test_pause_while_verifying);
  g_test_add_func ("/transfer/downloads/disk-takes-nothing", test_disk_takes_nothing);
  g_test_add_func ("/transfer/downloads/verify-at-last", test_verify_at_last);
  g_test_add_func ("/transfer/downloads/verbs", test_verbs);
  g_test_add_func ("/transfer/downloads/turns", test_turns);
  g_test_add_func ("/transfer/downloads/limit", test_limit);
  g_test_add_func ("/transfer/downloads/one-per-host", test_one_per_host);
  g_test_add_func ("/transfer/downloads/dial-times-out", test_dial_times_out);
  g_test_add_func ("/transfer/downloads/refused-address", test_refused_address);
  g_test_add_func ("/transfer/downloads/unknown-size", test_unknown_size);
  g_test_add_func ("/transfer/downloads/answered", test_answered);
  g_test_add_func ("/transfer/downloads/source-limit", test_source_limit);
  g_test_add_func ("/transfer/downloads/connection-limits", test_connection_limits);
  g_test_add_func ("/transfer/downloads/offline", test_offline);
  g_test_add_func ("/transfer/downloads/pause-at-the-end", test_pause_at_the_end);
  g_test_add_func ("/transfer/downloads/killed-anywhere", test_killed_anywhere);
  g_test_add_func ("/transfer/downloads/list-limit", test_list_limit);
  return g_test_run ();
}
