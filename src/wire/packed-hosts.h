/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "ggep.h"
#include "ggep-builder.h"
#include "slice.h"
#include "writer.h"

G_BEGIN_DECLS

#define FIL_PACKED_V4 6
#define FIL_PACKED_V6 18

/* An endpoint and whether TLS is welcome there. */
typedef struct
{
  FilEndpoint endpoint;
  gboolean tls;
} FilHost;

/* The single address of many messages: 4 or 16 bytes, network order, then the port LE. */
gboolean fil_packed_endpoint_read (FilSlice bytes, FilEndpoint *out) G_GNUC_WARN_UNUSED_RESULT;
void fil_packed_endpoint_write (const FilEndpoint *endpoint, FilWriter *out);

/* The IPv4 field of a fixed part; 127.0.0.0 stands for "none" (family 0, the port kept). */
FilEndpoint fil_packed_v4 (const guint8 addr[4], guint16 port);
void fil_packed_v4_address (const FilEndpoint *endpoint, guint8 out[4]);

guint fil_packed_hosts_read (FilSlice bytes, FilSlice tls, guint8 family, FilHost *out, guint max);
guint fil_packed_hosts_read_ggep (const FilGgep *ggep, const char *key, guint8 family, FilHost *out,
                                  guint max);
void fil_packed_hosts_add_ggep (FilGgepBuilder *builder, const char *key, guint8 family, const FilHost *hosts,
                                guint n);

gboolean fil_ggep_read_v6 (const FilGgep *ggep, guint16 port, FilEndpoint *out) G_GNUC_WARN_UNUSED_RESULT;
void fil_ggep_builder_add_v6 (FilGgepBuilder *builder, const FilEndpoint *endpoint);

G_END_DECLS
