/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "packet.h"
#include "query-hashes.h"

G_BEGIN_DECLS

/* An ultrapeer that could be asked. */
typedef struct
{
  guint32 link;
  guint degree;     /* how many neighbours it has, 0 when not told */
  guint max_ttl;    /* the highest TTL it takes, 0 when not told */
  gboolean matches; /* its route table knows the words, or it has none */
  gboolean probes;  /* takes the same query again with a higher TTL */
} FilQueryTarget;

/* Whom to ask, and how far. */
typedef struct
{
  guint32 link;
  guint8 ttl;
} FilQueryOrder;

#define FIL_QUERY_ORDERS 4

/**
 * FilDynamicQuery:
 *
 * One search that an ultrapeer leads, its own or a leaf's: it asks one neighbour after another, as far
 * as needed, until enough has been found (routing.md §7).
 */
typedef struct _FilDynamicQuery FilDynamicQuery;

FilDynamicQuery *fil_dynamic_query_new (FilPacket *query, const FilQueryHashes *hashes, guint32 leaf, guint wanted,
                                        guint8 max_ttl, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_dynamic_query_free (FilDynamicQuery *self);

guint fil_dynamic_query_step (FilDynamicQuery *self, const FilQueryTarget *targets, guint n, gint64 now_us,
                              FilQueryOrder out[FIL_QUERY_ORDERS]);
gint64 fil_dynamic_query_wake (const FilDynamicQuery *self);
gboolean fil_dynamic_query_is_done (const FilDynamicQuery *self, gint64 now_us);

void fil_dynamic_query_look_again (FilDynamicQuery *self);
void fil_dynamic_query_add_hits (FilDynamicQuery *self, guint n);
void fil_dynamic_query_set_kept (FilDynamicQuery *self, guint n);
void fil_dynamic_query_stop (FilDynamicQuery *self);
gboolean fil_dynamic_query_wants_guidance (FilDynamicQuery *self);

const FilPacket *fil_dynamic_query_packet (const FilDynamicQuery *self);
const FilQueryHashes *fil_dynamic_query_hashes (const FilDynamicQuery *self);
double fil_dynamic_query_hosts (guint degree, guint ttl);
guint32 fil_dynamic_query_leaf (const FilDynamicQuery *self);
guint fil_dynamic_query_n_asked (const FilDynamicQuery *self);
guint fil_dynamic_query_reach (const FilDynamicQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDynamicQuery, fil_dynamic_query_free)

G_END_DECLS
