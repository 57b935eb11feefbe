/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* How links come and go: whom to dial, whom to let in, and what a link's life means to the rest. */

#define TWIN 409 /* it takes an older link of ours for alive */

void
_fil_neighbour_free (FilNeighbour *self)
{
  g_clear_pointer (&self->table, fil_route_table_unref);
  g_clear_pointer (&self->sent_table, fil_route_table_unref);
  g_clear_pointer (&self->receiver, fil_route_receiver_free);
  g_clear_pointer (&self->patch, fil_inflate_free);
  g_free (self);
}

/* How many links to ultrapeers we want. */
guint
_fil_overlay_target (const FilOverlay *self)
{
  if (self->config.ultrapeers > 0)
    return self->config.ultrapeers;
  return self->mode == FIL_MODE_ULTRAPEER ? FIL_ULTRAPEER_LINKS : FIL_LEAF_ULTRAPEERS;
}

/* How many leaves we take. */
guint
_fil_overlay_leaf_limit (const FilOverlay *self)
{
  return self->config.leaves > 0 ? self->config.leaves : FIL_ULTRAPEER_LEAVES;
}

gboolean
_fil_overlay_wants_ultrapeers (const FilOverlay *self)
{
  return self->ultrapeers->len < _fil_overlay_target (self);
}

/* How many links are missing and not yet in handshake. An ultrapeer dials for half of its links only
 * and leaves the rest to those who find it. */
guint
_fil_overlay_missing (const FilOverlay *self)
{
  guint target = _fil_overlay_target (self);
  guint have = self->ultrapeers->len;

  if (self->mode == FIL_MODE_ULTRAPEER)
    target = (target + 1) / 2;
  for (guint i = 0; i < self->shaking->len; i++)
    have += fil_link_is_outgoing (((FilNeighbour *) self->shaking->pdata[i])->link);
  return have < target ? target - have : 0;
}

/* The neighbour that listens there, other than @but. */
FilNeighbour *
_fil_overlay_find_by_listen (const FilOverlay *self,
                             const FilEndpoint *endpoint,
                             const FilNeighbour *but)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FilNeighbour *neighbour = value;
      FilEndpoint listen = fil_link_listen (neighbour->link);

      if (neighbour != but && fil_endpoint_equal (&listen, endpoint))
        return neighbour;
    }
  return NULL;
}

static gboolean
must_not_dial (const FilEndpoint *endpoint,
               gpointer data)
{
  FilOverlay *self = data;
  FilEndpoint own = fil_overlay_own_endpoint (self);

  return fil_endpoint_equal (endpoint, &own) || _fil_overlay_find_by_listen (self, endpoint, NULL) != NULL;
}

/* Dials whoever is due. */
void
_fil_overlay_dial (FilOverlay *self,
                   gint64 now_us)
{
  FilEndpoint next[FIL_DIALS_AT_ONCE];
  guint n;

  if (!self->is_running || self->delegate.dial == NULL)
    return;
  n = fil_topology_next (self->topology, _fil_overlay_missing (self), must_not_dial, self, now_us, next,
                         G_N_ELEMENTS (next));
  for (guint i = 0; i < n; i++)
    self->delegate.dial (self->data, &next[i]);
}

/**
 * fil_overlay_connect:
 * @to: whom the user wants as a neighbour
 *
 * Dials it now, and again whenever the link is lost.
 */
void
fil_overlay_connect (FilOverlay *self,
                     const FilEndpoint *to,
                     gint64 now_us)
{
  fil_topology_keep (self->topology, to, now_us);
  _fil_overlay_wake_at (self, now_us);
}

static FilSession *
add_link (FilOverlay *self,
          const FilEndpoint *remote,
          gboolean is_outgoing,
          gint64 now_us)
{
  FilNeighbour *neighbour = g_new0 (FilNeighbour, 1);
  gboolean no_rates = self->config.no_rates;

  self->now_us = now_us;
  neighbour->id = ++self->last_link;
  neighbour->hops_flow = G_MAXUINT8;
  neighbour->link = fil_link_new (neighbour->id, remote, is_outgoing, self->mode, &_fil_overlay_link_delegate,
                                  self, self->random, now_us);
  if (no_rates)
    fil_link_set_input_rate (neighbour->link, 0, 1, now_us);
  fil_link_set_neighbour (neighbour->link, neighbour);
  fil_token_bucket_init (&neighbour->queries, no_rates ? 0 : FIL_LINK_QUERY_RATE, FIL_LINK_QUERY_BURST,
                         now_us);
  fil_token_bucket_init (&neighbour->pushes, FIL_PUSH_LINK_PER_SECOND, FIL_PUSH_LINK_BURST, now_us);
  fil_token_bucket_init (&neighbour->redirects, 1, 60, now_us);
  fil_token_bucket_init (&neighbour->pongs, FIL_PONG_RATE, 10 * FIL_PONG_RATE, now_us);
  fil_token_bucket_init (&neighbour->vendors, FIL_LINK_UNKNOWN_RATE, 10 * FIL_LINK_UNKNOWN_RATE, now_us);
  fil_token_bucket_init (&neighbour->patches, FIL_QRP_RATE, FIL_QRP_BURST, now_us);
  fil_token_bucket_init (&neighbour->updates, 1, FIL_QRP_UPDATES_AT_ONCE * FIL_QRP_INTERVAL_S, now_us);
  g_hash_table_insert (self->by_id, GUINT_TO_POINTER (neighbour->id), neighbour);
  g_ptr_array_add (self->shaking, neighbour);
  fil_link_start (neighbour->link, now_us);
  _fil_overlay_note (self, FIL_NOTE_LINK_ADDED, neighbour->id);
  return fil_link_session (neighbour->link);
}

/**
 * fil_overlay_outgoing:
 * @to: where a connection now stands, as dial() named it
 *
 * Returns: (transfer full): the session for that connection
 */
FilSession *
fil_overlay_outgoing (FilOverlay *self,
                      const FilEndpoint *to,
                      gint64 now_us)
{
  fil_topology_dial_ended (self->topology, to);
  return add_link (self, to, TRUE, now_us);
}

/**
 * fil_overlay_dial_failed:
 *
 * Tells that no connection to @to could be opened.
 */
void
fil_overlay_dial_failed (FilOverlay *self,
                         const FilEndpoint *to,
                         gint64 now_us)
{
  fil_topology_dial_ended (self->topology, to);
  fil_topology_failed (self->topology, to, now_us);
  fil_host_cache_failed (self->hosts, to, now_us);
  /* The next one at once, unless this was the last address. */
  _fil_overlay_wake_at (self, now_us + 100 * FIL_MSEC);
}

/**
 * fil_overlay_accept:
 * @from: who connected to us, and begins with "GNUTELLA"
 *
 * Returns: (transfer full) (nullable): the session for that connection, to be fed from its first byte;
 *   NULL when there are too many handshakes under way or too many from there: close it
 */
FilSession *
fil_overlay_accept (FilOverlay *self,
                    const FilEndpoint *from,
                    gint64 now_us)
{
  guint incoming = 0;

  fil_overlay_noted_inbound (self, from, now_us);
  for (guint i = 0; i < self->shaking->len; i++)
    incoming += !fil_link_is_outgoing (((FilNeighbour *) self->shaking->pdata[i])->link);
  if (!self->is_running || incoming >= FIL_HANDSHAKES_MAX)
    return NULL;
  if (!self->config.allow_private && !fil_address_meter_take (self->connects, from, now_us))
    return NULL;
  return add_link (self, from, FALSE, now_us);
}

/**
 * fil_overlay_disconnect:
 *
 * Closes a link at the user's wish; the host is not dialled again for a while, unless the user says so.
 *
 * Returns: whether there was such a link
 */
gboolean
fil_overlay_disconnect (FilOverlay *self,
                        guint32 link,
                        gint64 now_us)
{
  FilNeighbour *neighbour = _fil_overlay_neighbour (self, link);

  if (neighbour == NULL || neighbour->link == NULL)
    return FALSE;
  fil_topology_forget (self->topology, fil_link_remote (neighbour->link));
  fil_host_cache_bad (self->hosts, fil_link_remote (neighbour->link), now_us);
  fil_link_close (neighbour->link, FIL_BYE_CLOSED_BY_USER, "Closed by the user", now_us);
  return TRUE;
}

/**
 * fil_overlay_doubt_links:
 *
 * A connection of ours broke, perhaps because the router forgot it or has another address now: asks every
 * ultrapeer for a sign of life, and lets go of those that give none.
 */
void
fil_overlay_doubt_links (FilOverlay *self,
                         gint64 now_us)
{
  for (guint i = 0; i < self->ultrapeers->len; i++)
    {
      FilNeighbour *neighbour = g_ptr_array_index (self->ultrapeers, i);

      if (neighbour->link != NULL)
        fil_link_doubt (neighbour->link, now_us);
    }
}

/**
 * fil_overlay_ban:
 *
 * Closes all links to an address and does not dial it for a while; who is let in is the acceptor's
 * business.
 */
void
fil_overlay_ban (FilOverlay *self,
                 const FilEndpoint *address,
                 gint64 now_us)
{
  g_autoptr (GList) all = g_hash_table_get_values (self->by_id);

  fil_host_cache_bad (self->hosts, address, now_us);
  for (GList *l = all; l != NULL; l = l->next)
    {
      FilNeighbour *neighbour = l->data;

      if (neighbour->link != NULL && fil_endpoint_same_address (fil_link_remote (neighbour->link), address))
        fil_overlay_disconnect (self, neighbour->id, now_us);
    }
}

/* Remembers whose servent GUID that is; FALSE when another neighbour has it. */
gboolean
_fil_overlay_set_servent (FilOverlay *self,
                          FilNeighbour *neighbour,
                          const FilGuid *servent)
{
  FilNeighbour *other = g_hash_table_lookup (self->servents, servent);

  if (other != NULL || fil_guid_is_zero (servent) || _fil_overlay_is_own_guid (self, servent))
    return other == neighbour;
  if (!fil_guid_is_zero (&neighbour->servent))
    g_hash_table_remove (self->servents, &neighbour->servent);
  neighbour->servent = *servent;
  g_hash_table_insert (self->servents, &neighbour->servent, neighbour);
  return TRUE;
}

static guint
list_listening (const GPtrArray *neighbours,
                FilEndpoint *out,
                guint max)
{
  guint n = 0;

  for (guint i = 0; i < neighbours->len && n < max; i++)
    {
      out[n] = fil_link_listen (((FilNeighbour *) neighbours->pdata[i])->link);
      n += fil_endpoint_is_set (&out[n]);
    }
  return n;
}

/* What our headers say on this link. */
static void
introduce (gpointer data,
           FilLink *link,
           FilHandshakeSelf *us,
           gint64 now_us)
{
  FilOverlay *self = data;

  us->user_agent = self->user_agent;
  us->guid = self->config.guid;
  us->listen = fil_overlay_own_endpoint (self);
  us->needs_ultrapeers = _fil_overlay_wants_ultrapeers (self);
  if (fil_link_is_outgoing (link))
    return;
  us->n_tries = _fil_overlay_list_tries (self, fil_link_remote (link), self->tries, FIL_TRY_SENT);
  us->tries = self->tries;
  if (!fil_link_peer (link)->crawler)
    return;
  us->crawled = self->crawled;
  us->n_crawled_peers = list_listening (self->ultrapeers, self->crawled, G_N_ELEMENTS (self->crawled) / 2);
  us->n_crawled_leaves = list_listening (self->leaves, self->crawled + us->n_crawled_peers,
                                         G_N_ELEMENTS (self->crawled) / 2);
}

static void
learn_tries (FilOverlay *self,
             const FilLink *link,
             gint64 now_us)
{
  const FilHandshakePeer *peer = fil_link_peer (link);

  if (peer->other_network)
    return;
  for (guint i = 0; i < peer->n_tries; i++)
    _fil_overlay_learn (self, &peer->tries[i], fil_link_remote (link), now_us);
}

static void
established (gpointer data,
             FilLink *link,
             gint64 now_us)
{
  FilOverlay *self = data;
  FilNeighbour *neighbour = fil_link_neighbour (link);
  const FilHandshakePeer *peer = fil_link_peer (link);
  FilEndpoint listen = fil_link_listen (link);
  gboolean is_kept =
      fil_link_is_outgoing (link) && fil_topology_is_kept (self->topology, fil_link_remote (link));

  g_ptr_array_remove_fast (self->shaking, neighbour);
  neighbour->is_ultrapeer = fil_link_mode (link) == FIL_MODE_ULTRAPEER;
  neighbour->is_leaf = !neighbour->is_ultrapeer;
  if (neighbour->is_leaf ? self->leaves->len >= _fil_overlay_leaf_limit (self)
                         : !_fil_overlay_wants_ultrapeers (self) && !is_kept)
    {
      neighbour->is_leaf = neighbour->is_ultrapeer = FALSE;
      fil_link_close (link, FIL_BYE_NO_SLOTS, "No slots", now_us);
      return;
    }
  g_ptr_array_add (neighbour->is_leaf ? self->leaves : self->ultrapeers, neighbour);
  if (neighbour->is_leaf && !self->config.no_rates)
    fil_token_bucket_init (&neighbour->queries, FIL_LEAF_QUERY_RATE, FIL_LEAF_QUERY_BURST, now_us);

  if (neighbour->is_ultrapeer && fil_endpoint_is_set (&listen))
    fil_host_cache_good (self->hosts, &listen, now_us);
  fil_topology_succeeded (self->topology, fil_link_remote (link));
  learn_tries (self, link, now_us);
  if (fil_endpoint_is_set (&peer->remote_ip))
    fil_overlay_noted_address (self, fil_link_remote (link), &peer->remote_ip, now_us);
  self->routes_dirty = TRUE;
  _fil_overlay_greet (self, neighbour, now_us);
  if (neighbour->is_ultrapeer)
    _fil_overlay_ask_new_ultrapeer (self, neighbour, now_us);
  _fil_overlay_note (self, FIL_NOTE_LINK_CHANGED, neighbour->id);
  _fil_overlay_wake_at (self, now_us);
}

static void
gone (gpointer data,
      FilLink *link)
{
  FilOverlay *self = data;
  FilNeighbour *neighbour = fil_link_neighbour (link);
  gboolean was_established = neighbour->is_leaf || neighbour->is_ultrapeer;
  gint64 now_us = self->now_us;

  if (!was_established && fil_link_is_outgoing (link))
    {
      learn_tries (self, link, now_us);
      if (fil_link_peer (link)->other_network || _fil_overlay_is_own_guid (self, &fil_link_peer (link)->guid))
        fil_host_cache_bad (self->hosts, fil_link_remote (link), now_us);
      else if (fil_link_peer (link)->user_agent[0] == '\0')
        fil_host_cache_failed (self->hosts, fil_link_remote (link), now_us);
    }
  if (fil_link_is_outgoing (link))
    fil_topology_failed (self->topology, fil_link_remote (link), now_us);
  if (fil_link_peer (link)->refusal == TWIN)
    fil_host_cache_has_twin (self->hosts, fil_link_remote (link), now_us);
  if (g_hash_table_lookup (self->servents, &neighbour->servent) == neighbour)
    g_hash_table_remove (self->servents, &neighbour->servent);
  g_hash_table_remove (self->by_id, GUINT_TO_POINTER (neighbour->id));
  g_ptr_array_remove_fast (self->shaking, neighbour);
  g_ptr_array_remove (self->ultrapeers, neighbour);
  g_ptr_array_remove_fast (self->leaves, neighbour);
  _fil_overlay_forget_routes (self, neighbour);
  if (fil_endpoint_is_set (&neighbour->proxy))
    _fil_overlay_note (self, FIL_NOTE_PROXIES, neighbour->id);
  neighbour->link = NULL;
  /* It may be in use further up the stack. */
  g_ptr_array_add (self->graveyard, neighbour);
  _fil_overlay_note (self, FIL_NOTE_LINK_REMOVED, neighbour->id);
  _fil_overlay_wake_at (self, now_us);
  /* What ended all of them may have been another address of our router, and whoever refuses us can tell, too. */
  if (neighbour->is_ultrapeer && self->ultrapeers->len == 0)
    _fil_overlay_doubt_nat (self, now_us);
  if (!was_established && fil_link_is_outgoing (link) && fil_endpoint_is_set (&fil_link_peer (link)->remote_ip))
    fil_overlay_noted_address (self, fil_link_remote (link), &fil_link_peer (link)->remote_ip, now_us);
}

static void
message (gpointer data,
         FilLink *link,
         const FilFrame *frame,
         gint64 now_us)
{
  FilOverlay *self = data;
  FilNeighbour *neighbour = fil_link_neighbour (link);

  self->now_us = now_us;
  self->stats.in_kinds[frame->header.kind]++;
  if (neighbour->is_leaf && frame->header.hops > 0)
    {
      _fil_overlay_drop (self, FIL_DROP_MISPLACED);
      fil_link_close (link, FIL_BYE_LEAF_RELAYS, "Leaves relay nothing", now_us);
      return;
    }
  switch (frame->header.kind)
    {
    case FIL_KIND_PING:
      _fil_overlay_take_ping (self, neighbour, frame, now_us);
      break;
    case FIL_KIND_PONG:
      _fil_overlay_take_pong (self, neighbour, frame, now_us);
      break;
    case FIL_KIND_QRP:
      _fil_overlay_take_route_message (self, neighbour, frame, now_us);
      break;
    case FIL_KIND_VENDOR:
    case FIL_KIND_VENDOR_STD:
      _fil_overlay_take_vendor (self, neighbour, frame, now_us);
      break;
    case FIL_KIND_PUSH:
      _fil_router_take_push (self, neighbour, NULL, frame, now_us);
      break;
    case FIL_KIND_QUERY:
      _fil_router_take_query (self, neighbour, frame, now_us);
      break;
    case FIL_KIND_QUERY_HIT:
      _fil_router_take_hit (self, neighbour, frame, now_us);
      break;
    default:
      _fil_overlay_drop (self, FIL_DROP_UNKNOWN);
      break;
    }
}

const FilLinkDelegate _fil_overlay_link_delegate = {
  .introduce = introduce,
  .admit = _fil_overlay_admit,
  .established = established,
  .message = message,
  .gone = gone,
};
