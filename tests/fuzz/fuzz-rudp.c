/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz.h"

#include "reader.h"
#include "rudp-hub.h"

#include <string.h>

/* The input is what another side does to one connection. Its first byte chooses the profile, whether the packets
 * are made genuine, as those of a hostile peer are, and whether its address is doubted; then each byte is something that happens: a packet of the
 * bytes that follow, time that passes, reading, writing. Whatever that is, the connection says bounded packets,
 * and comes to an end. */

#define OWN_NONCE 11
#define TURN_MOST 20000 /* datagrams without anything happening between them */

typedef struct
{
  FilRudpHub *hub;
  FilRudp *rudp;
  FilEndpoint peer;
  gint64 now_us;
  gboolean is_extended;
  gboolean is_genuine;
} World;

static void
ignore_change (gpointer data,
               FilRudp *rudp,
               gint64 now_us)
{
}

static void
drain (World *self)
{
  FilRudpHubOutput out;

  fil_rudp_hub_tick (self->hub, self->now_us);
  fil_rudp_hub_settle (self->hub, self->now_us);
  for (guint n = 0; fil_rudp_hub_output (self->hub, &out, self->now_us); n++)
    {
      g_assert_cmpuint (n, <, TURN_MOST);
      g_assert_cmpuint (out.output.size, <=, FIL_RUDP_DATAGRAM_SEND);
      g_assert_cmpuint (out.output.size, >=, FIL_RUDP_HEAD_LEN);
      for (gsize at = 0; at < out.output.len; at += out.output.size)
        {
          FilRudpPacket packet;
          const FilSlice one = fil_slice (out.output.bytes + at, MIN (out.output.size, out.output.len - at));

          g_assert_true (fil_rudp_packet_decode (&packet, one));
        }
      fil_rudp_hub_sent (self->hub, &out, self->now_us);
    }
}

/* Gives a packet whose shape is right: it would not get this far otherwise. */
static void
give (World *self,
      FilSlice bytes)
{
  const gsize len = MAX (bytes.len, FIL_RUDP_HEAD_LEN);
  g_autofree guint8 *datagram = g_malloc0 (len);
  const guint32 size = GUINT32_TO_LE ((guint32) (len - FIL_RUDP_HEAD_LEN));
  gboolean is_syn;

  if (bytes.len > 0)
    memcpy (datagram, bytes.data, bytes.len);
  datagram[16] = 0x41;
  if (self->is_genuine)
    {
      memcpy (datagram + 19, &size, sizeof size);
      if (datagram[0] & 1)
        datagram[0] = fil_rudp_config (self->rudp)->id;
      if (self->is_extended)
        datagram[1] |= 0x80;
      is_syn = datagram[1] >> 4 == (FIL_RUDP_SYN | FIL_RUDP_EXTENDED);
      if (is_syn)
        memcpy (datagram + 8, "\0\0\0\0\0\0\0\x0b", 8);
      if (self->is_extended && (!is_syn || len >= FIL_RUDP_HEAD_LEN + FIL_RUDP_STAMP_LEN))
        fil_rudp_packet_stamp (datagram, len, OWN_NONCE);
    }
  (void) fil_rudp_hub_receive (self->hub, fil_slice (datagram, len), &self->peer, self->now_us);
}

static void
happen (World *self,
        guint8 what,
        FilReader *input)
{
  static guint8 bytes[8192];
  guint8 len;
  FilSlice packet;

  if (what < 0x80)
    {
      if (!fil_reader_u8 (input, &len))
        return;
      if (!fil_reader_slice (input, len, &packet))
        packet = fil_reader_rest (input);
      give (self, packet);
    }
  else if (what < 0xc0)
    self->now_us += (gint64) (what & 63) * (what & 63) * 10 * FIL_MSEC;
  else if (what < 0xe0)
    (void) fil_rudp_read (self->rudp, bytes, (what & 31) * 64u);
  else if (what < 0xff)
    (void) fil_rudp_write (self->rudp, bytes, (what & 31) * 256u);
  else
    fil_rudp_shut (self->rudp);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize size)
{
  g_autoptr (FilRandom) random = fil_random_new_seeded (1);
  g_autoptr (FilRudpHub) hub = fil_rudp_hub_new (random);
  FilReader input = fil_slice (data, size);
  World world = { .hub = hub, .now_us = 1000 * FIL_SEC };
  guint8 what;

  if (!fil_reader_u8 (&input, &what))
    return 0;
  world.is_extended = what & 1;
  world.is_genuine = what & 2;
  world.peer = fil_endpoint_v4 ((const guint8[]){ 25, 0, 0, 1 }, 6346);
  {
    const FilRudpConfig config = { .profile = world.is_extended ? FIL_RUDP_FILBERT : FIL_RUDP_LIMEWIRE,
                                   .own_nonce = OWN_NONCE, .peer_nonce = 22,
                                   .is_wary = !world.is_extended && (what & 4) != 0 };

    world.rudp = fil_rudp_hub_open (hub, &config, ignore_change, NULL, world.now_us);
  }
  g_assert_true (fil_rudp_hub_try (hub, world.rudp, &world.peer, 0));
  drain (&world);
  while (fil_reader_u8 (&input, &what))
    {
      happen (&world, what, &input);
      drain (&world);
    }

  /* Left alone, it ends, whatever state it is in. */
  fil_rudp_hub_release (hub, world.rudp, world.now_us);
  for (guint i = 0; i < 100000 && fil_rudp_hub_n (hub) > 0; i++)
    {
      drain (&world);
      world.now_us = MAX (MIN (fil_rudp_hub_wake (hub, world.now_us), world.now_us + FIL_MINUTE), world.now_us + 1);
    }
  g_assert_cmpuint (fil_rudp_hub_n (hub), ==, 0);
  return 0;
}
