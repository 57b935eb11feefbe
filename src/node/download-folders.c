/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-folders.h"

#include "disk-guard.h"

#include <string.h>
#include <unistd.h>

struct _FilDownloadFolders
{
  char *incomplete;
  char **former; /* (nullable): folders that were it before, and may still hold part files */
  char *downloads;
  char *kinds[FIL_N_KINDS]; /* NULL: downloads */
  char *home; /* the file system where part files were seen last; NULL: not yet */
  FilDownloadFoldersHome home_func;
  gpointer home_data;
};

/**
 * fil_download_folders_new:
 *
 * Returns: (transfer full): the folders
 */
FilDownloadFolders *
fil_download_folders_new (const char *incomplete,
                          const char *downloads)
{
  FilDownloadFolders *self = g_new0 (FilDownloadFolders, 1);

  fil_download_folders_set (self, incomplete, downloads);
  return self;
}

void
fil_download_folders_free (FilDownloadFolders *self)
{
  if (self == NULL)
    return;
  for (guint kind = 0; kind < FIL_N_KINDS; kind++)
    g_free (self->kinds[kind]);
  g_free (self->incomplete);
  g_strfreev (self->former);
  g_free (self->downloads);
  g_free (self->home);
  g_free (self);
}

/**
 * fil_download_folders_set:
 *
 * Parts that are open stay where they are.
 */
void
fil_download_folders_set (FilDownloadFolders *self,
                          const char *incomplete,
                          const char *downloads)
{
  g_free (self->incomplete);
  g_free (self->downloads);
  self->incomplete = g_strdup (incomplete);
  self->downloads = g_strdup (downloads);
}

/**
 * fil_download_folders_set_former:
 * @folders: (nullable): which the incomplete folder was before, and which may still hold part files
 */
void
fil_download_folders_set_former (FilDownloadFolders *self,
                                 const char *const *folders)
{
  g_strfreev (self->former);
  self->former = g_strdupv ((char **) folders);
}

/**
 * fil_download_folders_set_kind:
 * @folder: (nullable): where finished files of that kind go; NULL: into the download folder
 */
void
fil_download_folders_set_kind (FilDownloadFolders *self,
                               FilFileKind kind,
                               const char *folder)
{
  g_free (self->kinds[kind]);
  self->kinds[kind] = g_strdup (folder);
}

/**
 * fil_download_folders_incomplete:
 *
 * Returns: (transfer none): where part files are made, valid until it is set anew
 */
const char *
fil_download_folders_incomplete (const FilDownloadFolders *self)
{
  return self->incomplete;
}

/**
 * fil_download_part_name:
 *
 * Returns: (transfer full): the name of the part file of download @id
 */
char *
fil_download_part_name (gint64 id)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ".part", id);
}

static gboolean
is_in (const char *folder,
       const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return access (path, F_OK) == 0;
}

/**
 * fil_download_folders_of_part:
 *
 * Returns: (transfer none): where the part file of download @id lies, or is to be made: a person may have chosen
 *   another folder since it was begun
 */
const char *
fil_download_folders_of_part (const FilDownloadFolders *self,
                              gint64 id)
{
  g_autofree char *name = fil_download_part_name (id);

  for (guint i = 0; self->former != NULL && self->former[i] != NULL; i++)
    if (!is_in (self->incomplete, name) && is_in (self->former[i], name))
      return self->former[i];
  return self->incomplete;
}

/**
 * fil_download_folders_part_path:
 *
 * Returns: (transfer full): where the part file of download @id lies, if there is one
 */
char *
fil_download_folders_part_path (const FilDownloadFolders *self,
                                gint64 id)
{
  g_autofree char *name = fil_download_part_name (id);

  return g_build_filename (fil_download_folders_of_part (self, id), name, NULL);
}

/**
 * fil_download_folders_of_finished:
 *
 * Returns: (transfer none): where a file of that name goes when it is whole
 */
const char *
fil_download_folders_of_finished (const FilDownloadFolders *self,
                                  const char *name)
{
  const char *folder = self->kinds[fil_file_kind_of (name)];

  return folder != NULL ? folder : self->downloads;
}

/**
 * fil_download_folders_set_home:
 * @identity: (nullable): what @func was told last, in an earlier life
 * @func: told when part files are found on another file system
 *
 * A folder may be a drive that is away; then its place is empty, or a new folder is made there. So a part file
 * that is missing was only deleted when the folder is on the file system where part files were seen last.
 */
void
fil_download_folders_set_home (FilDownloadFolders *self,
                               const char *identity,
                               FilDownloadFoldersHome func,
                               gpointer data)
{
  g_free (self->home);
  self->home = g_strdup (identity);
  self->home_func = func;
  self->home_data = data;
}

/**
 * fil_download_folders_has_home:
 *
 * Returns: whether it is known where part files were seen last
 */
gboolean
fil_download_folders_has_home (const FilDownloadFolders *self)
{
  return self->home != NULL;
}

/**
 * fil_download_folders_is_home:
 *
 * Returns: whether the incomplete folder is where part files were seen last, as far as known. A folder that a person
 *   has chosen since is as good.
 */
gboolean
fil_download_folders_is_home (const FilDownloadFolders *self)
{
  g_autofree char *identity = fil_disk_guard_identity (self->incomplete);
  const char *path = self->home != NULL ? strchr (self->home, ' ') : NULL;

  return path == NULL || strcmp (path + 1, self->incomplete) != 0 || g_strcmp0 (identity, self->home) == 0;
}

/**
 * fil_download_folders_note_home:
 *
 * A part file was seen in the incomplete folder.
 */
void
fil_download_folders_note_home (FilDownloadFolders *self)
{
  g_autofree char *identity = fil_disk_guard_identity (self->incomplete);

  if (identity == NULL || g_strcmp0 (identity, self->home) == 0)
    return;
  g_free (self->home);
  self->home = g_steal_pointer (&identity);
  if (self->home_func != NULL)
    self->home_func (self->home_data, self->home);
}
