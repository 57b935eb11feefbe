/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sha1.h"

#include <openssl/evp.h>

struct _FilSha1Context
{
  EVP_MD_CTX *evp;
};

/* libcrypto has SHA-1 in every build that a Gnutella program can run with, and hashing memory does not
 * fail: what is left is a broken installation. */
static void
check (int result)
{
  if (result != 1)
    g_error ("libcrypto cannot compute SHA-1");
}

/**
 * fil_sha1_context_new:
 *
 * Returns: (transfer full): a context that has seen no byte
 */
FilSha1Context *
fil_sha1_context_new (void)
{
  FilSha1Context *self = g_new0 (FilSha1Context, 1);

  self->evp = EVP_MD_CTX_new ();
  check (self->evp != NULL);
  check (EVP_DigestInit_ex (self->evp, EVP_sha1 (), NULL));
  return self;
}

void
fil_sha1_context_free (FilSha1Context *self)
{
  if (self == NULL)
    return;
  EVP_MD_CTX_free (self->evp);
  g_free (self);
}

/**
 * fil_sha1_context_update:
 *
 * Takes the next @len bytes. Does not allocate.
 */
void
fil_sha1_context_update (FilSha1Context *self,
                         const void *bytes,
                         gsize len)
{
  if (len > 0)
    check (EVP_DigestUpdate (self->evp, bytes, len));
}

/**
 * fil_sha1_context_finish:
 * @out: (out): the hash of all bytes so far
 *
 * Gives the hash and starts over with no byte seen.
 */
void
fil_sha1_context_finish (FilSha1Context *self,
                         FilSha1 *out)
{
  check (EVP_DigestFinal_ex (self->evp, out->bytes, NULL));
  check (EVP_DigestInit_ex (self->evp, NULL, NULL));
}

/**
 * fil_sha1_of:
 * @out: (out): the hash of @bytes
 */
void
fil_sha1_of (FilSha1 *out,
             const void *bytes,
             gsize len)
{
  check (EVP_Digest (len > 0 ? bytes : "", len, out->bytes, NULL, EVP_sha1 (), NULL));
}
