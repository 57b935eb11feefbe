/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-state.h"

#include <glib/gstdio.h>

#define GROUP "window"

struct _FilWindowState
{
  char *path;
  GKeyFile *file;
};

/**
 * fil_window_state_new:
 * @name: tells the windows of different profiles apart
 *
 * Returns: (transfer full): the state as it was kept, empty when there is none
 */
FilWindowState *
fil_window_state_new (const char *name)
{
  FilWindowState *self = g_new0 (FilWindowState, 1);
  g_autofree char *base = g_strconcat (name, ".ini", NULL);

  self->path = g_build_filename (g_get_user_state_dir (), "filbert", base, NULL);
  self->file = g_key_file_new ();
  g_key_file_load_from_file (self->file, self->path, G_KEY_FILE_NONE, NULL);
  return self;
}

void
fil_window_state_free (FilWindowState *self)
{
  g_free (self->path);
  g_key_file_unref (self->file);
  g_free (self);
}

/* To lose it is no harm, so a full disk is not worth a word. */
static void
save (FilWindowState *self)
{
  g_autofree char *dir = g_path_get_dirname (self->path);

  g_mkdir_with_parents (dir, 0700);
  g_key_file_save_to_file (self->file, self->path, NULL);
}

gboolean
fil_window_state_get (FilWindowState *self,
                      const char *key)
{
  return g_key_file_get_boolean (self->file, GROUP, key, NULL);
}

void
fil_window_state_set (FilWindowState *self,
                      const char *key,
                      gboolean value)
{
  g_key_file_set_boolean (self->file, GROUP, key, value);
  save (self);
}

void
fil_window_state_restore (FilWindowState *self,
                          GtkWindow *window)
{
  int width = g_key_file_get_integer (self->file, GROUP, "width", NULL);
  int height = g_key_file_get_integer (self->file, GROUP, "height", NULL);

  if (width > 0 && height > 0)
    gtk_window_set_default_size (window, MIN (width, 10000), MIN (height, 10000));
  if (g_key_file_get_boolean (self->file, GROUP, "maximized", NULL))
    gtk_window_maximize (window);
}

void
fil_window_state_keep (FilWindowState *self,
                       GtkWindow *window)
{
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  g_key_file_set_integer (self->file, GROUP, "width", width);
  g_key_file_set_integer (self->file, GROUP, "height", height);
  g_key_file_set_boolean (self->file, GROUP, "maximized", gtk_window_is_maximized (window));
  save (self);
}
