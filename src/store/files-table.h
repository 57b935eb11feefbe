/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"
#include "urn.h"

G_BEGIN_DECLS

/* A file below a shared folder, as it was when it was hashed. */
typedef struct
{
  gint64 id;
  gint64 share;
  guint64 size;     /* bytes */
  gint64 mtime_ns;
  gint64 ctime_ns;
  guint64 dev;
  guint64 inode;
  gint64 hashed_at; /* unix seconds; 0: the hashes are not known */
  guint32 asked;    /* hits sent for it */
  guint32 sent;     /* uploads of it */
  FilSha1 sha1;
  FilTth tth;
  char path[];      /* below the folder, bytes as the disk has them; ends with NUL */
} FilFileRow;

FilFileRow *fil_file_row_new (const char *path) G_GNUC_WARN_UNUSED_RESULT;
FilFileRow *fil_file_row_copy (const FilFileRow *row) G_GNUC_WARN_UNUSED_RESULT;
const char *fil_file_row_name (const FilFileRow *row);

typedef void (*FilTreeRowLoaded) (GBytes *row, gpointer data);

GPtrArray *fil_files_table_load (FilDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_files_table_save (FilDatabase *database, const FilFileRow *row);
void fil_files_table_save_tree (FilDatabase *database, gint64 id, GBytes *row);
void fil_files_table_load_tree (FilDatabase *database, gint64 id, FilTreeRowLoaded func, gpointer data,
                                GDestroyNotify destroy);
void fil_files_table_remove (FilDatabase *database, gint64 id);
void fil_files_table_count (FilDatabase *database, gint64 id, guint32 asked, guint32 sent);

G_END_DECLS
