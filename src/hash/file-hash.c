/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "file-hash.h"

#include "sha1.h"
#include "tiger-context.h"

/* Bytes that one hash takes before the other reads them again from the nearest cache. */
#define SLICE 16384

struct _FilFileHash
{
  FilSha1Context *sha1;
  FilTigerContext *tiger;
};

/**
 * fil_file_hash_new:
 * @file_size: how long the file is expected to be; decides how fine the row of the tree is
 *
 * Returns: (transfer full): a hash that has seen no byte
 */
FilFileHash *
fil_file_hash_new (guint64 file_size)
{
  FilFileHash *self = g_new0 (FilFileHash, 1);

  self->sha1 = fil_sha1_context_new ();
  self->tiger = fil_tiger_context_new (fil_tiger_kept_node_size (file_size));
  return self;
}

void
fil_file_hash_free (FilFileHash *self)
{
  if (self == NULL)
    return;
  fil_sha1_context_free (self->sha1);
  fil_tiger_context_free (self->tiger);
  g_free (self);
}

/**
 * fil_file_hash_update:
 *
 * Takes the next @len bytes. Multiples of 2048 are fastest.
 */
void
fil_file_hash_update (FilFileHash *self,
                      const void *bytes,
                      gsize len)
{
  const guint8 *p = bytes;

  while (len > 0)
    {
      gsize n = MIN (len, SLICE);

      fil_sha1_context_update (self->sha1, p, n);
      fil_tiger_context_update (self->tiger, p, n);
      p += n;
      len -= n;
    }
}

/**
 * fil_file_hash_finish:
 * @sha1: (out): the SHA-1 of all bytes so far
 *
 * Gives both hashes and starts over with no byte seen.
 *
 * Returns: (transfer full): the tree
 */
FilTigerTree *
fil_file_hash_finish (FilFileHash *self,
                      FilSha1 *sha1)
{
  fil_sha1_context_finish (self->sha1, sha1);
  return fil_tiger_context_finish (self->tiger);
}
