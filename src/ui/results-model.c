/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-model.h"

#include "file-kinds.h"
#include "schema.h"

#include <string.h>

/* What the order of a file rests on, apart from its rows, so that rows may change while the list stays
 * sorted by what was true before. */
typedef struct
{
  const char *kind_word;
  gint64 size;
  guint sources;
  FilReachWay reach;
  int state; /* 2 in the library, 1 downloading, 0 neither */
} Order;

/* One file: all rows with the same hash. A row without a hash is a file of its own. */
typedef struct
{
  char *key;
  char *name_key;  /* collation key of the first name */
  GPtrArray *rows; /* of GVariant, oldest first */
  Order order;     /* as it is listed */
  guint kind_bit;
  guint serial;
  guint n_counted; /* its rows in n_shown */
  gboolean is_listed;
  gboolean is_dirty;
  FilResultItem *item; /* weak */
} Group;

typedef struct
{
  Group *group;
  GVariant *row; /* owned by group->rows */
} Place;

struct _FilResultsModel
{
  GObject parent;

  GPtrArray *listed;  /* of Group, sorted */
  GHashTable *groups; /* key -> Group, owns */
  GHashTable *places; /* id -> Place */
  GPtrArray *dirty;   /* of Group */
  guint next_serial;
  guint n_shown; /* rows of the listed groups */

  FilResultSort sort;
  gboolean is_descending;
  guint kind_bits;
  char *text;  /* the filter as it was set */
  GStrv words; /* casefolded, NULL for no filter */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FilResultsModel, fil_results_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  PROP_N_RESULTS = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

/* Groups */

static void
forget_item (gpointer data,
             GObject *where_it_was)
{
  Group *group = data;

  group->item = NULL;
}

static void
group_free (Group *group)
{
  if (group->item != NULL)
    g_object_weak_unref (G_OBJECT (group->item), forget_item, group);
  g_ptr_array_unref (group->rows);
  g_free (group->key);
  g_free (group->name_key);
  g_free (group);
}

static Group *
ensure_group (FilResultsModel *self,
              GVariant *row)
{
  const char *sha1 = fil_schema_get_string (&fil_schema_result, row, "sha1");
  g_autofree char *key = NULL;
  Group *group;

  key = sha1 != NULL ? g_strdup (sha1)
                     : g_strdup_printf ("#%" G_GINT64_FORMAT, fil_schema_get_int (&fil_schema_result, row, "id"));
  group = g_hash_table_lookup (self->groups, key);
  if (group != NULL)
    return group;

  group = g_new0 (Group, 1);
  group->key = g_steal_pointer (&key);
  group->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  group->serial = self->next_serial++;
  g_hash_table_insert (self->groups, group->key, group);
  return group;
}

static void
mark_dirty (FilResultsModel *self,
            Group *group)
{
  if (group->is_dirty)
    return;
  group->is_dirty = TRUE;
  g_ptr_array_add (self->dirty, group);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int
compare_orders (FilResultsModel *self,
                const Order *a,
                const Order *b)
{
  switch (self->sort)
    {
    case FIL_SORT_NAME:
      return 0;
    case FIL_SORT_KIND:
      return strcmp (a->kind_word, b->kind_word);
    case FIL_SORT_SIZE:
      return COMPARE (a->size, b->size);
    case FIL_SORT_SOURCES:
      return COMPARE (a->sources, b->sources);
    case FIL_SORT_REACH:
      return COMPARE (a->reach, b->reach);
    case FIL_SORT_STATE:
      return COMPARE (a->state, b->state);
    case FIL_SORT_BEST:
    default:
      if (a->sources != b->sources)
        return COMPARE (b->sources, a->sources);
      return COMPARE (a->reach, b->reach);
    }
}

/* A total order: no two groups are equal, so a binary search finds the very one. */
static int
compare_groups (FilResultsModel *self,
                const Group *a,
                const Order *a_order,
                const Group *b)
{
  int order = compare_orders (self, a_order, &b->order);
  int by_name = a == b ? 0 : strcmp (a->name_key, b->name_key);

  if (self->sort == FIL_SORT_NAME)
    order = by_name;
  if (self->is_descending)
    order = -order;
  if (order == 0 && self->sort != FIL_SORT_NAME)
    order = by_name;
  return order != 0 ? order : COMPARE (a->serial, b->serial);
}

static int
compare_pointers (gconstpointer a,
                  gconstpointer b,
                  gpointer data)
{
  const Group *first = *(Group *const *) a;

  return compare_groups (data, first, &first->order, *(Group *const *) b);
}

/* The place of @group among the listed, or where it would be put in. */
static guint
find_place (FilResultsModel *self,
            const Group *group)
{
  guint low = 0, high = self->listed->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare_groups (self, group, &group->order, g_ptr_array_index (self->listed, middle)) > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
has_all_words (FilResultsModel *self,
               GVariant *row)
{
  g_autofree char *name = g_utf8_casefold (fil_schema_get_string (&fil_schema_result, row, "name"), -1);

  for (guint i = 0; self->words[i] != NULL; i++)
    if (strstr (name, self->words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
should_list (FilResultsModel *self,
             Group *group)
{
  if (group->rows->len == 0 || (group->kind_bit & self->kind_bits) == 0)
    return FALSE;
  if (self->words == NULL)
    return TRUE;
  for (guint i = 0; i < group->rows->len; i++)
    if (has_all_words (self, g_ptr_array_index (group->rows, i)))
      return TRUE;
  return FALSE;
}

/* The order that the rows of now ask for. */
static Order
read_order (Group *group)
{
  FilResultFacts facts;

  if (group->rows->len == 0)
    return group->order;
  fil_result_facts_read (&facts, group->rows);
  if (group->name_key == NULL)
    group->name_key = g_utf8_collate_key_for_filename (facts.name, -1);
  group->kind_bit = fil_kind_to_bit (facts.kind);
  return (Order){
    .kind_word = fil_kind_to_word (facts.kind),
    .size = facts.size,
    .sources = facts.sources,
    .reach = facts.reach,
    .state = facts.in_library ? 2 : facts.download > 0 ? 1 : 0,
  };
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
  return FIL_RESULTS_MODEL (model)->listed->len;
}

static gpointer
get_item (GListModel *model,
          guint position)
{
  FilResultsModel *self = FIL_RESULTS_MODEL (model);
  Group *group;

  if (position >= self->listed->len)
    return NULL;
  group = g_ptr_array_index (self->listed, position);
  if (group->item != NULL)
    return g_object_ref (group->item);
  group->item = fil_result_item_new (group->rows, TRUE);
  g_object_weak_ref (G_OBJECT (group->item), forget_item, group);
  return group->item;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* The object */

static void
fil_results_model_get_property (GObject *object,
                                guint id,
                                GValue *value,
                                GParamSpec *pspec)
{
  if (id == PROP_N_RESULTS)
    g_value_set_uint (value, fil_results_model_get_n_results (FIL_RESULTS_MODEL (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fil_results_model_finalize (GObject *object)
{
  FilResultsModel *self = FIL_RESULTS_MODEL (object);

  g_ptr_array_unref (self->listed);
  g_ptr_array_unref (self->dirty);
  g_hash_table_unref (self->places);
  g_hash_table_unref (self->groups);
  g_strfreev (self->words);
  g_free (self->text);
  G_OBJECT_CLASS (fil_results_model_parent_class)->finalize (object);
}

static void
fil_results_model_class_init (FilResultsModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = fil_results_model_get_property;
  object_class->finalize = fil_results_model_finalize;

  props[PROP_N_RESULTS] = g_param_spec_uint ("n-results", NULL, NULL, 0, G_MAXUINT, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
fil_results_model_init (FilResultsModel *self)
{
  self->listed = g_ptr_array_new ();
  self->dirty = g_ptr_array_new ();
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) group_free);
  self->places = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->kind_bits = FIL_KIND_BITS_ALL;
  self->text = g_strdup ("");
}

/**
 * fil_results_model_new:
 *
 * Returns: (transfer full): a model without rows, sorted by #FIL_SORT_BEST
 */
FilResultsModel *
fil_results_model_new (void)
{
  return g_object_new (FIL_TYPE_RESULTS_MODEL, NULL);
}

/**
 * fil_results_model_put:
 * @row: a row of the kind "result", new or changed
 *
 * Seen after the next fil_results_model_commit().
 */
void
fil_results_model_put (FilResultsModel *self,
                       GVariant *row)
{
  gint64 id;
  Place *place;
  Group *group;
  guint index;

  g_return_if_fail (FIL_IS_RESULTS_MODEL (self));

  id = fil_schema_get_int (&fil_schema_result, row, "id");
  group = ensure_group (self, row);
  place = g_hash_table_lookup (self->places, &id);
  if (place != NULL && place->group != group)
    {
      fil_results_model_remove (self, id);
      place = NULL;
    }

  if (place == NULL)
    {
      place = g_new0 (Place, 1);
      place->group = group;
      g_hash_table_insert (self->places, g_memdup2 (&id, sizeof id), place);
      g_ptr_array_add (group->rows, g_variant_ref (row));
    }
  else if (g_ptr_array_find (group->rows, place->row, &index))
    {
      group->rows->pdata[index] = g_variant_ref (row);
      g_variant_unref (place->row);
    }
  place->row = row;
  mark_dirty (self, group);
}

/**
 * fil_results_model_remove:
 * @id: of a row; one that is not there is no mistake
 *
 * Seen after the next fil_results_model_commit().
 */
void
fil_results_model_remove (FilResultsModel *self,
                          gint64 id)
{
  Place *place;
  guint index;

  g_return_if_fail (FIL_IS_RESULTS_MODEL (self));

  place = g_hash_table_lookup (self->places, &id);
  if (place == NULL)
    return;
  if (g_ptr_array_find (place->group->rows, place->row, &index))
    g_ptr_array_remove_index (place->group->rows, index);
  mark_dirty (self, place->group);
  g_hash_table_remove (self->places, &id);
}

/* Takes lines out, in runs, the last run first; @positions are sorted. */
static void
take_out_runs (FilResultsModel *self,
               GArray *positions)
{
  guint end = positions->len;

  while (end > 0)
    {
      guint start = end - 1;
      guint first, n;

      while (start > 0 && g_array_index (positions, guint, start - 1) + 1 == g_array_index (positions, guint, start))
        start--;
      first = g_array_index (positions, guint, start);
      n = end - start;
      g_ptr_array_remove_range (self->listed, first, n);
      g_list_model_items_changed (G_LIST_MODEL (self), first, n, 0);
      end = start;
    }
}

static void
put_in_run (FilResultsModel *self,
            guint position,
            gpointer *groups,
            guint n)
{
  guint old_len = self->listed->len;

  g_ptr_array_set_size (self->listed, (int) (old_len + n));
  memmove (self->listed->pdata + position + n, self->listed->pdata + position,
           (old_len - position) * sizeof (gpointer));
  memcpy (self->listed->pdata + position, groups, n * sizeof (gpointer));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, n);
}

/* Puts lines in, in runs that go to one place, the last run first; @coming is sorted. */
static void
put_in_runs (FilResultsModel *self,
             GPtrArray *coming)
{
  g_autofree guint *places = g_new (guint, MAX (coming->len, 1));
  guint end = coming->len;

  for (guint i = 0; i < coming->len; i++)
    places[i] = find_place (self, g_ptr_array_index (coming, i));
  while (end > 0)
    {
      guint start = end - 1;

      while (start > 0 && places[start - 1] == places[end - 1])
        start--;
      put_in_run (self, places[start], coming->pdata + start, end - start);
      end = start;
    }
}

static int
compare_positions (gconstpointer a,
                   gconstpointer b)
{
  return COMPARE (*(const guint *) a, *(const guint *) b);
}

/* Whether a listed group may stay where it is with its new order. A neighbour that may move itself is
 * no landmark. */
static gboolean
stays_in_place (FilResultsModel *self,
                Group *group,
                const Order *order,
                guint position)
{
  const Group *neighbour;

  /* GtkTreeListModel asks only once whether a line can be opened. */
  if (!should_list (self, group) || (group->order.sources > 1) != (order->sources > 1))
    return FALSE;
  if (compare_groups (self, group, order, group) == 0)
    return TRUE;
  if (position > 0)
    {
      neighbour = g_ptr_array_index (self->listed, position - 1);
      if (neighbour->is_dirty || compare_groups (self, group, order, neighbour) < 0)
        return FALSE;
    }
  if (position + 1 < self->listed->len)
    {
      neighbour = g_ptr_array_index (self->listed, position + 1);
      if (neighbour->is_dirty || compare_groups (self, group, order, neighbour) > 0)
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
      Group *group = g_ptr_array_index (dirty, i);

      self->n_shown -= group->n_counted;
      group->n_counted = group->is_listed ? group->rows->len : 0;
      self->n_shown += group->n_counted;
      group->is_dirty = FALSE;
      if (group->rows->len == 0)
        g_hash_table_remove (self->groups, group->key);
      else if (group->item != NULL)
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
  g_autofree Order *orders = NULL;

  g_return_val_if_fail (FIL_IS_RESULTS_MODEL (self), FALSE);

  if (self->dirty->len == 0)
    return FALSE;
  dirty = take_dirty (self, max_files);
  orders = g_new (Order, dirty->len);

  /* Places are found while the list is still sorted by what was true before. */
  for (guint i = 0; i < dirty->len; i++)
    {
      Group *group = g_ptr_array_index (dirty, i);
      guint position;

      orders[i] = read_order (group);
      if (group->is_listed)
        {
          position = find_place (self, group);
          if (stays_in_place (self, group, &orders[i], position))
            continue;
          g_array_append_val (going, position);
          group->is_listed = FALSE;
        }
      if (should_list (self, group))
        g_ptr_array_add (coming, group);
    }

  g_array_sort (going, compare_positions);
  take_out_runs (self, going);
  for (guint i = 0; i < dirty->len; i++)
    ((Group *) g_ptr_array_index (dirty, i))->order = orders[i];
  for (guint i = 0; i < coming->len; i++)
    ((Group *) g_ptr_array_index (coming, i))->is_listed = TRUE;
  g_ptr_array_sort_with_data (coming, compare_pointers, self);
  put_in_runs (self, coming);
  finish_commit (self, dirty);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_RESULTS]);
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

/* Asks every group again; one coarse change, which only a person's wish is worth. */
static void
list_anew (FilResultsModel *self)
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
      Group *group = value;

      group->is_listed = should_list (self, group);
      group->n_counted = group->is_listed ? group->rows->len : 0;
      self->n_shown += group->n_counted;
      if (group->is_listed)
        g_ptr_array_add (self->listed, group);
    }
  g_ptr_array_sort_with_data (self->listed, compare_pointers, self);
  if (n_before > 0 || self->listed->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->listed->len);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_RESULTS]);
}

void
fil_results_model_set_sort (FilResultsModel *self,
                            FilResultSort sort,
                            gboolean is_descending)
{
  g_return_if_fail (FIL_IS_RESULTS_MODEL (self));

  if (self->sort == sort && self->is_descending == is_descending)
    return;
  fil_results_model_commit (self);
  self->sort = sort;
  self->is_descending = is_descending;
  list_anew (self);
}

/**
 * fil_results_model_set_kinds:
 * @kind_bits: of #FilKindBits; other kinds are hidden
 */
void
fil_results_model_set_kinds (FilResultsModel *self,
                             guint kind_bits)
{
  g_return_if_fail (FIL_IS_RESULTS_MODEL (self));

  if (self->kind_bits == kind_bits)
    return;
  self->kind_bits = kind_bits;
  list_anew (self);
}

/**
 * fil_results_model_set_text:
 * @text: (nullable): words that a name must have, all of them, in any case
 */
void
fil_results_model_set_text (FilResultsModel *self,
                            const char *text)
{
  g_autofree char *stripped = NULL;

  g_return_if_fail (FIL_IS_RESULTS_MODEL (self));

  text = text != NULL ? text : "";
  if (g_strcmp0 (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  g_clear_pointer (&self->words, g_strfreev);
  stripped = g_strstrip (g_utf8_casefold (text, -1));
  if (*stripped != '\0')
    self->words = g_strsplit_set (stripped, " ", -1);
  list_anew (self);
}

/**
 * fil_results_model_find:
 * @item: a line of this model, or one that was
 * @position: (out): where it is
 *
 * Returns: whether it is listed now
 */
gboolean
fil_results_model_find (FilResultsModel *self,
                        FilResultItem *item,
                        guint *position)
{
  const char *sha1;
  g_autofree char *key = NULL;
  Group *group;

  g_return_val_if_fail (FIL_IS_RESULTS_MODEL (self), FALSE);

  sha1 = fil_result_item_get_facts (item)->sha1;
  key = sha1 != NULL ? g_strdup (sha1)
                     : g_strdup_printf ("#%" G_GINT64_FORMAT, fil_result_item_get_facts (item)->best_id);
  group = g_hash_table_lookup (self->groups, key);
  if (group == NULL || !group->is_listed)
    return FALSE;
  *position = find_place (self, group);
  return TRUE;
}

/**
 * fil_results_model_get_n_results:
 *
 * Returns: how many rows there are, hidden ones too
 */
guint
fil_results_model_get_n_results (FilResultsModel *self)
{
  return g_hash_table_size (self->places);
}

/**
 * fil_results_model_get_n_hidden:
 *
 * Returns: how many rows the filters hide
 */
guint
fil_results_model_get_n_hidden (FilResultsModel *self)
{
  return fil_results_model_get_n_results (self) - self->n_shown;
}
