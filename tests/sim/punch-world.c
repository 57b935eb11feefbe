/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "punch-world-private.h"

#include "punch-stream.h"

FilNatSide
punch_side_of (NatKind kind)
{
  static const FilNatClass classes[NAT_KINDS] = {
    [NAT_NONE] = { FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_OPEN, 0 },
    [NAT_WALL] = { FIL_NAT_MAPPING_NONE, FIL_NAT_FILTER_PORT, 0 },
    [NAT_FULL] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_OPEN, 0 },
    [NAT_ADDR] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_ADDRESS, 0 },
    [NAT_PORT] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 },
    [NAT_SYM] = { FIL_NAT_MAPPING_RANDOM, FIL_NAT_FILTER_PORT, 0 },
    [NAT_SEQ] = { FIL_NAT_MAPPING_SEQUENTIAL, FIL_NAT_FILTER_PORT, 1 },
    [NAT_LINUX] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 },
    [NAT_OPEN] = { FIL_NAT_MAPPING_INDEPENDENT, FIL_NAT_FILTER_PORT, 0 },
  };

  return (FilNatSide){ .udp = classes[kind], .tcp = classes[kind], .has_tcp = TRUE };
}

Nat *
punch_world_nat (PunchWorld *self,
                 NatKind kind,
                 const char *outside,
                 Nat *parent)
{
  FilEndpoint address;
  Nat *nat;

  g_assert_true (fil_endpoint_parse (&address, outside, -1, 1));
  nat = nat_new (kind, &address, sim_random (self->sim));
  nat->parent = parent;
  g_ptr_array_add (self->nats, nat);
  return nat;
}

static PunchHost *
add_host (PunchWorld *self,
          FilOverlayConfig *config,
          const FilEndpoint *inside,
          Nat *nat)
{
  PunchHost *host = g_new0 (PunchHost, 1);

  host->world = self;
  host->inside = *inside;
  host->nat = nat;
  punch_net_add (host);
  host->steps = g_string_new (NULL);
  host->sim = sim_add_at (self->sim, config, inside);
  host->sim->user = host;
  if (nat != NULL)
    {
      Nat *last = nat;

      while (last->parent != NULL)
        last = last->parent;
      host->sim->outside = last->outside;
    }
  g_ptr_array_add (self->hosts, host);
  return host;
}

/* A leaf of all three ultrapeers. */
PunchHost *
punch_world_host (PunchWorld *self,
                  const char *inside,
                  Nat *nat,
                  NatKind kind)
{
  FilOverlayConfig config = { .role = FIL_ROLE_LEAF, .ultrapeers = PUNCH_ULTRAPEERS, .is_passive = TRUE };
  FilEndpoint endpoint;
  PunchHost *host;

  g_assert_true (fil_endpoint_parse (&endpoint, inside, -1, 6346));
  host = add_host (self, &config, &endpoint, nat);
  host->side = punch_side_of (kind);
  host->sim->is_firewalled = TRUE;
  punch_host_punch (host);
  return host;
}

/* Every host has spoken to every ultrapeer. */
static void
open_mappings (PunchWorld *self)
{
  for (guint i = PUNCH_ULTRAPEERS; i < self->hosts->len; i++)
    for (guint j = 0; j < PUNCH_ULTRAPEERS; j++)
      {
        punch_net_seen_by (self->hosts->pdata[i], NAT_UDP, self->ultrapeers[j]);
        punch_net_seen_by (self->hosts->pdata[i], NAT_TCP, self->ultrapeers[j]);
      }
}

/* Everybody joins. Hosts speak first: what an ultrapeer sends to a router that takes it would make the
 * router use another port towards that ultrapeer. */
void
punch_world_start (PunchWorld *self)
{
  open_mappings (self);
  for (guint i = PUNCH_ULTRAPEERS; i < self->hosts->len; i++)
    for (guint j = 0; j < PUNCH_ULTRAPEERS; j++)
      sim_connect (((PunchHost *) self->hosts->pdata[i])->sim, self->ultrapeers[j]->sim);
  sim_run (self->sim, FIL_MINUTE / 2);
  open_mappings (self);
}

PunchWorld *
punch_world_new (const char *user_agent)
{
  PunchWorld *self = g_new0 (PunchWorld, 1);
  static const char *const addresses[PUNCH_ULTRAPEERS] = { "62.1.1.1:6346", "66.2.2.2:6346",
                                                           "81.3.3.3:6346" };

  self->sim = sim_new ((guint64) g_test_rand_int (), 25 * FIL_MSEC);
  self->hosts = g_ptr_array_new ();
  punch_net_init (self);
  for (guint i = 0; i < PUNCH_ULTRAPEERS; i++)
    {
      FilOverlayConfig config = {
        .role = FIL_ROLE_ULTRAPEER, .leaves = 40, .is_passive = TRUE, .user_agent = user_agent
      };
      FilEndpoint endpoint;

      g_assert_true (fil_endpoint_parse (&endpoint, addresses[i], -1, 0));
      self->ultrapeers[i] = add_host (self, &config, &endpoint, NULL);
    }
  return self;
}

void
punch_world_free (PunchWorld *self)
{
  for (guint i = 0; i < self->hosts->len; i++)
    {
      PunchHost *host = self->hosts->pdata[i];

      punch_streams_free (host->streams);
      fil_punches_free (host->punches);
      g_clear_pointer (&host->timer, fil_timer_free);
      punch_net_remove (host);
      g_string_free (host->steps, TRUE);
      g_free (host->failure);
      g_free (host->failure_sentence);
    }
  punch_net_clear (self);
  g_clear_pointer (&self->last_ping, g_bytes_unref);
  sim_free (self->sim);
  g_ptr_array_foreach (self->hosts, (GFunc) (void (*) (void)) g_free, NULL);
  g_ptr_array_unref (self->hosts);
  g_ptr_array_unref (self->nats);
  g_free (self);
}

/* @asker wants a file of @sharer, whose hit it has seen. */
guint32
punch_world_ask (PunchHost *asker,
                 PunchHost *sharer)
{
  FilHost hosts[PUNCH_ULTRAPEERS];
  FilEndpoint proxies[PUNCH_ULTRAPEERS];
  FilPunchWish wish = {
    .guid = sharer->sim->guid, .proxies = proxies, .knows_offers = TRUE
  };
  guint32 id;

  wish.n_proxies = fil_overlay_push_proxies (sharer->sim->overlay, hosts, G_N_ELEMENTS (hosts));
  for (guint i = 0; i < wish.n_proxies; i++)
    proxies[i] = hosts[i].endpoint;
  g_assert_cmpuint (wish.n_proxies, ==, PUNCH_ULTRAPEERS);
  id = fil_punches_ask (asker->punches, &wish, sim_now (asker->world->sim));
  punch_world_arm (asker);
  return id;
}

typedef struct
{
  PunchHost *a;
  PunchHost *b;
} Both;

static gboolean
is_over (gpointer data)
{
  Both *both = data;

  return (both->a->n_ways > 0 && both->b->n_ways > 0) || both->a->failure != NULL;
}

/* Whether both have a way in time. */
gboolean
punch_world_run (PunchHost *asker,
                 PunchHost *sharer,
                 gint64 at_most_us)
{
  Both both = { asker, sharer };

  sim_run_until (asker->world->sim, is_over, &both, at_most_us);
  return asker->n_ways > 0 && sharer->n_ways > 0;
}
