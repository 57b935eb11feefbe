/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "host-cache.h"

G_BEGIN_DECLS

/**
 * FilTopology:
 *
 * Whom to dial next: first the hosts that the user named, again and again with growing pauses, then
 * hosts of the cache as long as links are missing. Never more than a few at once, whatever strangers
 * tell.
 */
typedef struct _FilTopology FilTopology;

FilTopology *fil_topology_new (FilHostCache *hosts, gboolean only_kept, FilRandom *random)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_topology_free (FilTopology *self);

void fil_topology_keep (FilTopology *self, const FilEndpoint *endpoint, gint64 now_us);
void fil_topology_forget (FilTopology *self, const FilEndpoint *endpoint);
gboolean fil_topology_is_kept (const FilTopology *self, const FilEndpoint *endpoint);

guint fil_topology_next (FilTopology *self, guint missing, FilHostAvoid avoid, gpointer data, gint64 now_us,
                         FilEndpoint *out, guint max);
void fil_topology_dial_ended (FilTopology *self, const FilEndpoint *endpoint);
void fil_topology_succeeded (FilTopology *self, const FilEndpoint *endpoint);
void fil_topology_failed (FilTopology *self, const FilEndpoint *endpoint, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTopology, fil_topology_free)

G_END_DECLS
