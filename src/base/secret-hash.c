/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "secret-hash.h"

#include <string.h>

/* The one variable of the program that is neither constant nor owned by an object: GHashFunc has no
 * place for it. Until it is set, tests and simulations get the same order of tables every time. */
static guint64 secret[2] = { G_GUINT64_CONSTANT (0x9e3779b97f4a7c15), G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9) };

static guint64
mix (guint64 a,
     guint64 b)
{
  unsigned __int128 product = (unsigned __int128) a * b;

  return (guint64) product ^ (guint64) (product >> 64);
}

/**
 * fil_secret_hash:
 *
 * Hashes what a stranger chose. Who does not know the secret cannot choose many keys that fall into
 * one place of a table, and so make it slow.
 */
guint
fil_secret_hash (const void *bytes,
                 gsize len)
{
  const guint8 *p = bytes;
  gsize left = len;
  guint64 hash = secret[0];

  for (;; p += 16, left -= 16)
    {
      guint64 words[2] = { 0 };

      memcpy (words, p, MIN (left, sizeof words));
      hash = mix (words[0] ^ hash, words[1] ^ secret[1]);
      if (left <= sizeof words)
        break;
    }
  /* The length comes in where no byte of the key can take it out again. */
  hash = mix (hash ^ secret[0], secret[1] ^ len);
  return (guint) (hash >> 32);
}

/**
 * fil_secret_hash_set_secret:
 *
 * Chooses the secret. A program that talks to strangers does this first of all: no table may exist yet.
 */
void
fil_secret_hash_set_secret (FilRandom *random)
{
  fil_random_bytes (random, secret, sizeof secret);
  secret[1] |= 1;
}
