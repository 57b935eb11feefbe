/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-model-private.h"

#include "sorted-array.h"

/* How what was put and removed comes to be seen: in its place, in changes of one run each. */

/* Both as they are listed. */
static int
compare_groups (FilResultsModel *self,
                const FilResultGroup *a,
                const FilResultGroup *b)
{
  return fil_result_group_compare (a, &a->order, b, self->sort, self->is_descending);
}

static int
compare_pointers (gconstpointer a,
                  gconstpointer b,
                  gpointer data)
{
  return compare_groups (data, *(FilResultGroup *const *) a, *(FilResultGroup *const *) b);
}

/**
 * _fil_results_model_find_place:
 *
 * Returns: the place of @group among the listed, or where it would be put in
 */
guint
_fil_results_model_find_place (FilResultsModel *self,
                               const FilResultGroup *group)
{
  return fil_sorted_array_place (self->listed, group, compare_pointers, self);
}

static gboolean
should_list (FilResultsModel *self,
             FilResultGroup *group)
{
  if (group->rows->len == 0 || (group->kind_bit & self->kind_bits) == 0)
    return FALSE;
  return fil_result_group_has_name_with (group, (const char *const *) self->words);
}

static int
compare_by (FilResultsModel *self,
            const FilResultGroup *a,
            const FilResultOrder *a_order,
            const FilResultGroup *b)
{
  return fil_result_group_compare (a, a_order, b, self->sort, self->is_descending);
}

/* Whether a listed group may stay where it is with its new order. A neighbour that may move itself is
 * no landmark. */
static gboolean
stays_in_place (FilResultsModel *self,
                FilResultGroup *group,
                const FilResultOrder *order,
                guint position)
{
  const FilResultGroup *neighbour;

  if (!should_list (self, group))
    return FALSE;
  if (compare_by (self, group, order, group) == 0)
    return TRUE;
  if (position > 0)
    {
      neighbour = g_ptr_array_index (self->listed, position - 1);
      if (neighbour->is_dirty || compare_by (self, group, order, neighbour) < 0)
        return FALSE;
    }
  if (position + 1 < self->listed->len)
    {
      neighbour = g_ptr_array_index (self->listed, position + 1);
      if (neighbour->is_dirty || compare_by (self, group, order, neighbour) > 0)
        return FALSE;
    }
  return TRUE;
}

/* Counts what is seen, tells the objects, forgets the groups that have become empty. */
static void
finish_commit (FilResultsModel *self,
               GPtrArray *dirty)
{
  for (guint i = 0; i < dirty->len; i++)
    {
      FilResultGroup *group = g_ptr_array_index (dirty, i);

      self->n_shown -= group->n_counted;
      group->n_counted = group->is_listed ? group->rows->len : 0;
      self->n_shown += group->n_counted;
      group->is_dirty = FALSE;
      if (group->rows->len == 0)
        g_hash_table_remove (self->groups, group->key);
      else if (group->item != NULL && !group->is_fresh)
        fil_result_item_set_rows (group->item, group->rows);
    }
}

/* The files that have waited longest, at most @max_files of them. */
static GPtrArray *
take_dirty (FilResultsModel *self,
            guint max_files)
{
  GPtrArray *taken = g_ptr_array_new ();
  guint n = MIN (max_files, self->dirty->len);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (taken, g_ptr_array_index (self->dirty, i));
  if (n > 0)
    g_ptr_array_remove_range (self->dirty, 0, n);
  return taken;
}

/**
 * fil_results_model_commit_some:
 * @max_files: how many files to show or change at most
 *
 * Shows part of what was put and removed, so that a turn of the main loop stays short.
 *
 * Returns: whether there is more to show
 */
gboolean
fil_results_model_commit_some (FilResultsModel *self,
                               guint max_files)
{
  g_autoptr (GArray) going = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) coming = g_ptr_array_new ();
  g_autoptr (GPtrArray) dirty = NULL;
  g_autofree FilResultOrder *orders = NULL;
  FilListChange change;

  g_return_val_if_fail (FIL_IS_RESULTS_MODEL (self), FALSE);

  if (self->dirty->len == 0)
    return FALSE;
  dirty = take_dirty (self, max_files);
  orders = g_new (FilResultOrder, dirty->len);

  /* Places are found while the list is still sorted by what was true before. */
  for (guint i = 0; i < dirty->len; i++)
    {
      FilResultGroup *group = g_ptr_array_index (dirty, i);
      guint position;

      group->is_fresh = group->item == NULL;
      orders[i] = fil_result_group_read_order (group);
      if (group->is_listed)
        {
          position = _fil_results_model_find_place (self, group);
          if (stays_in_place (self, group, &orders[i], position))
            continue;
          g_array_append_val (going, position);
          group->is_listed = FALSE;
        }
      if (should_list (self, group))
        g_ptr_array_add (coming, group);
    }

  for (guint i = 0; i < dirty->len; i++)
    ((FilResultGroup *) g_ptr_array_index (dirty, i))->order = orders[i];
  for (guint i = 0; i < coming->len; i++)
    ((FilResultGroup *) g_ptr_array_index (coming, i))->is_listed = TRUE;
  change = fil_sorted_array_splice (self->listed, going, coming, compare_pointers, self);
  if (change.removed > 0 || change.added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), change.position, change.removed, change.added);
  finish_commit (self, dirty);
  g_object_notify (G_OBJECT (self), "n-results");
  return self->dirty->len > 0;
}

/**
 * fil_results_model_commit:
 *
 * Shows what was put and removed since the last one.
 */
void
fil_results_model_commit (FilResultsModel *self)
{
  fil_results_model_commit_some (self, G_MAXUINT);
}

/**
 * _fil_results_model_list_anew:
 *
 * Asks every group again; one coarse change, which only a person's wish is worth.
 */
void
_fil_results_model_list_anew (FilResultsModel *self)
{
  guint n_before = self->listed->len;
  GHashTableIter iter;
  gpointer value;

  fil_results_model_commit (self);
  n_before = self->listed->len;
  g_ptr_array_set_size (self->listed, 0);
  self->n_shown = 0;
  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FilResultGroup *group = value;

      group->is_listed = should_list (self, group);
      group->n_counted = group->is_listed ? group->rows->len : 0;
      self->n_shown += group->n_counted;
      if (group->is_listed)
        g_ptr_array_add (self->listed, group);
    }
  g_ptr_array_sort_with_data (self->listed, compare_pointers, self);
  if (n_before > 0 || self->listed->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->listed->len);
  g_object_notify (G_OBJECT (self), "n-results");
}
