/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "vendor.h"

/**
 * fil_vendor_id_read:
 *
 * Returns: whether the eight bytes were there: code, selector LE, version LE
 */
gboolean
fil_vendor_id_read (FilVendorId *self,
                    FilReader *reader)
{
  return fil_reader_be32 (reader, &self->code) && fil_reader_le16 (reader, &self->selector)
         && fil_reader_le16 (reader, &self->version);
}

/**
 * fil_vendor_id_write:
 *
 * Appends the eight bytes.
 */
void
fil_vendor_id_write (const FilVendorId *self,
                     FilWriter *out)
{
  fil_writer_be32 (out, self->code);
  fil_writer_le16 (out, self->selector);
  fil_writer_le16 (out, self->version);
}

/**
 * fil_vendor_id_to_text:
 *
 * Returns: (transfer full): "LIME/23v2", or hexadecimal where the code is no letters
 */
char *
fil_vendor_id_to_text (const FilVendorId *self)
{
  char code[9];

  for (guint i = 0; i < 4; i++)
    {
      code[i] = (char) (self->code >> (24 - 8 * i));
      if (!g_ascii_isgraph (code[i]))
        {
          g_snprintf (code, sizeof code, "%08x", self->code);
          return g_strdup_printf ("%s/%uv%u", code, self->selector, self->version);
        }
    }
  code[4] = '\0';
  return g_strdup_printf ("%s/%uv%u", code, self->selector, self->version);
}

/**
 * fil_vendor_decode:
 *
 * Returns: whether @payload begins with the name of a vendor message (messages.md §7)
 */
gboolean
fil_vendor_decode (FilVendor *self,
                   FilSlice payload)
{
  FilReader r = payload;

  if (!fil_vendor_id_read (&self->id, &r))
    return FALSE;
  self->body = r;
  return TRUE;
}

/**
 * fil_vendor_encode:
 *
 * Appends the payload.
 */
void
fil_vendor_encode (const FilVendor *self,
                   FilWriter *out)
{
  fil_vendor_id_write (&self->id, out);
  fil_writer_put (out, self->body);
}
