/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "endpoint.h"
#include "listener.h"
#include "reactor.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilUdpPort:
 *
 * Datagrams on the port that also listens for TCP. It keeps no queue: what the kernel does not take at
 * once is lost, as datagrams are; only those that are sent in bulk wait with their owner.
 */
typedef struct _FilUdpPort FilUdpPort;

typedef void (*FilUdpFunc) (gpointer data, const guint8 *bytes, gsize len, const FilEndpoint *from, gint64 now_us);

/* Who gets the datagrams of reliable UDP, which do not go to the func. It may not free the port. */
typedef struct
{
  FilUdpFunc received;
  void (*turn_ended) (gpointer data, gint64 now_us); /* after one or many of them */
  void (*writable) (gpointer data, gint64 now_us);   /* after fil_udp_port_send_bulk() had to wait */
} FilUdpBulkDelegate;

FilUdpPort *fil_udp_port_new (FilReactor *reactor, FilListener *listener, FilUdpFunc func, gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_udp_port_free (FilUdpPort *self);
gboolean fil_udp_port_has_family (const FilUdpPort *self, guint8 family);
gboolean fil_udp_port_send (FilUdpPort *self, const guint8 *bytes, gsize len, const FilEndpoint *to);
gboolean fil_udp_port_send_ttl (FilUdpPort *self, const guint8 *bytes, gsize len, const FilEndpoint *to, guint8 ttl);
void fil_udp_port_set_bulk (FilUdpPort *self, const FilUdpBulkDelegate *delegate, gpointer data);
gboolean fil_udp_port_send_bulk (FilUdpPort *self, const guint8 *bytes, gsize len, gsize size, const FilEndpoint *to);
guint64 fil_udp_port_dropped (const FilUdpPort *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilUdpPort, fil_udp_port_free)

G_END_DECLS
