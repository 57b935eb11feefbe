/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client-private.h"

#include <glib/gi18n-lib.h>

/**
 * _fil_client_set_gone_error:
 *
 * What is said whenever there is no node to ask.
 */
void
_fil_client_set_gone_error (GError **error)
{
  g_set_error_literal (error, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_UNAVAILABLE,
                       _("The node has ended; start it with: filbertctl start"));
}

/* Makes a message for people of what GDBus says. */
static GError *
translate_error (GError *error)
{
  GError *translated = NULL;

  if (error->domain == FIL_CLIENT_ERROR)
    {
      g_dbus_error_strip_remote_error (error);
      return error;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    _fil_client_set_gone_error (&translated);
  else
    {
      g_dbus_error_strip_remote_error (error);
      g_set_error_literal (&translated, FIL_CLIENT_ERROR, FIL_CLIENT_ERROR_FAILED, error->message);
    }
  g_error_free (error);
  return translated;
}

static void
called_cb (GObject *object,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, translate_error (error));
}

/**
 * _fil_client_call_async:
 * @schema: (nullable): of the rows in the answer; the task's data
 */
void
_fil_client_call_async (FilClient *self,
                        const char *method,
                        GVariant *arguments,
                        const FilSchema *schema,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, fil_client_call_async);
  g_task_set_task_data (task, (gpointer) schema, NULL);
  if (self->connection == NULL)
    {
      GError *error = NULL;

      if (arguments != NULL)
        g_variant_unref (g_variant_ref_sink (arguments));
      _fil_client_set_gone_error (&error);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_dbus_connection_call (self->connection, NULL, FIL_API_PATH, FIL_API_INTERFACE, method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, cancellable, called_cb, task);
}

/**
 * fil_client_call_async:
 * @method: of node-api.xml
 * @arguments: (transfer floating) (nullable): a tuple
 */
void
fil_client_call_async (FilClient *self,
                       const char *method,
                       GVariant *arguments,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data)
{
  g_return_if_fail (FIL_IS_CLIENT (self));

  _fil_client_call_async (self, method, arguments, NULL, cancellable, callback, data);
}

/**
 * fil_client_call_finish:
 *
 * Returns: (transfer full) (nullable): the answer, a tuple
 */
GVariant *
fil_client_call_finish (FilClient *self,
                        GAsyncResult *result,
                        GError **error)
{
  g_return_val_if_fail (FIL_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * fil_client_call:
 *
 * The same, blocking: for programs without a window.
 */
GVariant *
fil_client_call (FilClient *self,
                 const char *method,
                 GVariant *arguments,
                 GError **error)
{
  GError *cause = NULL;
  GVariant *reply;

  g_return_val_if_fail (FIL_IS_CLIENT (self), NULL);

  if (self->connection == NULL)
    {
      if (arguments != NULL)
        g_variant_unref (g_variant_ref_sink (arguments));
      _fil_client_set_gone_error (error);
      return NULL;
    }
  reply = g_dbus_connection_call_sync (self->connection, NULL, FIL_API_PATH, FIL_API_INTERFACE, method, arguments,
                                       NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, &cause);
  if (reply == NULL)
    g_propagate_error (error, translate_error (cause));
  return reply;
}
