/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "random.h"

G_BEGIN_DECLS

/* A host as it is saved. */
typedef struct
{
  FilEndpoint endpoint;
  gboolean is_valid;  /* a handshake with it succeeded once */
  gint64 age_s;       /* since it was last heard of */
} FilSavedHost;

/**
 * FilHostCache:
 *
 * Ultrapeers that were heard of (fresh) or spoken to (valid), and addresses that failed (bad), to find
 * the network again (bootstrap.md §5). No network and no teller can fill it.
 */
typedef struct _FilHostCache FilHostCache;

/* Returns whether this host must not be chosen now. */
typedef gboolean (*FilHostAvoid) (const FilEndpoint *endpoint, gpointer data);

FilHostCache *fil_host_cache_new (FilRandom *random) G_GNUC_WARN_UNUSED_RESULT;
void fil_host_cache_free (FilHostCache *self);

gboolean fil_host_cache_learn (FilHostCache *self, const FilEndpoint *endpoint, const FilEndpoint *teller,
                               gint64 now_us);
void fil_host_cache_good (FilHostCache *self, const FilEndpoint *endpoint, gint64 now_us);
void fil_host_cache_has_twin (FilHostCache *self, const FilEndpoint *endpoint, gint64 now_us);
void fil_host_cache_failed (FilHostCache *self, const FilEndpoint *endpoint, gint64 now_us);
void fil_host_cache_bad (FilHostCache *self, const FilEndpoint *endpoint, gint64 now_us);
void fil_host_cache_tried (FilHostCache *self, const FilEndpoint *endpoint, gint64 now_us);

gboolean fil_host_cache_choose (FilHostCache *self, FilHostAvoid avoid, gpointer data, gint64 now_us,
                                FilEndpoint *out);
guint fil_host_cache_list (FilHostCache *self, FilEndpoint *out, guint max);
guint fil_host_cache_size (const FilHostCache *self);

void fil_host_cache_load (FilHostCache *self, const FilSavedHost *hosts, guint n, gint64 now_us);
GArray *fil_host_cache_save (const FilHostCache *self, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilHostCache, fil_host_cache_free)

G_END_DECLS
