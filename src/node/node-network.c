/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "giv.h"
#include "net-error.h"
#include "net-limits.h"
#include "pump.h"

/* Dialling for a session that exists already */

typedef struct
{
  FilNode *node;
  FilSession *session;
  FilDial *dial;
  FilTimer *drop; /* set when the session closed before the connection stood */
  FilTls *tls;    /* not owned; NULL: plain */
  FilTraffic traffic;
  gboolean is_transfer;
  FilEndpoint to;
} Pending;

static void
pump_closed (gpointer data,
             FilPump *pump,
             FilSession *session,
             const char *reason)
{
  FilNode *self = data;

  g_hash_table_remove (self->encrypted, fil_pump_peer (pump));
  g_debug ("%s with %s closed: %s", session->klass->name,
           _fil_node_lend_endpoint (self, fil_pump_peer (pump)), reason);
  /* What broke one connection may have broken all of them, and those that are silent do not notice. */
  if (session->abort)
    _fil_node_doubt_network (self);
}

static void
pump_handed_over (gpointer data,
                  FilPump *pump,
                  FilSession *from,
                  FilSession *to)
{
  _fil_node_punch_handed_over (data, pump, from);
}

static const FilPumpDelegate pump_delegate = {
  .handed_over = pump_handed_over,
  .closed = pump_closed,
};

/**
 * _fil_node_pump:
 * @stream: (transfer full): a connection that stands
 * @session: (transfer full): who talks over it
 */
void
_fil_node_pump (FilNode *self,
                FilStream *stream,
                FilSession *session,
                FilTraffic traffic,
                const FilEndpoint *peer)
{
  fil_pump_new (self->pumps, stream, session, traffic, peer, &pump_delegate, self);
}

static void
pending_free (Pending *pending)
{
  g_clear_pointer (&pending->session, fil_session_free);
  fil_timer_free (pending->drop);
  g_free (pending);
}

static void
pending_dialled (gpointer data,
                 FilStream *stream,
                 const char *error)
{
  Pending *pending = data;
  FilNode *self = pending->node;

  pending->session->changed = NULL;
  if (stream == NULL || pending->session->is_closed)
    {
      g_clear_pointer (&stream, fil_stream_free);
      if (!pending->session->is_closed)
        fil_session_hung_up (pending->session, error, _fil_node_now (self));
    }
  else
    {
      if (pending->is_transfer)
        fil_stream_keep_watch (stream);
      if (pending->tls != NULL)
        stream = fil_tls_stream_new (pending->tls, stream, FIL_TLS_CLIENT, NULL, 0);
      _fil_node_pump (self, stream, g_steal_pointer (&pending->session), pending->traffic, &pending->to);
    }
  pending_free (pending);
}

static void
pending_dropped (gpointer data,
                 gint64 now_us)
{
  Pending *pending = data;

  fil_dial_cancel (pending->dial);
  pending_free (pending);
}

/* Only makes a note, as the session asks of its driver. */
static void
pending_changed (FilSession *session,
                 gpointer data)
{
  Pending *pending = data;

  if (session->is_closed)
    fil_timer_set (pending->drop, _fil_node_now (pending->node));
}

/**
 * _fil_node_dial:
 * @session: (transfer full): hung up when no connection comes about
 *
 * Connects and lets @session talk.
 */
void
_fil_node_dial (FilNode *self,
                const FilEndpoint *to,
                FilDialPurpose purpose,
                FilGateUse named_by,
                gboolean tls,
                FilTraffic traffic,
                FilSession *session)
{
  Pending *pending = g_new0 (Pending, 1);
  g_autoptr (GError) error = NULL;

  pending->node = self;
  pending->session = session;
  pending->tls = tls ? self->tls : NULL;
  pending->traffic = traffic;
  pending->is_transfer = purpose == FIL_DIAL_TRANSFER;
  pending->to = *to;
  pending->drop = fil_timer_new (fil_reactor_timers (self->reactor), pending_dropped, pending);
  pending->dial = fil_dialer_connect (self->dialer, to, purpose, named_by,
                                      purpose == FIL_DIAL_PROBE ? FIL_DIAL_PROBE_US : FIL_DIAL_TIMEOUT_US,
                                      pending_dialled, pending, &error);
  if (pending->dial == NULL)
    {
      fil_session_hung_up (session, error->message, _fil_node_now (self));
      pending_free (pending);
      return;
    }
  session->changed = pending_changed;
  session->driver_data = pending;
}

/* Incoming connections */

static void
acceptor_reached (gpointer data,
                  const FilEndpoint *peer)
{
  FilNode *self = data;

  /* Who was called from here proves nothing. */
  if (self->overlay != NULL && !fil_punches_expects (self->punches, peer, _fil_node_now (self)))
    fil_overlay_noted_inbound (self->overlay, peer, _fil_node_now (self));
}

static FilSession *
acceptor_session_for (gpointer data,
                      FilGreeting kind,
                      const char *first_line,
                      const FilEndpoint *peer,
                      gboolean tls)
{
  FilNode *self = data;
  gint64 now_us = _fil_node_now (self);
  FilSession *session;
  FilQueueCall call;
  FilGiv giv;

  if (self->is_stopped)
    return NULL;
  switch (kind)
    {
    case FIL_GREETING_GNUTELLA:
      return fil_overlay_accept (self->overlay, peer, now_us);
    case FIL_GREETING_HTTP:
      return fil_uploads_accept (self->uploads, peer, now_us);
    case FIL_GREETING_PUSH_PROXY:
      return fil_push_proxy_accept (self->push_proxy, peer, now_us);
    case FIL_GREETING_PUNCH:
      return _fil_node_punch_line (self, peer);
    case FIL_GREETING_GIV:
      if (!fil_giv_parse (&giv, first_line))
        return NULL;
      session = fil_downloads_giv (self->downloads, &giv.guid, giv.index, peer, now_us);
      return session != NULL ? session : _fil_node_browse_giv (self, &giv.guid, peer);
    case FIL_GREETING_QUEUE:
      return fil_queue_call_parse (&call, first_line) ? fil_downloads_called (self->downloads, call.id, peer, now_us) : NULL;
    default:
      return NULL;
    }
}

static void
acceptor_opened (gpointer data,
                 FilPump *pump,
                 FilGreeting kind)
{
  FilNode *self = data;

  if (kind == FIL_GREETING_GNUTELLA && fil_pump_is_encrypted (pump))
    g_hash_table_add (self->encrypted, g_memdup2 (fil_pump_peer (pump), sizeof (FilEndpoint)));
  if (kind == FIL_GREETING_PUNCH || kind == FIL_GREETING_GIV)
    fil_pump_keep_watch (pump);
  fil_pump_set_traffic (pump, kind == FIL_GREETING_GNUTELLA ? FIL_TRAFFIC_OVERLAY : FIL_TRAFFIC_TRANSFER);
}

static const FilAcceptorDelegate acceptor_delegate = {
  .reached = acceptor_reached,
  .session_for = acceptor_session_for,
  .opened = acceptor_opened,
};

static void
udp_received (gpointer data,
              const guint8 *bytes,
              gsize len,
              const FilEndpoint *from,
              gint64 now_us)
{
  FilNode *self = data;

  if (self->overlay != NULL && !self->is_stopped)
    fil_overlay_udp_received (self->overlay, from, bytes, len, now_us);
}

/* Starting and stopping */

/* Connections leave from the interface of the settings; else, when only one address listens, from that
 * one, since others take where we come from for where we are. */
static gboolean
bind_dialer (FilNode *self,
             const char *interface,
             GError **error)
{
  char address[FIL_ENDPOINT_TEXT_LEN];

  if (*interface != '\0')
    return fil_dialer_set_interface (self->dialer, interface, error);
  if (fil_endpoint_class (&self->local) == FIL_ADDRESS_NONE)
    return TRUE;
  return fil_dialer_set_interface (self->dialer, fil_endpoint_address_text (&self->local, address), error);
}

static gboolean
listen_now (FilNode *self,
            GError **error)
{
  g_autofree char *interface = fil_settings_get (self->settings, "bind-interface");
  gboolean accepts = strcmp (self->listen, "none") != 0;
  g_autoptr (GError) local = NULL;

  self->listener = fil_listener_new (accepts ? self->listen : "0.0.0.0:0", *interface != '\0' ? interface : NULL, &local);
  if (self->listener != NULL)
    self->local = self->listener->local;
  if (self->listener == NULL || !bind_dialer (self, interface, &local))
    {
      /* No other way out is taken instead: that is what the setting is for. */
      if (g_error_matches (local, FIL_NET_ERROR, FIL_NET_ERROR_INTERFACE))
        g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_UNAVAILABLE,
                     _("%s: bring it up, or change bind-interface in %s/settings.ini"), local->message, self->profile);
      else
        g_set_error_literal (error, FIL_NODE_ERROR,
                             g_error_matches (local, FIL_NET_ERROR, FIL_NET_ERROR_INVALID)
                                 ? FIL_NODE_ERROR_USAGE : FIL_NODE_ERROR_UNAVAILABLE,
                             local->message);
      return FALSE;
    }

  fil_gate_add_own (self->gate, &self->local);
  self->udp = fil_udp_port_new (self->reactor, self->listener, udp_received, self);
  _fil_node_punch_start (self);
  if (accepts)
    {
      self->acceptor = fil_acceptor_new (self->pumps, self->listener, self->tls, self->gate, &acceptor_delegate,
                                         &pump_delegate, self);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (self->listener->tcp); i++)
    if (self->listener->tcp[i] >= 0)
      {
        close (self->listener->tcp[i]);
        self->listener->tcp[i] = -1;
      }
  return TRUE;
}

/**
 * _fil_node_network_start:
 *
 * Opens the listening port, or says why not.
 */
gboolean
_fil_node_network_start (FilNode *self,
                         GError **error)
{
  self->shaper = fil_shaper_new (fil_reactor_timers (self->reactor));
  self->pumps = fil_pumps_new (self->reactor, self->shaper);
  self->gate = fil_gate_new (self->is_private);
  self->tls = fil_tls_new ();
  self->dialer = fil_dialer_new (self->reactor, self->gate);
  self->encrypted = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  if (!listen_now (self, error))
    return FALSE;

  _fil_node_bootstrap_start (self);
  return TRUE;
}

/**
 * _fil_node_network_stop:
 *
 * Takes no more connections and asks nobody any more; what is open goes on until it is freed.
 */
void
_fil_node_network_stop (FilNode *self)
{
  _fil_node_bootstrap_stop (self);
  g_clear_pointer (&self->acceptor, fil_acceptor_free);
  _fil_node_punch_stop (self);
}

void
_fil_node_network_free (FilNode *self)
{
  g_clear_pointer (&self->bootstrap, fil_bootstrap_free);
  _fil_node_punch_free (self);
  g_clear_pointer (&self->udp, fil_udp_port_free);
  g_clear_pointer (&self->dialer, fil_dialer_free);
  g_clear_pointer (&self->listener, fil_listener_free);
  g_clear_pointer (&self->tls, fil_tls_free);
  g_clear_pointer (&self->gate, fil_gate_free);
  g_clear_pointer (&self->shaper, fil_shaper_free);
  g_clear_object (&self->resolving);
  g_clear_pointer (&self->encrypted, g_hash_table_unref);
  g_clear_pointer (&self->web_cache_url, g_free);
}

/* Verbs */

/**
 * fil_node_disconnect:
 * @peer: id of the peer
 */
gboolean
fil_node_disconnect (FilNode *self,
                     gint64 peer,
                     GError **error)
{
  gint64 link;

  if (!fil_id_map_number (self->peer_ids, peer, &link) ||
      !fil_overlay_disconnect (self->overlay, (guint32) link, _fil_node_now (self)))
    return _fil_node_not_found (error, _("There is no peer %s."), peer);
  return TRUE;
}

/**
 * fil_node_ban:
 * @address: an address or a network, ADDR or ADDR/BITS
 *
 * Has nothing to do with @address any more, until the node ends.
 */
gboolean
fil_node_ban (FilNode *self,
              const char *address,
              GError **error)
{
  g_autoptr (GError) local = NULL;
  FilEndpoint endpoint;

  if (!fil_ban_list_add (fil_gate_bans (self->gate), address, &local))
    {
      g_set_error_literal (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, local->message);
      return FALSE;
    }
  if (fil_endpoint_parse (&endpoint, address, -1, 1))
    fil_overlay_ban (self->overlay, &endpoint, _fil_node_now (self));
  return TRUE;
}
