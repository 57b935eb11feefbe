/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

struct _FilRandom
{
  gboolean is_seeded;
  guint64 state;       /* splitmix64, seeded only */
  guint8 pool[256];    /* bytes fetched from the kernel and not yet given out */
  gsize left;
};

/**
 * fil_random_new:
 *
 * Returns: (transfer full): a source fed by the kernel's generator
 */
FilRandom *
fil_random_new (void)
{
  return g_new0 (FilRandom, 1);
}

/**
 * fil_random_new_seeded:
 *
 * Returns: (transfer full): a source that gives the same bytes for the same @seed
 */
FilRandom *
fil_random_new_seeded (guint64 seed)
{
  FilRandom *self = g_new0 (FilRandom, 1);

  self->is_seeded = TRUE;
  self->state = seed;
  return self;
}

void
fil_random_free (FilRandom *self)
{
  g_free (self);
}

static void
refill (FilRandom *self)
{
  gsize got = 0;

  while (got < sizeof self->pool)
    {
      gssize n = getrandom (self->pool + got, sizeof self->pool - got, 0);

      if (n > 0)
        got += (gsize) n;
      else if (errno != EINTR)
        g_error ("the kernel gives no random numbers: %s", g_strerror (errno));
    }
  self->left = sizeof self->pool;
}

static guint64
splitmix (FilRandom *self)
{
  guint64 z = (self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

void
fil_random_bytes (FilRandom *self,
                  void *out,
                  gsize len)
{
  guint8 *p = out;

  while (len > 0)
    {
      gsize n;

      if (self->is_seeded)
        {
          guint64 word = splitmix (self);

          n = MIN (len, sizeof word);
          memcpy (p, &word, n);
        }
      else
        {
          if (self->left == 0)
            refill (self);
          n = MIN (len, self->left);
          memcpy (p, self->pool + sizeof self->pool - self->left, n);
          self->left -= n;
        }
      p += n;
      len -= n;
    }
}

guint32
fil_random_u32 (FilRandom *self)
{
  guint32 n;

  fil_random_bytes (self, &n, sizeof n);
  return n;
}

/**
 * fil_random_below:
 * @limit: at least 1
 *
 * Returns: a number from 0 to @limit - 1, each as likely as the other
 */
guint32
fil_random_below (FilRandom *self,
                  guint32 limit)
{
  guint32 reject_from;
  guint32 n;

  g_return_val_if_fail (limit > 0, 0);

  reject_from = G_MAXUINT32 - G_MAXUINT32 % limit;
  do
    n = fil_random_u32 (self);
  while (n >= reject_from);
  return n % limit;
}
