/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bootstrap.h"

#include "clock.h"
#include "net-limits.h"

#include <string.h>

/* A UDP cache that is silent for this long is joined by the next one; its answer still counts. */
#define UDP_STEP_US (3 * FIL_SEC)
/* How long the node may try what an answer brought before another cache is asked. */
#define DIGEST_US FIL_MINUTE
/* How often it is asked whether hosts are needed while they are not. */
#define IDLE_US (30 * FIL_SEC)
/* When all caches of the session failed they get another chance. */
#define REVIVE_US FIL_HOUR

typedef struct
{
  char *address;
  gint64 asked_us;      /* G_MININT64: never */
  guint failures;
  gboolean is_waiting;  /* no answer yet */
  gboolean is_dropped;  /* failed too often in this session */
} Cache;

struct _FilBootstrap
{
  const FilBootstrapDelegate *delegate;
  gpointer data;
  FilRandom *random;
  GArray *caches[3]; /* of Cache, by kind */
  gint64 wake_us;
  gint64 pause_us;   /* the next pause after everything was tried */
  gint64 all_lost_us; /* since when no cache is left, 0: some are */
};

static void
cache_clear (gpointer data)
{
  g_free (((Cache *) data)->address);
}

static Cache *
cache_at (const FilBootstrap *self,
          FilBootstrapKind kind,
          guint i)
{
  return &g_array_index (self->caches[kind], Cache, i);
}

static Cache *
find (const FilBootstrap *self,
      FilBootstrapKind kind,
      const char *address)
{
  for (guint i = 0; i < self->caches[kind]->len; i++)
    if (g_str_equal (cache_at (self, kind, i)->address, address))
      return cache_at (self, kind, i);
  return NULL;
}

/**
 * fil_bootstrap_add:
 *
 * Adds a cache that was learnt or that the user named; does nothing when it is known or the list is full.
 */
void
fil_bootstrap_add (FilBootstrap *self,
                   FilBootstrapKind kind,
                   const char *address)
{
  Cache cache = { .asked_us = G_MININT64 };

  if (find (self, kind, address) != NULL || self->caches[kind]->len >= FIL_BOOTSTRAP_MAX_CACHES)
    return;
  cache.address = g_strdup (address);
  g_array_append_val (self->caches[kind], cache);
}

static void
add_all (FilBootstrap *self,
         FilBootstrapKind kind,
         const GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    fil_bootstrap_add (self, kind, g_ptr_array_index (addresses, i));
}

/**
 * fil_bootstrap_new:
 * @hosts: (nullable): the first caches
 * @random: outlives it
 *
 * Returns: (transfer full): a bootstrap that wakes at once
 */
FilBootstrap *
fil_bootstrap_new (const FilBootstrapHosts *hosts,
                   FilRandom *random,
                   const FilBootstrapDelegate *delegate,
                   gpointer data)
{
  FilBootstrap *self = g_new0 (FilBootstrap, 1);

  self->delegate = delegate;
  self->data = data;
  self->random = random;
  self->pause_us = FIL_BOOTSTRAP_PAUSE_MIN_US;
  for (guint i = 0; i < G_N_ELEMENTS (self->caches); i++)
    {
      self->caches[i] = g_array_new (FALSE, TRUE, sizeof (Cache));
      g_array_set_clear_func (self->caches[i], cache_clear);
    }
  if (hosts != NULL)
    {
      add_all (self, FIL_BOOTSTRAP_UDP, hosts->udp);
      add_all (self, FIL_BOOTSTRAP_WEB, hosts->web);
      add_all (self, FIL_BOOTSTRAP_LIST, hosts->list);
    }
  return self;
}

void
fil_bootstrap_free (FilBootstrap *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->caches); i++)
    g_array_unref (self->caches[i]);
  g_free (self);
}

/**
 * fil_bootstrap_known:
 *
 * Says at the start that hosts of an earlier session are known: they get a moment before a cache is
 * bothered (overlay/bootstrap.md).
 */
void
fil_bootstrap_known (FilBootstrap *self,
                     gint64 now_us)
{
  self->wake_us = now_us + FIL_BOOTSTRAP_KNOWN_US;
}

/**
 * fil_bootstrap_wake:
 *
 * Returns: when fil_bootstrap_tick() wants to be called; calling it earlier does no harm
 */
gint64
fil_bootstrap_wake (const FilBootstrap *self)
{
  return self->wake_us;
}

/**
 * fil_bootstrap_left:
 *
 * Returns: how many caches of a kind have not failed for good in this session
 */
guint
fil_bootstrap_left (const FilBootstrap *self,
                    FilBootstrapKind kind)
{
  guint n = 0;

  for (guint i = 0; i < self->caches[kind]->len; i++)
    n += !cache_at (self, kind, i)->is_dropped;
  return n;
}

static void
fail (Cache *cache,
      gboolean for_good)
{
  cache->is_waiting = FALSE;
  cache->failures++;
  if (for_good || cache->failures >= FIL_BOOTSTRAP_UHC_TRIES)
    cache->is_dropped = TRUE;
}

static void
expire (FilBootstrap *self,
        gint64 now_us)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (self->caches); kind++)
    for (guint i = 0; i < self->caches[kind]->len; i++)
      {
        Cache *cache = cache_at (self, kind, i);

        /* A web cache is asked twice at most, each time with its own limit. */
        if (cache->is_waiting && now_us - cache->asked_us >= (kind == FIL_BOOTSTRAP_UDP ? 1 : 3) * FIL_BOOTSTRAP_UHC_WAIT_US)
          fail (cache, kind != FIL_BOOTSTRAP_UDP);
      }
}

static gint64
spacing_of (FilBootstrapKind kind)
{
  return kind == FIL_BOOTSTRAP_UDP ? FIL_BOOTSTRAP_UHC_SPACING_US : FIL_BOOTSTRAP_WEB_SPACING_US;
}

static gboolean
may_ask (const Cache *cache,
         FilBootstrapKind kind,
         gint64 now_us)
{
  return !cache->is_dropped && !cache->is_waiting &&
         (cache->asked_us == G_MININT64 || now_us - cache->asked_us >= spacing_of (kind));
}

/* Any of those that may be asked: a different one each time, and not the same one for everybody. */
static Cache *
pick (FilBootstrap *self,
      FilBootstrapKind kind,
      gint64 now_us)
{
  Cache *picked = NULL;
  guint32 n = 0;

  for (guint i = 0; i < self->caches[kind]->len; i++)
    {
      Cache *cache = cache_at (self, kind, i);

      if (may_ask (cache, kind, now_us) && fil_random_below (self->random, ++n) == 0)
        picked = cache;
    }
  return picked;
}

static gboolean
ask (FilBootstrap *self,
     FilBootstrapKind kind,
     gint64 now_us)
{
  Cache *cache = pick (self, kind, now_us);
  g_autofree char *address = NULL;

  if (cache == NULL)
    return FALSE;
  cache->asked_us = now_us;
  cache->is_waiting = TRUE;
  self->wake_us = now_us + (kind == FIL_BOOTSTRAP_UDP ? UDP_STEP_US : 3 * FIL_BOOTSTRAP_UHC_WAIT_US);
  /* The delegate may add caches, and may answer at once. */
  address = g_strdup (cache->address);
  self->delegate->ask (self->data, kind, address);
  return TRUE;
}

static gboolean
is_waiting_for (const FilBootstrap *self,
                FilBootstrapKind kind,
                gint64 since_us)
{
  for (guint i = 0; i < self->caches[kind]->len; i++)
    if (cache_at (self, kind, i)->is_waiting && cache_at (self, kind, i)->asked_us > since_us)
      return TRUE;
  return FALSE;
}

static void
revive (FilBootstrap *self)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (self->caches); kind++)
    for (guint i = 0; i < self->caches[kind]->len; i++)
      {
        cache_at (self, kind, i)->is_dropped = FALSE;
        cache_at (self, kind, i)->failures = 0;
      }
  self->all_lost_us = 0;
}

/* Everything was tried: waits longer each time, and gives lost caches another chance after an hour. */
static void
pause_asking (FilBootstrap *self,
              gint64 now_us)
{
  guint left = 0;

  for (guint kind = 0; kind < G_N_ELEMENTS (self->caches); kind++)
    left += fil_bootstrap_left (self, kind);
  if (left > 0)
    self->all_lost_us = 0;
  else if (self->all_lost_us == 0)
    self->all_lost_us = now_us;
  else if (now_us - self->all_lost_us >= REVIVE_US)
    revive (self);

  self->wake_us = now_us + self->pause_us;
  self->pause_us = MIN (self->pause_us * 2, FIL_BOOTSTRAP_PAUSE_MAX_US);
}

/**
 * fil_bootstrap_tick:
 *
 * Asks the next cache when hosts are needed and it is time to.
 */
void
fil_bootstrap_tick (FilBootstrap *self,
                    gint64 now_us)
{
  expire (self, now_us);
  if (now_us < self->wake_us)
    return;
  if (!self->delegate->needs_hosts (self->data))
    {
      self->wake_us = now_us + IDLE_US;
      return;
    }
  if (ask (self, FIL_BOOTSTRAP_UDP, now_us))
    return;
  /* The last UDP cache gets its moment before the web is bothered. */
  if (is_waiting_for (self, FIL_BOOTSTRAP_UDP, now_us - UDP_STEP_US))
    {
      self->wake_us = now_us + UDP_STEP_US;
      return;
    }
  if (is_waiting_for (self, FIL_BOOTSTRAP_LIST, G_MININT64) || is_waiting_for (self, FIL_BOOTSTRAP_WEB, G_MININT64))
    {
      self->wake_us = now_us + UDP_STEP_US;
      return;
    }
  if (!ask (self, FIL_BOOTSTRAP_LIST, now_us) && !ask (self, FIL_BOOTSTRAP_WEB, now_us))
    pause_asking (self, now_us);
}

/**
 * fil_bootstrap_answered:
 * @address: as it was given to ask()
 * @n_hosts: how many usable hosts it named
 * @is_dead: it does not answer, or not as it should: it is not asked again in this session
 *
 * Says what became of a question. The first success ends the asking for a while; a failure makes room for
 * the next one.
 */
void
fil_bootstrap_answered (FilBootstrap *self,
                        FilBootstrapKind kind,
                        const char *address,
                        guint n_hosts,
                        gboolean is_dead,
                        gint64 now_us)
{
  Cache *cache = find (self, kind, address);

  if (cache != NULL && n_hosts > 0)
    {
      cache->is_waiting = FALSE;
      cache->is_dropped = FALSE;
      cache->failures = 0;
    }
  else if (cache != NULL && cache->is_waiting)
    fail (cache, is_dead);

  if (n_hosts > 0)
    {
      self->pause_us = FIL_BOOTSTRAP_PAUSE_MIN_US;
      self->wake_us = now_us + DIGEST_US;
    }
  else
    self->wake_us = MIN (self->wake_us, now_us);
}

/**
 * fil_bootstrap_restart:
 *
 * The network came back or changed: forgets what failed because of the old one. Caches that answered
 * keep their distance.
 */
void
fil_bootstrap_restart (FilBootstrap *self,
                       gint64 now_us)
{
  for (guint i = 0; i < self->caches[FIL_BOOTSTRAP_UDP]->len; i++)
    {
      Cache *cache = cache_at (self, FIL_BOOTSTRAP_UDP, i);

      if (cache->failures > 0 || cache->is_waiting)
        cache->asked_us = G_MININT64;
      cache->is_waiting = FALSE;
    }
  revive (self);
  self->pause_us = FIL_BOOTSTRAP_PAUSE_MIN_US;
  self->wake_us = now_us;
}
