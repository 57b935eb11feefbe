/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include <string.h>

#define WORK_INTERVAL FIL_SEC

/* Says that something about the network or a link changed. */
void
_fil_overlay_note (FilOverlay *self,
                   FilOverlayNote note,
                   guint32 link)
{
  if (self->delegate.changed != NULL)
    self->delegate.changed (self->data, note, link);
  if (self->last_state != fil_overlay_state (self))
    {
      self->last_state = fil_overlay_state (self);
      if (self->delegate.changed != NULL)
        self->delegate.changed (self->data, FIL_NOTE_STATE, 0);
    }
}

/* Has tick() look after everything at that time, if it would not do so earlier. */
void
_fil_overlay_wake_at (FilOverlay *self,
                      gint64 at_us)
{
  if (at_us >= self->next_work_us)
    return;
  self->next_work_us = at_us;
  if (self->delegate.wake_changed != NULL)
    self->delegate.wake_changed (self->data);
}

void
_fil_overlay_drop (FilOverlay *self,
                   FilDropReason reason)
{
  self->stats.drops[reason]++;
}

/* Keeps, logs and reports one step of a request. */
static void
note_step (FilOverlay *self,
           const FilGuid *muid,
           const FilTraceRecord *record)
{
  char hex[FIL_GUID_HEX_LEN + 1], address[FIL_ENDPOINT_TEXT_LEN];

  fil_overlay_trace_add (self->trace, muid, record);
  if (self->delegate.trace != NULL)
    self->delegate.trace (self->data, muid, record);
  if (!g_log_get_debug_enabled ())
    return;
  fil_guid_to_hex (muid, hex);
  g_debug ("%s %s %s ttl %u hops %u%s%s", hex, record->what, fil_endpoint_to_text (&record->peer, address),
           record->ttl, record->hops, record->detail != NULL ? " " : "",
           record->detail != NULL ? record->detail : "");
}

void
_fil_overlay_step (FilOverlay *self,
                   const FilGuid *muid,
                   const char *what,
                   const FilNeighbour *neighbour,
                   guint ttl,
                   guint hops,
                   const char *detail,
                   gint64 now_us)
{
  FilTraceRecord record = {
    .time_us = now_us,
    .what = what,
    .ttl = (guint8) ttl,
    .hops = (guint8) hops,
    .detail = detail,
  };

  if (neighbour != NULL && neighbour->link != NULL)
    record.peer = *fil_link_remote (neighbour->link);
  note_step (self, muid, &record);
}

/**
 * fil_overlay_note_step:
 * @muid: of the request; for pushes the servent GUID
 * @what: stable name, a constant
 * @peer: (nullable): who it was said to, or came from
 * @detail: (nullable): a constant
 *
 * Adds to the trace what happened to a request outside of the overlay.
 */
void
fil_overlay_note_step (FilOverlay *self,
                       const FilGuid *muid,
                       const char *what,
                       const FilEndpoint *peer,
                       const char *detail,
                       gint64 now_us)
{
  FilTraceRecord record = { .time_us = now_us, .what = what, .detail = detail };

  if (peer != NULL)
    record.peer = *peer;
  note_step (self, muid, &record);
}

FilNeighbour *
_fil_overlay_neighbour (const FilOverlay *self,
                        guint32 link)
{
  return link != 0 ? g_hash_table_lookup (self->by_id, GUINT_TO_POINTER (link)) : NULL;
}

void
_fil_overlay_send (FilOverlay *self,
                   FilNeighbour *to,
                   FilImportance importance,
                   const FilHeader *header,
                   FilSlice payload,
                   gint64 now_us)
{
  if (to->link == NULL)
    return;
  self->stats.out_kinds[header->kind]++;
  fil_link_send (to->link, importance, header, payload, now_us);
}

void
_fil_overlay_send_packet (FilOverlay *self,
                          FilNeighbour *to,
                          FilImportance importance,
                          const FilPacket *packet,
                          gint64 now_us)
{
  if (to->link == NULL)
    return;
  self->stats.out_kinds[fil_packet_kind (packet)]++;
  fil_link_send_packet (to->link, importance, packet, now_us);
}

/* Whether an address that a stranger named may be used for that. */
gboolean
_fil_overlay_address_ok (FilOverlay *self,
                         const FilEndpoint *endpoint,
                         FilAddressUse use)
{
  FilEndpoint own = fil_overlay_own_endpoint (self);

  if (!fil_endpoint_is_set (endpoint) || endpoint->port == 0 || fil_endpoint_equal (endpoint, &own))
    return FALSE;
  if (self->delegate.address_ok != NULL)
    return self->delegate.address_ok (self->data, endpoint, use);
  switch (fil_endpoint_class (endpoint))
    {
    case FIL_ADDRESS_PUBLIC:
      return TRUE;
    case FIL_ADDRESS_PRIVATE:
    case FIL_ADDRESS_LOOPBACK:
    case FIL_ADDRESS_RESERVED:
      return self->config.allow_private;
    case FIL_ADDRESS_NONE:
    case FIL_ADDRESS_MULTICAST:
    default:
      return FALSE;
    }
}

gboolean
_fil_overlay_is_own_guid (const FilOverlay *self,
                          const FilGuid *guid)
{
  return fil_guid_equal (guid, &self->config.guid);
}

static void
make_tables (FilOverlay *self,
             gint64 now_us)
{
  FilRandom *random = self->random;

  self->seen = fil_guid_table_new (sizeof (FilSeenQuery), FIL_SEEN_ENTRIES, FIL_SEEN_LIFE, random);
  self->push_routes =
      fil_guid_table_new (sizeof (FilPushRoute), FIL_PUSH_ROUTE_ENTRIES, FIL_PUSH_ROUTE_LIFE, random);
  self->heads = fil_guid_table_new (sizeof (FilHeadRoute), FIL_HEAD_ENTRIES, FIL_HEAD_LIFE, random);
  self->proxied = fil_guid_table_new (1, FIL_PROXIED_ENTRIES, FIL_PROXIED_LIFE, random);
  self->pushes = fil_guid_table_new (1, FIL_PUSHES_SEEN, FIL_PUSHES_LIFE, random);
  self->udp_pinged =
      fil_guid_table_new (sizeof (FilEndpoint), FIL_UDP_PINGS_PENDING, FIL_UDP_PING_LIFE, random);
  self->connects = fil_address_meter_new (FIL_CONNECTS_PER_MINUTE, FIL_MINUTE, FIL_UDP_SOURCES, random);
  self->crawls = fil_address_meter_new (1, FIL_CRAWL_INTERVAL, FIL_UDP_SOURCES, random);
  self->push_targets =
      fil_address_meter_new (FIL_PUSH_TARGET_PER_MINUTE, FIL_MINUTE, FIL_PUSH_TARGETS, random);
  self->connect_backs = fil_address_meter_new (1, FIL_CONNECT_BACK_INTERVAL, FIL_UDP_SOURCES, random);
  self->ping_backs = fil_address_meter_new (1, FIL_PING_BACK_INTERVAL, FIL_UDP_SOURCES, random);
  self->udp_pings = fil_address_meter_new (1, FIL_UDP_PING_INTERVAL, FIL_UDP_SOURCES, random);
  self->cache_asks = fil_address_meter_new (1, FIL_CACHE_ASK_INTERVAL, FIL_UDP_SOURCES, random);
  self->udp_asks = fil_address_meter_new (1, FIL_NAT_ASK_INTERVAL, FIL_UDP_SOURCES, random);
  self->contacts = fil_udp_contacts_new (now_us, random);
  self->head_sources = fil_address_meter_new (FIL_HEAD_PER_SOURCE, FIL_HEAD_LIFE, FIL_UDP_SOURCES, random);
  fil_token_bucket_init (&self->merges, 1, FIL_QRP_UPDATES_AT_ONCE * FIL_QRP_INTERVAL_S, now_us);
  fil_token_bucket_init (&self->connect_back_rate, 1, 60, now_us);
  fil_token_bucket_init (&self->udp_ping_rate, FIL_UDP_PING_RATE, FIL_UDP_PING_RATE, now_us);
  fil_token_bucket_init (&self->udp_push_rate, FIL_UDP_PUSH_RATE, FIL_UDP_PUSH_RATE, now_us);
  fil_token_bucket_init (&self->local_rate, self->config.no_rates ? 0 : FIL_LOCAL_QUERY_RATE,
                         FIL_LOCAL_QUERY_RATE, now_us);
}

/**
 * fil_overlay_new:
 * @config: copied
 * @delegate: copied; @data is handed to each of its calls
 * @random: borrowed, outlives the overlay
 *
 * Returns: (transfer full): an overlay that does nothing until it is started
 */
FilOverlay *
fil_overlay_new (const FilOverlayConfig *config,
                 const FilOverlayDelegate *delegate,
                 gpointer data,
                 FilRandom *random,
                 gint64 now_us)
{
  FilOverlay *self = g_new0 (FilOverlay, 1);

  self->config = *config;
  self->user_agent = g_strdup (config->user_agent);
  self->config.user_agent = self->user_agent;
  self->delegate = *delegate;
  self->data = data;
  self->random = random;
  self->mode = config->role == FIL_ROLE_ULTRAPEER ? FIL_MODE_ULTRAPEER : FIL_MODE_LEAF;
  self->by_id = g_hash_table_new (NULL, NULL);
  self->ultrapeers = g_ptr_array_new ();
  self->leaves = g_ptr_array_new ();
  self->shaking = g_ptr_array_new ();
  self->graveyard = g_ptr_array_new_with_free_func ((GDestroyNotify) _fil_neighbour_free);
  self->servents = g_hash_table_new (fil_guid_hash, fil_guid_equal);
  self->hosts = fil_host_cache_new (random);
  self->topology = fil_topology_new (self->hosts, config->is_passive, random);
  fil_reachability_init (&self->reach, config->allow_private);
  self->reach.probe.local = config->listen;
  self->trace = fil_overlay_trace_new ();
  self->words = fil_words_new ();
  self->searches = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) _fil_own_search_free);
  self->led =
      g_hash_table_new_full (fil_guid_hash, fil_guid_equal, NULL, (GDestroyNotify) fil_dynamic_query_free);
  self->next_work_us = FIL_NEVER;
  make_tables (self, now_us);
  return self;
}

static void
forget_link (gpointer key,
             gpointer value,
             gpointer data)
{
  FilNeighbour *neighbour = value;

  fil_link_forget_delegate (neighbour->link);
  neighbour->link = NULL;
  _fil_neighbour_free (neighbour);
}

/**
 * fil_overlay_free:
 *
 * Frees the overlay. Links that still live are aborted and say nothing more.
 */
void
fil_overlay_free (FilOverlay *self)
{
  if (self == NULL)
    return;
  g_hash_table_foreach (self->by_id, forget_link, NULL);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->ultrapeers);
  g_ptr_array_unref (self->leaves);
  g_ptr_array_unref (self->shaking);
  g_ptr_array_unref (self->graveyard);
  g_hash_table_unref (self->servents);
  g_hash_table_unref (self->searches);
  g_hash_table_unref (self->led);
  fil_topology_free (self->topology);
  fil_host_cache_free (self->hosts);
  fil_overlay_trace_free (self->trace);
  fil_guid_table_free (self->seen);
  fil_guid_table_free (self->push_routes);
  fil_guid_table_free (self->proxied);
  fil_guid_table_free (self->heads);
  fil_guid_table_free (self->pushes);
  fil_guid_table_free (self->udp_pinged);
  fil_address_meter_free (self->connects);
  fil_address_meter_free (self->crawls);
  fil_address_meter_free (self->push_targets);
  fil_address_meter_free (self->connect_backs);
  fil_address_meter_free (self->ping_backs);
  fil_address_meter_free (self->udp_pings);
  fil_address_meter_free (self->head_sources);
  fil_address_meter_free (self->cache_asks);
  fil_address_meter_free (self->udp_asks);
  fil_udp_contacts_free (self->contacts);
  fil_words_free (self->words);
  g_clear_pointer (&self->library, fil_route_table_unref);
  g_clear_pointer (&self->merged, fil_route_table_unref);
  g_free (self->user_agent);
  g_free (self);
}

/**
 * fil_overlay_start:
 *
 * Begins to look for links.
 */
void
fil_overlay_start (FilOverlay *self,
                   gint64 now_us)
{
  self->is_running = TRUE;
  self->now_us = now_us;
  _fil_overlay_wake_at (self, now_us);
  _fil_overlay_note (self, FIL_NOTE_STATE, 0);
}

/**
 * fil_overlay_stop:
 *
 * Says good-bye on all links and dials no more.
 */
void
fil_overlay_stop (FilOverlay *self,
                  gint64 now_us)
{
  g_autoptr (GList) all = g_hash_table_get_values (self->by_id);

  self->is_running = FALSE;
  for (GList *l = all; l != NULL; l = l->next)
    if (((FilNeighbour *) l->data)->link != NULL)
      fil_link_close (((FilNeighbour *) l->data)->link, FIL_BYE_SHUTDOWN, "Shutting down", now_us);
  _fil_overlay_note (self, FIL_NOTE_STATE, 0);
}

/**
 * fil_overlay_wake:
 *
 * Returns: when fil_overlay_tick() has something to do
 */
gint64
fil_overlay_wake (const FilOverlay *self)
{
  return self->is_running ? MIN (self->next_work_us, _fil_overlay_led_wake (self)) : FIL_NEVER;
}

/**
 * fil_overlay_tick:
 *
 * Does what time asks for: dials, pings, route tables, further steps of searches.
 */
void
fil_overlay_tick (FilOverlay *self,
                  gint64 now_us)
{
  self->now_us = now_us;
  g_ptr_array_set_size (self->graveyard, 0);
  if (!self->is_running)
    return;
  if (_fil_overlay_led_wake (self) <= now_us)
    _fil_overlay_run_led (self, now_us);
  if (self->next_work_us > now_us)
    return;
  self->next_work_us = now_us + WORK_INTERVAL;
  _fil_overlay_dial (self, now_us);
  _fil_overlay_send_pings (self, now_us);
  _fil_overlay_send_routes (self, now_us);
  _fil_overlay_watch_reach (self, now_us);
}

/**
 * fil_overlay_set_listen:
 * @listen: the port where we listen, or the one a router maps to it; perhaps the address too
 *
 * Neighbours hear of it, too.
 */
void
fil_overlay_set_listen (FilOverlay *self,
                        const FilEndpoint *listen,
                        gint64 now_us)
{
  gboolean is_news = !fil_endpoint_equal (&self->config.listen, listen);

  self->config.listen = *listen;
  if (is_news)
    _fil_overlay_tell_listen (self, now_us);
  _fil_overlay_note (self, FIL_NOTE_STATE, 0);
}

FilOverlayState
fil_overlay_state (const FilOverlay *self)
{
  if (!self->is_running)
    return FIL_OVERLAY_OFFLINE;
  return self->ultrapeers->len + self->leaves->len > 0 ? FIL_OVERLAY_ONLINE : FIL_OVERLAY_CONNECTING;
}

gboolean
fil_overlay_is_ultrapeer (const FilOverlay *self)
{
  return self->mode == FIL_MODE_ULTRAPEER;
}

/**
 * fil_overlay_n_peers:
 *
 * Returns: how many established links there are to ultrapeers or to leaves
 */
guint
fil_overlay_n_peers (const FilOverlay *self,
                     FilMode mode)
{
  return mode == FIL_MODE_LEAF ? self->leaves->len : self->ultrapeers->len;
}

/**
 * fil_overlay_get_peer:
 * @out: (out): its strings are borrowed
 *
 * Returns: whether there is such a link
 */
gboolean
fil_overlay_get_peer (const FilOverlay *self,
                      guint32 link,
                      FilOverlayPeer *out)
{
  const FilNeighbour *neighbour = _fil_overlay_neighbour (self, link);
  const FilLinkStats *stats;

  if (neighbour == NULL || neighbour->link == NULL)
    return FALSE;
  stats = fil_link_stats (neighbour->link);
  *out = (FilOverlayPeer){
    .id = link,
    .address = *fil_link_remote (neighbour->link),
    .user_agent = fil_link_peer (neighbour->link)->user_agent,
    .is_ultrapeer = fil_link_mode (neighbour->link) == FIL_MODE_ULTRAPEER,
    .is_outgoing = fil_link_is_outgoing (neighbour->link),
    .is_compressed = fil_link_is_compressed (neighbour->link),
    .is_established = fil_link_state (neighbour->link) == FIL_LINK_ESTABLISHED,
    .since_us = fil_link_since (neighbour->link),
    .in_messages = stats->in_messages,
    .out_messages = stats->out_messages,
    .in_bytes = stats->in_bytes,
    .out_bytes = stats->out_bytes,
  };
  return TRUE;
}

/**
 * fil_overlay_peers:
 * @links: (out): ids of all links, those in handshake too
 *
 * Returns: how many were filled in, at most @max
 */
guint
fil_overlay_peers (const FilOverlay *self,
                   guint32 *links,
                   guint max)
{
  GHashTableIter iter;
  gpointer key;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->by_id);
  while (n < max && g_hash_table_iter_next (&iter, &key, NULL))
    links[n++] = GPOINTER_TO_UINT (key);
  return n;
}

const FilOverlayStats *
fil_overlay_stats (const FilOverlay *self)
{
  return &self->stats;
}

/**
 * fil_overlay_trace:
 *
 * Returns: (transfer none) (nullable): what was done here with a request, see fil_overlay_trace_get()
 */
const FilTraceRecord *
fil_overlay_trace (FilOverlay *self,
                   const FilGuid *muid,
                   guint *n)
{
  return fil_overlay_trace_get (self->trace, muid, n);
}
