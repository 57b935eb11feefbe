/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "slice.h"

/**
 * fil_slice_is_utf8:
 *
 * Plain ASCII, by far the most of what comes, is passed eight bytes at a time.
 *
 * Returns: whether the bytes are valid UTF-8 without NUL
 */
gboolean
fil_slice_is_utf8 (FilSlice self)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  const guint64 tops = G_GUINT64_CONSTANT (0x8080808080808080);
  const guint8 *p = self.data;
  gsize left = self.len;

  for (; left >= 8; p += 8, left -= 8)
    {
      guint64 word;

      memcpy (&word, p, sizeof word);
      if ((((word - ones) | word) & tops) != 0) /* a byte above 0x7f, or a NUL */
        break;
    }
  for (; left > 0 && left < 8 && *p >= 1 && *p < 0x80; p++, left--)
    ;
  return left == 0 || g_utf8_validate_len ((const char *) p, left, NULL);
}

/**
 * fil_slice_starts_with_case:
 * @prefix: ASCII
 *
 * Returns: whether the slice begins with @prefix in any case
 */
gboolean
fil_slice_starts_with_case (FilSlice self,
                            const char *prefix)
{
  gsize n = strlen (prefix);

  return self.len >= n && (n == 0 || g_ascii_strncasecmp ((const char *) self.data, prefix, n) == 0);
}

/**
 * fil_slice_strip:
 *
 * Returns: the slice without white space at its ends
 */
FilSlice
fil_slice_strip (FilSlice self)
{
  while (self.len > 0 && g_ascii_isspace (self.data[0]))
    {
      self.data++;
      self.len--;
    }
  while (self.len > 0 && g_ascii_isspace (self.data[self.len - 1]))
    self.len--;
  return self;
}

/**
 * fil_slice_dup_text:
 *
 * Returns: (transfer full): a copy that is valid UTF-8: bytes that are not become U+FFFD
 */
char *
fil_slice_dup_text (FilSlice self)
{
  return self.len == 0 ? g_strdup ("") : g_utf8_make_valid ((const char *) self.data, (gssize) self.len);
}
