/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reactor.h"

#include <glib.h>

G_BEGIN_DECLS

/* Called when the kernel's addresses or routes changed, once for all that changed at the same time. */
typedef void (*FilRouteWatchFunc) (gpointer data);

/**
 * FilRouteWatch:
 *
 * Hears from the kernel that this machine has other addresses or other ways out. What they are now is for
 * fil_local_route() to tell.
 */
typedef struct _FilRouteWatch FilRouteWatch;

FilRouteWatch *fil_route_watch_new (FilReactor *reactor, FilRouteWatchFunc func, gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_route_watch_free (FilRouteWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilRouteWatch, fil_route_watch_free)

G_END_DECLS
