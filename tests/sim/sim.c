/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim.h"

#include "hit-record.h"
#include "hit-trailer.h"
#include "route-table-builder.h"
#include "words.h"

#include <string.h>

#define WINDOW 65536

typedef struct _Connection Connection;

typedef struct
{
  gint64 at_us;
  GBytes *bytes;
} Chunk;

typedef struct
{
  Connection *connection;
  guint n;
  FilSession *session; /* NULL: this end is gone */
  SimHost *host;       /* who dialled, at the end of an overlay's link; else NULL */
  FilTimer *timer;
  GQueue arriving;     /* of Chunk */
  gsize window;        /* bytes of this end's output that the other has not taken */
} End;

struct _Connection
{
  Sim *sim;
  End ends[2];
};

struct _Sim
{
  gint64 now_us;
  gint64 latency_us;
  FilRandom *random;
  FilTimerQueue *timers;
  GPtrArray *hosts;
  GHashTable *by_endpoint;
  GHashTable *connections;
  GHashTable *later; /* of Later */
  SimRoute route;    /* or NULL: everybody has a public address */
  guint64 bytes;
};

typedef struct
{
  Sim *sim;
  FilTimer *timer;
  void (*func) (SimHost *host, const FilEndpoint *endpoint, GBytes *bytes);
  SimHost *host;
  FilEndpoint endpoint;
  GBytes *bytes;
} Later;

static void
later_free (Later *self)
{
  fil_timer_free (self->timer);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static void
run_later (gpointer data,
           gint64 now_us)
{
  Later *self = data;

  g_hash_table_steal (self->sim->later, self);
  self->func (self->host, &self->endpoint, self->bytes);
  later_free (self);
}

static void
later (SimHost *host,
       const FilEndpoint *endpoint,
       GBytes *bytes,
       gint64 delay_us,
       void (*func) (SimHost *, const FilEndpoint *, GBytes *))
{
  Sim *sim = host->sim;
  Later *self = g_new0 (Later, 1);

  self->sim = sim;
  self->func = func;
  self->host = host;
  self->endpoint = *endpoint;
  self->bytes = bytes;
  self->timer = fil_timer_new (sim->timers, run_later, self);
  g_hash_table_add (sim->later, self);
  fil_timer_set (self->timer, sim->now_us + delay_us);
}

/* Connections. */

static void
wake_end (End *end,
          gint64 at_us)
{
  if (end->timer != NULL && at_us < fil_timer_due (end->timer))
    fil_timer_set (end->timer, at_us);
}

static void
session_changed (FilSession *session,
                 gpointer data)
{
  End *end = data;

  wake_end (end, end->connection->sim->now_us);
}

static void
chunk_free (Chunk *chunk)
{
  g_bytes_unref (chunk->bytes);
  g_free (chunk);
}

static void
clear_end (End *end)
{
  g_queue_clear_full (&end->arriving, (GDestroyNotify) chunk_free);
  g_clear_pointer (&end->session, fil_session_free);
  g_clear_pointer (&end->timer, fil_timer_free);
}

static void
connection_free (Connection *self)
{
  clear_end (&self->ends[0]);
  clear_end (&self->ends[1]);
  g_free (self);
}

static End *
other (End *end)
{
  return &end->connection->ends[1 - end->n];
}

static void
take_arrived (End *end,
              gint64 now_us)
{
  Chunk *chunk;

  while (end->session != NULL && !end->session->is_closed &&
         (chunk = g_queue_peek_head (&end->arriving)) != NULL && chunk->at_us <= now_us)
    {
      gsize len = chunk->bytes != NULL ? g_bytes_get_size (chunk->bytes) : 0;
      gsize taken;

      if (len == 0)
        {
          fil_session_hung_up (end->session, NULL, now_us);
          return;
        }
      taken = fil_session_feed (end->session, g_bytes_get_data (chunk->bytes, NULL), len, now_us);
      g_assert_cmpuint (taken, <=, len);
      other (end)->window -= taken;
      if (other (end)->timer != NULL)
        wake_end (other (end), now_us);
      if (taken < len)
        {
          GBytes *rest = g_bytes_new_from_bytes (chunk->bytes, taken, len - taken);

          g_bytes_unref (chunk->bytes);
          chunk->bytes = rest;
          return;
        }
      g_queue_pop_head (&end->arriving);
      chunk_free (chunk);
    }
}

static void
push_chunk (End *to,
            const guint8 *bytes,
            gsize len,
            gint64 at_us)
{
  Chunk *chunk = g_new (Chunk, 1);

  chunk->at_us = at_us;
  chunk->bytes = g_bytes_new (bytes, len);
  g_queue_push_tail (&to->arriving, chunk);
  wake_end (to, at_us);
}

static gboolean
give_output (End *end,
             gint64 now_us)
{
  FilOutput out;

  while (end->window < WINDOW && fil_session_output (end->session, &out, now_us))
    {
      gsize n = MIN (out.len, WINDOW - end->window);

      g_assert_nonnull (out.bytes);
      g_assert_cmpuint (out.len, >, 0);
      push_chunk (other (end), out.bytes, n, now_us + end->connection->sim->latency_us);
      end->window += n;
      end->connection->sim->bytes += n;
      fil_session_sent (end->session, n, now_us);
    }
  return end->window < WINDOW;
}

static void
run_end (gpointer data,
         gint64 now_us)
{
  End *end = data;
  Connection *connection = end->connection;
  gint64 wake;

  if (end->session == NULL)
    return;
  take_arrived (end, now_us);
  if (fil_session_wake (end->session) <= now_us)
    fil_session_tick (end->session, now_us);
  while (!end->session->is_closed && give_output (end, now_us) && end->session->next != NULL)
    {
      FilSession *from = end->session;

      end->session = g_steal_pointer (&from->next);
      end->session->changed = session_changed;
      end->session->driver_data = end;
      from->changed = NULL;
      fil_session_free (from);
      take_arrived (end, now_us);
    }
  if (end->session->abort || (give_output (end, now_us) && end->session->is_closed))
    {
      g_clear_pointer (&end->session, fil_session_free);
      if (other (end)->session != NULL)
        push_chunk (other (end), NULL, 0, now_us + connection->sim->latency_us);
      else
        g_hash_table_remove (connection->sim->connections, connection);
      return;
    }
  wake = fil_session_wake (end->session);
  if (!g_queue_is_empty (&end->arriving) && ((Chunk *) g_queue_peek_head (&end->arriving))->at_us > now_us)
    wake = MIN (wake, ((Chunk *) g_queue_peek_head (&end->arriving))->at_us);
  if (wake != FIL_NEVER)
    wake_end (end, MAX (wake, now_us));
}

static Connection *
join (Sim *sim,
      FilSession *a,
      FilSession *b)
{
  Connection *connection = g_new0 (Connection, 1);
  FilSession *sessions[] = { a, b };

  connection->sim = sim;
  for (guint i = 0; i < 2; i++)
    {
      End *end = &connection->ends[i];

      end->connection = connection;
      end->n = i;
      end->session = sessions[i];
      end->timer = fil_timer_new (sim->timers, run_end, end);
      g_queue_init (&end->arriving);
      end->session->changed = session_changed;
      end->session->driver_data = end;
      fil_timer_set (end->timer, sim->now_us);
    }
  g_hash_table_add (sim->connections, connection);
  return connection;
}

/* Two sessions talk to each other. */
void
sim_join (Sim *sim,
          FilSession *a,
          FilSession *b)
{
  join (sim, a, b);
}

/* Every connection that a host has made breaks on its side, as when its router has another address: the other
 * side learns nothing. */
void
sim_break (SimHost *host)
{
  g_autoptr (GList) all = g_hash_table_get_keys (host->sim->connections);

  for (GList *l = all; l != NULL; l = l->next)
    {
      End *end = &((Connection *) l->data)->ends[0];

      if (end->host != host || end->session == NULL)
        continue;
      fil_session_hung_up (end->session, "broken", host->sim->now_us);
      g_clear_pointer (&end->session, fil_session_free);
    }
}

/* Hosts. */

static void
arm (SimHost *host)
{
  gint64 wake = fil_overlay_wake (host->overlay);

  if (wake == FIL_NEVER)
    fil_timer_clear (host->timer);
  else
    fil_timer_set (host->timer, MAX (wake, host->sim->now_us));
}

static void
tick (gpointer data,
      gint64 now_us)
{
  SimHost *host = data;

  fil_overlay_tick (host->overlay, now_us);
  arm (host);
}

static void
dialled (SimHost *host,
         const FilEndpoint *endpoint,
         GBytes *bytes)
{
  Sim *sim = host->sim;
  SimHost *to = g_hash_table_lookup (sim->by_endpoint, endpoint);
  FilSession *accepted = NULL, *session;
  guint16 inside = (guint16) (40000 + fil_random_below (sim->random, 20000));

  if (to != NULL && !to->is_firewalled)
    {
      FilEndpoint from = host->outside.family != 0 ? host->outside : host->endpoint;

      from.port = inside ^ host->tcp_shift;
      accepted = fil_overlay_accept (to->overlay, &from, sim->now_us);
    }
  if (accepted == NULL)
    fil_overlay_dial_failed (host->overlay, endpoint, sim->now_us);
  else
    {
      session = fil_overlay_outgoing (host->overlay, endpoint, sim->now_us);
      fil_overlay_noted_link_port (host->overlay, session, inside);
      join (sim, session, accepted)->ends[0].host = host;
    }
}

static void
dial (gpointer data,
      const FilEndpoint *to)
{
  SimHost *host = data;

  host->n_dials++;
  later (host, to, NULL, host->sim->latency_us, dialled);
}

static void
connected_back (SimHost *host,
                const FilEndpoint *endpoint,
                GBytes *bytes)
{
  SimHost *to = g_hash_table_lookup (host->sim->by_endpoint, endpoint);

  if (to != NULL && !to->is_firewalled)
    fil_overlay_noted_inbound (to->overlay, &host->endpoint, host->sim->now_us);
}

static void
connect_back (gpointer data,
              const FilEndpoint *to)
{
  SimHost *host = data;

  host->n_connect_backs++;
  later (host, to, NULL, host->sim->latency_us, connected_back);
}

static void
datagram (SimHost *host,
          const FilEndpoint *endpoint,
          GBytes *bytes)
{
  SimHost *to = g_hash_table_lookup (host->sim->by_endpoint, endpoint);

  if (to == NULL || (to->is_firewalled && !g_hash_table_contains (to->udp_peers, &host->endpoint)))
    return;
  sim_deliver (to, &host->endpoint, bytes);
}

/* A datagram arrives. */
void
sim_deliver (SimHost *to,
             const FilEndpoint *from,
             GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  if (to->on_datagram == NULL || !to->on_datagram (to, from, fil_slice (data, len)))
    fil_overlay_udp_received (to->overlay, from, data, len, to->sim->now_us);
}

static void
send_udp (gpointer data,
          const FilEndpoint *to,
          const guint8 *bytes,
          gsize len)
{
  SimHost *host = data;

  if (host->sim->route != NULL)
    {
      g_autoptr (GBytes) copy = g_bytes_new (bytes, len);

      host->sim->route (host, to, copy);
      return;
    }
  g_hash_table_add (host->udp_peers, g_memdup2 (to, sizeof *to));
  later (host, to, g_bytes_new (bytes, len), host->sim->latency_us, datagram);
}

/* Without a route nobody cares from which port a datagram comes. */
static void
send_udp_aside (gpointer data,
                const FilEndpoint *to,
                const guint8 *bytes,
                gsize len)
{
  SimHost *host = data;

  if (host->sim->route == NULL)
    return;
  host->is_aside = TRUE;
  send_udp (data, to, bytes, len);
  host->is_aside = FALSE;
}

static guint
match (gpointer data,
       const FilLocalQuery *query,
       FilLocalFile *files,
       guint max)
{
  SimHost *host = data;
  g_autoptr (FilWords) asked = fil_words_new ();
  g_autoptr (FilWords) name = fil_words_new ();
  guint n = 0;

  host->n_matches++;
  fil_words_split_query (asked, query->text, -1);
  for (guint i = 0; i < host->files->len && n < max; i++)
    {
      fil_words_split_name (name, host->files->pdata[i], -1);
      if (fil_words_match (asked, name))
        files[n++] = (FilLocalFile){ .index = i, .size = 1000 + i, .name = host->files->pdata[i] };
    }
  return n;
}

static void
hit_free (SimHit *hit)
{
  g_free (hit->name);
  g_free (hit);
}

static void
hit (gpointer data,
     guint32 search,
     const FilQueryHit *query_hit,
     const FilSource *source)
{
  SimHost *host = data;
  FilHitIter iter = fil_hit_iter (query_hit);
  FilHitTrailer trailer;
  FilHitRecord record;

  fil_hit_trailer_parse (&trailer, query_hit);
  while (fil_hit_iter_next (&iter, &record))
    {
      SimHit *found = g_new0 (SimHit, 1);

      found->search = search;
      found->hops = source->hops;
      found->name = fil_slice_dup_text (record.name);
      found->servent = query_hit->servent;
      found->firewalled = (trailer.set & FIL_HIT_FIREWALLED) != 0;
      found->n_proxies = trailer.n_proxies;
      g_ptr_array_add (host->hits, found);
    }
}

static void
push (gpointer data,
      const FilPush *message,
      const FilSource *source)
{
  SimHost *host = data;
  FilPush copy = *message;

  copy.signal = FIL_SLICE_NONE;
  g_array_append_val (host->pushes, copy);
  if (host->on_push != NULL)
    host->on_push (host, message, source);
}

static void
head (gpointer data,
      const FilFrame *frame,
      const FilSource *source)
{
  SimHost *host = data;

  host->head_source = *source;
  g_ptr_array_add (host->heads, g_bytes_new (frame->payload.data, frame->payload.len));
  if (host->on_head != NULL)
    host->on_head (host, frame, source);
}

static void
trace (gpointer data,
       const FilGuid *muid,
       const FilTraceRecord *record)
{
  SimHost *host = data;

  if (g_strcmp0 (record->what, "query-received") != 0)
    return;
  if (!g_hash_table_add (host->traced, g_memdup2 (muid, sizeof *muid)))
    host->seen_twice++;
}

static void
wake_changed (gpointer data)
{
  arm (data);
}

static const FilOverlayDelegate delegate = {
  .match = match,
  .hit = hit,
  .push = push,
  .head = head,
  .dial = dial,
  .connect_back = connect_back,
  .send_udp = send_udp,
  .send_udp_aside = send_udp_aside,
  .trace = trace,
  .wake_changed = wake_changed,
};

static void
host_free (SimHost *host)
{
  fil_overlay_free (host->overlay);
  fil_timer_free (host->timer);
  g_ptr_array_unref (host->files);
  g_ptr_array_unref (host->hits);
  g_ptr_array_unref (host->heads);
  g_array_unref (host->pushes);
  g_hash_table_unref (host->udp_peers);
  g_hash_table_unref (host->traced);
  g_free (host);
}

SimHost *
sim_add_at (Sim *self,
            FilOverlayConfig *config,
            const FilEndpoint *at)
{
  SimHost *host = g_new0 (SimHost, 1);
  guint n = self->hosts->len;
  guint8 address[4] = { (guint8) (20 + n % 50), (guint8) (n / 50), (guint8) (n % 50), 1 };

  host->sim = self;
  host->number = n;
  host->endpoint = at != NULL ? *at : fil_endpoint_v4 (address, (guint16) (10000 + n));
  fil_guid_random (&host->guid, self->random);
  config->guid = host->guid;
  config->user_agent = config->user_agent != NULL ? config->user_agent : "Filbert/sim";
  memcpy (config->vendor, "FLBT", 4);
  config->listen = host->endpoint;
  host->files = g_ptr_array_new_with_free_func (g_free);
  host->hits = g_ptr_array_new_with_free_func ((GDestroyNotify) hit_free);
  host->heads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  host->pushes = g_array_new (FALSE, FALSE, sizeof (FilPush));
  host->udp_peers = g_hash_table_new_full (fil_endpoint_hash, fil_endpoint_equal, g_free, NULL);
  host->traced = g_hash_table_new_full (fil_guid_hash, fil_guid_equal, g_free, NULL);
  host->timer = fil_timer_new (self->timers, tick, host);
  host->overlay = fil_overlay_new (config, &delegate, host, self->random, self->now_us);
  g_ptr_array_add (self->hosts, host);
  g_hash_table_insert (self->by_endpoint, &host->endpoint, host);
  fil_overlay_start (host->overlay, self->now_us);
  arm (host);
  return host;
}

SimHost *
sim_add_with (Sim *self,
              FilOverlayConfig *config)
{
  return sim_add_at (self, config, NULL);
}

SimHost *
sim_add (Sim *self,
         FilRole role,
         guint ultrapeers,
         guint leaves)
{
  FilOverlayConfig config = { .role = role, .ultrapeers = ultrapeers, .leaves = leaves, .is_passive = TRUE };

  return sim_add_with (self, &config);
}

void
sim_share (SimHost *host,
           const char *name)
{
  g_autoptr (FilRouteTableBuilder) builder = fil_route_table_builder_new ();
  g_autoptr (FilWords) words = fil_words_new ();
  g_autoptr (FilRouteTable) table = NULL;

  g_ptr_array_add (host->files, g_strdup (name));
  for (guint i = 0; i < host->files->len; i++)
    {
      fil_words_split_name (words, host->files->pdata[i], -1);
      fil_route_table_builder_add_words (builder, words);
    }
  table = fil_route_table_builder_finish (builder);
  fil_overlay_set_library (host->overlay, host->files->len, host->files->len * 1000);
  fil_overlay_set_route_table (host->overlay, table, host->sim->now_us);
}

void
sim_connect (SimHost *from,
             SimHost *to)
{
  fil_overlay_connect (from->overlay, &to->endpoint, from->sim->now_us);
}

void
sim_stop (SimHost *host)
{
  fil_overlay_stop (host->overlay, host->sim->now_us);
}

SimHost *
sim_host (Sim *self,
          guint number)
{
  return self->hosts->pdata[number];
}

guint
sim_n_hosts (Sim *self)
{
  return self->hosts->len;
}

Sim *
sim_new (guint64 seed,
         gint64 latency_us)
{
  Sim *self = g_new0 (Sim, 1);

  self->now_us = FIL_HOUR;
  self->latency_us = latency_us;
  self->random = fil_random_new_seeded (seed);
  self->timers = fil_timer_queue_new ();
  self->hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) host_free);
  self->by_endpoint = g_hash_table_new (fil_endpoint_hash, fil_endpoint_equal);
  self->connections = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) connection_free, NULL);
  self->later = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) later_free, NULL);
  return self;
}

void
sim_free (Sim *self)
{
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->later);
  g_hash_table_unref (self->by_endpoint);
  g_ptr_array_unref (self->hosts);
  fil_timer_queue_free (self->timers);
  fil_random_free (self->random);
  g_free (self);
}

gint64
sim_now (Sim *self)
{
  return self->now_us;
}

FilRandom *
sim_random (Sim *self)
{
  return self->random;
}

FilTimerQueue *
sim_timers (Sim *self)
{
  return self->timers;
}

gint64
sim_latency (Sim *self)
{
  return self->latency_us;
}

/* From now on @route decides what becomes of datagrams. */
void
sim_set_route (Sim *self,
               SimRoute route)
{
  self->route = route;
}

guint64
sim_bytes (Sim *self)
{
  return self->bytes;
}

gboolean
sim_run_until (Sim *self,
               gboolean (*is_done) (gpointer),
               gpointer data,
               gint64 at_most_us)
{
  gint64 end = self->now_us + at_most_us;

  while (is_done == NULL || !is_done (data))
    {
      gint64 next = fil_timer_queue_next (self->timers);

      if (next > end)
        {
          self->now_us = end;
          return is_done != NULL && is_done (data);
        }
      self->now_us = MAX (self->now_us, next);
      fil_timer_queue_run (self->timers, self->now_us);
    }
  return TRUE;
}

void
sim_run (Sim *self,
         gint64 for_us)
{
  sim_run_until (self, NULL, NULL, for_us);
}
