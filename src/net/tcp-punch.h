/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "connect-manner.h"
#include "endpoint.h"
#include "reactor.h"
#include "stream.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilTcpPunch:
 *
 * TCP connections that leave from the port that also listens, so that they pass a NAT as the mapping that
 * others know: when both sides connect at the same moment, either their SYNs meet, or one arrives at the
 * socket that listens on the other side (bench.md "NAT pairs").
 */
typedef struct _FilTcpPunch FilTcpPunch;

/* A connection of attempt @id stands; @stream is owned by the callee. */
typedef void (*FilTcpPunchFunc) (gpointer data, guint32 id, FilStream *stream, const FilEndpoint *to);

FilTcpPunch *fil_tcp_punch_new (FilReactor *reactor, const FilEndpoint *local, const char *interface,
                                FilTcpPunchFunc func, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_tcp_punch_free (FilTcpPunch *self);
gboolean fil_tcp_punch_open (FilTcpPunch *self, guint32 id, const FilEndpoint *to, FilConnectManner manner);
void fil_tcp_punch_stop (FilTcpPunch *self, guint32 id);
guint fil_tcp_punch_n (const FilTcpPunch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilTcpPunch, fil_tcp_punch_free)

G_END_DECLS
