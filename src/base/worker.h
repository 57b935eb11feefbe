/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FilWorker:
 *
 * A dedicated thread that does one job after the other. Jobs get their own data; what they find out
 * comes back in the main context that was the thread's default when the worker was made.
 */
typedef struct _FilWorker FilWorker;

typedef void (*FilWorkerFunc) (gpointer data);

FilWorker *fil_worker_new (const char *name, gboolean is_background) G_GNUC_WARN_UNUSED_RESULT;
void fil_worker_free (FilWorker *self);

/* From the owner's thread. */
void fil_worker_push (FilWorker *self, FilWorkerFunc work, FilWorkerFunc done, gpointer data,
                      GDestroyNotify destroy);
void fil_worker_finish (FilWorker *self);

/* From the worker's thread, or any. */
void fil_worker_report (FilWorker *self, FilWorkerFunc func, gpointer data, GDestroyNotify destroy);
gboolean fil_worker_is_current (const FilWorker *self);
gboolean fil_worker_is_stopping (const FilWorker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilWorker, fil_worker_free)

G_END_DECLS
