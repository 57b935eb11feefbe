/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FilDemoNetwork:
 *
 * A handful of throw-away nodes on 127.0.0.x that share things made up on the spot:
 *
 *   me ── oak ── elm ── carl (accepts no connections: only a push reaches him)
 *   anna ──┘      └──── bea, dora (sends wrong bytes)
 */
typedef struct _FilDemoNetwork FilDemoNetwork;

FilDemoNetwork *fil_demo_network_new (GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_demo_network_free (FilDemoNetwork *self);
const char *fil_demo_network_profile (const FilDemoNetwork *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDemoNetwork, fil_demo_network_free)

G_END_DECLS
