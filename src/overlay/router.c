/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include "query-hit.h"

/* Queries out, hits back (routing.md §1-3). */

/* Hashes what a query is routed by; FALSE when it asks for nothing that can be routed. */
gboolean
_fil_router_hash (FilOverlay *self,
                  const FilQuery *query,
                  const FilQueryExtensions *extensions,
                  FilQueryHashes *hashes)
{
  char text[FIL_QUERY_TEXT_MAX + 1];

  if (extensions->long_text.key.len > 0 && fil_query_long_text (extensions, text, sizeof text))
    fil_words_split_query (self->words, text, -1);
  else
    fil_words_split_query (self->words, (const char *) query->text.data, (gssize) query->text.len);
  fil_query_hashes_init (hashes, self->words);
  if (extensions->urn.has_sha1)
    {
      char urn[9 + FIL_SHA1_TEXT_LEN + 1] = "urn:sha1:";

      fil_sha1_to_text (&extensions->urn.sha1, urn + 9);
      fil_query_hashes_add_urn (hashes, urn, strlen (urn));
    }
  return !fil_query_hashes_is_empty (hashes);
}

/* To those leaves whose table knows the words. */
void
_fil_router_to_leaves (FilOverlay *self,
                       const FilNeighbour *from,
                       const FilHeader *header,
                       FilSlice payload,
                       const FilQueryHashes *hashes,
                       gint64 now_us)
{
  FilHeader relayed = *header;

  /* A leaf is the end of the way: TTL 0 does not exist on a link. */
  relayed.ttl = MAX (header->ttl, 1);
  for (guint i = 0; i < self->leaves->len; i++)
    {
      FilNeighbour *leaf = self->leaves->pdata[i];

      if (leaf == from || leaf->table == NULL || relayed.hops >= leaf->hops_flow ||
          fil_link_is_congested (leaf->link) || !fil_route_table_match (leaf->table, hashes))
        continue;
      _fil_overlay_send (self, leaf, FIL_IMPORTANCE_QUERY, &relayed, payload, now_us);
      _fil_overlay_step (self, &header->muid, "query-sent", leaf, relayed.ttl, relayed.hops, "to a leaf",
                         now_us);
    }
}

/* To the other ultrapeers; on the last hop only to those whose table knows the words. */
static void
flood (FilOverlay *self,
       const FilNeighbour *from,
       const FilHeader *relayed,
       FilSlice payload,
       const FilQueryHashes *hashes,
       gint64 now_us)
{
  for (guint i = 0; i < self->ultrapeers->len; i++)
    {
      FilNeighbour *to = self->ultrapeers->pdata[i];

      if (to == from || relayed->hops >= to->hops_flow || fil_link_is_congested (to->link))
        continue;
      if (relayed->ttl == 1 && to->table != NULL && !fil_route_table_match (to->table, hashes))
        continue;
      _fil_overlay_send (self, to, FIL_IMPORTANCE_QUERY, relayed, payload, now_us);
      _fil_overlay_step (self, &relayed->muid, "query-sent", to, relayed->ttl, relayed->hops, NULL, now_us);
    }
}

/* Checks and trims TTL and hops; FALSE: drop it. */
static gboolean
clamp_ttl (FilOverlay *self,
           FilNeighbour *from,
           FilHeader *header,
           gint64 now_us)
{
  if (header->ttl == 0 || header->ttl + header->hops > FIL_TTL_HARD)
    {
      _fil_overlay_drop (self, FIL_DROP_TTL);
      if (header->ttl > 0 && header->hops <= 2 && ++from->high_ttl >= FIL_HIGH_TTL_BYE)
        fil_link_close (from->link, FIL_BYE_HIGH_TTL, "TTL too high", now_us);
      return FALSE;
    }
  if (header->ttl + header->hops > FIL_TTL_MAX)
    header->ttl = (guint8) MAX (FIL_TTL_MAX - (int) header->hops, 1);
  return TRUE;
}

/* Whether the query is new here; FALSE when it must go no further. One that comes again with a higher
 * TTL goes to ultrapeers, so that it gets as far as it can (routing.md §2). */
static gboolean
note_query (FilOverlay *self,
            FilNeighbour *from,
            const FilHeader *header,
            gboolean *is_new,
            gint64 now_us)
{
  FilSeenQuery *seen = fil_guid_table_add (self->seen, &header->muid, now_us, is_new);

  if (*is_new)
    {
      *seen = (FilSeenQuery){ .link = from->id, .ttl = header->ttl, .hops = header->hops };
      return TRUE;
    }
  if (header->ttl > seen->ttl && seen->search == 0 && from->is_ultrapeer)
    {
      seen->ttl = header->ttl;
      return TRUE;
    }
  _fil_overlay_drop (self, FIL_DROP_DUPLICATE);
  if (seen->link == from->id)
    fil_link_count_duplicate (from->link, now_us);
  return FALSE;
}

static gboolean
is_plausible (FilOverlay *self,
              FilNeighbour *from,
              const FilHeader *header,
              const FilQuery *query)
{
  guint8 address[4];
  guint16 port;
  FilEndpoint named;

  /* A leaf that names somebody else as the receiver of its hits aims at that somebody. */
  if (from->is_leaf && (query->flags & FIL_QUERY_OOB) != 0)
    {
      fil_query_muid_get_address (&header->muid, address, &port);
      named = fil_endpoint_v4 (address, port);
      if (!fil_endpoint_same_address (&named, fil_link_remote (from->link)))
        return FALSE;
    }
  /* Leaves have no leaves, and ultrapeers do not ask them by anybody but themselves. */
  return from->is_ultrapeer || self->mode == FIL_MODE_ULTRAPEER;
}

static void
route_query (FilOverlay *self,
             FilNeighbour *from,
             const FilHeader *header,
             FilSlice payload,
             const FilQuery *query,
             const FilQueryExtensions *extensions,
             gboolean is_new,
             gint64 now_us)
{
  FilQueryHashes hashes;
  FilHeader relayed = *header;

  /* As routing.md §5: exactly once, and nothing else is touched. */
  relayed.ttl = header->ttl - 1;
  relayed.hops = header->hops + 1;
  if (!_fil_router_hash (self, query, extensions, &hashes) && extensions->feature == 0)
    return;
  self->stats.queries_routed++;
  if (is_new)
    _fil_router_to_leaves (self, from, &relayed, payload, &hashes, now_us);
  if (relayed.ttl == 0)
    return;
  if (from->is_leaf)
    {
      g_autoptr (FilPacket) packet = fil_packet_new (&relayed, payload);

      _fil_overlay_lead (self, packet, &hashes, from->id, relayed.ttl, now_us);
    }
  else
    flood (self, from, &relayed, payload, &hashes, now_us);
}

void
_fil_router_take_query (FilOverlay *self,
                        FilNeighbour *from,
                        const FilFrame *frame,
                        gint64 now_us)
{
  FilHeader header = frame->header;
  FilQueryExtensions extensions;
  FilQuery query;
  gboolean is_new;

  if (!fil_token_bucket_take (&from->queries, 1, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_RATE);
      return;
    }
  fil_guid_table_expect (self->seen, &header.muid);
  if (!clamp_ttl (self, from, &header, now_us))
    return;
  if (!fil_query_decode (&query, frame->payload) || !fil_query_extensions_parse (&extensions, &query))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      fil_link_count_error (from->link, "a broken query", now_us);
      return;
    }
  if (!is_plausible (self, from, &header, &query))
    {
      _fil_overlay_drop (self, FIL_DROP_MISPLACED);
      return;
    }
  if (!note_query (self, from, &header, &is_new, now_us))
    return;
  if (is_new)
    _fil_overlay_step (self, &header.muid, "query-received", from, frame->header.ttl, header.hops, NULL,
                       now_us);
  if (self->mode == FIL_MODE_ULTRAPEER)
    route_query (self, from, &header, frame->payload, &query, &extensions, is_new, now_us);
  if (is_new)
    _fil_overlay_answer (self, &header, &query, &extensions, now_us);
}

static void
deliver_hit (FilOverlay *self,
             FilNeighbour *from,
             const FilHeader *header,
             const FilQueryHit *hit,
             guint32 search_id,
             gint64 now_us)
{
  FilOwnSearch *search = g_hash_table_lookup (self->searches, GUINT_TO_POINTER (search_id));
  FilSource source = { .link = from->id,
                       .address = *fil_link_remote (from->link),
                       .ttl = header->ttl,
                       .hops = header->hops,
                       .muid = header->muid };

  _fil_overlay_step (self, &header->muid, "hit-received", from, header->ttl, header->hops,
                     search != NULL ? "for us" : "for a search that was closed", now_us);
  if (search == NULL)
    {
      _fil_overlay_drop (self, FIL_DROP_HIT_NO_ROUTE);
      return;
    }
  search->hits += hit->n_records;
  if (self->delegate.hit != NULL)
    self->delegate.hit (self->data, search_id, hit, &source);
}

static void
relay_hit (FilOverlay *self,
           const FilNeighbour *from,
           FilNeighbour *to,
           const FilHeader *header,
           FilSlice payload,
           gint64 now_us)
{
  FilHeader relayed = *header;

  /* A hit at the end of its TTL still reaches a leaf: it has but one hop to go. */
  if (header->ttl <= 1 && !to->is_leaf)
    {
      _fil_overlay_drop (self, FIL_DROP_TTL);
      return;
    }
  relayed.ttl = MAX (header->ttl, 2) - 1;
  relayed.hops = header->hops + 1;
  self->stats.hits_routed++;
  _fil_overlay_send (self, to, FIL_IMPORTANCE_HIT, &relayed, payload, now_us);
  _fil_overlay_step (self, &header->muid, "hit-routed", to, relayed.ttl, relayed.hops, NULL, now_us);
}

void
_fil_router_take_hit (FilOverlay *self,
                      FilNeighbour *from,
                      const FilFrame *frame,
                      gint64 now_us)
{
  const FilHeader *header = &frame->header;
  FilDynamicQuery *led = NULL;
  FilNeighbour *to;
  FilSeenQuery *seen;
  FilQueryHit hit;

  if (!fil_query_hit_decode (&hit, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      fil_link_count_error (from->link, "a broken hit", now_us);
      return;
    }
  if (header->ttl + header->hops > 2 * FIL_TTL_HARD)
    {
      _fil_overlay_drop (self, FIL_DROP_TTL);
      return;
    }
  seen = fil_guid_table_find (self->seen, &header->muid, now_us);
  to = seen != NULL ? _fil_overlay_neighbour (self, seen->link) : NULL;
  if (seen == NULL || to == from || (to == NULL && seen->search == 0) ||
      _fil_overlay_is_own_guid (self, &hit.servent))
    {
      _fil_overlay_drop (self, FIL_DROP_HIT_NO_ROUTE);
      return;
    }
  if (seen->hits >= FIL_HITS_PER_QUERY)
    {
      _fil_overlay_drop (self, FIL_DROP_HIT_LIMIT);
      return;
    }
  seen->hits += hit.n_records;
  if (seen->is_led)
    led = g_hash_table_lookup (self->led, &header->muid);
  if (led != NULL)
    fil_dynamic_query_add_hits (led, hit.n_records);
  /* Only a hit that somebody asked for shows a way to its servent. */
  _fil_router_learn_push (self, &hit.servent, from, header->hops, now_us);
  if (seen->search != 0)
    deliver_hit (self, from, header, &hit, seen->search, now_us);
  else
    relay_hit (self, from, to, header, frame->payload, now_us);
}

/* Sends a hit of ours to where its query came from. */
void
_fil_router_send_hit (FilOverlay *self,
                      const FilGuid *muid,
                      const FilPacket *hit,
                      gint64 now_us)
{
  FilSeenQuery *seen = fil_guid_table_find (self->seen, muid, now_us);
  FilNeighbour *to = seen != NULL ? _fil_overlay_neighbour (self, seen->link) : NULL;

  if (to == NULL)
    return;
  _fil_overlay_send_packet (self, to, FIL_IMPORTANCE_HIT, hit, now_us);
  _fil_overlay_step (self, muid, "hit-sent", to, fil_packet_ttl (hit), fil_packet_hops (hit), "our files",
                     now_us);
}
