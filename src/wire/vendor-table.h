/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "connect-back.h"
#include "crawler.h"
#include "guidance.h"
#include "head-ping.h"
#include "message-table.h"
#include "oob.h"
#include "packet.h"
#include "push-proxy-msg.h"
#include "supported.h"
#include "vendor.h"

G_BEGIN_DECLS

/* For switch statements; the order of the table. */
typedef enum
{
  FIL_VENDOR_MESSAGES_SUPPORTED,  /* FilMessagesSupported */
  FIL_VENDOR_FEATURES,            /* FilFeatures */
  FIL_VENDOR_HOPS_FLOW,           /* FilHopsFlow */
  FIL_VENDOR_TCP_CONNECT_BACK,    /* FilTcpConnectBack */
  FIL_VENDOR_QUERY_STATUS_REQUEST, /* no body */
  FIL_VENDOR_QUERY_STATUS,        /* FilQueryStatus */
  FIL_VENDOR_UDP_CONNECT_BACK,    /* FilUdpConnectBack */
  FIL_VENDOR_PUSH_PROXY_CANCEL,   /* no body */
  FIL_VENDOR_CRAWLER_PING,        /* FilCrawlerPing */
  FIL_VENDOR_CRAWLER_PONG,        /* FilCrawlerPong */
  FIL_VENDOR_TCP_CONNECT_BACK_REDIRECT, /* FilConnectBackRedirect */
  FIL_VENDOR_UDP_CONNECT_BACK_REDIRECT, /* FilConnectBackRedirect */
  FIL_VENDOR_OOB_ACK,             /* FilOobAck */
  FIL_VENDOR_OOB_INDICATION,      /* FilOobIndication */
  FIL_VENDOR_OOB_VETO,            /* FilOobVeto */
  FIL_VENDOR_PUSH_PROXY_REQUEST,  /* no body */
  FIL_VENDOR_PUSH_PROXY_ACK,      /* FilPushProxyAck */
  FIL_VENDOR_HEAD_PING,           /* FilHeadPing */
  FIL_VENDOR_HEAD_PONG,           /* FilHeadPong */
  FIL_VENDOR_HEADER_UPDATE,       /* FilHeaderUpdate */
  FIL_VENDOR_IGNORED,             /* known by name, deliberately not acted on */
} FilVendorType;

/**
 * FilVendorInfo:
 * @min: bytes of body that must be there; bodies may grow
 *
 * One row per vendor message.
 */
typedef struct
{
  FilVendorType type;
  guint32 code;
  guint16 selector;
  guint16 min_version;
  guint16 max_version;
  const char *name;
  gsize min;
  FilMessageFlags flags; /* FIL_MESSAGE_TCP, FIL_MESSAGE_UDP */
  gsize size;            /* of the struct; 0: no body */
  gboolean (*decode) (gpointer message, const FilVendor *vendor);
  void (*encode) (gconstpointer message, guint16 version, FilWriter *out);
} FilVendorInfo;

/* A decoded body; which member holds is said by the type of the row. */
typedef union
{
  FilMessagesSupported messages_supported;
  FilFeatures features;
  FilHopsFlow hops_flow;
  FilTcpConnectBack tcp_connect_back;
  FilQueryStatus query_status;
  FilUdpConnectBack udp_connect_back;
  FilCrawlerPing crawler_ping;
  FilCrawlerPong crawler_pong;
  FilConnectBackRedirect connect_back_redirect;
  FilOobAck oob_ack;
  FilOobIndication oob_indication;
  FilOobVeto oob_veto;
  FilPushProxyAck push_proxy_ack;
  FilHeadPing head_ping;
  FilHeadPong head_pong;
  FilHeaderUpdate header_update;
} FilVendorBody;

const FilVendorInfo *fil_vendor_table (gsize *n);
const FilVendorInfo *fil_vendor_info (const FilVendorId *id);
const FilVendorInfo *fil_vendor_info_of_type (FilVendorType type);
gboolean fil_vendor_body_decode (FilVendorBody *body, const FilVendorInfo *info, const FilVendor *vendor)
    G_GNUC_WARN_UNUSED_RESULT;
const char *fil_vendor_objection (const FilVendorInfo *info, const FilHeader *header, FilTransport transport);
FilPacket *fil_vendor_packet_new (FilVendorType type, guint16 version, const FilGuid *muid, guint8 ttl,
                                  guint8 hops, gconstpointer body) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
