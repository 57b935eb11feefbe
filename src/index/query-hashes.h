/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "index-limits.h"
#include "words.h"

G_BEGIN_DECLS

/**
 * FilQueryHashes:
 *
 * What a query route table is asked for: hashed once for each query, tested against the table of
 * every link. A value type.
 */
typedef struct
{
  guint32 words[FIL_QUERY_MAX_HASHES];
  guint32 urns[FIL_QUERY_MAX_URNS];
  guint8 n_words;
  guint8 n_urns;
} FilQueryHashes;

guint32 fil_route_hash (const char *text, gsize len);

void fil_query_hashes_init (FilQueryHashes *self, const FilWords *query);
void fil_query_hashes_add_urn (FilQueryHashes *self, const char *urn, gsize len);
gboolean fil_query_hashes_is_empty (const FilQueryHashes *self);

G_END_DECLS
