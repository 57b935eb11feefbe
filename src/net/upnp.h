/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "port-mapper.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilUpnp:
 *
 * Asks routers of the local network for one port of ours by UPnP, with the library gupnp-igd, which is
 * loaded on first use: it brings an XML parser and an HTTP server with it. Needs the main loop.
 */
typedef struct _FilUpnp FilUpnp;

FilUpnp *fil_upnp_new (const FilEndpoint *local, guint16 port, void (*changed) (gpointer data), gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_upnp_free (FilUpnp *self);
gboolean fil_upnp_release (FilUpnp *self);

FilPortMapperState fil_upnp_state (const FilUpnp *self);
FilEndpoint fil_upnp_external (const FilUpnp *self, FilPortMapTransport transport);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilUpnp, fil_upnp_free)

G_END_DECLS
