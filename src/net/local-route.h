/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

gboolean fil_local_route (guint8 family, const char *interface, FilEndpoint *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
