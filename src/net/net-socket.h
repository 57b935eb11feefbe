/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"

#include <glib.h>

G_BEGIN_DECLS

/* Small things every socket of ours needs. */

int fil_net_socket (const FilEndpoint *family_of, int type, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_net_bind_interface (int fd, const char *interface, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_net_bind (int fd, const FilEndpoint *at, GError **error) G_GNUC_WARN_UNUSED_RESULT;
FilEndpoint fil_net_local_endpoint (int fd);
FilEndpoint fil_net_remote_endpoint (int fd);

G_END_DECLS
