/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bus.h"
#include "desktop.h"
#include "node.h"

G_BEGIN_DECLS

/**
 * FilbertdDesktop:
 *
 * Shows the node in the tray and in notifications, and tells it of networks and of sleep.
 */
typedef struct _FilbertdDesktop FilbertdDesktop;

FilbertdDesktop *filbertd_desktop_new (FilNode *node, FilBus *bus, const char *app_id, GMainLoop *loop)
    G_GNUC_WARN_UNUSED_RESULT;
void filbertd_desktop_free (FilbertdDesktop *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilbertdDesktop, filbertd_desktop_free)

G_END_DECLS
