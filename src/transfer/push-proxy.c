/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "push-proxy.h"

#include "head.h"
#include "head-writer.h"
#include "push-headers.h"
#include "push-proxy-request.h"
#include "start-line.h"
#include "transfer-limits.h"

struct _FilPushProxy
{
  FilPushProxyPass pass;
  gpointer data;
  char *user_agent;
  GPtrArray *sessions; /* of Asked, the driver's */
};

typedef struct
{
  FilSession session;
  FilPushProxy *proxy; /* NULL: it is gone */
  FilEndpoint peer;
  FilHead *head;
  FilWriter out;
  gsize sent;
  gint64 deadline_us;
  gboolean has_answer;
} Asked;

/**
 * fil_push_proxy_new:
 *
 * Returns: (transfer full):
 */
FilPushProxy *
fil_push_proxy_new (FilPushProxyPass pass,
                    gpointer data,
                    const char *user_agent)
{
  FilPushProxy *self = g_new0 (FilPushProxy, 1);

  self->pass = pass;
  self->data = data;
  self->user_agent = g_strdup (user_agent);
  self->sessions = g_ptr_array_new ();
  return self;
}

/**
 * fil_push_proxy_free:
 *
 * Ends all exchanges; their sessions stay the driver's to free.
 */
void
fil_push_proxy_free (FilPushProxy *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->sessions->len; i++)
    {
      Asked *asked = self->sessions->pdata[i];

      asked->proxy = NULL;
      fil_session_abort (&asked->session, "the node stops");
    }
  g_ptr_array_unref (self->sessions);
  g_free (self->user_agent);
  g_free (self);
}

/* The servent is made to call who asks. */
static gboolean
read_caller (const FilHead *head,
             const FilEndpoint *peer,
             FilPush *push)
{
  FilEndpoint caller = fil_push_headers_read_caller (head, peer);

  push->port = caller.port;
  if (caller.family == 6)
    push->endpoint6 = caller;
  else
    push->endpoint = caller;
  return fil_endpoint_is_set (&caller);
}

static guint
judge (const Asked *self)
{
  FilPushProxyRequest request;
  FilHttpRequestLine line;
  FilPush push = { .index = 0 };

  if (!fil_http_request_line_parse (&line, fil_head_first_line (self->head)) || line.major != 1)
    return 400;
  if (!fil_slice_is (line.method, "GET") && !fil_slice_is (line.method, "HEAD"))
    return 501;
  if (!fil_push_proxy_request_parse (&request, line.target) || !read_caller (self->head, &self->peer, &push))
    return 400;
  push.target = request.guid;
  push.index = request.index;
  push.tls = request.tls;
  return self->proxy->pass (self->proxy->data, &push);
}

static const char *
phrase (guint status)
{
  switch (status)
    {
    case 202:
      return "Push sent";
    case 203:
      return "Push sent along the way of its hits";
    case 400:
      return "Bad Request";
    case 410:
      return "Servent not connected";
    case 501:
      return "Not Implemented";
    case 503:
    default:
      return "Too many pushes";
    }
}

static void
answer (Asked *self,
        guint status)
{
  self->has_answer = TRUE;
  fil_head_write_line (&self->out, "HTTP/1.1 %u %s", status, phrase (status));
  fil_head_write_header (&self->out, "Server", "%s", self->proxy->user_agent);
  fil_head_write_header (&self->out, "Content-Length", "0");
  fil_head_write_header (&self->out, "Connection", "close");
  fil_head_write_end (&self->out);
  fil_session_close (&self->session, "the push proxy answered %u", status);
}

static gsize
asked_feed (FilSession *session,
            const guint8 *bytes,
            gsize len,
            gint64 now_us)
{
  Asked *self = (Asked *) session;
  gsize used = 0;

  if (self->has_answer || self->proxy == NULL)
    return len;
  switch (fil_head_feed (self->head, fil_slice (bytes, len), &used))
    {
    case FIL_HEAD_MORE:
      break;
    case FIL_HEAD_DONE:
      answer (self, judge (self));
      break;
    case FIL_HEAD_ERROR:
    default:
      answer (self, 400);
      break;
    }
  return used;
}

static gboolean
asked_output (FilSession *session,
              FilOutput *out,
              gint64 now_us)
{
  Asked *self = (Asked *) session;

  if (session->abort)
    return FALSE;
  out->bytes = fil_writer_data (&self->out) + self->sent;
  out->len = self->out.len - self->sent;
  return out->len > 0;
}

static void
asked_sent (FilSession *session,
            gsize len,
            gint64 now_us)
{
  ((Asked *) session)->sent += len;
}

static gint64
asked_wake (FilSession *session)
{
  return session->is_closed ? FIL_NEVER : ((Asked *) session)->deadline_us;
}

static void
asked_tick (FilSession *session,
            gint64 now_us)
{
  if (now_us >= asked_wake (session))
    fil_session_abort (session, "no request came");
}

static void
asked_free (FilSession *session)
{
  Asked *self = (Asked *) session;

  if (self->proxy != NULL)
    g_ptr_array_remove_fast (self->proxy->sessions, self);
  fil_head_free (self->head);
  fil_writer_clear (&self->out);
  g_free (self);
}

static const FilSessionClass asked_class = {
  .name = "push-proxy",
  .feed = asked_feed,
  .output = asked_output,
  .sent = asked_sent,
  .wake = asked_wake,
  .tick = asked_tick,
  .free = asked_free,
};

/**
 * fil_push_proxy_accept:
 *
 * Somebody connected and asks for a push.
 *
 * Returns: (transfer full) (nullable): the session for the connection, to be fed from its first byte;
 *   NULL when too many are under way, of everybody or of this one
 */
FilSession *
fil_push_proxy_accept (FilPushProxy *self,
                       const FilEndpoint *peer,
                       gint64 now_us)
{
  guint of_host = 0;
  Asked *asked;

  for (guint i = 0; i < self->sessions->len; i++)
    of_host += fil_endpoint_same_address (&((Asked *) self->sessions->pdata[i])->peer, peer);
  if (self->sessions->len >= FIL_PUSH_PROXY_SESSIONS || of_host >= FIL_PUSH_PROXY_SESSIONS_PER_HOST)
    return NULL;
  asked = g_new0 (Asked, 1);
  fil_session_init (&asked->session, &asked_class);
  asked->proxy = self;
  asked->peer = *peer;
  asked->head = fil_head_new (&fil_head_limits_http);
  asked->deadline_us = now_us + FIL_REQUEST_FIRST_US;
  fil_writer_init (&asked->out);
  g_ptr_array_add (self->sessions, asked);
  return &asked->session;
}
