/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dime.h"

#define VERSION 1
#define FLAG_FIRST 0x04
#define FLAG_LAST 0x02
#define FLAG_CHUNK 0x01
#define PADDING(len) ((4 - (len) % 4) % 4)

/* Fields are padded to a multiple of four; some leave the padding of the last one out. */
static gboolean
read_field (FilReader *reader,
            guint32 len,
            FilSlice *out)
{
  const guint8 *bytes;

  if (!fil_reader_take (reader, len, &bytes))
    return FALSE;
  *out = fil_slice (bytes, len);
  return fil_reader_take (reader, MIN (PADDING (len), reader->len), &bytes);
}

/**
 * fil_dime_read:
 * @out: (out): only to be used when TRUE is returned
 *
 * Takes the next record. Nothing is allocated, whatever lengths it claims.
 *
 * Returns: whether there was a whole one
 */
gboolean
fil_dime_read (FilReader *reader,
               FilDimeRecord *out)
{
  guint16 options, id, type;
  guint8 flags, format;
  guint32 data;

  if (!fil_reader_u8 (reader, &flags) || !fil_reader_u8 (reader, &format) || !fil_reader_be16 (reader, &options) ||
      !fil_reader_be16 (reader, &id) || !fil_reader_be16 (reader, &type) || !fil_reader_be32 (reader, &data) ||
      flags >> 3 != VERSION || format >> 4 > FIL_DIME_NONE)
    return FALSE;
  out->is_first = (flags & FLAG_FIRST) != 0;
  out->is_last = (flags & FLAG_LAST) != 0;
  out->is_chunk = (flags & FLAG_CHUNK) != 0;
  out->format = (FilDimeFormat) (format >> 4);
  return read_field (reader, options, &out->options) && read_field (reader, id, &out->id) &&
         read_field (reader, type, &out->type) && read_field (reader, data, &out->data);
}

static void
write_field (FilSlice field,
             FilWriter *out)
{
  static const guint8 zeros[4] = { 0 };

  fil_writer_put (out, field);
  fil_writer_bytes (out, zeros, PADDING (field.len));
}

/**
 * fil_dime_write:
 * @record: options, id and type are shorter than 65536 bytes
 *
 * Appends a record.
 */
void
fil_dime_write (const FilDimeRecord *record,
                FilWriter *out)
{
  fil_writer_u8 (out, (guint8) (VERSION << 3 | (record->is_first ? FLAG_FIRST : 0) |
                                (record->is_last ? FLAG_LAST : 0) | (record->is_chunk ? FLAG_CHUNK : 0)));
  fil_writer_u8 (out, (guint8) (record->format << 4));
  fil_writer_be16 (out, (guint16) record->options.len);
  fil_writer_be16 (out, (guint16) record->id.len);
  fil_writer_be16 (out, (guint16) record->type.len);
  fil_writer_be32 (out, (guint32) record->data.len);
  write_field (record->options, out);
  write_field (record->id, out);
  write_field (record->type, out);
  write_field (record->data, out);
}
