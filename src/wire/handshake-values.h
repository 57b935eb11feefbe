/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "head.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_HEADER_ABSENT,
  FIL_HEADER_FALSE,
  FIL_HEADER_TRUE,
} FilHeaderBool;

/* Values of handshake headers; NULL stands for an absent header everywhere. */
FilHeaderBool fil_header_bool (const char *value);
gboolean fil_header_version (const char *value, guint *major, guint *minor) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_header_version_at_least (const char *value, guint major, guint minor);
gboolean fil_header_uint (const char *value, guint64 max, guint64 *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_header_feature (const char *value, const char *name, guint *major, guint *minor);

/* The address a peer says it listens on: Node, Node-IPv6, Listen-IP, X-My-Address, first of either family. */
gboolean fil_handshake_listen_address (const FilHead *head, FilEndpoint *v4, FilEndpoint *v6);
/* Remote-IP or X-Remote-IP: our address as the peer sees it; port 0. */
gboolean fil_handshake_remote_address (const FilHead *head, FilEndpoint *out) G_GNUC_WARN_UNUSED_RESULT;

/* Comma list "ip:port, [v6]:port" (X-Try-Ultrapeers, Peers, Leaves). Entries that are none are skipped. */
guint fil_endpoint_list_parse (const char *value, guint16 default_port, FilEndpoint *out, guint max);
void fil_endpoint_list_write (const FilEndpoint *endpoints, guint n, FilWriter *out);

G_END_DECLS
