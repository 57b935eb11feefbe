/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "guid-table.h"

#include "clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_SLOTS 256
#define HUGE_PAGE ((gsize) 2 * 1024 * 1024)

/* Open addressing with linear probing; a zero mark is an empty slot. Nothing is ever deleted from a
 * probe sequence: a removed entry keeps its GUID and loses its life. */
typedef struct
{
  guint8 *slots;   /* n_slots × (GUID, mark, value) */
  guint n_slots;   /* a power of two, or 0 */
  guint used;
  gint64 since_us; /* when it was begun */
} Generation;

enum
{
  SLOT_EMPTY,
  SLOT_USED,
  SLOT_REMOVED,
};

#define MARK_OFFSET sizeof (FilGuid)
#define VALUE_OFFSET (sizeof (FilGuid) + 8)

struct _FilGuidTable
{
  gsize slot_size;
  gsize value_size;
  guint max_entries; /* of one generation */
  gint64 life_us;
  guint64 secret[2];
  Generation young;
  Generation old;
};

/**
 * fil_guid_table_new:
 * @value_size: bytes remembered with each GUID, zero at first
 * @max_entries: most entries of one of the two generations
 * @life_us: how long an entry lives at least, unless the table overflows
 *
 * Returns: (transfer full): an empty table
 */
FilGuidTable *
fil_guid_table_new (gsize value_size,
                    guint max_entries,
                    gint64 life_us,
                    FilRandom *random)
{
  FilGuidTable *self = g_new0 (FilGuidTable, 1);

  self->value_size = value_size;
  self->slot_size = VALUE_OFFSET + (value_size + 7) / 8 * 8;
  self->max_entries = max_entries;
  self->life_us = life_us;
  fil_random_bytes (random, self->secret, sizeof self->secret);
  self->secret[0] |= 1;
  self->young.since_us = self->old.since_us = G_MININT64;
  return self;
}

void
fil_guid_table_free (FilGuidTable *self)
{
  if (self == NULL)
    return;
  g_free (self->young.slots);
  g_free (self->old.slots);
  g_free (self);
}

static guint
hash (const FilGuidTable *self,
      const FilGuid *guid)
{
  guint64 a, b;

  memcpy (&a, guid->bytes, sizeof a);
  memcpy (&b, guid->bytes + 8, sizeof b);
  a = (a ^ self->secret[1]) * self->secret[0];
  a ^= a >> 32;
  a = (a + b) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  a ^= a >> 29;
  a *= G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  return (guint) (a >> 32);
}

/* The slot that holds the GUID, or the empty one where it would go. */
static guint8 *
probe (const FilGuidTable *self,
       const Generation *generation,
       const FilGuid *guid,
       guint at)
{
  guint mask = generation->n_slots - 1;

  for (at &= mask;; at = (at + 1) & mask)
    {
      guint8 *slot = generation->slots + at * self->slot_size;

      if (slot[MARK_OFFSET] == SLOT_EMPTY || memcmp (slot, guid, sizeof *guid) == 0)
        return slot;
    }
}

/* Slots are looked at in no order: in a large table each look costs a walk through the page tables, too, unless its
 * pages are large. Freed by g_free(). */
static guint8 *
new_slots (gsize len)
{
  void *slots;

  if (len < HUGE_PAGE)
    return g_malloc0 (len);
  if (posix_memalign (&slots, HUGE_PAGE, len) != 0)
    g_error ("no memory for %" G_GSIZE_FORMAT " bytes", len);
  (void) madvise (slots, len, MADV_HUGEPAGE);
  return memset (slots, 0, len);
}

static void
grow (FilGuidTable *self,
      Generation *generation)
{
  Generation bigger = *generation;

  bigger.n_slots = MAX (FIRST_SLOTS, generation->n_slots * 2);
  bigger.slots = new_slots (bigger.n_slots * self->slot_size);
  bigger.used = 0;
  for (guint i = 0; i < generation->n_slots; i++)
    {
      const guint8 *slot = generation->slots + i * self->slot_size;

      if (slot[MARK_OFFSET] != SLOT_USED)
        continue;
      memcpy (probe (self, &bigger, (const FilGuid *) slot, hash (self, (const FilGuid *) slot)), slot,
              self->slot_size);
      bigger.used++;
    }
  g_free (generation->slots);
  *generation = bigger;
}

static void
rotate (FilGuidTable *self,
        gint64 now_us)
{
  g_free (self->old.slots);
  self->old = self->young;
  self->young = (Generation){ .since_us = now_us };
}

static void
age (FilGuidTable *self,
     gint64 now_us)
{
  if (self->young.since_us == G_MININT64)
    self->young.since_us = now_us;
  if (now_us - self->young.since_us < self->life_us)
    return;
  if (now_us - self->young.since_us >= 2 * self->life_us)
    g_clear_pointer (&self->young.slots, g_free);
  if (self->young.slots == NULL)
    self->young.n_slots = self->young.used = 0;
  rotate (self, now_us);
}

static guint8 *
find_in (const FilGuidTable *self,
         const Generation *generation,
         const FilGuid *guid,
         guint at)
{
  guint8 *slot;

  if (generation->n_slots == 0)
    return NULL;
  slot = probe (self, generation, guid, at);
  return slot[MARK_OFFSET] == SLOT_USED ? slot : NULL;
}

/**
 * fil_guid_table_expect:
 *
 * Has the memory where @guid would stand brought near, while the caller does something else before it asks for it.
 */
void
fil_guid_table_expect (const FilGuidTable *self,
                       const FilGuid *guid)
{
  const Generation *generations[] = { &self->young, &self->old };
  guint at = hash (self, guid);

  for (guint i = 0; i < G_N_ELEMENTS (generations); i++)
    if (generations[i]->n_slots > 0)
      __builtin_prefetch (generations[i]->slots + (at & (generations[i]->n_slots - 1)) * self->slot_size, 1);
}

/**
 * fil_guid_table_find:
 *
 * Returns: (transfer none) (nullable): the value of @guid, valid until the next addition
 */
gpointer
fil_guid_table_find (FilGuidTable *self,
                     const FilGuid *guid,
                     gint64 now_us)
{
  guint at = hash (self, guid);
  guint8 *slot;

  age (self, now_us);
  slot = find_in (self, &self->young, guid, at);
  if (slot == NULL)
    slot = find_in (self, &self->old, guid, at);
  return slot != NULL ? slot + VALUE_OFFSET : NULL;
}

static guint8 *
add_young (FilGuidTable *self,
           const FilGuid *guid,
           guint at,
           gint64 now_us)
{
  guint8 *slot;

  if (self->young.used >= self->max_entries)
    rotate (self, now_us);
  if (self->young.used * 3 >= self->young.n_slots * 2)
    grow (self, &self->young);
  slot = probe (self, &self->young, guid, at);
  /* A removed entry of the same GUID is used again and was counted before. */
  if (slot[MARK_OFFSET] == SLOT_EMPTY)
    self->young.used++;
  memcpy (slot, guid, sizeof *guid);
  slot[MARK_OFFSET] = SLOT_USED;
  memset (slot + VALUE_OFFSET, 0, self->value_size);
  return slot;
}

/* Finds the GUID in either generation; what the old one holds moves into the young one. */
static guint8 *
find_and_renew (FilGuidTable *self,
                const FilGuid *guid,
                guint at,
                gint64 now_us)
{
  guint8 *slot = find_in (self, &self->young, guid, at);
  guint8 *old = slot == NULL ? find_in (self, &self->old, guid, at) : NULL;
  g_autofree guint8 *value = NULL;

  if (old == NULL)
    return slot;
  /* Adding may drop the old generation. */
  value = g_memdup2 (old + VALUE_OFFSET, self->value_size);
  old[MARK_OFFSET] = SLOT_REMOVED;
  slot = add_young (self, guid, at, now_us);
  memcpy (slot + VALUE_OFFSET, value, self->value_size);
  return slot;
}

/**
 * fil_guid_table_touch:
 *
 * Finds an entry and gives it a new life.
 *
 * Returns: (transfer none) (nullable): the value of @guid, valid until the next addition
 */
gpointer
fil_guid_table_touch (FilGuidTable *self,
                      const FilGuid *guid,
                      gint64 now_us)
{
  guint8 *slot;

  age (self, now_us);
  slot = find_and_renew (self, guid, hash (self, guid), now_us);
  return slot != NULL ? slot + VALUE_OFFSET : NULL;
}

/**
 * fil_guid_table_add:
 * @is_new: (out): whether @guid was unknown; its value is then all zero
 *
 * Returns: (transfer none): the value of @guid, valid until the next addition
 */
gpointer
fil_guid_table_add (FilGuidTable *self,
                    const FilGuid *guid,
                    gint64 now_us,
                    gboolean *is_new)
{
  guint at = hash (self, guid);
  guint8 *slot;

  age (self, now_us);
  slot = find_in (self, &self->young, guid, at);
  if (slot == NULL && self->old.used > 0)
    slot = find_and_renew (self, guid, at, now_us);
  *is_new = slot == NULL;
  if (slot == NULL)
    slot = add_young (self, guid, at, now_us);
  return slot + VALUE_OFFSET;
}

void
fil_guid_table_remove (FilGuidTable *self,
                       const FilGuid *guid)
{
  Generation *generations[] = { &self->young, &self->old };

  for (guint i = 0; i < G_N_ELEMENTS (generations); i++)
    {
      guint8 *slot = find_in (self, generations[i], guid, hash (self, guid));

      if (slot != NULL)
        slot[MARK_OFFSET] = SLOT_REMOVED;
    }
}

/**
 * fil_guid_table_size:
 *
 * Returns: how many slots are taken, at most twice max_entries
 */
guint
fil_guid_table_size (const FilGuidTable *self)
{
  return self->young.used + self->old.used;
}
