/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-group.h"

#include "file-kinds.h"
#include "schema.h"

#include <string.h>

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/**
 * fil_result_group_make_key:
 * @sha1: (nullable): of the file
 * @id: of a row, which stands for itself when the hash is unknown
 *
 * Returns: (transfer full): what rows of the same file have in common
 */
char *
fil_result_group_make_key (const char *sha1,
                           gint64 id)
{
  return sha1 != NULL ? g_strdup (sha1) : g_strdup_printf ("#%" G_GINT64_FORMAT, id);
}

/**
 * fil_result_group_new:
 * @key: (transfer full): from fil_result_group_make_key()
 * @serial: tells groups apart that are equal in everything else
 *
 * Returns: (transfer full): a group without rows; free with fil_result_group_free()
 */
FilResultGroup *
fil_result_group_new (char *key,
                      guint serial)
{
  FilResultGroup *self = g_new0 (FilResultGroup, 1);

  self->key = key;
  self->serial = serial;
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  return self;
}

void
fil_result_group_free (FilResultGroup *self)
{
  g_clear_object (&self->item);
  g_ptr_array_unref (self->rows);
  g_free (self->key);
  g_free (self->name_key);
  g_free (self);
}

/**
 * fil_result_group_read_order:
 *
 * Returns: the order that the rows of now ask for; that of before when there are none
 */
FilResultOrder
fil_result_group_read_order (FilResultGroup *self)
{
  FilResultFacts facts;

  if (self->rows->len == 0)
    return self->order;
  fil_result_facts_read (&facts, self->rows);
  if (self->name_key == NULL)
    self->name_key = g_utf8_collate_key_for_filename (facts.name, -1);
  self->kind_bit = fil_kind_to_bit (facts.kind);
  return (FilResultOrder){
    .kind_word = fil_kind_to_word (facts.kind),
    .size = facts.size,
    .sources = facts.sources,
    .reach = facts.reach,
    .state = facts.in_library ? 2 : facts.download > 0 ? 1 : 0,
  };
}

static int
compare_orders (FilResultSort sort,
                const FilResultOrder *a,
                const FilResultOrder *b)
{
  switch (sort)
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

/**
 * fil_result_group_compare:
 * @a_order: the order to take @a by; @b is taken by its own
 *
 * A total order: no two groups are equal, so a binary search finds the very one.
 *
 * Returns: less than 0 when @a comes first, 0 for the same group, else more
 */
int
fil_result_group_compare (const FilResultGroup *a,
                          const FilResultOrder *a_order,
                          const FilResultGroup *b,
                          FilResultSort sort,
                          gboolean is_descending)
{
  int order = compare_orders (sort, a_order, &b->order);
  int by_name = 0;

  if (order == 0)
    by_name = a == b ? 0 : strcmp (a->name_key, b->name_key);
  if (sort == FIL_SORT_NAME)
    order = by_name;
  if (is_descending)
    order = -order;
  if (order == 0 && sort != FIL_SORT_NAME)
    order = by_name;
  return order != 0 ? order : COMPARE (a->serial, b->serial);
}

static gboolean
has_all_words (GVariant *row,
               const char *const *words)
{
  g_autofree char *name = g_utf8_casefold (fil_schema_get_string (&fil_schema_result, row, "name"), -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (name, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * fil_result_group_has_name_with:
 * @words: (nullable): casefolded; NULL finds everything
 *
 * Returns: whether one of the names has all words
 */
gboolean
fil_result_group_has_name_with (FilResultGroup *self,
                                const char *const *words)
{
  if (words == NULL)
    return TRUE;
  for (guint i = 0; i < self->rows->len; i++)
    if (has_all_words (g_ptr_array_index (self->rows, i), words))
      return TRUE;
  return FALSE;
}

/**
 * fil_result_group_ensure_item:
 *
 * The object stays: a list view knows by it which line is which when lines move.
 *
 * Returns: (transfer none): what the list shows of the group
 */
FilResultItem *
fil_result_group_ensure_item (FilResultGroup *self)
{
  if (self->item == NULL)
    self->item = fil_result_item_new (self->rows, TRUE);
  return self->item;
}
