/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-order.h"

#include "row.h"

#define MAX_PRIORITY 1000000

static int
priority_of (FilRow *download)
{
  return (int) CLAMP (fil_row_get_int (download, "priority"), -MAX_PRIORITY, MAX_PRIORITY);
}

/**
 * fil_download_order_compare:
 *
 * A GCompareDataFunc for rows of downloads: the order in which the node lets them begin.
 */
int
fil_download_order_compare (gconstpointer a,
                            gconstpointer b,
                            gpointer data)
{
  int first = priority_of ((FilRow *) a), second = priority_of ((FilRow *) b);

  if (first != second)
    return first > second ? -1 : 1;
  return fil_row_get_id ((FilRow *) a) < fil_row_get_id ((FilRow *) b) ? -1 : 1;
}

/**
 * fil_download_move_from_name:
 * @name: top, up, down or bottom
 *
 * Returns: whether there is such a move
 */
gboolean
fil_download_move_from_name (const char *name,
                             FilDownloadMove *move)
{
  static const char *const names[] = { "top", "up", "down", "bottom", NULL };

  for (guint i = 0; names[i] != NULL; i++)
    if (g_strcmp0 (names[i], name) == 0)
      {
        *move = (FilDownloadMove) i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
find_position (GListModel *queue,
               gint64 id,
               guint *position)
{
  for (guint i = 0; i < g_list_model_get_n_items (queue); i++)
    {
      g_autoptr (FilRow) row = g_list_model_get_item (queue, i);

      if (fil_row_get_id (row) == id)
        {
          *position = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void
read_at (GListModel *queue,
         guint position,
         FilNewPriority *out)
{
  g_autoptr (FilRow) row = g_list_model_get_item (queue, position);

  *out = (FilNewPriority){ fil_row_get_id (row), priority_of (row) };
}

/* The lowest priority with which @id comes before @next. */
static int
least_before (gint64 id,
              const FilNewPriority *next)
{
  return next->priority + (id > next->id);
}

/* Exchanges the downloads at @above and @above + 1: the lower one rises as little as it can, and so do those that it
 * would leave behind. */
static void
exchange (GListModel *queue,
          guint above,
          GArray *changes)
{
  FilNewPriority next, risen;

  read_at (queue, above, &next);
  read_at (queue, above + 1, &risen);
  risen.priority = least_before (risen.id, &next);
  g_array_append_val (changes, risen);
  next = risen;
  for (guint i = above; i-- > 0;)
    {
      FilNewPriority other;
      int least;

      read_at (queue, i, &other);
      least = least_before (other.id, &next);
      if (other.priority >= least)
        return;
      other.priority = least;
      g_array_append_val (changes, other);
      next = other;
    }
}

/**
 * fil_download_order_move:
 * @queue: rows of downloads in the order of fil_download_order_compare()
 * @id: of the one that moves
 *
 * The node knows no places, only priorities, and of equal ones the older download begins first.
 *
 * Returns: (transfer full) (element-type FilNewPriority): the priorities to set, as few as lead there; none when it is
 *   there already
 */
GArray *
fil_download_order_move (GListModel *queue,
                         gint64 id,
                         FilDownloadMove move)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (FilNewPriority));
  guint n = g_list_model_get_n_items (queue);
  FilNewPriority end;
  guint position;

  if (!find_position (queue, id, &position))
    return changes;
  if (move == FIL_MOVE_UP && position > 0)
    exchange (queue, position - 1, changes);
  else if (move == FIL_MOVE_DOWN && position + 1 < n)
    exchange (queue, position, changes);
  else if (move == FIL_MOVE_TO_TOP && position > 0)
    {
      read_at (queue, 0, &end);
      end = (FilNewPriority){ id, least_before (id, &end) };
      g_array_append_val (changes, end);
    }
  else if (move == FIL_MOVE_TO_BOTTOM && position + 1 < n)
    {
      read_at (queue, n - 1, &end);
      end = (FilNewPriority){ id, end.priority - (id < end.id) };
      g_array_append_val (changes, end);
    }
  return changes;
}
