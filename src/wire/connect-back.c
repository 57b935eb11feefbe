/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "connect-back.h"

#include "packed-hosts.h"

/**
 * fil_tcp_connect_back_decode:
 *
 * Returns: whether there is a port that is not 0
 */
gboolean
fil_tcp_connect_back_decode (FilTcpConnectBack *self,
                             const FilVendor *vendor)
{
  FilReader r = vendor->body;

  return fil_reader_le16 (&r, &self->port) && self->port != 0;
}

/**
 * fil_tcp_connect_back_encode:
 *
 * Appends the body.
 */
void
fil_tcp_connect_back_encode (const FilTcpConnectBack *self,
                             guint16 version,
                             FilWriter *out)
{
  fil_writer_le16 (out, self->port);
}

/**
 * fil_udp_connect_back_decode:
 *
 * Returns: whether there is a port that is not 0, and in v1 a GUID behind it
 */
gboolean
fil_udp_connect_back_decode (FilUdpConnectBack *self,
                             const FilVendor *vendor)
{
  FilReader r = vendor->body;

  memset (self, 0, sizeof *self);
  if (!fil_reader_le16 (&r, &self->port) || self->port == 0)
    return FALSE;
  return vendor->id.version > 1 || fil_reader_copy (&r, self->guid.bytes, sizeof self->guid.bytes);
}

/**
 * fil_udp_connect_back_encode:
 *
 * Appends the body; v1 carries the GUID.
 */
void
fil_udp_connect_back_encode (const FilUdpConnectBack *self,
                             guint16 version,
                             FilWriter *out)
{
  fil_writer_le16 (out, self->port);
  if (version <= 1)
    fil_writer_bytes (out, self->guid.bytes, sizeof self->guid.bytes);
}

/**
 * fil_connect_back_redirect_decode:
 *
 * Returns: whether there is an IPv4 address and a port that is not 0
 */
gboolean
fil_connect_back_redirect_decode (FilConnectBackRedirect *self,
                                  const FilVendor *vendor)
{
  FilReader r = vendor->body;
  FilSlice endpoint;

  return fil_reader_slice (&r, FIL_PACKED_V4, &endpoint)
         && fil_packed_endpoint_read (endpoint, &self->endpoint);
}

/**
 * fil_connect_back_redirect_encode:
 *
 * Appends the body.
 */
void
fil_connect_back_redirect_encode (const FilConnectBackRedirect *self,
                                  guint16 version,
                                  FilWriter *out)
{
  guint8 addr[4];

  fil_packed_v4_address (&self->endpoint, addr);
  fil_writer_bytes (out, addr, sizeof addr);
  fil_writer_le16 (out, self->endpoint.port);
}
