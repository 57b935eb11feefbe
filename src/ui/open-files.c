/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-files.h"

#include <glib/gi18n.h>

/* A file or a folder that is being opened. */
typedef struct
{
  GtkWindow *window; /* owned */
  char *path;
  FilOpenFailed failed;
} Opening;

static Opening *
opening_new (GtkWindow *window,
             const char *path,
             FilOpenFailed failed)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->window = g_object_ref (window);
  opening->path = g_strdup (path);
  opening->failed = failed;
  return opening;
}

static void
opening_free (Opening *opening)
{
  g_object_unref (opening->window);
  g_free (opening->path);
  g_free (opening);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

static void
opened_cb (GObject *source,
           GAsyncResult *result,
           gpointer data)
{
  g_autoptr (Opening) opening = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_filename_display_basename (opening->path);
  g_autofree char *sentence = NULL;

  if (gtk_show_uri_full_finish (GTK_WINDOW (source), result, &error) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    sentence = g_strdup_printf (_("There is no program on this computer that opens “%s”."), name);
  else
    sentence = g_strdup_printf (_("“%s” could not be opened: %s"), name, error->message);
  opening->failed (opening->window, sentence);
}

/* Takes @opening. */
static void
show (Opening *opening)
{
  g_autofree char *uri = g_filename_to_uri (opening->path, NULL, NULL);

  gtk_show_uri_full (opening->window, uri, GDK_CURRENT_TIME, NULL, opened_cb, opening);
}

/* Somebody may have moved or deleted it since. */
static gboolean
is_there (GtkWindow *window,
          const char *path,
          FilOpenFailed failed)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *sentence = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  sentence = g_strdup_printf (_("“%s” is not in the folder %s any more."), name, shown);
  failed (window, sentence);
  return FALSE;
}

/**
 * fil_open_file:
 * @path: absolute, of a finished file
 * @failed: (scope forever): called when it cannot be opened
 *
 * Opens it with the program that a person has chosen for its type. Programs are never run: their
 * folder is shown instead.
 */
void
fil_open_file (GtkWindow *window,
               const char *path,
               FilOpenFailed failed)
{
  g_autofree char *type = g_content_type_guess (path, NULL, 0, NULL);

  g_return_if_fail (GTK_IS_WINDOW (window) && g_path_is_absolute (path));

  if (!is_there (window, path, failed))
    return;
  if (g_content_type_can_be_executable (type) && !g_str_has_prefix (type, "text/plain"))
    fil_show_in_folder (window, path, failed);
  else
    show (opening_new (window, path, failed));
}

/* Without a file manager on the bus, the folder itself is opened. */
static void
shown_cb (GObject *source,
          GAsyncResult *result,
          gpointer data)
{
  g_autoptr (Opening) opening = data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autofree char *folder = g_path_get_dirname (opening->path);

  if (answer == NULL)
    show (opening_new (opening->window, folder, opening->failed));
}

/**
 * fil_show_in_folder:
 * @path: absolute
 * @failed: (scope forever): called when it cannot be shown
 *
 * Opens the folder of @path with the file selected, where the file manager can do that.
 */
void
fil_show_in_folder (GtkWindow *window,
                    const char *path,
                    FilOpenFailed failed)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  GDBusConnection *bus = g_application_get_dbus_connection (g_application_get_default ());
  const char *uris[] = { uri, NULL };

  g_return_if_fail (GTK_IS_WINDOW (window) && g_path_is_absolute (path));

  if (!is_there (window, path, failed) || bus == NULL)
    return;
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", "ShowItems", g_variant_new ("(^ass)", uris, ""), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, shown_cb, opening_new (window, path, failed));
}
