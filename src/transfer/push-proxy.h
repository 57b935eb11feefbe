/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "push.h"
#include "session.h"

G_BEGIN_DECLS

/* Passes a push on; returns the status to answer with: 202, 203, 410 or 503. */
typedef guint (*FilPushProxyPass) (gpointer data, const FilPush *push);

/**
 * FilPushProxy:
 *
 * Answers "GET /gnutella/push-proxy?ServerId=…" of those who want a host behind a firewall to call them
 * (push.md §2). The host is made to call who asks and nobody else: an X-Node that is not the address of
 * the connection gets 400.
 */
typedef struct _FilPushProxy FilPushProxy;

FilPushProxy *fil_push_proxy_new (FilPushProxyPass pass, gpointer data, const char *user_agent)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_push_proxy_free (FilPushProxy *self);

FilSession *fil_push_proxy_accept (FilPushProxy *self, const FilEndpoint *peer, gint64 now_us)
    G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilPushProxy, fil_push_proxy_free)

G_END_DECLS
