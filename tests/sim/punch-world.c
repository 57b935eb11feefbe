/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-world.h"

#include "head-ping.h"
#include "punch-limits.h"
#include "punch-probe.h"
#include "punch-stream.h"
#include "punches-private.h"
#include "vendor.h"
#include "vendor-table.h"

#include <string.h>

#define CORE_HOPS 8        /* routers between any two NATs; knocks that must not arrive survive less */
#define SYN_AGAIN FIL_SEC  /* as Linux does */
#define LOW_CONNECT_US (600 * FIL_MSEC)
#define ONCE_CONNECT_US (900 * FIL_MSEC)
#define CONNECT_US (12 * FIL_SEC)

typedef enum
{
  PACKET_DATAGRAM,
  PACKET_SYN,
  PACKET_SYN_ACK,
} PacketKind;

/* On its way: what the NATs of its sender do to it is done. */
typedef struct
{
  PunchHost *origin;
  FilTimer *timer;
  PacketKind kind;
  FilEndpoint from;
  FilEndpoint to;     /* family 0: lost */
  Nat *common;        /* stays behind this one */
  GBytes *bytes;
} Packet;

/* A TCP socket that connects from the listening port. */
typedef struct
{
  PunchHost *host;
  guint32 id;
  FilEndpoint to;
  gint64 until_us;
  FilConnectManner manner;
  gboolean is_done;
  FilTimer *timer;
} Connect;

static void
connect_free (Connect *connect)
{
  fil_timer_free (connect->timer);
  g_free (connect);
}

static void
packet_free (Packet *packet)
{
  fil_timer_free (packet->timer);
  g_clear_pointer (&packet->bytes, g_bytes_unref);
  g_free (packet);
}

static void arrive (Packet *packet, gint64 now_us);

static void
packet_due (gpointer data,
            gint64 now_us)
{
  Packet *packet = data;

  g_hash_table_steal (packet->origin->world->packets, packet);
  arrive (packet, now_us);
  packet_free (packet);
}

static void
arm (PunchHost *host)
{
  gint64 wake = fil_punches_wake (host->punches);

  if (wake == FIL_NEVER)
    fil_timer_clear (host->timer);
  else
    fil_timer_set (host->timer, MAX (wake, sim_now (host->world->sim)));
}

/* After a call of its punches that the world did not make. */
void
punch_world_arm (PunchHost *host)
{
  arm (host);
}

static void
tick (gpointer data,
      gint64 now_us)
{
  PunchHost *host = data;

  fil_punches_tick (host->punches, now_us);
  arm (host);
}

/* Sends from the one port of the host. The NATs on its side see it at once. */
static void
send_packet (PunchHost *host,
             PacketKind kind,
             const FilEndpoint *to,
             GBytes *bytes,
             guint ttl)
{
  PunchWorld *world = host->world;
  gint64 now_us = sim_now (world->sim);
  gboolean is_inside = fil_endpoint_class (to) == FIL_ADDRESS_PRIVATE;
  Packet *packet = g_new0 (Packet, 1);
  guint hops = 0;

  *packet = (Packet){ .origin = host, .kind = kind, .from = host->inside, .to = *to };
  packet->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  packet->timer = fil_timer_new (sim_timers (world->sim), packet_due, packet);
  /* In one's own network nothing is translated. */
  if (is_inside)
    packet->common = host->nat;
  for (Nat *nat = host->nat; nat != NULL && packet->common == NULL; nat = nat->parent)
    {
      packet->from = nat_out (nat, kind == PACKET_DATAGRAM ? NAT_UDP : NAT_TCP, &packet->from, to, now_us);
      hops++;
      if (fil_endpoint_same_address (to, &nat->outside))
        packet->common = nat;
    }
  if ((packet->common != NULL && !is_inside && !packet->common->hairpin) ||
      (packet->common == NULL && ttl != 0 && ttl < hops + CORE_HOPS))
    packet->to.family = 0;
  g_hash_table_add (world->packets, packet);
  fil_timer_set (packet->timer, now_us + (packet->common != NULL ? FIL_MSEC : sim_latency (world->sim)));
}

void
punch_world_send (PunchHost *from,
                  const FilEndpoint *to,
                  const guint8 *bytes,
                  gsize len,
                  guint ttl)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, len);

  send_packet (from, PACKET_DATAGRAM, to, copy, ttl);
}

static void
route (SimHost *from,
       const FilEndpoint *to,
       GBytes *bytes)
{
  send_packet (from->user, PACKET_DATAGRAM, to, bytes, 0);
}

static Nat *
nat_at (PunchWorld *self,
        const FilEndpoint *address)
{
  for (guint i = 0; i < self->nats->len; i++)
    if (fil_endpoint_same_address (&((Nat *) self->nats->pdata[i])->outside, address))
      return self->nats->pdata[i];
  return NULL;
}

/* Through the NATs on the other side to the host that gets it, or NULL. */
static PunchHost *
resolve (Packet *packet,
         gint64 now_us)
{
  PunchWorld *world = packet->origin->world;
  NatProto proto = packet->kind == PACKET_DATAGRAM ? NAT_UDP : NAT_TCP;
  FilEndpoint to = packet->to;
  Nat *behind = fil_endpoint_class (&to) == FIL_ADDRESS_PRIVATE ? packet->common : NULL;
  Nat *nat;

  while ((nat = nat_at (world, &to)) != NULL && nat != behind)
    {
      FilEndpoint inside;

      if (!nat_in (nat, proto, &packet->from, to.port, &inside, now_us))
        return NULL;
      behind = nat;
      to = inside;
    }
  for (guint i = 0; i < world->hosts->len; i++)
    {
      PunchHost *host = world->hosts->pdata[i];

      if (fil_endpoint_equal (&host->inside, &to) && host->nat == behind)
        return host;
    }
  return NULL;
}

static gboolean
is_head (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return len > FIL_HEADER_LEN && data[16] == FIL_KIND_VENDOR;
}

/* What the test wants to get lost of what goes between hosts. */
static gboolean
is_unwanted (const PunchWorld *self,
             GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  FilPunchProbe probe;

  if (len <= 16 || data[16] != FIL_KIND_RUDP)
    return FALSE;
  if (!fil_punch_probe_decode (&probe, fil_slice (data, len)))
    return self->drops_rudp;
  return self->drops_used && probe.kind == FIL_PROBE_USED;
}

static gboolean
is_lost (Packet *packet,
         const PunchHost *to)
{
  PunchWorld *world = packet->origin->world;

  if (packet->kind == PACKET_DATAGRAM && is_unwanted (world, packet->bytes))
    return TRUE;
  if (packet->kind != PACKET_DATAGRAM || (to->punches != NULL && packet->origin->punches != NULL))
    return FALSE;
  world->n_signals++;
  if ((!world->drops_pings || !is_head (packet->bytes)) &&
      (world->loses_every == 0 || world->n_signals % world->loses_every != 0))
    return FALSE;
  world->n_dropped++;
  return TRUE;
}

/* TCP */

static Connect *
find_connect (PunchHost *host,
              const FilEndpoint *to)
{
  for (guint i = 0; i < host->connects->len; i++)
    {
      Connect *connect = host->connects->pdata[i];

      if (!connect->is_done && fil_endpoint_equal (&connect->to, to))
        return connect;
    }
  return NULL;
}

/* The answer to a SYN: the connection stands here, and on the other side since it answered: there at a
 * socket that connects to exactly here, else at the one that listens. */
static void
take_syn_ack (PunchHost *host,
              const Packet *packet)
{
  gint64 now_us = sim_now (host->world->sim);
  Connect *mine = find_connect (host, &packet->from);
  Connect *theirs = find_connect (packet->origin, &packet->to);

  if (mine == NULL)
    return;
  mine->is_done = TRUE;
  if (theirs != NULL)
    theirs->is_done = TRUE;
  sim_join (host->world->sim, fil_punches_line (host->punches, mine->id, &packet->from, now_us),
            fil_punches_line (packet->origin->punches, theirs != NULL ? theirs->id : 0, &packet->to, now_us));
}

static void
connect_due (gpointer data,
             gint64 now_us)
{
  Connect *connect = data;

  connect->is_done = connect->is_done || now_us >= connect->until_us;
  if (connect->is_done)
    return;
  send_packet (connect->host, PACKET_SYN, &connect->to, NULL,
               connect->manner == FIL_CONNECT_LOW ? FIL_PUNCH_LOW_TTL : 0);
  fil_timer_set (connect->timer, MIN (connect->until_us, now_us + SYN_AGAIN));
}

static void
count_arrival (PunchWorld *self,
               const FilEndpoint *at)
{
  FilEndpoint *key = g_memdup2 (at, sizeof *at);
  guint n;

  key->port = 0;
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->arrived, key));
  g_hash_table_replace (self->arrived, key, GUINT_TO_POINTER (n + 1));
}

static void
arrive (Packet *packet,
        gint64 now_us)
{
  PunchHost *to;

  if (packet->to.family == 0)
    return;
  to = resolve (packet, now_us);
  if (to == NULL)
    {
      count_arrival (packet->origin->world, &packet->to);
      return;
    }
  if (is_lost (packet, to))
    return;
  switch (packet->kind)
    {
    case PACKET_DATAGRAM:
      sim_deliver (to->sim, &packet->from, packet->bytes);
      break;
    case PACKET_SYN:
      if (to->punches != NULL && !to->world->no_tcp)
        send_packet (to, PACKET_SYN_ACK, &packet->from, NULL, 0);
      break;
    case PACKET_SYN_ACK:
    default:
      take_syn_ack (to, packet);
      break;
    }
}

/* Attempts that take memory, whatever they still do. */
guint
punch_world_n_kept (const PunchHost *host)
{
  return host->punches->punches->len;
}

/* How many packets arrived at an address that nobody there had asked for. */
guint
punch_world_arrived (PunchWorld *self,
                     const char *address)
{
  FilEndpoint key;

  g_assert_true (fil_endpoint_parse (&key, address, -1, 1));
  key.port = 0;
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->arrived, &key));
}

/* What the punches ask of a node. */

static FilEndpoint
seen_by (PunchHost *host,
         NatProto proto,
         const PunchHost *observer)
{
  FilEndpoint endpoint = host->inside;

  for (Nat *nat = host->nat; nat != NULL; nat = nat->parent)
    endpoint = nat_out (nat, proto, &endpoint, &observer->inside, sim_now (host->world->sim));
  return endpoint;
}

static void
describe (gpointer data,
          FilPunchSelf *out)
{
  FilHost proxies[FIL_OFFER_PROXIES_MAX];
  PunchHost *host = data;
  guint n = PUNCH_ULTRAPEERS;

  *out = (FilPunchSelf){ .guid = host->sim->guid, .is_sure = !host->is_unsure, .nat = host->side };
  /* The last that somebody told. */
  out->udp = seen_by (host, NAT_UDP, host->world->ultrapeers[n - 1]);
  out->tcp = seen_by (host, NAT_TCP, host->world->ultrapeers[n - 1]);
  if (host->nat != NULL && !fil_endpoint_same_address (&host->nat->outside, &host->inside))
    out->local = host->inside;
  if (host->inside.family == 6)
    {
      out->ipv6 = host->inside;
      out->udp = out->tcp = (FilEndpoint){ 0 };
      out->nat.has_ipv6 = TRUE;
    }
  out->n_proxies = fil_overlay_push_proxies (host->sim->overlay, proxies, FIL_OFFER_PROXIES_MAX);
  for (guint i = 0; i < out->n_proxies; i++)
    out->proxies[i] = proxies[i].endpoint;
  out->has_tls = TRUE;
  memset (out->fingerprint, (int) host->sim->number, sizeof out->fingerprint);
}

/* What it tells others of itself now. */
void
punch_world_describe (PunchHost *host,
                      FilPunchSelf *out)
{
  describe (host, out);
}

static gboolean
is_sharing (gpointer data)
{
  return !((PunchHost *) data)->is_paused;
}

/* The test says what comes of it. */
static void
measure (gpointer data)
{
}

static gboolean
may_send (gpointer data,
          const FilEndpoint *to)
{
  return fil_endpoint_class (to) == FIL_ADDRESS_PUBLIC;
}

static void
send_func (gpointer data,
           const FilEndpoint *to,
           const guint8 *bytes,
           gsize len,
           guint ttl)
{
  PunchHost *host = data;

  if (bytes[16] == FIL_KIND_VENDOR)
    {
      g_clear_pointer (&host->world->last_ping, g_bytes_unref);
      host->world->last_ping = g_bytes_new (bytes, len);
    }
  if (ttl == 0 && fil_punch_probe_decode (&host->said, fil_slice (bytes, len)))
    {
      host->n_sent_high++;
      host->said_to = *to;
    }
  punch_world_send (host, to, bytes, len, ttl);
}

/* What somebody on the way could have read of the last ping. */
gboolean
punch_world_seen_muid (PunchWorld *self,
                       FilGuid *muid)
{
  if (self->last_ping == NULL)
    return FALSE;
  memcpy (muid->bytes, g_bytes_get_data (self->last_ping, NULL), sizeof muid->bytes);
  return TRUE;
}

gboolean
punch_world_seen_nonce (PunchWorld *self,
                        guint8 *nonce)
{
  FilPunchOffer offer;
  FilHeadPing ping;
  FilVendor vendor;
  gsize len;
  const guint8 *bytes;

  if (self->last_ping == NULL)
    return FALSE;
  bytes = g_bytes_get_data (self->last_ping, &len);
  if (!fil_vendor_decode (&vendor, fil_slice (bytes + FIL_HEADER_LEN, len - FIL_HEADER_LEN)) ||
      !fil_head_ping_decode (&ping, &vendor) || !fil_punch_offer_decode (&offer, ping.signal))
    return FALSE;
  memcpy (nonce, offer.nonce, sizeof offer.nonce);
  return TRUE;
}

static void
connect_func (gpointer data,
              guint32 id,
              const FilEndpoint *to,
              FilConnectManner manner)
{
  static const gint64 lives_us[] = { LOW_CONNECT_US, ONCE_CONNECT_US, CONNECT_US };
  PunchHost *host = data;
  gint64 now_us = sim_now (host->world->sim);
  Connect *connect = g_new0 (Connect, 1);

  *connect = (Connect){ .host = host, .id = id, .to = *to, .manner = manner };
  connect->until_us = now_us + lives_us[manner];
  connect->timer = fil_timer_new (sim_timers (host->world->sim), connect_due, connect);
  fil_timer_set (connect->timer, now_us);
  g_ptr_array_add (host->connects, connect);
}

static void
stop (gpointer data,
      guint32 id)
{
  PunchHost *host = data;

  punch_streams_stop (host->streams, id);

  for (guint i = 0; i < host->connects->len; i++)
    if (((Connect *) host->connects->pdata[i])->id == id)
      ((Connect *) host->connects->pdata[i])->is_done = TRUE;
}

static void
take_way (PunchHost *host,
          const FilPunchWay *way)
{
  host->n_ways++;
  host->way = *way;
  host->way_us = sim_now (host->world->sim);
}

static void
stream (gpointer data,
        const FilPunchWay *way)
{
  take_way (data, way);
  punch_streams_open (((PunchHost *) data)->streams, way);
}

/* Who talks over a connection that was chosen; keeps still. */
static gsize
quiet_feed (FilSession *session,
            const guint8 *bytes,
            gsize len,
            gint64 now_us)
{
  return len;
}

static gboolean
quiet_output (FilSession *session,
              FilOutput *out,
              gint64 now_us)
{
  return FALSE;
}

static void
quiet_sent (FilSession *session,
            gsize len,
            gint64 now_us)
{
}

static void
quiet_hung_up (FilSession *session,
               const char *error,
               gint64 now_us)
{
  fil_session_close (session, "hung up");
}

static gint64
quiet_wake (FilSession *session)
{
  return FIL_NEVER;
}

static void
quiet_tick (FilSession *session,
            gint64 now_us)
{
}

static void
quiet_free (FilSession *session)
{
  g_free (session);
}

static const FilSessionClass quiet_class = {
  .name = "quiet",
  .feed = quiet_feed,
  .output = quiet_output,
  .sent = quiet_sent,
  .hung_up = quiet_hung_up,
  .wake = quiet_wake,
  .tick = quiet_tick,
  .free = quiet_free,
};

static FilSession *
session_func (gpointer data,
              const FilPunchWay *way)
{
  FilSession *session;

  if (((PunchHost *) data)->wants_nothing)
    return NULL;
  session = g_new0 (FilSession, 1);
  fil_session_init (session, &quiet_class);
  ((PunchHost *) data)->n_sessions++;
  take_way (data, way);
  return session;
}

static void
failed (gpointer data,
        const FilGuid *guid,
        const char *code,
        const char *sentence)
{
  PunchHost *host = data;

  g_free (host->failure);
  host->failure = g_strdup (code);
  g_free (host->failure_sentence);
  host->failure_sentence = g_strdup (sentence);
  host->failure_us = sim_now (host->world->sim);
  g_assert_cmpuint (strlen (sentence), >, 10);
}

static void
step (gpointer data,
      const FilGuid *guid,
      const char *what,
      const FilEndpoint *peer,
      const char *detail)
{
  PunchHost *host = data;
  char text[FIL_ENDPOINT_TEXT_LEN] = "";

  if (peer != NULL)
    fil_endpoint_to_text (peer, text);
  g_string_append_printf (host->steps, "%.3f %s %s (%s)\n", (double) sim_now (host->world->sim) / 1e6, what,
                          text, detail);
}

static const FilPunchesDelegate delegate = {
  .describe = describe,
  .is_sharing = is_sharing,
  .measure = measure,
  .may_send = may_send,
  .send = send_func,
  .connect = connect_func,
  .stop = stop,
  .stream = stream,
  .session = session_func,
  .failed = failed,
  .step = step,
};

/* What the overlay of a node hears. */

static gboolean
on_datagram (SimHost *sim,
             const FilEndpoint *from,
             FilSlice bytes)
{
  PunchHost *host = sim->user;
  gboolean taken;

  taken = fil_punches_take_datagram (host->punches, from, bytes, sim_now (host->world->sim));
  if (!taken && bytes.len > 16 && bytes.data[16] == FIL_KIND_RUDP)
    {
      punch_streams_take (host->streams, bytes, from);
      taken = TRUE;
    }
  arm (host);
  return taken;
}

static void
answer_head (PunchHost *host,
             const FilPunchOffer *answer,
             const FilSource *source)
{
  FilHeadPong pong = { .file = FIL_HEAD_FILE_COMPLETE, .firewalled = TRUE };
  FilVendor vendor = { .id = { FIL_VENDOR_LIME, 24, 2 } };
  g_auto (FilWriter) item, body, payload;

  fil_writer_init (&item);
  fil_writer_init (&body);
  fil_writer_init (&payload);
  fil_punch_offer_encode (answer, &item);
  pong.signal = fil_writer_slice (&item);
  fil_head_pong_encode (&pong, 2, &body);
  vendor.body = fil_writer_slice (&body);
  fil_vendor_encode (&vendor, &payload);
  host->n_answers++;
  fil_overlay_answer_head (host->sim->overlay, source, fil_writer_slice (&payload),
                           sim_now (host->world->sim));
}

static void
on_head (SimHost *sim,
         const FilFrame *frame,
         const FilSource *source)
{
  PunchHost *host = sim->user;
  gint64 now_us = sim_now (host->world->sim);
  FilPunchOffer offer, answer;
  FilHeadPing ping;
  FilHeadPong pong;
  FilVendor vendor;

  g_assert_true (fil_vendor_decode (&vendor, frame->payload));
  if (vendor.id.selector == 23)
    {
      if (fil_head_ping_decode (&ping, &vendor) && fil_punch_offer_decode (&offer, ping.signal) &&
          fil_punches_take_offer (host->punches, &offer, &answer, now_us))
        answer_head (host, &answer, source);
    }
  else if (fil_head_pong_decode (&pong, &vendor) && fil_punch_offer_decode (&offer, pong.signal))
    fil_punches_take_answer (host->punches, &offer, &source->muid, &source->address, now_us);
  arm (host);
}

static void
on_push (SimHost *sim,
         const FilPush *push,
         const FilSource *source)
{
  PunchHost *host = sim->user;

  fil_punches_take_push (host->punches, push, sim_now (host->world->sim));
  arm (host);
}

/* The world */

FilNatSide
punch_side_of (NatKind kind)
{
  static const FilNatClass classes[NAT_KINDS] = {
    [NAT_NONE] = { FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_OPEN, 0 },
    [NAT_WALL] = { FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_PORT, 0 },
    [NAT_FULL] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_OPEN, 0 },
    [NAT_ADDR] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_ADDRESS, 0 },
    [NAT_PORT] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 },
    [NAT_SYM] = { FIL_NAT_MAPPING_RANDOM, FIL_NAT_FILTER_PORT, 0 },
    [NAT_SEQ] = { FIL_NAT_MAPPING_SEQUENTIAL, FIL_NAT_FILTER_PORT, 1 },
    [NAT_LINUX] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 },
    [NAT_OPEN] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 },
  };

  return (FilNatSide){ .udp = classes[kind], .tcp = classes[kind], .has_tcp = TRUE };
}

Nat *
punch_world_nat (PunchWorld *self,
                 NatKind kind,
                 const char *outside,
                 Nat *parent)
{
  FilEndpoint address;
  Nat *nat;

  g_assert_true (fil_endpoint_parse (&address, outside, -1, 1));
  nat = nat_new (kind, &address, sim_random (self->sim));
  nat->parent = parent;
  g_ptr_array_add (self->nats, nat);
  return nat;
}

static PunchHost *
add_host (PunchWorld *self,
          FilOverlayConfig *config,
          const FilEndpoint *inside,
          Nat *nat)
{
  PunchHost *host = g_new0 (PunchHost, 1);

  host->world = self;
  host->inside = *inside;
  host->nat = nat;
  host->connects = g_ptr_array_new_with_free_func ((GDestroyNotify) connect_free);
  host->steps = g_string_new (NULL);
  host->sim = sim_add_at (self->sim, config, inside);
  host->sim->user = host;
  if (nat != NULL)
    {
      Nat *last = nat;

      while (last->parent != NULL)
        last = last->parent;
      host->sim->outside = last->outside;
    }
  g_ptr_array_add (self->hosts, host);
  return host;
}

/* A leaf of all three ultrapeers. */
PunchHost *
punch_world_host (PunchWorld *self,
                  const char *inside,
                  Nat *nat,
                  NatKind kind)
{
  FilOverlayConfig config = { .role = FIL_ROLE_LEAF, .ultrapeers = PUNCH_ULTRAPEERS, .is_passive = TRUE };
  FilEndpoint endpoint;
  PunchHost *host;

  g_assert_true (fil_endpoint_parse (&endpoint, inside, -1, 6346));
  host = add_host (self, &config, &endpoint, nat);
  host->side = punch_side_of (kind);
  host->punches = fil_punches_new (&delegate, host, sim_random (self->sim));
  host->timer = fil_timer_new (sim_timers (self->sim), tick, host);
  host->streams = punch_streams_new (host);
  host->sim->is_firewalled = TRUE;
  host->sim->on_datagram = on_datagram;
  host->sim->on_head = on_head;
  host->sim->on_push = on_push;
  return host;
}

/* Every host has spoken to every ultrapeer. */
static void
open_mappings (PunchWorld *self)
{
  for (guint i = PUNCH_ULTRAPEERS; i < self->hosts->len; i++)
    for (guint j = 0; j < PUNCH_ULTRAPEERS; j++)
      {
        seen_by (self->hosts->pdata[i], NAT_UDP, self->ultrapeers[j]);
        seen_by (self->hosts->pdata[i], NAT_TCP, self->ultrapeers[j]);
      }
}

/* Everybody joins. Hosts speak first: what an ultrapeer sends to a router that takes it would make the
 * router use another port towards that ultrapeer. */
void
punch_world_start (PunchWorld *self)
{
  open_mappings (self);
  for (guint i = PUNCH_ULTRAPEERS; i < self->hosts->len; i++)
    for (guint j = 0; j < PUNCH_ULTRAPEERS; j++)
      sim_connect (((PunchHost *) self->hosts->pdata[i])->sim, self->ultrapeers[j]->sim);
  sim_run (self->sim, FIL_MINUTE / 2);
  open_mappings (self);
}

PunchWorld *
punch_world_new (const char *user_agent)
{
  PunchWorld *self = g_new0 (PunchWorld, 1);
  static const char *const addresses[PUNCH_ULTRAPEERS] = { "62.1.1.1:6346", "66.2.2.2:6346",
                                                           "81.3.3.3:6346" };

  self->sim = sim_new ((guint64) g_test_rand_int (), 25 * FIL_MSEC);
  sim_set_route (self->sim, route);
  self->hosts = g_ptr_array_new ();
  self->nats = g_ptr_array_new_with_free_func ((GDestroyNotify) nat_free);
  self->arrived = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  self->packets = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) packet_free, NULL);
  for (guint i = 0; i < PUNCH_ULTRAPEERS; i++)
    {
      FilOverlayConfig config = {
        .role = FIL_ROLE_ULTRAPEER, .leaves = 40, .is_passive = TRUE, .user_agent = user_agent
      };
      FilEndpoint endpoint;

      g_assert_true (fil_endpoint_parse (&endpoint, addresses[i], -1, 0));
      self->ultrapeers[i] = add_host (self, &config, &endpoint, NULL);
    }
  return self;
}

void
punch_world_free (PunchWorld *self)
{
  for (guint i = 0; i < self->hosts->len; i++)
    {
      PunchHost *host = self->hosts->pdata[i];

      punch_streams_free (host->streams);
      fil_punches_free (host->punches);
      g_clear_pointer (&host->timer, fil_timer_free);
      g_ptr_array_unref (host->connects);
      g_string_free (host->steps, TRUE);
      g_free (host->failure);
      g_free (host->failure_sentence);
    }
  g_hash_table_unref (self->packets);
  g_clear_pointer (&self->last_ping, g_bytes_unref);
  sim_free (self->sim);
  g_ptr_array_foreach (self->hosts, (GFunc) (void (*) (void)) g_free, NULL);
  g_ptr_array_unref (self->hosts);
  g_ptr_array_unref (self->nats);
  g_hash_table_unref (self->arrived);
  g_free (self);
}

/* @asker wants a file of @sharer, whose hit it has seen. */
guint32
punch_world_ask (PunchHost *asker,
                 PunchHost *sharer)
{
  FilHost hosts[PUNCH_ULTRAPEERS];
  FilEndpoint proxies[PUNCH_ULTRAPEERS];
  FilPunchWish wish = {
    .guid = sharer->sim->guid, .proxies = proxies, .knows_offers = TRUE
  };
  guint32 id;

  wish.n_proxies = fil_overlay_push_proxies (sharer->sim->overlay, hosts, G_N_ELEMENTS (hosts));
  for (guint i = 0; i < wish.n_proxies; i++)
    proxies[i] = hosts[i].endpoint;
  g_assert_cmpuint (wish.n_proxies, ==, PUNCH_ULTRAPEERS);
  id = fil_punches_ask (asker->punches, &wish, sim_now (asker->world->sim));
  arm (asker);
  return id;
}

typedef struct
{
  PunchHost *a;
  PunchHost *b;
} Both;

static gboolean
is_over (gpointer data)
{
  Both *both = data;

  return (both->a->n_ways > 0 && both->b->n_ways > 0) || both->a->failure != NULL;
}

/* Whether both have a way in time. */
gboolean
punch_world_run (PunchHost *asker,
                 PunchHost *sharer,
                 gint64 at_most_us)
{
  Both both = { asker, sharer };

  sim_run_until (asker->world->sim, is_over, &both, at_most_us);
  return asker->n_ways > 0 && sharer->n_ways > 0;
}
