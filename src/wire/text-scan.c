/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "text-scan.h"

/**
 * fil_scan_uint:
 * @max: largest value that is taken
 *
 * Returns: whether there were digits whose value is at most @max; they are taken then
 */
gboolean
fil_scan_uint (FilReader *self,
               guint64 max,
               guint64 *out)
{
  FilReader r = *self;
  guint64 n = 0;

  if (r.len == 0 || !g_ascii_isdigit (r.data[0]))
    return FALSE;
  while (r.len > 0 && g_ascii_isdigit (r.data[0]))
    {
      guint digit = (guint) (r.data[0] - '0');

      if (n > (max - MIN (max, digit)) / 10 || digit > max)
        return FALSE;
      n = n * 10 + digit;
      r.data++;
      r.len--;
    }
  *self = r;
  *out = n;
  return TRUE;
}

/**
 * fil_scan_char:
 *
 * Returns: whether the next character was @c; it is taken then
 */
gboolean
fil_scan_char (FilReader *self,
               char c)
{
  return self->len > 0 && self->data[0] == (guint8) c && fil_reader_skip (self, 1);
}

/**
 * fil_scan_word:
 *
 * Returns: whether @word came next, in any case; it is taken then
 */
gboolean
fil_scan_word (FilReader *self,
               const char *word)
{
  return fil_slice_starts_with_case (*self, word) && fil_reader_skip (self, strlen (word));
}

/**
 * fil_scan_space:
 *
 * Passes white space.
 */
void
fil_scan_space (FilReader *self)
{
  while (self->len > 0 && g_ascii_isspace (self->data[0]))
    {
      self->data++;
      self->len--;
    }
}

/**
 * fil_scan_item:
 * @item: (out): what stands before the next @separator or the end, stripped; may be empty
 *
 * Returns: whether there was anything left
 */
gboolean
fil_scan_item (FilReader *self,
               char separator,
               FilSlice *item)
{
  const guint8 *end;
  gsize n;

  if (self->len == 0)
    return FALSE;
  end = memchr (self->data, separator, self->len);
  n = end != NULL ? (gsize) (end - self->data) : self->len;
  *item = fil_slice_strip (fil_slice (self->data, n));
  return fil_reader_skip (self, MIN (n + 1, self->len));
}

/**
 * fil_scan_pair:
 *
 * Returns: whether @item is "name=value"; both come stripped
 */
gboolean
fil_scan_pair (FilSlice item,
               FilSlice *name,
               FilSlice *value)
{
  const guint8 *equals = item.len == 0 ? NULL : memchr (item.data, '=', item.len);

  if (equals == NULL)
    return FALSE;
  *name = fil_slice_strip (fil_slice (item.data, (gsize) (equals - item.data)));
  *value = fil_slice_strip (fil_slice (equals + 1, item.len - (gsize) (equals + 1 - item.data)));
  return TRUE;
}

/**
 * fil_slice_to_uint:
 *
 * Returns: whether the slice is digits and nothing else, of a value of at most @max
 */
gboolean
fil_slice_to_uint (FilSlice self,
                   guint64 max,
                   guint64 *out)
{
  FilReader r = fil_slice_strip (self);
  guint64 n;

  if (!fil_scan_uint (&r, max, &n) || r.len > 0)
    return FALSE;
  *out = n;
  return TRUE;
}
