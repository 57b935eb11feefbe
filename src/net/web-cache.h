/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reactor.h"
#include "web-cache-answer.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilWebCache:
 *
 * Asks GWebCaches for hosts, one request at a time. The HTTP library is loaded on first use.
 */
typedef struct _FilWebCache FilWebCache;

/* answer (borrowed) or error, one sentence. Not called after fil_web_cache_cancel() or _free(). */
typedef void (*FilWebCacheFunc) (gpointer data, const FilWebCacheAnswer *answer, const char *error);

FilWebCache *fil_web_cache_new (FilReactor *reactor, const char *user_agent) G_GNUC_WARN_UNUSED_RESULT;
void fil_web_cache_free (FilWebCache *self);
gboolean fil_web_cache_ask (FilWebCache *self, const char *url, gboolean is_plain_list, FilWebCacheFunc func,
                            gpointer data);
void fil_web_cache_cancel (FilWebCache *self);
gboolean fil_web_cache_is_busy (const FilWebCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilWebCache, fil_web_cache_free)

G_END_DECLS
