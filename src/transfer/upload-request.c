/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-request.h"

#include <string.h>

#include "handshake-values.h"
#include "http-queue.h"
#include "http-values.h"
#include "start-line.h"
#include "transfer-limits.h"

#define N2R "/uri-res/N2R?"
#define N2X "/uri-res/N2X?"
#define GET "/get/"

static guint
read_urn (FilUploadRequest *self,
          FilSlice text)
{
  g_autofree char *urn = fil_http_unescape (text);

  if (urn == NULL || !fil_urn_parse (&self->file.urn, urn, -1))
    return 400;
  return self->file.urn.has_sha1 ? 0 : 404;
}

/* "7/name" */
static guint
read_index (FilUploadRequest *self,
            FilSlice text)
{
  guint64 index = 0;
  gsize i;

  for (i = 0; i < text.len && g_ascii_isdigit (text.data[i]); i++)
    {
      index = index * 10 + (text.data[i] - '0');
      if (index > G_MAXUINT32)
        return 404;
    }
  if (i == 0 || i == text.len || text.data[i] != '/')
    return 400;
  self->name = fil_http_unescape (fil_slice (text.data + i + 1, text.len - i - 1));
  if (self->name == NULL)
    return 400;
  self->file.index = (guint32) index;
  self->file.name = self->name;
  return 0;
}

static guint
read_target (FilUploadRequest *self,
             FilSlice target)
{
  if (target.len == 0 || target.data[0] != '/' || target.len > FIL_REQUEST_MAX_TARGET)
    return 400;
  self->wants = FIL_UPLOAD_WANTS_FILE;
  if (fil_slice_starts_with_case (target, N2R))
    return read_urn (self, fil_slice (target.data + strlen (N2R), target.len - strlen (N2R)));
  if (fil_slice_starts_with_case (target, N2X))
    {
      self->wants = FIL_UPLOAD_WANTS_TREE;
      return read_urn (self, fil_slice (target.data + strlen (N2X), target.len - strlen (N2X)));
    }
  if (fil_slice_starts_with_case (target, GET))
    return read_index (self, fil_slice (target.data + strlen (GET), target.len - strlen (GET)));
  self->wants = FIL_UPLOAD_WANTS_PAGE;
  self->target = fil_slice_dup_text (target);
  return self->target != NULL ? 0 : 400;
}

/* A body would be taken for the next request, or the other way round: whoever announces one, or
 * says two things at once, is not talked to any more. */
static guint
check_framing (const FilHead *head,
               guint minor)
{
  const char *length = fil_head_get (head, "Content-Length");
  const char *host = fil_head_get (head, "Host");

  if (fil_head_get (head, "Transfer-Encoding") != NULL)
    return 400;
  if (length != NULL && strcmp (length, "0") != 0)
    return 403;
  /* Some old servents send an empty one with HTTP/1.0. */
  if (minor >= 1 && host == NULL)
    return 400;
  return host != NULL && strchr (host, ',') != NULL ? 400 : 0;
}

/* Who says only that it knows the feature knows the older queue, too. */
static void
read_queue (FilUploadRequest *self,
            const FilHead *head)
{
  const char *features = fil_head_get (head, "X-Features");
  FilQueueState state;
  guint major = 0, minor = 0;
  gboolean is_aware = features != NULL && fil_header_feature (features, "queue", &major, &minor);

  if (fil_head_get (head, "X-Queue") != NULL)
    {
      is_aware = TRUE;
      major = fil_queue_parse_legacy (&state, fil_head_get (head, "X-Queue")) && state.is_version ? state.major : 0;
    }
  if (is_aware)
    self->queue = major >= 1 ? FIL_QUEUE_PARQ : FIL_QUEUE_LEGACY;
  if (fil_queue_parse_parq (&state, fil_head_get (head, "X-Queued")))
    g_strlcpy (self->queue_id, state.id, sizeof self->queue_id);
}

static void
read_headers (FilUploadRequest *self,
              const FilHead *head)
{
  const char *user_agent = fil_head_get (head, "User-Agent");
  const char *urn = fil_head_get (head, "X-Gnutella-Content-URN");
  const char *accept = fil_head_get (head, "Accept");

  if (user_agent != NULL)
    self->user_agent = g_utf8_make_valid (user_agent, (gssize) MIN (strlen (user_agent), 100));
  self->has_content_urn = urn != NULL && fil_content_urns_parse (urn, &self->content_urn) &&
                          self->content_urn.has_sha1;
  read_queue (self, head);
  /* Who says nothing takes everything. */
  self->wants_html = accept == NULL || strstr (accept, "text/") != NULL || strstr (accept, "*/*") != NULL;
  self->wants_packets = fil_head_has_token (head, "Accept", "application/x-gnutella-packets");
}

/**
 * fil_upload_request_read:
 * @may_go_on: (out): whether the connection can be used after an error
 *
 * Returns: 0, or the status to refuse with
 */
guint
fil_upload_request_read (FilUploadRequest *self,
                         const FilHead *head,
                         gboolean *may_go_on)
{
  const char *range = fil_head_get (head, "Range");
  FilHttpRequestLine line;
  guint status;

  *self = (FilUploadRequest){ 0 };
  *may_go_on = FALSE;
  if (!fil_http_request_line_parse (&line, fil_head_first_line (head)) || line.major != 1)
    return 400;
  self->is_head = fil_slice_is (line.method, "HEAD");
  if (!self->is_head && !fil_slice_is (line.method, "GET"))
    return 501;
  status = check_framing (head, line.minor);
  if (status != 0)
    return status;

  self->is_old = line.minor == 0;
  self->keeps_alive = self->is_old ? fil_head_has_token (head, "Connection", "keep-alive")
                                   : !fil_head_has_token (head, "Connection", "close");
  *may_go_on = self->keeps_alive;
  read_headers (self, head);
  status = read_target (self, line.target);
  if (status != 0)
    return status;
  self->has_range = range != NULL;
  return range == NULL || fil_range_request_parse (&self->range, range) ? 0 : 400;
}

void
fil_upload_request_clear (FilUploadRequest *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->user_agent, g_free);
}
