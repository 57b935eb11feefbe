/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <stdio.h>
#include <string.h>

#include "sha1.h"
#include "transfer-limits.h"

/* One who says that the file is of another size, and has a tree that proves his own bytes. */

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE

/* size: what the link says, 0 for nothing. */
static FilDownload *
start (World *world,
       GBytes *content,
       guint64 size)
{
  FilDownloadSpec spec = { .id = 1, .name = "file", .size = size, .has_size = size > 0, .has_sha1 = TRUE };

  fil_sha1_of (&spec.sha1, g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  return fil_downloads_add (world->downloads, &spec, world->now_us);
}

/* Each in a network of its own. */
static Host *
add_host (World *world,
          guint network,
          GBytes *content,
          gboolean has_tree,
          guint64 bytes_per_step)
{
  g_autofree char *address = g_strdup_printf ("%u.0.0.1:6346", network);
  Host *host = world_add_host (world, address, content);

  host->tree_of = has_tree ? content : NULL;
  host->bytes_per_step = bytes_per_step;
  world_add_source (world, 1, host);
  return host;
}

static gboolean
is_blamed (const FilDownload *download,
           guint source)
{
  return fil_download_find_source (download, source)->is_blamed;
}

/* The liar comes first, brings blocks that his tree proves, and then so little that it would last for years. Two honest
 * hosts outvote him; one alone needs some patience. */
static void
test_liar_drips (void)
{
  for (guint n_honest = 1; n_honest <= 3; n_honest++)
    for (guint is_linked = 0; is_linked < 2; is_linked++)
      for (guint has_tree = 0; has_tree < 2; has_tree++)
        {
          g_autoptr (World) world = world_new ();
          g_autoptr (GBytes) content = test_content (3 * MIB, 1);
          g_autoptr (GBytes) junk = test_content (8 * MIB, 2);
          FilDownload *download = start (world, content, is_linked ? 8 * MIB : 0);
          Host *liar = add_host (world, 25, junk, has_tree, 64 * 1024);

          world_run (world, 5);
          g_assert_cmpuint (download->size, ==, 8 * MIB);
          g_assert_cmpuint (fil_download_verified_bytes (download) > 0, ==, has_tree);
          liar->bytes_per_step = 200;
          for (guint i = 0; i < n_honest; i++)
            add_host (world, 26 + i, content, TRUE, 64 * 1024);
          g_assert_true (world_run_until (world, download, DONE, n_honest == 1 ? 660 : 60));
          world_assert_done (world, 1, content);
          for (guint i = 0; i < n_honest; i++)
            {
              g_assert_false (is_blamed (download, 2 + i));
              /* Refusals name the size as well. */
              g_assert_false (fil_download_find_source (download, 2 + i)->was_asked_size);
            }
        }
}

/* He is gone, and what his tree has proved stays behind. */
static void
test_liar_leaves (void)
{
  for (guint n_honest = 1; n_honest <= 2; n_honest++)
    for (guint is_restarted = 0; is_restarted < 2; is_restarted++)
      {
        g_autoptr (World) world = world_new ();
        g_autoptr (GBytes) content = test_content (3 * MIB, 3);
        g_autoptr (GBytes) junk = test_content (8 * MIB, 4);
        FilDownload *download = start (world, content, 0);
        Host *liar = add_host (world, 25, junk, TRUE, 64 * 1024);

        world_run (world, 5);
        g_assert_cmpuint (fil_download_verified_bytes (download), >, MIB);
        liar->is_away = TRUE;
        liar->cut_after = 1;
        world_run (world, 2);
        if (is_restarted)
          {
            world_restart (world, FALSE);
            download = fil_downloads_get (world->downloads, 1);
            g_assert_cmpuint (fil_download_verified_bytes (download), >, MIB);
            world_add_source (world, 1, liar);
          }
        for (guint i = 0; i < n_honest; i++)
          add_host (world, 26 + i, content, FALSE, 64 * 1024);
        g_assert_true (world_run_until (world, download, DONE, n_honest == 1 ? 660 : 60));
        world_assert_done (world, 1, content);
        g_assert_false (is_blamed (download, 2));
      }
}

/* All of his file comes: its hash is wrong, and the others get their turn at once. */
static void
test_liar_is_quick (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (3 * MIB, 5);
  g_autoptr (GBytes) junk = test_content (8 * MIB, 6);
  FilDownload *download = start (world, content, 0);

  add_host (world, 25, junk, TRUE, 256 * 1024);
  world_run (world, 1);
  /* One who may have the file, for all that is known. */
  add_host (world, 27, content, FALSE, 0)->is_away = TRUE;
  add_host (world, 26, content, FALSE, 256 * 1024);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
  g_assert_true (is_blamed (download, 1));
  g_assert_false (is_blamed (download, 2));
}

/* Many addresses of one network are one voice, and two honest ones are two. */
static void
test_many_of_one_network (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (3 * MIB, 7);
  g_autoptr (GBytes) junk = test_content (8 * MIB, 8);
  FilDownload *download = start (world, content, 0);

  for (guint i = 1; i < 7; i++)
    {
      g_autofree char *address = g_strdup_printf ("25.0.%u.1:6346", i);
      Host *liar = world_add_host (world, address, junk);

      liar->tree_of = junk;
      liar->bytes_per_step = 200;
      world_add_source (world, 1, liar);
    }
  world_run (world, 10);
  g_assert_cmpuint (download->size, ==, 8 * MIB);
  add_host (world, 26, content, FALSE, 64 * 1024);
  add_host (world, 27, content, FALSE, 64 * 1024);
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
}

/* The honest ones come first: a liar costs them nothing while they are more, and not much when it is one against one. */
static void
test_liar_comes_late (void)
{
  for (guint n_honest = 1; n_honest <= 2; n_honest++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (12 * MIB, 9);
      g_autoptr (GBytes) junk = test_content (8 * MIB, 10);
      FilDownload *download = start (world, content, 0);
      guint alone_s = 12 * MIB / 10240;

      /* Twenty minutes for one. */
      for (guint i = 0; i < n_honest; i++)
        add_host (world, 25 + i, content, FALSE, 1024);
      world_run (world, 30);
      add_host (world, 28, junk, TRUE, 200);
      g_assert_true (world_run_until (world, download, DONE, n_honest == 1 ? 4 * alone_s : alone_s));
      world_assert_done (world, 1, content);
      if (n_honest == 2)
        g_assert_cmpuint (download->received, <=, 12 * MIB + 64 * 1024);
      for (guint i = 0; i < n_honest; i++)
        g_assert_false (is_blamed (download, 1 + i));
    }
}

/* Liars of two networks outvote one honest host, and then bring next to nothing: once they have had their time, it gets
 * its own, in which they do not outvote it again. */
static void
test_silent_majority (void)
{
  for (guint is_first = 0; is_first < 2; is_first++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (3 * MIB, 14);
      g_autoptr (GBytes) junk = test_content (8 * MIB, 15);
      FilDownload *download = start (world, content, 0);

      if (is_first)
        add_host (world, 27, content, FALSE, 4096);
      world_run (world, 5);
      for (guint i = 0; i < 2; i++)
        add_host (world, 25 + i, junk, FALSE, 20);
      world_run (world, 5);
      if (!is_first)
        add_host (world, 27, content, FALSE, 4096);
      world_run (world, 30);
      g_assert_cmpuint (download->size, ==, 8 * MIB);
      g_assert_true (world_run_until (world, download, DONE, 660 + 2 * 3 * MIB / 40960));
      world_assert_done (world, 1, content);
    }
}

/* As LimeWire: what lies beyond the end of its file is refused without a word on why. */
static gboolean
refuse_beyond_the_end (Host *host,
                       const char *request,
                       GByteArray *out)
{
  gsize size = g_bytes_get_size (host->content);
  guint64 first, last;

  host_asked (request, &first, &last);
  if (first < size)
    host_say_part (host, out, "", first, MIN (last, size - 1));
  else
    host_say (out, "HTTP/1.1 416 Requested Range Unavailable\r\nContent-Length: 0\r\n\r\n");
  return TRUE;
}

/* All that the honest ones have is proved to be junk of the liar, so they are asked for what lies beyond the end. */
static void
test_refused_without_a_word (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GBytes) content = test_content (600000, 12);
  g_autoptr (GBytes) junk = test_content (20 * MIB, 13);
  FilDownload *download = start (world, content, 0);
  Host *liar = add_host (world, 25, junk, TRUE, 64 * 1024);

  world_run (world, 5);
  g_assert_cmpuint (fil_download_verified_bytes (download), >, 2 * MIB);
  liar->bytes_per_step = 200;
  for (guint i = 0; i < 2; i++)
    add_host (world, 26 + i, content, FALSE, 64 * 1024)->reply = refuse_beyond_the_end;
  g_assert_true (world_run_until (world, download, DONE, 60));
  world_assert_done (world, 1, content);
}

static gboolean
say_page (Host *host,
          const char *request,
          GByteArray *out)
{
  g_byte_array_append (out, (const guint8 *) host->text, (guint) strlen (host->text));
  return FALSE;
}

/* A page in the place of the file, and what hosts with a part of it repeat, are no voices. */
static void
test_no_voices (void)
{
  static const char *const texts[] = {
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>Please share.!",
    "HTTP/1.1 206 OK\r\nX-Available-Ranges: bytes 0-9\r\nContent-Range: bytes 0-9/20000000\r\n\r\n0123456789",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (World) world = world_new ();
      g_autoptr (GBytes) content = test_content (3 * MIB, 11);
      FilDownload *download = start (world, content, 3 * MIB);

      add_host (world, 25, content, FALSE, 4096);
      world_run (world, 1);
      for (guint j = 0; j < 3; j++)
        {
          Host *host = add_host (world, 26 + j, content, FALSE, 0);

          host->text = texts[i];
          host->reply = say_page;
        }
      g_assert_true (world_run_until (world, download, DONE, 100));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (download->received, ==, 3 * MIB);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/sizes/liar-drips", test_liar_drips);
  g_test_add_func ("/transfer/sizes/liar-leaves", test_liar_leaves);
  g_test_add_func ("/transfer/sizes/liar-is-quick", test_liar_is_quick);
  g_test_add_func ("/transfer/sizes/many-of-one-network", test_many_of_one_network);
  g_test_add_func ("/transfer/sizes/liar-comes-late", test_liar_comes_late);
  g_test_add_func ("/transfer/sizes/silent-majority", test_silent_majority);
  g_test_add_func ("/transfer/sizes/refused-without-a-word", test_refused_without_a_word);
  g_test_add_func ("/transfer/sizes/no-voices", test_no_voices);
  return g_test_run ();
}
