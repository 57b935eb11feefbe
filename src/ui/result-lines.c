/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-lines.h"

/* A file that is open. */
typedef struct
{
  FilResultLines *lines;
  FilResultItem *item;
  GPtrArray *members; /* of FilResultItem, as they are listed */
  guint position;     /* of the file among the results */
  gulong changed_id;
} Opened;

struct _FilResultLines
{
  GObject parent;

  FilResultsModel *results;
  GPtrArray *opened; /* of Opened, by position: few */
  guint n_results;   /* what listeners know of */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FilResultLines, fil_result_lines, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
opened_free (Opened *opened)
{
  g_clear_signal_handler (&opened->changed_id, opened->item);
  g_object_unref (opened->item);
  g_ptr_array_unref (opened->members);
  g_free (opened);
}

static Opened *
opened_at (FilResultLines *self,
           guint index)
{
  return g_ptr_array_index (self->opened, index);
}

/* How many lines there are in front of the result at @position. */
static guint
count_lines_before (FilResultLines *self,
                    guint position)
{
  guint n = position;

  for (guint i = 0; i < self->opened->len && opened_at (self, i)->position < position; i++)
    n += opened_at (self, i)->members->len;
  return n;
}

static GPtrArray *
make_members (FilResultItem *item)
{
  guint n = fil_result_item_can_expand (item) ? fil_result_item_get_n_rows (item) : 0;
  GPtrArray *members = g_ptr_array_new_full (n, g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (members, fil_result_item_make_member (item, i));
  return members;
}

/* The list model */

static GType
get_item_type (GListModel *model)
{
  return FIL_TYPE_RESULT_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  FilResultLines *self = FIL_RESULT_LINES (model);

  return count_lines_before (self, self->n_results);
}

static gpointer
get_item (GListModel *model,
          guint line)
{
  FilResultLines *self = FIL_RESULT_LINES (model);
  guint n_members = 0;

  for (guint i = 0; i < self->opened->len; i++)
    {
      Opened *opened = opened_at (self, i);
      guint first = opened->position + n_members + 1;

      if (line < first)
        break;
      if (line < first + opened->members->len)
        return g_object_ref (g_ptr_array_index (opened->members, line - first));
      n_members += opened->members->len;
    }
  return g_list_model_get_item (G_LIST_MODEL (self->results), line - n_members);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* What follows the results and their files */

static int
compare_opened (gconstpointer a,
                gconstpointer b)
{
  guint left = (*(const Opened *const *) a)->position, right = (*(const Opened *const *) b)->position;

  return (left > right) - (left < right);
}

/* Asks where the opened files are now; those that are not listed any more are closed. */
static void
find_opened (FilResultLines *self)
{
  for (guint i = self->opened->len; i > 0; i--)
    {
      Opened *opened = opened_at (self, i - 1);

      if (fil_results_model_find (self->results, opened->item, &opened->position))
        continue;
      g_clear_signal_handler (&opened->changed_id, opened->item);
      fil_result_item_set_expanded (opened->item, FALSE);
      g_ptr_array_remove_index (self->opened, i - 1);
    }
  g_ptr_array_sort (self->opened, compare_opened);
}

static void
results_changed_cb (FilResultLines *self,
                    guint position,
                    guint removed,
                    guint added)
{
  guint first = count_lines_before (self, position);
  guint n_removed = count_lines_before (self, position + removed) - first;

  self->n_results += added - removed;
  find_opened (self);
  g_list_model_items_changed (G_LIST_MODEL (self), first, n_removed,
                              count_lines_before (self, position + added) - first);
}

static void
show_members (Opened *opened,
              GPtrArray *members)
{
  guint line = count_lines_before (opened->lines, opened->position) + 1;
  guint n_before = opened->members->len;

  g_ptr_array_unref (opened->members);
  opened->members = members;
  g_list_model_items_changed (G_LIST_MODEL (opened->lines), line, n_before, members->len);
}

static void
item_changed_cb (Opened *opened)
{
  show_members (opened, make_members (opened->item));
}

static Opened *
find_by_item (FilResultLines *self,
              FilResultItem *item,
              guint *index)
{
  for (guint i = 0; i < self->opened->len; i++)
    if (opened_at (self, i)->item == item)
      {
        *index = i;
        return opened_at (self, i);
      }
  return NULL;
}

static void
fil_result_lines_dispose (GObject *object)
{
  FilResultLines *self = FIL_RESULT_LINES (object);

  g_ptr_array_set_size (self->opened, 0);
  if (self->results != NULL)
    g_signal_handlers_disconnect_by_func (self->results, results_changed_cb, self);
  g_clear_object (&self->results);
  G_OBJECT_CLASS (fil_result_lines_parent_class)->dispose (object);
}

static void
fil_result_lines_finalize (GObject *object)
{
  g_ptr_array_unref (FIL_RESULT_LINES (object)->opened);
  G_OBJECT_CLASS (fil_result_lines_parent_class)->finalize (object);
}

static void
fil_result_lines_class_init (FilResultLinesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_result_lines_dispose;
  G_OBJECT_CLASS (klass)->finalize = fil_result_lines_finalize;
}

static void
fil_result_lines_init (FilResultLines *self)
{
  self->opened = g_ptr_array_new_with_free_func ((GDestroyNotify) opened_free);
}

/**
 * fil_result_lines_new:
 *
 * Returns: (transfer full): the lines of @results, all files closed
 */
FilResultLines *
fil_result_lines_new (FilResultsModel *results)
{
  FilResultLines *self = g_object_new (FIL_TYPE_RESULT_LINES, NULL);

  self->results = g_object_ref (results);
  self->n_results = g_list_model_get_n_items (G_LIST_MODEL (results));
  g_signal_connect_swapped (results, "items-changed", G_CALLBACK (results_changed_cb), self);
  return self;
}

static void
open_item (FilResultLines *self,
           FilResultItem *item,
           guint position)
{
  Opened *opened = g_new0 (Opened, 1);

  opened->lines = self;
  opened->item = g_object_ref (item);
  opened->members = g_ptr_array_new ();
  opened->position = position;
  fil_result_item_set_expanded (item, TRUE);
  g_ptr_array_add (self->opened, opened);
  g_ptr_array_sort (self->opened, compare_opened);
  show_members (opened, make_members (item));
  opened->changed_id = g_signal_connect_swapped (item, "changed", G_CALLBACK (item_changed_cb), opened);
}

/**
 * fil_result_lines_set_expanded:
 * @item: a line; one that cannot be opened is no mistake
 *
 * Returns: whether something happened
 */
gboolean
fil_result_lines_set_expanded (FilResultLines *self,
                               FilResultItem *item,
                               gboolean is_expanded)
{
  Opened *opened;
  guint index, position;

  g_return_val_if_fail (FIL_IS_RESULT_LINES (self), FALSE);

  opened = find_by_item (self, item, &index);
  if ((opened != NULL) == is_expanded)
    return FALSE;
  if (is_expanded)
    {
      if (!fil_result_item_can_expand (item) || !fil_results_model_find (self->results, item, &position))
        return FALSE;
      open_item (self, item, position);
      return TRUE;
    }
  g_clear_signal_handler (&opened->changed_id, item);
  show_members (opened, g_ptr_array_new ());
  g_ptr_array_remove_index (self->opened, index);
  fil_result_item_set_expanded (item, FALSE);
  return TRUE;
}

/**
 * fil_result_lines_find:
 * @item: a line of this model, or one that was
 * @line: (out): where it is
 *
 * Returns: whether it is listed now
 */
gboolean
fil_result_lines_find (FilResultLines *self,
                       FilResultItem *item,
                       guint *line)
{
  guint position, index;

  g_return_val_if_fail (FIL_IS_RESULT_LINES (self), FALSE);

  if (fil_result_item_is_group (item))
    {
      if (!fil_results_model_find (self->results, item, &position))
        return FALSE;
      *line = count_lines_before (self, position);
      return TRUE;
    }
  for (guint i = 0; i < self->opened->len; i++)
    if (g_ptr_array_find (opened_at (self, i)->members, item, &index))
      {
        *line = count_lines_before (self, opened_at (self, i)->position) + 1 + index;
        return TRUE;
      }
  return FALSE;
}
