/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hasher.h"
#include "sha1.h"
#include "tiger-context.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define SIZE (256 * 1024 * 1024)
#define CHUNK (256 * 1024)
#define ROUNDS 3

static double
rate (gint64 start_us)
{
  return SIZE / 1e6 / ((double) (g_get_monotonic_time () - start_us) / 1e6);
}

/* Both hashes of a file in the page cache, and beside it the same work on one thread. */
int
main (int argc,
      char *argv[])
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "filbert-bench-XXXXXX", NULL);
  g_autofree guint8 *bytes = g_malloc (CHUNK);
  double best = 0;
  double best_single = 0;
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  for (guint i = 0; i < CHUNK; i++)
    bytes[i] = (guint8) (i * 31 + i / 256);
  for (guint i = 0; i < SIZE / CHUNK; i++)
    {
      if (write (fd, bytes, CHUNK) != CHUNK)
        return 1;
    }
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (FilSha1Context) sha1_context = fil_sha1_context_new ();
      g_autoptr (FilTigerContext) tiger_context = fil_tiger_context_new (fil_tiger_kept_node_size (SIZE));
      FilTigerTree *tree = NULL;
      FilSha1 sha1;
      gint64 start_us;

      if (lseek (fd, 0, SEEK_SET) != 0)
        return 1;
      start_us = g_get_monotonic_time ();
      if (!fil_hash_fd (fd, path, NULL, NULL, &sha1, &tree, NULL))
        return 1;
      best = MAX (best, rate (start_us));
      fil_tiger_tree_unref (tree);

      if (lseek (fd, 0, SEEK_SET) != 0)
        return 1;
      start_us = g_get_monotonic_time ();
      for (guint i = 0; i < SIZE / CHUNK; i++)
        {
          if (read (fd, bytes, CHUNK) != CHUNK)
            return 1;
          fil_sha1_context_update (sha1_context, bytes, CHUNK);
          fil_tiger_context_update (tiger_context, bytes, CHUNK);
        }
      best_single = MAX (best_single, rate (start_us));
    }
  g_print ("bench hash-file %.0f MB/s\n", best);
  g_print ("bench hash-file-one-thread %.0f MB/s\n", best_single);
  g_print ("bench hash-file-ratio %.2f x\n", best / best_single);
  close (fd);
  g_unlink (path);
  return 0;
}
