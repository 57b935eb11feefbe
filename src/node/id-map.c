/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "id-map.h"

typedef struct
{
  gint64 id;
  gint64 number;
} Pair;

struct _FilIdMap
{
  FilIds *ids; /* not owned */
  FilIdKind kind;
  GHashTable *by_id;     /* &Pair.id → Pair, owned */
  GHashTable *by_number; /* &Pair.number → Pair */
};

/**
 * fil_id_map_new:
 * @ids: outlives the map
 *
 * Returns: (transfer full): an empty map
 */
FilIdMap *
fil_id_map_new (FilIds *ids,
                FilIdKind kind)
{
  FilIdMap *self = g_new0 (FilIdMap, 1);

  self->ids = ids;
  self->kind = kind;
  self->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->by_number = g_hash_table_new (g_int64_hash, g_int64_equal);
  return self;
}

void
fil_id_map_free (FilIdMap *self)
{
  g_hash_table_unref (self->by_number);
  g_hash_table_unref (self->by_id);
  g_free (self);
}

/**
 * fil_id_map_add:
 *
 * Returns: the id of @number, a new one when it is not known yet
 */
gint64
fil_id_map_add (FilIdMap *self,
                gint64 number)
{
  Pair *pair = g_hash_table_lookup (self->by_number, &number);

  if (pair != NULL)
    return pair->id;
  pair = g_new0 (Pair, 1);
  pair->id = fil_ids_next (self->ids, self->kind);
  pair->number = number;
  g_hash_table_insert (self->by_id, &pair->id, pair);
  g_hash_table_insert (self->by_number, &pair->number, pair);
  return pair->id;
}

/**
 * fil_id_map_remove:
 *
 * Returns: the id that @number had, 0 when it had none
 */
gint64
fil_id_map_remove (FilIdMap *self,
                   gint64 number)
{
  Pair *pair = g_hash_table_lookup (self->by_number, &number);
  gint64 id;

  if (pair == NULL)
    return 0;
  id = pair->id;
  g_hash_table_remove (self->by_number, &pair->number);
  g_hash_table_remove (self->by_id, &id);
  return id;
}

/**
 * fil_id_map_number:
 *
 * Returns: whether @id stands for something that is still there
 */
gboolean
fil_id_map_number (FilIdMap *self,
                   gint64 id,
                   gint64 *number)
{
  const Pair *pair = g_hash_table_lookup (self->by_id, &id);

  if (pair == NULL)
    return FALSE;
  *number = pair->number;
  return TRUE;
}
