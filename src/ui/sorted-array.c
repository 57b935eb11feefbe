/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sorted-array.h"

#include <string.h>

/**
 * fil_sorted_array_place:
 * @compare: given pointers to two items, as for g_ptr_array_sort_with_data(); never equal for two of them
 *
 * Returns: where @item is, or would be put in
 */
guint
fil_sorted_array_place (GPtrArray *array,
                        gconstpointer item,
                        GCompareDataFunc compare,
                        gpointer data)
{
  guint low = 0, high = array->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare (&item, &array->pdata[middle], data) > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static int
compare_positions (gconstpointer a,
                   gconstpointer b)
{
  guint left = *(const guint *) a, right = *(const guint *) b;

  return (left > right) - (left < right);
}

/* Takes out what is at @positions, which are sorted. */
static void
take_out (GPtrArray *array,
          GArray *positions)
{
  guint to;

  if (positions->len == 0)
    return;
  to = g_array_index (positions, guint, 0);
  for (guint i = 0; i < positions->len; i++)
    {
      guint from = g_array_index (positions, guint, i) + 1;
      guint end = i + 1 < positions->len ? g_array_index (positions, guint, i + 1) : array->len;

      memmove (array->pdata + to, array->pdata + from, (end - from) * sizeof (gpointer));
      to += end - from;
    }
  g_ptr_array_set_size (array, (int) to);
}

/* Puts sorted items in at their places. */
static void
put_in (GPtrArray *array,
        GPtrArray *coming,
        const guint *places)
{
  guint end = array->len;

  g_ptr_array_set_size (array, (int) (array->len + coming->len));
  for (guint i = coming->len; i > 0; i--)
    {
      guint place = places[i - 1];

      memmove (array->pdata + place + i, array->pdata + place, (end - place) * sizeof (gpointer));
      array->pdata[place + i - 1] = g_ptr_array_index (coming, i - 1);
      end = place;
    }
}

/**
 * fil_sorted_array_splice:
 * @array: without a free function
 * @going: (element-type guint): positions to take out; will be sorted
 * @coming: what to put in instead; will be sorted
 *
 * Returns: what a listener has to be told; nothing removed and nothing added when nothing was to be done
 */
FilListChange
fil_sorted_array_splice (GPtrArray *array,
                         GArray *going,
                         GPtrArray *coming,
                         GCompareDataFunc compare,
                         gpointer data)
{
  g_autofree guint *places = g_new (guint, MAX (coming->len, 1));
  guint n_old = array->len, n_kept = n_old - going->len, n_before = n_kept, n_after = n_kept;

  g_array_sort (going, compare_positions);
  take_out (array, going);
  g_ptr_array_sort_with_data (coming, compare, data);
  for (guint i = 0; i < coming->len; i++)
    places[i] = fil_sorted_array_place (array, g_ptr_array_index (coming, i), compare, data);
  put_in (array, coming, places);

  if (coming->len > 0)
    {
      n_before = places[0];
      n_after = n_kept - places[coming->len - 1];
    }
  if (going->len > 0)
    {
      n_before = MIN (n_before, g_array_index (going, guint, 0));
      n_after = MIN (n_after, n_old - 1 - g_array_index (going, guint, going->len - 1));
    }
  if (going->len == 0 && coming->len == 0)
    return (FilListChange){ 0 };
  return (FilListChange){ n_before, n_old - n_before - n_after, array->len - n_before - n_after };
}
