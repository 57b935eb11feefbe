/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "session.h"

G_BEGIN_DECLS

/**
 * FilIdleLinks:
 *
 * Connections that hosts behind firewalls opened for us and that nobody uses just now. They are hard to
 * come by, so they are kept for the next file of the same host for a while (push.md §4). Each is a
 * FilDownloadSession that its driver goes on pumping.
 */
typedef struct _FilIdleLinks FilIdleLinks;

/* How a connection came about. */
typedef struct
{
  FilEndpoint peer;    /* where it comes from */
  gboolean is_punched; /* both sides opened the way, else the host was asked to connect */
} FilLinkOrigin;

FilIdleLinks *fil_idle_links_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_idle_links_free (FilIdleLinks *self);

gboolean fil_idle_links_keep (FilIdleLinks *self, const FilGuid *servent, const FilLinkOrigin *origin,
                              FilSession *session, gint64 now_us);
FilSession *fil_idle_links_take (FilIdleLinks *self, const FilGuid *servent, FilLinkOrigin *origin)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_idle_links_drop (FilIdleLinks *self, const FilGuid *servent);
gboolean fil_idle_links_has (const FilIdleLinks *self, const FilGuid *servent);
gint64 fil_idle_links_tick (FilIdleLinks *self, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilIdleLinks, fil_idle_links_free)

G_END_DECLS
