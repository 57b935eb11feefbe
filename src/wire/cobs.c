/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cobs.h"

/**
 * fil_cobs_encode:
 *
 * Appends @plain without its NULs (ggep.md §1). A full block at the very end gets no empty one behind it.
 */
void
fil_cobs_encode (FilSlice plain,
                 FilWriter *out)
{
  const guint8 *p = plain.data;
  gsize left = plain.len;
  gboolean more = TRUE;

  while (more)
    {
      gsize limit = MIN (left, 254);
      const guint8 *nul = limit == 0 ? NULL : memchr (p, 0, limit);
      gsize n = nul != NULL ? (gsize) (nul - p) : limit;

      fil_writer_u8 (out, (guint8) (n + 1));
      fil_writer_bytes (out, p, n);
      if (n == 254)
        {
          more = left > n; /* no NUL is implied */
          p += n;
          left -= n;
        }
      else
        {
          more = nul != NULL;
          p += n + (more ? 1 : 0);
          left -= n + (more ? 1 : 0);
        }
    }
}

/**
 * fil_cobs_decode:
 * @out: room for @size bytes
 * @len: (out): bytes that came out
 *
 * Returns: whether @encoded was well formed and fitted into @out
 */
gboolean
fil_cobs_decode (FilSlice encoded,
                 guint8 *out,
                 gsize size,
                 gsize *len)
{
  const guint8 *p = encoded.data;
  gsize left = encoded.len;
  gsize n = 0;

  if (left == 0)
    return FALSE;
  while (left > 0)
    {
      gsize code = p[0];

      if (code == 0 || code > left || code - 1 > size - n || memchr (p + 1, 0, code - 1) != NULL)
        return FALSE;
      memcpy (out + n, p + 1, code - 1);
      n += code - 1;
      p += code;
      left -= code;
      if (code < 255 && left > 0)
        {
          if (n == size)
            return FALSE;
          out[n++] = 0;
        }
    }
  *len = n;
  return TRUE;
}
