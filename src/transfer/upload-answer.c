/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-session-private.h"

#include "head-writer.h"
#include "push-headers.h"
#include "thex.h"
#include "transfer-limits.h"
#include "upload-reply.h"

/* What a session answers: a file or what we have of it, the tree of one, a page, or that it refuses. */

static void
start_reply (FilUploadSession *self,
             gint64 now_us)
{
  self->was_served = TRUE;
  _fil_upload_session_wait (self, FIL_UPLOAD_PHASE_REPLY, FIL_REQUEST_STALL_US, now_us);
  fil_session_changed (&self->session);
}

static FilUploadSelf
describe (const FilUploadSession *self)
{
  FilUploadSelf us = {
    .user_agent = self->uploads->user_agent,
    .peer = self->peer,
    .is_pushed = self->is_push,
    .may_browse = self->uploads->may_browse,
  };

  if (self->uploads->delegate.describe != NULL)
    self->uploads->delegate.describe (self->uploads->data, &us.push);
  return us;
}

static void
refuse_with (FilUploadSession *self,
             guint status,
             gint64 retry_after_s,
             FilWriter *more,
             gint64 now_us)
{
  FilUploadSelf us = describe (self);
  FilUploadRefusal refusal = {
    .status = status,
    .us = &us,
    .shared = self->shared,
    .is_first = !self->was_served,
    .closes = self->closes,
    .retry_after_s = retry_after_s,
  };

  self->body = (FilRange){ 0, 0 };
  if ((status == 416 || status == 503) && self->shared != NULL && self->shared->has_sha1)
    _fil_upload_mesh_tell (self->uploads, &self->told, &self->shared->sha1, more, now_us);
  refusal.more = fil_writer_slice (more);
  fil_upload_reply_refuse (&self->out, &refusal);
  start_reply (self, now_us);
}

void
_fil_upload_session_refuse (FilUploadSession *self,
                            guint status,
                            gint64 now_us)
{
  g_auto (FilWriter) more;

  fil_writer_init (&more);
  self->closes = self->closes || status == 503 || status == 429 || ++self->errors >= FIL_REQUEST_MAX_ERRORS;
  refuse_with (self, status, status == 503 || status == 429 ? FIL_UPLOAD_RETRY_AFTER_S : 0, &more, now_us);
}

/* How to wait, in the words of the one who asks; a place without a connection is told by an id, or by the
 * time alone. */
static void
write_place (FilWriter *out,
             FilQueueKind kind,
             gboolean is_kept,
             const FilQueueState *state)
{
  g_auto (FilWriter) value;

  fil_writer_init (&value);
  if (kind == FIL_QUEUE_PARQ)
    fil_queue_write_parq (state, &value);
  else if (kind == FIL_QUEUE_LEGACY && is_kept)
    fil_queue_write_legacy (state, &value);
  if (value.len > 0)
    fil_head_write_header (out, kind == FIL_QUEUE_PARQ ? "X-Queued" : "X-Queue", "%.*s", (int) value.len,
                           (const char *) fil_writer_data (&value));
}

static void
let_wait (FilUploadSession *self,
          const FilQueueState *state,
          gint64 now_us)
{
  g_auto (FilWriter) more;

  fil_writer_init (&more);
  self->closes = self->closes || self->place == NULL;
  write_place (&more, self->request.queue, self->place != NULL, state);
  _fil_uploads_row_queued (self->uploads, &self->peer, self->shared, self->request.user_agent, self->reach);
  _fil_uploads_look (self->uploads);
  refuse_with (self, 503, state->retry_after_s, &more, now_us);
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
  _fil_upload_session_close_file (self);
  self->shared = shared;
  self->knows_file = FALSE;
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

static FilQueueVerdict
ask_for_slot (FilUploadSession *self,
              FilQueueState *state,
              gint64 now_us)
{
  FilQueueAsk ask = {
    .peer = self->peer,
    .kind = self->request.queue,
    .id = self->request.queue_id,
    .file = self->shared->sha1,
    .listen = fil_push_headers_read_caller (self->head, &self->peer),
    .can_be_kept = !self->closes,
    .is_pushed = self->reach != FIL_SOURCE_DIRECT,
  };

  return fil_upload_queue_ask (self->uploads->queue, &ask, &self->place, state, now_us);
}

/* Whether it has a slot for what it asks; if not, that is answered. */
static gboolean
take_slot (FilUploadSession *self,
           FilWriter *more,
           gint64 now_us)
{
  FilQueueState state;

  switch (ask_for_slot (self, &state, now_us))
    {
    case FIL_QUEUE_GRANTED:
      if (!self->was_granted)
        {
          self->slot_us = now_us;
          self->slot_moved = 0;
          _fil_uploads_look (self->uploads);
        }
      /* Good for coming back when the connection breaks. Who names none gets it with the second reply: gtk-gnutella
       * fetches the tree after the first, and once it knows its place it goes back to the file only over another
       * connection, twelve seconds later. */
      if (!self->knows_place && (self->was_granted || self->request.queue_id[0] != '\0'))
        {
          write_place (more, self->request.queue, FALSE, &state);
          self->knows_place = TRUE;
        }
      self->was_granted = TRUE;
      return TRUE;
    case FIL_QUEUE_WAITS:
      let_wait (self, &state, now_us);
      return FALSE;
    case FIL_QUEUE_TOO_SOON:
      _fil_upload_session_refuse (self, 429, now_us);
      return FALSE;
    case FIL_QUEUE_FULL:
    default:
      _fil_upload_session_refuse (self, 503, now_us);
      return FALSE;
    }
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
      _fil_upload_session_refuse (self, 404, now_us);
      return;
    }
  if (self->shared->has_sha1)
    _fil_upload_mesh_hear (self->uploads, &self->told, &self->shared->sha1, self->head, now_us);
  reply.status = find_body (self, &reply.body);
  if (reply.status == 416)
    {
      _fil_upload_session_refuse (self, 416, now_us);
      return;
    }
  if (!self->request.is_head && !take_slot (self, &more, now_us))
    return;
  reply.shared = self->shared;
  reply.is_first = !self->was_served;
  /* A browser, which knows of no queues, remembers nothing from one reply to the next. */
  reply.is_news = !self->knows_file || self->request.queue == FIL_QUEUE_UNAWARE;
  self->knows_file = TRUE;
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
      _fil_upload_session_follow_limit (&self->session);
      _fil_uploads_row_state (self->uploads, self->row, FIL_UPLOAD_SENDING, NULL);
    }
  start_reply (self, now_us);
}

static void
opened (gpointer done_data,
        FilSharedStatus status,
        FilShared *shared)
{
  FilUploadTicket *ticket = done_data;
  FilUploadSession *self = ticket->session;

  if (self == NULL || self->session.is_closed)
    {
      if (shared != NULL)
        ticket->close (ticket->data, shared);
    }
  else if (status != FIL_SHARED_OK)
    _fil_upload_session_refuse (self, status == FIL_SHARED_BUSY ? 503 : 404, self->since_us);
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

static FilUploadTicket *
ticket_new (FilUploadSession *self,
            gint64 now_us)
{
  FilUploadTicket *ticket = g_new0 (FilUploadTicket, 1);

  ticket->session = self;
  ticket->close = self->uploads->delegate.close;
  ticket->data = self->uploads->data;
  self->ticket = ticket;
  _fil_upload_session_wait (self, FIL_UPLOAD_PHASE_OPENING, FIL_REQUEST_STALL_US, now_us);
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
          _fil_upload_session_refuse (self, 404, now_us);
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

  self->closes = self->closes || reply->more != 0;
  fil_upload_reply_page (&self->out, reply, &us, self->closes);
  self->body = (FilRange){ 0, 0 };
  self->page_sent = 0;
  self->page_more = self->request.is_head ? 0 : reply->more;
  if (reply->body != NULL && self->request.is_head)
    g_bytes_unref (reply->body);
  else
    self->page = reply->body;
  start_reply (self, now_us);
}

/* gtk-gnutella 1.2.3 takes a tree whose length it was told for whole at the first 4 kB of what it reads at once, drops
 * the connection that brought it, and calls for the file again after twelve seconds. It sends trees in chunks itself. */
static gboolean
wants_chunks (const FilUploadRequest *request)
{
  return !request->is_old && request->user_agent != NULL && g_str_has_prefix (request->user_agent, "gtk-gnutella/");
}

/* The whole of a body as one chunk, and the end. */
static void
put_in_chunk (FilPageReply *reply)
{
  gsize len = g_bytes_get_size (reply->body);
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  fil_writer_printf (&out, "%" G_GSIZE_MODIFIER "x\r\n", len);
  fil_writer_bytes (&out, g_bytes_get_data (reply->body, NULL), len);
  fil_writer_printf (&out, "\r\n0\r\n\r\n");
  g_bytes_unref (reply->body);
  reply->body = fil_writer_steal_bytes (&out);
  reply->is_chunked = TRUE;
}

/* As deep as others serve it. No slot is needed; the length is known, which LimeWire insists on. */
static void
tree_found (gpointer done_data,
            FilTigerTree *tree)
{
  g_autofree FilUploadTicket *ticket = done_data;
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
      _fil_upload_session_refuse (self, 404, self->since_us);
      return;
    }
  thex = (FilThex){ .size = fil_tiger_tree_file_size (tree) };
  thex.depth = MIN (fil_tiger_good_depth (thex.size), fil_tiger_tree_depth (tree));
  nodes = fil_tiger_tree_serialise (tree, thex.depth);
  thex.nodes.data = g_bytes_get_data (nodes, &len);
  thex.nodes.len = len;
  fil_thex_write (&thex, &out);
  reply.body = fil_writer_steal_bytes (&out);
  if (wants_chunks (&self->request))
    put_in_chunk (&reply);
  reply_page (self, &reply, self->since_us);
}

static void
open_tree (FilUploadSession *self,
           gint64 now_us)
{
  if (self->uploads->delegate.tree == NULL)
    _fil_upload_session_refuse (self, 404, now_us);
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
    .wants_html = self->request.wants_html,
    .user_agent = self->request.user_agent,
  };
  FilPageReply reply = { 0 };

  if (!fil_token_bucket_take (&self->uploads->pages, 1, now_us))
    {
      _fil_upload_session_refuse (self, 503, now_us);
      return;
    }
  if (self->uploads->delegate.page == NULL ||
      !self->uploads->delegate.page (self->uploads->data, &page, &reply))
    {
      _fil_upload_session_refuse (self, 404, now_us);
      return;
    }
  reply_page (self, &reply, now_us);
}

/* The head of a request is whole: answers it. */
void
_fil_upload_session_answer (FilUploadSession *self,
                            gint64 now_us)
{
  gboolean may_go_on;
  guint status;

  fil_upload_request_clear (&self->request);
  status = fil_upload_request_read (&self->request, self->head, &may_go_on);
  self->closes = !may_go_on;
  if (status != 0)
    _fil_upload_session_refuse (self, status, now_us);
  else if (self->request.wants == FIL_UPLOAD_WANTS_PAGE)
    serve_page (self, now_us);
  else if (self->request.wants == FIL_UPLOAD_WANTS_TREE)
    open_tree (self, now_us);
  else
    open_file (self, now_us);
}
