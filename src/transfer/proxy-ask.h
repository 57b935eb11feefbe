/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "push.h"
#include "session.h"

G_BEGIN_DECLS

/* Called once: the status that the proxy answered with, 0 when it did not answer. Not after
 * fil_proxy_ask_disown(). */
typedef void (*FilProxyAsked) (gpointer data, FilSession *session, guint status, gint64 now_us);

/**
 * FilProxyAsk:
 *
 * Asks one push proxy by HTTP to pass a push on to a servent that is connected to it (push.md §2): one
 * request, one status, no body that anybody reads.
 */
FilSession *fil_proxy_ask_new (const FilPush *push, const FilEndpoint *proxy, const char *user_agent,
                               FilProxyAsked done, gpointer data, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_proxy_ask_disown (FilSession *session);

G_END_DECLS
