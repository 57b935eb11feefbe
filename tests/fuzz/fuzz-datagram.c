/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"
#include "rudp-packet.h"
#include "udp-datagram.h"
#include "wire-limits.h"

static void
look_at (FilSlice datagram)
{
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
      if (!fil_rudp_packet_decode (&packet, fil_writer_slice (&out)))
        g_assert_not_reached ();
    }
}

/* What comes in on the UDP port: as it is, and with the size field that belongs to it. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  look_at (fil_slice (data, size));
  if (size >= FIL_HEADER_LEN && size <= FIL_PAYLOAD_MAX)
    {
      g_autofree guint8 *fitting = g_memdup2 (data, size);
      guint32 len = GUINT32_TO_LE ((guint32) size - FIL_HEADER_LEN);

      memcpy (fitting + 19, &len, sizeof len);
      look_at (fil_slice (fitting, size));
    }
  return 0;
}
