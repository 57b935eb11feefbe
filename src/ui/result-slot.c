/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "result-slot.h"

struct _FilResultSlot
{
  GObject parent;

  guint position;
  FilResultItem *item;
  gulong changed_id;
};

G_DEFINE_FINAL_TYPE (FilResultSlot, fil_result_slot, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
emit_changed (FilResultSlot *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
fil_result_slot_dispose (GObject *object)
{
  FilResultSlot *self = FIL_RESULT_SLOT (object);

  if (self->item != NULL)
    g_clear_signal_handler (&self->changed_id, self->item);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (fil_result_slot_parent_class)->dispose (object);
}

static void
fil_result_slot_class_init (FilResultSlotClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_result_slot_dispose;

  signals[CHANGED] = g_signal_new ("changed", FIL_TYPE_RESULT_SLOT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
fil_result_slot_init (FilResultSlot *self)
{
}

/**
 * fil_result_slot_new:
 *
 * Returns: (transfer full): the line with the number @position, empty
 */
FilResultSlot *
fil_result_slot_new (guint position)
{
  FilResultSlot *self = g_object_new (FIL_TYPE_RESULT_SLOT, NULL);

  self->position = position;
  return self;
}

guint
fil_result_slot_get_position (FilResultSlot *self)
{
  g_return_val_if_fail (FIL_IS_RESULT_SLOT (self), 0);

  return self->position;
}

/**
 * fil_result_slot_get_item:
 *
 * Returns: (transfer none) (nullable): what stands there
 */
FilResultItem *
fil_result_slot_get_item (FilResultSlot *self)
{
  g_return_val_if_fail (FIL_IS_RESULT_SLOT (self), NULL);

  return self->item;
}

/**
 * fil_result_slot_set_item:
 * @item: (nullable): what stands there now
 */
void
fil_result_slot_set_item (FilResultSlot *self,
                          FilResultItem *item)
{
  g_return_if_fail (FIL_IS_RESULT_SLOT (self));

  if (self->item == item)
    return;
  if (self->item != NULL)
    g_clear_signal_handler (&self->changed_id, self->item);
  g_set_object (&self->item, item);
  if (item != NULL)
    self->changed_id = g_signal_connect_swapped (item, "changed", G_CALLBACK (emit_changed), self);
  emit_changed (self);
}
