/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reactor.h"

G_BEGIN_DECLS

/**
 * FilWatcher:
 *
 * Notices changes in folders. It does not say which: a scan finds that out.
 */
typedef struct _FilWatcher FilWatcher;

typedef void (*FilWatcherFunc) (gpointer data);

FilWatcher *fil_watcher_new (FilReactor *reactor, FilWatcherFunc func, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_watcher_free (FilWatcher *self);
gboolean fil_watcher_set_folders (FilWatcher *self, GPtrArray *folders);
guint fil_watcher_n_folders (const FilWatcher *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilWatcher, fil_watcher_free)

G_END_DECLS
