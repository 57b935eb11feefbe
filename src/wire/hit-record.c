/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hit-record.h"

#include "ggep-builder.h"

#define SEPARATOR 0x1c
#define SIZE_IN_LF 0xffffffffu
#define HASH_SHA1 1
#define HASH_BITPRINT 2

/* Later than this is no date of a file. */
#define CREATED_MAX_S G_GINT64_CONSTANT (0xffffffff)

/**
 * fil_hit_iter:
 *
 * Returns: an iterator over the records of @hit
 */
FilHitIter
fil_hit_iter (const FilQueryHit *hit)
{
  return (FilHitIter) { .rest = hit->body, .left = hit->n_records };
}

static gboolean
read_raw (FilHitIter *iter,
          FilHitRecord *record)
{
  guint32 size;

  if (iter->left == 0)
    return FALSE;
  if (iter->broken || !fil_reader_le32 (&iter->rest, &record->index) || !fil_reader_le32 (&iter->rest, &size)
      || !fil_reader_cstr (&iter->rest, &record->name) || !fil_reader_cstr (&iter->rest, &record->extensions))
    {
      iter->broken = TRUE;
      return FALSE;
    }
  iter->left--;
  record->size = size;
  return TRUE;
}

/**
 * fil_hit_iter_skip:
 *
 * Passes one record without looking into it.
 *
 * Returns: whether there was one
 */
gboolean
fil_hit_iter_skip (FilHitIter *iter)
{
  FilHitRecord record;

  return read_raw (iter, &record);
}

static void
read_hash (FilHitRecord *record,
           FilReader r)
{
  guint8 type;
  FilUrn urn = { .has_sha1 = TRUE };

  if (!fil_reader_u8 (&r, &type) || (type != HASH_SHA1 && type != HASH_BITPRINT)
      || !fil_reader_copy (&r, urn.sha1.bytes, sizeof urn.sha1.bytes))
    return;
  if (type == HASH_BITPRINT)
    {
      if (!fil_reader_copy (&r, urn.tth.bytes, sizeof urn.tth.bytes))
        return;
      urn.has_tth = TRUE;
    }
  if (!record->urn.has_sha1)
    record->urn = urn;
}

static void
read_completeness (FilHitRecord *record,
                   FilReader pru)
{
  guint64 available;

  record->completeness = FIL_HIT_PARTIAL;
  if (fil_reader_be32 (&pru, &record->partial_stamp_s) && fil_vlint_decode (pru, &available))
    record->available = available;
}

static void
read_ggep (FilHitRecord *record)
{
  guint8 room[64];
  FilGgepIter iter = fil_ggep_iter (&record->ggep);
  FilGgepItem item;
  FilSlice data;
  guint64 value;

  while (fil_ggep_iter_next (&iter, &item))
    {
      if (fil_slice_is (item.key, "PATH") && !item.cobs && !item.deflated)
        record->path = item.raw;
      else if (item.key.len == 3 && item.key.data[0] == 'P' && item.key.data[1] == 'R'
               && g_ascii_isdigit (item.key.data[2]))
        record->completeness = FIL_HIT_PARTIAL;
      if (!fil_ggep_item_read (&item, room, sizeof room, &data))
        continue;

      if (fil_slice_is (item.key, "H"))
        read_hash (record, data);
      else if (fil_slice_is (item.key, "TT") && data.len == sizeof record->urn.tth.bytes)
        {
          memcpy (record->urn.tth.bytes, data.data, data.len);
          record->urn.has_tth = TRUE;
        }
      else if (fil_slice_is (item.key, "LF") && fil_vlint_decode (data, &value) && value > 0)
        record->size = value;
      else if (fil_slice_is (item.key, "CT") && fil_vlint_decode (data, &value) && value <= CREATED_MAX_S)
        record->created_s = (gint64) value;
      else if (fil_slice_is (item.key, "PRU"))
        read_completeness (record, data);
    }
}

/* Blocks apart by 0x1c: urn texts, one GGEP block, and what nobody needs. */
static void
read_extensions (FilHitRecord *record)
{
  FilReader r = record->extensions;

  while (r.len > 0)
    {
      const guint8 *end;
      FilSlice block;
      FilUrn urn;

      if (r.data[0] == FIL_GGEP_MAGIC)
        {
          if (record->ggep.n_items > 0 || !fil_ggep_parse (&record->ggep, &r))
            return;
          read_ggep (record);
          continue;
        }

      end = memchr (r.data, SEPARATOR, r.len);
      block = fil_slice (r.data, end != NULL ? (gsize) (end - r.data) : r.len);
      if (fil_slice_starts_with_case (block, "urn:")
          && fil_urn_parse (&urn, (const char *) block.data, (gssize) block.len))
        {
          if (urn.has_sha1 && !record->urn.has_sha1)
            {
              record->urn.sha1 = urn.sha1;
              record->urn.has_sha1 = TRUE;
            }
          if (urn.has_tth && !record->urn.has_tth)
            {
              record->urn.tth = urn.tth;
              record->urn.has_tth = TRUE;
            }
        }
      if (!fil_reader_skip (&r, MIN (block.len + 1, r.len)))
        return;
    }
}

/**
 * fil_hit_iter_next:
 * @record: (out): the next record that has a name; broken extensions are left aside
 *
 * Returns: whether there was one
 */
gboolean
fil_hit_iter_next (FilHitIter *iter,
                   FilHitRecord *record)
{
  do
    {
      memset (record, 0, sizeof *record);
      if (!read_raw (iter, record))
        return FALSE;
    }
  while (record->name.len == 0 || !fil_slice_is_utf8 (record->name));
  read_extensions (record);
  return TRUE;
}

/**
 * fil_hit_record_alts:
 * @out: room for @max hosts
 *
 * Returns: further sources that the record names, IPv4 first
 */
guint
fil_hit_record_alts (const FilHitRecord *record,
                     FilHost *out,
                     guint max)
{
  guint n;

  if (record->ggep.n_items == 0)
    return 0;
  n = fil_packed_hosts_read_ggep (&record->ggep, "ALT", 4, out, max);
  return n + fil_packed_hosts_read_ggep (&record->ggep, "ALT6", 6, out + n, max - n);
}

static void
write_hash (const FilUrn *urn,
            FilGgepBuilder *ggep)
{
  guint8 hash[1 + sizeof urn->sha1.bytes + sizeof urn->tth.bytes];

  hash[0] = urn->has_tth ? HASH_BITPRINT : HASH_SHA1;
  memcpy (hash + 1, urn->sha1.bytes, sizeof urn->sha1.bytes);
  memcpy (hash + 1 + sizeof urn->sha1.bytes, urn->tth.bytes, sizeof urn->tth.bytes);
  fil_ggep_builder_add (ggep, "H", fil_slice (hash, urn->has_tth ? sizeof hash : 1 + sizeof urn->sha1.bytes));
}

static void
write_partial (const FilHitRecord *record,
               FilGgepBuilder *ggep)
{
  guint8 pru[4 + 8];
  gsize n = 4;

  for (guint i = 0; i < 4; i++)
    pru[i] = (guint8) (record->partial_stamp_s >> (24 - 8 * i));
  n += fil_vlint_encode (record->available, pru + 4);
  fil_ggep_builder_add (ggep, "PRU", fil_slice (pru, n));
}

/**
 * fil_hit_record_write:
 * @record: @name, @path and @alts as they are to stand; @extensions and @ggep are not looked at
 * @ggep_h: whether the query understands GGEP H (FIL_QUERY_GGEP_H); else the SHA-1 goes as text
 *
 * Appends one record. At most FIL_HIT_ALTS_SEND sources are written.
 */
void
fil_hit_record_write (const FilHitRecord *record,
                      gboolean ggep_h,
                      FilWriter *out)
{
  const gboolean large = record->size > G_MAXINT32;
  const guint n_alts = MIN (record->n_alts, FIL_HIT_ALTS_SEND);
  gsize before_separator = 0;
  FilGgepBuilder ggep;

  fil_writer_le32 (out, record->index);
  fil_writer_le32 (out, large ? SIZE_IN_LF : (guint32) record->size);
  fil_writer_cstr (out, record->name);

  if (record->urn.has_sha1 && !ggep_h)
    {
      char text[FIL_SHA1_TEXT_LEN + 1];

      fil_sha1_to_text (&record->urn.sha1, text);
      fil_writer_printf (out, "urn:sha1:%s", text);
      before_separator = out->len;
      fil_writer_u8 (out, SEPARATOR);
    }

  fil_ggep_builder_init (&ggep, out, TRUE);
  if (record->urn.has_sha1 && ggep_h)
    write_hash (&record->urn, &ggep);
  else if (record->urn.has_tth)
    fil_ggep_builder_add (&ggep, "TT", fil_slice (record->urn.tth.bytes, sizeof record->urn.tth.bytes));
  if (large)
    fil_ggep_builder_add_vlint (&ggep, "LF", record->size);
  if (record->completeness == FIL_HIT_PARTIAL)
    write_partial (record, &ggep);
  fil_packed_hosts_add_ggep (&ggep, "ALT", 4, record->alts, n_alts);
  fil_packed_hosts_add_ggep (&ggep, "ALT6", 6, record->alts, n_alts);
  if (record->created_s > 0 && record->created_s <= CREATED_MAX_S)
    fil_ggep_builder_add_vlint (&ggep, "CT", (guint64) record->created_s);
  if (record->path.len > 0)
    fil_ggep_builder_add (&ggep, "PATH", record->path);
  if (fil_ggep_builder_end (&ggep) == 0 && before_separator > 0)
    fil_writer_truncate (out, before_separator);
  fil_writer_u8 (out, 0);
}
