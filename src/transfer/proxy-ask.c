/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "proxy-ask.h"

#include "head.h"
#include "head-writer.h"
#include "push-proxy-request.h"
#include "start-line.h"
#include "transfer-limits.h"

typedef struct
{
  FilSession session;
  FilProxyAsked done; /* NULL once it was called, or nobody wants to know */
  gpointer data;
  FilHead *head;
  FilWriter out;
  gsize sent;
  gint64 deadline_us;
} FilProxyAsk;

static void
finish (FilProxyAsk *self,
        guint status,
        const char *sentence,
        gint64 now_us)
{
  FilProxyAsked done = g_steal_pointer (&self->done);

  fil_session_abort (&self->session, "%s", sentence);
  if (done != NULL)
    done (self->data, &self->session, status, now_us);
}

static void
write_node (FilWriter *out,
            const FilPush *push)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  if (push->endpoint.family == 4)
    fil_head_write_header (out, "X-Node", "%s", fil_endpoint_to_text (&push->endpoint, text));
  if (push->endpoint6.family != 6)
    return;
  /* gtk-gnutella insists on X-Node whatever the family. */
  if (push->endpoint.family == 0)
    fil_head_write_header (out, "X-Node", "%s", fil_endpoint_to_text (&push->endpoint6, text));
  fil_head_write_header (out, "X-Node-IPv6", "%s", fil_endpoint_to_text (&push->endpoint6, text));
}

static void
write_request (FilWriter *out,
               const FilPush *push,
               const FilEndpoint *proxy,
               const char *user_agent)
{
  FilPushProxyRequest request = { .guid = push->target, .index = push->index, .tls = push->tls };
  char text[FIL_ENDPOINT_TEXT_LEN];
  g_auto (FilWriter) target;

  fil_writer_init (&target);
  fil_push_proxy_request_write (&request, &target);
  fil_head_write_line (out, "GET %.*s HTTP/1.1", (int) target.len, (const char *) fil_writer_data (&target));
  fil_head_write_header (out, "Host", "%s", fil_endpoint_to_text (proxy, text));
  fil_head_write_header (out, "User-Agent", "%s", user_agent);
  fil_head_write_header (out, "Connection", "close");
  write_node (out, push);
  fil_head_write_end (out);
}

static gsize
ask_feed (FilSession *session,
          const guint8 *bytes,
          gsize len,
          gint64 now_us)
{
  FilProxyAsk *self = (FilProxyAsk *) session;
  FilStatusLine line;
  gsize used = 0;

  switch (fil_head_feed (self->head, fil_slice (bytes, len), &used))
    {
    case FIL_HEAD_MORE:
      break;
    case FIL_HEAD_DONE:
      if (fil_http_status_line_parse (&line, fil_head_first_line (self->head)) && line.major == 1)
        finish (self, line.code, "the push proxy answered", now_us);
      else
        finish (self, 0, "that was no HTTP reply", now_us);
      break;
    case FIL_HEAD_ERROR:
    default:
      finish (self, 0, fil_head_error (self->head), now_us);
      break;
    }
  return used;
}

static gboolean
ask_output (FilSession *session,
            FilOutput *out,
            gint64 now_us)
{
  FilProxyAsk *self = (FilProxyAsk *) session;

  out->bytes = fil_writer_data (&self->out) + self->sent;
  out->len = self->out.len - self->sent;
  return out->len > 0 && !session->abort;
}

static void
ask_sent (FilSession *session,
          gsize len,
          gint64 now_us)
{
  ((FilProxyAsk *) session)->sent += len;
}

static void
ask_hung_up (FilSession *session,
             const char *error,
             gint64 now_us)
{
  finish ((FilProxyAsk *) session, 0, error != NULL ? error : "the push proxy closed the connection", now_us);
}

static gint64
ask_wake (FilSession *session)
{
  return session->is_closed ? FIL_NEVER : ((FilProxyAsk *) session)->deadline_us;
}

static void
ask_tick (FilSession *session,
          gint64 now_us)
{
  if (now_us >= ask_wake (session))
    finish ((FilProxyAsk *) session, 0, "the push proxy does not answer", now_us);
}

static void
ask_free (FilSession *session)
{
  FilProxyAsk *self = (FilProxyAsk *) session;
  FilProxyAsked done = g_steal_pointer (&self->done);

  if (done != NULL)
    done (self->data, session, 0, 0);
  fil_head_free (self->head);
  fil_writer_clear (&self->out);
  g_free (self);
}

static const FilSessionClass ask_class = {
  .name = "proxy-ask",
  .feed = ask_feed,
  .output = ask_output,
  .sent = ask_sent,
  .hung_up = ask_hung_up,
  .wake = ask_wake,
  .tick = ask_tick,
  .free = ask_free,
};

/**
 * fil_proxy_ask_new:
 * @push: for whom, which file, and where to call
 * @proxy: who is asked
 *
 * Returns: (transfer full): for the pump
 */
FilSession *
fil_proxy_ask_new (const FilPush *push,
                   const FilEndpoint *proxy,
                   const char *user_agent,
                   FilProxyAsked done,
                   gpointer data,
                   gint64 now_us)
{
  FilProxyAsk *self = g_new0 (FilProxyAsk, 1);

  fil_session_init (&self->session, &ask_class);
  self->done = done;
  self->data = data;
  self->head = fil_head_new (&fil_head_limits_http);
  self->deadline_us = now_us + FIL_PUSH_PROXY_US;
  fil_writer_init (&self->out);
  write_request (&self->out, push, proxy, user_agent);
  return &self->session;
}

/**
 * fil_proxy_ask_disown:
 *
 * Ends the exchange; nobody is told. The driver frees the session as ever.
 */
void
fil_proxy_ask_disown (FilSession *session)
{
  ((FilProxyAsk *) session)->done = NULL;
  fil_session_abort (session, "the push proxy is not needed any more");
}
