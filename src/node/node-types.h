/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the node tells about itself. Every string is valid UTF-8; NULL means unknown. Times are unix
 * seconds, 0 for unknown; sizes are bytes; speeds are bytes a second. Strings of a row belong to the
 * node and stay valid until its main loop turns. */

typedef enum
{
  FIL_STATE_OFFLINE,
  FIL_STATE_CONNECTING,
  FIL_STATE_ONLINE,
} FilNodeState;

/* How the bytes get here, or would (design: direct, push, punch, unreachable). */
typedef enum
{
  FIL_REACH_DIRECT,
  FIL_REACH_PUSH,
  FIL_REACH_PUNCH,
  FIL_REACH_UNREACHABLE,
} FilReach;

typedef enum
{
  FIL_VERDICT_UNKNOWN,
  FIL_VERDICT_YES,
  FIL_VERDICT_NO,
} FilVerdict;

typedef struct
{
  FilNodeState state;
  gboolean is_ultrapeer;
  char guid[33];
  const char *listen;   /* ADDR:PORT */
  const char *external; /* ADDR:PORT as others see it, or NULL */
  guint peers;          /* links to ultrapeers, or to all neighbours of an ultrapeer that are no leaves */
  guint leaves;
  FilVerdict tcp_reachable;
  FilVerdict udp_reachable;
  const char *nat;      /* what is known of the NAT in front: see fil_nat_name(), or "udp-blocked"; or NULL */
  guint shared_files;
  guint64 shared_bytes;
  guint hashing;        /* files that still wait for their hash */
  guint64 down_bps;
  guint64 up_bps;
  const char *sentence; /* one sentence when there is something to say, or NULL */
} FilStatusInfo;

typedef struct
{
  gint64 id;
  const char *address;
  const char *user_agent;
  gboolean is_ultrapeer;
  gboolean is_outgoing;
  gboolean is_compressed;
  gboolean is_encrypted;
  gboolean is_established; /* the handshake is done */
  guint64 uptime_s;
  guint64 in_messages;
  guint64 out_messages;
} FilPeerInfo;

typedef struct
{
  gint64 id;
  const char *text;
  const char *kind;
  gboolean is_active;  /* still listening for hits */
  guint results;
  guint hosts_asked;   /* about how many hosts the search has reached */
  gint64 started;
  const char *reason;  /* why it found nothing or not everything, or NULL */
} FilSearchInfo;

typedef struct
{
  gint64 id;
  gint64 search;
  const char *name;
  guint64 size;
  const char *kind;    /* audio, video, image, document, archive, program, other */
  const char *sha1;
  const char *tth;
  const char *address; /* ADDR:PORT, or NULL when only its GUID is known */
  char guid[33];
  const char *vendor;
  guint hops;
  FilReach reach;
  const char *reason;  /* when it is unreachable: one sentence why, and what would help; else NULL */
  guint sources;       /* results of this search with the same hash, this one among them */
  gboolean needs_push;
  gboolean in_library; /* this hash is shared or finished here */
  gint64 download;     /* the download of this hash, 0 when there is none */
} FilResultInfo;

typedef enum
{
  FIL_DOWNLOAD_QUEUED,
  FIL_DOWNLOAD_SEARCHING,
  FIL_DOWNLOAD_CONNECTING,
  FIL_DOWNLOAD_DOWNLOADING,
  FIL_DOWNLOAD_VERIFYING,
  FIL_DOWNLOAD_DONE,
  FIL_DOWNLOAD_PAUSED,
  FIL_DOWNLOAD_FAILED,
} FilDownloadStage;

typedef struct
{
  gint64 id;
  const char *name;
  guint64 size;
  const char *sha1;
  const char *tth;
  FilDownloadStage state;
  const char *reason;      /* one sentence whenever nothing moves, or NULL */
  const char *reason_code; /* stable name of that reason, or NULL */
  guint64 verified_bytes;
  guint64 received_bytes;
  guint64 bps;
  gint64 eta_s;            /* -1 when unknown */
  guint sources;
  guint active_sources;
  FilReach reach;
  const char *path;        /* where the finished file lies, or NULL */
  gint64 added;
  gint64 finished;
  int priority;            /* higher goes first */
  gint64 limit_bps;        /* its own limit of speed, 0: none */
  gint64 retry;            /* unix seconds: when something is tried next while nothing moves; 0: nothing waits */
  guint queue_position;    /* in the queue of a source, while we wait there; 0: we do not, or it did not say */
  guint queue_length;      /* 0: not known */
} FilDownloadInfo;

typedef struct
{
  gint64 id;
  const char *name;
  const char *peer;
  const char *state; /* queued, waiting, sending, done, failed */
  guint64 sent_bytes;
  guint64 size;
  guint64 bps;
  FilReach reach;
  guint queue_position; /* in our queue, 1: the next one; 0: it is not queued */
  gint64 limit_bps;     /* its own limit of speed, 0: none */
} FilUploadInfo;

typedef struct
{
  gint64 id;
  const char *path;
  guint files;
  guint64 bytes;
  const char *state;  /* scanning, hashing, watching, away, unreadable */
  const char *reason; /* one sentence, or NULL */
  guint to_hash;      /* files that wait for their hash */
} FilShareInfo;

typedef struct
{
  gint64 id;
  const char *name;
  const char *folder;
  const char *kind;
  guint64 size;
  const char *sha1;
  const char *tth;
  guint asked;  /* hits sent for it */
  guint sent;   /* uploads of it */
} FilLibraryInfo;

typedef struct
{
  gint64 id;
  const char *name;
  guint64 size;
  const char *sha1;
  const char *path;
  gint64 finished;
} FilHistoryInfo;

/* A download that was cancelled and can be brought back. */
typedef struct
{
  gint64 id;
  const char *name;
  guint64 size;           /* bytes, 0: unknown */
  guint64 received_bytes; /* that are kept */
  gint64 removed;         /* unix seconds */
  gint64 kept_until;      /* unix seconds */
} FilRemovedInfo;

/* A line of the log of events that a person may want to see. */
typedef struct
{
  gint64 id;
  gint64 time;
  const char *kind; /* stable name: started, link-up, link-down, download-done, download-failed, … */
  const char *text;
  gint64 subject;   /* id of what it is about, 0 for none */
} FilEventInfo;

/* One place where a download can be had. */
typedef struct
{
  gint64 id;              /* within its download */
  const char *address;    /* ADDR:PORT, or NULL when only its GUID is known */
  const char *vendor;     /* or NULL */
  const char *state;      /* stable name: idle, dialing, pushing, punching, active, queued, bad */
  FilReach reach;
  int hops;               /* ultrapeers between, as its hit came; -1: no hit of it is here */
  guint64 bps;
  guint64 delivered_bytes;
  guint queue_position;   /* in its queue, 0 when not known */
  guint queue_length;     /* 0 when not known */
  const char *reason_code; /* why it does not deliver, or NULL */
  const char *reason;     /* one sentence why no way leads there, or why the last one did not open; or NULL */
  const char *nat;        /* what stands before it, as it says: see fil_nat_name(); or NULL */
  const char *transport;  /* of the connection that stands: tcp or udp; NULL: there is none */
  gboolean is_encrypted;  /* … */
  gint64 rtt_us;          /* … its round-trip time, smoothed; 0: not known */
  const char *const *via; /* ADDR:PORT of those that carried the signalling, the last first */
} FilDownloadSourceInfo;

/* What is known of a piece of a download, the least of all bytes in it. */
typedef enum
{
  FIL_CELL_MISSING,
  FIL_CELL_ASKED,
  FIL_CELL_RECEIVED,
  FIL_CELL_VERIFIED,
} FilMapCell;

/* One step on the way of a search or of a push. */
typedef struct
{
  gint64 time_us;   /* unix time in microseconds */
  const char *what; /* stable name: query-sent, query-received, hit-received, push-forwarded, push-dropped, … */
  const char *peer; /* ADDR:PORT of the neighbour, or NULL */
  guint ttl;
  guint hops;
  const char *text;
} FilTraceStep;

typedef struct
{
  const char *name; /* tcp, udp, punch */
  FilVerdict verdict;
  const char *text;
  const char *help; /* the one thing that would help, or NULL */
  const char *setting; /* the setting that does it, and the value to give it; or NULL */
  const char *value;
  const char *action;  /* words for a button that sets it, or NULL */
} FilDoctorLine;

/* What the world would see of a folder. */
typedef struct
{
  const char *path;
  const char *refusal;  /* why it is never shared, or NULL */
  guint files;
  guint64 bytes;
  guint kinds[7];       /* audio, video, image, document, archive, program, other */
  GStrv names;          /* what would be shared, a sample of at most 500, relative */
  GStrv private_names;  /* what looks private and is left out, at most 500, relative */
  guint private_files;
} FilSharePreview;

G_END_DECLS
