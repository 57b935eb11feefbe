/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-port.h"

#define TURN_BYTES (256 * 1024) /* sent in one turn of the main loop */
#define TURN_ROUNDS 4           /* of telling the owners and sending what they wrote then */

struct _FilRudpPort
{
  FilReactor *reactor;
  FilUdpPort *udp;
  FilRudpHub *hub;
  FilTimer *timer;
  FilRudpPortFirst first;
  gpointer first_data;
  gboolean is_running;
  gboolean is_blocked; /* the kernel takes no more until it says so */
};

/* Returns FALSE when there was nothing to send. */
static gboolean
send_all (FilRudpPort *self,
          gsize *left,
          gint64 now_us)
{
  FilRudpHubOutput out;
  gboolean any = FALSE;

  while (*left > 0 && !self->is_blocked && fil_rudp_hub_output (self->hub, &out, now_us))
    {
      if (out.ttl != 0)
        (void) fil_udp_port_send_ttl (self->udp, out.output.bytes, out.output.len, &out.to, out.ttl);
      else
        self->is_blocked =
            !fil_udp_port_send_bulk (self->udp, out.output.bytes, out.output.len, out.output.size, &out.to);
      if (self->is_blocked)
        break;
      fil_rudp_hub_sent (self->hub, &out, now_us);
      *left -= MIN (*left, out.output.len);
      any = TRUE;
    }
  return any;
}

static void
run (FilRudpPort *self,
     gint64 now_us)
{
  gsize left = TURN_BYTES;
  guint rounds = TURN_ROUNDS;

  self->is_running = TRUE;
  fil_rudp_hub_tick (self->hub, now_us);
  do
    fil_rudp_hub_settle (self->hub, now_us);
  while (send_all (self, &left, now_us) && left > 0 && --rounds > 0);
  self->is_running = FALSE;
  if (left == 0 || rounds == 0)
    fil_timer_set (self->timer, now_us);
  else
    fil_timer_set (self->timer, self->is_blocked ? FIL_NEVER : fil_rudp_hub_wake (self->hub, now_us));
}

static void
on_timer (gpointer data,
          gint64 now_us)
{
  run (data, now_us);
}

static void
on_received (gpointer data,
             const guint8 *bytes,
             gsize len,
             const FilEndpoint *from,
             gint64 now_us)
{
  FilRudpPort *self = data;

  if (self->first != NULL && self->first (self->first_data, fil_slice (bytes, len), from, now_us))
    return;
  (void) fil_rudp_hub_receive (self->hub, fil_slice (bytes, len), from, now_us);
}

static void
on_turn_ended (gpointer data,
               gint64 now_us)
{
  run (data, now_us);
}

static void
on_writable (gpointer data,
             gint64 now_us)
{
  FilRudpPort *self = data;

  self->is_blocked = FALSE;
  run (self, now_us);
}

static const FilUdpBulkDelegate bulk_delegate = { on_received, on_turn_ended, on_writable };

/**
 * fil_rudp_port_new:
 * @udp: outlives the port, as do @reactor and @random; its bulk datagrams come here
 *
 * Returns: (transfer full): the port, without connections
 */
FilRudpPort *
fil_rudp_port_new (FilReactor *reactor,
                   FilUdpPort *udp,
                   FilRandom *random)
{
  FilRudpPort *self = g_new0 (FilRudpPort, 1);

  self->reactor = reactor;
  self->udp = udp;
  self->hub = fil_rudp_hub_new (random);
  self->timer = fil_timer_new (fil_reactor_timers (reactor), on_timer, self);
  fil_udp_port_set_bulk (udp, &bulk_delegate, self);
  return self;
}

/**
 * fil_rudp_port_free:
 *
 * Ends all connections at once; their streams must be gone.
 */
void
fil_rudp_port_free (FilRudpPort *self)
{
  fil_udp_port_set_bulk (self->udp, NULL, NULL);
  fil_timer_free (self->timer);
  fil_rudp_hub_free (self->hub);
  g_free (self);
}

/**
 * fil_rudp_port_hub:
 *
 * Returns: (transfer none): where connections are opened; fil_rudp_port_touch() follows
 */
FilRudpHub *
fil_rudp_port_hub (FilRudpPort *self)
{
  return self->hub;
}

/**
 * fil_rudp_port_now:
 *
 * Returns: the time that the calls of the hub take
 */
gint64
fil_rudp_port_now (FilRudpPort *self)
{
  return fil_reactor_now (self->reactor);
}

/**
 * fil_rudp_port_touch:
 *
 * Says that a connection was opened, written, read or released: what follows is sent from the main loop.
 */
void
fil_rudp_port_touch (FilRudpPort *self)
{
  if (!self->is_running && !self->is_blocked)
    fil_timer_set (self->timer, fil_reactor_now (self->reactor));
}

/**
 * fil_rudp_port_set_first:
 * @first: (nullable):
 *
 * Knocks look like SYNs to everybody else (punch-probe.h), and come by the same way.
 */
void
fil_rudp_port_set_first (FilRudpPort *self,
                         FilRudpPortFirst first,
                         gpointer data)
{
  self->first = first;
  self->first_data = data;
}
