/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "open-files.h"

typedef struct
{
  GtkWindow *parent;
  char *path;
} Show;

static void
show_free (Show *show)
{
  g_clear_object (&show->parent);
  g_free (show->path);
  g_free (show);
}

/**
 * fil_open_file:
 * @path: of a finished file
 *
 * Opens it with the program that a person has chosen for its type. Programs are never run: their
 * folder is shown instead.
 */
void
fil_open_file (GtkWindow *parent,
               const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *type = g_content_type_guess (path, NULL, 0, NULL);

  if (uri == NULL)
    return;
  if (g_content_type_can_be_executable (type) && !g_str_has_prefix (type, "text/plain"))
    fil_show_in_folder (parent, path);
  else
    gtk_show_uri (parent, uri, GDK_CURRENT_TIME);
}

/* Without a file manager on the bus, the folder itself is opened. */
static void
shown_cb (GObject *source,
          GAsyncResult *result,
          gpointer data)
{
  Show *show = data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autofree char *dir = g_path_get_dirname (show->path);
  g_autofree char *uri = g_filename_to_uri (dir, NULL, NULL);

  if (answer == NULL && uri != NULL)
    gtk_show_uri (show->parent, uri, GDK_CURRENT_TIME);
  show_free (show);
}

/**
 * fil_show_in_folder:
 *
 * Opens the folder of @path with the file selected, where the file manager can do that.
 */
void
fil_show_in_folder (GtkWindow *parent,
                    const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (gtk_window_get_application (parent)));
  const char *uris[] = { uri, NULL };
  Show *show;

  if (uri == NULL || bus == NULL)
    return;
  show = g_new0 (Show, 1);
  show->parent = g_object_ref (parent);
  show->path = g_strdup (path);
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", "ShowItems", g_variant_new ("(^ass)", uris, ""), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, shown_cb, show);
}
