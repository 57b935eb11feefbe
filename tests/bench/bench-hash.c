/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-hash.h"
#include "sha1.h"
#include "tiger-context.h"

#include <rhash.h>
#include <stdio.h>
#include <string.h>

#define LEN (8 << 20)
#define PIECE (256 << 10)
#define RUNS 25

typedef void (*HashFunc) (const guint8 *bytes, gsize len);

static void
our_sha1 (const guint8 *bytes,
          gsize len)
{
  g_autoptr(FilSha1Context) context = fil_sha1_context_new ();
  FilSha1 sha1;

  for (gsize done = 0; done < len; done += PIECE)
    fil_sha1_context_update (context, bytes + done, PIECE);
  fil_sha1_context_finish (context, &sha1);
}

static void
our_tree (const guint8 *bytes,
          gsize len)
{
  g_autoptr(FilTigerContext) context = fil_tiger_context_new (FIL_TIGER_MIN_NODE_SIZE);
  FilTth root;

  for (gsize done = 0; done < len; done += PIECE)
    fil_tiger_context_update (context, bytes + done, PIECE);
  fil_tiger_context_finish_root (context, &root);
}

static void
our_both (const guint8 *bytes,
          gsize len)
{
  g_autoptr(FilFileHash) hash = fil_file_hash_new (len);
  g_autoptr(FilTigerTree) tree = NULL;
  FilSha1 sha1;

  for (gsize done = 0; done < len; done += PIECE)
    fil_file_hash_update (hash, bytes + done, PIECE);
  tree = fil_file_hash_finish (hash, &sha1);
}

static void
library (unsigned ids,
         const guint8 *bytes,
         gsize len)
{
  rhash context = rhash_init (ids);

  for (gsize done = 0; done < len; done += PIECE)
    rhash_update (context, bytes + done, PIECE);
  rhash_final (context, NULL);
  rhash_free (context);
}

static void
library_sha1 (const guint8 *bytes,
              gsize len)
{
  library (RHASH_SHA1, bytes, len);
}

static void
library_tree (const guint8 *bytes,
              gsize len)
{
  library (RHASH_TTH, bytes, len);
}

static void
library_both (const guint8 *bytes,
              gsize len)
{
  library (RHASH_SHA1 | RHASH_TTH, bytes, len);
}

static const struct
{
  const char *name;
  HashFunc func;
} entries[] = {
  { "sha1", our_sha1 },
  { "tiger-tree", our_tree },
  { "sha1+tree", our_both },
  { "librhash-sha1", library_sha1 },
  { "librhash-tree", library_tree },
  { "librhash-sha1+tree", library_both },
};

/* The best of a few interleaved runs: what the code can do when nobody else has the core. */
int
main (void)
{
  g_autofree guint8 *data = g_malloc (LEN);
  gint64 best[G_N_ELEMENTS (entries)];

  rhash_library_init ();
  for (gsize i = 0; i < LEN; i++)
    data[i] = (guint8) (i * 2654435761u >> 13);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    best[i] = G_MAXINT64;
  for (guint run = 0; run < RUNS; run++)
    for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
      {
        gint64 start = g_get_monotonic_time ();

        entries[i].func (data, LEN);
        best[i] = MIN (best[i], g_get_monotonic_time () - start);
      }
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    printf ("bench %s %.0f MB/s\n", entries[i].name, (double) LEN / (double) best[i]);
  printf ("bench tiger-tree/librhash %.2f ratio\n", (double) best[4] / (double) best[1]);
  printf ("bench sha1+tree/librhash %.2f ratio\n", (double) best[5] / (double) best[2]);
  return 0;
}
