/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include "guidance.h"

/* Our own searches, and the dynamic queries that we lead as an ultrapeer for ourselves and for leaves
 * (routing.md §7). */

#define WANTED_OWN 150
#define WANTED_LEAF 50
#define HASH_SHARE 25 /* a hash names one file: a few sources are enough */

void
_fil_own_search_free (FilOwnSearch *self)
{
  fil_packet_unref (self->query);
  g_free (self);
}

static guint
led_by (const FilOverlay *self,
        guint32 leaf)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->led);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += fil_dynamic_query_leaf (value) == leaf;
  return n;
}

/* Begins to lead a query. Where too many are under way the oldest of that asker gives way to none: the
 * new one is dropped. */
void
_fil_overlay_lead (FilOverlay *self,
                   FilPacket *query,
                   const FilQueryHashes *hashes,
                   guint32 leaf,
                   guint8 max_ttl,
                   gint64 now_us)
{
  guint wanted = leaf == 0 ? WANTED_OWN : WANTED_LEAF;
  FilDynamicQuery *led;
  FilSeenQuery *seen;

  if (self->ultrapeers->len == 0 && leaf != 0)
    return;
  if (leaf != 0 &&
      (g_hash_table_size (self->led) >= FIL_QUERIES_LED || led_by (self, leaf) >= FIL_QUERIES_LED_PER_LEAF))
    {
      _fil_overlay_drop (self, FIL_DROP_RATE);
      return;
    }
  if (hashes->n_urns > 0)
    wanted /= HASH_SHARE;
  led = fil_dynamic_query_new (query, hashes, leaf, wanted, max_ttl, now_us);
  g_hash_table_replace (self->led, (gpointer) fil_packet_muid (query), led);
  seen = fil_guid_table_find (self->seen, fil_packet_muid (query), now_us);
  if (seen != NULL)
    seen->is_led = TRUE;
  _fil_overlay_run_led (self, now_us);
  if (self->delegate.wake_changed != NULL)
    self->delegate.wake_changed (self->data);
}

static guint
list_targets (const FilOverlay *self,
              const FilDynamicQuery *led,
              FilQueryTarget *out,
              guint max)
{
  const FilPacket *packet = fil_dynamic_query_packet (led);
  guint n = 0;

  for (guint i = 0; i < self->ultrapeers->len && n < max; i++)
    {
      const FilNeighbour *to = self->ultrapeers->pdata[i];
      const FilHandshakePeer *peer = fil_link_peer (to->link);

      if (fil_link_is_congested (to->link) || fil_packet_hops (packet) >= to->hops_flow)
        continue;
      out[n++] = (FilQueryTarget){
        .link = to->id,
        .degree = peer->degree,
        .max_ttl = peer->max_ttl,
        .matches = to->table == NULL || fil_route_table_match (to->table, fil_dynamic_query_hashes (led)),
        .probes = peer->probes,
      };
    }
  return n;
}

static void
step (FilOverlay *self,
      FilDynamicQuery *led,
      gint64 now_us)
{
  const FilPacket *packet = fil_dynamic_query_packet (led);
  FilNeighbour *leaf = _fil_overlay_neighbour (self, fil_dynamic_query_leaf (led));
  FilHeader header = fil_packet_header (packet);
  FilQueryOrder orders[FIL_QUERY_ORDERS];
  FilQueryTarget targets[64];
  guint n = list_targets (self, led, targets, G_N_ELEMENTS (targets));

  n = fil_dynamic_query_step (led, targets, n, now_us, orders);
  for (guint i = 0; i < n; i++)
    {
      FilNeighbour *to = _fil_overlay_neighbour (self, orders[i].link);

      header.ttl = orders[i].ttl;
      _fil_overlay_send (self, to, FIL_IMPORTANCE_QUERY, &header, fil_packet_payload (packet), now_us);
      _fil_overlay_step (self, &header.muid, "query-sent", to, header.ttl, header.hops, NULL, now_us);
    }
  if (leaf != NULL && leaf->guides && fil_dynamic_query_wants_guidance (led))
    {
      g_autoptr (FilPacket) ask =
          fil_vendor_packet_new (FIL_VENDOR_QUERY_STATUS_REQUEST, 1, &header.muid, 1, 0, NULL);

      _fil_overlay_send_packet (self, leaf, FIL_IMPORTANCE_HIT, ask, now_us);
    }
}

/* Takes the next step of every query that is due, and lets go of those that are done. */
void
_fil_overlay_run_led (FilOverlay *self,
                      gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->led);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FilDynamicQuery *led = value;
      guint32 leaf = fil_dynamic_query_leaf (led);

      if (fil_dynamic_query_wake (led) > now_us)
        continue;
      if (fil_dynamic_query_is_done (led, now_us) ||
          (leaf != 0 && _fil_overlay_neighbour (self, leaf) == NULL))
        g_hash_table_iter_remove (&iter);
      else
        step (self, led, now_us);
    }
}

gint64
_fil_overlay_led_wake (const FilOverlay *self)
{
  GHashTableIter iter;
  gpointer value;
  gint64 wake = FIL_NEVER;

  g_hash_table_iter_init (&iter, self->led);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    wake = MIN (wake, fil_dynamic_query_wake (value));
  return wake;
}

/* Whose addresses are of use to us. */
static FilQueryV6
accepts_v6 (const FilOverlay *self)
{
  FilEndpoint own = fil_overlay_own_endpoint (self);
  FilEndpoint six = fil_overlay_own_ipv6 (self);

  if (!fil_endpoint_is_set (&six))
    return FIL_QUERY_V6_NONE;
  return own.family == 6 ? FIL_QUERY_V6_ONLY : FIL_QUERY_V6_WELCOME;
}

static FilPacket *
make_query (FilOverlay *self,
            const FilGuid *muid,
            const char *text,
            const FilSha1 *sha1,
            guint kinds,
            guint8 ttl)
{
  FilHeader header = fil_header (FIL_KIND_QUERY, muid, ttl, 0);
  FilQueryExtensions extensions = { .media = kinds, .partial = TRUE, .v6 = accepts_v6 (self) };
  guint16 flags = FIL_QUERY_MARK | FIL_QUERY_GGEP_H | FIL_QUERY_LEAF_GUIDED;

  if (self->reach.tcp.state != FIL_REACHABLE_YES)
    flags |= FIL_QUERY_FIREWALLED | (self->fw_version > 0 ? FIL_QUERY_FW_TRANSFER : 0);
  if (sha1 != NULL)
    {
      extensions.urn.sha1 = *sha1;
      extensions.urn.has_sha1 = TRUE;
    }
  return fil_query_packet_new (&header, flags, text, &extensions);
}

/* gtk-gnutella 1.2.3 as an ultrapeer keeps back hits of firewalled hosts from a leaf whose query says that it is
 * firewalled, too: it knows of transfers between two such, but loses their flag on the way (dq_count_results()
 * takes 16 of the 32 bits of a hit's status). So it is not told, and that makes it forget that it is our push
 * proxy, which it is asked for again. */
static gboolean
must_not_know (const FilOverlay *self,
               const FilNeighbour *to,
               const FilPacket *query)
{
  return self->punch_item_len > 0 && (fil_packet_payload (query).data[0] & FIL_QUERY_FIREWALLED >> 8) != 0 &&
         g_str_has_prefix (fil_link_peer (to->link)->user_agent, "gtk-gnutella/");
}

static void
send_unmarked (FilOverlay *self,
               FilNeighbour *to,
               const FilPacket *query,
               gint64 now_us)
{
  FilHeader header = fil_packet_header (query);
  FilSlice payload = fil_packet_payload (query);
  g_autofree guint8 *bytes = g_memdup2 (payload.data, payload.len);
  g_autoptr (FilPacket) unmarked = NULL;

  bytes[0] &= (guint8) ~((FIL_QUERY_FIREWALLED | FIL_QUERY_FW_TRANSFER) >> 8);
  unmarked = fil_packet_new (&header, fil_slice (bytes, payload.len));
  _fil_overlay_send_packet (self, to, FIL_IMPORTANCE_QUERY, unmarked, now_us);
  _fil_overlay_ask_proxy (self, to, now_us);
}

/* A leaf asks each of its ultrapeers; these lead. */
static void
ask (FilOverlay *self,
     FilOwnSearch *search,
     FilNeighbour *to,
     gint64 now_us)
{
  guint8 ttl = fil_packet_ttl (search->query);

  if (must_not_know (self, to, search->query))
    send_unmarked (self, to, search->query, now_us);
  else
    _fil_overlay_send_packet (self, to, FIL_IMPORTANCE_QUERY, search->query, now_us);
  _fil_overlay_step (self, &search->muid, "query-sent", to, ttl, 0, NULL, now_us);
  search->n_asked++;
  search->reach += fil_dynamic_query_hosts (fil_link_peer (to->link)->degree, ttl - 1);
}

static void
begin (FilOverlay *self,
       FilOwnSearch *search,
       gint64 now_us)
{
  FilHeader header = fil_packet_header (search->query);
  gboolean is_new;
  FilSeenQuery *seen = fil_guid_table_add (self->seen, &search->muid, now_us, &is_new);

  *seen = (FilSeenQuery){ .search = search->id, .ttl = header.ttl };
  if (self->mode == FIL_MODE_ULTRAPEER)
    {
      _fil_router_to_leaves (self, NULL, &header, fil_packet_payload (search->query), &search->hashes,
                             now_us);
      _fil_overlay_lead (self, search->query, &search->hashes, 0, header.ttl, now_us);
      return;
    }
  for (guint i = 0; i < self->ultrapeers->len; i++)
    ask (self, search, self->ultrapeers->pdata[i], now_us);
}

/**
 * fil_overlay_search:
 * @text: words as a person types them; may be empty when @sha1 is given
 * @sha1: (nullable): search for exactly this file
 * @kinds: mask of FIL_MEDIA_…, 0 for all
 *
 * Searches the network until fil_overlay_close_search(); hits come through the delegate.
 *
 * Returns: the id of the search; 0 when the text has no word to search for, or there are too many
 */
guint32
fil_overlay_search (FilOverlay *self,
                    const char *text,
                    const FilSha1 *sha1,
                    guint kinds,
                    gint64 now_us)
{
  g_autofree char *words = NULL;
  g_autoptr (FilPacket) packet = NULL;
  FilQueryExtensions extensions;
  FilOwnSearch *search;
  FilQuery query;
  FilGuid muid;

  fil_words_split_query (self->words, text, -1);
  words = fil_words_to_query_text (self->words);
  if ((words[0] == '\0' && sha1 == NULL) || g_hash_table_size (self->searches) >= FIL_SEARCHES)
    return 0;
  fil_guid_random (&muid, self->random);
  packet = make_query (self, &muid, words[0] != '\0' ? words : "\\", sha1, kinds,
                       (guint8) (self->config.query_ttl > 0 ? self->config.query_ttl : FIL_TTL_QUERY));
  if (!fil_query_decode (&query, fil_packet_payload (packet)) ||
      !fil_query_extensions_parse (&extensions, &query))
    return 0;

  search = g_new0 (FilOwnSearch, 1);
  search->id = ++self->last_search;
  search->muid = muid;
  search->begun_us = now_us;
  search->query = g_steal_pointer (&packet);
  _fil_router_hash (self, &query, &extensions, &search->hashes);
  g_hash_table_insert (self->searches, GUINT_TO_POINTER (search->id), search);
  begin (self, search, now_us);
  return search->id;
}

static FilOwnSearch *
find (const FilOverlay *self,
      guint32 id)
{
  return g_hash_table_lookup (self->searches, GUINT_TO_POINTER (id));
}

/**
 * fil_overlay_search_muid:
 * @muid: (out): names the query and its hits on the network
 *
 * Returns: whether there is such a search
 */
gboolean
fil_overlay_search_muid (FilOverlay *self,
                         guint32 search,
                         FilGuid *muid)
{
  const FilOwnSearch *own = find (self, search);

  if (own != NULL)
    *muid = own->muid;
  return own != NULL;
}

/**
 * fil_overlay_search_reach:
 *
 * What the links and the TTL promise rests on what neighbours say of themselves, in networks that repeat no
 * host: it is believed up to the number of hosts that have been heard of.
 *
 * Returns: about how many hosts have been asked, no less than the neighbours that were
 */
guint
fil_overlay_search_reach (FilOverlay *self,
                          guint32 search)
{
  const FilOwnSearch *own = find (self, search);
  FilDynamicQuery *led = own != NULL ? g_hash_table_lookup (self->led, &own->muid) : NULL;
  guint promised, n_asked;

  if (own == NULL)
    return 0;
  promised = led != NULL ? fil_dynamic_query_reach (led) : (guint) own->reach;
  n_asked = led != NULL ? fil_dynamic_query_n_asked (led) : own->n_asked;
  return MAX (n_asked, MIN (promised, fil_host_cache_size (self->hosts)));
}

/**
 * fil_overlay_search_kept:
 * @hits: how many hits the user sees
 *
 * Tells how many hits were worth keeping; ultrapeers that lead the search ask for it.
 */
void
fil_overlay_search_kept (FilOverlay *self,
                         guint32 search,
                         guint hits)
{
  FilOwnSearch *own = find (self, search);
  FilDynamicQuery *led;

  if (own == NULL)
    return;
  own->kept = hits;
  own->has_kept = TRUE;
  led = g_hash_table_lookup (self->led, &own->muid);
  if (led != NULL)
    fil_dynamic_query_set_kept (led, hits * 3);
}

static void
send_status (FilOverlay *self,
             FilNeighbour *to,
             const FilGuid *muid,
             guint hits,
             gint64 now_us)
{
  FilQueryStatus status = { .hits = (guint16) MIN (hits, FIL_QUERY_STATUS_STOP) };
  g_autoptr (FilPacket) packet = NULL;

  if (!fil_link_peer (to->link)->vendor_messages)
    return;
  packet = fil_vendor_packet_new (FIL_VENDOR_QUERY_STATUS, 1, muid, 1, 0, &status);
  _fil_overlay_send_packet (self, to, FIL_IMPORTANCE_HIT, packet, now_us);
}

/**
 * fil_overlay_close_search:
 *
 * Ends a search: hits that still come are dropped, and ultrapeers that lead it stop.
 */
void
fil_overlay_close_search (FilOverlay *self,
                          guint32 search,
                          gint64 now_us)
{
  FilOwnSearch *own = find (self, search);

  if (own == NULL)
    return;
  g_hash_table_remove (self->led, &own->muid);
  for (guint i = 0; self->mode == FIL_MODE_LEAF && i < self->ultrapeers->len; i++)
    send_status (self, self->ultrapeers->pdata[i], &own->muid, FIL_QUERY_STATUS_STOP, now_us);
  g_hash_table_remove (self->searches, GUINT_TO_POINTER (search));
}

/* An ultrapeer wants to know how our search goes. */
void
_fil_overlay_take_query_status_request (FilOverlay *self,
                                        FilNeighbour *from,
                                        const FilGuid *muid,
                                        gint64 now_us)
{
  const FilSeenQuery *seen = fil_guid_table_find (self->seen, muid, now_us);
  const FilOwnSearch *own = seen != NULL && seen->search != 0 ? find (self, seen->search) : NULL;

  if (seen == NULL || seen->search == 0)
    return;
  if (own == NULL)
    send_status (self, from, muid, FIL_QUERY_STATUS_STOP, now_us);
  else
    send_status (self, from, muid, MIN (own->has_kept ? own->kept : own->hits, FIL_QUERY_STATUS_STOP - 1),
                 now_us);
}

/* A new way into the network: ask there too. */
void
_fil_overlay_ask_new_ultrapeer (FilOverlay *self,
                                FilNeighbour *to,
                                gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->led);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    fil_dynamic_query_look_again (value);
  if (self->mode != FIL_MODE_LEAF)
    return;
  g_hash_table_iter_init (&iter, self->searches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (now_us - ((FilOwnSearch *) value)->begun_us < FIL_SEARCH_AGE)
      ask (self, value, to, now_us);
}
