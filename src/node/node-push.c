/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include "overlay-limits.h"
#include "packet.h"

/* What the node does for those who want a host behind a firewall to connect to us: the downloads, and whoever
 * uses a FilNodePush. Their data is the node. */

void
_fil_node_push_dial_proxy (gpointer data,
                           const FilEndpoint *to,
                           gboolean tls,
                           FilSession *session)
{
  _fil_node_dial (data, to, FIL_DIAL_TRANSFER, FIL_GATE_PROXY, tls, FIL_TRAFFIC_TRANSFER, session);
}

void
_fil_node_push_call_at (gpointer data,
                        FilPush *push)
{
  FilNode *self = data;
  FilEndpoint own = fil_overlay_own_endpoint (self->overlay);
  FilEndpoint six = fil_overlay_own_ipv6 (self->overlay);

  if (!fil_endpoint_is_set (&own))
    own = self->local;
  fil_push_call_at (push, &own, own.family == 6 ? &own : &six);
}

void
_fil_node_push_describe (gpointer data,
                         FilPushSelf *us)
{
  FilNode *self = data;
  FilReachable tcp = fil_overlay_reachability (self->overlay)->tcp.state;
  FilEndpoint own = fil_overlay_own_endpoint (self->overlay);
  FilEndpoint udp;

  *us = (FilPushSelf){ .is_firewalled = tcp != FIL_REACHABLE_YES };
  if (tcp == FIL_REACHABLE_YES)
    {
      us->listen = own;
      return;
    }
  us->push.guid = self->guid;
  us->push.external = own;
  /* Who cannot be connected to either goes by this to where our datagrams come from. */
  if (_fil_node_punch_is_fixed (self, &udp) && udp.family == 4)
    {
      us->push.fwt = 1;
      us->push.external = udp;
    }
  us->push.n_proxies = fil_overlay_push_proxies (self->overlay, us->push.proxies, FIL_PUSH_PROXIES_TOLD);
}

void
_fil_node_push_make_guid (gpointer data,
                          FilGuid *guid)
{
  fil_guid_random (guid, ((FilNode *) data)->random);
}

static gboolean
push_by_udp (FilNode *self,
             const FilPush *push,
             const FilGuid *muid,
             const FilEndpoint *to)
{
  /* A proxy that is a direct neighbour of the sharer lowers the TTL and does not lift it (signalling.md). */
  FilHeader header = fil_header (FIL_KIND_PUSH, muid, 2, 0);
  g_autoptr (FilPacket) packet = NULL;
  g_auto (FilWriter) payload;

  fil_writer_init (&payload);
  fil_push_encode (push, &payload);
  packet = fil_packet_new (&header, fil_writer_slice (&payload));
  fil_overlay_noted_udp (self->overlay, to, _fil_node_now (self));
  return fil_udp_port_send (self->udp, packet->bytes, packet->len, to);
}

gboolean
_fil_node_push_send (gpointer data,
                     const FilPush *push,
                     const FilGuid *muid,
                     FilPushWay way,
                     const FilEndpoint *to)
{
  FilNode *self = data;

  switch (way)
    {
    case FIL_PUSH_WAY_HOST:
      return fil_gate_judge (self->gate, to, FIL_GATE_SOURCE) == FIL_GATE_OPEN && push_by_udp (self, push, muid, to);
    case FIL_PUSH_WAY_PROXY:
      return fil_gate_judge (self->gate, to, FIL_GATE_PROXY) == FIL_GATE_OPEN && push_by_udp (self, push, muid, to);
    case FIL_PUSH_WAY_ROUTE:
    default:
      return fil_overlay_send_push (self->overlay, push, muid, _fil_node_now (self)) != FIL_PUSH_SENT_NOT;
    }
}

void
_fil_node_push_step (gpointer data,
                     const FilGuid *servent,
                     const char *what,
                     const FilEndpoint *peer,
                     const char *detail)
{
  FilNode *self = data;

  fil_overlay_note_step (self->overlay, servent, what, peer, detail, _fil_node_now (self));
}

struct _FilNodePush
{
  FilNode *node;
  FilPushTry *try;
  FilTimer *timer;
  void (*failed) (gpointer data, gboolean was_sent);
  gpointer data;
};

static gboolean
try_send (gpointer data,
          const FilPush *push,
          const FilGuid *muid,
          FilPushWay way,
          const FilEndpoint *to)
{
  return _fil_node_push_send (((FilNodePush *) data)->node, push, muid, way, to);
}

static void
try_dial (gpointer data,
          const FilEndpoint *proxy,
          gboolean tls,
          FilSession *session)
{
  _fil_node_push_dial_proxy (((FilNodePush *) data)->node, proxy, tls, session);
}

static void
try_step (gpointer data,
          const FilGuid *servent,
          const char *what,
          const FilEndpoint *peer,
          const char *detail)
{
  _fil_node_push_step (((FilNodePush *) data)->node, servent, what, peer, detail);
}

static void
try_answered (gpointer data,
              const FilEndpoint *proxy)
{
  fil_gate_answered (((FilNodePush *) data)->node->gate, proxy);
}

/* The result that named the proxies keeps them: nobody tries twice here. */
static void
try_forget (gpointer data,
            const FilGuid *servent,
            const FilEndpoint *proxy)
{
}

static void
try_changed (gpointer data)
{
  FilNodePush *self = data;

  fil_timer_set (self->timer, _fil_node_now (self->node));
}

static void
try_gone (gpointer data,
          FilPushTry *try)
{
}

static const FilPushTryDelegate try_delegate = {
  .send = try_send,
  .dial = try_dial,
  .step = try_step,
  .answered = try_answered,
  .forget = try_forget,
  .changed = try_changed,
  .gone = try_gone,
};

static void
on_timer (gpointer data,
          gint64 now_us)
{
  FilNodePush *self = data;
  gint64 due_us = fil_push_try_tick (self->try, now_us);

  if (!fil_push_try_is_over (self->try, now_us))
    {
      fil_timer_set (self->timer, due_us);
      return;
    }
  fil_timer_clear (self->timer);
  /* May free the push. */
  self->failed (self->data, fil_push_try_was_sent (self->try));
}

/**
 * _fil_node_push_new:
 * @to: who shall connect to us
 * @failed: it did not within the time that it takes; was_sent is FALSE when there was no way to ask it
 *
 * Has a host connect for what is no download. Nothing is sent before the main loop turns.
 *
 * Returns: (transfer full): to be freed when the host has connected, or nobody waits any more
 */
FilNodePush *
_fil_node_push_new (FilNode *node,
                    const FilSourceSpec *to,
                    void (*failed) (gpointer data, gboolean was_sent),
                    gpointer data)
{
  FilNodePush *self = g_new0 (FilNodePush, 1);
  FilPushTarget target = {
    .push = { .target = to->guid, .index = to->index, .tls = to->tls },
    .host = to->endpoint,
    .proxies = to->proxies,
    .n_proxies = to->n_proxies,
    .user_agent = node->user_agent,
  };
  gint64 now_us = _fil_node_now (node);

  self->node = node;
  self->failed = failed;
  self->data = data;
  _fil_node_push_call_at (node, &target.push);
  fil_guid_random (&target.muid, node->random);
  self->try = fil_push_try_new (&target, &try_delegate, self, now_us);
  self->timer = fil_timer_new (fil_reactor_timers (node->reactor), on_timer, self);
  fil_timer_set (self->timer, now_us);
  return self;
}

void
_fil_node_push_free (FilNodePush *self)
{
  if (self == NULL)
    return;
  fil_push_try_free (self->try);
  fil_timer_free (self->timer);
  g_free (self);
}
