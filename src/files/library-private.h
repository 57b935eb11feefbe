/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hasher.h"
#include "library.h"
#include "shares-table.h"
#include "scanner.h"
#include "watcher.h"
#include "worker.h"

G_BEGIN_DECLS

/* How changes on disk and in memory are gathered. */
#define FIL_LIBRARY_SETTLE_US (2 * FIL_SEC)       /* quiet after a change before a scan … */
#define FIL_LIBRARY_SETTLE_MAX_US (30 * FIL_SEC)  /* … but no longer than this after the first */
#define FIL_LIBRARY_RESCAN_US (30 * FIL_MINUTE)   /* full scan, for what no watch tells */
#define FIL_LIBRARY_AWAY_US (15 * FIL_SEC)        /* look whether a folder came back */
#define FIL_LIBRARY_NOTIFY_US (100 * FIL_MSEC)    /* between two notifications */
#define FIL_LIBRARY_PROGRESS_US (500 * FIL_MSEC)  /* between two of hashing progress */
#define FIL_LIBRARY_INDEX_US (2 * FIL_SEC)        /* at most between two snapshots of the index … */
#define FIL_LIBRARY_INDEX_SHARE 20                /* … else so many times what one takes */
#define FIL_LIBRARY_COUNTS_US (60 * FIL_SEC)      /* between two savings of the counts */

typedef struct _FilLibraryFile FilLibraryFile;
typedef struct _FilLibraryShare FilLibraryShare;

struct _FilLibraryFile
{
  FilFileRow *row;
  FilLibraryShare *share;
  FilLibraryFile *next_same; /* with the same SHA-1 */
  char *display;             /* NULL when the name on disk can be shown */
  GList queued;              /* in the hash queue while is_queued */
  guint32 index;
  guint32 generation;        /* of the last scan that saw it */
  guint is_shared : 1;       /* its hash is known and it was there when last seen */
  guint is_queued : 1;
  guint is_saved : 1;        /* has a row in the database */
  guint is_counted : 1;      /* its counts are to be saved */
};

struct _FilLibraryShare
{
  FilLibrary *library;
  FilShareRow *row;
  GHashTable *by_path; /* row->path → FilLibraryFile, owned */
  FilShareState state;
  char *reason;
  guint files;
  guint64 bytes;
  guint to_hash;
  guint64 bytes_to_hash;
  guint32 generation;
  gboolean is_scanning;
  gboolean is_scan_wanted; /* something changed during the scan */
  gboolean is_changed;     /* to be notified */
  gint64 first_change_us;  /* not scanned yet; 0 none */
  FilWatcher *watcher;
  FilTimer *timer;         /* of the next scan */
};

struct _FilLibrary
{
  FilDatabase *database;
  FilIds *ids;
  FilReactor *reactor;
  FilClock *clock;
  FilTimerQueue *timers;
  FilLibraryDelegate delegate;
  gpointer delegate_data;
  char *profile;
  char *incomplete;
  gboolean is_watching;

  FilWorker *scan_worker;
  FilWorker *check_worker; /* NULL until somebody wants a preview */
  FilWorker *index_worker;
  FilHasher *hasher;

  GPtrArray *shares;   /* of FilLibraryShare, owned */
  GPtrArray *by_index; /* of FilLibraryFile or NULL; 0 is always NULL */
  GHashTable *by_sha1; /* &row->sha1 → FilLibraryFile, the first of a chain; shared ones only */
  GArray *removed;     /* gint64 ids of shares, to be notified */

  GQueue hash_queue;
  guint32 hashing;     /* index of the file that is hashed, 0 none */
  gboolean is_paused;
  gint64 hash_since_us;
  guint64 hashed_bytes;
  guint to_hash;
  guint64 bytes_to_hash;

  guint files;
  guint64 bytes;

  FilKeywordIndex *index;
  gboolean is_index_dirty;
  gboolean is_indexing;
  gboolean is_index_new; /* to be notified */

  gboolean is_status_changed;
  FilTimer *notify_timer;
  FilTimer *index_timer;
  FilTimer *counts_timer;
  gint64 notified_us;
};

/* library.c */
void _fil_library_changed (FilLibrary *self, FilLibraryShare *share);

/* library-shares.c */
FilLibraryShare *_fil_library_share_new (FilLibrary *self, FilShareRow *row);
void _fil_library_share_free (FilLibraryShare *share);
FilLibraryShare *_fil_library_share (FilLibrary *self, gint64 id);
FilSharePlaces *_fil_library_places (FilLibrary *self) G_GNUC_WARN_UNUSED_RESULT;

/* library-files.c */
FilLibraryFile *_fil_library_file_new (FilLibraryShare *share, FilFileRow *row);
void _fil_library_file_free (FilLibraryFile *file);
void _fil_library_file_share (FilLibraryFile *file);
void _fil_library_file_unshare (FilLibraryFile *file);
void _fil_library_file_remove (FilLibraryFile *file);

/* library-scan.c */
void _fil_library_scan (FilLibraryShare *share);
void _fil_library_scan_soon (FilLibraryShare *share);
void _fil_library_set_state (FilLibraryShare *share, FilShareState state, const char *reason);
void _fil_library_settle (FilLibraryShare *share);

/* library-hash.c */
void _fil_library_queue (FilLibraryFile *file);
void _fil_library_unqueue (FilLibraryFile *file);

/* library-index.c */
void _fil_library_index_changed (FilLibrary *self);
void _fil_library_index_tick (gpointer data, gint64 now_us);

G_END_DECLS
