/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

#include "ping.h"
#include "pong.h"

/* Pings are answered from the cache of pongs and never passed on (routing.md §6). What pongs tell feeds
 * the host cache, behind the gate and within limits. */

#define PING_INTERVAL_ULTRAPEER (30 * FIL_SEC)
#define PING_INTERVAL_LEAF (120 * FIL_SEC)
#define PING_TTL 3
#define FEW_HOSTS 20

/* Remembers an ultrapeer that somebody told of. */
void
_fil_overlay_learn (FilOverlay *self,
                    const FilEndpoint *host,
                    const FilEndpoint *teller,
                    gint64 now_us)
{
  if (!_fil_overlay_address_ok (self, host, FIL_ADDRESS_FOR_DIAL))
    {
      _fil_overlay_drop (self, FIL_DROP_PONG);
      return;
    }
  if (fil_host_cache_learn (self->hosts, host, teller, now_us) && _fil_overlay_missing (self) > 0)
    _fil_overlay_wake_at (self, now_us + 100 * FIL_MSEC);
}

/**
 * fil_overlay_learn_host:
 * @teller: (nullable): who told, NULL for a web cache or the user's own list
 */
void
fil_overlay_learn_host (FilOverlay *self,
                        const FilEndpoint *host,
                        const FilEndpoint *teller,
                        gint64 now_us)
{
  _fil_overlay_learn (self, host, teller, now_us);
}

FilHostCache *
fil_overlay_host_cache (FilOverlay *self)
{
  return self->hosts;
}

/**
 * fil_overlay_wants_hosts:
 *
 * Returns: whether it is time to ask a host cache or a web cache: links are missing and hardly any
 *   address is left to try
 */
gboolean
fil_overlay_wants_hosts (const FilOverlay *self)
{
  return self->is_running && !self->config.is_passive && _fil_overlay_missing (self) > 0 &&
         fil_host_cache_size (self->hosts) < FEW_HOSTS;
}

/* Ultrapeers to tell others of: neighbours first, then what was heard of. */
guint
_fil_overlay_list_tries (FilOverlay *self,
                         const FilEndpoint *asker,
                         FilEndpoint *out,
                         guint max)
{
  guint start = self->ultrapeers->len > 0 ? fil_random_below (self->random, self->ultrapeers->len) : 0;
  guint n = 0;

  for (guint i = 0; i < self->ultrapeers->len && n < max / 2; i++)
    {
      const FilNeighbour *neighbour = self->ultrapeers->pdata[(start + i) % self->ultrapeers->len];

      out[n] = fil_link_listen (neighbour->link);
      if (fil_endpoint_is_set (&out[n]) && !fil_endpoint_equal (&out[n], asker))
        n++;
    }
  return n + fil_host_cache_list (self->hosts, out + n, max - n);
}

static gboolean
has_slots (const FilOverlay *self)
{
  return self->mode == FIL_MODE_ULTRAPEER ? _fil_overlay_wants_ultrapeers (self) || self->leaves->len == 0
                                          : FALSE;
}

static guint8
free_slots (guint limit,
            guint used)
{
  return (guint8) MIN (limit > used ? limit - used : 0, 255);
}

static void
write_own_pong (FilOverlay *self,
                const FilPing *ping,
                const FilEndpoint *asker,
                gboolean is_udp,
                FilWriter *out)
{
  FilPong pong = { 0 };
  FilEndpoint tries[FIL_TRY_SENT];

  pong.endpoint = fil_overlay_own_endpoint (self);
  if (pong.endpoint.family == 6)
    {
      pong.endpoint6 = pong.endpoint;
      pong.endpoint = (FilEndpoint){ .port = pong.endpoint6.port };
    }
  pong.endpoint.port = self->config.listen.port;
  pong.files = self->n_files;
  pong.kib = fil_pong_kib (self->n_bytes / 1024, self->mode == FIL_MODE_ULTRAPEER);
  pong.has_vendor = TRUE;
  memcpy (pong.vendor, self->config.vendor, 4);
  pong.vendor_version = 0x01;
  if (self->mode == FIL_MODE_ULTRAPEER)
    {
      pong.has_ultrapeer = TRUE;
      pong.ultrapeer_version = 0x01;
      pong.leaf_slots = free_slots (_fil_overlay_leaf_limit (self), self->leaves->len);
      pong.ultrapeer_slots = free_slots (_fil_overlay_target (self), self->ultrapeers->len);
    }
  if (ping->has_scp)
    {
      guint n = _fil_overlay_list_tries (self, asker, tries, G_N_ELEMENTS (tries));

      for (guint i = 0; i < n; i++)
        if (tries[i].family == 4 ? (ping->scp & FIL_SCP_NO_V4) == 0 : (ping->scp & FIL_SCP_V6) != 0)
          pong.hosts[pong.n_hosts++].endpoint = tries[i];
    }
  if (is_udp && ping->wants_ip)
    pong.your_address = *asker;
  fil_pong_encode (&pong, out);
}

static void
send_own_pong (FilOverlay *self,
               FilNeighbour *to,
               const FilFrame *frame,
               const FilPing *ping,
               FilImportance importance,
               gint64 now_us)
{
  FilHeader header = fil_header (FIL_KIND_PONG, &frame->header.muid, (guint8) (frame->header.hops + 1), 0);
  g_auto (FilWriter) writer;

  fil_writer_init (&writer);
  write_own_pong (self, ping, fil_link_remote (to->link), FALSE, &writer);
  _fil_overlay_send (self, to, importance, &header, fil_writer_slice (&writer), now_us);
}

static void
send_pong (FilOverlay *self,
           FilNeighbour *to,
           const FilGuid *muid,
           const FilCachedPong *cached,
           guint8 ttl,
           guint8 hops,
           gint64 now_us)
{
  FilHeader header = fil_header (FIL_KIND_PONG, muid, ttl, hops);
  FilPong pong = { .endpoint = cached->endpoint, .files = cached->files, .kib = cached->kib };
  g_auto (FilWriter) writer;

  fil_writer_init (&writer);
  fil_pong_encode (&pong, &writer);
  _fil_overlay_send (self, to, FIL_IMPORTANCE_PONG, &header, fil_writer_slice (&writer), now_us);
}

/* TTL 2, hops 0: somebody counts us; one pong for each neighbour. */
static void
answer_crawler (FilOverlay *self,
                FilNeighbour *to,
                const FilFrame *frame,
                gint64 now_us)
{
  for (guint i = 0; i < self->ultrapeers->len; i++)
    {
      FilNeighbour *neighbour = self->ultrapeers->pdata[i];
      FilCachedPong pong = { .endpoint = fil_link_listen (neighbour->link), .kib = 8 };

      if (neighbour != to && pong.endpoint.family == 4)
        send_pong (self, to, &frame->header.muid, &pong, 1, 1, now_us);
    }
}

void
_fil_overlay_take_ping (FilOverlay *self,
                        FilNeighbour *from,
                        const FilFrame *frame,
                        gint64 now_us)
{
  const FilHeader *header = &frame->header;
  FilCachedPong pongs[FIL_PONG_PER_PING];
  FilEndpoint listen = fil_link_listen (from->link);
  FilPing ping;
  guint n;

  if (!fil_ping_decode (&ping, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      fil_link_count_error (from->link, "a broken ping", now_us);
      return;
    }
  if (header->hops == 0 && header->ttl == 0)
    return;
  if (header->hops == 0 && header->ttl == 1)
    {
      send_own_pong (self, from, frame, &ping, FIL_IMPORTANCE_URGENT, now_us);
      return;
    }
  if (now_us < from->next_pong_us)
    {
      _fil_overlay_drop (self, FIL_DROP_RATE);
      return;
    }
  from->next_pong_us = now_us + FIL_PING_INTERVAL;
  if (!from->was_ponged || has_slots (self))
    send_own_pong (self, from, frame, &ping, FIL_IMPORTANCE_PONG, now_us);
  from->was_ponged = TRUE;
  if (self->mode != FIL_MODE_ULTRAPEER)
    return;
  if (header->hops == 0 && header->ttl == 2)
    {
      answer_crawler (self, from, frame, now_us);
      return;
    }
  n = fil_pong_cache_choose (&self->pongs, from->id, &listen, self->random, now_us, pongs,
                             G_N_ELEMENTS (pongs));
  for (guint i = 0; i < n; i++)
    send_pong (self, from, &header->muid, &pongs[i], (guint8) MAX (header->hops, 1),
               (guint8) (pongs[i].hops + 1), now_us);
}

static void
learn_from_pong (FilOverlay *self,
                 const FilPong *pong,
                 const FilEndpoint *teller,
                 gint64 now_us)
{
  if (fil_pong_is_ultrapeer (pong) && !pong->is_host_cache)
    {
      if (fil_endpoint_is_set (&pong->endpoint))
        _fil_overlay_learn (self, &pong->endpoint, teller, now_us);
      if (fil_endpoint_is_set (&pong->endpoint6))
        _fil_overlay_learn (self, &pong->endpoint6, teller, now_us);
    }
  for (guint i = 0; i < MIN (pong->n_hosts, FIL_TRY_RECEIVED); i++)
    _fil_overlay_learn (self, &pong->hosts[i].endpoint, teller, now_us);
}

void
_fil_overlay_take_pong (FilOverlay *self,
                        FilNeighbour *from,
                        const FilFrame *frame,
                        gint64 now_us)
{
  g_auto (FilPong) pong = { 0 };
  FilCachedPong cached;

  if (!fil_pong_decode (&pong, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      fil_link_count_error (from->link, "a broken pong", now_us);
      return;
    }
  if (!fil_token_bucket_take (&from->pongs, 1, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_PONG);
      return;
    }
  learn_from_pong (self, &pong, fil_link_remote (from->link), now_us);
  if (pong.endpoint.family != 4 || !_fil_overlay_address_ok (self, &pong.endpoint, FIL_ADDRESS_FOR_DIAL) ||
      !fil_pong_is_ultrapeer (&pong))
    return;
  cached = (FilCachedPong){ .endpoint = pong.endpoint,
                            .files = pong.files,
                            .kib = pong.kib,
                            .link = from->id,
                            .hops = frame->header.hops,
                            .received_us = now_us };
  fil_pong_cache_add (&self->pongs, &cached);
}

/* Asks a neighbour for pongs and packed hosts. */
void
_fil_overlay_ping (FilOverlay *self,
                   FilNeighbour *to,
                   gint64 now_us)
{
  FilPing ping = { .has_scp = TRUE, .scp = self->mode == FIL_MODE_ULTRAPEER ? FIL_SCP_ULTRAPEER : 0 };
  FilHeader header;
  g_auto (FilWriter) writer;

  fil_guid_random (&to->ping_muid, self->random);
  to->pinged_us = now_us;
  header = fil_header (FIL_KIND_PING, &to->ping_muid, PING_TTL, 0);
  fil_writer_init (&writer);
  if (fil_link_peer (to->link)->ggep)
    fil_ping_encode (&ping, &writer);
  _fil_overlay_send (self, to, FIL_IMPORTANCE_PING, &header, fil_writer_slice (&writer), now_us);
}

/* Keeps the pong cache fresh: now and then one ping to a few neighbours. Those that have just been greeted
 * with one are left out: gtk-gnutella 1.2.3 drops a second one within 3 s, of a leaf within 60 s (measured). */
void
_fil_overlay_send_pings (FilOverlay *self,
                         gint64 now_us)
{
  gint64 interval = self->mode == FIL_MODE_ULTRAPEER ? PING_INTERVAL_ULTRAPEER : PING_INTERVAL_LEAF;
  guint n = MIN (self->ultrapeers->len, MAX (3, self->ultrapeers->len / 5));
  guint start;

  if (now_us < self->next_ping_us || n == 0)
    return;
  self->next_ping_us = now_us + interval;
  start = fil_random_below (self->random, self->ultrapeers->len);
  for (guint i = 0; i < n; i++)
    {
      FilNeighbour *to = self->ultrapeers->pdata[(start + i) % self->ultrapeers->len];

      if (now_us - to->pinged_us >= interval / 2)
        _fil_overlay_ping (self, to, now_us);
    }
}

/* One rich answer a minute for an address, and no other: a forged source gets little out of us. */
void
_fil_overlay_take_udp_ping (FilOverlay *self,
                            const FilEndpoint *from,
                            const FilFrame *frame,
                            gint64 now_us)
{
  g_autoptr (FilPacket) packet = NULL;
  g_auto (FilWriter) writer;
  FilHeader header;
  FilPing ping;

  fil_writer_init (&writer);
  /* Somebody tries whether we can be reached, at our own request (firewall.md §3): it wants no answer, and
   * what it proves was seen when it came. */
  if (_fil_overlay_is_own_guid (self, &frame->header.muid))
    {
      fil_reachability_pinged_back (&self->reach, fil_udp_contacts_judge (self->contacts, from, now_us));
      return;
    }
  if (!fil_ping_decode (&ping, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      return;
    }
  if (!_fil_overlay_address_ok (self, from, FIL_ADDRESS_FOR_UDP) ||
      !fil_address_meter_take (self->udp_pings, from, now_us) ||
      !fil_token_bucket_take (&self->udp_ping_rate, 1, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_UDP_RATE);
      return;
    }
  write_own_pong (self, &ping, from, TRUE, &writer);
  header = fil_header (FIL_KIND_PONG, &frame->header.muid, 1, 0);
  packet = fil_packet_new (&header, fil_writer_slice (&writer));
  _fil_overlay_send_udp (self, from, packet);
}

void
_fil_overlay_take_udp_pong (FilOverlay *self,
                            const FilEndpoint *from,
                            const FilFrame *frame,
                            gint64 now_us)
{
  const FilEndpoint *pinged = fil_guid_table_find (self->udp_pinged, &frame->header.muid, now_us);
  g_auto (FilPong) pong = { 0 };

  if (pinged == NULL || !fil_endpoint_equal (pinged, from))
    {
      _fil_overlay_drop (self, FIL_DROP_PONG);
      return;
    }
  fil_guid_table_remove (self->udp_pinged, &frame->header.muid);
  if (!fil_pong_decode (&pong, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      return;
    }
  fil_reachability_answered (&self->reach, now_us);
  if (fil_endpoint_is_set (&pong.your_address))
    _fil_overlay_take_own_address (self, from, &pong.your_address, now_us);
  learn_from_pong (self, &pong, from, now_us);
}

/* Pings by UDP, to learn hosts and our own address and port. */
void
_fil_overlay_ping_by_udp (FilOverlay *self,
                          const FilEndpoint *to,
                          gint64 now_us)
{
  FilPing ping = { .has_scp = TRUE,
                   .scp = self->mode == FIL_MODE_ULTRAPEER ? FIL_SCP_ULTRAPEER : 0,
                   .wants_ip = TRUE,
                   .has_vendor = TRUE,
                   .vendor_version = 0x01 };
  g_autoptr (FilPacket) packet = NULL;
  g_auto (FilWriter) writer;
  FilHeader header;
  FilGuid muid;
  gboolean is_new;

  fil_writer_init (&writer);
  memcpy (ping.vendor, self->config.vendor, 4);
  fil_guid_random (&muid, self->random);
  *(FilEndpoint *) fil_guid_table_add (self->udp_pinged, &muid, now_us, &is_new) = *to;
  fil_ping_encode (&ping, &writer);
  header = fil_header (FIL_KIND_PING, &muid, 1, 0);
  packet = fil_packet_new (&header, fil_writer_slice (&writer));
  fil_address_meter_take (self->udp_asks, to, now_us);
  fil_reachability_pinged (&self->reach, now_us);
  _fil_overlay_send_udp (self, to, packet);
}

/**
 * fil_overlay_ask_host_cache:
 * @cache: a UDP host cache
 *
 * Asks it for hosts, unless it was asked within FIL_CACHE_ASK_INTERVAL (bootstrap.md §2).
 */
void
fil_overlay_ask_host_cache (FilOverlay *self,
                            const FilEndpoint *cache,
                            gint64 now_us)
{
  if (fil_address_meter_take (self->cache_asks, cache, now_us))
    _fil_overlay_ping_by_udp (self, cache, now_us);
}

/* Answers a request to be pinged, with the GUID that was asked for; once more from another port, since a NAT
 * may let in any port of an address that was sent to, or only the one. */
void
_fil_overlay_ping_back (FilOverlay *self,
                        const FilEndpoint *to,
                        const FilGuid *muid,
                        gint64 now_us)
{
  FilHeader header = fil_header (FIL_KIND_PING, muid, 1, 0);
  g_autoptr (FilPacket) packet = fil_packet_new (&header, FIL_SLICE_NONE);

  _fil_overlay_send_udp (self, to, packet);
  _fil_overlay_send_udp_aside (self, to, packet);
}
