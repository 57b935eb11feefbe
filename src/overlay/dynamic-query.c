/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dynamic-query.h"

#include "overlay-limits.h"

#include <math.h>

#define PROBES 3
#define PROBE_WAIT (3 * FIL_SEC)
#define STEP_WAIT (2400 * FIL_MSEC)
#define STEP_WAIT_RARE (1500 * FIL_MSEC) /* little was found among many hosts */
#define RARE_HORIZON 3000
#define LIFE (10 * FIL_MINUTE)
#define LINGER (3 * FIL_MINUTE)
#define DEGREE_UNKNOWN 8
#define DEGREE_MAX 50
#define KEPT_SHARE 20          /* at least one hit of so many is assumed to be kept */
#define GUIDANCE_TARGETS 3
#define GUIDANCE_HITS 20
#define ULTRAPEERS_PER_LEAF 3

typedef struct
{
  guint32 link;
  guint8 ttl;
  gboolean is_probe;
} Asked;

struct _FilDynamicQuery
{
  FilPacket *packet;
  FilQueryHashes hashes;
  guint32 leaf;
  guint wanted;
  guint8 max_ttl;
  gint64 begun_us;
  gint64 next_us;
  gboolean has_probed;
  gboolean is_stopped;
  gint64 exhausted_us; /* everybody was asked; FIL_NEVER before */
  GArray *asked;       /* of Asked */
  double horizon;      /* about how many hosts have seen it */
  guint hits;
  guint kept;          /* as the leaf says */
  gboolean is_guided;
  guint guidance_targets;
  guint guidance_hits;
};

/**
 * fil_dynamic_query_new:
 * @query: (transfer none): as it is to be sent, but for TTL
 * @leaf: link of the leaf that searches, 0 for ourselves
 * @wanted: how many hits are enough
 * @max_ttl: how far it may go, seen from our neighbours
 */
FilDynamicQuery *
fil_dynamic_query_new (FilPacket *query,
                       const FilQueryHashes *hashes,
                       guint32 leaf,
                       guint wanted,
                       guint8 max_ttl,
                       gint64 now_us)
{
  FilDynamicQuery *self = g_new0 (FilDynamicQuery, 1);

  self->packet = fil_packet_ref (query);
  self->hashes = *hashes;
  self->leaf = leaf;
  self->wanted = wanted;
  self->max_ttl = max_ttl;
  self->begun_us = self->next_us = now_us;
  self->exhausted_us = FIL_NEVER;
  self->asked = g_array_new (FALSE, FALSE, sizeof (Asked));
  return self;
}

void
fil_dynamic_query_free (FilDynamicQuery *self)
{
  if (self == NULL)
    return;
  fil_packet_unref (self->packet);
  g_array_unref (self->asked);
  g_free (self);
}

/**
 * fil_dynamic_query_hosts:
 * @degree: how many neighbours each host has, 0 when not known
 *
 * Returns: about how many hosts a query with that TTL reaches through a neighbour
 */
double
fil_dynamic_query_hosts (guint degree,
                         guint ttl)
{
  double d = CLAMP (degree == 0 ? DEGREE_UNKNOWN : degree, 2, DEGREE_MAX);
  double sum = 0;

  for (guint i = 0; i < ttl; i++)
    sum += pow (d - 1, i);
  return sum * pow (0.8, (double) ttl - 1);
}

static Asked *
find_asked (const FilDynamicQuery *self,
            guint32 link)
{
  for (guint i = 0; i < self->asked->len; i++)
    if (g_array_index (self->asked, Asked, i).link == link)
      return &g_array_index (self->asked, Asked, i);
  return NULL;
}

static guint8
ttl_limit (const FilDynamicQuery *self,
           const FilQueryTarget *target)
{
  return (guint8) (target->max_ttl > 0 ? MIN (self->max_ttl, target->max_ttl) : self->max_ttl);
}

static guint
found (const FilDynamicQuery *self)
{
  guint found = self->is_guided ? self->kept : self->hits;

  return MAX (found, self->hits / KEPT_SHARE);
}

static gboolean
has_enough (const FilDynamicQuery *self)
{
  return self->is_stopped || found (self) >= self->wanted;
}

static void
order (FilDynamicQuery *self,
       const FilQueryTarget *target,
       guint8 ttl,
       gboolean is_probe,
       FilQueryOrder *out)
{
  Asked *asked = find_asked (self, target->link);
  Asked fresh = { .link = target->link, .ttl = ttl, .is_probe = is_probe };

  if (asked != NULL)
    *asked = fresh;
  else
    g_array_append_val (self->asked, fresh);
  self->horizon += fil_dynamic_query_hosts (target->degree, ttl);
  self->guidance_targets++;
  *out = (FilQueryOrder){ .link = target->link, .ttl = ttl };
}

/* Whether there is any use in asking that neighbour with that TTL. */
static gboolean
is_open (const FilDynamicQuery *self,
         const FilQueryTarget *target,
         guint8 ttl)
{
  const Asked *asked = find_asked (self, target->link);

  if (ttl == 0 || (ttl == 1 && !target->matches))
    return FALSE;
  return asked == NULL || (asked->is_probe && target->probes && asked->ttl < ttl);
}

/* The first neighbours are asked less far, to learn how common the thing is. */
static guint
probe (FilDynamicQuery *self,
       const FilQueryTarget *targets,
       guint n,
       FilQueryOrder *out)
{
  guint matching = 0, sent = 0;

  for (guint i = 0; i < n; i++)
    matching += targets[i].matches;
  for (guint i = 0; i < n && sent < PROBES; i++)
    {
      guint8 ttl = ttl_limit (self, &targets[i]);
      guint less = matching > 18 ? 2 : matching > 9 ? 1 : 0;

      if (!targets[i].matches || !targets[i].probes)
        continue;
      ttl = (guint8) MAX ((int) ttl - (int) less, 1);
      if (is_open (self, &targets[i], ttl))
        order (self, &targets[i], ttl, less > 0, &out[sent++]);
    }
  return sent;
}

static guint8
choose_ttl (const FilDynamicQuery *self,
            const FilQueryTarget *target,
            guint remaining)
{
  guint8 limit = ttl_limit (self, target);
  double yield = MAX (found (self) / MAX (self->horizon, 1), 1e-6);
  double hosts_needed = (self->wanted - found (self)) / yield / MAX (remaining, 1);

  for (guint8 ttl = 1; ttl < limit; ttl++)
    if (fil_dynamic_query_hosts (target->degree, ttl) >= hosts_needed)
      return ttl;
  return limit;
}

static guint
next_one (FilDynamicQuery *self,
          const FilQueryTarget *targets,
          guint n,
          FilQueryOrder *out)
{
  const FilQueryTarget *best = NULL;
  guint remaining = 0;

  for (guint i = 0; i < n; i++)
    if (is_open (self, &targets[i], ttl_limit (self, &targets[i])))
      {
        remaining++;
        if (best == NULL || (targets[i].matches && !best->matches))
          best = &targets[i];
      }
  if (best == NULL)
    return 0;
  order (self, best,
         remaining <= FIL_QUERY_ORDERS ? ttl_limit (self, best) : choose_ttl (self, best, remaining), FALSE,
         out);
  return 1;
}

/**
 * fil_dynamic_query_step:
 * @targets: all neighbours that could be asked, the best first
 * @out: (out): whom to ask now
 *
 * Takes the next step when its time has come.
 *
 * Returns: how many entries of @out are to be asked
 */
guint
fil_dynamic_query_step (FilDynamicQuery *self,
                        const FilQueryTarget *targets,
                        guint n,
                        gint64 now_us,
                        FilQueryOrder out[FIL_QUERY_ORDERS])
{
  guint sent = 0;

  if (now_us < self->next_us || has_enough (self))
    return 0;
  /* Few neighbours: a slow start would only cost time. */
  if (n <= FIL_QUERY_ORDERS)
    {
      for (guint i = 0; i < n; i++)
        {
          guint8 ttl = ttl_limit (self, &targets[i]);

          if (is_open (self, &targets[i], ttl))
            order (self, &targets[i], ttl, FALSE, &out[sent++]);
        }
    }
  else if (!self->has_probed)
    {
      sent = probe (self, targets, n, out);
      self->has_probed = TRUE;
      self->next_us = now_us + (sent > 0 ? PROBE_WAIT : 0);
      if (sent > 0)
        return sent;
    }
  if (sent == 0)
    sent = next_one (self, targets, n, out);
  if (sent == 0 && self->exhausted_us == FIL_NEVER)
    self->exhausted_us = now_us;
  self->next_us = now_us + (self->horizon > RARE_HORIZON && found (self) < 3 ? STEP_WAIT_RARE : STEP_WAIT);
  return sent;
}

/**
 * fil_dynamic_query_wake:
 *
 * Returns: when fil_dynamic_query_step() or the end is due
 */
gint64
fil_dynamic_query_wake (const FilDynamicQuery *self)
{
  if (has_enough (self) || self->exhausted_us != FIL_NEVER)
    return MIN (self->begun_us + LIFE, self->next_us + LINGER);
  return self->next_us;
}

/**
 * fil_dynamic_query_look_again:
 *
 * Notes that there is a new neighbour to ask.
 */
void
fil_dynamic_query_look_again (FilDynamicQuery *self)
{
  self->exhausted_us = FIL_NEVER;
}

gboolean
fil_dynamic_query_is_done (const FilDynamicQuery *self,
                           gint64 now_us)
{
  if (now_us >= self->begun_us + LIFE)
    return TRUE;
  return (has_enough (self) || self->exhausted_us != FIL_NEVER) && now_us >= self->next_us + LINGER;
}

void
fil_dynamic_query_add_hits (FilDynamicQuery *self,
                            guint n)
{
  self->hits += n;
  self->guidance_hits += n;
}

/**
 * fil_dynamic_query_set_kept:
 * @n: hits that the leaf shows, through all of its ultrapeers
 */
void
fil_dynamic_query_set_kept (FilDynamicQuery *self,
                            guint n)
{
  self->is_guided = TRUE;
  self->kept = n / ULTRAPEERS_PER_LEAF;
}

/**
 * fil_dynamic_query_stop:
 *
 * Asks nobody any more; hits that are on their way still count.
 */
void
fil_dynamic_query_stop (FilDynamicQuery *self)
{
  self->is_stopped = TRUE;
}

/**
 * fil_dynamic_query_wants_guidance:
 *
 * Returns: whether it is time to ask the leaf how many hits it keeps; TRUE only once each time
 */
gboolean
fil_dynamic_query_wants_guidance (FilDynamicQuery *self)
{
  if (self->guidance_targets < GUIDANCE_TARGETS || self->guidance_hits < GUIDANCE_HITS)
    return FALSE;
  self->guidance_targets = self->guidance_hits = 0;
  return TRUE;
}

const FilPacket *
fil_dynamic_query_packet (const FilDynamicQuery *self)
{
  return self->packet;
}

const FilQueryHashes *
fil_dynamic_query_hashes (const FilDynamicQuery *self)
{
  return &self->hashes;
}

guint32
fil_dynamic_query_leaf (const FilDynamicQuery *self)
{
  return self->leaf;
}

/**
 * fil_dynamic_query_n_asked:
 *
 * Returns: how many neighbours have been sent the query
 */
guint
fil_dynamic_query_n_asked (const FilDynamicQuery *self)
{
  return self->asked->len;
}

/**
 * fil_dynamic_query_reach:
 *
 * Returns: about how many hosts have seen the query
 */
guint
fil_dynamic_query_reach (const FilDynamicQuery *self)
{
  return (guint) self->horizon;
}
