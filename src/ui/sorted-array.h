/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The smallest range of a list that holds all that has changed. */
typedef struct
{
  guint position;
  guint removed;
  guint added;
} FilListChange;

guint fil_sorted_array_place (GPtrArray *array, gconstpointer item, GCompareDataFunc compare, gpointer data);
FilListChange fil_sorted_array_splice (GPtrArray *array, GArray *going, GPtrArray *coming, GCompareDataFunc compare,
                                       gpointer data);

G_END_DECLS
