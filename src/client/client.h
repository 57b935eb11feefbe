/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "row.h"

G_BEGIN_DECLS

/* Up to TIMED_OUT the codes are the exit codes of the command line. */
#define FIL_CLIENT_ERROR (fil_client_error_quark ())
typedef enum
{
  FIL_CLIENT_ERROR_FAILED = 1,
  FIL_CLIENT_ERROR_USAGE = 2,
  FIL_CLIENT_ERROR_NOT_FOUND = 3,
  FIL_CLIENT_ERROR_UNAVAILABLE = 4, /* no node runs, it went away, or it cannot start */
  FIL_CLIENT_ERROR_TIMED_OUT = 5,
  FIL_CLIENT_ERROR_MISMATCH = 6,    /* the node is of another version: offer fil_client_restart_async */
} FilClientError;

GQuark fil_client_error_quark (void);

typedef enum
{
  FIL_ATTACH_DEFAULT = 0,
  FIL_ATTACH_START = 1 << 0,       /* start a node when none runs */
  FIL_ATTACH_ANY_VERSION = 1 << 1, /* good for nothing but fil_client_quit */
} FilAttachFlags;

/**
 * FilClient:
 *
 * The way to the node of one profile. It belongs to the thread that made it, whose main context must
 * be the default one. Calls fail with FIL_CLIENT_ERROR and a message that can be shown as it is.
 *
 * Properties: "attached" (notified), "status" (FilRow of kind "status", NULL until the first answer,
 * then always the same object, whose "variant" is notified at every change).
 * Signals: "attached", "vanished" (the node has gone; fil_client_attach_async brings it back),
 * "list-changed" (const char *list, gint64 scope, guint64 seq), which FilListModel answers.
 */
#define FIL_TYPE_CLIENT (fil_client_get_type ())
G_DECLARE_FINAL_TYPE (FilClient, fil_client, FIL, CLIENT, GObject)

FilClient *fil_client_new (const char *profile) G_GNUC_WARN_UNUSED_RESULT;
void fil_client_set_start_arguments (FilClient *self, const char *const *arguments);

/* Attaching. */
void fil_client_attach_async (FilClient *self, FilAttachFlags flags, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
gboolean fil_client_attach_finish (FilClient *self, GAsyncResult *result, GError **error);
gboolean fil_client_attach (FilClient *self, FilAttachFlags flags, GError **error);
void fil_client_restart_async (FilClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer data);
gboolean fil_client_restart_finish (FilClient *self, GAsyncResult *result, GError **error);
gboolean fil_client_quit (FilClient *self, GError **error);
gboolean fil_client_is_attached (FilClient *self);
gboolean fil_client_has_started_node (FilClient *self);
const char *fil_client_get_node_version (FilClient *self);

FilRow *fil_client_get_status (FilClient *self);

/* Any call of the interface by name; client-verbs.h has one function for each. */
void fil_client_call_async (FilClient *self, const char *method, GVariant *arguments, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
GVariant *fil_client_call_finish (FilClient *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GVariant *fil_client_call (FilClient *self, const char *method, GVariant *arguments, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
