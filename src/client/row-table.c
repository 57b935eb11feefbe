/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "row-table.h"

#include "row-private.h"

typedef struct
{
  gint64 id;
  GVariant *row;
  guint round; /* the catching-up that saw it last */
} Entry;

/* A row object that somebody holds. */
typedef struct
{
  gint64 id;
  FilRowTable *table;
  FilRow *row; /* unowned */
} Live;

struct _FilRowTable
{
  const FilSchema *schema;
  int id_field;
  GArray *entries;  /* Entry, by id */
  GHashTable *live; /* &Live.id → Live */
  guint round;      /* grows with every start from zero */
};

static Entry *
entry_at (const FilRowTable *self,
          guint position)
{
  return &g_array_index (self->entries, Entry, position);
}

static void
clear_entry (gpointer data)
{
  g_variant_unref (((Entry *) data)->row);
}

/**
 * fil_row_table_new:
 * @schema: of the rows, which have a field "id"
 *
 * Returns: (transfer full): an empty table
 */
FilRowTable *
fil_row_table_new (const FilSchema *schema)
{
  FilRowTable *self = g_new0 (FilRowTable, 1);

  self->schema = schema;
  self->id_field = fil_schema_find (schema, "id");
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, clear_entry);
  self->live = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  return self;
}

static void
row_gone (gpointer data,
          GObject *where_it_was)
{
  Live *live = data;

  g_hash_table_remove (live->table->live, &live->id);
}

void
fil_row_table_free (FilRowTable *self)
{
  GHashTableIter iter;
  gpointer live;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &live))
    g_object_weak_unref (G_OBJECT (((Live *) live)->row), row_gone, live);
  g_hash_table_unref (self->live);
  g_array_unref (self->entries);
  g_free (self);
}

guint
fil_row_table_get_n (const FilRowTable *self)
{
  return self->entries->len;
}

/* The position of @id, or where it would go. */
static guint
lower_bound (const FilRowTable *self,
             gint64 id)
{
  guint low = 0, high = self->entries->len;

  /* Ids grow: most rows are new and go to the end. */
  if (high > 0 && entry_at (self, high - 1)->id < id)
    return high;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (entry_at (self, middle)->id < id)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * fil_row_table_find:
 * @position: (out): where the row is, or would be put in
 *
 * Returns: whether there is a row with @id
 */
gboolean
fil_row_table_find (const FilRowTable *self,
                    gint64 id,
                    guint *position)
{
  *position = lower_bound (self, id);
  return *position < self->entries->len && entry_at (self, *position)->id == id;
}

gint64
fil_row_table_get_id (const FilRowTable *self,
                      guint position)
{
  return entry_at (self, position)->id;
}

/**
 * fil_row_table_read_id:
 *
 * Returns: the id of a row that need not be in the table
 */
gint64
fil_row_table_read_id (const FilRowTable *self,
                       GVariant *row)
{
  gint64 id;

  g_variant_get_child (row, (gsize) self->id_field, "x", &id);
  return id;
}

/**
 * fil_row_table_peek:
 *
 * Returns: (transfer none): the row as it travelled
 */
GVariant *
fil_row_table_peek (const FilRowTable *self,
                    guint position)
{
  return entry_at (self, position)->row;
}

/**
 * fil_row_table_dup_row:
 *
 * Returns: (transfer full): the row's object, the same as long as somebody holds it
 */
FilRow *
fil_row_table_dup_row (FilRowTable *self,
                       guint position)
{
  Entry *entry = entry_at (self, position);
  Live *live = g_hash_table_lookup (self->live, &entry->id);

  if (live != NULL)
    return g_object_ref (live->row);
  live = g_new0 (Live, 1);
  live->id = entry->id;
  live->table = self;
  live->row = _fil_row_new (self->schema, entry->row);
  g_object_weak_ref (G_OBJECT (live->row), row_gone, live);
  g_hash_table_insert (self->live, &live->id, live);
  return live->row;
}

/**
 * fil_row_table_update:
 *
 * Notes that the newest round has seen the row. Its object, if it lives, notifies.
 *
 * Returns: whether it says something else than before
 */
gboolean
fil_row_table_update (FilRowTable *self,
                      guint position,
                      GVariant *row)
{
  Entry *entry = entry_at (self, position);
  Live *live;

  entry->round = self->round;
  if (g_variant_equal (entry->row, row))
    return FALSE;
  g_variant_unref (entry->row);
  entry->row = g_variant_ref (row);

  live = g_hash_table_lookup (self->live, &entry->id);
  if (live != NULL)
    {
      g_autoptr (FilRow) alive = g_object_ref (live->row);

      _fil_row_set_variant (alive, row);
    }
  return TRUE;
}

/**
 * fil_row_table_insert:
 * @position: where all of them go
 * @rows: (array length=n): by id
 */
void
fil_row_table_insert (FilRowTable *self,
                      guint position,
                      GVariant *const *rows,
                      guint n)
{
  g_autofree Entry *entries = g_new (Entry, n);

  for (guint i = 0; i < n; i++)
    entries[i] = (Entry){ .id = fil_row_table_read_id (self, rows[i]), .row = g_variant_ref (rows[i]),
                          .round = self->round };
  g_array_insert_vals (self->entries, position, entries, n);
}

void
fil_row_table_remove (FilRowTable *self,
                      guint position,
                      guint n)
{
  for (guint i = position; i < position + n; i++)
    {
      Live *live = g_hash_table_lookup (self->live, &entry_at (self, i)->id);

      if (live == NULL)
        continue;
      g_object_weak_unref (G_OBJECT (live->row), row_gone, live);
      g_hash_table_remove (self->live, &live->id);
    }
  g_array_remove_range (self->entries, position, n);
}

/**
 * fil_row_table_begin_round:
 *
 * From here on all rows are old that are not updated or inserted.
 */
void
fil_row_table_begin_round (FilRowTable *self)
{
  self->round++;
}

gboolean
fil_row_table_is_old (const FilRowTable *self,
                      guint position)
{
  return entry_at (self, position)->round != self->round;
}
