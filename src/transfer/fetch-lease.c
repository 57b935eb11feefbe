/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fetch-private.h"

#include "rarest.h"
#include "transfer-limits.h"

/* Which part of the file a connection fetches: how much at a time, where, and whose when nothing is free. */

#define lease_at(self, i) (&g_array_index ((self)->leases, FilFetchLease, (i)))

static void
give_back (FilFetch *self,
           const FilFetchLease *lease)
{
  if (self->download->map != NULL && lease->position < lease->range.end)
    fil_segment_map_release (self->download->map, (FilRange){ lease->position, lease->range.end });
}

/* Gives back what was leased, from the lease number @first on. */
void
_fil_fetch_give_back_from (FilFetch *self,
                           guint first)
{
  for (guint i = first; i < self->leases->len; i++)
    give_back (self, lease_at (self, i));
  g_array_set_size (self->leases, MIN (first, self->leases->len));
}

/* What a connection is asked for first. Between that and the next comes the tree, and the sooner it is here, the
 * less is lost that nothing proves; for what one request could bring all of, it is not waited for. */
static guint64
first_size (const FilFetch *self)
{
  const FilDownload *download = self->download;

  return download->has_sha1 && download->size > FIL_SEGMENT_FIRST && fil_tree_trust_tree (download->trust) == NULL
             ? FIL_SEGMENT_LEAST
             : FIL_SEGMENT_FIRST;
}

/* What a connection can be asked for under the limits. All of it comes at once and waits in the sockets until we take
 * it; meanwhile the other side waits for the next request. */
static guint64
limited_size (const FilFetch *self)
{
  gint64 share = _fil_downloads_share (self->download);

  if (share == 0)
    return FIL_SEGMENT_MOST;
  return MAX ((guint64) share * FIL_SEGMENT_LIMITED_SECONDS / self->download->work->fetches->len,
              FIL_SEGMENT_LIMITED_LEAST);
}

/* How much to ask for: what lasts some seconds at the measured speed, but near the end of the file no
 * more than a share, so that nobody waits for one slow source. */
static guint64
chunk_size (const FilFetch *self,
            gint64 now_us)
{
  const FilDownload *download = self->download;
  guint64 bps = fil_transfer_rate_get (&self->rate, now_us);
  guint64 most = bps > 0 ? bps * FIL_SEGMENT_SECONDS : first_size (self);
  /* Those who are still to come want their share too. */
  guint usable = MIN (fil_download_usable_sources (download), FIL_DOWNLOAD_MAX_CONNECTIONS);
  guint workers = MAX (download->work->fetches->len, usable);
  const FilTigerTree *tree = fil_tree_trust_tree (download->trust);
  /* Whole blocks, so that it is known who sent each. */
  guint64 least = tree != NULL ? MIN (fil_tiger_tree_node_size (tree), FIL_SEGMENT_FIRST) : FIL_SEGMENT_LEAST;

  most = CLAMP (most, FIL_SEGMENT_LEAST, FIL_SEGMENT_MOST);
  if (workers > 1)
    most = MIN (most, fil_segment_map_missing (download->map) / (2 * workers));
  return MIN (MAX (most, least), limited_size (self));
}

/* Where to go on: the head of the file first, so that it can be looked at, and on from there if somebody does;
 * then what few of those have who do not have all of it, if there are such; else where this connection was. */
static guint64
next_place (const FilFetch *self,
            guint64 near)
{
  const FilDownload *download = self->download;
  g_autoptr (FilRarest) rarest = NULL;
  guint64 start;

  if (download->wants_head)
    return 0;
  if (fil_segment_map_prefix (download->map, FIL_SEGMENT_LEASED) < MIN (FIL_SEGMENT_FIRST, download->size))
    return near;
  rarest = fil_rarest_new (download->size);
  for (guint i = 0; i < download->sources->len; i++)
    {
      const FilFileSource *source = g_ptr_array_index (download->sources, i);

      if (source->state != FIL_SOURCE_BAD && source->available != NULL)
        fil_rarest_add (rarest, source->available);
    }
  return fil_rarest_choose (rarest, download->map, self->source->available, self->downloads->salt, &start) ? start : near;
}

/* How long until the rest of a lease is there, in microseconds. */
static gint64
rest_us (const FilFetch *victim,
         guint64 rest,
         gint64 now_us)
{
  guint64 bps = fil_fetch_speed (victim, now_us);

  if (victim->is_stalled || bps == 0)
    return G_MAXINT64 / 4;
  return (gint64) MIN ((double) rest / (double) bps * (double) FIL_SEC, (double) (G_MAXINT64 / 4));
}

/* What the slowest one still has to bring, if that would take it more than twice as long as one who brings @bps half of
 * it, and 10 s (swarm.md §6); of the last bytes, and 1 s. NULL: nobody is so slow. */
static FilFetchLease *
find_slow (const FilDownload *download,
           const FilFetch *thief,
           guint64 bps,
           gint64 now_us)
{
  FilFetchLease *worst = NULL;
  gint64 worst_us = 0;
  guint64 rest;
  /* In the end nobody is waited for. */
  gint64 patience_us = fil_segment_map_missing (download->map) <= FIL_SEGMENT_END_GAME ? FIL_SEC : 10 * FIL_SEC;

  for (guint i = 0; i < download->work->fetches->len; i++)
    {
      FilFetch *other = g_ptr_array_index (download->work->fetches, i);

      for (guint j = 0; other != thief && j < other->leases->len; j++)
        {
          FilFetchLease *candidate = lease_at (other, j);
          gint64 us = rest_us (other, candidate->range.end - candidate->position, now_us);

          /* A new connection gets time to show what it can. */
          if (us > worst_us && now_us - other->started_us >= patience_us)
            {
              worst_us = us;
              worst = candidate;
            }
        }
    }
  if (worst == NULL)
    return NULL;
  rest = worst->range.end - worst->position;
  return worst_us > 2 * (gint64) ((rest / 2) * FIL_SEC / bps) + patience_us ? worst : NULL;
}

/* How fast a source is taken to be, which may not have shown it yet. */
static guint64
assumed_bps (const FilFileSource *source)
{
  return MAX (source->bps, 16 * 1024);
}

/**
 * _fil_fetch_has_slow:
 *
 * Returns: whether @source, which is not connected, could take over from somebody who is too slow for it
 */
gboolean
_fil_fetch_has_slow (const FilDownload *download,
                     const FilFileSource *source,
                     gint64 now_us)
{
  return find_slow (download, NULL, assumed_bps (source), now_us) != NULL;
}

/* Nothing is free: takes the second half of what the slowest one still has to bring. Returns whether there was such a
 * victim. */
static gboolean
steal (FilFetch *self,
       gint64 now_us,
       FilRange *lease)
{
  FilDownload *download = self->download;
  guint64 bps = MAX (fil_transfer_rate_get (&self->rate, now_us), assumed_bps (self->source));
  FilFetchLease *worst = find_slow (download, self, bps, now_us);
  guint64 rest, start;

  if (worst == NULL)
    return FALSE;
  rest = worst->range.end - worst->position;
  start = rest >= 2 * FIL_SEGMENT_STEAL_LEAST ? worst->position + rest / 2 : worst->position;
  g_debug ("download %" G_GINT64_FORMAT ": source %u takes over from a slow one", download->id, self->source->id);
  fil_segment_map_release (download->map, (FilRange){ start, worst->range.end });
  worst->range.end = start;
  return fil_segment_map_lease_at (download->map, self->source->id, start, FIL_SEGMENT_MOST, lease);
}

/* Leases what is to be asked for next. Returns whether there is anything. */
gboolean
_fil_fetch_lease_next (FilFetch *self,
                       gint64 now_us,
                       FilRange *lease)
{
  FilDownload *download = self->download;
  guint64 near = self->near_offset;
  const GArray *available = self->source->available;

  if (self->leases->len > 0)
    near = lease_at (self, self->leases->len - 1)->range.end;
  if (fil_segment_map_lease (download->map, self->source->id, chunk_size (self, now_us), next_place (self, near),
                             available, lease))
    return TRUE;
  return self->leases->len == 0 && available == NULL && steal (self, now_us, lease);
}

/* How much from @offset on the server is about to send without having been asked again. A lease of more would
 * keep from everybody what nobody fetches. */
static guint64
still_to_come (const FilFetch *self,
               guint64 offset)
{
  if (offset < self->until)
    return MIN (self->until - offset, FIL_SEGMENT_MOST);
  for (guint i = 0; i < self->late->len; i++)
    {
      const FilRange *late = &g_array_index (self->late, FilRange, i);

      if (offset >= late->start && offset < late->end)
        return late->end - offset;
    }
  return 0;
}

/* A server that sends more than it was asked for, or one that was thought dead: what it sends is welcome
 * as long as nobody else is fetching it. */
gboolean
_fil_fetch_extend (FilFetch *self,
                   guint64 offset)
{
  FilFetchLease lease = { .position = offset };
  guint64 most = still_to_come (self, offset);

  if (most == 0 || !_fil_downloads_may_fetch (self->download, self->source) ||
      !fil_segment_map_lease_at (self->download->map, self->source->id, offset, most, &lease.range))
    return FALSE;
  g_array_prepend_val (self->leases, lease);
  return TRUE;
}

/* Whether the file comes from others, too. */
gboolean
_fil_fetch_others_deliver (const FilFetch *self)
{
  const GPtrArray *fetches = self->download->work->fetches;

  for (guint i = 0; i < fetches->len; i++)
    {
      const FilFetch *other = g_ptr_array_index (fetches, i);

      if (other != self && other->is_delivering)
        return TRUE;
    }
  return FALSE;
}

/* Whether @n bytes that nobody needs are worth being read for those behind them, from who cannot leave them out: there
 * are few of them, or more behind them, or nobody else brings any. */
gboolean
_fil_fetch_may_skip (const FilFetch *self,
                     guint64 n)
{
  return n <= FIL_REPLY_MAX_SKIP || n <= fil_segment_map_count (self->download->map, FIL_SEGMENT_FREE) ||
         !_fil_fetch_others_deliver (self);
}

/* How many bytes from @offset on are to be read and dropped before the next one that nobody has or fetches; 0: the rest
 * of the reply is of no use. */
guint64
_fil_fetch_pass_over (const FilFetch *self,
                      guint64 offset)
{
  guint n;
  const FilSegment *segments = fil_segment_map_segments (self->download->map, &n);

  if (!_fil_downloads_may_fetch (self->download, self->source))
    return 0;
  for (guint i = 0; i < n && segments[i].range.start < self->until; i++)
    if (segments[i].state == FIL_SEGMENT_FREE && segments[i].range.start > offset)
      return _fil_fetch_may_skip (self, segments[i].range.start - offset) ? segments[i].range.start - offset : 0;
  return 0;
}
