/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "head-model.h"

struct _FilHeadModel
{
  GObject parent;

  GListModel *all;
  guint size; /* at most so many */
  guint n;    /* so many there are; between two signals not always what it will be */
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FilHeadModel, fil_head_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GType
get_item_type (GListModel *model)
{
  return g_list_model_get_item_type (FIL_HEAD_MODEL (model)->all);
}

static guint
get_n_items (GListModel *model)
{
  return FIL_HEAD_MODEL (model)->n;
}

static gpointer
get_item (GListModel *model,
          guint position)
{
  FilHeadModel *self = FIL_HEAD_MODEL (model);

  return position < self->n ? g_list_model_get_item (self->all, position) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* Takes from the end what is too much, or adds there what has room. */
static void
fit (FilHeadModel *self)
{
  guint before = self->n;

  self->n = MIN (self->size, g_list_model_get_n_items (self->all));
  if (self->n < before)
    g_list_model_items_changed (G_LIST_MODEL (self), self->n, before - self->n, 0);
  else if (self->n > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->n - before);
}

static void
items_changed_cb (FilHeadModel *self,
                  guint position,
                  guint removed,
                  guint added)
{
  guint shown = self->n > position ? self->n - position : 0; /* from there on */

  if (position >= self->size)
    return;
  /* What comes is more than there is room for: it pushes all of the rest out. */
  if (added > self->size - position)
    {
      added = self->size - position;
      removed = shown;
    }
  removed = MIN (removed, shown);
  self->n = self->n - removed + added;
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  fit (self);
}

static void
fil_head_model_dispose (GObject *object)
{
  FilHeadModel *self = FIL_HEAD_MODEL (object);

  if (self->all != NULL)
    g_signal_handlers_disconnect_by_data (self->all, self);
  self->n = 0;
  g_clear_object (&self->all);
  G_OBJECT_CLASS (fil_head_model_parent_class)->dispose (object);
}

static void
fil_head_model_class_init (FilHeadModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fil_head_model_dispose;
}

static void
fil_head_model_init (FilHeadModel *self)
{
}

/**
 * fil_head_model_new:
 * @size: at most so many of the items
 */
FilHeadModel *
fil_head_model_new (GListModel *all,
                    guint size)
{
  FilHeadModel *self = g_object_new (FIL_TYPE_HEAD_MODEL, NULL);

  self->all = g_object_ref (all);
  self->size = size;
  self->n = MIN (size, g_list_model_get_n_items (all));
  g_signal_connect_object (all, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

guint
fil_head_model_get_size (FilHeadModel *self)
{
  g_return_val_if_fail (FIL_IS_HEAD_MODEL (self), 0);

  return self->size;
}

void
fil_head_model_set_size (FilHeadModel *self,
                         guint size)
{
  g_return_if_fail (FIL_IS_HEAD_MODEL (self));

  self->size = size;
  fit (self);
}
