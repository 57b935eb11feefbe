/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "downloads.h"
#include "idle-links.h"

G_BEGIN_DECLS

/* How a file comes, and where each step is:
 *
 *   verbs, list       what people ask for: add, pause, cancel …; all downloads in their order
 *   sources, size     who has it, from hits and from other sources; what to believe of its size
 *   schedule, slow    tick by tick, who is connected to next, and which connection gives way to a better one
 *   push, giv, punch  the ways to sources that cannot be connected to
 *   ping, place       asking a source what it has; waiting in its queue
 *   fetch*.c          one connection to one source (on top of download-session.c, which speaks HTTP): the range
 *                     it is to bring, where else the file is, the tree of its hashes
 *   disk              the part file: bytes are written, and synced before they count as kept
 *   verify            the hash of each block as it is complete
 *   tree              which tree of hashes to believe, and what a wrong block means
 *   blame             who sent wrong bytes, or how to find out
 *   finish            the hash of the whole file, and the file to its place
 *   text              the state of it all in words
 *   network           the network went, came back, or is another one
 *
 * Where no file is named it is downloads-NAME.c. What takes time, the disk and hashes, is a FilDownloadOp
 * (download-op.h), whose answer may find the download gone.
 */

typedef struct _FilFetch FilFetch;

typedef enum
{
  FIL_PART_CLOSED,
  FIL_PART_OPENING,
  FIL_PART_READY,
} FilPartState;

typedef struct _FilRangeCheck FilRangeCheck;

/* hash is that of the range, NULL when the disk did not tell; nobody is told of a download that is gone. */
typedef void (*FilRangeChecked) (FilDownloads *self, FilDownload *download, const FilRangeCheck *check,
                                 const FilTth *hash);

/* Bytes whose hash is asked for, and by whom. */
struct _FilRangeCheck
{
  FilRange range;
  guint64 number;
  guint piece;
  FilRangeChecked func;
};

/* What FilDownloads keeps beside each download. */
struct _FilDownloadWork
{
  FilDownloads *downloads;
  GPtrArray *fetches;       /* FilFetch of this download */
  guint32 last_source_id;
  guint64 order;            /* of adding */

  FilPart *part;
  FilPartState part_state;
  guint64 opening;          /* number of the newest open, to tell late answers */
  guint pending_writes;
  gboolean is_dirty;        /* something was written since the last sync */
  gboolean is_syncing;
  gboolean is_hashing;      /* the hash of the whole file is awaited */
  gboolean is_hashed;       /* the hash is right; only the last steps are missing */
  GArray *held;             /* FilRange: what lay in the part file when it was opened, until a tree has told what it is */
  char *durable;            /* received ranges that are safely on disk */
  char *durable_verified;   /* … and proved */
  char *found_path;         /* where an earlier life has put the finished file; tick() acts on it */
  gint64 sync_us;           /* when the last one began … */
  gint64 sync_took_us;      /* … and how long the last one lasted */
  FilStorageStatus disk_status; /* trouble that tick() has to act on */
  char *disk_detail;
  gint64 disk_retry_us;     /* paused by the disk: when to look again; FIL_NEVER: not */

  gint64 next_worker_us;
  guint n_workers;          /* connections that were tried since it was begun or resumed */
  gint64 next_search_us;
  gint64 next_refresh_us;
  guint n_size_doubts;      /* how often the size was found to be nobody's */
  gint64 size_trial_us;     /* another size is named as often: until when the present one may prove itself; 0: none is … */
  gint64 size_patience_us;  /* … and how long it was given */
  gboolean size_is_granted; /* more name another one, which has had its time */
  gboolean is_restored;     /* its sources come from the store, until the first tick */
  gboolean may_be_finished; /* in an earlier life that could not say so any more; until the part file was opened */
  gboolean has_new_sources; /* … that are not saved yet */
  gint64 next_save_us;
  gboolean wants_proxies;   /* sources do not answer pushes: newer push proxies are wanted */
  gint64 next_progress_us;
  gboolean has_progress;    /* bytes came that nobody was told of */
  gint64 solo_since_us;    /* when the one that proves itself was chosen, or had brought enough last … */
  guint64 solo_delivered;  /* … and what it had delivered by then */

  guint64 tree_fetch;       /* number of the fetch that asked for the tree, 0: none */
  guint64 tree_number;      /* of the checks of blocks, to tell late answers */
  guint8 *blocks;           /* state of each block of the tree that is used */
  gsize n_blocks;           /* 0: there is no tree */
  guint checking;           /* hashes of ranges that are awaited */
  GArray *wrong;            /* gsize: blocks that do not fit */
  GPtrArray *suspects;      /* wrong blocks whose culprit is looked for */
  GArray *culprits;         /* guint32: sources that were found out */
  gboolean was_rechecked;   /* all blocks, because the whole file was wrong */
};

struct _FilDownloads
{
  FilDownloadsDelegate delegate;
  FilStorage storage;
  gpointer storage_data;
  gpointer data;
  char *user_agent;
  FilMesh *mesh;            /* or NULL; not owned */
  guint32 salt;             /* our own, see fil_rarest_choose() */
  gint64 pings_since_us;
  guint n_pings;            /* since then */
  GHashTable *by_id;        /* gint64 -> FilDownload */
  GPtrArray *list;          /* FilDownload, owned; the first may run first */
  GPtrArray *fetches;       /* FilFetch of all */
  GPtrArray *tries;         /* FilPushTry of all; they belong to their sources */
  FilIdleLinks *idle;       /* pushed connections without a use */
  GHashTable *places;       /* id of our place in a queue -> who waits there */
  GPtrArray *buffers;       /* idle ones */
  guint n_buffers;          /* in use */
  GList *ops;               /* FilDownloadOp under way */
  guint64 last_order;
  guint64 last_number;
  guint max_active;
  gint64 limit_bps;         /* of everything together, 0: none */
  gint64 limit_each_bps;    /* of each download that has none of its own, 0: none */
  gboolean is_offline;
  gint64 moved_us;          /* when our address became another one, 0: it did not */
  gboolean is_shut;
  gboolean in_tick;
  gint64 wake_us;
  gint64 now_us;            /* newest time heard of */
  gint64 next_search_us;
  gint64 next_refresh_us;
};

/* downloads.c */
void _fil_downloads_soon (FilDownloads *self);
void _fil_downloads_changed (FilDownloads *self, FilDownload *download);
void _fil_downloads_save (FilDownloads *self, FilDownload *download);
void _fil_downloads_state (FilDownloads *self, FilDownload *download, FilDownloadState state);
void _fil_downloads_stop_fetches (FilDownloads *self, FilDownload *download, const char *reason);
void _fil_downloads_forget (FilDownloads *self, FilDownload *download);

/* downloads-list.c */
void _fil_downloads_resort (FilDownloads *self);

/* downloads-schedule.c */
gint64 _fil_downloads_advance (FilDownloads *self, FilDownload *download, gboolean may_run, gint64 now_us);
gboolean _fil_downloads_may_fetch (const FilDownload *download, const FilFileSource *source);
gboolean _fil_downloads_is_useful (const FilDownload *download, const FilFileSource *source);
gboolean _fil_download_is_running (const FilDownload *download);

/* downloads-host.c */
gboolean _fil_downloads_host_is_taken (const FilDownload *download, const FilFileSource *source, gint64 now_us);
void _fil_downloads_host_answered (FilFetch *fetch, gboolean serves);
gint64 _fil_downloads_claim_host (FilDownload *download, gint64 now_us);

/* downloads-slow.c */
gboolean _fil_downloads_has_room (const FilDownloads *self, const FilDownload *download, FilFetch **slow, gint64 *wake,
                                  gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
gint64 _fil_downloads_share (const FilDownload *download);
gboolean _fil_downloads_is_tight (const FilDownload *download);
void _fil_downloads_give_way (FilFetch *slow, gint64 now_us);
void _fil_downloads_trim (FilDownload *download, gint64 now_us);

/* downloads-punch.c */
FilOwnReach _fil_downloads_own_reach (const FilDownloads *self);
void _fil_downloads_punch (FilDownloads *self, FilDownload *download, FilFileSource *source, gint64 now_us);
gboolean _fil_downloads_is_punching_to (const FilDownloads *self, const FilFileSource *source);
void _fil_downloads_stop_punch (FilDownloads *self, FilFileSource *source);
void _fil_downloads_way_broke (FilFetch *fetch, gint64 now_us);
gint64 _fil_downloads_punch_tick (FilDownloads *self, FilDownload *download, gint64 now_us);

/* downloads-push.c */
guint _fil_download_n_pushing (const FilDownload *download);
void _fil_downloads_push_step (FilDownloads *self, const FilGuid *servent, const char *what, const FilEndpoint *peer,
                               const char *detail);
gboolean _fil_downloads_is_pushing_to (const FilDownloads *self, const FilFileSource *source);
void _fil_downloads_push (FilDownloads *self, FilFileSource *source, gint64 now_us);
void _fil_downloads_new_proxies (FilFileSource *source, gboolean had_others, gint64 now_us);
gint64 _fil_downloads_push_tick (FilDownloads *self, FilDownload *download, gint64 now_us);

/* downloads-giv.c */
FilFetch *_fil_downloads_take_giv (FilDownloads *self, const FilGuid *guid, guint32 index, const FilEndpoint *from,
                                   gint64 now_us);
void _fil_downloads_drop_rivals (FilDownload *download);
gboolean _fil_downloads_keep_link (FilDownloads *self, FilFetch *fetch, gint64 now_us);
void _fil_downloads_keep_links (FilDownloads *self, FilDownload *download, gint64 now_us);

/* downloads-size.c */
void _fil_downloads_size_told (FilDownloads *self, FilFileSource *source, guint64 size);
void _fil_downloads_forget_size (FilDownloads *self, FilDownload *download);
gint64 _fil_downloads_doubt_size (FilDownloads *self, FilDownload *download, gint64 now_us);

/* download-op.c */
void _fil_downloads_orphan_ops (FilDownloads *self);

/* downloads-disk.c */
void _fil_downloads_open (FilDownloads *self, FilDownload *download);
void _fil_downloads_close (FilDownloads *self, FilDownload *download);
gboolean _fil_downloads_is_disk_busy (const FilDownload *download);
void _fil_downloads_write (FilDownloads *self, FilFetch *fetch, guint64 offset, guint8 *buffer, gsize len);
void _fil_downloads_sync (FilDownloads *self, FilDownload *download);
void _fil_downloads_disk_trouble (FilDownloads *self, FilDownload *download, gint64 now_us);
void _fil_downloads_note_trouble (FilDownloads *self, FilDownload *download, const FilStorageReply *reply);
guint8 *_fil_downloads_take_buffer (FilDownloads *self);
void _fil_downloads_drop_buffer (FilDownloads *self, guint8 *buffer);

void _fil_downloads_check (FilDownloads *self, FilDownload *download, const FilRangeCheck *check);

/* downloads-network.c */
void _fil_downloads_fetch_quiet (gpointer fetch, gint64 now_us);

/* downloads-place.c */
void _fil_downloads_note_place (FilDownloads *self, FilDownload *download, const FilFileSource *source);

/* downloads-finish.c */
void _fil_downloads_complete (FilDownloads *self, FilDownload *download);
void _fil_downloads_found_finished (FilDownloads *self, FilDownload *download);

/* downloads-ping.c */
gint64 _fil_downloads_ping_tick (FilDownloads *self, FilDownload *download, gint64 now_us);

/* downloads-verify.c */
void _fil_downloads_follow (FilDownloads *self, FilDownload *download);
void _fil_downloads_check_range (FilDownloads *self, FilDownload *download, FilRange range);
void _fil_downloads_check_all (FilDownloads *self, FilDownload *download);
void _fil_downloads_check_held (FilDownloads *self, FilDownload *download);
void _fil_downloads_restart_checks (FilDownloads *self, FilDownload *download);
void _fil_downloads_forget_block (FilDownloads *self, FilDownload *download, gsize block);
gboolean _fil_downloads_next_wrong (FilDownload *download, gsize *block) G_GNUC_WARN_UNUSED_RESULT;

/* downloads-tree.c */
void _fil_downloads_root_named (FilDownloads *self, FilDownload *download, const FilFileSource *source,
                                const FilTth *root);
void _fil_downloads_tree_came (FilDownloads *self, FilDownload *download, FilTigerTree *tree);
void _fil_downloads_forget_trees (FilDownloads *self, FilDownload *download);
void _fil_downloads_block_right (FilDownloads *self, FilDownload *download, gsize block);
void _fil_downloads_judge_blocks (FilDownloads *self, FilDownload *download);
void _fil_downloads_file_right (FilDownloads *self, FilDownload *download, const FilTth *root);
gboolean _fil_downloads_file_wrong (FilDownloads *self, FilDownload *download);

/* downloads-blame.c */
void _fil_downloads_blame (FilDownloads *self, FilDownload *download, FilFileSource *liar);
void _fil_downloads_mismatch (FilDownloads *self, FilDownload *download);
gint64 _fil_downloads_choose_solo (FilDownloads *self, FilDownload *download, gint64 now_us);

/* downloads-text.c */
const char *_fil_downloads_sentence (const char *reason_code);
void _fil_downloads_explain (FilDownloads *self, FilDownload *download, gboolean may_run, gint64 now_us);

G_END_DECLS
