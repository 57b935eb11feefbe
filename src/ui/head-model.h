/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FilHeadModel:
 *
 * The first items of another list. Unlike GtkSliceListModel it says no more than has changed: whoever makes widgets of
 * the items keeps those of all others, with the keyboard in them.
 */
#define FIL_TYPE_HEAD_MODEL (fil_head_model_get_type ())
G_DECLARE_FINAL_TYPE (FilHeadModel, fil_head_model, FIL, HEAD_MODEL, GObject)

FilHeadModel *fil_head_model_new (GListModel *all, guint size) G_GNUC_WARN_UNUSED_RESULT;
guint fil_head_model_get_size (FilHeadModel *self);
void fil_head_model_set_size (FilHeadModel *self, guint size);

G_END_DECLS
