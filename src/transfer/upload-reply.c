/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "upload-reply.h"

#include <string.h>

#include "head-writer.h"
#include "http-range.h"
#include "transfer-limits.h"

/* Replies stay below 20 lines of 2000 bytes: LimeWire drops a source that says more
 * (http-transfer.md §3). */

static const char *
phrase (guint status)
{
  switch (status)
    {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 206:
      return "Partial Content";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 406:
      return "Not Acceptable";
    case 410:
      return "Gone";
    case 416:
      return "Range Not Satisfiable";
    case 429:
      return "Too Many Requests";
    case 501:
      return "Not Implemented";
    case 503:
      return "Busy";
    default:
      return "Sorry";
    }
}

static void
write_start (FilWriter *out,
             guint status,
             const FilUploadSelf *us)
{
  char address[FIL_ENDPOINT_TEXT_LEN];

  fil_head_write_line (out, "HTTP/1.1 %u %s", status, phrase (status));
  fil_head_write_header (out, "Server", "%s", us->user_agent);
  /* gtk-gnutella and LimeWire find out their own address by these (firewall.md §4). */
  if (fil_endpoint_is_set (&us->peer))
    fil_head_write_header (out, "X-Remote-IP", "%s", fil_endpoint_address_text (&us->peer, address));
  fil_push_headers_write_reply (out, &us->push, us->is_pushed);
}

/* Once on a connection; what stands for X-Queue: 1.1 since that confused LimeWire (http-transfer.md §7). */
static void
write_features (FilWriter *out,
                const FilUploadSelf *us)
{
  fil_head_write_header (out, "X-Features", "%sfwalt/0.1, queue/1.1", us->may_browse ? "browse/1.0, " : "");
}

static void
write_connection (FilWriter *out,
                  gboolean closes,
                  gboolean is_old)
{
  if (closes)
    fil_head_write_header (out, "Connection", "close");
  else if (is_old)
    fil_head_write_header (out, "Connection", "Keep-Alive");
}

/* Once for old clients, once for browsers; escaped, so that no name can break the head. */
static void
write_disposition (FilWriter *out,
                   const char *name)
{
  gsize len = MIN (strlen (name), FIL_DOWNLOAD_MAX_NAME);
  g_autofree char *escaped = g_uri_escape_bytes ((const guint8 *) name, len, NULL);

  fil_head_write_header (out, "Content-Disposition", "attachment; filename=\"%s\"; filename*=UTF-8''%s",
                         escaped, escaped);
}

static void
write_urns (FilWriter *out,
            const FilShared *shared)
{
  char sha1[FIL_SHA1_TEXT_LEN + 1];
  char tth[FIL_TTH_TEXT_LEN + 1];

  if (!shared->has_sha1)
    return;
  fil_sha1_to_text (&shared->sha1, sha1);
  fil_head_write_header (out, "X-Gnutella-Content-URN", "urn:sha1:%s", sha1);
  if (!shared->has_tth)
    return;
  fil_tth_to_text (&shared->tth, tth);
  fil_head_write_header (out, "X-Content-URN", "urn:bitprint:%s.%s", sha1, tth);
}

/* Without a space before the root: gtk-gnutella writes it so (http-transfer.md §6). */
static void
write_thex (FilWriter *out,
            const FilShared *shared)
{
  char sha1[FIL_SHA1_TEXT_LEN + 1];
  char tth[FIL_TTH_TEXT_LEN + 1];

  if (!shared->has_tree || !shared->has_sha1 || !shared->has_tth)
    return;
  fil_sha1_to_text (&shared->sha1, sha1);
  fil_tth_to_text (&shared->tth, tth);
  fil_head_write_header (out, "X-Thex-URI", "/uri-res/N2X?urn:sha1:%s;%s", sha1, tth);
}

/* What is there of a file that is not whole; without the header it would be taken for whole. */
static void
write_available (FilWriter *out,
                 const FilShared *shared)
{
  g_autofree FilByteRange *ranges = NULL;
  g_auto (FilWriter) value;
  guint n;

  fil_writer_init (&value);
  if (shared->available == NULL)
    return;
  n = MIN (shared->available->len, FIL_RANGES_MAX);
  ranges = g_new (FilByteRange, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      FilRange range = g_array_index (shared->available, FilRange, i);

      ranges[i] = (FilByteRange){ range.start, range.end - 1 };
    }
  fil_available_ranges_write (ranges, n, FIL_UPLOAD_MAX_RANGES_TEXT, &value);
  fil_head_write_header (out, "X-Available-Ranges", "%.*s", (int) value.len,
                         (const char *) fil_writer_data (&value));
}

/**
 * fil_upload_reply_file:
 *
 * Appends the head of a 200 or 206 reply.
 */
void
fil_upload_reply_file (FilWriter *out,
                       const FilUploadReplyHead *head)
{
  write_start (out, head->status, head->us);
  fil_head_write_header (out, "Content-Type", "application/octet-stream");
  fil_head_write_header (out, "Content-Length", "%" G_GUINT64_FORMAT, fil_range_len (head->body));
  if (head->status == 206)
    fil_head_write_header (out, "Content-Range",
                           "bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                           head->body.start, head->body.end - 1, head->shared->size);
  write_urns (out, head->shared);
  if (head->is_news)
    {
      write_disposition (out, head->shared->name);
      write_thex (out, head->shared);
    }
  if (head->is_first)
    write_features (out, head->us);
  write_available (out, head->shared);
  fil_writer_put (out, head->more);
  write_connection (out, head->closes, head->is_old);
  fil_head_write_end (out);
}

/**
 * fil_upload_reply_page:
 *
 * Appends the head of a reply whose body, if any, is @page's.
 */
void
fil_upload_reply_page (FilWriter *out,
                       const FilPageReply *page,
                       const FilUploadSelf *us,
                       gboolean closes)
{
  write_start (out, page->status, us);
  if (page->body != NULL && page->content_type != NULL)
    fil_head_write_header (out, "Content-Type", "%s", page->content_type);
  /* One that goes on ends with the connection: everybody understands that. */
  if (page->is_chunked)
    fil_head_write_header (out, "Transfer-Encoding", "chunked");
  else if (page->more == 0)
    fil_head_write_header (out, "Content-Length", "%" G_GSIZE_FORMAT,
                           page->body != NULL ? g_bytes_get_size (page->body) : 0);
  write_connection (out, closes, FALSE);
  fil_head_write_end (out);
}

/**
 * fil_upload_reply_refuse:
 *
 * Appends a reply without a body.
 */
void
fil_upload_reply_refuse (FilWriter *out,
                         const FilUploadRefusal *refusal)
{
  write_start (out, refusal->status, refusal->us);
  if (refusal->status == 416 && refusal->shared != NULL)
    {
      fil_head_write_header (out, "Content-Range", "bytes */%" G_GUINT64_FORMAT, refusal->shared->size);
      write_available (out, refusal->shared);
    }
  if (refusal->status == 503 && refusal->is_first)
    write_features (out, refusal->us);
  fil_writer_put (out, refusal->more);
  if (refusal->retry_after_s > 0)
    fil_head_write_header (out, "Retry-After", "%" G_GINT64_FORMAT, refusal->retry_after_s);
  fil_head_write_header (out, "Content-Length", "0");
  write_connection (out, refusal->closes, FALSE);
  fil_head_write_end (out);
}
