/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "find-program.h"

/**
 * fil_find_program:
 * @name: of another program of Filbert
 * @installed_folder: where it lies once installed
 *
 * Finds the program of the same build: beside this one, or where it was
 * installed.
 *
 * Returns: (transfer full): a path, whether or not something is there
 */
char *
fil_find_program (const char *name,
                  const char *installed_folder)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  if (self != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (self);
      g_autofree char *beside = g_build_filename (folder, name, NULL);

      if (g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&beside);
    }
  return g_build_filename (installed_folder, name, NULL);
}
