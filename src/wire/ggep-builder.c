/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ggep-builder.h"

#include "cobs.h"
#include "deflate.h"
#include "ggep.h"

#define LENGTH_MAX 0x3ffff

/**
 * fil_ggep_write_length:
 * @len: at most 262143
 *
 * Appends the length field of an item: six bits a byte, big end first (ggep.md §1).
 */
void
fil_ggep_write_length (FilWriter *out,
                       gsize len)
{
  g_return_if_fail (len <= LENGTH_MAX);

  if (len > 0xfff)
    fil_writer_u8 (out, (guint8) (0x80 | len >> 12));
  if (len > 0x3f)
    fil_writer_u8 (out, (guint8) (0x80 | (len >> 6 & 0x3f)));
  fil_writer_u8 (out, (guint8) (0x40 | (len & 0x3f)));
}

/**
 * fil_ggep_builder_init:
 * @out: what the block is appended to
 * @no_nul: whether the block goes where NUL ends things, as in the records of a hit
 */
void
fil_ggep_builder_init (FilGgepBuilder *self,
                       FilWriter *out,
                       gboolean no_nul)
{
  *self = (FilGgepBuilder) { .out = out, .no_nul = no_nul };
}

static void
add (FilGgepBuilder *self,
     const char *key,
     FilSlice data,
     guint8 flags)
{
  gsize key_len = strlen (key);
  g_auto (FilWriter) encoded;

  fil_writer_init (&encoded);
  g_return_if_fail (key_len >= 1 && key_len <= 15 && self->n_items < FIL_GGEP_ITEMS_MAX);

  if (self->no_nul && data.len > 0 && memchr (data.data, 0, data.len) != NULL)
    {
      fil_cobs_encode (data, &encoded);
      data = fil_writer_slice (&encoded);
      flags |= 0x40;
    }
  g_return_if_fail (data.len <= LENGTH_MAX);

  if (self->n_items++ == 0)
    fil_writer_u8 (self->out, FIL_GGEP_MAGIC);
  self->last_flags = self->out->len;
  fil_writer_u8 (self->out, (guint8) (flags | key_len));
  fil_writer_bytes (self->out, key, key_len);
  fil_ggep_write_length (self->out, data.len);
  fil_writer_put (self->out, data);
}

/**
 * fil_ggep_builder_add:
 * @key: 1 to 15 characters
 * @data: gets COBS if it has to
 */
void
fil_ggep_builder_add (FilGgepBuilder *self,
                      const char *key,
                      FilSlice data)
{
  add (self, key, data, 0);
}

/**
 * fil_ggep_builder_add_deflated:
 *
 * The same, deflated if that makes it smaller.
 */
void
fil_ggep_builder_add_deflated (FilGgepBuilder *self,
                               const char *key,
                               FilSlice data)
{
  g_auto (FilWriter) deflated;

  fil_writer_init (&deflated);
  if (fil_deflate_once (data, &deflated))
    add (self, key, fil_writer_slice (&deflated), 0x20);
  else
    add (self, key, data, 0);
}

/**
 * fil_ggep_builder_add_empty:
 *
 * For keys whose mere presence speaks.
 */
void
fil_ggep_builder_add_empty (FilGgepBuilder *self,
                            const char *key)
{
  add (self, key, FIL_SLICE_NONE, 0);
}

/**
 * fil_ggep_builder_add_u8:
 *
 * Adds an item of one byte.
 */
void
fil_ggep_builder_add_u8 (FilGgepBuilder *self,
                         const char *key,
                         guint8 value)
{
  add (self, key, fil_slice (&value, 1), 0);
}

/**
 * fil_ggep_builder_add_vlint:
 *
 * Adds an integer in the form of ggep.md §2; 0 is an empty item.
 */
void
fil_ggep_builder_add_vlint (FilGgepBuilder *self,
                            const char *key,
                            guint64 value)
{
  guint8 bytes[8];
  gsize n = fil_vlint_encode (value, bytes);

  add (self, key, fil_slice (bytes, n), 0);
}

/**
 * fil_ggep_builder_end:
 *
 * Marks the last item. Must be called, also when nothing was added.
 *
 * Returns: items that were written
 */
guint
fil_ggep_builder_end (FilGgepBuilder *self)
{
  if (self->n_items > 0)
    fil_writer_data (self->out)[self->last_flags] |= 0x80;
  return self->n_items;
}
