/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-proxy-msg.h"

#include "packed-hosts.h"

/**
 * fil_push_proxy_ack_decode:
 *
 * Returns: whether there is a port that is not 0, and from v2 on an address before it
 */
gboolean
fil_push_proxy_ack_decode (FilPushProxyAck *self,
                           const FilVendor *vendor)
{
  FilReader r = vendor->body;
  FilSlice endpoint;

  if (vendor->id.version >= 2)
    return fil_reader_slice (&r, FIL_PACKED_V4, &endpoint)
           && fil_packed_endpoint_read (endpoint, &self->endpoint);
  self->endpoint = (FilEndpoint) { 0 };
  return fil_reader_le16 (&r, &self->endpoint.port) && self->endpoint.port != 0;
}

/**
 * fil_push_proxy_ack_encode:
 *
 * Appends the body; the address from v2 on.
 */
void
fil_push_proxy_ack_encode (const FilPushProxyAck *self,
                           guint16 version,
                           FilWriter *out)
{
  guint8 addr[4];

  fil_packed_v4_address (&self->endpoint, addr);
  if (version >= 2)
    fil_writer_bytes (out, addr, sizeof addr);
  fil_writer_le16 (out, self->endpoint.port);
}
