/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "segment-map.h"
#include "file-source.h"
#include "storage.h"
#include "transfer-rate.h"
#include "tree-trust.h"
#include "urn.h"

G_BEGIN_DECLS

/* The same order as the node's FilDownloadStage. */
typedef enum
{
  FIL_DOWNLOAD_STATE_QUEUED,      /* waits for its turn */
  FIL_DOWNLOAD_STATE_SEARCHING,   /* has no source that could be tried now */
  FIL_DOWNLOAD_STATE_CONNECTING,
  FIL_DOWNLOAD_STATE_DOWNLOADING,
  FIL_DOWNLOAD_STATE_VERIFYING,   /* all bytes are there: hash, sync, rename */
  FIL_DOWNLOAD_STATE_DONE,
  FIL_DOWNLOAD_STATE_PAUSED,
  FIL_DOWNLOAD_STATE_FAILED,
} FilDownloadState;

/* What is wanted; all pointers are borrowed. */
typedef struct
{
  gint64 id;          /* the caller's, unique */
  const char *name;   /* as a stranger wrote it */
  guint64 size;
  gboolean has_size;  /* FALSE: learnt from the first source (magnets without xl) */
  FilSha1 sha1;
  FilTth tth;
  gboolean has_sha1;  /* FALSE: only /get/<index>/<name> works, and nothing proves the bytes */
  gboolean has_tth;   /* the person asked for this root, or the whole file proved it; not what a hit says */
  gint64 added;       /* unix seconds */
  int priority;       /* higher goes first */
  gint64 limit_bps;   /* 0: none of its own */
} FilDownloadSpec;

/* What outlives the node; see FilDownloadsDelegate.save and fil_downloads_restore(). All pointers are
 * borrowed. */
typedef struct
{
  FilDownloadSpec spec;
  FilDownloadState state;   /* QUEUED, DONE, PAUSED or FAILED */
  const char *reason_code;  /* PAUSED or FAILED: why; else NULL */
  const char *verified;     /* ranges that are proved, "0-65535,131072-196607"; NULL: none */
  FilTigerTree *tree;       /* restore: what save_tree() was given last, or NULL */
  const char *received;     /* ranges that are on disk, the proved ones included; NULL: none */
  const char *path;         /* of the finished file, or NULL */
  gint64 finished;          /* unix seconds, 0: not yet */
  FilFileSource *const *sources; /* save: the ones worth keeping; restore: not looked at, add them after */
  guint n_sources;
} FilDownloadRecord;

/* What the downloads keep beside each of them. */
typedef struct _FilDownloadWork FilDownloadWork;

/**
 * FilDownload:
 *
 * One file that is being fetched. To be read only, outside transfer/.
 */
typedef struct
{
  gint64 id;
  char *name;
  guint64 size;
  gboolean has_size;
  gboolean size_is_hearsay; /* learnt from a source */
  FilSha1 sha1;
  FilTth tth;
  gboolean has_sha1;
  gboolean has_tth;        /* the root is sure */
  gint64 added;
  int priority;
  gint64 limit_bps;        /* whoever drives the sessions keeps it, by FilSession.group; 0: none of its own */
  char *path;
  gint64 finished;

  FilDownloadState state;
  char *reason;            /* one sentence, translated, whenever nothing moves; else NULL */
  const char *reason_code; /* stable, interned; NULL with reason */
  FilSourcePlace place;    /* in the queue of a source, the best of them; only while nothing else moves */
  gint64 retry_us;         /* while nothing moves: when something is tried next; 0: nothing waits */

  FilSegmentMap *map;      /* NULL while the size is not known */
  FilTreeTrust *trust;
  GPtrArray *sources;      /* FilFileSource */
  guint active_sources;    /* connections that deliver or wait for a reply */
  guint64 received;        /* bytes that arrived in this run of the node, wasted ones included */
  FilTransferRate rate;
  guint mismatches;
  gboolean wants_head;     /* the beginning first */
  guint32 solo;            /* the only source that may deliver, 0: all may */

  FilDownloadWork *work;
} FilDownload;

FilDownload *fil_download_new (const FilDownloadSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
void fil_download_free (FilDownload *self);

gboolean fil_download_may_become (const FilDownload *self, FilDownloadState state);
gboolean fil_download_set_state (FilDownload *self, FilDownloadState state);
gboolean fil_download_set_reason (FilDownload *self, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
gboolean fil_download_set_size (FilDownload *self, guint64 size);
void fil_download_forget_size (FilDownload *self);

gboolean fil_download_is_over (const FilDownload *self);
guint64 fil_download_verified_bytes (const FilDownload *self);
GArray *fil_download_proved_ranges (const FilDownload *self) G_GNUC_WARN_UNUSED_RESULT;
guint64 fil_download_received_bytes (const FilDownload *self);
guint64 fil_download_bps (const FilDownload *self, gint64 now_us);
gint64 fil_download_eta_s (const FilDownload *self, gint64 now_us);
guint fil_download_usable_sources (const FilDownload *self);
FilSourceReach fil_download_reach (const FilDownload *self, const FilOwnReach *own);
FilFileSource *fil_download_find_source (const FilDownload *self, guint32 id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDownload, fil_download_free)

G_END_DECLS
