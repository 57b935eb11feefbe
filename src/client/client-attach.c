/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-private.h"

/* What the thread that attaches may see: copies. */
typedef struct
{
  char *dir;
  GStrv start_arguments;
  FilAttachFlags flags;
  gboolean quits_first;
} Attempt;

static void
attempt_free (gpointer data)
{
  Attempt *attempt = data;

  g_free (attempt->dir);
  g_strfreev (attempt->start_arguments);
  g_free (attempt);
}

/* The answer to Quit may be lost since the node hangs up. */
static gboolean
quit_node (GDBusConnection *connection,
           FilProfile *profile,
           GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (connection, NULL, FIL_API_PATH, FIL_API_INTERFACE,
                                                            "Quit", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                                                            NULL);

  return fil_attach_wait_until_gone (profile, error);
}

static void
attach_in_thread (GTask *task,
                  gpointer source,
                  gpointer task_data,
                  GCancellable *cancellable)
{
  Attempt *attempt = task_data;
  g_autoptr (FilProfile) profile = fil_profile_new (attempt->dir, g_getenv ("XDG_RUNTIME_DIR"));
  g_autoptr (FilAttachment) attachment = NULL;
  g_autoptr (GError) error = NULL;

  if (attempt->quits_first)
    {
      g_autoptr (FilAttachment) old = fil_attach (profile, FIL_ATTACH_ANY_VERSION, NULL, cancellable, NULL);

      if (old != NULL && !quit_node (old->connection, profile, &error))
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
    }
  attachment = fil_attach (profile, attempt->flags, (const char *const *) attempt->start_arguments, cancellable,
                           &error);
  if (attachment == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&attachment), (GDestroyNotify) fil_attachment_free);
}

static void
attach_async (FilClient *self,
              FilAttachFlags flags,
              gboolean quits_first,
              gpointer tag,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Attempt *attempt = g_new0 (Attempt, 1);

  attempt->dir = g_strdup (fil_profile_dir (self->profile));
  attempt->start_arguments = g_strdupv (self->start_arguments);
  attempt->flags = flags;
  attempt->quits_first = quits_first;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, attempt, attempt_free);
  g_task_run_in_thread (task, attach_in_thread);
}

static gboolean
attach_finish (FilClient *self,
               GAsyncResult *result,
               GError **error)
{
  g_autoptr (FilAttachment) attachment = g_task_propagate_pointer (G_TASK (result), error);

  return attachment != NULL && _fil_client_take (self, attachment, error);
}

/**
 * fil_client_attach_async:
 *
 * Connects to the node without blocking; with FIL_ATTACH_START starts one when none runs. The signal
 * "attached" comes during fil_client_attach_finish().
 */
void
fil_client_attach_async (FilClient *self,
                         FilAttachFlags flags,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_return_if_fail (FIL_IS_CLIENT (self));

  attach_async (self, flags, FALSE, fil_client_attach_async, cancellable, callback, data);
}

/**
 * fil_client_attach_finish:
 *
 * Returns: whether the client is attached; on FIL_CLIENT_ERROR_MISMATCH offer to restart the node
 */
gboolean
fil_client_attach_finish (FilClient *self,
                          GAsyncResult *result,
                          GError **error)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return attach_finish (self, result, error);
}

/**
 * fil_client_attach:
 *
 * The same, blocking: for programs without a window.
 */
gboolean
fil_client_attach (FilClient *self,
                   FilAttachFlags flags,
                   GError **error)
{
  g_autoptr (FilAttachment) attachment = NULL;

  g_return_val_if_fail (FIL_IS_CLIENT (self), FALSE);

  if (self->connection != NULL)
    return TRUE;
  attachment = fil_attach (self->profile, flags, (const char *const *) self->start_arguments, NULL, error);
  return attachment != NULL && _fil_client_take (self, attachment, error);
}

/**
 * fil_client_restart_async:
 *
 * Ends the node that runs, whatever its version, starts this version's and attaches.
 */
void
fil_client_restart_async (FilClient *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  g_return_if_fail (FIL_IS_CLIENT (self));

  attach_async (self, FIL_ATTACH_START, TRUE, fil_client_restart_async, cancellable, callback, data);
}

gboolean
fil_client_restart_finish (FilClient *self,
                           GAsyncResult *result,
                           GError **error)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return attach_finish (self, result, error);
}

/**
 * fil_client_quit:
 *
 * Ends the node and blocks until it has saved and gone, at most 10 s. A window that does not want to
 * wait makes the call "Quit" instead.
 */
gboolean
fil_client_quit (FilClient *self,
                 GError **error)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), FALSE);

  if (self->connection == NULL)
    return TRUE;
  return quit_node (self->connection, self->profile, error);
}
