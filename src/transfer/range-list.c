/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "range-list.h"

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const FilRange *left = a, *right = b;

  return left->start < right->start ? -1 : left->start > right->start;
}

/**
 * fil_range_list_tidy:
 * @list: (element-type FilRange): in any order, some of them perhaps empty or inside of others
 *
 * Brings it into order and joins what overlaps or touches. Whoever names ranges may name the same bytes a hundred
 * times over; each would be looked at for each piece of the file that is missing.
 */
void
fil_range_list_tidy (GArray *list)
{
  guint kept = 0;

  g_array_sort (list, compare);
  for (guint i = 0; i < list->len; i++)
    {
      FilRange range = g_array_index (list, FilRange, i);
      FilRange *last = kept > 0 ? &g_array_index (list, FilRange, kept - 1) : NULL;

      if (fil_range_len (range) == 0)
        continue;
      if (last != NULL && range.start <= last->end)
        last->end = MAX (last->end, range.end);
      else
        g_array_index (list, FilRange, kept++) = range;
    }
  g_array_set_size (list, kept);
}

/**
 * fil_range_list_find:
 * @list: tidy
 *
 * Returns: the first range that ends behind @offset; the length of @list when there is none
 */
guint
fil_range_list_find (const GArray *list,
                     guint64 offset)
{
  guint low = 0;
  guint high = list->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (list, FilRange, middle).end <= offset)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}
