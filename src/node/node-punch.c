/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "head-ping.h"
#include "proxy-ask.h"
#include "pump.h"
#include "punch-limits.h"
#include "rudp-stream.h"
#include "vendor.h"

/* Ways that both sides open: what the punches ask of the node, and what they are told. */

static void
arm (FilNode *self)
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
  arm (self);
}

/* What we have to offer */

static FilNatClass
class_of (const FilNat *nat,
          FilNatMapping mapping)
{
  FilNatClass class = { .mapping = mapping, .filter = nat->filter };

  if (mapping == FIL_NAT_MAPPING_SEQUENTIAL)
    class.step = (gint8) CLAMP (nat->delta, G_MININT8, G_MAXINT8);
  return class;
}

static FilEndpoint
with_port (FilEndpoint address,
           guint16 port)
{
  address.port = fil_endpoint_is_set (&address) ? port : 0;
  return address;
}

/* As others see our UDP port: as they told lately, else our address with the port that we use. */
static FilEndpoint
mapped_udp (FilNode *self,
            const FilNat *nat)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  FilEndpoint guess = fil_reachability_guess (reach, 4);

  if (fil_endpoint_is_set (&nat->udp))
    return nat->udp;
  if (fil_endpoint_is_set (&guess))
    return with_port (guess, self->local.port);
  return self->is_private && fil_endpoint_class (&self->local) != FIL_ADDRESS_NONE ? self->local
                                                                                   : (FilEndpoint){ 0 };
}

/* The same of our TCP port: routers treat both alike more often than not. One that takes another port for
 * each connection leaves nothing to tell. */
static FilEndpoint
mapped_tcp (FilNode *self,
            const FilNat *nat,
            const FilEndpoint *udp)
{
  if (self->tcp_punch == NULL)
    return (FilEndpoint){ 0 };
  if (fil_endpoint_is_set (&nat->tcp))
    return nat->tcp;
  return nat->mapping == FIL_NAT_MAPPING_UNKNOWN || fil_nat_is_fixed (nat->mapping) ? *udp
                                                                                    : (FilEndpoint){ 0 };
}

/* All but the fingerprint of our key: TLS costs 4 MB, and most nodes that stand idle never need it. */
static void
describe_place (FilNode *self,
                FilPunchSelf *out)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  const FilNat *nat = &reach->probe.nat;
  FilHost proxies[FIL_OFFER_PROXIES_MAX];

  *out = (FilPunchSelf){ .guid = self->guid, .has_tls = TRUE };
  out->is_sure = self->is_private || nat->mapping != FIL_NAT_MAPPING_UNKNOWN;
  out->nat.udp = class_of (nat, nat->mapping);
  out->nat.tcp = class_of (nat, nat->tcp_mapping);
  out->nat.has_tcp = self->tcp_punch != NULL;
  out->udp = mapped_udp (self, nat);
  out->tcp = mapped_tcp (self, nat, &out->udp);
  if (fil_endpoint_class (&reach->probe.local) == FIL_ADDRESS_PRIVATE)
    out->local = with_port (reach->probe.local, self->local.port);
  out->ipv6 = with_port (*fil_reachability_external (reach, 6), self->local.port);
  out->n_proxies = fil_overlay_push_proxies (self->overlay, proxies, G_N_ELEMENTS (proxies));
  for (guint i = 0; i < out->n_proxies; i++)
    out->proxies[i] = proxies[i].endpoint;
}

static void
describe (gpointer data,
          FilPunchSelf *out)
{
  FilNode *self = data;

  describe_place (self, out);
  fil_tls_fingerprint (self->tls, out->fingerprint);
}

static gboolean
can_punch (FilNode *self)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  FilEndpoint udp = mapped_udp (self, &reach->probe.nat);

  return fil_endpoint_is_set (&udp) &&
         fil_reachability_udp_passes (reach, _fil_node_now (self)) != FIL_REACHABLE_NO;
}

/**
 * _fil_node_punch_update:
 *
 * What is known of the NAT or of our proxies may have changed: hits say so, and the downloads look again.
 */
void
_fil_node_punch_update (FilNode *self)
{
  FilPunchOffer about;
  FilPunchSelf own;
  g_auto (FilWriter) item;

  fil_writer_init (&item);
  if (self->overlay == NULL || self->is_stopped)
    return;
  describe_place (self, &own);
  self->punch_nat = own.nat;
  if (!can_punch (self))
    {
      fil_overlay_set_punch (self->overlay, 0, FIL_SLICE_NONE, NULL);
      return;
    }
  fil_punch_describe_hit (&own, &about);
  fil_punch_offer_encode (&about, &item);
  /* LimeWire has to know the port beforehand. */
  fil_overlay_set_punch (self->overlay, fil_nat_is_fixed (own.nat.udp.mapping) ? 1 : 0,
                         fil_writer_slice (&item), &own.udp);
}

/* For the downloads: NULL when we cannot punch. */
const FilNatSide *
_fil_node_punch_nat (gpointer data)
{
  FilNode *self = data;

  return self->overlay != NULL && can_punch (self) ? &self->punch_nat : NULL;
}

/**
 * _fil_node_own_reach:
 * @out: (out): how others can come to us
 */
void
_fil_node_own_reach (FilNode *self,
                     FilOwnReach *out)
{
  const FilNatSide *nat = _fil_node_punch_nat (self);

  *out = (FilOwnReach){ .is_reachable = _fil_node_is_reachable (self), .can_punch = nat != NULL };
  if (nat != NULL)
    out->nat = *nat;
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
             gboolean is_low)
{
  FilNode *self = data;

  if (self->tcp_punch != NULL)
    (void) fil_tcp_punch_open (self->tcp_punch, id, to, is_low);
}

static void
stop_connecting (gpointer data,
                 guint32 id)
{
  FilNode *self = data;

  if (self->tcp_punch != NULL)
    fil_tcp_punch_stop (self->tcp_punch, id);
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
           const FilGuid *guid)
{
  FilNode *self = data;
  FilPush push = { .target = *guid, .index = FIL_PUSH_INDEX_FW };
  FilPunchSelf own;

  describe (self, &own);
  push.endpoint = own.udp;
  push.port = own.udp.port;
  _fil_node_push_dial_proxy (
      self, proxy, FALSE,
      fil_proxy_ask_new (&push, proxy, self->user_agent, proxy_asked, self, _fil_node_now (self)));
}

static FilSession *
session_for (gpointer data,
             const FilPunchWay *way)
{
  FilNode *self = data;
  gint64 now_us = _fil_node_now (self);

  if (self->is_stopped)
    return NULL;
  if (way->is_asker)
    return fil_downloads_giv (self->downloads, &way->guid, way->index, &way->peer, now_us);
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

/* RUDP over the way that was found */

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
  arm (node);
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
  session = session_for (node, &way);
  if (session == NULL)
    fil_stream_free (stream);
  else
    _fil_node_pump (node, stream, session, FIL_TRAFFIC_TRANSFER, &way.peer);
  arm (node);
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

static void
open_stream (gpointer data,
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

static void
measure (gpointer data)
{
  FilNode *self = data;

  fil_overlay_measure_nat (self->overlay, _fil_node_now (self));
}

static const FilPunchesDelegate punches_delegate = {
  .describe = describe,
  .measure = measure,
  .may_send = may_send,
  .send = send_datagram,
  .connect = connect_tcp,
  .stop_connecting = stop_connecting,
  .ask_proxy = ask_proxy,
  .stream = open_stream,
  .session = session_for,
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
  arm (self);
}

/* What comes in */

static gboolean
take_datagram (gpointer data,
               FilSlice datagram,
               const FilEndpoint *from,
               gint64 now_us)
{
  FilNode *self = data;
  gboolean taken;

  if (self->overlay == NULL || self->is_stopped)
    return TRUE;
  taken = fil_punches_take_datagram (self->punches, from, datagram, now_us);
  if (taken)
    arm (self);
  return taken;
}

static void
answer_ping (FilNode *self,
             const FilHeadPing *ping,
             const FilSource *source)
{
  gint64 now_us = _fil_node_now (self);
  FilHeadPong pong = { .firewalled = !_fil_node_is_reachable (self),
                       .vendor = { 'F', 'L', 'B', 'T' },
                       .tls = TRUE };
  FilVendor vendor = { .id = { FIL_VENDOR_LIME, 24, 2 } };
  FilPunchOffer offer, answer;
  g_auto (FilWriter) item, body, payload;

  fil_writer_init (&item);
  fil_writer_init (&body);
  fil_writer_init (&payload);
  _fil_node_ping_answer (self, &ping->sha1, &source->address, &pong);
  if (pong.file == FIL_HEAD_FILE_COMPLETE && fil_punch_offer_decode (&offer, ping->signal) &&
      fil_punches_take_offer (self->punches, &offer, &answer, now_us))
    {
      fil_punch_offer_encode (&answer, &item);
      pong.signal = fil_writer_slice (&item);
    }
  fil_head_pong_encode (&pong, vendor.id.version, &body);
  vendor.body = fil_writer_slice (&body);
  fil_vendor_encode (&vendor, &payload);
  fil_overlay_answer_head (self->overlay, source, fil_writer_slice (&payload), now_us);
}

/* A HEAD ping with an offer that came before we know what to answer. */
typedef struct
{
  FilHeadPing ping; /* its slices are gone */
  FilSource source;
  GBytes *signal;
} WaitingHead;

#define WAITING_HEADS_MAX 16
#define WAITING_LOOK_US (20 * FIL_MSEC)

static void
waiting_head_free (WaitingHead *self)
{
  g_bytes_unref (self->signal);
  g_free (self);
}

static void
waiting_heads_cb (gpointer data,
                  gint64 now_us)
{
  FilNode *self = data;
  g_autoptr (GPtrArray) heads = NULL;

  if (!fil_punches_may_answer (self->punches, now_us))
    {
      fil_timer_set (self->punch_heads_timer, now_us + WAITING_LOOK_US);
      return;
    }
  heads = g_steal_pointer (&self->punch_heads);
  self->punch_heads = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_head_free);
  for (guint i = 0; i < heads->len; i++)
    {
      WaitingHead *head = g_ptr_array_index (heads, i);
      gsize len;
      const guint8 *bytes = g_bytes_get_data (head->signal, &len);

      head->ping.signal = fil_slice (bytes, len);
      answer_ping (self, &head->ping, &head->source);
    }
  arm (self);
}

static void
take_ping (FilNode *self,
           const FilHeadPing *ping,
           const FilSource *source)
{
  gint64 now_us = _fil_node_now (self);
  WaitingHead *head;

  if (ping->signal.len == 0 || fil_punches_may_answer (self->punches, now_us))
    {
      answer_ping (self, ping, source);
      return;
    }
  if (self->punch_heads->len >= WAITING_HEADS_MAX)
    return;
  head = g_new0 (WaitingHead, 1);
  head->ping = *ping;
  head->source = *source;
  head->signal = g_bytes_new (ping->signal.data, ping->signal.len);
  g_ptr_array_add (self->punch_heads, head);
  fil_timer_set (self->punch_heads_timer, now_us + WAITING_LOOK_US);
}

/**
 * _fil_node_punch_head:
 *
 * A HEAD ping for us, perhaps with an offer, or a pong, perhaps with the answer to one of ours.
 */
void
_fil_node_punch_head (FilNode *self,
                      const FilFrame *frame,
                      const FilSource *source)
{
  FilPunchOffer answer;
  FilHeadPing ping;
  FilHeadPong pong;
  FilVendor vendor;

  if (self->is_stopped || !fil_vendor_decode (&vendor, frame->payload))
    return;
  if (vendor.id.selector == 23)
    {
      if (fil_head_ping_decode (&ping, &vendor))
        take_ping (self, &ping, source);
    }
  else if (!fil_head_pong_decode (&pong, &vendor) ||
           fil_downloads_pong (self->downloads, &source->muid, &source->address, &pong, _fil_node_now (self)))
    return;
  else if (fil_punch_offer_decode (&answer, pong.signal))
    fil_punches_take_answer (self->punches, &answer, &source->muid, &source->address, _fil_node_now (self));
  arm (self);
}

/* A PUSH 0x7FFFFFFD for us. */
void
_fil_node_punch_push (FilNode *self,
                      const FilPush *push)
{
  if (self->is_stopped || (self->is_sharing_paused && push->signal.len == 0))
    return;
  fil_punches_take_push (self->punches, push, _fil_node_now (self));
  arm (self);
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
    .nat = source->punch.nat,
    .index = source->index,
  };
  guint32 id;

  for (guint i = 0; i < source->n_proxies; i++)
    proxies[i] = source->proxies[i].endpoint;
  id = fil_punches_ask (self->punches, &wish, _fil_node_now (self));
  arm (self);
  return id != 0;
}

/* Life */

void
_fil_node_punch_start (FilNode *self)
{
  g_autofree char *interface = fil_settings_get (self->settings, "bind-interface");

  self->rudp = fil_rudp_port_new (self->reactor, self->udp, self->random);
  fil_rudp_port_set_first (self->rudp, take_datagram, self);
  self->punch_streams = g_ptr_array_new_with_free_func ((GDestroyNotify) punch_stream_free);
  self->punches = fil_punches_new (&punches_delegate, self, self->random);
  self->punch_timer = fil_timer_new (fil_reactor_timers (self->reactor), punch_cb, self);
  self->punch_heads = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_head_free);
  self->punch_heads_timer = fil_timer_new (fil_reactor_timers (self->reactor), waiting_heads_cb, self);
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
