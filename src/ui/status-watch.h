/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/* Called with the watcher at once and at every change; @status is NULL until the node has answered. */
typedef void (*FilStatusFunc) (gpointer watcher, FilRow *status);

void fil_status_watch (FilClient *client, gpointer watcher, FilStatusFunc func);

G_END_DECLS
