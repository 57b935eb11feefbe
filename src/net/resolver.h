/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* endpoints (n of them, at least 1) or error, one sentence. Not called when cancelled. */
typedef void (*FilResolveFunc) (gpointer data, const FilEndpoint *endpoints, guint n, const char *error);

void fil_resolve (const char *host_and_port, guint16 default_port, GCancellable *cancellable, FilResolveFunc func,
                  gpointer data);

G_END_DECLS
