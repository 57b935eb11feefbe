/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "results-model.h"

#include "file-kinds.h"
#include "results-model-private.h"
#include "schema.h"

typedef struct
{
  FilResultGroup *group;
  GVariant *row; /* owned by group->rows */
} Place;

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

static FilResultGroup *
ensure_group (FilResultsModel *self,
              GVariant *row)
{
  g_autofree char *key = fil_result_group_make_key (fil_schema_get_string (&fil_schema_result, row, "sha1"),
                                                    fil_schema_get_int (&fil_schema_result, row, "id"));
  FilResultGroup *group = g_hash_table_lookup (self->groups, key);

  if (group != NULL)
    return group;
  group = fil_result_group_new (g_steal_pointer (&key), self->next_serial++);
  g_hash_table_insert (self->groups, group->key, group);
  return group;
}

static void
mark_dirty (FilResultsModel *self,
            FilResultGroup *group)
{
  if (group->is_dirty)
    return;
  group->is_dirty = TRUE;
  g_ptr_array_add (self->dirty, group);
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

  if (position >= self->listed->len)
    return NULL;
  return g_object_ref (fil_result_group_ensure_item (g_ptr_array_index (self->listed, position)));
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
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) fil_result_group_free);
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
  FilResultGroup *group;
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
  _fil_results_model_list_anew (self);
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
  _fil_results_model_list_anew (self);
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
  _fil_results_model_list_anew (self);
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
  const FilResultFacts *facts;
  g_autofree char *key = NULL;
  FilResultGroup *group;

  g_return_val_if_fail (FIL_IS_RESULTS_MODEL (self), FALSE);

  facts = fil_result_item_get_facts (item);
  key = fil_result_group_make_key (facts->sha1, facts->best_id);
  group = g_hash_table_lookup (self->groups, key);
  if (group == NULL || !group->is_listed)
    return FALSE;
  *position = _fil_results_model_find_place (self, group);
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
