/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "giv.h"

#include "text-scan.h"

/**
 * fil_giv_parse:
 * @line: "GIV <index>:<32 hex>/<name>", without its line end
 * @self: (out): @name is borrowed from @line
 *
 * Returns: whether it is that, and the GUID is not zero (push.txt)
 */
gboolean
fil_giv_parse (FilGiv *self,
               const char *line)
{
  FilReader r = fil_slice_text (line);
  FilSlice guid;
  guint64 index;

  if (!fil_scan_word (&r, "GIV ") || !fil_scan_uint (&r, G_MAXUINT32, &index) || !fil_scan_char (&r, ':')
      || !fil_reader_slice (&r, FIL_GUID_HEX_LEN, &guid)
      || !fil_guid_parse_hex (&self->guid, (const char *) guid.data, FIL_GUID_HEX_LEN)
      || fil_guid_is_zero (&self->guid) || !fil_scan_char (&r, '/'))
    return FALSE;
  self->index = (guint32) index;
  self->name = r;
  return TRUE;
}

/**
 * fil_giv_write:
 *
 * Appends the line and the empty line, both ended by LF as everybody does; an empty name becomes "file".
 */
void
fil_giv_write (const FilGiv *self,
               FilWriter *out)
{
  char guid[FIL_GUID_HEX_LEN + 1];
  gsize start;
  guint8 *text;

  fil_guid_to_hex (&self->guid, guid);
  for (char *p = guid; *p != '\0'; p++)
    *p = g_ascii_toupper (*p);
  fil_writer_printf (out, "GIV %u:%s/", self->index, guid);
  start = out->len;
  fil_writer_put (out, self->name.len > 0 ? self->name : fil_slice_text ("file"));
  text = fil_writer_data (out);
  for (gsize i = start; i < out->len; i++)
    if (text[i] < 0x20 || text[i] == 0x7f)
      text[i] = '_';
  fil_writer_bytes (out, "\n\n", 2);
}

/**
 * fil_queue_call_parse:
 * @line: "QUEUE <id> <ip>:<port>", without its line end
 *
 * Returns: whether there is an id of letters and digits; the address may be missing
 */
gboolean
fil_queue_call_parse (FilQueueCall *self,
                      const char *line)
{
  FilReader r = fil_slice_text (line);
  FilSlice id;

  memset (self, 0, sizeof *self);
  if (!fil_scan_word (&r, "QUEUE "))
    return FALSE;
  fil_scan_space (&r);
  if (!fil_scan_item (&r, ' ', &id) || id.len == 0 || id.len > FIL_QUEUE_ID_MAX)
    return FALSE;
  for (gsize i = 0; i < id.len; i++)
    if (!g_ascii_isalnum (id.data[i]))
      return FALSE;
  memcpy (self->id, id.data, id.len);

  r = fil_slice_strip (r);
  if (r.len > 0 && !fil_endpoint_parse (&self->endpoint, (const char *) r.data, (gssize) r.len, 0))
    self->endpoint = (FilEndpoint) { 0 };
  return TRUE;
}

/**
 * fil_queue_call_write:
 *
 * Appends the line; the address only when there is one.
 */
void
fil_queue_call_write (const FilQueueCall *self,
                      FilWriter *out)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  fil_writer_printf (out, "QUEUE %s", self->id);
  if (fil_endpoint_is_set (&self->endpoint))
    fil_writer_printf (out, " %s", fil_endpoint_to_text (&self->endpoint, text));
  fil_writer_bytes (out, "\r\n", 2);
}
