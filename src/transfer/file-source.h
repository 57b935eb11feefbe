/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "own-reach.h"
#include "packed-hosts.h"
#include "push-try.h"
#include "source-place.h"
#include "transfer-limits.h"
#include "urn.h"

G_BEGIN_DECLS

/* How the bytes get here; the same order as the node's FilReach. */
typedef enum
{
  FIL_SOURCE_DIRECT,
  FIL_SOURCE_PUSH,
  FIL_SOURCE_PUNCH,
  FIL_SOURCE_UNREACHABLE,
} FilSourceReach;

typedef enum
{
  FIL_SOURCE_IDLE,    /* may be tried from retry_us on */
  FIL_SOURCE_DIALING,
  FIL_SOURCE_PUSHING, /* asked to connect to us */
  FIL_SOURCE_PUNCHING, /* both sides open a way */
  FIL_SOURCE_ACTIVE,  /* connected */
  FIL_SOURCE_QUEUED,  /* connected, waits in the queue of the other side */
  FIL_SOURCE_BAD,     /* not for this file */
} FilSourceState;

/* What is known of a place before it was tried; all pointers are borrowed. */
typedef struct
{
  FilEndpoint endpoint;       /* none when only the GUID is known */
  FilEndpoint other;          /* of the same host, of the other family, if it has one and we could go there */
  FilGuid guid;               /* zero when not known */
  const FilHost *proxies;     /* push proxies, the newest first */
  guint n_proxies;
  guint32 index;              /* of the hit, for PUSH and /get/ */
  const char *name;           /* what the hit called the file, for /get/; NULL: the download's name */
  const char *vendor;         /* or NULL */
  gboolean needs_push;
  gboolean tls;
  FilPunchHint punch;         /* of the hit */
  guint n_own_proxies;        /* the first ones: the host itself named them, along with bytes of the file */
  gboolean is_blamed;         /* from the store: sent wrong bytes once */
  gboolean is_alt;            /* some other source names it, which may mean to have it called */
} FilSourceSpec;

/* How to get at a host. */
typedef struct
{
  FilEndpoint endpoint;
  FilEndpoint other;
  gboolean needs_push;
  FilHost proxies[FIL_SOURCE_MAX_PROXIES];
  guint n_proxies;
  guint n_own_proxies;
} FilSourceWays;

/**
 * FilFileSource:
 *
 * One place where one file can be had, and what became of trying. To be read only, outside transfer/.
 */
typedef struct
{
  guint32 id; /* within its download, from 1; the owner in the segment map */
  FilEndpoint endpoint;
  FilEndpoint other;     /* tried when nobody answers at @endpoint; they change places */
  gboolean has_other_failed; /* … since one of them answered; both have: it is as if none had */
  FilGuid guid;
  FilHost proxies[FIL_SOURCE_MAX_PROXIES];
  guint n_proxies;
  guint n_own_proxies; /* the first ones: named by the host itself */
  guint32 index;
  char *name;
  char *vendor;
  gboolean needs_push;
  gboolean tls;

  FilSourceState state;
  gint64 retry_us;       /* not tried before */
  guint failures;        /* dials and pushes in a row that came to nothing */
  guint hangups;         /* connections in a row that ended before a reply */
  gboolean direct_failed;
  FilPunchHint punch;
  gboolean is_hopeless;  /* both sides knocked in vain: not before retry_us */
  const char *punch_sentence; /* why it could not be reached, static; NULL: it was not tried, or could */
  gint64 pushed_us;      /* when the last PUSH was sent or the last punch begun, 0: never */
  FilPushTry *push_try;  /* while it is PUSHING, else NULL */
  FilSourcePlace place;  /* in the queue of the other side */
  guint64 delivered;     /* bytes, in this run of the node */
  guint64 bps;           /* measured last */
  gboolean is_blamed;    /* sent bytes that the hash proved wrong */
  gboolean is_alt;       /* only other sources have named it, and it has delivered nothing yet */
  gboolean is_crowded;   /* it gave nothing while another download had a connection to its host */
  gboolean no_solo;      /* too slow to prove itself alone */
  gboolean no_ranges;    /* always sends the whole file */
  guint64 told_size;     /* of the file, as it says, … */
  gboolean has_told_size; /* … if it has all of it */
  gboolean asks_size;    /* it refused a range and did not say why: the first byte is asked for, to see its size … */
  gboolean was_asked_size; /* … once */
  gboolean no_tree;      /* what it sent as the tree was none, or it sent none */
  guint lost_trees;      /* … and how often a connection ended while we waited for one */
  gboolean is_suspect;   /* what it sent did not fit a tree that is not sure: others go first */
  gint64 pinged_us;      /* when it was asked by UDP, 0: never … */
  FilGuid ping;          /* … and with which message, until it answers */
  gint64 round_trip_us;
  gboolean has_pong;     /* it says that it has the file: */
  gboolean is_partial;   /* … not all of it */
  gint8 pong_queue;      /* … below 0: free slots, else who waits */
  FilEndpoint forger;    /* sent wrong bytes over a GIV in its name; not set: nobody */
  FilEndpoint seen_at;   /* where a connection with it stood; not set: none yet */
  FilSourceWays *before; /* what was known before somebody called in its name, owned; NULL: nobody has */
  FilSourceReach came_by; /* while it is ACTIVE or QUEUED: how the connection came about */
  GArray *available;     /* FilRange, tidy (range-list.h); NULL: has the whole file */
  gint64 connects_us[FIL_SOURCE_CONNECTS_PER_MINUTE]; /* the last ones */
  const char *reason_code; /* why it does not deliver, static; NULL: it does, or was not tried */
} FilFileSource;

FilFileSource *fil_file_source_new (guint32 id, const FilSourceSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
void fil_file_source_free (FilFileSource *self);
gboolean fil_file_source_is_same (const FilFileSource *self, const FilSourceSpec *spec);
gboolean fil_file_source_learn (FilFileSource *self, const FilSourceSpec *spec);
gboolean fil_file_source_same_host (const FilFileSource *a, const FilFileSource *b);
FilSourceReach fil_file_source_reach (const FilFileSource *self, const FilOwnReach *own);
const char *fil_file_source_why (const FilFileSource *self, const FilOwnReach *own);
gint64 fil_file_source_next_try (const FilFileSource *self);
int fil_file_source_compare (const FilFileSource *a, const FilFileSource *b);

gboolean fil_file_source_turn (FilFileSource *self);
void fil_file_source_answered (FilFileSource *self);
void fil_file_source_connecting (FilFileSource *self, gint64 now_us);
void fil_file_source_wait (FilFileSource *self, gint64 until_us, const char *reason_code);
void fil_file_source_failed (FilFileSource *self, const char *reason_code, gint64 now_us);
void fil_file_source_push_failed (FilFileSource *self, gint64 now_us);
void fil_file_source_punch_failed (FilFileSource *self, gboolean is_hopeless, const char *sentence, gint64 now_us);
void fil_file_source_called (FilFileSource *self);
void fil_file_source_was_forged (FilFileSource *self);
void fil_file_source_forget_proxy (FilFileSource *self, const FilEndpoint *proxy);
void fil_file_source_set_state (FilFileSource *self, FilSourceState state);
void fil_file_source_bad (FilFileSource *self, const char *reason_code);
void fil_file_source_revive (FilFileSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilFileSource, fil_file_source_free)

G_END_DECLS
