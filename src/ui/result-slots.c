/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-slots.h"

struct _FilResultSlots
{
  GObject parent;

  FilResultLines *lines;
  GHashTable *live; /* position -> FilResultSlot that somebody holds */
  guint n;          /* what listeners know of */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FilResultSlots, fil_result_slots, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
slot_gone (gpointer data,
           GObject *where_it_was)
{
  FilResultSlots *self = data;
  GHashTableIter iter;
  gpointer slot;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    if (slot == (gpointer) where_it_was)
      {
        g_hash_table_iter_remove (&iter);
        return;
      }
}

static void
fill (FilResultSlots *self,
      FilResultSlot *slot)
{
  g_autoptr (FilResultItem) item =
      g_list_model_get_item (G_LIST_MODEL (self->lines), fil_result_slot_get_position (slot));

  fil_result_slot_set_item (slot, item);
}

/* The list model */

static GType
get_item_type (GListModel *model)
{
  return FIL_TYPE_RESULT_SLOT;
}

static guint
get_n_items (GListModel *model)
{
  return FIL_RESULT_SLOTS (model)->n;
}

static gpointer
get_item (GListModel *model,
          guint position)
{
  FilResultSlots *self = FIL_RESULT_SLOTS (model);
  FilResultSlot *slot;

  if (position >= self->n)
    return NULL;
  slot = g_hash_table_lookup (self->live, GUINT_TO_POINTER (position));
  if (slot != NULL)
    return g_object_ref (slot);
  slot = fil_result_slot_new (position);
  fill (self, slot);
  g_hash_table_insert (self->live, GUINT_TO_POINTER (position), slot);
  g_object_weak_ref (G_OBJECT (slot), slot_gone, self);
  return slot;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
lines_changed_cb (FilResultSlots *self,
                  guint position,
                  guint removed,
                  guint added)
{
  guint n_before = self->n;
  guint end = removed == added ? position + added : G_MAXUINT;
  g_autoptr (GList) slots = g_hash_table_get_values (self->live);

  self->n = n_before + added - removed;
  for (GList *l = slots; l != NULL; l = l->next)
    {
      guint at = fil_result_slot_get_position (l->data);

      if (at >= position && at < end)
        fill (self, l->data);
    }
  if (self->n > n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->n - n_before);
  else if (self->n < n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), self->n, n_before - self->n, 0);
}

static void
fil_result_slots_dispose (GObject *object)
{
  FilResultSlots *self = FIL_RESULT_SLOTS (object);
  GHashTableIter iter;
  gpointer slot;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    {
      g_object_weak_unref (slot, slot_gone, self);
      g_hash_table_iter_remove (&iter);
    }
  if (self->lines != NULL)
    g_signal_handlers_disconnect_by_func (self->lines, lines_changed_cb, self);
  g_clear_object (&self->lines);
  G_OBJECT_CLASS (fil_result_slots_parent_class)->dispose (object);
}

static void
fil_result_slots_finalize (GObject *object)
{
  g_hash_table_unref (FIL_RESULT_SLOTS (object)->live);
  G_OBJECT_CLASS (fil_result_slots_parent_class)->finalize (object);
}

static void
fil_result_slots_class_init (FilResultSlotsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_result_slots_dispose;
  G_OBJECT_CLASS (klass)->finalize = fil_result_slots_finalize;
}

static void
fil_result_slots_init (FilResultSlots *self)
{
  self->live = g_hash_table_new (NULL, NULL);
}

/**
 * fil_result_slots_new:
 *
 * Returns: (transfer full): the slots of @lines
 */
FilResultSlots *
fil_result_slots_new (FilResultLines *lines)
{
  FilResultSlots *self = g_object_new (FIL_TYPE_RESULT_SLOTS, NULL);

  self->lines = g_object_ref (lines);
  self->n = g_list_model_get_n_items (G_LIST_MODEL (lines));
  g_signal_connect_swapped (lines, "items-changed", G_CALLBACK (lines_changed_cb), self);
  return self;
}
