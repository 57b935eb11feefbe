/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

gboolean fil_udp_aside_send (const char *interface, const guint8 *bytes, gsize len, const FilEndpoint *to);

G_END_DECLS
