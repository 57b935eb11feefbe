/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upload-queue.h"

G_BEGIN_DECLS

/* All places of one address. */
typedef struct
{
  FilEndpoint address; /* port 0; the key */
  GPtrArray *places;   /* of FilUploadPlace */
  guint slots;         /* of them, those that are served */
  gint64 called_us;
} FilQueueHost;

struct _FilUploadPlace
{
  char id[FIL_GUID_HEX_LEN + 1]; /* the key */
  FilQueueHost *host;
  FilQueueKind kind;
  FilSha1 file;
  FilEndpoint listen;
  FilUploadPlace **held_by; /* the connection's pointer to this; NULL: there is no connection */
  GList link;               /* in waiting, without a slot */
  gboolean has_slot;
  gboolean is_called;       /* a connection of ours to it is on its way or stands, and it did not ask yet */
  guint early;              /* times it came too soon */
  guint refused;            /* calls in a row that it did not answer */
  gint64 due_us;            /* it must not ask before … */
  gint64 until_us;          /* … and loses its place when it did not by then */
  gint64 granted_us;
};

struct _FilUploadQueue
{
  FilQueueMakeId make_id;
  gpointer data;
  guint slots;
  guint per_host;
  guint used;
  guint calling;
  gint64 slot_s;       /* how long a slot is in use, on average */
  GQueue waiting;      /* of FilUploadPlace, the first to be served first */
  GHashTable *by_id;   /* char * -> FilUploadPlace, owned */
  GHashTable *hosts;   /* FilEndpoint -> FilQueueHost, owned */
};

/* upload-queue.c: places and slots */
FilQueueHost *_fil_upload_queue_host (FilUploadQueue *self, const FilEndpoint *peer);
void _fil_upload_queue_drop_unused (FilUploadQueue *self, FilQueueHost *host);
void _fil_upload_queue_drop_expired (FilUploadQueue *self, gint64 now_us);
guint _fil_upload_queue_free_slots (const FilUploadQueue *self);
gboolean _fil_upload_queue_is_frozen (const FilUploadQueue *self, const FilQueueHost *host);
FilUploadPlace *_fil_upload_place_new (FilUploadQueue *self, FilQueueHost *host, const FilSha1 *file);
void _fil_upload_place_free (FilUploadQueue *self, FilUploadPlace *place);
void _fil_upload_place_move (FilUploadQueue *self, FilUploadPlace *place, FilQueueHost *host);
void _fil_upload_place_grant (FilUploadQueue *self, FilUploadPlace *place, gint64 now_us);
void _fil_upload_place_take_away (FilUploadPlace *place);
void _fil_upload_place_stop_calling (FilUploadQueue *self, FilUploadPlace *place);
gboolean _fil_upload_place_comes_soon (const FilUploadPlace *place, gint64 now_us);

G_END_DECLS
