/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* What the NAT in front of us does: asking hosts which address and port of ours they see, taking what they say, and
 * keeping the mapping as long as we need it. */

#define KEEPERS 2

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
_fil_overlay_watch_nat (FilOverlay *self,
                        gint64 now_us)
{
  measure_nat (self, now_us);
  keep_mapping (self, now_us);
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
