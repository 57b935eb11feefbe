/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "keyword-index.h"

G_BEGIN_DECLS

/**
 * FilKeywordIndexBuilder:
 *
 * Collects names and makes a FilKeywordIndex of them. Belongs to one thread at a time, which need not
 * be the one that searches.
 */
typedef struct _FilKeywordIndexBuilder FilKeywordIndexBuilder;

FilKeywordIndexBuilder *fil_keyword_index_builder_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_keyword_index_builder_free (FilKeywordIndexBuilder *self);

void fil_keyword_index_builder_add (FilKeywordIndexBuilder *self, guint32 id, const char *name, const char *path);
FilKeywordIndex *fil_keyword_index_builder_finish (FilKeywordIndexBuilder *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilKeywordIndexBuilder, fil_keyword_index_builder_free)

G_END_DECLS
