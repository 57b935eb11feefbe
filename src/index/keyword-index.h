/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "words.h"

G_BEGIN_DECLS

/**
 * FilKeywordIndex:
 *
 * Finds files by the words of their names. A snapshot: it never changes, so any thread may hold and
 * search it; a changed library gets a new one from a FilKeywordIndexBuilder.
 */
typedef struct _FilKeywordIndex FilKeywordIndex;

typedef void (*FilKeywordFunc) (gpointer data, const char *word, gsize len);

FilKeywordIndex *fil_keyword_index_ref (FilKeywordIndex *self);
void fil_keyword_index_unref (FilKeywordIndex *self);

guint fil_keyword_index_search (const FilKeywordIndex *self, const FilWords *query, guint32 *ids, guint max);
guint fil_keyword_index_n_files (const FilKeywordIndex *self);
guint fil_keyword_index_n_words (const FilKeywordIndex *self);
gsize fil_keyword_index_n_bytes (const FilKeywordIndex *self);
void fil_keyword_index_foreach_word (const FilKeywordIndex *self, FilKeywordFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilKeywordIndex, fil_keyword_index_unref)

G_END_DECLS
