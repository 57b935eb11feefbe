/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "keyword-index.h"
#include "route-table.h"

G_BEGIN_DECLS

/**
 * FilRouteTableBuilder:
 *
 * Makes the query route table of our own library: takes words, then picks the size that keeps the
 * table sparse.
 */
typedef struct _FilRouteTableBuilder FilRouteTableBuilder;

FilRouteTableBuilder *fil_route_table_builder_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_route_table_builder_free (FilRouteTableBuilder *self);

void fil_route_table_builder_add_word (FilRouteTableBuilder *self, const char *word, gsize len);
void fil_route_table_builder_add_words (FilRouteTableBuilder *self, const FilWords *words);
void fil_route_table_builder_add_index (FilRouteTableBuilder *self, const FilKeywordIndex *index);
FilRouteTable *fil_route_table_builder_finish (FilRouteTableBuilder *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRouteTableBuilder, fil_route_table_builder_free)

G_END_DECLS
