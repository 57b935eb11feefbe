/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rudp-hub.h"

#include "rudp-places.h"
#include "transfer-limits.h"

#define N_IDS 256

typedef struct
{
  FilRudp *rudp;
  FilRudpChanged changed; /* NULL: released */
  gpointer data;
  FilRudpPlaces places;
  guint guesses;          /* LimeWire: packets from there that did not know our id, and not one of lately */
  gboolean is_touched;    /* since the owner was told last */
} Entry;

struct _FilRudpHub
{
  FilRandom *random;
  FilRudpMemory memory;
  Entry *by_id[N_IDS];
  gint64 reserved_until_us[N_IDS];
  guint8 ids[FIL_RUDP_CONNECTIONS_MAX]; /* in use, in no order */
  guint n;
  guint turn;             /* in ids: who sends next */
  guint64 refused;
  gboolean is_settling;
};

/**
 * fil_rudp_hub_new:
 * @random: outlives the hub
 *
 * Returns: (transfer full): a hub without connections
 */
FilRudpHub *
fil_rudp_hub_new (FilRandom *random)
{
  FilRudpHub *self = g_new0 (FilRudpHub, 1);

  self->random = random;
  return self;
}

static void
entry_free (Entry *entry)
{
  fil_rudp_free (entry->rudp);
  g_free (entry);
}

/**
 * fil_rudp_hub_free:
 *
 * Frees all connections; nobody is told.
 */
void
fil_rudp_hub_free (FilRudpHub *self)
{
  for (guint i = 0; i < self->n; i++)
    entry_free (self->by_id[self->ids[i]]);
  g_free (self);
}

/**
 * fil_rudp_hub_n:
 *
 * Returns: connections that are opening, open or ending
 */
guint
fil_rudp_hub_n (const FilRudpHub *self)
{
  return self->n;
}

/**
 * fil_rudp_hub_refused:
 *
 * Returns: datagrams that belonged to no connection
 */
guint64
fil_rudp_hub_refused (const FilRudpHub *self)
{
  return self->refused;
}

/**
 * fil_rudp_hub_memory:
 *
 * Returns: bytes that all connections buffer, see FIL_RUDP_MEMORY_MAX
 */
gsize
fil_rudp_hub_memory (const FilRudpHub *self)
{
  return self->memory.used;
}

/* Any, so that nobody can tell it from the one before; without those that ended lately: a packet of theirs may
 * still come (rudp.md §2). */
static guint8
free_id (FilRudpHub *self,
         gint64 now_us)
{
  const guint first = fil_random_below (self->random, N_IDS);

  for (guint i = 0; i < N_IDS; i++)
    {
      guint8 id = (guint8) (first + i);

      if (id != 0 && self->by_id[id] == NULL && self->reserved_until_us[id] <= now_us)
        return id;
    }
  return 0;
}

/**
 * fil_rudp_hub_open:
 * @config: its id and its memory are chosen here
 *
 * Begins to open a connection. It sends nothing before fil_rudp_hub_try() named an address, and gives up after
 * FIL_RUDP_OPEN_US.
 *
 * Returns: (transfer none) (nullable): the connection, valid until fil_rudp_hub_release(); NULL when there are
 *   too many
 */
FilRudp *
fil_rudp_hub_open (FilRudpHub *self,
                   const FilRudpConfig *config,
                   FilRudpChanged changed,
                   gpointer data,
                   gint64 now_us)
{
  FilRudpConfig own = *config;
  Entry *entry;

  own.id = free_id (self, now_us);
  if (own.id == 0 || self->n >= FIL_RUDP_CONNECTIONS_MAX)
    return NULL;
  own.memory = &self->memory;
  entry = g_new0 (Entry, 1);
  entry->rudp = fil_rudp_new (&own, now_us);
  entry->changed = changed;
  entry->data = data;
  self->by_id[own.id] = entry;
  self->ids[self->n++] = own.id;
  return entry->rudp;
}

static Entry *
entry_of (const FilRudpHub *self,
          const FilRudp *rudp)
{
  return self->by_id[fil_rudp_config (rudp)->id];
}

/**
 * fil_rudp_hub_try:
 * @to: an address that the caller may send to: the gate judged it
 * @ttl: IP time to live of SYNs to it; 0 for the system's. A low one opens our NAT without reaching theirs
 *   (signalling.md §2)
 *
 * Adds an address where the other side may be, or changes the time to live of one.
 *
 * Returns: FALSE when there are too many
 */
gboolean
fil_rudp_hub_try (FilRudpHub *self,
                  FilRudp *rudp,
                  const FilEndpoint *to,
                  guint8 ttl)
{
  return fil_rudp_places_try (&entry_of (self, rudp)->places, to, ttl);
}

/**
 * fil_rudp_hub_peer:
 *
 * Returns: (transfer none) (nullable): where the other side answered from; NULL: it did not yet
 */
const FilEndpoint *
fil_rudp_hub_peer (FilRudpHub *self,
                   const FilRudp *rudp)
{
  return fil_rudp_places_peer (&entry_of (self, rudp)->places);
}

/**
 * fil_rudp_hub_set_changed:
 *
 * Tells somebody else from now on.
 */
void
fil_rudp_hub_set_changed (FilRudpHub *self,
                          FilRudp *rudp,
                          FilRudpChanged changed,
                          gpointer data)
{
  Entry *entry = entry_of (self, rudp);

  entry->changed = changed;
  entry->data = data;
  entry->is_touched = TRUE;
}

static void
remove_at (FilRudpHub *self,
           guint i,
           gint64 now_us)
{
  const guint8 id = self->ids[i];

  entry_free (g_steal_pointer (&self->by_id[id]));
  self->reserved_until_us[id] = now_us + FIL_RUDP_ID_RESERVED_US;
  self->ids[i] = self->ids[--self->n];
}

/**
 * fil_rudp_hub_release:
 *
 * The owner is done with a connection and must not use it again. What it wrote is still delivered.
 */
void
fil_rudp_hub_release (FilRudpHub *self,
                      FilRudp *rudp,
                      gint64 now_us)
{
  Entry *entry = entry_of (self, rudp);

  entry->changed = NULL;
  fil_rudp_release (rudp, now_us);
}

/* Coming */

/* LimeWire: one host may have several connections with us, and give a new one the id of one that it forgot. */
static gboolean
is_waiting_for (const Entry *entry,
                const FilRudpPacket *syn,
                const FilEndpoint *from)
{
  const FilRudpConfig *config = fil_rudp_config (entry->rudp);

  if ((config->profile == FIL_RUDP_FILBERT) != syn->is_extended || !fil_rudp_places_are_tried (&entry->places, from))
    return FALSE;
  if (syn->is_extended)
    return config->own_nonce == syn->nonce;
  return fil_rudp_state (entry->rudp) == FIL_RUDP_OPENING && fil_rudp_suits (entry->rudp, syn);
}

/* Which connection waits for this SYN, which does not know our id yet. */
static Entry *
waiting_for (FilRudpHub *self,
             const FilRudpPacket *syn,
             const FilEndpoint *from)
{
  for (guint i = 0; i < self->n; i++)
    {
      Entry *entry = self->by_id[self->ids[i]];

      if (is_waiting_for (entry, syn, from))
        return entry;
    }
  return NULL;
}

/* Who cannot read what we send to @from has to guess our id: after a few tries the connection is given up. */
static void
count_guess (FilRudpHub *self,
             const FilRudpPacket *packet,
             const FilEndpoint *from,
             gint64 now_us)
{
  if (packet->is_extended || packet->connection == 0 || self->reserved_until_us[packet->connection] > now_us)
    return;
  for (guint i = 0; i < self->n; i++)
    {
      Entry *entry = self->by_id[self->ids[i]];
      const FilRudpConfig *config = fil_rudp_config (entry->rudp);

      if (config->profile != FIL_RUDP_LIMEWIRE || config->id == packet->connection
          || fil_rudp_state (entry->rudp) != FIL_RUDP_OPENING || !fil_rudp_places_are_tried (&entry->places, from)
          || ++entry->guesses <= FIL_RUDP_GUESSES_MAX)
        continue;
      fil_rudp_abort (entry->rudp, FIL_RUDP_FIN_YOU_CLOSED, now_us);
      entry->is_touched = TRUE;
    }
}

/**
 * fil_rudp_hub_receive:
 * @datagram: one that fil_rudp_packet_is()
 *
 * Gives a datagram to its connection. After one or many of them, fil_rudp_hub_settle() follows.
 *
 * Returns: FALSE when it belongs to none
 */
gboolean
fil_rudp_hub_receive (FilRudpHub *self,
                      FilSlice datagram,
                      const FilEndpoint *from,
                      gint64 now_us)
{
  FilRudpPacket packet;
  Entry *entry = NULL;
  gboolean is_whole = fil_rudp_packet_decode (&packet, datagram);

  if (is_whole)
    entry = packet.connection != 0       ? self->by_id[packet.connection]
            : packet.op == FIL_RUDP_SYN ? waiting_for (self, &packet, from)
                                        : NULL;
  if (entry == NULL || !fil_rudp_places_may_say (&entry->places, from, &packet)
      || !fil_rudp_receive (entry->rudp, &packet, datagram, now_us))
    {
      self->refused++;
      if (is_whole)
        count_guess (self, &packet, from, now_us);
      return FALSE;
    }
  if (packet.op == FIL_RUDP_SYN)
    fil_rudp_places_answered (&entry->places, from);
  entry->is_touched = TRUE;
  return TRUE;
}

/**
 * fil_rudp_hub_settle:
 *
 * Tells the owners what happened since the last time, and forgets connections that are over.
 */
void
fil_rudp_hub_settle (FilRudpHub *self,
                     gint64 now_us)
{
  if (self->is_settling)
    return;
  self->is_settling = TRUE;
  /* Who is told may open more; nothing goes from the list meanwhile. */
  for (guint i = 0; i < self->n; i++)
    {
      Entry *entry = self->by_id[self->ids[i]];

      if (!entry->is_touched)
        continue;
      entry->is_touched = FALSE;
      if (entry->changed != NULL)
        entry->changed (entry->data, entry->rudp, now_us);
    }
  self->is_settling = FALSE;
  for (guint i = self->n; i-- > 0;)
    {
      const Entry *entry = self->by_id[self->ids[i]];

      if (entry->changed == NULL && fil_rudp_state (entry->rudp) == FIL_RUDP_CLOSED)
        remove_at (self, i, now_us);
    }
}

/* Going */

static gboolean
address_output (const Entry *entry,
                FilRudpHubOutput *out)
{
  return fil_rudp_places_next (&entry->places, out->output.is_opener, fil_rudp_config (entry->rudp)->is_wary, &out->to,
                               &out->ttl);
}

/**
 * fil_rudp_hub_output:
 * @out: (out): valid until the next call on the hub
 *
 * Says what is to be sent next, each connection in its turn, without taking it: when the network took it,
 * fil_rudp_hub_sent() follows.
 *
 * Returns: FALSE: nothing now
 */
gboolean
fil_rudp_hub_output (FilRudpHub *self,
                     FilRudpHubOutput *out,
                     gint64 now_us)
{
  for (guint i = 0; i < self->n; i++)
    {
      Entry *entry;

      self->turn = (self->turn + 1) % self->n;
      entry = self->by_id[self->ids[self->turn]];
      out->rudp = entry->rudp;
      if (fil_rudp_output (entry->rudp, &out->output, now_us) && address_output (entry, out))
        return TRUE;
    }
  return FALSE;
}

/**
 * fil_rudp_hub_sent:
 *
 * It has gone.
 */
void
fil_rudp_hub_sent (FilRudpHub *self,
                   const FilRudpHubOutput *output,
                   gint64 now_us)
{
  Entry *entry = entry_of (self, output->rudp);

  /* One SYN goes to all that are tried. */
  if (!fil_rudp_places_sent (&entry->places, output->output.is_opener, fil_rudp_config (entry->rudp)->is_wary))
    {
      self->turn = (self->turn + self->n - 1) % self->n;
      return;
    }
  entry->is_touched = TRUE; /* there may be room to write again */
  fil_rudp_sent (entry->rudp, &output->output, now_us);
}

/**
 * fil_rudp_hub_wake:
 *
 * Returns: when to call fil_rudp_hub_tick(), and to send, at the latest; or FIL_NEVER
 */
gint64
fil_rudp_hub_wake (FilRudpHub *self,
                   gint64 now_us)
{
  gint64 wake = FIL_NEVER;

  for (guint i = 0; i < self->n; i++)
    {
      const Entry *entry = self->by_id[self->ids[i]];
      gint64 due = fil_rudp_wake (entry->rudp, now_us);

      /* Without an address to try there is only the end to wait for. */
      if (entry->places.n_tried == 0 && due <= now_us)
        due = now_us + FIL_RUDP_SYN_US;
      wake = MIN (wake, due);
    }
  return wake;
}

/**
 * fil_rudp_hub_tick:
 *
 * Does what is due; fil_rudp_hub_settle() follows.
 */
void
fil_rudp_hub_tick (FilRudpHub *self,
                   gint64 now_us)
{
  for (guint i = 0; i < self->n; i++)
    {
      Entry *entry = self->by_id[self->ids[i]];

      if (fil_rudp_wake (entry->rudp, now_us) > now_us)
        continue;
      fil_rudp_tick (entry->rudp, now_us);
      entry->is_touched = TRUE;
    }
}
