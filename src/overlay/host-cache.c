/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "host-cache.h"

#include "overlay-limits.h"

typedef struct
{
  FilEndpoint endpoint;
  FilEndpoint teller; /* its network; family 0 for saved and own ones */
  gint64 seen_us;
  gint64 tried_us;    /* FIL_NEVER: not yet */
  gboolean is_valid;
  guint failures;     /* in a row */
  gboolean had_twin;  /* it was dialled again soon for that, since a link came about */
} Host;

struct _FilHostCache
{
  FilRandom *random;
  GArray *hosts;       /* of Host */
  GHashTable *index;   /* endpoint → position + 1; the keys are copies */
  GHashTable *networks; /* network → number of hosts in it */
  GHashTable *tellers; /* network → number of hosts that somebody there told of */
  GHashTable *bad;     /* address without port → until when */
};

/* A single teller's network may fill this part of the cache. */
#define PER_TELLER (FIL_HOSTS_MAX / 8)

#define FAILURES_MAX 2
#define LAST_HOSTS 20

FilHostCache *
fil_host_cache_new (FilRandom *random)
{
  FilHostCache *self = g_new0 (FilHostCache, 1);

  self->random = random;
  self->hosts = g_array_new (FALSE, FALSE, sizeof (Host));
  self->index = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  self->networks = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  self->tellers = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  self->bad = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, g_free);
  return self;
}

void
fil_host_cache_free (FilHostCache *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->hosts);
  g_hash_table_unref (self->index);
  g_hash_table_unref (self->networks);
  g_hash_table_unref (self->tellers);
  g_hash_table_unref (self->bad);
  g_free (self);
}

static FilEndpoint
network_of (const FilEndpoint *endpoint)
{
  FilEndpoint network = { .family = endpoint->family };

  for (guint i = 0; i < (endpoint->family == 6 ? 6u : 3u); i++)
    network.addr[i] = endpoint->addr[i];
  return network;
}

static FilEndpoint
address_of (const FilEndpoint *endpoint)
{
  FilEndpoint address = *endpoint;

  address.port = 0;
  return address;
}

static guint
count_of (GHashTable *counts,
          const FilEndpoint *key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));
}

static void
count (GHashTable *counts,
       const FilEndpoint *key,
       int by)
{
  guint n = count_of (counts, key) + (guint) by;

  if (n == 0)
    g_hash_table_remove (counts, key);
  else
    g_hash_table_insert (counts, g_memdup2 (key, sizeof *key), GUINT_TO_POINTER (n));
}

static Host *
host_at (const FilHostCache *self,
         guint i)
{
  return &g_array_index (self->hosts, Host, i);
}

static Host *
find (const FilHostCache *self,
      const FilEndpoint *endpoint)
{
  guint position = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, endpoint));

  return position > 0 ? host_at (self, position - 1) : NULL;
}

static void
remove_at (FilHostCache *self,
           guint i)
{
  Host *host = host_at (self, i);
  FilEndpoint network = network_of (&host->endpoint);

  count (self->networks, &network, -1);
  if (fil_endpoint_is_set (&host->teller))
    count (self->tellers, &host->teller, -1);
  g_hash_table_remove (self->index, &host->endpoint);
  g_array_remove_index_fast (self->hosts, i);
  if (i < self->hosts->len)
    g_hash_table_insert (self->index, g_memdup2 (&host_at (self, i)->endpoint, sizeof (FilEndpoint)),
                         GUINT_TO_POINTER (i + 1));
}

/* Makes room by dropping the least useful of a few, so that no order of arrival decides. */
static void
evict (FilHostCache *self)
{
  guint worst = fil_random_below (self->random, self->hosts->len);

  for (guint i = 0; i < 7; i++)
    {
      guint candidate = fil_random_below (self->random, self->hosts->len);
      const Host *a = host_at (self, candidate);
      const Host *b = host_at (self, worst);

      if (a->is_valid != b->is_valid ? b->is_valid : a->seen_us < b->seen_us)
        worst = candidate;
    }
  remove_at (self, worst);
}

static gboolean
is_bad (FilHostCache *self,
        const FilEndpoint *endpoint,
        gint64 now_us)
{
  FilEndpoint address = address_of (endpoint);
  const gint64 *until = g_hash_table_lookup (self->bad, &address);

  if (until == NULL)
    return FALSE;
  if (*until > now_us)
    return TRUE;
  g_hash_table_remove (self->bad, &address);
  return FALSE;
}

static Host *
insert (FilHostCache *self,
        const FilEndpoint *endpoint,
        gint64 seen_us)
{
  Host host = { .endpoint = *endpoint, .seen_us = seen_us, .tried_us = FIL_NEVER };
  FilEndpoint network = network_of (endpoint);

  if (self->hosts->len >= FIL_HOSTS_MAX)
    evict (self);
  count (self->networks, &network, 1);
  g_array_append_val (self->hosts, host);
  g_hash_table_insert (self->index, g_memdup2 (endpoint, sizeof *endpoint),
                       GUINT_TO_POINTER (self->hosts->len));
  return host_at (self, self->hosts->len - 1);
}

static gboolean
is_full (FilHostCache *self,
         const FilEndpoint *endpoint)
{
  FilEndpoint network = network_of (endpoint);

  /* Private networks are one LAN, or many nodes on one host. */
  return fil_endpoint_class (endpoint) == FIL_ADDRESS_PUBLIC &&
         count_of (self->networks, &network) >= FIL_HOSTS_PER_NETWORK;
}

/**
 * fil_host_cache_learn:
 * @endpoint: an ultrapeer somebody told of; the caller has judged the address
 * @teller: (nullable): who told
 *
 * Returns: whether it was new and is remembered
 */
gboolean
fil_host_cache_learn (FilHostCache *self,
                      const FilEndpoint *endpoint,
                      const FilEndpoint *teller,
                      gint64 now_us)
{
  FilEndpoint teller_network = { 0 };
  Host *host;

  if (endpoint->port == 0 || !fil_endpoint_is_set (endpoint) || is_bad (self, endpoint, now_us))
    return FALSE;
  host = find (self, endpoint);
  if (host != NULL)
    {
      host->seen_us = now_us;
      return FALSE;
    }
  if (is_full (self, endpoint))
    return FALSE;
  if (teller != NULL)
    {
      teller_network = network_of (teller);
      if (count_of (self->tellers, &teller_network) >= PER_TELLER)
        return FALSE;
    }
  host = insert (self, endpoint, now_us);
  host->teller = teller_network;
  if (fil_endpoint_is_set (&teller_network))
    count (self->tellers, &teller_network, 1);
  return TRUE;
}

/**
 * fil_host_cache_good:
 *
 * Notes that a handshake with an ultrapeer succeeded. When that link breaks, the host may be dialled again
 * FIL_HOST_AGAIN after it was made: a router that forgot all our links leaves us no others to dial.
 */
void
fil_host_cache_good (FilHostCache *self,
                     const FilEndpoint *endpoint,
                     gint64 now_us)
{
  Host *host = find (self, endpoint);

  if (endpoint->port == 0)
    return;
  if (host == NULL)
    host = insert (self, endpoint, now_us);
  host->is_valid = TRUE;
  host->failures = 0;
  host->had_twin = FALSE;
  host->seen_us = now_us;
  if (host->tried_us != FIL_NEVER)
    host->tried_us = MIN (host->tried_us, now_us - FIL_HOST_RETRY + FIL_HOST_AGAIN);
}

/**
 * fil_host_cache_has_twin:
 *
 * Notes that a host refused us because it takes an older link of ours for alive. It asks that link, and lets us in
 * when there was no answer; dialled once more by then, and no more often, since gtk-gnutella asks nobody.
 */
void
fil_host_cache_has_twin (FilHostCache *self,
                         const FilEndpoint *endpoint,
                         gint64 now_us)
{
  Host *host = find (self, endpoint);

  if (host == NULL || host->had_twin)
    return;
  host->had_twin = TRUE;
  host->tried_us = now_us - FIL_HOST_RETRY + FIL_HOST_TWIN;
}

/**
 * fil_host_cache_failed:
 *
 * Notes that nobody answered there. After some times the host is forgotten, unless it is one of the last.
 */
void
fil_host_cache_failed (FilHostCache *self,
                       const FilEndpoint *endpoint,
                       gint64 now_us)
{
  Host *host = find (self, endpoint);

  if (host == NULL)
    return;
  host->tried_us = now_us;
  host->is_valid = FALSE;
  if (++host->failures >= FAILURES_MAX && self->hosts->len > LAST_HOSTS)
    remove_at (self, GPOINTER_TO_UINT (g_hash_table_lookup (self->index, endpoint)) - 1);
}

/**
 * fil_host_cache_bad:
 *
 * Forgets a host and does not hear of its address for FIL_HOSTS_BAD_LIFE: busy, of another network, or
 * hostile.
 */
void
fil_host_cache_bad (FilHostCache *self,
                    const FilEndpoint *endpoint,
                    gint64 now_us)
{
  FilEndpoint address = address_of (endpoint);
  gint64 until = now_us + FIL_HOSTS_BAD_LIFE;
  guint position = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, endpoint));

  if (position > 0)
    remove_at (self, position - 1);
  /* Too many at once: an attack, or a broken network; none of these is worth memory. */
  if (g_hash_table_size (self->bad) >= FIL_HOSTS_BAD_MAX)
    g_hash_table_remove_all (self->bad);
  g_hash_table_insert (self->bad, g_memdup2 (&address, sizeof address), g_memdup2 (&until, sizeof until));
}

/**
 * fil_host_cache_tried:
 *
 * Notes an attempt, so that this host is left alone for FIL_HOST_RETRY.
 */
void
fil_host_cache_tried (FilHostCache *self,
                      const FilEndpoint *endpoint,
                      gint64 now_us)
{
  Host *host = find (self, endpoint);

  if (host != NULL)
    host->tried_us = now_us;
}

/**
 * fil_host_cache_choose:
 * @avoid: (nullable): tells which hosts not to choose
 * @out: (out): whom to dial next
 *
 * Chooses at random, hosts with whom we spoke before those we only heard of.
 *
 * Returns: whether there is one
 */
gboolean
fil_host_cache_choose (FilHostCache *self,
                       FilHostAvoid avoid,
                       gpointer data,
                       gint64 now_us,
                       FilEndpoint *out)
{
  guint start;

  if (self->hosts->len == 0)
    return FALSE;
  start = fil_random_below (self->random, self->hosts->len);
  for (int valid = 1; valid >= 0; valid--)
    for (guint i = 0; i < self->hosts->len; i++)
      {
        const Host *host = host_at (self, (start + i) % self->hosts->len);

        if (host->is_valid != (valid == 1))
          continue;
        if (host->tried_us != FIL_NEVER && now_us - host->tried_us < FIL_HOST_RETRY)
          continue;
        if (avoid != NULL && avoid (&host->endpoint, data))
          continue;
        *out = host->endpoint;
        return TRUE;
      }
  return FALSE;
}

/**
 * fil_host_cache_list:
 * @out: (out): some hosts at random, to tell others of
 *
 * Returns: how many, at most @max
 */
guint
fil_host_cache_list (FilHostCache *self,
                     FilEndpoint *out,
                     guint max)
{
  guint start = self->hosts->len > 0 ? fil_random_below (self->random, self->hosts->len) : 0;
  guint n = 0;

  for (guint i = 0; i < self->hosts->len && n < max; i++)
    out[n++] = host_at (self, (start + i) % self->hosts->len)->endpoint;
  return n;
}

guint
fil_host_cache_size (const FilHostCache *self)
{
  return self->hosts->len;
}

/**
 * fil_host_cache_load:
 *
 * Adds what was saved in an earlier run.
 */
void
fil_host_cache_load (FilHostCache *self,
                     const FilSavedHost *hosts,
                     guint n,
                     gint64 now_us)
{
  for (guint i = 0; i < MIN (n, FIL_HOSTS_MAX); i++)
    {
      const FilSavedHost *saved = &hosts[i];

      if (saved->endpoint.port == 0 || !fil_endpoint_is_set (&saved->endpoint) ||
          find (self, &saved->endpoint) != NULL || is_full (self, &saved->endpoint))
        continue;
      insert (self, &saved->endpoint, now_us - CLAMP (saved->age_s, 0, 10 * 365 * 86400) * FIL_SEC)
          ->is_valid = saved->is_valid;
    }
}

/**
 * fil_host_cache_save:
 *
 * Returns: (transfer full) (element-type FilSavedHost): what to keep for the next run
 */
GArray *
fil_host_cache_save (const FilHostCache *self,
                     gint64 now_us)
{
  GArray *saved = g_array_sized_new (FALSE, TRUE, sizeof (FilSavedHost), self->hosts->len);

  for (guint i = 0; i < self->hosts->len; i++)
    {
      const Host *host = host_at (self, i);
      FilSavedHost out = { .endpoint = host->endpoint,
                           .is_valid = host->is_valid,
                           .age_s = (now_us - host->seen_us) / FIL_SEC };

      g_array_append_val (saved, out);
    }
  return saved;
}
