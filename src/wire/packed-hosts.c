/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "packed-hosts.h"

/* What a packed list may take after decoding; more hosts are not looked at anyway. */
#define LIST_ROOM 4096

static const guint8 no_v4[4] = { 127, 0, 0, 0 };

/**
 * fil_packed_endpoint_read:
 * @bytes: 6 or 18
 *
 * Returns: whether @bytes are an address of either family and a port that is not 0
 */
gboolean
fil_packed_endpoint_read (FilSlice bytes,
                          FilEndpoint *out)
{
  FilEndpoint endpoint;
  guint16 port;

  if (bytes.len != FIL_PACKED_V4 && bytes.len != FIL_PACKED_V6)
    return FALSE;
  port = (guint16) (bytes.data[bytes.len - 2] | bytes.data[bytes.len - 1] << 8);
  if (port == 0)
    return FALSE;
  if (bytes.len == FIL_PACKED_V4)
    {
      *out = fil_endpoint_v4 (bytes.data, port);
      return TRUE;
    }
  endpoint = fil_endpoint_v6 (bytes.data, port);
  if (endpoint.family != 6)
    return FALSE; /* v4-mapped: nobody has reason to write it */
  *out = endpoint;
  return TRUE;
}

/**
 * fil_packed_endpoint_write:
 * @endpoint: of family 4 or 6
 */
void
fil_packed_endpoint_write (const FilEndpoint *endpoint,
                           FilWriter *out)
{
  fil_writer_bytes (out, endpoint->addr, endpoint->family == 4 ? 4 : 16);
  fil_writer_le16 (out, endpoint->port);
}

/**
 * fil_packed_v4:
 * @addr: network order
 * @port: host order
 *
 * Returns: the endpoint; family 0 with the port when @addr is 127.0.0.0, which says "I have no IPv4"
 */
FilEndpoint
fil_packed_v4 (const guint8 addr[4],
               guint16 port)
{
  if (memcmp (addr, no_v4, sizeof no_v4) == 0)
    return (FilEndpoint) { .port = port };
  return fil_endpoint_v4 (addr, port);
}

/**
 * fil_packed_v4_address:
 * @out: the address, or 127.0.0.0 when @endpoint is not IPv4
 */
void
fil_packed_v4_address (const FilEndpoint *endpoint,
                       guint8 out[4])
{
  memcpy (out, endpoint->family == 4 ? endpoint->addr : no_v4, 4);
}

/**
 * fil_packed_hosts_read:
 * @bytes: 6 or 18 bytes a host
 * @tls: one bit a host, most significant first; may be short
 * @family: 4 or 6
 * @out: room for @max hosts
 *
 * Hosts without a port are left out.
 *
 * Returns: hosts in @out; 0 when the length does not fit
 */
guint
fil_packed_hosts_read (FilSlice bytes,
                       FilSlice tls,
                       guint8 family,
                       FilHost *out,
                       guint max)
{
  gsize each = family == 4 ? FIL_PACKED_V4 : FIL_PACKED_V6;
  guint n = 0;

  if (bytes.len % each != 0)
    return 0;
  for (gsize i = 0; i < bytes.len / each && n < max; i++)
    {
      if (!fil_packed_endpoint_read (fil_slice (bytes.data + i * each, each), &out[n].endpoint))
        continue;
      out[n].tls = i / 8 < tls.len && (tls.data[i / 8] & 0x80 >> i % 8) != 0;
      n++;
    }
  return n;
}

/**
 * fil_packed_hosts_read_ggep:
 * @key: of the list; the bits are in "<key>_TLS"
 *
 * Returns: hosts in @out; 0 when the key is not there or unreadable
 */
guint
fil_packed_hosts_read_ggep (const FilGgep *ggep,
                            const char *key,
                            guint8 family,
                            FilHost *out,
                            guint max)
{
  guint8 hosts_room[LIST_ROOM];
  guint8 bits_room[LIST_ROOM / FIL_PACKED_V4 / 8 + 1];
  char bits_key[16];
  FilSlice hosts;
  FilSlice bits;

  if (!fil_ggep_read (ggep, key, hosts_room, sizeof hosts_room, &hosts))
    return 0;
  g_snprintf (bits_key, sizeof bits_key, "%s_TLS", key);
  if (!fil_ggep_read (ggep, bits_key, bits_room, sizeof bits_room, &bits))
    bits = FIL_SLICE_NONE;
  return fil_packed_hosts_read (hosts, bits, family, out, max);
}

/**
 * fil_packed_hosts_add_ggep:
 * @family: 4 or 6: hosts of the other family are left out
 *
 * Adds the list and, if any host takes TLS, its bits. Nothing when there are no such hosts.
 */
void
fil_packed_hosts_add_ggep (FilGgepBuilder *builder,
                           const char *key,
                           guint8 family,
                           const FilHost *hosts,
                           guint n)
{
  g_auto (FilWriter) list;
  guint8 bits[32] = { 0 };
  char bits_key[16];
  gsize bits_len = 0;
  guint listed = 0;

  fil_writer_init (&list);
  for (guint i = 0; i < n && listed < sizeof bits * 8; i++)
    {
      if (hosts[i].endpoint.family != family)
        continue;
      fil_packed_endpoint_write (&hosts[i].endpoint, &list);
      if (hosts[i].tls)
        {
          bits[listed / 8] |= (guint8) (0x80 >> listed % 8);
          bits_len = listed / 8 + 1;
        }
      listed++;
    }
  if (listed == 0)
    return;

  if (family == 6)
    fil_ggep_builder_add_deflated (builder, key, fil_writer_slice (&list));
  else
    fil_ggep_builder_add (builder, key, fil_writer_slice (&list));
  if (bits_len > 0)
    {
      g_snprintf (bits_key, sizeof bits_key, "%s_TLS", key);
      fil_ggep_builder_add (builder, bits_key, fil_slice (bits, bits_len));
    }
}

/**
 * fil_ggep_read_v6:
 * @port: that goes with the address
 *
 * Reads GGEP "6", or "GTKG.IPV6" of older peers.
 *
 * Returns: whether there is an IPv6 address
 */
gboolean
fil_ggep_read_v6 (const FilGgep *ggep,
                  guint16 port,
                  FilEndpoint *out)
{
  static const guint8 unspecified[16];
  guint8 buffer[16];
  FilEndpoint endpoint;
  FilSlice data;

  if (!fil_ggep_read (ggep, "6", buffer, sizeof buffer, &data)
      && !fil_ggep_read (ggep, "GTKG.IPV6", buffer, sizeof buffer, &data))
    return FALSE;
  if (data.len != 16 || memcmp (data.data, unspecified, 16) == 0)
    return FALSE;
  endpoint = fil_endpoint_v6 (data.data, port);
  if (endpoint.family != 6)
    return FALSE;
  *out = endpoint;
  return TRUE;
}

/**
 * fil_ggep_builder_add_v6:
 *
 * Adds GGEP "6" when @endpoint is IPv6, else nothing.
 */
void
fil_ggep_builder_add_v6 (FilGgepBuilder *builder,
                         const FilEndpoint *endpoint)
{
  if (endpoint->family == 6)
    fil_ggep_builder_add (builder, "6", fil_slice (endpoint->addr, 16));
}
