/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-punch-private.h"

#include <string.h>

#include "proxy-ask.h"
#include "pump.h"

/* Ways that both sides open: what the punches ask of the node, and what they are told. */

void
_fil_node_punch_arm (FilNode *self)
{
  if (!self->is_stopped)
    fil_timer_set (self->punch_timer, fil_punches_wake (self->punches));
}

static void
punch_cb (gpointer data,
          gint64 now_us)
{
  FilNode *self = data;

  fil_punches_tick (self->punches, now_us);
  _fil_node_punch_arm (self);
}

/* The delegate */

static gboolean
may_send (gpointer data,
          const FilEndpoint *to)
{
  FilNode *self = data;

  return fil_gate_judge (self->gate, to, FIL_GATE_PUSH) == FIL_GATE_OPEN;
}

static void
send_datagram (gpointer data,
               const FilEndpoint *to,
               const guint8 *bytes,
               gsize len,
               guint ttl)
{
  FilNode *self = data;

  fil_overlay_noted_udp (self->overlay, to, _fil_node_now (self));
  if (ttl == 0)
    (void) fil_udp_port_send (self->udp, bytes, len, to);
  else
    (void) fil_udp_port_send_ttl (self->udp, bytes, len, to, (guint8) ttl);
}

static void
connect_tcp (gpointer data,
             guint32 id,
             const FilEndpoint *to,
             FilConnectManner manner)
{
  FilNode *self = data;

  if (self->tcp_punch != NULL)
    (void) fil_tcp_punch_open (self->tcp_punch, id, to, manner);
}

static void
stop (gpointer data,
      guint32 id)
{
  FilNode *self = data;

  if (self->tcp_punch != NULL)
    fil_tcp_punch_stop (self->tcp_punch, id);
  _fil_node_punch_stop_stream (self, id);
}

static void
proxy_asked (gpointer data,
             FilSession *session,
             guint status,
             gint64 now_us)
{
  g_debug ("push proxy answered %u", status);
}

static void
ask_proxy (gpointer data,
           const FilEndpoint *proxy,
           const FilPush *push)
{
  FilNode *self = data;

  _fil_node_push_dial_proxy (
      self, proxy, FALSE, fil_proxy_ask_new (push, proxy, self->user_agent, proxy_asked, self, _fil_node_now (self)));
}

FilSession *
_fil_node_punch_session (gpointer data,
                         const FilPunchWay *way)
{
  FilNode *self = data;
  gint64 now_us = _fil_node_now (self);

  if (self->is_stopped)
    return NULL;
  if (way->is_asker)
    return fil_downloads_punched (self->downloads, &way->guid, way->index, &way->peer, now_us);
  return self->is_sharing_paused ? NULL : fil_uploads_punched (self->uploads, &way->peer, now_us);
}

static void
failed (gpointer data,
        const FilGuid *guid,
        const char *code,
        const char *sentence)
{
  FilNode *self = data;

  fil_downloads_punch_failed (self->downloads, guid, strcmp (code, "unreachable") == 0, sentence,
                              _fil_node_now (self));
}

static void
step (gpointer data,
      const FilGuid *guid,
      const char *what,
      const FilEndpoint *peer,
      const char *detail)
{
  _fil_node_push_step (data, guid, what, peer, detail);
}

static gboolean
is_sharing (gpointer data)
{
  return !((FilNode *) data)->is_sharing_paused;
}

static void
measure (gpointer data)
{
  FilNode *self = data;

  fil_overlay_measure_nat (self->overlay, _fil_node_now (self));
}

static const FilPunchesDelegate punches_delegate = {
  .describe = _fil_node_punch_describe,
  .is_sharing = is_sharing,
  .measure = measure,
  .may_send = may_send,
  .send = send_datagram,
  .connect = connect_tcp,
  .stop = stop,
  .ask_proxy = ask_proxy,
  .stream = _fil_node_punch_open_stream,
  .session = _fil_node_punch_session,
  .failed = failed,
  .step = step,
};

/* TCP */

static void
tcp_connected (gpointer data,
               guint32 id,
               FilStream *stream,
               const FilEndpoint *to)
{
  FilNode *self = data;

  _fil_node_pump (self, stream, fil_punches_line (self->punches, id, to, _fil_node_now (self)),
                  FIL_TRAFFIC_TRANSFER, to);
}

/* Somebody connected and says PUNCH. */
FilSession *
_fil_node_punch_line (FilNode *self,
                      const FilEndpoint *peer)
{
  return fil_punches_line (self->punches, 0, peer, _fil_node_now (self));
}

/* Both agreed on a connection: it is encrypted before anything else is said. */
void
_fil_node_punch_handed_over (FilNode *self,
                             FilPump *pump,
                             const FilSession *from)
{
  const FilPunchWay *way;

  if (!fil_punch_line_is (from))
    return;
  way = fil_punch_line_way (from);
  if (way->has_tls)
    fil_pump_start_tls (pump, self->tls, way->is_asker ? FIL_TLS_CLIENT : FIL_TLS_SERVER, way->fingerprint);
  _fil_node_punch_arm (self);
}

/* What comes in */

static gboolean
take_datagram (gpointer data,
               FilSlice datagram,
               const FilEndpoint *from,
               gint64 now_us)
{
  FilNode *self = data;
  gboolean taken = fil_punches_take_datagram (self->punches, from, datagram, now_us);

  if (taken)
    _fil_node_punch_arm (self);
  return taken;
}

/* A PUSH 0x7FFFFFFD for us. */
void
_fil_node_punch_push (FilNode *self,
                      const FilPush *push)
{
  if (self->is_stopped)
    return;
  fil_punches_take_push (self->punches, push, _fil_node_now (self));
  _fil_node_punch_arm (self);
}

/**
 * _fil_node_punch:
 *
 * The downloads' punch().
 */
gboolean
_fil_node_punch (gpointer data,
                 const FilDownload *download,
                 const FilFileSource *source)
{
  FilNode *self = data;
  FilEndpoint proxies[FIL_SOURCE_MAX_PROXIES];
  FilPunchWish wish = {
    .guid = source->guid,
    .sha1 = download->sha1,
    .proxies = proxies,
    .n_proxies = source->n_proxies,
    .endpoint = source->endpoint,
    .knows_offers = source->punch.knows_offers,
    .index = source->index,
  };
  guint32 id;

  for (guint i = 0; i < source->n_proxies; i++)
    proxies[i] = source->proxies[i].endpoint;
  id = fil_punches_ask (self->punches, &wish, _fil_node_now (self));
  _fil_node_punch_arm (self);
  return id != 0;
}

/* The downloads' stop_punch(). */
void
_fil_node_punch_cancel (gpointer data,
                        const FilGuid *guid)
{
  FilNode *self = data;

  if (self->punches == NULL)
    return;
  fil_punches_cancel (self->punches, guid, _fil_node_now (self));
  _fil_node_punch_arm (self);
}

/* Life */

void
_fil_node_punch_start (FilNode *self)
{
  g_autofree char *interface = fil_settings_get (self->settings, "bind-interface");

  self->rudp = fil_rudp_port_new (self->reactor, self->udp, self->random);
  fil_rudp_port_set_first (self->rudp, take_datagram, self);
  self->punch_streams = _fil_node_punch_streams_new ();
  self->punches = fil_punches_new (&punches_delegate, self, self->random);
  self->punch_timer = fil_timer_new (fil_reactor_timers (self->reactor), punch_cb, self);
  self->punch_heads = _fil_node_punch_heads_new ();
  self->punch_heads_timer = fil_timer_new (fil_reactor_timers (self->reactor),
                                           _fil_node_punch_heads_cb, self);
  if (strcmp (self->listen, "none") != 0)
    self->tcp_punch = fil_tcp_punch_new (self->reactor, &self->local, *interface != '\0' ? interface : NULL,
                                         tcp_connected, self);
}

/* Nothing new is opened; streams that stand are the pumps'. */
void
_fil_node_punch_stop (FilNode *self)
{
  if (self->punches == NULL)
    return;
  fil_punches_stop (self->punches, _fil_node_now (self));
  fil_timer_clear (self->punch_timer);
  fil_timer_clear (self->punch_heads_timer);
  g_clear_pointer (&self->tcp_punch, fil_tcp_punch_free);
  g_ptr_array_set_size (self->punch_streams, 0);
}

void
_fil_node_punch_free (FilNode *self)
{
  if (self->punches == NULL)
    return;
  g_clear_pointer (&self->punch_streams, g_ptr_array_unref);
  g_clear_pointer (&self->punch_heads, g_ptr_array_unref);
  g_clear_pointer (&self->punch_heads_timer, fil_timer_free);
  g_clear_pointer (&self->tcp_punch, fil_tcp_punch_free);
  g_clear_pointer (&self->punches, fil_punches_free);
  g_clear_pointer (&self->punch_timer, fil_timer_free);
  g_clear_pointer (&self->rudp, fil_rudp_port_free);
}
