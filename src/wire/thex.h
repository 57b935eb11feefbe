/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

#define FIL_THEX_MEDIA_TYPE "application/dime"

/**
 * FilThex:
 *
 * A tiger tree as it travels (hashes.md §3): a DIME message of an XML record that describes it and a
 * record of its nodes, the root first, each row from left to right. What the nodes are worth is for
 * fil_tiger_tree_new_from_serialised() to say.
 */
typedef struct
{
  guint64 size;      /* of the file */
  gboolean has_size; /* FALSE: the description was cut off before it */
  guint depth;       /* rows below the root, as was claimed; peers are not to be believed */
  FilSlice nodes;    /* borrowed */
} FilThex;

gboolean fil_thex_read (FilThex *self, FilSlice message) G_GNUC_WARN_UNUSED_RESULT;
void fil_thex_write (const FilThex *self, FilWriter *out);

G_END_DECLS
