/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "port-mapper.h"

#include "clock.h"
#include "net-limits.h"

#include <string.h>

/* A mapping of one transport. */
typedef struct
{
  FilPortMapTransport transport;
  guint8 nonce[FIL_PORT_MAP_NONCE_LEN];
  FilEndpoint external;  /* family 0: not mapped, or no address known */
  guint16 external_port; /* 0: not mapped */
  gint64 expires_us;
  gint64 next_us;        /* when to ask, again or anew */
  guint tries;           /* without an answer */
} Mapping;

struct _FilPortMapper
{
  guint16 port;
  FilEndpoint client;
  FilPortMapperDelegate delegate;
  gpointer data;
  FilPortMapVersion version;
  FilPortMapperState state;
  FilEndpoint address;   /* NAT-PMP tells it apart from the mappings */
  Mapping mappings[FIL_PORT_MAP_N];

  gboolean has_epoch;
  guint32 epoch_s;       /* of the last answer … */
  gint64 epoch_us;       /* … and when it came */
  gboolean is_released;
  gint64 heard_us;       /* when an announcement made us ask */
};

static FilEndpoint
external_of (const FilPortMapper *self,
             const Mapping *mapping)
{
  FilEndpoint external = self->version == FIL_PORT_MAP_NAT_PMP ? self->address : mapping->external;

  if (mapping->external_port == 0)
    return (FilEndpoint){ 0 };
  external.port = mapping->external_port;
  return external;
}

static void
set_state (FilPortMapper *self,
           FilPortMapperState state)
{
  if (self->state == state)
    return;
  g_debug ("port %u: state %d after %d", self->port, state, self->state);
  self->state = state;
  self->delegate.changed (self->data);
}

static gboolean
has_mapping (const FilPortMapper *self)
{
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    if (self->mappings[i].external_port != 0)
      return TRUE;
  return FALSE;
}

static void
forget (Mapping *mapping)
{
  mapping->external = (FilEndpoint){ 0 };
  mapping->external_port = 0;
  mapping->expires_us = FIL_NEVER;
}

/* Begins again with every mapping. */
static void
ask_anew (FilPortMapper *self,
          gint64 at_us)
{
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    {
      self->mappings[i].tries = 0;
      self->mappings[i].next_us = at_us;
    }
}

/* Nothing is to be had now; the router may be another one, or set differently, one day. */
static void
give_up (FilPortMapper *self,
         FilPortMapperState state,
         gint64 now_us)
{
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    forget (&self->mappings[i]);
  ask_anew (self, now_us + FIL_PORT_MAP_AGAIN_US);
  set_state (self, state);
}

/**
 * fil_port_mapper_new:
 * @port: that others shall reach
 * @client: our address towards the router
 *
 * Returns: (transfer full): a mapper that wants its first tick at once
 */
FilPortMapper *
fil_port_mapper_new (guint16 port,
                     const FilEndpoint *client,
                     const FilPortMapperDelegate *delegate,
                     gpointer data,
                     FilRandom *random,
                     gint64 now_us)
{
  FilPortMapper *self = g_new0 (FilPortMapper, 1);

  self->port = port;
  self->client = *client;
  self->delegate = *delegate;
  self->data = data;
  self->version = FIL_PORT_MAP_PCP;
  self->heard_us = now_us - FIL_PORT_MAP_NEWS_US;
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    {
      self->mappings[i].transport = i;
      fil_random_bytes (random, self->mappings[i].nonce, FIL_PORT_MAP_NONCE_LEN);
      forget (&self->mappings[i]);
    }
  ask_anew (self, now_us);
  return self;
}

void
fil_port_mapper_free (FilPortMapper *self)
{
  g_free (self);
}

static void
send_request (FilPortMapper *self,
              const Mapping *mapping,
              guint32 lifetime_s)
{
  FilPortMapRequest request = {
    .version = self->version,
    .transport = mapping->transport,
    .port = self->port,
    .lifetime_s = lifetime_s,
    .client = self->client,
  };
  guint8 packet[FIL_PORT_MAP_MAX_LEN];

  if (lifetime_s > 0)
    request.external_port = mapping->external_port != 0 ? mapping->external_port : self->port;
  memcpy (request.nonce, mapping->nonce, sizeof request.nonce);
  self->delegate.send (self->data, packet, fil_port_map_request_encode (&request, packet));
}

/* None of the tries was answered. */
static void
unanswered (FilPortMapper *self,
            Mapping *mapping,
            gint64 now_us)
{
  if (has_mapping (self))
    {
      /* It maps the other transport. */
      mapping->tries = 0;
      mapping->next_us = now_us + FIL_PORT_MAP_AGAIN_US;
    }
  else if (self->version == FIL_PORT_MAP_PCP)
    {
      self->version = FIL_PORT_MAP_NAT_PMP;
      ask_anew (self, now_us);
    }
  else
    {
      self->version = FIL_PORT_MAP_PCP;
      give_up (self, FIL_PORT_MAPPER_SILENT, now_us);
    }
}

static void
ask (FilPortMapper *self,
     Mapping *mapping,
     gint64 now_us)
{
  guint8 packet[FIL_PORT_MAP_MAX_LEN];

  /* A mapping that stands is asked for until it ends. */
  if (mapping->expires_us <= now_us)
    {
      forget (mapping);
      mapping->tries = 0;
      if (!has_mapping (self))
        set_state (self, FIL_PORT_MAPPER_ASKING);
    }
  if (mapping->external_port == 0 && mapping->tries == FIL_PORT_MAP_TRIES)
    {
      unanswered (self, mapping, now_us);
      return;
    }
  if (self->version == FIL_PORT_MAP_NAT_PMP && mapping->transport == FIL_PORT_MAP_TCP)
    self->delegate.send (self->data, packet, fil_port_map_ask_address (packet));
  send_request (self, mapping, FIL_PORT_MAP_LIFETIME_S);
  mapping->next_us = now_us + (FIL_PORT_MAP_FIRST_US << MIN (mapping->tries, FIL_PORT_MAP_TRIES));
  mapping->tries++;
}

/* Whether the router has forgotten, by its clock going backward (RFC 6886 §3.6, RFC 6887 §8.5). */
static gboolean
has_restarted (FilPortMapper *self,
               guint32 epoch_s,
               gint64 now_us)
{
  gint64 expected_s = self->epoch_s + (now_us - self->epoch_us) / FIL_SEC * 7 / 8 - 2;
  gboolean has = self->has_epoch && (gint64) epoch_s < expected_s;

  self->has_epoch = TRUE;
  self->epoch_s = epoch_s;
  self->epoch_us = now_us;
  return has;
}

static Mapping *
find (FilPortMapper *self,
      const FilPortMapAnswer *answer)
{
  Mapping *mapping = &self->mappings[answer->transport];

  if (answer->port != self->port ||
      (answer->version == FIL_PORT_MAP_PCP && memcmp (answer->nonce, mapping->nonce, sizeof mapping->nonce) != 0))
    return NULL;
  return mapping;
}

static void
take_mapping (FilPortMapper *self,
              Mapping *mapping,
              const FilPortMapAnswer *answer,
              gint64 now_us)
{
  FilEndpoint before = external_of (self, mapping);
  guint32 lifetime_s = CLAMP (answer->lifetime_s, FIL_PORT_MAP_LEAST_S, FIL_PORT_MAP_LIFETIME_S);
  FilEndpoint after;

  if (answer->external.port == 0 || answer->lifetime_s == 0)
    return;
  mapping->tries = 0;
  mapping->external = answer->external;
  mapping->external_port = answer->external.port;
  mapping->expires_us = now_us + lifetime_s * FIL_SEC;
  mapping->next_us = now_us + lifetime_s * FIL_SEC / 2;
  after = external_of (self, mapping);
  if (self->state == FIL_PORT_MAPPER_MAPPED && !fil_endpoint_equal (&before, &after))
    self->delegate.changed (self->data);
  set_state (self, FIL_PORT_MAPPER_MAPPED);
}

/* The router speaks the older protocol only. */
static void
take_version (FilPortMapper *self,
              gint64 now_us)
{
  if (self->version != FIL_PORT_MAP_PCP)
    return;
  self->version = FIL_PORT_MAP_NAT_PMP;
  ask_anew (self, now_us);
}

/* Of one transport; the other may stand. What cannot be had now is asked for again, as what was refused. */
static void
take_refusal (FilPortMapper *self,
              Mapping *mapping,
              gint64 now_us)
{
  forget (mapping);
  mapping->tries = 0;
  mapping->next_us = now_us + FIL_PORT_MAP_AGAIN_US;
  if (!has_mapping (self))
    give_up (self, FIL_PORT_MAPPER_REFUSED, now_us);
}

static void
take_address (FilPortMapper *self,
              const FilEndpoint *address)
{
  if (fil_endpoint_equal (&self->address, address))
    return;
  self->address = *address;
  if (self->state == FIL_PORT_MAPPER_MAPPED)
    self->delegate.changed (self->data);
}

/**
 * fil_port_mapper_received:
 * @packet: a datagram that came from the router, as far as its address tells
 */
void
fil_port_mapper_received (FilPortMapper *self,
                          FilSlice packet,
                          gint64 now_us)
{
  FilPortMapAnswer answer;
  Mapping *mapping;

  if (self->is_released || !fil_port_map_answer_decode (&answer, packet))
    return;
  if (answer.result == FIL_PORT_MAP_ANSWER_OK && has_restarted (self, answer.epoch_s, now_us))
    ask_anew (self, now_us);

  if (answer.kind == FIL_PORT_MAP_IS_ADDRESS)
    {
      if (answer.result == FIL_PORT_MAP_ANSWER_OK)
        take_address (self, &answer.external);
      return;
    }
  if (answer.kind != FIL_PORT_MAP_IS_MAPPING)
    return;
  if (answer.result == FIL_PORT_MAP_ANSWER_VERSION)
    {
      take_version (self, now_us);
      return;
    }
  mapping = answer.version == self->version ? find (self, &answer) : NULL;
  if (mapping == NULL)
    return;
  if (answer.result == FIL_PORT_MAP_ANSWER_OK)
    take_mapping (self, mapping, &answer, now_us);
  else
    take_refusal (self, mapping, now_us);
}

/**
 * fil_port_mapper_heard:
 * @announcement: a datagram to all hosts, that came from the router as far as its address tells
 *
 * Routers tell all hosts when they have started or have another address (RFC 6886 §3.2.1, RFC 6887 §14.1):
 * then the mappings are asked for at once, but not again and again, since anybody on the local network can
 * say so.
 */
void
fil_port_mapper_heard (FilPortMapper *self,
                       FilSlice announcement,
                       gint64 now_us)
{
  FilPortMapAnswer answer;

  if (self->is_released || !fil_port_map_answer_decode (&answer, announcement) || answer.kind == FIL_PORT_MAP_IS_MAPPING ||
      answer.result != FIL_PORT_MAP_ANSWER_OK)
    return;
  if (answer.kind == FIL_PORT_MAP_IS_ADDRESS)
    take_address (self, &answer.external);
  if (now_us - self->heard_us < FIL_PORT_MAP_NEWS_US)
    return;
  self->heard_us = now_us;
  ask_anew (self, now_us);
}

gint64
fil_port_mapper_wake (const FilPortMapper *self)
{
  gint64 wake_us = FIL_NEVER;

  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    wake_us = MIN (wake_us, MIN (self->mappings[i].next_us, self->mappings[i].expires_us));
  return wake_us;
}

void
fil_port_mapper_tick (FilPortMapper *self,
                      gint64 now_us)
{
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    if (MIN (self->mappings[i].next_us, self->mappings[i].expires_us) <= now_us)
      ask (self, &self->mappings[i], now_us);
}

/**
 * fil_port_mapper_release:
 *
 * Asks the router to remove the mappings; nobody waits for its answer.
 */
void
fil_port_mapper_release (FilPortMapper *self)
{
  self->is_released = TRUE;
  for (guint i = 0; i < FIL_PORT_MAP_N; i++)
    {
      if (self->mappings[i].external_port != 0)
        send_request (self, &self->mappings[i], 0);
      forget (&self->mappings[i]);
      self->mappings[i].next_us = FIL_NEVER;
    }
}

FilPortMapperState
fil_port_mapper_state (const FilPortMapper *self)
{
  return self->state;
}

/**
 * fil_port_mapper_version:
 *
 * Returns: what the router speaks, once it has answered
 */
FilPortMapVersion
fil_port_mapper_version (const FilPortMapper *self)
{
  return self->version;
}

/**
 * fil_port_mapper_external:
 *
 * Returns: where others reach our port by that transport: none when it is not mapped, without an address
 *   when the router has not told that
 */
FilEndpoint
fil_port_mapper_external (const FilPortMapper *self,
                          FilPortMapTransport transport)
{
  return external_of (self, &self->mappings[transport]);
}
