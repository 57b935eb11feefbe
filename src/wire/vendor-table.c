/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "vendor-table.h"

#define TCP FIL_MESSAGE_TCP
#define UDP FIL_MESSAGE_UDP
#define LOCAL FIL_MESSAGE_LOCAL
#define NEAR FIL_MESSAGE_NEAR

#define ROW(type, code, selector, min_version, max_version, name, min, flags, Type, verb) \
  { type, code, selector, min_version, max_version, name, min, flags, sizeof (Type), \
    (gboolean (*) (gpointer, const FilVendor *)) fil_##verb##_decode, \
    (void (*) (gconstpointer, guint16, FilWriter *)) fil_##verb##_encode }
#define EMPTY(type, code, selector, max_version, name, flags) \
  { type, code, selector, 0, max_version, name, 0, flags, 0, NULL, NULL }
#define IGNORED(code, selector, name) \
  { FIL_VENDOR_IGNORED, code, selector, 0, G_MAXUINT16, name, 0, TCP | UDP, 0, NULL, NULL }

/* messages.md §7. Up to FIL_VENDOR_IGNORED in the order of FilVendorType. */
static const FilVendorInfo table[] = {
  ROW (FIL_VENDOR_MESSAGES_SUPPORTED, FIL_VENDOR_NULL, 0, 0, 0, "messages-supported", 2, TCP | LOCAL,
       FilMessagesSupported, messages_supported),
  ROW (FIL_VENDOR_FEATURES, FIL_VENDOR_NULL, 10, 0, 1, "features", 2, TCP | LOCAL, FilFeatures, features),
  ROW (FIL_VENDOR_HOPS_FLOW, FIL_VENDOR_BEAR, 4, 1, 1, "hops-flow", 1, TCP | LOCAL, FilHopsFlow, hops_flow),
  ROW (FIL_VENDOR_TCP_CONNECT_BACK, FIL_VENDOR_BEAR, 7, 1, 1, "tcp-connect-back", 2, TCP | LOCAL,
       FilTcpConnectBack, tcp_connect_back),
  EMPTY (FIL_VENDOR_QUERY_STATUS_REQUEST, FIL_VENDOR_BEAR, 11, 1, "query-status-request", TCP | LOCAL),
  ROW (FIL_VENDOR_QUERY_STATUS, FIL_VENDOR_BEAR, 12, 1, 1, "query-status", 2, TCP | LOCAL, FilQueryStatus,
       query_status),
  ROW (FIL_VENDOR_UDP_CONNECT_BACK, FIL_VENDOR_GTKG, 7, 1, 2, "udp-connect-back", 2, TCP | LOCAL,
       FilUdpConnectBack, udp_connect_back),
  EMPTY (FIL_VENDOR_PUSH_PROXY_CANCEL, FIL_VENDOR_GTKG, 21, 1, "push-proxy-cancel", TCP | LOCAL),
  ROW (FIL_VENDOR_CRAWLER_PING, FIL_VENDOR_LIME, 5, 1, 1, "crawler-ping", 3, UDP, FilCrawlerPing,
       crawler_ping),
  ROW (FIL_VENDOR_CRAWLER_PONG, FIL_VENDOR_LIME, 6, 1, 1, "crawler-pong", 3, UDP, FilCrawlerPong,
       crawler_pong),
  ROW (FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT, FIL_VENDOR_LIME, 7, 1, 1, "tcp-connect-back-redirect", 6,
       TCP | LOCAL, FilConnectBackRedirect, connect_back_redirect),
  ROW (FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT, FIL_VENDOR_LIME, 8, 1, 1, "udp-connect-back-redirect", 6,
       TCP | LOCAL, FilConnectBackRedirect, connect_back_redirect),
  ROW (FIL_VENDOR_OOB_ACK, FIL_VENDOR_LIME, 11, 2, 3, "oob-ack", 1, UDP, FilOobAck, oob_ack),
  ROW (FIL_VENDOR_OOB_INDICATION, FIL_VENDOR_LIME, 12, 1, 3, "oob-indication", 1, UDP, FilOobIndication,
       oob_indication),
  ROW (FIL_VENDOR_OOB_VETO, FIL_VENDOR_LIME, 13, 1, 1, "oob-veto", 0, TCP | LOCAL, FilOobVeto, oob_veto),
  EMPTY (FIL_VENDOR_PUSH_PROXY_REQUEST, FIL_VENDOR_LIME, 21, 2, "push-proxy-request", TCP | LOCAL),
  ROW (FIL_VENDOR_PUSH_PROXY_ACK, FIL_VENDOR_LIME, 22, 1, 2, "push-proxy-ack", 2, TCP | LOCAL,
       FilPushProxyAck, push_proxy_ack),
  ROW (FIL_VENDOR_HEAD_PING, FIL_VENDOR_LIME, 23, 1, 2, "head-ping", 42, TCP | UDP | NEAR, FilHeadPing,
       head_ping),
  ROW (FIL_VENDOR_HEAD_PONG, FIL_VENDOR_LIME, 24, 1, 2, "head-pong", 2, TCP | UDP | NEAR, FilHeadPong,
       head_pong),
  ROW (FIL_VENDOR_HEADER_UPDATE, FIL_VENDOR_LIME, 25, 1, 1, "header-update", 0, TCP | LOCAL, FilHeaderUpdate,
       header_update),
  IGNORED (FIL_VENDOR_GTKG, 9, "time-sync-request"),
  IGNORED (FIL_VENDOR_GTKG, 10, "time-sync-reply"),
  IGNORED (FIL_VENDOR_GTKG, 11, "oob-exhausted"),
  IGNORED (FIL_VENDOR_GTKG, 22, "node-info-request"),
  IGNORED (FIL_VENDOR_GTKG, 23, "node-info"),
  IGNORED (FIL_VENDOR_GTKG, 24, "release"),
  IGNORED (FIL_VENDOR_LIME, 14, "statistics-request"),
  IGNORED (FIL_VENDOR_LIME, 15, "statistics"),
  IGNORED (FIL_VENDOR_LIME, 16, "simpp-request"),
  IGNORED (FIL_VENDOR_LIME, 17, "simpp"),
  IGNORED (FIL_VENDOR_LIME, 26, "update-request"),
  IGNORED (FIL_VENDOR_LIME, 27, "update"),
  IGNORED (FIL_VENDOR_LIME, 28, "content-request"),
  IGNORED (FIL_VENDOR_LIME, 29, "content"),
  IGNORED (FIL_VENDOR_LIME, 30, "inspection-request"),
  IGNORED (FIL_VENDOR_LIME, 31, "inspection"),
  IGNORED (FIL_VENDOR_LIME, 32, "statistics-toggle"),
  IGNORED (FIL_VENDOR_LIME, 33, "dht-contacts"),
};

/**
 * fil_vendor_table:
 * @n: (out): rows
 *
 * Returns: (transfer none): all vendor messages that are known by name
 */
const FilVendorInfo *
fil_vendor_table (gsize *n)
{
  *n = G_N_ELEMENTS (table);
  return table;
}

/**
 * fil_vendor_info:
 *
 * Returns: (transfer none) (nullable): the row of a message, if its version is one that can be read;
 *   NULL: to be counted and dropped
 */
const FilVendorInfo *
fil_vendor_info (const FilVendorId *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].code == id->code && table[i].selector == id->selector && id->version >= table[i].min_version
        && id->version <= table[i].max_version)
      return &table[i];
  return NULL;
}

/**
 * fil_vendor_info_of_type:
 * @type: not FIL_VENDOR_IGNORED
 *
 * Returns: (transfer none): the row of that type
 */
const FilVendorInfo *
fil_vendor_info_of_type (FilVendorType type)
{
  g_return_val_if_fail (type < FIL_VENDOR_IGNORED, NULL);
  return &table[type];
}

/**
 * fil_vendor_body_decode:
 * @body: (out): filled unless the message has no body
 * @info: what fil_vendor_info() said of @vendor
 *
 * Returns: whether the body is long enough and makes sense
 */
gboolean
fil_vendor_body_decode (FilVendorBody *body,
                        const FilVendorInfo *info,
                        const FilVendor *vendor)
{
  if (vendor->body.len < info->min)
    return FALSE;
  return info->decode == NULL || info->decode (body, vendor);
}

/**
 * fil_vendor_objection:
 * @info: (nullable): what fil_vendor_info() says of the message
 *
 * What speaks against a vendor message beyond what fil_message_objection() says.
 *
 * Returns: (transfer none) (nullable): the reason, or NULL
 */
const char *
fil_vendor_objection (const FilVendorInfo *info,
                      const FilHeader *header,
                      FilTransport transport)
{
  if (info == NULL)
    return "unknown vendor message";
  if ((info->flags & (transport == FIL_TRANSPORT_TCP ? TCP : UDP)) == 0)
    return "vendor message over the wrong transport";
  if (transport == FIL_TRANSPORT_TCP && (info->flags & LOCAL) != 0 && header->hops != 0)
    return "vendor message that stays on its link was relayed";
  return NULL;
}

/**
 * fil_vendor_packet_new:
 * @type: not FIL_VENDOR_IGNORED
 * @version: one of the row
 * @muid: all zero where the message needs none
 * @body: (nullable): the struct of the type
 *
 * Returns: (transfer full): the message
 */
FilPacket *
fil_vendor_packet_new (FilVendorType type,
                       guint16 version,
                       const FilGuid *muid,
                       guint8 ttl,
                       guint8 hops,
                       gconstpointer body)
{
  const FilVendorInfo *info = fil_vendor_info_of_type (type);
  const FilVendorId id = { info->code, info->selector, version };
  FilHeader header = fil_header (FIL_KIND_VENDOR, muid, ttl, hops);
  g_auto (FilWriter) payload;

  fil_writer_init (&payload);
  fil_vendor_id_write (&id, &payload);
  if (info->encode != NULL)
    info->encode (body, version, &payload);
  return fil_packet_new (&header, fil_writer_slice (&payload));
}
