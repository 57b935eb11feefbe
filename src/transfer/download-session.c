/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-session.h"

#include <string.h>

#include "download-reply.h"
#include "head-writer.h"
#include "thex.h"
#include "transfer-limits.h"
#include "transfer-rate.h"
#include "wire-limits.h"

/* Requests under way: the one that is answered and the one behind it. */
#define MAX_ASKED 2

typedef enum
{
  PHASE_GIV,     /* the other side introduces itself */
  PHASE_HEAD,
  PHASE_BODY,
  PHASE_PAGE,    /* the body of something that is no range of the file */
  PHASE_DISCARD, /* a body that nobody wants */
} Phase;

/* A request that is not answered in full. */
typedef struct
{
  FilRange range;
  gboolean is_page;
} Asked;

struct _FilDownloadSession
{
  FilSession session;
  FilDownloadSessionDelegate delegate; /* all NULL once disowned or ended */
  gpointer data;
  char *host;
  char *user_agent;
  char *target;
  guint64 downloaded;
  FilPushSelf us;

  FilHead *head;
  FilWriter out;
  gsize out_sent;
  Phase phase;
  Asked asked[MAX_ASKED];
  guint n_asked;
  GByteArray *page;    /* the body that is being collected */
  guint64 body_left;
  guint64 body_offset; /* in the file, of the next byte of the body */
  FilRange wanted;
  gboolean is_owned;
  gboolean is_connected;
  gboolean has_started;   /* next() was asked at least once */
  gboolean has_requested;
  gboolean had_reply;   /* the first reply of the connection has come: requests may be pipelined */
  gboolean last_one;    /* the other side closes after this reply */
  gboolean is_blocked;  /* the delegate wants no more for now */
  gboolean told_stall;
  guint informational;
  guint refusals;
  gint64 since_us;      /* of what is waited for: head, or next byte */
  gint64 poll_us;       /* queued: when to ask again */
  FilTransferRate rate;
};

static inline FilDownloadSession *
self_of (FilSession *session)
{
  return (FilDownloadSession *) session;
}

/* Tells the owner, once, and closes. */
static void
finish (FilDownloadSession *self,
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

static gboolean
is_over (const FilDownloadSession *self)
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
  fil_head_write_header (out, "X-Queue", "0.1");
  if (!self->has_requested)
    {
      fil_head_write_header (out, "X-Features", "queue/0.1, fwalt/0.1");
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
  if (is_over (self) || self->phase == PHASE_GIV || self->last_one || self->poll_us != FIL_NEVER)
    return FALSE;
  if (self->n_asked == 0)
    return TRUE;
  return self->n_asked < MAX_ASKED && self->had_reply && self->phase == PHASE_BODY &&
         self->body_left <= MAX (64 * 1024, 2 * fil_transfer_rate_get (&self->rate, now_us));
}

static void
ask (FilDownloadSession *self,
     gint64 now_us)
{
  while (may_ask (self, now_us))
    {
      FilDownloadAsk ask = { .is_alone = self->n_asked == 0 };

      if (!self->delegate.next (self->data, &ask, now_us))
        return;
      if (is_over (self))
        return;
      if (self->n_asked == 0)
        self->since_us = now_us;
      write_request (self, &ask, now_us);
      self->asked[self->n_asked++] = (Asked){ ask.range, ask.page != NULL };
      fil_session_changed (&self->session);
    }
}

/* The reply in front is over. */
static void
reply_done (FilDownloadSession *self,
            gint64 now_us)
{
  self->n_asked--;
  memmove (&self->asked[0], &self->asked[1], self->n_asked * sizeof self->asked[0]);
  self->phase = PHASE_HEAD;
  self->since_us = now_us;
  self->told_stall = FALSE;
  if (self->last_one)
    finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us, "the other side closed the connection after its reply");
  else
    ask (self, now_us);
}

static void
start_body (FilDownloadSession *self,
            const FilDownloadReplyHead *head,
            FilRange asked,
            gint64 now_us)
{
  self->phase = PHASE_BODY;
  self->refusals = 0;
  self->body_left = head->body_len;
  self->body_offset = head->reply.range.start;
  /* Who sends more than was asked for cannot be made to stop: no further request on this connection. */
  if (head->reply.range.end > asked.end)
    self->last_one = TRUE;
  self->had_reply = TRUE;
  if (self->body_left == 0)
    reply_done (self, now_us);
  else
    ask (self, now_us);
}

/* Tells of a page, or that there is none. */
static void
page_done (FilDownloadSession *self,
           gint64 now_us)
{
  g_autoptr (GByteArray) page = g_steal_pointer (&self->page);
  FilSlice body;

  if (page != NULL)
    body = fil_slice (page->data, page->len);
  self->delegate.page (self->data, page != NULL ? &body : NULL, now_us);
}

static void
start_discard (FilDownloadSession *self,
               const FilDownloadReplyHead *head,
               gint64 now_us)
{
  if (!head->has_body_len || head->body_len > FIL_REPLY_MAX_DISCARD)
    {
      finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us, "the other side refused at too great length");
      return;
    }
  if (++self->refusals >= FIL_REPLY_MAX_REFUSALS)
    {
      finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us, "the other side refused too often");
      return;
    }
  self->phase = PHASE_DISCARD;
  self->body_left = head->body_len;
  self->had_reply = TRUE;
  if (self->body_left == 0)
    reply_done (self, now_us);
}

/* The head of the reply to a request for a page. */
static void
start_page (FilDownloadSession *self,
            const FilDownloadReplyHead *head,
            gint64 now_us)
{
  self->last_one = !head->reply.keeps_alive;
  self->since_us = now_us;
  if (head->reply.status == 200 && head->has_body_len && head->body_len > 0 && head->body_len <= FIL_THEX_MAX)
    {
      self->phase = PHASE_PAGE;
      self->body_left = head->body_len;
      self->page = g_byte_array_new ();
      return;
    }
  page_done (self, now_us);
  if (!is_over (self))
    start_discard (self, head, now_us);
}

static void
handle_head (FilDownloadSession *self,
             gint64 now_us)
{
  g_auto (FilDownloadReplyHead) head = { 0 };
  FilRange asked = self->asked[0].range;
  gboolean is_page = self->asked[0].is_page;
  const char *error = NULL;
  FilDownloadVerdict verdict;

  if (!fil_download_reply_read (&head, self->head, is_page, &error))
    {
      finish (self, FIL_DOWNLOAD_END_LIED, now_us, error);
      return;
    }
  if (head.reply.status < 200)
    {
      if (++self->informational > FIL_REPLY_MAX_INFORMATIONAL || head.reply.status == 101)
        finish (self, FIL_DOWNLOAD_END_LIED, now_us, "it never comes to the point");
      return;
    }
  self->informational = 0;
  if (is_page)
    {
      start_page (self, &head, now_us);
      return;
    }
  if ((head.reply.status == 206 || (head.reply.status == 200 && head.reply.range.start > 0)) &&
      (head.reply.range.start < asked.start || head.reply.range.end > asked.end))
    {
      finish (self, FIL_DOWNLOAD_END_LIED, now_us, "it sent other bytes than were asked for");
      return;
    }
  self->last_one = !head.reply.keeps_alive;
  self->wanted = fil_range_intersect (head.reply.range, asked);
  verdict = self->delegate.reply (self->data, &head.reply, asked, &self->wanted, now_us);
  if (is_over (self))
    return;

  self->since_us = now_us;
  switch (verdict)
    {
    case FIL_DOWNLOAD_TAKE:
      start_body (self, &head, asked, now_us);
      break;
    case FIL_DOWNLOAD_WAIT:
      self->poll_us = now_us + CLAMP (head.reply.poll_s * FIL_SEC, FIL_QUEUE_MIN_POLL_US,
                                      FIL_QUEUE_MAX_POLL_US);
      self->refusals = 0;
      start_discard (self, &head, now_us);
      break;
    case FIL_DOWNLOAD_ASK_AGAIN:
      start_discard (self, &head, now_us);
      break;
    case FIL_DOWNLOAD_LEAVE:
    default:
      finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us, "the reply was no help");
      break;
    }
}

static gsize
feed_head (FilDownloadSession *self,
           FilSlice bytes,
           gint64 now_us)
{
  gsize used = 0;

  switch (fil_head_feed (self->head, bytes, &used))
    {
    case FIL_HEAD_MORE:
      break;
    case FIL_HEAD_ERROR:
      finish (self, FIL_DOWNLOAD_END_LIED, now_us, fil_head_error (self->head));
      break;
    case FIL_HEAD_DONE:
    default:
      if (self->phase == PHASE_GIV)
        {
          /* It is our turn to speak; a reply to what nobody has asked comes from no servent (push.md §4). */
          if (used < bytes.len)
            {
              finish (self, FIL_DOWNLOAD_END_LIED, now_us, "it spoke without being asked");
              break;
            }
          self->phase = PHASE_HEAD;
          self->has_started = TRUE;
          fil_head_free (self->head);
          self->head = fil_head_new (&fil_head_limits_http);
          ask (self, now_us);
          break;
        }
      handle_head (self, now_us);
      if (!self->session.is_closed)
        fil_head_reset (self->head);
      break;
    }
  return used;
}

static gsize
feed_body (FilDownloadSession *self,
           const guint8 *bytes,
           gsize len,
           gint64 now_us)
{
  gsize n = (gsize) MIN ((guint64) len, self->body_left);
  gboolean enough = FALSE;

  if (self->phase == PHASE_PAGE)
    g_byte_array_append (self->page, bytes, (guint) n);
  else if (self->phase == PHASE_BODY && self->body_offset < self->wanted.start)
    n = (gsize) MIN ((guint64) n, self->wanted.start - self->body_offset);
  else if (self->phase == PHASE_BODY)
    {
      gsize taken = self->delegate.received (self->data, self->body_offset, bytes, n, &enough, now_us);

      if (is_over (self))
        return n;
      self->is_blocked = !enough && taken == 0 && n > 0;
      n = taken;
    }
  self->body_left -= n;
  self->body_offset += n;
  if (n > 0 && self->phase != PHASE_PAGE)
    {
      self->since_us = now_us;
      self->told_stall = FALSE;
      fil_transfer_rate_add (&self->rate, n, now_us);
    }
  if (self->body_left == 0 && self->phase == PHASE_PAGE)
    page_done (self, now_us);
  if (is_over (self))
    return n;
  if (self->body_left == 0)
    reply_done (self, now_us);
  else if (enough)
    finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us, "the rest of the reply is not needed");
  else if (self->phase == PHASE_BODY)
    ask (self, now_us);
  return n;
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
  while (used < len && !is_over (self) && !self->is_blocked)
    {
      if (self->phase == PHASE_BODY || self->phase == PHASE_PAGE || self->phase == PHASE_DISCARD)
        used += feed_body (self, bytes + used, len - used, now_us);
      else if (self->phase == PHASE_GIV || self->n_asked > 0)
        used += feed_head (self, fil_slice (bytes + used, len - used), now_us);
      else
        finish (self, FIL_DOWNLOAD_END_LIED, now_us, "it spoke without being asked");
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
  if (!self->has_started && self->phase != PHASE_GIV)
    {
      self->has_started = TRUE;
      ask (self, now_us);
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
  else if (self->phase == PHASE_BODY)
    end = FIL_DOWNLOAD_END_CUT;
  else if (self->had_reply && fil_head_is_empty (self->head))
    end = FIL_DOWNLOAD_END_ORDERLY;
  finish (self, end, now_us, error != NULL ? error : "the other side closed the connection");
}

static gint64
session_wake (FilSession *session)
{
  FilDownloadSession *self = self_of (session);

  if (is_over (self) || !self->is_connected || self->is_blocked)
    return FIL_NEVER;
  if (self->phase == PHASE_GIV)
    return self->since_us + FIL_REQUEST_FIRST_US;
  if (self->n_asked == 0)
    return self->poll_us;
  if (self->phase == PHASE_PAGE)
    return self->since_us + FIL_REPLY_PAGE_US;
  if (self->phase != PHASE_BODY)
    return self->since_us + FIL_REPLY_HEAD_US;
  return self->since_us + (self->told_stall ? FIL_SOURCE_DEAD_US : FIL_SOURCE_STALL_US);
}

static void
session_tick (FilSession *session,
              gint64 now_us)
{
  FilDownloadSession *self = self_of (session);

  if (now_us < session_wake (session))
    return;
  if (self->n_asked == 0 && self->phase == PHASE_HEAD)
    {
      self->poll_us = FIL_NEVER;
      ask (self, now_us);
    }
  else if (self->phase != PHASE_BODY)
    finish (self, FIL_DOWNLOAD_END_NO_REPLY, now_us, "no answer came");
  else if (self->told_stall)
    finish (self, FIL_DOWNLOAD_END_STALLED, now_us, "the other side sends no more");
  else
    {
      self->told_stall = TRUE;
      self->delegate.stalled (self->data, now_us);
    }
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
  self->head = fil_head_new (request->is_giv ? &fil_head_limits_giv : &fil_head_limits_http);
  self->phase = request->is_giv ? PHASE_GIV : PHASE_HEAD;
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
    ask (self, now_us);
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

  return self->is_connected && self->phase != PHASE_GIV && self->n_asked == 0 && self->poll_us == FIL_NEVER;
}
