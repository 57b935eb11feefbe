/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "byte-range.h"

G_BEGIN_DECLS

/* Arrays of FilRange in order, of which no two touch each other: what somebody has of a file. */

void fil_range_list_tidy (GArray *list);
guint fil_range_list_find (const GArray *list, guint64 offset);

G_END_DECLS
