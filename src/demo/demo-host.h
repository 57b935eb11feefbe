/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilDemoHost:
 *
 * One throw-away node of the demo network, in a process of its own below a folder of its own.
 */
typedef struct _FilDemoHost FilDemoHost;

FilDemoHost *fil_demo_host_new (const char *top, const char *name, const char *address) G_GNUC_WARN_UNUSED_RESULT;
void fil_demo_host_free (FilDemoHost *self);

char *fil_demo_host_shared_path (const FilDemoHost *self, const char *file) G_GNUC_WARN_UNUSED_RESULT;
const char *fil_demo_host_profile (const FilDemoHost *self);
gboolean fil_demo_host_claim (FilDemoHost *self, const char *file, const char *honest_path, GError **error);

gboolean fil_demo_host_start (FilDemoHost *self, const char *role, const char *neighbour, guint upload_limit,
                              const char *while_open, GError **error);
char *fil_demo_host_listen (const FilDemoHost *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_demo_host_is_ready (const FilDemoHost *self, guint n_files, guint n_links);
guint fil_demo_host_find (const FilDemoHost *self, const char *words, guint n_wanted, gint64 for_us);
void fil_demo_host_stop (FilDemoHost *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDemoHost, fil_demo_host_free)

G_END_DECLS
