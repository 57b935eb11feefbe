/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "file-kind.h"

G_BEGIN_DECLS

/**
 * FilDownloadFolders:
 *
 * Where downloads lie: part files, named after their download, in the incomplete folder or in one that was it before;
 * finished files in the download folder or in that of their kind. It knows on which disk part files were seen last.
 */
typedef struct _FilDownloadFolders FilDownloadFolders;

/* The part files lie on that file system now; see fil_download_folders_set_home(). */
typedef void (*FilDownloadFoldersHome) (gpointer data, const char *identity);

FilDownloadFolders *fil_download_folders_new (const char *incomplete, const char *downloads) G_GNUC_WARN_UNUSED_RESULT;
void fil_download_folders_free (FilDownloadFolders *self);
void fil_download_folders_set (FilDownloadFolders *self, const char *incomplete, const char *downloads);
void fil_download_folders_set_former (FilDownloadFolders *self, const char *const *folders);
void fil_download_folders_set_kind (FilDownloadFolders *self, FilFileKind kind, const char *folder);

const char *fil_download_folders_incomplete (const FilDownloadFolders *self);
const char *fil_download_folders_of_part (const FilDownloadFolders *self, gint64 id);
char *fil_download_folders_part_path (const FilDownloadFolders *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
const char *fil_download_folders_of_finished (const FilDownloadFolders *self, const char *name);
char *fil_download_part_name (gint64 id) G_GNUC_WARN_UNUSED_RESULT;

void fil_download_folders_set_home (FilDownloadFolders *self, const char *identity, FilDownloadFoldersHome func,
                                    gpointer data);
gboolean fil_download_folders_has_home (const FilDownloadFolders *self);
gboolean fil_download_folders_is_home (const FilDownloadFolders *self);
void fil_download_folders_note_home (FilDownloadFolders *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDownloadFolders, fil_download_folders_free)

G_END_DECLS
