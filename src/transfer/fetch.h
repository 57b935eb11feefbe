/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "downloads-private.h"

G_BEGIN_DECLS

/* A range that was leased and asked for, and how far it came. */
typedef struct
{
  FilRange range;
  guint64 position; /* next byte */
} FilFetchLease;

/**
 * FilFetch:
 *
 * One connection, or an attempt at one, between a download and one of its sources: leases ranges,
 * collects bytes into buffers for the disk, and judges replies. Lives as long as its session is owned.
 */
struct _FilFetch
{
  guint64 number; /* never used again, for answers that come late */
  FilDownloads *downloads;
  FilDownload *download;
  FilFileSource *source;
  FilSession *session; /* the driver's */
  gint64 started_us;
  gint64 turn_us;       /* when it began, or went over from waiting to delivering or back */
  gboolean is_push;     /* the source connected to us */
  gboolean is_proven;   /* it is the source: we connected to it, or it has shown the file */
  FilEndpoint peer;     /* a push: who called */
  gboolean is_punched;  /* both sides opened the way */
  gboolean has_reply;   /* the head of one came */

  GArray *leases;      /* FilFetchLease, in the order they were asked for */
  GArray *late;        /* FilRange: asked for and given back when nothing came; may still come */
  guint64 near_offset; /* where the last lease ended */
  guint64 until;       /* so far the reply goes, whatever was asked */
  guint8 *buffer;      /* being filled, or NULL */
  gsize buffer_len;
  guint64 buffer_offset;
  gint64 buffer_us;    /* when its first byte came */
  guint pending;       /* buffers on their way to the disk */
  gboolean is_blocked;

  FilTransferRate rate;
  guint64 delivered;
  gint64 last_byte_us;
  gboolean is_delivering; /* the last reply was a body */
  gboolean is_stalled;
  gint64 claimed_since_us; /* another download waits for the connection … */
  gint64 claimed_us;      /* … and said so last; see _fil_fetch_is_claimed() */
  gboolean is_settled; /* the source's next try was decided */
  gboolean tried_416;
  char *tree_path;        /* where this source has the tree of the file, or NULL */
  FilTth tree_root;
  gint64 mesh_us;             /* what was said of other places since then was not told yet */
  gboolean told_own;          /* … nor of ours */
  gboolean takes_push_places; /* the source wants to hear of hosts behind firewalls */
};

/* Who made the connection, and how it begins. */
typedef enum
{
  FIL_FETCH_DIALLED,
  FIL_FETCH_GIVEN,  /* the source, with GIV */
  FIL_FETCH_CALLED, /* the source, with QUEUE */
} FilFetchOpening;

FilFetch *fil_fetch_new (FilDownloads *downloads, FilDownload *download, FilFileSource *source,
                         FilFetchOpening opening, gint64 now_us);
FilFetch *fil_fetch_adopt (FilDownloads *downloads, FilDownload *download, FilFileSource *source,
                           FilSession *session, gint64 now_us);
FilFetch *fil_fetch_find (const FilDownload *download, const FilFileSource *source);
FilSession *fil_fetch_let_go (FilFetch *self) G_GNUC_WARN_UNUSED_RESULT;
void fil_fetch_drop (FilFetch *self, const char *reason);
void fil_fetch_flush_old (FilFetch *self, gint64 now_us);
guint64 fil_fetch_speed (const FilFetch *self, gint64 now_us);
gboolean fil_fetch_is_held (const FilFetch *self, gint64 now_us);
gboolean _fil_fetch_is_claimed (const FilFetch *self, gint64 now_us);
gboolean _fil_fetch_has_slow (const FilDownload *download, const FilFileSource *source, gint64 now_us);
void fil_fetch_resume (FilFetch *self, gint64 now_us);

G_END_DECLS
