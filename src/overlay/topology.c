/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "topology.h"

#include "overlay-limits.h"

#define KEPT_MAX 64
#define FIRST_PAUSE (3 * FIL_SEC)
#define LONGEST_PAUSE (5 * FIL_MINUTE)
#define DIAL_TIMEOUT (60 * FIL_SEC) /* the dialer gives up long before; then it has forgotten us */
#define LOOK_AGAIN (2 * FIL_SEC)

typedef struct
{
  FilEndpoint endpoint;
  gint64 next_us;
  gint64 pause_us;
} Kept;

struct _FilTopology
{
  FilHostCache *hosts;
  gboolean only_kept;
  FilRandom *random;
  GArray *kept;        /* of Kept */
  GHashTable *dialing; /* endpoint → until when */
};

/**
 * fil_topology_new:
 * @hosts: borrowed
 * @only_kept: dial nobody but those of fil_topology_keep()
 */
FilTopology *
fil_topology_new (FilHostCache *hosts,
                  gboolean only_kept,
                  FilRandom *random)
{
  FilTopology *self = g_new0 (FilTopology, 1);

  self->hosts = hosts;
  self->only_kept = only_kept;
  self->random = random;
  self->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
  self->dialing = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, g_free);
  return self;
}

void
fil_topology_free (FilTopology *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->kept);
  g_hash_table_unref (self->dialing);
  g_free (self);
}

static Kept *
find_kept (const FilTopology *self,
           const FilEndpoint *endpoint)
{
  for (guint i = 0; i < self->kept->len; i++)
    if (fil_endpoint_equal (&g_array_index (self->kept, Kept, i).endpoint, endpoint))
      return &g_array_index (self->kept, Kept, i);
  return NULL;
}

/**
 * fil_topology_keep:
 *
 * Notes a host that the user named: it is dialled now, and again whenever the link is lost. Of very
 * many the oldest is forgotten.
 */
void
fil_topology_keep (FilTopology *self,
                   const FilEndpoint *endpoint,
                   gint64 now_us)
{
  Kept *kept = find_kept (self, endpoint);
  Kept fresh = { .endpoint = *endpoint, .next_us = now_us, .pause_us = FIRST_PAUSE };

  if (kept != NULL)
    {
      *kept = fresh;
      return;
    }
  if (self->kept->len >= KEPT_MAX)
    g_array_remove_index (self->kept, 0);
  g_array_append_val (self->kept, fresh);
}

void
fil_topology_forget (FilTopology *self,
                     const FilEndpoint *endpoint)
{
  for (guint i = 0; i < self->kept->len; i++)
    if (fil_endpoint_equal (&g_array_index (self->kept, Kept, i).endpoint, endpoint))
      {
        g_array_remove_index (self->kept, i);
        return;
      }
}

gboolean
fil_topology_is_kept (const FilTopology *self,
                      const FilEndpoint *endpoint)
{
  return find_kept (self, endpoint) != NULL;
}

static void
expire (FilTopology *self,
        gint64 now_us)
{
  GHashTableIter iter;
  gpointer until;

  g_hash_table_iter_init (&iter, self->dialing);
  while (g_hash_table_iter_next (&iter, NULL, &until))
    if (*(gint64 *) until <= now_us)
      g_hash_table_iter_remove (&iter);
}

static void
note_dial (FilTopology *self,
           const FilEndpoint *endpoint,
           gint64 now_us)
{
  gint64 until = now_us + DIAL_TIMEOUT;

  g_hash_table_insert (self->dialing, g_memdup2 (endpoint, sizeof *endpoint),
                       g_memdup2 (&until, sizeof until));
  fil_host_cache_tried (self->hosts, endpoint, now_us);
}

typedef struct
{
  const FilTopology *self;
  FilHostAvoid avoid;
  gpointer data;
} Avoid;

/* Two dials into one network at once would put all eggs in one basket. */
static gboolean
must_avoid (const FilEndpoint *endpoint,
            gpointer data)
{
  const Avoid *avoid = data;
  gboolean is_public = fil_endpoint_class (endpoint) == FIL_ADDRESS_PUBLIC;
  GHashTableIter iter;
  gpointer dialing;

  g_hash_table_iter_init (&iter, avoid->self->dialing);
  while (g_hash_table_iter_next (&iter, &dialing, NULL))
    if (is_public ? fil_endpoint_same_network (endpoint, dialing, endpoint->family == 6 ? 48 : 24)
                  : fil_endpoint_equal (endpoint, dialing))
      return TRUE;
  return avoid->avoid (endpoint, avoid->data);
}

/**
 * fil_topology_next:
 * @missing: how many links are wanted and not yet on their way
 * @avoid: tells which hosts need no dial: linked already, or not allowed
 * @out: (out): whom to dial now; each is noted as being dialled
 *
 * Returns: how many
 */
guint
fil_topology_next (FilTopology *self,
                   guint missing,
                   FilHostAvoid avoid,
                   gpointer data,
                   gint64 now_us,
                   FilEndpoint *out,
                   guint max)
{
  Avoid all = { self, avoid, data };
  guint n = 0;

  expire (self, now_us);
  for (guint i = 0; i < self->kept->len && n < max; i++)
    {
      Kept *kept = &g_array_index (self->kept, Kept, i);

      if (kept->next_us > now_us || g_hash_table_contains (self->dialing, &kept->endpoint) ||
          avoid (&kept->endpoint, data))
        continue;
      kept->next_us = now_us + kept->pause_us;
      out[n++] = kept->endpoint;
      note_dial (self, &kept->endpoint, now_us);
    }
  if (self->only_kept)
    return n;
  /* Most fresh addresses are dead: try twice as many as are missing. */
  missing = MIN (missing * 2, FIL_DIALS_AT_ONCE);
  while (n < max && g_hash_table_size (self->dialing) < missing &&
         fil_host_cache_choose (self->hosts, must_avoid, &all, now_us, &out[n]))
    {
      note_dial (self, &out[n], now_us);
      n++;
    }
  return n;
}

/**
 * fil_topology_dial_ended:
 *
 * Notes that the TCP connection stands or has failed.
 */
void
fil_topology_dial_ended (FilTopology *self,
                         const FilEndpoint *endpoint)
{
  g_hash_table_remove (self->dialing, endpoint);
}

/**
 * fil_topology_succeeded:
 *
 * Notes that a link is established: when it is lost, the first pause is short again.
 */
void
fil_topology_succeeded (FilTopology *self,
                        const FilEndpoint *endpoint)
{
  Kept *kept = find_kept (self, endpoint);

  if (kept != NULL)
    kept->pause_us = FIRST_PAUSE;
}

/**
 * fil_topology_failed:
 *
 * Notes that no link came about, or that it is lost.
 */
void
fil_topology_failed (FilTopology *self,
                     const FilEndpoint *endpoint,
                     gint64 now_us)
{
  Kept *kept = find_kept (self, endpoint);

  if (kept == NULL)
    return;
  kept->next_us = now_us + kept->pause_us;
  kept->pause_us = MIN (kept->pause_us * 2, LONGEST_PAUSE);
}
