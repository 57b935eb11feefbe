/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-world-private.h"

#include "punch-limits.h"
#include "punch-probe.h"

/* What lies between hosts: datagrams and TCP connections on their way through NATs. */

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

/* Where @observer sees what @host sends; the NATs in between have a mapping for it then. */
FilEndpoint
punch_net_seen_by (PunchHost *host,
                   NatProto proto,
                   const PunchHost *observer)
{
  FilEndpoint endpoint = host->inside;

  for (Nat *nat = host->nat; nat != NULL; nat = nat->parent)
    endpoint = nat_out (nat, proto, &endpoint, &observer->inside, sim_now (host->world->sim));
  return endpoint;
}

/* From the port that it listens on. */
void
punch_net_connect (PunchHost *host,
                   guint32 id,
                   const FilEndpoint *to,
                   FilConnectManner manner)
{
  static const gint64 lives_us[] = { LOW_CONNECT_US, ONCE_CONNECT_US, CONNECT_US };
  gint64 now_us = sim_now (host->world->sim);
  Connect *connect = g_new0 (Connect, 1);

  *connect = (Connect){ .host = host, .id = id, .to = *to, .manner = manner };
  connect->until_us = now_us + lives_us[manner];
  connect->timer = fil_timer_new (sim_timers (host->world->sim), connect_due, connect);
  fil_timer_set (connect->timer, now_us);
  g_ptr_array_add (host->connects, connect);
}

void
punch_net_stop (PunchHost *host,
                guint32 id)
{
  for (guint i = 0; i < host->connects->len; i++)
    if (((Connect *) host->connects->pdata[i])->id == id)
      ((Connect *) host->connects->pdata[i])->is_done = TRUE;
}

void
punch_net_add (PunchHost *host)
{
  host->connects = g_ptr_array_new_with_free_func ((GDestroyNotify) connect_free);
}

void
punch_net_remove (PunchHost *host)
{
  g_ptr_array_unref (host->connects);
}

void
punch_net_init (PunchWorld *world)
{
  sim_set_route (world->sim, route);
  world->nats = g_ptr_array_new_with_free_func ((GDestroyNotify) nat_free);
  world->arrived = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  world->packets = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) packet_free, NULL);
}

/* Before the simulator goes, whose timers packets have. */
void
punch_net_clear (PunchWorld *world)
{
  g_hash_table_unref (world->packets);
  g_hash_table_unref (world->arrived);
}
