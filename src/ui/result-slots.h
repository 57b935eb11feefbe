/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "result-lines.h"
#include "result-slot.h"

G_BEGIN_DECLS

/**
 * FilResultSlots:
 *
 * #FilResultLines as a column view takes them without effort: a #GListModel of #FilResultSlot that only grows
 * and shrinks at its end. When lines move, the slots of lines that are made say something else.
 *
 * A column view of GTK 4.8 keeps 200 rows made. A row that is put in between costs a millisecond, and every
 * row behind it gets its number and its style anew; to say something else costs next to nothing.
 */
#define FIL_TYPE_RESULT_SLOTS (fil_result_slots_get_type ())
G_DECLARE_FINAL_TYPE (FilResultSlots, fil_result_slots, FIL, RESULT_SLOTS, GObject)

FilResultSlots *fil_result_slots_new (FilResultLines *lines) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
