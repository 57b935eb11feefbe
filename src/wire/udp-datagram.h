/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "framer.h"
#include "packet.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_UDP_MESSAGE,
  FIL_UDP_NOT_GNUTELLA, /* length or size field do not fit: some other protocol */
  FIL_UDP_BAD,          /* a Gnutella message that must be dropped; never answered */
} FilUdpVerdict;

/* What the marks in the TTL said (overview.md §7); they are cleared in the header. */
typedef struct
{
  FilFrame frame;
  gboolean can_inflate;  /* request: the answer may be deflated */
  gboolean was_deflated;
  const char *objection; /* FIL_UDP_BAD: why */
} FilUdpMessage;

FilUdpVerdict fil_udp_datagram_decode (FilUdpMessage *self, FilSlice datagram, FilWriter *inflated);
FilPacket *fil_udp_packet_deflated (FilPacket *packet) G_GNUC_WARN_UNUSED_RESULT;
FilPacket *fil_udp_packet_can_inflate (FilPacket *packet) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
