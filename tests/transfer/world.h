/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "downloads.h"
#include "random.h"
#include "shaper.h"
#include "uploads.h"

#define WORLD_STEP_US (100 * FIL_MSEC)

typedef struct _World World;
typedef struct _Host Host;

/* Answers a request of a host that does not follow the rules: appends to out; FALSE closes after it. */
typedef gboolean (*HostReply) (Host *host, const char *request, GByteArray *out);

/* Somebody who has the file, honest or not. */
struct _Host
{
  World *world;
  FilEndpoint endpoint;
  FilGuid guid;
  FilUploads *uploads;
  GBytes *content;
  GBytes *second;         /* another file that it has, or NULL; owned by the test */
  gboolean is_firewalled; /* refuses connections, answers PUSH */
  gboolean is_away;       /* refuses connections */
  FilPushSelf self;      /* what it says of itself */
  gboolean is_silent;     /* connections never stand */
  guint64 bytes_per_step; /* 0: all there is */
  guint64 cut_after;      /* bytes of one connection, 0: never */
  guint64 stall_after;    /* bytes of one connection, then silence */
  const char *text;       /* for reply */
  HostReply reply;        /* speaks for itself instead of uploads */
  guint connects;
  guint givs;             /* connections it made to us */
  gboolean calls_by_tls;
  guint pushes;
  guint requests;
  char *last_request;     /* of a host that speaks for itself */
  guint64 sent;           /* bytes of all connections */
  GPtrArray *dialled;     /* of FilSession, owned: its connections to others than us; NULL: those fail */
  gboolean changed_on_disk;
  gboolean answers_pings;
  FilHeadPong pong;       /* what it answers */
  guint pings;
  GBytes *tree_of;        /* content whose tree it serves; NULL: none */
  guint trees;            /* times it was asked */
};

/* A PUSH message that went out. */
typedef struct
{
  FilPush push;
  FilGuid muid;
  FilPushWay way;
  FilEndpoint to;
  gint64 sent_us;
} SentPush;

/* One node that downloads, its disk, and all others, on a virtual clock. */
struct _World
{
  gint64 now_us;
  FilTimerQueue *timers;
  FilShaper *shaper;      /* what the hosts send passes it; no limits unless a test sets them */
  FilDownloads *downloads;
  GPtrArray *hosts;
  GPtrArray *links;
  FilEndpoint own;
  FilEndpoint own6;
  FilPushSelf self;       /* what requests say of us */
  gboolean is_reachable;
  gboolean can_punch;     /* our router lets ways be opened; most do */
  guint punches;          /* ways that were asked for … */
  FilGuid punched;        /* … the last one to this servent … */
  guint stopped_punches;  /* … and those that nobody waited for any more */
  gboolean has_route;     /* pushes have a way along that of the hits */
  gboolean loses_pushes;  /* they reach nobody */
  GArray *pushes;         /* of SentPush */
  guint delivered;        /* of those, the ones that hosts have heard of */
  GPtrArray *steps;       /* of char *: "what: detail" of pushes */
  FilRandom *random;
  gboolean dialled_tls;   /* the last dial */
  guint searches;
  guint finished;
  guint answered;
  FilEndpoint last_answered;
  guint told_address;       /* times somebody told where it sees us … */
  FilEndpoint seen_as;      /* … and where that was */
  guint n_quiet;            /* times that somebody fell silent */
  GHashTable *disk;       /* gint64 id -> Part, in incomplete/ */
  GHashTable *done;       /* path -> GBytes */
  GHashTable *records;    /* gint64 id -> Saved */
  GHashTable *trees;      /* gint64 id -> FilTigerTree */
  guint liars;            /* sources that were convicted */
  guint spare;                  /* what the node could delete; with it the disk is full no more */
  FilStorageStatus disk_status; /* what the disk answers to writes and opens … */
  FilStorageStatus check_status; /* … and when it is asked for the hash of a block */
  gboolean forgets_done;  /* the row that says that a download is done is never written */
  gboolean disk_is_slow;  /* answers come a step later */
  gboolean disk_is_stuck; /* … or not at all */
  gboolean checks_are_stuck; /* only those of blocks are awaited */
  GQueue *answers;
  GArray *pongs;          /* Pong on their way */
  FilMesh *mesh;          /* of the one that downloads */
  gboolean shares_parts;  /* … and tells others where it can be reached */
  GHashTable *files;      /* GBytes -> descriptor + 1, of what hosts share … */
  GHashTable *hashed;     /* … and GBytes -> FilTigerTree */
  guint dials;
  guint n_pings;
  guint writes;
  guint checks;
  guint hashes;
  guint syncs;
};

/* What save() was told, kept over a restart. */
typedef struct
{
  FilDownloadSpec spec;
  char *name;
  FilDownloadState state;
  char *reason_code;
  char *received;
  char *verified;
  char *path;
  guint saves;
  guint n_sources;
  guint n_proxies; /* of the first source */
} Saved;

World *world_new (void);
void world_free (World *self);
Host *world_add_host (World *self, const char *address, GBytes *content);
gint64 world_add (World *self, gint64 id, GBytes *content);
FilDownload *world_start (World *self, GBytes *content);
void world_add_source (World *self, gint64 id, Host *host);
void world_add_pushed (World *self, gint64 id, Host *host, const FilHost *proxies, guint n_proxies);
void world_add_punched (World *self, gint64 id, Host *host);
gboolean world_open_way (World *self, Host *host);
guint world_count_steps (World *self, const char *step);
guint world_count_links (World *self, guint64 group);
void world_step (World *self);
gboolean world_run_until (World *self, FilDownload *download, FilDownloadState state, guint seconds);
void world_run (World *self, guint seconds);
void world_restart (World *self, gboolean orderly);
void world_spoil (World *self, gint64 id, gsize at);
void world_assert_done (World *self, gint64 id, GBytes *content);

/* For a HostReply. */
void host_asked (const char *request, guint64 *first, guint64 *last);
void host_say (GByteArray *out, const char *text);
void host_say_bytes (Host *host, GByteArray *out, const char *head, guint64 first, guint64 last);
void host_say_part (Host *host, GByteArray *out, const char *headers, guint64 first, guint64 last);
void host_serve (Host *host, const char *request, GByteArray *out, const char *headers);

void test_feed (FilSession *session, const char *text, gint64 now_us);
GBytes *test_content (gsize len, guint64 seed);
GBytes *test_corrupted (GBytes *content, gsize at);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)
