/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-punch-private.h"

#include <glib/gi18n.h>

#include "punch-limits.h"
#include "rudp-stream.h"

/* RUDP over the way that was found. */

typedef struct
{
  FilNode *node;
  FilPunchWay way;
  FilRudp *rudp; /* NULL: given away */
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
  g_free (self);
}

static void
give_up (PunchStream *self)
{
  FilNode *node = self->node;
  const char *error = fil_rudp_error (self->rudp);
  guint32 id = self->way.id;

  g_ptr_array_remove_fast (node->punch_streams, self);
  fil_punches_stream_opened (node->punches, id,
                             error != NULL ? error : _("The other side broke the connection"),
                             _fil_node_now (node));
  _fil_node_punch_arm (node);
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
  fil_punches_stream_opened (node->punches, way.id, NULL, _fil_node_now (node));
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

/* The punches' stream(): they say how long it may take. */
void
_fil_node_punch_open_stream (gpointer data,
                             const FilPunchWay *way)
{
  FilNode *self = data;
  FilRudpHub *hub = fil_rudp_port_hub (self->rudp);
  gint64 now_us = _fil_node_now (self);
  PunchStream *stream;
  FilRudpConfig config;

  fil_punch_way_config (way, &config);
  stream = g_new0 (PunchStream, 1);
  stream->node = self;
  stream->way = *way;
  stream->rudp = fil_rudp_hub_open (hub, &config, stream_changed, stream, now_us);
  if (stream->rudp == NULL)
    {
      g_free (stream);
      fil_punches_stream_opened (self->punches, way->id, _("Too many connections are under way."), now_us);
      return;
    }
  g_ptr_array_add (self->punch_streams, stream);
  /* The first address always fits. */
  (void) fil_rudp_hub_try (hub, stream->rudp, &way->peer, config.is_wary ? FIL_PUNCH_LOW_TTL : 0);
  fil_rudp_port_touch (self->rudp);
}

/* Ends the one that is being opened for that attempt. */
void
_fil_node_punch_stop_stream (FilNode *self,
                             guint32 id)
{
  for (guint i = self->punch_streams->len; i > 0; i--)
    {
      PunchStream *stream = g_ptr_array_index (self->punch_streams, i - 1);

      if (stream->way.id == id)
        g_ptr_array_remove_index_fast (self->punch_streams, i - 1);
    }
}

/* Of those that are being opened: one that leaves the array is given up. */
GPtrArray *
_fil_node_punch_streams_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) punch_stream_free);
}
