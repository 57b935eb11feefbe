/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "vendor.h"

G_BEGIN_DECLS

/* BEAR/7: "connect to my address on this port". */
typedef struct
{
  guint16 port; /* not 0 */
} FilTcpConnectBack;

/* GTKG/7: "send me a ping on this port". v2 has no GUID: the MUID of the message is meant. */
typedef struct
{
  guint16 port;
  FilGuid guid; /* v1 only, else zero */
} FilUdpConnectBack;

/* LIME/7 (TCP) and LIME/8 (UDP): an ultrapeer asks another to do it. */
typedef struct
{
  FilEndpoint endpoint;
} FilConnectBackRedirect;

gboolean fil_tcp_connect_back_decode (FilTcpConnectBack *self, const FilVendor *vendor)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_tcp_connect_back_encode (const FilTcpConnectBack *self, guint16 version, FilWriter *out);
gboolean fil_udp_connect_back_decode (FilUdpConnectBack *self, const FilVendor *vendor)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_udp_connect_back_encode (const FilUdpConnectBack *self, guint16 version, FilWriter *out);
gboolean fil_connect_back_redirect_decode (FilConnectBackRedirect *self, const FilVendor *vendor)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_connect_back_redirect_encode (const FilConnectBackRedirect *self, guint16 version, FilWriter *out);

G_END_DECLS
