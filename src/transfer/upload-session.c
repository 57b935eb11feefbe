/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-session-private.h"

#include "transfer-limits.h"

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

void
_fil_upload_session_close_file (FilUploadSession *self)
{
  FilShared *shared = g_steal_pointer (&self->shared);

  if (shared != NULL)
    self->uploads->delegate.close (self->uploads->data, shared);
}

void
_fil_upload_session_wait (FilUploadSession *self,
                          FilUploadPhase phase,
                          gint64 limit_us,
                          gint64 now_us)
{
  self->phase = phase;
  self->since_us = now_us;
  self->moved = 0;
  self->limit_us = limit_us;
}

/* How long the next request may take; who waits in the queue was told. */
static gint64
idle_us (const FilUploadSession *self,
         gint64 now_us)
{
  if (self->place == NULL || fil_upload_place_has_slot (self->place))
    return FIL_REQUEST_IDLE_US;
  return MAX (fil_upload_place_until (self->place) - now_us, FIL_REQUEST_IDLE_US);
}

static void
give_back_place (FilUploadSession *self,
                 gboolean was_cut)
{
  fil_upload_queue_leave (self->uploads->queue, &self->place, was_cut, self->uploads->now_us);
  _fil_uploads_look (self->uploads);
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
      /* The connection may linger; the slot is free. */
      give_back_place (self, FALSE);
      fil_session_close (&self->session, "the reply was the last one");
      return;
    }
  _fil_upload_session_wait (self, FIL_UPLOAD_PHASE_REQUEST, idle_us (self, now_us), now_us);
  fil_head_reset (self->head);
  /* Bytes that were not taken meanwhile are welcome now. */
  fil_session_changed (&self->session);
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
  if (self->uploads != NULL)
    self->uploads->now_us = MAX (self->uploads->now_us, now_us);
  while (total < len && self->phase == FIL_UPLOAD_PHASE_REQUEST && !session->is_closed)
    {
      gsize used = 0;
      FilHeadStatus status = fil_head_feed (self->head, fil_slice (bytes + total, len - total), &used);

      total += used;
      if (status == FIL_HEAD_DONE)
        _fil_upload_session_answer (self, now_us);
      else if (status == FIL_HEAD_ERROR)
        {
          self->closes = TRUE;
          _fil_upload_session_refuse (self, 400, now_us);
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
  return self->phase == FIL_UPLOAD_PHASE_REPLY && output_body (self, out);
}

/* Bytes of the page went out. Pieces are made as they are taken, so a long page needs no more memory. */
static void
page_sent (FilUploadSession *self,
           gsize len)
{
  self->page_sent += len;
  while (self->page != NULL && self->page_sent == g_bytes_get_size (self->page) && self->page_more != 0)
    {
      g_bytes_unref (self->page);
      self->page = self->uploads->delegate.more (self->uploads->data, &self->page_more);
      self->page_sent = 0;
    }
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
  self->moved += len;
  if (self->moved >= FIL_REQUEST_STALL_LEAST)
    {
      self->since_us = now_us;
      self->moved = 0;
    }
  self->out_sent += from_head;
  if (self->out_sent == self->out.len)
    {
      fil_writer_truncate (&self->out, 0);
      self->out_sent = 0;
    }
  len -= from_head;
  if (self->page != NULL)
    page_sent (self, len);
  else if (len > 0)
    {
      self->slot_moved += len;
      self->body.start += len;
      _fil_uploads_row_sent (self->uploads, self->row, len, now_us);
    }
  if (self->phase == FIL_UPLOAD_PHASE_REPLY && self->out.len == 0 && fil_range_len (self->body) == 0 &&
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
  gint64 wake_us = self->since_us + self->limit_us;

  if (session->is_closed)
    return FIL_NEVER;
  return fil_upload_place_has_slot (self->place) ? MIN (wake_us, self->slot_us + FIL_REQUEST_STALL_US) : wake_us;
}

/* A byte now and then keeps a connection, but no slot that others wait for: neither within one reply nor by asking for
 * another byte. What it is given up by is no accident, so it does not get it back. */
static void
look_at_slot (FilUploadSession *self,
              gint64 now_us)
{
  gboolean is_idle = self->slot_moved < FIL_REQUEST_STALL_LEAST;

  if (!fil_upload_place_has_slot (self->place) || now_us < self->slot_us + FIL_REQUEST_STALL_US)
    return;
  self->slot_us = now_us;
  self->slot_moved = 0;
  if (!is_idle || fil_upload_queue_waiting (self->uploads->queue) == 0)
    return;
  give_back_place (self, FALSE);
  give_up (self, "others wait, and it takes next to nothing");
}

static void
session_tick (FilSession *session,
              gint64 now_us)
{
  FilUploadSession *self = self_of (session);

  if (session->is_closed || now_us < session_wake (session))
    return;
  if (now_us < self->since_us + self->limit_us)
    look_at_slot (self, now_us);
  else if (self->phase == FIL_UPLOAD_PHASE_REPLY)
    {
      give_back_place (self, FALSE);
      give_up (self, "the other side takes nothing, or next to nothing");
    }
  else if (self->phase == FIL_UPLOAD_PHASE_OPENING)
    give_up (self, "the file could not be opened in time");
  else
    fil_session_abort (session, "no request came");
}

static void
session_held (FilSession *session,
              gint64 us,
              gint64 now_us)
{
  FilUploadSession *self = self_of (session);

  self->since_us = MIN (self->since_us + us, now_us);
  self->slot_us = MIN (self->slot_us + us, now_us);
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
  if (fil_upload_place_is_called (self->place) && !self->is_connected)
    fil_upload_queue_not_reached (uploads->queue, self->place);
  give_back_place (self, row != NULL && row->state == FIL_UPLOAD_SENDING);
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
  _fil_upload_session_close_file (self);
  g_ptr_array_remove_fast (uploads->sessions, self);
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
  .held = session_held,
  .free = session_free,
};

/**
 * fil_upload_session_new:
 * @giv: (nullable): what to write first, because we connected
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
  _fil_upload_session_wait (self, FIL_UPLOAD_PHASE_REQUEST,
                            giv != NULL ? FIL_REQUEST_GIV_US : FIL_REQUEST_FIRST_US, now_us);
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

/* A connection to one who waits, to say that there is a slot. */
FilSession *
_fil_upload_session_new_call (FilUploads *uploads,
                              const FilEndpoint *peer,
                              const char *call,
                              FilUploadPlace *place,
                              gint64 now_us)
{
  FilSession *session = fil_upload_session_new (uploads, peer, call, now_us);

  self_of (session)->reach = FIL_SOURCE_DIRECT;
  fil_upload_place_hold (place, &self_of (session)->place);
  return session;
}

/* Whether it is a pushed connection to that place that does not stand yet. */
gboolean
_fil_upload_session_is_calling (const FilSession *session,
                                const FilEndpoint *to)
{
  const FilUploadSession *self = (const FilUploadSession *) session;

  return self->is_push && !self->is_connected && !session->is_closed && fil_endpoint_equal (&self->peer, to);
}

/* Since when nothing moves on a connection that has no place and no slot; FIL_NEVER: it has one. */
gint64
_fil_upload_session_useless_since (const FilSession *session)
{
  const FilUploadSession *self = (const FilUploadSession *) session;

  return self->place == NULL && !self->is_push ? self->since_us : FIL_NEVER;
}

/* Without a limit of its own it is of no group: that of each transfer then counts for this connection alone. */
void
_fil_upload_session_follow_limit (FilSession *session)
{
  const FilUpload *row = self_of (session)->row;
  guint64 group = row != NULL && row->limit_bps > 0 ? row->group : 0;

  if (session->group == group)
    return;
  session->group = group;
  fil_session_changed (session);
}

/* The session is none of the uploads' any more; it stays the driver's to free. */
void
_fil_upload_session_orphan (FilSession *session,
                            const char *reason)
{
  leave (self_of (session));
  fil_session_abort (session, "%s", reason);
}
