/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "node.h"
#include "profile.h"
#include "reactor.h"

G_BEGIN_DECLS

/**
 * FilBus:
 *
 * Offers a node to programs of the same user, on a socket of its own. It sends numbers only: that a
 * list has changed; rows go to who asks for them. So a client that stands still costs a few hundred
 * bytes, and catching up is the same call as attaching.
 */
typedef struct _FilBus FilBus;

typedef void (*FilBusQuitFunc) (gpointer data);

FilBus *fil_bus_new (FilNode *node, FilProfile *profile, FilReactor *reactor, FilBusQuitFunc quit, gpointer data,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_bus_free (FilBus *self);
guint fil_bus_n_clients (const FilBus *self);
gboolean fil_bus_is_watched (const FilBus *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilBus, fil_bus_free)

G_END_DECLS
