/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ggep.h"

#include "cobs.h"
#include "deflate.h"

/* The flags byte. */
#define FLAG_LAST 0x80
#define FLAG_COBS 0x40
#define FLAG_DEFLATE 0x20
#define FLAG_RESERVED 0x10
#define KEY_LEN 0x0f

static gboolean
read_length (FilReader *r,
             gsize *len)
{
  gsize n = 0;

  for (guint i = 0; i < 3; i++)
    {
      guint8 byte;

      if (!fil_reader_u8 (r, &byte))
        return FALSE;
      n = n << 6 | (byte & 0x3f);
      if ((byte & 0xc0) == 0x40)
        {
          *len = n;
          return TRUE;
        }
      if ((byte & 0xc0) != 0x80)
        return FALSE;
    }
  return FALSE;
}

static gboolean
key_is_printable (FilSlice key)
{
  for (gsize i = 0; i < key.len; i++)
    if (key.data[i] <= 0x20 || key.data[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
read_item (FilReader *r,
           FilGgepItem *item,
           gboolean *last)
{
  guint8 flags;
  gsize len;

  if (!fil_reader_u8 (r, &flags) || (flags & FLAG_RESERVED) != 0 || (flags & KEY_LEN) == 0
      || !fil_reader_slice (r, flags & KEY_LEN, &item->key) || !read_length (r, &len)
      || !fil_reader_slice (r, len, &item->raw))
    return FALSE;
  item->cobs = (flags & FLAG_COBS) != 0;
  item->deflated = (flags & FLAG_DEFLATE) != 0;
  *last = (flags & FLAG_LAST) != 0;
  return TRUE;
}

/**
 * fil_ggep_parse:
 * @reader: stands at the magic byte; behind the block afterwards
 *
 * Checks a whole block (ggep.md §1). Unknown keys are fine; anything illegal voids the block.
 *
 * Returns: whether there was a block; if not, the reader has not moved
 */
gboolean
fil_ggep_parse (FilGgep *self,
                FilReader *reader)
{
  FilReader r = *reader;
  guint8 magic;
  guint n = 0;
  gboolean last = FALSE;

  if (!fil_reader_u8 (&r, &magic) || magic != FIL_GGEP_MAGIC)
    return FALSE;
  while (!last)
    {
      FilGgepItem item;

      if (++n > FIL_GGEP_ITEMS_MAX || !read_item (&r, &item, &last) || !key_is_printable (item.key))
        return FALSE;
    }

  self->block = fil_slice (reader->data, reader->len - r.len);
  self->n_items = n;
  *reader = r;
  return TRUE;
}

/**
 * fil_ggep_parse_whole:
 *
 * Returns: whether @bytes are nothing, or exactly one block
 */
gboolean
fil_ggep_parse_whole (FilGgep *self,
                      FilSlice bytes)
{
  FilReader r = bytes;

  *self = (FilGgep) { FIL_SLICE_NONE, 0 };
  return r.len == 0 || (fil_ggep_parse (self, &r) && r.len == 0);
}

/**
 * fil_ggep_iter:
 *
 * Returns: an iterator over all items, in order
 */
FilGgepIter
fil_ggep_iter (const FilGgep *self)
{
  FilGgepIter iter = { self->block };

  if (iter.rest.len > 0 && !fil_reader_skip (&iter.rest, 1))
    iter.rest.len = 0;
  return iter;
}

/**
 * fil_ggep_iter_next:
 *
 * Returns: whether there was another item
 */
gboolean
fil_ggep_iter_next (FilGgepIter *iter,
                    FilGgepItem *item)
{
  gboolean last;

  return iter->rest.len > 0 && read_item (&iter->rest, item, &last);
}

/* The first item of that key, of which case counts; FALSE when there is none. */
static gboolean
find (const FilGgep *self,
      const char *key,
      FilGgepItem *item)
{
  FilGgepIter iter = fil_ggep_iter (self);
  FilSlice wanted = fil_slice_text (key);

  while (fil_ggep_iter_next (&iter, item))
    if (fil_slice_equal (item->key, wanted))
      return TRUE;
  return FALSE;
}

/**
 * fil_ggep_has:
 *
 * Returns: whether there is an item of that key, whatever it holds
 */
gboolean
fil_ggep_has (const FilGgep *self,
              const char *key)
{
  FilGgepItem item;

  return find (self, key, &item);
}

/**
 * fil_ggep_item_read:
 * @buffer: where the payload is decoded to if it has to be; at most FIL_GGEP_INFLATED_MAX bytes are sensible
 * @out: (out): the payload: a part of the message, or of @buffer
 *
 * Undoes COBS, then deflate.
 *
 * Returns: whether it could be decoded and fitted into @buffer
 */
gboolean
fil_ggep_item_read (const FilGgepItem *item,
                    guint8 *buffer,
                    gsize size,
                    FilSlice *out)
{
  g_autofree guint8 *between = NULL;
  FilSlice data = item->raw;
  gsize len;

  if (item->cobs)
    {
      guint8 *target = item->deflated ? (between = g_malloc (data.len + 1)) : buffer;

      if (!fil_cobs_decode (data, target, item->deflated ? data.len : size, &len))
        return FALSE;
      data = fil_slice (target, len);
    }
  if (item->deflated)
    {
      if (!fil_inflate_once (data, buffer, MIN (size, FIL_GGEP_INFLATED_MAX), &len))
        return FALSE;
      data = fil_slice (buffer, len);
    }
  *out = data;
  return TRUE;
}

/**
 * fil_ggep_read:
 *
 * Finds the first item of that key and reads it.
 *
 * Returns: whether the key is there and readable
 */
gboolean
fil_ggep_read (const FilGgep *self,
               const char *key,
               guint8 *buffer,
               gsize size,
               FilSlice *out)
{
  FilGgepItem item;

  return find (self, key, &item) && fil_ggep_item_read (&item, buffer, size, out);
}

/**
 * fil_ggep_read_plain:
 * @max: most bytes that make sense
 * @out: (out): a part of the message
 *
 * For items that nobody encodes, so that no buffer is needed.
 *
 * Returns: whether the key is there, not encoded, and not longer than @max
 */
gboolean
fil_ggep_read_plain (const FilGgep *self,
                     const char *key,
                     gsize max,
                     FilSlice *out)
{
  FilGgepItem item;

  if (!find (self, key, &item) || item.cobs || item.deflated || item.raw.len > max)
    return FALSE;
  *out = item.raw;
  return TRUE;
}

/**
 * fil_ggep_read_vlint:
 *
 * Returns: whether the key is there and holds an integer
 */
gboolean
fil_ggep_read_vlint (const FilGgep *self,
                     const char *key,
                     guint64 *value)
{
  guint8 buffer[16];
  FilSlice data;

  return fil_ggep_read (self, key, buffer, sizeof buffer, &data) && fil_vlint_decode (data, value);
}

/**
 * fil_vlint_decode:
 *
 * Returns: whether @bytes are at most eight, as an integer has
 */
gboolean
fil_vlint_decode (FilSlice bytes,
                  guint64 *value)
{
  guint64 n = 0;

  if (bytes.len > 8)
    return FALSE;
  for (gsize i = bytes.len; i > 0; i--)
    n = n << 8 | bytes.data[i - 1];
  *value = n;
  return TRUE;
}

/**
 * fil_vlint_encode:
 *
 * Returns: bytes of @out that are used; 0 for the value 0
 */
gsize
fil_vlint_encode (guint64 value,
                  guint8 out[8])
{
  gsize n = 0;

  for (; value != 0; value >>= 8)
    out[n++] = (guint8) value;
  return n;
}
