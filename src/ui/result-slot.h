/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "result-item.h"

G_BEGIN_DECLS

/**
 * FilResultSlot:
 *
 * One numbered line of the table and what stands there now. Emits "changed" when that is something else or
 * says something else.
 */
#define FIL_TYPE_RESULT_SLOT (fil_result_slot_get_type ())
G_DECLARE_FINAL_TYPE (FilResultSlot, fil_result_slot, FIL, RESULT_SLOT, GObject)

FilResultSlot *fil_result_slot_new (guint position) G_GNUC_WARN_UNUSED_RESULT;
guint fil_result_slot_get_position (FilResultSlot *self);
FilResultItem *fil_result_slot_get_item (FilResultSlot *self);
void fil_result_slot_set_item (FilResultSlot *self, FilResultItem *item);

G_END_DECLS
