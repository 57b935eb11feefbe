/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "database.h"
#include "files-error.h"
#include "files-table.h"
#include "ids.h"
#include "keyword-index.h"
#include "reactor.h"
#include "share-preview.h"
#include "tiger-tree.h"

G_BEGIN_DECLS

/**
 * FilLibrary:
 *
 * What is shared: the folders somebody chose, the files in them with their hashes, and the keyword
 * index over their names. Scanning, hashing and indexing happen on threads of its own; everything
 * here is called and answered in the context it was made in. Only a file whose hash is known is
 * found, counted or opened.
 */
typedef struct _FilLibrary FilLibrary;

typedef enum
{
  FIL_SHARE_SCANNING,
  FIL_SHARE_HASHING,
  FIL_SHARE_WATCHING,
  FIL_SHARE_AWAY,       /* the folder is not there; its rows are kept */
  FIL_SHARE_UNREADABLE,
} FilShareState;

/* A shared folder; strings are the library's until it changes. */
typedef struct
{
  gint64 id;
  const char *path;
  FilShareState state;
  const char *reason;  /* one sentence, or NULL */
  guint files;         /* that are shared now */
  guint64 bytes;
  guint to_hash;       /* files that wait for their hash */
  guint64 bytes_to_hash;
} FilShareStatus;

typedef struct
{
  guint files;
  guint64 bytes;
  guint to_hash;
  guint64 bytes_to_hash;
  guint64 hash_bps;    /* lately, 0 unknown */
} FilLibraryStatus;

/* tree is NULL when it is not known. */
typedef void (*FilTreeLoaded) (FilTigerTree *tree, gpointer data);

/* Upwards. Each is called from the main loop, never from inside a call to the library. */
typedef struct
{
  void (*status_changed) (gpointer data);                /* counts or hashing progress */
  void (*share_changed) (gint64 share, gpointer data);   /* added or changed */
  void (*share_removed) (gint64 share, gpointer data);
  void (*index_changed) (gpointer data);                 /* a new snapshot: update the route table */
} FilLibraryDelegate;

typedef struct
{
  const char *profile;    /* directory */
  const char *incomplete; /* directory of part files */
  gboolean watch;         /* follow changes on disk; off only in tests */
} FilLibraryOptions;

FilLibrary *fil_library_new (FilDatabase *database, FilIds *ids, FilReactor *reactor,
                             const FilLibraryOptions *options, const FilLibraryDelegate *delegate,
                             gpointer delegate_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fil_library_free (FilLibrary *self);

void fil_library_check (FilLibrary *self, const char *path, FilShareChecked func, gpointer data);
gint64 fil_library_add (FilLibrary *self, const char *path, gboolean include_private, GError **error);
gboolean fil_library_is_shared (const FilLibrary *self, const char *path);
gboolean fil_library_remove (FilLibrary *self, const char *path, GError **error);
void fil_library_set_incomplete (FilLibrary *self, const char *path);
void fil_library_rescan (FilLibrary *self, gint64 share);
void fil_library_set_hashing_paused (FilLibrary *self, gboolean paused);

void fil_library_get_status (FilLibrary *self, FilLibraryStatus *status);
GArray *fil_library_list_shares (FilLibrary *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean fil_library_get_share (FilLibrary *self, gint64 share, FilShareStatus *status);
const char *fil_share_state_name (FilShareState state);

/* Files. The index is the number that hits carry: from 1, stable until the node ends. */
FilKeywordIndex *fil_library_get_index (FilLibrary *self);
guint32 fil_library_last_index (FilLibrary *self);
const FilFileRow *fil_library_get (FilLibrary *self, guint32 index);
guint32 fil_library_find (FilLibrary *self, const FilSha1 *sha1);
const char *fil_library_display_name (FilLibrary *self, guint32 index);
char *fil_library_folder (FilLibrary *self, guint32 index) G_GNUC_WARN_UNUSED_RESULT;
void fil_library_count (FilLibrary *self, guint32 index, guint asked, guint sent);
void fil_library_load_tree (FilLibrary *self, guint32 index, FilTreeLoaded func, gpointer data);
int fil_library_open (FilLibrary *self, guint32 index, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilLibrary, fil_library_free)

G_END_DECLS
