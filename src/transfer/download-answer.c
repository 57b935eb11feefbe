/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-session-private.h"

#include <string.h>

#include "download-reply.h"
#include "transfer-limits.h"
#include "wire-limits.h"

/* What comes back to the requests of a session: heads, ranges of the file, pages. */

/* The reply in front is over. */
static void
reply_done (FilDownloadSession *self,
            gint64 now_us)
{
  self->n_asked--;
  memmove (&self->asked[0], &self->asked[1], self->n_asked * sizeof self->asked[0]);
  self->phase = FIL_DOWNLOAD_PHASE_HEAD;
  self->since_us = now_us;
  self->silence = FIL_DOWNLOAD_FLOWS;
  if (self->last_one)
    _fil_download_session_finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us,
                                  "the other side closed the connection after its reply");
  else
    _fil_download_session_ask (self, now_us);
}

static void
start_body (FilDownloadSession *self,
            const FilDownloadReplyHead *head,
            FilRange asked,
            gint64 now_us)
{
  self->phase = FIL_DOWNLOAD_PHASE_BODY;
  self->refusals = 0;
  self->body_left = head->body_len;
  self->body_offset = head->reply.range.start;
  /* Who sends more than was asked for cannot be made to stop: a further request waits, or goes elsewhere. */
  self->sends_more = head->reply.range.end > asked.end;
  if (self->sends_more && head->reply.range.end - asked.end > FIL_REPLY_MAX_SKIP)
    self->last_one = TRUE;
  self->had_reply = TRUE;
  if (self->body_left == 0)
    reply_done (self, now_us);
  else
    _fil_download_session_ask (self, now_us);
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
      _fil_download_session_finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us,
                                    "the other side refused at too great length");
      return;
    }
  if (++self->refusals >= FIL_REPLY_MAX_REFUSALS)
    {
      _fil_download_session_finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us,
                                    "the other side refused too often");
      return;
    }
  self->phase = FIL_DOWNLOAD_PHASE_DISCARD;
  self->body_left = head->body_len;
  self->had_reply = TRUE;
  if (self->body_left == 0)
    reply_done (self, now_us);
}

/* What answers the request for a page cannot be worked with, and nobody knows where it ends. That says nothing of what
 * the other side has of the file. */
static void
give_page_up (FilDownloadSession *self,
              const char *error,
              gint64 now_us)
{
  page_done (self, now_us);
  if (!_fil_download_session_is_over (self))
    _fil_download_session_finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us, error);
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
      self->phase = FIL_DOWNLOAD_PHASE_PAGE;
      self->body_left = head->body_len;
      self->page = g_byte_array_new ();
      return;
    }
  page_done (self, now_us);
  if (!_fil_download_session_is_over (self))
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

  if (!fil_download_reply_read (&head, self->head, is_page ? NULL : &asked, &error))
    {
      if (is_page)
        {
          give_page_up (self, error, now_us);
          return;
        }
      _fil_download_session_finish (self, FIL_DOWNLOAD_END_LIED, now_us, error);
      return;
    }
  if (head.reply.status < 200)
    {
      if (++self->informational > FIL_REPLY_MAX_INFORMATIONAL || head.reply.status == 101)
        _fil_download_session_finish (self, FIL_DOWNLOAD_END_LIED, now_us, "it never comes to the point");
      return;
    }
  self->informational = 0;
  if (is_page)
    {
      start_page (self, &head, now_us);
      return;
    }
  self->last_one = !head.reply.keeps_alive;
  self->wanted = fil_range_intersect (head.reply.range, asked);
  verdict = self->delegate.reply (self->data, &head.reply, asked, &self->wanted, now_us);
  if (_fil_download_session_is_over (self))
    return;

  self->since_us = now_us;
  switch (verdict)
    {
    case FIL_DOWNLOAD_TAKE:
      start_body (self, &head, asked, now_us);
      break;
    case FIL_DOWNLOAD_WAIT:
      self->poll_us = now_us + head.reply.poll_s * FIL_SEC;
      self->refusals = 0;
      start_discard (self, &head, now_us);
      break;
    case FIL_DOWNLOAD_ASK_AGAIN:
      start_discard (self, &head, now_us);
      break;
    case FIL_DOWNLOAD_LEAVE:
    default:
      _fil_download_session_finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us, "the reply was no help");
      break;
    }
}

/* Takes bytes of a head, the GIV or that of a reply; returns how many. */
gsize
_fil_download_session_feed_head (FilDownloadSession *self,
                                 FilSlice bytes,
                                 gint64 now_us)
{
  gsize used = 0;

  switch (fil_head_feed (self->head, bytes, &used))
    {
    case FIL_HEAD_MORE:
      break;
    case FIL_HEAD_ERROR:
      _fil_download_session_finish (self, FIL_DOWNLOAD_END_LIED, now_us, fil_head_error (self->head));
      break;
    case FIL_HEAD_DONE:
    default:
      if (self->phase == FIL_DOWNLOAD_PHASE_GIV)
        {
          /* It is our turn to speak; a reply to what nobody has asked comes from no servent (push.md §4). */
          if (used < bytes.len)
            {
              _fil_download_session_finish (self, FIL_DOWNLOAD_END_LIED, now_us,
                                            "it spoke without being asked");
              break;
            }
          self->phase = FIL_DOWNLOAD_PHASE_HEAD;
          self->has_started = TRUE;
          fil_head_free (self->head);
          self->head = fil_head_new (&fil_head_limits_http);
          _fil_download_session_ask (self, now_us);
          break;
        }
      handle_head (self, now_us);
      if (!self->session.is_closed)
        fil_head_reset (self->head);
      break;
    }
  return used;
}

/* Takes bytes of the body of the reply in front; returns how many. */
gsize
_fil_download_session_feed_body (FilDownloadSession *self,
                                 const guint8 *bytes,
                                 gsize len,
                                 gint64 now_us)
{
  gsize n = (gsize) MIN ((guint64) len, self->body_left);
  gboolean enough = FALSE;

  if (self->phase == FIL_DOWNLOAD_PHASE_PAGE)
    g_byte_array_append (self->page, bytes, (guint) n);
  else if (self->phase == FIL_DOWNLOAD_PHASE_BODY && self->body_offset < self->wanted.start)
    n = (gsize) MIN ((guint64) n, self->wanted.start - self->body_offset);
  else if (self->phase == FIL_DOWNLOAD_PHASE_BODY)
    {
      gsize taken = self->delegate.received (self->data, self->body_offset, bytes, n, &enough, now_us);

      if (_fil_download_session_is_over (self))
        return n;
      self->is_blocked = !enough && taken == 0 && n > 0;
      n = taken;
    }
  self->body_left -= n;
  self->body_offset += n;
  /* A page and a refusal have a time for all of it. */
  if (n > 0 && self->phase == FIL_DOWNLOAD_PHASE_BODY)
    {
      self->since_us = now_us;
      self->silence = FIL_DOWNLOAD_FLOWS;
      fil_transfer_rate_add (&self->rate, n, now_us);
    }
  if (self->body_left == 0 && self->phase == FIL_DOWNLOAD_PHASE_PAGE)
    page_done (self, now_us);
  if (_fil_download_session_is_over (self))
    return n;
  if (self->body_left == 0)
    reply_done (self, now_us);
  else if (enough && self->body_left <= FIL_REPLY_MAX_DISCARD)
    self->phase = FIL_DOWNLOAD_PHASE_DISCARD;
  else if (enough)
    _fil_download_session_finish (self, FIL_DOWNLOAD_END_ORDERLY, now_us,
                                  "the rest of the reply is not needed");
  else if (self->phase == FIL_DOWNLOAD_PHASE_BODY)
    _fil_download_session_ask (self, now_us);
  return n;
}
