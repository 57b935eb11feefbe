/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "download-reply.h"

#include <string.h>

#include "alt-locs.h"
#include "handshake-values.h"
#include "http-queue.h"
#include "http-range.h"
#include "http-values.h"
#include "range-list.h"
#include "start-line.h"
#include "text-scan.h"
#include "transfer-limits.h"

/* What a header says that some say twice; FALSE when they do not say the same. */
static gboolean
read_once (const char *value,
           FilSlice *out)
{
  FilReader r = fil_slice_text (value);
  FilSlice again;

  if (!fil_scan_item (&r, ',', out))
    return FALSE;
  while (fil_scan_item (&r, ',', &again))
    if (again.len != out->len || memcmp (again.data, out->data, out->len) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
parse_length (const char *value,
              guint64 *out)
{
  FilSlice once;

  return read_once (value, &once) && fil_slice_to_uint (once, G_MAXINT64, out);
}

static gboolean
parse_range (const char *value,
             FilContentRange *out)
{
  g_autofree char *text = NULL;
  FilSlice once;

  if (!read_once (value, &once))
    return FALSE;
  text = fil_slice_dup_text (once);
  return fil_content_range_parse (out, text);
}

static void
read_available (FilDownloadReplyHead *self,
                const FilHead *head)
{
  const char *value = fil_head_get (head, "X-Available-Ranges");
  FilByteRange ranges[FIL_RANGES_MAX];
  guint n = 0;

  if (value == NULL || !fil_available_ranges_parse (value, ranges, FIL_RANGES_MAX, &n))
    return;
  self->available = g_array_new (FALSE, FALSE, sizeof (FilRange));
  for (guint i = 0; i < n; i++)
    {
      FilRange range = { ranges[i].first, ranges[i].last + 1 };

      if (ranges[i].last < G_MAXINT64 && fil_range_len (range) > 0)
        g_array_append_val (self->available, range);
    }
  fil_range_list_tidy (self->available);
  self->reply.available = self->available;
}

/* Not too soon, or the place is lost, and not too late; further back less often. */
static void
set_poll (FilDownloadReply *reply,
          gint64 least_s,
          gint64 wished_s,
          gint64 lifetime_s)
{
  gint64 poll_s = MAX (least_s, MIN (wished_s, lifetime_s - FIL_QUEUE_SAFETY_S));

  reply->is_queued = TRUE;
  reply->poll_s = CLAMP (poll_s, FIL_QUEUE_MIN_POLL_S, FIL_SOURCE_MAX_RETRY_AFTER_US / FIL_SEC);
  reply->lifetime_s = CLAMP (lifetime_s, reply->poll_s + FIL_QUEUE_SAFETY_S, FIL_HOUR * 24 / FIL_SEC);
}

/* PARQ. gtk-gnutella may leave out all but the id and the position. */
static void
read_parq (FilDownloadReply *reply,
           const FilHead *head)
{
  gint64 least_s, lifetime_s;

  if (!fil_queue_parse_parq (&reply->queue, fil_head_get (head, "X-Queued")) || reply->status != 503)
    return;
  least_s = reply->retry_after_s >= 0 ? reply->retry_after_s : (gint64) reply->queue.retry_after_s;
  lifetime_s = (gint64) reply->queue.lifetime_s;
  if (lifetime_s < least_s)
    lifetime_s = least_s + FIL_QUEUE_GRACE_S;
  set_poll (reply, least_s, (gint64) reply->queue.position * FIL_QUEUE_PER_PLACE_S, lifetime_s);
}

/* LimeWire's: all three or nothing (http-transfer.md §6). */
static void
read_legacy (FilDownloadReply *reply,
             const FilHead *head)
{
  FilQueueState state;
  gint64 least_s, most_s;

  if (!fil_queue_parse_legacy (&state, fil_head_get (head, "X-Queue")) || state.is_version || state.position == 0 ||
      state.poll_min_s == 0)
    return;
  reply->queue = state;
  least_s = state.poll_min_s;
  most_s = MAX (state.poll_max_s, state.poll_min_s);
  set_poll (reply, least_s, least_s + (most_s - least_s) / 4, most_s);
}

static void
read_waiting (FilDownloadReply *reply,
              const FilHead *head)
{
  const char *retry_after = fil_head_get (head, "Retry-After");
  const char *date = fil_head_get (head, "Date");
  gint64 now_s = 0;
  guint seconds;

  reply->retry_after_s = -1;
  if (date != NULL && !fil_http_date_parse (date, &now_s))
    now_s = 0;
  if (retry_after != NULL && (g_ascii_isdigit (*retry_after) || now_s > 0) &&
      fil_retry_after_parse (retry_after, now_s, &seconds))
    reply->retry_after_s = seconds;
  read_parq (reply, head);
  if (!reply->is_queued && reply->status == 503)
    read_legacy (reply, head);
}

/* Both headers may carry the SHA-1, and either of them the tree's root. */
static void
read_urn (FilDownloadReply *reply,
          const FilHead *head)
{
  static const char *const names[] = { "X-Gnutella-Content-URN", "X-Content-URN" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = fil_head_get (head, names[i]);
      FilUrn urn;

      if (value == NULL || !fil_content_urns_parse (value, &urn) || !urn.has_sha1)
        continue;
      if (!reply->urn.has_sha1)
        reply->urn = urn;
      else if (urn.has_tth && fil_sha1_equal (&urn.sha1, &reply->urn.sha1))
        reply->urn = urn;
    }
}

/* The path goes into a request of ours: nothing in it may end the line early. */
static gboolean
is_path (FilSlice path)
{
  for (gsize i = 0; i < path.len; i++)
    if (path.data[i] <= ' ' || path.data[i] >= 0x7f)
      return FALSE;
  return path.len > 0 && path.len <= FIL_REQUEST_MAX_TARGET;
}

static void
read_thex (FilDownloadReply *reply,
           const FilHead *head)
{
  const char *value = fil_head_get (head, "X-Thex-URI");

  if (value == NULL ||
      !fil_thex_uri_parse (value, &reply->thex_path, &reply->thex_root, &reply->has_thex_root) ||
      !is_path (reply->thex_path))
    {
      reply->thex_path = FIL_SLICE_NONE;
      reply->has_thex_root = FALSE;
    }
  else if (!reply->has_thex_root && reply->urn.has_tth)
    {
      reply->thex_root = reply->urn.tth;
      reply->has_thex_root = TRUE;
    }
}

/* gtk-gnutella writes X-Falt (http-transfer.md §6); names have no case. */
static void
read_mesh (FilDownloadReply *reply,
           const FilHead *head)
{
  const char *features = fil_head_get (head, "X-Features");
  guint major, minor;

  reply->alt = fil_head_get (head, "X-Alt");
  reply->nalt = fil_head_get (head, "X-NAlt");
  reply->falt = fil_head_get (head, "X-FAlt");
  reply->old_alt = fil_old_alt_locs_get (head);
  reply->takes_push_places = features != NULL && fil_header_feature (features, "fwalt", &major, &minor);
}

/* What a refusal says of the size, with a star in the place of the range. */
static void
read_refused_range (FilDownloadReply *reply,
                    const FilHead *head)
{
  const char *value = fil_head_get (head, "Content-Range");
  FilContentRange range;

  if (value == NULL || !parse_range (value, &range) || range.has_range)
    return;
  reply->has_size = TRUE;
  reply->size = range.total;
}

/* Which bytes the body holds when there is no Content-Range. */
static gboolean
guess_range (FilDownloadReplyHead *self,
             const FilHead *head,
             FilRange asked,
             const char **error)
{
  FilDownloadReply *reply = &self->reply;
  const char *type = fil_head_get (head, "Content-Type");

  if (reply->status == 206)
    {
      /* That many were asked for, and nothing says that these are others. */
      reply->range = asked;
      if (self->has_body_len && self->body_len == fil_range_len (asked))
        return TRUE;
      *error = "a part of the file came without Content-Range";
      return FALSE;
    }
  /* With a length it would be of another size; at an old address may be a router by now. */
  if (!self->has_body_len && type != NULL && g_ascii_strncasecmp (type, "text/html", strlen ("text/html")) == 0)
    {
      *error = "a page came in the place of the file";
      return FALSE;
    }
  reply->range = (FilRange){ 0, self->has_body_len ? self->body_len : G_MAXINT64 };
  reply->has_size = self->has_body_len;
  reply->size = self->body_len;
  /* To the end of the connection; who gets it knows the size, and how much is wanted. */
  self->body_len = reply->range.end;
  self->has_body_len = TRUE;
  return TRUE;
}

/* Which bytes the body holds. Every number in it must agree with every other. */
static gboolean
read_range (FilDownloadReplyHead *self,
            const FilHead *head,
            FilRange asked,
            const char **error)
{
  FilDownloadReply *reply = &self->reply;
  const char *value = fil_head_get (head, "Content-Range");
  FilContentRange range = { 0 };

  if (value != NULL && (!parse_range (value, &range) || (reply->status == 206 && !range.has_range)))
    {
      *error = "its Content-Range makes no sense";
      return FALSE;
    }
  if (!range.has_range)
    return guess_range (self, head, asked, error);
  if (range.range.last >= G_MAXINT64 || range.range.first > range.range.last ||
      (range.has_total && range.range.last >= range.total))
    {
      *error = "its Content-Range makes no sense";
      return FALSE;
    }
  reply->range = (FilRange){ range.range.first, range.range.last + 1 };
  reply->has_size = range.has_total;
  reply->size = range.total;
  if (self->has_body_len && self->body_len != fil_range_len (reply->range))
    {
      *error = "its Content-Length and Content-Range contradict each other";
      return FALSE;
    }
  self->body_len = fil_range_len (reply->range);
  self->has_body_len = TRUE;
  return TRUE;
}

/**
 * fil_download_reply_read:
 * @asked: (nullable): the range that it answers; NULL: a request for something that is no range of the file
 * @error: (out): why not; half a sentence
 *
 * Reads the head of a reply. Nothing in it is believed that contradicts something else in it.
 *
 * Returns: whether the reply can be worked with
 */
gboolean
fil_download_reply_read (FilDownloadReplyHead *self,
                         const FilHead *head,
                         const FilRange *asked,
                         const char **error)
{
  FilDownloadReply *reply = &self->reply;
  const char *length = fil_head_get (head, "Content-Length");
  const char *encoding = fil_head_get (head, "Content-Encoding");
  FilStatusLine line;

  *self = (FilDownloadReplyHead){ 0 };
  if (!fil_http_status_line_parse (&line, fil_head_first_line (head)) || line.major != 1)
    {
      *error = "that was no HTTP reply";
      return FALSE;
    }
  reply->status = line.code;
  reply->keeps_alive = line.minor >= 1 ? !fil_head_has_token (head, "Connection", "close")
                                       : fil_head_has_token (head, "Connection", "keep-alive");
  reply->server = fil_head_get (head, "Server");
  if (fil_head_get (head, "Transfer-Encoding") != NULL ||
      (encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0))
    {
      *error = "it encodes the file";
      return FALSE;
    }
  if (length != NULL && !parse_length (length, &self->body_len))
    {
      *error = "its Content-Length makes no sense";
      return FALSE;
    }
  self->has_body_len = length != NULL;
  if (reply->status < 200 || reply->status == 204 || reply->status == 304)
    {
      self->body_len = 0;
      self->has_body_len = TRUE;
    }
  read_waiting (reply, head);
  fil_push_headers_read (&reply->push, head);
  if (!fil_handshake_remote_address (head, &reply->seen_as))
    reply->seen_as = (FilEndpoint){ 0 };
  read_urn (reply, head);
  read_thex (reply, head);
  read_mesh (reply, head);
  read_available (self, head);
  if (asked == NULL)
    return TRUE;
  if (reply->status == 416)
    read_refused_range (reply, head);
  return (reply->status != 200 && reply->status != 206) || read_range (self, head, *asked, error);
}

void
fil_download_reply_clear (FilDownloadReplyHead *self)
{
  g_clear_pointer (&self->available, g_array_unref);
}
