/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "query.h"

/* Shareaza wrote the flags the other way round; gtk-gnutella tells it by these. */
#define SWAPPED_MARK 0x9800

/* Stands for "no flags" on the wire: 0 would have the query dropped. */
#define NO_FLAGS 0x0001

/**
 * fil_query_decode:
 *
 * Returns: whether there are flags that are not 0, and a text of valid UTF-8 that ends with NUL
 *   (messages.md §4)
 */
gboolean
fil_query_decode (FilQuery *self,
                  FilSlice payload)
{
  FilReader r = payload;
  guint16 flags;

  if (!fil_reader_be16 (&r, &flags) || flags == 0 || !fil_reader_cstr (&r, &self->text)
      || !fil_slice_is_utf8 (self->text))
    return FALSE;
  if ((flags & FIL_QUERY_MARK) == 0)
    {
      flags = GUINT16_SWAP_LE_BE (flags);
      if ((flags & SWAPPED_MARK) != SWAPPED_MARK)
        flags = 0;
    }
  self->flags = flags;
  self->extensions = r;
  return TRUE;
}

/**
 * fil_query_encode:
 *
 * Appends the payload; the extensions go as they are.
 */
void
fil_query_encode (const FilQuery *self,
                  FilWriter *out)
{
  guint16 flags = self->flags != 0 ? self->flags : NO_FLAGS;

  fil_writer_u8 (out, (guint8) (flags >> 8));
  fil_writer_u8 (out, (guint8) flags);
  fil_writer_cstr (out, self->text);
  fil_writer_put (out, self->extensions);
}

/**
 * fil_query_muid_set_address:
 * @addr: network order
 * @port: host order
 *
 * Puts the reply address of an out-of-band query into its MUID: bytes 0 to 3 and 13 to 14, the port
 * little-endian (overview.md §4).
 */
void
fil_query_muid_set_address (FilGuid *muid,
                            const guint8 addr[4],
                            guint16 port)
{
  memcpy (muid->bytes, addr, 4);
  muid->bytes[13] = (guint8) port;
  muid->bytes[14] = (guint8) (port >> 8);
}

/**
 * fil_query_muid_get_address:
 *
 * The reverse. Only FIL_QUERY_OOB says whether it means anything.
 */
void
fil_query_muid_get_address (const FilGuid *muid,
                            guint8 addr[4],
                            guint16 *port)
{
  memcpy (addr, muid->bytes, 4);
  *port = (guint16) (muid->bytes[13] | muid->bytes[14] << 8);
}
