/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim-nat.h"

#include "clock.h"

#define LIFE (60 * FIL_SEC)
#define SHIFT 0x1400 /* cones do not keep the port, so that nobody relies on it */

typedef struct
{
  NatProto proto;
  FilEndpoint inside;  /* family 0: the router's own, of a packet that nobody asked for */
  FilEndpoint remote;  /* family 0: serves everybody */
  guint16 port;
  GArray *contacts;    /* FilEndpoint that were sent to */
  gint64 used_us;
} Mapping;

static void
mapping_free (Mapping *self)
{
  g_array_unref (self->contacts);
  g_free (self);
}

Nat *
nat_new (NatKind kind,
         const FilEndpoint *outside,
         FilRandom *random)
{
  Nat *self = g_new0 (Nat, 1);

  self->kind = kind;
  self->outside = *outside;
  self->outside.port = 0;
  self->life_us = LIFE;
  self->random = random;
  self->mappings = g_ptr_array_new_with_free_func ((GDestroyNotify) mapping_free);
  self->next_port = (guint16) (20000 + fil_random_below (random, 20000));
  return self;
}

void
nat_free (Nat *self)
{
  g_ptr_array_unref (self->mappings);
  g_free (self);
}

/* As a router that was restarted. */
void
nat_flush (Nat *self)
{
  g_ptr_array_set_size (self->mappings, 0);
  self->next_port = (guint16) (20000 + fil_random_below (self->random, 20000));
}

guint
nat_n_mappings (const Nat *self)
{
  return self->mappings->len;
}

static void
expire (Nat *self,
        gint64 now_us)
{
  for (guint i = self->mappings->len; i > 0; i--)
    if (now_us - ((Mapping *) self->mappings->pdata[i - 1])->used_us > self->life_us)
      g_ptr_array_remove_index_fast (self->mappings, i - 1);
}

static gboolean
has_contact (const Mapping *self,
             const FilEndpoint *endpoint,
             gboolean any_port)
{
  for (guint i = 0; i < self->contacts->len; i++)
    {
      const FilEndpoint *contact = &g_array_index (self->contacts, FilEndpoint, i);

      if (any_port ? fil_endpoint_same_address (contact, endpoint) : fil_endpoint_equal (contact, endpoint))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_per_remote (const Nat *self)
{
  return self->kind >= NAT_SYM;
}

static gboolean
is_taken (const Nat *self,
          NatProto proto,
          guint16 port,
          const FilEndpoint *remote)
{
  for (guint i = 0; i < self->mappings->len; i++)
    {
      const Mapping *mapping = self->mappings->pdata[i];

      if (mapping->proto == proto && mapping->port == port &&
          (remote == NULL || mapping->remote.family == 0 || fil_endpoint_equal (&mapping->remote, remote)))
        return TRUE;
    }
  return FALSE;
}

static guint16
pick_port (Nat *self,
           NatProto proto,
           const FilEndpoint *inside,
           const FilEndpoint *to)
{
  guint16 port = inside->port;

  switch (self->kind)
    {
    case NAT_NONE:
    case NAT_WALL:
      return port;
    case NAT_SEQ:
      return self->next_port++;
    case NAT_LINUX:
    case NAT_OPEN:
      if (!is_taken (self, proto, port, to))
        return port;
      break;
    case NAT_FULL:
    case NAT_ADDR:
    case NAT_PORT:
      if (!is_taken (self, proto, port ^ SHIFT, NULL))
        return port ^ SHIFT;
      break;
    case NAT_SYM:
    case NAT_KINDS:
    default:
      break;
    }
  do
    port = (guint16) (10000 + fil_random_below (self->random, 50000));
  while (is_taken (self, proto, port, NULL));
  return port;
}

static Mapping *
add_mapping (Nat *self,
             NatProto proto,
             const FilEndpoint *inside,
             const FilEndpoint *remote,
             guint16 port)
{
  Mapping *mapping = g_new0 (Mapping, 1);

  mapping->proto = proto;
  mapping->port = port;
  if (inside != NULL)
    mapping->inside = *inside;
  if (remote != NULL)
    mapping->remote = *remote;
  mapping->contacts = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  g_ptr_array_add (self->mappings, mapping);
  return mapping;
}

/* Something leaves: as whom @to sees it. */
FilEndpoint
nat_out (Nat *self,
         NatProto proto,
         const FilEndpoint *inside,
         const FilEndpoint *to,
         gint64 now_us)
{
  const FilEndpoint *remote = is_per_remote (self) ? to : NULL;
  FilEndpoint outside = self->outside;
  Mapping *mapping = NULL;

  expire (self, now_us);
  for (guint i = 0; i < self->mappings->len && mapping == NULL; i++)
    {
      Mapping *candidate = self->mappings->pdata[i];

      if (candidate->proto == proto && fil_endpoint_equal (&candidate->inside, inside) &&
          (remote == NULL || fil_endpoint_equal (&candidate->remote, remote)))
        mapping = candidate;
    }
  if (mapping == NULL)
    mapping = add_mapping (self, proto, inside, remote, pick_port (self, proto, inside, to));
  mapping->used_us = now_us;
  if (!has_contact (mapping, to, FALSE))
    g_array_append_vals (mapping->contacts, to, 1);
  outside.port = mapping->port;
  return outside;
}

static gboolean
lets_in (const Nat *self,
         const Mapping *mapping,
         const FilEndpoint *from)
{
  switch (self->kind)
    {
    case NAT_NONE:
    case NAT_FULL:
      return TRUE;
    case NAT_ADDR:
      return has_contact (mapping, from, TRUE);
    default:
      return has_contact (mapping, from, FALSE);
    }
}

/* Something arrives at a port outside: whether it comes in, and to whom. */
gboolean
nat_in (Nat *self,
        NatProto proto,
        const FilEndpoint *from,
        guint16 port,
        FilEndpoint *inside,
        gint64 now_us)
{
  expire (self, now_us);
  for (guint i = 0; i < self->mappings->len; i++)
    {
      Mapping *mapping = self->mappings->pdata[i];

      if (mapping->proto != proto || mapping->port != port || mapping->inside.family == 0 ||
          !lets_in (self, mapping, from))
        continue;
      mapping->used_us = now_us;
      *inside = mapping->inside;
      return TRUE;
    }
  if (self->kind == NAT_OPEN && !is_taken (self, proto, port, from))
    add_mapping (self, proto, NULL, from, port)->used_us = now_us;
  return FALSE;
}
