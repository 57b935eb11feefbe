/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <string.h>

#include "overlay.h"
#include "packet.h"

/* What we share, for those who ask for "/": a page for browsers, query hits for programs (http-transfer.md §8).
 * Strangers read it, so it is in English, and says nothing of where files lie. */

#define PAGE_FILES 500  /* of one page for browsers */
#define PIECE_FILES 100 /* made into hits at once */

static const char page_head[] =
  "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
  "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Shared files</title>\n"
  "<style>body{font-family:sans-serif;max-width:60em;margin:1em auto;padding:0 1em}"
  "table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:.2em .5em;overflow-wrap:anywhere}"
  "td+td,th+th{text-align:right;white-space:nowrap}tr:nth-child(even){background:#8882}</style></head>\n<body>";

/* The first number from index on that is a file, 0: there is none. */
static guint32
next_index (FilNode *self,
            guint64 index)
{
  guint32 last = self->is_sharing_paused ? 0 : fil_library_last_index (self->library);
  FilLocalFile file;

  for (; index <= last; index++)
    if (_fil_node_local_file (self, (guint32) index, &file))
      return (guint32) index;
  return 0;
}

static void
add_row (GString *page,
         const FilLocalFile *file)
{
  g_autofree char *name = g_markup_escape_text (file->name, -1);
  g_autofree char *size = g_format_size (file->size);
  char sha1[FIL_SHA1_TEXT_LEN + 1];

  fil_sha1_to_text (file->sha1, sha1);
  g_string_append_printf (page, "<tr><td><a href=\"/uri-res/N2R?urn:sha1:%s\"><bdi>%s</bdi></a></td><td>%s</td></tr>\n",
                          sha1, name, size);
}

/* "/?from=7" */
static guint64
first_of (const char *target)
{
  static const char from[] = "/?from=";

  return g_str_has_prefix (target, from) ? g_ascii_strtoull (target + strlen (from), NULL, 10) : 1;
}

static void
page_for_browsers (FilNode *self,
                   const char *target,
                   FilPageReply *reply)
{
  FilLibraryStatus library;
  g_autofree char *bytes = NULL;
  GString *page = g_string_new (page_head);
  guint32 index = next_index (self, MAX (first_of (target), 1));
  gsize len;

  fil_library_get_status (self->library, &library);
  bytes = g_format_size (library.bytes);
  g_string_append (page, "<h1>Shared files</h1>\n");
  if (index == 0)
    g_string_append (page, "<p>There is nothing here.</p>\n");
  else
    g_string_append_printf (page, "<p>%u files, %s in all</p>\n<table><tr><th>Name</th><th>Size</th></tr>\n",
                            library.files, bytes);
  for (guint n = 0; index != 0 && n < PAGE_FILES; n++)
    {
      FilLocalFile file;

      if (_fil_node_local_file (self, index, &file))
        add_row (page, &file);
      index = next_index (self, (guint64) index + 1);
    }
  g_string_append (page, "</table>\n<p><a href=\"/\">First page</a>");
  if (index != 0)
    g_string_append_printf (page, " <a href=\"/?from=%u\">Next page</a>", index);
  g_string_append (page, "</p></body></html>\n");
  len = page->len;
  reply->status = 200;
  reply->content_type = "text/html; charset=utf-8";
  reply->body = g_bytes_new_take (g_string_free (page, FALSE), len);
}

/**
 * _fil_node_listing_more:
 * @more: (inout): the number of the file to begin with; 0 when there are no more
 *
 * Returns: (transfer full): the next files, as hits one behind the other
 */
GBytes *
_fil_node_listing_more (gpointer data,
                        guint64 *more)
{
  FilNode *self = data;
  FilLocalFile files[PIECE_FILES];
  g_autoptr (GPtrArray) packets = NULL;
  GByteArray *body = g_byte_array_new ();
  guint n = 0;

  for (*more = next_index (self, *more); *more != 0 && n < PIECE_FILES; *more = next_index (self, *more + 1))
    if (_fil_node_local_file (self, (guint32) *more, &files[n]))
      n++;
  packets = fil_overlay_list_files (self->overlay, files, n);
  for (guint i = 0; i < packets->len; i++)
    {
      FilSlice packet = fil_packet_slice (packets->pdata[i]);

      g_byte_array_append (body, packet.data, (guint) packet.len);
    }
  return g_byte_array_free_to_bytes (body);
}

/**
 * _fil_node_listing_page:
 *
 * Answers a request for all that we share, if the settings let everybody see it.
 */
void
_fil_node_listing_page (FilNode *self,
                        const FilPageRequest *request,
                        FilPageReply *reply)
{
  if (!fil_settings_get_bool (self->settings, "browse-host"))
    reply->status = 403;
  else if (request->wants_packets)
    {
      reply->status = 200;
      reply->content_type = "application/x-gnutella-packets";
      reply->more = 1;
      reply->body = _fil_node_listing_more (self, &reply->more);
    }
  else if (request->wants_html)
    page_for_browsers (self, request->target, reply);
  else
    reply->status = 406;
}

/**
 * _fil_node_listing_apply:
 *
 * Brings the setting to those who tell others of it.
 */
void
_fil_node_listing_apply (FilNode *self)
{
  gboolean may_browse = fil_settings_get_bool (self->settings, "browse-host");

  fil_uploads_set_browse (self->uploads, may_browse);
  if (self->overlay != NULL)
    fil_overlay_set_browse (self->overlay, may_browse);
}
