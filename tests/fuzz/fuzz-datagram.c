/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "rudp-packet.h"
#include "udp-datagram.h"
#include "wire-limits.h"

/* What comes in on the UDP port. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  const FilSlice datagram = fil_slice (data, size);
  FilRudpPacket packet;
  FilUdpMessage message;
  g_auto (FilWriter) inflated;
  g_auto (FilWriter) out;

  fil_writer_init (&inflated);
  fil_writer_init (&out);
  fil_udp_datagram_decode (&message, datagram, &inflated);
  g_assert_cmpuint (inflated.len, <=, FIL_UDP_INFLATED_MAX);
  if (fil_rudp_packet_is (datagram) && fil_rudp_packet_decode (&packet, datagram))
    {
      fil_rudp_packet_encode (&packet, &out);
      g_assert_true (fil_rudp_packet_decode (&packet, fil_writer_slice (&out)) == TRUE);
    }
  return 0;
}
