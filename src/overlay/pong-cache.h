/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "overlay-limits.h"
#include "random.h"

G_BEGIN_DECLS

/* A pong as it is remembered and passed on. */
typedef struct
{
  FilEndpoint endpoint;
  guint32 files;
  guint32 kib;          /* as on the wire */
  guint32 link;         /* who brought it */
  guint8 hops;          /* as it arrived */
  gint64 received_us;
} FilCachedPong;

/**
 * FilPongCache:
 *
 * The last pongs by distance, so that a ping is answered from here and never passed on
 * (routing.md §6).
 */
typedef struct
{
  FilCachedPong pongs[FIL_PONG_CACHE_HOPS][FIL_PONG_CACHE_PER_HOP];
  guint next[FIL_PONG_CACHE_HOPS];
} FilPongCache;

void fil_pong_cache_add (FilPongCache *self, const FilCachedPong *pong);
guint fil_pong_cache_choose (const FilPongCache *self, guint32 not_link, const FilEndpoint *not_endpoint,
                             FilRandom *random, gint64 now_us, FilCachedPong *out, guint max);

G_END_DECLS
