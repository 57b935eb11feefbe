/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "guidance.h"

/**
 * fil_hops_flow_decode:
 *
 * Returns: whether the byte is there
 */
gboolean
fil_hops_flow_decode (FilHopsFlow *self,
                      const FilVendor *vendor)
{
  FilReader r = vendor->body;

  return fil_reader_u8 (&r, &self->hops);
}

/**
 * fil_hops_flow_encode:
 *
 * Appends the body.
 */
void
fil_hops_flow_encode (const FilHopsFlow *self,
                      guint16 version,
                      FilWriter *out)
{
  fil_writer_u8 (out, self->hops);
}

/**
 * fil_query_status_decode:
 *
 * Returns: whether the number is there
 */
gboolean
fil_query_status_decode (FilQueryStatus *self,
                         const FilVendor *vendor)
{
  FilReader r = vendor->body;

  return fil_reader_le16 (&r, &self->hits);
}

/**
 * fil_query_status_encode:
 *
 * Appends the body.
 */
void
fil_query_status_encode (const FilQueryStatus *self,
                         guint16 version,
                         FilWriter *out)
{
  fil_writer_le16 (out, self->hits);
}

/**
 * fil_header_update_decode:
 *
 * Returns: whether the text is valid UTF-8
 */
gboolean
fil_header_update_decode (FilHeaderUpdate *self,
                          const FilVendor *vendor)
{
  self->text = vendor->body;
  return fil_slice_is_utf8 (self->text);
}

/**
 * fil_header_update_encode:
 *
 * Appends the body.
 */
void
fil_header_update_encode (const FilHeaderUpdate *self,
                          guint16 version,
                          FilWriter *out)
{
  fil_writer_put (out, self->text);
}

/**
 * fil_header_update_write:
 *
 * Appends one line of the text, as Java properties are written.
 */
void
fil_header_update_write (FilWriter *out,
                         const char *name,
                         const char *value)
{
  fil_writer_printf (out, "%s=", name);
  for (; *value != '\0'; value++)
    fil_writer_printf (out, strchr (":=#!\\", *value) != NULL ? "\\%c" : "%c", *value);
  fil_writer_printf (out, "\n");
}

/**
 * fil_header_update_value:
 * @name: of a header, in any case
 *
 * Reads one line of Java properties: "Listen-IP=1.2.3.4\:5".
 *
 * Returns: (transfer full) (nullable): the value with its backslashes undone
 */
char *
fil_header_update_value (const FilHeaderUpdate *self,
                         const char *name)
{
  const gsize name_len = strlen (name);
  FilReader r = self->text;

  while (r.len > 0)
    {
      const guint8 *end = memchr (r.data, '\n', r.len);
      FilSlice line = fil_slice (r.data, end != NULL ? (gsize) (end - r.data) : r.len);
      g_autoptr (GString) value = NULL;

      if (!fil_reader_skip (&r, MIN (line.len + 1, r.len)))
        return NULL;
      line = fil_slice_strip (line);
      if (!fil_slice_starts_with_case (line, name) || line.len <= name_len || line.data[name_len] != '=')
        continue;

      value = g_string_new (NULL);
      line = fil_slice_strip (fil_slice (line.data + name_len + 1, line.len - name_len - 1));
      for (gsize i = 0; i < line.len; i++)
        if (line.data[i] != '\\')
          g_string_append_c (value, (char) line.data[i]);
      return g_string_free (g_steal_pointer (&value), FALSE);
    }
  return NULL;
}
