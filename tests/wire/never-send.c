/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "never-send.h"

#include "bye.h"
#include "route-table-msg.h"
#include "vendor-table.h"

static const char *
vendor_harm (const FilPacket *packet,
             FilTransport transport)
{
  FilVendor vendor;
  FilHeadPing ping;

  if (!fil_vendor_decode (&vendor, fil_packet_payload (packet)) || vendor.id.code != FIL_VENDOR_LIME)
    return NULL;
  if (vendor.id.selector == fil_vendor_info_of_type (FIL_VENDOR_CRAWLER_PING)->selector
      && vendor.body.len < 3)
    return "a crawler ping with an empty body stops LimeWire";
  if (transport == FIL_TRANSPORT_TCP && fil_packet_hops (packet) == 0
      && vendor.id.selector == fil_vendor_info_of_type (FIL_VENDOR_HEAD_PING)->selector
      && fil_head_ping_decode (&ping, &vendor) && ping.has_target)
    return "a HEAD ping to a third host over a link stops gtk-gnutella when the pong comes back";
  return NULL;
}

/**
 * fil_packet_harm:
 *
 * For tests that read what we send. A HEAD ping that we pass on as a proxy (hops above 0) goes to a leaf over its
 * link, as it must.
 *
 * Returns: (transfer none) (nullable): why the packet must not be sent, or NULL
 */
const char *
fil_packet_harm (const FilPacket *packet,
                 FilTransport transport)
{
  const FilSlice payload = fil_packet_payload (packet);
  FilRouteTableMsg table;

  switch (fil_packet_kind (packet))
    {
    case FIL_KIND_BYE:
      if (payload.len < 4 || payload.data[payload.len - 1] != '\0' || payload.data[2] == '\0')
        return "a Bye without code, reason and NUL stops gtk-gnutella";
      return NULL;

    case FIL_KIND_VENDOR:
      return vendor_harm (packet, transport);

    case FIL_KIND_QRP:
      if (fil_route_table_msg_decode (&table, payload) && table.variant == FIL_ROUTE_TABLE_PATCH
          && table.bits == 1)
        return "route table patches of 1 bit are ignored or misread";
      return NULL;

    default:
      return NULL;
    }
}
