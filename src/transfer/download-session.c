/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-session-private.h"

#include "head-writer.h"
#include "thex.h"
#include "transfer-limits.h"

static inline FilDownloadSession *
self_of (FilSession *session)
{
  return (FilDownloadSession *) session;
}

/* Tells the owner, once, and closes. */
void
_fil_download_session_finish (FilDownloadSession *self,
                              FilDownloadEnd end,
                              gint64 now_us,
                              const char *sentence)
{
  if (self->is_owned)
    {
      self->is_owned = FALSE;
      self->delegate.ended (self->data, end, sentence, now_us);
    }
  fil_session_abort (&self->session, "%s", sentence);
}

gboolean
_fil_download_session_is_over (const FilDownloadSession *self)
{
  return !self->is_owned || self->session.is_closed;
}

static void
write_request (FilDownloadSession *self,
               const FilDownloadAsk *ask,
               gint64 now_us)
{
  FilWriter *out = &self->out;

  fil_head_write_line (out, "GET %s HTTP/1.1", ask->page != NULL ? ask->page : self->target);
  fil_head_write_header (out, "Host", "%s", self->host);
  fil_head_write_header (out, "User-Agent", "%s", self->user_agent);
  if (ask->page != NULL)
    {
      fil_head_write_header (out, "Accept", FIL_THEX_MEDIA_TYPE);
      fil_head_write_end (out);
      return;
    }
  fil_head_write_header (out, "Range", "bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, ask->range.start,
                         ask->range.end - 1);
  fil_head_write_header (out, "X-Queue", "1.1");
  if (!self->has_requested)
    {
      fil_head_write_header (out, "X-Features", "queue/1.1, fwalt/0.1");
      fil_push_headers_write_request (out, &self->us);
      if (self->downloaded > 0)
        fil_head_write_header (out, "X-Downloaded", "%" G_GUINT64_FORMAT, self->downloaded);
    }
  self->delegate.headers (self->data, out, now_us);
  fil_head_write_end (out);
  self->has_requested = TRUE;
}

/* Whether a further request may follow the ones under way; never behind a page (http-transfer.md §5). */
static gboolean
may_ask (const FilDownloadSession *self,
         gint64 now_us)
{
  if (_fil_download_session_is_over (self) || self->phase == FIL_DOWNLOAD_PHASE_GIV || self->last_one ||
      self->poll_us != FIL_NEVER)
    return FALSE;
  if (self->n_asked == 0)
    return TRUE;
  return self->n_asked < FIL_DOWNLOAD_ASKED_MAX && self->had_reply && !self->sends_more &&
         self->phase == FIL_DOWNLOAD_PHASE_BODY &&
         self->body_left <= MAX (64 * 1024, 2 * fil_transfer_rate_get (&self->rate, now_us));
}

void
_fil_download_session_ask (FilDownloadSession *self,
                           gint64 now_us)
{
  while (may_ask (self, now_us))
    {
      FilDownloadAsk ask = { .is_alone = self->n_asked == 0 };

      if (!self->delegate.next (self->data, &ask, now_us))
        return;
      if (_fil_download_session_is_over (self))
        return;
      if (self->n_asked == 0)
        self->since_us = now_us;
      write_request (self, &ask, now_us);
      self->asked[self->n_asked++] = (FilDownloadAsked){ ask.range, ask.page != NULL };
      fil_session_changed (&self->session);
    }
}

static gsize
session_feed (FilSession *session,
              const guint8 *bytes,
              gsize len,
              gint64 now_us)
{
  FilDownloadSession *self = self_of (session);
  gsize used = 0;

  self->is_connected = TRUE;
  self->is_blocked = FALSE;
  while (used < len && !_fil_download_session_is_over (self) && !self->is_blocked)
    {
      if (self->phase == FIL_DOWNLOAD_PHASE_BODY || self->phase == FIL_DOWNLOAD_PHASE_PAGE ||
          self->phase == FIL_DOWNLOAD_PHASE_DISCARD)
        used += _fil_download_session_feed_body (self, bytes + used, len - used, now_us);
      else if (self->phase == FIL_DOWNLOAD_PHASE_GIV || self->n_asked > 0)
        used += _fil_download_session_feed_head (self, fil_slice (bytes + used, len - used), now_us);
      else
        _fil_download_session_finish (self, FIL_DOWNLOAD_END_LIED, now_us, "it spoke without being asked");
    }
  return used;
}

static gboolean
session_output (FilSession *session,
                FilOutput *out,
                gint64 now_us)
{
  FilDownloadSession *self = self_of (session);

  if (!self->is_connected)
    {
      self->is_connected = TRUE;
      self->since_us = now_us;
    }
  if (!self->has_started && self->phase != FIL_DOWNLOAD_PHASE_GIV)
    {
      self->has_started = TRUE;
      _fil_download_session_ask (self, now_us);
    }
  if (self->out_sent == self->out.len || self->session.abort)
    return FALSE;
  out->bytes = fil_writer_data (&self->out) + self->out_sent;
  out->len = self->out.len - self->out_sent;
  return TRUE;
}

static void
session_sent (FilSession *session,
              gsize len,
              gint64 now_us)
{
  FilDownloadSession *self = self_of (session);

  self->out_sent += len;
  if (self->out_sent == self->out.len)
    {
      fil_writer_truncate (&self->out, 0);
      self->out_sent = 0;
    }
}

static void
session_hung_up (FilSession *session,
                 const char *error,
                 gint64 now_us)
{
  FilDownloadSession *self = self_of (session);
  FilDownloadEnd end = FIL_DOWNLOAD_END_NO_REPLY;

  if (!self->is_connected)
    end = FIL_DOWNLOAD_END_NOT_CONNECTED;
  else if (self->phase == FIL_DOWNLOAD_PHASE_BODY)
    end = FIL_DOWNLOAD_END_CUT;
  else if (self->had_reply && fil_head_is_empty (self->head))
    end = FIL_DOWNLOAD_END_ORDERLY;
  _fil_download_session_finish (self, end, now_us,
                                error != NULL ? error : "the other side closed the connection");
}

/* Until the next of them. */
static const gint64 patience[] = {
  [FIL_DOWNLOAD_FLOWS] = FIL_SOURCE_QUIET_US,
  [FIL_DOWNLOAD_QUIET] = FIL_SOURCE_STALL_US,
  [FIL_DOWNLOAD_STALLED] = FIL_SOURCE_DEAD_US,
};

static gint64
session_wake (FilSession *session)
{
  FilDownloadSession *self = self_of (session);

  if (_fil_download_session_is_over (self) || !self->is_connected || self->is_blocked)
    return FIL_NEVER;
  if (self->phase == FIL_DOWNLOAD_PHASE_GIV)
    return self->since_us + FIL_REQUEST_FIRST_US;
  if (self->n_asked == 0)
    return self->poll_us;
  if (self->phase == FIL_DOWNLOAD_PHASE_PAGE)
    return self->since_us + FIL_REPLY_PAGE_US;
  if (self->phase != FIL_DOWNLOAD_PHASE_BODY)
    return self->since_us + FIL_REPLY_HEAD_US;
  return self->since_us + patience[self->silence];
}

static void
session_tick (FilSession *session,
              gint64 now_us)
{
  FilDownloadSession *self = self_of (session);

  if (now_us < session_wake (session))
    return;
  if (self->n_asked == 0 && self->phase == FIL_DOWNLOAD_PHASE_HEAD)
    {
      self->poll_us = FIL_NEVER;
      _fil_download_session_ask (self, now_us);
    }
  else if (self->phase != FIL_DOWNLOAD_PHASE_BODY)
    _fil_download_session_finish (self, FIL_DOWNLOAD_END_NO_REPLY, now_us, "no answer came");
  else if (self->silence == FIL_DOWNLOAD_STALLED)
    _fil_download_session_finish (self, FIL_DOWNLOAD_END_STALLED, now_us, "the other side sends no more");
  else if (self->silence == FIL_DOWNLOAD_QUIET)
    {
      self->silence = FIL_DOWNLOAD_STALLED;
      self->delegate.stalled (self->data, now_us);
    }
  else
    {
      self->silence = FIL_DOWNLOAD_QUIET;
      if (self->delegate.quiet != NULL)
        self->delegate.quiet (self->data, now_us);
    }
}

static void
session_held (FilSession *session,
              gint64 us,
              gint64 now_us)
{
  FilDownloadSession *self = self_of (session);

  self->since_us = MIN (self->since_us + us, now_us);
  if (self->is_owned && self->delegate.held != NULL)
    self->delegate.held (self->data, us, now_us);
}

static void
session_free (FilSession *session)
{
  FilDownloadSession *self = self_of (session);

  if (self->is_owned)
    {
      self->is_owned = FALSE;
      self->delegate.ended (self->data,
                            self->is_connected ? FIL_DOWNLOAD_END_CUT : FIL_DOWNLOAD_END_NOT_CONNECTED,
                            "the connection was dropped", self->since_us);
    }
  fil_head_free (self->head);
  fil_writer_clear (&self->out);
  g_clear_pointer (&self->page, g_byte_array_unref);
  g_free (self->host);
  g_free (self->user_agent);
  g_free (self->target);
  g_free (self);
}

static const FilSessionClass session_class = {
  .name = "download",
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
 * fil_download_session_new:
 * @delegate: copied
 *
 * The connection counts as made when the driver first asks for output or feeds bytes; nothing is
 * leased before that.
 *
 * Returns: (transfer full): for the pump
 */
FilSession *
fil_download_session_new (const FilDownloadRequest *request,
                          const FilDownloadSessionDelegate *delegate,
                          gpointer data,
                          gint64 now_us)
{
  FilDownloadSession *self = g_new0 (FilDownloadSession, 1);

  fil_session_init (&self->session, &session_class);
  self->delegate = *delegate;
  self->data = data;
  self->is_owned = TRUE;
  self->host = g_strdup (request->host);
  self->user_agent = g_strdup (request->user_agent);
  self->target = g_strdup (request->target);
  self->downloaded = request->downloaded;
  if (request->us != NULL)
    self->us = *request->us;
  self->head = fil_head_new (request->is_giv    ? &fil_head_limits_giv
                             : request->is_call ? &fil_head_limits_accept
                                                : &fil_head_limits_http);
  self->phase = request->is_giv || request->is_call ? FIL_DOWNLOAD_PHASE_GIV : FIL_DOWNLOAD_PHASE_HEAD;
  self->poll_us = FIL_NEVER;
  self->since_us = now_us;
  fil_writer_init (&self->out);
  return &self->session;
}

/**
 * fil_download_session_reassign:
 * @session: idle, see fil_download_session_is_idle()
 * @request: (nullable): what is asked for from now on; NULL: as before
 * @delegate: copied
 *
 * Gives a connection to another owner; the former one is not called any more. The new one asks for
 * something with fil_download_session_resume().
 */
void
fil_download_session_reassign (FilSession *session,
                               const FilDownloadRequest *request,
                               const FilDownloadSessionDelegate *delegate,
                               gpointer data)
{
  FilDownloadSession *self = self_of (session);

  self->delegate = *delegate;
  self->data = data;
  if (request == NULL)
    return;
  g_free (self->target);
  self->target = g_strdup (request->target);
  self->downloaded = request->downloaded;
  self->refusals = 0;
}

/**
 * fil_download_session_disown:
 * @reason: one sentence
 *
 * Ends the connection without telling the delegate, which is not called any more. The driver frees the
 * session as ever.
 */
void
fil_download_session_disown (FilSession *session,
                             const char *reason)
{
  self_of (session)->is_owned = FALSE;
  fil_session_abort (session, "%s", reason);
}

/**
 * fil_download_session_resume:
 *
 * There may be something to ask for again, or room for bytes.
 */
void
fil_download_session_resume (FilSession *session,
                             gint64 now_us)
{
  FilDownloadSession *self = self_of (session);

  if (self->is_blocked)
    {
      self->is_blocked = FALSE;
      self->since_us = MAX (self->since_us, now_us);
      fil_session_changed (session);
    }
  if (self->has_started)
    _fil_download_session_ask (self, now_us);
}

/**
 * fil_download_session_end_quiet:
 *
 * Ends the connection if no byte has come for FIL_SOURCE_QUIET_US, though some are under way: it is dead, since our
 * address is another one now.
 */
void
fil_download_session_end_quiet (FilSession *session,
                                gint64 now_us)
{
  FilDownloadSession *self = self_of (session);

  if (!_fil_download_session_is_over (self) && self->silence != FIL_DOWNLOAD_FLOWS)
    _fil_download_session_finish (self, FIL_DOWNLOAD_END_STALLED, now_us, "our address is another one now");
}

gboolean
fil_download_session_is_connected (const FilSession *session)
{
  return ((const FilDownloadSession *) session)->is_connected;
}

/**
 * fil_download_session_is_idle:
 *
 * Returns: whether it is connected, asked for nothing and waits in no queue
 */
gboolean
fil_download_session_is_idle (const FilSession *session)
{
  const FilDownloadSession *self = (const FilDownloadSession *) session;

  return self->is_connected && self->phase != FIL_DOWNLOAD_PHASE_GIV && self->n_asked == 0 &&
         self->poll_us == FIL_NEVER;
}
