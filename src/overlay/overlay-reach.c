/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* Where we stand: asking others to try whether we can be reached, and taking what shows it. */

/* gtk-gnutella 1.2.3 pings a new neighbour by UDP on its own: as long as we have sent nothing there, that
 * shows whether strangers reach us. */
#define SETTLE_TIME (4 * FIL_SEC)

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
          (to->udp_asked_us != 0 && now_us - to->udp_asked_us <= FIL_PING_BACK_INTERVAL) ||
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
  _fil_overlay_watch_nat (self, now_us);
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
