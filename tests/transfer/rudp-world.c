/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-world.h"

#include <string.h>

#define PATTERN 65521 /* a prime, so that what is out of place shows */

typedef struct
{
  gint64 at_us;
  guint64 n;
  guint to;
  FilEndpoint from;
  GBytes *bytes;
} Flying;

static guint64 n_flying;

static void
flying_free (gpointer data)
{
  g_bytes_unref (((Flying *) data)->bytes);
  g_free (data);
}

static gint
compare (gconstpointer a,
         gconstpointer b,
         gpointer data)
{
  const Flying *x = a, *y = b;

  if (x->at_us != y->at_us)
    return x->at_us < y->at_us ? -1 : 1;
  return x->n < y->n ? -1 : x->n > y->n;
}

/* What host i says at an offset of its stream. */
static const guint8 *
pattern (guint i,
         guint64 offset)
{
  static guint8 *bytes;

  if (bytes == NULL)
    {
      FilRandom *random = fil_random_new_seeded (1);

      bytes = g_malloc (3 * PATTERN);
      fil_random_bytes (random, bytes, PATTERN);
      memcpy (bytes + PATTERN, bytes, PATTERN);
      memcpy (bytes + 2 * PATTERN, bytes, PATTERN);
      fil_random_free (random);
    }
  return bytes + (offset + i * 1000) % PATTERN;
}

static void
host_read (RudpHost *self,
           guint i)
{
  guint8 bytes[16384];
  gsize n;

  while (self->n_read < self->read_limit
         && (n = fil_rudp_read (self->rudp, bytes, MIN (sizeof bytes, self->read_limit - self->n_read))) > 0)
    {
      if (memcmp (bytes, pattern (1 - i, self->n_read), n) != 0)
        self->is_wrong = TRUE;
      self->n_read += n;
    }
  if (fil_rudp_is_at_end (self->rudp))
    self->is_at_end = TRUE;
}

static void
host_write (RudpHost *self,
            guint i)
{
  gsize n;

  while (self->n_sent < self->to_send
         && (n = fil_rudp_write (self->rudp, pattern (i, self->n_sent),
                                 MIN (self->to_send - self->n_sent, PATTERN))) > 0)
    self->n_sent += n;
  if (self->n_sent == self->to_send && !self->keeps_open && fil_rudp_state (self->rudp) == FIL_RUDP_OPEN)
    fil_rudp_shut (self->rudp);
}

/* What an application does when its connection says that something changed. */
void
rudp_world_changed (gpointer data,
                    FilRudp *rudp,
                    gint64 now_us)
{
  RudpHost *self = data;
  guint i = self == &self->world->host[1];

  if (self->read_due_us == 0 && fil_rudp_can_read (rudp))
    self->read_due_us = now_us + self->world->path.reads_late_us;
  if (now_us >= self->read_due_us)
    {
      host_read (self, i);
      self->read_due_us = 0;
    }
  host_write (self, i);
  if (fil_rudp_state (rudp) != FIL_RUDP_CLOSED || fil_rudp_can_read (rudp))
    return;
  self->error = fil_rudp_error (rudp);
  self->ended_us = now_us;
  self->rudp = NULL;
  fil_rudp_hub_release (self->hub, rudp, now_us);
}

void
rudp_world_init (RudpWorld *self,
                 guint64 seed,
                 const RudpPath *path)
{
  *self = (RudpWorld){ .now_us = 1000 * FIL_SEC, .path = *path, .seed = seed };
  self->random = fil_random_new_seeded (seed);
  self->wire = g_sequence_new (flying_free);
  for (guint i = 0; i < 2; i++)
    {
      self->host[i].world = self;
      self->host[i].hub = fil_rudp_hub_new (self->random);
      self->host[i].at = fil_endpoint_v4 ((const guint8[]){ 25, 0, 0, (guint8) (i + 1) }, (guint16) (6346 + i));
      self->host[i].read_limit = G_MAXUINT64;
    }
}

void
rudp_world_clear (RudpWorld *self)
{
  for (guint i = 0; i < 2; i++)
    fil_rudp_hub_free (self->host[i].hub);
  g_sequence_free (self->wire);
  fil_random_free (self->random);
}

void
rudp_world_open (RudpWorld *self,
                 FilRudpProfile profile,
                 guint segment)
{
  for (guint i = 0; i < 2; i++)
    {
      RudpHost *host = &self->host[i];
      FilRudpConfig config = {
        .profile = profile,
        .role = i == 0 ? FIL_RUDP_ROLE_REQUESTOR : FIL_RUDP_ROLE_ACCEPTOR,
        .own_nonce = self->seed * 2 + i + 77,
        .peer_nonce = self->seed * 2 + 1 - i + 77,
        .segment = segment,
      };

      host->rudp = fil_rudp_hub_open (host->hub, &config, rudp_world_changed, host, self->now_us);
      g_assert_nonnull (host->rudp);
      g_assert_true (fil_rudp_hub_try (host->hub, host->rudp, &self->host[1 - i].at, 0));
    }
}

/* Lets a datagram arrive. */
void
rudp_world_send (RudpWorld *self,
                 guint to,
                 const FilEndpoint *from,
                 FilSlice datagram,
                 gint64 delay_us)
{
  Flying *flying = g_new (Flying, 1);

  *flying = (Flying){ self->now_us + delay_us, n_flying++, to, *from, g_bytes_new (datagram.data, datagram.len) };
  g_sequence_insert_sorted (self->wire, flying, compare, NULL);
}

static gboolean
happens (RudpWorld *self,
         guint of_1000)
{
  return of_1000 > 0 && fil_random_below (self->random, 1000) < of_1000;
}

static gint64
jitter (RudpWorld *self)
{
  return self->path.jitter_us == 0 ? 0 : fil_random_below (self->random, (guint32) self->path.jitter_us);
}

/* A stranger who knows both addresses, sees nothing, and guesses. */
static void
add_hostile (RudpWorld *self,
             guint to,
             const FilEndpoint *from,
             FilSlice like)
{
  guint8 bytes[64];
  gsize len = MIN (like.len, sizeof bytes);
  FilEndpoint source = *from;

  if (!self->path.is_spoofed)
    source.port++;

  fil_random_bytes (self->random, bytes, sizeof bytes);
  if (fil_random_below (self->random, 2) == 0)
    {
      memcpy (bytes, like.data, MIN (len, 23));
      bytes[1] = (guint8) fil_random_u32 (self->random);
      bytes[3] = (guint8) fil_random_u32 (self->random);
    }
  bytes[16] = 0x41;
  memset (bytes + 19, 0, 4);
  bytes[19] = (guint8) (len >= 23 ? len - 23 : 0);
  rudp_world_send (self, to, &source, fil_slice (bytes, len), self->path.delay_us);
}

/* When a datagram is through the narrow part of the path; -1: there was no room to wait. */
static gint64
queued_us (RudpWorld *self,
           RudpHost *from,
           gsize len)
{
  const gint64 wait_us = MAX (from->path_free_us - self->now_us, 0);

  if (self->path.bytes_per_s == 0)
    return 0;
  if ((guint64) wait_us * self->path.bytes_per_s / (guint64) FIL_SEC + len > self->path.queue_bytes)
    return -1;
  from->path_free_us = self->now_us + wait_us + (gint64) ((len + 28) * (guint64) FIL_SEC / self->path.bytes_per_s);
  return from->path_free_us - self->now_us;
}

static gboolean
is_skipped (RudpWorld *self,
            RudpHost *from,
            FilSlice datagram)
{
  FilRudpPacket packet;

  if (self->path.skipped_acks == 0 || !fil_rudp_packet_decode (&packet, datagram) || packet.op != FIL_RUDP_ACK
      || packet.sequence == 0)
    return FALSE;
  from->n_skipped = (from->n_skipped + 1) % (self->path.skipped_acks + 1);
  return from->n_skipped != 0;
}

static void
transmit (RudpWorld *self,
          guint from,
          const FilEndpoint *to,
          FilSlice datagram)
{
  RudpHost *host = &self->host[from];
  const guint other = 1 - from;
  g_autofree guint8 *copy = NULL;
  gint64 queue_us;

  host->n_out++;
  host->bytes_out += datagram.len;
  host->last_len = MIN (datagram.len, sizeof host->last);
  memcpy (host->last, datagram.data, host->last_len);
  if (!fil_endpoint_equal (to, &self->host[other].at) || host->is_deaf || is_skipped (self, host, datagram))
    return;
  if (happens (self, self->path.hostile_of_1000))
    add_hostile (self, other, &host->at, datagram);
  queue_us = queued_us (self, host, datagram.len);
  if (queue_us < 0 || happens (self, self->path.lost_of_1000))
    {
      self->dropped++;
      return;
    }
  if (happens (self, self->path.corrupt_of_1000))
    {
      if (self->path.udp_sum)
        return;
      copy = g_memdup2 (datagram.data, datagram.len);
      copy[fil_random_below (self->random, (guint32) datagram.len)] ^= 1 + (guint8) fil_random_below (self->random, 255);
      datagram.data = copy;
    }
  rudp_world_send (self, other, &host->at, datagram, queue_us + self->path.delay_us + jitter (self));
  if (happens (self, self->path.doubled_of_1000))
    rudp_world_send (self, other, &host->at, datagram, queue_us + self->path.delay_us + jitter (self));
}

static gboolean
send_all (RudpWorld *self,
          guint i)
{
  FilRudpHubOutput out;
  gboolean any = FALSE;

  while (fil_rudp_hub_output (self->host[i].hub, &out, self->now_us))
    {
      for (gsize at = 0; at < out.output.len; at += out.output.size)
        transmit (self, i, &out.to,
                  fil_slice (out.output.bytes + at, MIN (out.output.size, out.output.len - at)));
      fil_rudp_hub_sent (self->host[i].hub, &out, self->now_us);
      any = TRUE;
    }
  return any;
}

static void
settle (RudpWorld *self,
        guint i)
{
  RudpHost *host = &self->host[i];

  fil_rudp_hub_tick (host->hub, self->now_us);
  if (host->rudp != NULL && host->read_due_us != 0 && self->now_us >= host->read_due_us)
    rudp_world_changed (host, host->rudp, self->now_us);
  for (guint round = 0; round < 8; round++)
    {
      fil_rudp_hub_settle (host->hub, self->now_us);
      if (!send_all (self, i))
        break;
      if (host->rudp != NULL)
        rudp_world_changed (host, host->rudp, self->now_us);
    }
  fil_rudp_hub_settle (host->hub, self->now_us);
}

static gint64
next_event (RudpWorld *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->wire);
  gint64 next = g_sequence_iter_is_end (first) ? FIL_NEVER : ((Flying *) g_sequence_get (first))->at_us;

  for (guint i = 0; i < 2; i++)
    {
      next = MIN (next, fil_rudp_hub_wake (self->host[i].hub, self->now_us));
      if (self->host[i].rudp != NULL && self->host[i].read_due_us > self->now_us)
        next = MIN (next, self->host[i].read_due_us);
    }
  return next;
}

/* Does what happens next, if that is before until_us. */
gboolean
rudp_world_step (RudpWorld *self,
                 gint64 until_us)
{
  gint64 next;

  settle (self, 0);
  settle (self, 1);
  next = next_event (self);
  if (next > until_us || next == FIL_NEVER)
    {
      self->now_us = MAX (self->now_us, until_us == FIL_NEVER ? self->now_us : until_us);
      return FALSE;
    }
  /* No connection may ask to be woken now when it has nothing to do now. */
  self->now_us = MAX (next, self->now_us + 1);
  for (;;)
    {
      GSequenceIter *first = g_sequence_get_begin_iter (self->wire);
      Flying *flying = g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
      gsize len;
      gconstpointer bytes;

      if (flying == NULL || flying->at_us > self->now_us)
        return TRUE;
      bytes = g_bytes_get_data (flying->bytes, &len);
      if (fil_rudp_packet_is (fil_slice (bytes, len)))
        fil_rudp_hub_receive (self->host[flying->to].hub, fil_slice (bytes, len), &flying->from, self->now_us);
      g_sequence_remove (first);
    }
}

void
rudp_world_run (RudpWorld *self,
                gint64 for_us)
{
  const gint64 until_us = self->now_us + for_us;

  while (rudp_world_step (self, until_us))
    ;
}

gboolean
rudp_world_is_over (const RudpWorld *self)
{
  return self->host[0].rudp == NULL && self->host[1].rudp == NULL;
}
