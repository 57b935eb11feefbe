/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-session.h"

#include <string.h>

#include "head.h"
#include "thex.h"
#include "transfer-limits.h"
#include "upload-mesh.h"
#include "upload-reply.h"
#include "upload-request.h"
#include "uploads-private.h"
#include "writer.h"

typedef enum
{
  PHASE_REQUEST, /* waits for, or reads, a head */
  PHASE_OPENING, /* the file is being opened */
  PHASE_REPLY,   /* sends */
} Phase;

typedef struct _Ticket Ticket;

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
  Phase phase;
  FilUploadRequest request;
  Ticket *ticket;       /* of the file that is being opened */
  FilShared *shared;    /* kept from request to request */
  FilRange body;        /* what is still to be sent of it */
  guint64 checked;      /* up to where the file was looked at */
  GBytes *page;         /* a body that is no file */
  gsize page_sent;
  FilUpload *row;
  char *failure;        /* why it ended early */
  gboolean is_push;     /* our dial */
  gboolean is_connected;
  gboolean has_slot;
  gboolean was_served;  /* the first reply is out: later ones say less */
  gboolean closes;      /* after this reply */
  guint errors;
  gint64 since_us;      /* of what is waited for */
  gint64 limit_us;
};

/* Comes back from open(), whenever that is. */
struct _Ticket
{
  FilUploadSession *session; /* NULL: it is gone */
  void (*close) (gpointer data, FilShared *shared);
  gpointer data;
};

static inline FilUploadSession *
self_of (FilSession *session)
{
  return (FilUploadSession *) session;
}

static void
give_up (FilUploadSession *self,
         const char *reason)
{
  if (self->failure == NULL)
    self->failure = g_strdup (reason);
  fil_session_abort (&self->session, "%s", reason);
}

static void
close_shared (FilUploadSession *self)
{
  FilShared *shared = g_steal_pointer (&self->shared);

  if (shared != NULL)
    self->uploads->delegate.close (self->uploads->data, shared);
}

static void
wait_for (FilUploadSession *self,
          Phase phase,
          gint64 limit_us,
          gint64 now_us)
{
  self->phase = phase;
  self->since_us = now_us;
  self->limit_us = limit_us;
}

/* The reply is out to its last byte. */
static void
reply_done (FilUploadSession *self,
            gint64 now_us)
{
  g_clear_pointer (&self->page, g_bytes_unref);
  fil_upload_request_clear (&self->request);
  if (self->row != NULL && self->row->state == FIL_UPLOAD_SENDING)
    {
      _fil_uploads_row_state (self->uploads, self->row,
                              self->closes ? FIL_UPLOAD_DONE : FIL_UPLOAD_WAITING, NULL);
      _fil_uploads_row_served (self->uploads, self->row);
    }
  if (self->closes)
    {
      fil_session_close (&self->session, "the reply was the last one");
      return;
    }
  wait_for (self, PHASE_REQUEST, FIL_REQUEST_IDLE_US, now_us);
  fil_head_reset (self->head);
  /* Bytes that were not taken meanwhile are welcome now. */
  fil_session_changed (&self->session);
}

static void
start_reply (FilUploadSession *self,
             gint64 now_us)
{
  self->was_served = TRUE;
  wait_for (self, PHASE_REPLY, FIL_REQUEST_STALL_US, now_us);
  fil_session_changed (&self->session);
}

static FilUploadSelf
describe (const FilUploadSession *self)
{
  FilUploadSelf us = { .user_agent = self->uploads->user_agent, .peer = self->peer, .is_pushed = self->is_push };

  if (self->uploads->delegate.describe != NULL)
    self->uploads->delegate.describe (self->uploads->data, &us.push);
  return us;
}

static void
refuse (FilUploadSession *self,
        guint status,
        gint64 now_us)
{
  FilUploadSelf us = describe (self);
  g_auto (FilWriter) more;

  fil_writer_init (&more);
  self->closes = self->closes || status == 503 || ++self->errors >= FIL_REQUEST_MAX_ERRORS;
  self->body = (FilRange){ 0, 0 };
  if ((status == 416 || status == 503) && self->shared != NULL && self->shared->has_sha1)
    _fil_upload_mesh_tell (self->uploads, &self->told, &self->shared->sha1, &more, now_us);
  fil_upload_reply_refuse (&self->out, status, &us, self->shared, fil_writer_slice (&more),
                           self->closes);
  start_reply (self, now_us);
}

/* Ends what the last file was about when the next request is about another one. */
static void
change_file (FilUploadSession *self,
             FilShared *shared)
{
  FilUpload *row = g_steal_pointer (&self->row);

  if (row != NULL)
    {
      _fil_uploads_row_state (self->uploads, row, FIL_UPLOAD_DONE, NULL);
      _fil_uploads_row_let_go (self->uploads, row);
    }
  close_shared (self);
  self->shared = shared;
  self->told = (FilUploadPeer){ .peer = self->peer, .takes_push_places = self->told.takes_push_places };
}

/* A file that is not whole is given from the byte that was asked for, up to where it ends (PFSP). */
static gboolean
cut_to_available (const GArray *available,
                  FilRange *body)
{
  for (guint i = 0; i < available->len; i++)
    {
      FilRange range = g_array_index (available, FilRange, i);

      if (body->start >= range.start && body->start < range.end)
        {
          body->end = MIN (body->end, range.end);
          return TRUE;
        }
    }
  return FALSE;
}

static guint
find_body (const FilUploadSession *self,
           FilRange *body)
{
  FilByteRange range;

  *body = (FilRange){ 0, self->shared->size };
  if (self->request.has_range)
    {
      if (fil_range_request_resolve (&self->request.range, self->shared->size, &range) != FIL_RANGE_OK)
        return 416;
      *body = (FilRange){ range.first, range.last + 1 };
    }
  if (self->shared->available != NULL)
    return cut_to_available (self->shared->available, body) ? 206 : 416;
  return self->request.has_range ? 206 : 200;
}

static gboolean
take_slot (FilUploadSession *self)
{
  if (!self->has_slot)
    self->has_slot = _fil_uploads_take_slot (self->uploads, &self->peer);
  return self->has_slot;
}

/* The file is open: answers the request. */
static void
serve_file (FilUploadSession *self,
            gint64 now_us)
{
  FilUploadSelf us = describe (self);
  FilUploadReplyHead reply = { .us = &us };
  g_auto (FilWriter) more;

  fil_writer_init (&more);
  if (self->request.has_content_urn && self->shared->has_sha1 &&
      !fil_sha1_equal (&self->request.content_urn.sha1, &self->shared->sha1))
    {
      refuse (self, 404, now_us);
      return;
    }
  if (self->shared->has_sha1)
    _fil_upload_mesh_hear (self->uploads, &self->told, &self->shared->sha1, self->head, now_us);
  reply.status = find_body (self, &reply.body);
  if (reply.status == 416 || (!self->request.is_head && !take_slot (self)))
    {
      refuse (self, reply.status == 416 ? 416 : 503, now_us);
      return;
    }
  reply.shared = self->shared;
  reply.is_first = !self->was_served;
  reply.is_old = self->request.is_old;
  reply.closes = self->closes;
  if (self->shared->has_sha1)
    _fil_upload_mesh_tell (self->uploads, &self->told, &self->shared->sha1, &more, now_us);
  reply.more = fil_writer_slice (&more);
  fil_upload_reply_file (&self->out, &reply);
  self->body = self->request.is_head ? (FilRange){ 0, 0 } : reply.body;
  self->checked = self->body.start;
  if (!self->request.is_head)
    {
      if (self->row == NULL)
        self->row = _fil_uploads_row_for (self->uploads, &self->peer, self->shared, self->request.user_agent,
                                          self->reach);
      _fil_uploads_row_state (self->uploads, self->row, FIL_UPLOAD_SENDING, NULL);
    }
  start_reply (self, now_us);
}

static void
opened (gpointer done_data,
        FilSharedStatus status,
        FilShared *shared)
{
  Ticket *ticket = done_data;
  FilUploadSession *self = ticket->session;

  if (self == NULL || self->session.is_closed)
    {
      if (shared != NULL)
        ticket->close (ticket->data, shared);
    }
  else if (status != FIL_SHARED_OK)
    refuse (self, status == FIL_SHARED_BUSY ? 503 : 404, self->since_us);
  else
    {
      change_file (self, shared);
      serve_file (self, self->since_us);
    }
  if (self != NULL)
    self->ticket = NULL;
  g_free (ticket);
}

static gboolean
is_open_already (const FilUploadSession *self)
{
  return self->shared != NULL && self->shared->has_sha1 && self->request.file.urn.has_sha1 &&
         fil_sha1_equal (&self->shared->sha1, &self->request.file.urn.sha1) &&
         (!self->request.file.urn.has_tth || !self->shared->has_tth ||
          fil_tth_equal (&self->shared->tth, &self->request.file.urn.tth));
}

static Ticket *
ticket_new (FilUploadSession *self,
            gint64 now_us)
{
  Ticket *ticket = g_new0 (Ticket, 1);

  ticket->session = self;
  ticket->close = self->uploads->delegate.close;
  ticket->data = self->uploads->data;
  self->ticket = ticket;
  wait_for (self, PHASE_OPENING, FIL_REQUEST_STALL_US, now_us);
  return ticket;
}

static void
open_file (FilUploadSession *self,
           gint64 now_us)
{
  if (is_open_already (self))
    {
      if (self->uploads->delegate.check (self->uploads->data, self->shared))
        serve_file (self, now_us);
      else
        {
          self->closes = TRUE;
          refuse (self, 404, now_us);
        }
      return;
    }
  self->uploads->delegate.open (self->uploads->data, &self->request.file, opened, ticket_new (self, now_us));
}

/* Appends a reply whose body is no file. */
static void
reply_page (FilUploadSession *self,
            const FilPageReply *reply,
            gint64 now_us)
{
  FilUploadSelf us = describe (self);

  fil_upload_reply_page (&self->out, reply, &us, self->closes);
  self->body = (FilRange){ 0, 0 };
  self->page_sent = 0;
  if (reply->body != NULL && self->request.is_head)
    g_bytes_unref (reply->body);
  else
    self->page = reply->body;
  start_reply (self, now_us);
}

/* As deep as others serve it. No slot is needed; the length is known, which LimeWire insists on. */
static void
tree_found (gpointer done_data,
            FilTigerTree *tree)
{
  g_autofree Ticket *ticket = done_data;
  FilUploadSession *self = ticket->session;
  FilPageReply reply = { .status = 200, .content_type = FIL_THEX_MEDIA_TYPE };
  g_autoptr (GBytes) nodes = NULL;
  g_auto (FilWriter) out;
  FilThex thex;
  gsize len;

  fil_writer_init (&out);
  if (self == NULL)
    return;
  self->ticket = NULL;
  if (self->session.is_closed)
    return;
  if (tree == NULL)
    {
      refuse (self, 404, self->since_us);
      return;
    }
  thex = (FilThex){ .size = fil_tiger_tree_file_size (tree) };
  thex.depth = MIN (fil_tiger_good_depth (thex.size), fil_tiger_tree_depth (tree));
  nodes = fil_tiger_tree_serialise (tree, thex.depth);
  thex.nodes.data = g_bytes_get_data (nodes, &len);
  thex.nodes.len = len;
  fil_thex_write (&thex, &out);
  reply.body = fil_writer_steal_bytes (&out);
  reply_page (self, &reply, self->since_us);
}

static void
open_tree (FilUploadSession *self,
           gint64 now_us)
{
  if (self->uploads->delegate.tree == NULL)
    refuse (self, 404, now_us);
  else
    self->uploads->delegate.tree (self->uploads->data, &self->request.file.urn, tree_found,
                                  ticket_new (self, now_us));
}

static void
serve_page (FilUploadSession *self,
            gint64 now_us)
{
  FilPageRequest page = {
    .peer = self->peer,
    .target = self->request.target,
    .wants_packets = self->request.wants_packets,
    .user_agent = self->request.user_agent,
  };
  FilPageReply reply = { 0 };

  if (self->uploads->delegate.page == NULL ||
      !self->uploads->delegate.page (self->uploads->data, &page, &reply))
    {
      refuse (self, 404, now_us);
      return;
    }
  reply_page (self, &reply, now_us);
}

static void
handle_request (FilUploadSession *self,
                gint64 now_us)
{
  gboolean may_go_on;
  guint status;

  fil_upload_request_clear (&self->request);
  status = fil_upload_request_read (&self->request, self->head, &may_go_on);
  self->closes = !may_go_on;
  if (status != 0)
    refuse (self, status, now_us);
  else if (self->request.wants == FIL_UPLOAD_WANTS_PAGE)
    serve_page (self, now_us);
  else if (self->request.wants == FIL_UPLOAD_WANTS_TREE)
    open_tree (self, now_us);
  else
    open_file (self, now_us);
}

static void
note_connected (FilUploadSession *self,
                gint64 now_us)
{
  if (self->is_connected)
    return;
  self->is_connected = TRUE;
  if (self->is_push && self->uploads != NULL)
    self->uploads->opening--;
  self->since_us = now_us;
}

static gsize
session_feed (FilSession *session,
              const guint8 *bytes,
              gsize len,
              gint64 now_us)
{
  FilUploadSession *self = self_of (session);
  gsize total = 0;

  note_connected (self, now_us);
  while (total < len && self->phase == PHASE_REQUEST && !session->is_closed)
    {
      gsize used = 0;
      FilHeadStatus status = fil_head_feed (self->head, fil_slice (bytes + total, len - total), &used);

      total += used;
      if (status == FIL_HEAD_DONE)
        handle_request (self, now_us);
      else if (status == FIL_HEAD_ERROR)
        {
          self->closes = TRUE;
          refuse (self, 400, now_us);
        }
    }
  return total;
}

static gboolean
output_body (FilUploadSession *self,
             FilOutput *out)
{
  if (self->page != NULL)
    {
      gsize size;
      const guint8 *bytes = g_bytes_get_data (self->page, &size);

      out->bytes = bytes + self->page_sent;
      out->len = size - self->page_sent;
      return out->len > 0;
    }
  if (fil_range_len (self->body) == 0)
    return FALSE;
  if (self->body.start >= self->checked)
    {
      if (!self->uploads->delegate.check (self->uploads->data, self->shared))
        {
          give_up (self, "the file changed while it was sent");
          return FALSE;
        }
      self->checked = self->body.start + FIL_UPLOAD_BLOCK;
    }
  out->bytes = NULL;
  out->fd = self->shared->fd;
  out->offset = (goffset) self->body.start;
  out->len = (gsize) MIN (fil_range_len (self->body), self->checked - self->body.start);
  return TRUE;
}

static gboolean
session_output (FilSession *session,
                FilOutput *out,
                gint64 now_us)
{
  FilUploadSession *self = self_of (session);

  note_connected (self, now_us);
  if (session->abort || self->uploads == NULL)
    return FALSE;
  if (self->out_sent < self->out.len)
    {
      out->bytes = fil_writer_data (&self->out) + self->out_sent;
      out->len = self->out.len - self->out_sent;
      return TRUE;
    }
  return self->phase == PHASE_REPLY && output_body (self, out);
}

static void
session_sent (FilSession *session,
              gsize len,
              gint64 now_us)
{
  FilUploadSession *self = self_of (session);
  gsize from_head = MIN (len, self->out.len - self->out_sent);

  if (self->uploads == NULL)
    return;
  self->since_us = now_us;
  self->out_sent += from_head;
  if (self->out_sent == self->out.len)
    {
      fil_writer_truncate (&self->out, 0);
      self->out_sent = 0;
    }
  len -= from_head;
  if (self->page != NULL)
    self->page_sent += len;
  else if (len > 0)
    {
      self->body.start += len;
      _fil_uploads_row_sent (self->uploads, self->row, len, now_us);
    }
  if (self->phase == PHASE_REPLY && self->out.len == 0 && fil_range_len (self->body) == 0 &&
      (self->page == NULL || self->page_sent == g_bytes_get_size (self->page)))
    reply_done (self, now_us);
}

static void
session_hung_up (FilSession *session,
                 const char *error,
                 gint64 now_us)
{
  FilUploadSession *self = self_of (session);

  if (self->is_push && !self->is_connected && self->uploads != NULL)
    fil_push_limit_refused (self->uploads->push_limit, &self->peer, now_us);
  if (self->failure == NULL)
    self->failure = g_strdup (error != NULL ? error : "the other side closed the connection");
}

static gint64
session_wake (FilSession *session)
{
  FilUploadSession *self = self_of (session);

  return session->is_closed ? FIL_NEVER : self->since_us + self->limit_us;
}

static void
session_tick (FilSession *session,
              gint64 now_us)
{
  FilUploadSession *self = self_of (session);

  if (session->is_closed || now_us < session_wake (session))
    return;
  if (self->phase == PHASE_REPLY)
    give_up (self, "the other side takes nothing");
  else if (self->phase == PHASE_OPENING)
    give_up (self, "the file could not be opened in time");
  else
    fil_session_abort (session, "no request came");
}

/* Lets go of everything that belongs to the uploads. */
static void
leave (FilUploadSession *self)
{
  FilUploads *uploads = self->uploads;
  FilUpload *row = g_steal_pointer (&self->row);

  if (uploads == NULL)
    return;
  if (self->is_push && !self->is_connected)
    uploads->opening--;
  if (self->ticket != NULL)
    self->ticket->session = NULL;
  self->ticket = NULL;
  if (row != NULL)
    {
      if (row->state == FIL_UPLOAD_SENDING)
        _fil_uploads_row_state (uploads, row, FIL_UPLOAD_FAILED,
                                self->failure != NULL ? self->failure : "the connection was dropped");
      else if (row->state == FIL_UPLOAD_WAITING)
        _fil_uploads_row_state (uploads, row, FIL_UPLOAD_DONE, NULL);
      _fil_uploads_row_let_go (uploads, row);
    }
  close_shared (self);
  g_ptr_array_remove_fast (uploads->sessions, self);
  self->has_slot = FALSE;
  self->uploads = NULL;
}

static void
session_free (FilSession *session)
{
  FilUploadSession *self = self_of (session);

  leave (self);
  fil_head_free (self->head);
  fil_writer_clear (&self->out);
  fil_upload_request_clear (&self->request);
  g_clear_pointer (&self->page, g_bytes_unref);
  g_free (self->failure);
  g_free (self);
}

static const FilSessionClass session_class = {
  .name = "upload",
  .feed = session_feed,
  .output = session_output,
  .sent = session_sent,
  .hung_up = session_hung_up,
  .wake = session_wake,
  .tick = session_tick,
  .free = session_free,
};

/**
 * fil_upload_session_new:
 * @giv: (nullable): a GIV head to write first, because we connected
 *
 * Returns: (transfer full): for the pump
 */
FilSession *
fil_upload_session_new (FilUploads *uploads,
                        const FilEndpoint *peer,
                        const char *giv,
                        gint64 now_us)
{
  FilUploadSession *self = g_new0 (FilUploadSession, 1);

  fil_session_init (&self->session, &session_class);
  self->uploads = uploads;
  self->peer = *peer;
  self->told.peer = *peer;
  self->reach = giv != NULL ? FIL_SOURCE_PUSH : FIL_SOURCE_DIRECT;
  self->head = fil_head_new (&fil_head_limits_http);
  fil_writer_init (&self->out);
  if (giv != NULL)
    fil_writer_put (&self->out, fil_slice_text (giv));
  wait_for (self, PHASE_REQUEST, giv != NULL ? FIL_REQUEST_GIV_US : FIL_REQUEST_FIRST_US, now_us);
  g_ptr_array_add (uploads->sessions, self);
  return &self->session;
}

FilSession *
_fil_upload_session_new_push (FilUploads *uploads,
                              const FilEndpoint *peer,
                              const char *giv,
                              gint64 now_us)
{
  FilSession *session = fil_upload_session_new (uploads, peer, giv, now_us);

  self_of (session)->is_push = TRUE;
  return session;
}

FilSession *
_fil_upload_session_new_punched (FilUploads *uploads,
                                 const FilEndpoint *peer,
                                 const char *giv,
                                 gint64 now_us)
{
  FilSession *session = fil_upload_session_new (uploads, peer, giv, now_us);

  self_of (session)->reach = FIL_SOURCE_PUNCH;
  return session;
}

const FilEndpoint *
_fil_upload_session_peer (const FilSession *session)
{
  return &((const FilUploadSession *) session)->peer;
}

/* Whether it is a pushed connection to that place that does not stand yet. */
gboolean
_fil_upload_session_is_calling (const FilSession *session,
                                const FilEndpoint *to)
{
  const FilUploadSession *self = (const FilUploadSession *) session;

  return self->is_push && !self->is_connected && !session->is_closed && fil_endpoint_equal (&self->peer, to);
}

gboolean
_fil_upload_session_has_slot (const FilSession *session)
{
  const FilUploadSession *self = (const FilUploadSession *) session;

  return self->has_slot && !session->is_closed;
}

void
_fil_upload_session_orphan (FilSession *session)
{
  leave (self_of (session));
  fil_session_abort (session, "the node stops");
}
