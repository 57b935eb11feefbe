/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

/* The router that leads out of the local network, and our address towards it; IPv4, ports 0. */
typedef struct
{
  FilEndpoint router;
  FilEndpoint local;
} FilGateway;

gboolean fil_gateway_parse_routes (const char *routes, const char *interface, FilEndpoint *router)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_gateway_find (const char *interface, FilGateway *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
