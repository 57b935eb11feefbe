/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "overlay-private.h"

/* Vendor messages over links (messages.md §7): what both sides can do, flow control, favours asked and
 * done, push proxies. */

static void
send_vendor (FilOverlay *self,
             FilNeighbour *to,
             FilImportance importance,
             FilVendorType type,
             guint16 version,
             const FilGuid *muid,
             gconstpointer body,
             gint64 now_us)
{
  static const FilGuid blank;
  g_autoptr (FilPacket) packet = NULL;

  if (to->link == NULL || !fil_link_peer (to->link)->vendor_messages)
    return;
  packet = fil_vendor_packet_new (type, version, muid != NULL ? muid : &blank, 1, 0, body);
  _fil_overlay_send_packet (self, to, importance, packet, now_us);
}

void
_fil_overlay_send_vendor (FilOverlay *self,
                          FilNeighbour *to,
                          FilImportance importance,
                          FilVendorType type,
                          guint16 version,
                          const FilGuid *muid,
                          gconstpointer body,
                          gint64 now_us)
{
  send_vendor (self, to, importance, type, version, muid, body, now_us);
}

static void
send_supported (FilOverlay *self,
                FilNeighbour *to,
                gint64 now_us)
{
  FilMessagesSupported supported = {
    .n = 13,
    .items = {
      { FIL_VENDOR_BEAR, 4, 1 },
      { FIL_VENDOR_BEAR, 7, 1 },
      { FIL_VENDOR_BEAR, 11, 1 },
      { FIL_VENDOR_BEAR, 12, 1 },
      { FIL_VENDOR_GTKG, 7, 2 },
      { FIL_VENDOR_GTKG, 21, 1 },
      { FIL_VENDOR_LIME, 7, 1 },
      { FIL_VENDOR_LIME, 8, 1 },
      { FIL_VENDOR_LIME, 21, 1 },
      { FIL_VENDOR_LIME, 22, 2 },
      { FIL_VENDOR_LIME, 23, 2 },
      { FIL_VENDOR_LIME, 24, 2 },
      { FIL_VENDOR_LIME, 25, 1 },
    },
  };
  FilFeatures features = {
    .n = 2,
    .items = {
      { FIL_FEATURE_TLS, 1 },
      { FIL_FEATURE_TCP_REACHABLE, self->reach.tcp.state == FIL_REACHABLE_YES },
    },
  };

  /* It called us: only we know which port its NAT gave that connection. */
  if (!fil_link_is_outgoing (to->link))
    features.items[features.n++] = (FilFeatureItem){ FIL_FEATURE_SEEN_PORT, fil_link_remote (to->link)->port };
  send_vendor (self, to, FIL_IMPORTANCE_HELLO, FIL_VENDOR_MESSAGES_SUPPORTED, 0, NULL, &supported, now_us);
  send_vendor (self, to, FIL_IMPORTANCE_HELLO, FIL_VENDOR_FEATURES, 0, NULL, &features, now_us);
}

/* Only those who list LIME/21 are asked (push.md §3). */
void
_fil_overlay_ask_proxy (FilOverlay *self,
                        FilNeighbour *to,
                        gint64 now_us)
{
  if (!to->proxies || !to->is_ultrapeer || self->mode != FIL_MODE_LEAF ||
      self->reach.tcp.state == FIL_REACHABLE_YES)
    return;
  to->was_asked = TRUE;
  send_vendor (self, to, FIL_IMPORTANCE_SIGNAL, FIL_VENDOR_PUSH_PROXY_REQUEST, 1, &self->config.guid, NULL,
               now_us);
}

/* First words on a new link (handshake.md §10): route table, ping, abilities, requests. */
void
_fil_overlay_greet (FilOverlay *self,
                    FilNeighbour *to,
                    gint64 now_us)
{
  if (to->is_ultrapeer)
    _fil_overlay_send_routes (self, now_us);
  if (to->is_ultrapeer)
    _fil_overlay_ping (self, to, now_us);
  send_supported (self, to, now_us);
  if (to->is_ultrapeer)
    _fil_overlay_ask_proofs (self, to, now_us);
}

/* Requests push proxies, or cancels them once we can be reached. */
void
_fil_overlay_ask_proxies (FilOverlay *self,
                          gint64 now_us)
{
  for (guint i = 0; i < self->ultrapeers->len; i++)
    {
      FilNeighbour *to = self->ultrapeers->pdata[i];

      if (self->reach.tcp.state != FIL_REACHABLE_YES)
        {
          if (!fil_endpoint_is_set (&to->proxy))
            _fil_overlay_ask_proxy (self, to, now_us);
        }
      else if (fil_endpoint_is_set (&to->proxy))
        {
          to->proxy = (FilEndpoint){ 0 };
          to->was_asked = FALSE;
          send_vendor (self, to, FIL_IMPORTANCE_SIGNAL, FIL_VENDOR_PUSH_PROXY_CANCEL, 1, NULL, NULL, now_us);
          _fil_overlay_note (self, FIL_NOTE_PROXIES, to->id);
        }
    }
}

static void
take_proxy_cancel (FilOverlay *self,
                   FilNeighbour *from)
{
  from->is_proxied = FALSE;
  fil_guid_table_remove (self->proxied, &from->servent);
}

static void
take_proxy_request (FilOverlay *self,
                    FilNeighbour *from,
                    const FilGuid *servent,
                    gint64 now_us)
{
  const FilEndpoint *remote = fil_link_remote (from->link);
  FilPushProxyAck ack = { .endpoint = fil_overlay_own_endpoint (self) };
  gboolean is_new;

  if (self->mode != FIL_MODE_ULTRAPEER || !from->is_leaf)
    {
      _fil_overlay_drop (self, FIL_DROP_MISPLACED);
      return;
    }
  /* One servent for one connection. */
  if (from->is_proxied && !fil_guid_equal (&from->servent, servent))
    take_proxy_cancel (self, from);
  if (!_fil_overlay_set_servent (self, from, servent))
    {
      _fil_overlay_drop (self, FIL_DROP_MISPLACED);
      return;
    }
  from->is_proxied = TRUE;
  fil_guid_table_add (self->proxied, servent, now_us, &is_new);
  /* Our address as that very leaf sees it will do until others have told us. */
  if (ack.endpoint.family != 4)
    ack.endpoint = fil_link_peer (from->link)->remote_ip;
  ack.endpoint.port = self->config.listen.port;
  if (ack.endpoint.port == 0)
    return;
  /* The second version has room for IPv4 only; the first leaves the address to the link. */
  if (remote->family == 6)
    send_vendor (self, from, FIL_IMPORTANCE_SIGNAL, FIL_VENDOR_PUSH_PROXY_ACK, 1, servent, &ack, now_us);
  else if (ack.endpoint.family == 4)
    send_vendor (self, from, FIL_IMPORTANCE_SIGNAL, FIL_VENDOR_PUSH_PROXY_ACK, 2, servent, &ack, now_us);
}

/* Where others reach that neighbour, by what it says of itself. We tell this address to everybody who
 * finds our files, so a neighbour may name nobody but itself: what differs from where it is counts for its
 * port only. */
static gboolean
proxy_address (FilOverlay *self,
               const FilNeighbour *from,
               const FilPushProxyAck *ack,
               FilEndpoint *proxy)
{
  const FilEndpoint *remote = fil_link_remote (from->link);

  if (fil_endpoint_is_set (&ack->endpoint) &&
      !_fil_overlay_address_ok (self, &ack->endpoint, FIL_ADDRESS_FOR_PUSH))
    return FALSE;
  *proxy = *remote;
  proxy->port = ack->endpoint.port;
  /* Next to us on a private network: strangers know it by the other address. */
  if (fil_endpoint_is_set (&ack->endpoint) && fil_endpoint_class (remote) != FIL_ADDRESS_PUBLIC)
    *proxy = ack->endpoint;
  return _fil_overlay_address_ok (self, proxy, FIL_ADDRESS_FOR_PUSH);
}

static void
take_proxy_ack (FilOverlay *self,
                FilNeighbour *from,
                const FilGuid *muid,
                const FilPushProxyAck *ack,
                gint64 now_us)
{
  FilEndpoint proxy;

  if (!_fil_overlay_is_own_guid (self, muid) || !from->is_ultrapeer || !from->was_asked)
    {
      _fil_overlay_drop (self, FIL_DROP_MISPLACED);
      return;
    }
  if (!proxy_address (self, from, ack, &proxy))
    {
      _fil_overlay_drop (self, FIL_DROP_PUSH_ADDRESS);
      return;
    }
  from->proxy = proxy;
  _fil_overlay_note (self, FIL_NOTE_PROXIES, from->id);
}

static void
take_supported (FilOverlay *self,
                FilNeighbour *from,
                const FilMessagesSupported *supported,
                gint64 now_us)
{
  guint16 version;

  from->guides = fil_messages_supported_has (supported, FIL_VENDOR_BEAR, 11, &version) &&
                 fil_messages_supported_has (supported, FIL_VENDOR_BEAR, 12, &version);
  from->tries_tcp = fil_messages_supported_has (supported, FIL_VENDOR_LIME, 7, &version);
  from->tries_udp = fil_messages_supported_has (supported, FIL_VENDOR_LIME, 8, &version);
  from->takes_head = fil_messages_supported_has (supported, FIL_VENDOR_LIME, 23, &version);
  from->takes_updates = fil_messages_supported_has (supported, FIL_VENDOR_LIME, 25, &version);
  from->proxies = fil_messages_supported_has (supported, FIL_VENDOR_LIME, 21, &version);
  _fil_overlay_ask_proxy (self, from, now_us);
}

/* What we said in the handshakes holds no more; neighbours tell others where we are (firewall.md §4). */
void
_fil_overlay_tell_listen (FilOverlay *self,
                          gint64 now_us)
{
  FilEndpoint own = fil_overlay_own_endpoint (self);
  char text[FIL_ENDPOINT_TEXT_LEN];
  FilHeaderUpdate update;
  GHashTableIter iter;
  gpointer value;
  g_auto (FilWriter) line;

  fil_writer_init (&line);
  if (!fil_endpoint_is_set (&own) || own.port == 0)
    return;
  fil_header_update_write (&line, "Listen-IP", fil_endpoint_to_text (&own, text));
  update.text = fil_writer_slice (&line);
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((FilNeighbour *) value)->takes_updates)
      send_vendor (self, value, FIL_IMPORTANCE_SIGNAL, FIL_VENDOR_HEADER_UPDATE, 1, NULL, &update, now_us);
}

/* A neighbour is reached at another port now. It may name itself only, so that is all that counts of it. */
static void
take_header_update (FilOverlay *self,
                    FilNeighbour *from,
                    const FilHeaderUpdate *update)
{
  g_autofree char *text = fil_header_update_value (update, "Listen-IP");
  FilEndpoint listen = *fil_link_remote (from->link);
  FilEndpoint told;

  if (text == NULL || !fil_endpoint_parse (&told, text, -1, 0))
    return;
  listen.port = told.port;
  if (!_fil_overlay_address_ok (self, &listen, FIL_ADDRESS_FOR_PUSH))
    {
      _fil_overlay_drop (self, FIL_DROP_PUSH_ADDRESS);
      return;
    }
  fil_link_set_listen_port (from->link, listen.port);
  if (!fil_endpoint_is_set (&from->proxy) || from->proxy.port == listen.port)
    return;
  from->proxy.port = listen.port;
  _fil_overlay_note (self, FIL_NOTE_PROXIES, from->id);
}

static void
take_query_status (FilOverlay *self,
                   FilNeighbour *from,
                   const FilGuid *muid,
                   const FilQueryStatus *status)
{
  FilDynamicQuery *led = g_hash_table_lookup (self->led, muid);

  if (led == NULL || fil_dynamic_query_leaf (led) != from->id)
    return;
  if (status->hits == FIL_QUERY_STATUS_STOP)
    fil_dynamic_query_stop (led);
  else
    fil_dynamic_query_set_kept (led, status->hits);
}

static void
take_body (FilOverlay *self,
           FilNeighbour *from,
           const FilFrame *frame,
           FilVendorType type,
           const FilVendorBody *body,
           gint64 now_us)
{
  const FilGuid *muid = &frame->header.muid;
  guint32 version;

  switch (type)
    {
    case FIL_VENDOR_MESSAGES_SUPPORTED:
      if (!from->tells_supported)
        take_supported (self, from, &body->messages_supported, now_us);
      from->tells_supported = TRUE;
      break;
    case FIL_VENDOR_FEATURES:
      from->takes_tls = fil_features_has (&body->features, FIL_FEATURE_TLS, &version);
      _fil_overlay_take_seen_port (self, from, &body->features, now_us);
      break;
    case FIL_VENDOR_HEADER_UPDATE:
      take_header_update (self, from, &body->header_update);
      break;
    case FIL_VENDOR_HOPS_FLOW:
      from->hops_flow = body->hops_flow.hops;
      break;
    case FIL_VENDOR_TCP_CONNECT_BACK:
      _fil_overlay_take_connect_back (self, from, body->tcp_connect_back.port, NULL, now_us);
      break;
    case FIL_VENDOR_UDP_CONNECT_BACK:
      _fil_overlay_take_connect_back (
          self, from, body->udp_connect_back.port,
          fil_guid_is_zero (&body->udp_connect_back.guid) ? muid : &body->udp_connect_back.guid, now_us);
      break;
    case FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT:
      _fil_overlay_take_redirect (self, from, &body->connect_back_redirect.endpoint, NULL, now_us);
      break;
    case FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT:
      _fil_overlay_take_redirect (self, from, &body->connect_back_redirect.endpoint, muid, now_us);
      break;
    case FIL_VENDOR_QUERY_STATUS_REQUEST:
      _fil_overlay_take_query_status_request (self, from, muid, now_us);
      break;
    case FIL_VENDOR_QUERY_STATUS:
      take_query_status (self, from, muid, &body->query_status);
      break;
    case FIL_VENDOR_PUSH_PROXY_REQUEST:
      take_proxy_request (self, from, muid, now_us);
      break;
    case FIL_VENDOR_PUSH_PROXY_ACK:
      take_proxy_ack (self, from, muid, &body->push_proxy_ack, now_us);
      break;
    case FIL_VENDOR_PUSH_PROXY_CANCEL:
      take_proxy_cancel (self, from);
      break;
    default:
      break;
    }
}

void
_fil_overlay_take_vendor (FilOverlay *self,
                          FilNeighbour *from,
                          const FilFrame *frame,
                          gint64 now_us)
{
  const FilVendorInfo *info;
  g_autofree FilVendorBody *body = NULL;
  FilVendor vendor;

  if (!fil_vendor_decode (&vendor, frame->payload))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      fil_link_count_error (from->link, "a broken vendor message", now_us);
      return;
    }
  if (!fil_token_bucket_take (&from->vendors, 1, now_us))
    {
      _fil_overlay_drop (self, FIL_DROP_RATE);
      return;
    }
  info = fil_vendor_info (&vendor.id);
  /* HEAD pings and pongs belong to datagrams, but come over links to those who are proxied. */
  if (info != NULL && info->type == FIL_VENDOR_HEAD_PING)
    {
      _fil_router_take_head_ping (self, from, NULL, frame, &vendor, now_us);
      return;
    }
  if (info != NULL && info->type == FIL_VENDOR_HEAD_PONG)
    {
      _fil_router_take_head_pong (self, from, NULL, frame, now_us);
      return;
    }
  if (fil_vendor_objection (info, &frame->header, FIL_TRANSPORT_TCP) != NULL)
    {
      _fil_overlay_drop (self, info == NULL ? FIL_DROP_UNKNOWN : FIL_DROP_MISPLACED);
      return;
    }
  body = g_malloc (sizeof *body);
  if (!fil_vendor_body_decode (body, info, &vendor))
    {
      _fil_overlay_drop (self, FIL_DROP_MALFORMED);
      return;
    }
  take_body (self, from, frame, info->type, body, now_us);
}

/**
 * fil_overlay_push_proxies:
 * @out: (out): neighbours that pass pushes on to us, as others reach them
 *
 * Returns: how many, at most @max
 */
guint
fil_overlay_push_proxies (FilOverlay *self,
                          FilHost *out,
                          guint max)
{
  guint n = 0;

  for (guint i = 0; i < self->ultrapeers->len && n < max; i++)
    {
      const FilNeighbour *neighbour = self->ultrapeers->pdata[i];

      if (fil_endpoint_is_set (&neighbour->proxy))
        out[n++] = (FilHost){ .endpoint = neighbour->proxy, .tls = neighbour->takes_tls };
    }
  return n;
}
