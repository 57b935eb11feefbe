/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FilDemoProcess:
 *
 * The demo network: throw-away nodes in processes of their own, which end and are removed with this.
 */
typedef struct _FilDemoProcess FilDemoProcess;

void fil_demo_process_start_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
FilDemoProcess *fil_demo_process_start_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *fil_demo_process_profile (const FilDemoProcess *self);
char *fil_demo_process_host_profile (const FilDemoProcess *self, const char *host) G_GNUC_WARN_UNUSED_RESULT;
void fil_demo_process_free (FilDemoProcess *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDemoProcess, fil_demo_process_free)

G_END_DECLS
