/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-item.h"

#include "schema.h"

struct _FilResultItem
{
  GObject parent;

  GPtrArray *rows; /* of GVariant */
  FilResultFacts facts;
  gboolean is_group;
  gboolean is_expanded;
};

G_DEFINE_FINAL_TYPE (FilResultItem, fil_result_item, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
read_row (FilResultFacts *self,
          GVariant *row)
{
  const FilSchema *schema = &fil_schema_result;

  self->best_id = fil_schema_get_int (schema, row, "id");
  self->sha1 = fil_schema_get_string (schema, row, "sha1");
  self->tth = fil_schema_get_string (schema, row, "tth");
  self->vendor = fil_schema_get_string (schema, row, "vendor");
  self->address = fil_schema_get_string (schema, row, "address");
  self->hops = fil_schema_get_int (schema, row, "hops");
  self->reach = fil_reach_from_text (fil_schema_get_string (schema, row, "reach"));
  self->reason = fil_schema_get_string (schema, row, "reason");
}

/**
 * fil_result_facts_read:
 * @rows: (element-type GVariant): at least one row of the kind "result", oldest first
 *
 * The name is that of the first row, so that a line keeps its name while more sources arrive.
 */
void
fil_result_facts_read (FilResultFacts *self,
                       GPtrArray *rows)
{
  const FilSchema *schema = &fil_schema_result;
  GVariant *first = g_ptr_array_index (rows, 0);

  *self = (FilResultFacts){
    .name = fil_schema_get_string (schema, first, "name"),
    .kind = fil_schema_get_string (schema, first, "kind"),
    .size = fil_schema_get_int (schema, first, "size"),
    .download = fil_schema_get_int (schema, first, "download"),
    .in_library = fil_schema_get_bool (schema, first, "in_library"),
  };
  read_row (self, first);
  self->sources = rows->len;

  for (guint i = 1; i < rows->len; i++)
    {
      FilResultFacts other = { 0 };
      GVariant *row = g_ptr_array_index (rows, i);

      read_row (&other, row);
      self->in_library |= fil_schema_get_bool (schema, row, "in_library");
      if (self->download <= 0)
        self->download = fil_schema_get_int (schema, row, "download");
      if (other.reach < self->reach || (other.reach == self->reach && other.hops < self->hops))
        read_row (self, row);
    }
}

static void
fil_result_item_finalize (GObject *object)
{
  FilResultItem *self = FIL_RESULT_ITEM (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (fil_result_item_parent_class)->finalize (object);
}

static void
fil_result_item_class_init (FilResultItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fil_result_item_finalize;

  signals[CHANGED] = g_signal_new ("changed", FIL_TYPE_RESULT_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
fil_result_item_init (FilResultItem *self)
{
}

/* A copy: the model's own array moves on without telling. */
static GPtrArray *
copy_rows (GPtrArray *rows)
{
  GPtrArray *copy = g_ptr_array_new_full (rows->len, (GDestroyNotify) g_variant_unref);

  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (copy, g_variant_ref (g_ptr_array_index (rows, i)));
  return copy;
}

/**
 * fil_result_item_new:
 * @rows: (element-type GVariant): at least one; copied
 * @is_group: whether it stands for the file with all its sources
 *
 * Returns: (transfer full): the line
 */
FilResultItem *
fil_result_item_new (GPtrArray *rows,
                     gboolean is_group)
{
  FilResultItem *self = g_object_new (FIL_TYPE_RESULT_ITEM, NULL);

  self->is_group = is_group;
  self->rows = copy_rows (rows);
  fil_result_facts_read (&self->facts, self->rows);
  return self;
}

void
fil_result_item_set_rows (FilResultItem *self,
                          GPtrArray *rows)
{
  g_autoptr (GPtrArray) old = NULL;

  g_return_if_fail (FIL_IS_RESULT_ITEM (self));
  g_return_if_fail (rows->len > 0);

  old = g_steal_pointer (&self->rows);
  self->rows = copy_rows (rows);
  fil_result_facts_read (&self->facts, self->rows);
  g_signal_emit (self, signals[CHANGED], 0);
}

const FilResultFacts *
fil_result_item_get_facts (FilResultItem *self)
{
  return &self->facts;
}

gboolean
fil_result_item_is_group (FilResultItem *self)
{
  return self->is_group;
}

guint
fil_result_item_get_n_rows (FilResultItem *self)
{
  return self->rows->len;
}

/**
 * fil_result_item_make_member:
 * @index: less than the number of rows
 *
 * Returns: (transfer full): one of those that offer the file, as it is now
 */
FilResultItem *
fil_result_item_make_member (FilResultItem *self,
                             guint index)
{
  gpointer row;
  GPtrArray single = { .pdata = &row, .len = 1 };

  g_return_val_if_fail (index < self->rows->len, NULL);

  row = g_ptr_array_index (self->rows, index);
  return fil_result_item_new (&single, FALSE);
}

/**
 * fil_result_item_set_expanded:
 * @is_expanded: whether those that offer the file are listed below it
 */
void
fil_result_item_set_expanded (FilResultItem *self,
                              gboolean is_expanded)
{
  g_return_if_fail (FIL_IS_RESULT_ITEM (self));

  if (self->is_expanded == is_expanded)
    return;
  self->is_expanded = is_expanded;
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
fil_result_item_is_expanded (FilResultItem *self)
{
  return self->is_expanded;
}

/**
 * fil_result_item_can_expand:
 *
 * Returns: whether there is more to see below the line
 */
gboolean
fil_result_item_can_expand (FilResultItem *self)
{
  return self->is_group && self->rows->len > 1;
}
