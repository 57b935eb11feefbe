/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "free-space.h"

#include "client-verbs.h"

#include <string.h>

static void
looked_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info_finish (G_FILE (source), result, &error);

  if (info == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, (gssize) MIN (g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE),
                                           (guint64) G_MAXSSIZE));
}

static const char *
find_folder (GPtrArray *settings)
{
  for (guint i = 0; i < settings->len; i++)
    if (strcmp (fil_row_get_string (g_ptr_array_index (settings, i), "key"), "downloads-dir") == 0)
      return fil_row_get_string (g_ptr_array_index (settings, i), "value");
  return "/";
}

static void
settings_cb (GObject *source,
             GAsyncResult *result,
             gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) rows = fil_client_finish_rows (FIL_CLIENT (source), result, &error);
  g_autoptr (GFile) folder = NULL;

  if (rows == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  folder = g_file_new_for_path (find_folder (rows));
  g_file_query_filesystem_info_async (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, G_PRIORITY_LOW,
                                      g_task_get_cancellable (task), looked_cb, g_object_ref (task));
}

void
fil_free_space_async (FilClient *client,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer data)
{
  GTask *task = g_task_new (client, cancellable, callback, data);

  fil_client_settings (client, cancellable, settings_cb, task);
}

/**
 * fil_free_space_finish:
 *
 * Returns: bytes, -1 and an error when the folder of the downloads is not there
 */
gint64
fil_free_space_finish (FilClient *client,
                       GAsyncResult *result,
                       GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}
