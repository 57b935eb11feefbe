/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-punch-private.h"

#include <string.h>

#include "punch-limits.h"
#include "rudp-stream.h"

/* RUDP over the way that was found. */

typedef struct
{
  FilNode *node;
  FilPunchWay way;
  FilRudp *rudp;
  FilTimer *timer;
} PunchStream;

static void
punch_stream_free (PunchStream *self)
{
  FilNode *node = self->node;

  if (self->rudp != NULL)
    {
      fil_rudp_hub_set_changed (fil_rudp_port_hub (node->rudp), self->rudp, NULL, NULL);
      fil_rudp_hub_release (fil_rudp_port_hub (node->rudp), self->rudp, fil_rudp_port_now (node->rudp));
      fil_rudp_port_touch (node->rudp);
    }
  fil_timer_free (self->timer);
  g_free (self);
}

static void
give_up (PunchStream *self)
{
  FilNode *node = self->node;
  guint32 id = self->way.id;

  g_ptr_array_remove_fast (node->punch_streams, self);
  fil_punches_stream_opened (node->punches, id, FALSE, _fil_node_now (node));
  _fil_node_punch_arm (node);
}

static void
stream_timeout (gpointer data,
                gint64 now_us)
{
  give_up (data);
}

/* The stream stands: it is encrypted when both can, and pumped. */
static void
stream_opened (PunchStream *self)
{
  FilNode *node = self->node;
  FilPunchWay way = self->way;
  FilStream *stream = fil_rudp_stream_new (node->rudp, g_steal_pointer (&self->rudp));
  FilSession *session;

  if (way.has_tls)
    stream = fil_tls_stream_new_pinned (node->tls, stream, way.is_asker ? FIL_TLS_CLIENT : FIL_TLS_SERVER,
                                        NULL, 0, way.fingerprint);
  g_ptr_array_remove_fast (node->punch_streams, self);
  fil_punches_stream_opened (node->punches, way.id, TRUE, _fil_node_now (node));
  session = _fil_node_punch_session (node, &way);
  if (session == NULL)
    fil_stream_free (stream);
  else
    _fil_node_pump (node, stream, session, FIL_TRAFFIC_TRANSFER, &way.peer);
  _fil_node_punch_arm (node);
}

static void
stream_changed (gpointer data,
                FilRudp *rudp,
                gint64 now_us)
{
  PunchStream *self = data;

  switch (fil_rudp_state (rudp))
    {
    case FIL_RUDP_OPENING:
      break;
    case FIL_RUDP_OPEN:
      stream_opened (self);
      break;
    case FIL_RUDP_ENDING:
    case FIL_RUDP_CLOSED:
    default:
      give_up (self);
      break;
    }
}

static guint64
nonce_number (const guint8 *nonce)
{
  guint64 number;

  memcpy (&number, nonce, sizeof number);
  return GUINT64_FROM_BE (number);
}

void
_fil_node_punch_open_stream (gpointer data,
                             const FilPunchWay *way)
{
  FilNode *self = data;
  FilRudpHub *hub = fil_rudp_port_hub (self->rudp);
  PunchStream *stream = g_new0 (PunchStream, 1);
  gint64 now_us = _fil_node_now (self);
  FilRudpConfig config = {
    .profile = way->means == FIL_PUNCH_BY_LIME ? FIL_RUDP_LIMEWIRE : FIL_RUDP_FILBERT,
    .role = way->is_asker ? FIL_RUDP_ROLE_REQUESTOR : FIL_RUDP_ROLE_ACCEPTOR,
    .own_nonce = nonce_number (way->own_nonce),
    .peer_nonce = nonce_number (way->peer_nonce),
  };

  stream->node = self;
  stream->way = *way;
  stream->timer = fil_timer_new (fil_reactor_timers (self->reactor), stream_timeout, stream);
  g_ptr_array_add (self->punch_streams, stream);
  stream->rudp = fil_rudp_hub_open (hub, &config, stream_changed, stream, now_us);
  if (stream->rudp == NULL || !fil_rudp_hub_try (hub, stream->rudp, &way->peer, 0))
    {
      fil_timer_set (stream->timer, now_us);
      return;
    }
  fil_timer_set (stream->timer, now_us + FIL_PUNCH_LIME_US);
  fil_rudp_port_touch (self->rudp);
}

/* Of those that are being opened: one that leaves the array is given up. */
GPtrArray *
_fil_node_punch_streams_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) punch_stream_free);
}
