/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "head.h"
#include "upload-mesh.h"
#include "upload-queue.h"
#include "upload-request.h"
#include "upload-session.h"
#include "uploads-private.h"
#include "writer.h"

G_BEGIN_DECLS

typedef enum
{
  FIL_UPLOAD_PHASE_REQUEST, /* waits for, or reads, a head */
  FIL_UPLOAD_PHASE_OPENING, /* the file is being opened */
  FIL_UPLOAD_PHASE_REPLY,   /* sends */
} FilUploadPhase;

typedef struct _FilUploadTicket FilUploadTicket;

struct _FilUploadSession
{
  FilSession session;
  FilUploads *uploads; /* NULL: they are gone */
  FilEndpoint peer;
  FilUploadPeer told;  /* what was told of the file that is asked for */
  FilSourceReach reach;
  FilHead *head;
  FilWriter out;
  gsize out_sent;
  FilUploadPhase phase;
  FilUploadRequest request;
  FilUploadTicket *ticket; /* of the file that is being opened */
  FilShared *shared;    /* kept from request to request */
  FilRange body;        /* what is still to be sent of it */
  guint64 checked;      /* up to where the file was looked at */
  GBytes *page;         /* a body that is no file */
  gsize page_sent;
  guint64 page_more;    /* where it goes on; 0: it does not */
  FilUpload *row;
  char *failure;        /* why it ended early */
  gboolean is_push;     /* our dial */
  gboolean is_connected;
  FilUploadPlace *place; /* in the queue, or with a slot; NULL: none */
  gboolean was_granted;
  gint64 slot_us;       /* since when it is looked at what becomes of its slot: … */
  guint64 slot_moved;   /* … so many bytes of files went to it */
  gboolean knows_place; /* was told it with a slot */
  gboolean was_served;  /* the first reply is out: later ones say less … */
  gboolean knows_file;  /* … as those do that go on with the file of the last one */
  gboolean closes;      /* after this reply */
  guint errors;
  gint64 since_us;      /* of what is waited for */
  gsize moved;          /* bytes since then */
  gint64 limit_us;
};

/* Comes back from open(), whenever that is. */
struct _FilUploadTicket
{
  FilUploadSession *session; /* NULL: it is gone */
  void (*close) (gpointer data, FilShared *shared);
  gpointer data;
};

/* upload-session.c */
void _fil_upload_session_wait (FilUploadSession *self, FilUploadPhase phase, gint64 limit_us, gint64 now_us);
void _fil_upload_session_close_file (FilUploadSession *self);

/* upload-answer.c */
void _fil_upload_session_answer (FilUploadSession *self, gint64 now_us);
void _fil_upload_session_refuse (FilUploadSession *self, guint status, gint64 now_us);

G_END_DECLS
