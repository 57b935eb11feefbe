/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "vendor.h"

G_BEGIN_DECLS

/* LIME/22: "I forward pushes for you". The request (LIME/21) and the cancel (GTKG/21) have no body;
 * the MUID of request and acknowledgement is the servent GUID of the leaf. */
typedef struct
{
  FilEndpoint endpoint; /* to be advertised; v1: family 0, the port alone */
} FilPushProxyAck;

gboolean fil_push_proxy_ack_decode (FilPushProxyAck *self, const FilVendor *vendor) G_GNUC_WARN_UNUSED_RESULT;
void fil_push_proxy_ack_encode (const FilPushProxyAck *self, guint16 version, FilWriter *out);

G_END_DECLS
