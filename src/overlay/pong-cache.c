/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pong-cache.h"

/**
 * fil_pong_cache_add:
 *
 * Remembers a pong, in the place of the oldest from the same distance or of its own older self.
 */
void
fil_pong_cache_add (FilPongCache *self,
                    const FilCachedPong *pong)
{
  guint hops = MIN (pong->hops, FIL_PONG_CACHE_HOPS - 1);

  for (guint h = 0; h < FIL_PONG_CACHE_HOPS; h++)
    for (guint i = 0; i < FIL_PONG_CACHE_PER_HOP; i++)
      if (fil_endpoint_equal (&self->pongs[h][i].endpoint, &pong->endpoint))
        {
          if (hops <= h)
            self->pongs[h][i] = *pong;
          return;
        }
  self->pongs[hops][self->next[hops]] = *pong;
  self->next[hops] = (self->next[hops] + 1) % FIL_PONG_CACHE_PER_HOP;
}

/**
 * fil_pong_cache_choose:
 * @not_link: the asker: what it brought is not told to it
 * @not_endpoint: the asker's own address
 * @out: (out): pongs from all distances, @max of them at most
 *
 * Returns: how many
 */
guint
fil_pong_cache_choose (const FilPongCache *self,
                       guint32 not_link,
                       const FilEndpoint *not_endpoint,
                       FilRandom *random,
                       gint64 now_us,
                       FilCachedPong *out,
                       guint max)
{
  guint start = fil_random_below (random, FIL_PONG_CACHE_PER_HOP);
  guint n = 0;

  for (guint i = 0; i < FIL_PONG_CACHE_PER_HOP; i++)
    for (guint h = 0; h < FIL_PONG_CACHE_HOPS && n < max; h++)
      {
        const FilCachedPong *pong = &self->pongs[h][(start + i) % FIL_PONG_CACHE_PER_HOP];

        if (!fil_endpoint_is_set (&pong->endpoint) || now_us - pong->received_us > FIL_PONG_CACHE_LIFE ||
            pong->link == not_link || fil_endpoint_equal (&pong->endpoint, not_endpoint))
          continue;
        out[n++] = *pong;
      }
  return n;
}
