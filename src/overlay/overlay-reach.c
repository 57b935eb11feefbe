/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* Where we stand: asking others to try whether we can be reached, asking which address and port of ours
 * they see, and keeping the NAT's mapping as long as we need it. */

/* gtk-gnutella 1.2.3 pings a new neighbour by UDP on its own: as long as we have sent nothing there, that
 * shows whether strangers reach us. */
#define SETTLE_TIME (4 * FIL_SEC)
#define KEEPERS 2

static void
changed (FilOverlay *self,
         gint64 now_us)
{
  _fil_overlay_ask_proxies (self, now_us);
  _fil_overlay_note (self, FIL_NOTE_STATE, 0);
}

/* Whether a ping from there would prove something: we have not called it. */
static gboolean
is_stranger (FilOverlay *self,
             const FilNeighbour *neighbour,
             gint64 now_us)
{
  return neighbour->link != NULL &&
         fil_udp_contacts_is_fresh (self->contacts, fil_link_remote (neighbour->link), now_us);
}

static void
ask_udp (FilOverlay *self,
         FilNeighbour *to,
         gint64 now_us)
{
  const FilNat *nat = &self->reach.probe.nat;
  FilUdpConnectBack ping = { .port = self->config.listen.port };

  /* A full cone lets everybody in, but by the port that it shows to the outside. */
  if (fil_nat_is_fixed (nat->mapping) && fil_endpoint_is_set (&nat->udp))
    ping.port = nat->udp.port;
  to->udp_asked_us = now_us;
  _fil_overlay_send_vendor (self, to, FIL_IMPORTANCE_QUERY, FIL_VENDOR_UDP_CONNECT_BACK, 2, &self->config.guid,
                            &ping, now_us);
}

/* Asks those whom we have called, and who know how, to come in by another port. */
static void
ask_aside (FilOverlay *self,
           gint64 now_us)
{
  guint n = 0;

  if (!fil_reachability_wants_aside (&self->reach, now_us))
    return;
  for (guint i = 0; i < self->ultrapeers->len && n < 2; i++)
    {
      FilNeighbour *to = self->ultrapeers->pdata[i];

      if (!to->pings_aside || to->link == NULL ||
          (to->udp_asked_us != 0 && now_us - to->udp_asked_us <= FIL_CONNECT_BACK_INTERVAL) ||
          fil_udp_contacts_judge (self->contacts, fil_link_remote (to->link), now_us) != FIL_UDP_CALLED)
        continue;
      ask_udp (self, to, now_us);
      n++;
    }
  if (n > 0)
    fil_reachability_asked_aside (&self->reach, now_us);
}

static void
ask_tcp (FilOverlay *self,
         FilNeighbour *to,
         gint64 now_us)
{
  FilTcpConnectBack connect = { .port = self->config.listen.port };

  _fil_overlay_send_vendor (self, to, FIL_IMPORTANCE_QUERY, FIL_VENDOR_TCP_CONNECT_BACK, 1, NULL, &connect, now_us);
}

/* Asks neighbours to try to reach us, as long as it is not known whether anybody can: a new one, or two
 * at random. */
void
_fil_overlay_ask_proofs (FilOverlay *self,
                         FilNeighbour *only,
                         gint64 now_us)
{
  gboolean tcp = fil_reachability_wants_proof (&self->reach.tcp, now_us);
  gboolean udp = fil_reachability_wants_proof (&self->reach.udp, now_us);
  guint len = self->ultrapeers->len;
  guint start, asked_udp = 0;

  /* A new neighbour that finds nothing proven is always asked: the last one may have been useless. */
  tcp |= only != NULL && self->reach.tcp.state == FIL_REACHABLE_UNKNOWN;
  udp |= only != NULL && self->reach.udp.state == FIL_REACHABLE_UNKNOWN;
  udp &= self->delegate.send_udp != NULL;
  if ((!tcp && !udp) || (only == NULL && len == 0) || self->config.listen.port == 0)
    return;
  start = len > 0 ? fil_random_below (self->random, len) : 0;
  for (guint i = 0; i < (only != NULL ? 1 : len); i++)
    {
      FilNeighbour *to = only != NULL ? only : self->ultrapeers->pdata[(start + i) % len];

      if (tcp && i < 2)
        ask_tcp (self, to, now_us);
      if (udp && asked_udp < 2 && is_stranger (self, to, now_us))
        {
          ask_udp (self, to, now_us);
          asked_udp++;
        }
    }
  if (tcp)
    fil_reachability_asked (&self->reach.tcp, now_us);
  if (asked_udp > 0)
    fil_reachability_asked (&self->reach.udp, now_us);
  if (only != NULL && self->reach.probe.nat.mapping == FIL_NAT_MAPPING_UNKNOWN && !self->reach.probe.is_doubted)
    fil_nat_probe_put_off (&self->reach.probe, now_us + SETTLE_TIME);
}

/* Adds a host to those that are to be asked, if its word would count and it may be asked again. */
static guint
add_target (FilOverlay *self,
            const FilEndpoint *host,
            FilEndpoint *targets,
            guint n)
{
  if (n == FIL_NAT_TARGETS || host->family != 4 || !_fil_overlay_address_ok (self, host, FIL_ADDRESS_FOR_UDP))
    return n;
  for (guint i = 0; i < n; i++)
    if (fil_endpoint_same_network (&targets[i], host, self->config.allow_private ? 32 : 16))
      return n;
  targets[n++] = *host;
  return n;
}

/* The last one is left out if there are enough without it: a neighbour that was never called is the one whose
 * ping proves that strangers reach us. */
static guint
add_neighbours (FilOverlay *self,
                FilEndpoint *targets,
                guint n,
                guint n_others)
{
  guint len = self->ultrapeers->len;

  if (len > 1 && n_others + len - 1 >= FIL_NAT_VOICES)
    len--;
  for (guint i = 0; i < len; i++)
    {
      FilEndpoint listen = fil_link_listen (((FilNeighbour *) self->ultrapeers->pdata[i])->link);

      n = add_target (self, &listen, targets, n);
    }
  return n;
}

static guint
add_others (FilOverlay *self,
            FilEndpoint *targets,
            guint n)
{
  FilEndpoint others[FIL_TRY_RECEIVED];
  guint n_others = fil_host_cache_list (self->hosts, others, G_N_ELEMENTS (others));

  for (guint i = 0; i < n_others; i++)
    if (_fil_overlay_find_by_listen (self, &others[i], NULL) == NULL)
      n = add_target (self, &others[i], targets, n);
  return n;
}

/* Hosts for one round. When those that are no neighbours do not answer, it is the neighbours' turn. */
static guint
list_targets (FilOverlay *self,
              FilEndpoint *targets,
              gint64 now_us)
{
  guint n, n_free = 0;

  if (self->reach.probe.failed % 2 == 1)
    n = add_others (self, targets, add_neighbours (self, targets, 0, 0));
  else
    {
      n = add_others (self, targets, 0);
      n = add_neighbours (self, targets, n, n);
    }
  for (guint i = 0; i < n; i++)
    if (fil_address_meter_may (self->udp_asks, &targets[i], now_us))
      targets[n_free++] = targets[i];
  return n_free;
}

/* Without neighbours only when there is reason to ask: those that come are not to be called before they are. */
static void
measure_nat (FilOverlay *self,
             gint64 now_us)
{
  FilNatProbe *probe = &self->reach.probe;
  FilEndpoint targets[FIL_NAT_TARGETS];
  guint n;

  if (fil_nat_probe_repeat (probe, now_us))
    for (guint i = 0; i < probe->n; i++)
      if (!fil_endpoint_is_set (&probe->voices[i].seen))
        _fil_overlay_ping_by_udp (self, &probe->voices[i].peer, now_us);
  if (!fil_nat_probe_is_due (probe, now_us))
    return;
  n = self->ultrapeers->len > 0 || probe->is_doubted ? list_targets (self, targets, now_us) : 0;
  if (n < FIL_NAT_VOICES)
    {
      fil_nat_probe_none_to_ask (probe, now_us);
      return;
    }
  fil_nat_probe_begin (probe, now_us);
  for (guint i = 0; i < n; i++)
    {
      fil_nat_probe_ask (probe, &targets[i], fil_udp_contacts_since (self->contacts, &targets[i], now_us));
      _fil_overlay_ping_by_udp (self, &targets[i], now_us);
    }
}

/* Others have not seen us at an address that we may have now, and will answer again. */
void
_fil_overlay_doubt_nat (FilOverlay *self,
                        gint64 now_us)
{
  if (!self->is_running || !fil_nat_probe_doubt (&self->reach.probe, now_us))
    return;
  fil_address_meter_clear (self->udp_asks, now_us);
  _fil_overlay_wake_at (self, now_us);
}

/**
 * fil_overlay_measure_nat:
 *
 * Somebody has to know now how others see us: when that is not known, or in doubt, they are asked at once.
 */
void
fil_overlay_measure_nat (FilOverlay *self,
                         gint64 now_us)
{
  FilNatProbe *probe = &self->reach.probe;

  if (!self->is_running || self->delegate.send_udp == NULL || probe->begun_us != FIL_NEVER ||
      (probe->nat.mapping != FIL_NAT_MAPPING_UNKNOWN && !probe->is_doubted))
    return;
  probe->next_us = now_us;
  measure_nat (self, now_us);
}

/* Who is pinged to keep our mapping. Two are enough, and never all: a neighbour that we have not called for a
 * while is the one whose ping proves something. */
static guint
count_keepers (const FilOverlay *self)
{
  if (self->ultrapeers->len > 1)
    return MIN (self->ultrapeers->len - 1, KEEPERS);
  return self->reach.udp.state == FIL_REACHABLE_NO ? self->ultrapeers->len : 0;
}

/* Keeps our outside port alive while others can only come by it. */
static void
keep_mapping (FilOverlay *self,
              gint64 now_us)
{
  FilNatProbe *probe = &self->reach.probe;
  guint n = count_keepers (self);
  FilEndpoint listen;

  if (self->reach.tcp.state == FIL_REACHABLE_YES || n == 0 || !fil_nat_probe_wants_keeping (probe, now_us))
    return;
  listen = fil_link_listen (((FilNeighbour *) self->ultrapeers->pdata[self->keeper++ % n])->link);
  probe->kept_us = now_us;
  if (listen.family == 4 && _fil_overlay_address_ok (self, &listen, FIL_ADDRESS_FOR_UDP))
    _fil_overlay_ping_by_udp (self, &listen, now_us);
}

/* What has to be done about it now and then. */
void
_fil_overlay_watch_reach (FilOverlay *self,
                          gint64 now_us)
{
  if (fil_reachability_tick (&self->reach, now_us))
    changed (self, now_us);
  _fil_overlay_ask_proofs (self, NULL, now_us);
  if (self->delegate.send_udp == NULL || self->config.listen.port == 0)
    return;
  ask_aside (self, now_us);
  measure_nat (self, now_us);
  keep_mapping (self, now_us);
}

/* Somebody's datagram has come in, whatever it says. */
void
_fil_overlay_take_datagram (FilOverlay *self,
                            const FilEndpoint *from,
                            gint64 now_us)
{
  FilUdpSender sender = fil_udp_contacts_judge (self->contacts, from, now_us);

  if (fil_reachability_received (&self->reach, sender, from, now_us))
    _fil_overlay_note (self, FIL_NOTE_STATE, 0);
}

/* A host that we have pinged tells where our ping came from. */
void
_fil_overlay_take_own_address (FilOverlay *self,
                               const FilEndpoint *from,
                               const FilEndpoint *seen_as,
                               gint64 now_us)
{
  if (!fil_reachability_may_vote (&self->reach, from, seen_as))
    return;
  fil_overlay_noted_address (self, from, seen_as, now_us);
  if (fil_nat_probe_heard (&self->reach.probe, from, seen_as, now_us))
    _fil_overlay_note (self, FIL_NOTE_STATE, 0);
}

/* A neighbour of our own kind tells from which port we came to it. */
void
_fil_overlay_take_seen_port (FilOverlay *self,
                             FilNeighbour *from,
                             const FilFeatures *features,
                             gint64 now_us)
{
  FilEndpoint seen = fil_link_peer (from->link)->remote_ip;
  guint32 port;

  if (!fil_features_has (features, FIL_FEATURE_SEEN_PORT, &port) || port == 0 || port > G_MAXUINT16 ||
      !fil_link_is_outgoing (from->link))
    return;
  from->pings_aside = TRUE;
  seen.port = (guint16) port;
  if (fil_reachability_may_vote (&self->reach, fil_link_remote (from->link), &seen) &&
      fil_nat_probe_told_tcp (&self->reach.probe, fil_link_remote (from->link), &seen, from->local_port, now_us))
    _fil_overlay_note (self, FIL_NOTE_STATE, 0);
}

/**
 * fil_overlay_noted_inbound:
 * @from: who opened a TCP connection to us, of whatever kind
 *
 * Tells that somebody reached us.
 */
void
fil_overlay_noted_inbound (FilOverlay *self,
                           const FilEndpoint *from,
                           gint64 now_us)
{
  if (fil_reachability_prove (&self->reach, &self->reach.tcp, from, now_us))
    changed (self, now_us);
}

/**
 * fil_overlay_noted_udp:
 * @to: who was sent a datagram past the overlay
 *
 * Tells whom a NAT will let in now. What comes from there proves nothing.
 */
void
fil_overlay_noted_udp (FilOverlay *self,
                       const FilEndpoint *to,
                       gint64 now_us)
{
  fil_udp_contacts_sent (self->contacts, to, now_us);
}

/**
 * fil_overlay_noted_address:
 * @voter: who says so
 * @seen_as: our address as it sees it
 *
 * When it is another one than before, everything that was known of the old one is asked for again; the new
 * one goes into headers, hits, pongs and pushes from now on. A single voice only has others asked at once.
 */
void
fil_overlay_noted_address (FilOverlay *self,
                           const FilEndpoint *voter,
                           const FilEndpoint *seen_as,
                           gint64 now_us)
{
  gboolean had_one = fil_endpoint_is_set (fil_reachability_external (&self->reach, seen_as->family));

  if (!fil_reachability_vote (&self->reach, voter, seen_as))
    {
      if (fil_reachability_is_elsewhere (&self->reach, voter, seen_as))
        _fil_overlay_doubt_nat (self, now_us);
      return;
    }
  if (had_one)
    {
      fil_reachability_recheck (&self->reach, now_us);
      fil_address_meter_clear (self->udp_asks, now_us);
      _fil_overlay_tell_listen (self, now_us);
    }
  changed (self, now_us);
  _fil_overlay_wake_at (self, now_us);
}

/**
 * fil_overlay_set_local:
 * @local: the address that this machine sends from, and the port that it listens on
 *
 * What others see is compared with it, to know whether there is a NAT.
 */
void
fil_overlay_set_local (FilOverlay *self,
                       const FilEndpoint *local)
{
  self->reach.probe.local = *local;
}

/**
 * fil_overlay_set_local6:
 * @local: the IPv6 address that this machine sends from and listens on; family 0: none
 *
 * Nothing translates it, so it is the one that others see, until they say otherwise.
 */
void
fil_overlay_set_local6 (FilOverlay *self,
                        const FilEndpoint *local)
{
  self->local6 = *local;
}

/**
 * fil_overlay_noted_link_port:
 * @link: the newest session of fil_overlay_outgoing()
 * @port: of our end of its connection
 *
 * A neighbour of our own kind tells under which port it sees the connection; together they show what our NAT
 * does to TCP.
 */
void
fil_overlay_noted_link_port (FilOverlay *self,
                             FilSession *link,
                             guint16 port)
{
  FilNeighbour *neighbour = _fil_overlay_neighbour (self, self->last_link);

  if (neighbour != NULL && neighbour->link != NULL && fil_link_session (neighbour->link) == link)
    neighbour->local_port = port;
}

/**
 * fil_overlay_moved:
 *
 * Tells that the machine is in another network, or has another address: old links are dead, whatever they
 * still look like, and what was known of reachability is asked for again.
 */
void
fil_overlay_moved (FilOverlay *self,
                   gint64 now_us)
{
  g_autoptr (GList) all = g_hash_table_get_values (self->by_id);

  self->now_us = now_us;
  fil_reachability_restart (&self->reach, now_us);
  fil_address_meter_clear (self->udp_asks, now_us);
  for (GList *l = all; l != NULL; l = l->next)
    if (((FilNeighbour *) l->data)->link != NULL)
      fil_link_close (((FilNeighbour *) l->data)->link, FIL_BYE_SHUTDOWN, "Moving to another address", now_us);
  changed (self, now_us);
  _fil_overlay_wake_at (self, now_us);
}

/**
 * fil_overlay_recall:
 * @memory: what an earlier run has found out in the same network
 *
 * To be called before fil_overlay_start().
 */
void
fil_overlay_recall (FilOverlay *self,
                    const FilReachMemory *memory,
                    gint64 now_us)
{
  fil_reachability_recall (&self->reach, memory, now_us);
  fil_udp_contacts_doubt (self->contacts, now_us + FIL_UDP_CONTACT_LIFE - MIN (memory->age_us, FIL_UDP_CONTACT_LIFE));
}

/**
 * fil_overlay_reachability:
 *
 * Returns: (transfer none): whether others can reach us, as which address they see us, and what is in front
 *   of us
 */
const FilReachability *
fil_overlay_reachability (const FilOverlay *self)
{
  return &self->reach;
}

/**
 * fil_overlay_own_endpoint:
 *
 * The address is that of our interface when it is public, else what enough neighbours agree on. Before
 * enough have spoken, one has to do: without an address nobody could call us at all.
 *
 * Returns: where others should reach us, as far as known; family 0 when the address is not
 */
FilEndpoint
fil_overlay_own_endpoint (const FilOverlay *self)
{
  FilEndpoint own = fil_reachability_guess (&self->reach, 4);
  FilAddressClass klass = fil_endpoint_class (&self->config.listen);

  if (!fil_endpoint_is_set (&own))
    own = fil_reachability_guess (&self->reach, 6);
  if (klass == FIL_ADDRESS_PUBLIC || (!fil_endpoint_is_set (&own) && klass != FIL_ADDRESS_NONE))
    own = self->config.listen;
  own.port = fil_endpoint_is_set (&own) ? self->config.listen.port : 0;
  return own;
}

/**
 * fil_overlay_own_ipv6:
 *
 * Returns: where others reach us by IPv6, perhaps through a firewall only when we call, too; family 0: nowhere
 */
FilEndpoint
fil_overlay_own_ipv6 (const FilOverlay *self)
{
  FilEndpoint own = *fil_reachability_external (&self->reach, 6);

  if (!fil_endpoint_is_set (&own))
    own = self->local6;
  if (!fil_endpoint_is_set (&own))
    own = fil_reachability_guess (&self->reach, 6);
  /* What a router maps is IPv4's. */
  own.port = fil_endpoint_is_set (&self->local6) ? self->local6.port : self->config.listen.port;
  if (!fil_endpoint_is_set (&own))
    own.port = 0;
  return own;
}
