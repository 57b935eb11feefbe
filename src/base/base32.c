/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base32.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * fil_base32_encode:
 * @out: (out): FIL_BASE32_LEN (@len) characters and NUL
 *
 * Writes RFC 4648 base32, upper case, without padding.
 */
void
fil_base32_encode (const guint8 *bytes,
                   gsize len,
                   char *out)
{
  guint32 acc = 0;
  guint bits = 0;

  for (gsize i = 0; i < len; i++)
    {
      acc = acc << 8 | bytes[i];
      for (bits += 8; bits >= 5; bits -= 5)
        *out++ = alphabet[(acc >> (bits - 5)) & 31];
    }
  if (bits > 0)
    *out++ = alphabet[(acc << (5 - bits)) & 31];
  *out = '\0';
}

static int
digit_value (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a';
  if (c >= '2' && c <= '7')
    return c - '2' + 26;
  return -1;
}

/**
 * fil_base32_decode:
 * @out: (out): exactly @out_len bytes
 * @text: base32 of either case
 *
 * Returns: whether @text was exactly FIL_BASE32_LEN (@out_len) digits
 */
gboolean
fil_base32_decode (guint8 *out,
                   gsize out_len,
                   const char *text,
                   gsize len)
{
  guint32 acc = 0;
  guint bits = 0;
  gsize done = 0;

  if (len != FIL_BASE32_LEN (out_len))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    {
      int value = digit_value (text[i]);

      if (value < 0)
        return FALSE;
      acc = acc << 5 | (guint32) value;
      bits += 5;
      if (bits >= 8 && done < out_len)
        {
          bits -= 8;
          out[done++] = (guint8) (acc >> bits);
        }
    }
  return TRUE;
}
