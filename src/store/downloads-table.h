/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"
#include "guid.h"
#include "urn.h"

G_BEGIN_DECLS

/* What of a download outlives the node. */
typedef struct
{
  gint64 id;
  char *name;         /* as offered; see fil_safe_name() for the one on disk */
  guint64 size;       /* bytes */
  gboolean has_size;
  gboolean has_sha1;
  gboolean has_tth;
  FilSha1 sha1;
  FilTth tth;
  int state;          /* FilDownloadStage */
  char *reason_code;  /* or NULL */
  char *path;         /* of the finished file, or NULL */
  char *verified;     /* ranges whose hash is right, "0-65535,131072-196607", or NULL */
  char *received;     /* ranges on disk, not all verified, or NULL */
  GBytes *tree;       /* leaves of the tiger tree, or NULL */
  gint64 added;       /* unix seconds */
  gint64 finished;    /* unix seconds, 0 */
  gint64 removed;     /* unix seconds, when it was cancelled; 0: it is on the list. Not saved with the row */
  int priority;
  gint64 limit_bps;   /* bytes a second, 0: none of its own */
  GPtrArray *sources; /* of FilSourceRow, owned */
} FilDownloadRow;

/* Somebody who has the file. */
typedef struct
{
  char *address;    /* ADDR:PORT, or NULL when only the GUID is known */
  FilGuid guid;     /* zero: none */
  char *proxies;    /* push proxies, "ADDR:PORT,…", or NULL */
  guint32 flags;    /* the caller's */
  gint64 last_seen; /* unix seconds */
} FilSourceRow;

/* rows is NULL when error is set; both are borrowed. */
typedef void (*FilDownloadRowsFunc) (const GPtrArray *rows, const GError *error, gpointer data);

FilDownloadRow *fil_download_row_new (void) G_GNUC_WARN_UNUSED_RESULT;
void fil_download_row_free (FilDownloadRow *row);
FilSourceRow *fil_download_row_add_source (FilDownloadRow *row, const char *address, const FilGuid *guid);

GPtrArray *fil_downloads_table_load (FilDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *fil_downloads_table_load_removed (FilDatabase *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_downloads_table_list_removed (FilDatabase *database, FilDownloadRowsFunc func, gpointer data,
                                       GDestroyNotify destroy);
void fil_downloads_table_save (FilDatabase *database, const FilDownloadRow *row);
void fil_downloads_table_save_tree (FilDatabase *database, gint64 id, GBytes *tree);
void fil_downloads_table_set_removed (FilDatabase *database, gint64 id, gint64 removed);
void fil_downloads_table_remove (FilDatabase *database, gint64 id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDownloadRow, fil_download_row_free)

G_END_DECLS
