/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gate.h"

#include "net-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* An address, or the network of one, and how often it was contacted. */
typedef struct
{
  FilEndpoint key; /* the network: with family + 10, so that it is no address */
  gint64 since_us;
  guint n;
  FilGateUse use; /* the one that made the entry */
} Target;

struct _FilGate
{
  gboolean allow_private;
  FilBanList *bans;
  GArray *own;         /* of FilEndpoint */
  GHashTable *targets; /* of Target, keyed by themselves */
  guint n_by_use[FIL_GATE_N];
  guint64 refused[FIL_GATE_N];
};

static guint
target_hash (gconstpointer target)
{
  return fil_endpoint_hash (&((const Target *) target)->key);
}

static gboolean
target_equal (gconstpointer a,
              gconstpointer b)
{
  return fil_endpoint_equal (&((const Target *) a)->key, &((const Target *) b)->key);
}

/**
 * fil_gate_new:
 * @allow_private: for laboratories and the demo: loopback and private addresses and all ports are good,
 *   and an address with another port is another target
 */
FilGate *
fil_gate_new (gboolean allow_private)
{
  FilGate *self = g_new0 (FilGate, 1);

  self->allow_private = allow_private;
  self->bans = fil_ban_list_new ();
  self->own = g_array_new (FALSE, FALSE, sizeof (FilEndpoint));
  self->targets = g_hash_table_new_full (target_hash, target_equal, g_free, NULL);
  return self;
}

void
fil_gate_free (FilGate *self)
{
  fil_ban_list_free (self->bans);
  g_array_unref (self->own);
  g_hash_table_unref (self->targets);
  g_free (self);
}

gboolean
fil_gate_allows_private (const FilGate *self)
{
  return self->allow_private;
}

/**
 * fil_gate_bans:
 *
 * Returns: (transfer none): the user's list
 */
FilBanList *
fil_gate_bans (FilGate *self)
{
  return self->bans;
}

/**
 * fil_gate_add_own:
 * @own: address and port under which others may know us
 */
void
fil_gate_add_own (FilGate *self,
                  const FilEndpoint *own)
{
  g_array_append_val (self->own, *own);
}

void
fil_gate_clear_own (FilGate *self)
{
  g_array_set_size (self->own, 0);
}

static gboolean
is_good_class (const FilGate *self,
               const FilEndpoint *endpoint,
               FilGateUse use)
{
  switch (fil_endpoint_class (endpoint))
    {
    case FIL_ADDRESS_PUBLIC:
      return TRUE;
    case FIL_ADDRESS_PRIVATE:
    case FIL_ADDRESS_LOOPBACK:
      /* The user may well mean the machine next door. */
      return self->allow_private || use == FIL_GATE_USER;
    case FIL_ADDRESS_NONE:
    case FIL_ADDRESS_MULTICAST:
    case FIL_ADDRESS_RESERVED:
    default:
      return FALSE;
    }
}

/**
 * fil_gate_judge:
 *
 * Says whether an address may be remembered, passed on or contacted, without counting anything
 * (overlay/bootstrap §6).
 */
FilGateVerdict
fil_gate_judge (const FilGate *self,
                const FilEndpoint *endpoint,
                FilGateUse use)
{
  if (!is_good_class (self, endpoint, use))
    return FIL_GATE_BAD_ADDRESS;
  if (endpoint->port == 0 || (endpoint->port < 1024 && !self->allow_private && use != FIL_GATE_USER))
    return FIL_GATE_BAD_PORT;
  for (guint i = 0; i < self->own->len; i++)
    if (fil_endpoint_equal (&g_array_index (self->own, FilEndpoint, i), endpoint))
      return FIL_GATE_OWN;
  if (fil_ban_list_has (self->bans, endpoint))
    return FIL_GATE_BANNED;
  return FIL_GATE_OPEN;
}

static Target
address_key (const FilGate *self,
             const FilEndpoint *endpoint)
{
  Target key = { .key = *endpoint };

  if (!self->allow_private)
    key.key.port = 0;
  return key;
}

static Target
network_key (const FilEndpoint *endpoint)
{
  Target key = { .key = { .family = (guint8) (endpoint->family + 10) } };

  memcpy (key.key.addr, endpoint->addr, endpoint->family == 4 ? 3 : 6);
  return key;
}

/* The share of the table that a use may fill: what strangers send on their own must not crowd out what
 * we look for ourselves. */
static guint
share_of (FilGateUse use)
{
  return use == FIL_GATE_PUSH || use == FIL_GATE_PROBE || use == FIL_GATE_PROXY ? FIL_GATE_MAX_TARGETS / 8
                                                                                : FIL_GATE_MAX_TARGETS / 2;
}

typedef struct
{
  FilGate *gate;
  gint64 now_us;
} Sweep;

static gboolean
is_over (gpointer key,
         gpointer value,
         gpointer data)
{
  Sweep *sweep = data;
  Target *target = value;

  if (sweep->now_us - target->since_us < FIL_GATE_WINDOW_US)
    return FALSE;
  sweep->gate->n_by_use[target->use]--;
  return TRUE;
}

/* The entry for key, made when there is room; NULL when there is none. */
static Target *
target_for (FilGate *self,
            const Target *key,
            FilGateUse use,
            gint64 now_us)
{
  Target *target = g_hash_table_lookup (self->targets, key);

  if (target != NULL)
    {
      if (now_us - target->since_us >= FIL_GATE_WINDOW_US)
        {
          target->since_us = now_us;
          target->n = 0;
        }
      return target;
    }
  if (self->n_by_use[use] >= share_of (use) || g_hash_table_size (self->targets) >= FIL_GATE_MAX_TARGETS)
    g_hash_table_foreach_remove (self->targets, is_over, &(Sweep){ self, now_us });
  if (self->n_by_use[use] >= share_of (use) || g_hash_table_size (self->targets) >= FIL_GATE_MAX_TARGETS)
    return NULL;

  target = g_memdup2 (key, sizeof *key);
  target->since_us = now_us;
  target->use = use;
  self->n_by_use[use]++;
  g_hash_table_add (self->targets, target);
  return target;
}

static FilGateVerdict
count_contact (FilGate *self,
               const FilEndpoint *endpoint,
               FilGateUse use,
               gint64 now_us)
{
  Target address = address_key (self, endpoint);
  Target network = network_key (endpoint);
  Target *of_address = target_for (self, &address, use, now_us);
  Target *of_network = NULL;

  if (of_address == NULL || of_address->n >= FIL_GATE_MAX_PER_TARGET)
    return FIL_GATE_TOO_OFTEN;
  if (!self->allow_private)
    {
      of_network = target_for (self, &network, use, now_us);
      /* Making room for the network swept the table; a fresh address stays in it. */
      if (of_network == NULL || of_network->n >= FIL_GATE_MAX_PER_NETWORK)
        return FIL_GATE_TOO_OFTEN;
      of_network->n++;
    }
  of_address->n++;
  return FIL_GATE_OPEN;
}

/**
 * fil_gate_contact:
 *
 * Judges an address that is about to be contacted, and counts the contact: whatever strangers use to make
 * us go there (overlay/bootstrap §6).
 */
FilGateVerdict
fil_gate_contact (FilGate *self,
                  const FilEndpoint *endpoint,
                  FilGateUse use,
                  gint64 now_us)
{
  FilGateVerdict verdict = fil_gate_judge (self, endpoint, use);

  if (verdict == FIL_GATE_OPEN && use != FIL_GATE_USER)
    verdict = count_contact (self, endpoint, use, now_us);
  if (verdict != FIL_GATE_OPEN)
    self->refused[use]++;
  return verdict;
}

/**
 * fil_gate_answered:
 *
 * The host at this address proved that it speaks Gnutella: going there harms nobody, so what was counted
 * is forgotten.
 */
void
fil_gate_answered (FilGate *self,
                   const FilEndpoint *endpoint)
{
  Target address = address_key (self, endpoint);
  Target network = network_key (endpoint);
  Target *of_address = g_hash_table_lookup (self->targets, &address);
  Target *of_network = g_hash_table_lookup (self->targets, &network);

  if (of_address == NULL)
    return;
  if (of_network != NULL)
    of_network->n -= MIN (of_network->n, of_address->n);
  self->n_by_use[of_address->use]--;
  g_hash_table_remove (self->targets, of_address);
}

/**
 * fil_gate_verdict_sentence:
 *
 * Returns: (transfer none): why we do not go there
 */
const char *
fil_gate_verdict_sentence (FilGateVerdict verdict)
{
  switch (verdict)
    {
    case FIL_GATE_BAD_ADDRESS:
      return _("That is not an address one can connect to from here");
    case FIL_GATE_BAD_PORT:
      return _("That port belongs to another kind of service");
    case FIL_GATE_OWN:
      return _("That is this program itself");
    case FIL_GATE_BANNED:
      return _("That address is banned");
    case FIL_GATE_TOO_OFTEN:
      return _("That address was tried often enough for now");
    case FIL_GATE_OPEN:
    default:
      return _("That address is fine");
    }
}

/**
 * fil_gate_refused:
 *
 * Returns: how many contacts were refused since the start
 */
guint64
fil_gate_refused (const FilGate *self,
                  FilGateUse use)
{
  return self->refused[use];
}
