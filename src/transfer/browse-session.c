/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "browse-session.h"

#include <string.h>

#include "chunked.h"
#include "framer.h"
#include "head-writer.h"
#include "head.h"
#include "start-line.h"
#include "transfer-limits.h"

typedef enum
{
  PHASE_GIV,  /* the other side introduces itself */
  PHASE_HEAD,
  PHASE_BODY,
} Phase;

typedef enum
{
  BODY_TO_THE_END, /* until the connection ends */
  BODY_COUNTED,
  BODY_CHUNKED,
} BodyKind;

struct _FilBrowseSession
{
  FilSession session;
  FilBrowseDelegate delegate;
  gpointer data;
  gboolean is_owned; /* the delegate is to be told */
  gboolean is_connected;

  FilWriter out;
  gsize out_sent;
  FilHead *head;
  FilFramer *framer;
  FilChunked chunked;
  Phase phase;
  BodyKind kind;
  guint64 body_left; /* BODY_COUNTED */
  guint64 received;  /* of the body */
  gint64 begin_us;   /* when the connection stood */
  gint64 since_us;   /* when something came last */
};

static inline FilBrowseSession *
self_of (FilSession *session)
{
  return (FilBrowseSession *) session;
}

static gboolean
is_over (const FilBrowseSession *self)
{
  return !self->is_owned || self->session.is_closed;
}

/* Tells the owner, once, and closes. */
static void
finish (FilBrowseSession *self,
        FilBrowseEnd end,
        const char *reason,
        gint64 now_us)
{
  if (self->is_owned)
    {
      self->is_owned = FALSE;
      self->delegate.ended (self->data, end, now_us);
    }
  fil_session_abort (&self->session, "%s", reason);
}

/* The list is over: it is whole unless it ends in the middle of a message. */
static void
finish_body (FilBrowseSession *self,
             gint64 now_us)
{
  if (fil_framer_pending (self->framer) == 0)
    finish (self, FIL_BROWSE_WHOLE, "the list is complete", now_us);
  else
    finish (self, FIL_BROWSE_CUT, "the list ends in the middle of a message", now_us);
}

static void
feed_messages (FilBrowseSession *self,
               FilSlice bytes,
               gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  FilFrame frame;

  self->received += bytes.len;
  if (self->received > FIL_BROWSE_MAX_BYTES)
    {
      finish (self, FIL_BROWSE_CUT, "the list is too long", now_us);
      return;
    }
  while (!is_over (self))
    switch (fil_framer_next (self->framer, &bytes, &frame, &error))
      {
      case FIL_FRAMER_MORE:
        return;
      case FIL_FRAMER_ERROR:
        finish (self, FIL_BROWSE_NOT_UNDERSTOOD, error->message, now_us);
        return;
      case FIL_FRAMER_MESSAGE:
      default:
        {
          FilQueryHit hit;

          if (frame.header.kind == FIL_KIND_QUERY_HIT && fil_query_hit_decode (&hit, frame.payload))
            self->delegate.hit (self->data, &hit, now_us);
        }
        break;
      }
}

static void
feed_chunks (FilBrowseSession *self,
             FilSlice bytes,
             gint64 now_us)
{
  FilSlice data;

  while (!is_over (self))
    switch (fil_chunked_next (&self->chunked, &bytes, &data))
      {
      case FIL_CHUNKED_MORE:
        return;
      case FIL_CHUNKED_DATA:
        feed_messages (self, data, now_us);
        break;
      case FIL_CHUNKED_END:
        finish_body (self, now_us);
        return;
      case FIL_CHUNKED_ERROR:
      default:
        finish (self, FIL_BROWSE_NOT_UNDERSTOOD, "its chunks are broken", now_us);
        return;
      }
}

static void
feed_body (FilBrowseSession *self,
           FilSlice bytes,
           gint64 now_us)
{
  if (self->kind == BODY_CHUNKED)
    {
      feed_chunks (self, bytes, now_us);
      return;
    }
  if (self->kind == BODY_COUNTED)
    bytes.len = (gsize) MIN ((guint64) bytes.len, self->body_left);
  feed_messages (self, bytes, now_us);
  if (self->kind != BODY_COUNTED || is_over (self))
    return;
  self->body_left -= bytes.len;
  if (self->body_left == 0)
    finish_body (self, now_us);
}

static FilBrowseEnd
end_of_status (guint status)
{
  switch (status)
    {
    case 401:
    case 403:
    case 404:
    case 406: /* it has no list of this kind */
    case 501:
      return FIL_BROWSE_REFUSED;
    case 429:
    case 550:
      return FIL_BROWSE_TOO_OFTEN;
    case 503:
      return FIL_BROWSE_BUSY;
    default:
      return FIL_BROWSE_NOT_UNDERSTOOD;
    }
}

/* We asked for no compression, and read none. */
static gboolean
has_packets (const FilHead *head)
{
  const char *type = fil_head_get (head, "Content-Type");
  const char *encoding = fil_head_get (head, "Content-Encoding");

  return type != NULL && g_ascii_strncasecmp (type, "application/x-gnutella-packets", 30) == 0 &&
         (encoding == NULL || g_ascii_strcasecmp (encoding, "identity") == 0);
}

static gboolean
read_framing (FilBrowseSession *self)
{
  const char *coding = fil_head_get (self->head, "Transfer-Encoding");
  const char *length = fil_head_get (self->head, "Content-Length");

  self->kind = BODY_TO_THE_END;
  if (coding != NULL)
    {
      self->kind = BODY_CHUNKED;
      return g_ascii_strcasecmp (coding, "chunked") == 0;
    }
  if (length == NULL)
    return TRUE;
  self->kind = BODY_COUNTED;
  return g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &self->body_left, NULL);
}

static void
handle_head (FilBrowseSession *self,
             gint64 now_us)
{
  FilStatusLine line;

  if (!fil_http_status_line_parse (&line, fil_head_first_line (self->head)))
    finish (self, FIL_BROWSE_NOT_UNDERSTOOD, "its answer is no HTTP", now_us);
  else if (line.code != 200)
    finish (self, end_of_status (line.code), "the other side refused", now_us);
  else if (!has_packets (self->head) || !read_framing (self))
    finish (self, FIL_BROWSE_NOT_UNDERSTOOD, "its list is of a kind that we do not read", now_us);
  else
    {
      self->phase = PHASE_BODY;
      if (self->kind == BODY_COUNTED && self->body_left == 0)
        finish_body (self, now_us);
    }
}

static void
ask (FilBrowseSession *self,
     const char *host,
     const char *user_agent)
{
  fil_head_write_line (&self->out, "GET / HTTP/1.1");
  fil_head_write_header (&self->out, "Host", "%s", host);
  fil_head_write_header (&self->out, "User-Agent", "%s", user_agent);
  fil_head_write_header (&self->out, "Accept", "application/x-gnutella-packets");
  fil_head_write_header (&self->out, "Connection", "close");
  fil_head_write_end (&self->out);
}

static void
head_done (FilBrowseSession *self,
           gint64 now_us)
{
  if (self->phase == PHASE_HEAD)
    {
      handle_head (self, now_us);
      return;
    }
  self->phase = PHASE_HEAD;
  fil_head_free (self->head);
  self->head = fil_head_new (&fil_head_limits_http);
  fil_session_changed (&self->session);
}

static gsize
session_feed (FilSession *session,
              const guint8 *bytes,
              gsize len,
              gint64 now_us)
{
  FilBrowseSession *self = self_of (session);
  gsize used = 0;

  self->is_connected = TRUE;
  self->since_us = now_us;
  while (used < len && !is_over (self))
    {
      gsize n = 0;

      if (self->phase == PHASE_BODY)
        {
          feed_body (self, fil_slice (bytes + used, len - used), now_us);
          return len;
        }
      switch (fil_head_feed (self->head, fil_slice (bytes + used, len - used), &n))
        {
        case FIL_HEAD_MORE:
          break;
        case FIL_HEAD_ERROR:
          finish (self, FIL_BROWSE_NOT_UNDERSTOOD, fil_head_error (self->head), now_us);
          break;
        case FIL_HEAD_DONE:
        default:
          head_done (self, now_us);
          break;
        }
      used += n;
    }
  return used;
}

static gboolean
session_output (FilSession *session,
                FilOutput *out,
                gint64 now_us)
{
  FilBrowseSession *self = self_of (session);

  if (!self->is_connected)
    {
      self->is_connected = TRUE;
      self->begin_us = now_us;
      self->since_us = now_us;
    }
  if (self->phase == PHASE_GIV || self->out_sent == self->out.len || session->abort)
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
  self_of (session)->out_sent += len;
}

static void
session_hung_up (FilSession *session,
                 const char *error,
                 gint64 now_us)
{
  FilBrowseSession *self = self_of (session);
  const char *reason = error != NULL ? error : "the other side closed the connection";

  if (!self->is_connected || self->phase == PHASE_GIV)
    finish (self, FIL_BROWSE_NOT_CONNECTED, reason, now_us);
  else if (self->phase == PHASE_HEAD)
    finish (self, FIL_BROWSE_NOT_UNDERSTOOD, reason, now_us);
  else if (self->kind == BODY_TO_THE_END && error == NULL)
    finish_body (self, now_us);
  else
    finish (self, FIL_BROWSE_CUT, reason, now_us);
}

static gint64
session_wake (FilSession *session)
{
  FilBrowseSession *self = self_of (session);

  if (is_over (self) || !self->is_connected)
    return FIL_NEVER;
  return MIN (self->since_us + FIL_BROWSE_STALL_US, self->begin_us + FIL_BROWSE_MAX_US);
}

static void
session_tick (FilSession *session,
              gint64 now_us)
{
  FilBrowseSession *self = self_of (session);

  if (now_us < session_wake (session))
    return;
  if (self->phase == PHASE_BODY)
    finish (self, FIL_BROWSE_CUT, "the other side takes too long", now_us);
  else
    finish (self, FIL_BROWSE_NOT_UNDERSTOOD, "no answer came", now_us);
}

static void
session_held (FilSession *session,
              gint64 us,
              gint64 now_us)
{
  FilBrowseSession *self = self_of (session);

  self->since_us = MIN (self->since_us + us, now_us);
  self->begin_us = MIN (self->begin_us + us, now_us);
}

static void
session_free (FilSession *session)
{
  FilBrowseSession *self = self_of (session);

  if (self->is_owned)
    {
      self->is_owned = FALSE;
      self->delegate.ended (self->data, self->is_connected ? FIL_BROWSE_CUT : FIL_BROWSE_NOT_CONNECTED,
                            self->since_us);
    }
  fil_head_free (self->head);
  fil_framer_free (self->framer);
  fil_writer_clear (&self->out);
  g_free (self);
}

static const FilSessionClass session_class = {
  .name = "browse",
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
 * fil_browse_session_new:
 * @host: of the Host header
 * @is_giv: the stream begins with the GIV of the other side
 * @delegate: copied
 *
 * Returns: (transfer full): for the pump
 */
FilSession *
fil_browse_session_new (const char *host,
                        const char *user_agent,
                        gboolean is_giv,
                        const FilBrowseDelegate *delegate,
                        gpointer data,
                        gint64 now_us)
{
  FilBrowseSession *self = g_new0 (FilBrowseSession, 1);

  fil_session_init (&self->session, &session_class);
  self->delegate = *delegate;
  self->data = data;
  self->is_owned = TRUE;
  self->phase = is_giv ? PHASE_GIV : PHASE_HEAD;
  self->head = fil_head_new (is_giv ? &fil_head_limits_accept : &fil_head_limits_http);
  self->framer = fil_framer_new ();
  self->begin_us = now_us;
  self->since_us = now_us;
  fil_writer_init (&self->out);
  ask (self, host, user_agent);
  return &self->session;
}

/**
 * fil_browse_session_disown:
 * @reason: one sentence
 *
 * Ends the connection without telling the delegate, which is not called any more. The driver frees the
 * session as ever.
 */
void
fil_browse_session_disown (FilSession *session,
                           const char *reason)
{
  self_of (session)->is_owned = FALSE;
  fil_session_abort (session, "%s", reason);
}
