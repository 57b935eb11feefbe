/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "reach.h"

G_BEGIN_DECLS

/* What one line of the results says, read from all rows of the same file. The strings are borrowed from
 * the rows. */
typedef struct
{
  gint64 best_id; /* the row to download: the easiest way, the fewest hops */
  const char *name;
  const char *kind;
  const char *sha1;
  const char *tth;
  const char *vendor;
  const char *address;
  gint64 size;
  gint64 hops;
  gint64 download; /* FIL_NULL_INT or 0: none */
  guint sources;
  FilReachWay reach;
  const char *reason; /* why it cannot be reached, NULL when it can */
  gboolean in_library;
} FilResultFacts;

void fil_result_facts_read (FilResultFacts *self, GPtrArray *rows);

/**
 * FilResultItem:
 *
 * A line of the results: a file with all that offer it, or one of these. It keeps the rows it was made
 * from and emits "changed" when they change.
 */
#define FIL_TYPE_RESULT_ITEM (fil_result_item_get_type ())
G_DECLARE_FINAL_TYPE (FilResultItem, fil_result_item, FIL, RESULT_ITEM, GObject)

FilResultItem *fil_result_item_new (GPtrArray *rows, gboolean is_group) G_GNUC_WARN_UNUSED_RESULT;
void fil_result_item_set_rows (FilResultItem *self, GPtrArray *rows);
const FilResultFacts *fil_result_item_get_facts (FilResultItem *self);
gboolean fil_result_item_is_group (FilResultItem *self);
guint fil_result_item_get_n_rows (FilResultItem *self);
FilResultItem *fil_result_item_make_member (FilResultItem *self, guint index) G_GNUC_WARN_UNUSED_RESULT;
void fil_result_item_set_expanded (FilResultItem *self, gboolean is_expanded);
gboolean fil_result_item_is_expanded (FilResultItem *self);
gboolean fil_result_item_can_expand (FilResultItem *self);

G_END_DECLS
