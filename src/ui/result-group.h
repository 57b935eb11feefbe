/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "result-item.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_SORT_BEST, /* the most sources first, then the easiest way */
  FIL_SORT_NAME,
  FIL_SORT_KIND,
  FIL_SORT_SIZE,
  FIL_SORT_SOURCES,
  FIL_SORT_REACH,
  FIL_SORT_STATE,
} FilResultSort;

/* What the order of a file rests on, apart from its rows, so that rows may change while the list stays
 * sorted by what was true before. */
typedef struct
{
  const char *kind_word;
  gint64 size;
  guint sources;
  FilReachWay reach;
  int state; /* 2 in the library, 1 downloading, 0 neither */
} FilResultOrder;

/**
 * FilResultGroup:
 *
 * One file in a #FilResultsModel: all rows with the same hash. A row without a hash is a file of its own.
 */
typedef struct
{
  char *key;
  char *name_key;       /* collation key of the first name */
  GPtrArray *rows;      /* of GVariant, oldest first */
  FilResultOrder order; /* as it is listed */
  guint kind_bit;
  guint serial;
  guint n_counted; /* its rows among those that are shown */
  gboolean is_listed;
  gboolean is_dirty;
  gboolean is_fresh; /* whoever asks during a commit is given the rows of now */
  FilResultItem *item; /* NULL before somebody has asked */
} FilResultGroup;

char *fil_result_group_make_key (const char *sha1, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
FilResultGroup *fil_result_group_new (char *key, guint serial) G_GNUC_WARN_UNUSED_RESULT;
void fil_result_group_free (FilResultGroup *self);
FilResultOrder fil_result_group_read_order (FilResultGroup *self);
int fil_result_group_compare (const FilResultGroup *a, const FilResultOrder *a_order, const FilResultGroup *b,
                              FilResultSort sort, gboolean is_descending);
gboolean fil_result_group_has_name_with (FilResultGroup *self, const char *const *words);
FilResultItem *fil_result_group_ensure_item (FilResultGroup *self);

G_END_DECLS
