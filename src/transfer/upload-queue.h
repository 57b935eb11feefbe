/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "endpoint.h"
#include "guid.h"
#include "http-queue.h"
#include "urn.h"

G_BEGIN_DECLS

/* What somebody who asks for a file knows of queues (http-transfer.md §7). */
typedef enum
{
  FIL_QUEUE_UNAWARE, /* nothing: Retry-After is all it may understand */
  FIL_QUEUE_LEGACY,  /* X-Queue: 0.1: it waits on its connection, and only there */
  FIL_QUEUE_PARQ,    /* X-Queue: 1.x: its place has an id, with or without a connection */
} FilQueueKind;

/* One request for a file, as far as the queue is concerned. */
typedef struct
{
  FilEndpoint peer;
  FilQueueKind kind;
  const char *id;       /* of the place that it says it has; "": none */
  FilSha1 file;         /* zero: it has no hash */
  FilEndpoint listen;   /* where it takes calls; family 0: nowhere */
  gboolean can_be_kept; /* the connection may stay open */
  gboolean is_pushed;   /* we made the connection: the other side cannot come again by itself */
} FilQueueAsk;

typedef enum
{
  FIL_QUEUE_GRANTED,  /* serve it */
  FIL_QUEUE_WAITS,    /* it has a place */
  FIL_QUEUE_TOO_SOON, /* it had a place, and did not wait as long as it was told */
  FIL_QUEUE_FULL,     /* no place either */
} FilQueueVerdict;

/* The place of one who waits, or has a slot. */
typedef struct _FilUploadPlace FilUploadPlace;

/* Makes the next id of a place. */
typedef void (*FilQueueMakeId) (gpointer data, FilGuid *id);

/**
 * FilUploadQueue:
 *
 * Who may be served a file now and who waits in which order: first come, first served, but no host has more
 * than its slots and its places. Whoever does not come when it is due keeps nobody waiting. Ids live as long
 * as the queue.
 *
 * A connection keeps its place in a pointer of its own, which the queue clears when the place goes to somebody
 * else or is lost.
 */
typedef struct _FilUploadQueue FilUploadQueue;

FilUploadQueue *fil_upload_queue_new (FilQueueMakeId make_id, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void fil_upload_queue_free (FilUploadQueue *self);
void fil_upload_queue_set_slots (FilUploadQueue *self, guint slots, guint per_host);

FilQueueVerdict fil_upload_queue_ask (FilUploadQueue *self, const FilQueueAsk *ask, FilUploadPlace **place,
                                      FilQueueState *state, gint64 now_us);
void fil_upload_queue_leave (FilUploadQueue *self, FilUploadPlace **place, gboolean was_cut, gint64 now_us);

FilUploadPlace *fil_upload_queue_next_call (FilUploadQueue *self, FilEndpoint *to, gint64 now_us)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_upload_queue_not_reached (FilUploadQueue *self, FilUploadPlace *place);
gint64 fil_upload_queue_wake (const FilUploadQueue *self, gint64 now_us);
guint fil_upload_queue_position (const FilUploadQueue *self, const FilEndpoint *peer, const FilSha1 *file);

void fil_upload_place_hold (FilUploadPlace *place, FilUploadPlace **held_by);
gboolean fil_upload_place_has_slot (const FilUploadPlace *place);
gboolean fil_upload_place_is_called (const FilUploadPlace *place);
const char *fil_upload_place_id (const FilUploadPlace *place);
gint64 fil_upload_place_until (const FilUploadPlace *place);

guint fil_upload_queue_used (const FilUploadQueue *self);
guint fil_upload_queue_waiting (const FilUploadQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilUploadQueue, fil_upload_queue_free)

G_END_DECLS
