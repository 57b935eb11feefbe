/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-receive.h"
#include "rudp-world.h"
#include "transfer-limits.h"

#include <string.h>

/* Opening, timers and the end of a connection, packet by packet, against rudp.md. */

#define BEGIN (1000 * FIL_SEC)

static const FilRudpConfig limewire = { .profile = FIL_RUDP_LIMEWIRE, .role = FIL_RUDP_ROLE_REQUESTOR, .id = 1 };
static const FilRudpConfig filbert = { .profile = FIL_RUDP_FILBERT, .role = FIL_RUDP_ROLE_REQUESTOR, .id = 1,
                                       .own_nonce = 11, .peer_nonce = 22 };

/* The next packet without taking it; its first 16 bytes in hex, or "". */
static char *
peek (FilRudp *self,
      FilRudpOutput *out,
      gint64 now_us)
{
  GString *hex = g_string_new (NULL);

  if (fil_rudp_output (self, out, now_us))
    for (guint i = 0; i < 16; i++)
      g_string_append_printf (hex, "%02x", out->bytes[i]);
  return g_string_free (hex, FALSE);
}

static void
expect (FilRudp *self,
        const char *head,
        gint64 now_us)
{
  FilRudpOutput out;
  g_autofree char *hex = peek (self, &out, now_us);

  g_assert_cmpstr (hex, ==, head);
  if (*head == '\0')
    return;
  g_assert_cmpuint (out.bytes[16], ==, 0x41);
  g_assert_cmpuint (out.bytes[17], ==, 1);
  g_assert_cmpuint (out.bytes[18], ==, 0);
  fil_rudp_sent (self, &out, now_us);
}

/* Gives a packet, encoded as its sender would. */
static gboolean
give (FilRudp *self,
      FilRudpPacket packet,
      gint64 now_us)
{
  g_auto (FilWriter) out;
  FilRudpPacket decoded;

  fil_writer_init (&out);
  packet.is_extended = fil_rudp_config (self)->profile == FIL_RUDP_FILBERT;
  if (packet.op == FIL_RUDP_SYN)
    {
      packet.version = FIL_RUDP_VERSION;
      packet.nonce = fil_rudp_config (self)->own_nonce;
    }
  fil_rudp_packet_encode (&packet, &out);
  if (packet.is_extended)
    fil_rudp_packet_stamp (fil_writer_data (&out), out.len, fil_rudp_config (self)->own_nonce);
  g_assert_true (fil_rudp_packet_decode (&decoded, fil_writer_slice (&out)));
  return fil_rudp_receive (self, &decoded, fil_writer_slice (&out), now_us);
}

static const FilRudpPacket their_syn = { .op = FIL_RUDP_SYN, .my_connection = 1, .role = FIL_RUDP_ROLE_ACCEPTOR };
static const FilRudpPacket syn_ack = { .op = FIL_RUDP_ACK, .connection = 1, .window_start = 1, .window_space = 20,
                                       .missing = 1 };

static FilRudp *
open_limewire (guint segment)
{
  FilRudpConfig config = limewire;
  FilRudp *self;

  config.segment = segment;
  self = fil_rudp_new (&config, BEGIN);
  expect (self, "00000000010001010000000000000000", BEGIN);
  g_assert_true (give (self, their_syn, BEGIN));
  expect (self, "01100000000100140000000000000000", BEGIN);
  g_assert_true (give (self, syn_ack, BEGIN));
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_OPEN);
  expect (self, "", BEGIN);
  return self;
}

/* The samples of rudp.md §1, which were seen on the wire. */
static void
test_samples (void)
{
  static const char giv[] = "GIV 0:E4CBE4F8A1B2C3D4E5F60718293A4B5C/file\n\n";
  FilRudpConfig config = limewire;
  g_autoptr (FilRudp) uploader = NULL;
  g_autoptr (FilRudp) self = fil_rudp_new (&limewire, BEGIN);
  FilRudpPacket ack = syn_ack;
  FilRudpOutput out;

  config.role = FIL_RUDP_ROLE_ACCEPTOR;
  uploader = fil_rudp_new (&config, BEGIN);
  expect (uploader, "00000000010001020000000000000000", BEGIN);

  expect (self, "00000000010001010000000000000000", BEGIN);
  g_assert_true (give (self, their_syn, BEGIN));
  expect (self, "01100000000100140000000000000000", BEGIN);
  /* Later ones carry the id that is known now. */
  expect (self, "01000000010001010000000000000000", BEGIN + FIL_RUDP_SYN_US);
  g_assert_true (give (self, syn_ack, BEGIN + FIL_RUDP_SYN_US));
  g_assert_cmpuint (fil_rudp_write (self, (const guint8 *) giv, 45), ==, 45);
  g_assert_true (fil_rudp_output (self, &out, BEGIN + FIL_RUDP_SYN_US));
  g_assert_cmpuint (out.len, ==, 23 + 33);
  g_assert_cmpmem (out.bytes, 23, "\x01\x3c\x00\x01GIV 0:E4CBE4\x41\x01\x00\x21\x00\x00\x00", 23);
  g_assert_cmpmem (out.bytes + 23, 33, giv + 12, 33);
  fil_rudp_sent (self, &out, BEGIN + FIL_RUDP_SYN_US);
  for (guint i = 2; i <= 10; i++)
    {
      fil_rudp_write (self, (const guint8 *) "x", 1);
      g_assert_true (fil_rudp_output (self, &out, BEGIN + FIL_RUDP_SYN_US));
      fil_rudp_sent (self, &out, BEGIN + FIL_RUDP_SYN_US);
    }
  fil_rudp_shut (self);
  expect (self, "", BEGIN + FIL_RUDP_SYN_US);
  ack.window_start = 11;
  ack.sequence = 10;
  g_assert_true (give (self, ack, BEGIN + FIL_RUDP_SYN_US));
  expect (self, "0140000b000000000000000000000000", BEGIN + FIL_RUDP_SYN_US);

  /* The other one's answer: our FIN's acknowledgement, and its own FIN with the next sequence that it has. */
  g_assert_true (give (uploader, (FilRudpPacket){ .op = FIL_RUDP_SYN, .my_connection = 1,
                                                  .role = FIL_RUDP_ROLE_REQUESTOR }, BEGIN));
  expect (uploader, "01100000000100140000000000000000", BEGIN);
  g_assert_true (give (uploader, syn_ack, BEGIN));
  g_assert_true (give (uploader, (FilRudpPacket){ .op = FIL_RUDP_FIN, .connection = 1, .sequence = 1 }, BEGIN));
  expect (uploader, "01100001000100140000000000000000", BEGIN);
  expect (uploader, "01400001010000000000000000000000", BEGIN);
  g_assert_cmpint (fil_rudp_state (uploader), ==, FIL_RUDP_CLOSED);
  g_assert_cmpstr (fil_rudp_error (uploader), ==, NULL);
  g_assert_true (fil_rudp_is_at_end (uploader));
}

/* Counts what goes out unanswered until it gives up. */
static guint
unanswered (const FilRudpConfig *config,
            gint64 *gaps)
{
  g_autoptr (FilRudp) self = fil_rudp_new (config, BEGIN);
  gint64 now_us = BEGIN, last_us = 0;
  FilRudpOutput out;
  guint n = 0;

  while (fil_rudp_state (self) == FIL_RUDP_OPENING)
    {
      fil_rudp_tick (self, now_us);
      while (fil_rudp_output (self, &out, now_us))
        {
          g_assert_true (out.is_opener);
          fil_rudp_sent (self, &out, now_us);
          if (n > 0 && n < 60)
            gaps[n] = now_us - last_us;
          last_us = now_us;
          n++;
        }
      if (fil_rudp_state (self) == FIL_RUDP_OPENING)
        g_assert_cmpint (fil_rudp_wake (self, now_us), >, now_us);
      now_us = fil_rudp_wake (self, now_us);
    }
  g_assert_cmpint (last_us, <=, BEGIN + FIL_RUDP_OPEN_US);
  g_assert_nonnull (fil_rudp_error (self));
  return n;
}

static void
test_unanswered (void)
{
  gint64 gaps[60];

  g_assert_cmpuint (unanswered (&limewire, gaps), ==, 50);
  for (guint i = 1; i < 50; i++)
    g_assert_cmpint (gaps[i], ==, FIL_RUDP_SYN_US);
  g_assert_cmpuint (unanswered (&filbert, gaps), ==, FIL_RUDP_SYNS_PER_ADDRESS);
  for (guint i = 1; i < FIL_RUDP_SYNS_PER_ADDRESS; i++)
    g_assert_cmpint (gaps[i], ==, i <= 20 ? FIL_RUDP_SYN_EXTENDED_US : FIL_RUDP_SYN_LATER_US);
}

static void
test_opening_rules (void)
{
  g_autoptr (FilRudp) self = fil_rudp_new (&limewire, BEGIN);
  FilRudpPacket syn = their_syn;

  /* Of the same role; for another id; DATA and ACK of somebody who sent no SYN. */
  syn.role = FIL_RUDP_ROLE_REQUESTOR;
  g_assert_false (give (self, syn, BEGIN));
  syn = their_syn;
  syn.connection = 2;
  g_assert_false (give (self, syn, BEGIN));
  g_assert_false (give (self, syn_ack, BEGIN));
  g_assert_false (give (self, (FilRudpPacket){ .op = FIL_RUDP_DATA, .connection = 1, .sequence = 1 }, BEGIN));
  /* No role, as version 0 has it, is fine; each repeat is acknowledged; another id is not taken any more. */
  syn = their_syn;
  syn.role = FIL_RUDP_ROLE_UNDEFINED;
  g_assert_true (give (self, syn, BEGIN));
  g_assert_true (give (self, syn, BEGIN));
  syn.my_connection = 9;
  g_assert_false (give (self, syn, BEGIN));
  expect (self, "01100000000100140000000000000000", BEGIN);
  expect (self, "01100000000100140000000000000000", BEGIN);
  /* Nothing is written before it is open. */
  g_assert_cmpuint (fil_rudp_write (self, (const guint8 *) "x", 1), ==, 0);
}

/* LimeWire acknowledges our SYN before its own comes, or the acknowledgement is lost and its DATA is the first that
 * knows us. We write at once in either case. */
static void
test_opening_order (void)
{
  const FilRudpPacket data = { .op = FIL_RUDP_DATA, .connection = 1, .sequence = 1,
                               .head = fil_slice ((const guint8 *) "G", 1) };
  g_autoptr (FilRudp) self = fil_rudp_new (&limewire, BEGIN);

  expect (self, "00000000010001010000000000000000", BEGIN);
  g_assert_true (give (self, syn_ack, BEGIN));
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_OPENING);
  expect (self, "", BEGIN);
  /* Until its SYN comes, ours keep the way open. */
  expect (self, "00000000010001010000000000000000", BEGIN + FIL_RUDP_SYN_US);
  g_assert_true (give (self, their_syn, BEGIN + FIL_RUDP_SYN_US));
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_OPEN);
  g_assert_cmpuint (fil_rudp_write (self, (const guint8 *) "x", 1), ==, 1);
  expect (self, "01100000000100140000000000000000", BEGIN + FIL_RUDP_SYN_US);
  expect (self, "01310001780000000000000000000000", BEGIN + FIL_RUDP_SYN_US);

  fil_rudp_free (g_steal_pointer (&self));
  self = fil_rudp_new (&limewire, BEGIN);
  expect (self, "00000000010001010000000000000000", BEGIN);
  g_assert_true (give (self, their_syn, BEGIN));
  expect (self, "01100000000100140000000000000000", BEGIN);
  g_assert_true (give (self, data, BEGIN));
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_OPEN);
  g_assert_cmpuint (fil_rudp_write (self, (const guint8 *) "x", 1), ==, 1);
  expect (self, "01100001000100130000000000000000", BEGIN);
  expect (self, "01310001780000000000000000000000", BEGIN);
}

/* In flight at most 20; the window opens again by a KEEPALIVE at once. */
static void
test_window (void)
{
  g_autoptr (FilRudp) self = open_limewire (512);
  g_autofree guint8 *bytes = g_malloc0 (100 * 512);
  FilRudpPacket data = { .op = FIL_RUDP_DATA, .connection = 1 };
  FilRudpPacket ack = syn_ack;
  FilRudpOutput out;
  guint n = 0;

  g_assert_cmpuint (fil_rudp_write (self, bytes, 100 * 512), ==, 20 * 512);
  for (; fil_rudp_output (self, &out, BEGIN); n++)
    {
      g_assert_cmpuint (out.len, ==, 523);
      fil_rudp_sent (self, &out, BEGIN);
      fil_rudp_write (self, bytes, 512);
    }
  g_assert_cmpuint (n, ==, 20);
  /* All arrived, none was read: no space, so nothing more goes. */
  ack.sequence = 20;
  ack.window_space = 0;
  g_assert_true (give (self, ack, BEGIN));
  expect (self, "", BEGIN);
  ack.op = FIL_RUDP_KEEPALIVE;
  ack.sequence = 0;
  ack.window_start = 21;
  ack.window_space = 20;
  g_assert_true (give (self, ack, BEGIN));
  g_assert_true (fil_rudp_output (self, &out, BEGIN));

  /* The other way: 25 ahead are taken, what is beyond is not even acknowledged, what came before is again. */
  fil_rudp_free (g_steal_pointer (&self));
  self = open_limewire (512);
  data.head = fil_slice (bytes, 12);
  for (guint i = 1; i <= 28; i++)
    {
      data.sequence = (guint16) i;
      g_assert_true (give (self, data, BEGIN));
    }
  data.sequence = 1;
  g_assert_true (give (self, data, BEGIN));
  for (guint i = 1; i <= 26; i++)
    {
      g_autofree char *head = g_strdup_printf ("0110%04x000100000000000000000000", i);

      expect (self, head, BEGIN);
    }
  expect (self, "01100001000100000000000000000000", BEGIN);
  expect (self, "", BEGIN);
  g_assert_cmpuint (fil_rudp_read (self, bytes, 12 * 10), ==, 12 * 10);
  expect (self, "01200000000b00040000000000000000", BEGIN);
  expect (self, "", BEGIN);

  /* Repeats that come faster than they can be answered are not all remembered. */
  data.sequence = 2;
  for (guint i = 0; i < 10 * FIL_RUDP_ANSWERS; i++)
    g_assert_true (give (self, data, BEGIN));
  for (n = 0; fil_rudp_output (self, &out, BEGIN); n++)
    fil_rudp_sent (self, &out, BEGIN);
  g_assert_cmpuint (n, ==, FIL_RUDP_ANSWERS);
}

/* Lets time pass until something but a KEEPALIVE leaves; theirs come all the time. */
static guint
next_op (FilRudp *self,
         FilRudpOutput *out,
         gint64 *now_us)
{
  for (;;)
    {
      g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_OPEN);
      *now_us = fil_rudp_wake (self, *now_us);
      fil_rudp_tick (self, *now_us);
      g_assert_true (give (self, (FilRudpPacket){ .op = FIL_RUDP_KEEPALIVE, .connection = 1, .window_start = 1,
                                                  .window_space = 20 }, *now_us));
      while (fil_rudp_output (self, out, *now_us))
        {
          const guint op = out->bytes[1] >> 4;

          fil_rudp_sent (self, out, *now_us);
          if (op != FIL_RUDP_KEEPALIVE)
            return op;
        }
    }
}

/* The oldest is sent again after RTO, 2 RTO, 4 RTO …; after ten times the other side is told, and it is over. */
static void
test_resends (void)
{
  g_autoptr (FilRudp) self = open_limewire (512);
  gint64 now_us = BEGIN, last_us = BEGIN, rto_us = 0;
  FilRudpOutput out;
  guint n;

  fil_rudp_write (self, (const guint8 *) "x", 1);
  expect (self, "01310001780000000000000000000000", now_us);
  for (n = 1; next_op (self, &out, &now_us) == FIL_RUDP_DATA; n++)
    {
      g_assert_cmpmem (out.bytes, 5, "\x01\x31\x00\x01x", 5);
      if (n == 1)
        rto_us = now_us - BEGIN;
      g_assert_cmpint (now_us - last_us, ==, rto_us << (n - 1));
      last_us = now_us;
    }
  /* The handshake took no time at all, so the RTO is what is granted beyond it. */
  g_assert_cmpint (rto_us, >=, FIL_RUDP_SLACK_LIMEWIRE_US);
  g_assert_cmpint (rto_us, <, FIL_RUDP_SLACK_LIMEWIRE_US + FIL_MSEC);
  g_assert_cmpuint (n, ==, 10);
  g_assert_cmpuint (out.bytes[1] >> 4, ==, FIL_RUDP_FIN);
  g_assert_cmpuint (out.bytes[4], ==, FIL_RUDP_FIN_TOO_MANY_RESENDS);
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_CLOSED);
  g_assert_nonnull (fil_rudp_error (self));
}

/* When the oldest of 20 is sent again, which left 15 ms before all but two others, if this one has arrived. */
static gint64
resent_after (guint16 arrived)
{
  g_autoptr (FilRudp) self = open_limewire (64);
  const guint8 bytes[20 * 64] = { 0 };
  gint64 now_us = BEGIN;
  FilRudpOutput out;

  fil_rudp_write (self, bytes, 3 * 64);
  for (guint i = 0; i < 20; i++)
    {
      if (i == 3)
        {
          now_us += 15 * FIL_MSEC;
          fil_rudp_write (self, bytes, 17 * 64);
        }
      g_assert_true (fil_rudp_output (self, &out, now_us));
      fil_rudp_sent (self, &out, now_us);
    }
  g_assert_true (give (self, (FilRudpPacket){ .op = FIL_RUDP_ACK, .connection = 1, .sequence = arrived,
                                              .window_start = 1, .window_space = 19 }, now_us));
  g_assert_cmpuint (next_op (self, &out, &now_us), ==, FIL_RUDP_DATA);
  g_assert_cmpmem (out.bytes + 2, 2, "\x00\x01", 2);
  return now_us - BEGIN;
}

/* An acknowledgement that is missing may have been left out, as five in a row may be. */
static void
test_left_out (void)
{
  g_assert_cmpint (resent_after (FIL_RUDP_SKIPPED_LIMEWIRE + 1), >=, 15 * FIL_MSEC + FIL_RUDP_SLACK_LIMEWIRE_US);
  g_assert_cmpint (resent_after (FIL_RUDP_SKIPPED_LIMEWIRE + 2), <, 15 * FIL_MSEC + FIL_RUDP_SLACK_LIMEWIRE_US);
  g_assert_cmpint (resent_after (FIL_RUDP_SKIPPED_LIMEWIRE + 2), >=, FIL_RUDP_SLACK_LIMEWIRE_US);
}

/* Runs a lone connection on what it asks for; returns when it closed. */
static gint64
run_lone (FilRudp *self,
          gint64 now_us,
          gint64 heard_every_us,
          guint *keepalives,
          guint8 *reason)
{
  gint64 heard_us = now_us;
  const gboolean is_extended = fil_rudp_config (self)->profile == FIL_RUDP_FILBERT;
  FilRudpOutput out;

  for (guint i = 0; fil_rudp_state (self) != FIL_RUDP_CLOSED && i < 10000; i++)
    {
      fil_rudp_tick (self, now_us);
      while (fil_rudp_output (self, &out, now_us))
        {
          const guint op = out.bytes[1] >> 4 & ~(guint) FIL_RUDP_EXTENDED;

          if (op == FIL_RUDP_KEEPALIVE)
            (*keepalives)++;
          if (op == FIL_RUDP_FIN)
            *reason = out.bytes[4];
          fil_rudp_sent (self, &out, now_us);
        }
      if (fil_rudp_state (self) == FIL_RUDP_CLOSED)
        return now_us;
      g_assert_cmpint (fil_rudp_wake (self, now_us), >, now_us);
      now_us = MIN (fil_rudp_wake (self, now_us), heard_us + heard_every_us);
      if (now_us < heard_us + heard_every_us)
        continue;
      heard_us = now_us;
      give (self, (FilRudpPacket){ .op = FIL_RUDP_KEEPALIVE, .connection = 1, .window_start = 1,
                                   .window_space = is_extended ? 1000 : 20, .missing = 1 }, now_us);
    }
  return now_us;
}

static FilRudp *
open_filbert (void)
{
  FilRudp *self = fil_rudp_new (&filbert, BEGIN);
  FilRudpOutput out;
  FilRudpPacket ack = syn_ack;

  g_assert_true (fil_rudp_output (self, &out, BEGIN));
  fil_rudp_sent (self, &out, BEGIN);
  ack.window_space = 1000;
  g_assert_true (give (self, their_syn, BEGIN));
  g_assert_true (give (self, ack, BEGIN));
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_OPEN);
  return self;
}

static void
test_silence (void)
{
  g_autoptr (FilRudp) self = open_limewire (0);
  guint keepalives = 0;
  guint8 reason = 0;

  /* Nothing comes: a keepalive every 2.5 s, and the end after 20. */
  g_assert_cmpint (run_lone (self, BEGIN, FIL_HOUR, &keepalives, &reason), ==, BEGIN + FIL_RUDP_DEAD_US);
  g_assert_cmpuint (keepalives, ==, 7);
  g_assert_cmpuint (reason, ==, FIL_RUDP_FIN_TIMEOUT);
  g_assert_nonnull (fil_rudp_error (self));

  /* Nothing but keepalives. */
  fil_rudp_free (g_steal_pointer (&self));
  self = open_limewire (0);
  g_assert_cmpint (run_lone (self, BEGIN, FIL_SEC, &keepalives, &reason), ==, BEGIN + FIL_RUDP_IDLE_US);
  g_assert_cmpuint (reason, ==, FIL_RUDP_FIN_TIMEOUT);

  /* Filbert: the end comes sooner, so that another way is looked for; but silence is allowed. */
  fil_rudp_free (g_steal_pointer (&self));
  self = open_filbert ();
  keepalives = 0;
  g_assert_cmpint (run_lone (self, BEGIN, FIL_HOUR, &keepalives, &reason), ==, BEGIN + FIL_RUDP_DEAD_EXTENDED_US);
  g_assert_cmpuint (keepalives, ==, 3);
  fil_rudp_free (g_steal_pointer (&self));
  self = open_filbert ();
  run_lone (self, BEGIN, FIL_SEC, &keepalives, &reason);
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_OPEN);
}

/* LimeWire's FIN: one repeat after 400 ms, and the end even if nobody answers. */
static void
test_fin_repeat (void)
{
  g_autoptr (FilRudp) self = open_limewire (0);

  fil_rudp_shut (self);
  fil_rudp_tick (self, BEGIN);
  expect (self, "01400001000000000000000000000000", BEGIN);
  expect (self, "", BEGIN + FIL_RUDP_FIN_REPEAT_US - 1);
  expect (self, "01400001000000000000000000000000", BEGIN + FIL_RUDP_FIN_REPEAT_US);
  expect (self, "", BEGIN + 2 * FIL_RUDP_FIN_REPEAT_US);
  fil_rudp_tick (self, BEGIN + FIL_RUDP_LINGER_US);
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_CLOSED);
  g_assert_cmpstr (fil_rudp_error (self), ==, NULL);
}

/* A FIN that overtakes data waits for it, but not for ever. */
static void
test_fin_overtakes (void)
{
  for (guint comes = 0; comes < 2; comes++)
    {
      g_autoptr (FilRudp) self = open_limewire (0);
      guint8 byte = 0;

      g_assert_true (give (self, (FilRudpPacket){ .op = FIL_RUDP_FIN, .connection = 1, .sequence = 2 }, BEGIN));
      expect (self, "01100002000100140000000000000000", BEGIN);
      expect (self, "", BEGIN);
      g_assert_cmpuint (fil_rudp_write (self, &byte, 1), ==, 0);
      if (comes)
        {
          g_assert_true (give (self, (FilRudpPacket){ .op = FIL_RUDP_DATA, .connection = 1, .sequence = 1,
                                                      .head = fil_slice ("x", 1) }, BEGIN + FIL_MSEC));
          expect (self, "01100001000100130000000000000000", BEGIN + FIL_MSEC);
          expect (self, "01400001010000000000000000000000", BEGIN + FIL_MSEC);
          g_assert_cmpuint (fil_rudp_read (self, &byte, 1), ==, 1);
          g_assert_true (fil_rudp_is_at_end (self));
          g_assert_cmpstr (fil_rudp_error (self), ==, NULL);
        }
      else
        {
          fil_rudp_tick (self, BEGIN + FIL_RUDP_FIN_GRACE_US);
          expect (self, "01400001010000000000000000000000", BEGIN + FIL_RUDP_FIN_GRACE_US);
          g_assert_nonnull (fil_rudp_error (self));
        }
      g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_CLOSED);
    }
}

static void
test_large_packet (void)
{
  g_autofree guint8 *bytes = g_malloc0 (FIL_RUDP_DATA_MAX + 1);
  g_autoptr (FilRudp) self = open_filbert ();
  FilRudpOutput out;

  g_assert_true (give (self, (FilRudpPacket){ .op = FIL_RUDP_DATA, .connection = 1, .sequence = 1,
                                              .tail = fil_slice (bytes, FIL_RUDP_SEGMENT + 1) }, BEGIN));
  g_assert_true (fil_rudp_output (self, &out, BEGIN));
  g_assert_cmpuint (out.bytes[1] >> 4, ==, FIL_RUDP_FIN | FIL_RUDP_EXTENDED);
  g_assert_cmpuint (out.bytes[4], ==, FIL_RUDP_FIN_LARGE_PACKET);
  fil_rudp_sent (self, &out, BEGIN);
  g_assert_cmpint (fil_rudp_state (self), ==, FIL_RUDP_CLOSED);
  g_assert_nonnull (fil_rudp_error (self));

  /* LimeWire's may be larger than ours. */
  fil_rudp_free (g_steal_pointer (&self));
  self = open_limewire (0);
  g_assert_true (give (self, (FilRudpPacket){ .op = FIL_RUDP_DATA, .connection = 1, .sequence = 1,
                                              .head = fil_slice (bytes, 12),
                                              .tail = fil_slice (bytes, FIL_RUDP_DATA_MAX - 12) }, BEGIN));
  g_assert_cmpuint (fil_rudp_read (self, bytes, FIL_RUDP_DATA_MAX + 1), ==, FIL_RUDP_DATA_MAX);
}

/* Acknowledgements of what was never sent, and from long ago, change nothing. */
static void
test_foreign_acks (void)
{
  g_autoptr (FilRudp) self = open_filbert ();
  const guint16 starts[] = { 2, 3, 1000, 32768, 40000, 65535, 0 };
  FilRudpStats stats;
  FilRudpOutput out;

  fil_rudp_write (self, (const guint8 *) "x", 1);
  while (fil_rudp_output (self, &out, BEGIN))
    fil_rudp_sent (self, &out, BEGIN);
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      FilRudpPacket ack = { .op = FIL_RUDP_ACK, .connection = 1, .sequence = starts[i], .window_start = starts[i],
                            .window_space = 65535, .missing = (guint16) (starts[i] + 5) };

      (void) give (self, ack, BEGIN + i);
    }
  fil_rudp_stats (self, &stats);
  g_assert_cmpuint (stats.packets_sent, ==, 1);
  /* The packet is still owed. */
  fil_rudp_tick (self, BEGIN + FIL_SEC);
  g_assert_true (fil_rudp_output (self, &out, BEGIN + FIL_SEC));
  g_assert_cmpuint (out.bytes[1] >> 4, ==, FIL_RUDP_DATA | FIL_RUDP_EXTENDED);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/rudp/samples", test_samples);
  g_test_add_func ("/transfer/rudp/unanswered", test_unanswered);
  g_test_add_func ("/transfer/rudp/opening-rules", test_opening_rules);
  g_test_add_func ("/transfer/rudp/opening-order", test_opening_order);
  g_test_add_func ("/transfer/rudp/window", test_window);
  g_test_add_func ("/transfer/rudp/resends", test_resends);
  g_test_add_func ("/transfer/rudp/left-out", test_left_out);
  g_test_add_func ("/transfer/rudp/silence", test_silence);
  g_test_add_func ("/transfer/rudp/fin-repeat", test_fin_repeat);
  g_test_add_func ("/transfer/rudp/fin-overtakes", test_fin_overtakes);
  g_test_add_func ("/transfer/rudp/large-packet", test_large_packet);
  g_test_add_func ("/transfer/rudp/foreign-acks", test_foreign_acks);
  return g_test_run ();
}
