/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "list-model-private.h"

/* How an answer of the node becomes rows: few changes, each as large as it can be. */

/* A row of its own memory: a slice would keep the whole answer alive. */
static GVariant *
copy_row (GVariant *slice)
{
  g_autoptr (GBytes) bytes = g_bytes_new (g_variant_get_data (slice), g_variant_get_size (slice));

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (slice), bytes, TRUE));
}

static void
remove_run (FilListModel *self,
            guint first,
            guint n)
{
  g_autoptr (GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n);

  for (guint i = first; i < first + n; i++)
    {
      gint64 id = fil_row_table_get_id (self->rows, i);

      g_array_append_val (ids, id);
    }
  fil_row_table_remove (self->rows, first, n);
  g_list_model_items_changed (G_LIST_MODEL (self), first, n, 0);
  for (guint i = 0; i < ids->len; i++)
    _fil_list_model_row_removed (self, g_array_index (ids, gint64, i));
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

static void
apply_removed (FilListModel *self,
               GVariant *removed)
{
  gsize n;
  const gint64 *sent = g_variant_get_fixed_array (removed, &n, sizeof (gint64));
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint end = 0, first = 0;

  g_array_append_vals (ids, sent, (guint) n);
  g_array_sort (ids, compare_ids);

  /* From the back, so that positions before stay right; neighbours together. */
  for (guint i = ids->len; i > 0; i--)
    {
      guint position;

      if (!fil_row_table_find (self->rows, g_array_index (ids, gint64, i - 1), &position))
        continue;
      if (end > 0 && position + 1 == first)
        {
          first = position;
          continue;
        }
      if (end > 0)
        remove_run (self, first, end - first);
      first = position;
      end = position + 1;
    }
  if (end > 0)
    remove_run (self, first, end - first);
}

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer rows)
{
  gint64 left = fil_row_table_read_id (rows, *(GVariant *const *) a);
  gint64 right = fil_row_table_read_id (rows, *(GVariant *const *) b);

  return (left > right) - (left < right);
}

/* Updates what is known; returns the rest in the order of ids. */
static GPtrArray *
apply_known (FilListModel *self,
             GVariant *rows)
{
  GPtrArray *fresh = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  gsize n = g_variant_n_children (rows);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) slice = g_variant_get_child_value (rows, i);
      g_autoptr (GVariant) row = copy_row (slice);
      guint position;

      if (!fil_row_table_find (self->rows, fil_row_table_read_id (self->rows, row), &position))
        g_ptr_array_add (fresh, g_steal_pointer (&row));
      else if (fil_row_table_update (self->rows, position, row))
        _fil_list_model_row_updated (self, position);
    }
  g_ptr_array_sort_with_data (fresh, compare_rows, self->rows);
  return fresh;
}

static guint
place_of (FilListModel *self,
          GPtrArray *fresh,
          guint index)
{
  guint position;

  fil_row_table_find (self->rows, fil_row_table_read_id (self->rows, g_ptr_array_index (fresh, index)), &position);
  return position;
}

static void
apply_fresh (FilListModel *self,
             GPtrArray *fresh)
{
  guint end = fresh->len;

  while (end > 0)
    {
      guint position = place_of (self, fresh, end - 1);
      guint first = end - 1;

      while (first > 0 && place_of (self, fresh, first - 1) == position)
        first--;
      fil_row_table_insert (self->rows, position, (GVariant *const *) fresh->pdata + first, end - first);
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, end - first);
      end = first;
    }
}

/* Rows that a complete catching-up did not mention are no more. */
static void
sweep (FilListModel *self)
{
  guint end = fil_row_table_get_n (self->rows);

  self->is_sweeping = FALSE;
  while (end > 0)
    {
      guint first = end;

      while (first > 0 && fil_row_table_is_old (self->rows, first - 1))
        first--;
      if (first < end)
        remove_run (self, first, end - first);
      end = first > 0 ? first - 1 : 0;
    }
}

/**
 * _fil_list_model_start_over:
 *
 * What is asked next counts from nothing; the rows stay until all has been told.
 */
void
_fil_list_model_start_over (FilListModel *self)
{
  self->since = 0;
  fil_row_table_begin_round (self->rows);
  self->is_sweeping = fil_row_table_get_n (self->rows) > 0;
}

/**
 * _fil_list_model_clear:
 *
 * Lets all rows go.
 */
void
_fil_list_model_clear (FilListModel *self)
{
  remove_run (self, 0, fil_row_table_get_n (self->rows));
}

/**
 * _fil_list_model_merge:
 * @removed: of type ax: ids that are no more
 * @rows: an array of rows, new ones and changed ones
 * @is_complete: there is nothing more to ask for now
 *
 * Takes what an answer says into the list and tells those who watch it.
 */
void
_fil_list_model_merge (FilListModel *self,
                       GVariant *removed,
                       GVariant *rows,
                       gboolean is_complete)
{
  g_autoptr (GPtrArray) fresh = NULL;

  apply_removed (self, removed);
  fresh = apply_known (self, rows);
  apply_fresh (self, fresh);
  if (is_complete && self->is_sweeping)
    sweep (self);
}
