/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "hit-builder.h"

struct _FilHitBuilder
{
  FilHeader header;
  FilQueryHit hit; /* the fixed parts; body is filled in for each packet */
  gboolean ggep_h;
  gsize max_payload;
  GBytes *trailer;
  FilWriter records;
  guint n_records;
  GPtrArray *packets;
};

/* Bytes of a hit outside records and trailer. */
#define FIXED_LEN (11 + 16)

/**
 * fil_hit_builder_new:
 * @header: MUID of the query, TTL, hops 0; the kind is set
 * @endpoint: where we listen; family 0 when there is no IPv4
 * @servent: our servent GUID
 * @ggep_h: whether the query had FIL_QUERY_GGEP_H
 * @max_payload: bytes; FIL_HIT_PAYLOAD_SEND on TCP
 *
 * Returns: (transfer full): a builder without records
 */
FilHitBuilder *
fil_hit_builder_new (const FilHeader *header,
                     const FilEndpoint *endpoint,
                     guint32 speed_kbps,
                     const FilGuid *servent,
                     const FilHitTrailer *trailer,
                     gboolean ggep_h,
                     gsize max_payload)
{
  FilHitBuilder *self = g_new (FilHitBuilder, 1);
  g_auto (FilWriter) encoded;

  fil_writer_init (&encoded);
  fil_hit_trailer_write (trailer, &encoded);

  self->header = *header;
  self->header.kind = FIL_KIND_QUERY_HIT;
  self->hit = (FilQueryHit) { .endpoint = *endpoint, .speed_kbps = speed_kbps, .servent = *servent };
  self->ggep_h = ggep_h;
  self->max_payload = max_payload;
  self->trailer = fil_writer_steal_bytes (&encoded);
  fil_writer_init (&self->records);
  self->n_records = 0;
  self->packets = g_ptr_array_new_with_free_func ((GDestroyNotify) fil_packet_unref);
  return self;
}

/**
 * fil_hit_builder_free:
 *
 * Drops the builder and what it has built.
 */
void
fil_hit_builder_free (FilHitBuilder *self)
{
  g_bytes_unref (self->trailer);
  fil_writer_clear (&self->records);
  g_ptr_array_unref (self->packets);
  g_free (self);
}

/* Makes a packet of the first len bytes of records. */
static void
emit (FilHitBuilder *self,
      gsize len,
      guint n_records)
{
  g_auto (FilWriter) body;
  g_auto (FilWriter) payload;

  fil_writer_init (&body);
  fil_writer_init (&payload);
  fil_writer_bytes (&body, fil_writer_data (&self->records), len);
  fil_writer_bytes (&body, g_bytes_get_data (self->trailer, NULL), g_bytes_get_size (self->trailer));
  self->hit.n_records = (guint8) n_records;
  self->hit.body = fil_writer_slice (&body);
  fil_query_hit_encode (&self->hit, &payload);
  g_ptr_array_add (self->packets, fil_packet_new (&self->header, fil_writer_slice (&payload)));
}

/**
 * fil_hit_builder_add:
 * @record: copied; left out when it alone is larger than any peer takes
 *
 * Adds a record, beginning another packet when the present one is full.
 */
void
fil_hit_builder_add (FilHitBuilder *self,
                     const FilHitRecord *record)
{
  gsize before = self->records.len;
  gsize trailer = g_bytes_get_size (self->trailer);
  gsize added;

  fil_hit_record_write (record, self->ggep_h, &self->records);
  added = self->records.len - before;
  if (FIXED_LEN + trailer + added > FIL_HIT_PAYLOAD_DROP)
    {
      fil_writer_truncate (&self->records, before);
      return;
    }
  if (self->n_records > 0
      && (self->n_records == FIL_HIT_RECORDS_SEND
          || FIXED_LEN + trailer + self->records.len > self->max_payload))
    {
      guint8 *data = fil_writer_data (&self->records);

      emit (self, before, self->n_records);
      memmove (data, data + before, added);
      fil_writer_truncate (&self->records, added);
      self->n_records = 0;
    }
  self->n_records++;
}

/**
 * fil_hit_builder_end:
 *
 * Frees the builder.
 *
 * Returns: (transfer full) (element-type FilPacket): the hits in order; empty without records
 */
GPtrArray *
fil_hit_builder_end (FilHitBuilder *self)
{
  GPtrArray *packets;

  if (self->n_records > 0)
    emit (self, self->records.len, self->n_records);
  packets = g_ptr_array_ref (self->packets);
  fil_hit_builder_free (self);
  return packets;
}
